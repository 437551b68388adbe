//! Expressions and nodes.

use super::data::{Data, Key, Val};
use super::row::{Answered, Row};
use super::tag::Tag;
use super::word::{Bit, Word};
use accord_core::{HostFn, Outcome, Value as Constant};
use accord_ir::{Body, ExprId, ExprKind, LocalId, Node, NodeId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The locals of a body.
pub(super) type Locals = BTreeMap<LocalId, Val>;

impl<'p> Row<'p, '_> {
    /// The code of an expression.
    pub fn expr(&mut self, id: ExprId, locals: &mut Locals) -> Val {
        let Some(left) = self.left.checked_sub(1) else { return Val::open() };
        self.left = left;
        let program = self.program;
        let Some(expr) = program.expr(id) else { return Val::open() };
        if matches!(expr.kind, ExprKind::Const(_) | ExprKind::Local(_)) || !self.is_closed(id) {
            return self.kind(id, &expr.kind, locals);
        }
        // What reads no local is the same wherever it stands.
        if let Some(known) = self.closed.get(&id) {
            return known.clone();
        }
        let val = self.kind(id, &expr.kind, locals);
        self.closed.insert(id, val.clone());
        val
    }

    /// Whether an expression reads no local.
    fn is_closed(&mut self, id: ExprId) -> bool {
        if let Some(known) = self.reads_none.get(&id) {
            return *known;
        }
        let closed = match self.program.expr(id).map(|e| &e.kind) {
            Some(ExprKind::Local(_)) | None => false,
            // Its variable is a local inside.
            Some(ExprKind::Quantify(_)) => false,
            Some(kind) => kind.children().into_iter().all(|child| self.is_closed(child)),
        };
        self.reads_none.insert(id, closed);
        closed
    }

    fn kind(&mut self, id: ExprId, kind: &'p ExprKind, locals: &mut Locals) -> Val {
        self.mark(id.0);
        match kind {
            ExprKind::Const(outcome) => self.outcome(outcome),
            ExprKind::Fact(fact) => self.fact(&[fact.0 as usize]),
            ExprKind::Given(party, name) => self.given(*party, name, locals),
            ExprKind::Local(local) => locals.get(local).cloned().unwrap_or_else(Val::open),
            ExprKind::Call(node, arguments) => self.call(*node, arguments, locals),
            ExprKind::Host(function, operands) => self.host(id, *function, operands, locals),
            ExprKind::And(a, b) => {
                let a = self.expr(*a, locals);
                if is_surely(&a, false) {
                    return a;
                }
                let b = self.expr(*b, locals);
                self.and(&a, &b)
            }
            ExprKind::Or(a, b) => {
                let a = self.expr(*a, locals);
                if is_surely(&a, true) {
                    return a;
                }
                let b = self.expr(*b, locals);
                self.or(&a, &b)
            }
            ExprKind::Not(a) => {
                let a = self.expr(*a, locals);
                self.not(&a)
            }
            ExprKind::If(condition, yes, no) => self.choose(*condition, *yes, *no, locals),
            ExprKind::Quantify(quantified) => self.quantify(id, quantified, locals),
        }
    }

    /// A constant outcome.
    pub fn outcome(&mut self, outcome: &Outcome) -> Val {
        match outcome {
            Outcome::Value(value) => {
                let data = self.constant(value);
                Val::new(Tag::value(), data)
            }
            other => Val::new(self.names.tag(other), Data::Void),
        }
    }

    fn given(&mut self, party: ExprId, name: &str, locals: &mut Locals) -> Val {
        let party = self.expr(party, locals);
        if party.tag.never_value() {
            return Val::new(party.tag, Data::Void);
        }
        let country = match party.data {
            Data::Country(Word::Known(at)) => {
                usize::try_from(at).ok().and_then(|at| self.shape.parties.get(at)).copied()
            }
            Data::Known(Constant::Country(country)) => Some(country),
            _ => None,
        };
        let Some(country) = country.filter(|_| party.tag.is_value()) else { return Val::open() };
        let declared = self.layout.given.iter().find(|g| g.party == country && g.name == name);
        match declared {
            Some(given) => self.column(given.column),
            None => Val::open(),
        }
    }

    fn call(&mut self, node: NodeId, arguments: &[ExprId], locals: &mut Locals) -> Val {
        let arguments: Vec<Val> = arguments.iter().map(|a| self.expr(*a, locals)).collect();
        let refused = arguments.iter().map(|a| a.tag).filter(|t| !t.is_value()).collect::<Vec<_>>();
        let screen = self.code.worst_of(refused);
        if screen.never_value() {
            return Val::new(screen, Data::Void);
        }
        let answered = self.ask(node, &arguments).val;
        self.code.behind(screen, &answered)
    }

    /// What a node gives for arguments that are values.
    pub fn ask(&mut self, id: NodeId, arguments: &[Val]) -> Answered {
        let open = || Answered { val: Val::open(), rules: Vec::new() };
        let keys: Option<Vec<Key>> = arguments.iter().map(|a| a.data.key()).collect();
        let key = keys.map(|keys| (id, keys));
        if let Some(known) = key.as_ref().and_then(|key| self.memo.get(key)) {
            return known.clone();
        }
        let program = self.program;
        let Some(node) = program.node(id).filter(|n| n.params.len() == arguments.len()) else { return open() };
        let answered = self.body(node, arguments);
        if let Some(key) = key {
            self.memo.insert(key, answered.clone());
        }
        answered
    }

    fn body(&mut self, node: &'p Node, arguments: &[Val]) -> Answered {
        let given = arguments.iter().map(|a| Val::new(Tag::value(), a.data.clone()));
        let mut locals: Locals = (0..).map(LocalId).zip(given).collect();
        match &node.body {
            Body::Expr(body) => Answered { val: self.expr(*body, &mut locals), rules: Vec::new() },
            Body::Decision(decision, left_out) => {
                let mut answered = self.decide(*decision, left_out, &locals);
                // What others depend on is settled in usual rows.
                if matches!(answered.val.data, Data::YesNo(_)) {
                    answered.val.tag = self.code.usual(answered.val.tag);
                }
                answered
            }
        }
    }

    pub fn and(&mut self, a: &Val, b: &Val) -> Val {
        if is_surely(a, false) || is_surely(b, false) {
            return Val::yes_no(false);
        }
        let yes = self.code.and(a.yes(), b.yes());
        if a.tag.is_value() && b.tag.is_value() {
            return Val::new(Tag::value(), Data::YesNo(yes));
        }
        let (no_a, no_b) = (self.surely_no(a), self.surely_no(b));
        let no = self.code.or(no_a, no_b);
        let worst = self.code.worst(a.tag, b.tag);
        let tag = self.code.select_tag(no, Tag::value(), worst);
        Val::new(tag, Data::YesNo(yes))
    }

    pub fn or(&mut self, a: &Val, b: &Val) -> Val {
        if is_surely(a, true) || is_surely(b, true) {
            return Val::yes_no(true);
        }
        let yes = self.code.or(a.yes(), b.yes());
        if a.tag.is_value() && b.tag.is_value() {
            return Val::new(Tag::value(), Data::YesNo(yes));
        }
        let worst = self.code.worst(a.tag, b.tag);
        let tag = self.code.select_tag(yes, Tag::value(), worst);
        Val::new(tag, Data::YesNo(yes))
    }

    pub fn not(&mut self, a: &Val) -> Val {
        let nothing = self.code.is_nothing(a.tag);
        let no = self.surely_no(a);
        let yes = self.code.or(no, nothing);
        let tag = self.code.only_unsettled(a.tag);
        Val::new(tag, Data::YesNo(yes))
    }

    /// Whether it is no for sure.
    fn surely_no(&mut self, a: &Val) -> Bit {
        let is_value = self.code.is_value(a.tag);
        let not_yes = self.code.not(a.yes());
        self.code.and(is_value, not_yes)
    }

    fn choose(&mut self, condition: ExprId, yes: ExprId, no: ExprId, locals: &mut Locals) -> Val {
        let condition = self.expr(condition, locals);
        let taken = condition.yes();
        match (taken, condition.tag.is_settled()) {
            (Bit::Known(true), _) => return self.expr(yes, locals),
            (Bit::Known(false), true) => return self.expr(no, locals),
            _ => {}
        }
        if !condition.tag.may(0) && !condition.tag.may(1) {
            return Val::new(condition.tag, Data::Void);
        }
        let yes = self.expr(yes, locals);
        let no = self.expr(no, locals);
        let chosen = self.code.select_val(taken, &yes, &no);
        let stop = self.code.only_unsettled(condition.tag);
        self.code.behind(stop, &chosen)
    }

    fn host(&mut self, id: ExprId, function: HostFn, operands: &[ExprId], locals: &mut Locals) -> Val {
        if function == HostFn::Field {
            return self.field(operands, locals);
        }
        let mut given: Vec<Val> = Vec::with_capacity(operands.len());
        for (at, operand) in operands.iter().enumerate() {
            // Figures that are surely of other parties, or behind one that is there, are not read.
            let skipped = function == HostFn::Figure && at >= 3 && self.is_beside(&given, at);
            given.push(if skipped {
                Val::new(Tag::known(super::tag::UNDETERMINED), Data::Void)
            } else {
                self.expr(*operand, locals)
            });
        }
        self.mark(id.0);
        self.operate(id.0, function, &given)
    }

    /// A field of a record among the facts.
    fn field(&mut self, operands: &[ExprId], locals: &mut Locals) -> Val {
        let [record, position] = operands else { return Val::open() };
        let position = match self.program.expr(*position).map(|e| &e.kind) {
            Some(ExprKind::Const(Outcome::Value(Constant::Number(n)))) if n.value.is_integer() => {
                usize::try_from(n.value.numer()).ok()
            }
            _ => None,
        };
        let record = self.expr(*record, locals);
        if record.tag.never_value() {
            return Val::new(record.tag, Data::Void);
        }
        if let (Some(position), Data::Item(column, place)) = (position, &record.data) {
            let field = self.field_of_item(*column, *place, position);
            return self.code.behind(record.tag, &field);
        }
        let (Some(position), Data::Record(path)) = (position, &record.data) else {
            let is_value = self.code.is_value(record.tag);
            return Val::new(self.code.select_tag(is_value, Tag::open(), record.tag), Data::Void);
        };
        let path: Rc<[usize]> = path.iter().copied().chain([position]).collect();
        let field = self.fact(&path);
        self.code.behind(record.tag, &field)
    }
}

/// Whether it is known now that it is this.
pub(super) fn is_surely(val: &Val, yes: bool) -> bool {
    val.tag.is_value() && val.yes() == Bit::Known(yes)
}
