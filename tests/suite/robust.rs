//! Nothing a file can hold makes a pass panic, hang or eat the memory.

use accord_cli::evaluate::{Evaluator, Ready};
use accord_cli::examine::on_deep_stack;
use accord_core::{Outcome, Value};
use accord_tests::{at, blocks, check};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::time::{Duration, Instant};

/// As many examples as a run of the whole suite can bear, the same ones each time; `ACCORD_SEED=7` tries others.
fn runner(cases: u32) -> TestRunner {
    let seed = std::env::var("ACCORD_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let rng_seed = proptest::test_runner::RngSeed::Fixed(seed);
    TestRunner::new(Config { cases, failure_persistence: None, rng_seed, ..Config::default() })
}

/// Parses, formats and checks a text; whether it ended soon is all that is asked.
fn survives(text: &str) -> Result<(), TestCaseError> {
    let begun = Instant::now();
    let outcome = on_deep_stack(|| {
        drop(accord_syntax::format(text));
        check("robust.accord", text).map(|c| c.drawn().len())
    });
    let drawn = outcome.and_then(|inner| inner);
    prop_assert!(drawn.is_ok(), "a pass stopped: {}\n{text:?}", drawn.err().map(|e| e.draw(false)).unwrap_or_default());
    prop_assert!(begun.elapsed() < Duration::from_secs(20), "too slow: {text:?}");
    Ok(())
}

fn pages() -> Vec<String> {
    blocks("tests/spec").expect("pages").into_iter().filter(|b| b.language == "accord").map(|b| b.text).collect()
}

#[test]
fn any_bytes() {
    let bytes = proptest::collection::vec(any::<u8>(), 0..400);
    let result = runner(64).run(&bytes, |bytes| survives(&String::from_utf8_lossy(&bytes)));
    result.expect("no bytes stop a pass");
}

/// Words of the language, and two that break lines and texts.
const WORDS: &str = "\
    agreement XA-XB parties: XA , XB article 1 (1) (a) rule payable(P) = when exception to { } ( ) \
    covers export benefits: old_age.pension and or not is at least 12 months 0.01 EUR rounded half up \
    case expect: person: 2020-01-31 2023-02-29 .. + - * / if then else match => otherwise term x means \
    parameter unset decision clause slot default for each party P in concerned every satisfies sum of \
    apart from disapply legislation enum record question facts decides use # ; nothing \"t\" \"";

/// Words of the language in any order: what gets past the lexer and breaks the passes after it.
#[test]
fn any_words() {
    let all: Vec<&str> = WORDS.split_whitespace().chain(["\n"]).collect();
    let words = proptest::collection::vec(proptest::sample::select(all), 0..80);
    runner(64).run(&words, |words| survives(&words.join(" "))).expect("no words stop a pass");
}

/// Real pages with a piece cut out, doubled or replaced.
#[test]
fn damaged_pages() {
    let pages = pages();
    let strategy = (0..pages.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8, "\\PC{0,6}");
    let result = runner(96).run(&strategy, |(page, from, to, how, inserted)| {
        let text: Vec<char> = pages[page].trim_start().chars().collect();
        let (a, b) = (from.index(text.len() + 1), to.index(text.len() + 1));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 60));
        let (before, piece, after) = (&text[..from], &text[from..to], &text[to..]);
        let inserted: Vec<char> = inserted.chars().collect();
        let damaged: Vec<char> = match how {
            0 => [before, after].concat(),
            1 => [before, piece, piece, after].concat(),
            2 => [before, &inserted, after].concat(),
            _ => before.to_vec(),
        };
        survives(&damaged.into_iter().collect::<String>())
    });
    result.expect("no damage stops a pass");
}

/// Real cases with facts taken away or replaced: every evaluator answers, and they agree.
#[test]
fn damaged_facts() {
    let loaded = crate::cases::shipped();
    let root = &loaded.roots[loaded.roots.len() - 1];
    let examined = accord_cli::examine::examine(&loaded, root).expect("examined");
    let verified = examined.verified.as_ref().expect("a program");
    let ready = Ready::new(verified, Evaluator::USUAL).expect("code");
    let facts = (0..examined.cases.len().max(1), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..6_u8);
    let result = runner(128).run(&facts, |(case, fact, field, how)| {
        let Some(case) = examined.cases.get(case) else { return Ok(()) };
        let mut case = case.clone();
        if case.facts.row.is_empty() {
            return Ok(());
        }
        let position = fact.index(case.facts.row.len());
        let slot = &mut case.facts.row[position];
        damage(slot, field, how);
        for asked in ready.ask(&case) {
            let (_, first) = &asked.answers[0];
            prop_assert!(asked.answers.iter().all(|(_, a)| a == first), "{}: {asked:?}", case.name);
        }
        Ok(())
    });
    result.expect("no facts stop an evaluator");
}

