//! Reading CSV: a heading, then a row a line. An empty cell is null.

use super::build::Build;
use super::{BYTES, Bad, Builds, Carried, Columns, Damage, Decoder, Decoders, Feed, Opened, Portion, ROWS};
use crate::BatchError;
use accord_core::columns::{Cell, Layout};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema};
use csv::ByteRecord;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

/// Takes rows off: where cells end is known only to whoever read all before them.
struct Rows {
    rows: csv::Reader<Box<dyn Read + Send>>,
    record: ByteRecord,
}

/// Rows of cells that were taken off.
#[derive(Default)]
pub(crate) struct Cells {
    text: Vec<u8>,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
    /// How many cells each row has.
    widths: Vec<usize>,
}

struct Csv {
    columns: Columns,
    /// Each wanted column: where it is in the file, which it is of the layout, its name.
    wanted: Arc<[(usize, Option<usize>, String)]>,
    /// How many cells a row has.
    width: usize,
    builds: Builds,
    cells: Option<Cells>,
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
    let (width, wanted): (usize, Arc<[_]>) = (heading.len(), wanted.into());
    let read_as = columns.clone();
    let decoders: Decoders = Arc::new(move || {
        let builds = Builds::new(cells.iter());
        Box::new(Csv { columns: read_as.clone(), wanted: wanted.clone(), width, builds, cells: None })
    });
    Ok(Opened { columns, rows: None, feed: Box::new(Rows { rows, record: ByteRecord::new() }), decoders })
}

fn damaged(error: impl std::fmt::Display) -> BatchError {
    BatchError::new(crate::error::short(&error.to_string()))
}

impl Feed for Rows {
    fn next(&mut self) -> Result<Option<Portion>, BatchError> {
        let mut cells = Cells::default();
        while cells.widths.len() < ROWS && cells.text.len() < BYTES {
            if !self.rows.read_byte_record(&mut self.record).map_err(damaged)? {
                break;
            }
            let before = cells.text.len();
            cells.text.extend_from_slice(self.record.as_slice());
            let ends = (0..self.record.len()).filter_map(|at| self.record.range(at));
            cells.ends.extend(ends.map(|range| before + range.end));
            cells.widths.push(self.record.len());
        }
        Ok((!cells.widths.is_empty()).then_some(Portion::Cells(cells)))
    }
}

impl Decoder for Csv {
    fn begin(&mut self, portion: Portion) -> Result<(), Damage> {
        self.cells = match portion {
            Portion::Cells(cells) => Some(cells),
            Portion::Batch(_) | Portion::Messages(_) | Portion::Groups(_) | Portion::Lines(_) => None,
        };
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Bad>)>, Damage> {
        let Some(Cells { text, ends, widths }) = self.cells.take() else { return Ok(None) };
        let mut starts = std::iter::once(0).chain(ends.iter().copied());
        let mut ends = ends.iter().copied();
        let mut row: Vec<&[u8]> = Vec::with_capacity(self.width);
        for (width, number) in widths.iter().zip(0u32..) {
            row.clear();
            let bounds = starts.by_ref().zip(ends.by_ref()).take(*width);
            row.extend(bounds.map(|(start, end)| text.get(start..end).unwrap_or_default()));
            self.row(number, &row);
        }
        Ok(super::batch(Vec::new(), &mut self.builds, &self.columns, widths.len()).map(Some)?)
    }
}

impl Csv {
    fn row(&mut self, row: u32, cells: &[&[u8]]) {
        let Builds { builds, bad } = &mut self.builds;
        if cells.len() != self.width {
            builds.iter_mut().for_each(Build::null);
            let said = format!("the row has {} cells, the heading {}", cells.len(), self.width);
            bad.push(Bad { row, column: None, said });
            return;
        }
        for ((at, column, name), build) in self.wanted.iter().zip(builds) {
            let cell = cells.get(*at).copied().unwrap_or_default();
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
