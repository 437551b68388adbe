//! That a result never falls while a length grows, by the form of the text.
//!
//! Two persons are put side by side who are alike but for what grows: what the periods of the others come to is the
//! same for both, and so is every figure; amounts and lengths are not below zero. They are told apart by every limit
//! either of them may be on another side of, and in each group the result of the one with less is shown to be at most
//! that of the other: every rounding keeps the order, a product of quantities that are not below zero keeps it, and
//! the rest is an inequality between sums of products ([`crate::inequality`]). Where two ways of rounding meet, what
//! they can differ by is counted against what is borne.

use crate::inequality::{Fraction, Sum};
use crate::lowers::{figure, inside};
use crate::path::{Choice, Measure, Path};
use crate::report::Proof;
use crate::split::{Space, Split};
use crate::standing::Engine;
use crate::term::{Arena, NOTHING, Shape, Side, Sort, Term, VALUE};
use accord_core::{Country, Grain, HostFn, Length, Mode, Outcome, Ratio, Remainder, Rounding, Unit, Value, ratio};
use std::collections::{BTreeMap, BTreeSet};

/// Groups told apart at most.
const MOST_GROUPS: u64 = 6_000;
/// Terms looked at at most.
const BUDGET: u64 = 400_000;

/// What grows is this variable for the one with less, the next for the one with more; then what the others' periods
/// come to; then whether the one with more has periods in the State at all.
const LESS: u32 = 12;
const MORE: u32 = 13;
const REST: u32 = 14;
const THERE: u32 = 15;

/// The proof, or why there is none.
pub(crate) fn proof(
    engine: &mut Engine<'_>,
    base: &Path,
    terms: [Term; 3],
    tolerance: Option<&Value>,
    args: &[Value],
) -> Result<Proof, String> {
    let tolerance = tolerance.and_then(|t| figure(&Outcome::Value(t.clone()))).unwrap_or_default();
    let states: BTreeSet<Country> =
        args.iter().filter_map(|v| if let Value::Country(c) = v { Some(*c) } else { None }).collect();
    engine.space.budget = BUDGET;
    let mut side_by_side = SideBySide { space: &mut engine.space, tolerance, states, groups: 0, unit: None };
    side_by_side.measured(base, terms)?;
    Ok(Proof::Cases(side_by_side.groups))
}

/// Two persons put side by side.
struct SideBySide<'s, 'w> {
    space: &'s mut Space<'w>,
    tolerance: Ratio,
    states: BTreeSet<Country>,
    groups: u64,
    /// The unit of what grows, where it is a length.
    unit: Option<Unit>,
}

/// What is asked of both: whether they are asked about, and the result; of the one with less, of the one with more.
#[derive(Clone, Copy)]
struct Both {
    when: [Term; 2],
    value: [Term; 2],
}

impl SideBySide<'_, '_> {
    fn count(&mut self) -> Result<(), String> {
        self.groups += 1;
        if self.groups > MOST_GROUPS || self.space.budget == 0 {
            return Err("there are more cases to tell apart than were looked at".to_owned());
        }
        Ok(())
    }

    /// Tells persons apart until it is plain what grows.
    fn measured(&mut self, path: &Path, [when, value, measure]: [Term; 3]) -> Result<(), String> {
        self.count()?;
        let measure = self.space.reduce(path, measure);
        let grows = self.grows(measure);
        let is_settled = grows.is_some() || self.space.arena.known(measure).is_some();
        let is_record = |t: &Term| self.space.arena.sort(*t) == Sort::Periods;
        if is_settled && path.assumed.iter().any(|(t, _)| inside(&self.space.arena, &[*t]).iter().any(is_record)) {
            return Err("what grows depends on the record in more than one way".to_owned());
        }
        if let Some(grows) = grows {
            self.states.extend(grows.party);
            self.unit = grows.whole.and_then(|(_, unit)| match self.space.arena.known_value(unit) {
                Some(Value::Unit(unit)) => Some(unit),
                _ => None,
            });
            let (when, value) = (self.space.reduce(path, when), self.space.reduce(path, value));
            let both = self.put_side_by_side(&grows, when, value)?;
            return self.compare(path, both);
        }
        if is_settled {
            // What is the same for both, or is no length, does not grow.
            return Ok(());
        }
        let split = self.space.pick(path, measure).filter(|(atom, _)| !path.is_assumed(*atom));
        let Some((atom, choices)) = split else {
            return Err("what grows is neither a State's part of all periods nor an amount".to_owned());
        };
        for next in self.ways(path, atom, choices) {
            self.measured(&next, [when, value, measure])?;
        }
        Ok(())
    }

