//! `accord diff`: who is answered otherwise by another version of an agreement.
//!
//! What is found is plain data of `accord-prove`. It is put into words once ([`told::Told`]), and laid out three times.
//!
//! | concern | file |
//! |---|---|
//! | the command: two versions, loaded and checked | this one |
//! | what was found, in words | `told` |
//! | the whole in a few sentences | `lead` |
//! | what a decision decides, and which rest on which | `meaning` |
//! | a condition in plain words | `plain` |
//! | where two statements differ | `narrow` |
//! | on the terminal, with both texts in one picture | `terminal` |
//! | as a page | `page` |
//! | both texts of an edit, for the page | `clause` |
//! | as JSON | `json` |
//! | of whom it is told, where that is not everybody | `condition` |
//! | what corresponds to what, where facts differ | `map` |
//! | each person shown, as case files | `cases` |
//! | a file of claims, counted under both | `population` |
//! | what is left open, put to a solver | `solver` |

mod cases;
mod clause;
mod condition;
mod json;
mod lead;
mod map;
mod meaning;
mod narrow;
mod page;
mod plain;
mod population;
mod solver;
mod terminal;
#[cfg(test)]
mod tests;
mod told;

pub use cases::{case_json, case_of};
pub use json::open_json;
pub use told::{answer, asked, left_open, question};

use crate::args::Diff;
use crate::console::Console;
use crate::draw::draw;
use crate::examine::{Examined, examine_beside, in_parallel};
use crate::load::{Loaded, Root};
use crate::output::{Readers, replace};
use crate::trouble::Trouble;
use crate::version::Because;
use crate::{COULD_NOT, FINE, NO, NOT_KNOWN};
use accord_analysis::{Beside, CONDITION};
use accord_ir::Verified;
use accord_prove::{Comparison, Options};
use accord_source::{Diagnostic, Diagnostics, Severity, SourceMap};
use condition::{Only, Written};
use map::{Beyond, Map};
use solver::Asked;
use std::path::Path;
use told::{Standing, Told};

/// One version of an agreement.
#[derive(Clone, Copy)]
pub struct Version<'a> {
    /// The program.
    pub verified: &'a Verified,
    /// `NL-CV`.
    pub name: &'a str,
    /// As the user named it.
    pub path: &'a str,
    /// What a map puts beside its text.
    pub beyond: &'a Beyond,
}

/// Two versions, with the texts of both.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// Every text.
    pub sources: &'a SourceMap,
    /// Their trees.
    pub loaded: &'a Loaded,
    /// The version before.
    pub old: Version<'a>,
    /// The version after.
    pub new: Version<'a>,
}

/// Runs the command.
pub fn diff(args: &Diff, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let (mut loaded, old, new) = both(&args.old, &args.new)?;
    let mut unread = Diagnostics::default();
    if args.condition.as_ref().is_some_and(|text| text.trim().is_empty()) {
        return Err(Trouble::new("`--where` has no condition").help("write one, such as \"person.residence is US\""));
    }
    let condition = args.condition.as_ref().map(|text| Written::read(text, &mut loaded.sources, &mut unread));
    let map = args.map.as_ref().map(|path| Map::read(path, &mut loaded.sources, &mut unread)).transpose()?;
    if unread.has_errors() {
        console.note(&draw(&loaded.sources, &unread.sorted(), console.err_colour));
        return Ok(COULD_NOT);
    }
    let asked = condition.as_ref().and_then(|c| c.said.as_ref());
    let (Some(old_root), Some(new_root)) = (loaded.roots.get(old), loaded.roots.get(new)) else {
        return Err(Trouble::defect("a version was lost"));
    };
    let roots = [old_root, new_root].map(as_compared);
    let beside = Beside { condition: asked, ..Beside::default() };
    let examine = |root: &Root| examine_beside(&loaded, root, None, &beside);
    let mut examined = [examine(&roots[0])?, examine(&roots[1])?];
    let mut in_map = Diagnostics::default();
    let (mapped, beyond) = match &map {
        Some(map) => map.apply(&loaded, roots.each_ref(), asked, &mut examined, &mut in_map)?,
        None => Default::default(),
    };
    let (old_path, new_path) = (args.old.display().to_string(), args.new.display().to_string());
    let mut found = loaded.found.clone();
    let in_condition = |d: &Diagnostic| condition.as_ref().is_some_and(|c| c.is_about(d));
    let in_texts = examined.iter().flat_map(|e| e.found.iter()).filter(|d| !in_condition(d));
    in_texts.for_each(|d| found.push(d.clone()));
    if let Some(condition) = &condition {
        let mistakes = condition.mistakes(examined.each_ref().map(|e| &e.found), [&old_path, &new_path]);
        mistakes.into_iter().for_each(|d| found.push(d));
    }
    let is_sound = !in_map.has_errors();
    found.append(in_map);
    let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
    console.note(&draw(&loaded.sources, &errors, console.err_colour));
    let [Examined { verified: Some(old), .. }, Examined { verified: Some(new), .. }] = &examined else {
        return Ok(COULD_NOT);
    };
    if !is_sound {
        return Ok(COULD_NOT);
    }
    let pair = Pair {
        sources: &loaded.sources,
        loaded: &loaded,
        old: Version { verified: old, name: &old.program().agreement, path: &old_path, beyond: &beyond[0] },
        new: Version { verified: new, name: &new.program().agreement, path: &new_path, beyond: &beyond[1] },
    };
    known_decisions(&pair, &args.decision)?;
    let asked = condition.as_ref().map(|_| CONDITION.to_owned());
    let options = Options {
        decisions: args.decision.clone(),
        at_most: args.at_most,
        condition: asked,
        renamed: mapped.renamed,
        derived: mapped.derived,
        ..Options::default()
    };
    let mut solver = Asked::of(args)?;
    let report = match &mut solver {
        // A solver is asked one question after the other.
        Some(solver) => accord_prove::diff_with(old, new, &options, Some(solver)),
        None => compared(Comparison::new(old, new, &options))?,
    };
    if let Some(solver) = &solver {
        solver.tell(console);
    }
    let only = condition.as_ref().zip(report.about).map(|(c, about)| Only::new(&c.text, about)).transpose()?;
    let population = args.population.as_ref().map(|path| population::count(&pair, args, path, console)).transpose()?;
    let told = Told::new(&pair, &report, only, population);
    tell(&pair, &report, &told, args, console)
}

