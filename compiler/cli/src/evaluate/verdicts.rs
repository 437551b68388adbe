//! Cases that expect a verdict on a standard or a property: of the person they describe, or of everybody.

use super::{Checked, Evaluator, Ready, provisions};
use accord_analysis::case::{Case, Kept, WantedVerdict};
use accord_core::{Answer, RuleId, Value};
use accord_interp::Interp;
use accord_ir::{NodeId, Requirement, Ty};
use accord_prove::report::Standing;
use accord_prove::standards::{Found, Mark, judge_one, judge_person};

/// Every verdict a case expects, under one evaluator.
pub fn verdicts(ready: &Ready<'_>, case: &Case, evaluator: Evaluator) -> Vec<Checked> {
    if case.verdicts.is_empty() {
        return Vec::new();
    }
    match (evaluator, &ready.jit) {
        (Evaluator::Jit | Evaluator::Columns, Some(jit)) => {
            let mut run = jit.run(ready.verified, &case.facts);
            let mut ask = |node: NodeId, args: &[Value]| run.ask(node, args);
            case.verdicts.iter().map(|w| verdict(ready, case, w, &mut ask)).collect()
        }
        (Evaluator::Interp, _) | (Evaluator::Jit | Evaluator::Columns, None) => {
            let mut interp = Interp::new(ready.verified, &case.facts);
            let mut ask = |node: NodeId, args: &[Value]| interp.ask(node, args);
            case.verdicts.iter().map(|w| verdict(ready, case, w, &mut ask)).collect()
        }
    }
}

fn verdict(
    ready: &Ready<'_>,
    case: &Case,
    wanted: &WantedVerdict,
    ask: &mut dyn FnMut(NodeId, &[Value]) -> Answer,
) -> Checked {
    let program = ready.program();
    let mut found: Vec<Found> = Vec::new();
    for index in wanted.requirements(program) {
        let Some(requirement) = program.requirements.get(index) else { continue };
        let judged = match case.everybody {
            true => judge_one(ready.verified, index),
            false => judge_person(ready.verified, index, &case.facts, ask),
        };
        let owed = |f: &Found| owed_by(requirement, f);
        let of_party = |f: &Found| wanted.party.is_none_or(|party| owed(f) == Some(Value::Country(party)));
        found.extend(judged.into_iter().flat_map(|j| j.found).filter(of_party));
    }
    let mark = found.iter().map(|f| Mark::of(&f.standing)).max().unwrap_or(Mark::DoesNotApply);
    let got = match (wanted.kept, mark) {
        (Kept::Clashes, Mark::Fails) => Kept::Clashes,
        (_, Mark::Holds) => Kept::Holds,
        (_, Mark::Fails) => Kept::Fails,
        (_, Mark::DoesNotApply) => Kept::DoesNotApply,
        (_, Mark::Undecided) => Kept::Undecided,
    };
    let rules: Vec<RuleId> = found.iter().flat_map(|f| f.made_by.iter().copied()).collect();
    let why = found.iter().find_map(|f| match &f.standing {
        Standing::Undecided(open) => Some(open.why.as_str()),
        Standing::Holds(_) | Standing::Fails(_) | Standing::DoesNotApply => None,
    });
    let wrong = (got != wanted.kept).then(|| match why {
        Some(why) if got == Kept::Undecided => why.to_owned(),
        _ => "the verdict is another".to_owned(),
    });
    Checked {
        label: wanted.label(),
        expected: wanted.kept.word().to_owned(),
        got: got.word().to_owned(),
        provisions: provisions(program, &rules),
        wrong,
        span: wanted.span,
    }
}

/// The State that owes something: standards name it first.
fn owed_by(requirement: &Requirement, found: &Found) -> Option<Value> {
    let at = requirement.params.iter().position(|p| p.ty == Ty::Country)?;
    found.args.get(at).cloned()
}
