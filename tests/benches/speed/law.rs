//! The agreement as shipped, and what its evaluators answer to the rows of the benchmark: the tree walk that defines what
//! is right, and the general machine code.

use crate::expert::Law;
use crate::open::{COINCIDING, NAMES};
use crate::out::{Cell, Column, Out, VALUE};
use crate::rows::{CV, NL, OLD_AGE, Rows};
use accord_cli::Loaded;
use accord_cli::examine::examine;
use accord_codegen::Jit;
use accord_core::columns::{Cell as Form, Layout, Output, record};
use accord_core::{Answer, Country, Date, EnumId, Facts, Kind, Money, Outcome, Piece, Quality, Value};
use accord_interp::Interp;
use accord_ir::{DecisionId, NodeId, Program, Verified};
use std::collections::BTreeMap;

/// `payable` of one party, as a column.
pub type Wanted = (DecisionId, Vec<Value>, Output);

/// The agreement, with what is asked of it.
pub struct Agreement {
    /// Its program.
    pub verified: Verified,
    /// Its columns.
    pub layout: Layout,
    /// Its parties, CV first.
    pub parties: Vec<Country>,
    /// `payable(CV)` and `payable(NL)`.
    pub wanted: Vec<Wanted>,
    /// Its rules, as results cite them.
    pub law: Law,
    node: NodeId,
    benefits: EnumId,
    places: BTreeMap<String, usize>,
}

impl Agreement {
    /// Loads and checks it.
    pub fn load() -> Agreement {
        let loaded = Loaded::from_paths(&[accord_tests::at("agreements/nl-cv")]).expect("the agreement is there");
        let examined = examine(&loaded, loaded.roots.first().expect("an agreement")).expect("it can be checked");
        let verified = examined.verified.expect("it has no errors");
        let program = verified.program();
        let layout = accord_ir::layout(program, "benefit").expect("the question has columns");
        let parties: Vec<Country> = ["CV", "NL"].iter().filter_map(|code| Country::parse(code)).collect();
        let names = ["payable".to_owned()];
        let wanted = accord_ir::outputs(program, &layout, &parties, &names).expect("`payable` is a column");
        let law = law(program, &wanted);
        let node = program.decision("payable").expect("`payable` is decided").1.node;
        let places: BTreeMap<String, usize> =
            layout.columns.iter().enumerate().map(|(at, column)| (column.name.clone(), at)).collect();
        let Form::Member(benefits, members) = &layout.columns[places["claim.benefit"]].cell else {
            panic!("a benefit is a member");
        };
        assert!(members[usize::from(OLD_AGE)] == "old_age.pension", "the rows are about old age");
        let benefits = *benefits;
        Agreement { law, node, benefits, places, layout, parties, wanted, verified }
    }

