//! The printed form of a program, for `accord --emit ir`: close to the source, but with everything the compiler made
//! of it. Not read back by anything.

mod terms;

use crate::{Body, Decision, Demand, Node, NodeId, NodeKind, Param, Program, Requirement, Rule, Ty};
use accord_core::RuleId;
use std::fmt::Write as _;
use terms::Terms;

/// The whole program.
pub fn print(program: &Program) -> String {
    let mut printer = Printer { program, out: String::new() };
    printer.heading();
    for decision in &program.decisions {
        printer.decision(decision);
    }
    for node in &program.nodes {
        printer.node(node);
    }
    for requirement in &program.requirements {
        printer.requirement(requirement);
    }
    printer.out
}

struct Printer<'p> {
    program: &'p Program,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, indent: usize, text: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn heading(&mut self) {
        let program = self.program;
        self.line(0, format_args!("agreement {} {:?}", program.agreement, program.title));
        let parties: Vec<String> = program.parties.iter().map(|p| p.country.to_string()).collect();
        if !parties.is_empty() {
            self.line(2, format_args!("parties: {}", parties.join(", ")));
        }
        for fact in &program.facts {
            let optional = if fact.optional { " or nothing" } else { "" };
            self.line(2, format_args!("fact {}: {}{optional}", fact.name, self.ty(&fact.ty)));
        }
        for given in &program.given {
            let party = given.party.map_or_else(|| "any party".to_owned(), |p| p.to_string());
            self.line(2, format_args!("fact {} of {party}: {}", given.name, self.ty(&given.ty)));
        }
    }

    fn decision(&mut self, decision: &Decision) {
        let program = self.program;
        let row = if decision.reads_row { "" } else { "   # class" };
        let head = self.signature(&decision.name, &decision.params, &decision.ty);
        self.line(0, format_args!("\ndecision {head}{row}"));
        let locals = Terms::new(program, &decision.params);
        if let Some(default) = decision.default {
            let text = locals.lines(default, "default ", 2);
            self.out.push_str(&text);
        }
        for id in &decision.rules {
            if let Some(rule) = program.rule(*id) {
                self.rule(*id, rule, &locals);
            }
        }
    }

    fn rule(&mut self, id: RuleId, rule: &Rule, locals: &Terms<'_>) {
        let mut head = format!("rule {} {}", id.0, self.program.cite(id));
        if !rule.relation.is_empty() {
            let _ = write!(head, ", {}", rule.relation);
        }
        if let Some(clause) = &rule.by {
            let _ = write!(head, ", by {clause}");
        }
        if !rule.beaten_by.is_empty() {
            let stronger: Vec<String> =
                rule.beaten_by.iter().map(|r| format!("rule {} {}", r.0, self.program.cite(*r))).collect();
            let _ = write!(head, ", beaten by {}", stronger.join(", "));
        }
        self.line(2, head);
        if let Some(condition) = rule.condition {
            let text = locals.lines(condition, "when ", 4);
            self.out.push_str(&text);
        }
        let text = locals.lines(rule.value, "= ", 4);
        self.out.push_str(&text);
    }

    fn node(&mut self, node: &Node) {
        let word = match node.kind {
            NodeKind::Decision => "decision",
            NodeKind::Term => "term",
            NodeKind::Function => "function",
            NodeKind::Parameter => "parameter",
            NodeKind::Law => "law",
        };
        let place = node.provision.and_then(|p| self.program.provision(p)).map(|p| p.address.as_str());
        let place = place.map_or_else(String::new, |p| format!("   # {p}"));
        let head = self.signature(&node.name, &node.params, &node.ty);
        match &node.body {
            // A decision asked with all its rules was printed with them.
            Body::Decision(_, left_out) if left_out.is_empty() => {}
            Body::Decision(_, left_out) => {
                self.line(0, format_args!("\n{word} {head}{place}"));
                let rules: Vec<String> =
                    left_out.iter().map(|r| format!("rule {} {}", r.0, self.program.cite(*r))).collect();
                self.line(2, format_args!("without {}", rules.join(", ")));
            }
            Body::Expr(body) => {
                self.line(0, format_args!("\n{word} {head}{place}"));
                let text = Terms::new(self.program, &node.params).lines(*body, "= ", 2);
                self.out.push_str(&text);
            }
        }
    }

    fn requirement(&mut self, requirement: &Requirement) {
        let program = self.program;
        let place = requirement.provision.and_then(|p| program.provision(p)).map(|p| p.address.as_str());
        let name = if requirement.name.is_empty() { String::new() } else { format!(" {:?}", requirement.name) };
        let place = place.map_or_else(String::new, |p| format!(" {p}"));
        let node = |id: NodeId| program.node(id).map_or("", |n| n.name.as_str());
        self.line(0, format_args!("\nrequirement{name}{place}"));
        self.line(2, format_args!("when {}", node(requirement.when)));
        match &requirement.demand {
            Demand::Requires(id) => self.line(2, format_args!("requires {}", node(*id))),
            Demand::Permits(id) => self.line(2, format_args!("permits {}", node(*id))),
            Demand::Clash { node: id, .. } => self.line(2, format_args!("clashes unless {}", node(*id))),
            Demand::NeverLowers { value, measure, tolerance } => {
                let bound = tolerance.as_ref().map_or_else(String::new, |t| format!(" by more than {t:?}"));
                self.line(2, format_args!("never lowers {}{bound} when {} grows", node(*value), node(*measure)));
            }
            Demand::Assumes(what) => self.line(2, format_args!("assumes {what:?}")),
        }
    }

    /// `payable(P: party): money of P`.
    fn signature(&self, name: &str, params: &[Param], ty: &Ty) -> String {
        let params: Vec<String> = params.iter().map(|p| format!("{}: {}", p.name, self.ty(&p.ty))).collect();
        let list = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
        let (name, rest) = terms::split_name(name);
        format!("{name}{list}{rest}: {}", self.ty(ty))
    }

    fn ty(&self, ty: &Ty) -> String {
        terms::ty(self.program, ty)
    }
}
