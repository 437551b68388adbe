//! A report held against every person of a small world.

use super::families::{Family, Said};
use super::people::{Axis, Held, Somebody, axis, count, person};
use super::told::{Asked, Condition, Phrases, condition};
use crate::effect::effect;
use crate::report::{Changed, Compared, Effect, Region, Verdict, Witness};
use crate::{Options, Report, diff};
use accord_core::{Country, Facts, FaultKind, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{Program, Ty, Verified};
use std::fmt;

/// What came of comparing two versions.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Persons, and those of them who are answered otherwise.
    pub(crate) persons: usize,
    pub(crate) differ: usize,
    pub(crate) groups: usize,
    /// Groups of which only some are answered otherwise.
    pub(crate) loose: usize,
    /// What is not true.
    pub(crate) wrong: Vec<String>,
    /// What is not decided, or not shown to be all.
    pub(crate) open: Vec<String>,
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} persons differ, {} groups", self.differ, self.persons, self.groups)?;
        if self.loose > 0 {
            write!(f, ", of {} only some", self.loose)?;
        }
        self.open.iter().try_for_each(|o| write!(f, "; open: {o}"))
    }
}

/// An answer as it is compared.
pub(crate) fn said(program: &Program, outcome: &Outcome) -> Said {
    match outcome {
        Outcome::Value(Value::YesNo(true)) => Said::Yes,
        Outcome::Value(Value::YesNo(false)) => Said::No,
        Outcome::Value(Value::Money(m)) => Said::Cents(m.minor),
        Outcome::Value(Value::Number(n)) if n.value.is_integer() => {
            Said::Whole(n.value.to_integer().try_into().expect("a small number"))
        }
        Outcome::Value(Value::Country(c)) => Said::Word(c.code().to_owned()),
        Outcome::Value(Value::Member(id, n)) => {
            let members = &program.enumeration(*id).expect("words").members;
            Said::Word(members[usize::from(*n)].clone())
        }
        Outcome::Nothing => Said::Nothing,
        Outcome::Gap(_) => Said::Gap,
        Outcome::Conflict(_) => Said::Conflict,
        Outcome::Fault(_) => Said::Fault,
        other => Said::Other(format!("{other:?}")),
    }
}

/// What the interpreter answers.
pub(crate) fn by_interpreter(verified: &Verified, decision: &str, args: &[Value], facts: &Facts) -> Said {
    said(verified.program(), &outcome(verified, decision, args, facts))
}

fn outcome(verified: &Verified, decision: &str, args: &[Value], facts: &Facts) -> Outcome {
    let (_, decision) = verified.program().decision(decision).expect("the decision");
    Interp::new(verified, facts).ask(decision.node, args).outcome
}

/// The arguments a decision is asked with, and the persons it is asked of: each party, where it is about parties.
pub(crate) fn combinations(verified: &Verified, family: &Family) -> Vec<(Vec<Value>, Vec<Axis>)> {
    let (_, decision) = verified.program().decision(family.decides()).expect("the decision");
    if decision.params.iter().all(|p| p.ty != Ty::Country) {
        return vec![(Vec::new(), family.axes.clone())];
    }
    let of = |code: &'static str| {
        let party = Value::Country(Country::parse(code).expect("a State"));
        let mut axes = family.axes.clone();
        axes.push(axis("party", [Held::State(code)]));
        (vec![party], axes)
    };
    ["XA", "XB"].map(of).into()
}

/// Compares two versions of a family, and looks at everybody.
pub(crate) fn judge(family: &Family, old: &Verified, new: &Verified) -> Judged {
    let options = Options { at_most: usize::MAX, ..Options::default() };
    let report = diff(old, new, &options);
    against(family, old, new, &report)
}

/// Holds a report against everybody.
pub(crate) fn against(family: &Family, old: &Verified, new: &Verified, report: &Report) -> Judged {
    let mut judged = Judged::default();
    for (args, axes) in combinations(new, family) {
        let everybody = (0..count(&axes)).map(|number| person(&axes, number));
        let mut one = One { decides: family.decides(), old, new, args: &args, is_all: true, judged: &mut judged };
        one.look(report, everybody);
    }
    judged
}

/// Holds a report of a decision without arguments against some persons.
pub(crate) fn against_some<'a>(
    decides: &str,
    [old, new]: [&Verified; 2],
    report: &Report,
    some: impl Iterator<Item = Somebody<'a>>,
) -> Judged {
    let mut judged = Judged::default();
    One { decides, old, new, args: &[], is_all: false, judged: &mut judged }.look(report, some);
    judged
}

/// One combination of arguments.
struct One<'j> {
    decides: &'j str,
    old: &'j Verified,
    new: &'j Verified,
    args: &'j [Value],
    /// Whether everybody is looked at.
    is_all: bool,
    judged: &'j mut Judged,
}

