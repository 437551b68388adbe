//! Ingestion of arrays of all kinds, good and hostile.
#![expect(unsafe_code, reason = "arrays that break their own form, and reading what native code would read")]

use super::Survey;
use crate::source::{Block, Carried, Columns};
use accord_core::Country;
use accord_core::columns::{Fill, Input, Layout, ODD, Part, RawColumn, Shape};
use arrow_array::types::{Int8Type, Int32Type, UInt8Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int32Array, Int64Array, LargeListArray,
    LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray, StructArray, make_array,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, Field, Fields, Schema};
use std::sync::Arc;

fn block(columns: Vec<(&str, ArrayRef)>) -> (Layout, Columns, Block) {
    let fields: Vec<Field> = columns.iter().map(|(n, a)| Field::new(*n, a.data_type().clone(), true)).collect();
    let schema = Schema::new(fields);
    let layout = crate::tests::layout();
    let (known, _) = Columns::new(&layout, &schema, &Carried::default()).map_err(|e| e.to_string()).unwrap();
    let arrays = columns.into_iter().map(|(_, a)| a).collect();
    let batch = RecordBatch::try_new(Arc::new(schema), arrays).unwrap();
    (layout, known, Block { batch, bad: Vec::new() })
}

/// The shape, the odd rows, and what the lanes hold: each row, and each period.
struct Seen {
    shape: Shape,
    odd: Vec<usize>,
    rows: Vec<Vec<Option<i64>>>,
}

fn read(column: &RawColumn, part: Part, width: usize, row: usize) -> Option<i64> {
    let at = usize::try_from(column.first).unwrap() + row;
    // SAFETY: the position is one of the batch's.
    unsafe {
        if !column.valid.is_null() && *column.valid.add(at / 8) >> (at % 8) & 1 == 0 {
            return None;
        }
        let base = column.values;
        Some(match (width, part) {
            (0, _) => i64::from(*base.wrapping_add(at / 8) >> (at % 8) & 1),
            (1, _) => i64::from(*base.wrapping_add(at)),
            (2, _) => i64::from(*base.cast::<u16>().wrapping_add(at)),
            (4, _) => i64::from(*base.cast::<i32>().wrapping_add(at)),
            _ => *base.cast::<i64>().wrapping_add(at),
        })
    }
}

fn parties() -> Vec<Country> {
    ["CV", "NL"].iter().map(|c| Country::parse(c).unwrap()).collect()
}

fn see(block: &(Layout, Columns, Block), inputs: &[(usize, Part, usize)]) -> Result<Seen, String> {
    let (layout, columns, block) = block;
    let mut taken = Survey::new(layout, columns, block)?.take(parties())?;
    let asked: Vec<Input> = inputs.iter().map(|(column, part, _)| Input { column: *column, part: *part }).collect();
    let raw = taken.raw(&asked)?;
    let rows = block.batch.num_rows();
    let one = |(raw, (_, part, width)): (&RawColumn, &(usize, Part, usize))| {
        (0..rows).map(|row| read(raw, *part, *width, row)).collect()
    };
    let rows = raw.iter().zip(inputs).map(one).collect();
    Ok(Seen { shape: taken.shape.clone(), odd: taken.odd().collect(), rows })
}

/// The periods of one row.
type OfRow = Vec<[i64; 5]>;

