//! The whole of a comparison in a few sentences, to be read aloud.

use super::population::Population;
use super::told::{Change, EFFECTS, Group, Standing, Told, decisions, verb};
use crate::explain::{self, capital};
use crate::grouped;

/// Groups of one effect that are described one by one; the others are counted.
const MOST_DESCRIBED: usize = 3;
/// Conditions of a group that are said; the others are counted.
const MOST_CONDITIONS: usize = 4;

/// Who loses, who gains, and that nobody else is touched; or what is left open.
pub fn lead(told: &Told) -> Vec<String> {
    let about = told.only.iter().map(|only| format!("This tells of persons {}, and of nobody else.", only.of_whom()));
    let changed = EFFECTS.into_iter().filter_map(|effect| {
        let felt = told.changes.iter().filter(|c| !c.on_the_way);
        let all = felt.flat_map(|c| c.groups.iter().map(move |g| (c, g)));
        let those: Vec<(&Change, &Group)> = all.filter(|(_, g)| g.effect == effect).collect();
        if those.is_empty() { None } else { Some(sentence(&those)) }
    });
    let mut sentences: Vec<String> = about.chain(changed).collect();
    let passed_on: Vec<String> = told.changes.iter().filter(|c| c.on_the_way).map(|c| c.words.clone()).collect();
    if !passed_on.is_empty() {
        let verb = if passed_on.len() == 1 { "changes" } else { "change" };
        sentences.push(format!("On the way to that, {} {verb} as well.", explain::clauses(&passed_on)));
    }
    let more: usize = told.changes.iter().map(|c| c.more).sum();
    if let Some(population) = &told.population {
        sentences.push(counted(population));
    }
    match more {
        0 => {}
        1 => sentences.push("One more group is touched, which is not described here.".to_owned()),
        more => sentences.push(format!("{more} more groups are touched, which are not described here.")),
    }
    sentences.extend(closing(told));
    sentences
}

/// `Two groups gain: A; and B.`
fn sentence(those: &[(&Change, &Group)]) -> String {
    let mut said_before = "";
    let described = those.iter().take(MOST_DESCRIBED).map(|(change, group)| {
        let (before, after) = (&group.before.words, &group.after.words);
        // A clause that gives a reason ends with a comma.
        let comma = if after.contains(", ") { "," } else { "" };
        let about = match &change.meaning {
            Some(meaning) => format!("{meaning} ({})", change.called),
            None => change.words.clone(),
        };
        let whom = whom(&group.who_said, group.each);
        // What is asked is said once.
        let about = if said_before == change.label { whom } else { format!("{about}, {whom}") };
        said_before = &change.label;
        format!("{about}: for example {after}{comma} instead of {before}")
    });
    let mut described: Vec<String> = described.collect();
    let rest = those.len() - described.len();
    if rest > 0 {
        described.push(format!("{} more", number(rest)));
    }
    let list = match described.as_slice() {
        [only] => only.clone(),
        [first @ .., last] => format!("{}; and {last}", first.join("; ")),
        [] => String::new(),
    };
    let effect = those.first().map(|(_, g)| g.effect);
    let groups = if those.len() == 1 { "group" } else { "groups" };
    let verb = effect.map_or("", |e| verb(e, those.len() == 1));
    format!("{} {groups} {verb}: {list}.", capital(&number(those.len())))
}

/// How many claims of a file are answered otherwise.
fn counted(population: &Population) -> String {
    let (rows, differ) = (population.both.rows, population.both.differ);
    let claims = if rows == 1 { "the one claim".to_owned() } else { format!("the {} claims", grouped(rows)) };
    match differ {
        0 => format!("Of {claims} in {}, none was found to be answered otherwise.", population.path),
        1 => format!("Of {claims} in {}, 1 is answered otherwise.", population.path),
        n => format!("Of {claims} in {}, {} are answered otherwise.", population.path, grouped(n)),
    }
}

/// `where the person is a refugee and lives in Alpha`, of many conditions the first; `for some of those` where it is
/// only some.
fn whom(who: &[String], each: bool) -> String {
    let shown: Vec<String> = who.iter().take(MOST_CONDITIONS).cloned().collect();
    let some = if each { "" } else { "for some of those " };
    match who.len() - shown.len() {
        _ if who.is_empty() && each => "for everybody".to_owned(),
        _ if who.is_empty() => "for some".to_owned(),
        0 => format!("{some}where {}", explain::and(&shown)),
        1 => format!("{some}where {}, and one more condition holds", shown.join(", ")),
        rest => format!("{some}where {}, and {} more conditions hold", shown.join(", "), number(rest)),
    }
}

/// What is proved of everybody else, and what is not.
fn closing(told: &Told) -> Vec<String> {
    let of_them = if told.only.is_some() { " of them" } else { "" };
    let not_closed: Vec<&Change> = told.changes.iter().filter(|c| c.open.is_some()).collect();
    let open = told.open.len() + not_closed.len();
    let proved: usize = told.same.iter().map(|s| s.labels.len()).sum();
    match told.standing {
        Standing::Differs if told.beyond_proof => {
            let what = "of whom every fact is given and whose record can be counted";
            return vec![format!(
                "Nobody {what} is answered otherwise, and that is proved; some claims of the file are not such."
            )];
        }
        Standing::Differs if open == 0 => {
            return vec![format!("Nobody else{of_them} is touched, and that is proved.")];
        }
        Standing::Same => {
            let nobody = if told.only.is_some() { "None of them" } else { "Nobody" };
            return vec![format!("{nobody} is answered otherwise, and that is proved.")];
        }
        Standing::Undecided if told.only.as_ref().is_some_and(|o| !o.is_met) => {
            return vec![
                "Nobody was found who is such a person, so whatever is proved of them may say nothing.".to_owned(),
            ];
        }
        Standing::Undecided if open == 0 => return vec!["Nothing was compared.".to_owned()],
        Standing::Differs | Standing::Undecided => {}
    }
    let mut out = Vec::new();
    if told.standing == Standing::Undecided {
        out.push("Nobody was found who is answered otherwise, but that is not proved.".to_owned());
    }
    if proved > 0 {
        let (decisions, are) = (decisions(proved), if proved == 1 { "is" } else { "are" });
        let whom = if told.only.is_some() { "all of them" } else { "everybody" };
        out.push(format!("{} {are} proved to be answered alike for {whom}.", capital(&decisions)));
    }
    let reasons = not_closed.iter().filter_map(|c| Some((c.words.as_str(), c.open.as_deref()?)));
    let reasons = reasons.chain(told.open.iter().map(|o| (o.words.as_str(), o.why.as_str())));
    let reasons: Vec<String> = reasons.take(MOST_DESCRIBED).map(|(words, why)| format!("{words} ({why})")).collect();
    let rest = open.saturating_sub(reasons.len());
    let rest = if rest == 0 { String::new() } else { format!("; and {} more", number(rest)) };
    let whom = if told.standing == Standing::Differs { "anybody else" } else { "anybody" };
    out.push(format!("Whether {whom}{of_them} is touched is open for {}{rest}.", reasons.join("; ")));
    out
}

/// Small numbers as words.
fn number(count: usize) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(count).map_or_else(|| count.to_string(), |w| (*w).to_owned())
}
