//! Arithmetic and rounding: see [`accord_core::HostFn`].

use super::data::{Data, Val};
use super::number::Exact;
use super::ops::Made;
use super::row::Row;
use super::tag::{NOTHING, Tag};
use super::word::{Bit, Word};
use accord_core::{Currency, FaultKind, Grain, HostFn, Money, Ratio, Unit, Value as Constant};
use cranelift_codegen::ir::condcodes::IntCC;

/// How many minor units one major unit is.
fn scale(currency: Currency) -> Option<i64> {
    10_i64.checked_pow(currency.decimals())
}

impl Row<'_, '_> {
    pub fn sum(&mut self, a: &Data, b: &Data, minus: bool) -> Made {
        let code = &mut self.code;
        let mut join = |a: Exact, b: Exact| if minus { code.minus(a, b) } else { code.plus(a, b) };
        match (a, b) {
            (Data::Number(a, _), Data::Number(b, _)) => {
                let (sum, left) = join(*a, *b);
                Some((self.open_if(left), Data::Number(sum, None)))
            }
            (Data::Amount(x, a), Data::Amount(y, b)) if x == y => {
                let (sum, left) = join(*a, *b);
                Some((self.open_if(left), Data::Amount(*x, sum)))
            }
            (Data::Length(unit, a, exact_a), Data::Length(other, b, exact_b)) => {
                let (unit, a, exact_a) = (*unit, *a, *exact_a);
                let brought = self.convert(Tag::value(), *other, *b, *exact_b, unit);
                let Data::Length(_, b, exact_b) = brought.data else { return Some((brought.tag, Data::Void)) };
                let code = &mut self.code;
                let mut join = |a: Exact, b: Exact| if minus { code.minus(a, b) } else { code.plus(a, b) };
                let ((sum, left), (exact, more)) = (join(a, b), join(exact_a, exact_b));
                let left = self.code.or(left, more);
                Some((self.code.unless(brought.tag, left, Tag::open()), Data::Length(unit, sum, exact)))
            }
            _ => None,
        }
    }

    pub fn product(&mut self, a: &Data, b: &Data) -> Made {
        match (a, b) {
            (Data::Number(a, _), Data::Number(b, _)) => {
                let (product, left) = self.code.times(*a, *b);
                Some((self.open_if(left), Data::Number(product, None)))
            }
            (Data::Amount(currency, a), Data::Number(n, _)) | (Data::Number(n, _), Data::Amount(currency, a)) => {
                let (product, left) = self.code.times(*a, *n);
                Some((self.open_if(left), Data::Amount(*currency, product)))
            }
            (Data::Length(unit, a, exact), Data::Number(n, _)) | (Data::Number(n, _), Data::Length(unit, a, exact)) => {
                let (product, left) = self.code.times(*a, *n);
                let (exact, more) = self.code.times(*exact, *n);
                let left = self.code.or(left, more);
                Some((self.open_if(left), Data::Length(*unit, product, exact)))
            }
            _ => None,
        }
    }

    pub fn quotient(&mut self, site: u32, a: &Data, b: &Data) -> Made {
        let (above, below) = match (a, b) {
            (Data::Number(a, _), Data::Number(b, _)) => (*a, *b),
            (Data::Amount(x, a), Data::Amount(y, b)) if x == y => {
                let major = Exact::known(1, scale(*x)?);
                let ((a, _), (b, _)) = (self.code.times(*a, major), self.code.times(*b, major));
                (a, b)
            }
            (Data::Length(unit, a, _), Data::Length(other, b, exact_b)) => {
                let (unit, a) = (*unit, *a);
                let brought = self.convert(Tag::value(), *other, *b, *exact_b, unit);
                let Data::Length(_, b, _) = brought.data else { return Some((brought.tag, Data::Void)) };
                let made = self.divided(site, a, b);
                let tag = self.code.worst(brought.tag, made.0);
                return Some((tag, Data::Number(made.1, Some((a, b)))));
            }
            (Data::Amount(currency, a), Data::Number(n, _)) => {
                let (currency, made) = (*currency, self.divided(site, *a, *n));
                return Some((made.0, Data::Amount(currency, made.1)));
            }
            (Data::Length(unit, a, exact), Data::Number(n, _)) => {
                let (unit, exact, n) = (*unit, *exact, *n);
                let made = self.divided(site, *a, n);
                let also = self.divided(site, exact, n);
                let tag = self.code.worst(made.0, also.0);
                return Some((tag, Data::Length(unit, made.1, also.1)));
            }
            _ => return None,
        };
        let made = self.divided(site, above, below);
        Some((made.0, Data::Number(made.1, Some((above, below)))))
    }

