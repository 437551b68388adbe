//! What an agreement is held to, judged: statement by statement, for every combination of parties and words.
//!
//! A statement about classes is computed; one about persons is asked of everybody ([`crate::requirement`]) or, in a
//! case, of the one person the case describes.

use crate::lowers::Promise;
use crate::report::{Open, Person, Proof, Standing};
use crate::requirement::{self, Everybody};
use crate::standing::is_out_of_time;
use accord_core::{Answer, Facts, Outcome, RuleId, Step, Trace, TraceSubject, Value};
use accord_interp::Interp;
use accord_ir::{Body, Demand, ExprId, ExprKind, NodeId, NodeKind, Program, Requirement, Ty, Verified};
use std::collections::{BTreeMap, BTreeSet};

/// Combinations of arguments tried for one statement at most.
const MOST_COMBINATIONS: usize = 50_000;

/// What can be said of a statement, in a word. In this order one stands for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It is about nobody.
    DoesNotApply,
    /// It holds of everybody it is about.
    Holds,
    /// Neither was shown.
    Undecided,
    /// Somebody is left out.
    Fails,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 4] = [Mark::Holds, Mark::Fails, Mark::DoesNotApply, Mark::Undecided];

    /// The word for people and cases: `does_not_apply`.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Holds => "holds",
            Mark::Fails => "fails",
            Mark::DoesNotApply => "does_not_apply",
            Mark::Undecided => "undecided",
        }
    }

    /// What a standing is, in a word.
    pub fn of(standing: &Standing) -> Mark {
        match standing {
            Standing::Holds(_) => Mark::Holds,
            Standing::Fails(_) => Mark::Fails,
            Standing::DoesNotApply => Mark::DoesNotApply,
            Standing::Undecided(_) => Mark::Undecided,
        }
    }
}

/// One combination of arguments of a statement.
#[derive(Clone, Debug)]
pub struct Found {
    /// The arguments, in the order of the statement's parameters.
    pub args: Vec<Value>,
    /// What can be said.
    pub standing: Standing,
    /// Where it fails: the rules that made it.
    pub made_by: Vec<RuleId>,
    /// Where it fails: the decisions about which the text is silent, so that what holds without it stands.
    pub silent: Vec<String>,
}

/// A statement as a whole.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which, by position in [`Program::requirements`].
    pub requirement: usize,
    /// What was found for each combination it was asked for.
    pub found: Vec<Found>,
}

impl Judged {
    /// One word for all combinations: what was not shown for one is not shown, what fails for one fails.
    pub fn mark(&self) -> Mark {
        self.found.iter().map(|f| Mark::of(&f.standing)).max().unwrap_or(Mark::DoesNotApply)
    }
}

/// Judges every statement of a program for everybody. What is only permitted is not judged; what is taken for granted
/// holds where it is taken.
pub fn judge(verified: &Verified) -> Vec<Judged> {
    let all = verified.program().requirements.iter().enumerate();
    let asked = all.filter(|(_, r)| !matches!(r.demand, Demand::Permits(_)));
    let everybody = Everybody::new(verified);
    asked.filter_map(|(index, _)| of_everybody(verified, &everybody, index)).collect()
}

/// What is found of one statement about persons by terms, and what fact by fact, each without the other, for as many
/// combinations of arguments, spread over all: for seeing that they never contradict each other.
pub fn both_ways(verified: &Verified, index: usize, most: usize) -> Vec<(Vec<Value>, [Standing; 2])> {
    let program = verified.program();
    let Some(requirement) = program.requirements.get(index) else { return Vec::new() };
    let (Demand::Requires(node) | Demand::Clash { node, .. }) = &requirement.demand else { return Vec::new() };
    let all = combinations(program, requirement).unwrap_or_default();
    let step = all.len().div_ceil(most.max(1)).max(1);
    let everybody = Everybody::new(verified);
    let mut asker = everybody.asker();
    let one = |args: Vec<Value>| {
        let by_terms = asker.by_terms(requirement.when, *node, &args);
        let fact_by_fact = everybody.fact_by_fact(requirement.when, *node, &args);
        (args, [by_terms, fact_by_fact])
    };
    all.into_iter().step_by(step).map(one).collect()
}

/// Judges one statement for everybody; `None` where there is none of that number.
pub fn judge_one(verified: &Verified, index: usize) -> Option<Judged> {
    of_everybody(verified, &Everybody::new(verified), index)
}

