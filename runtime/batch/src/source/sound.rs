//! Whether arrays are what they say, looked at many values at a time. The decoder looks at them one by one, and takes as
//! long for that as for everything else it does, so what it decodes without looking is looked at here before anything
//! reads it.

#![expect(unsafe_code, reason = "decoding what is looked at afterwards")]

use arrow_array::{Array, RecordBatch};
use arrow_buffer::ArrowNativeType;
use arrow_data::ArrayData;
use arrow_ipc::reader::FileDecoder;
use arrow_schema::{DataType, Schema};

/// A decoder that does not look at what it decodes, for columns of forms that are known here; whoever uses it asks
/// [`is_sound`] before anything else.
pub(super) fn unchecked(decoder: FileDecoder) -> FileDecoder {
    // SAFETY: what comes of it is given to `is_sound`, which reads buffers within their lengths only, and is dropped
    // if that says no. The decoder itself takes arrays apart and puts them together, and reads none of their values.
    unsafe { decoder.with_skip_validation(true) }
}

/// Whether the columns of a file, those at these positions, have forms that are known here.
pub(super) fn knows(schema: &Schema, columns: &[usize]) -> bool {
    columns.iter().all(|at| schema.fields().get(*at).is_some_and(|field| is_known(field.data_type())))
}

fn is_known(of: &DataType) -> bool {
    match of {
        DataType::List(of) | DataType::LargeList(of) => is_known(of.data_type()),
        DataType::Struct(fields) => !fields.is_empty() && fields.iter().all(|field| is_known(field.data_type())),
        DataType::Dictionary(_, of) => matches!(**of, DataType::Utf8 | DataType::LargeUtf8),
        DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Null => true,
        of => of.is_primitive(),
    }
}

/// Whether every array of a batch is what it says.
pub(super) fn is_sound(batch: &RecordBatch) -> bool {
    let schema = batch.schema_ref();
    batch.num_columns() == schema.fields().len()
        && batch.columns().iter().zip(schema.fields()).all(|(column, field)| {
            let nulls = field.is_nullable() || column.null_count() == 0;
            nulls && column.len() == batch.num_rows() && is_array(&column.to_data())
        })
}

fn is_array(data: &ArrayData) -> bool {
    // Whether buffers are as long as they must be, and nulls as many as is said: that costs next to nothing.
    if data.validate().is_err() || data.validate_nulls().is_err() {
        return false;
    }
    match data.data_type() {
        DataType::Utf8 => is_texts::<i32>(data),
        DataType::LargeUtf8 => is_texts::<i64>(data),
        DataType::List(_) => lists::<i32>(data) && children(data),
        DataType::LargeList(_) => lists::<i64>(data) && children(data),
        DataType::Struct(_) => children(data),
        // The words were looked at when they were read.
        DataType::Dictionary(key, _) => match **key {
            DataType::Int8 => are_keys::<i8>(data),
            DataType::Int16 => are_keys::<i16>(data),
            DataType::Int32 => are_keys::<i32>(data),
            DataType::Int64 => are_keys::<i64>(data),
            DataType::UInt8 => are_keys::<u8>(data),
            DataType::UInt16 => are_keys::<u16>(data),
            DataType::UInt32 => are_keys::<u32>(data),
            DataType::UInt64 => are_keys::<u64>(data),
            _ => false,
        },
        DataType::Boolean | DataType::Null => true,
        of => of.is_primitive(),
    }
}

fn children(data: &ArrayData) -> bool {
    data.child_data().iter().all(is_array)
}

/// The values of a buffer that are those of an array and so many more; none where there are not as many.
fn values<T: ArrowNativeType>(data: &ArrayData, more: usize) -> Option<&[T]> {
    let buffer = data.buffers().first()?;
    let whole = buffer.len() / size_of::<T>() * size_of::<T>();
    let (begin, end) = (data.offset(), data.offset().checked_add(data.len())?.checked_add(more)?);
    // Of a buffer that is not aligned nothing is read.
    let aligned = buffer.as_ptr().align_offset(align_of::<T>()) == 0;
    if aligned && whole == buffer.len() {
        return buffer.typed_data::<T>().get(begin..end);
    }
    None
}

/// Where the first and the last of lists begin and end, if none ends before it begins; nothing for no list.
fn bounds<O: ArrowNativeType + PartialOrd>(data: &ArrayData) -> Option<(usize, usize, &[O])> {
    if data.is_empty() && data.buffers().first().is_some_and(|buffer| buffer.is_empty()) {
        return Some((0, 0, &[]));
    }
    let offsets = values::<O>(data, 1)?;
    let next = offsets.get(1..)?;
    let backward = offsets.iter().zip(next).fold(false, |any, (a, b)| any | (a > b));
    let (first, last) = (offsets.first()?.to_usize()?, offsets.last()?.to_usize()?);
    (!backward && first <= last).then_some((first, last, offsets))
}

fn lists<O: ArrowNativeType + PartialOrd>(data: &ArrayData) -> bool {
    let held = data.child_data().first().map_or(0, ArrayData::len);
    bounds::<O>(data).is_some_and(|(_, last, _)| last <= held)
}

fn is_texts<O: ArrowNativeType + PartialOrd>(data: &ArrayData) -> bool {
    let Some((first, last, offsets)) = bounds::<O>(data) else { return false };
    let Some(bytes) = data.buffers().get(1).and_then(|bytes| bytes.get(first..last)) else { return false };
    if bytes.is_ascii() {
        return true;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let begins =
        |offset: &O| offset.to_usize().and_then(|at| at.checked_sub(first)).is_some_and(|at| text.is_char_boundary(at));
    offsets.iter().all(begins)
}

fn are_keys<K: ArrowNativeType + Ord>(data: &ArrayData) -> bool {
    let words = data.child_data().first().map_or(0, ArrayData::len);
    let Some(keys) = values::<K>(data, 0) else { return false };
    let is_key = |key: &K| key.to_usize().is_some_and(|key| key < words);
    let Some(any) = keys.first().copied() else { return true };
    let (least, most) = keys.iter().fold((any, any), |(least, most), key| (least.min(*key), most.max(*key)));
    if is_key(&least) && is_key(&most) {
        return true;
    }
    // What lies where nothing is may be anything.
    keys.iter().enumerate().all(|(at, key)| is_key(key) || data.is_null(at))
}
