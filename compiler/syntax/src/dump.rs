//! The tree as text, without places: what `accord --emit ast` prints, and what the formatter must not change.

use crate::ast::{
    Address, Amendment, Applies, Arg, Binder, Block, Correspondence, Dates, DemandKind, Expr, ExprKind, Field, File,
    Instruction, Item, ItemKind, Kept, Name, Op, Param, ParameterBody, Promise, Quantifier, QuantifierWord, Relation,
    RelationKind, Row, Rule, Signature, Slot, SlotValue, Text, Type, TypeKind, WordRow,
};

/// Lines longer than this are broken between the parts of a list.
const WIDTH: usize = 100;

enum Node {
    Atom(String),
    List(Vec<Node>),
}

/// The tree as S-expressions, one item after another.
pub fn dump(file: &File) -> String {
    let mut out = String::new();
    for item in &file.items {
        self::item(item).print(&mut out, 0);
        out.push('\n');
    }
    out
}

impl Node {
    fn flat(&self, out: &mut String) {
        match self {
            Node::Atom(text) => out.push_str(text),
            Node::List(parts) => {
                out.push('(');
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    part.flat(out);
                }
                out.push(')');
            }
        }
    }

    fn width(&self, limit: usize) -> usize {
        match self {
            Node::Atom(text) => text.len(),
            Node::List(parts) => {
                let mut sum = 1;
                for part in parts {
                    sum += 1 + part.width(limit);
                    if sum > limit {
                        break;
                    }
                }
                sum
            }
        }
    }

    fn print(&self, out: &mut String, indent: usize) {
        let room = WIDTH.saturating_sub(indent);
        let Node::List(parts) = self else { return self.flat(out) };
        if self.width(room) <= room || indent > WIDTH / 2 {
            return self.flat(out);
        }
        out.push('(');
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
            }
            part.print(out, indent + 2);
        }
        out.push(')');
    }
}

fn atom(text: impl Into<String>) -> Node {
    Node::Atom(text.into())
}

fn list(head: &str, parts: impl IntoIterator<Item = Node>) -> Node {
    Node::List(std::iter::once(atom(head)).chain(parts).collect())
}

fn quoted(text: &str) -> Node {
    Node::Atom(format!("{text:?}"))
}

fn text(text: &Text) -> Node {
    quoted(&text.text)
}

fn name(name: &Name) -> Node {
    // Keys can be any text; those that are not plain words are shown in quotation marks.
    let plain = !name.text.is_empty() && name.text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    if plain { atom(name.text.clone()) } else { quoted(&name.text) }
}

fn option<T>(head: &str, value: Option<&T>, show: impl Fn(&T) -> Node) -> Option<Node> {
    value.map(|v| list(head, [show(v)]))
}

fn group<T>(head: &str, values: &[T], show: impl Fn(&T) -> Node) -> Option<Node> {
    (!values.is_empty()).then(|| list(head, values.iter().map(show)))
}

