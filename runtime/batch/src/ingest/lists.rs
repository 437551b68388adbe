//! Lists of records: where those of each row are, and each field that native code reads, one value after the other.
//!
//! Few rows have such lists, so everything is laid out anew. A record that is null, or holds in a field what cannot be
//! read, makes its row odd; a field that it lacks is marked.

use super::codes;
use super::lane::{Lane, some};
use super::periods::check;
use accord_core::Country;
use accord_core::columns::{Cell, Column, LACKS_COUNTRY, LACKS_DAY, LACKS_MEMBER, Part, is_day};
use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, ArrowNativeTypeOp, StructArray};
use arrow_buffer::{ArrowNativeType, Buffer};
use std::collections::BTreeSet;

/// What the lanes of a list are.
pub(super) type Lanes = Vec<(Part, Lane)>;

/// The lanes of a column, and the rows that are odd. An error is an array that is not what it says.
pub(super) fn lanes(fields: &[Column], array: &ArrayRef, parties: &[Country]) -> Result<(Lanes, Vec<usize>), String> {
    let rows = array.len();
    let valid = some(array.logical_nulls());
    let there = |row: &usize| valid.as_ref().is_none_or(|v| v.is_valid(*row));
    let list = array.as_list_opt::<i32>();
    let Some((list, all)) = list.and_then(|list| Some((list, list.values().as_struct_opt()?))) else {
        // Texts, and lists with large bounds: those who have one are odd.
        let none = all_of(fields, &StructArray::new_empty_fields(0, None), parties, &mut BTreeSet::new())?;
        return Ok((with_bounds(none, vec![0; rows + 1]), (0..rows).filter(there).collect()));
    };
    let range = check(list.offsets(), rows, all.len())?;
    let nulls = all.nulls().map(|n| n.len());
    if all.columns().iter().map(|c| c.len()).chain(nulls).any(|length| length != all.len()) {
        return Err("the fields of records differ in length".to_owned());
    }
    let records = all.slice(range.start, range.len());
    let mut broken = BTreeSet::new();
    if let Some(nulls) = records.nulls() {
        broken.extend((0..records.len()).filter(|at| nulls.is_null(*at)));
    }
    let made = all_of(fields, &records, parties, &mut broken)?;
    let place = |offset: &i32| usize::try_from(*offset).unwrap_or(0).saturating_sub(range.start);
    let row = |at: &usize| list.offsets().partition_point(|offset| place(offset) <= *at).saturating_sub(1);
    let odd: BTreeSet<usize> = broken.iter().map(row).filter(there).collect();
    let bounds = list.offsets().iter().map(|offset| i32::try_from(place(offset)).unwrap_or(0)).collect();
    Ok((with_bounds(made, bounds), odd.into_iter().collect()))
}

fn with_bounds(mut lanes: Lanes, bounds: Vec<i32>) -> Lanes {
    lanes.push((Part::Offsets, Lane::bytes(Buffer::from_vec(bounds), 4, None)));
    lanes
}

/// The fields that native code can read.
fn all_of(
    fields: &[Column],
    records: &StructArray,
    parties: &[Country],
    broken: &mut BTreeSet<usize>,
) -> Result<Lanes, String> {
    let mut lanes = Vec::new();
    for (at, field) in (0u8..).zip(fields) {
        let array = records.column_by_name(&field.name);
        let count = records.len();
        let lane = match &field.cell {
            Cell::Country => {
                let number = |text: &str| codes::parse(text).map(|c| codes::country(parties, c));
                words::<u16>((array, count), LACKS_COUNTRY, broken, &number)?
            }
            Cell::Member(_, members) => {
                let number = |text: &str| {
                    let at = members.iter().position(|w| w == text).and_then(|at| u8::try_from(at).ok());
                    at.filter(|at| *at != LACKS_MEMBER)
                };
                words::<u8>((array, count), LACKS_MEMBER, broken, &number)?
            }
            Cell::Date => days((array, count), broken),
            _ => continue,
        };
        lanes.push((Part::Field(at), lane));
    }
    Ok(lanes)
}

/// Words as their numbers, and one more; `lacks` where there is none.
fn words<T: ArrowNativeTypeOp + ArrowNativeType>(
    (array, count): (Option<&ArrayRef>, usize),
    lacks: T,
    broken: &mut BTreeSet<usize>,
    number: &dyn Fn(&str) -> Option<T>,
) -> Result<Lane, String> {
    let mut values = match array {
        Some(array) => {
            let codes = codes::codes(array, T::default(), number)?;
            broken.extend(&codes.unknown);
            let mut values = codes.values.values().to_vec();
            if let Some(valid) = &codes.valid {
                values
                    .iter_mut()
                    .enumerate()
                    .filter(|(at, _)| valid.is_null(*at))
                    .for_each(|(_, value)| *value = lacks);
            }
            values
        }
        None => vec![lacks; count],
    };
    values.push(T::default());
    Ok(Lane::bytes(Buffer::from_vec(values), size_of::<T>(), None))
}

/// Days, and one more. As texts they are left to who reads texts.
fn days((array, count): (Option<&ArrayRef>, usize), broken: &mut BTreeSet<usize>) -> Lane {
    let days = array.and_then(|array| array.as_primitive_opt::<Date32Type>());
    let mut values = Vec::with_capacity(count + 1);
    for at in 0..count {
        let there = array.is_some_and(|array| array.is_valid(at));
        let day = days.filter(|_| there).map(|days| days.value(at)).filter(|day| is_day(*day));
        if there && day.is_none() {
            let _ = broken.insert(at);
        }
        values.push(day.unwrap_or(LACKS_DAY));
    }
    values.push(0);
    Lane::bytes(Buffer::from_vec(values), 4, None)
}
