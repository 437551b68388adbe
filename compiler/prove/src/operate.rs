//! Operations of the runtime as terms: folded where the operands are known, and brought to one form where several
//! say the same.
//!
//! What order there is between days is told in three ways only: `a is at most b`, `a is at most n after b`, and what
//! follows from them for spans, so that two limits on the same span are two bounds of one thing.

use crate::term::{Arena, FAULT, May, NOTHING, ODD, Shape, Side, Sort, Term, VALUE};
use accord_core::host::Policy;
use accord_core::{Facts, Host, HostFn, Outcome, SiteId, Value};

impl Arena {
    /// An operation whose operands fix whether it may be nothing.
    pub(crate) fn host(&mut self, function: HostFn, operands: Vec<Term>, side: Side, sort: Sort) -> Term {
        self.host_of(function, operands, side, sort, false)
    }

    /// An operation; `optional` says of a field whether it may be left out.
    pub(crate) fn host_of(
        &mut self,
        function: HostFn,
        operands: Vec<Term>,
        side: Side,
        sort: Sort,
        optional: bool,
    ) -> Term {
        if let Some(folded) = self.fold(function, &operands, side) {
            return folded;
        }
        if let Some(term) = self.rewritten(function, &operands, side, sort) {
            return term;
        }
        let operands = self.ordered(function, operands);
        if let Some(odd) = self.carried(function, &operands) {
            return odd;
        }
        let may = self.may_of(function, &operands, optional, &|t| self.stored(t));
        let side = if !self.converts_differently() || !self.reads_conversions(&operands) { Side::Both } else { side };
        let term = self.keep(Shape::Host(function, operands, side), sort, may);
        if function == HostFn::Field && optional {
            self.optional.insert(term);
        }
        term
    }

    /// Where exactly one operand can be no value, and is none, it is the result.
    fn carried(&self, function: HostFn, operands: &[Term]) -> Option<Term> {
        if function.policy() == Policy::Open && function != HostFn::Field && function != HostFn::IsGiven {
            return None;
        }
        let fits = |t: &Term| self.is_sure(*t) || (function.policy() == Policy::Nothing && self.is_settled(*t));
        let mut rest = operands.iter().filter(|t| !fits(t));
        let odd = rest.next().copied()?;
        (rest.all(|t| *t == odd) && self.is_odd(odd)).then_some(odd)
    }

    fn reads_conversions(&self, operands: &[Term]) -> bool {
        operands.iter().any(|t| matches!(self.sort(*t), Sort::Length | Sort::Periods | Sort::Other))
    }

    /// The result where the operands settle it.
    fn fold(&mut self, function: HostFn, operands: &[Term], side: Side) -> Option<Term> {
        let known: Vec<Option<&Outcome>> = operands.iter().map(|t| self.outcome(*t)).collect();
        if function.policy() != Policy::Open {
            let keeps_nothing = function.policy() == Policy::Nothing;
            let counts = |o: &Outcome| o.rank() > 1 || (o.rank() == 1 && !keeps_nothing);
            let worst = known.iter().flatten().copied().filter(|o| counts(o)).cloned().reduce(Outcome::worst);
            if let Some(worst) = worst {
                // Others might be worse, unless they are values, or the worst there is.
                let others = operands.iter().zip(&known).filter(|(_, k)| k.is_none());
                let may = others.fold(0, |m, (t, _)| m | self.may(*t));
                let may = if keeps_nothing { may & !NOTHING } else { may };
                let milder = (1_u8 << worst.rank()).wrapping_sub(1) | 1;
                if may & !milder == 0 {
                    return Some(self.constant(worst));
                }
                return None;
            }
        }
        let all: Option<Vec<&Outcome>> = known.into_iter().collect();
        let all: Vec<Outcome> = all?.into_iter().cloned().collect();
        if function == HostFn::InCommon {
            return None;
        }
        let conversions = if side == Side::New { &self.conversions[1] } else { &self.conversions[0] };
        let facts = Facts::default();
        let outcome = function.apply(&Host { conversions, facts: &facts }, &all, SiteId(0));
        #[cfg(test)]
        let outcome = match outcome {
            Outcome::Value(Value::Number(n))
                if function == HostFn::Divide && crate::planted::is(crate::planted::Mistake::TruncatingDivision) =>
            {
                Outcome::Value(Value::Number(accord_core::Number::new(n.value.trunc())))
            }
            outcome => outcome,
        };
        Some(self.constant(outcome))
    }

