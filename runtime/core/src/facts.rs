//! The facts of one row: what is known of a person and a claim.

use crate::{Country, Currency, Outcome, Ratio};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A fact that a legislation declares, by party and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GivenKey {
    /// Whose legislation.
    pub party: Country,
    /// The declared name.
    pub name: Arc<str>,
}

/// One row of facts. What is absent is undetermined, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Facts {
    /// The question's facts, in the order of the program's fact list.
    pub row: Vec<Outcome>,
    /// Facts declared by legislations.
    pub given: BTreeMap<GivenKey, Outcome>,
    /// Those that may be left out, of one party's legislation or of any: left out they are `nothing`.
    pub optional: Vec<(Option<Country>, Arc<str>)>,
    /// Exchange rates as facts: one unit of the first currency is this many of the second.
    pub rates: BTreeMap<(Currency, Currency), Ratio>,
}

impl GivenKey {
    /// The key of a party and a declared name.
    pub fn new(party: Country, name: &str) -> GivenKey {
        GivenKey { party, name: Arc::from(name) }
    }

    /// What the fact is called where it is missing: `average_income of FR`.
    pub fn missing_name(&self) -> String {
        format!("{} of {}", self.name, self.party)
    }
}

impl Facts {
    /// A row of facts, in the order of the program's fact list.
    pub fn new(row: Vec<Outcome>) -> Facts {
        Facts { row, ..Facts::default() }
    }

    /// The fact at a position of the row; `None` beyond it.
    pub fn fact(&self, position: usize) -> Option<&Outcome> {
        self.row.get(position)
    }

    /// A fact declared by the legislation of a party; not given, it is nothing where it may be left out, else
    /// undetermined by name: `average_income of FR`.
    pub fn given(&self, party: Country, name: &str) -> Outcome {
        let key = GivenKey::new(party, name);
        if let Some(outcome) = self.given.get(&key) {
            return outcome.clone();
        }
        let may_be_left_out =
            |(of, fact): &(Option<Country>, Arc<str>)| **fact == *name && of.is_none_or(|p| p == party);
        if self.optional.iter().any(may_be_left_out) {
            return Outcome::Nothing;
        }
        Outcome::missing(&key.missing_name())
    }

    /// Gives a fact that a legislation declares.
    pub fn give(&mut self, party: Country, name: &str, outcome: Outcome) {
        self.given.insert(GivenKey::new(party, name), outcome);
    }

    /// States an exchange rate: one unit of `from` is `rate` units of `into`.
    pub fn set_rate(&mut self, from: Currency, into: Currency, rate: Ratio) {
        self.rates.insert((from, into), rate);
    }

    /// How many units of `into` one unit of `from` is: 1 for the same currency; `None` where no rate is among the
    /// facts. A rate is never turned round: its inverse is another rate.
    pub fn rate(&self, from: Currency, into: Currency) -> Option<Ratio> {
        if from == into {
            return Some(Ratio::one());
        }
        self.rates.get(&(from, into)).cloned()
    }
}
