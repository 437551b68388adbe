//! Folders: which files lie in them, in an order that never changes.

use crate::trouble::Trouble;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Folders nobody keeps sources in.
const NEVER: &[&str] = &["target", "node_modules"];

/// What a walk leaves out besides hidden folders.
#[derive(Clone, Copy, Debug)]
pub enum Skip<'a> {
    /// Nothing more.
    Nothing,
    /// Folders of this name.
    Folder(&'a str),
}

/// The files below a folder with one of the extensions, sorted by path. A folder reached twice through links is
/// read once.
pub fn files_below(folder: &Path, extensions: &[&str], skip: Skip<'_>) -> Result<Vec<PathBuf>, Trouble> {
    let mut found = Vec::new();
    let mut visited = BTreeSet::new();
    let mut next = vec![folder.to_owned()];
    while let Some(folder) = next.pop() {
        let identity = folder.canonicalize().map_err(|e| Trouble::io("read the folder", &folder, &e))?;
        if !visited.insert(identity) {
            continue;
        }
        for path in entries(&folder)? {
            if path.is_dir() {
                if wanted(&path, skip) {
                    next.push(path);
                }
            } else if has_one_of(&path, extensions) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The files directly in a folder with the extension, sorted.
pub fn files_in(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Trouble> {
    let mut found = entries(folder)?;
    found.retain(|p| p.is_file() && has_one_of(p, &[extension]));
    found.sort();
    Ok(found)
}

/// The source file of a folder whose name is most like the one wanted, where any is.
pub fn nearest(folder: &Path, wanted: &Path) -> Option<String> {
    let names = files_in(or_here(folder), "accord").ok()?;
    closest(&names, wanted)?.file_name()?.to_str().map(str::to_owned)
}

/// What lies beside a path that is not there and has a name much like it.
pub fn nearest_entry(wanted: &Path) -> Option<PathBuf> {
    let beside = entries(or_here(wanted.parent()?)).ok()?;
    closest(&beside, wanted).cloned()
}

fn closest<'a>(paths: &'a [PathBuf], wanted: &Path) -> Option<&'a PathBuf> {
    let wanted = wanted.file_name()?.to_str()?;
    let named = paths.iter().filter_map(|p| Some((p.file_name()?.to_str()?, p)));
    let close = named.map(|(name, path)| (strsim::damerau_levenshtein(name, wanted), path));
    close.filter(|(distance, _)| *distance <= 3).min().map(|(_, path)| path)
}

fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// `./a/../b` as `b`: only by its spelling, links are not followed.
pub fn tidy(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    if parts.is_empty() { PathBuf::from(".") } else { parts.iter().collect() }
}

/// A path seen from a folder, both absolute, its parts joined by `/` on every system.
pub fn relative(folder: &Path, path: &Path) -> String {
    let shared = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let read = std::fs::read_dir(folder).map_err(|e| Trouble::io("read the folder", folder, &e))?;
    let entries = read.map(|entry| entry.map(|e| e.path()));
    entries.collect::<Result<_, _>>().map_err(|e| Trouble::io("read the folder", folder, &e))
}

fn wanted(folder: &Path, skip: Skip<'_>) -> bool {
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let skipped = match skip {
        Skip::Nothing => false,
        Skip::Folder(skipped) => name == skipped,
    };
    !skipped && !name.starts_with('.') && !NEVER.contains(&name)
}

fn has_one_of(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|e| extensions.iter().any(|wanted| e.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_by_spelling_only() {
        let tidied = |p: &str| tidy(Path::new(p)).display().to_string();
        assert_eq!(tidied("./a/b.accord"), "a/b.accord");
        assert_eq!(tidied("a/../b.accord"), "b.accord");
        assert_eq!(tidied("../a"), "../a");
        assert_eq!(tidied("."), ".");
    }

    #[test]
    fn paths_are_seen_from_a_folder() {
        let seen = |folder: &str, path: &str| relative(Path::new(folder), Path::new(path));
        assert_eq!(seen("/a/b", "/a/b/c/d.accord"), "c/d.accord");
        assert_eq!(seen("/a/b", "/a/e.accord"), "../e.accord");
        assert_eq!(seen("/a/b", "/f/e.accord"), "../../f/e.accord");
    }
}
