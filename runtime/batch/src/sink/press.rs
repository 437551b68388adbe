//! What is done for a file on other threads than the one that writes it: text is printed there, and columns of a
//! Parquet file are encoded.

use super::ROW_GROUP;
use super::text::Printer;
use crate::{BatchError, Format};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, SchemaRef};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use std::sync::Arc;

/// What is done for a form of file.
pub(crate) enum Press {
    Nothing,
    Text(SchemaRef, Format),
    Columns(ArrowRowGroupWriterFactory, SchemaRef),
}

/// A block as it goes to the thread that writes.
pub(crate) enum Printed {
    Batch(RecordBatch),
    Text(Vec<u8>),
}

/// A column of a row group, to be encoded.
pub(crate) struct Column {
    field: Arc<Field>,
    writers: Vec<ArrowColumnWriter>,
    arrays: Vec<ArrayRef>,
}

impl Press {
    /// What prints blocks, for each thread one.
    pub fn printer(&self) -> Result<Option<Printer>, BatchError> {
        match self {
            Press::Text(schema, format) => Printer::new(schema, *format).map(Some),
            Press::Nothing | Press::Columns(..) => Ok(None),
        }
    }

    /// Rows that are kept together before their columns are encoded; none where none are.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Press::Columns(..) => Some(ROW_GROUP),
            Press::Nothing | Press::Text(..) => None,
        }
    }

    /// The columns of a row group of these rows.
    pub fn columns(&self, group: usize, batches: &[RecordBatch]) -> Result<Vec<Column>, BatchError> {
        let Press::Columns(factory, schema) = self else { return Ok(Vec::new()) };
        let mut writers = factory.create_column_writers(group).map_err(failed)?.into_iter();
        let column = |(at, field): (usize, &Arc<Field>)| {
            let arrays: Vec<ArrayRef> = batches.iter().filter_map(|b| b.columns().get(at)).cloned().collect();
            let leaves = leaves(field.data_type());
            Column { field: field.clone(), writers: writers.by_ref().take(leaves).collect(), arrays }
        };
        Ok(schema.fields().iter().enumerate().map(column).collect())
    }
}

/// How many columns of a Parquet file a field becomes.
fn leaves(of: &arrow_schema::DataType) -> usize {
    use arrow_schema::DataType;
    match of {
        DataType::Struct(fields) => fields.iter().map(|f| leaves(f.data_type())).sum(),
        DataType::List(of) | DataType::LargeList(of) | DataType::FixedSizeList(of, _) | DataType::Map(of, _) => {
            leaves(of.data_type())
        }
        DataType::ListView(of) | DataType::LargeListView(of) => leaves(of.data_type()),
        _ => 1,
    }
}

impl Column {
    /// Encodes it.
    pub fn encode(self) -> Result<Vec<ArrowColumnChunk>, BatchError> {
        let Column { field, mut writers, arrays } = self;
        for array in arrays {
            let leaves = compute_leaves(&field, &array).map_err(failed)?;
            if leaves.len() != writers.len() {
                return Err(BatchError::new(format!(
                    "the column `{}` has a form that cannot be written",
                    field.name()
                )));
            }
            for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                writer.write(leaf).map_err(failed)?;
            }
        }
        writers.into_iter().map(|writer| writer.close().map_err(failed)).collect()
    }
}

fn failed(error: ParquetError) -> BatchError {
    BatchError::new(format!("a column cannot be encoded: {}", crate::error::short(&error.to_string())))
}