fn item(item: &Item) -> Node {
    match &item.kind {
        ItemKind::Use(path) => list("use", [text(path)]),
        ItemKind::Agreement { name: n, title, header } => {
            list("agreement", [name(n), text(title)].into_iter().chain(header.iter().map(slot)))
        }
        ItemKind::Legislation { name: n, title, header } => list(
            "legislation",
            [Node::List(n.iter().map(name).collect()), text(title)].into_iter().chain(header.iter().map(slot)),
        ),
        ItemKind::Interface { name: n, members } => {
            list("interface", std::iter::once(name(n)).chain(members.iter().map(signature)))
        }
        ItemKind::Heading { word, number, title } => {
            list("heading", [name(word), name(number)].into_iter().chain(title.as_ref().map(text)))
        }
        ItemKind::Article { word, number, of, title, each } => list(
            "article",
            [name(word), name(number)]
                .into_iter()
                .chain(option("of", of.as_ref(), name))
                .chain(title.as_ref().map(text))
                .chain(group("each", each, binder)),
        ),
        ItemKind::Label(labels) => list("label", labels.iter().map(name)),
        ItemKind::Evidence(word) => list("evidence", [name(word)]),
        ItemKind::Remark { word, language, text: t } => {
            list("remark", std::iter::once(name(word)).chain(language.as_ref().map(name)).chain([text(t)]))
        }
        ItemKind::NotEncoded(why) => list("not-encoded", [text(why)]),
        ItemKind::Rule(r) => rule(r),
        ItemKind::ClauseUse(c) => list(
            "clause-use",
            c.relations
                .iter()
                .map(relation)
                .chain([name(&c.name)])
                .chain(c.slots.iter().map(slot))
                .chain(option("when", c.when.as_ref(), expr))
                .chain(c.applies.iter().map(applies)),
        ),
        ItemKind::Disapply { targets, when } => {
            list("disapply", targets.iter().map(address).chain(option("when", when.as_ref(), expr)))
        }
        ItemKind::Conversion { exact, slots } => {
            list("conversion", exact.then(|| atom("exact")).into_iter().chain(slots.iter().map(slot)))
        }
        ItemKind::Facts(fields) => list("facts", fields.iter().map(field)),
        ItemKind::Case { name: n, body } => list("case", std::iter::once(text(n)).chain(body.slots.iter().map(slot))),
        ItemKind::Amendment(Amendment { title, to, header }) => {
            list("amendment", [text(title), name(to)].into_iter().chain(header.iter().map(slot)))
        }
        ItemKind::Instruction(i) => instruction(i),
        ItemKind::Kept(k) => kept(k),
        ItemKind::Correspondence(Correspondence::Renamed { before, after }) => {
            list("renamed", [name(before), name(after)])
        }
        ItemKind::Correspondence(Correspondence::Derived { fact, means }) => list("derived", [name(fact), expr(means)]),
        ItemKind::Junk => list("junk", []),
        _ => declaration(&item.kind),
    }
}

fn declaration(kind: &ItemKind) -> Node {
    match kind {
        ItemKind::Term { name: n, params, ty: t, body } => list(
            "term",
            std::iter::once(name(n))
                .chain(group("params", params, param))
                .chain(option("type", t.as_ref(), ty))
                .chain([expr(body)]),
        ),
        ItemKind::Function { name: n, params, ty: t, body } => list(
            "function",
            std::iter::once(name(n)).chain(group("params", params, param)).chain([list("type", [ty(t)]), expr(body)]),
        ),
        ItemKind::Parameter { name: n, params, ty: t, body, bounds } => list(
            "parameter",
            std::iter::once(name(n))
                .chain(group("params", params, param))
                .chain(option("type", t.as_ref(), ty))
                .chain([match body {
                    ParameterBody::Value(e) => expr(e),
                    ParameterBody::Unset(why) => list("unset", [text(why)]),
                    ParameterBody::Table(rows) => list("table", rows.iter().map(row)),
                }])
                .chain(option("bounded", bounds.as_ref(), |(a, b)| Node::List(vec![expr(a), expr(b)]))),
        ),
        ItemKind::Clause { name: n, doc, each } => {
            list("clause", [name(n), text(doc)].into_iter().chain(group("each", each, binder)))
        }
        ItemKind::SlotDef { name: n, term, ty: t, default } => list(
            "slot",
            std::iter::once(name(n)).chain(term.then(|| atom("term"))).chain([list("type", [ty(t)])]).chain(option(
                "default",
                default.as_ref(),
                expr,
            )),
        ),
        ItemKind::Enum { name: n, members } => list(
            "enum",
            std::iter::once(name(n)).chain(
                members
                    .iter()
                    .map(|(m, doc)| Node::List(std::iter::once(name(m)).chain(doc.as_ref().map(text)).collect())),
            ),
        ),
        ItemKind::Record { name: n, fields } => {
            list("record", std::iter::once(name(n)).chain(fields.iter().map(field)))
        }
        ItemKind::Question { name: n, facts, decides } => list(
            "question",
            std::iter::once(name(n)).chain(group("facts", facts, field)).chain(group("decides", decides, name)),
        ),
        ItemKind::Decision { signature: s, default, doc } => list(
            "decision",
            std::iter::once(signature(s))
                .chain(option("default", default.as_ref(), expr))
                .chain(doc.as_ref().map(text)),
        ),
        _ => standard(kind),
    }
}