/// The periods of each row: first day, last day, party, kind, quality.
fn periods(block: &(Layout, Columns, Block)) -> Result<(Vec<OfRow>, Vec<usize>), String> {
    let (layout, columns, block) = block;
    let mut taken = Survey::new(layout, columns, block)?.take(parties())?;
    let parts = [Part::Offsets, Part::From, Part::To, Part::Party, Part::Kind, Part::Quality];
    let raw = taken.raw(&parts.map(|part| Input { column: 5, part }))?;
    let mut all = Vec::new();
    for row in 0..block.batch.num_rows() {
        let bounds = Part::Offsets;
        let mut of_row = Vec::new();
        if read(&raw[0], bounds, 4, row).is_some() {
            // The bound after the last row has no mark of its own.
            let end = RawColumn { valid: std::ptr::null(), ..raw[0] };
            let (start, end) = (read(&end, bounds, 4, row).unwrap(), read(&end, bounds, 4, row + 1).unwrap());
            for at in usize::try_from(start).unwrap()..usize::try_from(end).unwrap() {
                let part = |lane: usize, width| read(&raw[lane], parts[lane], width, at).unwrap();
                of_row.push([part(1, 4), part(2, 4), part(3, 1), part(4, 1), part(5, 1)]);
            }
        }
        all.push(of_row);
    }
    Ok((all, taken.odd().collect()))
}

fn dictionary(words: &[&str], keys: Vec<Option<u8>>) -> ArrayRef {
    let keys = arrow_array::UInt8Array::from(keys);
    Arc::new(DictionaryArray::<UInt8Type>::try_new(keys, Arc::new(StringArray::from(words.to_vec()))).unwrap())
}

fn record(parties: &ArrayRef, from: Vec<Option<i32>>, to: Vec<Option<i32>>) -> StructArray {
    let (from, to): (ArrayRef, ArrayRef) = (Arc::new(Date32Array::from(from)), Arc::new(Date32Array::from(to)));
    let fields: Fields = [("party", parties), ("from", &from), ("to", &to)]
        .iter()
        .map(|(n, a)| Field::new(*n, a.data_type().clone(), true))
        .collect();
    StructArray::try_new(fields, vec![parties.clone(), from, to], None).unwrap()
}

fn list(of: StructArray, offsets: Vec<i32>, nulls: Option<NullBuffer>) -> ListArray {
    let field = Arc::new(Field::new_list_field(of.data_type().clone(), true));
    ListArray::try_new(field, OffsetBuffer::new(offsets.into()), Arc::new(of), nulls).unwrap()
}

/// Five rows: two periods out of order, none, null over garbage, one, three.
fn records() -> ListArray {
    let days = |d: &[i32]| d.iter().copied().map(Some).collect::<Vec<_>>();
    let party = dictionary(&["NL", "CV"], [0, 1, 0, 1, 1, 0, 1].map(Some).to_vec());
    let of = record(&party, days(&[200, 100, 7, 50, 3, 2, 1]), days(&[210, 110, 8, 60, 4, 3, 2]));
    let nulls = NullBuffer::from(vec![true, true, false, true, true]);
    list(of, vec![0, 2, 2, 3, 4, 7], Some(nulls))
}

#[test]
fn slices_are_read_where_they_lie() {
    let days: ArrayRef = Arc::new(Date32Array::from((0..100).map(|d| (d % 7 > 0).then_some(d)).collect::<Vec<_>>()));
    let yes: ArrayRef =
        Arc::new(BooleanArray::from((0..100).map(|d| (d % 5 > 0).then_some(d % 3 == 0)).collect::<Vec<_>>()));
    let minor: ArrayRef = Arc::new(Int64Array::from((0..100i64).collect::<Vec<_>>()));
    for (offset, length) in [(0, 100), (1, 99), (13, 64), (63, 37), (64, 5)] {
        let cut = |a: &ArrayRef| a.slice(offset, length);
        let block = block(vec![("claim.event", cut(&days)), ("NL.alone", cut(&minor)), ("person.resident", cut(&yes))]);
        let seen = see(&block, &[(0, Part::Values, 4), (3, Part::Values, 8), (4, Part::Values, 0)]).unwrap();
        for row in 0..length {
            let at = i64::try_from(offset + row).unwrap();
            assert_eq!(seen.rows[0][row], (at % 7 > 0).then_some(at));
            assert_eq!(seen.rows[1][row], Some(at));
            assert_eq!(seen.rows[2][row], (at % 5 > 0).then_some(i64::from(at % 3 == 0)));
        }
        assert_eq!(seen.shape.fills[3], Fill::Dense);
        assert_eq!(seen.shape.fills[1], Fill::Absent);
        assert!(seen.odd.is_empty());
    }
    // Marks that lie otherwise than the bits they are about.
    let nulls = NullBuffer::from((0..107).map(|d| d % 5 != 2).collect::<Vec<_>>()).slice(7, 100);
    let bits = BooleanArray::from((0..103).map(|d| d % 3 == 0).collect::<Vec<bool>>()).values().slice(3, 100);
    let yes: ArrayRef = Arc::new(BooleanArray::new(bits, Some(nulls)));
    let seen = see(&block(vec![("person.resident", yes)]), &[(4, Part::Values, 0)]).unwrap();
    for row in 0..100 {
        let expected = ((row + 7) % 5 != 2).then_some(i64::from((row + 3) % 3 == 0));
        assert_eq!(seen.rows[0][row], expected);
    }
}

