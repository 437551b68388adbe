//! The reference pages: every example is checked, and every case in them is run.

use accord_cli::examine::in_parallel;
use accord_source::{Diagnostic, Severity, SourceMap};
use accord_tests::{Block, Checked, blocks, check, complaint, run_cases};

/// The page on which every block is examined too.
const FINDINGS: &str = "17-findings";

/// `error[E0301]` or `warning[W0601]` in a comment, with the line it stands on.
#[derive(Debug, PartialEq, Eq)]
struct Marker {
    line: usize,
    severity: Severity,
    code: String,
}

fn markers(text: &str) -> Vec<Marker> {
    let mut all = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((_, comment)) = line.split_once('#') else { continue };
        for (word, severity) in [("error[", Severity::Error), ("warning[", Severity::Warning)] {
            for after in comment.split(word).skip(1) {
                if let Some((code, _)) = after.split_once(']') {
                    all.push(Marker { line: index + 1, severity, code: code.to_owned() });
                }
            }
        }
    }
    all
}

fn line_of(sources: &SourceMap, finding: &Diagnostic) -> usize {
    let place = finding.span().and_then(|s| Some((sources.file(s.file)?, s.start as usize)));
    place.map_or(0, |(file, start)| file.line_column(start).0)
}

/// `finding[gap]` in a comment, with the line it stands on.
fn announced(text: &str) -> Vec<(String, usize)> {
    let mut all = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let after = line.split_once('#').and_then(|(_, comment)| comment.split_once("finding["));
        all.extend(after.and_then(|(_, word)| word.split_once(']')).map(|(kind, _)| (kind.to_owned(), index + 1)));
    }
    all
}

/// On the page of findings: each that is announced is found at its line, and no other.
fn findings(block: &Block, checked: &Checked) -> Option<String> {
    let verified = checked.examined.verified.as_ref()?;
    let found = accord_prove::examine(verified, &accord_prove::ExamineOptions::default());
    let found = accord_cli::findings_json(verified, &checked.loaded.sources, &found);
    let line = |f: &serde_json::Value| usize::try_from(f["places"][0]["line"].as_u64()?).ok();
    let mut found: Vec<(String, usize)> =
        found.iter().filter_map(|f| Some((f["kind"].as_str()?.to_owned(), line(f)?))).collect();
    let mut wanted = announced(&block.text);
    found.sort();
    wanted.sort();
    (found != wanted).then(|| format!("announced: {wanted:?}, found: {found:?}"))
}

/// What is not as the block says.
fn complaints(block: &Block, checked: &Checked) -> Vec<String> {
    let wanted = markers(&block.text);
    let sources = &checked.loaded.sources;
    let is = |f: &Diagnostic, m: &Marker| {
        f.code.text() == m.code && f.severity == m.severity && line_of(sources, f) == m.line
    };
    let mut wrong = Vec::new();
    for marker in &wanted {
        if !checked.findings().iter().any(|f| is(f, marker)) {
            wrong.push(format!("line {}: {} was not reported", marker.line, marker.code));
        }
    }
    for error in checked.errors() {
        if !wanted.iter().any(|m| is(error, m)) {
            wrong.push(format!("unexpected:\n{}", accord_cli::draw(sources, &[error], false)));
        }
    }
    if !wrong.is_empty() {
        return wrong;
    }
    if block.page.contains(FINDINGS) {
        wrong.extend(findings(block, checked));
    }
    let breaks = wanted.iter().any(|m| m.severity == Severity::Error);
    for examined in checked.texts() {
        let verdicts = run_cases(examined).expect("the cases are run");
        wrong.extend(verdicts.iter().filter(|v| !v.passed()).map(complaint));
        if !breaks && examined.unread > 0 {
            wrong.push(format!("{} cases could not be read", examined.unread));
        }
    }
    wrong
}