    /// The facts of a row.
    pub fn facts(&self, rows: &Rows, row: usize) -> Facts {
        let at = rows.first + row;
        let mut cells: BTreeMap<usize, Outcome> = BTreeMap::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                cells.insert(self.places[name], Outcome::Value(value));
            }
        };
        put("claim.benefit", Some(Value::Member(self.benefits, u16::from(rows.benefit[at]))));
        let event = Date::from_day_number(rows.event[at]).map(Value::Date);
        put("claim.event", event.filter(|_| rows.event_valid.get(at)));
        for (party, declared) in rows.declared.iter().enumerate() {
            let code = self.parties[party].code();
            let currency = accord_ir::currency(self.verified.program(), self.parties[party]);
            for (name, flags) in [("entitled", &declared.entitled), ("entitled_alone", &declared.entitled_alone)] {
                let known = flags.valid.get(at).then(|| Value::YesNo(flags.values.get(at)));
                put(&format!("{code}.{name}"), known);
            }
            for (name, amounts) in [("alone", &declared.alone), ("all", &declared.all)] {
                let money = || Money::new(currency, amounts.values[at]).map(Value::Money);
                put(&format!("{code}.{name}"), amounts.valid.get(at).then(money).flatten());
            }
        }
        let (begin, end) = (rows.offsets[at] as usize, rows.offsets[at + 1] as usize);
        let piece = |at: usize| {
            let day = |number: i32| Date::from_day_number(number).expect("a day");
            let (kind, quality) = (Kind::ALL[usize::from(rows.kind[at])], Quality::ALL[usize::from(rows.quality[at])]);
            let party = self.parties[usize::from(rows.party[at])];
            Piece::dated(party, kind, quality, day(rows.from[at]), day(rows.to[at])).expect("days in order")
        };
        cells.insert(self.places["periods"], record((begin..end).map(piece).collect()));
        self.layout.facts(&mut |column| cells.get(&column).cloned())
    }

    /// What the tree walk answers.
    pub fn walk(&self, facts: &[Facts], out: &mut Out, lo: usize) {
        for (at, facts) in facts.iter().enumerate() {
            let mut interp = Interp::new(&self.verified, facts);
            let asked = [CV, NL].map(|p| interp.ask(self.node, &[Value::Country(self.parties[p])]));
            self.put(out, lo + at, asked);
        }
    }

    /// What general machine code answers.
    pub fn general(&self, jit: &Jit, facts: &[Facts], out: &mut Out, lo: usize) {
        for (at, facts) in facts.iter().enumerate() {
            let mut run = jit.run(&self.verified, facts);
            let asked = [CV, NL].map(|p| run.ask(self.node, &[Value::Country(self.parties[p])]));
            self.put(out, lo + at, asked);
        }
    }

    fn put(&self, out: &mut Out, row: usize, answers: [Answer; 2]) {
        for ((column, answer), (_, _, output)) in out.of.iter_mut().zip(answers).zip(&self.wanted) {
            let (value, is_value, outcome, detail, rules) = cell(&answer, output);
            column.values[row] = value;
            column.outcome[row] = outcome;
            column.detail[row] = detail;
            column.rules[row] = rules;
            set(column, row, is_value);
        }
    }
}

fn set(column: &mut Column, row: usize, is_value: bool) {
    let word = &mut column.valid[row / 64];
    *word = *word & !(1 << (row % 64)) | u64::from(is_value) << (row % 64);
}

/// An answer as a row of columns holds it.
fn cell(answer: &Answer, output: &Output) -> Cell {
    let bit = |rule| output.rules.iter().position(|r| r == rule).map_or(1 << 63, |at| 1_u64 << at);
    let rules = answer.rules.iter().map(bit).fold(0, |all, bit| all | bit);
    let outcome = answer.outcome.rank();
    let (value, detail) = match &answer.outcome {
        Outcome::Value(Value::Money(money)) => (money.minor, 0),
        Outcome::Undetermined(names) | Outcome::Refer(names) | Outcome::Gap(names) => {
            (0, names.iter().map(|name| name_bit(name)).fold(0, |all, bit| all | bit))
        }
        Outcome::Fault(fault) => (0, u64::from(fault.site.0) << 8 | fault.kind as u64),
        _ => (0, 0),
    };
    (value, outcome == VALUE, outcome, detail, rules)
}

/// The bit of a name among ours; which days a tie is about is not part of it.
pub fn name_bit(name: &str) -> u64 {
    if name.starts_with(NAMES[8]) {
        return COINCIDING;
    }
    NAMES.iter().position(|known| *known == name).map_or(1 << 63, |at| 1 << at)
}

/// The bits of the rules of `payable`, and the place where periods are divided by periods.
fn law(program: &Program, wanted: &[Wanted]) -> Law {
    let rules = &wanted[0].2.rules;
    let bit = |article: &str| {
        let at = rules.iter().position(|rule| program.cite(*rule) == article);
        1 << at.unwrap_or_else(|| panic!("`payable` has a rule in {article}"))
    };
    let shares = &program.decision("share").expect("`share` is decided").1.rules;
    let part = shares.iter().find(|rule| program.cite(**rule) == "article 17(4)").expect("a share by article 17(4)");
    Law {
        single: bit("article 16(1)"),
        part: bit("article 17(4)"),
        short: bit("article 18"),
        one_state: bit("article 19"),
        direct: bit("article 23"),
        division: u64::from(program.rule(*part).expect("a rule").value.0),
    }
}