#[test]
fn words_become_numbers_however_they_are_kept() {
    let words = ["survivors", "old_age", "invalidity"];
    let expected = [Some(1), None, Some(0), Some(2), Some(0)];
    let texts = [Some("survivors"), None, Some("old_age"), Some("invalidity"), Some("old_age")];
    let keys = [Some(0), None, Some(1), Some(2), Some(1)];
    let with_null: ArrayRef =
        Arc::new(StringArray::from(vec![Some("survivors"), Some("old_age"), Some("invalidity"), None]));
    let by_null = arrow_array::Int8Array::from(vec![Some(0), Some(3), Some(1), Some(2), Some(1)]);
    let values: ArrayRef = Arc::new(StringArray::from(words.to_vec()));
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(texts.to_vec())),
        Arc::new(LargeStringArray::from(texts.to_vec())),
        Arc::new(StringViewArray::from(texts.to_vec())),
        dictionary(&words, keys.to_vec()),
        Arc::new(
            DictionaryArray::<Int32Type>::try_new(
                Int32Array::from(keys.map(|k| k.map(i32::from)).to_vec()),
                values.clone(),
            )
            .unwrap(),
        ),
        Arc::new(
            DictionaryArray::<UInt16Type>::try_new(keys.map(|k| k.map(u16::from)).into_iter().collect(), values)
                .unwrap(),
        ),
        Arc::new(DictionaryArray::<Int8Type>::try_new(by_null, with_null).unwrap()),
        // Already numbered as the layout does: the keys stay where they are.
        dictionary(&["old_age", "survivors", "invalidity"], vec![Some(1), None, Some(0), Some(2), Some(0)]),
    ];
    for array in arrays {
        let shown = array.data_type().clone();
        let seen = see(&block(vec![("claim.benefit", array)]), &[(1, Part::Values, 1)]).unwrap();
        assert_eq!(seen.rows[0], expected, "{shown}");
        assert!(seen.odd.is_empty());
        assert_eq!(seen.shape.fills[1], Fill::Sparse);
    }
    let one = see(&block(vec![("claim.benefit", dictionary(&words, vec![Some(2); 9]))]), &[]).unwrap();
    assert_eq!(one.shape.fills[1], Fill::Constant(2));
    assert!(one.shape.members.is_empty());
    let two = see(&block(vec![("claim.benefit", dictionary(&words, vec![Some(2), Some(0)]))]), &[]).unwrap();
    assert_eq!(two.shape.members[&1].iter().copied().collect::<Vec<_>>(), [1, 2]);
    let rare = see(&block(vec![("claim.benefit", dictionary(&words, vec![Some(2), None, Some(2)]))]), &[]).unwrap();
    assert_eq!(rare.shape.members[&1].iter().copied().collect::<Vec<_>>(), [2], "where nothing is there is no member");
    let wrong = dictionary(&["old_age", "pension"], vec![Some(0), Some(1), None]);
    let seen = see(&block(vec![("claim.benefit", wrong)]), &[(1, Part::Values, 1)]).unwrap();
    assert_eq!((seen.odd, seen.rows), (vec![1], vec![vec![Some(0), Some(0), None]]));
}

