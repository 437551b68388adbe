//! Expressions: from the grammar's flat list of operands and operators to a tree, by precedence.

use accord_source::{Code, Diagnostic};
use pest::iterators::Pair;

use super::build::{Builder, MAX_DEPTH};
use super::{Rule, lexical};
use crate::ast::{Arg, Arm, Binder, Expr, ExprKind, Name, Op, Quantifier, QuantifierWord, Row};

/// An expression with the height of its tree, so that no tree grows beyond what the passes after this one can walk.
pub(super) struct Sub {
    pub expr: Expr,
    pub height: usize,
}

type Parts<'i> = std::iter::Peekable<std::vec::IntoIter<Pair<'i, Rule>>>;

/// How an operator binds: the higher, the tighter. The second number is the level its right operand is read at.
fn binding(rule: Rule) -> Option<(u8, u8)> {
    Some(match rule {
        Rule::or_op => (10, 10),
        Rule::and_op => (20, 20),
        Rule::not_op => (30, 30),
        Rule::one_of
        | Rule::at_least
        | Rule::at_most
        | Rule::more_than
        | Rule::less_than
        | Rule::not_before
        | Rule::not_after
        | Rule::is_before
        | Rule::is_after
        | Rule::is_not
        | Rule::is_op
        | Rule::not_in
        | Rule::in_op
        | Rule::within_op
        | Rule::lasts_op
        | Rule::given_op
        | Rule::sym_ge
        | Rule::sym_le
        | Rule::sym_gt
        | Rule::sym_lt
        | Rule::sym_ne
        | Rule::sym_eq => (40, 40),
        Rule::range_op => (50, 50),
        Rule::rounded_op => (60, 60),
        Rule::add_op | Rule::sub_op => (70, 70),
        Rule::mul_op | Rule::div_op => (80, 80),
        Rule::minus_op => (90, 90),
        Rule::over_op
        | Rule::own_op
        | Rule::until_op
        | Rule::during_op
        | Rule::kinds_op
        | Rule::in_unit
        | Rule::apart_op => (100, 100),
        // `3 months after 1 year before D` groups to the right.
        Rule::moved => (110, 109),
        _ => return None,
    })
}

fn binary(rule: Rule) -> Option<Op> {
    Some(match rule {
        Rule::or_op => Op::Or,
        Rule::and_op => Op::And,
        Rule::at_least | Rule::sym_ge => Op::AtLeast,
        Rule::at_most | Rule::sym_le => Op::AtMost,
        Rule::more_than | Rule::sym_gt => Op::MoreThan,
        Rule::less_than | Rule::sym_lt => Op::LessThan,
        Rule::not_before => Op::NotBefore,
        Rule::not_after => Op::NotAfter,
        Rule::is_before => Op::Before,
        Rule::is_after => Op::After,
        Rule::is_not | Rule::sym_ne => Op::IsNot,
        Rule::is_op | Rule::sym_eq => Op::Is,
        Rule::not_in => Op::NotIn,
        Rule::in_op => Op::In,
        Rule::within_op => Op::Within,
        Rule::range_op => Op::Range,
        Rule::add_op => Op::Add,
        Rule::sub_op => Op::Subtract,
        Rule::mul_op => Op::Multiply,
        Rule::div_op => Op::Divide,
        _ => return None,
    })
}

fn is_postfix(rule: Rule) -> bool {
    matches!(rule, Rule::given_op | Rule::rounded_op | Rule::in_unit | Rule::apart_op)
}

