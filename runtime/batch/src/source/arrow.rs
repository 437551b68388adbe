//! Reading Arrow IPC. Of a file, which says where each batch is, batches are read and decoded by whoever asks about
//! their rows; of a stream, which may say other words for its codes at any time, one after the other.

use super::at::Places;
use super::guard::guarded;
use super::sound;
use super::{Bad, Carried, Columns, Damage, Decoder, Decoders, Feed, Opened, Pieces, Portion, ROWS};
use crate::BatchError;
use crate::error::{plain, short};
use accord_core::columns::Layout;
use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, StreamReader, read_footer_length};
use arrow_ipc::{Block, root_as_footer, root_as_message};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::sync::Arc;

/// How a file begins.
const MAGIC: &[u8] = b"ARROW1";

/// How the end of a file is read: the length of what describes it, and the magic word again.
const END: usize = 10;

pub(super) fn damaged(error: impl std::fmt::Display) -> BatchError {
    let said = error.to_string();
    compressed(&said).unwrap_or_else(|| BatchError::new(short(plain(&said))))
}

/// What a decoder means by the words that it was built without something: a compression that is not read here.
fn compressed(said: &str) -> Option<BatchError> {
    let word = |c: char| c.is_ascii_alphanumeric();
    let of_parquet = said.split_once("Disabled feature at compile time: ").map(|(_, name)| name);
    let of_parquet = of_parquet.and_then(|name| name.split(|c| !word(c)).next());
    let of_arrow = || said.split_once(" IPC decompression requires the ")?.0.rsplit(|c| !word(c)).next();
    let name = of_parquet.or_else(of_arrow)?;
    let name = if name == "flate2" { "gzip" } else { name };
    Some(
        BatchError::new(format!("it is compressed with {name}, which is not read here"))
            .help("write it without compression; Parquet may be compressed with Snappy"),
    )
}

/// Whether what a file holds begins like a file and not like a stream.
pub(super) fn is_file(mut file: &File) -> bool {
    let mut start = Vec::new();
    let read = file.take(6).read_to_end(&mut start).and_then(|_| file.rewind());
    read.is_ok() && start == MAGIC
}

/// What is the same for every thread.
struct Known {
    file: Places,
    blocks: Vec<Block>,
    /// It looks at what it decodes, or leaves that to others.
    decoder: FileDecoder,
    unchecked: bool,
    /// Which columns of the file are wanted, and what they are.
    wanted: Vec<usize>,
    schema: SchemaRef,
}

/// Takes batches off, small ones together.
struct Messages {
    known: Arc<Known>,
    next: usize,
    /// A large one, in pieces: one thread decodes it and all of them ask.
    large: Pieces,
}

struct Decoding {
    known: Arc<Known>,
    messages: std::ops::Range<usize>,
    pieces: Pieces,
}

/// An Arrow IPC file.
pub(super) fn file(file: File, layout: &Layout, carried: &Carried) -> Result<Opened, BatchError> {
    let opened = guarded(|| Ok(described(Places::new(file).map_err(damaged)?)?));
    let (file, blocks, mut decoder, schema) = opened.map_err(|d| d.error)?;
    let (columns, wanted) = Columns::new(layout, &schema, carried)?;
    decoder = decoder.with_projection(wanted.clone());
    let unchecked = sound::knows(&schema, &wanted);
    if unchecked {
        decoder = sound::unchecked(decoder);
    }
    let known = Arc::new(Known { file, blocks, decoder, unchecked, wanted, schema: columns.schema().clone() });
    let rows = guarded(|| (0..known.blocks.len()).try_fold(0u64, |sum, at| Ok(sum.saturating_add(known.rows(at)?))));
    let rows = rows.map_err(|d| d.error)?;
    let shared = known.clone();
    let decoders: Decoders =
        Arc::new(move || Box::new(Decoding { known: shared.clone(), messages: 0..0, pieces: Pieces::default() }));
    let feed = Box::new(Messages { known, next: 0, large: Pieces::default() });
    Ok(Opened { columns, rows: Some(rows), feed, decoders })
}

