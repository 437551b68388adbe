//! `--map FILE`: what corresponds to what in two versions whose facts or words differ.
//!
//! A name that was changed is matched when both are brought together. A fact that one version alone asks for, and the map
//! tells by facts of the other, is read through what the map says; what that needs of the other version is declared in
//! this one too.

use crate::examine::{Examined, examine_beside};
use crate::load::{Loaded, Root};
use crate::trouble::Trouble;
use accord_analysis::{Beside, Derivation, Derived, DerivedPlace, place_of};
use accord_core::{Facts, GivenKey, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{FactId, Program, Ty, Verified};
use accord_prove::{Amiss, Renamed};
use accord_source::{Code, Diagnostic, Diagnostics, SourceMap, Span};
use accord_syntax::ast::{self, Correspondence, ItemKind};
use std::path::Path;
use std::sync::Arc;

/// A map as it was written.
pub struct Map {
    tree: ast::File,
}

/// A map of nothing wrong, for these two versions.
#[derive(Debug, Default)]
pub struct Found {
    /// What the version after has another name for.
    pub renamed: Vec<Renamed>,
    /// Facts that the map tells by others, as `Options` names them.
    pub derived: Vec<String>,
}

/// What one version has beside its own text because of a map.
#[derive(Debug, Default)]
pub struct Beyond {
    /// Facts of its own that are told by others.
    pub derived: Vec<Derived>,
    /// Facts of the other version.
    pub borrowed: Vec<DerivedPlace>,
}

/// Where a fact is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Home {
    Question(String),
    Record(String),
    Legislation(String),
}

impl Map {
    /// Reads a map; its mistakes go to the sink.
    pub fn read(path: &Path, sources: &mut SourceMap, sink: &mut Diagnostics) -> Result<Map, Trouble> {
        let text = std::fs::read_to_string(path).map_err(|e| Trouble::io("read", path, &e))?;
        let file = sources.add(path.display().to_string(), text.as_str());
        let tree = accord_syntax::parse(file, &text, sink);
        for item in &tree.items {
            if !matches!(item.kind, ItemKind::Correspondence(_) | ItemKind::Junk) {
                sink.push(
                    Diagnostic::new(
                        Code::Misplaced,
                        item.span,
                        "a map of two versions says only what corresponds to what",
                    )
                    .help("write `renamed OLD to NEW` or `derived FACT means ...`"),
                );
            }
        }
        Ok(Map { tree })
    }

    fn lines(&self) -> impl Iterator<Item = &Correspondence> {
        self.tree.items.iter().filter_map(|i| match &i.kind {
            ItemKind::Correspondence(line) => Some(line),
            _ => None,
        })
    }

