//! Rulesets: a checked and tested agreement in one file, to be run without its sources.
//!
//! The file is the magic word `ACCORD` and a zero byte, the version of the format (u16, little endian), and parts of
//! a kind (u8), a length (u64, little endian) and that many bytes, in this order:
//!
//! | kind | part | bytes |
//! |---|---|---|
//! | 1 | manifest | JSON, see [`Manifest`] |
//! | 2 | program | [`accord_ir::Program`] as postcard, in the shape [`accord_ir::FORMAT`] numbers |
//! | 3 | digest | SHA-256 of every byte before this part |
//! | 4 | signature, where there is one | the Ed25519 public key, and the signature of the digest by it |
//! | 5 | end | none: a file that was cut off lacks it |
//!
//! The same sources and the same compiler give the same bytes, wherever and whenever: no part holds a time, a name of
//! a machine or a path beyond those relative to the agreement's folder. A signature adds its part and changes no other,
//! so whoever rebuilds a signed ruleset can compare digests without the key.
//!
//! A digest shows accidents, a signature shows forgers. Neither is needed for safety: what is read passes the gate
//! every compiled program passes.

mod keys;
mod manifest;
mod parts;
mod refusal;
#[cfg(test)]
mod tests;

pub use keys::{PrivateKey, PublicKey};
pub use manifest::{Cases, Covered, Manifest, NotEncoded, SCHEMA, Source, Unset};
pub use parts::VERSION;
pub use refusal::Refusal;
pub(crate) use refusal::printable;

use crate::examine::{Examined, cases_as_json};
use crate::load::{Loaded, Root};
use crate::trouble::Trouble;
use accord_ir::{Program, Verified};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

/// A file larger than this is not read: ten times what the largest program that is compiled at all becomes.
const LARGEST: u64 = 1 << 30;

/// A ruleset that was read, with a program that can be run.
#[derive(Debug)]
pub struct Ruleset {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The program.
    pub verified: Verified,
    /// The digest of manifest and program, in hexadecimal.
    pub digest: String,
    /// Whose signature it bears, where it bears one; it holds.
    pub signed_by: Option<PublicKey>,
}

/// The manifest and the program of an agreement that was checked and all of whose cases passed.
///
/// The program's places count files in the order of the manifest's sources, not in the order of this run.
pub fn compose(loaded: &Loaded, root: &Root, examined: &Examined) -> Result<(Manifest, Verified), Trouble> {
    let Some(program) = examined.program() else {
        return Err(Trouble::defect("a ruleset of an agreement with errors was asked for"));
    };
    let files = loaded.files_of(root);
    let sources = manifest::sources(loaded, root, &files)?;
    let cases = cases_as_json(loaded, root);
    let manifest = Manifest::new(program, examined, root.day, sources, Cases::passed(&cases));
    let mut program = program.clone();
    let known = program.refile(|file| {
        let position = files.iter().position(|f| *f == file)?;
        u32::try_from(position).ok().map(accord_source::FileId)
    });
    if !known {
        return Err(Trouble::defect("a place of the program lies in none of its sources"));
    }
    let verified = accord_ir::verify(program).map_err(|_| Trouble::defect("a program lost its soundness"))?;
    Ok((manifest, verified))
}

/// The bytes of a ruleset. They were read back before they are given out.
pub fn write(manifest: &Manifest, verified: &Verified, key: Option<&PrivateKey>) -> Result<Vec<u8>, Trouble> {
    let manifest = serde_json::to_vec(manifest).map_err(Trouble::defect)?;
    let program = postcard::to_stdvec(verified.program())
        .map_err(|e| Trouble::defect(format!("the program cannot be written into a file: {e}")))?;
    let bytes = parts::join(&manifest, &program, key);
    let back = read(&bytes, key.map(PrivateKey::public).as_ref())
        .map_err(|refusal| Trouble::defect(format!("what was made cannot be read back: {refusal}")))?;
    if postcard::to_stdvec(back.verified.program()).ok().as_ref() != Some(&program) {
        return Err(Trouble::defect("what was made is read back otherwise"));
    }
    Ok(bytes)
}

/// Reads a ruleset; where a signer is given, only one signed with that key.
pub fn read(bytes: &[u8], signer: Option<&PublicKey>) -> Result<Ruleset, Refusal> {
    let parts = parts::split(bytes)?;
    let signed_by = parts.signer()?;
    match (signer, &signed_by) {
        (Some(_), None) => return Err(Refusal::NotSigned),
        (Some(wanted), Some(by)) if by != wanted => return Err(Refusal::SignedByAnother(Box::new(*by))),
        (Some(_) | None, _) => {}
    }
    let manifest = Manifest::read(parts.manifest)?;
    let verified = program(parts.program)?;
    if !manifest.describes(verified.program()) {
        return Err(Refusal::OtherManifest);
    }
    Ok(Ruleset { manifest, verified, digest: hex(&parts.digest), signed_by })
}

/// Reads the ruleset in a file; where a signer is given, only one signed with that key.
pub fn open(path: &Path, signer: Option<&PublicKey>) -> Result<Ruleset, Trouble> {
    read(&bytes_of(path)?, signer).map_err(|refusal| refusal.trouble(path))
}

/// The bytes of a file that is to be a ruleset, for threads that each read their own.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, Trouble> {
    crate::load::read_at_most(path, LARGEST, "a ruleset may have 1 GiB; this is none")
}

/// Whether a file begins as a ruleset does; not whether it is a good one.
pub fn looks_like_one(path: &Path) -> bool {
    let mut start = Vec::new();
    let whole = u64::try_from(parts::MAGIC.len()).unwrap_or(0);
    let read = std::fs::File::open(path).and_then(|file| file.take(whole).read_to_end(&mut start));
    read.is_ok() && start == parts::MAGIC
}

fn program(bytes: &[u8]) -> Result<Verified, Refusal> {
    let (program, rest) = postcard::take_from_bytes::<Program>(bytes).map_err(|e| Refusal::Program(e.to_string()))?;
    if !rest.is_empty() {
        return Err(Refusal::Program("something follows it".to_owned()));
    }
    accord_ir::verify(program).map_err(|flaws| {
        let first = flaws.first().map_or_else(String::new, |flaw| flaw.0.clone());
        Refusal::Unsound(first)
    })
}

/// SHA-256 in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
