//! Words as numbers. A dictionary is translated once, then its keys.

use super::lane::some;
use crate::texts;
use accord_core::Country;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowNativeTypeOp};
use arrow_buffer::{ArrowNativeType, Buffer, NullBuffer};
use arrow_schema::DataType;
use std::sync::LazyLock;

/// The numbers of countries that are no party of a shape begin here.
const OTHERS: u16 = 32;

/// Numbers of the words of a column.
pub(super) struct Codes<T> {
    /// One for each row, in range also where nothing is.
    pub values: Coded<T>,
    /// Which are there.
    pub valid: Option<NullBuffer>,
    /// Rows whose word is none.
    pub unknown: Vec<usize>,
}

/// Numbers that were made, or keys that are the numbers already and stay where they are.
pub(super) enum Coded<T> {
    Made(Vec<T>),
    Kept(Buffer),
}

impl<T: ArrowNativeType> Coded<T> {
    pub fn values(&self) -> &[T] {
        match self {
            Coded::Made(values) => values,
            Coded::Kept(buffer) => buffer.typed_data::<T>(),
        }
    }

    pub fn buffer(self) -> Buffer {
        match self {
            Coded::Made(values) => Buffer::from_vec(values),
            Coded::Kept(buffer) => buffer,
        }
    }
}

/// The number of a country among the parties of a shape, or beyond them; see
/// [`accord_core::columns::Part::Values`].
pub(crate) fn country(parties: &[Country], country: Country) -> u16 {
    match parties.iter().position(|p| *p == country).and_then(|at| u16::try_from(at).ok()) {
        Some(at) => at,
        None => OTHERS + pair(country.code()).unwrap_or(0),
    }
}

/// The country of a number.
pub(crate) fn country_of(parties: &[Country], number: u16) -> Option<Country> {
    if let Some(party) = parties.get(usize::from(number)) {
        return Some(*party);
    }
    let pair = number.checked_sub(OTHERS)?;
    let letter = |n: u16| u8::try_from(n).ok().map(|n| char::from(b'A' + n));
    Country::parse(&format!("{}{}", letter(pair / 26)?, letter(pair % 26)?))
}

/// The number of two capitals.
fn pair(code: &str) -> Option<u16> {
    let [a, b] = code.as_bytes() else { return None };
    let letter = |c: &u8| c.is_ascii_uppercase().then(|| u16::from(c - b'A'));
    Some(letter(a)? * 26 + letter(b)?)
}

/// Which pairs of capitals are countries.
static KNOWN: LazyLock<Vec<Option<Country>>> = LazyLock::new(|| {
    let letters = || (b'A'..=b'Z').map(char::from);
    letters().flat_map(|a| letters().map(move |b| Country::parse(&format!("{a}{b}")))).collect()
});

/// A country by its two capitals, without looking it up in the world's list.
pub(super) fn parse(text: &str) -> Option<Country> {
    KNOWN.get(usize::from(pair(text)?)).copied().flatten().or_else(|| crate::parse::country(text).ok())
}

/// The words of a column as numbers. `number` gives that of a word, `other` stands for one without, and where nothing
/// is. An error is an array that is not what it says.
pub(super) fn codes<T: ArrowNativeTypeOp + ArrowNativeType>(
    array: &ArrayRef,
    other: T,
    number: &dyn Fn(&str) -> Option<T>,
) -> Result<Codes<T>, String> {
    match array.data_type() {
        DataType::Dictionary(key, _) => match **key {
            DataType::Int8 => by_key::<Int8Type, T>(array, other, number),
            DataType::Int16 => by_key::<Int16Type, T>(array, other, number),
            DataType::Int32 => by_key::<Int32Type, T>(array, other, number),
            DataType::Int64 => by_key::<Int64Type, T>(array, other, number),
            DataType::UInt8 => by_key::<UInt8Type, T>(array, other, number),
            DataType::UInt16 => by_key::<UInt16Type, T>(array, other, number),
            DataType::UInt32 => by_key::<UInt32Type, T>(array, other, number),
            DataType::UInt64 => by_key::<UInt64Type, T>(array, other, number),
            _ => Err("a dictionary has keys that are no numbers".to_owned()),
        },
        DataType::Null => {
            let values = Coded::Made(vec![other; array.len()]);
            Ok(Codes { values, valid: Some(NullBuffer::new_null(array.len())), unknown: Vec::new() })
        }
        of if texts::is_text(of) => Ok(plain(array, other, number)),
        of => Err(format!("{of} where texts should be")),
    }
}