    /// Finds what the map names in both versions; mistakes go to the sink. A version with facts that are told by others
    /// is examined again with what the map says of them.
    pub fn apply(
        &self,
        loaded: &Loaded,
        roots: [&Root; 2],
        condition: Option<&ast::Expr>,
        examined: &mut [Examined; 2],
        sink: &mut Diagnostics,
    ) -> Result<(Found, [Beyond; 2]), Trouble> {
        let mut found = Found::default();
        let mut derivations: [Vec<Derivation<'_>>; 2] = Default::default();
        {
            let [Some(old), Some(new)] = examined.each_ref().map(Examined::program) else {
                return Ok((found, Default::default()));
            };
            for line in self.lines() {
                match line {
                    Correspondence::Renamed { before, after } => {
                        match Renamed::find(old, new, &before.text, &after.text, &found.renamed) {
                            Ok(renamed) => found.renamed.push(renamed),
                            Err(amiss) => sink.push(mistake(&amiss, before, after)),
                        }
                    }
                    Correspondence::Derived { fact, means } => {
                        let [was, is] = [old, new].map(|program| called(program, &place_of(program, &fact.text)?));
                        let of = match (&was, &is) {
                            (Some(_), Some(_)) => {
                                sink.push(asked_by_both(fact));
                                continue;
                            }
                            // Where neither asks for it, the version after says what it does ask for.
                            (Some(_), None) => 0,
                            (None, _) => 1,
                        };
                        found.derived.extend(was.or(is));
                        if let Some(all) = derivations.get_mut(of) {
                            all.push(Derivation { fact, means });
                        }
                    }
                }
            }
        }
        if sink.has_errors() {
            return Ok((found, Default::default()));
        }
        let mut beyond: [Beyond; 2] = Default::default();
        let declared = [0, 1].map(|at| declarations(loaded, roots, examined, at));
        let sides = derivations.into_iter().zip(&declared).zip(declared.iter().rev());
        for ((at, ((derived, own), others)), root) in sides.enumerate().zip(roots) {
            if derived.is_empty() {
                continue;
            }
            let missing = missing(&loaded.sources, &derived, own, others);
            let beside = Beside { condition, derived };
            let trees = with_declarations(loaded, root, examined.get(at), &missing);
            let again = examine_beside(loaded, root, Some(trees), &beside)?;
            if let (Some(side), Some(program)) = (beyond.get_mut(at), again.program()) {
                side.borrowed = missing.iter().flat_map(|(home, field)| places(program, home, field)).collect();
                side.derived = again.derived.clone();
            }
            if let Some(there) = examined.get_mut(at) {
                *there = again;
            }
        }
        Ok((found, beyond))
    }
}

fn mistake(amiss: &Amiss, before: &ast::Name, after: &ast::Name) -> Diagnostic {
    let unknown = |name: &ast::Name, which: &str| {
        let text = format!("the version {which} has no fact, field or word `{}`", name.text);
        Diagnostic::new(Code::UnknownName, name.span, text)
            .help("`renamed OLD to NEW`: first what the version before calls it; a field is written `person.residence`")
    };
    match amiss {
        Amiss::UnknownBefore => unknown(before, "before"),
        Amiss::UnknownAfter => unknown(after, "after"),
        Amiss::Unlike(was, is) if was == is => Diagnostic::new(
            Code::Ambiguous,
            before.span,
            format!("`{}` and `{}` are each a {was}, but of different things", before.text, after.text),
        )
        .help("if what they are of has another name too, say so in a line before: `renamed OLD to NEW`"),
        Amiss::Unlike(was, is) => Diagnostic::new(
            Code::Ambiguous,
            before.span,
            format!("`{}` is a {was}, and `{}` is a {is}", before.text, after.text),
        )
        .help("a fact that is told by another one is written `derived FACT means ...`"),
        Amiss::Twice => Diagnostic::new(
            Code::Duplicate,
            before.span,
            format!("`{}` and `{}` cannot be matched by this line", before.text, after.text),
        )
        .help("the names are the same, or a line before gave one of them away; leave this line out"),
    }
}

fn asked_by_both(fact: &ast::Name) -> Diagnostic {
    Diagnostic::new(Code::Duplicate, fact.span, format!("both versions ask for `{}`", fact.text))
        .help("only a fact of one version is told by facts of the other; leave the line out")
}

/// What a fact is called among the changes of vocabulary.
fn called(program: &Program, place: &DerivedPlace) -> Option<String> {
    let fact = |id: &FactId| program.facts.get(id.0 as usize);
    Some(match place {
        DerivedPlace::Fact(id) => fact(id)?.name.clone(),
        DerivedPlace::Field(id, position) => {
            let Ty::Record(record) = fact(id)?.ty else { return None };
            let record = program.record(record)?;
            format!("{}.{}", record.name, record.fields.get(*position)?.0)
        }
        DerivedPlace::Given(party, name) => format!("{name} of {party}"),
    })
}

/// The files of a version, in the text they were checked in.
fn trees<'a>(loaded: &'a Loaded, root: &Root, examined: Option<&'a Examined>) -> Vec<&'a ast::File> {
    match examined.and_then(|e| e.text.as_ref()) {
        Some(text) => text.files.iter().collect(),
        None => loaded.trees(root),
    }
}

/// Every fact that a version declares, and where.
fn declarations(loaded: &Loaded, roots: [&Root; 2], examined: &[Examined; 2], at: usize) -> Vec<(Home, ast::Field)> {
    let mut all = Vec::new();
    let Some(root) = roots.get(at) else { return all };
    for tree in trees(loaded, root, examined.get(at)) {
        let mut legislation = String::new();
        for item in &tree.items {
            let (home, fields) = match &item.kind {
                ItemKind::Legislation { name, .. } => {
                    legislation = full(name);
                    continue;
                }
                ItemKind::Agreement { .. } | ItemKind::Standard { .. } => {
                    legislation.clear();
                    continue;
                }
                ItemKind::Question { name, facts, .. } => (Home::Question(name.text.clone()), facts),
                ItemKind::Record { name, fields } => (Home::Record(name.text.clone()), fields),
                ItemKind::Facts(fields) => (Home::Legislation(legislation.clone()), fields),
                _ => continue,
            };
            all.extend(fields.iter().map(|f| (home.clone(), f.clone())));
        }
    }
    all
}

fn full(name: &[ast::Name]) -> String {
    name.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".")
}

