//! A comparison as one page that explains itself: the sentence first, then who loses and who gains, with both texts.
//!
//! It needs nothing but itself: no script, no picture, no style from elsewhere.

use super::Pair;
use super::clause::{Clause, Piece, clauses, is_only_reached};
use super::meaning::source;
use super::told::{Change, EFFECTS, Group, Said, Told, decisions, verb};
use crate::explain::capital;
use crate::person::FactRow;
use accord_prove::Report;
use accord_prove::report::{Edit, EditKind, Effect};

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn page(pair: &Pair<'_>, report: &Report, told: &Told) -> String {
    let program = pair.new.verified.program();
    let title = if program.title.is_empty() { &program.agreement } else { &program.title };
    let mut page = Page { text: String::new() };
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw(&format!(
        "<title>What changes: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        escape(title)
    ));
    page.raw("<header>\n");
    page.element("h1", "", &format!("What changes: {title}"));
    page.raw("<dl class=\"versions\">\n");
    for (when, version) in [("Before", &pair.old), ("After", &pair.new)] {
        page.element("dt", "", when);
        let from = source(pair.loaded, version).map_or(String::new(), |source| format!("{source} "));
        page.raw(&format!("<dd>{}<code>{}</code></dd>\n", escape(&from), escape(version.path)));
    }
    page.raw("</dl>\n");
    page.raw("</header>\n<div class=\"lead\">\n");
    told.lead.iter().for_each(|sentence| page.element("p", "", sentence));
    page.raw("</div>\n");
    page.tiles(told);
    for effect in EFFECTS {
        page.effect(pair, report, told, effect);
    }
    page.on_the_way(pair, report, told);
    page.more(told);
    page.population(told);
    page.open(told);
    page.same(told);
    page.edits(pair, report, told);
    page.raw(FOOTER);
    if told.only.is_some() {
        page.raw(ONLY);
    }
    page.raw("</footer>\n");
    page.raw("</main>\n</body>\n</html>\n");
    page.text
}

const FOOTER: &str = "<footer>\n<p>“Proved” means shown for every person that the rules can be asked about, not for a sample. \
Every example was computed under both texts. Names in quotation marks are those of the agreement as it is encoded: of decisions, and of terms it defines; \
a group may share persons with another.</p>\n";

/// What the footer adds where not everybody is told of.
const ONLY: &str = "<p>Here that is every person of whom the condition above holds, and nobody else.</p>\n";

/// The page as it is written.
struct Page {
    text: String,
}

impl Page {
    fn raw(&mut self, html: &str) {
        self.text.push_str(html);
    }

    /// An element with a text in it.
    fn element(&mut self, tag: &str, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.raw(&format!("<{tag}{class}>{}</{tag}>\n", escape(text)));
    }

    /// The numbers at a glance.
    fn tiles(&mut self, told: &Told) {
        self.raw("<ul class=\"tiles\">\n");
        for effect in EFFECTS {
            let count = groups(told, effect).count();
            if count > 0 {
                let noun = if count == 1 { "group" } else { "groups" };
                self.tile(count, &format!("{noun} {}", verb(effect, count == 1)));
            }
        }
        let passed_on: usize = told.changes.iter().filter(|c| c.on_the_way).map(|c| c.groups.len()).sum();
        if passed_on > 0 {
            self.tile(passed_on, "on the way to that");
        }
        let same: usize = told.same.iter().map(|s| s.labels.len()).sum();
        self.tile(same, &format!("{} proved unchanged", if same == 1 { "decision" } else { "decisions" }));
        let open = told.open.len() + told.changes.iter().filter(|c| c.open.is_some()).count();
        if open > 0 {
            self.tile(open, &format!("{} not proved either way", if open == 1 { "decision" } else { "decisions" }));
        }
        self.raw("</ul>\n");
    }

    fn tile(&mut self, count: usize, of: &str) {
        self.raw(&format!("<li><b>{count}</b>{}</li>\n", escape(of)));
    }

