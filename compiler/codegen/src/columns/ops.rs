//! Operations of the runtime, with what each does with operands that are no values: see [`accord_core::HostFn`].

use super::data::{Data, Val};
use super::row::Row;
use super::tag::{Tag, fault_word};
use super::word::{Bit, Word};
use accord_core::{Fault, FaultKind, HostFn, MonthEnd, SiteId, Unit, Value as Constant};
use cranelift_codegen::ir::condcodes::IntCC;

/// What an operation makes of values: what goes wrong, and the value.
pub(super) type Made = Option<(Tag, Data)>;

impl Row<'_, '_> {
    /// An operation on outcomes.
    pub fn operate(&mut self, site: u32, function: HostFn, given: &[Val]) -> Val {
        match function {
            HostFn::Figure => self.figure(given),
            HostFn::IsGiven => self.is_given(given),
            HostFn::Equal | HostFn::Less | HostFn::AtMost | HostFn::In => self.comparison(function, given),
            HostFn::Larger | HostFn::Smaller => self.larger_or_smaller(function, given),
            HostFn::Excess => self.excess(given),
            HostFn::Totalise => self.totalise(given),
            _ => {
                let strict = self.code.worst_of(given.iter().map(|v| v.tag));
                if strict.never_value() {
                    return Val::new(strict, Data::Void);
                }
                let made = self.strict(site, function, given);
                self.give(strict, made)
            }
        }
    }

    /// The outcome of an operation whose operands have this worst tag.
    pub fn give(&mut self, strict: Tag, made: Made) -> Val {
        let (tag, data) = made.unwrap_or((Tag::open(), Data::Void));
        if strict.is_value() {
            return match data {
                Data::YesNo(yes) => self.code.yes_no(tag, yes),
                data => Val::new(tag, data),
            };
        }
        let is_value = self.code.is_value(strict);
        let tag = self.code.select_tag(is_value, tag, strict);
        match data {
            Data::YesNo(yes) => self.code.yes_no(tag, yes),
            data => Val::new(tag, data),
        }
    }

    /// A fault where the condition holds.
    pub fn fault_if(&mut self, condition: Bit, kind: FaultKind, site: u32) -> Tag {
        if condition != Bit::Known(true) && self.code.bail_if(condition) {
            return Tag::value();
        }
        let fault = Tag::known(fault_word(Fault { kind, site: SiteId(site) }));
        self.code.select_tag(condition, fault, Tag::value())
    }

    /// What a condition leaves to the general evaluator.
    pub fn open_if(&mut self, condition: Bit) -> Tag {
        self.code.unless(Tag::value(), condition, Tag::open())
    }

    /// An operation on values.
    fn strict(&mut self, site: u32, function: HostFn, given: &[Val]) -> Made {
        let data: Vec<&Data> = given.iter().map(|v| &v.data).collect();
        match (function, data.as_slice()) {
            (HostFn::Add, [a, b]) => self.sum(a, b, false),
            (HostFn::Subtract, [a, b]) => self.sum(a, b, true),
            (HostFn::Multiply, [a, b]) => self.product(a, b),
            (HostFn::Divide, [a, b]) => self.quotient(site, a, b),
            (HostFn::Negate, [a]) => self.negated(a),
            (HostFn::Rounded, [a, how]) => self.rounded(site, a, how),
            (HostFn::Stored, [a]) => self.stored(site, a),
            (HostFn::InCommon, [a, common]) => self.in_common(a, common),
            (HostFn::SetOf, members) => self.set_of(members),
            (HostFn::Without | HostFn::Union, [a, b]) => self.sets(function, a, b),
            (HostFn::Size, [of]) => self.size(of),
            (HostFn::LengthOf, [Data::Periods(of), unit]) => {
                let unit = unit_of(unit)?;
                let val = self.length(Tag::value(), &of.clone(), unit);
                Some((val.tag, val.data))
            }
            (HostFn::InUnit, [Data::Length(unit, counted, exact), into]) => {
                let into = unit_of(into)?;
                let val = self.convert(Tag::value(), *unit, *counted, *exact, into);
                Some((val.tag, val.data))
            }
            (HostFn::NumberOf, [Data::Length(_, counted, _)]) => Some((Tag::value(), Data::Number(*counted, None))),
            (HostFn::NumberOf, [Data::AnyLength(count, _)]) => {
                let count = super::number::Exact::whole(*count, 0, 1 << 40);
                Some((Tag::value(), Data::Number(count, None)))
            }
            (HostFn::PartiesIn, [Data::Periods(of)]) => {
                let (tag, owners) = self.owners(&of.clone());
                Some((tag, Data::Parties(owners)))
            }
            (HostFn::PartiesOf, [Data::Periods(of)]) => Some((Tag::value(), Data::Parties(of.made_of))),
            (
                HostFn::Part
                | HostFn::AsIfOwn
                | HostFn::Until
                | HostFn::During
                | HostFn::OfKinds
                | HostFn::DisplacedPart
                | HostFn::FirstDay
                | HostFn::LastDay,
                [a, ..],
            ) => self.of_periods(function, a, data.get(1).copied()),
            _ => self.of_days(site, function, &data),
        }
    }

