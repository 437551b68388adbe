//! The four forms of file, and what goes wrong with them.

use super::{ROWS, layout, scratch};
use crate::{Asked, Carried, Format, Sink, Source, facts_of};
use accord_core::{Facts, Outcome};
use arrow_array::RecordBatch;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn written(name: &str, text: &str) -> PathBuf {
    let path = scratch(&name.replace('.', "-")).join(name);
    std::fs::write(&path, text).expect("written");
    path
}

fn open(path: &Path) -> Result<Source, String> {
    Source::open(path, Format::of(path).expect("a form"), &layout(), &Carried::default()).map_err(|e| e.to_string())
}

fn blocks(path: &Path) -> Vec<RecordBatch> {
    let mut source = open(path).expect("opened");
    std::iter::from_fn(|| source.next().expect("read")).map(|b| b.batch).collect()
}

fn facts(path: &Path) -> Vec<Facts> {
    let asked = Asked { layout: layout(), outputs: Vec::new(), citations: Vec::new(), provisions: false };
    let mut all = Vec::new();
    let wanted: BTreeSet<u64> = (1..100).collect();
    facts_of(open(path).expect("opened"), &asked, &wanted, &mut |_, facts| all.push(facts)).expect("read");
    all
}

fn missing(facts: &Facts, column: usize) -> String {
    match &facts.row[column] {
        Outcome::Undetermined(names) => names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("; "),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_read_is_said_of_each_cell() {
    let all = facts(&written("said.jsonl", ROWS));
    assert_eq!(all.len(), 8);
    assert_eq!(missing(&all[1], 0), "claim.event: `2001-13-45` is not a day");
    assert_eq!(missing(&all[2], 1), "claim.benefit: `survivor` is not a word it may hold; did you mean `survivors`?");
    assert_eq!(missing(&all[2], 2), "person.residence: `QQ` is not a country");
    assert_eq!(missing(&all[2], 5), "periods: the 1st ends on 2001-01-01, before it begins on 2002-01-01");
    assert_eq!(missing(&all[3], 0), "claim.event");
    assert_eq!(missing(&all[3], 3), "NL.alone: `10.00 USD` is not in EUR");
    assert_eq!(missing(&all[3], 5), "periods: the 1st is of FR, which is not a party");
    assert_eq!(missing(&all[4], 3), "NL.alone: `-5` is below zero");
    assert_eq!(missing(&all[4], 5), "periods: the 1st has neither days nor an amount");
    assert_eq!(missing(&all[5], 3), "NL.alone: the number 1.5 is not exact: write it as a text");
    assert_eq!(missing(&all[6], 3), "the line is not JSON: expected ident");
    assert_eq!(missing(&all[7], 4), "person.resident: 1 is not what it holds");
}

#[test]
fn every_form_of_file_says_the_same() {
    // Cells that cannot be read are null once they were written again, so only rows without them are compared.
    let good: String = ROWS
        .lines()
        .enumerate()
        .filter(|(at, _)| [0, 5].contains(at))
        .map(|(_, l)| format!("{}\n", l.replace("\"NL.alone\": 1.5, ", "")))
        .collect();
    let path = written("good.jsonl", &good);
    let expected = facts(&path);
    assert_eq!(expected.len(), 2);
    assert!(expected[0].row.iter().all(|o| o.value().is_some()), "{:?}", expected[0].row);
    let batches = blocks(&path);
    for form in ["parquet", "arrow", "arrows", "csv", "jsonl"] {
        let to = path.with_file_name(format!("again.{form}"));
        let mut sink = Sink::create(&to, Format::of(&to).unwrap(), batches[0].schema()).unwrap();
        for batch in &batches {
            sink.write(batch).unwrap();
        }
        sink.finish().unwrap();
        assert_eq!(facts(&to), expected, "{form}");
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|n| !n.to_string_lossy().contains("partial")), "{left:?}");
    }
}

#[test]
fn an_unfinished_file_leaves_the_old_one() {
    let path = written("old.csv", "claim.event\n2012-10-01\n");
    let batch = blocks(&path).remove(0);
    let mut sink = Sink::create(&path, Format::Csv, batch.schema()).unwrap();
    sink.write(&batch).unwrap();
    drop(sink);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "claim.event\n2012-10-01\n");
    let others = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(others, 1);
    // What a process that is gone has left is swept away with the next run.
    let stale = path.with_file_name(".old.csv.accord-partial-4294967295");
    std::fs::write(&stale, "half").unwrap();
    Sink::create(&path, Format::Csv, batch.schema()).unwrap().finish().unwrap();
    assert!(!stale.exists() || !Path::new("/proc/self").exists());
}

#[test]
fn an_unknown_column_is_named_with_what_was_meant() {
    let path = written("unknown.csv", "id,claim.evnt\n1,2012-10-01\n");
    let error = Source::open(&path, Format::Csv, &layout(), &Carried::default()).map(|_| ()).expect_err("unknown");
    assert!(error.to_string().contains("no column `claim.evnt`"), "{error}");
    assert!(error.remedy().is_some_and(|r| r.contains("did you mean `claim.event`?")), "{:?}", error.remedy());
    let line = written("unknown.jsonl", "{\"claim.event\": \"2012-10-01\"}\n{\"claim\": {\"evnt\": 1}}\n");
    let error = open(&line).unwrap().next().map(|_| ()).expect_err("unknown");
    assert!(error.to_string().contains("`: row 2: the question `benefit` has no column `claim.evnt`"), "{error}");
    let carried =
        Carried { keep: vec!["claim.evnt".to_owned()], ignore: vec!["id".to_owned()], needed: Some(BTreeSet::new()) };
    let source = Source::open(&path, Format::Csv, &layout(), &carried).expect("kept");
    assert_eq!(source.columns().kept(), [0]);
    assert_eq!(source.columns().schema().field(0).name(), "claim.evnt");
}

#[test]
fn csv_rows_of_another_length_and_broken_texts_are_odd() {
    let path = scratch("ragged").join("ragged.csv");
    let text =
        b"\xef\xbb\xbfclaim.event,note,periods\n2012-10-01,a\n2012-10-01,\xff\xfe,[]\n2012-10-01,,nonsense\n".to_vec();
    std::fs::write(&path, text).unwrap();
    let all = facts(&path);
    assert_eq!(missing(&all[0], 0), "the row has 2 cells, the heading 3");
    assert_eq!(missing(&all[1], 11), "note: its text is not UTF-8");
    assert_eq!(missing(&all[2], 5), "periods: `nonsense` is not JSON");
}

#[test]
fn damaged_files_are_refused() {
    let path = written("undamaged.jsonl", ROWS);
    let batches = blocks(&path);
    for form in ["parquet", "arrow", "arrows"] {
        let to = path.with_file_name(format!("whole.{form}"));
        let mut sink = Sink::create(&to, Format::of(&to).unwrap(), batches[0].schema()).unwrap();
        sink.write(&batches[0]).unwrap();
        sink.finish().unwrap();
        let whole = std::fs::read(&to).unwrap();
        let damaged = path.with_file_name(format!("damaged.{form}"));
        for at in (0..whole.len()).step_by(97) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            for cut in [bytes.clone(), whole[..at].to_vec()] {
                std::fs::write(&damaged, cut).unwrap();
                // Refused or read otherwise; never more than that.
                if let Ok(mut source) = open(&damaged) {
                    while let Ok(Some(_)) = source.next() {}
                }
            }
        }
    }
}
