//! Made-up claims: who claims what, when, after which career, and what the institutions say of it.

use super::calendar::{date_of, first_of, next_month, years_after};
use super::career::{self, Shape, Stretch};
use super::stream::Stream;
use super::world::{State, States, World, months_in, qualifying};
use accord_core::Unit;

/// What a benefit is for, as far as facts differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    OldAge,
    Invalidity,
    Survivors,
    Sickness,
    Unemployment,
    Family,
    Other,
}

impl Branch {
    /// The branch of a benefit such as `old_age.pension`.
    pub fn of(benefit: &str) -> Branch {
        match benefit.split('.').next().unwrap_or_default() {
            "old_age" | "pre_retirement" => Branch::OldAge,
            "invalidity" => Branch::Invalidity,
            "survivors" | "death_grants" => Branch::Survivors,
            "sickness" | "medical_care" | "maternity" => Branch::Sickness,
            "unemployment" => Branch::Unemployment,
            "family" => Branch::Family,
            _ => Branch::Other,
        }
    }

    /// Between which ages the event happens.
    fn ages(self) -> (i32, i32) {
        match self {
            Branch::OldAge => (60, 68),
            Branch::Invalidity => (40, 61),
            Branch::Survivors => (45, 80),
            Branch::Sickness | Branch::Unemployment | Branch::Family | Branch::Other => (38, 58),
        }
    }
}

/// What claims are to be like.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    /// Each benefit by its position, with its branch and how often it is claimed.
    pub benefits: Vec<(u16, Branch, u32)>,
    /// Periods of a claim, on average.
    pub periods: u32,
    /// Claims of a hundred with coinciding periods.
    pub overlaps: u32,
    /// Periods of a hundred without days.
    pub undated: u32,
}

/// What an institution says of a claim. Amounts are euro cents a month, before they become what is usual there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    /// Whose.
    pub party: State,
    /// The months its law asks for, where it says that rather than the two answers below.
    pub requires: Option<i64>,
    /// The unit it counts in.
    pub unit: Unit,
    /// The months its law asks for.
    pub threshold: i64,
    /// Whether all periods give a right, and whether its own do.
    pub entitled: bool,
    pub entitled_alone: bool,
    /// The figure on all periods, and on its own.
    pub all: i64,
    pub alone: i64,
    /// A full pension there.
    pub full: i64,
    /// A party without a right, and the figure when its periods are left out.
    pub without: Option<(State, i64)>,
}

/// A claim.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// Which row it is, from 0.
    pub row: u64,
    pub benefit: u16,
    pub branch: Branch,
    /// Days: of birth of the claimant and of the person insured, of the event and so on.
    pub born: i32,
    pub insured_born: i32,
    pub event: i32,
    pub start: i32,
    pub made_on: i32,
    pub nationalities: States,
    pub insured_nationalities: States,
    pub residence: State,
    /// The party of the first spell.
    pub home: State,
    /// The parties in which the record holds a period.
    pub concerned: States,
    /// Where the person stood insured on the day of the event.
    pub insured_under: States,
    pub record: Vec<Stretch>,
    pub figures: Vec<Figures>,
}

