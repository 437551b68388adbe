//! From a typed program to terms: every node asked with terms for arguments.

use crate::term::Shape;
use crate::term::{Arena, GAP, Line, NOTHING, ODD, Side, Sort, Term, VALUE};
use crate::world::{Names, World};
use accord_core::{HostFn, Outcome, RuleId, Value};
use accord_ir::{Body, ExprId, ExprKind, Node, NodeId, NodeKind, Program, Quantified, Rule, Ty};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More terms than this, and the rest is left open.
const MOST_TERMS: usize = 400_000;

/// One version being read.
pub(crate) struct Reader<'p> {
    pub(crate) program: &'p Program,
    pub(crate) names: &'p Names,
    pub(crate) world: &'p World,
    pub(crate) side: Side,
    memo: BTreeMap<(NodeId, Vec<Term>), Term>,
    /// Rules that are read as those of the other version, or not at all: for attributing a change to an edit.
    pub(crate) too_large: bool,
    /// Lengths are summed up or chosen among, and the versions convert lengths differently.
    pub(crate) converts_differently: bool,
}

/// The locals of a body.
type Frame = Vec<Option<Term>>;

impl<'p> Reader<'p> {
    pub(crate) fn new(program: &'p Program, names: &'p Names, world: &'p World, side: Side) -> Reader<'p> {
        Reader { program, names, world, side, memo: BTreeMap::new(), too_large: false, converts_differently: false }
    }

    pub(crate) fn sort(&self, ty: &Ty) -> Sort {
        sort_of(&self.names.ty(ty))
    }

    /// What a node answers, as a term.
    pub(crate) fn ask(&mut self, arena: &mut Arena, id: NodeId, args: &[Term]) -> Term {
        let key = (id, args.to_vec());
        #[cfg(test)]
        let key =
            if crate::planted::is(crate::planted::Mistake::MemoWithoutArguments) { (id, Vec::new()) } else { key };
        if let Some(known) = self.memo.get(&key) {
            return *known;
        }
        if arena.size() > MOST_TERMS {
            self.too_large = true;
            return arena.fault();
        }
        let Some(node) = self.program.node(id) else { return arena.fault() };
        let term = match &node.body {
            Body::Decision(decision, left_out) => self.decision(arena, node, decision.0, left_out, args),
            Body::Expr(body) => {
                let mut frame = frame(node.locals, args);
                self.eval(arena, &mut frame, *body)
            }
        };
        self.name(arena, node, args, term);
        self.memo.insert(key, term);
        term
    }

    /// Remembers what the text calls a term, where a reader would know it by that name.
    fn name(&self, arena: &mut Arena, node: &Node, args: &[Term], term: Term) {
        if arena.known(term).is_some() || matches!(node.kind, NodeKind::Function | NodeKind::Law | NodeKind::Parameter)
        {
            return;
        }
        let shown: Option<Vec<String>> = args.iter().map(|a| self.shown_arg(arena, *a)).collect();
        let Some(shown) = shown else { return };
        let name = if shown.is_empty() { node.name.clone() } else { format!("{}({})", node.name, shown.join(", ")) };
        if self.side == Side::New {
            if arena.names.get(&term) == Some(&name) {
                arena.words.insert(term);
                return;
            }
            if self.told_apart(arena, &name, term) {
                return;
            }
        }
        if !arena.names.contains_key(&term) {
            arena.called.entry(name.clone()).or_insert(term);
            arena.names.insert(term, name);
        }
    }

    /// A word that does not mean the same in both texts is told with the text it is meant in, or not at all where it
    /// means a fact, which has a name of its own. Whether it is such a word.
    fn told_apart(&self, arena: &mut Arena, name: &str, term: Term) -> bool {
        let Some(other) = arena.called.get(name).copied().filter(|other| *other != term) else { return false };
        if arena.words.contains(&other) {
            return false;
        }
        let before = format!("{name} (before)");
        if arena.names.get(&other).is_some_and(|n| n == name) {
            if arena.is_fact(other) {
                arena.names.remove(&other);
            } else {
                arena.names.insert(other, before);
            }
        }
        if !arena.is_fact(term) {
            arena.names.entry(term).or_insert_with(|| format!("{name} (after)"));
        }
        true
    }

    fn shown_arg(&self, arena: &Arena, arg: Term) -> Option<String> {
        match arena.known_value(arg) {
            Some(Value::Country(c)) => Some(c.code().to_owned()),
            Some(Value::Member(id, position)) => Some(self.world.member_name(id, position).to_owned()),
            Some(_) => None,
            None => arena.names.get(&arg).cloned(),
        }
    }

    /// What an expression of a rule comes to, asked with arguments.
    pub(crate) fn part(&mut self, arena: &mut Arena, locals: u32, expr: ExprId, args: &[Term]) -> Term {
        let mut frame = frame(locals, args);
        self.eval(arena, &mut frame, expr)
    }

    /// With which arguments a node was asked so far.
    pub(crate) fn asked(&self, id: NodeId) -> Vec<Vec<Term>> {
        self.memo.keys().filter(|(node, _)| *node == id).map(|(_, args)| args.clone()).collect()
    }

    fn decision(
        &mut self,
        arena: &mut Arena,
        node: &'p Node,
        decision: u32,
        left_out: &[RuleId],
        args: &[Term],
    ) -> Term {
        let Some(decision) = self.program.decisions.get(decision as usize) else { return arena.fault() };
        let rules: Vec<(RuleId, &Rule)> = decision
            .rules
            .iter()
            .filter(|id| !left_out.contains(id))
            .filter_map(|id| Some((*id, self.program.rule(*id)?)))
            .collect();
        let mut whens = Vec::new();
        for (_, rule) in &rules {
            let mut frame = frame(rule.locals, args);
            whens.push(match rule.condition {
                None => arena.yes_no(true),
                Some(condition) => self.eval(arena, &mut frame, condition),
            });
        }
        let sure: Vec<RuleId> =
            rules.iter().zip(&whens).filter(|(_, w)| arena.truth(**w) == Some(true)).map(|((id, _), _)| *id).collect();
        let mut lines = Vec::new();
        for ((_, rule), when) in rules.iter().zip(&whens) {
            let out = arena.truth(*when) == Some(false)
                || arena.is_nothing(*when)
                || rule.beaten_by.iter().any(|b| sure.contains(b));
            let value = if out {
                arena.constant(Outcome::Nothing)
            } else {
                let mut frame = frame(rule.locals, args);
                self.eval(arena, &mut frame, rule.value)
            };
            let position = |id: &RuleId| rules.iter().position(|(other, _)| other == id);
            let beaten_by = rule.beaten_by.iter().filter_map(position).collect();
            let when = if out && arena.truth(*when) != Some(false) { arena.yes_no(false) } else { *when };
            lines.push(Line { when, value, beaten_by });
        }
        let default = decision.default.map(|default| {
            let mut frame = frame(node.locals, args);
            self.eval(arena, &mut frame, default)
        });
        let sort = self.sort(&decision.ty);
        arena.decide(lines, default, &Arc::from(decision.name.as_str()), sort)
    }

    fn eval(&mut self, arena: &mut Arena, frame: &mut Frame, id: ExprId) -> Term {
        let Some(expr) = self.program.expr(id) else { return arena.fault() };
        let sort = self.sort(&expr.ty);
        match &expr.kind {
            ExprKind::Const(outcome) => arena.constant(self.names.outcome(outcome)),
            ExprKind::Fact(fact) => {
                let at = self.names.fact(fact.0 as usize);
                let optional = self.world.facts.get(at).is_some_and(|f| f.optional);
                let may = if optional { VALUE | NOTHING } else { VALUE };
                arena.keep(Shape::Fact(u32::try_from(at).unwrap_or(u32::MAX)), sort, may)
            }
            ExprKind::Given(party, name) => {
                let party = self.eval(arena, frame, *party);
                let name = self.names.given(name);
                let optional = self.given_is_optional(arena, party, name);
                let may = if optional { VALUE | NOTHING } else { VALUE };
                arena.given(party, &Arc::from(name), sort, may)
            }
            ExprKind::Local(local) => match frame.get(local.0 as usize).copied().flatten() {
                Some(term) => term,
                None => arena.fault(),
            },
            ExprKind::Call(node, arguments) => self.call(arena, frame, *node, arguments, sort),
            ExprKind::Host(function, operands) => self.operation(arena, frame, *function, operands, sort),
            ExprKind::And(a, b) => {
                let first = self.eval(arena, frame, *a);
                if arena.truth(first) == Some(false) {
                    return first;
                }
                let second = self.eval(arena, frame, *b);
                arena.all([first, second])
            }
            ExprKind::Or(a, b) => {
                let first = self.eval(arena, frame, *a);
                if arena.truth(first) == Some(true) {
                    return first;
                }
                let second = self.eval(arena, frame, *b);
                arena.any([first, second])
            }
            ExprKind::Not(a) => {
                let inner = self.eval(arena, frame, *a);
                arena.not(inner)
            }
            ExprKind::If(..) => self.chain(arena, frame, id),
            ExprKind::Quantify(quantified) => self.quantify(arena, frame, quantified, sort),
        }
    }

    /// A chain of `if`: a row for each word of a list needs no row for the rest.
    fn chain(&mut self, arena: &mut Arena, frame: &mut Frame, mut id: ExprId) -> Term {
        let mut rows: Vec<(Term, Term)> = Vec::new();
        let mut excluded: BTreeMap<Term, BTreeSet<Value>> = BTreeMap::new();
        let last = loop {
            let Some(ExprKind::If(condition, then, otherwise)) = self.program.expr(id).map(|e| &e.kind) else {
                break self.eval(arena, frame, id);
            };
            let condition = self.eval(arena, frame, *condition);
            match arena.known(condition) {
                Some(outcome) if outcome.truth() == Some(true) => break self.eval(arena, frame, *then),
                Some(outcome) if outcome.truth() == Some(false) || outcome == Outcome::Nothing => {
                    id = *otherwise;
                    continue;
                }
                Some(_) => break condition,
                None => {}
            }
            if let Some((subject, set)) = arena.membership(condition)
                && let Sort::Member(of) = arena.sort(subject)
                && arena.is_sure(subject)
            {
                let taken = excluded.entry(subject).or_default();
                taken.extend(set);
                if taken.len() == self.world.enums.get(usize::from(of.0)).map_or(0, |e| e.members.len()) {
                    break self.eval(arena, frame, *then);
                }
            }
            let then = self.eval(arena, frame, *then);
            rows.push((condition, then));
            id = *otherwise;
        };
        rows.into_iter().rev().fold(last, |otherwise, (condition, then)| arena.choose(condition, then, otherwise))
    }

    fn given_is_optional(&self, arena: &Arena, party: Term, name: &str) -> bool {
        let of = match arena.known_value(party) {
            Some(Value::Country(c)) => Some(c),
            _ => None,
        };
        let mut fitting = self.world.given.iter().filter(|g| g.name == name);
        match of {
            Some(party) => fitting.any(|g| g.optional && g.party.is_none_or(|p| p == party)),
            None => fitting.any(|g| g.optional),
        }
    }

    fn call(&mut self, arena: &mut Arena, frame: &mut Frame, node: NodeId, arguments: &[ExprId], sort: Sort) -> Term {
        let args: Vec<Term> = arguments.iter().map(|a| self.eval(arena, frame, *a)).collect();
        let outcomes: Vec<Outcome> = args.iter().filter_map(|a| arena.known(*a)).filter(|o| o.rank() > 0).collect();
        if let Some(worst) = outcomes.into_iter().reduce(Outcome::worst) {
            return arena.constant(worst);
        }
        let result = self.ask(arena, node, &args);
        // An argument that is no value is the result; the body may not even look at it.
        let mut guarded = result;
        let unsure: BTreeSet<Term> = args.iter().copied().filter(|a| !arena.is_sure(*a)).collect();
        for arg in unsure {
            if !self.depends_strictly(arena, result, arg) {
                guarded = arena.strict(arg, guarded, sort);
            }
        }
        guarded
    }

    /// Whether a result cannot be a value where an argument is none: the argument is an operand all the way up.
    fn depends_strictly(&self, arena: &Arena, result: Term, arg: Term) -> bool {
        if result == arg {
            return true;
        }
        match &*arena.shape(result) {
            Shape::Host(function, operands, _) if function.policy() == accord_core::host::Policy::Strict => {
                operands.iter().any(|o| self.depends_strictly(arena, *o, arg))
            }
            _ => false,
        }
    }

    fn operation(
        &mut self,
        arena: &mut Arena,
        frame: &mut Frame,
        function: HostFn,
        operands: &[ExprId],
        sort: Sort,
    ) -> Term {
        if function == HostFn::Field
            && let [record, position] = operands
        {
            return self.field(arena, frame, *record, *position, sort);
        }
        let operands: Vec<Term> = operands.iter().map(|o| self.eval(arena, frame, *o)).collect();
        arena.host(function, operands, self.side, sort)
    }

    fn field(&mut self, arena: &mut Arena, frame: &mut Frame, record: ExprId, position: ExprId, sort: Sort) -> Term {
        let of = self.program.expr(record).map(|e| e.ty.clone());
        let base = self.eval(arena, frame, record);
        let at = match self.program.expr(position).map(|e| &e.kind) {
            Some(ExprKind::Const(Outcome::Value(Value::Number(n)))) => {
                n.value.to_integer().try_into().unwrap_or(0_usize)
            }
            _ => 0,
        };
        let Some(Ty::Record(id)) = of else { return arena.fault() };
        let place = self.names.field(id, at);
        let world_id = match self.names.ty(&Ty::Record(id)) {
            Ty::Record(id) => usize::from(id.0),
            _ => 0,
        };
        let optional = self.world.records.get(world_id).and_then(|r| r.optional.get(place)).copied().unwrap_or(true);
        let place = arena.constant(Outcome::Value(Value::whole(i64::try_from(place).unwrap_or(0))));
        arena.host_of(HostFn::Field, vec![base, place], Side::Both, sort, optional)
    }

    fn quantify(&mut self, arena: &mut Arena, frame: &mut Frame, quantified: &Quantified, sort: Sort) -> Term {
        let domain = self.eval(arena, frame, quantified.domain);
        // What sums up or chooses among lengths does not say by whose conversions: looked at only where they are alike.
        let body = quantified.body.and_then(|b| self.program.expr(b));
        if arena.converts_differently() && body.is_some_and(|e| matches!(e.ty, Ty::Length(_))) {
            self.converts_differently = true;
        }
        let member = self.program.expr(quantified.domain).map(|e| match &e.ty {
            Ty::Set(inner) | Ty::List(inner) => self.sort(inner),
            _ => Sort::Other,
        });
        if let Some(members) = arena.written_out(domain) {
            return self.over_members(arena, frame, quantified, members, sort);
        }
        let variable = frame.iter().flatten().map(|t| arena.free(*t)).max().unwrap_or(0).max(FIRST_VARIABLE);
        let bound = arena.bound(variable, member.unwrap_or(Sort::Other));
        let slot = quantified.variable.0 as usize;
        let before = frame.get(slot).copied().flatten();
        if let Some(place) = frame.get_mut(slot) {
            *place = Some(bound);
        }
        let filter = quantified.filter.map(|f| self.eval(arena, frame, f));
        let body = quantified.body.map(|b| self.eval(arena, frame, b));
        if let Some(place) = frame.get_mut(slot) {
            *place = before;
        }
        arena.quantify(quantified.quantifier, variable, domain, filter, body, sort)
    }
}

impl Reader<'_> {
    /// A quantifier over members that are known, or known to be in it or not.
    fn over_members(
        &mut self,
        arena: &mut Arena,
        frame: &mut Frame,
        quantified: &Quantified,
        members: Vec<(Term, Term)>,
        sort: Sort,
    ) -> Term {
        let slot = quantified.variable.0 as usize;
        let before = frame.get(slot).copied().flatten();
        let mut shares = Vec::new();
        for (guard, member) in members {
            if let Some(place) = frame.get_mut(slot) {
                *place = Some(member);
            }
            let filter = match quantified.filter {
                Some(filter) => self.eval(arena, frame, filter),
                None => arena.yes_no(true),
            };
            let filter = arena.counted_as_no(filter);
            let when = arena.all([guard, filter]);
            let body = quantified.body.map(|b| self.eval(arena, frame, b));
            shares.push((when, body, member));
        }
        if let Some(place) = frame.get_mut(slot) {
            *place = before;
        }
        arena.gather(quantified.quantifier, shares, sort)
    }
}

