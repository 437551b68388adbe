//! A case under the evaluators: everything its question decides is asked of each, and they must agree.

mod verdicts;

use crate::columnar::{self, Columnar};
use crate::trouble::Trouble;
use accord_analysis::case::{Case, Want, judge, show};
use accord_codegen::Jit;
use accord_core::{Answer, Country, Number, Outcome, RuleId, Value};
use accord_interp::Interp;
use accord_ir::{Decision, DecisionId, NodeId, Program, Ty, Verified};
use std::collections::BTreeSet;

/// More combinations of arguments than this are not asked beyond what a case expects.
const MOST_COMBINATIONS: usize = 4096;

/// A way to run a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evaluator {
    /// The reference meaning.
    Interp,
    /// Machine code made in memory.
    Jit,
    /// Kernels over columns, as batches are run; what they leave open the machine code answers.
    Columns,
}

impl Evaluator {
    /// What is asked where nothing else is said: a kernel is made for each case, which is worth its time only where
    /// kernels are what is in doubt.
    pub const USUAL: &'static [Evaluator] = &[Evaluator::Interp, Evaluator::Jit];

    /// Every evaluator built in; what `--evaluator all` means.
    pub const ALL: &'static [Evaluator] = &[Evaluator::Interp, Evaluator::Jit, Evaluator::Columns];

    /// Its name on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Evaluator::Interp => "interp",
            Evaluator::Jit => "jit",
            Evaluator::Columns => "columns",
        }
    }

    /// The evaluator of a name.
    pub fn parse(word: &str) -> Option<Evaluator> {
        Evaluator::ALL.iter().copied().find(|e| e.word() == word)
    }
}

/// A verified program with what the evaluators asked for need: code is made once.
pub struct Ready<'p> {
    verified: &'p Verified,
    evaluators: &'p [Evaluator],
    jit: Option<Jit>,
    columnar: Columnar<'p>,
}

/// What is asked: a decision with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The decision.
    pub decision: DecisionId,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// What every evaluator answered, in the order of [`Ready::new`]'s list.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What was asked.
    pub question: Question,
    /// The answers.
    pub answers: Vec<(Evaluator, Answer)>,
}

impl<'p> Ready<'p> {
    /// Makes a program ready for these evaluators.
    pub fn new(verified: &'p Verified, evaluators: &'p [Evaluator]) -> Result<Ready<'p>, Trouble> {
        let wanted = evaluators.iter().any(|e| matches!(e, Evaluator::Jit | Evaluator::Columns));
        let jit = wanted.then(|| Jit::compile(verified)).transpose();
        let jit = jit.map_err(|e| Trouble::defect(format!("no machine code could be made: {e}")))?;
        Ok(Ready { verified, evaluators, jit, columnar: Columnar::new(verified) })
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.verified.program()
    }

    /// Asks every evaluator all the questions of a case.
    pub fn ask(&self, case: &Case) -> Vec<Asked> {
        let questions = questions(self.program(), case);
        let nodes: Vec<Option<NodeId>> =
            questions.iter().map(|q| decision(self.program(), q.decision).map(|d| d.node)).collect();
        let mut asked: Vec<Asked> =
            questions.into_iter().map(|question| Asked { question, answers: Vec::new() }).collect();
        for evaluator in self.evaluators {
            let answers = self.answers(*evaluator, case, &asked, &nodes);
            for (one, answer) in asked.iter_mut().zip(answers) {
                one.answers.extend(answer.map(|a| (*evaluator, a)));
            }
        }
        asked
    }

    fn answers(
        &self,
        evaluator: Evaluator,
        case: &Case,
        asked: &[Asked],
        nodes: &[Option<NodeId>],
    ) -> Vec<Option<Answer>> {
        let pairs = asked.iter().zip(nodes);
        match (evaluator, &self.jit) {
            (Evaluator::Interp, _) => {
                let mut interp = Interp::new(self.verified, &case.facts);
                pairs.map(|(a, node)| node.map(|n| interp.ask(n, &a.question.args))).collect()
            }
            (Evaluator::Jit, Some(jit)) => {
                let mut run = jit.run(self.verified, &case.facts);
                pairs.map(|(a, node)| node.map(|n| run.ask(n, &a.question.args))).collect()
            }
            (Evaluator::Columns, Some(jit)) => {
                let mut run = jit.run(self.verified, &case.facts);
                let decided = self.columnar.answers(case, asked.iter().map(|a| &a.question));
                let answer = |(pair, decided): ((&Asked, &Option<NodeId>), Option<Answer>)| {
                    let general = || pair.1.map(|n| run.ask(n, &pair.0.question.args));
                    columnar::answer(decided, general)
                };
                pairs.zip(decided).map(answer).collect()
            }
            (Evaluator::Jit | Evaluator::Columns, None) => Vec::new(),
        }
    }
}