#[test]
fn countries_lengths_and_sets() {
    let residence: ArrayRef = Arc::new(StringArray::from(vec![Some("NL"), Some("PT"), Some("CV"), None, Some("??")]));
    let requires: ArrayRef =
        Arc::new(StringArray::from(vec![Some("15 years"), Some("2.5 months"), None, Some("7 days"), Some("x")]));
    let members = Arc::new(StringArray::from(vec![Some("NL"), Some("CV"), Some("PT"), Some("QQ"), None]));
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let offsets = OffsetBuffer::new(vec![0, 2, 3, 4, 5, 5].into());
    let sets: ArrayRef = Arc::new(ListArray::try_new(field, offsets, members, None).unwrap());
    let block = block(vec![("person.residence", residence), ("requires", requires), ("person.nationalities", sets)]);
    let inputs = [(2, Part::Values, 2), (6, Part::Values, 8), (6, Part::Unit, 1), (7, Part::Values, 8)];
    let seen = see(&block, &inputs).unwrap();
    assert_eq!(seen.rows[0][0], Some(1));
    assert!(seen.rows[0][1] > Some(16) && seen.rows[0][2] == Some(0) && seen.rows[0][3].is_none());
    assert_eq!(seen.rows[1], [Some(15), Some(0), None, Some(7), Some(0)]);
    assert_eq!(seen.rows[2], [Some(0), Some(0), None, Some(4), Some(0)]);
    assert_eq!(seen.rows[3], [Some(0b11), Some(i64::MIN), Some(0), Some(0), Some(0)]);
    assert_eq!(seen.odd, [1, 2, 3, 4]);
}

#[test]
fn a_unit_is_told_where_a_column_holds_only_one() {
    let seen = |units: ArrayRef| see(&block(vec![("NL.unit", units)]), &[]).unwrap();
    let told = |seen: &Seen| seen.shape.members.get(&12).map(|units| units.iter().copied().collect::<Vec<_>>());
    let text = |units: &[Option<&str>]| Arc::new(StringArray::from(units.to_vec())) as ArrayRef;
    let one = seen(text(&[None, Some("months"), Some("month"), None]));
    assert_eq!((told(&one), one.odd.is_empty()), (Some(vec![2]), true));
    let coded = seen(dictionary(&["weeks", "years"], vec![Some(1), None, Some(1)]));
    assert_eq!(told(&coded), Some(vec![0]));
    assert_eq!(told(&seen(text(&[Some("months"), Some("weeks")]))), None);
    assert_eq!(told(&seen(text(&[None, None]))), None);
    // What is no unit is left to whoever reads anything.
    let wrong = seen(text(&[Some("months"), Some("moons"), None]));
    assert_eq!((told(&wrong), wrong.odd), (None, vec![1]));
}

#[test]
fn sets_of_any_size_are_taken_in_slices_too() {
    let lengths = [0usize, 1, 2, 3, 0, 0, 5, 1, 4, 2, 0];
    let bit = |at: usize| [0b10u64, 0b01, 1 << 63][at % 3];
    let members = (0..lengths.iter().sum()).map(|at: usize| ["NL", "CV", "PT"][at % 3]);
    let mut begin = 0;
    let expected: Vec<Option<i64>> = lengths
        .iter()
        .map(|length| {
            begin += length;
            let set = (begin - length..begin).fold(0, |set, at| set | bit(at));
            Some(i64::from_le_bytes(set.to_le_bytes()))
        })
        .collect();
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let members: ArrayRef = Arc::new(StringArray::from_iter_values(members));
    let sets = ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), members, None).unwrap();
    for (offset, length) in [(0, 11), (1, 3), (3, 4), (6, 5), (9, 1), (10, 1)] {
        let sets: ArrayRef = Arc::new(sets.slice(offset, length));
        let seen = see(&block(vec![("person.nationalities", sets)]), &[(7, Part::Values, 8)]).unwrap();
        assert_eq!(seen.rows[0], expected[offset..offset + length]);
        assert!(seen.odd.is_empty());
    }
}