/// What the end of a file says of it.
fn described(file: Places) -> Result<(Places, Vec<Block>, FileDecoder, Schema), BatchError> {
    let missing = || BatchError::new("the end of the file, which says what it holds, is missing");
    let at = file.length.checked_sub(END as u64).ok_or_else(missing)?;
    let end = file.read(at, END as u64).map_err(damaged)?;
    let end: [u8; END] = end.as_ref().try_into().map_err(|_| missing())?;
    let length = read_footer_length(end).map_err(|_| missing())? as u64;
    let footer = file.read(at.checked_sub(length).ok_or_else(missing)?, length).map_err(damaged)?;
    let footer = root_as_footer(&footer).map_err(damaged)?;
    let schema = footer.schema().ok_or_else(|| BatchError::new("the file does not say what columns it has"))?;
    if !schema.endianness().equals_to_target_endianness() {
        return Err(BatchError::new("the file comes from a computer that keeps numbers the other way round"));
    }
    let schema = Arc::new(try_fb_to_schema(schema).map_err(damaged)?);
    let mut decoder = FileDecoder::new(schema.clone(), footer.version());
    for block in footer.dictionaries().iter().flatten() {
        let message = read(&file, block)?;
        within(block, &message)?;
        decoder.read_dictionary(block, &message).map_err(damaged)?;
    }
    let blocks = footer.recordBatches().iter().flatten().copied().collect();
    Ok((file, blocks, decoder, schema.as_ref().clone()))
}

/// The bytes of a block.
fn read(file: &Places, block: &Block) -> Result<Buffer, BatchError> {
    let wrong = || BatchError::new("the file says that something is in it before its beginning");
    let part = |length: i64| u64::try_from(length).map_err(|_| wrong());
    let (from, head, body) = (part(block.offset())?, part(block.metaDataLength().into())?, part(block.bodyLength())?);
    let length = head.checked_add(body).filter(|_| head >= 8).ok_or_else(wrong)?;
    Ok(Buffer::from(file.read(from, length).map_err(damaged)?))
}

impl Known {
    /// How many rows a batch says it has.
    fn rows(&self, at: usize) -> Result<u64, BatchError> {
        let Some(block) = self.blocks.get(at) else { return Ok(0) };
        let head = Block::new(block.offset(), block.metaDataLength(), 0);
        let bytes = read(&self.file, &head)?;
        let message = root_as_message(message(&bytes)).map_err(damaged)?;
        Ok(message.header_as_record_batch().and_then(|b| u64::try_from(b.length()).ok()).unwrap_or(0))
    }

    fn batch(&self, at: usize) -> Result<Option<RecordBatch>, BatchError> {
        let Some(block) = self.blocks.get(at) else { return Ok(None) };
        let bytes = read(&self.file, block)?;
        within(block, &bytes)?;
        if self.unchecked {
            let batch = guarded(|| Ok(self.decoder.read_record_batch(block, &bytes).map_err(damaged)?));
            if let Some(batch) = batch.ok().flatten().filter(sound::is_sound) {
                return alike(&batch, &self.schema).map(|()| Some(batch));
            }
        }
        let batch = if self.unchecked {
            // Whoever looks at everything says what is wrong.
            let (.., decoder, _) = described(self.file.clone())?;
            decoder.with_projection(self.wanted.clone()).read_record_batch(block, &bytes)
        } else {
            self.decoder.read_record_batch(block, &bytes)
        };
        let batch = batch.map_err(|e| self.blamed(block, &bytes).unwrap_or_else(|| damaged(e)))?;
        batch.map(|batch| alike(&batch, &self.schema).map(|()| batch)).transpose()
    }

    /// What is wrong with the first column that cannot be read by itself.
    fn blamed(&self, block: &Block, bytes: &Buffer) -> Option<BatchError> {
        self.wanted.iter().zip(self.schema.fields()).find_map(|(at, field)| {
            let (.., decoder, _) = described(self.file.clone()).ok()?;
            let error = decoder.with_projection(vec![*at]).read_record_batch(block, bytes).err()?;
            let name = short(field.name());
            Some(BatchError::new(format!("the column `{name}` is damaged: {}", damaged(error))))
        })
    }
}

/// A message without what stands before it.
fn message(bytes: &[u8]) -> &[u8] {
    let start = if bytes.starts_with(&[0xff; 4]) { 8 } else { 4 };
    bytes.get(start..).unwrap_or_default()
}