impl<'t> Builder<'_, 't> {
    /// `expr`, `domain`, `day`, `chain` or any operand.
    pub(super) fn expr(&mut self, pair: Pair<'t, Rule>) -> Expr {
        self.sub(pair).expr
    }

    pub(super) fn sub(&mut self, pair: Pair<'t, Rule>) -> Sub {
        match pair.as_rule() {
            Rule::expr | Rule::domain | Rule::day => {
                let whole = self.span(&pair);
                let parts: Vec<_> = pair.into_inner().collect();
                let operators = parts.iter().filter(|p| binding(p.as_rule()).is_some()).count();
                if operators > MAX_DEPTH / 2 {
                    self.deep(whole);
                    return Sub { expr: Expr { span: whole, kind: ExprKind::Junk }, height: 1 };
                }
                let mut parts = parts.into_iter().peekable();
                self.climb(&mut parts, 0)
            }
            _ => self.operand(pair),
        }
    }

    /// Wraps children in a node one higher; a tree that would be too high becomes junk, and the item is lost.
    fn node(&mut self, span: accord_source::Span, height: usize, kind: ExprKind) -> Sub {
        if height >= MAX_DEPTH {
            self.deep(span);
            return Sub { expr: Expr { span, kind: ExprKind::Junk }, height: 1 };
        }
        Sub { expr: Expr { span, kind }, height: height + 1 }
    }

    fn climb(&mut self, parts: &mut Parts<'t>, min: u8) -> Sub {
        let Some(first) = parts.next() else { return self.junk_sub() };
        let (mut left, quantified) = match first.as_rule() {
            Rule::not_op => {
                let start = self.span(&first);
                let inner = self.climb(parts, 30);
                let span = start.to(inner.expr.span);
                (self.node(span, inner.height, ExprKind::Not(Box::new(inner.expr))), false)
            }
            Rule::minus_op => {
                let start = self.span(&first);
                let inner = self.climb(parts, 90);
                let span = start.to(inner.expr.span);
                (self.node(span, inner.height, ExprKind::Negative(Box::new(inner.expr))), false)
            }
            rule => (self.operand(first), rule == Rule::quantifier),
        };
        if quantified && let Some(next) = parts.peek() {
            self.quantifier_not_last(left.expr.span, next);
        }
        while let Some(op) = parts.next_if(|p| binding(p.as_rule()).is_some_and(|(level, _)| level > min)) {
            let right_level = binding(op.as_rule()).map_or(0, |(_, right)| right);
            left = if is_postfix(op.as_rule()) {
                self.apply_postfix(left, op)
            } else {
                let right = self.climb(parts, right_level);
                self.apply_infix(left, op, right)
            };
        }
        left
    }

    fn quantifier_not_last(&mut self, span: accord_source::Span, next: &Pair<'t, Rule>) {
        let op = self.span(next);
        let word = next.as_str().split_whitespace().next().unwrap_or("").to_owned();
        self.sink.push(
            Diagnostic::new(Code::AggregateOperand, span, "a sum, count or other quantifier needs brackets here")
                .with(op, format!("because `{word}` follows it"))
                .help("write brackets round it, from its first word to the end of what it ranges over"),
        );
    }

    fn apply_postfix(&mut self, left: Sub, op: Pair<'t, Rule>) -> Sub {
        let span = left.expr.span.to(self.span(&op));
        let rule = op.as_rule();
        let inner: Vec<_> = op.into_inner().collect();
        match rule {
            Rule::given_op => {
                let yes = !inner.iter().any(|p| p.as_rule() == Rule::kw_not);
                self.node(span, left.height, ExprKind::Given(Box::new(left.expr), yes))
            }
            Rule::in_unit => match inner.into_iter().find(|p| p.as_rule() == Rule::into_unit) {
                Some(unit) => {
                    let unit = self.name(&unit);
                    self.node(span, left.height, ExprKind::InUnit(Box::new(left.expr), unit))
                }
                None => left,
            },
            Rule::apart_op => {
                let targets = inner.into_iter().find(|p| p.as_rule() == Rule::addresses);
                let targets = targets.map(|p| self.addresses(p)).unwrap_or_default();
                self.node(span, left.height, ExprKind::Apart(Box::new(left.expr), targets))
            }
            _ => {
                let Some(how) = inner.into_iter().find(|p| matches!(p.as_rule(), Rule::chain | Rule::rounding)) else {
                    return left;
                };
                self.check_sum_rounded(&left.expr, span);
                let how = self.operand(how);
                let height = left.height.max(how.height);
                self.node(span, height, ExprKind::Rounded(Box::new(left.expr), Box::new(how.expr)))
            }
        }
    }

    fn check_sum_rounded(&mut self, left: &Expr, whole: accord_source::Span) {
        if let ExprKind::Binary(Op::Add | Op::Subtract, ..) = left.kind {
            let rounding = accord_source::Span { start: left.span.end, ..whole };
            self.sink.push(
                Diagnostic::new(Code::SumRounded, left.span, "a sum before `rounded` needs brackets")
                    .with(rounding, "is the whole sum rounded, or only its last part?")
                    .help("write `(a + b) rounded ...` to round the sum, or `a + (b rounded ...)` to round the part"),
            );
        }
    }

    fn apply_infix(&mut self, left: Sub, op: Pair<'t, Rule>, right: Sub) -> Sub {
        let span = left.expr.span.to(right.expr.span);
        let height = left.height.max(right.height);
        let op_span = self.span(&op);
        let rule = op.as_rule();
        if rule == Rule::over_op {
            return self.over(left, right);
        }
        let (l, r) = (Box::new(left.expr), Box::new(right.expr));
        let kind = match rule {
            Rule::one_of => {
                let yes = !op.into_inner().any(|p| p.as_rule() == Rule::kw_not);
                ExprKind::OneOf(l, r, yes)
            }
            Rule::lasts_op => ExprKind::Lasts(l, r),
            Rule::within_op => match r.kind {
                ExprKind::Moved(length, word, start) if word.text == "after" => ExprKind::Deadline(l, length, start),
                kind => ExprKind::Binary(Op::Within, l, Box::new(Expr { span: r.span, kind })),
            },
            Rule::moved => {
                let word = Name { text: op.as_str().trim().to_owned(), span: op_span };
                ExprKind::Moved(l, word, r)
            }
            Rule::own_op | Rule::until_op | Rule::during_op | Rule::kinds_op => {
                let word = Name { text: self.slice(op_span).to_owned(), span: op_span };
                ExprKind::Shaped(l, word, r)
            }
            rule => match binary(rule) {
                Some(op) => ExprKind::Binary(op, l, r),
                None => ExprKind::Junk,
            },
        };
        self.node(span, height, kind)
    }

    fn over(&mut self, left: Sub, right: Sub) -> Sub {
        let span = left.expr.span.to(right.expr.span);
        match (left.expr.kind, right.expr.kind) {
            (ExprKind::Name(a), ExprKind::Name(b)) => {
                let a = Name { text: a, span: left.expr.span };
                let b = Name { text: b, span: right.expr.span };
                self.node(span, 1, ExprKind::Over(a, b))
            }
            _ => {
                self.sink.push(
                    Diagnostic::new(Code::Unreadable, span, "`over` stands between two words only")
                        .help("write one pair after another: `compulsory over voluntary, actual over assimilated`"),
                );
                self.node(span, 1, ExprKind::Junk)
            }
        }
    }

    fn junk_sub(&mut self) -> Sub {
        Sub { expr: Expr { span: self.here(), kind: ExprKind::Junk }, height: 1 }
    }

    fn leaf(&self, span: accord_source::Span, kind: ExprKind) -> Sub {
        Sub { expr: Expr { span, kind }, height: 1 }
    }

    fn operand(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        match rule {
            Rule::expr | Rule::domain | Rule::day => self.sub(pair),
            Rule::text => {
                let text = self.text(&pair).text;
                self.leaf(span, ExprKind::Text(text))
            }
            Rule::date | Rule::bad_date => {
                let kind = self.date(&pair);
                self.leaf(span, kind)
            }
            Rule::quantity => {
                let kind = self.quantity(pair);
                self.leaf(span, kind)
            }
            Rule::minus_quantity => match pair.into_inner().find(|p| p.as_rule() == Rule::quantity) {
                Some(q) => {
                    let inner = self.operand(q);
                    self.node(span, inner.height, ExprKind::Negative(Box::new(inner.expr)))
                }
                None => self.junk_sub(),
            },
            Rule::ident | Rule::cell_word | Rule::country | Rule::kw_in => {
                self.leaf(span, ExprKind::Name(pair.as_str().to_owned()))
            }
            Rule::paren | Rule::set_lit => self.bracketed(pair),
            Rule::chain => self.chain(pair),
            Rule::parties => {
                let words: Vec<&str> = pair.into_inner().map(|p| p.as_str()).collect();
                self.leaf(span, ExprKind::Parties(words.join(" ")))
            }
            Rule::provision | Rule::address => {
                let address = self.address(pair);
                self.leaf(span, ExprKind::Address(Box::new(address)))
            }
            Rule::nothing => self.leaf(span, ExprKind::Nothing),
            Rule::refer_e | Rule::unset_e => {
                let text = pair.into_inner().find(|p| p.as_rule() == Rule::text).map(|p| self.text(&p).text);
                let kind = match rule {
                    Rule::refer_e => ExprKind::Refer(text),
                    _ => ExprKind::Unset(text.unwrap_or_default()),
                };
                self.leaf(span, kind)
            }
            Rule::rounding | Rule::undetermined_e | Rule::fault_e => self.worded(pair),
            Rule::if_e => self.if_expr(pair),
            Rule::match_e => self.match_expr(pair),
            Rule::quantifier => self.quantifier(pair),
            _ => self.leaf(span, ExprKind::Junk),
        }
    }

    fn bracketed(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let span = self.span(&pair);
        let paren = pair.as_rule() == Rule::paren;
        let mut height = 1;
        let mut inside = Vec::new();
        for p in pair.into_inner().filter(|p| p.as_rule() == Rule::expr) {
            let sub = self.sub(p);
            height = height.max(sub.height);
            inside.push(sub.expr);
        }
        if !paren {
            return self.node(span, height, ExprKind::Set(inside));
        }
        match inside.pop() {
            Some(expr) => self.node(span, height, ExprKind::Paren(Box::new(expr))),
            None => self.junk_sub(),
        }
    }

    fn chain(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let mut inner = pair.into_inner();
        let Some(first) = inner.next() else { return self.junk_sub() };
        let mut left = self.operand(first);
        for p in inner {
            let span = left.expr.span.to(self.span(&p));
            match p.as_rule() {
                Rule::field => {
                    let Some(word) = p.into_inner().next() else { continue };
                    let name = self.name(&word);
                    left = self.node(span, left.height, ExprKind::Field(Box::new(left.expr), name));
                }
                _ => {
                    let (args, height) = self.args(p);
                    let height = left.height.max(height);
                    left = self.node(span, height, ExprKind::Call(Box::new(left.expr), args));
                }
            }
        }
        left
    }

    pub(super) fn args(&mut self, call: Pair<'t, Rule>) -> (Vec<Arg>, usize) {
        let mut height = 1;
        let mut args = Vec::new();
        for arg in call.into_inner().filter(|p| p.as_rule() == Rule::arg) {
            let mut label = None;
            for p in arg.into_inner() {
                match p.as_rule() {
                    Rule::word => label = Some(self.name(&p)),
                    Rule::expr => {
                        let sub = self.sub(p);
                        height = height.max(sub.height);
                        args.push(Arg { label: label.take(), value: sub.expr });
                    }
                    _ => {}
                }
            }
        }
        (args, height)
    }

    /// `half up to 0.01 EUR`, `undetermined { "..." }`, `fault overflow`.
    fn worded(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut word = None;
        let mut value = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::round_mode | Rule::kw_undetermined | Rule::kw_fault => {
                    let at = self.span(&p);
                    let words: Vec<&str> = p.as_str().split_whitespace().collect();
                    word = Some(Name { text: words.join(" "), span: at });
                }
                Rule::kw_to => {}
                _ => value = Some(self.operand(p)),
            }
        }
        let (Some(word), Some(value)) = (word, value) else { return self.junk_sub() };
        let height = value.height;
        let kind = if rule == Rule::rounding {
            ExprKind::Rounding(word, Box::new(value.expr))
        } else {
            let callee = Expr { span: word.span, kind: ExprKind::Name(word.text) };
            ExprKind::Call(Box::new(callee), vec![Arg { label: None, value: value.expr }])
        };
        self.node(span, height, kind)
    }

    fn if_expr(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let span = self.span(&pair);
        let mut subs = Vec::new();
        for p in pair.into_inner().filter(|p| p.as_rule() == Rule::expr) {
            subs.push(self.sub(p));
        }
        let height = subs.iter().map(|s| s.height).max().unwrap_or(1);
        let mut subs = subs.into_iter().map(|s| Box::new(s.expr));
        match (subs.next(), subs.next(), subs.next()) {
            (Some(c), Some(a), Some(b)) => self.node(span, height, ExprKind::If(c, a, b)),
            _ => self.junk_sub(),
        }
    }

    fn match_expr(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let span = self.span(&pair);
        let mut scrutinee = None;
        let mut arms = Vec::new();
        let mut height = 1;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::expr => {
                    let sub = self.sub(p);
                    height = height.max(sub.height);
                    scrutinee = Some(sub.expr);
                }
                Rule::arm => {
                    let at = self.span(&p);
                    let (keys, value) = self.keyed(p);
                    height = height.max(value.height);
                    arms.push(Arm { patterns: keys, span: at.to(value.expr.span), value: value.expr });
                }
                _ => {}
            }
        }
        match scrutinee {
            Some(s) => self.node(span, height, ExprKind::Match(Box::new(s), arms)),
            None => self.junk_sub(),
        }
    }

    /// An arm or a table row: keys and a value.
    fn keyed(&mut self, pair: Pair<'t, Rule>) -> (Vec<Expr>, Sub) {
        let mut keys = Vec::new();
        let mut value = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::key_list => {
                    for key in p.into_inner().filter(|k| k.as_rule() == Rule::row_key) {
                        keys.push(self.row_key(key));
                    }
                }
                Rule::expr => value = Some(self.sub(p)),
                _ => {}
            }
        }
        let value = value.unwrap_or_else(|| self.junk_sub());
        (keys, value)
    }

    pub(super) fn table_row(&mut self, pair: Pair<'t, Rule>) -> Row {
        let at = self.span(&pair);
        let (keys, value) = self.keyed(pair);
        Row { keys, span: at.at_start().to(value.expr.span), value: value.expr }
    }

    /// A value, or a range; the open side of a range is `nothing`.
    fn row_key(&mut self, pair: Pair<'t, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut sides: Vec<Option<Expr>> = vec![None];
        let mut open = false;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::open_below => {
                    open = true;
                    let value = p.into_inner().find(|v| v.as_rule() != Rule::dots).map(|v| self.operand(v).expr);
                    sides.push(value);
                }
                Rule::dots => {
                    open = true;
                    sides.push(None);
                }
                _ => {
                    let value = self.operand(p).expr;
                    if let Some(last) = sides.last_mut() {
                        *last = Some(value);
                    }
                }
            }
        }
        let mut sides = sides.into_iter();
        let (low, high) = (sides.next().flatten(), sides.next().flatten());
        if !open {
            return low.unwrap_or(Expr { span, kind: ExprKind::Junk });
        }
        let low = low.unwrap_or(Expr { span: span.at_start(), kind: ExprKind::Nothing });
        let high = high.unwrap_or(Expr { span: span.at_end(), kind: ExprKind::Nothing });
        Expr { span, kind: ExprKind::Binary(Op::Range, Box::new(low), Box::new(high)) }
    }

    fn quantifier(&mut self, pair: Pair<'t, Rule>) -> Sub {
        let span = self.span(&pair);
        let Some(form) = pair.into_inner().next() else { return self.junk_sub() };
        let mut word = match form.as_rule() {
            Rule::q_every => QuantifierWord::Every,
            Rule::q_some => QuantifierWord::Some,
            Rule::q_the => QuantifierWord::The,
            _ => QuantifierWord::Sum,
        };
        let (mut height, mut binder, mut body, mut with, mut tie) = (1, None, None, None, None);
        for p in form.into_inner() {
            match p.as_rule() {
                Rule::kw_largest => word = QuantifierWord::Largest,
                Rule::kw_smallest => word = QuantifierWord::Smallest,
                Rule::kw_count => word = QuantifierWord::Count,
                Rule::kw_set => word = QuantifierWord::Set,
                Rule::binder => {
                    let (b, h) = self.binder(p);
                    height = height.max(h);
                    binder = b;
                }
                Rule::where_s => {
                    if let Some(sub) = self.inner_expr(p) {
                        height = height.max(sub.height);
                        if let Some(b) = binder.as_mut() {
                            b.filter = Some(Box::new(sub.expr));
                        }
                    }
                }
                Rule::with_s => {
                    let largest = p.clone().into_inner().any(|k| k.as_rule() == Rule::kw_largest);
                    if let Some(sub) = self.inner_expr(p) {
                        height = height.max(sub.height);
                        with = Some((largest, sub.expr));
                    }
                }
                Rule::tie_s => tie = p.into_inner().find(|k| k.as_rule() == Rule::word).map(|k| self.name(&k)),
                Rule::expr => {
                    let sub = self.sub(p);
                    height = height.max(sub.height);
                    body = Some(sub.expr);
                }
                _ => {}
            }
        }
        match binder {
            Some(binder) => {
                let quantifier = Quantifier { word, binder, body, with, tie };
                self.node(span, height, ExprKind::Quantifier(Box::new(quantifier)))
            }
            None => self.junk_sub(),
        }
    }

    fn inner_expr(&mut self, pair: Pair<'t, Rule>) -> Option<Sub> {
        let inner = pair.into_inner().find(|p| p.as_rule() == Rule::expr)?;
        Some(self.sub(inner))
    }

    pub(super) fn binder(&mut self, pair: Pair<'t, Rule>) -> (Option<Binder>, usize) {
        let (mut names, mut domain, mut height) = (Vec::new(), None, 1);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::ident => names.push(self.name(&p)),
                Rule::domain => {
                    let sub = self.sub(p);
                    height = height.max(sub.height);
                    domain = Some(sub.expr);
                }
                _ => {}
            }
        }
        let mut names = names.into_iter();
        let binder = match (names.next(), names.next()) {
            (Some(class), Some(variable)) => Some(Binder { class, variable, domain, filter: None }),
            _ => None,
        };
        (binder, height)
    }

    /// `2012-10-01`, or what was meant to be a day.
    pub(super) fn date(&mut self, pair: &Pair<'t, Rule>) -> ExprKind {
        let text = pair.as_str();
        if pair.as_rule() == Rule::date && lexical::day_exists(text) {
            return ExprKind::Date(text.to_owned());
        }
        let span = self.span(pair);
        self.sink.push(lexical::bad_date(span, text));
        ExprKind::Junk
    }

    pub(super) fn quantity(&mut self, pair: Pair<'t, Rule>) -> ExprKind {
        let mut digits = None;
        let mut unit = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::bad_number => {
                    let span = self.span(&p);
                    self.sink.push(lexical::bad_number(span, p.as_str()));
                }
                Rule::number => digits = Some(p.as_str().to_owned()),
                Rule::unit => unit = Some(self.name(&p)),
                _ => {}
            }
        }
        match (digits, unit) {
            (Some(digits), Some(unit)) => ExprKind::Quantity(digits, unit),
            (Some(digits), None) => ExprKind::Number(digits),
            _ => ExprKind::Junk,
        }
    }
}
