//! In which order the rows of a block are decided: those of the same arm one after the other, so that its code is there
//! when it is needed, and what branches on the arm is foretold rightly.

use super::stage::ROWS;
use super::word::{Bit, Code, Word};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, StackSlot, Value, types};

/// With more arms than these rows are decided as they come.
const MOST_ARMS: usize = 8;

/// Members that are compared at once.
const LANES: i64 = 16;

/// The order of the rows of a block.
pub(super) struct Order {
    /// The column of members that has the arms.
    pub column: usize,
    arms: Vec<u16>,
    /// The position of each row, a byte each.
    places: StackSlot,
}

impl Order {
    /// By the arms of a column, where there are several and few.
    pub fn new(code: &mut Code<'_>, column: usize, arms: Vec<u16>) -> Option<Order> {
        let few = arms.len() > 1 && arms.len() <= MOST_ARMS;
        few.then(|| Order { column, arms, places: code.kept(ROWS) })
    }

    /// The position of the row that comes next after so many.
    pub fn row(&self, code: &mut Code<'_>, number: Value) -> Value {
        let places = code.build.ins().stack_addr(types::I64, self.places, 0);
        let address = code.build.ins().iadd(places, number);
        let place = code.build.ins().load(types::I8, MemFlagsData::trusted(), address, 0);
        code.build.ins().uextend(types::I64, place)
    }

    /// Fills it for a block of so many rows, the members of which begin here; goes on in another block. Rows of which the
    /// member is none of the arms come last; those of a block that is not whole as they are.
    pub fn fill(&self, code: &mut Code<'_>, members: Value, size: Value) {
        let [grouped, done] = [(); 2].map(|()| code.block_of(0).0);
        let (one, each) = code.block_of(1);
        let (put, _) = code.block_of(0);
        let whole = code.test(IntCC::Equal, Word::Run(size), Word::Known(ROWS));
        let whole = code.flag(whole);
        let zero = code.build.ins().iconst(types::I64, 0);
        let places = code.build.ins().stack_addr(types::I64, self.places, 0);
        code.build.ins().brif(whole, grouped, &[], one, &[zero.into()]);
        code.build.switch_to_block(one);
        let [at] = each[..] else { return };
        let more = code.build.ins().icmp(IntCC::SignedLessThan, at, size);
        code.build.ins().brif(more, put, &[], done, &[]);
        code.build.switch_to_block(put);
        let next = place(code, places, (at, at));
        code.jump(one, &[next]);
        code.build.switch_to_block(grouped);
        let mut count = zero;
        for rows in self.masks(code, members) {
            count = spread(code, places, rows, count).unwrap_or(count);
        }
        code.jump(done, &[]);
        code.build.switch_to_block(done);
    }

    /// The rows of each arm, a bit each, and those of none.
    fn masks(&self, code: &mut Code<'_>, members: Value) -> Vec<Value> {
        let anywhere = MemFlagsData::new().with_notrap();
        let load = |code: &mut Code<'_>, at: i64| {
            let offset = i32::try_from(at * LANES).unwrap_or(0);
            code.build.ins().load(types::I8X16, anywhere, members, offset)
        };
        let all: Vec<Value> = (0..ROWS / LANES).map(|at| load(code, at)).collect();
        let mut masks = Vec::new();
        let mut rest = code.build.ins().iconst(types::I64, -1);
        for arm in &self.arms {
            let member = code.build.ins().iconst(types::I8, i64::from(*arm));
            let member = code.build.ins().splat(types::I8X16, member);
            let mut mask = code.build.ins().iconst(types::I64, 0);
            for (at, some) in (0i64..).zip(&all) {
                let here = code.build.ins().icmp(IntCC::Equal, *some, member);
                let bits = code.build.ins().vhigh_bits(types::I32, here);
                let bits = code.build.ins().uextend(types::I64, bits);
                let bits = code.build.ins().ishl_imm_u(bits, at * LANES);
                mask = code.build.ins().bor(mask, bits);
            }
            rest = code.build.ins().band_not(rest, mask);
            masks.push(mask);
        }
        masks.push(rest);
        masks
    }
}

/// Writes the position of one row, the next after so many; how many there are then.
fn place(code: &mut Code<'_>, places: Value, (row, count): (Value, Value)) -> Value {
    let address = code.build.ins().iadd(places, count);
    let row = code.build.ins().ireduce(types::I8, row);
    code.build.ins().store(MemFlagsData::trusted(), row, address, 0);
    code.build.ins().iadd_imm_s(count, 1)
}

/// Writes the positions of the rows of a mask after so many others; how many there are then.
fn spread(code: &mut Code<'_>, places: Value, rows: Value, count: Value) -> Option<Value> {
    let (head, params) = code.block_of(2);
    let [body, done] = [(); 2].map(|()| code.block_of(0).0);
    code.jump(head, &[rows, count]);
    code.build.switch_to_block(head);
    let [rows, count] = params[..] else { return None };
    let none = code.test(IntCC::Equal, Word::Run(rows), Word::Known(0));
    let some: Bit = code.not(none);
    let some = code.flag(some);
    code.build.ins().brif(some, body, &[], done, &[]);
    code.build.switch_to_block(body);
    let row = code.build.ins().ctz(rows);
    let next = place(code, places, (row, count));
    let less = code.build.ins().iadd_imm_s(rows, -1);
    let rest = code.build.ins().band(rows, less);
    code.jump(head, &[rest, next]);
    code.build.switch_to_block(done);
    Some(count)
}
