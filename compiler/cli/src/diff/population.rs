//! `--population FILE`: how the claims of a file are answered by both versions, counted, and what the amounts come to.

use super::Pair;
use crate::args::Diff;
use crate::batch::answer::{Everywhere, native};
use crate::batch::tell::Progress;
use crate::batch::{FEW_PARTIES, USUAL, citations, form};
use crate::console::Console;
use crate::trouble::Trouble;
use crate::{generate, grouped};
use accord_analysis::CONDITION;
use accord_batch::{Asked, BatchError, Both, Carried, Change, Counted, How, Run, Source, Which, both};
use accord_core::columns::Layout;
use accord_core::{Country, Currency};
use accord_ir::{Program, Verified};
use accord_prove::report::Effect;
use serde_json::{Map, Value as Json, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Reasons and unreadable cells that are told of a file; the others are in the JSON.
const MOST_REASONS: usize = 10;

/// A file of claims, counted.
#[derive(Clone, Debug)]
pub struct Population {
    /// The file.
    pub path: String,
    /// The question its claims put.
    pub question: String,
    /// What was counted.
    pub both: Both,
    /// Facts that only one version asks for: the one before, the one after.
    pub only_in: [Vec<String>; 2],
}

/// Counts the claims of a file.
pub fn count(pair: &Pair<'_>, args: &Diff, path: &Path, console: &mut Console<'_>) -> Result<Population, Trouble> {
    if path.as_os_str() == "-" {
        return Err(Trouble::new("a population cannot come from the standard input: both versions read it")
            .help("put the claims into a file"));
    }
    let versions = [pair.old.verified, pair.new.verified];
    let layouts = [of_question(versions[0], args)?, of_question(versions[1], args)?];
    let only = args.condition.as_ref().map(|_| CONDITION);
    if only.is_some() && !versions.iter().all(|v| decides(v.program(), &args.question).contains(&CONDITION)) {
        let question = &args.question;
        return Err(Trouble::new(format!(
            "the condition rests on facts that the question `{question}` does not ask for"
        ))
        .help("a file of claims puts one question: name another with `--question`, or change the condition"));
    }
    let parties = parties(args, &layouts)?;
    let names = names(args, versions, only)?;
    let [old, new] = &layouts;
    let only_in = [beyond(old, new), beyond(new, old)];
    let sides = [Side::new(versions[0], old, &parties, &names)?, Side::new(versions[1], new, &parties, &names)?];
    let format = form(None, path)?;
    let open = |layout: &Layout, others: &[String]| {
        let ignore = args.ignore.iter().chain(others).cloned().collect();
        Source::open(path, format, layout, &Carried { ignore, ..Carried::default() }).map_err(told)
    };
    let sources = [open(old, &only_in[1])?, open(new, &only_in[0])?];
    let is_against = |name: &str| accord_prove::is_against(name.split('(').next().unwrap_or(name));
    let how = How { is_against: &is_against, only };
    let mut progress = Progress::new(Instant::now());
    let runs = sides.each_ref().map(Side::run);
    let counted = both([&runs[0], &runs[1]], sources, &how, &mut |far| progress.tell(far, console));
    progress.end(console);
    let both = counted.map_err(told)?;
    let (path, question) = (path.display().to_string(), args.question.clone());
    Ok(Population { path, question, both, only_in })
}

/// One version, ready to be asked about rows.
struct Side {
    asked: Asked,
    everywhere: Arc<Everywhere>,
}

impl Side {
    fn new(verified: &Verified, layout: &Layout, parties: &[Country], names: &[String]) -> Result<Side, Trouble> {
        let program = verified.program();
        let wanted = accord_ir::outputs(program, layout, parties, names).map_err(Trouble::new)?;
        let outputs = wanted.into_iter().map(|(_, _, output)| output).collect();
        let asked = Asked { layout: layout.clone(), outputs, citations: citations(program), provisions: false };
        Ok(Side { asked, everywhere: Arc::new(Everywhere::new(verified, layout, parties, names)?) })
    }

    fn run(&self) -> Run<'_> {
        let kernels = Some(native(&self.everywhere));
        Run { asked: &self.asked, generals: &*self.everywhere, kernels, threads: 1, evaluate: true }
    }
}