/// Variables below this are the arguments a decision is asked with.
pub(crate) const FIRST_VARIABLE: u32 = 16;

fn frame(locals: u32, args: &[Term]) -> Frame {
    let mut frame: Frame = args.iter().copied().map(Some).collect();
    frame.resize((locals as usize).max(args.len()), None);
    frame
}

/// The kind of value a type has.
pub(crate) fn sort_of(ty: &Ty) -> Sort {
    match ty {
        Ty::YesNo => Sort::YesNo,
        Ty::Number => Sort::Number,
        Ty::Country => Sort::Country,
        Ty::Member(id) => Sort::Member(*id),
        Ty::Set(inner) => match &**inner {
            Ty::Country => Sort::Countries,
            Ty::Member(id) => Sort::Members(*id),
            _ => Sort::Other,
        },
        Ty::List(inner) => match &**inner {
            Ty::Record(id) => Sort::List(id.0),
            _ => Sort::Other,
        },
        Ty::Date => Sort::Date,
        Ty::Span => Sort::Span,
        Ty::Length(_) => Sort::Length,
        Ty::Money(_) | Ty::Amount(_) => Sort::Money,
        Ty::Periods => Sort::Periods,
        Ty::Record(id) => Sort::Record(id.0),
        Ty::Rounding | Ty::Unit | Ty::Text | Ty::Order | Ty::Ties | Ty::Never | Ty::Error => Sort::Other,
    }
}

impl Arena {
    /// A result that is only had where an argument is a value; else the argument's outcome.
    pub(crate) fn strict(&mut self, arg: Term, then: Term, sort: Sort) -> Term {
        if self.is_sure(arg) {
            return then;
        }
        match self.known(arg) {
            Some(outcome) if outcome.rank() > 0 => return arg,
            _ if self.is_odd(arg) => return arg,
            _ => {}
        }
        let may = (self.stored(arg) & (ODD | NOTHING | GAP)) | self.stored(then);
        self.keep(Shape::Strict(arg, then), sort, may)
    }
}