/// Whether every buffer of a batch is within the message.
fn within(block: &Block, bytes: &[u8]) -> Result<(), BatchError> {
    let message = root_as_message(message(bytes)).map_err(damaged)?;
    let batch = message.header_as_record_batch().or_else(|| message.header_as_dictionary_batch()?.data());
    for buffer in batch.and_then(|b| b.buffers()).iter().flatten() {
        let (from, length) = (buffer.offset(), buffer.length());
        let end = from.checked_add(length).filter(|end| from >= 0 && length >= 0 && *end <= block.bodyLength());
        let _ = end.ok_or_else(|| BatchError::new("a batch says that it holds more than the file has"))?;
    }
    Ok(())
}

/// Whether a batch holds what the file says.
pub(super) fn alike(batch: &RecordBatch, schema: &SchemaRef) -> Result<(), BatchError> {
    let came = batch.schema();
    match came.fields().iter().map(|f| f.data_type()).eq(schema.fields().iter().map(|f| f.data_type())) {
        true => Ok(()),
        false => Err(BatchError::new("a batch of the file has other columns than the file")),
    }
}

impl Feed for Messages {
    fn next(&mut self) -> Result<Option<Portion>, BatchError> {
        const MOST: u64 = ROWS as u64;
        let (first, mut rows) = (self.next, 0);
        loop {
            if let Some(piece) = self.large.next() {
                return Ok(Some(Portion::Batch(piece)));
            }
            if self.next >= self.known.blocks.len() {
                break;
            }
            let more = self.known.rows(self.next)?;
            if rows > 0 && rows + more > MOST {
                break;
            }
            self.next += 1;
            if more > 2 * MOST {
                self.large.left = self.known.batch(self.next - 1)?;
            } else {
                rows += more;
            }
        }
        Ok((self.next > first).then_some(Portion::Messages(first..self.next)))
    }
}

impl Decoder for Decoding {
    fn begin(&mut self, portion: Portion) -> Result<(), Damage> {
        match portion {
            Portion::Messages(messages) => self.messages = messages,
            Portion::Batch(batch) => self.pieces.left = Some(batch),
            Portion::Groups(_) | Portion::Lines(_) | Portion::Cells(_) => {}
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Bad>)>, Damage> {
        loop {
            if let Some(piece) = self.pieces.next() {
                return Ok(Some((piece, Vec::new())));
            }
            let Some(at) = self.messages.next() else { return Ok(None) };
            self.pieces.left = self.known.batch(at)?;
        }
    }
}

/// Batches of a stream, as they come.
struct Stream<R> {
    reader: StreamReader<R>,
    wanted: Vec<usize>,
    schema: SchemaRef,
    left: Pieces,
}

/// An Arrow IPC stream.
pub(super) fn stream<R: Read + Send + 'static>(
    read: BufReader<R>,
    layout: &Layout,
    carried: &Carried,
) -> Result<Opened, BatchError> {
    let open = || StreamReader::try_new(read, None).map_err(|e: ArrowError| damaged(e).into());
    let reader = guarded(open).map_err(|d| d.error)?;
    let (columns, wanted) = Columns::new(layout, &reader.schema(), carried)?;
    let decoders: Decoders = Arc::new(|| Box::new(Pieces::default()));
    let schema = columns.schema().clone();
    let feed = Box::new(Stream { reader, wanted, schema, left: Pieces::default() });
    Ok(Opened { columns, rows: None, feed, decoders })
}

impl<R: Read + Send> Feed for Stream<R> {
    fn next(&mut self) -> Result<Option<Portion>, BatchError> {
        loop {
            if let Some(piece) = self.left.next() {
                return Ok(Some(Portion::Batch(piece)));
            }
            let Some(batch) = self.reader.next() else { return Ok(None) };
            let batch = batch.and_then(|b| b.project(&self.wanted)).map_err(damaged)?;
            alike(&batch, &self.schema)?;
            self.left.left = Some(batch);
        }
    }
}

