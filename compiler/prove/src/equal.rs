//! Whether two amounts are the same for a group of persons: by what is assumed of it, where the formulas alone do not say so.

use crate::path::Path;
use crate::split::Space;
use crate::sums::is_never_negative;
use crate::term::{Shape, Side, Sort, Term, VALUE};
use accord_core::{Grain, HostFn, Mode, Number, Outcome, Rounding, Value, ratio};

/// How deep roundings within roundings are looked into.
const DEEPEST: u32 = 4;

impl Space<'_> {
    /// Whether two amounts, numbers or lengths are the same for everybody of a group.
    pub(crate) fn equal_here(&mut self, path: &Path, a: Term, b: Term) -> bool {
        self.equal_within(path, a, b, DEEPEST)
    }

    fn equal_within(&mut self, path: &Path, a: Term, b: Term, depth: u32) -> bool {
        if a == b || self.equal_amounts(a, b) {
            return true;
        }
        let is_figure =
            |t: Term| matches!(self.arena.sort(t), Sort::Money | Sort::Number | Sort::Length) && self.is_value(path, t);
        if depth == 0 || !is_figure(a) || !is_figure(b) || self.arena.sort(a) != self.arena.sort(b) {
            return false;
        }
        let (a, b) = (self.as_stored(a), self.as_stored(b));
        if !path.may_be_below(&self.arena, self.world, a, b) && !path.may_be_below(&self.arena, self.world, b, a) {
            return true;
        }
        if self.equal_factors(path, a, b, depth) {
            return true;
        }
        let (Some((x, by)), Some((y, other))) = (self.rounded(a), self.rounded(b)) else { return false };
        if by == other {
            return self.equal_within(path, x, y, depth - 1);
        }
        if by.grain != other.grain {
            return false;
        }
        match (by.mode, other.mode) {
            (Mode::Down, Mode::TowardZero) | (Mode::TowardZero, Mode::Down) => {
                self.is_not_negative(path, x) && self.equal_within(path, x, y, depth - 1)
            }
            // Half up is down of half a grain more.
            (Mode::HalfUp, Mode::Down | Mode::TowardZero) => self.is_half_more(path, x, y, &by.grain, depth),
            (Mode::Down | Mode::TowardZero, Mode::HalfUp) => self.is_half_more(path, y, x, &by.grain, depth),
            _ => false,
        }
    }

    /// Whether two products are the same because, without what both are multiplied by, one factor of each is left, and
    /// these are the same. What they divide by is not zero, since they are values.
    fn equal_factors(&mut self, path: &Path, a: Term, b: Term, depth: u32) -> bool {
        let ((mut left, below), (mut right, under)) = (self.factors(a), self.factors(b));
        left.extend(under);
        right.extend(below);
        let mut rest = Vec::new();
        for factor in left {
            match right.iter().position(|other| *other == factor) {
                Some(at) => {
                    let _ = right.swap_remove(at);
                }
                None => rest.push(factor),
            }
        }
        match (rest.as_slice(), right.as_slice()) {
            ([], []) => true,
            ([x], [y]) if (*x, *y) != (a, b) => self.equal_within(path, *x, *y, depth - 1),
            _ => false,
        }
    }

    /// What a term multiplies and what it divides by.
    fn factors(&self, term: Term) -> (Vec<Term>, Vec<Term>) {
        let (mut over, mut under) = (Vec::new(), Vec::new());
        let mut queue = vec![(term, true)];
        while let Some((term, is_over)) = queue.pop() {
            match &*self.arena.shape(term) {
                Shape::Host(HostFn::Multiply, operands, _) => queue.extend(operands.iter().map(|t| (*t, is_over))),
                Shape::Host(HostFn::Divide, operands, _) if operands.len() == 2 => {
                    queue.extend(operands.iter().zip([is_over, !is_over]).map(|(t, over)| (*t, over)));
                }
                Shape::Known(Outcome::Value(Value::Number(one))) if one.value == ratio(1, 1) => {}
                _ if is_over => over.push(term),
                _ => under.push(term),
            }
        }
        (over, under)
    }

    fn is_half_more(&mut self, path: &Path, less: Term, more: Term, grain: &Grain, depth: u32) -> bool {
        let half = ratio(1, 2);
        let half = match grain {
            Grain::Money(currency, size) => {
                Value::Amount(accord_core::Amount { currency: *currency, value: size * half })
            }
            Grain::Number(size) => Value::Number(Number::new(size * half)),
            Grain::Length(..) => return false,
        };
        if !self.is_not_negative(path, less) {
            return false;
        }
        let sort = self.arena.sort(less);
        let half = self.arena.constant(Outcome::Value(half));
        let sum = self.arena.host(HostFn::Add, vec![less, half], Side::Both, sort);
        self.equal_within(path, sum, more, depth - 1)
    }

    /// An amount as it is before it is kept as money: worth the same.
    fn as_stored(&self, term: Term) -> Term {
        match &*self.arena.shape(term) {
            Shape::Host(HostFn::Stored, operands, _) => operands.first().copied().unwrap_or(term),
            _ => term,
        }
    }

    /// What is rounded, and how.
    fn rounded(&self, term: Term) -> Option<(Term, Rounding)> {
        let Shape::Host(HostFn::Rounded, operands, _) = &*self.arena.shape(term) else { return None };
        let [of, by] = operands.as_slice() else { return None };
        let Value::Rounding(by) = self.arena.known_value(*by)? else { return None };
        // Rounded again to the same grain it stays as it is.
        match self.rounded(self.as_stored(*of)) {
            Some((inner, first)) if first.grain == by.grain => Some((inner, first)),
            _ => Some((*of, by)),
        }
    }

    /// Whether a term is a value for everybody of a group: what it divides by is more than nothing.
    fn is_value(&self, path: &Path, term: Term) -> bool {
        if self.arena.may(term) == VALUE {
            return true;
        }
        let Shape::Host(function, operands, _) = &*self.arena.shape(term) else { return false };
        let by = match (function, operands.as_slice()) {
            (HostFn::Divide, [_, by]) => Some(*by),
            (HostFn::Add | HostFn::Subtract | HostFn::Multiply | HostFn::Rounded | HostFn::NumberOf, _) => None,
            // What was rounded is whole; kept as money it must not be below nothing.
            (HostFn::Stored, [of]) if self.rounded(*of).is_some() && self.is_not_negative(path, *of) => None,
            _ => return false,
        };
        by.is_none_or(|by| path.is_positive(by)) && operands.iter().all(|t| self.is_value(path, *t))
    }

    /// Whether an amount, number or length is certainly not below zero.
    fn is_not_negative(&self, path: &Path, term: Term) -> bool {
        if let Some(value) = self.arena.known_value(term) {
            return crate::path::sign(&value).is_some_and(|sign| sign >= 0);
        }
        if is_never_negative(&self.arena, term) || path.is_positive(term) {
            return true;
        }
        let below = crate::sums::negative(&self.arena, self.world, term);
        if below.is_some_and(|limit| !path.may_be(&self.arena, self.world, limit)) {
            return true;
        }
        let Shape::Host(function, operands, _) = &*self.arena.shape(term) else { return false };
        match function {
            HostFn::Add | HostFn::Multiply | HostFn::Divide | HostFn::Smaller => {
                operands.iter().all(|t| self.is_not_negative(path, *t))
            }
            HostFn::Larger => operands.iter().any(|t| self.is_not_negative(path, *t)),
            HostFn::Rounded | HostFn::NumberOf | HostFn::InUnit | HostFn::Stored => {
                operands.first().is_some_and(|t| self.is_not_negative(path, *t))
            }
            HostFn::Excess | HostFn::Size => true,
            _ => false,
        }
    }
}