/// What is not as a case in JSON says: `json`, or `json error[E0708]@3` for a finding on that line of the block.
fn json_complaints(block: &Block, above: &Block) -> Vec<String> {
    let checked = match check(&above.page, &above.text) {
        Ok(checked) => checked,
        Err(trouble) => return vec![trouble.draw(false)],
    };
    let (Some(verified), Some(root)) = (&checked.examined.verified, checked.loaded.roots.first()) else {
        return vec!["the agreement above has errors".to_owned()];
    };
    let mut found = accord_source::Diagnostics::default();
    let case = accord_analysis::case::from_json(verified.program(), root.file, &block.text, &mut found);
    let line = |f: &Diagnostic| {
        let start = f.span().map_or(0, |s| s.start as usize);
        block.text[..start].matches('\n').count() + 1 - block.line
    };
    let wanted: Vec<(String, usize)> = block
        .language
        .split("error[")
        .skip(1)
        .filter_map(|w| w.trim().split_once("]@").and_then(|(code, at)| Some((code.to_owned(), at.parse().ok()?))))
        .collect();
    let errors: Vec<(String, usize)> = found
        .sorted()
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| (f.code.text().to_owned(), line(f)))
        .collect();
    if errors != wanted {
        return vec![format!("expected the findings {wanted:?}, found {errors:?}")];
    }
    let Some(case) = case else { return Vec::new() };
    let ready = accord_cli::evaluate::Ready::new(verified, accord_cli::evaluate::Evaluator::ALL).expect("code is made");
    let verdict = accord_cli::evaluate::judge_case(&ready, &case);
    if verdict.passed() { Vec::new() } else { vec![complaint(&verdict)] }
}

#[test]
fn every_example_of_the_reference_does_what_it_says() {
    let blocks = blocks("tests/spec").expect("the pages are read");
    let wrong = in_parallel(blocks.len(), |i| {
        let block = &blocks[i];
        let wrong = match block.language.as_str() {
            "accord" => match check(&block.page, &block.text) {
                Ok(checked) => complaints(block, &checked),
                Err(trouble) => vec![trouble.draw(false)],
            },
            "accord-fragment" => {
                let loaded = accord_cli::Loaded::from_text(&block.page, &block.text);
                let found = loaded.found.sorted();
                if found.is_empty() { Vec::new() } else { vec![accord_cli::draw(&loaded.sources, &found, false)] }
            }
            language if language.starts_with("json") => {
                let above = blocks.iter().take(i).rfind(|b| b.page == block.page && b.language == "accord");
                above.map_or_else(|| vec!["no agreement above".to_owned()], |above| json_complaints(block, above))
            }
            _ => Vec::new(),
        };
        wrong.iter().map(|w| format!("{}:{}: {w}\n", block.page, block.line)).collect::<String>()
    });
    let wrong = wrong.expect("every block was looked at").concat();
    assert!(wrong.is_empty(), "{wrong}");
    assert!(blocks.iter().filter(|b| b.language == "accord").count() >= 40, "the reference has hardly any examples");
    assert!(blocks.iter().filter(|b| b.language.starts_with("json")).count() >= 5, "hardly any cases in JSON");
}

#[test]
fn twenty_broken_sources_have_their_finding() {
    let blocks = blocks("tests/spec").expect("the pages are read");
    let broken = blocks.iter().filter(|b| markers(&b.text).iter().any(|m| m.severity == Severity::Error)).count();
    assert!(broken >= 20, "only {broken} broken examples");
}

#[test]
fn markers_are_read_from_comments() {
    let read = markers("rule x\nrule y   # error[E0301] warning[W0601]\n");
    let severities: Vec<(usize, &str)> = read.iter().map(|m| (m.line, m.code.as_str())).collect();
    assert_eq!(severities, [(2, "E0301"), (2, "W0601")]);
}

#[test]
fn a_marker_without_its_finding_is_noticed() {
    let text = "agreement XA-XB \"x\"\n  parties: XA, XB   articles: 1..1   month_end: last_day\narticle 1 \"x\"\n  not encoded \"x\"   # error[E0301]\n";
    let block = Block { page: "x.md".into(), line: 1, language: "accord".into(), text: text.into() };
    assert_eq!(complaints(&block, &check("x.md", text).expect("checked")).len(), 1);
    let broken = text.replace("not encoded \"x\"   # error[E0301]", "rule exportable(P) when residence_of_nobody");
    let block = Block { text: broken.clone(), ..block };
    assert!(!complaints(&block, &check("x.md", &broken).expect("checked")).is_empty());
}
