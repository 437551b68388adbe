//! `accord keygen`: a pair of keys to sign rulesets with.

use crate::FINE;
use crate::args::Keygen;
use crate::console::Console;
use crate::load::shown;
use crate::output::{Readers, create, replace};
use crate::ruleset::PrivateKey;
use crate::trouble::Trouble;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn keygen(args: &Keygen, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let (private, public) = (with_ending(&args.name, "key")?, with_ending(&args.name, "pub")?);
    if !args.force
        && let Some(there) = [&private, &public].into_iter().find(|p| p.symlink_metadata().is_ok())
    {
        return Err(Trouble::new(format!("`{}` is there already", there.display()))
            .help("choose another name; with `--force` a new pair takes its place, and the old private key is lost"));
    }
    let key = PrivateKey::generate()?;
    let files = [(&private, key.file(), Readers::Owner), (&public, key.public().file(), Readers::Any)];
    for (path, text, readers) in files {
        if args.force {
            replace(path, text.as_bytes(), readers)?;
        } else {
            create(path, text.as_bytes(), readers).map_err(|e| Trouble::io("write", path, &e))?;
        }
    }
    console.line(&format!("made {}: keep it to yourself; `accord build --sign` takes it", shown(&private)));
    console.line(&format!("made {}: give it to whoever runs what you sign", shown(&public)));
    Ok(FINE)
}

/// `NAME.key`; a point in the name stays.
fn with_ending(name: &Path, ending: &str) -> Result<PathBuf, Trouble> {
    let Some(last) = name.file_name() else {
        return Err(
            Trouble::new(format!("`{}` cannot name a key", name.display())).help("give a name such as `office`")
        );
    };
    let mut last = last.to_owned();
    last.push(format!(".{ending}"));
    Ok(name.with_file_name(last))
}
