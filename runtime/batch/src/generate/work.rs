//! Made-up work, for questions about whose legislation applies to it on a day.

use super::calendar::{date_of, first_of};
use super::claim::Claim;
use super::stream::{Stream, purpose};
use super::world::{State, States, World};

/// Kinds of work with how many of a thousand there are.
const STATUSES: &[(&str, u32)] = &[
    ("employee", 780),
    ("self_employed", 120),
    ("civil_servant", 40),
    ("crew", 20),
    ("aircrew", 10),
    ("posted_official", 10),
    ("mission_staff", 10),
    ("private_servant", 5),
    ("diplomat", 5),
];

/// One activity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    pub party: State,
    pub status: &'static str,
    pub employer: State,
    pub start: i32,
    /// Percent of all the person's work.
    pub share: i64,
}

/// What somebody works, and how somebody was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub acts: Vec<Act>,
    pub sent_by: State,
    pub start: i32,
    pub foreseen: i32,
    pub until: i32,
    pub consent: &'static str,
}

impl Work {
    /// Makes the work of a row. A worker who was sent works in one State for an employer in another.
    pub fn make(&mut self, claim: &Claim, world: &World, seed: u64) {
        let mut stream = Stream::of(seed, claim.row, purpose("work"));
        let stream = &mut stream;
        self.acts.clear();
        self.sent_by = claim.home;
        let count = if stream.percent(88) { 1 } else { 2 };
        let mut taken = States::one(claim.home);
        for at in 0..count {
            let party = if at == 0 { world.any_party(stream, taken) } else { claim.home };
            taken = taken.with(party);
            let status = stream.weighted(STATUSES.iter().map(|(_, weight)| *weight));
            let share = i64::from(stream.between(5, 95));
            self.acts.push(Act {
                party,
                status: STATUSES.get(status).map_or("employee", |(name, _)| name),
                employer: if stream.percent(60) { claim.home } else { party },
                start: claim.event - stream.between(0, 5_000),
                share: if count == 1 { 100 } else { share },
            });
        }
        if let [first, second] = self.acts.as_mut_slice() {
            second.share = 100 - first.share;
        }
        let (year, month, _) = date_of(claim.event);
        let months = stream.pick(&[3, 6, 9, 12, 12, 12, 13, 18, 24, 24, 36]).unwrap_or(12);
        self.start = first_of(year, month);
        self.foreseen = first_of(year, month + months) - 1;
        let longer = if stream.percent(25) { stream.between(1, 12) } else { 0 };
        self.until = first_of(year, month + months + longer) - 1;
        self.consent = match stream.below(10) {
            0..6 if longer > 0 => "granted",
            6..8 if longer > 0 => "refused",
            _ => "not_asked",
        };
    }

    /// Whether it took longer than foreseen.
    pub fn overran(&self) -> bool {
        self.until > self.foreseen
    }
}
