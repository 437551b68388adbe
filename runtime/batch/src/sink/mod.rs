//! Writing a file of record batches in any of the forms, whole or not at all.

mod partial;
mod text;

use crate::{BatchError, Format};
use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use partial::Partial;
use std::io::Write;
use std::path::{Path, PathBuf};
use text::Printer;

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
    Arrow(Box<FileWriter<Partial>>),
    Stream(Box<StreamWriter<Partial>>),
    Text(Box<Printer>, Partial),
}

impl Sink {
    /// Begins a file.
    pub fn create(path: &Path, format: Format, schema: SchemaRef) -> Result<Sink, BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", path, e);
        let writer = match format {
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    .build();
                let file = Partial::create(path)?;
                let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties));
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
            Writer::Arrow(writer) => writer.write(batch).map_err(|e| failed(&e)),
            Writer::Stream(writer) => writer.write(batch).map_err(|e| failed(&e)),
            Writer::Text(printer, file) => file.write_all(printer.rows(batch)?).map_err(|e| failed(&e)),
        }
    }

    /// Ends the file, brings it to the disk and gives it its name.
    pub fn finish(self) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display| BatchError::file("write", &self.path, e);
        let file = match self.writer {
            Writer::Parquet(writer) => writer.into_inner().map_err(|e| failed(&e))?,
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