/// Texts as they stand: one that is as one shortly before it is not looked up again.
fn plain<T: Copy>(array: &ArrayRef, other: T, number: &dyn Fn(&str) -> Option<T>) -> Codes<T> {
    let mut known = Known { recent: [("", number("")); RECENT], short: [((0, 0), number("")); RECENT], number };
    match array.as_string_opt::<i32>() {
        Some(texts) => {
            let (bounds, bytes) = (texts.value_offsets(), texts.value_data());
            let ends = bounds.get(1..).unwrap_or_default();
            let word = |at: usize| {
                let bound = |bounds: &[i32]| bounds.get(at).and_then(|bound| usize::try_from(*bound).ok());
                let (from, to) = (bound(bounds)?, bound(ends)?);
                let length = u32::try_from(to.checked_sub(from)?).ok().filter(|length| (1..=16).contains(length))?;
                let bytes = bytes.get(from..)?.first_chunk::<16>()?;
                Some((u128::from_le_bytes(*bytes) & u128::MAX >> (128 - 8 * length), length))
            };
            of_texts(array, other, |at| match word(at) {
                Some(word) => known.short(word, || texts.value(at)),
                None => known.of(texts.value(at)),
            })
        }
        None => of_texts(array, other, |at| texts::at(array.as_ref(), at).map_or(Some(other), |text| known.of(text))),
    }
}

/// Texts that are kept in mind, a power of two.
const RECENT: usize = 32;

