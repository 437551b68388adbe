//! Lists of records: whether every record, or some, is as a condition says.
//!
//! The first records of a list are looked at one after the other, without a loop: rows with longer lists are left to
//! the general evaluator.

use super::data::{Data, Val};
use super::expr::Locals;
use super::row::Row;
use super::tag::{NOTHING, Tag};
use super::word::Word;
use accord_core::columns::{Cell, LACKS_COUNTRY, LACKS_DAY, LACKS_MEMBER, Part};
use accord_ir::{Quantified, Quantifier};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types;

/// So many records of a list are looked at.
const MOST: i64 = 4;

impl Row<'_, '_> {
    /// A quantifier over the records in a column.
    pub fn over_list(&mut self, q: &Quantified, column: usize, locals: &mut Locals) -> Val {
        let every = match q.quantifier {
            Quantifier::Every => true,
            Quantifier::Some => false,
            _ => return Val::open(),
        };
        let bounds = self.column_place(column, Part::Offsets, 4);
        let [begin, end] = [0, 4].map(|at| self.code.read(types::I32, true, bounds, at));
        let count = self.code.sub(end, begin);
        let more = self.code.test(IntCC::SignedGreaterThan, count, Word::Known(MOST));
        let open = self.open_if(more);
        let mut all = Val::yes_no(every);
        for at in 0..MOST {
            let here = self.code.test(IntCC::SignedLessThan, Word::Known(at), count);
            // Where there is no such record another is read: there is always one.
            let place = self.code.add(begin, Word::Known(at));
            let place = self.code.select(here, place, Word::Known(0));
            let _ = locals.insert(q.variable, Val::new(Tag::value(), Data::Item(column, place)));
            let one = self.of_member(q, every, locals);
            let one = self.code.select_val(here, &one, &Val::yes_no(every));
            all = if every { self.and(&all, &one) } else { self.or(&all, &one) };
        }
        self.code.behind(open, &all)
    }

    /// A field of a record of a list.
    pub fn field_of_item(&mut self, column: usize, place: Word, position: usize) -> Val {
        let layout = self.layout;
        let fields = match layout.columns.get(column).map(|c| &c.cell) {
            Some(Cell::Records(fields)) => fields.as_slice(),
            _ => &[],
        };
        let (Some(field), Ok(at)) = (fields.get(position), u8::try_from(position)) else { return Val::open() };
        let (ty, signed, lacks) = match &field.cell {
            Cell::Country => (types::I16, false, i64::from(LACKS_COUNTRY)),
            Cell::Member(..) => (types::I8, false, i64::from(LACKS_MEMBER)),
            Cell::Date => (types::I32, true, i64::from(LACKS_DAY)),
            _ => return Val::open(),
        };
        let size = i64::from(ty.bytes());
        let values = self.part_place(column, Part::Field(at), size);
        let address = self.code.element(values, place, size);
        let word = self.code.read(ty, signed, address, 0);
        let data = match &field.cell {
            Cell::Country => Data::Country(word),
            Cell::Member(id, _) => Data::Member(*id, word),
            _ => Data::Date(word),
        };
        let there = self.code.test(IntCC::NotEqual, word, Word::Known(lacks));
        let lacking = if field.optional { Tag::known(NOTHING) } else { self.names.missing(&field.name) };
        let tag = self.code.select_tag(there, Tag::value(), lacking);
        Val::new(tag, data)
    }
}
