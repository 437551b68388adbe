//! Made-up claims for an agreement, by the columns its question has: plausible, as many as wanted, and the same for
//! the same seed wherever they are made.
//!
//! A row depends on the seed and its number alone. So rows can be made in batches of any size, by any number of
//! threads, and a longer file begins as a shorter one of the same seed does. Numbers are whole all the way: weights
//! are out of a hundred or a thousand, days are counted, money is in minor units.

mod calendar;
mod career;
mod cells;
mod claim;
mod known;
mod plan;
mod record;
mod stream;
#[cfg(test)]
mod tests;
mod work;
mod world;

use crate::BatchError;
use accord_core::Country;
use accord_core::columns::{Cell, Layout};
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use cells::Cells;
use claim::{Branch, Claim, Habits};
use known::Row;
use plan::{Draw, Plan};
use record::Record;
use std::fmt::Write;
use std::sync::Arc;
use stream::{Stream, purpose};
use work::Work;
use world::World;

/// The column that numbers the claims.
pub const ID: &str = "id";

/// How many claims are made at a time.
pub const BATCH: usize = 1 << 13;

/// Benefits that are claimed where none is asked for, with how often.
const USUAL: &[(&str, u32)] = &[("old_age.pension", 76), ("survivors.pension", 13), ("invalidity.pension", 11)];

/// Days there are not, and a country there is not, for rows that are to be refused.
const NO_DAYS: &[&str] = &["2012-02-30", "2019-13-01", "31.12.2018", "0000-00-00", "unknown"];
const NO_COUNTRY: &str = "ZZ";

/// What claims are wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// What every random number comes from.
    pub seed: u64,
    /// Periods of a claim, on average.
    pub periods: u32,
    /// Claims of a hundred in which periods of two parties coincide.
    pub overlaps: u32,
    /// Periods of a hundred that are an amount without days.
    pub undated: u32,
    /// Cells of a hundred that are empty, of those that should not be.
    pub missing: u32,
    /// Rows of a thousand that cannot be read; only for a file of texts.
    pub bad: u32,
    /// The benefit of every claim; usual ones where none is named.
    pub benefit: Option<String>,
    /// The parties that appear; usual ones where none is named.
    pub parties: Vec<Country>,
}

impl Default for Options {
    fn default() -> Options {
        Options { seed: 1, periods: 6, overlaps: 8, undated: 0, missing: 1, bad: 0, benefit: None, parties: Vec::new() }
    }
}

/// What makes claims.
#[derive(Clone, Debug)]
pub struct Generator {
    options: Options,
    world: World,
    habits: Habits,
    plan: Plan,
    schema: SchemaRef,
    /// Whether the question asks about work.
    about_work: bool,
}

impl Generator {
    /// What makes claims with the columns of a layout. An error says what was asked for that the agreement does not
    /// have.
    pub fn new(layout: &Layout, options: Options) -> Result<Generator, String> {
        let world = World::new(&layout.parties, &options.parties)?;
        let habits = habits(layout, &options)?;
        let plan = Plan::new(layout, &world, &habits);
        let mut fields = vec![Arc::new(Field::new(ID, DataType::Utf8, false))];
        // In the order of the layout, as somebody would look for them.
        for column in &layout.columns {
            let field = crate::schema::field(column);
            if plan.periods.as_ref() == Some(&column.name) {
                fields.push(Arc::new(Record::slim(&field, options.undated > 0)));
            } else if plan.columns.iter().any(|p| p.name == column.name) {
                let as_text = options.bad > 0 && column.cell == Cell::Date;
                fields.push(Arc::new(if as_text { field.with_data_type(DataType::Utf8) } else { field }));
            }
        }
        let schema = Arc::new(Schema::new(fields));
        let about_work = layout.columns.iter().any(|c| c.name == "activities");
        Ok(Generator { options, world, habits, plan, schema, about_work })
    }

    /// The columns of the file.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The parties that appear.
    pub fn parties(&self) -> &[Country] {
        self.world.countries.get(..self.world.parties).unwrap_or_default()
    }

    /// So many claims from this one on, counted from 0.
    pub fn batch(&self, first: u64, rows: usize) -> Result<RecordBatch, BatchError> {
        let plan = &self.plan;
        let days_as_text = self.options.bad > 0;
        let mut columns: Vec<Cells> = plan.columns.iter().map(|c| c.cells(days_as_text)).collect();
        let mut record = Record::new(rows * self.options.periods as usize, self.options.undated > 0);
        let (mut ids, mut id) = (Vec::with_capacity(rows), String::new());
        let (mut claim, mut work) = (Claim::empty(), Work::default());
        for (at, number) in (first..).take(rows).enumerate() {
            claim.make(&self.world, &self.habits, self.options.seed, number);
            if self.about_work {
                work.make(&claim, &self.world, self.options.seed);
            }
            self.put(&claim, &work, at, &mut columns);
            if self.options.bad > 0 {
                self.spoil(number, at, &mut columns);
            }
            if self.draw(number, "periods").percent(self.options.missing) {
                record.skip();
            } else {
                record.put(&claim.record, |party| self.world.unit(party));
            }
            id.clear();
            // Writing into a string cannot fail.
            let _ = write!(id, "C{:07}", number + 1);
            ids.push(id.clone());
        }
        columns.iter_mut().for_each(|column| column.pad(rows));
        self.gather(ids, columns, record).map_err(|e| BatchError::new(format!("made-up claims do not fit: {e}")))
    }