/// What the other version declares, this one does not, and the map speaks of.
fn missing(
    sources: &SourceMap,
    derived: &[Derivation<'_>],
    own: &[(Home, ast::Field)],
    others: &[(Home, ast::Field)],
) -> Vec<(Home, ast::Field)> {
    let said: Vec<&str> = derived.iter().flat_map(|d| words(sources, d.means.span)).collect();
    let is_new = |(home, field): &&(Home, ast::Field)| {
        let known = own.iter().any(|(h, f)| h == home && f.name.text == field.name.text);
        !known && said.contains(&field.name.text.as_str())
    };
    others.iter().filter(is_new).cloned().collect()
}

fn words(sources: &SourceMap, span: Span) -> Vec<&str> {
    let text = sources.file(span.file).map_or("", |f| f.text());
    let text = text.get(span.start as usize..span.end as usize).unwrap_or("");
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect()
}

/// The files of a version, with these facts declared where the other version declares them.
fn with_declarations(
    loaded: &Loaded,
    root: &Root,
    examined: Option<&Examined>,
    missing: &[(Home, ast::Field)],
) -> Vec<ast::File> {
    let mut files: Vec<ast::File> = trees(loaded, root, examined).into_iter().cloned().collect();
    for tree in &mut files {
        let mut items = Vec::new();
        for mut item in std::mem::take(&mut tree.items) {
            let here = |home: &Home| missing.iter().filter(|(h, _)| h == home).map(|(_, f)| f.clone()).collect();
            let mut behind: Vec<ast::Field> = Vec::new();
            match &mut item.kind {
                ItemKind::Question { name, facts, .. } => {
                    facts.extend::<Vec<_>>(here(&Home::Question(name.text.clone())))
                }
                ItemKind::Record { name, fields } => fields.extend::<Vec<_>>(here(&Home::Record(name.text.clone()))),
                ItemKind::Legislation { name, .. } => behind = here(&Home::Legislation(full(name))),
                _ => {}
            }
            let span = item.span;
            items.push(item);
            if !behind.is_empty() {
                items.push(ast::Item { span, kind: ItemKind::Facts(behind) });
            }
        }
        tree.items = items;
    }
    files
}

/// Where a declared fact stands in the program.
fn places(program: &Program, home: &Home, field: &ast::Field) -> Vec<DerivedPlace> {
    let name = &field.name.text;
    let fact_id = |at: usize| u32::try_from(at).ok().map(FactId);
    let facts = program.facts.iter().enumerate();
    match home {
        Home::Question(_) => {
            facts.filter(|(_, f)| f.name == *name).filter_map(|(at, _)| fact_id(at)).map(DerivedPlace::Fact).collect()
        }
        Home::Record(record) => facts
            .filter_map(|(at, fact)| {
                let Ty::Record(id) = fact.ty else { return None };
                let def = program.record(id).filter(|def| def.name == *record)?;
                let position = def.fields.iter().position(|(n, _)| n == name)?;
                Some(DerivedPlace::Field(fact_id(at)?, position))
            })
            .collect(),
        Home::Legislation(_) => {
            let of = program.given.iter().filter(|g| g.name == *name);
            of.filter_map(|g| Some(DerivedPlace::Given(g.party?, name.clone()))).collect()
        }
    }
}

impl Beyond {
    /// The facts of a person as the text of the version itself has them: what a map tells is filled in, and what the text
    /// does not ask for is left out.
    pub fn own(&self, verified: &Verified, facts: &Facts) -> Facts {
        let mut own = facts.clone();
        for derived in &self.derived {
            let outcome = Interp::new(verified, facts).ask(derived.node, &[]).outcome;
            set(&mut own, &derived.place, Some(outcome));
        }
        for place in &self.borrowed {
            let is_optional = match place {
                DerivedPlace::Fact(id) => verified.program().facts.get(id.0 as usize).is_some_and(|f| f.optional),
                DerivedPlace::Field(id, position) => {
                    let fact = verified.program().facts.get(id.0 as usize);
                    let record = fact.and_then(|f| match f.ty {
                        Ty::Record(id) => verified.program().record(id),
                        _ => None,
                    });
                    record.is_some_and(|r| r.optional.get(*position).copied().unwrap_or(false))
                }
                DerivedPlace::Given(..) => false,
            };
            set(&mut own, place, is_optional.then_some(Outcome::Nothing));
        }
        own
    }
}

/// Sets a fact; nobody's where it is nothing at all.
fn set(facts: &mut Facts, place: &DerivedPlace, outcome: Option<Outcome>) {
    let absent = || Outcome::missing("");
    match place {
        DerivedPlace::Fact(id) => {
            if let Some(slot) = facts.row.get_mut(id.0 as usize) {
                *slot = outcome.unwrap_or_else(absent);
            }
        }
        DerivedPlace::Field(id, position) => {
            let Some(slot) = facts.row.get_mut(id.0 as usize) else { return };
            let Outcome::Value(Value::Record(fields)) = slot else { return };
            let mut fields: Vec<Outcome> = fields.to_vec();
            if let Some(field) = fields.get_mut(*position) {
                *field = outcome.unwrap_or_else(absent);
            }
            *slot = Outcome::Value(Value::Record(Arc::new(fields)));
        }
        DerivedPlace::Given(party, name) => {
            let key = GivenKey { party: *party, name: Arc::from(name.as_str()) };
            match outcome {
                Some(outcome) => drop(facts.given.insert(key, outcome)),
                None => drop(facts.given.remove(&key)),
            }
        }
    }
}
