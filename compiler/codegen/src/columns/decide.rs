//! Decisions: every rule's condition is looked at, stronger ones first; what stands is chosen without branching.
//!
//! How rules are resolved is said at [`accord_ir::Decision::rules`]. What shows only by trying the ways in which open
//! conditions may be settled is tried for one open rule at a time: where one of them would change the result, the
//! result is open. Where every open rule comes to what the others come to, no way of settling them changes anything: in
//! each some open rule stands, and all that stand agree. Where neither is seen, and where rules contradict each other,
//! the general evaluator decides.

use super::data::{Data, Val};
use super::expr::Locals;
use super::row::{Answered, Row};
use super::tag::Tag;
use super::word::{Bit, Word};
use accord_core::{Outcome, RuleId};
use accord_ir::{DecisionId, Rule};
use cranelift_codegen::ir::condcodes::IntCC;
use std::collections::BTreeSet;
use std::sync::Arc;

/// More unsettled rules than this, and the ways of settling them are not tried: as the interpreter has it.
const MOST_UNSETTLED: usize = 8;

/// A rule under consideration.
struct Standing<'p> {
    id: RuleId,
    rule: &'p Rule,
    applies: Bit,
    /// Its condition, where no rule that surely applies beats it.
    open: Bit,
    condition: Tag,
    value: Option<Val>,
}

/// What the rules that apply come to.
struct Joined {
    val: Val,
    /// Whether any applies.
    any: Bit,
    /// Whether two of them may contradict each other.
    disagree: Bit,
    /// The worst of those values that are neither values nor nothing.
    worst: Tag,
}

