//! A record of how a result came about, as a tree of sentences.

use super::layout::Branch;
use super::operation;
use super::phrase::{Locals, Phraser};
use super::say;
use accord_core::{Facts, HostFn, Outcome, RuleId, RuleStep, RuleVerdict, SiteId, Step, Trace, TraceSubject, Value};
use accord_interp::Interp;
use accord_ir::{Body, Evidence, ExprId, ExprKind, Node, NodeId, NodeKind, Program, ProvisionId, Rule, Ty, Verified};
use std::collections::{BTreeMap, BTreeSet};

/// What was asked with what: a derivation tells it once.
pub type Key = (u32, Vec<Value>);

/// Tells derivations, each part once.
pub struct Teller<'a> {
    phraser: Phraser<'a>,
    /// Whether anything told rests on a provision that is `recalled`.
    pub recalled: bool,
    /// What is told in a place of its own, and under which heading.
    places: BTreeMap<Key, String>,
    heading: String,
    /// What was told with its reasons.
    told: BTreeSet<Key>,
    /// Sentences of this section that are not worth repeating.
    said: BTreeSet<String>,
}

/// Something asked on the way, as told.
enum Call {
    /// With its reasons.
    Reasoned(Branch),
    /// There are no reasons to tell.
    Bare(Branch),
    /// Its reasons stand elsewhere.
    Reference(Branch),
}

/// What a reason leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unsaid {
    /// What follows from the arguments alone: that NL is NL.
    Obvious,
    /// Nothing.
    Nothing,
}

impl Call {
    fn branch(self) -> Branch {
        match self {
            Call::Reasoned(branch) | Call::Bare(branch) | Call::Reference(branch) => branch,
        }
    }
}

