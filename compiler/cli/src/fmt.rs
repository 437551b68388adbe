//! `accord fmt`: source files in the standard form.

use crate::args::Fmt;
use crate::console::Console;
use crate::draw::draw;
use crate::load::{Loaded, read_bytes, shown};
use crate::trouble::Trouble;
use crate::walk::{Skip, files_below};
use crate::{FINE, NO, or_here};
use accord_syntax::{FormatError, format};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn fmt(args: &Fmt, console: &mut Console<'_>) -> Result<u8, Trouble> {
    if args.paths.iter().any(|p| p.as_os_str() == "-") {
        return standard_streams(args.check, console);
    }
    let mut code = FINE;
    for path in sources(&or_here(&args.paths))? {
        let bytes = read_bytes(&path)?;
        let Ok(text) = String::from_utf8(bytes) else {
            show_findings(&Loaded::from_paths(&[path])?, console);
            code = NO;
            continue;
        };
        let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let Some(formatted) = formatted(&shown(&path), body, console)? else {
            code = NO;
            continue;
        };
        if formatted == text {
            continue;
        }
        if args.check {
            console.line(&format!("not in the standard form: {}", shown(&path)));
            code = NO;
        } else {
            replace(&path, &formatted)?;
            console.line(&format!("formatted {}", shown(&path)));
        }
    }
    Ok(code)
}

fn standard_streams(check: bool, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|e| Trouble::new(format!("cannot read the standard input: {e}")))?;
    let Some(formatted) = formatted("standard input", &text, console)? else { return Ok(NO) };
    if check {
        return Ok(if formatted == text { FINE } else { NO });
    }
    console.answer(&formatted);
    Ok(FINE)
}

/// The text in the standard form; `None` where it has errors, which are shown.
fn formatted(name: &str, text: &str, console: &mut Console<'_>) -> Result<Option<String>, Trouble> {
    match format(text) {
        Ok(formatted) => Ok(Some(formatted)),
        Err(FormatError::Unreadable) => {
            show_findings(&Loaded::from_text(name, text), console);
            console.note(&format!("`{name}` was left as it is: a text with errors is not formatted\n"));
            Ok(None)
        }
        Err(FormatError::Changed) => {
            Err(Trouble::defect(format!("formatting `{name}` would change what it says, so it was left as it is")))
        }
    }
}

fn show_findings(loaded: &Loaded, console: &mut Console<'_>) {
    let text = draw(&loaded.sources, &loaded.found.sorted(), console.err_colour);
    console.note(&text);
}

/// The source files the paths mean.
fn sources(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Trouble> {
    let mut all = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(path).map_err(|e| Trouble::io("read", path, &e))?;
        if meta.is_dir() {
            all.extend(files_below(path, &["accord"], Skip::Nothing)?);
        } else {
            all.push(path.clone());
        }
    }
    Ok(all)
}

/// Writes beside the file and then takes its place, so that no interruption leaves half a text.
fn replace(path: &Path, text: &str) -> Result<(), Trouble> {
    let problem = |e: std::io::Error| Trouble::io("write", path, &e);
    let real = path.canonicalize().map_err(problem)?;
    let mut beside = real.clone().into_os_string();
    beside.push(".formatted");
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, text).map_err(problem)?;
    let rights = std::fs::metadata(&real).map_err(problem)?.permissions();
    std::fs::set_permissions(&beside, rights).map_err(problem)?;
    std::fs::rename(&beside, &real).map_err(problem)
}
