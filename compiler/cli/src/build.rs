//! `accord build`: a ruleset of an agreement that is checked and tested.

use crate::args::Build;
use crate::console::Console;
use crate::draw::draw;
use crate::evaluate::{Evaluator, Ready, Verdict, judge_case};
use crate::examine::{Examined, examine};
use crate::load::{Loaded, Root, shown};
use crate::output::{Readers, replace};
use crate::ruleset::{self, PrivateKey};
use crate::run::only_root;
use crate::test::failure;
use crate::trouble::Trouble;
use crate::version::plain;
use crate::{FINE, NO, counted, native};
use accord_source::Severity;
use std::path::Path;

/// Runs the command.
pub fn build(args: &Build, console: &mut Console<'_>) -> Result<u8, Trouble> {
    if args.native {
        return native::build(args, console);
    }
    if args.code.is_said() {
        return Err(Trouble::new("a ruleset answers every question for every party and benefit")
            .help("say `--native` too to make a library, or leave these options out"));
    }
    let key = args.sign.as_deref().map(PrivateKey::open).transpose()?;
    if let Some(path) = args.sign.as_deref().filter(|p| read_by_others(p)) {
        console.note(&format!("note: others may read `{}`; a private key is for its owner alone\n", path.display()));
    }
    let loaded = Loaded::from_paths(std::slice::from_ref(&args.path))?;
    let root = only_root(&loaded, &args.path)?;
    is_agreement(&loaded, root, &args.path)?;
    let Some(examined) = gated(&loaded, root, "no ruleset", console)? else { return Ok(NO) };
    let (manifest, verified) = ruleset::compose(&loaded, root, &examined)?;
    let bytes = ruleset::write(&manifest, &verified, key.as_ref())?;
    replace(&args.out, &bytes, Readers::Any)?;
    let written = ruleset::open(&args.out, key.as_ref().map(PrivateKey::public).as_ref())?;
    console.line(&format!("{}  {}", manifest.agreement, manifest.title));
    console.line(&format!("  {} passed", counted(examined.cases.len(), "case")));
    console.line(&format!("  made {}: {} bytes, sha256 {}", shown(&args.out), bytes.len(), written.digest));
    if let Some(by) = written.signed_by {
        console.line(&format!("  signed by {by}"));
    }
    Ok(FINE)
}

/// An agreement without errors all of whose cases pass; `None` where it is not, which was told.
pub fn gated(
    loaded: &Loaded,
    root: &Root,
    without: &str,
    console: &mut Console<'_>,
) -> Result<Option<Examined>, Trouble> {
    let examined = examine(loaded, root)?;
    let mut found = loaded.found.clone();
    found.append(examined.found.clone());
    let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
    console.note(&draw(&loaded.sources, &errors, console.err_colour));
    let sound = errors.is_empty() && examined.verified.is_some();
    if !sound || !all_pass(loaded, &examined, console)? {
        console.note(&format!("{without} was written: mend this first\n"));
        return Ok(None);
    }
    if examined.cases.is_empty() {
        console.note("note: there are no cases, so nothing shows that it computes what the text means\n");
    }
    Ok(Some(examined))
}

/// A library holds no agreement, and a case stands only for itself.
pub fn is_agreement(loaded: &Loaded, root: &Root, path: &Path) -> Result<(), Trouble> {
    let name = loaded.sources.file(root.file).map_or("", |f| f.name());
    let path = plain(path);
    let named = path.is_dir() || shown(&path) == name;
    if root.agreement && named {
        return Ok(());
    }
    let what = if root.agreement { "a case" } else { "no agreement" };
    let instead = if root.agreement { format!("name `{name}`, or its folder") } else { "name an agreement".to_owned() };
    Err(Trouble::new(format!("`{}` is {what}", path.display())).help(instead))
}

/// Whether every case passes under every evaluator; tells of those that do not.
fn all_pass(loaded: &Loaded, examined: &Examined, console: &mut Console<'_>) -> Result<bool, Trouble> {
    let Some(verified) = &examined.verified else { return Ok(false) };
    if examined.cases.is_empty() {
        return Ok(examined.unread == 0);
    }
    let ready = Ready::new(verified, Evaluator::USUAL)?;
    let verdicts: Vec<Verdict> = examined.cases.iter().map(|case| judge_case(&ready, case)).collect();
    let failed: Vec<&Verdict> = verdicts.iter().filter(|v| !v.passed()).collect();
    for verdict in &failed {
        console.note(&format!("  FAILED  {}\n{}", verdict.name, failure(&loaded.sources, verdict)));
    }
    Ok(failed.is_empty() && examined.unread == 0)
}

/// Whether the system lets others read the file.
#[cfg(unix)]
fn read_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

/// Whether the system lets others read the file: it has no such notion.
#[cfg(not(unix))]
fn read_by_others(_: &Path) -> bool {
    false
}
