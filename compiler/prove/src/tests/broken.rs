//! A broken engine must be caught: each mistake of `planted` makes some small text come out wrong, or open.

use super::families::{self, Family};
use super::{deep, judged};
use crate::planted::{self, Mistake};

/// What first gives a mistake away.
fn given_away(mistake: Mistake) -> Option<String> {
    deep(move || {
        planted::make(mistake);
        families::all().iter().find_map(given_away_by)
    })
}

fn given_away_by(family: &Family) -> Option<String> {
    judged(family).into_iter().find_map(|((a, b), judged)| {
        let open = judged.open.first().filter(|_| !family.may_be_open((a, b)));
        let what = judged.wrong.first().or(open)?;
        Some(format!("{} {a}→{b}: {what}", family.name))
    })
}

#[test]
fn every_mistake_in_the_engine_is_noticed() {
    let mut unnoticed = Vec::new();
    for mistake in Mistake::ALL {
        match given_away(*mistake) {
            Some(by) => println!("{mistake:?}: {by}"),
            None => unnoticed.push(mistake),
        }
    }
    assert!(unnoticed.is_empty(), "nothing notices {unnoticed:?}");
}
