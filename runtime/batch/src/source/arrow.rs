//! Reading Parquet and Arrow IPC.

use super::{BYTES, Bad, Carried, Columns, Opened, ROWS, Reader};
use crate::{BatchError, texts};
use accord_core::columns::{Cell, Layout};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::sync::Arc;

/// Batches as they come, in pieces of at most so many rows.
struct Pieces<I> {
    batches: I,
    /// Which columns are wanted, where not all that come are.
    wanted: Option<Vec<usize>>,
    schema: SchemaRef,
    left: Option<RecordBatch>,
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>> + Send> Reader for Pieces<I> {
    fn next(&mut self, _: u64) -> Result<Option<(RecordBatch, Vec<Bad>)>, BatchError> {
        loop {
            if let Some(batch) = self.left.take() {
                let rows = batch.num_rows();
                if rows > ROWS {
                    self.left = Some(batch.slice(ROWS, rows - ROWS));
                    return Ok(Some((batch.slice(0, ROWS), Vec::new())));
                }
                if rows > 0 {
                    return Ok(Some((batch, Vec::new())));
                }
            }
            let Some(batch) = self.batches.next() else { return Ok(None) };
            let mut batch = batch.map_err(damaged)?;
            if let Some(wanted) = &self.wanted {
                batch = batch.project(wanted).map_err(damaged)?;
            }
            let came = batch.schema();
            if !came.fields().iter().map(|f| f.data_type()).eq(self.schema.fields().iter().map(|f| f.data_type())) {
                return Err(BatchError::new("a batch of the file has other columns than the file"));
            }
            self.left = Some(batch);
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> BatchError {
    BatchError::new(crate::error::short(&error.to_string()))
}

/// An Arrow IPC file.
pub(super) fn file<R: Read + Seek + Send + 'static>(
    read: BufReader<R>,
    layout: &Layout,
    carried: &Carried,
) -> Result<Opened, BatchError> {
    let reader = guarded(|| FileReader::try_new(read, None))?;
    let schema = reader.schema();
    let (columns, wanted) = Columns::new(layout, &schema, carried)?;
    Ok(pieces(columns, wanted, reader, None))
}

/// An Arrow IPC stream.
pub(super) fn stream<R: Read + Send + 'static>(
    read: BufReader<R>,
    layout: &Layout,
    carried: &Carried,
) -> Result<Opened, BatchError> {
    let reader = guarded(|| StreamReader::try_new(read, None))?;
    let schema = reader.schema();
    let (columns, wanted) = Columns::new(layout, &schema, carried)?;
    Ok(pieces(columns, wanted, reader, None))
}

/// Opens what may be damaged in ways that its decoder does not expect.
fn guarded<T>(open: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, BatchError> {
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(open));
    opened.map_err(|_| BatchError::new("the file is damaged"))?.map_err(damaged)
}

fn pieces<I>(columns: Columns, wanted: Vec<usize>, batches: I, rows: Option<u64>) -> Opened
where
    I: Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static,
{
    let schema = columns.schema().clone();
    let reader = Box::new(Pieces { batches, wanted: Some(wanted), schema, left: None });
    Opened { columns, rows, reader }
}

/// A Parquet file.
pub(super) fn parquet(file: File, layout: &Layout, carried: &Carried) -> Result<Opened, BatchError> {
    let options = ArrowReaderOptions::new();
    let load = || ArrowReaderMetadata::load(&file, options.clone()).map_err(ArrowError::from);
    let metadata = guarded(load)?;
    // Codes are read by dictionary where the file does not keep them so: they are translated once and not row by row.
    let hinted = Schema::new(metadata.schema().fields().iter().map(|f| by_dictionary(f, layout)).collect::<Vec<_>>());
    let with_hint = options.with_schema(Arc::new(hinted));
    let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), with_hint).unwrap_or(metadata);
    let (columns, wanted) = Columns::new(layout, metadata.schema(), carried)?;

    let about = metadata.metadata().file_metadata();
    let rows = usize::try_from(about.num_rows()).unwrap_or(0);
    let groups = metadata.metadata().row_groups().iter();
    let bytes: i64 = groups.map(|g| g.total_byte_size().max(0)).fold(0, i64::saturating_add);
    let each = usize::try_from(bytes).unwrap_or(usize::MAX) / rows.max(1);
    let batch = (BYTES / each.max(1)).clamp(1024, ROWS);

    let mask = ProjectionMask::roots(metadata.parquet_schema(), wanted.iter().copied());
    let reader = guarded(|| {
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_projection(mask)
            .with_batch_size(batch)
            .build()
            .map_err(ArrowError::from)
    })?;
    let schema = reader.schema();
    let columns = columns.with_schema(schema.clone());
    let reader = Box::new(Pieces { batches: reader, wanted: None, schema, left: None });
    Ok(Opened { columns, rows: u64::try_from(rows).ok(), reader })
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
