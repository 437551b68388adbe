//! Calls of terms, functions, parameters and decisions, and `apart from`.

use crate::kernel;
use crate::rules::ApartNode;
use crate::scope::{Callable, Cx, Env, Owner, number};
use crate::types::substitute;
use crate::words;
use accord_core::Value;
use accord_ir::{self as ir, Body, ExprId, ExprKind, NodeId, NodeKind, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;

impl<'a> Cx<'a, '_> {
    pub fn call(&mut self, env: &Env<'a>, callee: &'a ast::Expr, args: &'a [ast::Arg], span: Span) -> ExprId {
        match &callee.kind {
            ast::ExprKind::Name(name) => self.named_call(env, name, callee.span, args, span),
            ast::ExprKind::Field(of, field) => {
                let values: Vec<&ast::Expr> = args.iter().map(|a| &a.value).collect();
                if let Some(id) = self.law_member(env, of, &field.text, &values, span) {
                    return id;
                }
                self.report(words::unknown(field.span, "function", &field.text, &["law(P).amount".to_owned()]));
                self.poison(span)
            }
            _ => {
                self.report(Diagnostic::new(Code::WrongArguments, callee.span, "this cannot be asked with arguments"));
                self.poison(span)
            }
        }
    }

    fn named_call(&mut self, env: &Env<'a>, name: &'a str, at: Span, args: &'a [ast::Arg], span: Span) -> ExprId {
        if let Some(id) = self.instance_call(env, name, args, span) {
            return id;
        }
        let found = self.callable(env, name);
        if let Some(index) = found {
            return self.call_with(env, index, args, span);
        }
        if let Some((_, decision)) = self.program.decision(name) {
            let (node, said) = (decision.node, self.say(&decision.ty));
            self.hover(at, format!("decision {name}: {said}"));
            return self.call_node(env, node, args, span);
        }
        if let Some(id) = self.kernel_call(env, name, args, span) {
            return id;
        }
        let mut known: Vec<String> = kernel::names().collect();
        known.extend(self.callables.iter().map(|c| c.name.to_owned()));
        known.extend(self.program.decisions.iter().map(|d| d.name.clone()));
        self.report(words::unknown(at, "term, function or decision", name, &known));
        self.poison(span)
    }

    /// The term, function or parameter a name means here. The text of stdlib sees only what stdlib declares, so that
    /// an agreement's own terms never change what a clause means; what a slot holds is read in the agreement's scope. A
    /// standard sees its own terms and those of stdlib, and so means the same for every agreement.
    pub fn callable(&self, env: &Env<'a>, name: &str) -> Option<usize> {
        let find = |owner: Owner| self.callable_by_name.get(&(owner, name)).copied();
        if let Some(index) = env.legislation.and_then(|l| find(Owner::Legislation(l))) {
            return Some(index);
        }
        let standard = env.place.instrument.filter(|_| env.instance.is_none() && self.in_standard(&env.place));
        if let Some(index) = standard.and_then(|s| find(Owner::Standard(s))) {
            return Some(index);
        }
        let own_text = env.instance.is_none() && env.place.instrument.is_some() && standard.is_none();
        find(Owner::Shared).filter(|i| own_text || self.callables.get(*i).is_some_and(|c| c.place.instrument.is_none()))
    }

    fn call_with(&mut self, env: &Env<'a>, index: usize, args: &'a [ast::Arg], span: Span) -> ExprId {
        match self.callable_node(index) {
            Some(node) => self.call_node(env, node, args, span),
            None => self.poison(span),
        }
    }

    /// A callable without written arguments.
    pub fn call_callable(&mut self, env: &Env<'a>, index: usize, span: Span) -> ExprId {
        let Some(node) = self.callable_node(index) else { return self.poison(span) };
        let Some(n) = self.program.node(node) else { return self.poison(span) };
        let (name, params, ty) = (n.name.clone(), n.params.clone(), n.ty.clone());
        // A function of stdlib's Figures has the party as a parameter of its own: it is passed on unsaid.
        if let [only] = params.as_slice()
            && only.name == crate::law::PARTY
            && let Some(local) = env.local(crate::law::PARTY).cloned()
        {
            let party = self.push(ExprKind::Local(local.id), local.ty, span);
            return self.push(ExprKind::Call(node, vec![party]), ty, span);
        }
        if !params.is_empty() {
            let shown: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
            self.report(words::wrong_arguments(span, &name, &format!("{name}({})", shown.join(", "))));
            return self.poison(span);
        }
        self.push(ExprKind::Call(node, Vec::new()), ty, span)
    }

    /// A node asked with written arguments.
    fn call_node(&mut self, env: &Env<'a>, node: NodeId, args: &'a [ast::Arg], span: Span) -> ExprId {
        let Some(n) = self.program.node(node).cloned() else { return self.poison(span) };
        let (name, ty) = (n.name.as_str(), &n.ty);
        let mut ids = Vec::new();
        let mut params = n.params.as_slice();
        if params.first().is_some_and(|p| p.name == crate::law::PARTY)
            && params.len() == args.len() + 1
            && let Some(local) = env.local(crate::law::PARTY).cloned()
        {
            ids.push(self.push(ExprKind::Local(local.id), local.ty, span));
            params = params.get(1..).unwrap_or(&[]);
        }
        let labelled = args.iter().any(|a| a.label.as_ref().is_some_and(|l| !params.iter().any(|p| p.name == l.text)));
        if args.len() != params.len() || labelled {
            let shown: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
            self.report(words::wrong_arguments(span, name, &format!("{name}({})", shown.join(", "))));
            return self.poison(span);
        }
        let mut result = ty.clone();
        for (arg, param) in args.iter().zip(params) {
            let want = result_param(&param.ty);
            let id = self.need(env, &arg.value, &want);
            if param.ty == Ty::Country {
                self.must_be_party(id, arg.value.span);
                let key = self.party_key(env, id);
                result = substitute(&result, &param.name, &key);
            }
            ids.push(id);
        }
        self.push(ExprKind::Call(node, ids), result, span)
    }

    /// A country written as an argument must be a party.
    pub fn must_be_party(&mut self, id: ExprId, at: Span) {
        let Some(Value::Country(country)) = self.const_value(id) else { return };
        let country = *country;
        let parties = self.parties();
        if !parties.is_empty() && !parties.contains(&country) {
            let list: Vec<String> = parties.iter().map(ToString::to_string).collect();
            self.report(words::not_party(at, country.code(), &list.join(", ")));
        }
    }

    /// The node of a term, function or parameter, made when it is first asked for.
    pub fn callable_node(&mut self, index: usize) -> Option<NodeId> {
        let callable = self.callables.get(index)?.clone();
        if let Some(node) = callable.node {
            return Some(node);
        }
        if callable.busy {
            self.report_term_cycle(callable.name, callable.span);
            return None;
        }
        if self.path.len() >= crate::graph::LONGEST_CHAIN {
            let first = self.path.first().map_or(callable.span, |(_, span)| *span);
            self.report(crate::graph::too_long(first, callable.name));
            return None;
        }
        self.callables.get_mut(index)?.busy = true;
        let (frame, path_len) = (std::mem::take(&mut self.frame), self.path.len());
        self.path.push((callable.name.to_owned(), callable.span));
        let node = self.make_callable(index, &callable);
        self.path.truncate(path_len);
        self.frame = frame;
        let slot = self.callables.get_mut(index)?;
        slot.busy = false;
        slot.node = node;
        node
    }

    fn make_callable(&mut self, index: usize, callable: &Callable<'a>) -> Option<NodeId> {
        let legislation =
            callable.place.instrument.filter(|i| self.decls.instruments.get(*i).is_some_and(|n| n.is_legislation));
        let mut env = Env { place: callable.place, legislation, ..Env::default() };
        let mut params = crate::law::own_params(self, &mut env);
        let (kind, declared, written): (NodeKind, Option<&'a ast::Type>, &'a [ast::Param]) = match &callable.item.kind {
            ast::ItemKind::Term { params, ty, .. } => (NodeKind::Term, ty.as_ref(), params),
            ast::ItemKind::Function { params, ty, .. } => (NodeKind::Function, Some(ty), params),
            ast::ItemKind::Parameter { params, ty, .. } => (NodeKind::Parameter, ty.as_ref(), params),
            _ => return None,
        };
        params.extend(self.bind_params(&mut env, written));
        let declared = declared.map(|t| self.ty_of(&env, t));
        // Where the type is written the node may be asked before its body is known; a cycle is found in the graph.
        if let Some(ty) = &declared {
            let node = self.placeholder(callable, kind, &params, ty);
            if let Some(slot) = self.callables.get_mut(index) {
                slot.node = Some(node);
            }
            let body = self.callable_body(&env, callable, Some(ty));
            self.fill(node, body, ty.clone());
            return Some(node);
        }
        let body = self.callable_body(&env, callable, None);
        let ty = self.ty(body);
        let node = self.placeholder(callable, kind, &params, &ty);
        self.fill(node, body, ty);
        Some(node)
    }

    fn placeholder(&mut self, callable: &Callable<'a>, kind: NodeKind, params: &[ir::Param], ty: &Ty) -> NodeId {
        let id = NodeId(number(self.program.nodes.len()));
        let provision = callable.place.provision.map(|p| ir::ProvisionId(number(p)));
        self.program.nodes.push(ir::Node {
            name: callable.name.to_owned(),
            kind,
            params: params.to_vec(),
            ty: ty.clone(),
            body: Body::Expr(ExprId(0)),
            locals: number(params.len()),
            provision,
            span: callable.span,
        });
        id
    }

    /// Gives a node its body and its number of locals.
    pub fn fill(&mut self, node: NodeId, body: ExprId, ty: Ty) {
        let locals = self.frame;
        if let Some(n) = self.program.nodes.get_mut(node.0 as usize) {
            n.body = Body::Expr(body);
            n.ty = ty;
            n.locals = locals.max(number(n.params.len()));
        }
    }

    fn callable_body(&mut self, env: &Env<'a>, callable: &Callable<'a>, want: Option<&Ty>) -> ExprId {
        match &callable.item.kind {
            ast::ItemKind::Term { body, .. } | ast::ItemKind::Function { body, .. } => match want {
                Some(want) => self.need(env, body, want),
                None => self.expr(env, body, None),
            },
            ast::ItemKind::Parameter { name, body, bounds, .. } => {
                self.parameter(env, name, body, bounds.as_ref(), want)
            }
            _ => self.poison(callable.span),
        }
    }

    pub fn report_term_cycle(&mut self, name: &str, span: Span) {
        let start = self.path.iter().position(|(n, _)| n == name).unwrap_or(0);
        let mut steps: Vec<String> = self.path.iter().skip(start).map(|(n, _)| n.clone()).collect();
        steps.push(name.to_owned());
        self.report(
            Diagnostic::new(Code::Cycle, span, format!("`{name}` depends on itself"))
                .here("defined through itself")
                .note(format!("the path is {}", steps.join(" -> ")))
                .help("a decision may be asked `apart from` the provision that leads back; a term may not"),
        );
    }

    /// `D(args) apart from P1`: the decision without the rules of those provisions.
    pub fn apart(&mut self, env: &Env<'a>, call: &'a ast::Expr, targets: &'a [ast::Address], span: Span) -> ExprId {
        let id = self.expr(env, call, None);
        let Some(ExprKind::Call(node, args)) = self.kind(id).cloned() else {
            if !matches!(self.ty(id), Ty::Error) {
                self.report(
                    Diagnostic::new(Code::Mismatch, span, "`apart from` follows a decision")
                        .help("for example `relieved(Q) apart from (3)`"),
                );
            }
            return self.poison(span);
        };
        let Some(Body::Decision(decision, _)) = self.program.node(node).map(|n| n.body.clone()) else {
            self.report(
                Diagnostic::new(Code::Mismatch, call.span, "`apart from` needs a decision, and this is a term")
                    .help("name the decision whose provisions are to be left out"),
            );
            return self.poison(span);
        };
        let mut provisions = Vec::new();
        for target in targets {
            provisions.extend(self.resolve_address(&env.place, target));
        }
        provisions.sort_unstable();
        let apart = match self.apart.iter().find(|a| a.decision == decision && a.provisions == provisions) {
            Some(known) => known.node,
            None => self.apart_node(decision, node, provisions, targets, span),
        };
        let ty = self.ty(id);
        self.push(ExprKind::Call(apart, args), ty, span)
    }

    fn apart_node(
        &mut self,
        decision: ir::DecisionId,
        whole: NodeId,
        provisions: Vec<usize>,
        targets: &[ast::Address],
        span: Span,
    ) -> NodeId {
        let node = NodeId(number(self.program.nodes.len()));
        let names: Vec<String> = provisions.iter().map(|p| self.decls.address(*p)).collect();
        if let Some(n) = self.program.node(whole).cloned() {
            let name = format!("{} apart from {}", n.name, names.join(", "));
            self.program.nodes.push(ir::Node { name, ..n });
        }
        let at = targets.first().map_or(span, |t| t.span);
        self.apart.push(ApartNode { decision, provisions, node, span: at });
        node
    }
}

/// The type an argument must have: a party-indexed parameter takes any unit or currency, the result carries it on.
fn result_param(ty: &Ty) -> Ty {
    match ty {
        Ty::Length(_) => Ty::Length(ir::UnitOf::Any),
        Ty::Money(_) => Ty::Money(ir::CurrencyOf::Any),
        Ty::Amount(_) => Ty::Amount(ir::CurrencyOf::Any),
        other => other.clone(),
    }
}
