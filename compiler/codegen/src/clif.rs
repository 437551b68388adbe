//! `--emit clif`: the native functions of a program before the code generator optimises them, as text.

use crate::CodegenError;
use crate::abi::Service;
use crate::jit::{self, Effort, every};
use crate::lower::{Subject, lower};
use accord_core::RuleId;
use accord_ir::{Body, NodeId, NodeKind, Program, ProvisionId, Verified};
use cranelift_module::{FuncId, Module};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The CLIF of every function, each under a comment that names its node and provision, after a list of the program's
/// constants. Every call is followed by the name of what it calls, and of the node that the run is asked for; `@` marks the
/// number of the expression.
pub fn clif(program: &Verified) -> Result<String, CodegenError> {
    let mut module = jit::module(Effort::Plain, program)?;
    let mut functions: Vec<(Subject, FuncId, String)> = Vec::new();
    let lowered = lower(program, &every(program), &mut module, &mut |_, id, subject, context| {
        functions.push((subject, id, context.func.display().to_string()));
        Ok(())
    })?;
    let names = names(&module);
    let mut text = String::new();
    for (handle, outcome) in lowered.tables.constants.iter().enumerate() {
        line(&mut text, format_args!("; {handle} = {outcome:?}"));
    }
    for (subject, id, body) in &functions {
        line(&mut text, format_args!("\n; %{} {}", symbol(&module, *id), describe(program.program(), *subject)));
        let asking = Asking::of(body, &names);
        for row in body.lines() {
            let name = called(row).and_then(|id| names.get(&id)).cloned();
            match name.or_else(|| asking.node(row, program.program())) {
                Some(name) => line(&mut text, format_args!("{row} ; {name}")),
                None => line(&mut text, format_args!("{row}")),
            }
        }
    }
    Ok(text)
}

fn line(text: &mut String, row: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{row}");
}

/// What every function of the module is called, by its number.
fn names(module: &dyn Module) -> BTreeMap<u32, String> {
    let declared = module.declarations().get_functions();
    declared.map(|(id, function)| (id.as_u32(), function.linkage_name(id).into_owned())).collect()
}

/// Where a function asks the run for nodes.
struct Asking<'t> {
    /// What it calls the services that do: `fn2`.
    services: Vec<&'t str>,
    /// Numbers known in it, by their values: `v7`.
    numbers: BTreeMap<&'t str, u32>,
}

impl<'t> Asking<'t> {
    fn of(body: &'t str, names: &BTreeMap<u32, String>) -> Asking<'t> {
        let asks = |row: &str| {
            let name = called(row).and_then(|id| names.get(&id));
            name.is_some_and(|name| Service::ASKING.iter().any(|service| service.symbol().name == name))
        };
        let services = body.lines().filter(|row| asks(row)).filter_map(|row| row.trim_start().split(' ').next());
        let number = |row: &'t str| {
            let (before, number) = row.split_once(" = iconst.i64 ")?;
            Some((before.split(' ').next_back()?, number.trim().parse().ok()?))
        };
        Asking { services: services.collect(), numbers: body.lines().filter_map(number).collect() }
    }

    /// The node that a row asks for.
    fn node(&self, row: &str, program: &Program) -> Option<String> {
        let (_, call) = row.split_once(" = call ")?;
        let (service, operands) = call.split_once('(')?;
        let node = operands.split([',', ')']).nth(1).filter(|_| self.services.contains(&service))?;
        let node = *self.numbers.get(node.trim())?;
        Some(format!("node.{node} `{}`", program.node(NodeId(node)).map_or("", |n| n.name.as_str())))
    }
}

fn symbol(module: &dyn Module, id: FuncId) -> String {
    module.declarations().get_function_decl(id).linkage_name(id).into_owned()
}

/// The number of the function that a declaration (`fn2 = colocated u0:12 sig1`) is about.
fn called(row: &str) -> Option<u32> {
    let (_, declared) = row.trim_start().strip_prefix("fn")?.split_once(" = ")?;
    let name = declared.split(' ').find_map(|word| word.strip_prefix("u0:"))?;
    name.parse().ok()
}

/// What a function is, in the words of the text.
fn describe(program: &Program, subject: Subject) -> String {
    match subject {
        Subject::Node(id) => node(program, id),
        Subject::Condition(id) => rule(program, id, "condition"),
        Subject::Value(id) => rule(program, id, "value"),
        Subject::Enter(arguments) => format!("way in, {arguments} arguments"),
    }
}

fn node(program: &Program, id: NodeId) -> String {
    let Some(node) = program.node(id) else { return String::new() };
    let kind = match node.kind {
        NodeKind::Decision => "decision",
        NodeKind::Term => "term",
        NodeKind::Function => "function",
        NodeKind::Parameter => "parameter",
        NodeKind::Law => "law",
    };
    let provisions: Vec<&str> = match &node.body {
        Body::Decision(decision, left_out) => {
            let decision = program.decisions.get(decision.0 as usize);
            let rules = decision.into_iter().flat_map(|d| &d.rules).filter(|r| !left_out.contains(r));
            rules.map(|r| program.cite(*r)).collect()
        }
        Body::Expr(_) => node.provision.map(|p| address(program, p)).into_iter().collect(),
    };
    format!("{kind} `{}` {}", node.name, provisions.join(", "))
}

fn address(program: &Program, id: ProvisionId) -> &str {
    program.provision(id).map_or("", |p| p.address.as_str())
}

fn rule(program: &Program, id: RuleId, part: &str) -> String {
    let Some(rule) = program.rule(id) else { return String::new() };
    let decision = program.decisions.get(rule.decision.0 as usize).map_or("", |d| d.name.as_str());
    let by = rule.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{part} of a rule for `{decision}`, {}{by}", program.cite(id))
}
