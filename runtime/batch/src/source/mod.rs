//! Reading files of claims, block by block.

mod arrow;
mod build;
mod columns;
mod csv;
mod json;

pub(crate) use build::countries;
pub use columns::{Carried, Columns};

use crate::{BatchError, Format, row, schema, texts};
use accord_core::columns::{Cell, Layout};
use accord_core::{Country, Value};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use build::Build;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of a block, at most.
pub const ROWS: usize = 1 << 16;

/// About how many bytes of a text or of decoded columns make a block, where that is fewer rows.
const BYTES: usize = 32 << 20;

/// Rows that were read together.
pub struct Block {
    /// The number of the first of them, from 0.
    pub first: u64,
    /// What the file holds, the columns of [`Columns::schema`].
    pub batch: RecordBatch,
    /// Cells of a text that could not be read, by row.
    pub bad: Vec<Bad>,
}

/// A cell that could not be read. Where it should be is null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Which row of the block.
    pub row: u32,
    /// Which column of the layout; none for the whole row.
    pub column: Option<usize>,
    /// The column and what is wrong.
    pub said: String,
}

/// A file that is being read.
pub struct Source {
    columns: Columns,
    rows: Option<u64>,
    bytes: Option<(u64, Arc<AtomicU64>)>,
    next: u64,
    reader: Box<dyn Reader>,
    spelt: Vec<Spelt>,
}

/// A column that came as text and is asked about as something else.
struct Spelt {
    /// Where it came.
    from: usize,
    /// Which it is of the layout.
    column: usize,
    name: String,
    build: Build,
}

/// What reads one form of file.
trait Reader: Send {
    /// The next rows with what could not be read of them; none at the end. At least one row otherwise.
    fn next(&mut self, first: u64) -> Result<Option<(RecordBatch, Vec<Bad>)>, BatchError>;
}

/// A reader with what is known before it begins.
struct Opened {
    columns: Columns,
    rows: Option<u64>,
    reader: Box<dyn Reader>,
}

