//! A record of how a result came about, as a tree of sentences.

use super::layout::Branch;
use super::phrase::{Locals, Phraser};
use super::say;
use accord_core::{Country, Facts, HostFn, Outcome, RuleId, RuleStep, RuleVerdict, Step, Trace, TraceSubject, Value};
use accord_interp::Interp;
use accord_ir::{Body, Evidence, ExprId, ExprKind, Node, NodeId, NodeKind, Program, ProvisionId, Rule, Verified};
use std::collections::BTreeSet;

/// Tells derivations, each part once.
pub struct Teller<'a> {
    phraser: Phraser<'a>,
    /// The party of the section.
    pub party: Option<Country>,
    /// Whether anything told rests on a provision that is `recalled`.
    pub recalled: bool,
    /// What was told with its reasons.
    told: BTreeSet<(u32, Vec<Value>)>,
}

impl<'a> Teller<'a> {
    /// Nothing told yet.
    pub fn new(verified: &'a Verified, facts: &'a Facts) -> Teller<'a> {
        let interp = Interp::new(verified, facts);
        let phraser = Phraser { program: verified.program(), facts, interp, party: None };
        Teller { phraser, party: None, recalled: false, told: BTreeSet::new() }
    }

    /// A derivation that stands on its own in a section.
    pub fn root(&mut self, trace: &Trace) -> Option<Branch> {
        self.phraser.party = self.party;
        self.call(trace)
    }

    fn program(&self) -> &'a Program {
        self.phraser.program
    }

    /// What was asked, what came out, and why; `None` for what a reader is told elsewhere (roundings, units).
    fn call(&mut self, trace: &Trace) -> Option<Branch> {
        let TraceSubject::Node(number, args) = &trace.subject;
        let id = NodeId(*number);
        let node = self.program().node(id)?;
        if !worth_a_line(&trace.outcome) {
            return None;
        }
        if let Some(inner) = passes_on(node, trace) {
            return self.call(inner);
        }
        let key = (*number, args.clone());
        let said = say::asked(self.program(), id, args, self.party);
        let text = format!("{}: {}", say::capital(&said), say::outcome(self.program(), &trace.outcome));
        if self.told.contains(&key) {
            return Some(Branch::leaf(format!("{text} (as above)")));
        }
        let complete;
        let trace = if trace.again {
            complete = self.phraser.interp.explain(id, args);
            &complete
        } else {
            trace
        };
        let place = self.told.insert(key.clone());
        let (under, children) = match &node.body {
            Body::Decision(..) => self.decided(node, args, trace),
            Body::Expr(_) => (self.defined(node), self.steps(&trace.steps)),
        };
        if children.is_empty() && place {
            self.told.remove(&key);
        }
        Some(Branch { text: format!("{text}{under}"), children })
    }

    /// A decision: the provisions that made it, why they apply, what they compute, what else was considered.
    fn decided(&mut self, node: &Node, args: &[Value], trace: &Trace) -> (String, Vec<Branch>) {
        let locals: Locals = args.iter().cloned().map(Some).collect();
        let won: Vec<&RuleStep> =
            trace.rules.iter().filter(|r| r.verdict == RuleVerdict::Won && !self.gave_way(r, trace)).collect();
        let mut children = Vec::new();
        let mut cited: Vec<String> = Vec::new();
        for step in &won {
            let Some(rule) = self.program().rule(step.rule) else { continue };
            let citation = self.cite(rule);
            if !cited.contains(&citation) {
                cited.push(citation);
            }
            children.extend(self.reasons(rule, step, &locals));
            children.extend(self.steps(&step.value));
        }
        children.extend(self.considered(trace, &won, &locals));
        let settled = matches!(trace.outcome, Outcome::Value(_) | Outcome::Nothing);
        let under = match cited.as_slice() {
            [] if settled && self.has_default(node) => ", because no provision says otherwise".to_owned(),
            [] => String::new(),
            cited => format!(", by {}", say::and(cited)),
        };
        (under, children)
    }

    /// Whether a rule that applied was beaten by another that applied.
    fn gave_way(&self, step: &RuleStep, trace: &Trace) -> bool {
        let Some(rule) = self.program().rule(step.rule) else { return false };
        trace.rules.iter().any(|r| r.verdict == RuleVerdict::Won && rule.beaten_by.contains(&r.rule))
    }

    fn has_default(&self, node: &Node) -> bool {
        let Body::Decision(id, _) = &node.body else { return false };
        crate::evaluate::decision(self.program(), *id).is_some_and(|d| d.default.is_some())
    }

    /// Why a rule applies: the parts of its condition that say anything, then what they rest on.
    fn reasons(&mut self, rule: &Rule, step: &RuleStep, locals: &Locals) -> Option<Branch> {
        let condition = rule.condition?;
        let mut said: Vec<String> = Vec::new();
        for part in self.phraser.parts(condition) {
            if self.phraser.tells(part) {
                let statement = self.phraser.statement(part, true, locals);
                if !statement.is_empty() && !said.contains(&statement) {
                    said.push(statement);
                }
            }
        }
        let children = self.grounds(&step.condition);
        if said.is_empty() {
            return None;
        }
        Some(Branch { text: format!("It applies because {}.", say::and(&said)), children })
    }

    /// What a condition asked, where that has reasons of its own that were not told.
    fn grounds(&mut self, steps: &[Step]) -> Vec<Branch> {
        let mut branches = Vec::new();
        for step in steps {
            if let Step::Call(trace) = step
                && let Some(branch) = self.call(trace)
                && !branch.children.is_empty()
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
            let branch = match &step.verdict {
                RuleVerdict::DidNotApply if related => self.did_not_apply(rule, step, locals),
                RuleVerdict::DidNotApply => None,
                RuleVerdict::Unsettled(outcome) => Some(self.unsettled(rule, step, outcome, locals)),
                RuleVerdict::Beaten(by) => Some(self.gives_way(rule, by)),
                RuleVerdict::Won => {
                    let by: Vec<RuleId> = won.iter().map(|w| w.rule).filter(|w| rule.beaten_by.contains(w)).collect();
                    Some(self.gives_way(rule, &by))
                }
            };
            branches.extend(branch.filter(|b| !branches.contains(b)));
        }
        branches
    }

    fn did_not_apply(&mut self, rule: &Rule, step: &RuleStep, locals: &Locals) -> Option<Branch> {
        let mut failed = None;
        for part in self.phraser.parts(rule.condition?) {
            let outcome = self.phraser.look(part, locals);
            if outcome.as_ref().is_some_and(|o| o.truth() == Some(false) || *o == Outcome::Nothing) {
                failed = Some(part);
                break;
            }
        }
        let why = match failed {
            // Made for another party or class: it was never about this question.
            Some(part) if !self.phraser.tells(part) => return None,
            Some(part) => self.phraser.statement(part, false, locals),
            None => "its condition does not hold".to_owned(),
        };
        let text = format!("{} does not apply, because {why}.", self.named(rule));
        Some(Branch { text, children: self.grounds(&step.condition) })
    }

    fn unsettled(&mut self, rule: &Rule, step: &RuleStep, outcome: &Outcome, locals: &Locals) -> Branch {
        let mut open = String::new();
        for part in rule.condition.map(|c| self.phraser.parts(c)).unwrap_or_default() {
            if self.phraser.look(part, locals).is_some_and(|o| o == *outcome) {
                open = format!(": {}", self.phraser.noun(part, locals));
                break;
            }
        }
        let said = say::outcome(self.program(), outcome);
        let text = format!("Whether {} applies {said}{open}.", self.named(rule));
        Branch { text, children: self.grounds(&step.condition) }
    }

    fn gives_way(&mut self, rule: &Rule, by: &[RuleId]) -> Branch {
        let stronger = crate::evaluate::provisions(self.program(), by);
        Branch::leaf(format!("{} gives way to {}.", self.named(rule), say::and(&stronger)))
    }

    /// `Article 18(1), exception to article 17(4)`, at the head of a sentence.
    fn named(&mut self, rule: &Rule) -> String {
        let cited = self.cite(rule);
        let relation = if rule.relation.is_empty() { String::new() } else { format!(" ({})", rule.relation) };
        format!("{}{relation}", say::capital(&cited))
    }

    /// `article 17(4) "Amount" (clause pro rata) [recalled]`.
    fn cite(&mut self, rule: &Rule) -> String {
        let by = rule.by.as_ref().map_or_else(String::new, |by| format!(" (by {})", say::words(by)));
        format!("{}{by}", self.provision(rule.provision))
    }

    fn provision(&mut self, id: ProvisionId) -> String {
        let Some(provision) = self.program().provision(id) else { return String::new() };
        let title = if provision.title.is_empty() { String::new() } else { format!(" “{}”", provision.title) };
        let recalled = provision.evidence == Evidence::Recalled;
        self.recalled |= recalled;
        format!("{}{title}{}", provision.address, if recalled { " [recalled]" } else { "" })
    }

    /// Where a term, function or parameter stands.
    fn defined(&mut self, node: &Node) -> String {
        match node.provision {
            Some(provision) => format!(", as {} says", self.provision(provision)),
            None => String::new(),
        }
    }

    fn steps(&mut self, steps: &[Step]) -> Vec<Branch> {
        let mut branches: Vec<Branch> = Vec::new();
        for step in steps {
            let branch = match step {
                Step::Call(trace) => self.call(trace),
                Step::Fact { name, outcome, .. } => self.fact(name, outcome),
                Step::Rounded { before, rounding, after, .. } => {
                    let say = |o| say::outcome(self.program(), o);
                    let (before, after) = (say(before), say(after));
                    Some(Branch::leaf(format!("{before} rounded {rounding} gives {after}.")))
                }
                Step::Computed { site, operands, outcome } => self.computed(ExprId(site.0), operands, outcome),
            };
            if let Some(branch) = branch
                && !branches.contains(&branch)
            {
                branches.push(branch);
            }
        }
        branches
    }

    fn fact(&self, name: &str, outcome: &Outcome) -> Option<Branch> {
        match outcome {
            Outcome::Nothing => Some(Branch::leaf(format!("The {} is not stated.", say::words(name)))),
            // Stated in full at the head of the derivation.
            Outcome::Value(Value::Periods(_) | Value::List(_) | Value::Record(_)) => None,
            known => {
                Some(Branch::leaf(format!("The {} is {}.", say::words(name), say::outcome(self.program(), known))))
            }
        }
    }

    /// An operation in words.
    fn computed(&self, site: ExprId, operands: &[Outcome], outcome: &Outcome) -> Option<Branch> {
        let program = self.program();
        let ExprKind::Host(function, _) = &program.expr(site)?.kind else { return None };
        let say = |o: &Outcome| say::outcome(program, o);
        let result = say(outcome);
        let [a, b, ..] = operands else { return None };
        let text = match function {
            HostFn::Add => format!("{} plus {} is {result}.", say(a), say(b)),
            HostFn::Subtract => format!("{} minus {} is {result}.", say(a), say(b)),
            HostFn::Multiply => format!("{} times {} is {result}.", say(a), say(b)),
            HostFn::Divide => format!("{} divided by {} is {result}.", say(a), say(b)),
            HostFn::Excess => format!("What {} is above {}: {result}.", say(a), say(b)),
            HostFn::Larger => format!("The larger of {} and {} is {result}.", say(a), say(b)),
            HostFn::Smaller => format!("The smaller of {} and {} is {result}.", say(a), say(b)),
            HostFn::InCommon if say(a) == result => return None,
            HostFn::InCommon => format!("{} at the rate stated is {result}.", say(a)),
            HostFn::LengthOf => format!("Counted in {}, {} make {result}.", say(b), periods(program, a)),
            HostFn::InUnit => format!("{} is {result}.", say(a)),
            HostFn::UnitsFrom => format!("From {} to {} is {result}.", say(a), say(b)),
            HostFn::Figure => {
                format!("The figure communicated by {} for the periods of {} is {result}.", say(a), say(b))
            }
            HostFn::Less => compared(a, b, outcome, ["is less than", "is not less than"], &say)?,
            HostFn::AtMost => compared(a, b, outcome, ["is at most", "is more than"], &say)?,
            HostFn::Within => compared(a, b, outcome, ["is within", "is not within"], &say)?,
            HostFn::LastsAtMost => compared(a, b, outcome, ["lasts at most", "lasts longer than"], &say)?,
            _ => return None,
        };
        Some(Branch::leaf(text))
    }
}

