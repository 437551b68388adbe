//! What a ruleset says of itself: which agreement, made of what by what, how much of the law, which cases passed.

use super::refusal::Refusal;
use super::sha256;
use crate::check::recalled;
use crate::examine::Examined;
use crate::load::{Loaded, Root};
use crate::trouble::Trouble;
use accord_core::Date;
use accord_ir::{Coverage, Program};
use accord_source::FileId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of the manifest's form. More fields may be added to it, none changes.
pub const SCHEMA: &str = "accord.ruleset/1";

/// What a ruleset says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// The agreement's short name: `NL-CV`.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// The day whose text it is, where it is not the latest text of its sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What amended the agreement up to that text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amended_by: Vec<String>,
    /// The version of the compiler that made it.
    pub compiler: String,
    /// [`accord_ir::FORMAT`] of that compiler.
    pub program_format: u32,
    /// What it was made of, stdlib first; the places in the program count them from 0.
    pub sources: Vec<Source>,
    /// Parameters that are not set.
    pub unset: Vec<Unset>,
    /// Provisions encoded from memory, and choices where the text is silent.
    pub recalled: Vec<String>,
    /// How much of the law is there, an instrument each.
    pub coverage: Vec<Covered>,
    /// The cases that passed.
    pub cases: Cases,
}

/// A text the program was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its path from the agreement's folder, parts joined by `/`; a file of stdlib by its own name.
    pub name: String,
    /// SHA-256 of its text, in hexadecimal; a byte order mark is no part of it.
    pub sha256: String,
}

/// A parameter the text does not give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unset {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// How much of an instrument is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Whose articles.
    pub instrument: String,
    /// How many it has.
    pub provisions: u64,
    /// Those with an effect.
    pub encoded: Vec<String>,
    /// Those without, and why.
    pub not_encoded: Vec<NotEncoded>,
    /// Those that are not there.
    pub missing: Vec<String>,
}

/// A provision without an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEncoded {
    /// `article 3`.
    pub provision: String,
    /// Why.
    pub why: String,
}

/// The worked cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cases {
    /// How many there are.
    pub count: u64,
    /// How many passed under every evaluator: all.
    pub passed: u64,
    /// SHA-256 of the cases, each as JSON on one line with its names in order, the lines sorted. So neither the
    /// layout of a case nor the file it stands in shows.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(
        program: &Program,
        examined: &Examined,
        day: Option<Date>,
        sources: Vec<Source>,
        cases: Cases,
    ) -> Manifest {
        let amended = examined.text.as_ref().map_or(&[][..], |t| &t.amended);
        Manifest {
            schema: SCHEMA.to_owned(),
            agreement: program.agreement.clone(),
            title: program.title.clone(),
            text: day.map(|day| day.to_string()),
            amended_by: amended.iter().map(|a| format!("{} from {}", a.title, a.from)).collect(),
            compiler: env!("CARGO_PKG_VERSION").to_owned(),
            program_format: accord_ir::FORMAT,
            sources,
            unset: unset(program),
            recalled: recalled(program, &examined.found),
            coverage: program.coverage.iter().map(covered).collect(),
            cases,
        }
    }

    /// The manifest in its part of a file; refused where the program was written in another shape.
    pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Refusal> {
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| Refusal::Manifest(e.to_string()))?;
        if manifest.schema != SCHEMA {
            return Err(Refusal::Manifest("it is of another schema".to_owned()));
        }
        if manifest.program_format != accord_ir::FORMAT {
            return Err(Refusal::ProgramFormat(manifest.program_format, manifest.compiler));
        }
        Ok(manifest)
    }

    /// Whether what can be told from the program is as it says.
    pub(super) fn describes(&self, program: &Program) -> bool {
        let coverage: Vec<Covered> = program.coverage.iter().map(covered).collect();
        // The rule for month ends, where it was chosen, stands before the provisions.
        let recalled = recalled(program, &accord_source::Diagnostics::default());
        self.agreement == program.agreement
            && self.title == program.title
            && self.unset == unset(program)
            && self.coverage == coverage
            && self.recalled.ends_with(&recalled)
    }
}

impl Cases {
    pub(super) fn passed(cases: &[Value]) -> Cases {
        let mut lines: Vec<String> = cases.iter().map(|case| format!("{}\n", in_order(case))).collect();
        lines.sort();
        let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        Cases { count, passed: count, sha256: sha256(lines.concat().as_bytes()) }
    }
}

fn unset(program: &Program) -> Vec<Unset> {
    program.unset.iter().map(|u| Unset { name: u.name.clone(), why: u.why.clone() }).collect()
}

fn covered(coverage: &Coverage) -> Covered {
    let not_encoded = coverage.not_encoded.iter();
    Covered {
        instrument: coverage.instrument.clone(),
        provisions: u64::try_from(coverage.provisions).unwrap_or(u64::MAX),
        encoded: coverage.encoded.clone(),
        not_encoded: not_encoded.map(|(p, why)| NotEncoded { provision: p.clone(), why: why.clone() }).collect(),
        missing: coverage.missing.clone(),
    }
}

/// JSON with the names of every object in order.
fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.iter().map(|(n, v)| (n.clone(), in_order(v))).collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(list) => Value::Array(list.iter().map(in_order).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The texts of these files.
pub(super) fn sources(loaded: &Loaded, root: &Root, files: &[FileId]) -> Result<Vec<Source>, Trouble> {
    let source = |id: &FileId| {
        let text = loaded.sources.file(*id).map_or("", |f| f.text());
        Ok(Source { name: loaded.name_from(root, *id)?, sha256: sha256(text.as_bytes()) })
    };
    files.iter().map(source).collect()
}
