//! One agreement from its trees to a program that can be run, with its cases.

use crate::load::{CaseFile, Loaded, Root};
use crate::trouble::Trouble;
use crate::version::Because;
use accord_analysis::case::{self, Case};
use accord_analysis::versions::{Consolidated, consolidate};
use accord_analysis::{Beside, Derived};
use accord_core::Date;
use accord_ir::{Program, Verified};
use accord_source::{Diagnostics, FileId, Span};
use accord_syntax::ast;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// The stack of every thread that walks a source or a program.
const STACK: usize = 16 << 20;
/// A program of ours that is not sound is told by its first flaws.
const MOST_FLAWS: usize = 5;

/// An agreement after checking.
#[derive(Debug)]
pub struct Examined {
    /// The program; `None` where errors leave it without meaning.
    pub verified: Option<Verified>,
    /// Cases that could be read.
    pub cases: Vec<Case>,
    /// How many could not, because they or the agreement have errors.
    pub unread: usize,
    /// What was found, reading and parsing aside.
    pub found: Diagnostics,
    /// The text it was checked in, where anything amends it.
    pub text: Option<Consolidated>,
    /// Facts that a map tells by others.
    pub derived: Vec<Derived>,
}

impl Examined {
    /// The program, where there is one.
    pub fn program(&self) -> Option<&Program> {
        self.verified.as_ref().map(Verified::program)
    }
}

/// Checks an agreement and reads its cases. `Err` is a defect of the compiler.
pub fn examine(loaded: &Loaded, root: &Root) -> Result<Examined, Trouble> {
    examine_beside(loaded, root, None, &Beside::default())
}

/// The same, with what is put beside the text to compare it; `files` stand for its own, already consolidated.
pub fn examine_beside(
    loaded: &Loaded,
    root: &Root,
    files: Option<Vec<ast::File>>,
    beside: &Beside<'_>,
) -> Result<Examined, Trouble> {
    let mut found = Diagnostics::default();
    let written = loaded.trees(root);
    let text = if files.is_some() { None } else { consolidate(&written, root.day, &mut found) };
    let trees = match (&files, &text) {
        (Some(files), _) => files.iter().collect(),
        (None, Some(text)) => text.files.iter().collect(),
        (None, None) => written,
    };
    let amended_well = !found.has_errors();
    let analysis = accord_analysis::analyse_beside(&trees, beside, &mut found);
    // What could not be read has no meaning, and nothing stands in for it.
    let program = analysis.program.filter(|_| amended_well && !loaded.has_errors(root));
    let verified = match program.map(accord_ir::verify).transpose() {
        Ok(verified) => verified,
        Err(flaws) => {
            let path = loaded.sources.file(root.file).map_or("", |f| f.name());
            let words: Vec<String> = flaws.iter().take(MOST_FLAWS).map(|f| f.0.clone()).collect();
            let more = flaws.len().saturating_sub(MOST_FLAWS);
            let more = if more == 0 { String::new() } else { format!("; and {more} more") };
            let words = words.join("; ");
            return Err(Trouble::defect(format!("the program made of `{path}` is not sound: {words}{more}")));
        }
    };
    Ok(Examined { text, derived: analysis.derived, ..with_cases(loaded, root, verified, found) })
}

/// A program that was checked before, with the cases a root was given.
pub fn with_cases(loaded: &Loaded, root: &Root, verified: Option<Verified>, mut found: Diagnostics) -> Examined {
    let mut cases = Vec::new();
    let mut unread = 0;
    // Much of a case is read as an expression by itself.
    accord_syntax::on_stack(|| {
        for written in written_cases(loaded, root) {
            match verified.as_ref().and_then(|v| written.read(loaded, v.program(), &mut found)) {
                Some(case) => cases.push(case),
                None => unread += 1,
            }
        }
    });
    Examined { verified, cases, unread, found, text: None, derived: Vec::new() }
}

/// A case as it was written.
enum Written<'a> {
    Accord(&'a ast::Item),
    Json(FileId),
}

impl Written<'_> {
    fn read(&self, loaded: &Loaded, program: &Program, found: &mut Diagnostics) -> Option<Case> {
        match self {
            Written::Accord(item) => case::from_ast(program, item, found),
            // A file that is not even text was reported where it was read.
            Written::Json(file) if loaded.tree(*file).is_some() => None,
            Written::Json(file) => {
                let text = loaded.sources.file(*file).map_or("", |f| f.text());
                case::from_json(program, *file, text, found)
            }
        }
    }

    /// The agreement it names as its own, where it names one.
    fn agreement(&self, loaded: &Loaded) -> Option<String> {
        self.said(loaded, "agreement", |e| match &e.kind {
            ast::ExprKind::Text(name) | ast::ExprKind::Name(name) => Some(name.clone()),
            _ => None,
        })
    }

    /// The day whose text it is computed in, where it says one.
    fn text(&self, loaded: &Loaded) -> Option<(Date, Span)> {
        self.said(loaded, "text", |e| match &e.kind {
            ast::ExprKind::Text(day) | ast::ExprKind::Date(day) => Date::parse(day).map(|day| (day, e.span)),
            _ => None,
        })
    }

    /// What it is called.
    fn name(&self, loaded: &Loaded) -> Option<String> {
        let called = |item: &ast::Item| match &item.kind {
            ast::ItemKind::Case { name, .. } => Some(name.text.clone()),
            _ => None,
        };
        self.with_item(loaded, called)
    }

    fn file(&self) -> FileId {
        match self {
            Written::Accord(item) => item.span.file,
            Written::Json(file) => *file,
        }
    }

    /// What it says in a line of its own, ahead of being read for its agreement.
    fn said<T>(&self, loaded: &Loaded, name: &str, read: impl Fn(&ast::Expr) -> Option<T>) -> Option<T> {
        let line = |item: &ast::Item| {
            let ast::ItemKind::Case { body, .. } = &item.kind else { return None };
            let slot = body.slots.iter().find(|s| s.name.text == name)?;
            let ast::SlotValue::List(list) = &slot.value else { return None };
            read(list.first()?)
        };
        self.with_item(loaded, line)
    }

    /// Looks at it before it is read for its agreement: findings about a case in JSON are made, and kept, there.
    fn with_item<T>(&self, loaded: &Loaded, look: impl Fn(&ast::Item) -> Option<T>) -> Option<T> {
        match self {
            Written::Accord(item) => look(item),
            Written::Json(file) => {
                let text = loaded.sources.file(*file).map_or("", |f| f.text());
                look(&case::json_to_ast(*file, text, &mut Diagnostics::default())?)
            }
        }
    }
}