/// A decision of the program.
pub fn decision(program: &Program, id: DecisionId) -> Option<&Decision> {
    program.decisions.get(id.0 as usize)
}

/// The parties a case is about: those in which its record holds a period; without a record, all.
pub fn parties(program: &Program, case: &Case) -> Vec<Country> {
    if case.concerned.is_empty() { program.parties.iter().map(|p| p.country).collect() } else { case.concerned.clone() }
}

/// Everything a case's question decides, for every party, class and day the case is about, and what it expects.
pub fn questions(program: &Program, case: &Case) -> Vec<Question> {
    let mut all = Vec::new();
    let decides = program.questions.iter().find(|q| q.name == case.question).map(|q| q.decides.as_slice());
    for id in decides.unwrap_or_default() {
        let Some(decision) = decision(program, *id) else { continue };
        let domains: Option<Vec<Vec<Value>>> = decision.params.iter().map(|p| domain(program, case, &p.ty)).collect();
        let Some(domains) = domains else { continue };
        if domains.iter().map(Vec::len).product::<usize>() <= MOST_COMBINATIONS {
            let combinations = combine(&domains);
            all.extend(combinations.into_iter().map(|args| Question { decision: *id, args }));
        }
    }
    for expectation in &case.expect {
        let question = Question { decision: expectation.decision, args: expectation.args.clone() };
        if !all.contains(&question) {
            all.push(question);
        }
    }
    all
}

fn combine(domains: &[Vec<Value>]) -> Vec<Vec<Value>> {
    domains.iter().fold(vec![Vec::new()], |rows, domain| {
        let longer = |row: &Vec<Value>| {
            let row = row.clone();
            domain.iter().map(move |value| row.iter().cloned().chain([value.clone()]).collect()).collect::<Vec<_>>()
        };
        rows.iter().flat_map(longer).collect()
    })
}

/// The parties that matter in a case: all of a few; of many those that record, facts or expectations name, and one
/// that nothing names.
fn asked_about(program: &Program, case: &Case) -> BTreeSet<Country> {
    const FEW: usize = 4;
    let all = program.parties.iter().map(|p| p.country);
    let mut named: BTreeSet<Country> = case.concerned.iter().copied().collect();
    if program.parties.len() <= FEW {
        named.extend(all);
        return named;
    }
    case.facts.row.iter().for_each(|fact| collect_countries(fact, &mut named));
    named.extend(case.facts.given.keys().map(|key| key.party));
    for value in case.expect.iter().flat_map(|e| &e.args) {
        collect_countries(&Outcome::Value(value.clone()), &mut named);
    }
    let other = program.parties.iter().map(|p| p.country).find(|p| !named.contains(p));
    named.retain(|c| program.parties.iter().any(|p| p.country == *c) || case.concerned.contains(c));
    named.extend(other);
    named
}

