//! Expressions, constants and types as text.

use crate::{CurrencyOf, ExprId, ExprKind, LocalId, Param, PartyKey, Program, Quantified, Quantifier, Tie, Ty, UnitOf};
use accord_core::{Criterion, HostFn, Outcome, TieStep, Value};

/// The widest line that is not broken, where it can be.
const WIDTH: usize = 110;

/// Expressions of one body, whose parameters have names.
pub(super) struct Terms<'p> {
    program: &'p Program,
    params: &'p [Param],
}

/// Text, and whether it needs brackets when it becomes an operand.
struct Piece {
    text: String,
    loose: bool,
}

fn tight(text: impl Into<String>) -> Piece {
    Piece { text: text.into(), loose: false }
}

fn loose(text: impl Into<String>) -> Piece {
    Piece { text: text.into(), loose: true }
}

impl Piece {
    fn operand(self) -> String {
        if self.loose { format!("({})", self.text) } else { self.text }
    }
}

impl<'p> Terms<'p> {
    pub(super) fn new(program: &'p Program, params: &'p [Param]) -> Terms<'p> {
        Terms { program, params }
    }

    /// An expression after a word: on one line where it fits, else its parts on lines of their own.
    pub(super) fn lines(&self, id: ExprId, word: &str, indent: usize) -> String {
        let flat = self.flat(id).text;
        if indent + word.len() + flat.chars().count() <= WIDTH {
            return format!("{:indent$}{word}{flat}\n", "");
        }
        self.broken(id, word, indent).unwrap_or_else(|| format!("{:indent$}{word}{flat}\n", ""))
    }

    /// The parts on lines of their own; `None` where there are none to break at.
    fn broken(&self, id: ExprId, word: &str, indent: usize) -> Option<String> {
        let pad = format!("{:indent$}", "");
        match &self.program.expr(id)?.kind {
            ExprKind::And(..) => Some(self.broken_chain(id, word, indent, "and ")),
            ExprKind::Or(..) => Some(self.broken_chain(id, word, indent, "or ")),
            ExprKind::If(..) => Some(self.broken_if(id, word, indent)),
            ExprKind::Not(a) => Some(self.lines(*a, &format!("{word}not "), indent)),
            ExprKind::Host(HostFn::Field, _) => None,
            ExprKind::Host(function, operands) if !operands.is_empty() => {
                let head = format!("{pad}{word}{}(\n", function.word());
                Some(head + &self.broken_operands(operands, indent) + &pad + ")\n")
            }
            ExprKind::Call(node, arguments) if !arguments.is_empty() => {
                let (name, rest) = split_name(self.program.node(*node)?.name.as_str());
                let head = format!("{pad}{word}{name}(\n");
                Some(head + &self.broken_operands(arguments, indent) + &pad + ")" + rest + "\n")
            }
            ExprKind::Quantify(q) => Some(self.broken_quantified(q, word, indent)),
            ExprKind::Const(_)
            | ExprKind::Fact(_)
            | ExprKind::Given(..)
            | ExprKind::Local(_)
            | ExprKind::Call(..)
            | ExprKind::Host(..) => None,
        }
    }

    fn broken_operands(&self, operands: &[ExprId], indent: usize) -> String {
        operands.iter().map(|o| self.lines(*o, "", indent + 2)).collect()
    }

    fn broken_chain(&self, id: ExprId, word: &str, indent: usize, joint: &str) -> String {
        let mut links = Vec::new();
        self.chain(id, joint == "and ", &mut links);
        let head = format!("{:indent$}{}\n", "", word.trim_end());
        let lines = links.iter().enumerate();
        head + &lines.map(|(i, id)| self.link(*id, if i == 0 { "" } else { joint }, indent + 2)).collect::<String>()
    }

    /// As [`Terms::lines`], in brackets where it is an operand on one line.
    fn link(&self, id: ExprId, joint: &str, indent: usize) -> String {
        let flat = self.operand(id);
        if indent + joint.len() + flat.chars().count() <= WIDTH {
            return format!("{:indent$}{joint}{flat}\n", "");
        }
        self.lines(id, joint, indent)
    }

    /// The operands of `a and b and c`, or of `or`, in order.
    fn chain(&self, id: ExprId, and: bool, links: &mut Vec<ExprId>) {
        match self.program.expr(id).map(|e| &e.kind) {
            Some(ExprKind::And(a, b)) if and => [a, b].into_iter().for_each(|x| self.chain(*x, and, links)),
            Some(ExprKind::Or(a, b)) if !and => [a, b].into_iter().for_each(|x| self.chain(*x, and, links)),
            _ => links.push(id),
        }
    }

    fn broken_if(&self, mut id: ExprId, word: &str, indent: usize) -> String {
        let mut out = format!("{:indent$}{}\n", "", word.trim_end());
        let mut word = "if ";
        while let Some(ExprKind::If(condition, then, otherwise)) = self.program.expr(id).map(|e| &e.kind) {
            out += &self.lines(*condition, word, indent + 2);
            out += &self.lines(*then, "then ", indent + 4);
            word = "else if ";
            id = *otherwise;
        }
        out + &self.lines(id, "else ", indent + 2)
    }

    fn broken_quantified(&self, q: &Quantified, word: &str, indent: usize) -> String {
        let (head, body_word, tie) = quantifier_words(q);
        let variable = self.local(q.variable);
        let mut out = self.lines(q.domain, &format!("{word}{head} {variable} in "), indent);
        if let Some(filter) = q.filter {
            out += &self.lines(filter, "where ", indent + 2);
        }
        if let Some(body) = q.body {
            out += &self.lines(body, &format!("{body_word} "), indent + 2);
        }
        if !tie.is_empty() {
            out += &format!("{:1$}{tie}\n", "", indent + 2);
        }
        out
    }

    fn operand(&self, id: ExprId) -> String {
        self.flat(id).operand()
    }

    /// An expression on one line.
    fn flat(&self, id: ExprId) -> Piece {
        let Some(expr) = self.program.expr(id) else { return tight(format!("?{}", id.0)) };
        match &expr.kind {
            ExprKind::Const(outcome) => tight(self.outcome(outcome)),
            ExprKind::Fact(fact) => tight(self.program.facts.get(fact.0 as usize).map_or("?", |f| &f.name)),
            ExprKind::Given(party, name) => tight(format!("given({}, {name})", self.flat(*party).text)),
            ExprKind::Local(local) => tight(self.local(*local)),
            ExprKind::Call(node, arguments) => match self.program.node(*node) {
                Some(node) => self.call(&node.name, arguments),
                None => self.call("?", arguments),
            },
            ExprKind::Host(function, operands) => self.operation(*function, operands),
            ExprKind::And(..) => self.flat_chain(id, true),
            ExprKind::Or(..) => self.flat_chain(id, false),
            ExprKind::Not(a) => loose(format!("not {}", self.operand(*a))),
            ExprKind::If(..) => self.flat_if(id),
            ExprKind::Quantify(q) => self.quantified(q),
        }
    }

    fn flat_chain(&self, id: ExprId, and: bool) -> Piece {
        let mut links = Vec::new();
        self.chain(id, and, &mut links);
        let links: Vec<String> = links.iter().map(|l| self.operand(*l)).collect();
        loose(links.join(if and { " and " } else { " or " }))
    }

    fn flat_if(&self, mut id: ExprId) -> Piece {
        let mut out = String::new();
        while let Some(ExprKind::If(condition, then, otherwise)) = self.program.expr(id).map(|e| &e.kind) {
            out += &format!("if {} then {} else ", self.flat(*condition).text, self.operand(*then));
            id = *otherwise;
        }
        loose(out + &self.operand(id))
    }

    /// `relieved(P) apart from article 18(3)`; without arguments the name alone.
    fn call(&self, name: &str, arguments: &[ExprId]) -> Piece {
        let (name, rest) = split_name(name);
        if arguments.is_empty() {
            return Piece { text: format!("{name}{rest}"), loose: !rest.is_empty() };
        }
        let arguments: Vec<String> = arguments.iter().map(|a| self.flat(*a).text).collect();
        Piece { text: format!("{name}({}){rest}", arguments.join(", ")), loose: !rest.is_empty() }
    }

    fn operation(&self, function: HostFn, operands: &[ExprId]) -> Piece {
        if let (HostFn::Field, [record, position]) = (function, operands) {
            let field = self.field(*record, *position).unwrap_or_else(|| format!("?{}", self.flat(*position).text));
            return tight(format!("{}.{field}", self.operand(*record)));
        }
        match (infix(function), operands) {
            (Some(sign), [a, b]) => loose(format!("{} {sign} {}", self.operand(*a), self.operand(*b))),
            _ => self.call(function.word(), operands),
        }
    }

    fn field(&self, record: ExprId, position: ExprId) -> Option<String> {
        let Ty::Record(ty) = &self.program.expr(record)?.ty else { return None };
        let ExprKind::Const(Outcome::Value(Value::Number(n))) = &self.program.expr(position)?.kind else { return None };
        let position = usize::try_from(n.value.to_integer()).ok()?;
        self.program.record(*ty)?.fields.get(position).map(|(name, _)| name.clone())
    }

    fn local(&self, local: LocalId) -> String {
        self.params.get(local.0 as usize).map_or_else(|| format!("v{}", local.0), |p| p.name.clone())
    }

    fn quantified(&self, q: &Quantified) -> Piece {
        let (head, body_word, tie) = quantifier_words(q);
        let mut text = format!("{head} {} in {}", self.local(q.variable), self.operand(q.domain));
        if let Some(filter) = q.filter {
            text += &format!(" where {}", self.operand(filter));
        }
        if let Some(body) = q.body {
            text += &format!(" {body_word} {}", self.operand(body));
        }
        if !tie.is_empty() {
            text += &format!(" {tie}");
        }
        loose(text)
    }

    fn outcome(&self, outcome: &Outcome) -> String {
        let named = |names: &std::collections::BTreeSet<std::sync::Arc<str>>| {
            let names: Vec<String> = names.iter().map(|n| format!("{n:?}")).collect();
            format!("{} {{ {} }}", outcome.word(), names.join(", "))
        };
        match outcome {
            Outcome::Value(value) => self.value(value),
            Outcome::Nothing => "nothing".to_owned(),
            Outcome::Undetermined(names) | Outcome::Refer(names) | Outcome::Gap(names) => named(names),
            Outcome::Conflict(rules) => {
                let rules: Vec<&str> = rules.iter().map(|r| self.program.cite(*r)).collect();
                format!("conflict {{ {} }}", rules.join(", "))
            }
            Outcome::Fault(fault) => format!("fault {}", fault.kind.word()),
        }
    }

    fn value(&self, value: &Value) -> String {
        let all =
            |values: &mut dyn Iterator<Item = &Value>| values.map(|v| self.value(v)).collect::<Vec<_>>().join(", ");
        match value {
            Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Country(country) => country.to_string(),
            Value::Member(of, member) => {
                let members = self.program.enumeration(*of).map(|e| &e.members);
                members.and_then(|m| m.get(usize::from(*member))).map_or_else(|| "?".to_owned(), String::clone)
            }
            Value::Set(members) => format!("{{{}}}", all(&mut members.iter())),
            Value::List(members) => format!("[{}]", all(&mut members.iter())),
            Value::Date(date) => date.to_string(),
            Value::Span(span) => span.to_string(),
            Value::Length(length) => length.to_string(),
            Value::Money(money) => money.to_string(),
            Value::Amount(amount) => format!("exactly {amount}"),
            Value::Periods(periods) => format!("periods({} pieces)", periods.pieces.len()),
            Value::Rounding(rounding) => rounding.to_string(),
            Value::Unit(unit) => unit.word().to_owned(),
            Value::Text(text) => format!("{text:?}"),
            Value::Record(fields) => {
                let fields: Vec<String> = fields.iter().map(|f| self.outcome(f)).collect();
                format!("record({})", fields.join(", "))
            }
            Value::Order(criteria) => {
                let criteria: Vec<&str> = criteria.iter().copied().map(criterion_words).collect();
                format!("order({})", criteria.join(", "))
            }
            Value::Ties(ties) => {
                let steps = |steps: &[TieStep]| steps.iter().map(tie_word).collect::<Vec<_>>().join(", ");
                format!("ties(assimilated: {}, otherwise: {})", steps(&ties.assimilated), steps(&ties.otherwise))
            }
        }
    }
}