impl Decoder for Pieces {
    fn begin(&mut self, portion: Portion) -> Result<(), Damage> {
        if let Portion::Batch(batch) = portion {
            self.left = Some(batch);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Bad>)>, Damage> {
        Ok(Pieces::next(self).map(|batch| (batch, Vec::new())))
    }
}

#[cfg(test)]
mod tests {
    use super::{Places, damaged, described, read, sound, within};
    use crate::source::guard::guarded;
    use crate::tests::{layout, scratch};
    use arrow_array::RecordBatch;
    use parquet::errors::ParquetError;
    use std::fs::File;
    use std::path::Path;

    /// The batches of a file as the decoder gives them that looks at everything, and as the other does where what it gives
    /// is sound.
    fn both(path: &Path) -> Vec<[Option<RecordBatch>; 2]> {
        let open = || guarded(|| Ok(described(Places::new(File::open(path).map_err(damaged)?).map_err(damaged)?)?));
        let (Ok((file, blocks, checked, schema)), Ok((.., unchecked, _))) = (open(), open()) else {
            return Vec::new();
        };
        let all: Vec<usize> = (0..schema.fields().len()).collect();
        let decoders = [Some(checked), sound::knows(&schema, &all).then(|| sound::unchecked(unchecked))];
        let decoded = |block: &_| {
            let mut batches = decoders.each_ref().map(|decoder| {
                let bytes = read(&file, block).ok().filter(|bytes| within(block, bytes).is_ok())?;
                let decoder = decoder.as_ref()?;
                let batch = guarded(|| Ok(decoder.read_record_batch(block, &bytes).map_err(damaged)?));
                batch.ok().flatten()
            });
            batches[1] = batches[1].take().filter(sound::is_sound);
            batches
        };
        blocks.iter().map(decoded).collect()
    }

    #[test]
    fn what_is_found_sound_is_what_looking_at_everything_accepts() {
        let folder = scratch("sound");
        let path = folder.join("rows.arrow");
        let generator =
            crate::generate::Generator::new(&layout(), crate::generate::Options::default()).expect("claims");
        let mut sink = crate::Sink::create(&path, crate::Format::Arrow, generator.schema()).expect("a file");
        for first in 0..3 {
            sink.write(&generator.batch(first * 40, 40).expect("claims")).expect("written");
        }
        sink.finish().expect("written");
        let whole = both(&path);
        assert_eq!(whole.len(), 3);
        assert!(whole.iter().all(|[checked, sound]| checked.is_some() && checked == sound));
        let bytes = std::fs::read(&path).expect("read");
        let other = folder.join("other.arrow");
        let (mut refused, mut accepted, mut missed) = (0, 0, 0);
        let mut state = 1_u64;
        let mut dice = |sides: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap_or(0) % sides
        };
        for _ in 0..3_000 {
            let mut bytes = bytes.clone();
            for _ in 0..=dice(3) {
                let at = dice(bytes.len());
                bytes[at] = u8::try_from(dice(256)).unwrap_or(0);
            }
            std::fs::write(&other, bytes).expect("written");
            for [checked, sound] in both(&other) {
                refused += usize::from(checked.is_none());
                accepted += usize::from(sound.is_some());
                missed += usize::from(checked.is_some() && sound.is_none());
                let Some(sound) = sound else { continue };
                // A file of which every value is right may still say that it is longer than that.
                let full = |column: &arrow_array::ArrayRef| column.to_data().validate_full().map_err(|e| e.to_string());
                let wrong = sound.columns().iter().find_map(|column| full(column).err());
                assert_eq!(wrong, None, "what is found sound is not");
                assert!(checked.is_none_or(|checked| checked == sound), "two decoders give different batches");
            }
        }
        assert!(refused > 200 && accepted > 2_000 && missed < 100, "{refused} {accepted} {missed}");
    }

    #[test]
    fn a_compression_that_is_not_read_is_named_with_the_remedy() {
        // As the decoders of Parquet and of Arrow say it.
        let lz4 = ParquetError::General("Disabled feature at compile time: lz4".to_owned());
        let error = damaged(lz4);
        assert_eq!(error.to_string(), "it is compressed with lz4, which is not read here");
        assert!(error.remedy().is_some_and(|r| r.contains("Snappy")));
        let error = damaged("Invalid argument error: zstd IPC decompression requires the zstd feature");
        assert_eq!(error.to_string(), "it is compressed with zstd, which is not read here");
        assert_eq!(damaged("Parquet error: EOF").to_string(), "Parquet error: EOF");
    }
}