    /// Whether the operands of an operation may change places.
    pub(crate) fn swaps(function: HostFn) -> bool {
        matches!(
            function,
            HostFn::Equal | HostFn::Add | HostFn::Multiply | HostFn::Larger | HostFn::Smaller | HostFn::Union
        )
    }

    /// The operands in an order that does not depend on how they were written.
    fn ordered(&self, function: HostFn, mut operands: Vec<Term>) -> Vec<Term> {
        if Arena::swaps(function) {
            operands.sort();
        }
        operands
    }

    /// Which outcomes an operation may have, by those of its operands.
    pub(crate) fn may_of(&self, function: HostFn, operands: &[Term], optional: bool, of: &dyn Fn(Term) -> May) -> May {
        let from = operands.iter().fold(0, |m, t| m | of(*t)) & !VALUE;
        let first = operands.first().map_or(0, |t| of(*t)) & !VALUE;
        let own: May = match function {
            HostFn::Field => return VALUE | first | if optional { NOTHING } else { 0 },
            // Facts are looked at as given, and records as such that can be counted.
            HostFn::Figure => return VALUE,
            HostFn::IsGiven => return VALUE | (first & !NOTHING),
            HostFn::Equal | HostFn::Less | HostFn::AtMost | HostFn::In => {
                return VALUE | (from & !NOTHING);
            }
            HostFn::Larger | HostFn::Smaller => {
                let nothing = operands.iter().all(|t| of(*t) & NOTHING != 0);
                return VALUE | (from & !NOTHING) | if nothing { NOTHING } else { 0 };
            }
            HostFn::Excess => return VALUE | (from & !NOTHING) | (first & NOTHING),
            HostFn::Within | HostFn::SetOf | HostFn::ListOf | HostFn::Without | HostFn::Union | HostFn::Size => 0,
            HostFn::DayBefore | HostFn::DayAfter | HostFn::YearOf | HostFn::MonthOf | HostFn::NumberOf => 0,
            HostFn::SpanFirst | HostFn::SpanLast | HostFn::PartiesIn | HostFn::PartiesOf | HostFn::Part => 0,
            HostFn::AsIfOwn | HostFn::Until | HostFn::During | HostFn::OfKinds | HostFn::DisplacedPart => 0,
            HostFn::Add | HostFn::Subtract | HostFn::Negate | HostFn::Multiply | HostFn::Rounded | HostFn::InUnit => 0,
            HostFn::Stored if !operands.iter().any(|t| self.may_be_negative(*t)) => 0,
            HostFn::Divide => match operands.get(1).and_then(|by| self.outcome(*by)) {
                // What is divided by is seldom zero, but it can be.
                None => FAULT,
                Some(_) => 0,
            },
            HostFn::SpanOf => 0,
            HostFn::Stored => FAULT,
            HostFn::After | HostFn::Before | HostFn::FirstPart | HostFn::LastsAtMost => self.month_end_may(operands),
            HostFn::UnitsFrom => self.month_end_may(operands),
            HostFn::InCommon | HostFn::LengthOf => 0,
            HostFn::Totalise => {
                let head = operands.split_last().map_or(operands, |(_, head)| head);
                let nothing = head.iter().any(|t| of(*t) & NOTHING != 0);
                return VALUE | (from & !NOTHING) | if nothing { NOTHING } else { 0 };
            }
            HostFn::FirstDay | HostFn::LastDay => NOTHING,
            HostFn::FirstOfMonthOnOrAfter | HostFn::EndOfQuarterBefore => 0,
        };
        // The worst of what it is made of; of values it makes what it makes.
        let of_values = operands.iter().all(|t| of(*t) & VALUE != 0);
        let settled = operands.iter().all(|t| of(*t) & (VALUE | NOTHING) != 0);
        (from & ODD) | if of_values { VALUE | own } else { 0 } | if settled { from & NOTHING } else { 0 }
    }

    fn may_be_negative(&self, term: Term) -> bool {
        match &*self.shape(term) {
            // A share is a part: only amounts that are taken from each other can end below zero.
            Shape::Host(HostFn::Subtract | HostFn::Negate, ..) => self.sort(term) == Sort::Money,
            Shape::Host(
                HostFn::Rounded | HostFn::Multiply | HostFn::Divide | HostFn::Add | HostFn::Stored,
                parts,
                _,
            ) => parts.iter().any(|t| self.may_be_negative(*t)),
            Shape::If(_, then, otherwise) => self.may_be_negative(*then) || self.may_be_negative(*otherwise),
            _ => false,
        }
    }

