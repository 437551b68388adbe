//! A comparison on the terminal: a summary, a picture of each group with both texts in it, and the whole in a few
//! sentences.

use super::clause::{is_only_reached, whole};
use super::narrow::differing;
use super::population::Population;
use super::told::{Change, Group, Told, decisions, verb};
use super::{Pair, Version};
use crate::draw::{Picture, draw_pictures};
use crate::explain::wrap;
use crate::person::table;
use accord_ir::Program;
use accord_prove::Report;
use accord_prove::report::{Edit, EditKind, Effect};
use accord_source::{Label, Severity, Span};

/// The words at the beginning of lines are this wide.
const COLUMN: usize = 11;
/// Edits that are listed; of more the number is told.
const MOST_EDITS: usize = 20;
/// Decisions of one kind that are named; of more the number is told.
const MOST_NAMED: usize = 40;

/// All of it.
pub fn draw(pair: &Pair<'_>, report: &Report, told: &Told, colour: bool) -> String {
    let mut text = format!("{}  {}\n", pair.new.name, pair.new.verified.program().title);
    text.push_str(&format!("before: {}\nafter:  {}\n", pair.old.path, pair.new.path));
    if let Some(only) = &told.only {
        text.push_str(&wrap("only:   ", "        ", &format!("persons {}", only.of_whom())));
    }
    text.push('\n');
    text.push_str(&summary(told));
    let pictures = told.changes.iter().flat_map(|change| {
        let count = change.groups.len();
        change.groups.iter().enumerate().map(move |(at, group)| picture(pair, report, change, group, (at + 1, count)))
    });
    let pictures: Vec<Picture> = pictures.collect();
    text.push('\n');
    text.push_str(&draw_pictures(pair.sources, &pictures, colour));
    text.push_str(&wrap("", "", &told.lead.join(" ")));
    text
}

/// What became of each decision, and what was edited.
fn summary(told: &Told) -> String {
    let mut text = String::new();
    let mut line = |word: &str, said: &str| {
        text.push_str(&wrap(&format!("{word:<COLUMN$}"), &" ".repeat(COLUMN), said));
    };
    for change in &told.changes {
        let closed = match &change.open {
            None => {
                let by = change.solver.as_ref().map_or(String::new(), |solver| format!(", in part by {solver}"));
                format!("[complete: nobody else{} is touched, proved{by}]", of_them(told))
            }
            Some(why) => format!("[whether anybody else{} is touched is open: {why}]", of_them(told)),
        };
        line("CHANGED", &format!("{}: {}  {closed}", change.label, change.counts));
        if let Some(meaning) = &change.meaning {
            let passed_on = if change.on_the_way { "; it is felt in what stands above" } else { "" };
            line("", &format!("({meaning}{passed_on})"));
        }
    }
    for open in &told.open {
        line("UNDECIDED", &format!("{}: {}", open.label, open.why));
    }
    for kept in &told.same {
        let count = decisions(kept.labels.len());
        line("UNCHANGED", &format!("{count}, proved ({}): {}", kept.by, listed(&kept.labels)));
    }
    for edit in told.edits.iter().take(MOST_EDITS) {
        let title = if edit.title.is_empty() { String::new() } else { format!(" “{}”", edit.title) };
        line(kind(edit.kind), &format!("{}{title}: {}", edit.address, edit.what));
    }
    if told.edits.len() > MOST_EDITS {
        line("", &format!("and {} more edits", told.edits.len() - MOST_EDITS));
    }
    for change in &told.vocabulary {
        line("VOCABULARY", change);
    }
    for (at, said) in told.population.iter().flat_map(Population::lines).enumerate() {
        line(if at == 0 { "POPULATION" } else { "" }, &said);
    }
    text
}

/// ` of them`, where not everybody is told of.
fn of_them(told: &Told) -> &'static str {
    if told.only.is_some() { " of them" } else { "" }
}

/// `a; b; c`, cut short where there are many.
fn listed(labels: &[String]) -> String {
    let mut text = labels.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("; ");
    if labels.len() > MOST_NAMED {
        text.push_str(&format!("; and {} more", labels.len() - MOST_NAMED));
    }
    text
}

