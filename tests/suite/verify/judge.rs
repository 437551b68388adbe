//! A report of a comparison held against what a page says.

use super::page::{Line, Page, Told, Versions};
use accord_analysis::case::show;
use accord_core::{Answer, Facts, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{Program, Ty, Verified};
use accord_prove::Report;
use accord_prove::report::{Effect, Proof, Region, Verdict};
use std::collections::BTreeMap;

/// Class decisions that are compared besides what the questions decide.
const OF_CLASSES: [&str; 4] = ["covered", "treated_as_national", "class_treated_as_national", "residence_required"];

/// What came of a page.
#[derive(Debug, Default)]
pub struct Judged {
    /// Verdicts that are not true.
    pub wrong: Vec<String>,
    /// What was left undecided.
    pub undecided: Vec<String>,
    /// Changes that are found, but not shown to be all.
    pub incomplete: Vec<String>,
    /// True answers that are not as readable as the page asks.
    pub unreadable: Vec<String>,
    /// Decisions, of one party and branch, that an edit reaches.
    pub reached: usize,
    /// Those of them that were decided.
    pub decided: usize,
}

/// A verdict for one combination of arguments and one branch.
struct Cell<'r> {
    decision: &'r str,
    /// `None` where the verdict is about every value: a day, or a party of many.
    args: Vec<Option<String>>,
    branch: Option<&'r str>,
    verdict: &'r Verdict,
}

/// Judges a report.
pub fn judge(page: &Page, versions: &Versions, report: &Report) -> Judged {
    let (old, new) = (verified(&versions.old), verified(&versions.new));
    let cells = cells(new.program(), report);
    let mut judged = Judged::default();
    for cell in &cells {
        judged.cell(page, cell, old, new);
    }
    for line in &page.lines {
        judged.line(page, line, &cells, new);
    }
    for (n, person) in page.persons.iter().enumerate().filter(|(_, p)| p.inside) {
        let case = versions.person(n).1;
        let Some(expected) = case.expect.first() else { continue };
        let name = person.asked.split('(').next().unwrap_or_default();
        let args: Vec<String> = expected.args.iter().map(|v| shown(new.program(), v)).collect();
        let branch = branch_of(new.program(), &case.facts);
        let proved = cells.iter().filter(|c| c.decision == name && c.is_about(&args, branch.as_deref()));
        if proved.into_iter().any(|c| matches!(c.verdict, Verdict::Same(_))) {
            judged.wrong.push(format!("{}: told the same, but not for \"{}\"", person.asked, case.name));
        }
    }
    judged
}

fn verified(examined: &accord_cli::examine::Examined) -> &Verified {
    examined.verified.as_ref().expect("a text without errors")
}

fn shown(program: &Program, value: &Value) -> String {
    show(program, &Outcome::Value(value.clone()))
}

/// The report taken apart, as far as it is judged.
fn cells<'r>(program: &Program, report: &'r Report) -> Vec<Cell<'r>> {
    let mut judged: Vec<&str> = OF_CLASSES.to_vec();
    for id in program.questions.iter().flat_map(|q| &q.decides) {
        judged.extend(program.decisions.get(id.0 as usize).map(|d| d.name.as_str()));
    }
    let mut cells = Vec::new();
    for compared in report.decisions.iter().filter(|c| judged.contains(&c.decision.as_str())) {
        let branches: Vec<Option<&str>> = if compared.branches.is_empty() {
            vec![None]
        } else {
            compared.branches.iter().map(|b| Some(b.as_str())).collect()
        };
        for args in &compared.args {
            let args = aligned(program, &compared.decision, args);
            cells.extend(branches.iter().map(|branch| Cell {
                decision: &compared.decision,
                args: args.clone(),
                branch: *branch,
                verdict: &compared.verdict,
            }));
        }
    }
    cells
}

/// The arguments by parameter: days are open, and so are parties where there are many.
fn aligned(program: &Program, decision: &str, args: &[Value]) -> Vec<Option<String>> {
    let params = program.decision(decision).map_or(&[][..], |(_, d)| d.params.as_slice());
    let closed = params.iter().filter(|p| p.ty != Ty::Date).count();
    let mut left = args.iter().filter(|v| !matches!(v, Value::Date(_)));
    let are_open = args.iter().filter(|v| !matches!(v, Value::Date(_))).count() < closed;
    params
        .iter()
        .map(|p| match p.ty {
            Ty::Date => None,
            Ty::Country if are_open => None,
            _ => left.next().map(|v| shown(program, v)),
        })
        .collect()
}