    /// A month end that is an error can be a fault.
    fn month_end_may(&self, operands: &[Term]) -> May {
        match operands.last().and_then(|t| self.known_value(*t)) {
            Some(Value::Member(_, position)) if position < 2 => 0,
            _ => FAULT,
        }
    }

    /// The same in the form that is kept, where there is one.
    fn rewritten(&mut self, function: HostFn, operands: &[Term], side: Side, sort: Sort) -> Option<Term> {
        match (function, operands) {
            (HostFn::Less, [a, b]) => {
                let term = self.host(HostFn::AtMost, vec![*b, *a], side, Sort::YesNo);
                Some(self.not(term))
            }
            (HostFn::AtMost, [a, b]) => self.at_most(*a, *b, side),
            (HostFn::Equal, [a, b]) => self.equal(*a, *b, side),
            (HostFn::In, [a, b]) => self.is_in(*a, *b),
            (HostFn::IsGiven, [a]) => self.is_given(*a),
            (HostFn::Within, [day, span]) => self.within(*day, *span, side),
            (HostFn::LastsAtMost, [span, by, rule]) => self.lasts_at_most(*span, *by, *rule, side),
            (HostFn::FirstPart, [by, span, rule]) => self.first_part(*by, *span, *rule, side),
            (HostFn::SpanFirst | HostFn::SpanLast, [span]) => self.span_end(function, *span),
            (HostFn::Size, [set]) => self.size_of(*set),
            (HostFn::SetOf, members) => self.set_of(members),
            (HostFn::Union | HostFn::Without, [a, b]) => self.combined(function, *a, *b),
            (HostFn::PartiesIn, [periods]) => self.parties_in(*periods),
            (HostFn::PartiesOf, [periods]) => self.parties_of(*periods),
            (HostFn::Field, [record, _]) => self.field_of(*record, operands, sort),
            // Nothing, unless the other has no answer.
            (HostFn::Excess, [of, over]) if self.is_nothing(*of) => {
                let is_there = self.host(HostFn::IsGiven, vec![*over], Side::Both, Sort::YesNo);
                Some(self.choose(is_there, *of, *of))
            }
            (HostFn::Larger | HostFn::Smaller, [a, b]) if self.is_nothing(*a) => Some(*b),
            (HostFn::Larger | HostFn::Smaller, [a, b]) if self.is_nothing(*b) => Some(*a),
            (HostFn::Stored, [inner]) => match &*self.shape(*inner) {
                Shape::Host(HostFn::Stored, ..) => Some(*inner),
                _ => None,
            },
            _ => self.through_choice(function, operands, side, sort),
        }
    }

    /// `f(if c then a else b)` where that makes something known: a choice between constants.
    fn through_choice(&mut self, function: HostFn, operands: &[Term], side: Side, sort: Sort) -> Option<Term> {
        if !matches!(function, HostFn::Equal | HostFn::In | HostFn::AtMost | HostFn::Stored | HostFn::DayBefore) {
            return None;
        }
        for (position, operand) in operands.iter().enumerate() {
            let Shape::If(condition, then, otherwise) = *self.shape(*operand) else { continue };
            let with = |arena: &mut Arena, branch: Term| {
                let mut all = operands.to_vec();
                if let Some(slot) = all.get_mut(position) {
                    *slot = branch;
                }
                arena.host(function, all, side, sort)
            };
            let then = with(self, then);
            let otherwise = with(self, otherwise);
            return Some(self.choose(condition, then, otherwise));
        }
        None
    }

    fn equal(&mut self, a: Term, b: Term, side: Side) -> Option<Term> {
        if a == b && self.is_settled(a) {
            return Some(self.yes_no(true));
        }
        // A condition compared with yes is itself.
        for (x, y) in [(a, b), (b, a)] {
            if self.is_sure(x)
                && self.sort(x) == Sort::YesNo
                && let Some(truth) = self.truth(y)
            {
                return Some(if truth { x } else { self.not(x) });
            }
        }
        if let (Some(left), Some(right)) = (self.members_of(a), self.members_of(b)) {
            let mut same = Vec::new();
            for (x, y) in left.into_iter().zip(right) {
                let not = self.not(y);
                same.push(self.choose(x, y, not));
            }
            return Some(self.all(same));
        }
        if let Some(term) = self.is_set_of_one(a, b) {
            return Some(term);
        }
        self.through_choice(HostFn::Equal, &[a, b], side, Sort::YesNo)
    }

