//! `accord new`: a folder that checks and tests green, to change from there.

use crate::FINE;
use crate::console::Console;
use crate::load::shown;
use crate::trouble::Trouble;
use std::path::Path;

/// The files of a new folder; `{{NAME}}` is its name.
const FILES: &[(&str, &str)] = &[
    ("agreement.accord", include_str!("../template/agreement.accord")),
    ("cases/first.accord", include_str!("../template/cases/first.accord")),
    ("README.md", include_str!("../template/README.md")),
];

/// Runs the command.
pub fn new(folder: &Path, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let name = folder.file_name().and_then(|n| n.to_str()).filter(|n| !n.chars().any(char::is_control));
    let name = name.ok_or_else(|| {
        Trouble::new(format!("`{}` cannot name an agreement", folder.display())).help("give a name such as `demo`")
    })?;
    if occupied(folder)? {
        return Err(Trouble::new(format!("there is something in `{}` already", folder.display()))
            .help("choose another name; nothing was written"));
    }
    let title = name.replace(['\\', '"'], " ");
    for (path, text) in FILES {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Trouble::io("make the folder", parent, &e))?;
        }
        std::fs::write(&target, text.replace("{{NAME}}", &title)).map_err(|e| Trouble::io("write", &target, &e))?;
        console.line(&format!("made {}", shown(&target)));
    }
    console.line(&format!("next: cd {} && accord check && accord test", shown(folder)));
    Ok(FINE)
}

/// Whether something stands where the folder is to be.
fn occupied(folder: &Path) -> Result<bool, Trouble> {
    if !folder.exists() {
        return Ok(false);
    }
    if !folder.is_dir() {
        return Ok(true);
    }
    let mut entries = std::fs::read_dir(folder).map_err(|e| Trouble::io("read the folder", folder, &e))?;
    Ok(entries.next().is_some())
}