impl Cell<'_> {
    fn name(&self) -> String {
        let args: Vec<&str> = self.args.iter().map(|a| a.as_deref().unwrap_or("any")).collect();
        let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
        format!("{}{args} [{}]", self.decision, self.branch.unwrap_or("all"))
    }

    fn is_open(&self) -> bool {
        self.args.iter().any(Option::is_none) && self.decision != "applicable"
    }

    fn is_about(&self, args: &[String], branch: Option<&str>) -> bool {
        let alike = |(held, arg): (&Option<String>, &String)| held.as_ref().is_none_or(|h| h == arg);
        self.args.iter().zip(args).all(alike) && (self.branch.is_none() || branch.is_none() || self.branch == branch)
    }
}

impl Line {
    /// How much of it names what is asked; `None` where it speaks of something else.
    fn fits(&self, decision: &str, args: &[Option<String>], branch: Option<&str>) -> Option<usize> {
        if self.decision != decision {
            return None;
        }
        let mut named = 0;
        for (pattern, arg) in self.args.iter().flatten().zip(args) {
            match arg {
                _ if pattern == "*" => {}
                Some(arg) if arg != pattern => return None,
                _ => named += 2,
            }
        }
        named += usize::from(self.args.is_some());
        match (&self.branches, branch) {
            (Some(branches), Some(branch)) if !branches.iter().any(|b| b == branch) => None,
            (Some(_), _) => Some(named + 1),
            (None, _) => Some(named),
        }
    }
}

/// The line that counts, where one fits.
fn best<'p>(page: &'p Page, decision: &str, args: &[Option<String>], branch: Option<&str>) -> Option<&'p Line> {
    let fitting = page.lines.iter().filter_map(|l| Some((l.fits(decision, args, branch)?, l)));
    fitting.max_by_key(|(named, _)| *named).map(|(_, line)| line)
}

/// What a change is, as the pages write it.
fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Loss => "loss",
        Effect::Less => "less",
        Effect::Unsettled => "unsettled",
        Effect::Other => "other",
        Effect::Settled => "settled",
        Effect::More => "more",
        Effect::Gain => "gain",
    }
}

