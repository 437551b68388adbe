//! Sets and lists near those of a person: with one member more or less, or one that is otherwise.

use crate::concrete::Concrete;
use crate::path::Path;
use crate::person::{Content, Person, Slot};
use crate::state::FIRST_VARIABLE;
use crate::term::{Shape, Sort, Term, children};
use crate::witness::{Finder, of_sort};
use accord_core::{Country, Facts, HostFn, Outcome, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A field of the members of a list that something reads: its position, and the kind of value it holds.
type Read = (usize, Sort);

/// Lists get no longer than this.
const MOST_MEMBERS: usize = 4;

impl Finder<'_, '_> {
    /// Sets of States with one more or one less than a person has, of one alone, and of none.
    pub(crate) fn sets_near(
        &self,
        base: Term,
        person: &Person,
        facts: &Facts,
        near: &BTreeMap<Sort, BTreeSet<Value>>,
    ) -> Vec<Value> {
        let mut concrete = Concrete::new(&self.space.arena, facts, &person.args);
        let held = match concrete.eval(base) {
            Outcome::Value(Value::Set(set)) => set,
            _ => BTreeSet::new(),
        };
        let mut all: Vec<Country> = self.maker.parties.clone();
        all.extend(self.space.world.countries.iter().take(8));
        all.extend(self.space.world.elsewhere());
        let country = |value| if let Value::Country(country) = value { Some(country) } else { None };
        all.extend(of_sort(near, Sort::Country).filter_map(country));
        let mut sets = Vec::new();
        for country in all {
            let value = Value::Country(country);
            let mut set = held.clone();
            if !set.remove(&value) {
                set.insert(value.clone());
            }
            sets.extend([Value::Set(set), Value::Set(BTreeSet::from([value]))]);
        }
        sets.push(Value::Set(BTreeSet::new()));
        sets
    }

    /// Lists with one member that is otherwise in one field that something reads, or all of them, or with one more that is;
    /// then lists of ordinary members.
    pub(crate) fn lists_near(
        &self,
        list: Term,
        (path, within): (&Path, Term),
        (slot, facts, person): (&Slot, &Facts, &Person),
        changes: &mut Vec<(Slot, Content)>,
    ) {
        let Sort::List(id) = self.space.arena.sort(list) else { return };
        let Slot::Row(fact, fields) = slot else { return };
        let held = match Concrete::new(&self.space.arena, facts, &person.args).eval(list) {
            Outcome::Value(Value::List(held)) => held,
            _ => Vec::new(),
        };
        let usual = self.maker.record(accord_ir::RecordId(id));
        // Of a list of so many members others only that have as many; where it has, its members alone are looked at.
        let fits = |n: usize| match path.counts.get(&list) {
            Some(count) => count_fits(*count, n) && !count_fits(*count, held.len()),
            None => true,
        };
        let give = |list: Vec<Value>| (slot.clone(), Content::Outcome(Outcome::Value(Value::List(list))));
        for (position, sort) in self.fields_read(id, within) {
            let all = self.all_of(sort);
            for value in &all {
                let content = Content::Outcome(Outcome::Value(value.clone()));
                for n in 0..held.len() {
                    changes.push((Slot::Member(*fact, fields.clone(), n, vec![position]), content.clone()));
                }
            }
            // All of them at once.
            for value in all
                .iter()
                .filter(|_| held.len() > 1 && path.counts.get(&list).is_none_or(|n| count_fits(*n, held.len())))
            {
                changes.push(give(held.iter().filter_map(|member| with_field(member, position, value)).collect()));
            }
            let like = held.last().unwrap_or(&usual);
            let others: Vec<Value> = all.iter().filter_map(|value| with_field(like, position, value)).collect();
            for other in others.iter().filter(|_| held.len() < MOST_MEMBERS && fits(held.len() + 1)) {
                changes.push(give(held.iter().chain([other]).cloned().collect()));
            }
            let pairs = others.windows(2).filter(|_| held.is_empty() && fits(2));
            changes.extend(pairs.map(|pair| give(pair.to_vec())));
        }
        changes.extend([1, 2, 3, 0].into_iter().filter(|n| fits(*n)).map(|count| give(vec![usual.clone(); count])));
    }

    /// The fields of records of one kind that are read of whatever member of a list, where they have few values.
    fn fields_read(&self, id: u16, within: Term) -> BTreeSet<Read> {
        let arena = &self.space.arena;
        let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
        let mut queue = vec![within];
        while let Some(term) = queue.pop() {
            if !seen.insert(term) {
                continue;
            }
            let shape = arena.shape(term);
            if let Shape::Host(HostFn::Field, operands, _) = &*shape
                && let [record, position] = operands.as_slice()
                && let Shape::Bound(n, Sort::Record(of)) = &*arena.shape(*record)
                && (*n >= FIRST_VARIABLE && *of == id)
                && let Some(Value::Number(position)) = arena.known_value(*position)
                && let Ok(position) = usize::try_from(position.value.to_integer())
            {
                found.insert((position, arena.sort(term)));
            }
            queue.extend(children(&shape));
        }
        found
    }

    /// All values of a kind, where there are few: of States the parties and one that is none.
    fn all_of(&self, sort: Sort) -> Vec<Value> {
        match sort {
            Sort::YesNo => vec![Value::YesNo(true), Value::YesNo(false)],
            Sort::Member(id) => {
                let count = self.space.world.enums.get(usize::from(id.0)).map_or(0, |e| e.members.len());
                (0..count).filter_map(|n| u16::try_from(n).ok()).map(|n| Value::Member(id, n)).collect()
            }
            Sort::Country => {
                let parties = self.maker.parties.iter().copied();
                parties.chain(self.space.world.elsewhere()).map(Value::Country).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether a list has as many members as assumed; 3 stands for more than two.
pub(crate) fn count_fits(assumed: u32, members: usize) -> bool {
    usize::try_from(assumed).is_ok_and(|n| if n < 3 { members == n } else { members >= n })
}

/// A record with another value in one field.
fn with_field(record: &Value, position: usize, value: &Value) -> Option<Value> {
    let Value::Record(record) = record else { return None };
    let mut record = record.as_ref().clone();
    *record.get_mut(position)? = Outcome::Value(value.clone());
    Some(Value::Record(Arc::new(record)))
}
