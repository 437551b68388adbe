//! A file that has its name only once it is whole.

use crate::BatchError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What stands between the name of a file and the number of the process that writes it.
const MARK: &str = ".accord-partial-";

/// How many bytes are kept back before they are written.
const BUFFER: usize = 1 << 18;

/// A file in the making, beside the one it will become. Dropped before [`Partial::finish`], it is removed.
pub(super) struct Partial {
    /// Everything but the last bytes.
    file: Option<BufWriter<File>>,
    /// Where it is.
    beside: PathBuf,
    /// What it will become.
    target: PathBuf,
}

impl Partial {
    /// Begins a file. One of that name stays as it is until the new one is whole.
    pub fn create(path: &Path) -> Result<Partial, BatchError> {
        // A link stays one: what it leads to is replaced.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if target.exists() && !target.is_file() {
            return Err(BatchError::new(format!("`{}` is not an ordinary file", path.display()))
                .help("name a file; one that is there is replaced"));
        }
        let Some(name) = target.file_name().map(|n| n.to_string_lossy().into_owned()) else {
            return Err(BatchError::new(format!("`{}` does not name a file", path.display())));
        };
        sweep(&target, &name);
        let beside = target.with_file_name(format!(".{name}{MARK}{}", std::process::id()));
        // Of this process's number and still there: left by one that is gone.
        drop(std::fs::remove_file(&beside));
        let file = OpenOptions::new().write(true).create_new(true).open(&beside);
        let file = file.map_err(|e| BatchError::file("write", path, e))?;
        Ok(Partial { file: Some(BufWriter::with_capacity(BUFFER, file)), beside, target })
    }

    /// Brings every byte to the disk and gives the file its name.
    pub fn finish(mut self) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display, to: &Path| BatchError::file("write", to, e);
        let Some(file) = self.file.take() else { return Ok(()) };
        let file = file.into_inner().map_err(|e| failed(&e.error(), &self.target))?;
        file.sync_all().map_err(|e| failed(&e, &self.target))?;
        drop(file);
        std::fs::rename(&self.beside, &self.target).map_err(|e| failed(&e, &self.target))?;
        // The new name is a change of the folder, which is brought to the disk by itself. Not every system lets one.
        if let Some(Ok(folder)) = self.target.parent().map(File::open) {
            drop(folder.sync_all());
        }
        Ok(())
    }

    fn file(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is closed"))
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file()?.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file()?.flush()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        drop(self.file.take());
        // After it got its name there is nothing here to remove.
        drop(std::fs::remove_file(&self.beside));
    }
}

/// Removes what processes that are gone have left of this file. Where the system does not say which processes there
/// are, nothing is removed.
fn sweep(target: &Path, name: &str) {
    let processes = Path::new("/proc");
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    if !processes.join("self").exists() {
        return;
    }
    let prefix = format!(".{name}{MARK}");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let found = entry.file_name();
        let number = found.to_str().and_then(|n| n.strip_prefix(&prefix)).and_then(|n| n.parse::<u32>().ok());
        if number.is_some_and(|n| !processes.join(n.to_string()).exists()) {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}
