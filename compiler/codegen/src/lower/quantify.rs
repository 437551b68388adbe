//! Quantifiers: loops over the members of a set or list.
//!
//! The run spreads the members over consecutive places. `every` and `some` are one loop that ends as soon as it is
//! decided. All others first ask the filter of every member, moving those that pass to the front of the same places;
//! then their bodies.

use super::function::Function;
use super::logic::Joint;
use crate::CodegenError;
use crate::abi::Service;
use crate::tables::{NO, NOTHING, YES};
use accord_core::{HostFn, Outcome};
use accord_ir::{ExprId, Quantified, Quantifier, Tie};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use std::collections::BTreeSet;

/// Members at consecutive places.
#[derive(Clone, Copy)]
pub(super) struct Members {
    /// The first place.
    pub start: Value,
    /// How many.
    pub count: Value,
}

/// Code that is run for each member with the member, its number and the values carried along; gives the values to
/// carry on.
pub(super) type Each<'e, 'l, 'm, 'p, 'f> =
    dyn FnMut(&mut Function<'l, 'm, 'p, 'f>, Value, Value, &[Value]) -> Result<Vec<Value>, CodegenError> + 'e;

impl<'l, 'm, 'p, 'f> Function<'l, 'm, 'p, 'f> {
    /// A quantifier.
    pub fn quantify(&mut self, id: ExprId, quantified: &Quantified) -> Result<Value, CodegenError> {
        let domain = self.expr(quantified.domain)?;
        self.at(id);
        let done = self.block_of(1);
        let spread = self.serve(Service::Spread, &[domain]);
        let is_none = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, spread, 0);
        self.leave_if(is_none, done, domain);
        let start = self.build.ins().ushr_imm_u(spread, 32);
        let count = self.build.ins().band_imm_s(spread, i64::from(u32::MAX));
        let members = Members { start, count };