impl Source {
    /// Opens a file; `-` is the standard input, for forms of text.
    pub fn open(path: &Path, format: Format, layout: &Layout, carried: &Carried) -> Result<Source, BatchError> {
        if path.as_os_str() == "-" {
            if !format.is_text() {
                return Err(BatchError::new("only CSV and JSON lines can be read from the standard input"));
            }
            let opened = text(Box::new(std::io::stdin()), format, layout, carried)?;
            let Opened { columns, rows, reader } = opened;
            return Ok(Source { columns, rows, bytes: None, next: 0, reader, spelt: Vec::new() });
        }
        let failed = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => BatchError::file("read", path, "there is nothing of that name"),
            _ => BatchError::file("read", path, e),
        };
        let mut file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(BatchError::file("read", path, "it is a folder"));
        }
        let told = |e: BatchError| match e.remedy() {
            Some(remedy) => BatchError::new(format!("`{}`: {e}", path.display())).help(remedy.to_owned()),
            None => BatchError::new(format!("`{}`: {e}", path.display())),
        };
        let mut bytes = None;
        let opened = match format {
            Format::Parquet => arrow::parquet(file, layout, carried),
            Format::Arrow | Format::ArrowStream => {
                let mut start = Vec::new();
                let found = (&mut file).take(6).read_to_end(&mut start).and_then(|_| file.rewind());
                found.map_err(failed)?;
                if start == b"ARROW1" {
                    arrow::file(BufReader::new(file), layout, carried)
                } else {
                    arrow::stream(BufReader::new(file), layout, carried)
                }
            }
            Format::Csv | Format::JsonLines => {
                let read = Arc::new(AtomicU64::new(0));
                bytes = Some((about.len(), read.clone()));
                text(Box::new(Counted { file, read }), format, layout, carried)
            }
        };
        let Opened { columns, rows, reader } = opened.map_err(told)?;
        let (columns, spelt) = spell(columns, layout)?;
        Ok(Source { columns, rows, bytes, next: 0, reader, spelt })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How much of the file was read, of how much: rows, or bytes where the number of rows is not known.
    pub fn progress(&self) -> Option<(u64, u64)> {
        match (self.rows, &self.bytes) {
            (Some(rows), _) => Some((self.next, rows)),
            (None, Some((all, read))) => Some((read.load(Ordering::Relaxed), *all)),
            (None, None) => None,
        }
    }

    /// The next rows; none at the end.
    #[expect(clippy::should_implement_trait, reason = "it may fail, and whoever reads on after that reads nothing")]
    pub fn next(&mut self) -> Result<Option<Block>, BatchError> {
        let first = self.next;
        // Decoders of others may stop on a damaged file in ways of their own.
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.reader.next(first)));
        let read = read.unwrap_or_else(|_| Err(BatchError::new("the file is damaged")))?;
        let Some((batch, mut bad)) = read else { return Ok(None) };
        let batch = self.spelt_out(batch, &mut bad)?;
        self.next += u64::try_from(batch.num_rows()).unwrap_or(0);
        bad.sort_by_key(|b| (b.row, b.column));
        Ok(Some(Block { first, batch, bad }))
    }

    /// The batch with its texts read, as columns after those that came.
    fn spelt_out(&mut self, batch: RecordBatch, bad: &mut Vec<Bad>) -> Result<RecordBatch, BatchError> {
        if self.spelt.is_empty() {
            return Ok(batch);
        }
        let rows = batch.num_rows();
        let mut all = batch.columns().to_vec();
        for Spelt { from, column, name, build } in &mut self.spelt {
            let Some(array) = batch.columns().get(*from) else { continue };
            for row in 0..rows {
                let Some(text) = texts::at(array.as_ref(), row) else {
                    build.null();
                    continue;
                };
                if let Err(why) = build.text(text) {
                    let said = format!("{name}: {why}");
                    bad.push(Bad { row: u32::try_from(row).unwrap_or(0), column: Some(*column), said });
                }
            }
            all.push(build.finish().map_err(BatchError::new)?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let made = RecordBatch::try_new_with_options(self.columns.schema().clone(), all, &options);
        made.map_err(|e| BatchError::new(e.to_string()))
    }
}

/// Finds the columns that are text and are asked about as something else.
fn spell(columns: Columns, layout: &Layout) -> Result<(Columns, Vec<Spelt>), BatchError> {
    let mut spelt = Vec::new();
    let mut fields: Vec<Arc<Field>> = columns.schema().fields().iter().cloned().collect();
    let mut changed = columns.clone();
    for (at, column) in layout.columns.iter().enumerate() {
        let Some(from) = columns.place(at) else { continue };
        let is_text = columns.schema().fields().get(from).is_some_and(|f| texts::is_text(f.data_type()));
        let meant = matches!(
            column.cell,
            Cell::Number
                | Cell::Country
                | Cell::Member(..)
                | Cell::Length(_)
                | Cell::Text
                | Cell::Unit
                | Cell::Rounding
        );
        if is_text && !meant {
            let mut build = Build::new(&column.cell);
            let of = build.finish().map_err(BatchError::new)?.data_type().clone();
            changed.move_to(at, fields.len());
            fields.push(Arc::new(schema::field(column).with_data_type(of)));
            spelt.push(Spelt { from, column: at, name: column.name.clone(), build });
        }
    }
    Ok((changed.with_schema(Arc::new(Schema::new(fields))), spelt))
}

fn text(read: Box<dyn Read + Send>, format: Format, layout: &Layout, carried: &Carried) -> Result<Opened, BatchError> {
    match format {
        Format::Csv => csv::open(read, layout, carried),
        _ => json::open(read, layout, carried),
    }
}

/// A file that tells how much of it was read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(count)
    }
}

/// What a text says that stands in a column of lists.
pub(crate) fn nested_text(cell: &Cell, text: &str, parties: &[Country]) -> Result<Option<Value>, String> {
    let mut build = Build::new(cell);
    build.text(text)?;
    row::held(cell, build.finish()?.as_ref(), 0, parties)
}

/// The columns of a layout in the making, for texts.
struct Builds {
    builds: Vec<Build>,
    bad: Vec<Bad>,
}

impl Builds {
    fn new<'c>(cells: impl Iterator<Item = &'c Cell>) -> Builds {
        Builds { builds: cells.map(Build::new).collect(), bad: Vec::new() }
    }
}

/// What columns in the making will be, by their names. They are empty still.
fn schema_of<'n>(
    builds: &mut Builds,
    names: impl Iterator<Item = &'n str>,
    layout: &Layout,
) -> Result<SchemaRef, BatchError> {
    let fields = names.zip(&mut builds.builds).map(|(name, build)| {
        let array = build.finish().map_err(BatchError::new)?;
        let known = layout.position(name).and_then(|p| layout.columns.get(p)).map(schema::field);
        let field = known.unwrap_or_else(|| Field::new(name, DataType::Utf8, true));
        Ok(field.with_data_type(array.data_type().clone()))
    });
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<Field>, BatchError>>()?)))
}

/// The rows in the making, as a batch.
fn batch(
    before: Vec<ArrayRef>,
    builds: &mut Builds,
    columns: &Columns,
    rows: usize,
) -> Result<(RecordBatch, Vec<Bad>), BatchError> {
    let made = builds.builds.iter_mut().map(Build::finish).collect::<Result<Vec<_>, String>>();
    let all = before.into_iter().chain(made.map_err(BatchError::new)?).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(columns.schema().clone(), all, &options);
    let batch = batch.map_err(|e| BatchError::new(e.to_string()))?;
    Ok((batch, std::mem::take(&mut builds.bad)))
}
