//! What is known of facts by their names: whom they are asked of, and what is plausible.

use super::claim::{Branch, Claim, Figures};
use super::stream::Stream;
use super::work::{Act, Work};
use super::world::{State, States, World};
use accord_core::Unit;

/// What a cell is to hold, before it is written as the column wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Datum {
    Yes(bool),
    Day(i32),
    /// Euro cents, to become what is usual in the column's currency.
    Cents(i64),
    /// A member by its position.
    Member(u16),
    /// A member by its name.
    Name(&'static str),
    State(State),
    States(States),
    Whole(i64),
    Percent(i64),
    /// A length of so many months, to be written in the column's unit.
    Months(i64),
    Unit(Unit),
    /// What the column has in every row.
    Fixed,
    /// A name with a number.
    Numbered(&'static str, u32),
    /// A figure with the parties it speaks of.
    Figure(States, i64),
    /// A list of so many records.
    Items(usize),
}

/// What a fact is told from.
pub(super) struct Row<'a> {
    pub claim: &'a Claim,
    pub work: &'a Work,
    pub world: &'a World,
    /// For a fact of a party.
    pub figures: Option<&'a Figures>,
    /// Which record of a list.
    pub item: usize,
}

impl Row<'_> {
    fn act(&self) -> Option<&Act> {
        self.work.acts.get(self.item)
    }

    /// The party of the last period.
    fn last(&self) -> State {
        self.claim.record.last().map_or(self.claim.home, |p| p.party)
    }
}