/// `ADDED`.
fn kind(kind: EditKind) -> &'static str {
    match kind {
        EditKind::Added => "ADDED",
        EditKind::Removed => "REMOVED",
        EditKind::Altered => "ALTERED",
    }
}

/// One group: the clauses that differ in both texts, who it is, an example and its neighbour.
fn picture(pair: &Pair<'_>, report: &Report, change: &Change, group: &Group, (at, count): (usize, usize)) -> Picture {
    let edits = group.edits.iter().filter_map(|e| report.edits.get(*e));
    let numbered = if count == 1 { "a group".to_owned() } else { format!("group {at} of {count}") };
    let (severity, mark) = match group.effect {
        Effect::Loss => (Severity::Warning, "loss"),
        Effect::Less => (Severity::Warning, "less"),
        Effect::Unsettled => (Severity::Warning, "unsettled"),
        Effect::Other => (Severity::Note, "other"),
        Effect::Settled => (Severity::Note, "settled"),
        Effect::More => (Severity::Note, "more"),
        Effect::Gain => (Severity::Note, "gain"),
    };
    Picture {
        severity,
        mark: mark.to_owned(),
        message: format!("{}: {numbered} {}", change.label, verb(group.effect, true)),
        labels: edits.flat_map(|edit| labels(pair, edit)).collect(),
        notes: notes(group),
    }
}

/// The places of an edit: where the new text says otherwise, and where the old one said it. What is in one text alone
/// is shown with the provision it would belong to in the other.
fn labels(pair: &Pair<'_>, edit: &Edit) -> Vec<Label> {
    let label = |span, message: &str, primary| Label { span, message: message.to_owned(), primary };
    let there = |version: &Version<'_>, message| {
        provision(version.verified.program(), &edit.address).map(|span| label(span, message, false))
    };
    match (edit.before, edit.after) {
        _ if is_only_reached(pair, edit) => Vec::new(),
        (Some(before), Some(after)) => {
            let (old, new) = differing(pair.sources, whole(pair, before), whole(pair, after));
            let (was, is) = match (old, new) {
                (Some(_), None) => ("no longer said", "after"),
                (None, Some(_)) => ("before", "said in addition"),
                _ => ("before", "after"),
            };
            vec![label(new.unwrap_or(after), is, true), label(old.unwrap_or(before), was, false)]
        }
        (None, Some(after)) => {
            std::iter::once(label(after, "new", true)).chain(there(&pair.old, "not here before")).collect()
        }
        (Some(before), None) => {
            std::iter::once(label(before, "dropped", true)).chain(there(&pair.new, "no longer here")).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// Where a provision stands; where there is none, that around it: `article 5` for `article 5(1)(a)`.
fn provision(program: &Program, address: &str) -> Option<Span> {
    let mut address = address;
    loop {
        if let Some(found) = program.provisions.iter().find(|p| p.address == address) {
            return Some(found.span);
        }
        address = address.get(..address.rfind('(')?)?;
    }
}

fn notes(group: &Group) -> Vec<String> {
    let who = match (group.who.as_slice(), group.each) {
        ([], true) => "who: everybody".to_owned(),
        ([], false) => "who: some, by their figures".to_owned(),
        (conditions, true) => format!("who: {}", conditions.join("\n     ")),
        (conditions, false) => {
            format!("who: some of these, by their figures:\n     {}", conditions.join("\n     "))
        }
    };
    let mut notes = vec![who];
    if !group.example.is_empty() {
        notes.push(format!("for example\n{}", table(&group.example, "  ").trim_end()));
    }
    notes.push(format!("{}: {} → {}", group.asked, group.before.with_provisions(), group.after.with_provisions()));
    if let Some(near) = &group.neighbour {
        let mut text = format!("not touched: the same person where {}", near.differs);
        if !near.facts.is_empty() {
            text.push_str(&format!("\n{}", table(&near.facts, "  ").trim_end()));
        }
        notes.push(format!("{text}\n{}: {} in both", group.asked, near.answer.with_provisions()));
    }
    notes
}
