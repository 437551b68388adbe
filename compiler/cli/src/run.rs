//! `accord run`: one case, computed and told.

use crate::args::Run;
use crate::console::Console;
use crate::draw::draw;
use crate::evaluate::{Asked, Question, Ready, decision, label, parties, provisions};
use crate::examine::{Examined, examine, texts_by_case, with_cases};
use crate::load::{Loaded, Root};
use crate::ruleset::{self, PublicKey, Ruleset};
use crate::timeline::Timeline;
use crate::trouble::Trouble;
use crate::version::{self, Because};
use crate::{FINE, NO, derivation, explain, json, test, timeline};
use accord_analysis::case::{Case, show};
use accord_core::{Answer, Country, Currency, Date, Facts, Host, HostFn, Outcome, SiteId, Value};
use accord_ir::{Program, Ty};
use accord_source::{Diagnostics, Severity};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// Decisions that are amounts paid to the person, and so add up.
const PAID: &[&str] = &["payable", "supplement", "voluntary_addition"];

/// A case without a record is told of every party of an agreement with at most this many.
const FEW_PARTIES: usize = 4;

/// Runs the command.
pub fn run(args: &Run, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let evaluators = test::evaluators(&args.evaluator)?;
    let (loaded, wanted, examined) = if ruleset::looks_like_one(&args.path) {
        from_ruleset(args)?
    } else if args.verify.is_some() {
        return Err(Trouble::new(format!("`{}` is no ruleset, so it bears no signature", args.path.display()))
            .help("`accord build PATH -o FILE --sign KEY` makes one that does"));
    } else {
        let mut loaded = Loaded::from_paths(std::slice::from_ref(&args.path))?;
        let wanted = Wanted::new(&args.case, &mut loaded)?;
        let root = wanted.root(&loaded, only_root(&loaded, &args.path)?)?;
        let examined = examine(&loaded, &root)?;
        (loaded, wanted, examined)
    };
    let mut found = loaded.found.clone();
    found.append(examined.found.clone());
    let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
    console.note(&draw(&loaded.sources, &errors, console.err_colour));
    let Some(verified) = &examined.verified else { return Ok(NO) };
    let Some(case) = wanted.choose(&examined, &loaded, !errors.is_empty())? else { return Ok(NO) };

    let ready = Ready::new(verified, &evaluators)?;
    let asked = ready.ask(case);
    let differ: Vec<&Asked> = asked.iter().filter(|a| !agree(a)).collect();
    for one in &differ {
        console.note(&format!("the evaluators differ on {}\n", label(ready.program(), &one.question)));
    }
    let over_time = timeline::timelines(verified, case);
    if args.json {
        console.line(&as_json(ready.program(), case, &asked, &over_time));
    } else if args.explain {
        console.answer(&derivation(verified, case, &in_short(ready.program(), case, &asked)));
    } else {
        console.answer(&told(ready.program(), case, &asked));
        console.answer(&timeline::told(ready.program(), case, &over_time));
    }
    Ok(if differ.is_empty() { FINE } else { NO })
}

/// The program of a ruleset with the one case file named: a ruleset holds no cases.
fn from_ruleset(args: &Run) -> Result<(Loaded, Wanted, Examined), Trouble> {
    let signer = args.verify.as_deref().map(PublicKey::open).transpose()?;
    let Ruleset { manifest, verified, .. } = ruleset::open(&args.path, signer.as_ref())?;
    let day = manifest.text.as_deref().and_then(Date::parse);
    let mut loaded = Loaded::from_ruleset(&args.path, manifest.sources.into_iter().map(|s| s.name), day);
    let wanted = Wanted::new(&args.case, &mut loaded)?;
    if wanted.file.is_none() {
        return Err(Trouble::new(format!("there is no case file `{}`", args.case))
            .help("a ruleset holds no cases: name a file that does, `--case FILE` or `--case FILE#NAME`"));
    }
    let root = only_root(&loaded, &args.path)?;
    if let Some(text) = wanted.text(&loaded, root).filter(|text| !root.takes(Some(*text))) {
        let holds = day.map_or_else(|| "the latest text".to_owned(), |day| format!("that of {day}"));
        return Err(Trouble::new(format!("the case is computed in the text of {text}, and the ruleset holds {holds}"))
            .help("`accord build PATH@DAY -o FILE` makes a ruleset of the text of a day"));
    }
    let examined = with_cases(&loaded, root, Some(verified), Diagnostics::default());
    Ok((loaded, wanted, examined))
}

fn agree(asked: &Asked) -> bool {
    asked.answers.iter().all(|(_, a)| asked.answers.first().is_some_and(|(_, first)| a == first))
}

