//! Reading files of claims, block by block.

mod arrow;
mod at;
mod build;
mod columns;
mod csv;
mod guard;
mod json;
mod parquet;
mod sound;

pub(crate) use build::countries;
pub use columns::{Carried, Columns};

use crate::{BatchError, Format, row, schema, texts};
use accord_core::columns::{Cell, Layout};
use accord_core::{Country, Value};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use build::Build;
use guard::guarded;
use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of a block, at most.
pub const ROWS: usize = 1 << 16;

/// About how many bytes of a text or of decoded columns make a block, where that is fewer rows.
const BYTES: usize = 32 << 20;

/// Rows that were read together.
pub struct Block {
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

/// A file that is being read: one thread takes portions of it off, which costs next to nothing, and any number of
/// threads make blocks of them.
pub struct Source {
    columns: Columns,
    extent: Extent,
    feed: Box<dyn Feed>,
    decoders: Decoders,
    spelt: Vec<Spelt>,
    path: String,
    /// Where the file is read by one thread alone, and how many rows it read.
    here: Option<Blocks>,
    before: u64,
}

/// How much there is, where that is known.
#[derive(Clone)]
pub(crate) enum Extent {
    Unknown,
    Rows(u64),
    /// Bytes that were read, and all there are.
    Bytes(Arc<AtomicU64>, u64),
}

/// Rows as they stand in the file.
pub(crate) enum Portion {
    /// Decoded already.
    Batch(RecordBatch),
    /// Record batches of an Arrow IPC file, by their numbers.
    Messages(Range<usize>),
    /// Row groups of a Parquet file, by their numbers.
    Groups(Range<usize>),
    /// Whole lines.
    Lines(Vec<u8>),
    Cells(csv::Cells),
}

/// What is wrong with a file, and with which row, counted from 0 in what was read at once.
pub(crate) struct Damage {
    pub row: Option<u64>,
    pub error: BatchError,
}

/// A column that came as text and is asked about as something else.
#[derive(Clone)]
struct Spelt {
    /// Where it came.
    from: usize,
    /// Which it is of the layout.
    column: usize,
    name: String,
    cell: Cell,
}

/// What takes portions off one form of file.
trait Feed: Send {
    /// The next portion; none at the end.
    fn next(&mut self) -> Result<Option<Portion>, BatchError>;
}

/// What makes rows of portions, of one thread.
trait Decoder: Send {
    /// Begins a portion.
    fn begin(&mut self, portion: Portion) -> Result<(), Damage>;

    /// The next rows of the portion, at least one, with what could not be read of them; none at its end.
    fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Bad>)>, Damage>;
}

/// What makes decoders.
type Decoders = Arc<dyn Fn() -> Box<dyn Decoder> + Send + Sync>;

/// What reads a file, with what is known before it begins.
struct Opened {
    columns: Columns,
    rows: Option<u64>,
    feed: Box<dyn Feed>,
    decoders: Decoders,
}

/// Blocks of portions, of one thread.
pub(crate) struct Blocks {
    decoder: Box<dyn Decoder>,
    schema: SchemaRef,
    spelt: Vec<(Spelt, Build)>,
}

impl From<BatchError> for Damage {
    fn from(error: BatchError) -> Damage {
        Damage { row: None, error }
    }
}

impl Damage {
    /// The error, where so many rows stand before what was read at once.
    pub fn after(self, rows: u64) -> BatchError {
        let Some(row) = self.row else { return self.error };
        let remedy = self.error.remedy().unwrap_or_default().to_owned();
        let number = rows.saturating_add(row).saturating_add(1);
        BatchError::new(format!("row {number}: {}", self.error)).help(remedy)
    }
}