/// The words before the variable, before the body, and at the end.
fn quantifier_words(q: &Quantified) -> (&'static str, &'static str, &'static str) {
    match q.quantifier {
        Quantifier::Every => ("every", "satisfies", ""),
        Quantifier::Some => ("some", "satisfies", ""),
        Quantifier::Sum => ("sum for", "of", ""),
        Quantifier::Count => ("count of", "of", ""),
        Quantifier::Largest => ("largest for", "of", ""),
        Quantifier::Smallest => ("smallest for", "of", ""),
        Quantifier::SetOf => ("set of", "of", ""),
        Quantifier::Gathered => ("set for", "of", ""),
        Quantifier::TheOnly(tie) => ("the", "of", tie_words(tie)),
        Quantifier::TheWithLargest(tie) => ("the", "with largest", tie_words(tie)),
        Quantifier::TheWithSmallest(tie) => ("the", "with smallest", tie_words(tie)),
    }
}

fn tie_words(tie: Tie) -> &'static str {
    match tie {
        Tie::Refer => "tie refer",
        Tie::First => "tie first",
        Tie::Last => "tie last",
    }
}

fn criterion_words(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::CompulsoryOverVoluntary => "compulsory over voluntary",
        Criterion::ActualOverAssimilated => "actual over assimilated",
    }
}

