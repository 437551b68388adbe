//! Every person that is shown, as a case of both versions: `accord run` gives what the comparison said.

use super::json::effect;
use super::told::asked;
use super::{Pair, Version};
use crate::output::{Readers, replace};
use crate::trouble::Trouble;
use accord_analysis::case;
use accord_core::{Facts, Outcome, Value};
use accord_ir::{DecisionId, Program};
use accord_prove::Report;
use accord_prove::report::{Region, Verdict, Witness};
use accord_source::{Diagnostics, FileId};
use serde_json::Value as Json;
use std::path::Path;

/// Which version a case is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The version before.
    Old,
    /// The version after.
    New,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Side::Old => "before",
            Side::New => "after",
        }
    }
}

/// A person as a case of one version, with what that version answers; the name says what it shows.
pub fn written(version: &Version<'_>, decision: &str, witness: &Witness, side: Side, remark: &str) -> String {
    let program = version.verified.program();
    let (facts, answer) = match side {
        Side::Old => (&witness.old_facts, &witness.before),
        Side::New => (&witness.new_facts, &witness.after),
    };
    let name = format!("{}{remark}, {}", asked(program, decision, &witness.args), side.word());
    let facts = version.beyond.own(version.verified, facts);
    case_of(program, decision, &name, &facts, &witness.args, &answer.outcome)
}

/// A person as a case that expects one answer.
pub fn case_of(
    program: &Program,
    decision: &str,
    name: &str,
    facts: &Facts,
    args: &[Value],
    outcome: &Outcome,
) -> String {
    let id = program.decision(decision).map(|(id, _)| id);
    let answers: Vec<_> = id.map(|id| (id, args.to_vec(), outcome.clone())).into_iter().collect();
    case::write(program, question_of(program, id), name, facts, &answers)
}

/// A written case as JSON.
pub fn case_json(text: &str) -> Json {
    let tree = accord_syntax::parse(FileId(0), text, &mut Diagnostics::default());
    tree.items.first().map_or(Json::Null, case::ast_to_json)
}

/// The question that asks for a decision.
fn question_of(program: &Program, decision: Option<DecisionId>) -> &str {
    let asking = program.questions.iter().find(|q| decision.is_some_and(|id| q.decides.contains(&id)));
    asking.or_else(|| program.questions.first()).map_or("benefit", |q| q.name.as_str())
}

/// Writes the cases into a folder, which is made where it is not there; how many files.
pub fn write_all(pair: &Pair<'_>, report: &Report, folder: &Path) -> Result<usize, Trouble> {
    std::fs::create_dir_all(folder).map_err(|e| Trouble::io("make the folder", folder, &e))?;
    let changed = report.decisions.iter().filter_map(|c| match &c.verdict {
        Verdict::Changed(changed) => Some(changed.regions.iter().map(|r| (c.decision.as_str(), r))),
        Verdict::Same(_) | Verdict::Undecided(_) => None,
    });
    let mut files = 0;
    for (at, (decision, region)) in changed.flatten().enumerate() {
        let stem = format!("{:02}-{}", at + 1, stem(pair, decision, region));
        files += write_one(pair, decision, &region.witness, folder, &stem, "")?;
        if let Some(twin) = &region.twin {
            let remark = format!(" where {}", twin.differs);
            files += write_one(pair, decision, &twin.person, folder, &format!("{stem}-neighbour"), &remark)?;
        }
    }
    Ok(files)
}

fn write_one(
    pair: &Pair<'_>,
    decision: &str,
    person: &Witness,
    folder: &Path,
    stem: &str,
    remark: &str,
) -> Result<usize, Trouble> {
    for (side, version) in [(Side::Old, &pair.old), (Side::New, &pair.new)] {
        let text = written(version, decision, person, side, remark);
        let file = folder.join(format!("{stem}.{}.accord", side.word()));
        replace(&file, text.as_bytes(), Readers::Any)?;
    }
    Ok(2)
}

/// `payable-NL-loss`: only letters, digits and marks that every file system takes.
fn stem(pair: &Pair<'_>, decision: &str, region: &Region) -> String {
    let asked = asked(pair.new.verified.program(), decision, &region.witness.args);
    let plain: String = asked.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|w| !w.is_empty()).collect();
    format!("{}-{}", words.join("-"), effect(region.effect))
}