    fn is_in(&mut self, a: Term, b: Term) -> Option<Term> {
        if let Some(Value::Set(set)) = self.known_value(b) {
            if set.is_empty() && self.is_settled(a) {
                return Some(self.yes_no(false));
            }
            if let (1, Some(only)) = (set.len(), set.first()) {
                let only = self.constant(Outcome::Value(only.clone()));
                return Some(self.host(HostFn::Equal, vec![a, only], Side::Both, Sort::YesNo));
            }
        }
        if let Shape::Parties(members) = &*self.shape(b) {
            let mut found = Vec::new();
            for (party, member) in self.parties.clone().into_iter().zip(members) {
                let party = self.constant(Outcome::Value(Value::Country(party)));
                let is = self.host(HostFn::Equal, vec![a, party], Side::Both, Sort::YesNo);
                found.push(self.all([is, *member]));
            }
            return Some(self.any(found));
        }
        // Whether a member is in several sets together is whether it is in one of them.
        let is_apart = self.known_value(a).is_some() || (self.is_sure(a) && self.parties.len() > Arena::FEW);
        if is_apart
            && let Shape::Host(HostFn::Union, parts, _) = &*self.shape(b)
            && parts.iter().all(|p| self.is_sure(*p))
        {
            let parts: Vec<Term> =
                parts.iter().map(|p| self.host(HostFn::In, vec![a, *p], Side::Both, Sort::YesNo)).collect();
            return Some(self.any(parts));
        }
        if let Shape::Host(HostFn::SetOf, members, _) = &*self.shape(b)
            && members.iter().all(|m| self.is_sure(*m))
        {
            let members = members.clone();
            let each: Vec<Term> =
                members.iter().map(|m| self.host(HostFn::Equal, vec![a, *m], Side::Both, Sort::YesNo)).collect();
            return Some(self.any(each));
        }
        if let Some(term) = self.is_in_picked(a, b) {
            return Some(term);
        }
        self.through_choice(HostFn::In, &[a, b], Side::Both, Sort::YesNo)
    }

    fn is_given(&mut self, a: Term) -> Option<Term> {
        if self.is_sure(a) {
            return Some(self.yes_no(true));
        }
        match self.known(a) {
            Some(Outcome::Nothing) => Some(self.yes_no(false)),
            _ => None,
        }
    }

    // ---- days and spans ----

    fn at_most(&mut self, a: Term, b: Term, side: Side) -> Option<Term> {
        if a == b && self.is_settled(a) {
            return Some(self.yes_no(true));
        }
        // Nothing is below every value.
        if self.is_nothing(a) && self.is_settled(b) {
            return Some(self.yes_no(true));
        }
        if self.is_nothing(b) && self.is_sure(a) {
            return Some(self.yes_no(false));
        }
        let both = |arena: &Arena, t: Term| match &*arena.shape(t) {
            Shape::Host(f @ (HostFn::Smaller | HostFn::Larger), parts, _)
                if parts.iter().all(|p| arena.is_sure(*p)) =>
            {
                Some((*f, parts.clone()))
            }
            _ => None,
        };
        if let Some((function, parts)) = both(self, b) {
            let each: Vec<Term> =
                parts.iter().map(|p| self.host(HostFn::AtMost, vec![a, *p], side, Sort::YesNo)).collect();
            return Some(if function == HostFn::Smaller { self.all(each) } else { self.any(each) });
        }
        if let Some((function, parts)) = both(self, a) {
            let each: Vec<Term> =
                parts.iter().map(|p| self.host(HostFn::AtMost, vec![*p, b], side, Sort::YesNo)).collect();
            return Some(if function == HostFn::Smaller { self.any(each) } else { self.all(each) });
        }
        // The day before is a limit that is not reached.
        if let Shape::Host(HostFn::DayBefore, inner, _) = &*self.shape(b)
            && let [inner] = inner.as_slice()
            && self.is_sure(a)
            && self.is_sure(*inner)
        {
            let reached = self.host(HostFn::AtMost, vec![*inner, a], side, Sort::YesNo);
            return Some(self.not(reached));
        }
        self.through_choice(HostFn::AtMost, &[a, b], side, Sort::YesNo)
    }

