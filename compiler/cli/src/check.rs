//! `accord check`: what is wrong, what is missing, what is there.

use crate::args::{Check, Code as Made, Deny, Emit};
use crate::console::Console;
use crate::draw::draw;
use crate::examine::{Examined, agreement_name, examine, in_parallel};
use crate::findings::{Told, told};
use crate::load::{Loaded, Root};
use crate::native::Chosen;
use crate::standard::{Conformance, conformance};
use crate::trouble::Trouble;
use crate::version::{self, Because};
use crate::{FINE, NO, NOT_KNOWN, counted, json, or_here};
use accord_analysis::versions::Amended;
use accord_core::Date;
use accord_ir::{Coverage, Evidence, Program};
use accord_prove::report::{Finding, FindingKind};
use accord_prove::standards::Mark;
use accord_source::{Code, Diagnostic, Diagnostics, Severity, SourceMap, Span};
use accord_syntax::ast;
use accord_syntax::ast::File;
use std::collections::{BTreeSet, HashSet};

/// What the summary says of one agreement: plain text, made where the program is.
#[derive(Debug)]
pub struct Report {
    /// `NL-CV`, or the file's name for a library.
    pub name: String,
    /// The day whose text it is, where it is not the latest.
    pub day: Option<Date>,
    /// What amended it, from when on.
    pub amended: Vec<Amended>,
    /// Amendments that are not in force yet, and why.
    pub pending: Vec<(String, String)>,
    /// The title; empty where there is no program.
    pub title: String,
    /// The file.
    pub path: String,
    /// How much of the law is there.
    pub coverage: Vec<Coverage>,
    /// Parameters that are not set: name, why, where.
    pub unset: Vec<(String, String, Span)>,
    /// Provisions encoded from memory.
    pub recalled: Vec<String>,
    /// Cases that could be read, and that could not.
    pub cases: (usize, usize),
    /// Whether there is a program.
    pub sound: bool,
    /// Findings.
    pub found: Diagnostics,
    /// What it is held to.
    pub conformance: Conformance,
    /// What its examination found.
    pub told: Told,
    /// The inner form asked for.
    emitted: String,
}

/// Runs the command.
pub fn check(args: &Check, console: &mut Console<'_>) -> Result<u8, Trouble> {
    if args.code.is_said() && args.emit != Some(Emit::Columns) {
        return Err(Trouble::new("question, decisions, parties and benefits are for native code over columns")
            .help("say `--emit columns` too, or leave them out"));
    }
    let mut loaded = Loaded::from_paths(&or_here(&args.paths))?;
    loaded.compare_with(&args.standard)?;
    let left_out = if args.emit.is_none() { version::add_earlier_texts(&mut loaded) } else { 0 };
    let loaded = loaded;
    let colour = console.err_colour;
    let reports = in_parallel(loaded.roots.len(), |i| match loaded.roots.get(i) {
        Some(root) => report(&loaded, root, args.emit.map(|emit| (emit, &args.code)), colour),
        None => Err(Trouble::defect("an agreement was lost")),
    })?;
    let mut reports = reports.into_iter().collect::<Result<Vec<Report>, Trouble>>()?;
    let mut found = loaded.found.clone();
    let mut seen: HashSet<Diagnostic> = HashSet::new();
    for (report, root) in reports.iter_mut().zip(&loaded.roots) {
        append(&mut found, &mut seen, &report.found, root);
    }
    let sorted = found.sorted();
    let count = |severity| sorted.iter().filter(|d| d.severity == severity).count();
    let sum = |count: fn(&Told) -> usize| reports.iter().map(|r| count(&r.told)).sum::<usize>();
    let errors = count(Severity::Error) + sum(|t| t.counts.0);
    let warnings = count(Severity::Warning) + sum(|t| t.counts.1);

    if args.json {
        console.line(&json::check(&loaded.sources, &sorted, &reports));
    } else {
        console.note(&draw(&loaded.sources, &sorted, console.err_colour));
        reports.iter().for_each(|r| console.note(&r.told.drawn));
        for path in &loaded.unused {
            console.note(&format!("note: no agreement uses `{path}`\n"));
        }
        if left_out > 0 {
            console.note(&format!("note: {} not checked; `PATH@DAY` checks one\n", counted(left_out, "earlier text")));
        }
        for report in &reports {
            console.answer(if args.emit.is_some() { &report.emitted } else { "" });
        }
        if args.emit.is_none() {
            reports.iter().for_each(|r| console.answer(&summary(&loaded.sources, r)));
            let words = [counted(errors, "error"), counted(warnings, "warning")];
            let files = loaded.roots.iter().map(|r| r.file).collect::<BTreeSet<_>>().len();
            console.line(&format!("{} checked: {}", counted(files, "file"), words.join(", ")));
        }
    }
    let denied = args.deny == Some(Deny::Warnings) && warnings > 0;
    let mark = reports.iter().filter_map(|r| r.conformance.mark()).max();
    let broken = mark == Some(Mark::Fails);
    let open = mark == Some(Mark::Undecided) && !args.standard.is_empty();
    Ok(match errors > 0 || denied || broken {
        true => NO,
        false if open => NOT_KNOWN,
        false => FINE,
    })
}

