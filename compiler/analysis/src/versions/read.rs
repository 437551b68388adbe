//! Amendments as they are written: their days, how sure they are, and their instructions with the words under them.

use super::life::Life;
use crate::words;
use accord_core::Date;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast::{self, Deed, ItemKind};

/// Lines the header of an amendment may have.
const KNOWN: &[&str] = &["signed", "in_force", "provisional", "claims", "events", "source", "evidence", "note"];

/// Lines of the agreement's header that an amendment may restate.
pub(super) const RESTATED: &[&str] = &["parties", "fictional", "articles", "month_end", "common_currency"];

/// When an amendment, or an agreement, is in force: from and until, each where it is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    spans: Vec<(Date, Option<Date>)>,
    /// Why there is no day yet.
    unset: Option<String>,
}

impl Days {
    pub fn of(header: &[ast::Slot]) -> Days {
        let mut days = Days::default();
        for slot in header.iter().filter(|s| matches!(s.name.text.as_str(), "in_force" | "provisional")) {
            match &slot.value {
                ast::SlotValue::Dates(dates) => {
                    let from = dates.from.as_ref().and_then(day);
                    days.spans.extend(from.map(|from| (from, dates.until.as_ref().and_then(day))));
                }
                ast::SlotValue::List(list) => match list.as_slice() {
                    [ast::Expr { kind: ast::ExprKind::Unset(why), .. }] => days.unset = Some(why.clone()),
                    [one] => days.spans.extend(day(one).map(|from| (from, None))),
                    _ => {}
                },
                _ => {}
            }
        }
        days.spans.sort_unstable();
        days
    }

    /// The first day.
    pub fn first(&self) -> Option<Date> {
        self.spans.first().map(|(from, _)| *from)
    }

    /// The last day, where there is one.
    pub fn last(&self) -> Option<Date> {
        let ends: Option<Vec<Date>> = self.spans.iter().map(|(_, until)| *until).collect();
        ends?.into_iter().max()
    }

    /// From when on without a break it is in force on the day, where it is; without a day: from when it is for good.
    pub fn holds_from(&self, day: Option<Date>) -> Option<Date> {
        let holds = |(from, until): &&(Date, Option<Date>)| match day {
            Some(day) => *from <= day && until.is_none_or(|until| day <= until),
            None => until.is_none(),
        };
        self.spans.iter().find(holds).map(|(from, _)| self.without_break(*from))
    }

    /// Provisional application that goes over into entry into force is one span.
    fn without_break(&self, from: Date) -> Date {
        let reaches = |until: &Option<Date>| until.is_none_or(|u| u.add_days(1).is_none_or(|next| next >= from));
        self.spans.iter().find(|(start, until)| *start <= from && reaches(until)).map_or(from, |(start, _)| *start)
    }

    /// The days from which the text reads otherwise.
    pub fn changes(&self) -> Vec<Date> {
        let mut all = Vec::new();
        for (from, until) in &self.spans {
            all.push(self.without_break(*from));
            all.extend(until.and_then(|u| u.add_days(1)).filter(|next| self.holds_from(Some(*next)).is_none()));
        }
        all
    }
}

/// A day as it is written.
pub(super) fn day(e: &ast::Expr) -> Option<Date> {
    match &e.kind {
        ast::ExprKind::Date(text) => Date::parse(text),
        _ => None,
    }
}

/// The one day of a line of a header.
pub(super) fn day_of_line(header: &[ast::Slot], name: &str) -> Option<Date> {
    let slot = header.iter().find(|s| s.name.text == name)?;
    match &slot.value {
        ast::SlotValue::List(list) => list.first().and_then(day),
        _ => None,
    }
}

/// An amendment with its instructions.
#[derive(Debug)]
pub(super) struct Amending<'a> {
    pub amendment: &'a ast::Amendment,
    pub days: Days,
    /// How sure its words are.
    pub evidence: ast::Name,
    /// For which claims or events its words are, where not for all.
    pub life: Option<Life>,
    pub instructions: Vec<Written<'a>>,
}

/// An instruction with the words under it.
#[derive(Debug)]
pub(super) struct Written<'a> {
    pub instruction: &'a ast::Instruction,
    pub span: Span,
    pub words: Vec<&'a ast::Item>,
}