    fn span_ends(&self, span: Term) -> Option<(Term, Term)> {
        match &*self.shape(span) {
            Shape::Host(HostFn::SpanOf, ends, _) => match ends.as_slice() {
                [first, last] if self.is_sure(*first) && self.is_sure(*last) => Some((*first, *last)),
                _ => None,
            },
            _ => None,
        }
    }

    fn within(&mut self, day: Term, span: Term, side: Side) -> Option<Term> {
        if let Shape::If(condition, then, otherwise) = *self.shape(span) {
            let then = self.host(HostFn::Within, vec![day, then], side, Sort::YesNo);
            let otherwise = self.host(HostFn::Within, vec![day, otherwise], side, Sort::YesNo);
            return Some(self.choose(condition, then, otherwise));
        }
        let (first, last) = self.span_ends(span)?;
        if !self.is_sure(day) {
            return None;
        }
        let after = self.host(HostFn::AtMost, vec![first, day], side, Sort::YesNo);
        let before = self.host(HostFn::AtMost, vec![day, last], side, Sort::YesNo);
        let inside = self.all([after, before]);
        Some(inside)
    }

    fn lasts_at_most(&mut self, span: Term, by: Term, rule: Term, side: Side) -> Option<Term> {
        let (first, last) = self.span_ends(span)?;
        let limit = self.host(HostFn::After, vec![by, first, rule], side, Sort::Date);
        if !self.is_sure(limit) {
            return None;
        }
        let over = self.host(HostFn::AtMost, vec![limit, last], side, Sort::YesNo);
        Some(self.not(over))
    }

    fn first_part(&mut self, by: Term, span: Term, rule: Term, side: Side) -> Option<Term> {
        let (first, last) = self.span_ends(span)?;
        let limit = self.host(HostFn::After, vec![by, first, rule], side, Sort::Date);
        if !self.is_sure(limit) || !self.is_positive(by) {
            return None;
        }
        let end = self.host(HostFn::DayBefore, vec![limit], side, Sort::Date);
        let end = self.host(HostFn::Smaller, vec![last, end], side, Sort::Date);
        Some(self.keep(Shape::Host(HostFn::SpanOf, vec![first, end], Side::Both), Sort::Span, VALUE))
    }

    fn is_positive(&self, length: Term) -> bool {
        match self.known_value(length) {
            Some(Value::Length(length)) => length.counted > accord_core::ratio(0, 1),
            _ => false,
        }
    }

    fn span_end(&mut self, function: HostFn, span: Term) -> Option<Term> {
        if let Shape::If(condition, then, otherwise) = *self.shape(span) {
            let then = self.host(function, vec![then], Side::Both, Sort::Date);
            let otherwise = self.host(function, vec![otherwise], Side::Both, Sort::Date);
            return Some(self.choose(condition, then, otherwise));
        }
        let (first, last) = self.span_ends(span)?;
        Some(if function == HostFn::SpanFirst { first } else { last })
    }

    // ---- sets of parties ----

    fn size_of(&mut self, set: Term) -> Option<Term> {
        match &*self.shape(set) {
            Shape::Parties(members) => {
                let (yes, rest): (Vec<Term>, Vec<Term>) = members.iter().partition(|m| self.truth(**m) == Some(true));
                let rest: Vec<Term> = rest.into_iter().filter(|m| self.truth(*m).is_none()).collect();
                Some(self.count_from(yes.len(), &rest))
            }
            // Two that may be the same are one or two.
            Shape::Host(HostFn::SetOf, members, _) if members.iter().all(|m| self.is_sure(*m)) => {
                let count = |arena: &mut Arena, n| arena.constant(Outcome::Value(Value::whole(n)));
                match members.as_slice() {
                    [_] => Some(count(self, 1)),
                    [a, b] => {
                        let same = self.host(HostFn::Equal, vec![*a, *b], Side::Both, Sort::YesNo);
                        let (one, two) = (count(self, 1), count(self, 2));
                        Some(self.choose(same, one, two))
                    }
                    _ => None,
                }
            }
            Shape::Quantify(..) => self.count_of_picked(set),
            _ => None,
        }
    }