/// The findings of one text. Of a text that was not asked for only the errors, and those not found before say so.
fn append(found: &mut Diagnostics, seen: &mut HashSet<Diagnostic>, of_text: &Diagnostics, root: &Root) {
    let other = root.day.filter(|_| root.because != Because::Asked);
    for finding in of_text.iter() {
        let new = seen.insert(finding.clone());
        match other {
            None => found.push(finding.clone()),
            Some(day) if new && finding.severity == Severity::Error => {
                found.push(finding.clone().note(format!("in the text of {day}")));
            }
            Some(_) => {}
        }
    }
}

fn report(loaded: &Loaded, root: &Root, emit: Option<(Emit, &Made)>, colour: bool) -> Result<Report, Trouble> {
    let mut examined = examine(loaded, root)?;
    // Of other texts it is told what is wrong with them, and no more.
    let asked = root.because == Because::Asked;
    let emit = emit.filter(|_| asked);
    let path = loaded.sources.file(root.file).map_or("", |f| f.name()).to_owned();
    let emitted = emit.map(|e| emitted(loaded, root, &examined, e)).transpose()?.unwrap_or_default();
    let (amended, pending) =
        examined.text.as_ref().map_or_else(Default::default, |t| (t.amended.clone(), t.pending.clone()));
    let mut report = Report {
        day: root.day,
        amended,
        pending,
        name: agreement_name(loaded, root).unwrap_or_else(|| path.clone()),
        title: String::new(),
        path,
        coverage: Vec::new(),
        unset: Vec::new(),
        recalled: Vec::new(),
        cases: (examined.cases.len(), examined.unread),
        sound: examined.verified.is_some(),
        found: Diagnostics::default(),
        conformance: match &examined.verified {
            Some(verified) if emit.is_none() && asked => conformance(verified),
            _ => Conformance::default(),
        },
        told: match emit {
            None if asked => examination(loaded, &mut examined, colour),
            None | Some(_) => Told::default(),
        },
        emitted,
    };
    if let Some(program) = examined.program() {
        report.title.clone_from(&program.title);
        report.coverage = program.coverage.clone();
        report.unset = program.unset.iter().map(|u| (u.name.clone(), u.why.clone(), u.span)).collect();
        report.recalled = recalled(program, &examined.found);
    }
    report.found = examined.found;
    Ok(report)
}

/// What the examination of an agreement found. What is told with a person need not be told without one; what was seen
/// without looking at persons is not told again.
fn examination(loaded: &Loaded, examined: &mut Examined, colour: bool) -> Told {
    let Some(verified) = &examined.verified else { return Told::default() };
    let mut found = accord_prove::examine(verified, &accord_prove::ExamineOptions::default());
    let told_before = |f: &Finding| {
        let places: BTreeSet<Span> = f.places.iter().map(|p| p.span).collect();
        let mut seen = examined.found.iter().filter(|d| d.code == Code::Conflict);
        seen.any(|d| d.labels.iter().all(|l| places.contains(&l.span)))
    };
    found.retain(|f| f.kind != FindingKind::Conflict || !told_before(f));
    let mut others = Diagnostics::default();
    examined.found.iter().filter(|d| !is_shown(d, &found)).for_each(|d| others.push(d.clone()));
    examined.found = others;
    let is_open = |span: Span| left_open(loaded, span);
    told(verified, &loaded.sources, &found, &is_open, colour)
}

/// Whether what was seen of a table is shown with a person.
fn is_shown(seen: &Diagnostic, found: &[Finding]) -> bool {
    let covers = |f: &Finding| {
        let at = f.places.first().map(|p| p.span);
        let within = |a: Span, b: Span| a.file == b.file && a.start <= b.start && b.end <= a.end;
        f.kind == FindingKind::TableGap && at.zip(seen.span()).is_some_and(|(at, span)| within(at, span))
    };
    seen.code == Code::TableGap && found.iter().any(|f| f.open.is_none() && covers(f))
}

