//! Peers in other languages: scripts that read the same columns, check the same results and print how long it took.
//! `ACCORD_PYTHON` names the interpreter; what is not installed is left out and said so.

use std::path::Path;
use std::process::Command;

/// What came of a peer.
pub enum Peer {
    /// The median of seconds, and how many results differ.
    Ran(f64, u64),
    /// Why it did not run.
    Left(String),
}

/// Runs a script of `benches/peers` on a folder of columns.
pub fn run(script: &str, needs: &str, folder: &Path, times: usize) -> Peer {
    let python = std::env::var("ACCORD_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", &format!("import {needs}")]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return Peer::Left(format!("`{python}` has no `{needs}`"));
    }
    let path = accord_tests::at("tests/benches/peers").join(script);
    let output = match Command::new(&python).arg(path).arg(folder).arg(times.to_string()).output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => return Peer::Left(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => return Peer::Left(error.to_string()),
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = text.split_whitespace();
    match (words.next().and_then(|w| w.parse().ok()), words.next().and_then(|w| w.parse().ok())) {
        (Some(seconds), Some(different)) => Peer::Ran(seconds, different),
        _ => Peer::Left(format!("it printed {text:?}")),
    }
}