/// What stopped the counting. What `accord batch` would carry along is only to be left out here.
fn told(error: BatchError) -> Trouble {
    let remedy = error.remedy().unwrap_or_default().to_owned();
    match remedy.split_once("`--keep ") {
        Some((before, after)) => {
            let name = after.split('`').next().unwrap_or_default();
            Trouble::new(error.to_string()).help(format!("{before}`--ignore {name}` leaves it out"))
        }
        None => Trouble::from(error),
    }
}

fn of_question(verified: &Verified, args: &Diff) -> Result<Layout, Trouble> {
    generate::layout_of(verified.program(), &args.question)
}

/// The names of what a question decides.
fn decides<'p>(program: &'p Program, question: &str) -> Vec<&'p str> {
    let decides = program.questions.iter().find(|q| q.name == question).map(|q| q.decides.as_slice());
    let decides = decides.unwrap_or_default().iter().filter_map(|id| program.decisions.get(id.0 as usize));
    decides.map(|d| d.name.as_str()).collect()
}

/// The columns that one layout has beyond another.
fn beyond(layout: &Layout, other: &Layout) -> Vec<String> {
    let own = layout.columns.iter().filter(|c| other.position(&c.name).is_none());
    own.map(|c| c.name.clone()).collect()
}

/// The parties asked about: those of both versions.
fn parties(args: &Diff, [old, new]: &[Layout; 2]) -> Result<Vec<Country>, Trouble> {
    let common: Vec<Country> = old.parties.iter().filter(|p| new.parties.contains(p)).copied().collect();
    let listed = || common.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if args.party.is_empty() && common.len() > FEW_PARTIES {
        return Err(Trouble::new(format!("the agreement has {} parties", common.len()))
            .help(format!("name those whose answers you want counted: `--party`, some of {}", listed())));
    }
    let party = |code: &String| {
        let country = Country::parse(&code.to_ascii_uppercase());
        country.filter(|c| common.contains(c)).ok_or_else(|| {
            Trouble::new(format!("`{code}` is not a party of both versions"))
                .help(format!("the parties are {}", listed()))
        })
    };
    match args.party.as_slice() {
        [] => Ok(common),
        named => named.iter().map(party).collect(),
    }
}

/// The decisions counted: those named, else the usual ones, of both versions; and the condition.
fn names(args: &Diff, versions: [&Verified; 2], only: Option<&str>) -> Result<Vec<String>, Trouble> {
    let all = versions.map(|v| decides(v.program(), &args.question));
    let in_both = |name: &str| all.iter().all(|names| names.contains(&name));
    let mut names: Vec<String> = if args.decision.is_empty() {
        let usual: Vec<String> = USUAL.iter().filter(|u| in_both(u)).map(|u| (*u).to_owned()).collect();
        let any = || all[1].iter().filter(|n| in_both(n) && **n != CONDITION).map(|n| (*n).to_owned()).collect();
        if usual.is_empty() { any() } else { usual }
    } else {
        args.decision.iter().filter(|n| in_both(n)).cloned().collect()
    };
    if names.is_empty() {
        return Err(Trouble::new(format!("the question `{}` decides none of these in both versions", args.question))
            .help("a population counts what one question decides: name it with `--question`"));
    }
    names.extend(only.map(str::to_owned));
    Ok(names)
}

/// What becomes of some rows: `loses`, of several `lose`.
fn verb(change: Change, one: bool) -> &'static str {
    let effect = match change {
        Change::Loss => Effect::Loss,
        Change::Less => Effect::Less,
        Change::Unsettled => Effect::Unsettled,
        Change::Other => Effect::Other,
        Change::Settled => Effect::Settled,
        Change::More => Effect::More,
        Change::Gain => Effect::Gain,
        Change::Same => return if one { "is answered alike" } else { "are answered alike" },
        Change::Open => return if one { "is open" } else { "are open" },
    };
    super::told::verb(effect, one)
}

/// An amount in minor units as results are printed.
fn money(currency: Currency, minor: i128) -> String {
    let digits = minor.unsigned_abs().to_string();
    let decimals = usize::try_from(currency.decimals()).unwrap_or(0);
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (major, rest) = digits.split_at_checked(digits.len() - decimals).unwrap_or((digits.as_str(), ""));
    let (sign, point) = (if minor < 0 { "-" } else { "" }, if rest.is_empty() { "" } else { "." });
    format!("{sign}{}{point}{rest} {}", in_groups(major), currency.code())
}

