//! Decisions made up by chance, against the words of `Decision::rules` followed literally.

use super::build::{Build, fault, missing, number};
use crate::jit::every;
use crate::{Effort, Jit};
use accord_core::{Answer, Facts, FaultKind, HostFn, Outcome, RuleId};
use accord_ir::{ExprId, NodeId, Ty};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers that look random and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A rule as the literal reading sees it.
struct Known {
    id: RuleId,
    condition: Outcome,
    value: Outcome,
    beaten_by: BTreeSet<RuleId>,
}

/// The survivors among rules that apply.
fn survivors<'r>(rules: &'r [Known], applying: &BTreeSet<RuleId>) -> Vec<&'r Known> {
    let applies = rules.iter().filter(|r| applying.contains(&r.id));
    applies.filter(|r| r.beaten_by.is_disjoint(applying)).collect()
}

/// The answer of one way.
fn way(rules: &[Known], applying: &BTreeSet<RuleId>, default: &Outcome) -> Answer {
    let survivors = survivors(rules, applying);
    let named: Vec<RuleId> = survivors.iter().map(|r| r.id).collect();
    let bad: Vec<Outcome> = survivors.iter().map(|r| r.value.clone()).filter(|v| v.rank() > 1).collect();
    let outcome = if survivors.is_empty() {
        default.clone()
    } else if !bad.is_empty() {
        bad.into_iter().reduce(Outcome::worst).unwrap()
    } else if survivors.iter().all(|r| r.value == survivors[0].value) {
        survivors[0].value.clone()
    } else {
        Outcome::Conflict(named.iter().copied().collect())
    };
    Answer { outcome, rules: named }
}

fn expected(rules: &[Known], default: &Outcome) -> Answer {
    let yes = Outcome::yes_no(true);
    let sure: BTreeSet<RuleId> = rules.iter().filter(|r| r.condition == yes).map(|r| r.id).collect();
    let settled = |r: &Known| r.condition.truth().is_some() || r.condition == Outcome::Nothing;
    let open: Vec<&Known> = rules.iter().filter(|r| !settled(r) && r.beaten_by.is_disjoint(&sure)).collect();
    let worst = open.iter().map(|r| r.condition.clone()).reduce(Outcome::worst);
    if open.len() > 8 {
        return Answer { outcome: worst.unwrap(), rules: Vec::new() };
    }
    let ways: Vec<Answer> = (0..1_u32 << open.len())
        .map(|choice| {
            let chosen = open.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1).map(|(_, r)| r.id);
            way(rules, &sure.iter().copied().chain(chosen).collect(), default)
        })
        .collect();
    if ways.iter().all(|w| w.outcome == ways[0].outcome) {
        return ways[0].clone();
    }
    Answer { outcome: worst.unwrap(), rules: Vec::new() }
}

fn condition(chance: &mut Chance, unsettled_in_ten: u64) -> Outcome {
    if chance.below(10) < unsettled_in_ten {
        return match chance.below(4) {
            0 => Outcome::refer("x"),
            1 => fault(FaultKind::Overflow),
            n => missing(["a", "b"][usize::try_from(n - 2).unwrap()]),
        };
    }
    [Outcome::yes_no(true), Outcome::yes_no(false), Outcome::Nothing][usize::try_from(chance.below(3)).unwrap()].clone()
}

fn value(chance: &mut Chance) -> Outcome {
    match chance.below(12) {
        0 => Outcome::Nothing,
        1 => missing("v"),
        2 => Outcome::refer("v"),
        n => number(i64::try_from(n % 2).unwrap()),
    }
}

/// An expression for an outcome, sometimes one that needs a function of its own.
fn expr(build: &mut Build, chance: &mut Chance, outcome: &Outcome, ty: Ty) -> ExprId {
    let of = build.of(outcome.clone());
    if chance.below(2) == 0 {
        return of;
    }
    let (one, other) = (build.number(1), build.number(2));
    let less = build.host(HostFn::Less, &[one, other], Ty::YesNo);
    let otherwise = build.of(outcome.clone());
    let choice = build.choose(less, of, otherwise);
    build.program.exprs[choice.0 as usize].ty = ty;
    choice
}

fn made_up(build: &mut Build, chance: &mut Chance) -> (NodeId, Answer) {
    let default = value(chance);
    let of_default = build.of(default.clone());
    let decision = build.decision("made_up", &[], Ty::Number, Some(of_default));
    let count = [1, 2, 3, 5, 8, 13, 70][usize::try_from(chance.below(7)).unwrap()];
    let (unsettled, dense) = (chance.below(6), chance.below(5) + 1);
    // A random order of strength; a stronger rule may beat a weaker one, and then what beats it does so too.
    let mut strength: Vec<u64> = (0..count).map(|at| chance.below(1 << 20) << 8 | at).collect();
    let first = build.program.rules.len();
    let id = |at: usize| RuleId(u32::try_from(first + at).unwrap());
    let mut by_strength: Vec<usize> = (0..strength.len()).collect();
    by_strength.sort_by_key(|at| std::mem::take(&mut strength[*at]));
    let mut beaten_by: BTreeMap<usize, BTreeSet<RuleId>> = BTreeMap::new();
    for (rank, at) in by_strength.iter().enumerate() {
        let mut all = BTreeSet::new();
        for stronger in &by_strength[..rank] {
            if chance.below(10) < dense {
                all.insert(id(*stronger));
                all.extend(beaten_by.get(stronger).into_iter().flatten().copied());
            }
        }
        beaten_by.insert(*at, all);
    }
    let mut rules = Vec::new();
    for (at, beaten_by) in beaten_by {
        let (condition, value) = (condition(chance, unsettled), value(chance));
        let always = condition == Outcome::yes_no(true) && chance.below(2) == 0;
        let when = if always { None } else { Some(expr(build, chance, &condition, Ty::YesNo)) };
        let then = expr(build, chance, &value, Ty::Number);
        let superiors: Vec<RuleId> = beaten_by.iter().copied().collect();
        assert_eq!(build.rule(decision, when, then, &superiors), id(at));
        rules.push(Known { id: id(at), condition, value, beaten_by });
    }
    (build.node_of(decision), expected(&rules, &default))
}

#[test]
fn decisions_made_up_by_chance() {
    let (mut build, mut chance) = (Build::new(), Chance(883));
    let made: Vec<_> = (0..600).map(|_| made_up(&mut build, &mut chance)).collect();
    let (program, facts) = (build.verified(), Facts::default());
    // With every node asked, and with decisions alone, for which what is used once stands where it is used.
    let decided = program.program().asked();
    for (nodes, effort) in
        [(every(&program), Effort::Plain), (every(&program), Effort::Optimised), (decided, Effort::Plain)]
    {
        let jit = Jit::compile_for(&program, &nodes, effort).unwrap();
        let mut run = jit.run(&program, &facts);
        for (node, answer) in &made {
            assert_eq!(run.ask(*node, &[]), *answer, "node {}", node.0);
        }
    }
    // Chance has met every kind of result, with and without rules named.
    let words: BTreeSet<(&str, bool)> = made.iter().map(|(_, a)| (a.outcome.word(), a.rules.is_empty())).collect();
    for word in ["value", "nothing", "undetermined", "refer"] {
        assert!(words.contains(&(word, true)) && words.contains(&(word, false)), "{word}: {words:?}");
    }
    assert!(words.contains(&("conflict", false)) && words.contains(&("fault", true)), "{words:?}");
}
