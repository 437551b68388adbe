//! Files that are written whole or not at all.

use crate::trouble::Trouble;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the system lets read new files.
    Any,
    /// The owner alone, where the system knows owners.
    Owner,
}

/// Writes a file beside its name and moves it there once it is whole: whatever stops the run before, what was there
/// is still there.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), Trouble> {
    // A link stays one: what it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() {
        return Err(Trouble::new(format!("`{}` is not an ordinary file", path.display()))
            .help("name a file; one that is there is replaced"));
    }
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| Trouble::new(format!("`{}` does not name a file", path.display())))?;
    let beside: PathBuf = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = create(&beside, bytes, readers).and_then(|()| std::fs::rename(&beside, &target));
    written.map_err(|e| {
        drop(std::fs::remove_file(&beside));
        Trouble::io("write", path, &e)
    })
}

/// Makes a file that is not there yet.
pub fn create(path: &Path, bytes: &[u8], readers: Readers) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file: File = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