/// What a fact is in a row; `None` is null.
pub(super) type Tell = fn(&Row<'_>, &mut Stream) -> Option<Datum>;

/// A fact whose name is known: for which branches it is told (none: for all), and what it is.
pub(super) type Known = (&'static str, &'static [Branch], Tell);

const ANY: &[Branch] = &[];

fn yes(stream: &mut Stream, percent: u32) -> Option<Datum> {
    Some(Datum::Yes(stream.percent(percent)))
}

/// Facts of the questions.
pub(super) const FACTS: &[Known] = &[
    ("person.born", ANY, |r, _| Some(Datum::Day(r.claim.born))),
    ("person.nationalities", ANY, |r, _| Some(Datum::States(r.claim.nationalities))),
    ("person.residence", ANY, |r, _| Some(Datum::State(r.claim.residence))),
    ("person.refugee", ANY, |_, s| yes(s, 1)),
    ("person.stateless", ANY, |_, s| Some(Datum::Yes(s.per_mille(3)))),
    ("person.relation", &[Branch::Survivors, Branch::Family], |r, _| {
        Some(Datum::Name(if r.claim.branch == Branch::Survivors { "survivor" } else { "family_member" }))
    }),
    ("person.status", ANY, |_, s| s.per_mille(5).then_some(Datum::Name("diplomat"))),
    ("person.drawing", ANY, |_, s| s.percent(2).then_some(Datum::Items(1))),
    ("person.drawing.party", ANY, |r, _| Some(Datum::State(r.last()))),
    ("person.maintained", ANY, |r, s| {
        yes(s, if matches!(r.claim.branch, Branch::Survivors | Branch::Family) { 60 } else { 0 })
    }),
    ("claim.benefit", ANY, |r, _| Some(Datum::Member(r.claim.benefit))),
    ("claim.financing", ANY, |_, s| {
        Some(Datum::Name(match s.below(100) {
            0..95 => "contributory",
            95..98 => "non_contributory",
            98 => "means_tested",
            _ => "transitional",
        }))
    }),
    ("claim.start", ANY, |r, _| Some(Datum::Day(r.claim.start))),
    ("claim.event", ANY, |r, _| Some(Datum::Day(r.claim.event))),
    ("claim.made_on", ANY, |r, _| Some(Datum::Day(r.claim.made_on))),
    ("claim.insured_born", &[Branch::Survivors], |r, _| Some(Datum::Day(r.claim.insured_born))),
    ("claim.insured_under", ANY, |r, _| Some(Datum::States(r.claim.insured_under))),
    ("claim.insured_nationalities", &[Branch::Survivors, Branch::Family], |r, _| {
        Some(Datum::States(r.claim.insured_nationalities))
    }),
    ("claim.paying_nationals", ANY, |r, s| {
        let third = usize::from(r.claim.residence) >= r.world.parties;
        Some(Datum::States(if third && s.percent(60) { r.claim.concerned } else { States::default() }))
    }),
    ("claim.competent", &[Branch::Sickness, Branch::Unemployment, Branch::Family], |r, _| Some(Datum::State(r.last()))),
    ("claim.staying", &[Branch::Sickness], |r, s| {
        s.percent(50).then(|| Datum::State(r.world.any_party(s, States::one(r.claim.residence))))
    }),
    ("claim.urgent", &[Branch::Sickness], |_, s| if s.percent(50) { yes(s, 50) } else { None }),
    ("claim.authorised_move", &[Branch::Sickness], |_, s| if s.percent(20) { yes(s, 80) } else { None }),
    ("claim.admitted_to_work", &[Branch::Unemployment], |_, s| yes(s, 95)),
    ("claim.child_residence", &[Branch::Family], |r, s| {
        Some(Datum::State(if s.percent(70) { r.claim.home } else { r.claim.residence }))
    }),
    ("claim.child_due_in", &[Branch::Family], |r, s| {
        Some(Datum::States(if s.percent(30) { r.claim.concerned } else { States::default() }))
    }),
    ("claim.deferred", &[Branch::OldAge], |r, s| s.percent(1).then(|| Datum::States(States::one(r.last())))),
    ("claim.reducing", ANY, |_, s| s.percent(1).then(|| Datum::Whole(i64::from(s.between(1, 3))))),
    ("claim.residence_rule.asked", ANY, |_, s| Some(Datum::Months(12 * i64::from(s.between(3, 15))))),
    ("claim.residence_rule.just_before", ANY, |_, s| Some(Datum::Months(12 * i64::from(s.between(1, 3))))),
    ("claim.residence_rule.counted_from", ANY, |_, _| Some(Datum::Months(12 * 16))),
    ("activities", ANY, |r, _| Some(Datum::Items(r.work.acts.len()))),
    ("activities.party", ANY, |r, _| Some(Datum::State(r.act()?.party))),
    ("activities.status", ANY, |r, _| Some(Datum::Name(r.act()?.status))),
    ("activities.employer", ANY, |r, _| Some(Datum::State(r.act()?.employer))),
    ("activities.start", ANY, |r, _| Some(Datum::Day(r.act()?.start))),
    ("activities.share", ANY, |r, _| Some(Datum::Percent(r.act()?.share))),
    ("activities.undertaking", ANY, |_, s| Some(Datum::Numbered("undertaking", s.below(10_000)))),
    ("activities.transport", ANY, |_, s| s.percent(5).then_some(Datum::Yes(true))),
    ("activities.branch_office", ANY, |r, s| if s.percent(3) { Some(Datum::State(r.act()?.party)) } else { None }),
    ("activities.mission", ANY, |r, _| {
        let act = r.act()?;
        matches!(act.status, "mission_staff" | "private_servant").then_some(Datum::State(r.claim.home))
    }),
    ("activities.astride", ANY, |_, _| None),
    ("activities.mainly_here", ANY, |_, s| if s.percent(10) { yes(s, 50) } else { None }),
    ("activities.flag", ANY, |r, _| (r.act()?.status == "crew").then_some(Datum::State(r.act()?.party))),
    ("activities.payer", ANY, |r, _| (r.act()?.status == "crew").then_some(Datum::State(r.act()?.employer))),
    ("activities.home_base", ANY, |r, _| (r.act()?.status == "aircrew").then_some(Datum::State(r.act()?.party))),
    ("posting.sent_by", ANY, |r, _| Some(Datum::State(r.work.sent_by))),
    ("posting.normal_employer", ANY, |_, s| yes(s, 95)),
    ("posting.determined_work", ANY, |_, s| yes(s, 93)),
    ("posting.replaces", ANY, |_, s| yes(s, 6)),
    ("posting.start", ANY, |r, _| Some(Datum::Day(r.work.start))),
    ("posting.foreseen", ANY, |r, _| Some(Datum::Day(r.work.foreseen))),
    ("posting.until", ANY, |r, _| Some(Datum::Day(r.work.until))),
    ("posting.unforeseeable", ANY, |r, s| yes(s, if r.work.overran() { 80 } else { 0 })),
    ("posting.consent", ANY, |r, _| Some(Datum::Name(r.work.consent))),
    ("posting.active_there", ANY, |_, s| yes(s, 95)),
    ("posting.insured_before", ANY, |_, s| yes(s, 95)),
    ("option.chosen_on", ANY, |r, s| Some(Datum::Day(r.work.start + s.between(0, 90)))),
    ("option.first_time", ANY, |_, s| yes(s, 95)),
    ("agreed.first", ANY, |r, _| Some(Datum::Day(r.work.start))),
    ("agreed.last", ANY, |r, _| Some(Datum::Day(r.work.until))),
];

/// Facts that legislations declare, by their names whatever the party.
pub(super) const GIVEN: &[Known] = &[
    ("requires", ANY, |r, _| r.figures?.requires.map(Datum::Months)),
    ("entitled", ANY, |r, _| r.figures.filter(|f| f.requires.is_none()).map(|f| Datum::Yes(f.entitled))),
    ("entitled_alone", ANY, |r, _| r.figures.filter(|f| f.requires.is_none()).map(|f| Datum::Yes(f.entitled_alone))),
    ("entitled_without", ANY, |r, _| r.figures.filter(|f| f.requires.is_none()).map(|f| Datum::Yes(f.entitled))),
    ("alone", ANY, |r, _| r.figures.filter(|f| f.entitled_alone).map(|f| Datum::Cents(f.alone))),
    ("all", ANY, |r, _| r.figures.filter(|f| f.entitled).map(|f| Datum::Cents(f.all))),
    ("without", ANY, |r, _| r.figures?.without.map(|(party, cents)| Datum::Figure(States::one(party), cents))),
    ("full_career", ANY, |_, s| s.percent(3).then_some(Datum::Months(480))),
    ("minimum", ANY, |r, s| if s.percent(3) { Some(Datum::Cents(r.figures?.all / 2)) } else { None }),
    ("type_a", &[Branch::Invalidity], |_, s| yes(s, 15)),
    ("unit", ANY, |r, _| Some(Datum::Unit(r.figures?.unit))),
    ("cents", ANY, |_, _| Some(Datum::Fixed)),
    ("incapable", &[Branch::Invalidity], |_, s| yes(s, 97)),
    ("wao", &[Branch::Invalidity], |r, _| Some(Datum::Cents(r.figures?.full))),
    ("aaw", &[Branch::Invalidity], |r, _| Some(Datum::Cents(r.figures?.full * 8 / 10))),
    ("qualifies", &[Branch::Survivors], |_, s| yes(s, 95)),
    ("rate", &[Branch::Survivors], |r, _| Some(Datum::Cents(r.figures?.full * 7 / 10))),
    ("required", ANY, |r, _| Some(Datum::Months(r.figures?.threshold))),
    ("accrued", ANY, |r, _| Some(Datum::Cents(r.figures?.alone))),
    ("theoretical", ANY, |r, _| Some(Datum::Cents(r.figures?.all))),
    ("average_income", ANY, |r, _| Some(Datum::Cents(r.figures?.full * 12))),
    ("years_since_entry", ANY, |r, _| {
        let first = r.claim.record.first()?;
        Some(Datum::Whole(i64::from((r.claim.start - first.from) / 365).max(1)))
    }),
    ("adult_increase", ANY, |_, s| s.percent(10).then_some(Datum::Cents(15_000))),
];

/// A record that may be left out: in how many rows of a hundred it is there, for which branches, and how many days
/// after the event the dates in it begin.
pub(super) type Group = (&'static str, &'static [Branch], u32, i32);

/// Records whose names are known.
pub(super) const GROUPS: &[Group] = &[
    ("claim.missing", &[Branch::OldAge], 1, -6_000),
    ("claim.residence_rule", ANY, 1, 0),
    ("claim.job_search", &[Branch::Unemployment], 20, 30),
    ("posting", ANY, 40, 0),
    ("option", ANY, 1, 0),
    ("agreed", ANY, 3, 0),
    ("inactive", ANY, 2, 0),
];

/// Any other.
pub(super) const OTHER_GROUP: Group = ("", ANY, 2, 0);

/// Whether a fact is told for one of these branches.
pub(super) fn told(of: &[Branch], mut branches: impl Iterator<Item = Branch>) -> bool {
    of.is_empty() || branches.any(|b| of.contains(&b))
}

/// A fact by its name.
pub(super) fn known(table: &'static [Known], name: &str) -> Option<&'static Known> {
    table.iter().find(|(known, ..)| *known == name)
}