impl<'a> Amending<'a> {
    fn new(amendment: &'a ast::Amendment, sink: &mut Diagnostics) -> Amending<'a> {
        let header = &amendment.header;
        let known: Vec<String> = KNOWN.iter().chain(RESTATED).map(|k| (*k).to_owned()).collect();
        for slot in header.iter().filter(|s| !known.contains(&s.name.text)) {
            let name = &slot.name;
            sink.push(words::unknown_code(Code::Header, name.span, "line of an amendment", &name.text, &known));
        }
        let at = amendment.title.span;
        let evidence = match crate::law::header_list(header, "evidence") {
            Some([ast::Expr { kind: ast::ExprKind::Name(word), span }]) => {
                ast::Name { text: word.clone(), span: *span }
            }
            _ => ast::Name { text: "recalled".to_owned(), span: at },
        };
        let days = Days::of(header);
        if days.first().is_none() && days.unset.is_none() {
            sink.push(
                Diagnostic::new(Code::Header, at, "the amendment does not say from when it is in force")
                    .help("add `in_force: from 2024-01-01`, or `in_force: unset \"not ratified\"`"),
            );
        }
        let life = Life::of_header(header, sink);
        Amending { amendment, days, evidence, life, instructions: Vec::new() }
    }

    pub fn title(&self) -> &'a str {
        &self.amendment.title.text
    }

    /// Why it is in force on no day yet.
    pub fn pending(&self) -> Option<(String, String)> {
        let why = self.days.unset.as_ref().filter(|_| self.days.first().is_none())?;
        Some((self.title().to_owned(), why.clone()))
    }
}

/// The files without their amendments, and the amendments.
pub(super) fn read<'a>(files: &[&'a ast::File], sink: &mut Diagnostics) -> (Vec<ast::File>, Vec<Amending<'a>>) {
    let mut base = Vec::with_capacity(files.len());
    let mut amendments: Vec<Amending<'a>> = Vec::new();
    for file in files {
        let mut kept = Vec::new();
        let mut inside = false;
        for item in &file.items {
            match (&item.kind, amendments.last_mut().filter(|_| inside)) {
                (ItemKind::Amendment(amendment), _) => {
                    amendments.push(Amending::new(amendment, sink));
                    inside = true;
                }
                (ItemKind::Instruction(instruction), Some(amending)) => {
                    amending.instructions.push(Written { instruction, span: item.span, words: Vec::new() });
                }
                (ItemKind::Instruction(instruction), None) => sink.push(outside(item.span, instruction.deed)),
                (ItemKind::Article { of: None, .. }, Some(_)) => {
                    sink.push(article_of_its_own(item.span));
                    inside = false;
                    kept.push(item.clone());
                }
                (kind, Some(amending)) if !ends(kind) => under(amending, item, sink),
                _ => {
                    inside = false;
                    kept.push(item.clone());
                }
            }
        }
        base.push(ast::File { id: file.id, items: kept, comments: Vec::new() });
    }
    (base, amendments)
}

/// Whether an item cannot be among the words of a provision.
fn ends(kind: &ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Article { .. }
            | ItemKind::Heading { .. }
            | ItemKind::Agreement { .. }
            | ItemKind::Legislation { .. }
            | ItemKind::Standard { .. }
            | ItemKind::Property(_)
            | ItemKind::Clause { .. }
            | ItemKind::SlotDef { .. }
            | ItemKind::Case { .. }
            | ItemKind::Interface { .. }
            | ItemKind::Enum { .. }
            | ItemKind::Record { .. }
            | ItemKind::Question { .. }
            | ItemKind::Decision { .. }
            | ItemKind::Use(_)
    )
}

/// Words under the last instruction; before the first one only what is said of the whole.
fn under<'a>(amending: &mut Amending<'a>, item: &'a ast::Item, sink: &mut Diagnostics) {
    let said_of_it = matches!(item.kind, ItemKind::Remark { .. } | ItemKind::Evidence(_) | ItemKind::Junk);
    match (amending.instructions.last_mut(), &item.kind) {
        (Some(last), _) if last.instruction.deed != Deed::Repeals || said_of_it => last.words.push(item),
        (Some(last), _) => sink.push(
            Diagnostic::new(Code::OutsideAmended, item.span, "words under what is repealed")
                .with(last.span, "repealed here")
                .help("write `replaces` in place of `repeals`, or give the words a provision: `inserts article ...`"),
        ),
        (None, ItemKind::Evidence(word)) => amending.evidence = word.clone(),
        (None, _) if said_of_it => {}
        (None, _) => sink.push(
            Diagnostic::new(Code::OutsideAmended, item.span, "words of an amendment that belong to no provision").help(
                "say first what they do: `replaces article 5(1)`, `inserts article 5a after article 5`, `repeals article 7(2)`",
            ),
        ),
    }
}

fn outside(span: Span, deed: Deed) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, span, format!("`{}` outside an amendment", deed.word()))
        .help("write `amendment \"Protocol 1\" to NAME` and from when it is in force above it")
}

fn article_of_its_own(span: Span) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, span, "an article after the heading of an amendment")
        .help("a new article of the agreement is `inserts article 5a after article 5`; new words of one that is there are `replaces article 5`")
        .help("an article of the agreement as first agreed stands before its amendments, or says whose it is: `article 9 of NAME`")
}
