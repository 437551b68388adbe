//! `accord schema`: what a case file may hold.

use crate::args::Schema;
use crate::console::Console;
use crate::draw::draw;
use crate::examine::examine;
use crate::load::Loaded;
use crate::run::only_root;
use crate::trouble::Trouble;
use crate::{FINE, NO, json};
use accord_analysis::case;
use accord_source::Severity;
use std::path::PathBuf;

/// Runs the command.
pub fn schema(args: &Schema, console: &mut Console<'_>) -> Result<u8, Trouble> {
    if args.case && args.path.is_none() {
        console.line(&json::pretty(&case::schema(None)));
        return Ok(FINE);
    }
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let loaded = Loaded::from_paths(std::slice::from_ref(&path))?;
    let examined = examine(&loaded, only_root(&loaded, &path)?)?;
    let Some(program) = examined.program() else {
        let mut found = loaded.found.clone();
        found.append(examined.found.clone());
        let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
        console.note(&draw(&loaded.sources, &errors, console.err_colour));
        return Ok(NO);
    };
    console.line(&json::pretty(&case::schema(Some(program))));
    Ok(FINE)
}