fn same(a: &Answer, b: &Answer) -> bool {
    match (&a.outcome, &b.outcome) {
        (Outcome::Value(a), Outcome::Value(b)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// What a text answers.
pub fn answer(text: &Verified, facts: &Facts, decision: &str, args: &[Value]) -> Answer {
    let (_, decision) = text.program().decision(decision).expect("the decision is there");
    Interp::new(text, facts).ask(decision.node, args)
}

/// Whether two texts answer a case alike.
pub fn alike(
    old: &Verified,
    new: &Verified,
    before: (&Facts, &[Value]),
    after: (&Facts, &[Value]),
    name: &str,
) -> bool {
    same(&answer(old, before.0, name, before.1), &answer(new, after.0, name, after.1))
}

/// The branch of the benefit that is claimed.
fn branch_of(program: &Program, facts: &Facts) -> Option<String> {
    let at = program.facts.iter().position(|f| f.name == "claim")?;
    let Ty::Record(record) = &program.facts[at].ty else { return None };
    let field = program.record(*record)?.fields.iter().position(|(name, _)| name == "benefit")?;
    let Value::Record(fields) = facts.row.get(at)?.value()? else { return None };
    let Value::Member(id, n) = fields.get(field)?.value()? else { return None };
    let benefit = program.enumeration(*id)?.members.get(usize::from(*n))?;
    Some(benefit.split('.').next().unwrap_or(benefit).to_owned())
}

impl Judged {
    /// Looks at one verdict by itself: what it says of persons must be true of them.
    fn cell(&mut self, page: &Page, cell: &Cell<'_>, old: &Verified, new: &Verified) {
        let line = best(page, cell.decision, &cell.args, cell.branch);
        let is_judged = cell.is_open() || line.is_none_or(|l| l.told != Told::Any);
        self.reached += usize::from(is_judged && !matches!(cell.verdict, Verdict::Same(Proof::Untouched)));
        match cell.verdict {
            Verdict::Same(Proof::Untouched) => {}
            Verdict::Same(_) => self.decided += usize::from(is_judged),
            Verdict::Undecided(open) if is_judged => self.undecided.push(format!("{}: {}", cell.name(), open.why)),
            Verdict::Undecided(_) => {}
            Verdict::Changed(changed) => {
                self.decided += usize::from(is_judged);
                if let Some(open) = &changed.open {
                    self.incomplete.push(format!("{}: {}", cell.name(), open.why));
                }
                if changed.regions.is_empty() {
                    self.wrong.push(format!("{}: changed for nobody", cell.name()));
                }
                for region in &changed.regions {
                    self.region(page, cell, region, old, new);
                }
            }
        }
    }

    /// Looks at a group: its witness must be answered as told, and the page must expect somebody like that.
    fn region(&mut self, page: &Page, cell: &Cell<'_>, region: &Region, old: &Verified, new: &Verified) {
        let witness = &region.witness;
        let before = answer(old, &witness.old_facts, cell.decision, &witness.args);
        let after = answer(new, &witness.new_facts, cell.decision, &witness.args);
        if before != witness.before || after != witness.after || same(&before, &after) {
            self.wrong.push(format!("{}: a person who is not answered as told", cell.name()));
        }
        if let Some(twin) = &region.twin {
            let facts = (&twin.person.old_facts, &twin.person.new_facts);
            let args = twin.person.args.as_slice();
            if !alike(old, new, (facts.0, args), (facts.1, args), cell.decision) {
                self.wrong.push(format!("{}: a neighbour who is not answered alike", cell.name()));
            }
        }
        let (args, branch) = self.whom(new, cell, region);
        match best(page, cell.decision, &args, branch.as_deref()).map(|l| (&l.told, &l.text)) {
            Some((Told::Any, _)) => {}
            Some((Told::Changed { effects, only, .. }, text)) => {
                if *only && !effects.iter().any(|e| e == word(region.effect)) {
                    self.wrong.push(format!("{}: {} was not expected by `{text}`", cell.name(), word(region.effect)));
                }
            }
            Some((Told::Same, _)) | None => {
                let (before, after) = (show(old.program(), &before.outcome), show(new.program(), &after.outcome));
                self.wrong.push(format!("{}: told changed, from {before} to {after}, but is the same", cell.name()));
            }
        }
    }

    /// The arguments and the branch of a witness.
    fn whom(&self, new: &Verified, cell: &Cell<'_>, region: &Region) -> (Vec<Option<String>>, Option<String>) {
        let args = region.witness.args.iter().map(|v| match v {
            Value::Date(_) => None,
            _ => Some(shown(new.program(), v)),
        });
        let branch = branch_of(new.program(), &region.witness.new_facts);
        (args.collect(), cell.branch.map(str::to_owned).or(branch))
    }

    /// Looks at what a line expects: a change that the report must have found.
    fn line(&mut self, page: &Page, line: &Line, cells: &[Cell<'_>], new: &Verified) {
        let Told::Changed { effects, at_most, together, .. } = &line.told else { return };
        let counts = |cell: &&Cell<'_>| {
            let fits = line.fits(cell.decision, &cell.args, cell.branch).is_some();
            let is_best = best(page, cell.decision, &cell.args, cell.branch).is_some_and(|b| b.text == line.text);
            fits && (is_best || cell.is_open() || cell.branch.is_none())
        };
        let of: Vec<&Cell<'_>> = cells.iter().filter(counts).collect();
        if of.is_empty() {
            self.undecided.push(format!("{}: not told at all", line.text));
            return;
        }
        self.missed(line, &of);
        let (mut kinds, mut whole): (Vec<&str>, bool) = (Vec::new(), true);
        for cell in &of {
            let Verdict::Changed(changed) = cell.verdict else {
                whole &= matches!(cell.verdict, Verdict::Same(_));
                continue;
            };
            whole &= changed.open.is_none() && changed.more == 0;
            for region in &changed.regions {
                let (args, branch) = self.whom(new, cell, region);
                if line.fits(cell.decision, &args, branch.as_deref()).is_some() {
                    kinds.push(word(region.effect));
                }
            }
            if at_most.is_some_and(|n| changed.regions.len() + changed.more > n) {
                let groups = changed.regions.len() + changed.more;
                self.unreadable.push(format!("{}: {groups} groups", cell.name()));
            }
            if *together && changed.regions.iter().any(|r| r.edits.len() < 2) {
                self.unreadable.push(format!("{}: put down to one edit", cell.name()));
            }
        }
        for effect in effects.iter().filter(|e| whole && !kinds.contains(&e.as_str())) {
            self.wrong.push(format!("{}: {effect} was not found", line.text));
        }
    }

    /// Verdicts of "the same" where the line says that somebody is answered otherwise.
    fn missed(&mut self, line: &Line, of: &[&Cell<'_>]) {
        let is_same = |cell: &Cell<'_>| matches!(cell.verdict, Verdict::Same(_));
        let mut by_args: BTreeMap<&[Option<String>], Vec<&Cell<'_>>> = BTreeMap::new();
        for cell in of {
            by_args.entry(&cell.args).or_default().push(cell);
        }
        for cells in by_args.values() {
            let wrong: Vec<&&Cell<'_>> = match line.branches {
                // Somebody, whatever the branch: one of them is enough.
                None if cells.iter().any(|c| !is_same(c)) => Vec::new(),
                _ => cells.iter().filter(|c| is_same(c)).collect(),
            };
            self.wrong.extend(wrong.iter().map(|c| format!("{}: told the same, but `{}`", c.name(), line.text)));
        }
    }
}
