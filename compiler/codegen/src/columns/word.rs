//! Words and bits in the making: what is known while code is made is computed then.

use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{
    Block, BlockArg, GlobalValue, InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Type, Value,
    types,
};
use cranelift_frontend::FunctionBuilder;
use std::collections::{BTreeMap, BTreeSet};

/// A 64-bit number: known now, or when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// Known.
    Known(i64),
    /// Computed.
    Run(Value),
}

/// A yes or no: known now, or when it runs (`i8`, 0 or 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bit {
    /// Known.
    Known(bool),
    /// Computed.
    Run(Value),
}

/// Reading what nobody writes while native code runs: may be moved out of loops, and read once.
pub(super) fn constant_memory() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly().with_can_move()
}

/// Code in the making.
pub(super) struct Code<'f> {
    pub build: FunctionBuilder<'f>,
    /// Where a row goes on that is not as this code takes it to be: the code for any row.
    pub bail: Option<Block>,
    /// Places in the frame, used again by each arm.
    pub slots: Slots,
    /// Days that are what a column holds and so many days more.
    pub origins: BTreeMap<Value, (usize, i64)>,
    /// What is the opposite of what.
    opposites: BTreeMap<Value, Value>,
    /// Numbers that are not zero, as this arm is left where they are.
    pub nonzero: BTreeSet<Value>,
    /// Which comparisons were made.
    tests: BTreeMap<Value, (IntCC, Value, Value)>,
    /// The table of days, where this function may use it.
    pub table: Option<GlobalValue>,
    /// The table of [`super::number::parts`], where there is one.
    pub parts: Option<GlobalValue>,
}

/// Places in the frame by their size, and how many of each this arm has taken.
#[derive(Default)]
pub(super) struct Slots {
    made: Vec<(u32, StackSlot, bool)>,
}

impl Slots {
    /// Places of this size are not needed any longer.
    pub fn release(&mut self, bytes: i64) {
        for (_, _, taken) in self.made.iter_mut().filter(|(size, ..)| i64::from(*size) == bytes) {
            *taken = false;
        }
    }

    /// Another arm begins: all places are free.
    pub fn free(&mut self) {
        for (.., taken) in &mut self.made {
            *taken = false;
        }
    }
}

impl<'f> Code<'f> {
    pub fn new(build: FunctionBuilder<'f>) -> Code<'f> {
        Code {
            build,
            bail: None,
            slots: Slots::default(),
            origins: BTreeMap::new(),
            opposites: BTreeMap::new(),
            nonzero: BTreeSet::new(),
            tests: BTreeMap::new(),
            table: None,
            parts: None,
        }
    }
}

impl Code<'_> {
    /// A number is the day that a column holds.
    pub fn is_of(&mut self, day: Word, column: usize) {
        if let Word::Run(day) = day {
            let _ = self.origins.insert(day, (column, 0));
        }
    }

    /// A number is another one and so many more.
    fn is_from(&mut self, made: Word, from: Word, more: Option<i64>) {
        if let (Word::Run(made), Word::Run(from), Some(more)) = (made, from, more)
            && let Some((column, days)) = self.origins.get(&from)
        {
            let origin = (*column, days.saturating_add(more));
            let _ = self.origins.insert(made, origin);
        }
    }

    /// A number as a value.
    pub fn value(&mut self, word: Word) -> Value {
        match word {
            Word::Known(n) => self.build.ins().iconst(types::I64, n),
            Word::Run(value) => value,
        }
    }

    /// A yes or no as a value.
    pub fn flag(&mut self, bit: Bit) -> Value {
        match bit {
            Bit::Known(yes) => self.build.ins().iconst(types::I8, i64::from(yes)),
            Bit::Run(value) => value,
        }
    }

    /// A yes or no as a number.
    pub fn word_of(&mut self, bit: Bit) -> Word {
        match bit {
            Bit::Known(yes) => Word::Known(i64::from(yes)),
            Bit::Run(value) => Word::Run(self.build.ins().uextend(types::I64, value)),
        }
    }