/// `1_000_000`, as the language writes amounts.
fn in_groups(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

impl Population {
    /// Lines for people.
    pub fn lines(&self) -> Vec<String> {
        let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(n)) };
        let both = &self.both;
        let mut lines = vec![format!("{}: {}", self.path, rows(both.rows))];
        if both.outside > 0 {
            lines.push(format!("of {} it does not hold: they are not counted", rows(both.outside)));
        }
        if both.unknown > 0 {
            lines.push(format!("of {} it is not known whether it holds: they are not counted", rows(both.unknown)));
        }
        for (names, which) in self.only_in.iter().zip(["before", "after"]) {
            if !names.is_empty() {
                let names = names.join(", ");
                lines.push(format!(
                    "only the version {which} asks for {names}: what a row does not say of it is not guessed"
                ));
            }
        }
        for counted in &both.outputs {
            let there = Change::ALL.into_iter().map(|t| (t, counted.count(t))).filter(|(_, n)| *n > 0);
            let there: Vec<String> = there.map(|(t, n)| format!("{} {}", grouped(n), verb(t, n == 1))).collect();
            let said = if there.is_empty() { "nobody was asked about".to_owned() } else { there.join(", ") };
            lines.push(format!("{}: {said}", counted.name));
            if let Some([(a, before), (b, after)]) = counted.sums {
                lines.push(format!("{}, in all: {} before, {} after", counted.name, money(a, before), money(b, after)));
            }
        }
        lines.extend(self.reasons());
        lines
    }

    /// What could not be read, and why rows are open.
    fn reasons(&self) -> Vec<String> {
        let both = &self.both;
        let mut lines = Vec::new();
        let commonest = |all: Vec<(u64, String)>| {
            let mut all = all;
            all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let more = all.len().saturating_sub(MOST_REASONS);
            all.truncate(MOST_REASONS);
            let mut said: Vec<String> = all.into_iter().map(|(n, what)| format!("{what} ({})", grouped(n))).collect();
            if more > 0 {
                said.push(format!("and {more} more"));
            }
            said.join("; ")
        };
        if both.bad > 0 {
            let what = commonest(both.wrong.iter().map(|(what, n)| (*n, what.clone())).collect());
            let hold =
                if both.bad == 1 { "1 row holds".to_owned() } else { format!("{} rows hold", grouped(both.bad)) };
            lines.push(format!("{hold} something that cannot be read: {what}"));
        }
        if !both.reasons.is_empty() {
            let one = |((which, reason), n): (&(Option<Which>, String), &u64)| {
                let under = match which {
                    None => String::new(),
                    Some(Which::Old) => " before".to_owned(),
                    Some(Which::New) => " after".to_owned(),
                };
                (*n, format!("{reason}{under}"))
            };
            lines.push(format!("open for want of: {}", commonest(both.reasons.iter().map(one).collect())));
        }
        lines
    }

    /// `population` of `accord.diff/1`.
    pub fn json(&self) -> Json {
        let both = &self.both;
        let output = |counted: &Counted| {
            let rows: Map<String, Json> =
                Change::ALL.into_iter().map(|t| (t.word().to_owned(), json!(counted.count(t)))).collect();
            let sums = counted
                .sums
                .map(|[(a, before), (b, after)]| json!({ "before": money(a, before), "after": money(b, after) }));
            json!({ "name": counted.name, "rows": rows, "sums": sums })
        };
        let open = both.reasons.iter().map(|((which, reason), n)| {
            let version = match which {
                None => "both",
                Some(Which::Old) => "before",
                Some(Which::New) => "after",
            };
            json!({ "reason": reason, "version": version, "count": n })
        });
        let unread = both.wrong.iter().map(|(what, n)| json!({ "what": what, "rows": n }));
        json!({
            "file": self.path,
            "question": self.question,
            "rows": both.rows,
            "outside": both.outside,
            "not_known_whether": both.unknown,
            "differ": both.differ,
            "unreadable": { "rows": both.bad, "what": unread.collect::<Vec<_>>() },
            "only_before_asks_for": self.only_in[0],
            "only_after_asks_for": self.only_in[1],
            "outputs": both.outputs.iter().map(output).collect::<Vec<_>>(),
            "open": open.collect::<Vec<_>>(),
        })
    }
}
