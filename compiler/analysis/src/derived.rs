//! Facts that a map of two versions tells by other facts: whoever reads such a fact reads what the map says of it.

use crate::collect::Place;
use crate::scope::{Cx, Env, number};
use crate::words;
use accord_core::{Country, HostFn, Outcome, Value};
use accord_ir::{self as ir, Body, ExprId, ExprKind, FactId, NodeId, NodeKind, Program, Ty};
use accord_source::{Code, Diagnostic};
use accord_syntax::ast;

/// What a fact is by other facts: `derived NL.alone means ...`.
#[derive(Clone, Copy, Debug)]
pub struct Derivation<'a> {
    /// The fact: `long_insured`, `insurance.long`, `NL.alone`.
    pub fact: &'a ast::Name,
    /// What it is.
    pub means: &'a ast::Expr,
}

/// A fact that is told by others, found in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// Where it stands.
    pub place: DerivedPlace,
    /// What it is: a node without parameters.
    pub node: NodeId,
}

/// Where a fact stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DerivedPlace {
    /// A fact of the row.
    Fact(FactId),
    /// A field of a fact that is a record, by its position in it.
    Field(FactId, usize),
    /// A fact that the legislation of a party asks for.
    Given(Country, String),
}

/// Puts what a map says into the program. Rules, terms and what a text is held to must be there.
pub(crate) fn elaborate<'a>(cx: &mut Cx<'a, '_>, all: &[Derivation<'a>]) -> Vec<Derived> {
    let mut found: Vec<(Derived, Ty)> = Vec::new();
    for one in all {
        let Some((place, ty)) = place(&cx.program, &one.fact.text) else {
            cx.report(unknown(cx, one.fact));
            continue;
        };
        if found.iter().any(|(d, _)| d.place == place) {
            let finding = Diagnostic::new(Code::Duplicate, one.fact.span, format!("`{}` is told twice", one.fact.text));
            cx.report(finding.help("leave one of the lines out"));
            continue;
        }
        let party = match &place {
            DerivedPlace::Given(party, _) => Some(*party),
            _ => None,
        };
        let mut instruments = cx.decls.instruments.iter();
        let instrument = match party {
            Some(party) => instruments.position(|i| i.is_legislation && i.party == Some(party)),
            None => instruments.position(|i| !i.is_legislation && !i.is_standard),
        };
        let place_of_text = Place { instrument, ..Place::default() };
        let env = Env { place: place_of_text, legislation: party.and(instrument), ..Env::default() };
        cx.frame = 0;
        let means = cx.need(&env, one.means, &ty);
        let node = NodeId(number(cx.program.nodes.len()));
        cx.program.nodes.push(ir::Node {
            name: one.fact.text.clone(),
            kind: NodeKind::Term,
            params: Vec::new(),
            ty: ty.clone(),
            body: Body::Expr(means),
            locals: cx.frame,
            provision: None,
            span: one.fact.span,
        });
        found.push((Derived { place, node }, ty));
    }
    for (derived, ty) in &found {
        read_through(&mut cx.program, derived, ty);
        if is_read_elsewhere(&cx.program, &derived.place) {
            let Some((name, span)) = cx.program.node(derived.node).map(|n| (n.name.clone(), n.span)) else { continue };
            cx.report(
                Diagnostic::new(Code::Ambiguous, span, format!("`{name}` is also read of another record of its kind"))
                    .help("the map can tell a field of the row's own record only; leave the line out, and the field is reported as one that one version alone has"),
            );
        }
    }
    found.into_iter().map(|(derived, _)| derived).collect()
}

/// The place of a fact by its name (`long_insured`, `insurance.long`, `NL.alone`); `None` where the program does not ask
/// for it.
#[must_use]
pub fn place_of(program: &Program, name: &str) -> Option<DerivedPlace> {
    place(program, name).map(|(place, _)| place)
}

