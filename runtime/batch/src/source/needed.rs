//! Which bytes of a batch in an Arrow IPC file are needed: of columns that nobody wants none, of a column in which
//! everything is null only the marks that say so. What is needed is read side by side, and the message is told where.

use super::arrow::{damaged, message, within};
use super::at::Places;
use crate::BatchError;
use arrow_buffer::Buffer;
use arrow_buffer::bit_chunk_iterator::UnalignedBitChunk;
use arrow_ipc::{Block, RecordBatch, root_as_message};
use arrow_schema::{DataType, Schema};
use std::ops::Range;

/// Parts of a file with no more than so many bytes between them are read together.
const BETWEEN: u64 = 1 << 12;

/// How parts are aligned: as the format asks for at best.
const ALIGNED: u64 = 64;

/// What is to be done about one buffer of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Need {
    Not,
    Read,
    /// It holds values that are all null: zeros do.
    Zeros,
}

/// A buffer as the message describes it: where it is behind the head, and how long.
#[derive(Clone, Copy, Debug)]
struct Extent {
    from: u64,
    length: u64,
}

/// The buffers of a batch in the order in which its columns have them.
struct Walk<'a> {
    batch: RecordBatch<'a>,
    node: usize,
    needs: Vec<Need>,
    /// Columns without a value.
    empty: Vec<Empty>,
}

/// A column that has no value, as the message says.
struct Empty {
    /// Which buffer has the marks of what is null, and how many behind it have values.
    marks: usize,
    values: usize,
    length: usize,
}

impl Walk<'_> {
    /// What a column has; none where it has a form that is not gone through here, or the message has fewer parts.
    fn column(&mut self, of: &DataType, wanted: bool) -> Option<()> {
        let node = self.batch.nodes()?.iter().nth(self.node)?;
        self.node += 1;
        let (length, nulls) = (usize::try_from(node.length()).ok()?, usize::try_from(node.null_count()).ok()?);
        let values = match of {
            DataType::Boolean | DataType::Dictionary(..) => 1,
            of if of.is_primitive() => 1,
            DataType::Utf8 | DataType::Binary | DataType::LargeUtf8 | DataType::LargeBinary => 2,
            DataType::List(of) | DataType::LargeList(of) | DataType::Map(of, _) => {
                self.read(2, wanted);
                return self.column(of.data_type(), wanted);
            }
            DataType::Struct(fields) => {
                self.read(1, wanted);
                return fields.iter().try_for_each(|field| self.column(field.data_type(), wanted).map(drop));
            }
            _ => return None,
        };
        if wanted && length > 0 && nulls == length {
            self.empty.push(Empty { marks: self.needs.len(), values, length });
        }
        self.read(1 + values, wanted);
        Some(())
    }

    fn read(&mut self, buffers: usize, wanted: bool) {
        self.needs.extend((0..buffers).map(|_| if wanted { Need::Read } else { Need::Not }));
    }
}

/// A batch of a file with what is needed of it, and where it is in what was read; none where it has a form of which
/// everything has to be read.
pub(super) fn read(
    file: &Places,
    block: &Block,
    schema: &Schema,
    wanted: &[usize],
) -> Result<Option<(Block, Buffer)>, BatchError> {
    let Ok(head) = u64::try_from(block.metaDataLength()) else { return Ok(None) };
    let Ok(from) = u64::try_from(block.offset()) else { return Ok(None) };
    let whole = u64::try_from(block.bodyLength()).ok().and_then(|body| from.checked_add(head)?.checked_add(body));
    // What is not whole is refused by whoever reads all of it.
    if head < 8 || whole.is_none_or(|end| end > file.length) {
        return Ok(None);
    }
    let bytes = file.read(from, head).map_err(damaged)?;
    within(block, &bytes)?;
    let told = root_as_message(message(&bytes)).map_err(damaged)?;
    let Some(batch) = told.header_as_record_batch().filter(|b| b.compression().is_none()) else { return Ok(None) };
    let mut walk = Walk { batch, node: 0, needs: Vec::new(), empty: Vec::new() };
    let columns = schema.fields().iter().enumerate();
    let gone = { columns }.try_for_each(|(at, field)| walk.column(field.data_type(), wanted.contains(&at)));
    let (Some(()), Some(buffers)) = (gone, batch.buffers()) else { return Ok(None) };
    let Walk { mut needs, empty, .. } = walk;
    let extents: Option<Vec<Extent>> = buffers.iter().map(|b| extent(b.offset(), b.length())).collect();
    let Some(extents) = extents.filter(|all| all.len() == needs.len()) else { return Ok(None) };
    let body = from.saturating_add(head);
    for Empty { marks, values, length } in empty {
        let Some(bits) = extents.get(marks).filter(|bits| bits.length >= (length as u64).div_ceil(8)) else { continue };
        let bits = file.read(body.saturating_add(bits.from), bits.length).map_err(damaged)?;
        // What the message says of nulls is believed only where the marks say it too.
        if UnalignedBitChunk::new(&bits, 0, length).count_ones() == 0 {
            needs.iter_mut().skip(marks + 1).take(values).for_each(|need| *need = Need::Zeros);
        }
    }
    gather(file, body, (&bytes, buffers.bytes()), (&extents, &needs))
}

