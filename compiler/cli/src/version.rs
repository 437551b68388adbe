//! Versions of an agreement on the command line: `PATH@2027-01-01`, the texts that cases are computed in, and the texts
//! that were in force before.

use crate::examine::texts_of_cases;
use crate::load::{Loaded, Root};
use crate::trouble::Trouble;
use accord_analysis::versions;
use accord_core::Date;
use accord_source::{Code, Diagnostic, Span};
use std::path::{Path, PathBuf};

/// Why an agreement is looked at in the text of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// It was asked for, by its path.
    Asked,
    /// Cases of it say that they are computed in that text.
    Cases,
    /// It was in force before the text that was asked for.
    Earlier,
    /// It is compared with another, and its cases are not what is compared.
    Compared,
}

impl Root {
    /// Whether a case that says this of its text is one of this root's.
    pub fn takes(&self, text: Option<Date>) -> bool {
        match self.because {
            Because::Asked => text.is_none() || text == self.day,
            Because::Cases => text.is_some() && text == self.day,
            Because::Earlier | Because::Compared => false,
        }
    }
}

/// A path and the day after its last `@`. What is there under the whole name is no day.
pub fn split(path: &Path) -> Result<(PathBuf, Option<Date>), Trouble> {
    let whole = || (path.to_owned(), None);
    if path.symlink_metadata().is_ok() {
        return Ok(whole());
    }
    let Some((before, day)) = path.to_str().and_then(|p| p.rsplit_once('@')) else { return Ok(whole()) };
    let before = if before.is_empty() { "." } else { before };
    if let Some(day) = Date::parse(day) {
        return Ok((PathBuf::from(before), Some(day)));
    }
    let meant = !day.is_empty() && day.bytes().all(|b| b.is_ascii_digit() || b"-/.".contains(&b));
    if meant || (day.is_empty() && Path::new(before).exists()) {
        return Err(Trouble::new(format!("`{day}` after `@` is no day"))
            .help("write the day whose text is meant as year-month-day: `agreements/NAME@2027-01-01`"));
    }
    Ok(whole())
}

/// The path without a day.
pub fn plain(path: &Path) -> PathBuf {
    split(path).map_or_else(|_| path.to_owned(), |(path, _)| path)
}

/// Whether the roots from this one on were in force on their day.
pub fn in_force(loaded: &Loaded, from: usize) -> Result<(), Trouble> {
    for root in loaded.roots.iter().skip(from) {
        let Some(day) = root.day else { continue };
        if let Some((what, help)) = out_of_force(loaded, root, day) {
            return Err(Trouble::new(what).help(help));
        }
    }
    Ok(())
}

/// What to say of a day on which an agreement is not in force; nothing where it is.
fn out_of_force(loaded: &Loaded, root: &Root, day: Date) -> Option<(String, String)> {
    let life = versions::in_force(&loaded.trees(root))?;
    let name = &life.agreement;
    if let Some(first) = life.first.filter(|first| day < *first) {
        return Some((format!("{name} has no text on {day}"), format!("its first day is {first}")));
    }
    let last = life.last.filter(|last| day > *last)?;
    Some((format!("{name} is not in force on {day}"), format!("its last day is {last}")))
}

/// The agreement of a root in the text of another day, with the cases that are computed in that.
pub fn in_text_of(loaded: &Loaded, root: &Root, day: Date) -> Result<Root, Trouble> {
    match out_of_force(loaded, root, day) {
        Some((what, help)) => Err(Trouble::new(what).help(help)),
        None => Ok(Root { day: Some(day), because: Because::Cases, ..root.clone() }),
    }
}

/// A root for each day whose text some case says it is computed in; where a day was asked for, its text alone is looked at.
pub fn add_texts_of_cases(loaded: &mut Loaded) {
    for index in 0..loaded.roots.len() {
        let Some(root) = loaded.roots.get(index).filter(|r| r.day.is_none()).cloned() else { continue };
        for (day, span) in texts_of_cases(loaded, &root) {
            if root.takes(Some(day)) || loaded.roots.iter().any(|r| r.file == root.file && r.takes(Some(day))) {
                continue;
            }
            match out_of_force(loaded, &root, day) {
                Some((what, help)) => loaded.found.push(no_text(span, &what, &help)),
                None => loaded.roots.push(Root { day: Some(day), because: Because::Cases, ..root.clone() }),
            }
        }
    }
}

fn no_text(span: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::CaseWrongValue, span, what).help(help)
}

/// Earlier texts beyond so many are left out: each is read and checked as a whole.
const MOST_EARLIER: usize = 50;

/// A root for each text that was in force before one that was asked for without a day, the last ones where there are
/// very many; how many were left out.
pub fn add_earlier_texts(loaded: &mut Loaded) -> usize {
    let mut left_out = 0;
    for index in 0..loaded.roots.len() {
        let Some(root) = loaded.roots.get(index).filter(|r| r.because == Because::Asked && r.day.is_none()).cloned()
        else {
            continue;
        };
        let trees = loaded.trees(&root);
        let changes = versions::changes(&trees);
        let first = versions::in_force(&trees).and_then(|life| life.first);
        let before = changes.first().and_then(|day| day.add_days(-1));
        let days: Vec<Date> = first.or(before).into_iter().chain(changes).collect();
        let known: Vec<Date> = loaded.roots.iter().filter(|r| r.file == root.file).filter_map(|r| r.day).collect();
        // Of a text some day of which is looked at already, and of the last one, which was asked for, nothing is left.
        let spans = days.iter().zip(days.iter().skip(1));
        let new =
            spans.filter(|(from, next)| !known.iter().any(|d| (**from..**next).contains(d))).map(|(from, _)| *from);
        let new: Vec<Date> = new.collect();
        let skipped = new.len().saturating_sub(MOST_EARLIER);
        left_out += skipped;
        for day in new.into_iter().skip(skipped) {
            loaded.roots.push(Root { day: Some(day), because: Because::Earlier, cases: Vec::new(), ..root.clone() });
        }
    }
    left_out
}

/// The name of an agreement with the day of its text: `XA-XB@2014-12-31`.
pub fn named(name: &str, root: &Root) -> String {
    root.day.map_or_else(|| name.to_owned(), |day| format!("{name}@{day}"))
}