#[test]
fn periods_are_sorted_in_slices_too() {
    let whole = records();
    let expected = [
        vec![[100, 110, 0, 0, 0], [200, 210, 1, 0, 0]],
        vec![],
        vec![],
        vec![[50, 60, 0, 0, 0]],
        vec![[1, 2, 0, 0, 0], [2, 3, 1, 0, 0], [3, 4, 0, 0, 0]],
    ];
    for (offset, length) in [(0, 5), (1, 4), (3, 2), (2, 1), (3, 1)] {
        let array: ArrayRef = Arc::new(whole.slice(offset, length));
        let (seen, odd) = periods(&block(vec![("periods", array)])).unwrap();
        assert_eq!(seen, expected[offset..offset + length]);
        assert!(odd.is_empty());
    }
    // With large offsets, and as the values of a longer array.
    let offsets = OffsetBuffer::new(vec![0i64, 2, 2, 3, 4, 7].into());
    let field = Arc::new(Field::new_list_field(whole.value_type(), true));
    let large: ArrayRef =
        Arc::new(LargeListArray::try_new(field, offsets, whole.values().clone(), whole.nulls().cloned()).unwrap());
    let (seen, _) = periods(&block(vec![("periods", large.slice(3, 2))])).unwrap();
    assert_eq!(seen, expected[3..5]);
}

#[test]
fn a_period_that_cannot_be_read_makes_its_row_odd() {
    let party = dictionary(&["CV", "NL", "FR", "QQ"], vec![Some(0), Some(2), Some(3), None, Some(0), Some(0), Some(1)]);
    let first = vec![Some(0), Some(0), Some(0), Some(0), Some(9), Some(i32::MAX), None];
    let of = record(&party, first, vec![Some(5), Some(5), Some(5), Some(5), Some(5), Some(5), None]);
    let array: ArrayRef = Arc::new(list(of, (0..8).collect(), None));
    let (seen, odd) = periods(&block(vec![("periods", array)])).unwrap();
    assert_eq!(odd, [1, 2, 3, 4, 5]);
    let party: Vec<i64> = seen.iter().map(|row| row[0][2]).collect();
    // The last has an amount, for all that is known here: native code leaves it to the general evaluator.
    let odd = i64::from(ODD);
    assert_eq!(party, [0, odd, odd, odd, odd, odd, odd]);
    assert_eq!(seen[5][0][0], 0);
}

#[test]
fn values_out_of_range_are_odd_and_harmless() {
    let days: ArrayRef =
        Arc::new(Date32Array::from(vec![Some(3), Some(i32::MAX), Some(-719_163), Some(i32::MIN), None]));
    let minor: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(-1), Some(i64::MAX), None, Some(5)]));
    let block = block(vec![("claim.event", days), ("NL.alone", minor)]);
    let seen = see(&block, &[(0, Part::Values, 4), (3, Part::Values, 8)]).unwrap();
    assert_eq!(seen.odd, [1, 2, 3]);
    assert_eq!(seen.rows[0], [Some(3), Some(0), Some(0), Some(0), None]);
    assert_eq!(seen.rows[1], [Some(1), Some(0), Some(0), None, Some(5)]);
}

/// An array made of parts that nobody checked.
fn unchecked(data: arrow_data::ArrayDataBuilder) -> ArrayRef {
    // SAFETY: nothing of it is read before ingestion has looked at it, which is what is tested.
    make_array(unsafe { data.build_unchecked() })
}