    /// All groups to whom the change is the same.
    fn effect(&mut self, pair: &Pair<'_>, report: &Report, told: &Told, effect: Effect) {
        if groups(told, effect).next().is_none() {
            return;
        }
        self.element("h2", "", &format!("Who {}", verb(effect, true)));
        for (change, group) in groups(told, effect) {
            self.group(pair, report, change, group);
        }
    }

    /// What changes in decisions that the others rest on.
    fn on_the_way(&mut self, pair: &Pair<'_>, report: &Report, told: &Told) {
        if !told.changes.iter().any(|c| c.on_the_way) {
            return;
        }
        self.element("h2", "", "What changes on the way to that");
        for change in told.changes.iter().filter(|c| c.on_the_way) {
            change.groups.iter().for_each(|group| self.group(pair, report, change, group));
        }
    }

    fn group(&mut self, pair: &Pair<'_>, report: &Report, change: &Change, group: &Group) {
        let class = match group.effect {
            Effect::Loss | Effect::Less | Effect::Unsettled => "loss",
            Effect::Other => "other",
            Effect::Settled | Effect::More | Effect::Gain => "gain",
        };
        self.raw(&format!("<article class=\"group {class}\">\n"));
        self.element("span", "tag", &capital(verb(group.effect, true)));
        match &change.meaning {
            None => self.element("h3", "", &change.words),
            Some(meaning) => {
                self.element("h3", "", &capital(meaning));
                self.element("p", "called", &change.called);
            }
        }
        self.element("p", "label", "Who");
        if group.who_said.is_empty() {
            let who = if group.each { "Everybody." } else { "Some, by their figures." };
            self.element("p", "near", who);
        } else {
            if !group.each {
                self.element("p", "near", "Some of those of whom all of this holds, by their figures:");
            }
            self.raw("<ul class=\"who\">\n");
            group.who_said.iter().for_each(|who| self.element("li", "", who));
            self.raw("</ul>\n");
        }
        if !group.example.is_empty() {
            self.element("p", "label", "For example");
            self.table(&group.example);
        }
        self.raw("<div class=\"two answers\">\n");
        self.answer("Before", &group.before);
        self.answer("After", &group.after);
        self.raw("</div>\n");
        if let Some(near) = &group.neighbour {
            self.element("p", "label", "Just beyond the boundary, and not touched");
            let answer =
                format!("The same person where {}: {} under both texts.", near.differs_said, near.answer.words);
            self.element("p", "near", &answer);
            self.table(&near.facts);
        }
        let edits = group.edits.iter().filter_map(|e| report.edits.get(*e)).filter(|e| !is_only_reached(pair, e));
        let mut place = "";
        for edit in edits {
            self.edit(pair, edit, place == edit.address);
            place = &edit.address;
        }
        self.raw("</article>\n");
    }

    fn answer(&mut self, when: &str, said: &Said) {
        self.raw("<div class=\"answer\">\n");
        self.element("p", "label", when);
        self.element("strong", "", &capital(&said.words));
        if !said.provisions.is_empty() {
            self.element("span", "cite", &said.provisions.join(", "));
        }
        self.raw("</div>\n");
    }

    fn table(&mut self, rows: &[FactRow]) {
        if rows.is_empty() {
            return;
        }
        self.raw("<table>\n");
        for row in rows {
            let (name, value) = (escape(&capital(&row.words)), escape(&row.said));
            self.raw(&format!("<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n"));
        }
        self.raw("</table>\n");
    }

    /// Both texts side by side; where they stand, unless it was just said.
    fn edit(&mut self, pair: &Pair<'_>, edit: &Edit, is_said: bool) {
        if !is_said {
            let title = if edit.title.is_empty() { String::new() } else { format!(", {}", edit.title) };
            self.element("p", "label", &format!("{}{title}", capital(&edit.address)));
        }
        let (old, new) = clauses(pair, edit);
        self.raw("<div class=\"two\">\n");
        self.clause("Old text", "old", old.as_ref());
        self.clause("New text", "new", new.as_ref());
        self.raw("</div>\n");
    }

