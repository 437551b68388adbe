//! Runs with and without native code come to the same.

use super::fake::{Fake, Slow};
use super::{ROWS, layout, outputs, scratch};
use crate::{Asked, Both, Carried, Change, Format, How, Kernels, Run, Sink, Source, Tally, Which, both};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn asked() -> Asked {
    let citations = vec!["article 5".to_owned(), "article 6".to_owned()];
    Asked { layout: layout(), outputs: outputs(), citations, provisions: true }
}

fn run(from: &Path, to: &Path, kernels: Option<Arc<dyn Kernels>>, threads: usize) -> Result<Tally, String> {
    let asked = asked();
    let source = Source::open(from, Format::of(from).unwrap(), &asked.layout, &Carried::default());
    let run = Run { asked: &asked, generals: &Slow, kernels, threads, evaluate: true };
    let source = source.map_err(|e| e.to_string())?;
    run.run(source, to, Format::of(to).unwrap(), &mut |_| {}).map_err(|e| e.to_string())
}

/// Many rows, some with null, some with an amount, periods out of order.
fn many(rows: u32) -> String {
    let mut text = String::new();
    let mut seed = 1u64;
    let mut draw = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    for row in 0..rows {
        let mut periods: Vec<String> = Vec::new();
        for _ in 0..draw(6) {
            let (year, party) = (1960 + draw(50), if draw(2) == 0 { "CV" } else { "NL" });
            let kind = ["insurance", "employment", "residence", "credited"][usize::try_from(draw(4)).unwrap()];
            let quality = if draw(5) == 0 { "voluntary" } else { "compulsory" };
            periods.push(match draw(40) {
                0 => format!("{{\"party\": \"{party}\", \"amount\": \"7 months\"}}"),
                1 => format!("{{\"party\": \"{party}\", \"from\": \"{year}-05-01\", \"to\": \"{year}-01-01\"}}"),
                _ => format!(
                    "{{\"party\": \"{party}\", \"kind\": \"{kind}\", \"quality\": \"{quality}\", \"from\": \"{year}-01-01\", \"to\": \"{year}-12-31\"}}"
                ),
            });
        }
        let benefit = ["old_age", "survivors", "invalidity"][usize::try_from(draw(3)).unwrap()];
        text.push_str(&format!("{{\"id\": {row}"));
        if draw(9) > 0 {
            text.push_str(&format!(", \"claim.event\": \"20{:02}-10-01\"", draw(20)));
        }
        if draw(9) > 0 {
            text.push_str(&format!(", \"claim.benefit\": \"{benefit}\""));
        }
        if draw(9) > 0 {
            text.push_str(&format!(", \"person.resident\": {}", draw(2) == 0));
        }
        if draw(9) > 0 {
            text.push_str(&format!(", \"periods\": [{}]", periods.join(", ")));
        }
        text.push_str("}\n");
    }
    text
}

#[test]
fn native_code_gives_the_same_file_whatever_the_form() {
    let folder = scratch("same");
    let lines = folder.join("in.jsonl");
    std::fs::write(&lines, many(3000)).unwrap();
    let expected = folder.join("expected.csv");
    let general = run(&lines, &expected, None, 1).unwrap();
    assert_eq!((general.rows, general.general), (3000, 3000));
    let expected = std::fs::read_to_string(expected).unwrap();
    for form in ["jsonl", "csv", "parquet", "arrow", "arrows"] {
        let from = folder.join(format!("again.{form}"));
        let mut source = Source::open(&lines, Format::JsonLines, &layout(), &Carried::default()).unwrap();
        let block = source.next().unwrap().unwrap();
        let mut sink = Sink::create(&from, Format::of(&from).unwrap(), block.batch.schema()).unwrap();
        for at in (0..3000).step_by(37) {
            sink.write(&block.batch.slice(at, 37.min(3000 - at))).unwrap();
        }
        sink.finish().unwrap();
        let to = folder.join(format!("out-{form}.csv"));
        let fake = Arc::new(Fake::default());
        let tally = run(&from, &to, Some(fake.clone()), 3).unwrap();
        assert!(tally.general < 1000 && tally.general > 0, "{}", tally.general);
        assert!(fake.made.load(Ordering::Relaxed) <= 40, "{:?}", fake.made);
        let out = std::fs::read_to_string(to).unwrap();
        let differs = out.lines().zip(expected.lines()).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{form}");
        assert_eq!(out.lines().count(), expected.lines().count());
        assert_eq!(tally.outputs, general.outputs);
        assert_eq!(tally.reasons, general.reasons);
    }
}

#[test]
fn without_code_for_a_shape_there_is_one_that_knows_less_or_the_general_evaluator() {
    let folder = scratch("less");
    let lines = folder.join("in.jsonl");
    std::fs::write(&lines, many(500)).unwrap();
    let (expected, to) = (folder.join("expected.csv"), folder.join("out.csv"));
    let _ = run(&lines, &expected, None, 1).unwrap();
    let fake = Arc::new(Fake { fails: true, ..Fake::default() });
    let _ = run(&lines, &to, Some(fake), 2).unwrap();
    assert_eq!(std::fs::read(&to).unwrap(), std::fs::read(&expected).unwrap());
}