/// The comparison, its parts by as many threads as there are cores; what is said does not depend on how many.
fn compared(comparison: Comparison<'_>) -> Result<accord_prove::Report, Trouble> {
    // What stands last builds on most: begun first, it does not keep the other threads waiting.
    let count = comparison.parts();
    let turned = |n: usize| count - 1 - n;
    let mut parts = in_parallel(count, |n| comparison.part(turned(n), None))?;
    parts.reverse();
    let mut parts = in_parallel(count, |n| comparison.again(turned(n), &parts))?;
    parts.reverse();
    Ok(comparison.report(parts))
}

/// Both versions among what was read, by position.
fn both(old: &Path, new: &Path) -> Result<(Loaded, usize, usize), Trouble> {
    let mut loaded = Loaded::from_paths(std::slice::from_ref(&old.to_owned()))?;
    crate::run::only_root(&loaded, old)?;
    loaded.add(new)?;
    let roots = loaded.roots.iter().enumerate();
    let asked: Vec<usize> = roots.filter(|(_, r)| r.because == Because::Asked).map(|(at, _)| at).collect();
    match asked.as_slice() {
        // The same text of the same files, whatever they are called.
        [one] => Ok((loaded, *one, *one)),
        [old, new] => Ok((loaded, *old, *new)),
        _ => {
            let names = asked.iter().skip(1).filter_map(|at| loaded.sources.file(loaded.roots.get(*at)?.file));
            let names: Vec<String> = names.map(|f| format!("`{}`", f.name())).collect();
            Err(Trouble::new(format!("several agreements in `{}`", new.display()))
                .help(format!("name one of {}", names.join(", "))))
        }
    }
}

/// A version without its cases: they are not what is compared.
fn as_compared(root: &Root) -> Root {
    Root { cases: Vec::new(), because: Because::Compared, ..root.clone() }
}

/// A name that neither version decides is a slip of the pen.
fn known_decisions(pair: &Pair<'_>, names: &[String]) -> Result<(), Trouble> {
    let known = condition::decisions(pair);
    for name in names {
        if known.contains(name) {
            continue;
        }
        let all = known.iter().map(String::as_str);
        let near = all.max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
        let trouble = Trouble::new(format!("neither version decides anything called `{name}`"));
        return Err(match near {
            Some(near) => trouble.help(format!("did you mean `{near}`?")),
            None => trouble,
        });
    }
    Ok(())
}

/// Prints and writes what was found; the exit code says how it came out.
fn tell(
    pair: &Pair<'_>,
    report: &accord_prove::Report,
    told: &Told,
    args: &Diff,
    console: &mut Console<'_>,
) -> Result<u8, Trouble> {
    if let Some(path) = &args.html {
        replace(path, page::page(pair, report, told).as_bytes(), Readers::Any)?;
    }
    if let Some(folder) = &args.cases {
        let files = cases::write_all(pair, report, folder)?;
        console.note(&format!("wrote {} into {}\n", crate::counted(files, "case"), folder.display()));
    }
    if args.json {
        console.line(&json::diff(pair, report, told));
    } else {
        let colour = console.out_colour;
        console.answer(&terminal::draw(pair, report, told, colour));
    }
    Ok(match told.standing {
        Standing::Same => FINE,
        Standing::Differs => NO,
        Standing::Undecided => NOT_KNOWN,
    })
}