fn collect_countries(fact: &Outcome, countries: &mut BTreeSet<Country>) {
    match fact.value() {
        Some(Value::Country(country)) => {
            countries.insert(*country);
        }
        Some(Value::Set(set)) => set.iter().for_each(|v| collect_countries(&Outcome::Value(v.clone()), countries)),
        Some(Value::Record(fields)) => fields.iter().for_each(|f| collect_countries(f, countries)),
        Some(Value::List(list)) => list.iter().for_each(|v| collect_countries(&Outcome::Value(v.clone()), countries)),
        _ => {}
    }
}

/// The arguments of a type that matter in a case; `None` where there is no such list.
fn domain(program: &Program, case: &Case, ty: &Ty) -> Option<Vec<Value>> {
    let parties = asked_about(program, case);
    match ty {
        Ty::Country => Some(parties.into_iter().map(Value::Country).collect()),
        Ty::YesNo => Some(vec![Value::YesNo(false), Value::YesNo(true)]),
        Ty::Member(id) => {
            let members = program.enumeration(*id)?.members.len();
            (0..u16::try_from(members).ok()?).map(|m| Some(Value::Member(*id, m))).collect()
        }
        Ty::Set(of) if **of == Ty::Country => {
            let single = parties.iter().map(|c| Value::countries([*c]));
            let together = [Value::countries(case.concerned.iter().copied()), Value::countries(parties.clone())];
            Some(single.chain(together).collect::<BTreeSet<Value>>().into_iter().collect())
        }
        Ty::Date => Some(days(case)),
        _ => None,
    }
}

/// The days a case asks about: those of its expectations, else every day its facts name.
fn days(case: &Case) -> Vec<Value> {
    let expected = case.expect.iter().flat_map(|e| &e.args).filter(|v| matches!(v, Value::Date(_)));
    let mut days: BTreeSet<Value> = expected.cloned().collect();
    if days.is_empty() {
        case.facts.row.iter().for_each(|fact| collect_days(fact, &mut days));
    }
    days.into_iter().collect()
}

fn collect_days(fact: &Outcome, days: &mut BTreeSet<Value>) {
    match fact.value() {
        Some(day @ Value::Date(_)) => {
            days.insert(day.clone());
        }
        Some(Value::Span(span)) => {
            days.insert(Value::Date(span.first));
            days.insert(Value::Date(span.last));
        }
        Some(Value::Record(fields)) => fields.iter().for_each(|f| collect_days(f, days)),
        Some(Value::List(list)) => list.iter().for_each(|v| collect_days(&Outcome::Value(v.clone()), days)),
        _ => {}
    }
}

/// `payable(NL)`, or `supplement_paid` where it has no arguments.
pub fn label(program: &Program, question: &Question) -> String {
    let name = decision(program, question.decision).map_or("?", |d| d.name.as_str());
    if question.args.is_empty() {
        return name.to_owned();
    }
    let args: Vec<String> = question.args.iter().map(|a| show(program, &Outcome::Value(a.clone()))).collect();
    format!("{name}({})", args.join(", "))
}

/// The provisions of an answer, in order, each once.
pub fn provisions(program: &Program, rules: &[RuleId]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for rule in rules {
        let cited = program.cite(*rule);
        if !cited.is_empty() && !all.iter().any(|a| a == cited) {
            all.push(cited.to_owned());
        }
    }
    all
}

/// What a case wants, in the spelling of results.
pub fn wanted(program: &Program, want: &Want) -> String {
    match want {
        Want::Value(value) => show(program, &Outcome::Value(value.clone())),
        Want::Fraction(n, d) => match Number::quotient(n.clone(), d.clone()) {
            Some(number) => number.to_string(),
            None => "a fraction over 0".to_owned(),
        },
        Want::Nothing => "nothing".to_owned(),
        Want::Undetermined(names) if names.is_empty() => "undetermined".to_owned(),
        Want::Undetermined(names) => format!("undetermined {{ {} }}", names.join(", ")),
        Want::Refer => "refer".to_owned(),
        Want::Gap => "gap".to_owned(),
        Want::Conflict => "conflict".to_owned(),
        Want::Fault(None) => "fault".to_owned(),
        Want::Fault(Some(kind)) => format!("fault {}", kind.word()),
        Want::Any => "any result".to_owned(),
    }
}