/// Standards and properties.
fn standard(kind: &ItemKind) -> Node {
    match kind {
        ItemKind::Standard { name: n, title, header } => {
            list("standard", [name(n), text(title)].into_iter().chain(header.iter().map(slot)))
        }
        ItemKind::Demand(d) => {
            let head = match d.kind {
                DemandKind::Requires => "requires",
                DemandKind::Permits => "permits",
                DemandKind::NotRequired => "not-required",
            };
            let parts = d.relations.iter().map(relation).chain(d.what.as_ref().map(expr));
            list(head, parts.chain(group("each", &d.each, binder)).chain(option("when", d.when.as_ref(), expr)))
        }
        ItemKind::Assumes { what, each, when } => list(
            "assumes",
            std::iter::once(text(what)).chain(group("each", each, binder)).chain(option("when", when.as_ref(), expr)),
        ),
        ItemKind::Outside(conditions) => list("outside", conditions.iter().map(expr)),
        ItemKind::Property(p) => {
            let promise = match &p.promise {
                Promise::Requires(what) => list("requires", [expr(what)]),
                Promise::NeverLowers { value, tolerance, measure } => list(
                    "never-lowers",
                    std::iter::once(expr(value))
                        .chain(option("by-more-than", tolerance.as_ref(), expr))
                        .chain([list("when-grows", [expr(measure)])]),
                ),
            };
            list(
                "property",
                std::iter::once(text(&p.name)).chain(group("each", &p.each, binder)).chain([promise]).chain(option(
                    "when",
                    p.when.as_ref(),
                    expr,
                )),
            )
        }
        _ => list("junk", []),
    }
}

fn rule(r: &Rule) -> Node {
    let head = r.negated.then(|| atom("not")).into_iter().chain([name(&r.decision)]);
    list(
        "rule",
        r.relations
            .iter()
            .map(relation)
            .chain(head)
            .chain(group("args", &r.args, expr))
            .chain(option("=", r.value.as_ref(), expr))
            .chain(option("when", r.when.as_ref(), expr))
            .chain(r.applies.iter().map(applies)),
    )
}

fn instruction(i: &Instruction) -> Node {
    list(
        i.deed.word(),
        i.targets
            .iter()
            .map(address)
            .chain(i.title.as_ref().map(text))
            .chain(option("after", i.after.as_ref(), address))
            .chain(group("each", &i.each, binder))
            .chain(i.applies.iter().map(applies)),
    )
}

fn kept(k: &Kept) -> Node {
    list(
        "keeps",
        k.relations
            .iter()
            .map(relation)
            .chain([address(&k.provision), list("on", [expr(&k.on)])])
            .chain(option("when", k.when.as_ref(), expr))
            .chain(k.applies.iter().map(applies)),
    )
}

fn applies(a: &Applies) -> Node {
    let edge = if a.from { "from" } else { "until" };
    list("applies", a.to.as_ref().map(name).into_iter().chain([list(edge, [expr(&a.day)])]))
}

fn relation(r: &Relation) -> Node {
    let word = match r.kind {
        RelationKind::Exception => "exception-to",
        RelationKind::Subject => "subject-to",
        RelationKind::Notwithstanding => "notwithstanding",
    };
    list(word, r.targets.iter().map(address))
}

