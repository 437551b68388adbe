//! Records of periods: lists of structs as lanes of first days, last days, parties, kinds and qualities.

use super::codes::{self, Codes};
use super::lane::{Lane, some};
use crate::texts;
use accord_core::columns::{ODD, Part, is_day};
use accord_core::{Country, Date, Kind, Quality};
use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, ListArray, StructArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Periods of which each row's bounds are known to be in order and within them.
pub(super) struct Records {
    /// The bounds, one more than rows.
    offsets: ScalarBuffer<i32>,
    /// Which rows have a record.
    valid: Option<arrow_buffer::NullBuffer>,
    /// The periods of these rows alone, from the first bound on.
    periods: StructArray,
    range: Range<usize>,
}

/// What the lanes are, and the rows that cannot be read.
pub(super) struct Lanes {
    pub lanes: BTreeMap<Part, Lane>,
    pub odd: Vec<usize>,
}

/// The numbers of a period's words while it is sorted.
struct Loose {
    from: Vec<i32>,
    to: Vec<i32>,
    words: [Vec<u8>; 3],
}

impl Records {
    /// The records of a column; none where it holds no lists. An error is an array that is not what it says.
    pub fn new(array: &ArrayRef) -> Result<Option<Records>, String> {
        let list = match array.data_type() {
            DataType::List(_) => array.as_list_opt::<i32>().cloned(),
            DataType::LargeList(_) => Some(narrow(array)?),
            _ => return Ok(None),
        };
        let Some(list) = list else { return Ok(None) };
        let offsets = list.offsets().inner().clone();
        let child = list.values();
        let range = check(&offsets, array.len(), child.len())?;
        let valid = some(list.nulls().cloned());
        if valid.as_ref().is_some_and(|v| v.len() != array.len()) {
            return Err("a list has more or fewer marks of what is null than rows".to_owned());
        }
        let all = child.as_struct_opt().ok_or("a record of periods holds no structs")?;
        let nulls = all.nulls().map(|n| n.len());
        if all.columns().iter().map(|c| c.len()).chain(nulls).any(|length| length != all.len()) {
            return Err("the fields of periods differ in length".to_owned());
        }
        let periods = all.slice(range.start, range.len());
        Ok(Some(Records { offsets, valid, periods, range }))
    }

    /// The countries that occur as a party.
    pub fn parties(&self) -> Result<BTreeSet<Country>, String> {
        let Some(party) = self.periods.column_by_name("party") else { return Ok(BTreeSet::new()) };
        let codes = codes::codes::<u16>(party, u16::MAX, &|text| codes::parse(text).map(|c| codes::country(&[], c)))?;
        let mut seen = vec![false; 1 << 16];
        let there = |row: usize| codes.valid.as_ref().is_none_or(|v| v.is_valid(row));
        for (row, code) in codes.values.values().iter().enumerate() {
            if let Some(seen) = seen.get_mut(usize::from(*code)) {
                *seen = *seen || there(row);
            }
        }
        let numbers = (0u16..=u16::MAX).zip(&seen).filter(|(_, seen)| **seen).map(|(number, _)| number);
        Ok(numbers.filter_map(|number| codes::country_of(&[], number)).collect())
    }

