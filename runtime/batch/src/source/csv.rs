//! Reading CSV: a heading, then a row a line. An empty cell is null.

use super::build::Build;
use super::{BYTES, Bad, Builds, Carried, Columns, Opened, ROWS, Reader};
use crate::BatchError;
use accord_core::columns::{Cell, Layout};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema};
use csv::ByteRecord;
use std::io::{BufRead, BufReader, Read};

struct Csv {
    rows: csv::Reader<Box<dyn Read + Send>>,
    columns: Columns,
    /// Each wanted column: where it is in the file, which it is of the layout, its name.
    wanted: Vec<(usize, Option<usize>, String)>,
    /// How many cells a row has.
    width: usize,
    builds: Builds,
    record: ByteRecord,
}

/// Reads the heading.
pub(super) fn open(read: Box<dyn Read + Send>, layout: &Layout, carried: &Carried) -> Result<Opened, BatchError> {
    let mut buffered = BufReader::with_capacity(1 << 18, read);
    let start = buffered.fill_buf().map_err(damaged)?;
    if start.starts_with(b"\xef\xbb\xbf") {
        buffered.consume(3);
    }
    let boxed: Box<dyn Read + Send> = Box::new(buffered);
    let mut rows = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(boxed);
    let heading = rows.headers().map_err(damaged)?.clone();
    if heading.is_empty() {
        return Err(BatchError::new("there is no heading").help("the first line names the columns"));
    }
    // What a column holds is told by its name, and whatever is kept is text.
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    let file = Schema::new(heading.iter().map(field).collect::<Vec<_>>());
    let (columns, positions) = Columns::new(layout, &file, carried)?;
    let name = |at: &usize| heading.get(*at).unwrap_or_default();
    let wanted: Vec<_> = positions.iter().map(|at| (*at, layout.position(name(at)), name(at).to_owned())).collect();
    let cell = |of: &Option<usize>| of.and_then(|c| layout.columns.get(c)).map_or(Cell::Text, |c| c.cell.clone());
    // A column that is both kept and asked about comes in the form it is asked about in.
    let cells: Vec<Cell> = wanted.iter().map(|(_, of, _)| cell(of)).collect();
    let mut builds = Builds::new(cells.iter());
    let schema = super::schema_of(&mut builds, wanted.iter().map(|(_, _, name)| name.as_str()), layout)?;
    let columns = columns.with_schema(schema);
    let width = heading.len();
    let reader = Csv { rows, columns: columns.clone(), wanted, width, builds, record: ByteRecord::new() };
    Ok(Opened { columns, rows: None, reader: Box::new(reader) })
}

fn damaged(error: impl std::fmt::Display) -> BatchError {
    BatchError::new(crate::error::short(&error.to_string()))
}

impl Reader for Csv {
    fn next(&mut self, _: u64) -> Result<Option<(RecordBatch, Vec<Bad>)>, BatchError> {
        let (mut count, mut bytes) = (0u32, 0usize);
        while (count as usize) < ROWS && bytes < BYTES {
            if !self.rows.read_byte_record(&mut self.record).map_err(damaged)? {
                break;
            }
            bytes += self.record.as_slice().len();
            self.row(count);
            count += 1;
        }
        if count == 0 {
            return Ok(None);
        }
        super::batch(Vec::new(), &mut self.builds, &self.columns, count as usize).map(Some)
    }
}

impl Csv {
    fn row(&mut self, row: u32) {
        let Builds { builds, bad } = &mut self.builds;
        if self.record.len() != self.width {
            builds.iter_mut().for_each(Build::null);
            let said = format!("the row has {} cells, the heading {}", self.record.len(), self.width);
            bad.push(Bad { row, column: None, said });
            return;
        }
        for ((at, column, name), build) in self.wanted.iter().zip(builds) {
            let cell = self.record.get(*at).unwrap_or_default();
            if cell.is_empty() {
                build.null();
                continue;
            }
            let done = match std::str::from_utf8(cell) {
                Ok(text) => build.text(text),
                Err(_) => {
                    build.null();
                    Err("its text is not UTF-8".to_owned())
                }
            };
            if let (Err(why), Some(_)) = (done, column) {
                bad.push(Bad { row, column: *column, said: format!("{name}: {why}") });
            }
        }
    }
}