fn address(a: &Address) -> Node {
    let mut written = String::new();
    if let Some((word, number)) = &a.article {
        written.push_str(&word.text);
        written.push('-');
        written.push_str(&number.text);
    }
    for label in &a.labels {
        written.push('/');
        written.push_str(&label.text);
    }
    match &a.of {
        Some(of) => list("of", [atom(written), name(of)]),
        None => atom(written),
    }
}

fn signature(s: &Signature) -> Node {
    Node::List(std::iter::once(name(&s.name)).chain(group("params", &s.params, param)).chain([ty(&s.ty)]).collect())
}

fn param(p: &Param) -> Node {
    match &p.ty {
        Some(t) => Node::List(vec![name(&p.name), ty(t)]),
        None => name(&p.name),
    }
}

fn field(f: &Field) -> Node {
    Node::List([name(&f.name), ty(&f.ty)].into_iter().chain(f.phrase.as_ref().map(text)).collect())
}

fn ty(t: &Type) -> Node {
    let base = match &t.kind {
        TypeKind::Name(n) => name(n),
        TypeKind::Set(inner) => list("set-of", [ty(inner)]),
        TypeKind::List(inner) => list("list-of", [ty(inner)]),
        TypeKind::Of(n, e) => list("of", [name(n), expr(e)]),
    };
    if t.or_nothing { list("or-nothing", [base]) } else { base }
}

fn row(r: &Row) -> Node {
    let keys = if r.keys.is_empty() { atom("otherwise") } else { Node::List(r.keys.iter().map(expr).collect()) };
    list("row", [keys, expr(&r.value)])
}

fn slot(s: &Slot) -> Node {
    Node::List(vec![Node::Atom(key(&s.name)), value(&s.value)])
}

fn key(n: &Name) -> String {
    let mut out = String::new();
    name(n).flat(&mut out);
    out.push(':');
    out
}

fn value(v: &SlotValue) -> Node {
    match v {
        SlotValue::List(es) => match es.as_slice() {
            [one] => expr(one),
            many => list("list", many.iter().map(expr)),
        },
        SlotValue::Block(Block { slots, .. }) => list("block", slots.iter().map(slot)),
        SlotValue::Rows(rows, _) => {
            list("rows", rows.iter().map(|WordRow { cells, .. }| Node::List(cells.iter().map(expr).collect())))
        }
        SlotValue::Dates(d) => dates(d),
        SlotValue::Dated(entries) => list(
            "dated",
            entries.iter().map(|(e, d)| Node::List(std::iter::once(expr(e)).chain(d.as_ref().map(dates)).collect())),
        ),
    }
}

fn dates(d: &Dates) -> Node {
    list("dates", option("from", d.from.as_ref(), expr).into_iter().chain(option("until", d.until.as_ref(), expr)))
}

fn binder(b: &Binder) -> Node {
    list(
        "for",
        [name(&b.class), name(&b.variable)]
            .into_iter()
            .chain(option("in", b.domain.as_ref(), expr))
            .chain(b.filter.as_ref().map(|f| list("where", [expr(f)]))),
    )
}

