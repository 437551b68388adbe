//! Which columns of a file are which: those the question knows, those to be carried along, those to be left.

use crate::error::short;
use crate::{BatchError, row};
use accord_core::columns::Layout;
use arrow_schema::{Schema, SchemaRef};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The column that is carried along unasked.
pub const ID: &str = "id";

/// What is to become of columns that the question does not know.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// To be carried into the output as they are.
    pub keep: Vec<String>,
    /// To be left.
    pub ignore: Vec<String>,
    /// The columns of the question that are read, by their positions: all, where nothing is said. Of the others only the
    /// form is looked at.
    pub needed: Option<BTreeSet<usize>>,
}

/// The columns of a file.
#[derive(Clone, Debug)]
pub struct Columns {
    places: Vec<Option<usize>>,
    kept: Vec<usize>,
    schema: SchemaRef,
}

impl Columns {
    /// Finds the columns of a layout in what a file has. Returned with them: which columns of the file are wanted at
    /// all, by their positions there; positions in [`Columns`] count only those.
    pub(crate) fn new(layout: &Layout, file: &Schema, carried: &Carried) -> Result<(Columns, Vec<usize>), BatchError> {
        let mut wanted = Vec::new();
        let mut places = vec![None; layout.columns.len()];
        let mut kept = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (at, field) in file.fields().iter().enumerate() {
            let name = field.name().as_str();
            if seen.contains(&name) {
                return Err(BatchError::new(format!("there are two columns `{}`", short(name))));
            }
            seen.push(name);
            if carried.ignore.iter().any(|i| i == name) {
                continue;
            }
            let position = layout.position(name);
            let keep = carried.keep.iter().any(|k| k == name) || (name == ID && position.is_none());
            if position.is_none() && !keep {
                return Err(unknown(layout, name));
            }
            if let Some(column) = position.and_then(|p| layout.columns.get(p)) {
                row::fits(&column.cell, field)
                    .map_err(|why| BatchError::new(format!("the column `{}` {why}", short(name))))?;
            }
            let needed = position.filter(|p| carried.needed.as_ref().is_none_or(|needed| needed.contains(p)));
            if needed.is_none() && !keep {
                continue;
            }
            if keep {
                kept.push(wanted.len());
            }
            if let Some(place) = needed.and_then(|p| places.get_mut(p)) {
                *place = Some(wanted.len());
            }
            wanted.push(at);
        }
        if let Some(missing) = carried.keep.iter().find(|k| !seen.contains(&k.as_str())) {
            return Err(BatchError::new(format!("there is no column `{}` to keep", short(missing))));
        }
        let schema = file.project(&wanted).map_err(|e| BatchError::new(e.to_string()))?;
        Ok((Columns { places, kept, schema: Arc::new(schema) }, wanted))
    }

    /// Some columns that are carried along, then every column of a layout.
    pub(crate) fn of_rows(kept: usize, columns: usize, schema: SchemaRef) -> Columns {
        Columns { places: (0..columns).map(|at| Some(kept + at)).collect(), kept: (0..kept).collect(), schema }
    }

    /// The same columns, in the form in which they are read.
    pub(crate) fn with_schema(self, schema: SchemaRef) -> Columns {
        Columns { schema, ..self }
    }

    /// Says that a column of the layout stands elsewhere.
    pub(crate) fn move_to(&mut self, column: usize, place: usize) {
        if let Some(known) = self.places.get_mut(column) {
            *known = Some(place);
        }
    }

    /// Where a column of the layout stands in a batch.
    pub fn place(&self, column: usize) -> Option<usize> {
        self.places.get(column).copied().flatten()
    }

    /// Where the columns stand that are carried along.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// What a batch holds.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

/// A column that nobody asked for.
pub(super) fn unknown(layout: &Layout, name: &str) -> BatchError {
    let near = layout.columns.iter().map(|c| (strsim::osa_distance(&c.name, name), c.name.as_str())).min();
    let known = layout.columns.iter().find(|c| c.name.ends_with(&format!(".{name}"))).map(|c| c.name.as_str());
    let meant = near.filter(|(far, near)| *far <= 2 + near.len() / 8).map(|(_, near)| near).or(known);
    let meant = meant.map_or_else(String::new, |m| format!("did you mean `{m}`? else "));
    let name = short(name);
    BatchError::new(format!("the question `{}` has no column `{name}`", layout.question))
        .help(format!("{meant}`--keep {name}` carries it into the output, `--ignore {name}` leaves it out"))
}