/// One expectation against one evaluator's answer.
#[derive(Clone, Debug)]
pub struct Checked {
    /// `payable(NL)`.
    pub label: String,
    /// What the case wants, provisions included where it names them.
    pub expected: String,
    /// What came out.
    pub got: String,
    /// The provisions that made it.
    pub provisions: Vec<String>,
    /// Why it is not what the case wants; `None` where it is.
    pub wrong: Option<String>,
    /// Where the case says so.
    pub span: accord_source::Span,
}

/// A decision on which evaluators differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// `payable(NL)`.
    pub label: String,
    /// Each evaluator with its result and provisions.
    pub answers: Vec<(Evaluator, String)>,
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The case.
    pub name: String,
    /// Where it stands.
    pub span: accord_source::Span,
    /// Each evaluator with every expectation.
    pub checked: Vec<(Evaluator, Vec<Checked>)>,
    /// Where the evaluators differ.
    pub differences: Vec<Difference>,
}

impl Verdict {
    /// Whether every evaluator gives the whole expectation and all agree on everything. A case that expects nothing
    /// cannot pass, because it could not fail.
    pub fn passed(&self) -> bool {
        let whole = |list: &[Checked]| !list.is_empty() && list.iter().all(|c| c.wrong.is_none());
        self.differences.is_empty() && self.checked.iter().all(|(_, list)| whole(list))
    }
}

/// Runs a case and judges it.
pub fn judge_case(ready: &Ready<'_>, case: &Case) -> Verdict {
    let program = ready.program();
    let asked = ready.ask(case);
    let checked = |e: &Evaluator| {
        let mut list = expectations(program, case, &asked, *e);
        list.extend(verdicts::verdicts(ready, case, *e));
        (*e, list)
    };
    let checked = ready.evaluators.iter().map(checked).collect();
    let differences = asked.iter().filter_map(|a| difference(program, a)).collect();
    Verdict { name: case.name.clone(), span: case.span, checked, differences }
}

fn expectations(program: &Program, case: &Case, asked: &[Asked], evaluator: Evaluator) -> Vec<Checked> {
    let check = |expectation: &accord_analysis::case::Expectation| {
        let question = Question { decision: expectation.decision, args: expectation.args.clone() };
        let answer = asked.iter().find(|a| a.question == question);
        let answer = answer.and_then(|a| a.answers.iter().find(|(e, _)| *e == evaluator)).map(|(_, answer)| answer);
        let mut expected = wanted(program, &expectation.want);
        if !expectation.because.is_empty() {
            expected = format!("{expected}, because of {}", expectation.because.join(", "));
        }
        Checked {
            label: label(program, &question),
            expected,
            got: answer.map_or_else(|| "no answer".to_owned(), |a| show(program, &a.outcome)),
            provisions: answer.map(|a| provisions(program, &a.rules)).unwrap_or_default(),
            wrong: match answer {
                Some(answer) => judge(program, expectation, answer).err(),
                None => Some("it was not answered".to_owned()),
            },
            span: expectation.span,
        }
    };
    case.expect.iter().map(check).collect()
}

/// The evaluators' answers to one question, where they are not the same in value, spelling and rules.
fn difference(program: &Program, asked: &Asked) -> Option<Difference> {
    let (_, first) = asked.answers.first()?;
    let same = |answer: &Answer| answer == first && show(program, &answer.outcome) == show(program, &first.outcome);
    if asked.answers.iter().all(|(_, answer)| same(answer)) {
        return None;
    }
    let words = |answer: &Answer| {
        let cited = provisions(program, &answer.rules);
        let by = if cited.is_empty() { "no provision".to_owned() } else { cited.join(", ") };
        format!("{} by {by}", show(program, &answer.outcome))
    };
    let answers = asked.answers.iter().map(|(e, a)| (*e, words(a))).collect();
    Some(Difference { label: label(program, &asked.question), answers })
}