fn tie_word(step: &TieStep) -> &'static str {
    match step {
        TieStep::LastCompulsoryBefore => "last_compulsory_before",
        TieStep::FirstCompulsoryAfter => "first_compulsory_after",
        TieStep::Own => "own",
        TieStep::Refer => "refer",
    }
}

/// Operations written between their operands.
fn infix(function: HostFn) -> Option<&'static str> {
    const SIGNS: &[(HostFn, &str)] = &[
        (HostFn::Add, "+"),
        (HostFn::Subtract, "-"),
        (HostFn::Multiply, "*"),
        (HostFn::Divide, "/"),
        (HostFn::Rounded, "rounded"),
        (HostFn::Equal, "is"),
        (HostFn::Less, "is less than"),
        (HostFn::AtMost, "is at most"),
        (HostFn::In, "in"),
        (HostFn::Within, "within"),
        (HostFn::AsIfOwn, "as_if_own"),
        (HostFn::Until, "until"),
        (HostFn::During, "during"),
        (HostFn::OfKinds, "of_kinds"),
        (HostFn::InUnit, "in"),
    ];
    SIGNS.iter().find(|(f, _)| *f == function).map(|(_, sign)| *sign)
}

/// The name of a node and what follows its arguments: `relieved`, ` apart from article 18(3)`.
pub(super) fn split_name(name: &str) -> (&str, &str) {
    name.find(" apart from ").map_or((name, ""), |at| name.split_at(at))
}