    fn ways(&self, path: &Path, atom: Term, choices: Vec<Choice>) -> Vec<Path> {
        let with = |choice| path.with(&self.space.arena, self.space.world, atom, choice);
        choices.into_iter().filter_map(with).collect()
    }

    /// What grows, as far as it is understood.
    fn grows(&self, measure: Term) -> Option<Grows> {
        let arena = &self.space.arena;
        match &*arena.shape(measure) {
            Shape::Fact(_) | Shape::Given(..) | Shape::Host(HostFn::Field, ..) => {
                let is_amount = arena.sort(measure) == Sort::Money && arena.may(measure) == VALUE;
                is_amount.then_some(Grows { measure, whole: None, party: None })
            }
            Shape::Host(HostFn::LengthOf, operands, _) => {
                let [of, unit] = operands.as_slice() else { return None };
                let _ = arena.known(*unit)?;
                let Shape::Host(HostFn::Part, parts, _) = &*arena.shape(*of) else { return None };
                let [party, periods] = parts.as_slice() else { return None };
                let Some(Value::Country(country)) = arena.known_value(*party) else { return None };
                let Shape::Host(HostFn::Totalise, ..) = &*arena.shape(*periods) else { return None };
                Some(Grows { measure, whole: Some((*periods, *unit)), party: Some(country) })
            }
            _ => None,
        }
    }

    /// The questions of one person as those of two.
    fn put_side_by_side(&mut self, grows: &Grows, when: Term, value: Term) -> Result<Both, String> {
        let sort = self.space.arena.sort(grows.measure);
        let arena = &mut self.space.arena;
        let [less, more, rest] = [LESS, MORE, REST].map(|n| arena.bound(n, sort));
        let there = arena.bound(THERE, Sort::YesNo);
        let mut put = |own: Term, there: Option<Term>| {
            let whole = arena.host(HostFn::Add, vec![own, rest], Side::Both, sort);
            let with = With { grows, own, whole, there };
            let mut memo = BTreeMap::new();
            [when, value].map(|t| with.put(arena, t, &mut memo))
        };
        let [first_when, first_value] = put(less, None);
        let [second_when, second_value] = put(more, Some(there));
        let both = Both { when: [first_when, second_when], value: [first_value, second_value] };
        self.reads_nothing_else(grows, &both)?;
        Ok(both)
    }

    /// Whether all that the record comes to is what grows and what does not.
    fn reads_nothing_else(&self, grows: &Grows, both: &Both) -> Result<(), String> {
        let arena = &self.space.arena;
        let (mut seen, mut queue) = (BTreeSet::new(), [both.when, both.value].concat());
        while let Some(term) = queue.pop() {
            if !seen.insert(term) || grows.is_others_part(arena, term) || is_presence(arena, term).is_some() {
                continue;
            }
            if arena.sort(term) == Sort::Periods || term == grows.measure {
                return Err("the result depends on the record in other ways than by what grows".to_owned());
            }
            queue.extend(crate::term::children(&arena.shape(term)));
        }
        Ok(())
    }

    /// Tells both apart until their results can be compared.
    fn compare(&mut self, path: &Path, both: Both) -> Result<(), String> {
        self.count()?;
        if self.is_empty(path) {
            return Ok(());
        }
        let mut reduce = |pair: [Term; 2]| pair.map(|t| self.space.reduce(path, t));
        let both = Both { when: reduce(both.when), value: reduce(both.value) };
        for when in both.when {
            if let Some(outcome) = self.space.arena.known(when)
                && outcome.truth() != Some(true)
            {
                return Ok(());
            }
        }
        // Who has nothing, or of whom nothing can be said, has nothing to lose; of whom nothing can be said after is not
        // compared.
        let may = both.value.map(|t| self.space.arena.may(t));
        if may[0] & VALUE == 0 || may[1] & (VALUE | NOTHING) == 0 {
            return Ok(());
        }
        if let Some((atom, choices)) = self.split(path, &both) {
            for next in self.ways(path, atom, choices) {
                self.compare(&next, both)?;
            }
            return Ok(());
        }
        let [before, after] = both.value;
        if self.is_at_most(path, before, after) {
            return Ok(());
        }
        Err(self.where_open(path))
    }

