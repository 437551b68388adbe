//! Columns of text, however they are kept: plain, with large offsets, as views, or by dictionary.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// Whether a type holds texts.
pub(crate) fn is_text(of: &DataType) -> bool {
    match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, of) => is_text(of) && !matches!(**of, DataType::Dictionary(..)),
        _ => false,
    }
}

/// The text of a row; `None` for null, beyond the end, and where there is no text.
pub(crate) fn at(array: &dyn Array, row: usize) -> Option<&str> {
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string_opt::<i32>()?.value(row)),
        DataType::LargeUtf8 => Some(array.as_string_opt::<i64>()?.value(row)),
        DataType::Utf8View => Some(array.as_string_view_opt()?.value(row)),
        DataType::Dictionary(key, _) => by_key(array, key, row),
        _ => None,
    }
}

fn by_key<'a>(array: &'a dyn Array, key: &DataType, row: usize) -> Option<&'a str> {
    fn of<K: ArrowDictionaryKeyType>(array: &dyn Array, row: usize) -> Option<&str> {
        let array = array.as_dictionary_opt::<K>()?;
        at(array.values().as_ref(), array.key(row)?)
    }
    match key {
        DataType::Int8 => of::<Int8Type>(array, row),
        DataType::Int16 => of::<Int16Type>(array, row),
        DataType::Int32 => of::<Int32Type>(array, row),
        DataType::Int64 => of::<Int64Type>(array, row),
        DataType::UInt8 => of::<UInt8Type>(array, row),
        DataType::UInt16 => of::<UInt16Type>(array, row),
        DataType::UInt32 => of::<UInt32Type>(array, row),
        DataType::UInt64 => of::<UInt64Type>(array, row),
        _ => None,
    }
}

/// The members of a list, by its row.
pub(crate) fn list(array: &dyn Array, row: usize) -> Option<ArrayRef> {
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::List(_) => Some(array.as_list_opt::<i32>()?.value(row)),
        DataType::LargeList(_) => Some(array.as_list_opt::<i64>()?.value(row)),
        _ => None,
    }
}