impl<'p> Row<'p, '_> {
    /// A decision without some of its rules.
    pub fn decide(&mut self, id: DecisionId, left_out: &[RuleId], locals: &Locals) -> Answered {
        let program = self.program;
        let open = Answered { val: Val::open(), rules: Vec::new() };
        let Some(decision) = program.decisions.get(id.0 as usize) else { return open };
        let kept = decision.rules.iter().copied().filter(|r| !left_out.contains(r));
        let mut standing: Vec<Standing<'p>> = Vec::new();
        for id in kept {
            let Some(rule) = program.rule(id) else { return open };
            let no = Bit::Known(false);
            standing.push(Standing { id, rule, applies: no, open: no, condition: Tag::value(), value: None });
        }
        self.take_stands(&mut standing, locals);
        self.evaluate(&mut standing, locals);
        let default = match decision.default {
            Some(default) => self.expr(default, &mut locals.clone()),
            None => {
                let name = Arc::from(decision.name.as_str());
                self.outcome(&Outcome::Gap(BTreeSet::from([name])))
            }
        };
        self.settle(&standing, default)
    }

    /// The conditions, stronger rules first.
    fn take_stands(&mut self, standing: &mut [Standing<'p>], locals: &Locals) {
        let mut order: Vec<usize> = (0..standing.len()).collect();
        order.sort_by_key(|at| standing.get(*at).map_or(0, |s| s.rule.beaten_by.len()));
        for at in order {
            let Some(rule) = standing.get(at).map(|s| s.rule) else { continue };
            let mut beaten = Bit::Known(false);
            for other in standing.iter().filter(|o| rule.beaten_by.contains(&o.id)) {
                beaten = self.code.or(beaten, other.applies);
            }
            if beaten == Bit::Known(true) {
                continue;
            }
            let condition = match rule.condition {
                Some(condition) => self.expr(condition, &mut locals.clone()),
                None => Val::yes_no(true),
            };
            let stands = self.code.not(beaten);
            let unsettled = self.code.is_unsettled(condition.tag);
            let applies = self.code.and(stands, condition.yes());
            let mut open = self.code.and(stands, unsettled);
            if open != Bit::Known(true) && !condition.tag.may(7) && self.code.bail_if(open) {
                open = Bit::Known(false);
            }
            if let Some(slot) = standing.get_mut(at) {
                slot.applies = applies;
                slot.open = open;
                slot.condition = condition.tag;
            }
        }
    }

    /// The values of the rules that may apply.
    fn evaluate(&mut self, standing: &mut [Standing<'p>], locals: &Locals) {
        for one in standing.iter_mut() {
            if one.applies != Bit::Known(false) || one.open != Bit::Known(false) {
                one.value = Some(self.expr(one.rule.value, &mut locals.clone()));
            }
        }
    }

    fn settle(&mut self, standing: &[Standing<'p>], default: Val) -> Answered {
        let result = self.join(standing);
        let mut val = match result.any {
            Bit::Known(true) => result.val.clone(),
            _ => self.code.select_val(result.any, &result.val, &default),
        };
        let contradicts = self.code.and(result.any, result.disagree);
        let open = Tag::open();
        let worst = self.code.worst(result.worst, Tag::value());
        let tag = self.code.unless(Tag::value(), contradicts, open);
        // A value that is neither a value nor nothing goes before a contradiction.
        let is_fine = self.code.is_value(worst);
        let stop = self.code.select_tag(is_fine, tag, worst);
        val = self.code.behind(stop, &val);
        let mut rules: Vec<(RuleId, Bit)> = standing.iter().map(|s| (s.id, s.applies)).collect();
        let any_open = standing.iter().fold(Bit::Known(false), |any, s| self.code.or(any, s.open));
        if any_open != Bit::Known(false) {
            let (tag, unchanged) = self.undecided(standing, &val);
            let changed = self.code.not(unchanged);
            let undecided = self.code.and(any_open, changed);
            let stop = self.code.select_tag(undecided, tag, Tag::value());
            val = self.code.behind(stop, &val);
            let sure = self.code.not(undecided);
            for (_, applies) in &mut rules {
                *applies = self.code.and(*applies, sure);
            }
        }
        Answered { val, rules }
    }

    /// What the rules that apply give together, the first in the order of the text. Of two of which one beats the other
    /// only one applies.
    fn join(&mut self, standing: &[Standing<'p>]) -> Joined {
        let mut joined = Joined {
            val: Val::new(Tag::value(), Data::Void),
            any: Bit::Known(false),
            disagree: Bit::Known(false),
            worst: Tag::value(),
        };
        let applying: Vec<&Standing<'p>> = standing.iter().filter(|s| s.applies != Bit::Known(false)).collect();
        for (at, one) in applying.iter().enumerate() {
            let Some(value) = &one.value else { continue };
            let unsettled = self.code.only_unsettled(value.tag);
            let mine = self.code.select_tag(one.applies, unsettled, Tag::value());
            joined.worst = self.code.worst(joined.worst, mine);
            for other in applying.iter().take(at) {
                let excludes = |a: &Standing<'p>, b: &Standing<'p>| a.rule.beaten_by.contains(&b.id);
                let Some(earlier) = other.value.as_ref().filter(|_| !excludes(one, other) && !excludes(other, one))
                else {
                    continue;
                };
                let both = self.code.and(other.applies, one.applies);
                let (same, _) = self.code.same(earlier, value);
                let differ = self.code.not(same);
                let differ = self.code.and(both, differ);
                joined.disagree = self.code.or(joined.disagree, differ);
            }
            joined.val = match joined.any {
                Bit::Known(false) => value.clone(),
                any => self.code.select_val(any, &joined.val, value),
            };
            joined.any = self.code.or(joined.any, one.applies);
        }
        joined
    }

    /// The outcome where conditions are open: the worst of them if one of the ways of settling them gives another
    /// result than the plainest, else left to the general evaluator; and whether none of them does.
    fn undecided(&mut self, standing: &[Standing<'p>], plainest: &Val) -> (Tag, Bit) {
        let mut worst = Tag::value();
        let mut changes = Bit::Known(false);
        let open: Vec<&Standing<'p>> = standing.iter().filter(|s| s.open != Bit::Known(false)).collect();
        // Of more than these the ways of settling them are not tried.
        let mut unchanged = Bit::Known(open.len() <= MOST_UNSETTLED);
        for one in open {
            let tag = self.code.select_tag(one.open, one.condition, Tag::value());
            worst = self.code.worst(worst, tag);
            let Some(value) = &one.value else {
                unchanged = Bit::Known(false);
                continue;
            };
            // With this rule alone added: where the others come to a value or nothing they agree, and with another result
            // beside it they no longer do. Else no other may survive that it does not beat.
            let mut alone = one.open;
            for other in standing.iter().filter(|o| !o.rule.beaten_by.contains(&one.id) && o.id != one.id) {
                let absent = self.code.not(other.applies);
                alone = self.code.and(alone, absent);
            }
            let (same, known) = self.code.same(value, plainest);
            let clear = self.are_clear(value, plainest);
            let sure = self.code.and(known, clear);
            let differ = self.code.not(same);
            let differ = self.code.and(sure, differ);
            let unsettled = self.code.is_unsettled(plainest.tag);
            let agreed = self.code.not(unsettled);
            let agreed = self.code.and(agreed, one.open);
            let counts = self.code.or(alone, agreed);
            let differs = self.code.and(counts, differ);
            changes = self.code.or(changes, differs);
            let is_same = match value.data {
                // How a number was written is part of it.
                Data::Number(..) => Bit::Known(false),
                _ => self.code.and(sure, same),
            };
            // A condition that native code does not know may well be settled.
            let unknown = self.code.is_open(one.condition);
            let known = self.code.not(unknown);
            let is_same = self.code.and(known, is_same);
            let settled = self.code.not(one.open);
            let is_same = self.code.or(settled, is_same);
            unchanged = self.code.and(unchanged, is_same);
        }
        (self.code.select_tag(changes, worst, Tag::open()), unchanged)
    }

    /// Whether both of two results are known, and are no two referrals of coinciding periods: these may be about the same
    /// days or not.
    fn are_clear(&mut self, value: &Val, plainest: &Val) -> Bit {
        let vague = self.names.bit(super::COINCIDING).unwrap_or(0);
        let mut clear = Bit::Known(true);
        let mut both_vague = Bit::Known(value.tag.may(3) && plainest.tag.may(3));
        for val in [value, plainest] {
            let open = self.code.is_open(val.tag);
            let closed = self.code.not(open);
            clear = self.code.and(clear, closed);
            if both_vague != Bit::Known(false) {
                let word = self.code.number_of(val.tag);
                let named = self.code.band(word, Word::Known(vague));
                let vague = self.code.test(IntCC::NotEqual, named, Word::Known(0));
                both_vague = self.code.and(both_vague, vague);
            }
        }
        let distinct = self.code.not(both_vague);
        self.code.and(clear, distinct)
    }
}
