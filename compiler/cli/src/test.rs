//! `accord test`: the worked cases of agreements, under every evaluator.

use crate::args::Test;
use crate::console::Console;
use crate::draw::draw;
use crate::evaluate::{Checked, Evaluator, Ready, Verdict, judge_case};
use crate::examine::{agreement_name, examine, in_parallel};
use crate::load::{Loaded, Root};
use crate::trouble::Trouble;
use crate::{COULD_NOT, FINE, NO, counted, json, or_here, version};
use accord_source::{Diagnostics, Severity, SourceMap};

/// What became of an agreement's cases.
struct Tested {
    name: String,
    /// Its name with the day of its text.
    shown: String,
    title: String,
    verdicts: Vec<Verdict>,
    unread: usize,
    found: Diagnostics,
}

/// Runs the command.
pub fn test(args: &Test, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let evaluators = evaluators(&args.evaluator)?;
    let loaded = Loaded::from_paths(&or_here(&args.paths))?;
    let tested = in_parallel(loaded.roots.len(), |i| match loaded.roots.get(i) {
        Some(root) => tested(&loaded, root, &evaluators),
        None => Err(Trouble::defect("an agreement was lost")),
    })?;
    let mut tested = tested.into_iter().collect::<Result<Vec<Tested>, Trouble>>()?;
    let mut found = loaded.found.clone();
    tested.iter_mut().for_each(|t| found.append(std::mem::take(&mut t.found)));
    // Warnings are `accord check`'s business.
    let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
    console.note(&draw(&loaded.sources, &errors, console.err_colour));

    let passed = tested.iter().flat_map(|t| &t.verdicts).filter(|v| v.passed()).count();
    let all: usize = tested.iter().map(|t| t.verdicts.len() + t.unread).sum();
    let failed = all - passed;
    if args.json {
        let cases =
            tested.iter().flat_map(|t| t.verdicts.iter().flat_map(|v| json::verdict(&loaded.sources, &t.name, v)));
        console.line(&json::test(passed, failed, cases.collect()));
    } else {
        let empty = |t: &Tested| t.verdicts.is_empty() && t.unread == 0;
        // Where all cases are of other texts, the one that was asked for has none to tell of.
        let worth_a_line = |t: &&Tested| !empty(t) || !tested.iter().any(|o| o.name == t.name && !empty(o));
        for t in tested.iter().filter(worth_a_line) {
            console.answer(&told(&loaded.sources, t, &evaluators));
        }
        console.line(&format!("{passed} passed, {failed} failed"));
    }
    if all == 0 {
        let places = or_here(&args.paths).iter().map(|p| format!("`{}`", p.display())).collect::<Vec<_>>().join(", ");
        let trouble = Trouble::new(format!("no cases found in {places}"))
            .help("a case lies in the folder `cases` beside its agreement, as `.accord` or `.json`");
        console.note(&trouble.draw(console.err_colour));
        return Ok(COULD_NOT);
    }
    Ok(if failed == 0 && errors.is_empty() { FINE } else { NO })
}

/// The evaluators a list of names means, in the order of [`Evaluator::ALL`].
pub fn evaluators(names: &str) -> Result<Vec<Evaluator>, Trouble> {
    let mut wanted = Vec::new();
    for name in names.split(',').map(str::trim) {
        match Evaluator::parse(name) {
            Some(evaluator) => wanted.push(evaluator),
            None if name == "all" => wanted.extend(Evaluator::ALL),
            None => {
                let known: Vec<&str> = Evaluator::ALL.iter().map(|e| e.word()).collect();
                let near = known.iter().find(|k| strsim::damerau_levenshtein(k, name) <= 2);
                let meant = near.map_or_else(String::new, |k| format!("did you mean `{k}`? "));
                return Err(Trouble::new(format!("there is no evaluator `{name}`"))
                    .help(format!("{meant}the evaluators are {} and all", known.join(", "))));
            }
        }
    }
    Ok(Evaluator::ALL.iter().copied().filter(|e| wanted.contains(e)).collect())
}