/// A group as told, with what is told of it.
struct Group<'r> {
    region: &'r Region,
    conditions: Vec<Condition>,
    branches: &'r [String],
}

impl One<'_> {
    fn look<'a>(&mut self, report: &Report, persons: impl Iterator<Item = Somebody<'a>>) {
        let is_about = |c: &&Compared| c.decision == self.decides && c.args.iter().any(|a| a == self.args);
        let told: Vec<&Compared> = report.decisions.iter().filter(is_about).collect();
        if told.is_empty() {
            self.judged.wrong.push(format!("nothing is told of {} {:?}", self.decides, self.args));
        }
        let phrases = phrases(self.new.program());
        let (mut groups, mut whole) = (Vec::new(), Vec::new());
        for compared in &told {
            let is_whole = match &compared.verdict {
                Verdict::Same(_) => true,
                Verdict::Undecided(open) => {
                    self.judged.open.push(format!("undecided: {}", open.why));
                    false
                }
                Verdict::Changed(changed) => {
                    self.judged.open.extend(changed.open.iter().map(|o| o.why.clone()));
                    self.changed(changed, &compared.branches, &phrases, &mut groups);
                    changed.open.is_none() && changed.more == 0
                }
            };
            whole.push((compared.branches.as_slice(), is_whole));
        }
        self.judged.groups += groups.len();
        self.judged.loose += groups.iter().filter(|g| !g.region.each).count();
        let mut shown = vec![0_usize; groups.len()];
        for somebody in persons {
            self.person(&somebody, &groups, &whole, &mut shown);
        }
        for (group, shown) in groups.iter().zip(shown) {
            if shown == 0 && self.is_all {
                let who = who(group.region);
                self.judged.wrong.push(format!("nobody of this world is in the group {who}, {:?}", group.branches));
            }
        }
    }

    /// Groups by themselves: each is read, and its person is in it.
    fn changed<'r>(
        &mut self,
        changed: &'r Changed,
        branches: &'r [String],
        phrases: &Phrases,
        groups: &mut Vec<Group<'r>>,
    ) {
        if changed.regions.is_empty() {
            self.judged.wrong.push("changed for nobody".to_owned());
        }
        for region in &changed.regions {
            let read: Result<Vec<Condition>, String> = region.who.iter().map(|l| condition(phrases, &l.text)).collect();
            let conditions = match read {
                Ok(conditions) => conditions,
                Err(why) => {
                    self.judged.wrong.push(format!("{why}, in {}", who(region)));
                    continue;
                }
            };
            let group = Group { region, conditions, branches };
            self.replayed(&group);
            groups.push(group);
        }
    }

    /// The person of a group, and the one beyond its boundary, asked again.
    fn replayed(&mut self, group: &Group<'_>) {
        let (region, witness) = (group.region, &group.region.witness);
        let [before, after] = self.asked(witness);
        if before != witness.before.outcome || after != witness.after.outcome || !differ(&before, &after) {
            self.judged.wrong.push(format!("{}: a person who is not answered as told", who(region)));
        }
        if effect(self.decides, &before, &after) != region.effect {
            self.judged.wrong.push(format!("{}: {:?} for {before:?} and {after:?}", who(region), region.effect));
        }
        match self.is_in(group, &witness.old_facts, &witness.new_facts) {
            Ok(true) => {}
            Ok(false) => self.judged.wrong.push(format!("{}: its own person is not in it", who(region))),
            Err(why) => self.judged.wrong.push(format!("{}: {why}", who(region))),
        }
        let Some(twin) = &region.twin else { return };
        let [before, after] = self.asked(&twin.person);
        if differ(&before, &after) || twin.person.before.outcome != before {
            self.judged.wrong.push(format!("{}: the neighbour is touched", who(region)));
        }
        match self.is_in(group, &twin.person.old_facts, &twin.person.new_facts) {
            Ok(false) => {}
            Ok(true) => self.judged.wrong.push(format!("{}: the neighbour is in it", who(region))),
            Err(why) => self.judged.wrong.push(format!("{}: {why}", who(region))),
        }
    }

    fn asked(&self, witness: &Witness) -> [Outcome; 2] {
        let name = self.decides;
        [
            outcome(self.old, name, &witness.args, &witness.old_facts),
            outcome(self.new, name, &witness.args, &witness.new_facts),
        ]
    }

    fn is_in(&self, group: &Group<'_>, old: &Facts, new: &Facts) -> Result<bool, String> {
        let asked = Asked::new([self.old, self.new], [old, new]);
        self.holds(group, &asked)
    }

    /// Whether what is told of somebody of this branch is all there is to tell.
    fn is_whole_for(&self, whole: &[(&[String], bool)], asked: &Asked<'_>) -> bool {
        let concerns = |branches: &[String]| Self::is_of(branches, asked).unwrap_or(false);
        whole.iter().filter(|(branches, _)| concerns(branches)).all(|(_, is_whole)| *is_whole)
    }

    fn is_of(branches: &[String], asked: &Asked<'_>) -> Result<bool, String> {
        if branches.is_empty() {
            return Ok(true);
        }
        let branch = asked.named("branch", &[])?;
        Ok(branches.contains(&asked.said(&branch)))
    }

    fn holds(&self, group: &Group<'_>, asked: &Asked<'_>) -> Result<bool, String> {
        if !Self::is_of(group.branches, asked)? {
            return Ok(false);
        }
        for condition in &group.conditions {
            if !asked.holds(condition)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One person, of whom both versions are asked, and each group.
    fn person(
        &mut self,
        somebody: &Somebody<'_>,
        groups: &[Group<'_>],
        whole: &[(&[String], bool)],
        shown: &mut [usize],
    ) {
        if self.judged.wrong.len() > 20 {
            return;
        }
        let [old, new] = [self.old, self.new].map(|v| somebody.facts(v.program()));
        let name = self.decides;
        let before = outcome(self.old, name, self.args, &old);
        let after = outcome(self.new, name, self.args, &new);
        if is_mistaken(&before) || is_mistaken(&after) {
            return;
        }
        let is_touched = differ(&before, &after);
        self.judged.persons += 1;
        self.judged.differ += usize::from(is_touched);
        let asked = Asked::new([self.old, self.new], [&old, &new]);
        let (mut told, mut effects) = (false, Vec::new());
        for (group, shown) in groups.iter().zip(shown) {
            match self.holds(group, &asked) {
                Ok(true) => {
                    *shown += usize::from(is_touched);
                    told = true;
                    effects.push((group.region.effect, group.region.each));
                    if !is_touched && group.region.each {
                        let who = who(group.region);
                        self.judged.wrong.push(format!("{who}: not so of {}: {before:?}", somebody.said()));
                    }
                }
                Ok(false) => {}
                Err(why) => self.judged.wrong.push(format!("{}: {why}", who(group.region))),
            }
        }
        let is_whole = is_touched && self.is_whole_for(whole, &asked);
        if is_whole && !told {
            self.judged.wrong.push(format!("not told of {}: {before:?}, {after:?}", somebody.said()));
        }
        // Of a group of which only some are touched another may be touched otherwise: somebody tells of that, too, once
        // all there is to tell is told.
        let effect = effect(name, &before, &after);
        let is_wrong = effects.iter().any(|(told, each)| *each && *told != effect);
        let is_missing = is_whole && told && !effects.iter().any(|(told, _)| *told == effect);
        if is_touched && (is_wrong || is_missing) {
            self.judged.wrong.push(format!("told {effects:?}, but {effect:?}: {}", somebody.said()));
        }
    }
}

fn who(region: &Region) -> String {
    let each: Vec<&str> = region.who.iter().map(|l| l.text.as_str()).collect();
    format!("{:?}{} [{}]", region.effect, if region.each { "" } else { " of some" }, each.join("; "))
}

/// Mistakes in the facts tell nothing of the texts.
fn is_mistaken(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Fault(f) if matches!(f.kind, FaultKind::OutOfRange | FaultKind::ZeroDivisor))
}

/// Whether two answers are not alike.
pub(crate) fn differ(before: &Outcome, after: &Outcome) -> bool {
    match (before, after) {
        (Outcome::Value(a), Outcome::Value(b)) => a != b,
        (a, b) => std::mem::discriminant(a) != std::mem::discriminant(b),
    }
}

fn phrases(program: &Program) -> Phrases {
    let mut phrases = Phrases::new();
    for fact in &program.facts {
        let Ty::Record(id) = fact.ty else { continue };
        let Some(def) = program.record(id) else { continue };
        for ((name, ty), phrase) in def.fields.iter().zip(&def.phrases) {
            if *ty == Ty::YesNo && !phrase.is_empty() {
                phrases.insert(phrase.clone(), format!("{}.{name}", fact.name));
            }
        }
    }
    phrases
}

/// The other way round: who gains loses.
pub(crate) fn mirrored(effect: Effect) -> Effect {
    match effect {
        Effect::Loss => Effect::Gain,
        Effect::Gain => Effect::Loss,
        Effect::Less => Effect::More,
        Effect::More => Effect::Less,
        Effect::Unsettled => Effect::Settled,
        Effect::Settled => Effect::Unsettled,
        Effect::Other => Effect::Other,
    }
}
