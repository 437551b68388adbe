//! Whether arrays are what they say. The decoder of Arrow looks at every value of every array in a way that holds for all
//! there are; of numbers, codes and lists of these, what anybody relies on is little, and is looked at here in passes
//! without a branch.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrowPrimitiveType, GenericListArray, OffsetSizeTrait, PrimitiveArray, downcast_integer};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_ipc::reader::FileDecoder;
use arrow_schema::DataType;

/// Whether arrays of a type can be looked at here: whatever bytes a number has, it is a number; what words a dictionary
/// has was looked at by the decoder.
pub(super) fn is_plain(of: &DataType) -> bool {
    match of {
        DataType::Boolean | DataType::Date32 => true,
        DataType::Dictionary(_, words) => matches!(**words, DataType::Utf8),
        DataType::List(of) | DataType::LargeList(of) => is_plain(of.data_type()),
        DataType::Struct(fields) => !fields.is_empty() && fields.iter().all(|f| is_plain(f.data_type())),
        of => of.is_integer() || of.is_floating(),
    }
}

/// A decoder that leaves it to us to look at what it decodes.
#[expect(unsafe_code, reason = "what is decoded is looked at here")]
pub(super) fn unlooked(decoder: FileDecoder) -> FileDecoder {
    // SAFETY: the dictionaries were read and looked at before. Of what is decoded after this, only of types that
    // `is_plain` knows, nothing is read before `look_at` found it sound: that buffers are as long as they have to be is
    // looked at where arrays are made of them, which stops otherwise.
    unsafe { decoder.with_skip_validation(true) }
}

/// Looks at an array of a type that `is_plain` knows, with all that is in it. An error is what is wrong with it.
pub(super) fn look_at(array: &dyn Array) -> Result<(), String> {
    if let Some(nulls) = array.nulls() {
        marks(nulls, array.len())?;
    }
    match array.data_type() {
        DataType::Dictionary(key, _) => {
            macro_rules! keys {
                ($kind:ty) => {
                    match array.as_dictionary_opt::<$kind>() {
                        Some(of) => codes(of.keys(), of.values().len()),
                        None => Err("a dictionary is not what it says".to_owned()),
                    }
                };
            }
            downcast_integer! {
                key.as_ref() => (keys),
                _ => Err("a dictionary has keys that are no numbers".to_owned()),
            }
        }
        DataType::List(_) => array.as_list_opt::<i32>().map_or_else(|| Err(unlike(array)), list),
        DataType::LargeList(_) => array.as_list_opt::<i64>().map_or_else(|| Err(unlike(array)), list),
        DataType::Struct(_) => {
            let of = array.as_struct_opt().ok_or_else(|| unlike(array))?;
            for column in of.columns() {
                if column.len() != of.len() {
                    return Err(format!("a field has {} values, and there are {} of them", column.len(), of.len()));
                }
                look_at(column.as_ref())?;
            }
            Ok(())
        }
        of if is_plain(of) => Ok(()),
        _ => Err(unlike(array)),
    }
}

fn unlike(array: &dyn Array) -> String {
    format!("{} is not what it says", array.data_type())
}

/// How many marks of nulls there are, and how many of them are nulls.
fn marks(nulls: &NullBuffer, length: usize) -> Result<(), String> {
    if nulls.len() != length {
        return Err(format!("there are {} marks of nulls of {length} values", nulls.len()));
    }
    let counted = nulls.len() - nulls.inner().count_set_bits();
    if counted != nulls.null_count() {
        return Err(format!("there are {counted} nulls where {} are said to be", nulls.null_count()));
    }
    Ok(())
}

/// The keys of words, of which there are so many.
fn codes<K: ArrowPrimitiveType>(keys: &PrimitiveArray<K>, words: usize) -> Result<(), String> {
    if let Some(nulls) = keys.nulls() {
        marks(nulls, keys.len())?;
    }
    let slots = keys.values();
    // The largest key as an unsigned number: a key below zero is a very large one.
    let most = slots.iter().map(|key| key.as_usize()).fold(0, usize::max);
    if most < words || slots.is_empty() {
        return Ok(());
    }
    let beyond = |row: &usize| keys.is_valid(*row) && slots.get(*row).is_none_or(|key| key.as_usize() >= words);
    match (0..keys.len()).find(beyond) {
        Some(row) => {
            let key = slots.get(row).and_then(|key| key.to_usize());
            let key = key.map_or_else(|| "below 0".to_owned(), |key| key.to_string());
            Err(format!("a dictionary of {words} words has no word {key}"))
        }
        None => Ok(()),
    }
}

/// The bounds of lists, and what they hold.
fn list<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> Result<(), String> {
    let wrong = || Err("the bounds of lists are out of order or beyond what the lists hold".to_owned());
    let bounds = lists.offsets();
    if bounds.len() != lists.len().saturating_add(1) {
        return wrong();
    }
    let next = bounds.as_ref().get(1..).unwrap_or_default();
    let backward = bounds.iter().zip(next).map(|(a, b)| u32::from(a > b)).fold(0, |all: u32, one| all | one);
    let place = |bound: Option<&O>| bound.copied().and_then(ArrowNativeType::to_usize);
    match (place(bounds.as_ref().first()), place(bounds.as_ref().last())) {
        (Some(_), Some(last)) if backward == 0 && last <= lists.values().len() => look_at(lists.values().as_ref()),
        _ => wrong(),
    }
}