fn of_everybody(verified: &Verified, everybody: &Everybody<'_>, index: usize) -> Option<Judged> {
    let program = verified.program();
    let requirement = program.requirements.get(index)?;
    let persons = [requirement.when].into_iter().chain(requirement.demand.nodes()).any(|n| reads_row(program, n));
    let facts = Facts::default();
    let mut interp = Interp::new(verified, &facts);
    let mut asker = everybody.asker();
    let mut settled: BTreeMap<Vec<Value>, Standing> = BTreeMap::new();
    let found = combinations(program, requirement).map_or_else(
        || vec![too_many()],
        |all| {
            let one = |args: Vec<Value>| match &requirement.demand {
                Demand::NeverLowers { value, measure, tolerance } => {
                    let (when, tolerance) = (requirement.when, tolerance.as_ref());
                    let promise = Promise { when, value: *value, measure: *measure, tolerance };
                    let of = asker.never_lowers(&promise, &args);
                    explained(verified, *value, plain(args, of))
                }
                Demand::Requires(node) | Demand::Permits(node) | Demand::Clash { node, .. } if persons => {
                    // What is decided whatever the facts needs nobody.
                    let plainly =
                        of_class(program, requirement, args.clone(), &mut |node, args| interp.ask(node, args));
                    if matches!(plainly.standing, Standing::DoesNotApply) {
                        return plainly;
                    }
                    // Of parties alike one stands for all; who is left out is told of each.
                    let one_for_all = everybody.alike.one_for_all(&args);
                    let known = settled.get(&one_for_all).filter(|of| Mark::of(of) != Mark::Fails);
                    let of = known.cloned().unwrap_or_else(|| asker.standing(requirement.when, *node, &args));
                    settled.entry(one_for_all).or_insert_with(|| of.clone());
                    explained(verified, *node, plain(args, of))
                }
                Demand::Requires(_) | Demand::Permits(_) | Demand::Clash { .. } | Demand::Assumes(_) => {
                    let found = of_class(program, requirement, args, &mut |node, args| interp.ask(node, args));
                    requirement.demand.nodes().first().map_or(found.clone(), |n| explained(verified, *n, found))
                }
            };
            all.into_iter().map(one).collect()
        },
    );
    Some(Judged { requirement: index, found })
}

/// Judges a statement for one person, whose program answers by `ask`.
pub fn judge_person(
    verified: &Verified,
    index: usize,
    facts: &Facts,
    ask: &mut dyn FnMut(NodeId, &[Value]) -> Answer,
) -> Option<Judged> {
    let program = verified.program();
    let requirement = program.requirements.get(index)?;
    let Some(all) = combinations(program, requirement) else {
        return Some(Judged { requirement: index, found: vec![too_many()] });
    };
    let one = |args: Vec<Value>| {
        if is_out_of_time(program, &args, facts) {
            return plain(args, Standing::DoesNotApply);
        }
        let mut found = of_class(program, requirement, args, ask);
        if let Standing::Fails(persons) = &mut found.standing {
            persons.iter_mut().for_each(|(_, person)| person.facts = facts.clone());
        }
        requirement.demand.nodes().first().map_or(found.clone(), |n| explained(verified, *n, found))
    };
    Some(Judged { requirement: index, found: all.into_iter().map(one).collect() })
}

/// A statement computed for one combination.
fn of_class(
    program: &Program,
    requirement: &Requirement,
    args: Vec<Value>,
    ask: &mut dyn FnMut(NodeId, &[Value]) -> Answer,
) -> Found {
    let open = |outcome: &Outcome| Standing::Undecided(Open { why: requirement::why(program, outcome), tried: 0 });
    let about = ask(requirement.when, &args).outcome;
    let standing = match (&about, about.truth()) {
        (Outcome::Nothing, _) | (_, Some(false)) => Standing::DoesNotApply,
        (_, Some(true)) => match &requirement.demand {
            Demand::Requires(node) | Demand::Permits(node) | Demand::Clash { node, .. } => {
                let answer = ask(*node, &args);
                match (&answer.outcome, answer.outcome.truth()) {
                    (_, Some(true)) => Standing::Holds(Proof::Cases(1)),
                    (Outcome::Nothing, _) | (_, Some(false)) => {
                        let person = Person { facts: Facts::default(), args: args.clone(), answer };
                        Standing::Fails(vec![(Vec::new(), person)])
                    }
                    _ => open(&answer.outcome),
                }
            }
            Demand::Assumes(_) => Standing::Holds(Proof::Cases(1)),
            Demand::NeverLowers { .. } => {
                Standing::Undecided(Open { why: "it compares two persons".to_owned(), tried: 0 })
            }
        },
        _ => open(&about),
    };
    plain(args, standing)
}

