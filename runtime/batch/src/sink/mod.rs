//! Writing a file of record batches in any of the forms, whole or not at all.

mod partial;
mod press;
mod text;

use crate::{BatchError, Format};
use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowColumnChunk;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use partial::Partial;
pub(crate) use press::{Column, Press, Printed};
use std::io::Write;
use std::path::{Path, PathBuf};
pub(crate) use text::Printer;

/// Rows that are kept together in a Parquet file: as many as a reader wants to hold at once.
const ROW_GROUP: usize = 1 << 18;

/// A file that is being written. It gets its name in [`Sink::finish`]; dropped before that, it is gone, and an older
/// file of the name is as it was.
///
/// In an Arrow IPC file a column of texts by dictionary must come with the same dictionary in every batch.
pub struct Sink {
    path: PathBuf,
    schema: SchemaRef,
    writer: Writer,
}

/// The writers of the forms.
enum Writer {
    Parquet(Box<ArrowWriter<Partial>>),
    /// Row groups that were encoded elsewhere.
    Groups(Box<SerializedFileWriter<Partial>>),
    Arrow(Box<FileWriter<Partial>>),
    Stream(Box<StreamWriter<Partial>>),
    Text(Box<Printer>, Partial),
}

/// How a Parquet file is written. Amounts and numbers of rows seldom come twice: a dictionary of them costs more time
/// than it saves room.
fn properties(schema: &SchemaRef) -> WriterProperties {
    let builder = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP));
    let whole = schema.fields().iter().filter(|f| *f.data_type() == DataType::Int64);
    let builder = whole.fold(builder, |builder, field| {
        let column = ColumnPath::new(vec![field.name().clone()]);
        builder
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED)
    });
    builder.build()
}

impl Sink {
    /// Begins a file.
    pub fn create(path: &Path, format: Format, schema: SchemaRef) -> Result<Sink, BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", path, e);
        let writer = match format {
            Format::Parquet => {
                let file = Partial::create(path)?;
                let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(&schema)));
                Writer::Parquet(Box::new(writer.map_err(|e| failed(&e))?))
            }
            Format::Arrow => {
                let writer = FileWriter::try_new(Partial::create(path)?, &schema);
                Writer::Arrow(Box::new(writer.map_err(|e| failed(&e))?))
            }
            Format::ArrowStream => {
                let writer = StreamWriter::try_new(Partial::create(path)?, &schema);
                Writer::Stream(Box::new(writer.map_err(|e| failed(&e))?))
            }
            Format::Csv | Format::JsonLines => {
                let mut printer = Printer::new(&schema, format)?;
                let mut file = Partial::create(path)?;
                file.write_all(printer.heading()).map_err(|e| failed(&e))?;
                Writer::Text(Box::new(printer), file)
            }
        };
        Ok(Sink { path: path.to_owned(), schema, writer })
    }

    /// What the file holds.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Appends rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", &self.path, e);
        match &mut self.writer {
            Writer::Parquet(writer) => writer.write(batch).map_err(|e| failed(&e)),
            Writer::Groups(_) => Err(failed(&"its columns are encoded elsewhere")),
            Writer::Arrow(writer) => writer.write(batch).map_err(|e| failed(&e)),
            Writer::Stream(writer) => writer.write(batch).map_err(|e| failed(&e)),
            Writer::Text(printer, file) => file.write_all(printer.rows(batch)?).map_err(|e| failed(&e)),
        }
    }

    /// The same file, and what other threads do for it before they hand it over.
    pub(crate) fn pressed(self) -> Result<(Sink, Press), BatchError> {
        let Sink { path, schema, writer } = self;
        let (writer, press) = match writer {
            Writer::Parquet(writer) => {
                let parts = writer.into_serialized_writer();
                let (file, factory) = parts.map_err(|e| BatchError::file("write", &path, e))?;
                (Writer::Groups(Box::new(file)), Press::Columns(factory, schema.clone()))
            }
            Writer::Text(printer, file) => {
                let press = Press::Text(schema.clone(), printer.format());
                (Writer::Text(printer, file), press)
            }
            writer @ (Writer::Arrow(_) | Writer::Stream(_) | Writer::Groups(_)) => (writer, Press::Nothing),
        };
        Ok((Sink { path, schema, writer }, press))
    }

    /// Appends rows that were printed.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", &self.path, e);
        match &mut self.writer {
            Writer::Text(_, file) => file.write_all(text).map_err(|e| failed(&e)),
            _ => Err(failed(&"it is no text")),
        }
    }

    /// Appends a row group of columns in their order.
    pub(crate) fn group(&mut self, columns: Vec<ArrowColumnChunk>) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", &self.path, e);
        let Writer::Groups(file) = &mut self.writer else { return Err(failed(&"it has no row groups")) };
        let mut group = file.next_row_group().map_err(|e| failed(&e))?;
        for column in columns {
            column.append_to_row_group(&mut group).map_err(|e| failed(&e))?;
        }
        group.close().map(drop).map_err(|e| failed(&e))
    }

    /// Ends the file, brings it to the disk and gives it its name.
    pub fn finish(self) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", &self.path, e);
        let file = match self.writer {
            Writer::Parquet(writer) => writer.into_inner().map_err(|e| failed(&e))?,
            Writer::Groups(writer) => writer.into_inner().map_err(|e| failed(&e))?,
            Writer::Arrow(mut writer) => {
                writer.finish().map_err(|e| failed(&e))?;
                writer.into_inner().map_err(|e| failed(&e))?
            }
            Writer::Stream(mut writer) => {
                writer.finish().map_err(|e| failed(&e))?;
                writer.into_inner().map_err(|e| failed(&e))?
            }
            Writer::Text(_, file) => file,
        };
        file.finish()
    }
}