    /// Periods from periods, and their first and last day.
    fn of_periods(&mut self, function: HostFn, a: &Data, b: Option<&Data>) -> Made {
        let value = Tag::value();
        let val = match (function, a, b) {
            (HostFn::Part, Data::Country(Word::Known(party)), Some(Data::Periods(of))) => {
                self.part(value, of, usize::try_from(*party).ok()?)
            }
            (HostFn::DisplacedPart, Data::Country(Word::Known(party)), Some(Data::Periods(of))) => {
                let mut none = self.part(value, of, usize::try_from(*party).ok()?);
                if let Data::Periods(career) = &mut none.data {
                    let origins = vec![Bit::Known(false); career.origins.len()];
                    *career = std::rc::Rc::new(super::periods::Career {
                        origins,
                        is_record: false,
                        ..career.as_ref().clone()
                    });
                }
                let (shared, tag) = self.shared_in(of);
                let open = self.open_if(shared);
                Val::new(self.code.worst(tag, open), none.data)
            }
            (HostFn::AsIfOwn, Data::Periods(of), Some(Data::Country(Word::Known(party)))) => {
                let owner = Some(usize::try_from(*party).ok()?);
                let career = super::periods::Career { owner, is_record: false, ..of.as_ref().clone() };
                Val::new(value, Data::Periods(std::rc::Rc::new(career)))
            }
            (HostFn::Until, Data::Periods(of), Some(Data::Date(day))) => self.within(value, of, None, Some(*day)),
            (HostFn::During, Data::Periods(of), Some(Data::Span(first, last))) => {
                self.within(value, of, Some(*first), Some(*last))
            }
            (HostFn::OfKinds, Data::Periods(of), Some(Data::Members(_, Word::Known(kinds)))) => {
                let none = of.origins.iter().all(|o| *o == Bit::Known(false));
                if none { Val::new(value, a.clone()) } else { self.of_kinds(value, of, u8::try_from(*kinds).ok()?) }
            }
            (HostFn::FirstDay | HostFn::LastDay, Data::Periods(of), None) => {
                let (also, day, some) = self.edge(&of.clone(), function == HostFn::LastDay);
                let tag = self.code.select_tag(some, value, Tag::known(super::tag::NOTHING));
                let is_fine = self.code.is_value(also);
                let tag = self.code.select_tag(is_fine, tag, also);
                Val::new(tag, Data::Date(day))
            }
            _ => return None,
        };
        Some((val.tag, val.data))
    }

    fn is_given(&mut self, given: &[Val]) -> Val {
        let [operand] = given else { return Val::open() };
        let is_value = self.code.is_value(operand.tag);
        let tag = self.code.only_unsettled(operand.tag);
        self.code.yes_no(tag, is_value)
    }

    /// Operands of an operation that decides about nothing: the worst of those that are worse, and which are values.
    pub fn screened<const N: usize>(&mut self, given: &[Val]) -> Option<(Tag, [Bit; N])> {
        let mut worst = Tag::value();
        let mut values = [Bit::Known(false); N];
        if given.len() != N {
            return None;
        }
        for (val, slot) in given.iter().zip(values.iter_mut()) {
            let unsettled = self.code.only_unsettled(val.tag);
            worst = self.code.worst(worst, unsettled);
            *slot = self.code.is_value(val.tag);
        }
        Some((worst, values))
    }

    fn comparison(&mut self, function: HostFn, given: &[Val]) -> Val {
        let Some((worst, [is_a, is_b])) = self.screened::<2>(given) else { return Val::open() };
        let [a, b] = given else { return Val::open() };
        let both = self.code.and(is_a, is_b);
        // Where one is nothing: what the operation says of it.
        let (none_a, none_b) = (self.code.not(is_a), self.code.not(is_b));
        let otherwise = match function {
            HostFn::Equal => self.code.and(none_a, none_b),
            HostFn::Less => self.code.and(none_a, is_b),
            HostFn::AtMost => none_a,
            _ => Bit::Known(false),
        };
        if both == Bit::Known(false) {
            let val = Some((Tag::value(), Data::YesNo(otherwise)));
            return self.give(worst, val);
        }
        let made = match function {
            HostFn::Equal => self.equal(&a.data, &b.data),
            HostFn::Less => self.ordered(IntCC::SignedLessThan, &a.data, &b.data),
            HostFn::AtMost => self.ordered(IntCC::SignedLessThanOrEqual, &a.data, &b.data),
            _ => self.is_in(&a.data, &b.data),
        };
        let (tag, yes) = match made {
            Some((tag, Data::YesNo(yes))) => (tag, yes),
            _ => (Tag::open(), Bit::Known(false)),
        };
        let tag = self.code.select_tag(both, tag, Tag::value());
        let yes = self.code.choose(both, yes, otherwise);
        self.give(worst, Some((tag, Data::YesNo(yes))))
    }