/// The one agreement of a path.
pub fn only_root<'a>(loaded: &'a Loaded, path: &Path) -> Result<&'a Root, Trouble> {
    let asked: Vec<&Root> = loaded.roots.iter().filter(|r| r.because == Because::Asked).collect();
    match asked.as_slice() {
        [root] => Ok(root),
        roots => {
            let names = roots.iter().filter_map(|r| loaded.sources.file(r.file)).map(|f| format!("`{}`", f.name()));
            let names = names.collect::<Vec<_>>().join(", ");
            Err(Trouble::new(format!("several agreements in `{}`", path.display()))
                .help(format!("name one of {names}")))
        }
    }
}

/// Which case is wanted: one of a file, or one whose name holds the text.
struct Wanted {
    file: Option<accord_source::FileId>,
    name: Option<String>,
    text: String,
}

impl Wanted {
    fn new(text: &str, loaded: &mut Loaded) -> Result<Wanted, Trouble> {
        let (path, name) = match text.rsplit_once('#') {
            Some((path, name)) if !Path::new(text).exists() => (path, Some(name.to_owned())),
            _ => (text, None),
        };
        let beside = loaded.roots.first().map(|r| r.folder.clone()).unwrap_or_default();
        let places = [Path::new(path).to_owned(), beside.join(path), beside.join("cases").join(path)];
        let found = places.iter().find(|p| !path.is_empty() && p.is_file());
        let file = found.map(|p| loaded.add_case(0, p)).transpose()?.map(|c| c.file);
        let is_path = path.ends_with(".accord") || path.ends_with(".json");
        if file.is_none() && (name.is_some() || is_path) {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(Trouble::io("read the case file", Path::new(path), &missing));
        }
        Ok(Wanted { file, name: if file.is_some() { name } else { Some(text.to_owned()) }, text: text.to_owned() })
    }

    /// The agreement in the text that the case says it is computed in, where it says one.
    fn root(&self, loaded: &Loaded, root: &Root) -> Result<Root, Trouble> {
        match self.text(loaded, root) {
            Some(day) if !root.takes(Some(day)) => version::in_text_of(loaded, root, day),
            _ => Ok(root.clone()),
        }
    }

    /// The day whose text the case says it is computed in.
    fn text(&self, loaded: &Loaded, root: &Root) -> Option<Date> {
        let texts = texts_by_case(loaded, root, self.file);
        let exact = texts.iter().find(|(name, _)| Some(name) == self.name.as_ref());
        let part = self.name.as_deref().map(str::to_lowercase);
        let meant = |(name, _): &&(String, _)| part.as_ref().is_none_or(|p| name.to_lowercase().contains(p));
        exact.or_else(|| texts.iter().find(meant)).and_then(|(_, day)| *day)
    }

    /// The case; `None` where it has errors that were shown.
    fn choose<'c>(&self, examined: &'c Examined, loaded: &Loaded, errors: bool) -> Result<Option<&'c Case>, Trouble> {
        let in_file = |case: &&Case| self.file.is_none_or(|f| case.span.file == f);
        let all: Vec<&Case> = examined.cases.iter().filter(in_file).collect();
        let part = self.name.as_deref().map(str::to_lowercase);
        let named = |case: &&&Case| part.as_ref().is_none_or(|p| case.name.to_lowercase().contains(p));
        let exact = all.iter().find(|c| Some(&c.name) == self.name.as_ref());
        let matching: Vec<&Case> = all.iter().filter(named).copied().collect();
        match (exact, matching.as_slice()) {
            (Some(case), _) => Ok(Some(case)),
            (None, [case]) => Ok(Some(case)),
            (None, []) if errors => Ok(None),
            (None, []) => Err(self.none_of(&all)),
            (None, several) => {
                let names = several.iter().map(|c| format!("\"{}\"", c.name)).collect::<Vec<_>>().join("\n");
                let count = several.len();
                let file = self.file.and_then(|f| loaded.sources.file(f)).map_or("", |f| f.name());
                let hint = if file.is_empty() { String::new() } else { format!(", or write `{file}#NAME`") };
                Err(Trouble::new(format!("`{}` means {count} cases", self.text))
                    .help(format!("write more of the name of one{hint}:\n{names}")))
            }
        }
    }

    fn none_of(&self, all: &[&Case]) -> Trouble {
        let wanted = self.name.as_deref().unwrap_or_default();
        let trouble = Trouble::new(format!("no case is called `{wanted}`"));
        let near = |c: &&&Case| strsim::jaro_winkler(&c.name.to_lowercase(), &wanted.to_lowercase()) > 0.8;
        let mut names: Vec<String> = all.iter().filter(near).map(|c| format!("\"{}\"", c.name)).collect();
        if names.is_empty() {
            names = all.iter().take(20).map(|c| format!("\"{}\"", c.name)).collect();
        }
        if names.is_empty() {
            trouble.help("there are no cases here")
        } else {
            trouble.help(format!("there are\n{}", names.join("\n")))
        }
    }
}