fn extent(from: i64, length: i64) -> Option<Extent> {
    Some(Extent { from: u64::try_from(from).ok()?, length: u64::try_from(length).ok()? })
}

/// Reads what is needed, and tells the message where it is: the head as it was read, and the part of it that describes
/// the buffers.
fn gather(
    file: &Places,
    body: u64,
    (head, described): (&[u8], &[u8]),
    (extents, needs): (&[Extent], &[Need]),
) -> Result<Option<(Block, Buffer)>, BatchError> {
    let aligned = |length: u64| length.next_multiple_of(ALIGNED);
    let begin = aligned(head.len() as u64);
    let mut wanted: Vec<(usize, Extent)> = extents.iter().copied().enumerate().collect();
    wanted.retain(|(at, extent)| needs.get(*at) == Some(&Need::Read) && extent.length > 0);
    wanted.sort_by_key(|(at, extent)| (extent.from, *at));
    let mut places = vec![Extent { from: 0, length: 0 }; extents.len()];
    let mut runs: Vec<Run> = Vec::new();
    let mut end = begin;
    for (at, Extent { from, length }) in wanted {
        let last = runs.last_mut().filter(|run| from <= run.from.end.saturating_add(BETWEEN));
        let run = match last {
            Some(run) => run,
            None => {
                // What was aligned stays so.
                let to = end + (from % ALIGNED + ALIGNED - end % ALIGNED) % ALIGNED;
                runs.push(Run { from: from..from, to });
                let Some(run) = runs.last_mut() else { return Ok(None) };
                run
            }
        };
        run.from.end = run.from.end.max(from.saturating_add(length));
        end = run.to + (run.from.end - run.from.start);
        if let Some(place) = places.get_mut(at) {
            *place = Extent { from: run.to + (from - run.from.start) - begin, length };
        }
    }
    let zeros = aligned(end);
    let empty = |at: usize| needs.get(at) == Some(&Need::Zeros);
    let most = extents.iter().enumerate().filter(|(at, _)| empty(*at)).map(|(_, e)| e.length).max().unwrap_or(0);
    for (at, (place, extent)) in places.iter_mut().zip(extents).enumerate() {
        if empty(at) {
            *place = Extent { from: zeros - begin, length: extent.length };
        }
    }
    let parts: Vec<(u64, Range<u64>)> = runs
        .iter()
        .map(|run| (body.saturating_add(run.from.start), run.to..run.to + run.from.end - run.from.start))
        .collect();
    let Some(head) = patched(head, described, &places, begin) else { return Ok(None) };
    let read = file.gather(&head, &parts, zeros..zeros + most).map_err(damaged)?;
    let (Ok(head), Ok(length)) = (i32::try_from(begin), i64::try_from(zeros + most - begin)) else { return Ok(None) };
    Ok(Some((Block::new(0, head, length), Buffer::from(read))))
}

/// A part of the body that is read at once, and where it goes.
struct Run {
    from: Range<u64>,
    to: u64,
}

/// The head with other places of buffers, and zeros behind it.
fn patched(head: &[u8], described: &[u8], places: &[Extent], length: u64) -> Option<Vec<u8>> {
    let mut patched = head.to_vec();
    patched.resize(usize::try_from(length).ok()?, 0);
    let at = (described.as_ptr() as usize).checked_sub(head.as_ptr() as usize)?;
    let slots = patched.get_mut(at..at.checked_add(described.len())?)?;
    for (slot, place) in slots.chunks_exact_mut(16).zip(places) {
        let (from, length) = slot.split_at_mut(8);
        from.copy_from_slice(&place.from.to_le_bytes());
        length.copy_from_slice(&place.length.to_le_bytes());
    }
    Some(patched)
}
