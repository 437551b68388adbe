//! What an expectation is about: a decision, the party and day of the braces round it, and its arguments.

use super::findings::{expected, unknown, wrong};
use super::leaf;
use super::read::Reader;
use accord_core::{Country, Date, Value};
use accord_ir::{Decision, DecisionId, Param, Ty};
use accord_source::{Code, Diagnostics};
use accord_syntax::ast::{Arg, Expr, ExprKind, Name};

/// The party and the day of the braces an expectation stands in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    pub party: Option<Country>,
    pub day: Option<Date>,
}

impl Reader<'_, '_> {
    /// The decision of a key (`payable`, `covered(CV, unemployment)`) with what it is asked with.
    pub fn asked(&mut self, key: &Name, around: Around) -> Option<(DecisionId, Vec<Value>)> {
        let (name, args) = self.call(key)?;
        let program = self.program;
        let Some((id, decision)) = program.decision(&name) else {
            let names: Vec<String> = program.decisions.iter().map(|d| d.name.clone()).collect();
            let message = format!("the agreement decides nothing called `{}`", super::findings::short(&name));
            self.report(unknown(Code::CaseUnknownDecision, key.span, message, &name, &names));
            return None;
        };
        let values = self.arguments(key, decision, &args, around)?;
        Some((id, values))
    }

    /// The name and the arguments a key is made of.
    fn call(&mut self, key: &Name) -> Option<(String, Vec<Arg>)> {
        if !key.text.contains('(') {
            return Some((key.text.clone(), Vec::new()));
        }
        let mut unheard = Diagnostics::default();
        let parsed = leaf::parse(&key.text, key.span, &mut unheard);
        if let Ok(Expr { kind: ExprKind::Call(callee, args), .. }) = parsed
            && let ExprKind::Name(name) = callee.kind
        {
            let mut args = args;
            for arg in &mut args {
                leaf::respan(&mut arg.value, key.span);
            }
            return Some((name, args));
        }
        let found = format!("`{}`", super::findings::short(&key.text));
        self.report(wrong(key.span, "a decision such as `covered(NL, unemployment)`", &found));
        None
    }

    /// The arguments in the order of the parameters: the party and the day from the braces, the others as written.
    fn arguments(&mut self, key: &Name, decision: &Decision, args: &[Arg], around: Around) -> Option<Vec<Value>> {
        let params = &decision.params;
        let mut values: Vec<Option<Value>> = vec![None; params.len()];
        // With every argument written the braces only say where the expectation stands.
        if args.len() < params.len() {
            fill(params, &mut values, |ty| *ty == Ty::Country, around.party.map(Value::Country));
            fill(params, &mut values, |ty| *ty == Ty::Date, around.day.map(Value::Date));
        }
        for arg in args {
            let index = match &arg.label {
                Some(label) => params.iter().position(|p| p.name == label.text),
                None => values.iter().position(Option::is_none),
            };
            let Some((index, param)) = index.and_then(|i| Some((i, params.get(i)?))) else {
                self.wrong_arguments(key, decision);
                return None;
            };
            let value = self.constant(&arg.value, &param.ty)?;
            if let Some(place) = values.get_mut(index) {
                *place = Some(value);
            }
        }
        let complete: Option<Vec<Value>> = values.into_iter().collect();
        if complete.is_none() {
            self.wrong_arguments(key, decision);
        }
        let complete = complete?;
        self.parties_fit(key, params, &complete).then_some(complete)
    }

    /// A party an expectation speaks of must be one.
    fn parties_fit(&mut self, key: &Name, params: &[Param], values: &[Value]) -> bool {
        let mut fit = true;
        for (_, value) in params.iter().zip(values) {
            if let Value::Country(country) = value {
                fit &= self.party(country.code(), key.span).is_some();
            }
        }
        fit
    }

    fn wrong_arguments(&mut self, key: &Name, decision: &Decision) {
        let names: Vec<&str> = decision.params.iter().map(|p| p.name.as_str()).collect();
        let shown =
            if names.is_empty() { decision.name.clone() } else { format!("{}({})", decision.name, names.join(", ")) };
        let kinds: Vec<String> =
            decision.params.iter().map(|p| format!("{}: {}", p.name, expected(self.program, &p.ty))).collect();
        let mut finding = wrong(key.span, &format!("`{shown}`"), &format!("`{}`", super::findings::short(&key.text)));
        let by_party = decision.params.first().is_some_and(|p| p.ty == Ty::Country);
        finding = match decision.params.as_slice() {
            [] => finding.help("write it without brackets, and outside the braces of a party"),
            [_] if by_party => {
                finding.help(format!("write it inside the braces of a party: `NL: {{ {}: ... }}`", decision.name))
            }
            _ => finding.help(format!("it is asked with {}", kinds.join("; "))),
        };
        self.report(finding);
    }
}

fn fill(params: &[Param], values: &mut [Option<Value>], fits: impl Fn(&Ty) -> bool, value: Option<Value>) {
    let Some(index) = params.iter().position(|p| fits(&p.ty)) else { return };
    if let Some(place) = values.get_mut(index) {
        *place = value;
    }
}