    /// The lanes, with parties by their position in those of a shape. Of all parties of the agreement those may be
    /// fewer; a period of another country cannot be read.
    pub fn lanes(&self, shape: &[Country], parties: &[Country]) -> Result<Lanes, String> {
        let count = self.range.len();
        let mut broken: BTreeSet<usize> = BTreeSet::new();
        let mut odd: BTreeSet<usize> = BTreeSet::new();
        let mut party = self.words("party", ODD, None, &|text| {
            let country = codes::parse(text).filter(|c| parties.contains(c))?;
            Some(shape.iter().position(|p| *p == country).and_then(|at| u8::try_from(at).ok()).unwrap_or(ODD))
        })?;
        let position = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok());
        let kind = self.words("kind", 0, Some(0), &|text| position(Kind::ALL.iter().position(|k| k.word() == text)))?;
        let quality =
            self.words("quality", 0, Some(0), &|text| position(Quality::ALL.iter().position(|q| q.word() == text)))?;
        for codes in [&party, &kind, &quality] {
            broken.extend(&codes.unknown);
        }
        // Of no party, or no period at all.
        for nulls in [party.valid.as_ref(), self.periods.nulls()].into_iter().flatten() {
            broken.extend((0..count).filter(|at| nulls.is_null(*at)));
        }
        let stretches = match self.in_place() {
            Some(stretches) if stretches.looked.sound => stretches,
            _ => {
                let from = self.days("from", &mut broken, &mut odd)?;
                let to = self.days("to", &mut broken, &mut odd)?;
                let days = from.iter().zip(to.iter()).enumerate();
                broken.extend(days.filter(|(at, (from, to))| from > to && !odd.contains(at)).map(|(at, _)| at));
                Stretches::new(from, to)
            }
        };
        let amounts = self.periods.column_by_name("amount").filter(|a| a.null_count() < count);
        if let Some(amounts) = amounts.filter(|a| *a.data_type() != DataType::Null) {
            odd.extend((0..count).filter(|at| amounts.is_valid(*at)));
        }
        if !odd.is_empty() || !broken.is_empty() {
            let mut marked = party.values.values().to_vec();
            for at in odd.iter().chain(&broken) {
                if let Some(party) = marked.get_mut(*at) {
                    *party = ODD;
                }
            }
            party.values = codes::Coded::Made(marked);
        }
        let rows = self.rows_of(&broken);
        let lanes = self.laid_out(stretches, [party, kind, quality]);
        Ok(Lanes { lanes, odd: rows })
    }

    /// First and last days where they lie, if every period has both.
    fn in_place(&self) -> Option<Stretches> {
        let days = |name: &str| {
            let days = self.periods.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
            (days.null_count() == 0).then(|| days.values().clone())
        };
        Some(Stretches::new(days("from")?, days("to")?))
    }

    /// Words of a field; `absent` where a period does not have it, if that is a word.
    fn words(
        &self,
        name: &str,
        other: u8,
        absent: Option<u8>,
        number: &dyn Fn(&str) -> Option<u8>,
    ) -> Result<Codes<u8>, String> {
        match self.periods.column_by_name(name) {
            Some(array) => codes::codes(array, other, number),
            None => {
                let count = self.range.len();
                let values = codes::Coded::Made(vec![absent.unwrap_or(other); count]);
                let valid = absent.is_none().then(|| arrow_buffer::NullBuffer::new_null(count));
                Ok(Codes { values, valid: some(valid), unknown: Vec::new() })
            }
        }
    }

    /// First or last days, where not all are days. Without one the period is odd; one that is no day is broken.
    fn days(
        &self,
        name: &str,
        broken: &mut BTreeSet<usize>,
        odd: &mut BTreeSet<usize>,
    ) -> Result<ScalarBuffer<i32>, String> {
        let count = self.range.len();
        let Some(array) = self.periods.column_by_name(name) else {
            odd.extend(0..count);
            return Ok(vec![0; count].into());
        };
        if let Some(days) = array.as_primitive_opt::<Date32Type>() {
            let values = days.values();
            let nulls = days.nulls().filter(|n| n.null_count() > 0);
            let there = |at: usize| nulls.is_none_or(|n| n.is_valid(at));
            odd.extend((0..count).filter(|at| !there(*at)));
            let wrong = values.iter().enumerate().filter(|(at, day)| there(*at) && !is_day(**day));
            broken.extend(wrong.map(|(at, _)| at));
            let in_range = |(at, day): (usize, &i32)| if there(at) && is_day(*day) { *day } else { 0 };
            return Ok(values.iter().enumerate().map(in_range).collect::<Vec<i32>>().into());
        }
        let mut values = Vec::with_capacity(count);
        for at in 0..count {
            let text = texts::at(array.as_ref(), at);
            let day = text.map(|text| crate::parse::day(text).ok().map(Date::day_number));
            match day {
                None => {
                    let _ = odd.insert(at);
                }
                Some(None) => {
                    let _ = broken.insert(at);
                }
                Some(Some(_)) => {}
            }
            values.push(day.flatten().unwrap_or(0));
        }
        Ok(values.into())
    }

    /// The rows that some periods belong to.
    fn rows_of(&self, periods: &BTreeSet<usize>) -> Vec<usize> {
        let mut rows: Vec<usize> = Vec::new();
        for at in periods {
            let place = i32::try_from(self.range.start + at).unwrap_or(i32::MAX);
            let row = self.offsets.partition_point(|offset| *offset <= place).saturating_sub(1);
            let there = self.valid.as_ref().is_none_or(|v| v.is_valid(row));
            if there && rows.last() != Some(&row) {
                rows.push(row);
            }
        }
        rows
    }

    fn laid_out(&self, stretches: Stretches, words: [Codes<u8>; 3]) -> BTreeMap<Part, Lane> {
        let Stretches { from, to, looked } = stretches;
        let start = self.range.start;
        let offsets = Lane::bytes(self.offsets.inner().clone(), 4, self.valid.clone());
        let (from, to, words): (Buffer, Buffer, [Buffer; 3]) = if self.is_sorted(&from, looked.steps) {
            (from.into_inner(), to.into_inner(), words.map(|w| w.values.buffer()))
        } else {
            let words = words.map(|w| w.values.values().to_vec());
            let mut loose = Loose { from: from.to_vec(), to: to.to_vec(), words };
            self.sort(&mut loose);
            (Buffer::from_vec(loose.from), Buffer::from_vec(loose.to), loose.words.map(Buffer::from_vec))
        };
        let [party, kind, quality] = words;
        BTreeMap::from([
            (Part::Offsets, offsets),
            (Part::From, Lane::rest(from, 4, start)),
            (Part::To, Lane::rest(to, 4, start)),
            (Part::Party, Lane::rest(party, 1, start)),
            (Part::Kind, Lane::rest(kind, 1, start)),
            (Part::Quality, Lane::rest(quality, 1, start)),
        ])
    }

    /// Whether the periods of every row are sorted by their first days: of the days that are before the one they follow,
    /// `steps`, all begin a row.
    fn is_sorted(&self, from: &[i32], steps: usize) -> bool {
        let mut between = 0;
        let mut last = 0usize;
        for row in self.bounds() {
            // An empty row begins where the next one does.
            if row.start > last && row.end > row.start {
                let before = from.get(row.start - 1);
                between += usize::from(before > from.get(row.start));
                last = row.start;
            }
        }
        steps == between
    }

    /// Where the periods of each row are, counted from the first.
    fn bounds(&self) -> impl Iterator<Item = Range<usize>> {
        let start = self.range.start;
        let place = move |offset: &i32| usize::try_from(*offset).unwrap_or(0).saturating_sub(start);
        let ends = self.offsets.get(1..).unwrap_or_default();
        self.offsets.iter().zip(ends).map(move |(from, to)| place(from)..place(to))
    }

    fn sort(&self, loose: &mut Loose) {
        let mut order: Vec<(i32, usize)> = Vec::new();
        let mut days: Vec<i32> = Vec::new();
        let mut words: Vec<u8> = Vec::new();
        for row in self.bounds() {
            let Some(from) = loose.from.get_mut(row.clone()) else { continue };
            if from.is_sorted() {
                continue;
            }
            order.clear();
            order.extend(from.iter().copied().zip(0..));
            order.sort_unstable();
            from.iter_mut().zip(&order).for_each(|(slot, (day, _))| *slot = *day);
            if let Some(to) = loose.to.get_mut(row.clone()) {
                in_order(to, &order, &mut days);
            }
            for lane in &mut loose.words {
                if let Some(lane) = lane.get_mut(row.clone()) {
                    in_order(lane, &order, &mut words);
                }
            }
        }
    }
}

