//! `accord diff`: who is answered otherwise by another version of an agreement.
//!
//! What is found is plain data of `accord-prove`. It is put into words once ([`told::Told`]), and laid out three times.
//!
//! | concern | file |
//! |---|---|
//! | the command: two versions, loaded and checked | this one |
//! | what was found, in words | `told` |
//! | the whole in a few sentences | `lead` |
//! | where two statements differ | `narrow` |
//! | on the terminal, with both texts in one picture | `terminal` |
//! | as a page | `page` |
//! | both texts of an edit, for the page | `clause` |
//! | as JSON | `json` |
//! | each person shown, as case files | `cases` |

mod cases;
mod clause;
mod json;
mod lead;
mod narrow;
mod page;
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
use crate::examine::{Examined, examine};
use crate::load::{Loaded, Root};
use crate::output::{Readers, replace};
use crate::trouble::Trouble;
use crate::version::Because;
use crate::{COULD_NOT, FINE, NO, NOT_KNOWN};
use accord_ir::Verified;
use accord_prove::Options;
use accord_source::{Severity, SourceMap};
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
}

/// Two versions, with the texts of both.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// Every text.
    pub sources: &'a SourceMap,
    /// The version before.
    pub old: Version<'a>,
    /// The version after.
    pub new: Version<'a>,
}

/// Runs the command.
pub fn diff(args: &Diff, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let (loaded, old, new) = both(&args.old, &args.new)?;
    let (Some(old_root), Some(new_root)) = (loaded.roots.get(old), loaded.roots.get(new)) else {
        return Err(Trouble::defect("a version was lost"));
    };
    let examined = [examine_one(&loaded, old_root)?, examine_one(&loaded, new_root)?];
    let mut found = loaded.found.clone();
    examined.iter().for_each(|e| found.append(e.found.clone()));
    let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
    console.note(&draw(&loaded.sources, &errors, console.err_colour));
    let [Examined { verified: Some(old), .. }, Examined { verified: Some(new), .. }] = &examined else {
        return Ok(COULD_NOT);
    };
    let (old_path, new_path) = (args.old.display().to_string(), args.new.display().to_string());
    let pair = Pair {
        sources: &loaded.sources,
        old: Version { verified: old, name: &old.program().agreement, path: &old_path },
        new: Version { verified: new, name: &new.program().agreement, path: &new_path },
    };
    known_decisions(&pair, &args.decision)?;
    let options = Options { decisions: args.decision.clone(), at_most: args.at_most, ..Options::default() };
    tell(&pair, &accord_prove::diff(old, new, &options), args, console)
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
fn examine_one(loaded: &Loaded, root: &Root) -> Result<Examined, Trouble> {
    examine(loaded, &Root { cases: Vec::new(), because: Because::Compared, ..root.clone() })
}

/// A name that neither version decides is a slip of the pen.
fn known_decisions(pair: &Pair<'_>, names: &[String]) -> Result<(), Trouble> {
    let programs = [pair.old.verified.program(), pair.new.verified.program()];
    for name in names {
        let all = programs.iter().flat_map(|p| p.decisions.iter().map(|d| d.name.as_str()));
        if all.clone().any(|known| known == name) {
            continue;
        }
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
fn tell(pair: &Pair<'_>, report: &accord_prove::Report, args: &Diff, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let told = Told::new(pair, report);
    if let Some(path) = &args.html {
        replace(path, page::page(pair, report, &told).as_bytes(), Readers::Any)?;
    }
    if let Some(folder) = &args.cases {
        let files = cases::write_all(pair, report, folder)?;
        console.note(&format!("wrote {} into {}\n", crate::counted(files, "case"), folder.display()));
    }
    if args.json {
        console.line(&json::diff(pair, report, &told));
    } else {
        let colour = console.out_colour;
        console.answer(&terminal::draw(pair, report, &told, colour));
    }
    Ok(match told.standing {
        Standing::Same => FINE,
        Standing::Differs => NO,
        Standing::Undecided => NOT_KNOWN,
    })
}