    fn split(&mut self, path: &Path, both: &Both) -> Option<Split> {
        let fresh = |split: &Split| !path.is_assumed(split.0);
        let terms = [both.when, both.value].concat();
        let picked = terms.iter().find_map(|t| self.space.pick(path, *t).filter(fresh));
        let larger =
            picked.or_else(|| both.value.into_iter().find_map(|t| self.space.pick_larger(path, t)).filter(fresh));
        larger.or_else(|| {
            let may =
                both.value.into_iter().find(|t| self.space.arena.may(*t).count_ones() > 1 && !path.is_assumed(*t))?;
            Some((may, vec![Choice::Value, Choice::Nothing, Choice::Odd]))
        })
    }

    /// The limits near which the results could not be compared.
    fn where_open(&self, path: &Path) -> String {
        let arena = &self.space.arena;
        let [less, more] = [LESS, MORE].map(|n| {
            let of =
                |m: &Measure| matches!(m, Measure::Of(t) if matches!(&*arena.shape(*t), Shape::Bound(v, _) if *v == n));
            path.bounds.iter().find(|(m, _)| of(m)).map(|(_, b)| b.clone()).unwrap_or_default()
        });
        let limit = match (&less.high, &more.low) {
            (Some((value, _)), Some(_)) => Some(crate::say::show(value)),
            _ => None,
        };
        match limit {
            Some(limit) => format!("what is due before and after the limit of {limit} could not be compared"),
            None => "two formulas could not be compared whatever the figures".to_owned(),
        }
    }

    // ---- limits ----

    /// What is known of the quantities: sums that are not below zero; whether they are not zero either.
    fn bounds(&self, path: &Path, figures: &mut Figures) -> Vec<(Sum, bool)> {
        let mut limits = Vec::new();
        for (measure, bounds) in &path.bounds {
            let Measure::Of(term) = measure else { continue };
            let Some(sum) = self.linear(figures, *term) else { continue };
            let counted = |value: &Value| self.in_its_unit(value).map(Sum::constant);
            if let Some((low, strict)) = bounds.low.as_ref().and_then(|(v, s)| Some((counted(v)?, *s))) {
                limits.push((sum.minus(&low), strict));
            }
            if let Some((high, strict)) = bounds.high.as_ref().and_then(|(v, s)| Some((counted(v)?, *s))) {
                limits.push((high.minus(&sum), strict));
            }
        }
        limits
    }

    /// The same, as far as it helps with amounts. A limit is compared with what is exact, an amount made of what
    /// counts: where a rule for remainders makes these two, limits say nothing of amounts.
    fn limits(&self, path: &Path, figures: &mut Figures) -> Vec<Sum> {
        let conversions = &self.space.arena.conversions[0];
        let exact = conversions.rounding.iter().all(|c| c.remainder == Remainder::Kept);
        let bounds = self.bounds(path, figures);
        bounds.into_iter().filter(|_| exact || self.unit.is_none()).map(|(sum, _)| sum).collect()
    }

    /// A figure in the unit of what grows.
    fn in_its_unit(&self, value: &Value) -> Option<Ratio> {
        let (Value::Length(length), Some(unit)) = (value, self.unit) else {
            return if matches!(value, Value::Length(_)) { None } else { figure(&Outcome::Value(value.clone())) };
        };
        let (factor, of) = in_smallest(length.unit);
        let (own, same) = in_smallest(unit);
        (of == same).then(|| &length.counted * ratio(factor, own))
    }

