//! The world claims are made up in: the parties that appear, the third States people come from, what money is worth.
//! The figures are of the right order and nothing more.

use super::stream::Stream;
use accord_core::{Country, Currency, Unit};

/// A State, by its position in [`World::countries`].
pub(super) type State = u8;

/// Most States of a world: sets of them are bits of a word.
const MOST: usize = 64;

/// How many parties of a large convention appear where nobody names them.
const USUAL: usize = 12;

/// Inhabitants in millions, for who appears how often. What is not here counts as one.
const SIZE: &[(&str, u32)] = &[
    ("DE", 83),
    ("TR", 85),
    ("FR", 68),
    ("GB", 67),
    ("IT", 59),
    ("ES", 48),
    ("PL", 37),
    ("RO", 19),
    ("NL", 18),
    ("BE", 12),
    ("CZ", 11),
    ("GR", 10),
    ("PT", 10),
    ("SE", 10),
    ("HU", 10),
    ("AT", 9),
    ("CH", 9),
    ("BG", 6),
    ("DK", 6),
    ("FI", 6),
    ("SK", 5),
    ("NO", 5),
    ("IE", 5),
    ("HR", 4),
    ("LT", 3),
    ("MD", 3),
    ("SI", 2),
    ("LV", 2),
];

/// What one euro is in a currency, in thousandths, and the usual pension in hundredths of that in the euro area.
const MONEY: &[(&str, i64, i64)] = &[
    ("EUR", 1_000, 100),
    ("CVE", 110_265, 25),
    ("CZK", 25_000, 55),
    ("MDL", 19_500, 15),
    ("PLN", 4_300, 55),
    ("HUF", 390_000, 40),
    ("RON", 4_970, 35),
    ("BGN", 1_956, 30),
    ("SEK", 11_200, 110),
    ("DKK", 7_460, 130),
    ("NOK", 11_500, 130),
    ("ISK", 150_000, 120),
    ("CHF", 960, 150),
    ("GBP", 860, 90),
    ("TRY", 35_000, 30),
    ("USD", 1_080, 110),
    ("CAD", 1_480, 100),
    ("AUD", 1_650, 110),
    ("JPY", 160_000, 90),
    ("KRW", 1_450_000, 70),
    ("BRL", 5_500, 40),
    ("INR", 90_000, 20),
    ("MAD", 10_800, 25),
    ("TND", 3_350, 25),
    ("RSD", 117_000, 30),
    ("UAH", 42_000, 15),
    ("HRK", 7_535, 50),
    ("DEM", 1_956, 100),
    ("FRF", 6_560, 100),
    ("NLG", 2_204, 100),
];

/// Third States, where they are no parties.
const OTHERS: &[&str] = &["US", "CA", "AU", "BR", "MA", "UA", "RS", "IN", "GB", "TR", "CV", "CH"];

/// The world of one file.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// The parties that appear, in alphabetical order, then third States.
    pub countries: Vec<Country>,
    /// How many of them are parties.
    pub parties: usize,
    /// How often each party appears.
    weights: Vec<u32>,
}

impl World {
    /// The world of an agreement of these parties. An error names a party asked for that it does not have.
    pub fn new(parties: &[Country], asked: &[Country]) -> Result<World, String> {
        if let Some(stranger) = asked.iter().find(|a| !parties.contains(a)) {
            return Err(format!("{stranger} is no party of this agreement"));
        }
        let mut chosen: Vec<Country> = if asked.is_empty() { usual(parties) } else { asked.to_vec() };
        chosen.sort_unstable();
        chosen.dedup();
        chosen.truncate(MOST - OTHERS.len());
        if chosen.is_empty() {
            return Err("the agreement has no parties".to_owned());
        }
        // Between two parties people go both ways; among many most come from where most live.
        let weight = |party: &Country| if chosen.len() == 2 { 1 } else { size(*party).max(1) };
        let weights = chosen.iter().map(weight).collect();
        let count = chosen.len();
        let others = OTHERS.iter().filter_map(|code| Country::parse(code)).filter(|c| !parties.contains(c));
        chosen.extend(others);
        Ok(World { countries: chosen, parties: count, weights })
    }

    /// The position of a party that appears.
    pub fn party(&self, party: Country) -> Option<State> {
        let at = self.countries.iter().take(self.parties).position(|c| *c == party)?;
        State::try_from(at).ok()
    }

    /// The unit the institution of a party counts in.
    pub fn unit(&self, party: State) -> Unit {
        self.countries.get(usize::from(party)).map_or(Unit::Months, |country| unit_of(*country))
    }