    fn fold(
        &mut self,
        a: Word,
        b: Word,
        now: impl Fn(i64, i64) -> Option<i64>,
        later: impl Fn(&mut Self, Value, Value) -> Value,
    ) -> Word {
        if let (Word::Known(a), Word::Known(b)) = (a, b)
            && let Some(known) = now(a, b)
        {
            return Word::Known(known);
        }
        let (a, b) = (self.value(a), self.value(b));
        Word::Run(later(self, a, b))
    }

    pub fn add(&mut self, a: Word, b: Word) -> Word {
        match (a, b) {
            (Word::Known(0), other) | (other, Word::Known(0)) => other,
            _ => {
                let sum = self.fold(a, b, i64::checked_add, |c, a, b| c.build.ins().iadd(a, b));
                match (a, b) {
                    (from, Word::Known(more)) | (Word::Known(more), from) => self.is_from(sum, from, Some(more)),
                    _ => {}
                }
                sum
            }
        }
    }

    pub fn sub(&mut self, a: Word, b: Word) -> Word {
        if b == Word::Known(0) {
            return a;
        }
        let rest = self.fold(a, b, i64::checked_sub, |c, a, b| c.build.ins().isub(a, b));
        if let Word::Known(less) = b {
            self.is_from(rest, a, less.checked_neg());
        }
        rest
    }

    pub fn mul(&mut self, a: Word, b: Word) -> Word {
        match (a, b) {
            (Word::Known(1), other) | (other, Word::Known(1)) => other,
            (Word::Known(0), _) | (_, Word::Known(0)) => Word::Known(0),
            _ => self.fold(a, b, i64::checked_mul, |c, a, b| c.build.ins().imul(a, b)),
        }
    }

    pub fn band(&mut self, a: Word, b: Word) -> Word {
        match (a, b) {
            (Word::Known(0), _) | (_, Word::Known(0)) => Word::Known(0),
            (Word::Known(-1), other) | (other, Word::Known(-1)) => other,
            _ => self.fold(a, b, |a, b| Some(a & b), |c, a, b| c.build.ins().band(a, b)),
        }
    }

    pub fn bor(&mut self, a: Word, b: Word) -> Word {
        match (a, b) {
            (Word::Known(0), other) | (other, Word::Known(0)) => other,
            (a, b) if a == b => a,
            _ => self.fold(a, b, |a, b| Some(a | b), |c, a, b| c.build.ins().bor(a, b)),
        }
    }

    pub fn bxor(&mut self, a: Word, b: Word) -> Word {
        self.fold(a, b, |a, b| Some(a ^ b), |c, a, b| c.build.ins().bxor(a, b))
    }

    /// Shifted left by a number from 0 to 63.
    pub fn shl(&mut self, a: Word, by: Word) -> Word {
        let now = |a: i64, by: i64| Some(a.wrapping_shl(u32::try_from(by).ok()?));
        self.fold(a, by, now, |c, a, by| c.build.ins().ishl(a, by))
    }

    /// Shifted right by a number from 0 to 63, zeros coming in.
    pub fn shr(&mut self, a: Word, by: i64) -> Word {
        let now = |a: i64, by: i64| Some((a.cast_unsigned() >> u32::try_from(by).ok()?).cast_signed());
        self.fold(a, Word::Known(by), now, |c, a, by| c.build.ins().ushr(a, by))
    }

    /// The quotient rounded toward minus infinity; the divisor is positive.
    pub fn floor_div(&mut self, a: Word, b: Word, never_negative: bool) -> Word {
        if b == Word::Known(1) {
            return a;
        }
        if let (Word::Known(a), Word::Known(b)) = (a, b)
            && b > 0
        {
            return Word::Known(a.div_euclid(b));
        }
        let (x, y) = (self.value(a), self.value(b));
        if never_negative {
            return Word::Run(self.build.ins().udiv(x, y));
        }
        // Toward zero, less one where that went up.
        let quotient = self.build.ins().sdiv(x, y);
        let back = self.build.ins().imul(quotient, y);
        let above = self.build.ins().icmp(IntCC::SignedGreaterThan, back, x);
        let above = self.build.ins().uextend(types::I64, above);
        Word::Run(self.build.ins().isub(quotient, above))
    }

