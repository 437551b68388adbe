//! `the party with largest ...`: one member chosen by its body.

use super::function::Function;
use super::logic::Joint;
use super::quantify::Members;
use crate::CodegenError;
use crate::abi::Service;
use crate::tables::{NO, NOTHING, YES};
use accord_core::HostFn;
use accord_ir::{ExprId, Quantified, Tie};
use cranelift_codegen::ir::{Block, InstBuilder, Value};

/// What is carried from member to member.
#[derive(Clone, Copy)]
struct Race {
    /// The first of the best so far.
    first: Value,
    /// The last of them.
    last: Value,
    /// Yes if there are several.
    tied: Value,
    /// The body of the best.
    best: Value,
    /// The worst body that is neither a value nor nothing; no if there was none.
    refused: Value,
    /// The first comparison that was neither yes nor no; no if there was none.
    strange: Value,
}

impl Race {
    /// How many values it is.
    const SIZE: usize = 6;

    fn values(self) -> [Value; Race::SIZE] {
        [self.first, self.last, self.tied, self.best, self.refused, self.strange]
    }

    fn of(values: &[Value]) -> Option<Race> {
        let [first, last, tied, best, refused, strange] = *values else { return None };
        Some(Race { first, last, tied, best, refused, strange })
    }
}

impl Function<'_, '_, '_, '_> {
    /// The member with the largest or smallest body. One candidate is taken without asking its body.
    pub fn the_with(
        &mut self,
        id: ExprId,
        quantified: &Quantified,
        passing: Members,
        tie: Tie,
        largest: bool,
    ) -> Result<Value, CodegenError> {
        let done = self.block_of(1);
        self.none_or_one(passing, done);
        let (no, nothing) = (self.number(NO), self.number(NOTHING));
        let start = Race { first: nothing, last: nothing, tied: no, best: nothing, refused: no, strange: no };
        let carried = self.each(passing, &start.values(), &mut |function, member, at, held| {
            let Some(race) = Race::of(held) else { return Ok(held.to_vec()) };
            function.locals.insert(quantified.variable, member);
            let body = function.body(quantified)?;
            function.at(id);
            function.run_race(id, race, member, at, body, largest)
        })?;
        if let Some(race) = Race::of(&carried) {
            let refused = self.is_unsettled(race.refused);
            self.leave_if(refused, done, race.refused);
            let strange = self.is_not(race.strange, NO);
            self.leave_if(strange, done, race.strange);
            let chosen = match tie {
                Tie::First => race.first,
                Tie::Last => race.last,
                Tie::Refer => {
                    let referred = self.referred();
                    self.build.ins().select(race.tied, referred, race.first)
                }
            };
            self.jump(done, &[chosen]);
        }
        Ok(self.enter_block_of_one(done))
    }

    /// One member more.
    fn run_race(
        &mut self,
        id: ExprId,
        race: Race,
        member: Value,
        at: Value,
        body: Value,
        largest: bool,
    ) -> Result<Vec<Value>, CodegenError> {
        let after = self.block_of(Race::SIZE);
        let (no, yes) = (self.number(NO), self.number(YES));

        // A body that is neither a value nor nothing is only weighed against others like it.
        let (test, refuse, compare) = (self.block(), self.block(), self.block());
        let is_nothing = self.is(body, NOTHING);
        self.branch(is_nothing, compare, test);
        self.enter_block(test);
        let (operand, count) = self.spill(&[body]);
        let screened = self.serve(Service::Screen, &[operand, count]);
        let is_refused = self.at_least(screened, 0);
        self.branch(is_refused, refuse, compare);
        self.enter_block(refuse);
        let refused = self.undecided(Joint::Or, race.refused, body);
        self.goto(after, Race { refused, ..race });

        // Nothing is compared any more once the result is known to be none of the members.
        self.enter_block(compare);
        let over = self.build.ins().bor(race.refused, race.strange);
        let lost = self.is_not(over, NO);
        let (stay, contest) = (self.block(), self.block());
        self.branch(lost, stay, contest);
        self.enter_block(stay);
        self.goto(after, race);
        self.enter_block(contest);
        let lead = Race { first: member, last: member, tied: no, best: body, ..race };
        let (leads, versus) = (self.block(), self.block());
        let is_first = self.is(at, 0);
        self.branch(is_first, leads, versus);
        self.enter_block(leads);
        self.goto(after, lead);

        // Less(best, this), then Less(this, best); both no is a tie.
        self.enter_block(versus);
        let (above, below) = if largest { (lead, race) } else { (race, lead) };
        self.race_step(id, (race.best, body), above, race, after)?;
        self.race_step(id, (body, race.best), below, race, after)?;
        self.goto(after, Race { last: member, tied: yes, ..race });

        self.enter_block(after);
        Ok((0..Race::SIZE).map(|at| self.param(after, at)).collect())
    }

    /// Compares: yes goes on with `then`, neither yes nor no ends the race, no goes on here.
    fn race_step(
        &mut self,
        id: ExprId,
        (a, b): (Value, Value),
        then: Race,
        race: Race,
        after: Block,
    ) -> Result<(), CodegenError> {
        let site = self.site(id);
        let less = self.operate(HostFn::Less, &[a, b], site)?;
        let (yes, not_yes, odd, no) = (self.block(), self.block(), self.block(), self.block());
        let is_yes = self.is(less, YES);
        self.branch(is_yes, yes, not_yes);
        self.enter_block(yes);
        self.goto(after, then);
        self.enter_block(not_yes);
        let is_no = self.is(less, NO);
        self.branch(is_no, no, odd);
        self.enter_block(odd);
        self.goto(after, Race { strange: less, ..race });
        self.enter_block(no);
        Ok(())
    }

    fn goto(&mut self, after: Block, race: Race) {
        self.jump(after, &race.values());
    }
}