    fn clause(&mut self, which: &str, class: &str, clause: Option<&Clause>) {
        self.raw("<div class=\"clause\">\n");
        match clause {
            None => {
                self.element("p", "label", which);
                self.element("p", "none", "not there");
            }
            Some(clause) => {
                let place = escape(&clause.place);
                self.raw(&format!("<p class=\"label\">{which} <span class=\"place\">{place}</span></p>\n"));
                let marked = |(text, differs): &Piece| {
                    if *differs { format!("<mark>{}</mark>", escape(text)) } else { escape(text) }
                };
                let pieces: String = clause.pieces.iter().map(marked).collect();
                self.raw(&format!("<pre class=\"{class}\">{pieces}</pre>\n"));
            }
        }
        self.raw("</div>\n");
    }

    /// Groups that are counted and not shown.
    fn more(&mut self, told: &Told) {
        for change in told.changes.iter().filter(|c| c.more > 0) {
            let (groups, are) = if change.more == 1 { ("group", "is") } else { ("groups", "are") };
            let text = format!("{}: {} more {groups} {are} touched and not shown here.", change.words, change.more);
            self.element("p", "none", &text);
        }
    }

    /// The claims of a file, counted.
    fn population(&mut self, told: &Told) {
        let Some(population) = &told.population else { return };
        self.element("h2", "", "How many, among these claims");
        self.raw("<ul>\n");
        population.lines().iter().for_each(|line| self.element("li", "", line));
        self.raw("</ul>\n");
    }

    fn open(&mut self, told: &Told) {
        let changes = told.changes.iter().filter_map(|c| {
            let why = c.open.as_ref()?;
            Some(format!("{}: whether anybody else is touched is open, because {why}.", c.words))
        });
        let left = told.open.iter().map(|o| format!("{}: {}.", o.words, o.why));
        let all: Vec<String> = changes.chain(left).collect();
        if all.is_empty() {
            return;
        }
        self.element("h2", "", "What is open");
        self.raw("<ul>\n");
        all.iter().for_each(|text| self.element("li", "", text));
        self.raw("</ul>\n");
    }

    fn same(&mut self, told: &Told) {
        if told.same.is_empty() {
            return;
        }
        self.element("h2", "", "What is proved to stay the same for everybody");
        for kept in &told.same {
            let count = decisions(kept.words.len());
            self.element("p", "label", &format!("{count}: {}", kept.by));
            self.raw("<ul class=\"names\">\n");
            kept.words.iter().for_each(|name| self.element("li", "", name));
            self.raw("</ul>\n");
        }
    }

    /// Every edit, those too that touch nobody.
    fn edits(&mut self, pair: &Pair<'_>, report: &Report, told: &Told) {
        if report.edits.is_empty() && told.vocabulary.is_empty() {
            return;
        }
        self.element("h2", "", "What was edited");
        if !told.vocabulary.is_empty() {
            self.raw("<ul>\n");
            told.vocabulary.iter().for_each(|change| self.element("li", "", change));
            self.raw("</ul>\n");
        }
        for edit in report.edits.iter().filter(|e| !is_only_reached(pair, e)) {
            let done = match edit.kind {
                EditKind::Added => "added",
                EditKind::Removed => "dropped",
                EditKind::Altered => "altered",
            };
            self.raw(&format!("<h3 class=\"what\"><code>{}</code> ({done})</h3>\n", escape(&edit.what)));
            self.edit(pair, edit, false);
        }
    }
}

/// The groups to whom the change is this, with the change each belongs to, where it is felt.
fn groups(told: &Told, effect: Effect) -> impl Iterator<Item = (&Change, &Group)> {
    let all = told.changes.iter().filter(|c| !c.on_the_way).flat_map(|c| c.groups.iter().map(move |g| (c, g)));
    all.filter(move |(_, g)| g.effect == effect)
}

/// A text in which nothing is markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