fn tested(loaded: &Loaded, root: &Root, evaluators: &[Evaluator]) -> Result<Tested, Trouble> {
    let examined = examine(loaded, root)?;
    let name = agreement_name(loaded, root);
    let name = name.unwrap_or_else(|| loaded.sources.file(root.file).map_or("", |f| f.name()).to_owned());
    let mut tested = Tested {
        shown: version::named(&name, root),
        name,
        title: examined.program().map_or_else(String::new, |p| p.title.clone()),
        verdicts: Vec::new(),
        unread: examined.unread,
        found: examined.found,
    };
    if let Some(verified) = &examined.verified
        && !examined.cases.is_empty()
    {
        let ready = Ready::new(verified, evaluators)?;
        tested.verdicts = examined.cases.iter().map(|case| judge_case(&ready, case)).collect();
    }
    Ok(tested)
}

fn told(sources: &SourceMap, tested: &Tested, evaluators: &[Evaluator]) -> String {
    let mut text = format!("{}  {}\n", tested.shown, tested.title);
    let width = tested.verdicts.iter().map(|v| v.name.chars().count()).max().unwrap_or(0).min(90);
    let names = evaluators.iter().map(|e| e.word()).collect::<Vec<_>>().join(", ");
    for verdict in &tested.verdicts {
        let word = if verdict.passed() { "ok    " } else { "FAILED" };
        text.push_str(&format!("  {word}  {:<width$}  {names}\n", verdict.name));
        if !verdict.passed() {
            text.push_str(&failure(sources, verdict));
        }
    }
    if tested.unread > 0 {
        let count = counted(tested.unread, "case");
        text.push_str(&format!("  FAILED  {count} not run, because of the errors above\n"));
    }
    text
}

/// A failed case: each wrong decision once, with the evaluators that gave it.
pub fn failure(sources: &SourceMap, verdict: &Verdict) -> String {
    let mut text = String::new();
    let mut told: Vec<(&Checked, Vec<&str>)> = Vec::new();
    for (evaluator, list) in &verdict.checked {
        for checked in list.iter().filter(|c| c.wrong.is_some()) {
            let same = |t: &&mut (&Checked, Vec<&str>)| {
                t.0.label == checked.label
                    && t.0.span == checked.span
                    && t.0.got == checked.got
                    && t.0.wrong == checked.wrong
            };
            match told.iter_mut().find(same) {
                Some((_, evaluators)) => evaluators.push(evaluator.word()),
                None => told.push((checked, vec![evaluator.word()])),
            }
        }
    }
    for (checked, evaluators) in told {
        let by = if checked.provisions.is_empty() { "no provision".to_owned() } else { checked.provisions.join(", ") };
        text.push_str(&format!("          {}\n", checked.label));
        text.push_str(&format!("            expected  {}\n", checked.expected));
        text.push_str(&format!("            got       {}  ({})\n", checked.got, evaluators.join(", ")));
        text.push_str(&format!("            made by   {by}\n"));
        if let Some(why) = &checked.wrong {
            text.push_str(&format!("            because   {why}\n"));
        }
        text.push_str(&format!("            at        {}\n", crate::draw::place(sources, checked.span)));
    }
    for difference in &verdict.differences {
        text.push_str(&format!("          {}: the evaluators differ\n", difference.label));
        for (evaluator, words) in &difference.answers {
            text.push_str(&format!("            {:<8}  {words}\n", evaluator.word()));
        }
    }
    if verdict.checked.iter().all(|(_, list)| list.is_empty()) {
        text.push_str("          it expects nothing; say what the result must be in `expect: { ... }`\n");
        text.push_str(&format!("            at        {}\n", crate::draw::place(sources, verdict.span)));
    }
    text
}
