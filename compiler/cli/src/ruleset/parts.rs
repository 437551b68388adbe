//! The outer form of a ruleset: magic word, version, parts. Nothing inside a part is looked at before the digest, and
//! the signature where there is one, are found to be right.

use super::keys::{KEY, PrivateKey, PublicKey, SIGNATURE};
use super::refusal::Refusal;
use sha2::{Digest as _, Sha256};

/// How every ruleset begins.
pub const MAGIC: [u8; 7] = *b"ACCORD\0";
/// The format written, and the only one read.
pub const VERSION: u16 = 1;
/// Bytes of a digest.
const DIGEST: usize = 32;

/// The parts, in the order of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Manifest,
    Program,
    Digest,
    Signature,
    End,
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Kind::Manifest => 1,
            Kind::Program => 2,
            Kind::Digest => 3,
            Kind::Signature => 4,
            Kind::End => 5,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Manifest => "manifest",
            Kind::Program => "program",
            Kind::Digest => "digest",
            Kind::Signature => "signature",
            Kind::End => "end",
        }
    }
}

/// The parts of a file whose digest is right.
pub struct Parts<'b> {
    pub manifest: &'b [u8],
    pub program: &'b [u8],
    pub digest: [u8; DIGEST],
    signature: Option<([u8; KEY], [u8; SIGNATURE])>,
}

impl Parts<'_> {
    /// Whose signature the file bears, where it bears one that is right.
    pub fn signer(&self) -> Result<Option<PublicKey>, Refusal> {
        let Some((key, signature)) = &self.signature else { return Ok(None) };
        let key = PublicKey::from_bytes(key).ok_or(Refusal::WronglySigned)?;
        if !key.signed(&self.digest, signature) {
            return Err(Refusal::WronglySigned);
        }
        Ok(Some(key))
    }
}

/// The file of a manifest and a program, signed where there is a key.
pub fn join(manifest: &[u8], program: &[u8], key: Option<&PrivateKey>) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend(VERSION.to_le_bytes());
    add(&mut file, Kind::Manifest, manifest);
    add(&mut file, Kind::Program, program);
    let digest = Sha256::digest(&file);
    add(&mut file, Kind::Digest, &digest);
    if let Some(key) = key {
        let signature = [key.public().bytes().as_slice(), key.sign(&digest).as_slice()].concat();
        add(&mut file, Kind::Signature, &signature);
    }
    add(&mut file, Kind::End, &[]);
    file
}

fn add(file: &mut Vec<u8>, kind: Kind, bytes: &[u8]) {
    file.push(kind.number());
    // No platform holds more bytes than a u64 counts.
    file.extend(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    file.extend(bytes);
}

/// Takes a file apart.
pub fn split(file: &[u8]) -> Result<Parts<'_>, Refusal> {
    let mut rest = match file.strip_prefix(&MAGIC) {
        Some(rest) => rest,
        None if MAGIC.starts_with(file) => return Err(Refusal::CutOff("heading")),
        None => return Err(Refusal::NoRuleset),
    };
    let version = take(&mut rest, 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
    let version = version.ok_or(Refusal::CutOff("heading"))?;
    if version != VERSION {
        return Err(Refusal::Version(version));
    }
    let manifest = part(&mut rest, Kind::Manifest)?;
    let program = part(&mut rest, Kind::Program)?;
    let digested = file.get(..file.len() - rest.len()).unwrap_or_default();
    let digest = part(&mut rest, Kind::Digest)?;
    let digest: [u8; DIGEST] = digest.try_into().map_err(|_| Refusal::Disordered("digest"))?;
    if Sha256::digest(digested)[..] != digest {
        return Err(Refusal::Altered);
    }
    let signature = match rest.first() {
        Some(kind) if *kind == Kind::Signature.number() => Some(signature(part(&mut rest, Kind::Signature)?)?),
        Some(_) | None => None,
    };
    let end = part(&mut rest, Kind::End)?;
    if !end.is_empty() || !rest.is_empty() {
        return Err(Refusal::Disordered("end"));
    }
    Ok(Parts { manifest, program, digest, signature })
}

fn signature(bytes: &[u8]) -> Result<([u8; KEY], [u8; SIGNATURE]), Refusal> {
    let halves = bytes.split_first_chunk::<KEY>().and_then(|(key, rest)| Some((*key, rest.try_into().ok()?)));
    halves.ok_or(Refusal::Disordered("signature"))
}

/// The bytes of the part that must stand next.
fn part<'b>(rest: &mut &'b [u8], wanted: Kind) -> Result<&'b [u8], Refusal> {
    let cut_off = || Refusal::CutOff(wanted.word());
    let kind = take(rest, 1).ok_or_else(cut_off)?;
    if kind != [wanted.number()] {
        return Err(Refusal::Disordered(wanted.word()));
    }
    let length = take(rest, 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes).ok_or_else(cut_off)?;
    take(rest, usize::try_from(length).map_err(|_| cut_off())?).ok_or_else(cut_off)
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}
