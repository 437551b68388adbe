//! What comes before claims are computed: checking an agreement, making code of it, testing it.

use crate::machine::{Table, in_turns, median};
use accord_cli::Loaded;
use accord_cli::examine::examine;
use accord_codegen::Jit;
use std::fmt::Write;
use std::hint::black_box;

/// Provisions of the agreements that are made.
const PROVISIONS: [usize; 3] = [30, 100, 300];

/// So many decisions rest on each other in a row.
const CHAIN: usize = 50;

/// A text of so many provisions, each a rule of a decision of its own that asks the one before it, with a term.
fn text(provisions: usize) -> String {
    let mut text = format!(
        "agreement GX \"A generated agreement\"\n  parties:   XA, XB\n  signed:    2000-01-01\n  \
         articles:  1..{provisions}\n  month_end: last_day\n\nquestion claimed\n  \
         facts   own_time: months   all_time: months   whole: EUR   right: YesNo\n  decides part_{provisions}\n\n"
    );
    for at in 1..=provisions {
        let whole = if at % CHAIN == 1 { "whole".to_owned() } else { format!("part_{}", at - 1) };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "decision part_{at}: EUR default nothing\n\narticle {at} \"Part {at}\"\n  evidence verified\n  \
             term long_{at} means own_time is at least {} months\n  \
             rule part_{at} = {whole} * (own_time / all_time) rounded half up to 0.01 EUR when right and long_{at}\n\n",
            at % 12 + 1
        );
    }
    text
}

/// The agreement with the most lines.
fn largest() -> (String, usize) {
    let folder = accord_tests::at("agreements");
    let names = std::fs::read_dir(&folder).expect("there are agreements").flatten();
    let lines = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name).join("agreement.accord")).unwrap_or_default();
        text.lines().count()
    };
    let all = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    all.map(|name| (name.clone(), lines(&name))).max_by_key(|(_, lines)| *lines).expect("there are agreements")
}

/// Prints what it takes.
pub fn compile(times: usize) {
    let times = times.min(7);
    let (name, lines) = largest();
    let path = accord_tests::at("agreements").join(&name);
    let shown = path.display().to_string();
    let loads = || {
        let loaded = Loaded::from_paths(std::slice::from_ref(&path)).expect("it is read");
        let examined = examine(&loaded, loaded.roots.first().expect("an agreement")).expect("it is checked");
        assert!(examined.verified.is_some(), "it has no errors");
    };
    let command = |arguments: &[&str]| {
        let ran = accord_tests::accord(arguments.iter().map(std::ffi::OsString::from));
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    };
    let agreements = accord_tests::at("agreements").display().to_string();
    let taken = in_turns(
        times,
        &mut [&mut || loads(), &mut || command(&["check", &shown]), &mut || command(&["test", &agreements])],
    );
    let table = Table::begin("Before claims are computed", &["what", "ms"]);
    let whats = [
        format!("reading, checking and typing `{name}`, {lines} lines, with its cases"),
        format!("`accord check agreements/{name}`: that, and its examination for everybody"),
        "`accord test agreements`".to_owned(),
    ];
    for (what, taken) in whats.into_iter().zip(taken) {
        table.line(&[what, format!("{:.1}", median(taken) * 1e3)]);
    }
    let table = Table::begin(
        "Growth with provisions: a generated agreement of two parties",
        &["provisions", "checking, ms", "JIT, ms"],
    );
    for provisions in PROVISIONS {
        let text = text(provisions);
        let checked = accord_tests::check("generated.accord", &text).expect("it is read");
        let verified = checked.examined.verified.as_ref();
        let verified = verified.unwrap_or_else(|| panic!("it has no errors: {:?}", checked.errors().first()));
        let taken = in_turns(
            times,
            &mut [&mut || drop(black_box(accord_tests::check("generated.accord", &text))), &mut || {
                drop(black_box(Jit::compile(verified).expect("machine code is made")))
            }],
        );
        let ms = taken.into_iter().map(|taken| format!("{:.1}", median(taken) * 1e3));
        table.line(&std::iter::once(provisions.to_string()).chain(ms).collect::<Vec<_>>());
    }
}