/// The place of a fact by its name, and its type.
fn place(program: &Program, name: &str) -> Option<(DerivedPlace, Ty)> {
    let fact = |name: &str| {
        let at = program.facts.iter().position(|f| f.name == name)?;
        Some((FactId(number(at)), program.facts.get(at)?.ty.clone()))
    };
    if let Some((id, ty)) = fact(name) {
        return Some((DerivedPlace::Fact(id), ty));
    }
    let (whole, part) = name.split_once('.')?;
    if let Some((id, Ty::Record(record))) = fact(whole) {
        let fields = &program.record(record)?.fields;
        let at = fields.iter().position(|(n, _)| n == part)?;
        return Some((DerivedPlace::Field(id, at), fields.get(at)?.1.clone()));
    }
    let party = Country::parse(whole)?;
    let given = program.given.iter().find(|g| g.party == Some(party) && g.name == part)?;
    Some((DerivedPlace::Given(party, part.to_owned()), given.ty.clone()))
}

fn unknown(cx: &Cx<'_, '_>, fact: &ast::Name) -> Diagnostic {
    let facts = cx.program.facts.iter().map(|f| f.name.clone());
    let fields = cx.program.facts.iter().filter_map(|f| match &f.ty {
        Ty::Record(id) => Some((f, cx.program.record(*id)?)),
        _ => None,
    });
    let fields = fields.flat_map(|(f, r)| r.fields.iter().map(move |(n, _)| format!("{}.{n}", f.name)));
    let given = cx.program.given.iter().filter_map(|g| Some(format!("{}.{}", g.party?.code(), g.name)));
    let known: Vec<String> = facts.chain(fields).chain(given).collect();
    words::unknown(fact.span, "fact", &fact.text, &known)
}

/// Every place of the program that reads the fact asks the node instead.
fn read_through(program: &mut Program, derived: &Derived, ty: &Ty) {
    let reads: Vec<usize> = (0..program.exprs.len()).filter(|at| reads(program, *at, &derived.place)).collect();
    for at in reads {
        if let Some(expr) = program.exprs.get_mut(at) {
            expr.kind = ExprKind::Call(derived.node, Vec::new());
            expr.ty = ty.clone();
        }
    }
}

fn reads(program: &Program, at: usize, place: &DerivedPlace) -> bool {
    let Some(expr) = program.exprs.get(at) else { return false };
    match (place, &expr.kind) {
        (DerivedPlace::Fact(fact), ExprKind::Fact(read)) => fact == read,
        (DerivedPlace::Field(fact, position), ExprKind::Host(HostFn::Field, operands)) => {
            let [record, index] = operands.as_slice() else { return false };
            let of_it = matches!(program.expr(*record).map(|e| &e.kind), Some(ExprKind::Fact(read)) if read == fact);
            of_it && is_number(program, *index, *position)
        }
        (DerivedPlace::Given(party, name), ExprKind::Given(whose, read)) => {
            let of_it = Outcome::Value(Value::Country(*party));
            let whose = program.expr(*whose).map(|e| &e.kind);
            read == name && matches!(whose, Some(ExprKind::Const(known)) if *known == of_it)
        }
        _ => false,
    }
}

fn is_number(program: &Program, index: ExprId, position: usize) -> bool {
    let wanted = i64::try_from(position).map(Value::whole);
    let index = program.expr(index).map(|e| &e.kind);
    matches!((index, wanted), (Some(ExprKind::Const(Outcome::Value(v))), Ok(wanted)) if *v == wanted)
}

/// Whether a field is also read of a record that is handed on, which need not be the row's own.
fn is_read_elsewhere(program: &Program, place: &DerivedPlace) -> bool {
    let DerivedPlace::Field(fact, position) = *place else { return false };
    let Some(Ty::Record(record)) = program.facts.get(fact.0 as usize).map(|f| &f.ty) else { return false };
    program.exprs.iter().any(|e| {
        let ExprKind::Host(HostFn::Field, operands) = &e.kind else { return false };
        let [of, index] = operands.as_slice() else { return false };
        program.expr(*of).is_some_and(|e| e.ty == Ty::Record(*record)) && is_number(program, *index, position)
    })
}
