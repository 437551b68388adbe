//! Keys that sign rulesets: Ed25519, each in a text file of two lines, what it is and its bytes in hexadecimal.

use super::hex;
use crate::trouble::Trouble;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::fmt;
use std::path::Path;

/// Bytes of a key, either half.
pub const KEY: usize = 32;
/// Bytes of a signature.
pub const SIGNATURE: usize = 64;
/// The first line of the file of a private key.
const PRIVATE: &str = "accord private key 1";
/// The first line of the file of a public key.
const PUBLIC: &str = "accord public key 1";

/// What signs. Not shown by anything but its file.
pub struct PrivateKey(SigningKey);

/// What a signature is checked with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PrivateKey {
    /// A new key, of randomness of the operating system.
    pub fn generate() -> Result<PrivateKey, Trouble> {
        let mut seed = [0; KEY];
        getrandom::fill(&mut seed)
            .map_err(|e| Trouble::new(format!("the operating system gives no randomness for a key: {e}")))?;
        Ok(PrivateKey::from_bytes(&seed))
    }

    /// The key of 32 bytes; any are one.
    pub fn from_bytes(bytes: &[u8; KEY]) -> PrivateKey {
        PrivateKey(SigningKey::from_bytes(bytes))
    }

    /// Reads a key from its file.
    pub fn open(path: &Path) -> Result<PrivateKey, Trouble> {
        Ok(PrivateKey::from_bytes(&bytes_in(path, PRIVATE)?))
    }

    /// The text of its file.
    pub fn file(&self) -> String {
        format!("{PRIVATE}\n{}\n", hex(self.0.as_bytes()))
    }

    /// The half that may be known to all.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE] {
        self.0.sign(message).to_bytes()
    }
}

impl PublicKey {
    /// The key of 32 bytes; not all are one.
    pub fn from_bytes(bytes: &[u8; KEY]) -> Option<PublicKey> {
        VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).map(PublicKey)
    }

    /// Reads a key from its file.
    pub fn open(path: &Path) -> Result<PublicKey, Trouble> {
        PublicKey::from_bytes(&bytes_in(path, PUBLIC)?).ok_or_else(|| {
            Trouble::new(format!("`{}` holds no key that a signature can be checked with", path.display()))
                .help("get the file again from whoever signs")
        })
    }

    /// The text of its file.
    pub fn file(&self) -> String {
        format!("{PUBLIC}\n{self}\n")
    }

    pub(super) fn bytes(&self) -> [u8; KEY] {
        self.0.to_bytes()
    }

    /// Whether the signature was made of the message with the other half of this key. Strict: what one library
    /// accepts every other does.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8; SIGNATURE]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private half of {}", self.public())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The bytes in a key file that must begin with this line.
fn bytes_in(path: &Path, head: &str) -> Result<[u8; KEY], Trouble> {
    let bytes = crate::load::read_bytes(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.next().unwrap_or_default();
    let shown = path.display();
    match first {
        PRIVATE if head == PUBLIC => {
            return Err(Trouble::new(format!("`{shown}` is a private key, and a public one is wanted"))
                .help("name the file that ends in `.pub`, and never give the private one away"));
        }
        PUBLIC if head == PRIVATE => {
            return Err(Trouble::new(format!("`{shown}` is a public key, and a private one is wanted"))
                .help("name the file that ends in `.key`"));
        }
        _ if first != head => {
            return Err(Trouble::new(format!("`{shown}` is no key of accord"))
                .help(format!("the first line of one is `{head}`; `accord keygen NAME` makes a pair")));
        }
        _ => {}
    }
    let key = lines.next().and_then(unhex);
    match (key, lines.all(str::is_empty)) {
        (Some(key), true) => Ok(key),
        (Some(_) | None, _) => Err(Trouble::new(format!("the key in `{shown}` is damaged"))
            .help(format!("below its first line stands one line of {} digits, 0 to 9 and a to f", 2 * KEY))),
    }
}

fn unhex(text: &str) -> Option<[u8; KEY]> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>()?.try_into().ok()
}
