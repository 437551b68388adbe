//! Parties that a program cannot tell apart: what is found for one is found for the other.
//!
//! Two parties are alike if they stand in the same constants of the program, were parties on the same days and have the
//! same declared facts. Exchanging them leaves the program as it is, so combinations of arguments that differ only by
//! such an exchange have one verdict. Not where a tie is settled by the order of parties.

use accord_core::{Country, Outcome, Value};
use accord_ir::{ExprKind, Program, Quantified, Quantifier, Tie, Ty};
use std::collections::BTreeMap;

/// Which parties are alike.
#[derive(Debug)]
pub(crate) struct Alike {
    /// Each party with the first party of its kind.
    kinds: BTreeMap<Country, Vec<Country>>,
}

/// What tells parties apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Marks {
    dates: Vec<String>,
    constants: Vec<usize>,
    given: Vec<usize>,
    /// A party that is like no other.
    own: Option<Country>,
}

impl Alike {
    /// The kinds of the parties of a program.
    pub fn new(program: &Program) -> Alike {
        let by_order = |q: Quantifier| {
            matches!(
                q,
                Quantifier::TheOnly(Tie::First | Tie::Last)
                    | Quantifier::TheWithLargest(Tie::First | Tie::Last)
                    | Quantifier::TheWithSmallest(Tie::First | Tie::Last)
            )
        };
        // A list has its own order; a set has that of its members.
        let of_parties =
            |q: &Quantified| program.expr(q.domain).is_some_and(|d| d.ty == Ty::Set(Box::new(Ty::Country)));
        let quantified =
            program.exprs.iter().filter_map(|e| if let ExprKind::Quantify(q) = &e.kind { Some(q) } else { None });
        let ordered = quantified.into_iter().any(|q| by_order(q.quantifier) && of_parties(q));
        let mut marks: BTreeMap<Country, Marks> = BTreeMap::new();
        for party in &program.parties {
            let own = ordered.then_some(party.country);
            let dates = [party.from, party.until].map(|d| d.map_or(String::new(), |d| d.to_string())).to_vec();
            let _ = marks.insert(party.country, Marks { dates, own, ..Marks::default() });
        }
        for (index, expr) in program.exprs.iter().enumerate() {
            if let ExprKind::Const(Outcome::Value(value)) = &expr.kind {
                stands_in(value, &mut |country| {
                    if let Some(of) = marks.get_mut(&country) {
                        of.constants.push(index);
                    }
                });
            }
        }
        for (index, given) in program.given.iter().enumerate() {
            if let Some(of) = given.party.and_then(|p| marks.get_mut(&p)) {
                of.given.push(index);
            }
        }
        // A party that stands alone in a constant is told apart by it, since another cannot stand in the same one.
        let mut groups: BTreeMap<&Marks, Vec<Country>> = BTreeMap::new();
        for party in &program.parties {
            if let Some(of) = marks.get(&party.country) {
                groups.entry(of).or_default().push(party.country);
            }
        }
        let members = groups.values().flat_map(|group| group.iter().map(|c| (*c, group.clone())));
        Alike { kinds: members.collect() }
    }

    /// The combination that stands for this one and all that are like it.
    pub fn one_for_all(&self, args: &[Value]) -> Vec<Value> {
        let mut renamed: BTreeMap<Country, Country> = BTreeMap::new();
        let mut rename = |country: Country| {
            if let Some(known) = renamed.get(&country) {
                return *known;
            }
            let group = self.kinds.get(&country).map_or(&[][..], Vec::as_slice);
            let taken = |c: &&Country| renamed.values().any(|r| r == *c);
            let first = group.iter().find(|c| !taken(c)).copied().unwrap_or(country);
            let _ = renamed.insert(country, first);
            first
        };
        let one =
            |value: &Value| if let Value::Country(c) = value { Value::Country(rename(*c)) } else { value.clone() };
        args.iter().map(one).collect()
    }
}

fn stands_in(value: &Value, found: &mut impl FnMut(Country)) {
    let mut todo = vec![value];
    while let Some(value) = todo.pop() {
        if let Value::Country(country) = value {
            found(*country);
        } else if let Value::Set(members) = value {
            todo.extend(members);
        } else if let Value::List(members) = value {
            todo.extend(members);
        } else if let Value::Record(fields) = value {
            todo.extend(fields.iter().filter_map(Outcome::value));
        }
    }
}