/// Whether an outcome is one a reader wants a line for: roundings, units and orders are told where they are used.
fn worth_a_line(outcome: &Outcome) -> bool {
    !matches!(outcome.value(), Some(Value::Rounding(_) | Value::Unit(_) | Value::Order(_) | Value::Ties(_)))
}

/// The one thing a definition asked, where it passes the answer on unchanged: the dispatch to a party's legislation,
/// a term that renames another.
fn passes_on<'t>(node: &Node, trace: &'t Trace) -> Option<&'t Trace> {
    if matches!(node.kind, NodeKind::Decision | NodeKind::Parameter) {
        return None;
    }
    let dispatch = node.kind == NodeKind::Law;
    match trace.steps.as_slice() {
        [Step::Call(inner)] if inner.outcome == trace.outcome && dispatch => Some(inner),
        [.., Step::Call(inner)] if inner.outcome == trace.outcome && dispatch => Some(inner),
        _ => None,
    }
}

fn compared(
    a: &Outcome,
    b: &Outcome,
    outcome: &Outcome,
    [holds, fails]: [&str; 2],
    say: &impl Fn(&Outcome) -> String,
) -> Option<String> {
    let verb = if outcome.truth()? { holds } else { fails };
    Some(format!("{} {verb} {}.", say(a), say(b)))
}

/// Periods in full, as the subject of a sentence.
fn periods(program: &Program, outcome: &Outcome) -> String {
    match outcome.value() {
        Some(Value::Periods(periods)) if !periods.pieces.is_empty() => {
            let pieces: Vec<String> = periods.pieces.iter().map(say::piece).collect();
            say::and(&pieces)
        }
        _ => say::outcome(program, outcome),
    }
}