#[test]
fn a_bad_row_comes_out_with_its_reason() {
    let folder = scratch("bad");
    let (from, to) = (folder.join("in.jsonl"), folder.join("out.jsonl"));
    std::fs::write(&from, ROWS).unwrap();
    let tally = run(&from, &to, Some(Arc::new(Fake::default())), 1).unwrap();
    assert_eq!(tally.rows, 8);
    let out = std::fs::read_to_string(&to).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"id":1,"payable(NL)":"3.65 EUR","payable(NL).outcome":"value","payable(NL).provisions":"article 5","resident":true,"resident.outcome":"value","resident.provisions":"article 5"}"#
    );
    assert!(lines[1].contains(r#""payable(NL).reason":"claim.event: `2001-13-45` is not a day""#), "{}", lines[1]);
    assert!(lines[6].contains("the line is not JSON"), "{}", lines[6]);
    assert!(tally.commonest(3).len() == 3);
}

#[test]
fn an_error_in_the_middle_leaves_the_old_output() {
    let folder = scratch("middle");
    let (from, to) = (folder.join("in.jsonl"), folder.join("out.csv"));
    std::fs::write(&from, format!("{}{{\"nobody.knows\": 1}}\n", many(70_000))).unwrap();
    std::fs::write(&to, "old").unwrap();
    let error = run(&from, &to, None, 2).expect_err("unknown");
    assert!(error.contains("row 70001: the question `benefit` has no column `nobody.knows`"), "{error}");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "old");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn an_empty_file_gives_an_empty_one() {
    let folder = scratch("empty");
    let (from, to) = (folder.join("in.jsonl"), folder.join("out.parquet"));
    std::fs::write(&from, "").unwrap();
    assert_eq!(run(&from, &to, None, 2).unwrap().rows, 0);
    assert!(to.exists());
}

/// The same rows asked of two: without native code, and with it.
fn side_by_side(from: &Path, only: Option<&str>, old: &Asked) -> Both {
    let asked = asked();
    let open = |asked: &Asked| {
        Source::open(from, Format::of(from).unwrap(), &asked.layout, &Carried::default())
            .map_err(|e| e.to_string())
            .unwrap()
    };
    let sources = [open(old), open(&asked)];
    let native: Arc<dyn Kernels> = Arc::new(Fake::default());
    let general = Run { asked: old, generals: &Slow, kernels: None, threads: 1, evaluate: true };
    let compiled = Run { asked: &asked, generals: &Slow, kernels: Some(native), threads: 1, evaluate: true };
    let how = How { is_against: &|_| false, only };
    both([&general, &compiled], sources, &how, &mut |_| {}).map_err(|e| e.to_string()).unwrap()
}

#[test]
fn the_same_rows_are_counted_alike_whoever_answers() {
    let folder = scratch("both");
    let lines = folder.join("in.jsonl");
    std::fs::write(&lines, many(3000)).unwrap();
    let found = side_by_side(&lines, None, &asked());
    assert_eq!((found.rows, found.differ, found.outside), (3000, 0, 0));
    let payable = &found.outputs[0];
    let of = |change: Change| payable.count(change);
    assert_eq!(of(Change::Same) + of(Change::Open), 3000);
    assert!(of(Change::Same) > 1000 && of(Change::Open) > 100, "{payable:?}");
    let [(_, before), (_, after)] = payable.sums.unwrap();
    assert!(before == after && before > 0);
    // What is missing is missing under both.
    assert!(found.reasons.keys().all(|(which, _)| which.is_none()), "{:?}", found.reasons);
    assert!(found.bad > 0 && found.wrong.values().sum::<u64>() == found.bad, "{:?}", found.wrong);
}

#[test]
fn rows_of_whom_nothing_is_asked_are_left_out_and_counted() {
    let folder = scratch("only");
    let lines = folder.join("in.jsonl");
    std::fs::write(&lines, many(3000)).unwrap();
    let found = side_by_side(&lines, Some("resident"), &asked());
    assert_eq!(found.outputs.len(), 1, "what says of whom is not counted itself");
    let counted: u64 = Change::ALL.into_iter().map(|c| found.outputs[0].count(c)).sum();
    assert_eq!(counted + found.outside + found.unknown, 3000);
    assert!(counted > 1000 && found.outside > 1000 && found.unknown > 100, "{found:?}");
}

#[test]
fn a_version_that_does_not_see_a_fact_leaves_rows_open_by_its_name() {
    let folder = scratch("unseen");
    let lines = folder.join("in.jsonl");
    std::fs::write(&lines, "{\"claim.benefit\": \"old_age\", \"periods\": []}\n").unwrap();
    let found = side_by_side(&lines, None, &asked());
    let named: Vec<_> = found.reasons.keys().map(|(which, why)| (*which, why.as_str())).collect();
    assert!(named.contains(&(None, "claim.event")), "{named:?}");
    assert!(!named.iter().any(|(which, _)| *which == Some(Which::Old)));
}