/// Whether the provision in which a statement stands is left `open`.
fn left_open(loaded: &Loaded, span: Span) -> bool {
    let items = loaded.tree(span.file).map(|t| t.items.as_slice()).unwrap_or_default();
    let heads = |item: &ast::Item| matches!(item.kind, ast::ItemKind::Article { .. } | ast::ItemKind::Label(_));
    let from = items.iter().rposition(|i| heads(i) && i.span.start <= span.start).map_or(0, |at| at + 1);
    let here = items.iter().skip(from).take_while(|i| !heads(i));
    here.into_iter().any(|i| matches!(&i.kind, ast::ItemKind::Remark { word, .. } if word.text == "open"))
}

/// The provisions encoded from memory, the rule for month ends first where the findings say it was chosen; a
/// provision stands for those within it.
pub fn recalled(program: &Program, found: &Diagnostics) -> Vec<String> {
    let provisions = program.provisions.iter().filter(|p| p.encoded && p.evidence == Evidence::Recalled);
    let chosen = found.iter().any(|d| d.code == Code::MonthEndAssumed);
    let mut all: Vec<String> = chosen.then(|| "the rule for month ends".to_owned()).into_iter().collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for provision in provisions {
        let address = provision.address.as_str();
        let mut outer = address.match_indices('(').filter_map(|(at, _)| address.get(..at));
        if !outer.any(|o| seen.contains(o)) && seen.insert(address) {
            all.push(address.to_owned());
        }
    }
    all
}

fn emitted(loaded: &Loaded, root: &Root, examined: &Examined, (emit, code): (Emit, &Made)) -> Result<String, Trouble> {
    Ok(match (emit, &examined.verified) {
        (Emit::Ast, _) => {
            let trees: Vec<&File> = match &examined.text {
                Some(text) => text.files.iter().filter(|f| root.uses.contains(&f.id)).collect(),
                None => root.uses.iter().filter_map(|id| loaded.tree(*id)).collect(),
            };
            trees.into_iter().map(accord_syntax::dump).collect::<Vec<_>>().join("\n")
        }
        (Emit::Ir, Some(verified)) => accord_ir::print(verified.program()),
        (Emit::Clif, Some(verified)) => accord_codegen::clif(verified)
            .map_err(|e| Trouble::defect(format!("no machine code could be made: {e}")))?,
        (Emit::Columns, Some(verified)) => Chosen::new(verified, code)?.text()?,
        (Emit::Ir | Emit::Clif | Emit::Columns, None) => String::new(),
    })
}

fn summary(sources: &SourceMap, report: &Report) -> String {
    let title = if report.title.is_empty() { &report.path } else { &report.title };
    let day = report.day.map_or_else(String::new, |day| format!("@{day}"));
    let mut text = format!("{}{day}  {title}\n", report.name);
    let amended: Vec<String> = report.amended.iter().map(|a| format!("{} from {}", a.title, a.from)).collect();
    text.push_str(&listed("as amended by", &amended));
    let pending: Vec<String> = report.pending.iter().map(|(title, why)| format!("{title} ({why})")).collect();
    text.push_str(&listed("not in force", &pending));
    if !report.sound {
        text.push_str("  not complete: mend the errors first\n");
        return text;
    }
    text.push_str(&covered(&report.name, &report.coverage));
    text.push_str(&listed("from memory or chosen", &report.recalled));
    for (name, why, span) in &report.unset {
        text.push_str(&format!("  not set: {name} ({why})  {}\n", crate::draw::place(sources, *span)));
    }
    let (read, unread) = report.cases;
    if read + unread > 0 {
        let failed = if unread > 0 { format!(", {unread} with errors") } else { String::new() };
        text.push_str(&format!("  {}{failed}\n", counted(read + unread, "case")));
    }
    text.push_str(&report.conformance.text());
    text
}

/// How much of each instrument is there, in lines.
pub fn covered(agreement: &str, coverages: &[Coverage]) -> String {
    let mut text = String::new();
    for coverage in coverages {
        let parts = [
            format!("{} encoded", coverage.encoded.len()),
            format!("{} not encoded", coverage.not_encoded.len()),
            format!("{} missing", coverage.missing.len()),
        ];
        let of = if coverage.instrument == agreement { String::new() } else { format!(" of {}", coverage.instrument) };
        text.push_str(&format!("  {}{of}: {}\n", counted(coverage.provisions, "article"), parts.join(", ")));
        text.push_str(&listed(&format!("missing{of}"), &coverage.missing));
    }
    text
}

/// Names after what they are, over as many lines as they need; nothing where there are none.
pub fn listed(what: &str, names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    crate::explain::wrap(&format!("  {what}: "), "    ", &names.join(", "))
}
