//! Expressions, types, addresses.

use super::Writer;
use super::doc::{Doc, align, cat, group, nest, text};
use crate::ast::{Address, Arg, Binder, Expr, ExprKind, Op, Param, Quantifier, QuantifierWord, Type, TypeKind};

/// A text between quotation marks.
pub(super) fn quoted(t: &str) -> String {
    let mut out = String::with_capacity(t.len() + 2);
    out.push('"');
    let mut chars = t.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = match c {
            '"' => true,
            // A lone backslash stands for itself.
            '\\' => matches!(chars.peek(), None | Some('"' | '\\')),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

pub(super) fn address(a: &Address) -> String {
    let mut out = String::new();
    if let Some((word, number)) = &a.article {
        out.push_str(&word.text);
        out.push(' ');
        out.push_str(&number.text);
    }
    for label in &a.labels {
        out.push('(');
        out.push_str(&label.text);
        out.push(')');
    }
    if let Some(of) = &a.of {
        out.push_str(" of ");
        out.push_str(&of.text);
    }
    out
}

pub(super) fn addresses(all: &[Address]) -> String {
    let all: Vec<String> = all.iter().map(address).collect();
    all.join(", ")
}

fn words(op: Op) -> &'static str {
    match op {
        Op::Or => "or",
        Op::And => "and",
        Op::Is => "is",
        Op::IsNot => "is not",
        Op::AtLeast => "is at least",
        Op::AtMost => "is at most",
        Op::MoreThan => "is more than",
        Op::LessThan => "is less than",
        Op::Before => "is before",
        Op::After => "is after",
        Op::NotBefore => "is not before",
        Op::NotAfter => "is not after",
        Op::In => "in",
        Op::NotIn => "not in",
        Op::Within => "within",
        Op::Range => "..",
        Op::Add => "+",
        Op::Subtract => "-",
        Op::Multiply => "*",
        Op::Divide => "/",
    }
}

/// Operators that are written on, operand after operand, without brackets.
fn chains(a: Op, b: Op) -> bool {
    match a {
        Op::And | Op::Or => a == b,
        Op::Add | Op::Subtract => matches!(b, Op::Add | Op::Subtract),
        Op::Multiply | Op::Divide => matches!(b, Op::Multiply | Op::Divide),
        _ => false,
    }
}

/// A fraction as the law writes it: `104/154`.
fn numbers(a: &Expr, b: &Expr) -> bool {
    matches!((&a.kind, &b.kind), (ExprKind::Number(_), ExprKind::Number(_)))
}

impl Writer<'_> {
    pub(super) fn expr(&mut self, e: &Expr) -> Doc {
        match &e.kind {
            ExprKind::Number(n) | ExprKind::Date(n) | ExprKind::Name(n) => text(n),
            ExprKind::Quantity(n, unit) => text(format!("{n} {}", unit.text)),
            ExprKind::Text(t) => text(quoted(t)),
            ExprKind::Field(of, name) => cat([self.expr(of), text(format!(".{}", name.text))]),
            ExprKind::Call(f, args) => self.call(f, args),
            ExprKind::Negative(x) => cat([text("-"), self.expr(x)]),
            ExprKind::Not(x) => cat([text("not "), self.expr(x)]),
            ExprKind::Binary(Op::Range, a, b) => self.range(a, b),
            ExprKind::Binary(Op::Divide, a, b) if numbers(a, b) => cat([self.expr(a), text("/"), self.expr(b)]),
            // `and` and `or` hang so that what they join stands in one column under `when`.
            ExprKind::Binary(op, a, b) => self.chain(*op, a, b, if *op == Op::And { 1 } else { 2 }),
            ExprKind::Given(x, yes) => self.after(x, if *yes { "is given" } else { "is not given" }),
            ExprKind::OneOf(x, s, yes) => {
                let word = if *yes { " is one of " } else { " is not one of " };
                let (x, s) = (self.expr(x), self.expr(s));
                cat([x, text(word), s])
            }
            ExprKind::Lasts(x, n) => self.infix(x, "lasts at most", n),
            ExprKind::Deadline(day, length, start) => {
                let (day, length, start) = (self.expr(day), self.expr(length), self.expr(start));
                let tail = cat([text("within "), length, text(" after "), start]);
                group(cat([day, nest(2, cat([Doc::Line(" "), tail]))]))
            }
            ExprKind::If(c, a, b) => self.if_expr(c, a, b),
            ExprKind::Match(x, arms) => self.match_expr(e, x, arms),
            ExprKind::Set(es) if es.is_empty() => text("{}"),
            ExprKind::Set(es) if matches!(es.as_slice(), [Expr { kind: ExprKind::Name(_), .. }]) => {
                cat([text("{"), self.list(es), text("}")])
            }
            ExprKind::Set(es) => {
                let inside = self.list(es);
                cat([text("{ "), align(inside), text(" }")])
            }
            ExprKind::Quantifier(q) => self.quantifier(q),
            ExprKind::Rounded(x, how) => {
                let x = self.expr(x);
                let as_value = !matches!(how.kind, ExprKind::Rounding(..));
                let how = self.expr(how);
                let word = if as_value { "rounded as " } else { "rounded " };
                group(cat([x, nest(2, cat([Doc::Line(" "), text(word), how]))]))
            }
            ExprKind::Rounding(mode, grain) => cat([text(format!("{} to ", mode.text)), self.expr(grain)]),
            ExprKind::Shaped(x, word, y) | ExprKind::Moved(x, word, y) => self.infix(x, &word.text, y),
            ExprKind::InUnit(x, unit) => self.after(x, &format!("in {}", unit.text)),
            ExprKind::Apart(x, from) => self.after(x, &format!("apart from {}", addresses(from))),
            ExprKind::Address(a) => text(address(a)),
            ExprKind::Parties(w) => text(w),
            ExprKind::Over(a, b) => text(format!("{} over {}", a.text, b.text)),
            ExprKind::Nothing => text("nothing"),
            ExprKind::Refer(to) => text(to.as_ref().map_or("refer".to_owned(), |t| format!("refer {}", quoted(t)))),
            ExprKind::Unset(why) => text(format!("unset {}", quoted(why))),
            ExprKind::Paren(x) => {
                let inside = match &x.kind {
                    ExprKind::Binary(op @ (Op::And | Op::Or), a, b) => self.chain(*op, a, b, 0),
                    _ => self.expr(x),
                };
                cat([text("("), align(inside), text(")")])
            }
            ExprKind::Junk => text(""),
        }
    }

    fn after(&mut self, x: &Expr, word: &str) -> Doc {
        let x = self.expr(x);
        cat([x, text(format!(" {word}"))])
    }

    fn infix(&mut self, a: &Expr, word: &str, b: &Expr) -> Doc {
        let (a, b) = (self.expr(a), self.expr(b));
        group(cat([a, nest(2, cat([Doc::Line(" "), text(format!("{word} ")), b]))]))
    }

    fn range(&mut self, a: &Expr, b: &Expr) -> Doc {
        let plain = |e: &Expr| matches!(e.kind, ExprKind::Number(_) | ExprKind::Date(_) | ExprKind::Nothing);
        let dots = if plain(a) && plain(b) { ".." } else { " .. " };
        // The open side of a range is an empty place.
        let open = |e: &Expr| matches!(e.kind, ExprKind::Nothing) && e.span.start == e.span.end;
        let low = if open(a) { text("") } else { self.expr(a) };
        let high = if open(b) { text("") } else { self.expr(b) };
        let dots = if open(a) || open(b) { ".." } else { dots };
        cat([low, text(dots), high])
    }

    /// Operands joined by operators of one level; lines that begin with an operator are indented by `by`.
    fn chain(&mut self, op: Op, a: &Expr, b: &Expr, by: usize) -> Doc {
        let fill = matches!(op, Op::And | Op::Or);
        let mut operands = vec![(op, b)];
        let mut first = a;
        while let ExprKind::Binary(inner, l, r) = &first.kind {
            if !chains(op, *inner) {
                break;
            }
            operands.push((*inner, r));
            first = l;
        }
        // Comments inside the first operand come before the second.
        let mut parts = vec![self.expr(first), self.comment_after(first.span.end)];
        let last = operands.len();
        for (i, (op, operand)) in operands.into_iter().rev().enumerate() {
            // Comments inside the operand stand before its operator, which begins the line.
            let mut inside = vec![Doc::Line(" "), self.own_lines(operand.span.start)];
            let doc = self.expr(operand);
            inside.extend([self.own_lines(operand.span.end), text(format!("{} ", words(op))), doc]);
            if i + 1 < last {
                inside.push(self.comment_after(operand.span.end));
            }
            let inside = cat(inside);
            parts.push(nest(by, if fill { group(inside) } else { inside }));
        }
        group(cat(parts))
    }

    /// Values separated by commas, as many on a line as fit.
    pub(super) fn list(&mut self, es: &[Expr]) -> Doc {
        let mut parts = Vec::new();
        for (i, e) in es.iter().enumerate() {
            let mark = (i + 1 < es.len()).then_some(",");
            let element = self.element(e.span.start, e.span.end, mark, |w| w.expr(e));
            parts.push(if i == 0 { element } else { group(cat([Doc::Line(" "), element])) });
        }
        cat(parts)
    }

    fn call(&mut self, f: &Expr, args: &[Arg]) -> Doc {
        // The outcomes of an expectation are written as words.
        if let (ExprKind::Name(name), [arg]) = (&f.kind, args) {
            let as_words = match &arg.value.kind {
                ExprKind::Set(_) => name == "undetermined",
                ExprKind::Name(_) => name == "fault",
                _ => false,
            };
            if as_words && arg.label.is_none() {
                let value = self.expr(&arg.value);
                return cat([text(format!("{name} ")), value]);
            }
        }
        let mut parts = Vec::new();
        let callee = self.expr(f);
        for (i, arg) in args.iter().enumerate() {
            let start = arg.label.as_ref().map_or(arg.value.span.start, |l| l.span.start);
            let mark = (i + 1 < args.len()).then_some(",");
            let element = self.element(start, arg.value.span.end, mark, |w| {
                let label = arg.label.as_ref().map_or(String::new(), |l| format!("{}: ", l.text));
                let value = w.expr(&arg.value);
                cat([text(label), value])
            });
            parts.push(if i == 0 { element } else { group(cat([Doc::Line(" "), element])) });
        }
        cat([callee, text("("), align(cat(parts)), text(")")])
    }

    fn if_expr(&mut self, c: &Expr, a: &Expr, b: &Expr) -> Doc {
        let mut parts = vec![text("if "), self.expr(c), Doc::Line(" "), text("then "), self.expr(a)];
        let mut last = b;
        while let ExprKind::If(c, a, b) = &last.kind {
            parts.extend([Doc::Line(" "), text("else if "), self.expr(c)]);
            parts.extend([text(" then "), self.expr(a)]);
            last = b;
        }
        parts.extend([Doc::Line(" "), text("else "), self.expr(last)]);
        align(group(cat(parts)))
    }

    fn match_expr(&mut self, whole: &Expr, x: &Expr, arms: &[crate::ast::Arm]) -> Doc {
        let x = self.expr(x);
        let span = |a: &crate::ast::Arm| (a.span.start, a.span.end);
        let inside = self.stack(arms, " ", ",", span, |w, arm| {
            let keys = if arm.patterns.is_empty() { text("otherwise") } else { w.keys(&arm.patterns) };
            let value = w.expr(&arm.value);
            cat([keys, text(" => "), value])
        });
        let rest = self.dangling(whole.span.end);
        let inside = nest(2, cat([Doc::Line(" "), inside, rest]));
        group(cat([text("match "), x, text(" {"), inside, Doc::Line(" "), text("}")]))
    }

    pub(super) fn keys(&mut self, keys: &[Expr]) -> Doc {
        let mut parts = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                parts.push(text(", "));
            }
            parts.push(self.expr(key));
        }
        cat(parts)
    }

    fn quantifier(&mut self, q: &Quantifier) -> Doc {
        let word = match q.word {
            QuantifierWord::Every => "every ",
            QuantifierWord::Some => "some ",
            QuantifierWord::Sum => "sum of ",
            QuantifierWord::Count => "count of ",
            QuantifierWord::Largest => "largest of ",
            QuantifierWord::Smallest => "smallest of ",
            QuantifierWord::Set => "set of ",
            QuantifierWord::The => "the ",
        };
        let mut parts = vec![text(word)];
        match (q.word, &q.body) {
            (
                QuantifierWord::Sum | QuantifierWord::Largest | QuantifierWord::Smallest | QuantifierWord::Set,
                Some(body),
            ) => {
                let body = self.expr(body);
                parts.push(body);
                let binder = self.binder(&q.binder, true);
                parts.push(nest(2, cat([Doc::Line(" "), text("for "), binder])));
            }
            (_, body) => {
                parts.push(self.binder(&q.binder, true));
                if let Some(body) = body {
                    let body = self.expr(body);
                    parts.push(nest(2, cat([Doc::Line(" "), text("satisfies "), body])));
                }
            }
        }
        if let Some((most, e)) = &q.with {
            let e = self.expr(e);
            let word = if *most { "with largest " } else { "with smallest " };
            parts.push(nest(2, cat([Doc::Line(" "), text(word), e])));
        }
        if let Some(tie) = &q.tie {
            parts.push(text(format!(" tie {}", tie.text)));
        }
        group(cat(parts))
    }

    /// `party P in S where c`; the filter may go on the next line.
    pub(super) fn binder(&mut self, b: &Binder, wrap: bool) -> Doc {
        let mut parts = vec![text(format!("{} {}", b.class.text, b.variable.text))];
        if let Some(domain) = &b.domain {
            parts.push(text(" in "));
            parts.push(self.expr(domain));
        }
        if let Some(filter) = &b.filter {
            let filter = self.expr(filter);
            let line = if wrap { Doc::Line(" ") } else { text(" ") };
            parts.push(nest(2, cat([line, text("where "), filter])));
        }
        cat(parts)
    }

    pub(super) fn each(&mut self, each: &[Binder]) -> Doc {
        let mut parts = Vec::new();
        for (i, b) in each.iter().enumerate() {
            parts.push(text(if i == 0 { " for each " } else { ", " }));
            parts.push(self.binder(b, false));
        }
        cat(parts)
    }

    pub(super) fn ty(&mut self, t: &Type) -> Doc {
        let mut parts = Vec::new();
        let mut inner = t;
        loop {
            match &inner.kind {
                TypeKind::Set(next) => {
                    parts.push(text("set of "));
                    inner = next;
                }
                TypeKind::List(next) => {
                    parts.push(text("list of "));
                    inner = next;
                }
                TypeKind::Name(n) => {
                    parts.push(text(&n.text));
                    break;
                }
                TypeKind::Of(n, e) => {
                    parts.push(text(format!("{} of ", n.text)));
                    parts.push(self.expr(e));
                    break;
                }
            }
        }
        if t.or_nothing {
            parts.push(text(" or nothing"));
        }
        cat(parts)
    }

    /// `(P, branch: Branch)`; nothing where there are none.
    pub(super) fn params(&mut self, params: &[Param]) -> Doc {
        if params.is_empty() {
            return text("");
        }
        let mut parts = vec![text("(")];
        for (i, p) in params.iter().enumerate() {
            if i > 0 {
                parts.push(text(", "));
            }
            parts.push(text(&p.name.text));
            if let Some(t) = &p.ty {
                parts.push(text(": "));
                parts.push(self.ty(t));
            }
        }
        parts.push(text(")"));
        cat(parts)
    }
}