    /// A comparison of signed numbers, or one that does not depend on the sign.
    pub fn test(&mut self, how: IntCC, a: Word, b: Word) -> Bit {
        if let (Word::Known(a), Word::Known(b)) = (a, b) {
            let known = match how {
                IntCC::Equal => Some(a == b),
                IntCC::NotEqual => Some(a != b),
                IntCC::SignedLessThan => Some(a < b),
                IntCC::SignedLessThanOrEqual => Some(a <= b),
                IntCC::SignedGreaterThan => Some(a > b),
                IntCC::SignedGreaterThanOrEqual => Some(a >= b),
                IntCC::UnsignedLessThan => Some(a.cast_unsigned() < b.cast_unsigned()),
                IntCC::UnsignedGreaterThanOrEqual => Some(a.cast_unsigned() >= b.cast_unsigned()),
                _ => None,
            };
            if let Some(known) = known {
                return Bit::Known(known);
            }
        }
        if a == b {
            match how {
                IntCC::Equal | IntCC::SignedLessThanOrEqual | IntCC::SignedGreaterThanOrEqual => {
                    return Bit::Known(true);
                }
                IntCC::NotEqual | IntCC::SignedLessThan | IntCC::SignedGreaterThan => return Bit::Known(false),
                _ => {}
            }
        }
        let (a, b) = (self.value(a), self.value(b));
        Bit::Run(self.compare_values(how, a, b))
    }

    fn compare_values(&mut self, how: IntCC, a: Value, b: Value) -> Value {
        let made = self.build.ins().icmp(how, a, b);
        let _ = self.tests.insert(made, (how, a, b));
        made
    }

    pub fn select(&mut self, condition: Bit, yes: Word, no: Word) -> Word {
        match condition {
            Bit::Known(true) => yes,
            Bit::Known(false) => no,
            Bit::Run(_) if yes == no => yes,
            Bit::Run(condition) => {
                let made = self.tests.contains_key(&condition);
                if let Some(opposite) = self.opposites.get(&condition).filter(|_| !made) {
                    return self.select(Bit::Run(*opposite), no, yes);
                }
                if let (Word::Known(bit), Word::Known(0), false) = (yes, no, made)
                    && bit.count_ones() == 1
                {
                    let one = self.word_of(Bit::Run(condition));
                    return self.shl(one, Word::Known(i64::from(bit.trailing_zeros())));
                }
                let (yes, no) = (self.value(yes), self.value(no));
                Word::Run(self.build.ins().select(condition, yes, no))
            }
        }
    }

    pub fn choose(&mut self, condition: Bit, yes: Bit, no: Bit) -> Bit {
        match (condition, yes, no) {
            (Bit::Known(true), yes, _) => yes,
            (Bit::Known(false), _, no) => no,
            (_, yes, no) if yes == no => yes,
            (_, Bit::Known(true), Bit::Known(false)) => condition,
            (_, Bit::Known(false), no) => {
                let otherwise = self.not(condition);
                self.and(otherwise, no)
            }
            (_, yes, Bit::Known(true)) => {
                let otherwise = self.not(condition);
                self.or(otherwise, yes)
            }
            (_, yes, Bit::Known(false)) => self.and(condition, yes),
            (_, Bit::Known(true), no) => self.or(condition, no),
            (Bit::Run(condition), yes, no) => {
                let (yes, no) = (self.flag(yes), self.flag(no));
                Bit::Run(self.build.ins().select(condition, yes, no))
            }
        }
    }

    pub fn and(&mut self, a: Bit, b: Bit) -> Bit {
        match (a, b) {
            (Bit::Known(false), _) | (_, Bit::Known(false)) => Bit::Known(false),
            (Bit::Known(true), other) | (other, Bit::Known(true)) => other,
            (a, b) if a == b => a,
            (Bit::Run(a), Bit::Run(b)) => Bit::Run(self.build.ins().band(a, b)),
        }
    }