impl Claim {
    /// Room for a claim.
    pub fn empty() -> Claim {
        Claim {
            row: 0,
            benefit: 0,
            branch: Branch::Other,
            born: 0,
            insured_born: 0,
            event: 0,
            start: 0,
            made_on: 0,
            nationalities: States::default(),
            insured_nationalities: States::default(),
            residence: 0,
            home: 0,
            concerned: States::default(),
            insured_under: States::default(),
            record: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Makes the claim of a row, in the room of another.
    pub fn make(&mut self, world: &World, habits: &Habits, seed: u64, row: u64) {
        let mut stream = Stream::of(seed, row, 0);
        self.row = row;
        let at = stream.weighted(habits.benefits.iter().map(|(.., weight)| *weight));
        (self.benefit, self.branch) = habits.benefits.get(at).map_or((0, Branch::Other), |b| (b.0, b.1));
        self.days(&mut stream);
        self.career(world, habits, &mut stream);
        self.people(world, &mut stream);
        self.figures(world, &mut stream);
    }

    /// When what happens. The person insured is born from 1935 to 1975, and the event lies from 2013 to 2025.
    fn days(&mut self, stream: &mut Stream) {
        let (youngest, oldest) = self.branch.ages();
        let age = stream.between(youngest, oldest);
        let year = stream.between(1935.max(2013 - age), 1975.min(2025 - age));
        let born = first_of(year, stream.between(1, 12)) + stream.between(0, 27);
        self.insured_born = born;
        self.born = born;
        if self.branch == Branch::OldAge {
            self.event = next_month(years_after(born, age) - 1);
            self.start = if stream.percent(10) { self.event + stream.between(31, 365) } else { self.event };
            self.start = if self.start == self.event { self.event } else { next_month(self.start) };
            let late = stream.percent(8);
            self.made_on = self.start + if late { stream.between(1, 400) } else { stream.between(-180, 0) };
            return;
        }
        self.event = years_after(born, age) + stream.between(0, 364);
        if self.branch == Branch::Survivors {
            // Who survives is a spouse of about the same age, sometimes a child.
            let apart = if stream.percent(10) { stream.between(9_000, 12_000) } else { stream.between(-2_500, 5_000) };
            self.born = (born + apart).min(self.event - 365);
        }
        let months = if self.branch == Branch::Invalidity { stream.between(0, 4) } else { 0 };
        let (year, month, _) = date_of(self.event);
        self.start = first_of(year, month + 1 + months);
        self.made_on = self.event + stream.between(3, 200);
    }

    fn career(&mut self, world: &World, habits: &Habits, stream: &mut Stream) {
        let most = match stream.below(100) {
            0..4 => 1,
            4..82 => 2,
            82..96 => 3,
            _ => 4,
        };
        let average = i32::try_from(habits.periods).unwrap_or(i32::MAX).clamp(1, 10_000);
        let periods = usize::try_from(stream.between((average + 1) / 2, average + average / 2)).unwrap_or(1);
        self.home = world.any_party(stream, States::default());
        let mut parties = States::one(self.home);
        for _ in 1..most.min(world.parties).min(periods) {
            parties = parties.with(world.any_party(stream, parties));
        }
        let entry = years_after(self.insured_born, stream.between(15, 24)) + stream.between(0, 300);
        let last = match (self.branch, stream.below(100)) {
            (_, 0..3) => self.event + stream.between(1, 700),
            (Branch::OldAge, 3..65) => self.event - 1,
            (Branch::OldAge, _) => self.event - stream.between(2, 3_600),
            (_, 3..50) => self.event + stream.between(0, 60),
            (_, 50..80) => self.event - 1,
            _ => self.event - stream.between(2, 4_000),
        };
        let shape = Shape {
            first: entry,
            last: last.max(entry + 400),
            parties,
            periods,
            overlap: stream.percent(habits.overlaps),
            short: stream.percent(12),
            undated: habits.undated,
        };
        career::make(stream, self.home, &shape, &mut self.record);
        self.concerned = self.record.iter().fold(States::default(), |all, p| all.with(p.party));
        let covers = |p: &&Stretch| p.from <= self.event && p.to >= self.event - 1 && !p.undated;
        self.insured_under = self.record.iter().filter(covers).fold(States::default(), |all, p| all.with(p.party));
    }

    fn people(&mut self, world: &World, stream: &mut Stream) {
        let elsewhere = self.concerned.without(self.home);
        let away = elsewhere.iter().last().unwrap_or(self.home);
        let national = |stream: &mut Stream| match stream.below(100) {
            0..70 => States::one(self.home),
            70..85 => States::one(away),
            85..88 => States::one(self.home).with(away),
            88..92 => States::one(world.any_party(stream, States::default())),
            _ => States::one(world.third(stream)),
        };
        let of_insured = national(stream);
        self.insured_nationalities = of_insured;
        let married_abroad = self.branch == Branch::Survivors && stream.percent(25);
        self.nationalities = if married_abroad { national(stream) } else { of_insured };
        self.residence = match stream.below(100) {
            0..50 => self.home,
            50..88 => away,
            88..93 => world.any_party(stream, States::default()),
            _ => world.third(stream),
        };
    }

    /// The figures of each party concerned. What a pension grows by is the same everywhere; how long one must have
    /// been insured for it, and what is usual, is the party's.
    fn figures(&mut self, world: &World, stream: &mut Stream) {
        const FULL_CAREER: i64 = 480;
        self.figures.clear();
        let months = |party: Option<State>, but: Option<State>| {
            let of = |p: &&Stretch| party.is_none_or(|own| own == p.party) && but.is_none_or(|but| but != p.party);
            let days: i64 = self.record.iter().filter(of).map(|p| i64::from(p.to - p.from + 1)).sum();
            days * 12 / 365
        };
        let wage = i64::from(stream.between(60_000, 240_000));
        let total = months(None, None);
        for party in self.concerned.iter() {
            let country = world.countries.get(usize::from(party)).copied();
            let threshold = country.map_or(60, qualifying);
            let full = wage * i64::from(stream.between(85, 115)) / 100;
            let amount = |months: i64| full * months.clamp(1, FULL_CAREER) / FULL_CAREER;
            let own = months(Some(party), None);
            self.figures.push(Figures {
                party,
                requires: stream.percent(25).then_some(threshold),
                unit: world.unit(party),
                threshold,
                entitled: total >= threshold,
                entitled_alone: own >= threshold,
                all: amount(total),
                alone: amount(own),
                full,
                without: None,
            });
        }
        let Some(barred) = self.figures.iter().find(|f| !f.entitled).map(|f| f.party) else { return };
        let left = months(None, Some(barred));
        for figures in self.figures.iter_mut().filter(|f| f.party != barred && f.entitled) {
            figures.without = Some((barred, figures.full * left.clamp(1, FULL_CAREER) / FULL_CAREER));
        }
    }
}

impl Stretch {
    /// How much it is, communicated as an amount in a unit.
    pub fn amount(&self, unit: Unit) -> i64 {
        months_in(unit, i64::from(self.to - self.from + 1) * 12 / 365)
    }
}