/// First and last days of periods, and what was seen of them.
struct Stretches {
    from: ScalarBuffer<i32>,
    to: ScalarBuffer<i32>,
    looked: Looked,
}

impl Stretches {
    fn new(from: ScalarBuffer<i32>, to: ScalarBuffer<i32>) -> Stretches {
        let looked = look(&from, &to);
        Stretches { from, to, looked }
    }
}

/// What one pass over first and last days sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Looked {
    /// Whether all are days there are, and none ends before it begins.
    sound: bool,
    /// First days that are before the one they follow.
    steps: usize,
}

/// Periods that are looked at together: what is read of them stays near for the next thing that is looked for.
const NEAR: usize = 1 << 10;

/// Looks at first and last days. Nothing is counted with a check for overflow, so that many are looked at at once.
fn look(from: &[i32], to: &[i32]) -> Looked {
    let mut looked = Looked { sound: from.len() == to.len(), steps: 0 };
    let beyond = beyond_days();
    for (at, (firsts, lasts)) in from.chunks(NEAR).zip(to.chunks(NEAR)).enumerate() {
        let days = firsts.iter().zip(lasts);
        // A number below 0 anywhere leaves the sign set.
        let signs =
            days.fold(0, |signs, (first, last)| signs | beyond(*first) | beyond(*last) | last.wrapping_sub(*first));
        looked.sound &= signs >= 0;
        let next = from.get(at * NEAR + 1..).unwrap_or_default();
        let steps = firsts.iter().zip(next).fold(0u32, |steps, (a, b)| steps.wrapping_add(u32::from(a > b)));
        looked.steps += usize::try_from(steps).unwrap_or(usize::MAX);
    }
    looked
}