    /// A party, not one of these while there is another.
    pub fn any_party(&self, stream: &mut Stream, but: States) -> State {
        let weight = |(at, weight): (usize, &u32)| if but.holds(at) { 0 } else { *weight };
        let at = stream.weighted(self.weights.iter().enumerate().map(weight));
        State::try_from(at).unwrap_or(0)
    }

    /// A third State; a party where there is none.
    pub fn third(&self, stream: &mut Stream) -> State {
        let others = self.countries.len() - self.parties;
        let at = if others == 0 { 0 } else { self.parties + stream.below(narrow(others)) as usize };
        State::try_from(at).unwrap_or(0)
    }
}

/// The parties that appear where nobody names any: the real ones, of a large convention the largest.
fn usual(parties: &[Country]) -> Vec<Country> {
    let fictional = |c: &Country| c.code().starts_with('X');
    let real: Vec<Country> = parties.iter().copied().filter(|c| !fictional(c)).collect();
    let mut chosen = if real.len() < 2 { parties.to_vec() } else { real };
    if chosen.len() > USUAL {
        chosen.sort_by_key(|c| (std::cmp::Reverse(size(*c)), *c));
        chosen.truncate(USUAL);
    }
    chosen
}

fn size(country: Country) -> u32 {
    SIZE.iter().find(|(code, _)| *code == country.code()).map_or(1, |(_, size)| *size)
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A set of States.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct States(u64);

impl States {
    /// The set of one.
    pub fn one(state: State) -> States {
        States(1_u64.checked_shl(u32::from(state)).unwrap_or(0))
    }

    /// With another.
    #[must_use]
    pub fn with(self, state: State) -> States {
        States(self.0 | States::one(state).0)
    }

    /// Without one.
    #[must_use]
    pub fn without(self, state: State) -> States {
        States(self.0 & !States::one(state).0)
    }

    /// Whether it holds the State of this position.
    pub fn holds(self, at: usize) -> bool {
        State::try_from(at).is_ok_and(|at| self.0 & States::one(at).0 != 0)
    }

    /// The States, in order.
    pub fn iter(self) -> impl Iterator<Item = State> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let at = left.trailing_zeros();
            let state = (left != 0).then(|| State::try_from(at).unwrap_or(0));
            left &= left.wrapping_sub(1);
            state
        })
    }

    /// How many.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// What amounts in a currency look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Minor units of one euro, in thousandths.
    per_euro: i64,
    /// A usual pension, in hundredths of one in the euro area.
    level: i64,
    /// Amounts are whole multiples of so many minor units.
    grain: i64,
}

impl Scale {
    /// The scale of a currency; of an unknown one that of the euro.
    pub fn of(currency: Currency) -> Scale {
        let (rate, level) = rate(currency);
        let minor = 10_i64.checked_pow(currency.decimals()).unwrap_or(1);
        Scale { per_euro: rate.saturating_mul(minor), level, grain: if rate >= 10_000 { minor } else { 1 } }
    }

    /// What is usual there for what is so many euro cents in the euro area, in minor units.
    pub fn minor(self, cents: i64) -> i64 {
        let exact = cents.saturating_mul(self.per_euro).saturating_mul(self.level) / 10_000_000;
        exact / self.grain * self.grain
    }
}

fn rate(currency: Currency) -> (i64, i64) {
    MONEY.iter().find(|(code, ..)| *code == currency.code()).map_or((1_000, 100), |(_, rate, level)| (*rate, *level))
}

/// An exchange rate as a file has it, six decimals.
pub(super) fn exchange(from: Currency, into: Currency) -> String {
    let millionths = rate(into).0.saturating_mul(1_000_000) / rate(from).0.max(1);
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

/// The unit an institution counts in where nothing else is known of it.
pub(super) fn unit_of(party: Country) -> Unit {
    match party.code() {
        "FR" => Unit::Quarters,
        "IE" => Unit::Weeks,
        "XA" | "XB" => Unit::Years,
        _ => Unit::Months,
    }
}

/// So many months in a unit, rounded down, at least one.
pub(super) fn months_in(unit: Unit, months: i64) -> i64 {
    let count = match unit {
        Unit::Years => months / 12,
        Unit::Quarters => months / 3,
        Unit::Months => months,
        Unit::Weeks => months * 13 / 3,
        Unit::Days | Unit::Days7 => months * 30,
        Unit::Days6 => months * 26,
        Unit::Days5 => months * 22,
        Unit::Hours => months * 208,
    };
    count.max(1)
}

/// How long somebody must have been insured for a right in a party's law, in months: always the same for one party.
pub(super) fn qualifying(party: Country) -> i64 {
    const USUAL_MONTHS: &[i64] = &[60, 120, 180, 180, 12];
    let sum: usize = party.code().bytes().map(usize::from).sum();
    USUAL_MONTHS.get(sum % USUAL_MONTHS.len()).copied().unwrap_or(60)
}
