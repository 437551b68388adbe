//! Reading Parquet: row groups are decoded by whoever asks about their rows.

use super::arrow::damaged;
use super::at::Places;
use super::guard::guarded;
use super::{BYTES, Bad, Carried, Columns, Damage, Decoder, Decoders, Feed, Opened, Portion, ROWS};
use crate::{BatchError, texts};
use accord_core::columns::{Cell, Layout};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::{Buf, Bytes};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::{ParquetError, Result as Read};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

impl Length for Places {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Places {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Read<Self::T> {
        // Headers of pages are read so, and are small.
        let length = self.length.saturating_sub(start).min(1 << 16);
        Ok(self.read(start, length).map_err(ParquetError::from)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Read<Bytes> {
        self.read(start, u64::try_from(length).unwrap_or(u64::MAX)).map_err(ParquetError::from)
    }
}

/// What is the same for every thread.
struct Known {
    file: Places,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// Rows that are decoded at once.
    batch: usize,
    schema: SchemaRef,
}

/// Takes row groups off, small ones together.
struct Groups {
    /// The rows of each.
    rows: Vec<usize>,
    next: usize,
    /// Where there is but one, one thread decodes it and the others ask.
    alone: Option<Decoding>,
}

struct Decoding {
    known: Arc<Known>,
    reader: Option<ParquetRecordBatchReader>,
    ready: Option<RecordBatch>,
}

/// Opens a file.
pub(super) fn open(file: File, layout: &Layout, carried: &Carried) -> Result<Opened, BatchError> {
    let file = Places::new(file).map_err(damaged)?;
    let options = ArrowReaderOptions::new();
    let load = || ArrowReaderMetadata::load(&file, options.clone()).map_err(|e| damaged(e).into());
    let metadata = guarded(load).map_err(|d| d.error)?;
    // Codes are read by dictionary where the file does not keep them so: they are translated once and not row by row.
    let hinted = Schema::new(metadata.schema().fields().iter().map(|f| by_dictionary(f, layout)).collect::<Vec<_>>());
    let with_hint = options.with_schema(Arc::new(hinted));
    let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), with_hint).unwrap_or(metadata);
    let (columns, wanted) = Columns::new(layout, metadata.schema(), carried)?;

    let groups = metadata.metadata().row_groups();
    let rows: Vec<usize> = groups.iter().map(|g| usize::try_from(g.num_rows()).unwrap_or(0)).collect();
    let all = rows.iter().copied().fold(0, usize::saturating_add);
    let bytes: i64 = groups.iter().map(|g| g.total_byte_size().max(0)).fold(0, i64::saturating_add);
    let each = usize::try_from(bytes).unwrap_or(usize::MAX) / all.max(1);
    let batch = (BYTES / each.max(1)).clamp(1024, ROWS);
    let mask = ProjectionMask::roots(metadata.parquet_schema(), wanted.iter().copied());
    let mut known = Known { file, metadata, mask, batch, schema: columns.schema().clone() };
    let first = guarded(|| known.reader(0..0)).map_err(|d| d.error)?;
    known.schema = first.schema();
    let known = Arc::new(known);
    let columns = columns.with_schema(known.schema.clone());
    let shared = known.clone();
    let decoders: Decoders = Arc::new(move || Box::new(Decoding { known: shared.clone(), reader: None, ready: None }));
    let alone = (rows.len() == 1).then(|| Decoding { known, reader: None, ready: None });
    let feed = Box::new(Groups { rows, next: 0, alone });
    Ok(Opened { columns, rows: u64::try_from(all).ok(), feed, decoders })
}

impl Known {
    /// What reads these row groups.
    fn reader(&self, groups: Range<usize>) -> Result<ParquetRecordBatchReader, Damage> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone());
        let builder = builder.with_projection(self.mask.clone()).with_batch_size(self.batch);
        Ok(builder.with_row_groups(groups.collect()).build().map_err(damaged)?)
    }
}

impl Feed for Groups {
    fn next(&mut self) -> Result<Option<Portion>, BatchError> {
        let (first, mut rows) = (self.next, 0);
        if let Some(alone) = &mut self.alone {
            if std::mem::replace(&mut self.next, 1) == 0 {
                alone.begin(Portion::Groups(0..1)).map_err(|d| d.error)?;
            }
            let read = alone.next().map_err(|d| d.error)?;
            return Ok(read.map(|(batch, _)| Portion::Batch(batch)));
        }
        while let Some(more) = self.rows.get(self.next).filter(|more| rows == 0 || rows + **more <= ROWS) {
            rows += more;
            self.next += 1;
        }
        Ok((self.next > first).then_some(Portion::Groups(first..self.next)))
    }
}

impl Decoder for Decoding {
    fn begin(&mut self, portion: Portion) -> Result<(), Damage> {
        match portion {
            Portion::Groups(groups) => self.reader = Some(self.known.reader(groups)?),
            Portion::Batch(batch) => self.ready = Some(batch),
            Portion::Messages(_) | Portion::Lines(_) | Portion::Cells(_) => {}
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Bad>)>, Damage> {
        if let Some(ready) = self.ready.take() {
            return Ok(Some((ready, Vec::new())));
        }
        let Some(reader) = &mut self.reader else { return Ok(None) };
        for batch in reader {
            let batch = batch.map_err(damaged)?;
            super::arrow::alike(&batch, &self.known.schema)?;
            if batch.num_rows() > 0 {
                return Ok(Some((batch, Vec::new())));
            }
        }
        self.reader = None;
        Ok(None)
    }
}

/// A field of the file, with codes kept by dictionary.
fn by_dictionary(field: &Arc<Field>, layout: &Layout) -> Arc<Field> {
    let cell = layout.position(field.name()).and_then(|p| layout.columns.get(p)).map(|c| &c.cell);
    match cell {
        Some(Cell::Country | Cell::Member(..) | Cell::Length(_) | Cell::Unit | Cell::Rounding) => words(field),
        Some(Cell::Periods) => match field.data_type() {
            DataType::List(of) => of_list(field, DataType::List(coded(of))),
            DataType::LargeList(of) => of_list(field, DataType::LargeList(coded(of))),
            _ => field.clone(),
        },
        _ => field.clone(),
    }
}

fn of_list(field: &Field, list: DataType) -> Arc<Field> {
    Arc::new(field.clone().with_data_type(list))
}

fn coded(of: &Arc<Field>) -> Arc<Field> {
    const CODES: &[&str] = &["party", "kind", "quality", "unit"];
    let DataType::Struct(fields) = of.data_type() else { return of.clone() };
    let field = |f: &Arc<Field>| if CODES.contains(&f.name().as_str()) { words(f) } else { f.clone() };
    Arc::new(of.as_ref().clone().with_data_type(DataType::Struct(fields.iter().map(field).collect())))
}

fn words(field: &Arc<Field>) -> Arc<Field> {
    match field.data_type() {
        DataType::Dictionary(..) => field.clone(),
        of if texts::is_text(of) => {
            let of = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(of))
        }
        _ => field.clone(),
    }
}
