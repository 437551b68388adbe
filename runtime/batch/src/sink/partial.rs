//! A file that has its name only once it is whole.

use crate::BatchError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// What stands between the name of a file and the number of the process that writes it.
const MARK: &str = ".accord-partial-";

/// How many bytes are kept back before they are written.
const BUFFER: usize = 1 << 18;

/// After so many bytes what was written is brought to the disk, so that little is left to do at the end.
const EACH: usize = 4 << 20;

/// A thread that brings a file to the disk while more is written.
struct Ahead {
    /// Asks for it; nothing is asked while it is busy.
    wanted: SyncSender<()>,
    /// The first error comes out once nobody asks any longer: a system may tell of one only once.
    thread: JoinHandle<io::Result<()>>,
}

impl Ahead {
    /// None where the system lets there be none: then all of it is left to the end.
    fn of(file: &File) -> Option<Ahead> {
        let file = file.try_clone().ok()?;
        let (wanted, asked) = sync_channel(1);
        let work = move || asked.iter().try_for_each(|()| file.sync_data());
        let thread = Builder::new().name("to the disk".to_owned()).spawn(work).ok()?;
        Some(Ahead { wanted, thread })
    }

    fn end(self) -> io::Result<()> {
        drop(self.wanted);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread that writes stopped")))
    }
}

/// A file in the making, beside the one it will become. Dropped before [`Partial::finish`], it is removed.
pub(super) struct Partial {
    /// Everything but the last bytes.
    file: Option<BufWriter<File>>,
    /// Begun once there is much to write.
    ahead: Option<Ahead>,
    /// Bytes since it was last asked.
    since: usize,
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
        Ok(Partial { file: Some(BufWriter::with_capacity(BUFFER, file)), ahead: None, since: 0, beside, target })
    }

    /// Brings every byte to the disk and gives the file its name.
    pub fn finish(mut self) -> Result<(), BatchError> {
        let failed = |e: &dyn std::fmt::Display, to: &Path| BatchError::file("write", to, e);
        let Some(file) = self.file.take() else { return Ok(()) };
        let file = file.into_inner().map_err(|e| failed(&e.error(), &self.target))?;
        let ahead = self.ahead.take().map_or(Ok(()), Ahead::end);
        ahead.and_then(|()| file.sync_all()).map_err(|e| failed(&e, &self.target))?;
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

    /// So many bytes more were written.
    fn wrote(&mut self, bytes: usize) {
        self.since += bytes;
        let Some(file) = self.file.as_ref().filter(|_| self.since >= EACH) else { return };
        self.since = 0;
        if self.ahead.is_none() {
            self.ahead = Ahead::of(file.get_ref());
        }
        if let Some(ahead) = &self.ahead {
            // Busy, or ended by an error that is told at the end.
            let _ = ahead.wanted.try_send(());
        }
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file()?.write(bytes)?;
        self.wrote(written);
        Ok(written)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file()?.write_all(bytes)?;
        self.wrote(bytes.len());
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::{EACH, Partial};
    use std::io::Write;

    #[test]
    fn a_large_file_is_whole_and_an_abandoned_one_leaves_nothing() {
        let path = crate::tests::scratch("partial").join("large");
        let piece: Vec<u8> = (0..=u8::MAX).cycle().take(EACH / 3).collect();
        let begin = || {
            let mut file = Partial::create(&path).expect("begun");
            (0..10).for_each(|_| file.write_all(&piece).expect("written"));
            assert!(file.ahead.is_some());
            file
        };
        begin().finish().expect("finished");
        assert_eq!(std::fs::read(&path).expect("read"), piece.repeat(10));
        drop(begin());
        let left = std::fs::read_dir(path.parent().expect("a folder")).expect("read").count();
        assert_eq!(left, 1);
    }
}