fn plain(args: Vec<Value>, standing: Standing) -> Found {
    Found { args, standing, made_by: Vec::new(), silent: Vec::new() }
}

fn too_many() -> Found {
    let why = "there are more combinations of parties and words than were tried".to_owned();
    plain(Vec::new(), Standing::Undecided(Open { why, tried: 0 }))
}

/// A failure with the rules that made it. Where the text has no rule at all for what is asked, it does not speak of the
/// matter, and nothing can be said; where it has rules and none is for this person, the person is left out.
fn explained(verified: &Verified, node: NodeId, mut found: Found) -> Found {
    if let Standing::Fails(persons) = &found.standing
        && let Some((_, person)) = persons.first()
    {
        let trace = Interp::new(verified, &person.facts).explain(node, &person.args);
        let program = verified.program();
        made_by(program, &trace, &mut found.made_by, &mut found.silent);
        let unspoken = |name: &String| program.decision(name).is_some_and(|(_, d)| d.rules.is_empty());
        if found.made_by.is_empty() && found.silent.iter().any(unspoken) {
            let names: Vec<String> = found.silent.iter().filter(|n| unspoken(n)).map(|n| format!("`{n}`")).collect();
            let why = format!("no provision speaks of {}", names.join(", "));
            found.silent.clear();
            found.standing = Standing::Undecided(Open { why, tried: 0 });
        }
    }
    found
}

/// The rules that won in the decisions a derivation asks first; where none did, the text is silent.
fn made_by(program: &Program, trace: &Trace, rules: &mut Vec<RuleId>, silent: &mut Vec<String>) {
    let TraceSubject::Node(id, _) = &trace.subject;
    let Some(node) = program.node(NodeId(*id)) else { return };
    if node.kind == NodeKind::Decision {
        let won = trace.rules.iter().filter(|r| r.verdict == accord_core::RuleVerdict::Won).map(|r| r.rule);
        let won: Vec<RuleId> = won.filter(|r| !rules.contains(r)).collect();
        if trace.rules.iter().all(|r| r.verdict != accord_core::RuleVerdict::Won) && !silent.contains(&node.name) {
            silent.push(node.name.clone());
        }
        rules.extend(won);
        return;
    }
    for step in &trace.steps {
        if let Step::Call(inner) = step {
            made_by(program, inner, rules, silent);
        }
    }
}

/// Every combination of arguments; `None` where there are too many.
fn combinations(program: &Program, requirement: &Requirement) -> Option<Vec<Vec<Value>>> {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for param in &requirement.params {
        let values: Vec<Value> = if param.ty == Ty::Country {
            program.parties.iter().map(|p| Value::Country(p.country)).collect()
        } else if let Ty::Member(id) = &param.ty {
            let members = u16::try_from(program.enumeration(*id)?.members.len()).ok()?;
            (0..members).map(|m| Value::Member(*id, m)).collect()
        } else {
            vec![Value::YesNo(true), Value::YesNo(false)]
        };
        if rows.len().saturating_mul(values.len()) > MOST_COMBINATIONS {
            return None;
        }
        let longer = |row: &Vec<Value>| {
            let one = |v: &Value| row.iter().cloned().chain([v.clone()]).collect::<Vec<_>>();
            values.iter().map(one).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    Some(rows)
}

/// Whether a node reads a fact, through whatever it asks.
fn reads_row(program: &Program, node: NodeId) -> bool {
    let (mut todo, mut seen) = (vec![node], BTreeSet::new());
    while let Some(id) = todo.pop() {
        let Some(node) = program.node(id).filter(|_| seen.insert(id)) else { continue };
        let mut exprs: Vec<ExprId> = match &node.body {
            Body::Expr(body) => vec![*body],
            Body::Decision(decision, left_out) => {
                let Some(d) = program.decisions.get(decision.0 as usize) else { continue };
                let rules = d.rules.iter().filter(|r| !left_out.contains(r)).filter_map(|r| program.rule(*r));
                rules.flat_map(|r| r.condition.into_iter().chain([r.value])).chain(d.default).collect()
            }
        };
        while let Some(expr) = exprs.pop().and_then(|e| program.expr(e)) {
            match &expr.kind {
                ExprKind::Fact(_) | ExprKind::Given(..) => return true,
                ExprKind::Call(callee, _) => todo.push(*callee),
                ExprKind::Const(_)
                | ExprKind::Local(_)
                | ExprKind::Host(..)
                | ExprKind::And(..)
                | ExprKind::Or(..)
                | ExprKind::Not(_)
                | ExprKind::If(..)
                | ExprKind::Quantify(_) => {}
            }
            exprs.extend(expr.kind.children());
        }
    }
    false
}