/// Whether anything was decided: a default is no decision, and neither is what the agreement has no rule on.
pub fn decided(program: &Program, question: &Question, answer: &Answer) -> bool {
    let silent = matches!(answer.outcome, Outcome::Value(_) | Outcome::Nothing | Outcome::Gap(_));
    let has_rules = decision(program, question.decision).is_some_and(|d| !d.rules.is_empty());
    !answer.rules.is_empty() || (!silent && has_rules)
}

fn was_decided(program: &Program, asked: &Asked) -> bool {
    asked.answers.first().is_some_and(|(_, answer)| decided(program, &asked.question, answer))
}

/// The party a question is about, where it is about one.
fn party_of(program: &Program, question: &Question) -> Option<Country> {
    let decision = decision(program, question.decision)?;
    match (decision.params.first().map(|p| &p.ty), question.args.first()) {
        (Some(Ty::Country), Some(Value::Country(country))) => Some(*country),
        _ => None,
    }
}

/// Whether a person wants to see it: what is asked of a party alone, of a day, of the claim, or was expected. Answers
/// for every branch and class are for programs.
fn for_people(program: &Program, case: &Case, asked: &Asked) -> bool {
    let plain = match asked.question.args.as_slice() {
        [] | [Value::Date(_)] => true,
        // Without a record every party is asked; of a convention with many only those expected are worth a line.
        [Value::Country(country)] => {
            let parties = parties(program, case);
            parties.contains(country) && (!case.concerned.is_empty() || parties.len() <= FEW_PARTIES)
        }
        _ => false,
    };
    is_expected(case, asked) || plain
}

fn is_expected(case: &Case, asked: &Asked) -> bool {
    case.expect.iter().any(|e| e.decision == asked.question.decision && e.args == asked.question.args)
}

fn told(program: &Program, case: &Case, asked: &[Asked]) -> String {
    let short = in_short(program, case, asked);
    format!("{}  {}\ncase \"{}\"\n{short}", program.agreement, program.title, case.name)
}

/// What was decided, in tables: of each party, of the claim, and what is paid in all.
pub fn in_short(program: &Program, case: &Case, asked: &[Asked]) -> String {
    let mut text = String::new();
    let expected = |a: &Asked| is_expected(case, a);
    let shown: Vec<&Asked> =
        asked.iter().filter(|a| expected(a) || (was_decided(program, a) && for_people(program, case, a))).collect();
    let mut groups: Vec<(Option<Country>, Vec<Row>)> = Vec::new();
    for one in shown {
        let party = party_of(program, &one.question);
        let row = row(program, one, party.is_some());
        match groups.iter_mut().find(|(p, _)| *p == party) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((party, vec![row])),
        }
    }
    groups.sort_by_key(|(party, _)| (party.is_none(), *party));
    for (party, rows) in &groups {
        let heading = match party {
            Some(party) => heading(*party),
            None if case.question == "legislation" => "Legislation that applies".to_owned(),
            None => "The claim as a whole".to_owned(),
        };
        text.push_str(&format!("\n{heading}\n"));
        text.push_str(&table(rows));
    }
    if groups.is_empty() {
        text.push_str("\nno provision decides anything for these facts\n");
    }
    text.push_str(&sums(program, case, asked));
    text
}

/// `Netherlands (NL)`; the two capitals alone for a fictional State.
pub fn heading(party: Country) -> String {
    let name = party.name();
    if name == party.code() { name } else { format!("{name} ({party})") }
}

struct Row {
    name: String,
    value: String,
    provisions: String,
}

fn row(program: &Program, asked: &Asked, of_party: bool) -> Row {
    let full = label(program, &asked.question);
    let name = if of_party && asked.question.args.len() == 1 {
        decision(program, asked.question.decision).map_or(full, |d| d.name.clone())
    } else {
        full
    };
    let answer = asked.answers.first().map(|(_, a)| a);
    Row {
        name,
        value: answer.map_or_else(String::new, |a| show(program, &a.outcome)),
        provisions: answer.map_or_else(String::new, |a| provisions(program, &a.rules).join(", ")),
    }
}

fn table(rows: &[Row]) -> String {
    let width = |text: fn(&Row) -> &str| rows.iter().map(|r| text(r).chars().count()).max().unwrap_or(0).min(44);
    let (names, values) = (width(|r| &r.name), width(|r| &r.value));
    let line = |r: &Row| format!("  {:<names$}  {:<values$}  {}", r.name, r.value, r.provisions);
    rows.iter().map(|r| format!("{}\n", line(r).trim_end())).collect()
}