    fn equal(&mut self, a: &Data, b: &Data) -> Made {
        if let (Data::Length(x, _, a), Data::Length(y, _, b)) = (a, b) {
            return Some(match self.compare_lengths(IntCC::Equal, (*x, *a), (*y, *b)) {
                Ok((yes, left)) => (self.open_if(left), Data::YesNo(yes)),
                Err(missing) => (missing, Data::YesNo(Bit::Known(false))),
            });
        }
        let (same, sure) = match (a, b) {
            (Data::Country(code), Data::Known(Constant::Country(_)))
            | (Data::Known(Constant::Country(_)), Data::Country(code)) => {
                let ours = self.is_ours(*code);
                (Bit::Known(false), ours)
            }
            (Data::Parties(mask), Data::Known(Constant::Set(set)))
            | (Data::Known(Constant::Set(set)), Data::Parties(mask))
                if set.is_empty() =>
            {
                (self.code.test(IntCC::Equal, *mask, Word::Known(0)), Bit::Known(true))
            }
            _ => {
                let tag = Tag::value();
                self.code.same(&Val::new(tag, a.clone()), &Val::new(tag, b.clone()))
            }
        };
        let unsure = self.code.not(sure);
        Some((self.open_if(unsure), Data::YesNo(same)))
    }

    /// Whether a country is one of those native code knows.
    pub fn is_ours(&mut self, code: Word) -> Bit {
        let parties = Word::Known(i64::try_from(self.parties()).unwrap_or(0));
        self.code.test(IntCC::SignedLessThan, code, parties)
    }

    /// How two values stand to each other.
    pub fn ordered(&mut self, how: IntCC, a: &Data, b: &Data) -> Made {
        let (yes, left) = match (a, b) {
            (Data::Number(a, _), Data::Number(b, _)) => self.code.compare(how, *a, *b),
            (Data::Amount(x, a), Data::Amount(y, b)) if x == y => self.code.compare(how, *a, *b),
            (Data::Date(a), Data::Date(b)) => (self.code.test(how, *a, *b), Bit::Known(false)),
            (Data::Length(x, _, a), Data::Length(y, _, b)) => {
                return Some(match self.compare_lengths(how, (*x, *a), (*y, *b)) {
                    Ok((yes, left)) => (self.open_if(left), Data::YesNo(yes)),
                    Err(missing) => (missing, Data::YesNo(Bit::Known(false))),
                });
            }
            (Data::AnyLength(count, unit), Data::Length(..)) => return self.of_any_unit(how, *count, *unit, b, true),
            (Data::Length(..), Data::AnyLength(count, unit)) => return self.of_any_unit(how, *count, *unit, a, false),
            _ => return None,
        };
        Some((self.open_if(left), Data::YesNo(yes)))
    }

    /// A comparison with a length whose unit shows only when it runs: one for each unit. Code for rows without anything
    /// unusual is left where it is a unit that does not compare.
    fn of_any_unit(&mut self, how: IntCC, count: Word, unit: Word, other: &Data, first: bool) -> Made {
        let Data::Length(fixed, _, exact) = other else { return None };
        let count = super::number::Exact::whole(count, 0, 1 << 40);
        let mut compared = Vec::new();
        let mut others = 0_i64;
        for (at, of) in (0_i64..).zip(Unit::ALL) {
            let (any, known) = ((of, count), (*fixed, *exact));
            let found =
                if first { self.compare_lengths(how, any, known) } else { self.compare_lengths(how, known, any) };
            match found {
                Ok((yes, left)) => compared.push((at, yes, left)),
                // What is missing is named by the general evaluator.
                Err(_) => others |= 1 << at,
            }
        }
        let one = self.code.shl(Word::Known(1), unit);
        let is_other = self.code.band(one, Word::Known(others));
        let is_other = self.code.test(IntCC::NotEqual, is_other, Word::Known(0));
        let usual = self.code.bail_if(is_other);
        let mut tag = if usual { Tag::value() } else { self.open_if(is_other) };
        let mut result = Bit::Known(false);
        for (turn, (at, yes, left)) in compared.into_iter().enumerate() {
            let here = self.code.test(IntCC::Equal, unit, Word::Known(at));
            let left = self.code.and(here, left);
            let open = self.open_if(left);
            tag = self.code.worst(tag, open);
            // Whatever is none of the others is the first.
            result = if turn == 0 { yes } else { self.code.choose(here, yes, result) };
        }
        Some((tag, Data::YesNo(result)))
    }
}

/// A unit that is a constant.
pub(super) fn unit_of(data: &Data) -> Option<Unit> {
    match data {
        Data::Known(Constant::Unit(unit)) => Some(*unit),
        _ => None,
    }
}

/// A month-end rule that is a constant.
pub(super) fn rule_of(data: &Data) -> Option<MonthEnd> {
    match data {
        Data::Member(_, Word::Known(at)) => MonthEnd::ALL.get(usize::try_from(*at).ok()?).copied(),
        _ => None,
    }
}