/// Puts values in another order.
fn in_order<T: Copy>(values: &mut [T], order: &[(i32, usize)], scratch: &mut Vec<T>) {
    scratch.clear();
    scratch.extend_from_slice(values);
    for (slot, (_, from)) in values.iter_mut().zip(order) {
        if let Some(value) = scratch.get(*from) {
            *slot = *value;
        }
    }
}

/// Whether all are days there are.
pub(super) fn all_days(days: &[i32]) -> bool {
    let beyond = beyond_days();
    days.iter().fold(0, |signs, day| signs | beyond(*day)) >= 0
}

/// A number below 0 for what is no day, and only for that, so that many are looked at at once: what is beyond one end by
/// so much that the difference wraps is beyond the other by less.
fn beyond_days() -> impl Fn(i32) -> i32 {
    let (least, most) = (Date::MIN.day_number(), Date::MAX.day_number());
    move |day| day.wrapping_sub(least) | most.wrapping_sub(day)
}

/// Which of the values lists take, once their bounds are known to be in order and within them.
pub(super) fn check(offsets: &[i32], rows: usize, values: usize) -> Result<Range<usize>, String> {
    if offsets.len() != rows.saturating_add(1) {
        return Err(format!("{rows} lists have {} bounds", offsets.len()));
    }
    let next = offsets.get(1..).unwrap_or_default();
    let backward = offsets.iter().zip(next).map(|(a, b)| u32::from(a > b)).sum::<u32>();
    let place = |offset: Option<&i32>| offset.and_then(|o| usize::try_from(*o).ok());
    match (place(offsets.first()), place(offsets.last())) {
        (Some(first), Some(last)) if backward == 0 && last <= values => Ok(first..last),
        _ => Err("the bounds of lists are out of order or beyond what the lists hold".to_owned()),
    }
}

/// A list with large offsets, as one with small ones: of its own values alone.
fn narrow(array: &ArrayRef) -> Result<ListArray, String> {
    let wrong = || "the bounds of lists are out of order or beyond what the lists hold".to_owned();
    let list = array.as_list_opt::<i64>().ok_or_else(wrong)?;
    let bounds = list.offsets().inner();
    let (first, last) = bounds.first().zip(bounds.last()).ok_or_else(wrong)?;
    let place = |offset: &i64| usize::try_from(*offset).map_err(|_| wrong());
    let (start, end) = (place(first)?, place(last)?);
    if start > end || end > list.values().len() {
        return Err(wrong());
    }
    let offsets = list.offsets().iter().map(|offset| i32::try_from(offset - first).map_err(|_| wrong()));
    let offsets: ScalarBuffer<i32> = offsets.collect::<Result<Vec<i32>, String>>()?.into();
    let _ = check(&offsets, array.len(), end - start)?;
    let field = Arc::new(Field::new_list_field(list.value_type(), true));
    let values = list.values().slice(start, end - start);
    ListArray::try_new(field, OffsetBuffer::new(offsets), values, list.nulls().cloned()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Looked, NEAR, look};
    use accord_core::Date;
    use accord_core::columns::is_day;

    #[test]
    fn one_pass_sees_what_looking_at_each_period_sees() {
        let (least, most) = (Date::MIN.day_number(), Date::MAX.day_number());
        let ends = [i32::MIN, i32::MIN + 1, least - 1, least, -1, 0, 1, most, most + 1, i32::MAX - 1, i32::MAX];
        // Alone, and among so many others that they are looked at in several parts.
        for (count, place) in [(1, 0), (NEAR, NEAR - 1), (NEAR + 1, NEAR), (3 * NEAR, NEAR), (3 * NEAR, 3 * NEAR - 1)] {
            for (first, last) in ends.iter().flat_map(|first| ends.map(|last| (*first, last))) {
                let mut from: Vec<i32> = (0..100).cycle().take(count).collect();
                let mut to: Vec<i32> = from.iter().map(|day| day + 7).collect();
                (from[place], to[place]) = (first, last);
                let days = from.iter().zip(&to);
                let sound = days.clone().all(|(from, to)| is_day(*from) && is_day(*to) && from <= to);
                let steps = from.windows(2).filter(|two| two[0] > two[1]).count();
                assert_eq!(look(&from, &to), Looked { sound, steps }, "{first} to {last} at {place} of {count}");
            }
        }
        assert_eq!(look(&[], &[]), Looked { sound: true, steps: 0 });
        assert!(!look(&[1], &[]).sound);
    }
}