    /// Puts what a row holds into the columns that are told of it.
    fn put(&self, claim: &Claim, work: &Work, at: usize, columns: &mut [Cells]) {
        let draw = Draw { seed: self.options.seed, missing: self.options.missing };
        let mut row = Row { claim, work, world: &self.world, figures: None, item: 0 };
        let mut put = |row: &Row<'_>, these: &[usize]| {
            for index in these {
                if let (Some(planned), Some(cells)) = (self.plan.columns.get(*index), columns.get_mut(*index)) {
                    planned.put(row, draw, at, cells);
                }
            }
        };
        put(&row, &self.plan.common);
        for figures in &claim.figures {
            row.figures = Some(figures);
            put(&row, self.plan.of_party.get(usize::from(figures.party)).map_or(&[], Vec::as_slice));
        }
    }

    /// Makes some rows such that they cannot be read.
    fn spoil(&self, number: u64, at: usize, columns: &mut [Cells]) {
        let mut stream = self.draw(number, "bad");
        if !stream.per_mille(self.options.bad) {
            return;
        }
        let wanted = if stream.percent(50) { Cell::Country } else { Cell::Date };
        let of_form = self.plan.common.iter().filter(|index| self.plan.form(**index) == Some(&wanted));
        let some: Vec<usize> = of_form.copied().collect();
        let Some(index) = stream.pick(&some) else { return };
        let (Some(planned), Some(cells)) = (self.plan.columns.get(index), columns.get_mut(index)) else { return };
        cells.back_to(at);
        match wanted {
            Cell::Country => cells.word(planned.last_word()),
            _ => cells.text(format_args!("{}", stream.pick(NO_DAYS).unwrap_or_default())),
        }
    }

    fn draw(&self, number: u64, what: &str) -> Stream {
        Stream::of(self.options.seed, number, purpose(what))
    }

    /// The batch, its columns in the order of the schema.
    fn gather(&self, ids: Vec<String>, columns: Vec<Cells>, record: Record) -> Result<RecordBatch, ArrowError> {
        let mut columns: Vec<Option<Cells>> = columns.into_iter().map(Some).collect();
        let mut record = Some(record);
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(StringArray::from(ids))];
        for field in self.schema.fields().iter().skip(1) {
            if self.plan.periods.as_ref() == Some(field.name()) {
                arrays.push(record.take().unwrap_or_default().array(field, &self.world)?);
                continue;
            }
            let at = self.plan.columns.iter().position(|p| p.name == *field.name());
            let cells = at.and_then(|at| columns.get_mut(at)).and_then(Option::take);
            let planned = at.and_then(|at| self.plan.columns.get(at));
            if let (Some(cells), Some(planned)) = (cells, planned) {
                arrays.push(cells.array(field, &planned.words)?);
            }
        }
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

/// Which benefits are claimed, and what else is the same for all rows.
fn habits(layout: &Layout, options: &Options) -> Result<Habits, String> {
    let members = layout.columns.iter().find_map(|column| match &column.cell {
        Cell::Member(_, members) if column.name == "claim.benefit" => Some(members.as_slice()),
        _ => None,
    });
    let members = members.unwrap_or_default();
    let weight = |name: &str| match &options.benefit {
        Some(wanted) => u32::from(wanted == name),
        None => USUAL.iter().find(|(usual, _)| *usual == name).map_or(0, |(_, weight)| *weight),
    };
    let of = |(at, name): (usize, &String)| Some((u16::try_from(at).ok()?, Branch::of(name), weight(name)));
    let mut benefits: Vec<(u16, Branch, u32)> = members.iter().enumerate().filter_map(of).collect();
    if let Some(wanted) = options.benefit.as_ref().filter(|_| benefits.iter().all(|b| b.2 == 0)) {
        return Err(match members {
            [] => format!("the question `{}` is about no benefit", layout.question),
            members => format!("there is no benefit `{wanted}`; there is {}", members.join(", ")),
        });
    }
    if benefits.iter().all(|b| b.2 == 0) {
        // A question about no benefit is about somebody at work; of unusual benefits each is as likely.
        benefits.iter_mut().for_each(|b| b.2 = 1);
    }
    let Options { periods, overlaps, undated, .. } = *options;
    Ok(Habits { benefits, periods, overlaps, undated })
}
