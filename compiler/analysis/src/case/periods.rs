//! The record of periods: `{ FR insurance 104 quarters   NL voluntary 2001-01-01..2005-12-31 }`.

use super::constant::bare;
use super::findings::{found, unknown, wrong};
use super::read::{Reader, braces, place};
use accord_core::{Country, Kind, Length, Periods, Piece, Quality, Span, Unit, Value};
use accord_source::Code;
use accord_syntax::ast::{Expr, ExprKind, Op, Slot, SlotValue, WordRow};
use std::sync::Arc;

/// What a row looks like.
const ROW: &str =
    "`NL insurance 2001-01-01..2001-12-31`, `FR insurance 104 quarters`, or both: `PT 2001-01-01..2001-12-31 250 days`";

/// What a row says so far.
#[derive(Default)]
struct Row {
    party: Option<Country>,
    kind: Option<Kind>,
    quality: Option<Quality>,
    days: Option<Span>,
    amount: Option<Length>,
    year: Option<i32>,
    /// Whether part of the row could not be read.
    broken: bool,
}

impl Reader<'_, '_> {
    /// The rows of a record of periods.
    pub fn periods(&mut self, slot: &Slot) -> Option<Value> {
        let rows = match &slot.value {
            SlotValue::Rows(rows, _) => rows.as_slice(),
            other if braces(other).is_some_and(<[Slot]>::is_empty) => &[],
            other => {
                if self.fine(other) {
                    let found = self.found(other);
                    self.report(
                        wrong(place(slot), "rows of periods in braces", &found).help(format!("each row reads {ROW}")),
                    );
                }
                return None;
            }
        };
        let pieces: Vec<Option<Piece>> = rows.iter().map(|row| self.period(row)).collect();
        let pieces: Option<Vec<Piece>> = pieces.into_iter().collect();
        Some(Value::Periods(Arc::new(Periods::record(pieces?))))
    }

    fn period(&mut self, row: &WordRow) -> Option<Piece> {
        let mut said = Row::default();
        let mut cells = row.cells.iter().peekable();
        while let Some(cell) = cells.next() {
            // `in 2004` may come as two cells of its own.
            if matches!(&cell.kind, ExprKind::Name(word) if word == "in") {
                match cells.next() {
                    Some(year) => self.year(&mut said, year),
                    None => self.broken(&mut said, cell, "a year after `in`", "the end of the row"),
                }
                continue;
            }
            self.cell(&mut said, cell);
        }
        self.finish(row, &said)
    }

    fn cell(&mut self, said: &mut Row, cell: &Expr) {
        let Some(read) = self.leaf(cell, "a word, days or an amount") else {
            said.broken = true;
            return;
        };
        let read = bare(&read);
        match &read.kind {
            ExprKind::Name(word) => self.row_word(said, word, read),
            ExprKind::Binary(Op::Range, ..) => {
                let twice = said.days.is_some();
                match self.span_of_days(read) {
                    Some(_) if twice => self.broken(said, cell, "one row for each stretch of days", "two in one row"),
                    Some(days) => said.days = Some(days),
                    None => said.broken = true,
                }
            }
            ExprKind::Binary(Op::In, amount, year) => {
                self.cell(said, amount);
                self.year(said, year);
            }
            ExprKind::Quantity(digits, unit) => match Unit::parse(&unit.text) {
                Some(_) if said.amount.is_some() => {
                    self.broken(said, cell, "one row for each amount", "two amounts in one row");
                }
                Some(unit) => match self.length_of(digits, unit, read) {
                    Some(amount) => said.amount = Some(amount),
                    None => said.broken = true,
                },
                None => self.broken(said, cell, "a length of time", &found(read)),
            },
            ExprKind::Date(day) => {
                let finding = wrong(cell.span, "the first and the last day", &found(read));
                self.report(finding.help(format!("write both: `{day}..{day}` for one day")));
                said.broken = true;
            }
            ExprKind::Number(digits) => {
                let finding = wrong(cell.span, "a length of time", &found(read));
                self.report(finding.help(format!("write the unit: `{digits} months`")));
                said.broken = true;
            }
            ExprKind::Junk => {
                self.poisoned();
                said.broken = true;
            }
            _ => self.broken(said, cell, "a word, days or an amount", &found(read)),
        }
    }

    fn broken(&mut self, said: &mut Row, cell: &Expr, expected: &str, found: &str) {
        said.broken = true;
        self.report(wrong(cell.span, expected, found).help(format!("a row reads {ROW}")));
    }

    /// A country, a kind or a quality.
    fn row_word(&mut self, said: &mut Row, word: &str, cell: &Expr) {
        if word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase()) {
            if said.party.is_some() {
                self.broken(said, cell, "one party in a row", "another");
                return;
            }
            said.party = self.party(word, cell.span);
            said.broken |= said.party.is_none();
        } else if let Some(kind) = Kind::parse(word) {
            let before = said.kind.replace(kind);
            if before.is_some() {
                self.broken(said, cell, "one kind of period in a row", "another");
            }
        } else if let Some(quality) = Quality::parse(word) {
            let before = said.quality.replace(quality);
            if before.is_some() {
                self.broken(said, cell, "`compulsory` or `voluntary`", "both");
            }
        } else {
            let mut known: Vec<String> = Kind::ALL.iter().map(|k| k.word().to_owned()).collect();
            known.extend(Quality::ALL.iter().map(|q| q.word().to_owned()));
            let message = format!("`{}` is no kind of period", super::findings::short(word));
            self.report(unknown(Code::CaseWrongValue, cell.span, message, word, &known));
            said.broken = true;
        }
    }

    fn year(&mut self, said: &mut Row, cell: &Expr) {
        let read = self.leaf(cell, "a year such as 2004");
        let year = read.as_ref().and_then(|read| match &bare(read).kind {
            ExprKind::Number(digits) if digits.len() == 4 => digits.parse::<i32>().ok(),
            _ => None,
        });
        match (year, read) {
            (Some(year), _) if said.year.is_none() && self.in_years(year, cell) => said.year = Some(year),
            (None, Some(read)) => self.broken(said, cell, "a year such as 2004", &found(&read)),
            _ => said.broken = true,
        }
    }

    fn finish(&mut self, row: &WordRow, said: &Row) -> Option<Piece> {
        if said.broken {
            self.poisoned();
            return None;
        }
        let Some(party) = said.party else {
            self.report(wrong(row.span, "a party first", "a period of nobody").help(format!("a row reads {ROW}")));
            return None;
        };
        let kind = said.kind.unwrap_or(Kind::Insurance);
        let quality = said.quality.unwrap_or(Quality::Compulsory);
        match (said.days, &said.amount) {
            (Some(_), _) if said.year.is_some() => {
                let finding = wrong(row.span, "days without a year", "days and a year");
                self.report(finding.help("leave the year out: the days say it"));
                None
            }
            (Some(days), None) => Piece::dated(party, kind, quality, days.first, days.last),
            (Some(days), Some(amount)) => {
                Piece::certified(party, kind, quality, days, amount.counted.clone(), amount.unit)
            }
            (None, Some(amount)) => {
                Piece::undated(party, kind, quality, amount.counted.clone(), amount.unit, said.year)
            }
            (None, None) => {
                let finding = wrong(row.span, "days or an amount", "neither");
                self.report(finding.help(format!("a row reads {ROW}")));
                None
            }
        }
    }
}