fn expr(e: &Expr) -> Node {
    match &e.kind {
        ExprKind::Number(n) | ExprKind::Date(n) => atom(n.clone()),
        ExprKind::Quantity(n, unit) => atom(format!("{n}'{}", unit.text)),
        ExprKind::Text(t) => quoted(t),
        ExprKind::Name(n) => atom(n.clone()),
        ExprKind::Field(of, n) => list(".", [expr(of), name(n)]),
        ExprKind::Call(f, args) => list("call", std::iter::once(expr(f)).chain(args.iter().map(arg))),
        ExprKind::Negative(x) => list("-", [expr(x)]),
        ExprKind::Not(x) => list("not", [expr(x)]),
        ExprKind::Binary(op, a, b) => list(operator(*op), [expr(a), expr(b)]),
        ExprKind::Given(x, yes) => list(if *yes { "given" } else { "not-given" }, [expr(x)]),
        ExprKind::OneOf(x, s, yes) => list(if *yes { "one-of" } else { "not-one-of" }, [expr(x), expr(s)]),
        ExprKind::Lasts(x, n) => list("lasts-at-most", [expr(x), expr(n)]),
        ExprKind::Deadline(day, n, start) => list("deadline", [expr(day), expr(n), expr(start)]),
        ExprKind::If(c, a, b) => list("if", [expr(c), expr(a), expr(b)]),
        ExprKind::Match(x, arms) => list(
            "match",
            std::iter::once(expr(x)).chain(arms.iter().map(|a| {
                let keys = if a.patterns.is_empty() {
                    atom("otherwise")
                } else {
                    Node::List(a.patterns.iter().map(expr).collect())
                };
                list("arm", [keys, expr(&a.value)])
            })),
        ),
        ExprKind::Set(es) => list("set", es.iter().map(expr)),
        ExprKind::Quantifier(q) => quantifier(q),
        ExprKind::Rounded(x, how) => list("rounded", [expr(x), expr(how)]),
        ExprKind::Rounding(mode, grain) => list("rounding", [atom(mode.text.replace(' ', "-")), expr(grain)]),
        ExprKind::Shaped(x, word, y) => list(&word.text, [expr(x), expr(y)]),
        ExprKind::InUnit(x, unit) => list("in-unit", [expr(x), name(unit)]),
        ExprKind::Moved(n, word, day) => list(&word.text, [expr(n), expr(day)]),
        ExprKind::Apart(x, from) => list("apart-from", std::iter::once(expr(x)).chain(from.iter().map(address))),
        ExprKind::Address(a) => list("address", [address(a)]),
        ExprKind::Parties(words) => list("parties", [quoted(words)]),
        ExprKind::Over(a, b) => list("over", [name(a), name(b)]),
        ExprKind::Nothing => atom("nothing"),
        ExprKind::Refer(to) => list("refer", to.as_ref().map(|t| quoted(t))),
        ExprKind::Unset(why) => list("unset", [quoted(why)]),
        ExprKind::Paren(x) => list("paren", [expr(x)]),
        ExprKind::Junk => list("junk", []),
    }
}

fn arg(a: &Arg) -> Node {
    match &a.label {
        Some(label) => Node::List(vec![Node::Atom(key(label)), expr(&a.value)]),
        None => expr(&a.value),
    }
}

fn quantifier(q: &Quantifier) -> Node {
    let word = match q.word {
        QuantifierWord::Every => "every",
        QuantifierWord::Some => "some",
        QuantifierWord::Sum => "sum-of",
        QuantifierWord::Count => "count-of",
        QuantifierWord::Largest => "largest-of",
        QuantifierWord::Smallest => "smallest-of",
        QuantifierWord::Set => "set-of",
        QuantifierWord::The => "the",
    };
    list(
        word,
        std::iter::once(binder(&q.binder))
            .chain(option("body", q.body.as_ref(), expr))
            .chain(
                q.with.as_ref().map(|(most, e)| list(if *most { "with-largest" } else { "with-smallest" }, [expr(e)])),
            )
            .chain(option("tie", q.tie.as_ref(), name)),
    )
}

fn operator(op: Op) -> &'static str {
    match op {
        Op::Or => "or",
        Op::And => "and",
        Op::Is => "is",
        Op::IsNot => "is-not",
        Op::AtLeast => "at-least",
        Op::AtMost => "at-most",
        Op::MoreThan => "more-than",
        Op::LessThan => "less-than",
        Op::Before => "before",
        Op::After => "after",
        Op::NotBefore => "not-before",
        Op::NotAfter => "not-after",
        Op::In => "in",
        Op::NotIn => "not-in",
        Op::Within => "within",
        Op::Range => "..",
        Op::Add => "+",
        Op::Subtract => "-",
        Op::Multiply => "*",
        Op::Divide => "/",
    }
}