    /// How many of the conditions hold, and so many more: a number that choices lead to.
    fn count_from(&mut self, sure: usize, open: &[Term]) -> Term {
        match open.split_first() {
            None => self.constant(Outcome::Value(Value::whole(i64::try_from(sure).unwrap_or(i64::MAX)))),
            Some((first, rest)) => {
                let with = self.count_from(sure + 1, rest);
                let without = self.count_from(sure, rest);
                self.choose(*first, with, without)
            }
        }
    }

    fn set_of(&mut self, members: &[Term]) -> Option<Term> {
        let all: Vec<Value> = members.iter().filter_map(|m| self.known_value(*m)).collect();
        (all.len() == members.len()).then(|| self.constant(Outcome::Value(Value::Set(all.into_iter().collect()))))
    }

    /// The members of a set that is written out, each a value.
    fn listed(&mut self, set: Term) -> Option<Vec<Term>> {
        let known = match &*self.shape(set) {
            Shape::Host(HostFn::SetOf, members, _) if members.iter().all(|m| self.is_sure(*m)) => {
                return Some(members.clone());
            }
            Shape::Known(Outcome::Value(Value::Set(known))) if known.len() <= 2 => known.clone(),
            _ => return None,
        };
        Some(known.into_iter().map(|v| self.constant(Outcome::Value(v))).collect())
    }

    fn combined(&mut self, function: HostFn, a: Term, b: Term) -> Option<Term> {
        if function == HostFn::Union
            && let (Some(mut left), Some(right)) = (self.listed(a), self.listed(b))
        {
            left.extend(right);
            left.sort();
            left.dedup();
            let sort = self.sort(a);
            return Some(self.host(HostFn::SetOf, left, Side::Both, sort));
        }
        let (Some(left), Some(right)) = (self.members_of(a), self.members_of(b)) else {
            return if function == HostFn::Without { self.left_of(a, b) } else { None };
        };
        let mut members = Vec::new();
        for (x, y) in left.into_iter().zip(right) {
            members.push(if function == HostFn::Union {
                self.any([x, y])
            } else {
                let not = self.not(y);
                self.all([x, not])
            });
        }
        Some(self.party_set(members))
    }

    /// Of a few parties, those with periods are told apart one by one.
    fn parties_in(&mut self, periods: Term) -> Option<Term> {
        let Shape::Fact(_) = &*self.shape(periods) else { return None };
        if self.parties.len() > Arena::FEW {
            return None;
        }
        let mut members = Vec::new();
        let whole = self.keep(Shape::Host(HostFn::PartiesIn, vec![periods], Side::Both), Sort::Countries, VALUE);
        for party in self.parties.clone() {
            let party = self.constant(Outcome::Value(Value::Country(party)));
            members.push(self.keep(Shape::Host(HostFn::In, vec![party, whole], Side::Both), Sort::YesNo, VALUE));
        }
        Some(self.party_set(members))
    }

    /// Totalised periods are made of the parties they were totalised for.
    fn parties_of(&mut self, periods: Term) -> Option<Term> {
        match &*self.shape(periods) {
            Shape::Host(HostFn::Totalise, operands, _) if self.is_sure(periods) => operands.get(1).copied(),
            Shape::Host(HostFn::AsIfOwn, operands, _) => {
                let inner = operands.first().copied()?;
                Some(self.host(HostFn::PartiesOf, vec![inner], Side::Both, Sort::Countries))
            }
            _ => None,
        }
    }

    fn field_of(&mut self, record: Term, operands: &[Term], sort: Sort) -> Option<Term> {
        let position = operands.get(1).copied()?;
        match &*self.shape(record) {
            Shape::Known(Outcome::Nothing) => Some(record),
            Shape::Known(outcome) if outcome.rank() > 1 => Some(record),
            Shape::If(condition, then, otherwise) => {
                let (condition, then, otherwise) = (*condition, *then, *otherwise);
                let then = self.host(HostFn::Field, vec![then, position], Side::Both, sort);
                let otherwise = self.host(HostFn::Field, vec![otherwise, position], Side::Both, sort);
                Some(self.choose(condition, then, otherwise))
            }
            _ => None,
        }
    }

    /// At most this many parties are told apart one by one.
    pub(crate) const FEW: usize = 4;
}