/// A fact, or a field of one, made missing, nothing or refused. Its kind stays what the program declares.
fn damage(fact: &mut Outcome, field: prop::sample::Index, how: u8) {
    if let (Outcome::Value(Value::Record(fields)), true) = (&*fact, how < 4) {
        let mut fields = fields.as_ref().clone();
        if !fields.is_empty() {
            let position = field.index(fields.len());
            fields[position] = replacement(how);
        }
        *fact = Outcome::Value(Value::Record(fields.into()));
        return;
    }
    *fact = replacement(how);
}

fn replacement(how: u8) -> Outcome {
    match how % 3 {
        0 => Outcome::missing("damaged"),
        1 => Outcome::Nothing,
        _ => Outcome::refer("somebody"),
    }
}

#[test]
fn every_beginning_of_a_shipped_source() {
    let text = std::fs::read_to_string(at("agreements/nl-cv/agreement.accord")).expect("text");
    let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).step_by(997).collect();
    for end in ends {
        survives(&text[..end]).expect("a beginning is survived");
    }
}

#[test]
fn known_traps() {
    let deep = format!(
        "agreement XA-XB \"x\"\narticle 1 \"x\"\nrule payable(P) = {}1{}",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    let many = format!(
        "agreement XA-XB \"x\"\n parties: XA, XB  articles: 1..1  month_end: last_day\narticle 1 \"x\"\n{}",
        "covers { party: XA  branches: old_age }\n".repeat(2_000)
    );
    let long = format!("agreement XA-XB \"{}\"", "x".repeat(2_000_000));
    let not = format!("agreement XA-XB \"x\"\narticle 1 \"x\"\nrule entitled(P) when {} yes", "not ".repeat(50_000));
    let sum = format!("agreement XA-XB \"x\"\narticle 1 \"x\"\nterm x means {} 1", "1 + ".repeat(20_000));
    let chain =
        format!("agreement XA-XB \"x\"\narticle 1 \"x\"\nterm x means {} 1", "if yes then 1 else ".repeat(5_000));
    let traps = [
        "",
        "\0",
        "\u{feff}",
        "\"",
        "{",
        "}",
        "(((",
        "case \"x\" {",
        "agreement",
        "# only a comment",
        "\r\n\r\n\t",
        "agreement XA-XB \"x\"\n signed: 2023-02-29",
        "agreement XA-XB \"x\"\narticle 1 \"x\"\nrule payable(P) = 99_999_999_999_999_999_999_999.99 EUR",
        "agreement XA-XB \"x\"\narticle 1 \"x\"\nparameter p = 1,5",
        &deep,
        &many,
        &long,
        &not,
        &sum,
        &chain,
    ];
    for trap in traps {
        survives(trap).expect("a trap is survived");
    }
}

/// What would take hours or fill the memory is refused with its own code instead.
#[test]
fn limits_have_codes() {
    let header = |articles| {
        format!("agreement XA-XB \"x\"\n  parties: XA, XB   articles: 1..{articles}   month_end: last_day\n")
    };
    let chain: String = (0..300).map(|i| format!("  term t{i} means t{}\n", i + 1)).collect();
    let chain = format!("{}article 1 \"x\"\n{chain}  term t300 means 1\n", header(1));
    let rule = "rule exportable(P) when person.refugee";
    let many: String = (1..2_600).map(|i| format!("  ({i}) exception to article 1(1)\n      {rule}\n")).collect();
    let many = format!("{}article 1 \"x\"\n{}", header(1), many.replacen("exception to article 1(1)\n", "\n", 1));
    for (text, code) in [(chain, "E0514"), (many, "E0513")] {
        let codes = on_deep_stack(|| {
            check("limit.accord", &text).map(|c| c.errors().iter().map(|d| d.code.text()).collect::<Vec<_>>())
        });
        let codes = codes.and_then(|inner| inner).expect("checked");
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
}