    fn divided(&mut self, site: u32, a: Exact, b: Exact) -> (Tag, Exact) {
        let zero = self.code.test(IntCC::Equal, b.above, Word::Known(0));
        let fault = self.fault_if(zero, FaultKind::ZeroDivisor, site);
        if let (Word::Run(divisor), true) = (b.above, self.code.bail.is_some()) {
            let _ = self.code.nonzero.insert(divisor);
        }
        let (quotient, left) = self.code.over(a, b);
        let some = self.code.not(zero);
        let left = self.code.and(some, left);
        (self.code.unless(fault, left, Tag::open()), quotient)
    }

    pub fn negated(&mut self, a: &Data) -> Made {
        let data = match a {
            Data::Number(n, _) => Data::Number(self.code.negative(*n), None),
            Data::Amount(currency, n) => Data::Amount(*currency, self.code.negative(*n)),
            Data::Length(unit, n, exact) => Data::Length(*unit, self.code.negative(*n), self.code.negative(*exact)),
            _ => return None,
        };
        Some((Tag::value(), data))
    }

    pub fn rounded(&mut self, site: u32, a: &Data, how: &Data) -> Made {
        let Data::Known(Constant::Rounding(how)) = how else { return None };
        match (a, &how.grain) {
            (Data::Amount(currency, value), Grain::Money(of, grain)) if currency == of => {
                let minor = grain * Ratio::whole(scale(*currency)?);
                let whole = minor.is_integer();
                let grain = positive(&minor)?;
                let (rounded, left) = self.code.round(how.mode, *value, grain)?;
                let mut tag = self.open_if(left);
                if whole {
                    let over = self.beyond(rounded);
                    let over = self.fault_if(over, FaultKind::Overflow, site);
                    tag = self.code.worst(tag, over);
                    let rounded = rounded.narrowed(-Money::LIMIT, Money::LIMIT);
                    return Some((tag, Data::Amount(*currency, rounded)));
                }
                Some((tag, Data::Amount(*currency, rounded)))
            }
            (Data::Length(unit, counted, exact), Grain::Length(of, grain)) if unit == of => {
                let grain = positive(grain)?;
                let (counted, left) = self.code.round(how.mode, *counted, grain)?;
                let (exact, more) = self.code.round(how.mode, *exact, grain)?;
                let left = self.code.or(left, more);
                Some((self.open_if(left), Data::Length(*unit, counted, exact)))
            }
            (Data::Number(value, _), Grain::Number(grain)) => {
                let (rounded, left) = self.code.round(how.mode, *value, positive(grain)?)?;
                Some((self.open_if(left), Data::Number(rounded, None)))
            }
            _ => None,
        }
    }

    /// Whether a number of minor units is more than can be stored.
    fn beyond(&mut self, minor: Exact) -> Bit {
        if minor.is_within(Money::LIMIT) {
            return Bit::Known(false);
        }
        let minor = minor.above;
        let shifted = self.code.add(minor, Word::Known(Money::LIMIT));
        self.code.test(IntCC::UnsignedGreaterThanOrEqual, shifted, Word::Known(2 * Money::LIMIT + 1))
    }

    pub fn stored(&mut self, site: u32, a: &Data) -> Made {
        let Data::Amount(currency, value) = a else { return None };
        let mut tag = Tag::value();
        let mut whole = *value;
        if !value.is_whole() {
            let quotient = self.code.floor_div(value.above, value.below, value.is_never_negative());
            let back = self.code.mul(quotient, value.below);
            let apart = self.code.test(IntCC::NotEqual, back, value.above);
            tag = self.fault_if(apart, FaultKind::OutOfRange, site);
            whole = Exact::whole(quotient, -Money::LIMIT, Money::LIMIT);
        }
        let over = self.beyond(whole);
        let over = self.fault_if(over, FaultKind::Overflow, site);
        let is_value = self.code.is_value(tag);
        tag = self.code.select_tag(is_value, over, tag);
        // A negative amount is that, whatever else it is.
        let negative = if whole.is_never_negative() {
            Bit::Known(false)
        } else {
            self.code.test(IntCC::SignedLessThan, whole.above, Word::Known(0))
        };
        let fault = self.fault_if(negative, FaultKind::Negative, site);
        let fine = self.code.is_value(fault);
        tag = self.code.select_tag(fine, tag, fault);
        let stored = match whole.above {
            Word::Known(_) => Exact::whole(whole.above, 0, Money::LIMIT),
            Word::Run(_) => whole.narrowed(0, Money::LIMIT),
        };
        Some((tag, Data::Amount(*currency, stored)))
    }