impl<'a> Teller<'a> {
    /// Nothing told yet; what has a place of its own is only referred to elsewhere.
    pub fn new(verified: &'a Verified, facts: &'a Facts, places: BTreeMap<Key, String>) -> Teller<'a> {
        let interp = Interp::new(verified, facts);
        let phraser = Phraser { program: verified.program(), facts, interp, topic: None };
        let (told, said) = (BTreeSet::new(), BTreeSet::new());
        Teller { phraser, recalled: false, places, heading: String::new(), told, said }
    }

    /// Begins a section: its heading, and what it is about.
    pub fn section(&mut self, heading: &str, topic: Option<Value>) {
        self.heading = heading.to_owned();
        self.phraser.topic = topic;
        self.said.clear();
    }

    /// A derivation in its own place.
    pub fn place(&mut self, trace: &Trace) -> Option<Branch> {
        let TraceSubject::Node(number, args) = &trace.subject;
        let id = NodeId(*number);
        let node = self.program().node(id)?;
        self.told.insert((*number, args.clone()));
        let (under, children) = self.decided(node, args, trace, true);
        Some(Branch { text: format!("{}{under}", self.answer(id, args, &trace.outcome)), children })
    }

    fn program(&self) -> &'a Program {
        self.phraser.program
    }

    /// `Payable (NL): 300.00 EUR`.
    fn answer(&self, id: NodeId, args: &[Value], outcome: &Outcome) -> String {
        let asked = say::asked(self.program(), id, args, self.phraser.topic.as_ref());
        format!("{}: {}", say::capital(&asked), say::outcome(self.program(), outcome))
    }

    /// What was asked on the way, what came out, and why; `None` for what a reader is told elsewhere.
    fn call(&mut self, trace: &Trace) -> Option<Call> {
        let TraceSubject::Node(number, args) = &trace.subject;
        let id = NodeId(*number);
        let node = self.program().node(id)?;
        // Who is bound on a day is for the header to say.
        if !worth_a_line(&trace.outcome) || node.name == "parties_bound" {
            return None;
        }
        if let Some(inner) = passes_on(node, trace) {
            return self.call(inner);
        }
        let key = (*number, args.clone());
        let text = self.answer(id, args, &trace.outcome);
        if let Some(reference) = self.told_elsewhere(&key) {
            // A set or a condition is named again where it is used, and needs no line of its own.
            return match trace.outcome.value() {
                Some(Value::Set(_) | Value::YesNo(_) | Value::Periods(_)) => None,
                _ => Some(Call::Reference(Branch::leaf(format!("{text} ({reference})")))),
            };
        }
        let complete;
        let trace = if trace.again {
            complete = self.phraser.interp.explain(id, args);
            &complete
        } else {
            trace
        };
        let (under, children) = match &node.body {
            Body::Decision(..) => self.decided(node, args, trace, false),
            Body::Expr(body) => self.defined(node, *body, args, trace),
        };
        let branch = Branch { text: format!("{text}{under}"), children };
        if !branch.children.is_empty() {
            self.told.insert(key);
            return Some(Call::Reasoned(branch));
        }
        // A line without reasons below it is worth reading once.
        let new = self.said.insert(branch.text.clone());
        let worded = node.ty == Ty::YesNo && matches!(node.body, Body::Expr(_));
        match (new, worded) {
            (true, true) => Some(Call::Reasoned(branch)),
            (true, false) => Some(Call::Bare(branch)),
            (false, _) => (node.kind == NodeKind::Decision).then_some(Call::Bare(branch)),
        }
    }

    /// Where it is told, if not here.
    fn told_elsewhere(&self, key: &Key) -> Option<String> {
        if self.told.contains(key) {
            return Some("as above".to_owned());
        }
        let heading = self.places.get(key)?;
        Some(if *heading == self.heading { "see below".to_owned() } else { format!("see under {heading}") })
    }

    /// A decision: the provisions that made it, why they apply, what they compute, what else was considered.
    fn decided(&mut self, node: &Node, args: &[Value], trace: &Trace, titled: bool) -> (String, Vec<Branch>) {
        let locals: Locals = args.iter().cloned().map(Some).collect();
        let won: Vec<&RuleStep> = trace.rules.iter().filter(|r| self.stands(r, trace)).collect();
        let settled = matches!(trace.outcome, Outcome::Value(_) | Outcome::Nothing);
        let mut children = Vec::new();
        let mut cited: Vec<String> = Vec::new();
        for step in &won {
            let Some(rule) = self.program().rule(step.rule) else { continue };
            let named = won.len() > 1 || !settled;
            let subject = if named { say::capital(&self.cite(rule, false)) } else { "It".to_owned() };
            let citation = self.cite(rule, titled);
            if !cited.contains(&citation) {
                cited.push(citation);
            }
            children.extend(self.reasons(&subject, rule, step, &locals));
            children.extend(self.steps(&step.value, &trace.outcome, &locals));
        }
        children.extend(self.considered(trace, &won, &locals));
        let under = match cited.as_slice() {
            [] if settled && self.has_default(node) => ", because no provision says otherwise".to_owned(),
            cited if settled && !cited.is_empty() => format!(", by {}", say::and(cited)),
            _ => String::new(),
        };
        (under, children)
    }

    /// Whether a rule applied and none that applied goes before it.
    fn stands(&self, step: &RuleStep, trace: &Trace) -> bool {
        let Some(rule) = self.program().rule(step.rule) else { return false };
        let beaten = trace.rules.iter().any(|r| r.verdict == RuleVerdict::Won && rule.beaten_by.contains(&r.rule));
        step.verdict == RuleVerdict::Won && !beaten
    }

    fn has_default(&self, node: &Node) -> bool {
        let Body::Decision(id, _) = &node.body else { return false };
        crate::evaluate::decision(self.program(), *id).is_some_and(|d| d.default.is_some())
    }

    /// Why a rule applies: the parts of its condition that say anything, then what they rest on.
    fn reasons(&mut self, subject: &str, rule: &Rule, step: &RuleStep, locals: &Locals) -> Option<Branch> {
        let why = self.why(rule.condition?, true, locals, Unsaid::Obvious)?;
        let children = self.grounds(&step.condition);
        let text = format!("{subject} applies because {why}.");
        (self.said.insert(text.clone()) || !children.is_empty()).then_some(Branch { text, children })
    }

    /// Why a condition holds: all its parts that say anything. Why it does not: the first part that fails.
    fn why(&mut self, condition: ExprId, holds: bool, locals: &Locals, unsaid: Unsaid) -> Option<String> {
        let mut said: Vec<String> = Vec::new();
        let parts = self.phraser.parts(condition);
        // That something is there goes without saying where more is said of it.
        let others = parts.iter().any(|p| self.phraser.tells(*p) && !self.phraser.is_presence(*p));
        for part in parts {
            if holds && others && self.phraser.is_presence(part) {
                continue;
            }
            if !holds {
                let outcome = self.phraser.look(part, locals);
                if !outcome.is_some_and(|o| o.truth() == Some(false) || o == Outcome::Nothing) {
                    continue;
                }
            }
            if unsaid == Unsaid::Nothing || self.phraser.tells(part) {
                let statement = self.phraser.statement(part, holds, locals);
                if !statement.is_empty() && !said.contains(&statement) {
                    said.push(statement);
                }
            }
            if !holds {
                break;
            }
        }
        (!said.is_empty()).then(|| say::clauses(&said))
    }

    /// What a condition asked, where that has reasons of its own that were not told.
    fn grounds(&mut self, steps: &[Step]) -> Vec<Branch> {
        let mut branches = Vec::new();
        for step in steps {
            if let Step::Call(trace) = step
                && let Some(Call::Reasoned(branch)) = self.call(trace)
            {
                branches.push(branch);
            }
        }
        branches
    }

    /// The provisions that might have decided otherwise, and why they did not.
    fn considered(&mut self, trace: &Trace, won: &[&RuleStep], locals: &Locals) -> Vec<Branch> {
        let program = self.program();
        let winners: Vec<&Rule> = won.iter().filter_map(|w| program.rule(w.rule)).collect();
        let undecided = winners.is_empty();
        let mut branches = Vec::new();
        for step in trace.rules.iter().filter(|s| !won.iter().any(|w| w.rule == s.rule)) {
            let Some(rule) = program.rule(step.rule) else { continue };
            let related = undecided || winners.iter().any(|w| w.beaten_by.contains(&step.rule));
            let text = match &step.verdict {
                RuleVerdict::DidNotApply if related => self.did_not_apply(rule, locals),
                RuleVerdict::DidNotApply => None,
                RuleVerdict::Unsettled(outcome) => Some(self.unsettled(rule, outcome)),
                RuleVerdict::Beaten(by) => {
                    // Beaten rules are not asked. One that would not have applied anyway gives way to nothing.
                    let idle = rule.condition.and_then(|c| self.phraser.look(c, locals)).and_then(|o| o.truth());
                    (idle != Some(false)).then(|| self.gives_way(rule, by))
                }
                RuleVerdict::Won => {
                    let by: Vec<RuleId> = won.iter().map(|w| w.rule).filter(|w| rule.beaten_by.contains(w)).collect();
                    Some(self.gives_way(rule, &by))
                }
            };
            let Some(text) = text else { continue };
            let children = self.grounds(&step.condition);
            // The same provision is looked at for many decisions; one answer is enough for a reader.
            if self.said.insert(text.clone()) || !children.is_empty() {
                branches.push(Branch { text, children });
            }
        }
        branches
    }

    /// `None` for a rule made for another party or class: it was never about this question.
    fn did_not_apply(&mut self, rule: &Rule, locals: &Locals) -> Option<String> {
        let why = self.why(rule.condition?, false, locals, Unsaid::Obvious)?;
        Some(format!("{} does not apply, because {why}.", self.named(rule)))
    }

    fn unsettled(&mut self, rule: &Rule, outcome: &Outcome) -> String {
        let said = say::outcome(self.program(), outcome);
        let is = if matches!(outcome, Outcome::Undetermined(_)) { "" } else { "is " };
        format!("Whether {} applies {is}{said}.", self.cite(rule, false))
    }

    fn gives_way(&mut self, rule: &Rule, by: &[RuleId]) -> String {
        let stronger = crate::evaluate::provisions(self.program(), by);
        format!("{} gives way to {}.", say::capital(&self.cite(rule, false)), say::and(&stronger))
    }

    /// `Article 18(1) (exception to article 17(4))`, at the head of a sentence.
    fn named(&mut self, rule: &Rule) -> String {
        let cited = say::capital(&self.cite(rule, false));
        if rule.relation.is_empty() { cited } else { format!("{cited}, {},", rule.relation) }
    }

    /// `article 17(4) “Amount” (clause pro rata) [recalled]`.
    fn cite(&mut self, rule: &Rule, titled: bool) -> String {
        let by = rule.by.as_ref().map_or_else(String::new, |by| format!(" (clause {})", say::words(by)));
        format!("{}{by}", self.provision(rule.provision, titled))
    }

    fn provision(&mut self, id: ProvisionId, titled: bool) -> String {
        let Some(provision) = self.program().provision(id) else { return String::new() };
        let title = Some(&provision.title).filter(|t| titled && !t.is_empty());
        let title = title.map_or_else(String::new, |t| format!(" “{t}”"));
        let recalled = provision.evidence == Evidence::Recalled;
        self.recalled |= recalled;
        format!("{}{title}{}", provision.address, if recalled { " [recalled]" } else { "" })
    }

    /// A term, function or parameter: where it stands, and what it rests on. A yes or no is worded as a condition is.
    fn defined(&mut self, node: &Node, body: ExprId, args: &[Value], trace: &Trace) -> (String, Vec<Branch>) {
        let locals: Locals = args.iter().cloned().map(Some).collect();
        let place = node.provision.map(|p| self.provision(p, false));
        let place = place.map_or_else(String::new, |p| format!(" ({p})"));
        match (node.ty == Ty::YesNo, trace.outcome.truth()) {
            (true, Some(truth)) => {
                let why = self
                    .why(body, truth, &locals, Unsaid::Nothing)
                    .map_or_else(String::new, |w| format!(", because {w}"));
                (format!("{why}{place}"), self.grounds(&trace.steps))
            }
            _ => {
                let members = self.phraser.filtered(body, &locals);
                if members.is_empty() {
                    return (place, self.steps(&trace.steps, &trace.outcome, &locals));
                }
                let mut children = self.grounds(&trace.steps);
                children.extend(members.into_iter().map(Branch::leaf));
                (place, children)
            }
        }
    }

    /// What was done on the way to an outcome, in order.
    fn steps(&mut self, steps: &[Step], whole: &Outcome, locals: &Locals) -> Vec<Branch> {
        // A figure's sentence says which of the figures stated it is.
        let figures = steps.iter().any(|s| matches!(s, Step::Computed { site, .. } if self.is_figure(*site)));
        let mut branches: Vec<Branch> = Vec::new();
        for step in steps {
            let branch = match step {
                Step::Call(trace) => self.call(trace).map(Call::branch),
                Step::Fact { .. } if figures && whole.rank() == 0 => None,
                Step::Fact { name, outcome, .. } => self.fact(name, outcome, whole).map(Branch::leaf),
                // What was not known before is told where it arose.
                Step::Rounded { before, .. } if before.rank() > 0 => None,
                Step::Rounded { before, rounding, after, .. } => {
                    let (before, after) = (say::outcome(self.program(), before), say::outcome(self.program(), after));
                    Some(Branch::leaf(format!("{before} rounded {rounding} gives {after}.")))
                }
                Step::Computed { site, operands, outcome } => {
                    self.computed(ExprId(site.0), operands, outcome, locals).map(Branch::leaf)
                }
            };
            if let Some(branch) = branch
                && !branches.contains(&branch)
            {
                branches.push(branch);
            }
        }
        branches
    }

    fn is_figure(&self, site: SiteId) -> bool {
        let expr = self.program().expr(ExprId(site.0));
        matches!(expr.map(|e| &e.kind), Some(ExprKind::Host(HostFn::Figure, _)))
    }

    /// A fact that was read. What is not known matters only where the result is not known for that reason.
    fn fact(&self, name: &str, outcome: &Outcome, whole: &Outcome) -> Option<String> {
        let name = say::capital(&say::fact(self.program(), name));
        match outcome {
            Outcome::Value(Value::Periods(_) | Value::List(_) | Value::Record(_)) | Outcome::Nothing => None,
            Outcome::Undetermined(missing) => match whole {
                Outcome::Undetermined(all) if !missing.is_disjoint(all) => {
                    Some(format!("{}.", say::not_known(&[name])))
                }
                _ => None,
            },
            known => Some(format!("{name}: {}.", say::outcome(self.program(), known))),
        }
    }

    /// An operation. A comparison is worded from the program where all it compares can be looked up.
    fn computed(&mut self, site: ExprId, operands: &[Outcome], outcome: &Outcome, locals: &Locals) -> Option<String> {
        let known = self.phraser.look(site, locals).is_some_and(|o| o == *outcome);
        if let (Some(truth), true) = (outcome.truth(), known) {
            return Some(format!("{}.", say::capital(&self.phraser.statement(site, truth, locals))));
        }
        operation::sentence(self.program(), site, operands, outcome)
    }
}

/// Whether an outcome is one a reader wants a line for: roundings, units and orders are told where they are used,
/// records where the facts are.
fn worth_a_line(outcome: &Outcome) -> bool {
    !matches!(
        outcome.value(),
        Some(Value::Rounding(_) | Value::Unit(_) | Value::Order(_) | Value::Ties(_) | Value::Record(_))
    )
}

/// What a dispatch to a party's legislation asked there, and passes on unchanged.
fn passes_on<'t>(node: &Node, trace: &'t Trace) -> Option<&'t Trace> {
    match trace.steps.as_slice() {
        [.., Step::Call(inner)] if node.kind == NodeKind::Law && inner.outcome == trace.outcome => Some(inner),
        _ => None,
    }
}