/// What a party pays, as decided.
fn paid<'a>(program: &'a Program, case: &'a Case, asked: &'a [Asked]) -> impl Iterator<Item = (&'a str, Value)> {
    asked.iter().filter_map(move |one| {
        let name = decision(program, one.question.decision)?.name.as_str();
        let party = party_of(program, &one.question).filter(|p| case.concerned.contains(p));
        let value = one.answers.first()?.1.outcome.value()?;
        (PAID.contains(&name) && party.is_some() && one.question.args.len() == 1).then(|| (name, value.clone()))
    })
}

/// The sum of what the parties pay: in their one currency, or in the agreement's common one.
fn sum(program: &Program, case: &Case, asked: &[Asked]) -> Option<Outcome> {
    let amounts: Vec<Value> = paid(program, case, asked).map(|(_, value)| value).collect();
    let currencies: Vec<Currency> = amounts.iter().filter_map(currency).collect();
    let first = *currencies.first()?;
    let one = currencies.iter().all(|c| *c == first);
    let common = if one { None } else { Some(program.common_currency?) };
    amounts.into_iter().map(|v| in_common(program, &case.facts, v, common)).reduce(|a, b| {
        let host = Host { conversions: &program.conversions, facts: &case.facts };
        HostFn::Add.apply(&host, &[a, b], SiteId(0))
    })
}

fn in_common(program: &Program, facts: &Facts, value: Value, common: Option<Currency>) -> Outcome {
    let host = Host { conversions: &program.conversions, facts };
    match common {
        None => Outcome::Value(value),
        Some(currency) => {
            let operands = [Outcome::Value(value), Outcome::Value(Value::text(currency.code()))];
            HostFn::InCommon.apply(&host, &operands, SiteId(0))
        }
    }
}

fn currency(value: &Value) -> Option<Currency> {
    match value {
        Value::Money(money) => Some(money.currency),
        Value::Amount(amount) => Some(amount.currency),
        _ => None,
    }
}

fn sums(program: &Program, case: &Case, asked: &[Asked]) -> String {
    let mut names: Vec<&str> = paid(program, case, asked).map(|(name, _)| name).collect();
    names.sort_by_key(|n| PAID.iter().position(|p| p == n));
    names.dedup();
    let words: Vec<String> = names.iter().map(|n| explain::words(n)).collect();
    match sum(program, case, asked) {
        Some(sum) => format!("\nSum of {}: {}\n", words.join(" and "), explain::outcome(program, &sum)),
        None => String::new(),
    }
}

fn as_json(program: &Program, case: &Case, asked: &[Asked], over_time: &[Timeline]) -> String {
    let decisions =
        asked.iter().filter(|a| was_decided(program, a) || is_expected(case, a) || for_people(program, case, a));
    let decisions: Vec<Json> = decisions.filter_map(|a| decision_json(program, a)).collect();
    let sum = sum(program, case, asked).map(|s| show(program, &s));
    json::pretty(&json!({
        "schema": "accord.run/1",
        "agreement": program.agreement,
        "case": case.name,
        "question": case.question,
        "decisions": decisions,
        "timelines": timeline::as_json(program, over_time),
        "sum": sum,
    }))
}

fn decision_json(program: &Program, asked: &Asked) -> Option<Json> {
    let (_, answer) = asked.answers.first()?;
    answer_json(program, &asked.question, answer)
}

/// One decision with its answer.
pub fn answer_json(program: &Program, question: &Question, answer: &Answer) -> Option<Json> {
    let declared = decision(program, question.decision)?;
    let Answer { outcome, rules } = answer;
    let shown = |value: &Value| show(program, &Outcome::Value(value.clone()));
    let params = declared.params.iter().zip(&question.args);
    let arguments: Map<String, Json> = params.map(|(p, a)| (p.name.clone(), json!(shown(a)))).collect();
    let mut value = Map::new();
    value.insert("decision".into(), json!(declared.name));
    value.insert("party".into(), json!(party_of(program, question).map(|p| p.code().to_owned())));
    value.insert("arguments".into(), Json::Object(arguments));
    value.insert("value".into(), json!(outcome.value().map(shown)));
    value.insert("outcome".into(), json!(outcome.word()));
    value.insert("provisions".into(), json!(provisions(program, rules)));
    if let Outcome::Undetermined(names) | Outcome::Refer(names) | Outcome::Gap(names) = outcome {
        value.insert("names".into(), names.iter().map(|n| json!(&**n)).collect());
    }
    if let Outcome::Conflict(rules) = outcome {
        let rules: Vec<_> = rules.iter().copied().collect();
        value.insert("names".into(), json!(provisions(program, &rules)));
    }
    if let Outcome::Fault(fault) = outcome {
        value.insert("names".into(), json!([fault.kind.word()]));
    }
    Some(Json::Object(value))
}