    /// An amount in another currency: rates are read by the general evaluator.
    pub fn in_common(&mut self, a: &Data, common: &Data) -> Made {
        let (Data::Amount(currency, value), Data::Known(Constant::Text(text))) = (a, common) else { return None };
        let into = Currency::parse(text)?;
        if *currency == into {
            return Some((Tag::value(), Data::Amount(into, *value)));
        }
        let rate = self.layout.rates.iter().find(|r| r.from == *currency && r.into == into);
        let absent = rate.is_some_and(|r| self.column(r.column).tag == Tag::known(NOTHING));
        let missing = self.names.missing(&format!("rate of {currency} in {into}"));
        absent.then_some((missing, Data::Void))
    }

    pub fn larger_or_smaller(&mut self, function: HostFn, given: &[Val]) -> Val {
        let Some((worst, [is_a, is_b])) = self.screened::<2>(given) else { return Val::open() };
        let [a, b] = given else { return Val::open() };
        let (a, b) = (&self.of_unit(a, &b.data), &self.of_unit(b, &a.data));
        let both = self.code.and(is_a, is_b);
        let (tag, takes_b) = if both == Bit::Known(false) {
            (Tag::value(), Bit::Known(false))
        } else {
            let how = if function == HostFn::Larger { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
            match self.ordered(how, &a.data, &b.data) {
                Some((tag, Data::YesNo(yes))) => (tag, yes),
                _ => (Tag::open(), Bit::Known(false)),
            }
        };
        let tag = self.code.select_tag(both, tag, Tag::value());
        // Of nothing and something the something.
        let none_a = self.code.not(is_a);
        let takes_b = self.code.choose(both, takes_b, none_a);
        let chosen = self.code.select_val(takes_b, b, a);
        let stop = self.code.worst(worst, tag);
        self.code.behind(stop, &chosen)
    }

    /// A length of a unit that a row says, beside one whose unit is known: of that unit, as it mostly is; else it is left.
    fn of_unit(&mut self, of: &Val, beside: &Data) -> Val {
        let (Data::AnyLength(count, code), Data::Length(unit, ..)) = (&of.data, beside) else { return of.clone() };
        let place = Unit::ALL.iter().position(|known| known == unit).and_then(|at| i64::try_from(at).ok());
        let Some(place) = place else { return of.clone() };
        let other = self.code.test(IntCC::NotEqual, *code, Word::Known(place));
        let there = self.code.is_value(of.tag);
        let left = self.code.and(there, other);
        let count = Exact::whole(*count, 0, 1 << 40);
        Val::new(self.code.unless(of.tag, left, Tag::open()), Data::Length(*unit, count, count))
    }

    pub fn excess(&mut self, given: &[Val]) -> Val {
        let Some((worst, [is_of, is_over])) = self.screened::<2>(given) else { return Val::open() };
        let [of, over] = given else { return Val::open() };
        let nothing = Val::new(Tag::known(NOTHING), Data::Void);
        let result = if is_over == Bit::Known(false) {
            of.clone()
        } else {
            let made = self.sum(&of.data, &over.data, true).map(|(tag, data)| (tag, self.never_below_zero(&data)));
            let above = self.give(Tag::value(), made);
            self.code.select_val(is_over, &above, of)
        };
        let result = self.code.select_val(is_of, &result, &nothing);
        self.code.behind(worst, &result)
    }

    fn never_below_zero(&mut self, data: &Data) -> Data {
        let mut floor = |n: Exact| {
            let negative = self.code.test(IntCC::SignedLessThan, n.above, Word::Known(0));
            self.code.either(negative, Exact::known(0, 1), n)
        };
        match data {
            Data::Number(n, _) => Data::Number(floor(*n), None),
            Data::Amount(currency, n) => Data::Amount(*currency, floor(*n)),
            Data::Length(unit, n, exact) => Data::Length(*unit, floor(*n), floor(*exact)),
            _ => Data::Void,
        }
    }

    /// An institution's figure: see `accord_core::host`. Which parties a missing one is about is named where there are
    /// few.
    pub fn figure(&mut self, given: &[Val]) -> Val {
        let [party, made_of, concerned, own, all, without] = given else { return Val::open() };
        let strict = self.code.worst_of([party.tag, made_of.tag, concerned.tag]);
        if strict.never_value() {
            return Val::new(strict, Data::Void);
        }
        let (Data::Country(Word::Known(at)), Data::Parties(made_of), Data::Parties(concerned)) =
            (&party.data, &made_of.data, &concerned.data)
        else {
            return Val::open();
        };
        let alone = Word::Known(1_i64.wrapping_shl(u32::try_from(*at).unwrap_or(0)));
        let held = self.code.band(*made_of, *concerned);
        let is_own = self.is_either(alone, held, *made_of);
        let is_all = self.is_either(*concerned, held, *made_of);
        let (own_known, all_known) = (self.is_known(own.tag), self.is_known(all.tag));
        let takes_own = self.code.and(is_own, own_known);
        let takes_all = self.code.and(is_all, all_known);
        let missing = self.missing_figure(*at, *made_of);
        let others = self.code.is_value(without.tag);
        let missing = self.code.select_tag(others, Tag::open(), missing);
        let missing = Val::new(missing, Data::Void);
        let of_all = self.code.select_val(takes_all, all, &missing);
        let chosen = self.code.select_val(takes_own, own, &of_all);
        self.code.behind(strict, &chosen)
    }

    /// Whether a figure is surely not the one chosen: of the operands before it those of the parties are known.
    pub fn is_beside(&mut self, given: &[Val], at: usize) -> bool {
        let [party, made_of, concerned, figures @ ..] = given else { return false };
        let (
            Data::Country(Word::Known(party)),
            Data::Parties(Word::Known(made_of)),
            Data::Parties(Word::Known(concerned)),
        ) = (&party.data, &made_of.data, &concerned.data)
        else {
            return false;
        };
        let held = made_of & concerned;
        let own = 1_i64.wrapping_shl(u32::try_from(*party).unwrap_or(63));
        let matches = |of: i64| of == held || of == *made_of;
        let takes = [matches(own), matches(*concerned)];
        let before = figures.iter().zip(takes).any(|(figure, takes)| takes && figure.tag.is_value());
        let mine = takes.get(at - 3).copied().unwrap_or(true);
        before || !mine
    }

    fn is_either(&mut self, a: Word, x: Word, y: Word) -> Bit {
        let (one, other) = (self.code.test(IntCC::Equal, a, x), self.code.test(IntCC::Equal, a, y));
        self.code.or(one, other)
    }

    /// Whether an outcome is not undetermined.
    fn is_known(&mut self, tag: Tag) -> Bit {
        if !tag.may(2) {
            return Bit::Known(true);
        }
        let word = self.code.number_of(tag);
        let rank = self.code.shr(word, super::tag::RANK);
        self.code.test(IntCC::NotEqual, rank, Word::Known(2))
    }

    /// The tag of a figure that is not given, on the periods of some parties.
    fn missing_figure(&mut self, party: i64, made_of: Word) -> Tag {
        const FEW: usize = 3;
        let parties = self.shape.parties.clone();
        let Some(party) = usize::try_from(party).ok().and_then(|at| parties.get(at)) else { return Tag::open() };
        if parties.len() > FEW {
            return Tag::open();
        }
        let mut tag = Tag::open();
        for mask in 0..1_i64 << parties.len() {
            let of: Vec<&str> =
                parties.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, p)| p.code()).collect();
            let here = self.code.test(IntCC::Equal, made_of, Word::Known(mask));
            if here == Bit::Known(false) {
                continue;
            }
            let missing = self.names.missing(&format!("amount of {party} on the periods of {}", of.join(", ")));
            tag = self.code.select_tag(here, missing, tag);
        }
        tag
    }
}

/// A grain, where it is one.
fn positive(grain: &Ratio) -> Option<Exact> {
    Exact::constant(grain).filter(|_| *grain > Ratio::zero())
}
