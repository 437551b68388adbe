//! Reading a file from several threads at once, each at a place of its own, into memory that is used again.

use bytes::Bytes;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that is read at places.
#[derive(Clone)]
pub(super) struct Places {
    file: Arc<File>,
    pub length: u64,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// Bytes that were read; the memory goes back when nobody uses them any more.
struct Lent {
    memory: Vec<u8>,
    length: usize,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.memory.get(..self.length).unwrap_or_default()
    }
}

/// Pieces of memory that are kept for use.
const SPARE: usize = 16;

/// Less than this is not worth keeping.
const LARGE: usize = 1 << 16;

impl Drop for Lent {
    fn drop(&mut self) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if self.memory.len() >= LARGE && spare.len() < SPARE {
            spare.push(std::mem::take(&mut self.memory));
        }
    }
}

impl Places {
    pub fn new(file: File) -> io::Result<Places> {
        let length = file.metadata()?.len();
        Ok(Places { file: Arc::new(file), length, spare: Arc::default() })
    }

    /// Memory that was used before: the least that is enough, of small pieces none; where none is, one that is too small
    /// is let go for the one that will be made.
    fn spare_of(&self, size: usize) -> Option<Vec<u8>> {
        if size < LARGE {
            return None;
        }
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = spare.iter().enumerate().filter(|(_, memory)| memory.len() >= size);
        let found = enough.min_by_key(|(_, memory)| memory.len()).map(|(at, _)| at);
        match found {
            Some(at) => Some(spare.swap_remove(at)),
            None => spare.pop(),
        }
    }

    /// So many bytes from a place on. What lies beyond the end of the file is refused before there is memory for it.
    pub fn read(&self, from: u64, length: u64) -> io::Result<Bytes> {
        let end = from.checked_add(length).filter(|end| *end <= self.length);
        let size = end.and_then(|_| usize::try_from(length).ok());
        let size = size.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends too early"))?;
        let mut memory = self.spare_of(size).unwrap_or_default();
        if memory.len() < size {
            memory = vec![0; size];
        }
        if let Some(slot) = memory.get_mut(..size) {
            read_at(&self.file, slot, from)?;
        }
        Ok(Bytes::from_owner(Lent { memory, length: size, spare: self.spare.clone() }))
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], from: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, from)
}

#[cfg(windows)]
fn read_at(file: &File, mut into: &mut [u8], mut from: u64) -> io::Result<()> {
    while !into.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_read(file, into, from)?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends too early"));
        }
        into = into.get_mut(count..).unwrap_or_default();
        from = from.saturating_add(u64::try_from(count).unwrap_or(0));
    }
    Ok(())
}