        let outer = self.locals.get(&quantified.variable).copied();
        let result = match quantified.quantifier {
            Quantifier::Every => self.fold_truth(quantified, members, Joint::And)?,
            Quantifier::Some => self.fold_truth(quantified, members, Joint::Or)?,
            _ => {
                let passing = self.filtered(quantified, members, done)?;
                self.of_passing(id, quantified, passing)?
            }
        };
        self.jump(done, &[result]);
        match outer {
            Some(value) => self.locals.insert(quantified.variable, value),
            None => self.locals.remove(&quantified.variable),
        };
        Ok(self.enter_block_of_one(done))
    }

    /// What becomes of the members that pass the filter.
    fn of_passing(&mut self, id: ExprId, quantified: &Quantified, passing: Members) -> Result<Value, CodegenError> {
        match quantified.quantifier {
            Quantifier::Sum => self.fold(id, quantified, passing, (NOTHING, HostFn::Add)),
            Quantifier::Largest => self.fold(id, quantified, passing, (NOTHING, HostFn::Larger)),
            Quantifier::Smallest => self.fold(id, quantified, passing, (NOTHING, HostFn::Smaller)),
            Quantifier::Gathered => {
                let empty = Outcome::Value(accord_core::Value::Set(BTreeSet::new()));
                let empty = self.low.tables.constant(&empty);
                self.fold(id, quantified, passing, (empty, HostFn::Union))
            }
            Quantifier::Count => Ok(self.serve(Service::Whole, &[passing.count])),
            Quantifier::TheOnly(tie) => Ok(self.the_only(passing, tie)),
            Quantifier::TheWithLargest(tie) => self.the_with(id, quantified, passing, tie, true),
            Quantifier::TheWithSmallest(tie) => self.the_with(id, quantified, passing, tie, false),
            // Every and Some are folded before this; their members would be these.
            Quantifier::SetOf | Quantifier::Every | Quantifier::Some => {
                Ok(self.serve(Service::Collect, &[passing.start, passing.count]))
            }
        }
    }

    /// A loop over members carrying values along; gives what was carried out of it.
    pub fn each(
        &mut self,
        members: Members,
        carried: &[Value],
        body: &mut Each<'_, 'l, 'm, 'p, 'f>,
    ) -> Result<Vec<Value>, CodegenError> {
        let head = self.block_of(carried.len() + 1);
        let (inside, after) = (self.block(), self.block());
        let zero = self.number(0);
        self.jump(head, &[&[zero], carried].concat());

        self.enter_block(head);
        let mut params = (0..=carried.len()).map(|at| self.param(head, at)).collect::<Vec<_>>();
        let held = params.split_off(1);
        let at = params.pop().unwrap_or(zero);
        let is_more = self.build.ins().icmp(IntCC::SignedLessThan, at, members.count);
        self.branch(is_more, inside, after);

        self.enter_block(inside);
        let place = self.build.ins().iadd(members.start, at);
        let member = self.serve(Service::Member, &[place]);
        let is_once = std::mem::replace(&mut self.is_once, false);
        let mut carry = body(self, member, at, &held)?;
        self.is_once = is_once;
        let next = self.build.ins().iadd_imm_s(at, 1);
        carry.insert(0, next);
        self.jump(head, &carry);

        self.enter_block(after);
        Ok(held)
    }

    /// `every` and `some`.
    fn fold_truth(&mut self, quantified: &Quantified, members: Members, joint: Joint) -> Result<Value, CodegenError> {
        let done = self.block_of(1);
        let neutral = self.number(joint.neutral());
        let carried = self.each(members, &[neutral], &mut |function, member, _, held| {
            let [so_far] = *held else { return Ok(held.to_vec()) };
            function.locals.insert(quantified.variable, member);
            let contributed = function.contribution(quantified, joint)?;
            let decides = function.is(contributed, joint.decides());
            function.leave_if(decides, done, contributed);
            Ok(vec![function.undecided(joint, so_far, contributed)])
        })?;
        self.jump(done, &carried);
        Ok(self.enter_block_of_one(done))
    }

    /// What a member contributes: `filter and body` to `some`, `not filter or body` to `every`. A filter that is
    /// nothing counts as no. A body that is not there counts as yes.
    fn contribution(&mut self, quantified: &Quantified, joint: Joint) -> Result<Value, CodegenError> {
        let Some(filter) = quantified.filter else { return self.body(quantified) };
        let filter = self.expr(filter)?;
        let done = self.block_of(1);
        let (passes, left_out, unsettled) = (self.block(), self.block(), self.block_of(1));
        self.fork(filter, passes, left_out, unsettled);
        self.enter_block(left_out);
        let neutral = self.number(joint.neutral());
        self.jump(done, &[neutral]);

        // The body stands once, for members that pass and for those that may: `doubt` is the filter of the latter,
        // and yes, which is never a doubt, for the former.
        let ask = self.block_of(1);
        self.enter_block(passes);
        let sure = self.number(YES);
        self.jump(ask, &[sure]);
        let doubt = self.enter_block_of_one(unsettled);
        self.jump(ask, &[doubt]);

        let doubt = self.enter_block_of_one(ask);
        let body = self.body(quantified)?;
        let doubtful = self.block();
        let settled = self.block();
        let is_doubtful = self.is_unsettled(doubt);
        self.branch(is_doubtful, doubtful, settled);
        self.enter_block(settled);
        self.jump(done, &[body]);

        // A doubtful filter joined to the body: the neutral body makes the member neutral whatever the filter is
        // (`not filter or yes`, `filter and no`), the deciding one leaves the doubt, anything else is as bad as the
        // worse of the two.
        self.enter_block(doubtful);
        let is_neutral = self.is(body, joint.neutral());
        self.leave_if(is_neutral, done, body);
        let decides = self.is(body, joint.decides());
        self.leave_if(decides, done, doubt);
        let worse = self.serve(Service::Worst, &[doubt, body]);
        self.jump(done, &[worse]);
        Ok(self.enter_block_of_one(done))
    }

    /// What is asked of a member; yes where nothing is.
    pub fn body(&mut self, quantified: &Quantified) -> Result<Value, CodegenError> {
        match quantified.body {
            Some(body) => self.expr(body),
            None => Ok(self.number(YES)),
        }
    }

    /// The members that pass the filter. If the filter of any is unsettled, goes to `done` with the worst of those.
    fn filtered(&mut self, quantified: &Quantified, members: Members, done: Block) -> Result<Members, CodegenError> {
        let Some(filter) = quantified.filter else { return Ok(members) };
        let (none, no_doubt) = (self.number(0), self.number(NO));
        let carried = self.each(members, &[none, no_doubt], &mut |function, member, _, held| {
            let [kept, doubt] = *held else { return Ok(held.to_vec()) };
            function.locals.insert(quantified.variable, member);
            let filter = function.expr(filter)?;
            let after = function.block_of(2);
            let (passes, left_out, unsettled) = (function.block(), function.block(), function.block_of(1));
            function.fork(filter, passes, left_out, unsettled);
            function.enter_block(left_out);
            function.jump(after, &[kept, doubt]);
            function.enter_block(passes);
            let place = function.build.ins().iadd(members.start, kept);
            function.serve(Service::Keep, &[place, member]);
            let more = function.build.ins().iadd_imm_s(kept, 1);
            function.jump(after, &[more, doubt]);
            let filter = function.enter_block_of_one(unsettled);
            let worse = function.undecided(Joint::Or, doubt, filter);
            function.jump(after, &[kept, worse]);
            function.enter_block(after);
            Ok(vec![function.param(after, 0), function.param(after, 1)])
        })?;
        let [kept, doubt] = carried[..] else { return Ok(members) };
        let is_doubtful = self.is_unsettled(doubt);
        self.leave_if(is_doubtful, done, doubt);
        Ok(Members { start: members.start, count: kept })
    }

    /// The bodies joined by an operation to what it begins with, `nothing` skipped; joined to nothing, the first is
    /// taken as it is.
    fn fold(
        &mut self,
        id: ExprId,
        quantified: &Quantified,
        passing: Members,
        (begin, join): (i64, HostFn),
    ) -> Result<Value, CodegenError> {
        let nothing = self.number(begin);
        let carried = self.each(passing, &[nothing], &mut |function, member, _, held| {
            let [so_far] = *held else { return Ok(held.to_vec()) };
            function.locals.insert(quantified.variable, member);
            let body = function.body(quantified)?;
            function.at(id);
            let after = function.block_of(1);
            let skip = function.is(body, NOTHING);
            function.leave_if(skip, after, so_far);
            let first = function.is(so_far, NOTHING);
            function.leave_if(first, after, body);
            let site = function.site(id);
            let joined = function.operate(join, &[so_far, body], site)?;
            function.jump(after, &[joined]);
            Ok(vec![function.enter_block_of_one(after)])
        })?;
        Ok(carried.first().copied().unwrap_or(nothing))
    }

    /// The one member that passes; none is nothing, several are as the tie says.
    fn the_only(&mut self, passing: Members, tie: Tie) -> Value {
        let done = self.block_of(1);
        self.none_or_one(passing, done);
        let chosen = match tie {
            Tie::First => self.serve(Service::Member, &[passing.start]),
            Tie::Last => {
                let after = self.build.ins().iadd(passing.start, passing.count);
                let last = self.build.ins().iadd_imm_s(after, -1);
                self.serve(Service::Member, &[last])
            }
            Tie::Refer => self.referred(),
        };
        self.jump(done, &[chosen]);
        self.enter_block_of_one(done)
    }

    /// Goes to `done` with nothing if no member passes, with the member if one does; else goes on here.
    pub fn none_or_one(&mut self, passing: Members, done: Block) {
        let nothing = self.number(NOTHING);
        let is_none = self.is(passing.count, 0);
        self.leave_if(is_none, done, nothing);
        let is_one = self.is(passing.count, 1);
        let (one, several) = (self.block(), self.block());
        self.branch(is_one, one, several);
        self.enter_block(one);
        let only = self.serve(Service::Member, &[passing.start]);
        self.jump(done, &[only]);
        self.enter_block(several);
    }

    /// A tie that the authorities settle.
    pub fn referred(&mut self) -> Value {
        let handle = self.low.tables.constant(&Outcome::refer(Tie::AUTHORITY));
        self.number(handle)
    }
}