impl Source {
    /// Opens a file; `-` is the standard input, for forms of text.
    pub fn open(path: &Path, format: Format, layout: &Layout, carried: &Carried) -> Result<Source, BatchError> {
        let mut extent = Extent::Unknown;
        let shown = path.display().to_string();
        let opened = if path.as_os_str() == "-" {
            if !format.is_text() {
                return Err(BatchError::new("only CSV and JSON lines can be read from the standard input"));
            }
            text(Box::new(std::io::stdin()), format, layout, carried)
        } else {
            let (file, bytes) = existing(path)?;
            let read = Arc::new(AtomicU64::new(0));
            let counted = |file| Counted { file, read: read.clone() };
            match format {
                _ if bytes == 0 && !format.is_text() => Err(BatchError::new("the file is empty")),
                Format::Parquet => parquet::open(file, layout, carried),
                Format::Arrow | Format::ArrowStream if arrow::is_file(&file) => arrow::file(file, layout, carried),
                Format::Arrow | Format::ArrowStream => {
                    extent = Extent::Bytes(read.clone(), bytes);
                    arrow::stream(BufReader::with_capacity(1 << 18, counted(file)), layout, carried)
                }
                Format::Csv | Format::JsonLines => {
                    extent = Extent::Bytes(read.clone(), bytes);
                    text(Box::new(counted(file)), format, layout, carried)
                }
            }
        };
        let Opened { columns, rows, feed, decoders } = opened.map_err(|e| told(&shown, e))?;
        let (columns, spelt) = spell(columns, layout)?;
        let extent = rows.map_or(extent, Extent::Rows);
        Ok(Source { columns, extent, feed, decoders, spelt, path: shown, here: None, before: 0 })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How much there is.
    pub(crate) fn extent(&self) -> Extent {
        self.extent.clone()
    }

    /// What makes blocks of portions, for each thread one.
    pub(crate) fn blocks(&self) -> Result<Blocks, BatchError> {
        let build = |spelt: &Spelt| (spelt.clone(), Build::new(&spelt.cell));
        let spelt = self.spelt.iter().map(build).collect();
        Ok(Blocks { decoder: (self.decoders)(), schema: self.columns.schema().clone(), spelt })
    }

    /// The next portion; none at the end.
    pub(crate) fn portion(&mut self) -> Result<Option<Portion>, BatchError> {
        guarded(|| self.feed.next().map_err(Damage::from)).map_err(|d| told(&self.path, d.error))
    }

    /// An error with the name of the file.
    pub(crate) fn named(&self) -> impl Fn(BatchError) -> BatchError + Send + 'static {
        let path = self.path.clone();
        move |error| told(&path, error)
    }

    /// The next rows, for who reads the file alone; none at the end.
    #[expect(clippy::should_implement_trait, reason = "it may fail, and whoever reads on after that reads nothing")]
    pub fn next(&mut self) -> Result<Option<Block>, BatchError> {
        let mut blocks = match self.here.take() {
            Some(blocks) => blocks,
            None => self.blocks()?,
        };
        let block = loop {
            match blocks.next() {
                Ok(Some(block)) => {
                    self.before += u64::try_from(block.batch.num_rows()).unwrap_or(0);
                    break Some(block);
                }
                Ok(None) => {}
                Err(damage) => return Err(told(&self.path, damage.after(self.before))),
            }
            let Some(portion) = self.portion()? else { break None };
            blocks.begin(portion).map_err(|damage| told(&self.path, damage.after(self.before)))?;
        };
        self.here = Some(blocks);
        Ok(block)
    }
}

/// An ordinary file, and how long it is.
fn existing(path: &Path) -> Result<(File, u64), BatchError> {
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => BatchError::file("read", path, "there is nothing of that name"),
        _ => BatchError::file("read", path, e),
    };
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(BatchError::file("read", path, "it is a folder"));
    }
    Ok((file, about.len()))
}

/// What can be done about a file that is not what it says.
const REMEDY: &str = "write the file anew with the program it came from";

fn told(path: &str, error: BatchError) -> BatchError {
    let remedy = error.remedy().filter(|r| !r.is_empty()).unwrap_or(REMEDY).to_owned();
    BatchError::new(format!("`{path}`: {error}")).help(remedy)
}

impl Blocks {
    /// Begins a portion.
    pub fn begin(&mut self, portion: Portion) -> Result<(), Damage> {
        guarded(|| self.decoder.begin(portion))
    }

    /// The next block of the portion; none at its end, and before the first.
    pub fn next(&mut self) -> Result<Option<Block>, Damage> {
        let Some((batch, mut bad)) = guarded(|| self.decoder.next())? else { return Ok(None) };
        let batch = self.spelt_out(batch, &mut bad)?;
        bad.sort_by_key(|b| (b.row, b.column));
        Ok(Some(Block { batch, bad }))
    }

    /// The batch with its texts read, as columns after those that came.
    fn spelt_out(&mut self, batch: RecordBatch, bad: &mut Vec<Bad>) -> Result<RecordBatch, BatchError> {
        if self.spelt.is_empty() {
            return Ok(batch);
        }
        let rows = batch.num_rows();
        let mut all = batch.columns().to_vec();
        for (Spelt { from, column, name, .. }, build) in &mut self.spelt {
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
        let made = RecordBatch::try_new_with_options(self.schema.clone(), all, &options);
        made.map_err(|e| BatchError::new(e.to_string()))
    }
}

/// Decoded batches in pieces of at most so many rows.
#[derive(Default)]
struct Pieces {
    left: Option<RecordBatch>,
}

impl Pieces {
    fn next(&mut self) -> Option<RecordBatch> {
        let batch = self.left.take()?;
        let rows = batch.num_rows();
        if rows > ROWS {
            self.left = Some(batch.slice(ROWS, rows - ROWS));
            return Some(batch.slice(0, ROWS));
        }
        (rows > 0).then_some(batch)
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
            spelt.push(Spelt { from, column: at, name: column.name.clone(), cell: column.cell.clone() });
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