#[test]
fn hostile_arrays_are_refused() {
    let good = records();
    let child = good.values().to_data();
    for offsets in [vec![0, 2, 1, 3, 4, 7], vec![0, 2, 2, 3, 4, 800], vec![-5, 2, 2, 3, 4, 7], vec![0, -2, 2, 3, 4, 7]]
    {
        let data = ArrayData::builder(good.data_type().clone())
            .len(5)
            .add_buffer(Buffer::from_vec(offsets.clone()))
            .add_child_data(child.clone());
        let array = unchecked(data);
        let error = periods(&block(vec![("periods", array)])).map(|_| ()).unwrap_err();
        assert!(error.contains("out of order or beyond"), "{offsets:?}: {error}");
    }
    for key in [3u8, 200] {
        let of = DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8));
        let data = ArrayData::builder(of)
            .len(2)
            .add_buffer(Buffer::from_vec(vec![0u8, key]))
            .add_child_data(StringArray::from(vec!["old_age", "survivors", "invalidity"]).into_data());
        let error = see(&block(vec![("claim.benefit", unchecked(data))]), &[]).map(|_| ()).unwrap_err();
        assert_eq!(error, format!("the column `claim.benefit`: a dictionary of 3 words has no word {key}"));
    }
    let of = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let data = ArrayData::builder(of)
        .len(1)
        .add_buffer(Buffer::from_vec(vec![-1i32]))
        .add_child_data(StringArray::from(vec!["CV"]).into_data());
    let error = see(&block(vec![("person.residence", unchecked(data))]), &[]).map(|_| ()).unwrap_err();
    assert!(error.contains("has no word below 0"), "{error}");
}

#[test]
fn lengths_that_disagree_are_refused() {
    let day = || Arc::new(Date32Array::from(vec![1, 2, 3])) as ArrayRef;
    let event = Field::new("claim.event", DataType::Date32, true);
    // Fewer days than the records of periods have.
    let good = records();
    let of = good.values().as_any().downcast_ref::<StructArray>().unwrap();
    for at in 1..3 {
        let mut children = of.columns().to_vec();
        children[at] = children[at].slice(0, 5);
        // SAFETY: nothing of it is read before ingestion has looked at it.
        let child = unsafe { StructArray::new_unchecked(of.fields().clone(), children, None) };
        let array: ArrayRef = Arc::new(list(child, vec![0, 2, 2, 3, 4, 7], None));
        let error = periods(&block(vec![("periods", array)])).map(|_| ()).unwrap_err();
        assert_eq!(error, "the fields of periods differ in length", "field {at}");
    }
    // More bounds than rows, and fewer.
    for rows in [4, 6] {
        let error = super::periods::check(&[0, 2, 2, 3, 4, 7], rows, 7).unwrap_err();
        assert_eq!(error, format!("{rows} lists have 6 bounds"));
    }
    // A column shorter than its batch.
    let schema = Arc::new(Schema::new(vec![event]));
    // SAFETY: nothing of it is read before ingestion has looked at it.
    let batch = unsafe { RecordBatch::new_unchecked(schema.clone(), vec![day()], 5) };
    let layout = crate::tests::layout();
    let (columns, _) = Columns::new(&layout, &schema, &Carried::default()).map_err(|e| e.to_string()).unwrap();
    let block = Block { batch, bad: Vec::new() };
    let error = Survey::new(&layout, &columns, &block).map(|_| ()).unwrap_err();
    assert_eq!(error, "a column has 3 rows, the batch 5");
}

#[test]
fn hostile_keys_of_periods_are_refused() {
    let of = DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8));
    let data = ArrayData::builder(of)
        .len(7)
        .add_buffer(Buffer::from_vec(vec![0u8, 1, 0, 1, 1, 9, 1]))
        .add_child_data(StringArray::from(vec!["NL", "CV"]).into_data());
    let days = |d: i32| vec![Some(d); 7];
    let array: ArrayRef = Arc::new(list(record(&unchecked(data), days(1), days(2)), vec![0, 2, 2, 3, 4, 7], None));
    let error = periods(&block(vec![("periods", array)])).map(|_| ()).unwrap_err();
    assert_eq!(error, "the column `periods`: a dictionary of 2 words has no word 9");
}