    /// A sum of what grows and what does not, in the smallest exact unit.
    fn linear(&self, figures: &mut Figures, term: Term) -> Option<Sum> {
        match &*self.space.arena.shape(term) {
            Shape::Bound(LESS, _) => Some(figures.of(Quantity::Less)),
            Shape::Bound(MORE, _) => Some(figures.of(Quantity::Less).plus(&figures.of(Quantity::Growth))),
            Shape::Bound(REST, _) => Some(figures.of(Quantity::Rest)),
            Shape::Host(HostFn::Add, parts, _) => match parts.as_slice() {
                [a, b] => Some(self.linear(figures, *a)?.plus(&self.linear(figures, *b)?)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether nobody is left, since the one with more is not below what the one with less is above.
    fn is_empty(&self, path: &Path) -> bool {
        let mut figures = Figures::default();
        let bounds = self.bounds(path, &mut figures);
        // Two sums are not below zero, and together they are: then nobody is left.
        let impossible = |(a, x): &(Sum, bool), (b, y): &(Sum, bool)| {
            let turned = a.plus(b).scaled(&ratio(-1, 1));
            turned.is_at_least_zero() && (turned.constant_part() > ratio(0, 1) || *x || *y)
        };
        let mut pairs = bounds.iter().enumerate().flat_map(|(i, a)| bounds.iter().skip(i + 1).map(move |b| (a, b)));
        pairs.any(|(a, b)| impossible(a, b)) || self.is_absent(path)
    }

    /// Who has periods in a State has them with more of them too.
    fn is_absent(&self, path: &Path) -> bool {
        let arena = &self.space.arena;
        let gone = path.decisions().any(|(t, yes)| !yes && matches!(&*arena.shape(t), Shape::Bound(THERE, _)));
        let there =
            path.decisions().any(|(t, yes)| yes && is_presence(arena, t).is_some_and(|c| self.states.contains(&c)));
        gone && there
    }

    // ---- order ----

    /// Whether one result is at most the other, but for what is borne.
    fn is_at_most(&self, path: &Path, before: Term, after: Term) -> bool {
        if self.space.arena.known(after).is_some_and(|o| o.rank() > 1) || self.space.arena.may(after) != VALUE {
            return false;
        }
        let mut figures = Figures::default();
        let limits = self.limits(path, &mut figures);
        if self.keeps_order(&mut figures, &limits, before, after) {
            return true;
        }
        self.within_what_is_borne(&mut figures, &limits, before, after)
    }

    /// Whether one is at most the other, exactly.
    fn keeps_order(&self, figures: &mut Figures, limits: &[Sum], before: Term, after: Term) -> bool {
        let (before, after) = (self.plain(before), self.plain(after));
        if before == after {
            return true;
        }
        if let (Some((x, by)), Some((y, like))) = (self.rounded(before), self.rounded(after))
            && by == like
        {
            return self.keeps_order(figures, limits, x, y);
        }
        // Roundings within are in order by themselves: the later is the earlier and something more.
        let mut mine = BTreeSet::new();
        self.roundings(before, &mut mine);
        let mut theirs = BTreeSet::new();
        self.roundings(after, &mut theirs);
        for later in &theirs {
            let earlier = mine.iter().find(|m| *m != later && self.keeps_order(figures, limits, **m, *later)).copied();
            if let Some(earlier) = earlier {
                let _ = figures.later.insert(*later, earlier);
            }
        }
        let left = self.fraction(figures, before, Way::Exact);
        let right = self.fraction(figures, after, Way::Exact);
        matches!((left, right), (Some(left), Some(right)) if left.is_at_most(&right, limits))
    }

    /// Whether one is at most the other and what is borne, counting what each rounding can make of it.
    fn within_what_is_borne(&self, figures: &mut Figures, limits: &[Sum], before: Term, after: Term) -> bool {
        let (before, after) = (self.plain(before), self.plain(after));
        let mut borne = self.tolerance.clone();
        if let (Some((_, a)), Some((_, b))) = (self.rounded(before), self.rounded(after))
            && a.grain == b.grain
        {
            // Both are whole coins: what is not a coin more than is borne is borne.
            let Some(coin) = self.coin(&a) else { return false };
            borne = (&borne / &coin).floor() * &coin + &coin * ratio(999, 1000);
        }
        let most = self.fraction(figures, before, Way::Most);
        let least = self.fraction(figures, after, Way::Least);
        let (Some(most), Some(least)) = (most, least) else { return false };
        least.plus(&Fraction::constant(borne)).is_some_and(|right| most.is_at_most(&right, limits))
    }

    /// How much a coin is that a rounding rounds to.
    fn coin(&self, by: &Rounding) -> Option<Ratio> {
        match &by.grain {
            Grain::Money(_, coin) | Grain::Number(coin) => Some(coin.clone()),
            Grain::Length(unit, coin) => self.in_its_unit(&Value::Length(Length::new(*unit, coin.clone()))),
        }
    }

    /// What is stored is what it was.
    fn plain(&self, term: Term) -> Term {
        match &*self.space.arena.shape(term) {
            Shape::Host(HostFn::Stored, operands, _) => operands.first().map_or(term, |t| self.plain(*t)),
            _ => term,
        }
    }

    fn rounded(&self, term: Term) -> Option<(Term, Rounding)> {
        match &*self.space.arena.shape(term) {
            Shape::Host(HostFn::Rounded, operands, _) => match operands.as_slice() {
                [of, by] => match self.space.arena.known_value(*by)? {
                    Value::Rounding(by) => Some((*of, by)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// The outermost roundings in a formula.
    fn roundings(&self, term: Term, found: &mut BTreeSet<Term>) {
        if self.rounded(term).is_some() {
            let _ = found.insert(term);
            return;
        }
        if let Shape::Host(_, operands, _) = &*self.space.arena.shape(term) {
            operands.iter().for_each(|t| self.roundings(*t, found));
        }
    }

    /// A formula as a quotient of sums of quantities that are not below zero.
    fn fraction(&self, figures: &mut Figures, term: Term, way: Way) -> Option<Fraction> {
        let arena = &self.space.arena;
        if let Some(value) = arena.known_value(term) {
            return self.in_its_unit(&value).filter(|n| *n >= ratio(0, 1)).map(Fraction::constant);
        }
        if let Some(sum) = self.linear(figures, term) {
            return Some(Fraction::whole(sum));
        }
        let shape = arena.shape(term);
        if let Shape::Fact(_) | Shape::Given(..) | Shape::Host(HostFn::Field | HostFn::Figure, ..) = &*shape {
            // A number may be below zero, and a length be in another unit.
            let is_amount = arena.sort(term) == Sort::Money && arena.may(term) == VALUE;
            return is_amount.then(|| Fraction::whole(figures.of(Quantity::Term(term))));
        }
        let Shape::Host(function, operands, _) = &*shape else { return None };
        match (function, operands.as_slice()) {
            (HostFn::Stored, [a]) => self.fraction(figures, *a, way),
            // The number of what grows is in the unit it is counted in.
            (HostFn::NumberOf, [a]) => self.linear(figures, *a).map(Fraction::whole),
            (HostFn::Add, [a, b]) => self.fraction(figures, *a, way)?.plus(&self.fraction(figures, *b, way)?),
            (HostFn::Multiply, [a, b]) => self.product(figures, *a, *b, way),
            (HostFn::Divide, [a, b]) => {
                let turned = self.fraction(figures, *b, way.turned())?;
                // Divided by something above zero, or by nothing at all: then there is no result.
                if !turned.over.is_at_least_zero() || turned.over.is_zero() {
                    return None;
                }
                let by = Fraction { over: turned.under, under: turned.over };
                self.fraction(figures, *a, way)?.times(&by)
            }
            (HostFn::Rounded, [of, _]) => {
                let (_, by) = self.rounded(term)?;
                if way == Way::Exact {
                    return self.in_order(figures, term, *of);
                }
                let inner = self.fraction(figures, *of, way)?;
                let coin = self.coin(&by)?;
                let half = &coin / ratio(2, 1);
                let (up, down) = match by.mode {
                    Mode::Down | Mode::TowardZero => (ratio(0, 1), coin),
                    Mode::Up => (coin, ratio(0, 1)),
                    Mode::HalfUp | Mode::HalfDown | Mode::HalfEven => (half.clone(), half),
                };
                match way {
                    Way::Most => inner.plus(&Fraction::constant(up)),
                    _ => inner.minus(&Fraction::constant(down)),
                }
            }
            _ => None,
        }
    }

    /// A rounding as a quantity by itself: not below zero, as what it rounds is not; a later one is an earlier one and
    /// something more.
    fn in_order(&self, figures: &mut Figures, term: Term, of: Term) -> Option<Fraction> {
        let inner = self.fraction(figures, of, Way::Exact)?;
        if !inner.over.is_at_least_zero() {
            return None;
        }
        Some(Fraction::whole(match figures.later.get(&term).copied() {
            Some(earlier) => figures.of(Quantity::Term(earlier)).plus(&figures.of(Quantity::More(term))),
            None => figures.of(Quantity::Term(term)),
        }))
    }

    /// A product of two that are not below zero, or the least it can be where one is only known to be above something
    /// below zero.
    fn product(&self, figures: &mut Figures, a: Term, b: Term, way: Way) -> Option<Fraction> {
        let (x, y) = (self.fraction(figures, a, way)?, self.fraction(figures, b, way)?);
        if x.over.is_at_least_zero() && y.over.is_at_least_zero() {
            return x.times(&y);
        }
        if way != Way::Least {
            return None;
        }
        // (p - s) times y, with y at most z and at least q - t: at least p (q - t) - s z.
        let (x, y, z) = if x.over.is_at_least_zero() {
            (y, x, self.fraction(figures, a, Way::Most)?)
        } else {
            (x, y, self.fraction(figures, b, Way::Most)?)
        };
        let (above, below) = x.over.halves();
        let first = Fraction { over: above, under: x.under.clone() }.times(&y)?;
        first.minus(&Fraction { over: below, under: x.under }.times(&z)?)
    }
}

/// What grows: the length of a State's part of periods, or a fact.
struct Grows {
    measure: Term,
    /// The periods it is a part of, and the unit they are counted in.
    whole: Option<(Term, Term)>,
    /// The State whose part it is.
    party: Option<Country>,
}

impl Grows {
    /// Whether a term is how long all periods are: what grows and what does not.
    fn is_whole(&self, arena: &Arena, term: Term) -> bool {
        let (Some((periods, unit)), Shape::Host(HostFn::LengthOf, operands, _)) = (self.whole, &*arena.shape(term))
        else {
            return false;
        };
        let [of, in_unit] = operands.as_slice() else { return false };
        let same = match &*arena.shape(*of) {
            // Whose periods they are taken for does not make them longer.
            Shape::Host(HostFn::AsIfOwn, inner, _) => inner.first() == Some(&periods),
            _ => *of == periods,
        };
        same && *in_unit == unit
    }

    /// Whether a term is how long another State's part of the periods is.
    fn is_others_part(&self, arena: &Arena, term: Term) -> bool {
        let Shape::Host(HostFn::LengthOf, operands, _) = &*arena.shape(term) else { return false };
        let Some(of) = operands.first() else { return false };
        let Shape::Host(HostFn::Part, parts, _) = &*arena.shape(*of) else { return false };
        let [party, periods] = parts.as_slice() else { return false };
        let other = matches!(arena.known_value(*party), Some(Value::Country(c)) if Some(c) != self.party);
        other && self.whole.is_some_and(|(whole, _)| whole == *periods)
    }
}

/// The State of which a term says whether the record has periods there.
fn is_presence(arena: &Arena, term: Term) -> Option<Country> {
    let Shape::Host(HostFn::In, operands, _) = &*arena.shape(term) else { return None };
    let [party, all] = operands.as_slice() else { return None };
    let Shape::Host(HostFn::PartiesIn, ..) = &*arena.shape(*all) else { return None };
    match arena.known_value(*party)? {
        Value::Country(country) => Some(country),
        _ => None,
    }
}

/// What takes the place of what, for one of two persons.
struct With<'g> {
    grows: &'g Grows,
    own: Term,
    whole: Term,
    there: Option<Term>,
}

impl With<'_> {
    fn put(&self, arena: &mut Arena, term: Term, memo: &mut BTreeMap<Term, Term>) -> Term {
        if let Some(done) = memo.get(&term) {
            return *done;
        }
        let info = arena.info(term);
        let result = if term == self.grows.measure {
            self.own
        } else if self.grows.is_whole(arena, term) {
            self.whole
        } else if self.grows.is_others_part(arena, term) || matches!(&*info.shape, Shape::Known(_)) {
            term
        } else if let Some(country) = is_presence(arena, term) {
            self.there.filter(|_| self.grows.party == Some(country)).unwrap_or(term)
        } else {
            arena.rebuild(&info.shape, info.sort, |arena, part| self.put(arena, part, memo))
        };
        let _ = memo.insert(term, result);
        result
    }
}

/// Whether a formula is looked at as it is, or as the most or the least that roundings make of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Exact,
    Most,
    Least,
}

impl Way {
    fn turned(self) -> Way {
        match self {
            Way::Exact => Way::Exact,
            Way::Most => Way::Least,
            Way::Least => Way::Most,
        }
    }
}

/// What is not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Quantity {
    /// What grows, of the one with less.
    Less,
    /// How much more the other has.
    Growth,
    /// What the periods of the others come to.
    Rest,
    Term(Term),
    /// How much more a rounding gives than an earlier one.
    More(Term),
}

/// Quantities by number, and the roundings that come after others.
#[derive(Default)]
struct Figures {
    numbers: BTreeMap<Quantity, usize>,
    later: BTreeMap<Term, Term>,
}

impl Figures {
    fn of(&mut self, quantity: Quantity) -> Sum {
        let next = self.numbers.len();
        Sum::of(*self.numbers.entry(quantity).or_insert(next))
    }
}

/// A unit in the smallest one that is exact: years and quarters in months, weeks in days.
fn in_smallest(unit: Unit) -> (i64, Unit) {
    match unit {
        Unit::Years => (12, Unit::Months),
        Unit::Quarters => (3, Unit::Months),
        Unit::Weeks => (7, Unit::Days),
        unit => (1, unit),
    }
}
