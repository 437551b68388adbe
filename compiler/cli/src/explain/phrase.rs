//! Conditions in words, and which part of one decided.
//!
//! A condition is split into the parts that `and` joins. What a part comes to is looked up: constants, facts and
//! arguments are there, nodes are asked of the evaluator (which remembers them), operations are the runtime's. What
//! cannot be looked up so is left unsaid rather than computed a second way.

use super::say;
use accord_core::{Facts, Host, HostFn, Outcome, SiteId, Value};
use accord_interp::Interp;
use accord_ir::{Expr, ExprId, ExprKind, LocalId, NodeId, NodeKind, Program, Quantified, Quantifier, Ty};

/// Sets of more members than this are called by their name.
const MANY: usize = 6;

/// The values of a body's parameters and bound variables.
pub type Locals = Vec<Option<Value>>;

/// Looks things up and words them.
pub struct Phraser<'a> {
    pub program: &'a Program,
    pub facts: &'a Facts,
    pub interp: Interp<'a>,
    /// What the section is about, which goes without saying: a party, a day.
    pub topic: Option<Value>,
}

impl Phraser<'_> {
    /// The parts of a condition, in order.
    pub fn parts(&self, condition: ExprId) -> Vec<ExprId> {
        match self.program.expr(condition).map(|e| &e.kind) {
            Some(ExprKind::And(a, b)) => [self.parts(*a), self.parts(*b)].concat(),
            _ => vec![condition],
        }
    }

    /// Whether a part says anything about the case: it reads a fact or asks something.
    pub fn tells(&self, id: ExprId) -> bool {
        let Some(expr) = self.program.expr(id) else { return false };
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => false,
            ExprKind::Fact(_) | ExprKind::Given(..) | ExprKind::Call(..) => true,
            ExprKind::Host(HostFn::In, operands) if operands.get(1).is_some_and(|o| self.is_understood(*o)) => false,
            ExprKind::Host(_, operands) => operands.iter().any(|o| self.tells(*o)),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => self.tells(*a) || self.tells(*b),
            ExprKind::Not(a) => self.tells(*a),
            ExprKind::If(c, a, b) => [c, a, b].into_iter().any(|e| self.tells(*e)),
            ExprKind::Quantify(q) => [Some(q.domain), q.filter, q.body].into_iter().flatten().any(|e| self.tells(e)),
        }
    }

    /// Whether it only says that something is there.
    pub fn is_presence(&self, id: ExprId) -> bool {
        matches!(self.program.expr(id).map(|e| &e.kind), Some(ExprKind::Host(HostFn::IsGiven, _)))
    }

    /// Whether it goes without saying that something is in this set, or is not: an empty one is the default of a slot
    /// that was not stated, and what is told of a party is told of one concerned.
    fn is_understood(&self, id: ExprId) -> bool {
        match self.program.expr(id).map(|e| &e.kind) {
            Some(ExprKind::Call(node, _)) => self.program.node(*node).is_some_and(|n| n.name == "concerned"),
            Some(ExprKind::Const(Outcome::Value(Value::Set(set)))) => set.is_empty(),
            Some(ExprKind::Host(HostFn::SetOf, operands)) => operands.is_empty(),
            _ => false,
        }
    }

    /// What an expression comes to, where that can be looked up.
    pub fn look(&mut self, id: ExprId, locals: &Locals) -> Option<Outcome> {
        let program = self.program;
        let expr = program.expr(id)?;
        match &expr.kind {
            ExprKind::Const(outcome) => Some(outcome.clone()),
            ExprKind::Fact(fact) => self.facts.fact(fact.0 as usize).cloned(),
            ExprKind::Local(local) => locals.get(local.0 as usize)?.clone().map(Outcome::Value),
            ExprKind::Given(party, name) => match self.look(*party, locals)? {
                Outcome::Value(Value::Country(party)) => Some(self.facts.given(party, name)),
                _ => None,
            },
            ExprKind::Call(node, args) => {
                let args: Option<Vec<Outcome>> = args.iter().map(|a| self.look(*a, locals)).collect();
                let args = args?;
                match args.iter().filter(|a| a.rank() > 0).cloned().reduce(Outcome::worst) {
                    Some(worst) => Some(worst),
                    None => {
                        let values: Vec<Value> = args.iter().filter_map(Outcome::value).cloned().collect();
                        Some(self.interp.ask(*node, &values).outcome)
                    }
                }
            }
            ExprKind::Host(function, operands) => {
                let operands: Option<Vec<Outcome>> = operands.iter().map(|o| self.look(*o, locals)).collect();
                let host = Host { conversions: &program.conversions, facts: self.facts };
                Some(function.apply(&host, &operands?, SiteId(id.0)))
            }
            ExprKind::And(a, b) => self.look_both(*a, *b, locals, false),
            ExprKind::Or(a, b) => self.look_both(*a, *b, locals, true),
            ExprKind::Not(a) => match self.look(*a, locals)? {
                Outcome::Nothing => Some(Outcome::yes_no(true)),
                known => known.truth().map(|t| Outcome::yes_no(!t)),
            },
            ExprKind::If(condition, then, otherwise) => match self.look(*condition, locals)?.truth() {
                Some(true) => self.look(*then, locals),
                Some(false) => self.look(*otherwise, locals),
                None => None,
            },
            ExprKind::Quantify(q) => self.look_quantified(q, locals),
        }
    }

    /// `and` and `or` where one side decides or both are known.
    fn look_both(&mut self, a: ExprId, b: ExprId, locals: &Locals, decides: bool) -> Option<Outcome> {
        let truth = |o: Option<Outcome>| o.and_then(|o| o.truth());
        let a = truth(self.look(a, locals));
        if a == Some(decides) {
            return Some(Outcome::yes_no(decides));
        }
        match (a, truth(self.look(b, locals))) {
            (_, Some(b)) if b == decides => Some(Outcome::yes_no(decides)),
            (Some(_), Some(_)) => Some(Outcome::yes_no(!decides)),
            _ => None,
        }
    }

    fn look_quantified(&mut self, q: &Quantified, locals: &Locals) -> Option<Outcome> {
        let wanted = match q.quantifier {
            Quantifier::Every => false,
            Quantifier::Some => true,
            _ => return None,
        };
        let mut all_known = true;
        for bound in self.members(q, locals)? {
            match self.member_holds(q, &bound) {
                Some(holds) if holds == wanted => return Some(Outcome::yes_no(wanted)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        all_known.then(|| Outcome::yes_no(!wanted))
    }

    /// The locals with each member bound in turn, where the members can be looked up.
    fn members(&mut self, q: &Quantified, locals: &Locals) -> Option<Vec<Locals>> {
        let domain = self.look(q.domain, locals)?;
        let members: Vec<Value> = match domain.value()? {
            Value::Set(set) => set.iter().cloned().collect(),
            Value::List(list) => list.clone(),
            _ => return None,
        };
        Some(members.into_iter().map(|m| bind(locals, q.variable, m)).collect())
    }

    /// Whether a member counts for its quantifier: `not filter or body` for every, `filter and body` for some.
    fn member_holds(&mut self, q: &Quantified, bound: &Locals) -> Option<bool> {
        let every = q.quantifier == Quantifier::Every;
        let mut passes = Some(true);
        if let Some(filter) = q.filter {
            passes = self.look(filter, bound).and_then(|o| o.truth());
        }
        if passes == Some(false) {
            return Some(every);
        }
        let mut holds = Some(true);
        if let Some(body) = q.body {
            holds = self.look(body, bound).and_then(|o| o.truth());
        }
        if holds == Some(every) {
            if every || passes.is_some() { Some(every) } else { None }
        } else {
            passes.and(holds)
        }
    }

    /// A condition that holds (or does not) as a statement.
    pub fn statement(&mut self, id: ExprId, holds: bool, locals: &Locals) -> String {
        let program = self.program;
        let Some(expr) = program.expr(id) else { return String::new() };
        match &expr.kind {
            ExprKind::Not(inner) => self.statement(*inner, !holds, locals),
            ExprKind::And(a, b) => self.joined(&[*a, *b], holds, true, locals),
            ExprKind::Or(a, b) => self.joined(&[*a, *b], holds, false, locals),
            ExprKind::If(condition, then, otherwise) => {
                let taken = match self.look(*condition, locals).and_then(|o| o.truth()) {
                    Some(true) => Some(*then),
                    Some(false) => Some(*otherwise),
                    None => None,
                };
                match taken {
                    Some(taken) => self.statement(taken, holds, locals),
                    None => self.bare(id, holds, locals),
                }
            }
            ExprKind::Host(function, operands) => self.compared(*function, operands, holds, id, locals),
            ExprKind::Quantify(q) => self.quantified(q, holds, id, locals),
            // Said by the law once and for all: there is no reason to give.
            ExprKind::Const(_) => String::new(),
            ExprKind::Fact(_) | ExprKind::Given(..) | ExprKind::Local(_) | ExprKind::Call(..) => {
                self.bare(id, holds, locals)
            }
        }
    }

    /// The sides of `and` and `or` that made it so.
    fn joined(&mut self, sides: &[ExprId], holds: bool, is_and: bool, locals: &Locals) -> String {
        let mut said: Vec<String> = Vec::new();
        for side in sides {
            if self.look(*side, locals).and_then(|o| o.truth()) == Some(holds) && self.tells(*side) {
                let statement = self.statement(*side, holds, locals);
                if !statement.is_empty() && !said.contains(&statement) {
                    said.push(statement);
                }
            }
        }
        // One side is enough for an `or` that holds and an `and` that does not.
        if is_and != holds {
            said.truncate(1);
        }
        said.join(" and ")
    }

    fn compared(&mut self, f: HostFn, operands: &[ExprId], holds: bool, id: ExprId, locals: &Locals) -> String {
        let (&[a, b], &[first, ..]) = (operands, operands) else {
            return match operands {
                [a] if f == HostFn::IsGiven => match self.said_of(*a) {
                    Some(phrase) => format!("it is {}said whether {phrase}", if holds { "" } else { "not " }),
                    None => format!("{} {} given", self.name(*a, locals), is(holds)),
                },
                [span, length, _] if f == HostFn::LastsAtMost => {
                    let verb = if holds { "lasts at most" } else { "lasts longer than" };
                    format!("{} {verb} {}", self.noun(*span, locals), self.noun(*length, locals))
                }
                _ => self.bare(id, holds, locals),
            };
        };
        let days = self.program.expr(first).is_some_and(|e| e.ty == Ty::Date);
        let fixed = |p: &Program, e: ExprId| match p.expr(e).map(|e| &e.kind) {
            Some(ExprKind::Const(_)) => true,
            Some(ExprKind::Call(node, _)) => p.node(*node).is_some_and(|n| n.kind == NodeKind::Parameter),
            _ => false,
        };
        // `is more than 3` is kept as `3 is less than`; said the way it was written.
        let start = |e: ExprId| self.program.expr(e).map(|e| (e.span.file, e.span.start));
        let swapped = matches!((start(a), start(b)), (Some((f, a)), Some((g, b))) if f == g && b < a);
        let turned = match (fixed(self.program, a), fixed(self.program, b)) {
            (true, false) => true,
            (false, true) => false,
            _ => swapped,
        };
        let words = match (f, turned, days) {
            (HostFn::Less, false, false) => "less than",
            (HostFn::Less, true, false) => "more than",
            (HostFn::AtMost, false, false) => "at most",
            (HostFn::AtMost, true, false) => "at least",
            (HostFn::Less, false, true) => "before",
            (HostFn::Less, true, true) => "after",
            (HostFn::AtMost, false, true) => return self.pair(a, b, is(!holds), "after", locals),
            (HostFn::AtMost, true, true) => return self.pair(b, a, is(!holds), "before", locals),
            (HostFn::Within, ..) => "within",
            (HostFn::In, ..) => return self.membership(a, b, holds, locals),
            (HostFn::Equal, ..) => return self.equality(a, b, holds, locals),
            _ => return self.bare(id, holds, locals),
        };
        if turned { self.pair(b, a, is(holds), words, locals) } else { self.pair(a, b, is(holds), words, locals) }
    }

    fn pair(&mut self, a: ExprId, b: ExprId, verb: &str, words: &str, locals: &Locals) -> String {
        format!("{} {verb} {words} {}", self.noun(a, locals), self.noun(b, locals))
    }

    fn equality(&mut self, a: ExprId, b: ExprId, holds: bool, locals: &Locals) -> String {
        let other = match self.program.expr(b).map(|e| &e.kind) {
            Some(ExprKind::Const(Outcome::Nothing)) => "nothing".to_owned(),
            _ => self.noun(b, locals),
        };
        // `x, that is A, is A` says it twice.
        let subject = if holds { self.name(a, locals) } else { self.noun(a, locals) };
        format!("{subject} {} {other}", is(holds))
    }

    fn membership(&mut self, a: ExprId, b: ExprId, holds: bool, locals: &Locals) -> String {
        let subject = self.noun(a, locals);
        let members = match self.look(b, locals) {
            Some(Outcome::Value(Value::Set(set))) => Some(set.into_iter().collect::<Vec<_>>()),
            Some(Outcome::Value(Value::List(list))) => Some(list),
            _ => None,
        };
        let fixed = matches!(
            self.program.expr(b).map(|e| &e.kind),
            Some(ExprKind::Const(_) | ExprKind::Host(HostFn::SetOf, _))
        );
        match members.as_deref() {
            // `the kind of work (employee) is employee` says it twice.
            Some([one]) if fixed && holds => format!("{} is {}", self.name(a, locals), say::value(self.program, one)),
            Some([one]) if fixed => format!("{subject} is not {}", say::value(self.program, one)),
            Some(several) if fixed && several.len() > MANY => {
                let all = self.program.parties.iter().all(|p| several.contains(&Value::Country(p.country)));
                let of = if all { "the parties".to_owned() } else { format!("the {} listed", several.len()) };
                format!("{subject} is {}among {of}", if holds { "" } else { "not " })
            }
            Some(several) if fixed => {
                let several: Vec<String> = several.iter().map(|v| say::value(self.program, v)).collect();
                format!("{subject} {} one of {}", is(holds), several.join(", "))
            }
            _ => format!("{subject} {} among {}", is(holds), self.noun(b, locals)),
        }
    }

    /// The members that made a quantifier what it is.
    fn quantified(&mut self, q: &Quantified, holds: bool, id: ExprId, locals: &Locals) -> String {
        let every = match q.quantifier {
            Quantifier::Every => true,
            Quantifier::Some => false,
            _ => return self.bare(id, holds, locals),
        };
        let Some(members) = self.members(q, locals) else { return self.bare(id, holds, locals) };
        let mut said = Vec::new();
        for bound in members {
            if self.member_holds(q, &bound) == Some(holds) {
                said.extend(self.member(q, &bound));
            }
        }
        if every != holds {
            said.truncate(1);
        }
        if said.is_empty() { self.bare(id, holds, locals) } else { said.join(" and ") }
    }

    /// What is so about one member: the filter where that failed, else the body.
    fn member(&mut self, q: &Quantified, bound: &Locals) -> Option<String> {
        let mut passes = None;
        if let Some(filter) = q.filter {
            passes = self.look(filter, bound).and_then(|o| o.truth()).map(|t| (filter, t));
        }
        if let Some((filter, false)) = passes {
            return Some(self.statement(filter, false, bound));
        }
        let body = q.body.or(q.filter)?;
        let truth = self.look(body, bound).and_then(|o| o.truth())?;
        Some(self.statement(body, truth, bound))
    }

    /// A yes or no without a comparison: `entitled (NL) is yes`, `it is not coordinated`, as its name has it.
    fn bare(&mut self, id: ExprId, holds: bool, locals: &Locals) -> String {
        if let Some(phrase) = self.said_of(id) {
            return if holds { phrase } else { format!("it is not so that {phrase}") };
        }
        let stated = matches!(self.program.expr(id).map(|e| &e.kind), Some(ExprKind::Given(..)));
        let name = self.name(id, locals);
        match name.strip_prefix("“is ") {
            Some(rest) => format!("it {} {}", is(holds), rest.replacen('”', "", 1)),
            None => format!("{name} is {}{}", if stated { "stated as " } else { "" }, if holds { "yes" } else { "no" }),
        }
    }

    /// How a yes or no among the facts is spoken of.
    fn said_of(&self, id: ExprId) -> Option<String> {
        let expr = self.program.expr(id).filter(|e| e.ty == Ty::YesNo)?;
        let ExprKind::Host(HostFn::Field, operands) = &expr.kind else { return None };
        let [record, position] = operands.as_slice() else { return None };
        self.field(*record, *position).map(|(_, phrase)| phrase).filter(|p| !p.is_empty())
    }

    /// An expression as a noun with its value: `own (NL), that is 120 months,`.
    pub fn noun(&mut self, id: ExprId, locals: &Locals) -> String {
        let name = self.name(id, locals);
        let kind = self.program.expr(id).map(|e| &e.kind);
        // Its two days were said.
        if matches!(kind, Some(ExprKind::Host(HostFn::SpanOf, _))) {
            return name;
        }
        let stated = matches!(kind, Some(ExprKind::Fact(_) | ExprKind::Host(HostFn::Field, _)));
        let value = match self.look(id, locals) {
            Some(Outcome::Nothing) if stated => "not stated".to_owned(),
            Some(outcome) => say::outcome(self.program, &outcome),
            None => return name,
        };
        // A long list that has a name is called by it.
        if matches!(self.look(id, locals), Some(Outcome::Value(Value::Set(set))) if set.len() > MANY)
            && name.contains('”')
        {
            return name;
        }
        if value == name {
            name
        } else if name.ends_with(')') {
            format!("{name}, that is {value},")
        } else {
            format!("{name} ({value})")
        }
    }

    /// An expression as a noun.
    fn name(&mut self, id: ExprId, locals: &Locals) -> String {
        let program = self.program;
        let Some(expr) = program.expr(id) else { return String::new() };
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::If(..) => self.value_of(id, expr, locals),
            ExprKind::Fact(fact) => {
                let fact = program.facts.get(fact.0 as usize);
                match fact.filter(|f| !f.phrase.is_empty()) {
                    Some(fact) => fact.phrase.clone(),
                    None => format!("the {}", say::words(fact.map_or("", |f| f.name.as_str()))),
                }
            }
            ExprKind::Given(_, name) => format!("“{}”", say::words(name)),
            ExprKind::Call(node, args) => self.called(*node, args, locals),
            ExprKind::Host(function, operands) => self.operation(*function, operands, id, expr, locals),
            ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..) => "the condition".to_owned(),
            ExprKind::Quantify(q) => self.counted(q, id, expr, locals),
        }
    }

    fn called(&mut self, node: NodeId, args: &[ExprId], locals: &Locals) -> String {
        let looked: Vec<Option<Value>> =
            args.iter().map(|a| self.look(*a, locals).and_then(|o| o.value().cloned())).collect();
        let known: Vec<Value> = looked.into_iter().flatten().collect();
        say::quoted(self.program, node, &known, self.topic.as_ref())
    }

    fn operation(&mut self, f: HostFn, operands: &[ExprId], id: ExprId, expr: &Expr, locals: &Locals) -> String {
        match (f, operands) {
            (HostFn::Field, [record, position]) => {
                let (field, phrase) = self.field(*record, *position).unwrap_or_default();
                if !phrase.is_empty() && expr.ty != Ty::YesNo {
                    return phrase;
                }
                let record = self.name(*record, locals);
                match record.strip_prefix('“').and_then(|r| r.strip_suffix('”')) {
                    Some(term) => format!("the {term}'s {field}"),
                    None if record.starts_with("the ") => format!("{record}'s {field}"),
                    None => field,
                }
            }
            (HostFn::After, [length, day, ..]) => {
                format!("{} after {}", self.name(*length, locals), self.name(*day, locals))
            }
            (HostFn::Before, [length, day, ..]) => {
                format!("{} before {}", self.name(*length, locals), self.name(*day, locals))
            }
            (HostFn::DayBefore, [day]) => format!("the day before {}", self.name(*day, locals)),
            (HostFn::DayAfter, [day]) => format!("the day after {}", self.name(*day, locals)),
            (HostFn::YearOf, [day]) => format!("the year of {}", self.name(*day, locals)),
            (HostFn::SpanOf, [a, b]) => format!("the time from {} to {}", self.noun(*a, locals), self.noun(*b, locals)),
            (HostFn::SpanLast, [span]) => format!("the last day of {}", self.name(*span, locals)),
            (HostFn::SpanFirst, [span]) => format!("the first day of {}", self.name(*span, locals)),
            (HostFn::FirstPart, [length, span, ..]) => {
                let length = match self.look(*length, locals) {
                    Some(outcome) => say::outcome(self.program, &outcome),
                    None => self.name(*length, locals),
                };
                format!("the first {length} of {}", self.name(*span, locals))
            }
            (HostFn::LengthOf, [periods, ..]) => format!("the length of {}", self.name(*periods, locals)),
            (HostFn::Part, [party, of]) => {
                format!("the part of {} in {}", self.name(*party, locals), self.name(*of, locals))
            }
            (HostFn::OfKinds, [periods, kinds]) => {
                format!("{} of the kind {}", self.name(*periods, locals), self.name(*kinds, locals))
            }
            (HostFn::Size, [set]) => format!("the number of {}", self.name(*set, locals)),
            (HostFn::InCommon, [amount, _]) | (HostFn::NumberOf | HostFn::Stored, [amount]) => {
                self.name(*amount, locals)
            }
            _ => self.value_of(id, expr, locals),
        }
    }

    fn counted(&mut self, q: &Quantified, id: ExprId, expr: &Expr, locals: &Locals) -> String {
        let of = self.name(q.domain, locals);
        match q.quantifier {
            Quantifier::Sum => format!("the sum over {of}"),
            Quantifier::Count => format!("the number among {of}"),
            Quantifier::Largest => format!("the largest over {of}"),
            Quantifier::Smallest => format!("the smallest over {of}"),
            Quantifier::SetOf => format!("those among {of}"),
            Quantifier::TheOnly(_) => format!("the one among {of}"),
            Quantifier::TheWithLargest(_) | Quantifier::TheWithSmallest(_) => format!("the one chosen among {of}"),
            Quantifier::Every | Quantifier::Some | Quantifier::Gathered => self.value_of(id, expr, locals),
        }
    }

    /// The name of a field in words, and how it is spoken of.
    fn field(&self, record: ExprId, position: ExprId) -> Option<(String, String)> {
        let Ty::Record(ty) = &self.program.expr(record)?.ty else { return None };
        let ExprKind::Const(Outcome::Value(Value::Number(position))) = &self.program.expr(position)?.kind else {
            return None;
        };
        let position = usize::try_from(position.value.to_integer()).ok()?;
        let record = self.program.record(*ty)?;
        let phrase = record.phrases.get(position).cloned().unwrap_or_default();
        record.fields.get(position).map(|(name, _)| (say::words(name), phrase))
    }

    /// For a set made by a filter: each member, whether it is in, and why; of many that are not, only that.
    pub fn filtered(&mut self, id: ExprId, locals: &Locals) -> Vec<String> {
        let program = self.program;
        let Some(ExprKind::Quantify(q)) = program.expr(id).map(|e| &e.kind) else { return Vec::new() };
        let (Quantifier::SetOf, Some(filter)) = (q.quantifier, q.filter) else { return Vec::new() };
        const FEW: usize = 4;
        let mut members = Vec::new();
        for bound in self.members(q, locals).unwrap_or_default() {
            let member = bound.get(q.variable.0 as usize).cloned().flatten();
            let truth = self.look(filter, &bound).and_then(|o| o.truth());
            if let (Some(member), Some(truth)) = (member, truth) {
                members.push((say::value(program, &member), truth, bound));
            }
        }
        let left_out = members.iter().filter(|(_, truth, _)| !truth).count();
        let mut said = Vec::new();
        for (member, truth, bound) in members {
            if truth || left_out <= FEW {
                let why = self.statement(filter, truth, &bound);
                said.push(format!("{member} {} among them, because {}.", is(truth), why.trim_end_matches(',')));
            }
        }
        if left_out > FEW {
            said.push(if said.is_empty() { "None is among them." } else { "No other is among them." }.to_owned());
        }
        said
    }

    /// Its value where it can be looked up, else what kind of thing it is.
    fn value_of(&mut self, id: ExprId, expr: &Expr, locals: &Locals) -> String {
        match self.look(id, locals) {
            Some(outcome) => say::outcome(self.program, &outcome),
            None => kind(&expr.ty).to_owned(),
        }
    }
}

fn is(holds: bool) -> &'static str {
    if holds { "is" } else { "is not" }
}

fn bind(locals: &Locals, variable: LocalId, member: Value) -> Locals {
    let mut bound = locals.clone();
    let position = variable.0 as usize;
    if bound.len() <= position {
        bound.resize(position + 1, None);
    }
    if let Some(slot) = bound.get_mut(position) {
        *slot = Some(member);
    }
    bound
}

/// A thing of a type that is not named.
fn kind(ty: &Ty) -> &'static str {
    match ty {
        Ty::Date => "the day",
        Ty::Length(_) => "the length",
        Ty::Money(_) | Ty::Amount(_) => "the amount",
        Ty::Periods => "the periods",
        Ty::Country => "the State",
        Ty::Set(_) | Ty::List(_) => "those",
        Ty::Span => "the time",
        _ => "it",
    }
}