    pub fn or(&mut self, a: Bit, b: Bit) -> Bit {
        match (a, b) {
            (Bit::Known(true), _) | (_, Bit::Known(true)) => Bit::Known(true),
            (Bit::Known(false), other) | (other, Bit::Known(false)) => other,
            (a, b) if a == b => a,
            (Bit::Run(a), Bit::Run(b)) => Bit::Run(self.build.ins().bor(a, b)),
        }
    }

    pub fn not(&mut self, a: Bit) -> Bit {
        match a {
            Bit::Known(yes) => Bit::Known(!yes),
            Bit::Run(value) => {
                if let Some(opposite) = self.opposites.get(&value) {
                    return Bit::Run(*opposite);
                }
                let opposite = match self.tests.get(&value).copied() {
                    Some((how, a, b)) => self.compare_values(how.complement(), a, b),
                    None => {
                        let one = self.build.ins().iconst(types::I8, 1);
                        self.build.ins().bxor(value, one)
                    }
                };
                let _ = self.opposites.insert(opposite, value);
                Bit::Run(opposite)
            }
        }
    }

    /// Whether a bit of a mask is set.
    pub fn has(&mut self, mask: Word, bit: usize) -> Bit {
        let only = self.band(mask, Word::Known(1_i64.wrapping_shl(u32::try_from(bit).unwrap_or(63))));
        self.test(IntCC::NotEqual, only, Word::Known(0))
    }

    /// Reads a number of a narrower type where nobody writes.
    pub fn read(&mut self, ty: Type, signed: bool, address: Value, offset: i32) -> Word {
        let read = self.build.ins().load(ty, constant_memory(), address, offset);
        Word::Run(self.widen(ty, signed, read))
    }

    /// A narrower number as a 64-bit one.
    pub fn widen(&mut self, ty: Type, signed: bool, narrow: Value) -> Value {
        match (ty == types::I64, signed) {
            (true, _) => narrow,
            (false, true) => self.build.ins().sextend(types::I64, narrow),
            (false, false) => self.build.ins().uextend(types::I64, narrow),
        }
    }

    /// The address of the element of a number.
    pub fn element(&mut self, base: Value, at: Word, size: i64) -> Value {
        let offset = self.mul(at, Word::Known(size));
        let offset = self.value(offset);
        self.build.ins().iadd(base, offset)
    }

    pub fn jump(&mut self, block: Block, arguments: &[Value]) {
        let arguments: Vec<BlockArg> = arguments.iter().copied().map(BlockArg::Value).collect();
        self.build.ins().jump(block, &arguments);
    }

    /// Goes to the code for any row if the condition holds; whether there is such code elsewhere.
    pub fn bail_if(&mut self, condition: Bit) -> bool {
        let Some(bail) = self.bail else { return false };
        if condition != Bit::Known(false) {
            let (next, _) = self.block_of(0);
            let condition = self.flag(condition);
            match self.opposites.get(&condition) {
                Some(opposite) => self.build.ins().brif(*opposite, next, &[], bail, &[]),
                None => self.build.ins().brif(condition, bail, &[], next, &[]),
            };
            self.build.switch_to_block(next);
        }
        true
    }

    /// A place of so many bytes in the frame, which no other part of this arm has.
    pub fn place(&mut self, bytes: i64) -> Value {
        let size = u32::try_from(bytes).unwrap_or(u32::MAX);
        let free = self.slots.made.iter_mut().find(|(of, _, taken)| *of == size && !*taken);
        let slot = match free {
            Some((_, slot, taken)) => {
                *taken = true;
                *slot
            }
            None => {
                let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, 4);
                let slot = self.build.create_sized_stack_slot(data);
                self.slots.made.push((size, slot, true));
                slot
            }
        };
        self.build.ins().stack_addr(types::I64, slot, 0)
    }

    /// A block with parameters of 64 bits.
    pub fn block_of(&mut self, params: usize) -> (Block, Vec<Value>) {
        let block = self.build.create_block();
        let params = (0..params).map(|_| self.build.append_block_param(block, types::I64)).collect();
        (block, params)
    }
}