/// A type, as the source writes it.
pub(super) fn ty(program: &Program, of: &Ty) -> String {
    match of {
        Ty::YesNo => "YesNo".to_owned(),
        Ty::Number => "number".to_owned(),
        Ty::Country => "Party".to_owned(),
        Ty::Member(id) => program.enumeration(*id).map_or_else(|| "?".to_owned(), |e| e.name.clone()),
        Ty::Set(member) => format!("set of {}", ty(program, member)),
        Ty::List(member) => format!("list of {}", ty(program, member)),
        Ty::Date => "Date".to_owned(),
        Ty::Span => "Span".to_owned(),
        Ty::Length(unit) => match unit {
            UnitOf::Fixed(unit) => unit.word().to_owned(),
            UnitOf::Of(party) => format!("length of {}", party_key(party)),
            UnitOf::Any => "length".to_owned(),
        },
        Ty::Money(currency) => format!("money{}", currency_of(currency)),
        Ty::Amount(currency) => format!("amount{}", currency_of(currency)),
        Ty::Periods => "Periods".to_owned(),
        Ty::Rounding => "Rounding".to_owned(),
        Ty::Unit => "Unit".to_owned(),
        Ty::Text => "Text".to_owned(),
        Ty::Record(id) => program.record(*id).map_or_else(|| "?".to_owned(), |r| r.name.clone()),
        Ty::Order => "order".to_owned(),
        Ty::Ties => "ties".to_owned(),
        Ty::Never => "never".to_owned(),
        Ty::Error => "unknown".to_owned(),
    }
}

fn currency_of(currency: &CurrencyOf) -> String {
    match currency {
        CurrencyOf::Fixed(currency) => format!(" in {currency}"),
        CurrencyOf::Of(party) => format!(" of {}", party_key(party)),
        CurrencyOf::Common => " in the common currency".to_owned(),
        CurrencyOf::Any => String::new(),
    }
}

fn party_key(party: &PartyKey) -> String {
    match party {
        PartyKey::Const(country) => country.to_string(),
        PartyKey::Var(name, _) => name.clone(),
        PartyKey::Unknown(_) => "some party".to_owned(),
    }
}