/// Activities of six rows: two, none, null over garbage, one of no party, one of a party that is none and without a
/// day, one that is null.
fn activities() -> ListArray {
    let party = dictionary(&["NL", "CV", "??"], vec![Some(0), Some(1), Some(0), None, Some(2), Some(1)]);
    let start: ArrayRef =
        Arc::new(Date32Array::from((10..16).map(|day| (day != 14).then_some(day)).collect::<Vec<_>>()));
    let fields: Fields = [("party", &party), ("start", &start)]
        .iter()
        .map(|(n, a)| Field::new(*n, a.data_type().clone(), true))
        .collect();
    let there = NullBuffer::from(vec![true, true, true, true, true, false]);
    let of = StructArray::try_new(fields, vec![party, start], Some(there)).unwrap();
    list(of, vec![0, 2, 2, 3, 4, 5, 6], Some(NullBuffer::from(vec![true, true, false, true, true, true])))
}

#[test]
fn lists_of_records_are_laid_out_and_what_they_lack_is_marked() {
    let all: ArrayRef = Arc::new(activities());
    let inputs = [(9, Part::Offsets, 4), (9, Part::Field(0), 2), (9, Part::Field(1), 4)];
    let seen = see(&block(vec![("activities", all.clone())]), &inputs).unwrap();
    assert_eq!(seen.odd, [4, 5]);
    assert_eq!(seen.rows[0], [0, 2, 2, 3, 4, 5].map(Some));
    // The numbers of parties are their positions among those of the shape, CV and NL.
    let lacks = i64::from(accord_core::columns::LACKS_COUNTRY);
    assert_eq!(seen.rows[1][..4], [1, 0, 1, lacks].map(Some));
    let lacks = i64::from(accord_core::columns::LACKS_DAY);
    assert_eq!(seen.rows[2], [10, 11, 12, 13, lacks, 15].map(Some));
    // Of a slice it is the records of its rows.
    let seen = see(&block(vec![("activities", all.slice(2, 3))]), &inputs).unwrap();
    assert_eq!(seen.odd, [2]);
    assert_eq!(seen.rows[0], [0, 1, 2].map(Some));
    assert_eq!(seen.rows[2], [12, 13, lacks].map(Some));
    // There is always one value more than records.
    let seen = see(&block(vec![("activities", all.slice(1, 1))]), &inputs).unwrap();
    assert_eq!((seen.odd.as_slice(), seen.rows[1][0]), ([].as_slice(), Some(0)));
}

#[test]
fn lists_of_records_in_another_form_are_left_to_whoever_reads_anything() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("[]"), None, Some("?")]));
    let seen = see(&block(vec![("activities", texts)]), &[(9, Part::Offsets, 4), (9, Part::Field(0), 2)]).unwrap();
    assert_eq!(seen.odd, [0, 2]);
    assert_eq!(seen.rows[0], [0, 0, 0].map(Some));
}

#[test]
fn hostile_lists_of_records_are_refused() {
    let good = activities();
    let data = good.to_data();
    let bounds = Buffer::from_vec(vec![0, 2, 2, 3, 4, 5, 60]);
    // SAFETY: an array that breaks its own form; nothing but what is under test reads it.
    let data = unsafe {
        ArrayData::new_unchecked(data.data_type().clone(), 6, None, None, 0, vec![bounds], data.child_data().to_vec())
    };
    let array = Arc::new(ListArray::from(data)) as ArrayRef;
    let refused = see(&block(vec![("activities", array)]), &[(9, Part::Offsets, 4)]);
    assert!(refused.is_err_and(|why| why.contains("activities") && why.contains("beyond")));
}
