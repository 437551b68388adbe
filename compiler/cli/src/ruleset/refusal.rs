//! Why a file is not accepted as a ruleset, and what to do about it.

use super::keys::PublicKey;
use super::parts::VERSION;
use crate::trouble::Trouble;
use std::fmt;
use std::path::Path;

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It does not begin as a ruleset does.
    NoRuleset,
    /// It is of another version of the format.
    Version(u16),
    /// It ends before the part named does.
    CutOff(&'static str),
    /// Something else stands where the part named must.
    Disordered(&'static str),
    /// Its bytes are not those its digest was made of.
    Altered,
    /// The signature was not made of this file by the key it names.
    WronglySigned,
    /// A signature was asked for, and there is none.
    NotSigned,
    /// It is signed, with another key than the one asked for.
    SignedByAnother(Box<PublicKey>),
    /// The manifest cannot be understood.
    Manifest(String),
    /// The program was written in another shape by the compiler named.
    ProgramFormat(u32, String),
    /// The program cannot be understood.
    Program(String),
    /// The program breaks a promise that evaluators rely on.
    Unsound(String),
    /// The manifest describes another program.
    OtherManifest,
}

impl Refusal {
    /// The trouble with the file at a path.
    pub fn trouble(&self, path: &Path) -> Trouble {
        Trouble::new(format!("`{}` is refused: {}", path.display(), printable(&self.to_string()))).help(self.remedy())
    }

    fn remedy(&self) -> &'static str {
        const AGAIN: &str = "get the file again from where it was made, or make it again with `accord build`";
        match self {
            Refusal::NoRuleset => "`accord build PATH -o FILE` makes a ruleset of an agreement",
            Refusal::Version(_) | Refusal::ProgramFormat(..) => {
                "make it again from its sources with this `accord build`, or run it with the accord that made it"
            }
            Refusal::CutOff(_) | Refusal::Disordered(_) | Refusal::Altered => AGAIN,
            Refusal::WronglySigned => "do not use it: somebody changed the file or its signature after it was signed",
            Refusal::NotSigned => "ask whoever made it for the signed one: `accord build PATH -o FILE --sign KEY`",
            Refusal::SignedByAnother(_) => {
                "do not use it before whoever made it confirms the key; `accord inspect FILE` shows what it says of itself"
            }
            Refusal::Manifest(_) | Refusal::Program(_) | Refusal::Unsound(_) | Refusal::OtherManifest => {
                "no `accord build` makes such a file: do not use it, and ask whoever gave it to you where it comes from"
            }
        }
    }
}

/// The file may come from anybody: what would command a terminal is shown as what it is.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoRuleset => f.write_str("it is no ruleset"),
            Refusal::Version(found) => write!(f, "it is of format {found}, and this accord reads format {VERSION}"),
            Refusal::CutOff(part) => write!(f, "it ends in the middle of its {part}: it was cut off or altered"),
            Refusal::Disordered(part) => write!(f, "its {part} is not where it must be: it was altered"),
            Refusal::Altered => f.write_str("it was altered: its bytes do not have the digest it states"),
            Refusal::WronglySigned => f.write_str("its signature is wrong"),
            Refusal::NotSigned => f.write_str("it is not signed"),
            Refusal::SignedByAnother(by) => write!(f, "it is signed with another key, {by}"),
            Refusal::Manifest(why) => write!(f, "its manifest cannot be understood ({why})"),
            Refusal::ProgramFormat(found, compiler) => {
                let own = accord_ir::FORMAT;
                write!(
                    f,
                    "accord {compiler} wrote its program in shape {found}, and this accord {} reads shape {own}",
                    env!("CARGO_PKG_VERSION")
                )
            }
            Refusal::Program(why) => write!(f, "its program cannot be understood ({why})"),
            Refusal::Unsound(why) => write!(f, "its program is not sound ({why})"),
            Refusal::OtherManifest => f.write_str("its manifest describes another program"),
        }
    }
}

impl std::error::Error for Refusal {}