/// The cases of an agreement: those in its own files first, then those beside it, by path.
fn written_cases<'a>(loaded: &'a Loaded, root: &Root) -> Vec<Written<'a>> {
    let mut all = all_cases(loaded, root);
    let asked = |r: &&Root| r.folder == root.folder && r.because == Because::Asked;
    let shared = loaded.roots.iter().filter(asked).map(|r| r.file).collect::<BTreeSet<_>>().len() > 1;
    if shared {
        all.retain(|written| meant_for(loaded, root, written));
    }
    all.retain(|written| root.takes(written.text(loaded).map(|(day, _)| day)));
    all
}

fn all_cases<'a>(loaded: &'a Loaded, root: &Root) -> Vec<Written<'a>> {
    let mut all = Vec::new();
    for id in &root.uses {
        all.extend(cases_in(loaded.tree(*id)));
    }
    for CaseFile { file, json } in &root.cases {
        if *json {
            all.push(Written::Json(*file));
        } else {
            all.extend(cases_in(loaded.tree(*file)));
        }
    }
    all
}

/// The days whose text cases of a root say they are computed in, each with a place that says so.
pub fn texts_of_cases(loaded: &Loaded, root: &Root) -> BTreeMap<Date, Span> {
    let mut days = BTreeMap::new();
    for (day, span) in all_cases(loaded, root).iter().filter_map(|w| w.text(loaded)) {
        let _ = days.entry(day).or_insert(span);
    }
    days
}

/// The names of a root's cases, or of those in one file, each with the day whose text it says it is computed in.
pub fn texts_by_case(loaded: &Loaded, root: &Root, file: Option<FileId>) -> Vec<(String, Option<Date>)> {
    let cases = all_cases(loaded, root);
    let wanted = cases.iter().filter(|w| file.is_none_or(|f| w.file() == f));
    wanted.filter_map(|w| Some((w.name(loaded)?, w.text(loaded).map(|(day, _)| day)))).collect()
}

/// The cases of an agreement as JSON, in the order they are run; those that cannot be read are left out.
pub fn cases_as_json(loaded: &Loaded, root: &Root) -> Vec<serde_json::Value> {
    let as_json = |written: Written<'_>| match written {
        Written::Accord(item) => Some(case::ast_to_json(item)),
        Written::Json(file) => {
            let text = loaded.sources.file(file).map_or("", |f| f.text());
            Some(case::ast_to_json(&case::json_to_ast(file, text, &mut Diagnostics::default())?))
        }
    };
    written_cases(loaded, root).into_iter().filter_map(as_json).collect()
}

fn cases_in(tree: Option<&ast::File>) -> impl Iterator<Item = Written<'_>> {
    let items = tree.map(|t| t.items.as_slice()).unwrap_or_default();
    items.iter().filter(|i| matches!(i.kind, ast::ItemKind::Case { .. })).map(Written::Accord)
}

/// Where several agreements lie in one folder, a case that names one of them is for that one alone.
fn meant_for(loaded: &Loaded, root: &Root, written: &Written<'_>) -> bool {
    let Some(name) = written.agreement(loaded) else { return true };
    let called = |r: &Root| agreement_name(loaded, r).is_some_and(|n| n == name);
    called(root) || !loaded.roots.iter().any(|r| r.folder == root.folder && called(r))
}

/// The short name of a root's agreement.
pub fn agreement_name(loaded: &Loaded, root: &Root) -> Option<String> {
    loaded.tree(root.file)?.items.iter().find_map(|i| match &i.kind {
        ast::ItemKind::Agreement { name, .. } => Some(name.text.clone()),
        _ => None,
    })
}

/// `work(0)` to `work(count - 1)` on as many threads as the machine has, each with a deep stack; results in order.
/// A worker that panics is a defect of ours, told as one.
pub fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Result<Vec<T>, Trouble> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(count);
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    let sound = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .filter_map(|_| {
                let (sender, next, work) = (sender.clone(), &next, &work);
                let run = move || {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count || sender.send((index, work(index))).is_err() {
                            break;
                        }
                    }
                };
                std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).ok()
            })
            .collect();
        workers.into_iter().map(|worker| worker.join()).filter(Result::is_err).count() == 0
    });
    drop(sender);
    let mut all: Vec<(usize, T)> = results.iter().collect();
    all.sort_by_key(|(index, _)| *index);
    if !sound || all.len() != count {
        return Err(Trouble::defect("a worker stopped in the middle of its work"));
    }
    Ok(all.into_iter().map(|(_, result)| result).collect())
}

/// One piece of work on a thread with a deep stack.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Trouble> {
    let stopped = || Trouble::defect("it stopped in the middle of its work");
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        worker.map_err(|e| Trouble::new(format!("cannot start a thread: {e}")))?.join().map_err(|_| stopped())
    })
}