/// Texts of late, and their numbers.
struct Known<'t, T> {
    recent: [(&'t str, Option<T>); RECENT],
    /// Those of one to sixteen bytes: as a number, the first byte lowest, and how many they are.
    short: [((u128, u32), Option<T>); RECENT],
    number: &'t dyn Fn(&str) -> Option<T>,
}

impl<'t, T: Copy> Known<'t, T> {
    fn of(&mut self, text: &'t str) -> Option<T> {
        match self.recent.get_mut(place_of(text)) {
            Some((before, found)) if *before == text => *found,
            Some(place) => {
                *place = (text, (self.number)(text));
                place.1
            }
            None => (self.number)(text),
        }
    }

    /// The same of a short text, given as a number too.
    fn short(&mut self, word: (u128, u32), text: impl Fn() -> &'t str) -> Option<T> {
        let mixed = word.0.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let place = usize::try_from(mixed >> 123).unwrap_or(0);
        match self.short.get_mut(place) {
            Some((before, found)) if *before == word => *found,
            Some(place) => {
                *place = (word, (self.number)(text()));
                place.1
            }
            None => (self.number)(text()),
        }
    }
}

/// Which of them a text takes the place of: few texts of a column have the same.
fn place_of(text: &str) -> usize {
    let bytes = text.as_bytes();
    let [first, last] = [bytes.first(), bytes.last()].map(|byte| byte.copied().map_or(0, usize::from));
    let second = bytes.get(1).copied().map_or(0, usize::from);
    (bytes.len() ^ (first << 1) ^ (second << 2) ^ last) & (RECENT - 1)
}

/// Numbers of texts by their position, of those there are.
fn of_texts<T: Copy>(array: &ArrayRef, other: T, mut number: impl FnMut(usize) -> Option<T>) -> Codes<T> {
    let mut values = vec![other; array.len()];
    let mut unknown = Vec::new();
    let valid = some(array.nulls().cloned());
    let mut take = |row: usize| match (number(row), values.get_mut(row)) {
        (Some(found), Some(slot)) => *slot = found,
        _ => unknown.push(row),
    };
    match &valid {
        Some(valid) => valid.valid_indices().for_each(&mut take),
        None => (0..array.len()).for_each(&mut take),
    }
    Codes { values: Coded::Made(values), valid, unknown }
}

fn by_key<K: ArrowDictionaryKeyType, T: ArrowNativeTypeOp + ArrowNativeType>(
    array: &ArrayRef,
    other: T,
    number: &dyn Fn(&str) -> Option<T>,
) -> Result<Codes<T>, String> {
    let wrong = || "a dictionary is not what it says".to_owned();
    let array = array.as_dictionary_opt::<K>().ok_or_else(wrong)?;
    let words = array.values();
    let mut whole = true;
    let table: Vec<T> = (0..words.len())
        .map(|at| match texts::at(words.as_ref(), at).and_then(number) {
            Some(found) => found,
            None => {
                whole = false;
                other
            }
        })
        .collect();
    let keys = array.keys();
    let (slots, valid) = (keys.values(), some(keys.nulls().cloned()));
    let beyond = |key: K::Native| key.to_usize().is_none_or(|k| k >= table.len());
    let most = largest(slots, keys.values().inner(), table.len());
    if most >= table.len() && !slots.is_empty() {
        let there = |row: usize| valid.as_ref().is_none_or(|v| v.is_valid(row));
        if let Some((_, key)) = slots.iter().enumerate().find(|(row, key)| beyond(**key) && there(*row)) {
            let key = key.to_usize().map_or_else(|| "below 0".to_owned(), |k| k.to_string());
            return Err(format!("a dictionary of {} words has no word {key}", table.len()));
        }
    } else if whole && size_of::<K::Native>() == size_of::<T>() && is_identity(&table) {
        return Ok(Codes { values: Coded::Kept(keys.values().inner().clone()), valid, unknown: Vec::new() });
    }
    let values: Vec<T> = match K::Native::get_byte_width() {
        // Keys that are the numbers already.
        2 if whole && most < table.len() && is_identity(&table) => {
            slots.iter().map(|key| T::usize_as(key.as_usize())).collect()
        }
        // Every key of one or two bytes is in such a table, so nothing is compared.
        1 => translate::<_, T, 256>(slots, &table, other),
        2 => translate::<_, T, 65536>(slots, &table, other),
        _ => slots.iter().map(|key| table.get(key.as_usize()).copied().unwrap_or(other)).collect(),
    };
    let mut codes = Codes { values: Coded::Made(values), valid, unknown: Vec::new() };
    if !whole {
        unknown(slots, words, number, &mut codes);
    }
    Ok(codes)
}

/// The largest key as an unsigned number: a key below zero is a very large one. Of keys of one or two bytes many are
/// looked at at once; one below zero is then half of all numbers or more, which few words do not reach.
fn largest<N: ArrowNativeType>(keys: &[N], bytes: &Buffer, words: usize) -> usize {
    if size_of::<N>() == 1 && words <= 128 {
        return usize::from(bytes.as_slice().iter().copied().fold(0, u8::max));
    }
    if size_of::<N>() == 2 && words <= 1 << 15 {
        return usize::from(bytes.typed_data::<u16>().iter().copied().fold(0, u16::max));
    }
    keys.iter().map(|k| k.as_usize()).fold(0, usize::max)
}

/// Finds the rows whose word has no number, and those whose word is null.
fn unknown<N: ArrowNativeType, T>(
    slots: &[N],
    words: &ArrayRef,
    number: &dyn Fn(&str) -> Option<T>,
    codes: &mut Codes<T>,
) {
    let null: Vec<bool> = (0..words.len()).map(|at| words.is_null(at)).collect();
    let bad: Vec<bool> =
        (0..words.len()).map(|at| texts::at(words.as_ref(), at).is_some_and(|text| number(text).is_none())).collect();
    let there = |row: usize| codes.valid.as_ref().is_none_or(|v| v.is_valid(row));
    let is = |list: &[bool], key: &N| list.get(key.as_usize()).copied().unwrap_or(false);
    let rows = slots.iter().enumerate();
    let found = rows.filter(|(row, key)| is(&bad, key) && there(*row)).map(|(row, _)| row).collect();
    if null.contains(&true) {
        let kept: arrow_buffer::BooleanBuffer =
            slots.iter().enumerate().map(|(row, key)| there(row) && !is(&null, key)).collect();
        codes.valid = some(Some(NullBuffer::new(kept)));
    }
    codes.unknown = found;
}

/// Whether every word's number is its position.
fn is_identity<T: ArrowNativeType>(table: &[T]) -> bool {
    table.iter().enumerate().all(|(at, number)| number.to_usize() == Some(at))
}

/// Keys by a table that has a place for each there can be.
fn translate<N: ArrowNativeType, T: Copy, const SIZE: usize>(keys: &[N], table: &[T], other: T) -> Vec<T> {
    let mut all = Box::new([other; SIZE]);
    all.iter_mut().zip(table).for_each(|(slot, number)| *slot = *number);
    keys.iter().map(|key| all.get(key.as_usize() & (SIZE - 1)).copied().unwrap_or(other)).collect()
}

#[cfg(test)]
mod tests {
    use super::codes;
    use arrow_array::{Array, ArrayRef, StringArray};
    use std::cell::Cell;
    use std::sync::Arc;

    #[test]
    fn short_and_long_texts_are_told_apart_wherever_they_lie() {
        let long = "1234567890123456";
        let words = ["a", "a\0", "a\0\0", long, "12345678901234567", "", "ä", "12345678\0", "12345678", "z"];
        let texts = (0..400).map(|at: usize| (at % 7 != 3).then(|| words[at * at % words.len()]));
        let array: ArrayRef = Arc::new(StringArray::from_iter(texts));
        let asked = Cell::new(0);
        let number = |text: &str| {
            asked.set(asked.get() + 1);
            words.iter().position(|word| *word == text).filter(|at| *at != 8).and_then(|at| u8::try_from(at).ok())
        };
        for array in [array.clone(), array.slice(13, 250), array.slice(399, 1), array.slice(5, 0)] {
            let found = codes::<u8>(&array, 200, &number).expect("texts");
            let texts = array.as_any().downcast_ref::<StringArray>().expect("texts");
            let expected: Vec<Option<u8>> = texts.iter().map(|text| text.map_or(Some(200), &number)).collect();
            let none: Vec<usize> = (0..array.len()).filter(|at| expected[*at].is_none()).collect();
            assert_eq!(found.unknown, none);
            assert_eq!(found.values.values(), expected.iter().map(|code| code.unwrap_or(200)).collect::<Vec<u8>>());
        }
        asked.set(0);
        let _ = codes::<u8>(&array, 200, &number).expect("texts");
        assert!(asked.get() < 100, "texts of late are looked up again: {}", asked.get());
    }
}
