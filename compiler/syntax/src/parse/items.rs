//! Items: agreements, headings, rules, clauses, declarations, cases.

use accord_source::Code;
use pest::iterators::Pair;

use super::Rule;
use super::build::Builder;
use crate::ast::{
    Applies, ClauseUse, Expr, ExprKind, Item, ItemKind, Name, Op, ParameterBody, Relation, RelationKind, Signature,
    Slot, Text, Type,
};

/// What stands in one item, sorted by kind: most items are a few names, a text, a type and an expression.
#[derive(Default)]
struct Bag {
    names: Vec<Name>,
    texts: Vec<Text>,
    slots: Vec<Slot>,
    exprs: Vec<Expr>,
    params: Vec<crate::ast::Param>,
    fields: Vec<crate::ast::Field>,
    each: Vec<crate::ast::Binder>,
    relations: Vec<Relation>,
    targets: Vec<crate::ast::Address>,
    members: Vec<Signature>,
    rows: Vec<crate::ast::Row>,
    enumerated: Vec<(Name, Option<Text>)>,
    ty: Option<Type>,
    when: Option<Expr>,
    applies: Vec<Applies>,
    block: Option<crate::ast::Block>,
    of: Option<Name>,
    bounds: Option<Expr>,
    table: bool,
    flag: bool,
}

impl<'t> Builder<'_, 't> {
    /// The item of an `item` pair; what the builder cannot use becomes junk, with a finding.
    pub(super) fn item(&mut self, pair: Pair<'t, Rule>) -> Item {
        let span = self.span(&pair);
        let kind = pair.into_inner().next().and_then(|inner| self.item_kind(inner));
        Item { span, kind: kind.unwrap_or(ItemKind::Junk) }
    }

    fn item_kind(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let rule = pair.as_rule();
        match rule {
            Rule::rule_s => return self.rule(pair),
            Rule::demand => return self.demand(pair),
            Rule::assumes => return self.assumes(pair),
            Rule::outside => return self.outside(pair),
            Rule::property => return self.property(pair),
            Rule::amendment => return self.amendment(pair),
            Rule::instruction => return self.instruction(pair),
            Rule::kept => return self.kept(pair),
            Rule::renamed => return self.renamed(pair),
            Rule::derived => return self.derived(pair),
            _ => {}
        }
        let mut bag = self.bag(pair);
        let mut names = std::mem::take(&mut bag.names).into_iter();
        let mut texts = std::mem::take(&mut bag.texts).into_iter();
        Some(match rule {
            Rule::use_i => ItemKind::Use(texts.next()?),
            Rule::agreement => {
                let name = names.next()?;
                let title = self.title(texts.next(), name.span, "an agreement has a title");
                ItemKind::Agreement { name, title, header: bag.slots }
            }
            Rule::legislation => {
                let name = names.next()?;
                let title = self.title(texts.next(), name.span, "a legislation has a title");
                ItemKind::Legislation { name: split_name(&name), title, header: bag.slots }
            }
            Rule::standard => {
                let name = names.next()?;
                let title = self.title(texts.next(), name.span, "a standard has a title");
                ItemKind::Standard { name, title, header: bag.slots }
            }
            Rule::interface => ItemKind::Interface { name: names.next()?, members: bag.members },
            Rule::heading => ItemKind::Heading { word: names.next()?, number: names.next()?, title: texts.next() },
            Rule::article => ItemKind::Article {
                word: names.next()?,
                number: names.next()?,
                of: bag.of,
                title: texts.next(),
                each: bag.each,
            },
            Rule::label_i => ItemKind::Label(names.collect()),
            Rule::evidence => ItemKind::Evidence(names.next()?),
            Rule::remark => {
                ItemKind::Remark { word: names.next()?, language: names.next(), text: joined(texts.collect())? }
            }
            Rule::not_encoded => ItemKind::NotEncoded(texts.next()?),
            Rule::disapply => ItemKind::Disapply { targets: bag.targets, when: bag.when },
            Rule::clause_use => {
                let block = bag.block?;
                ItemKind::ClauseUse(ClauseUse {
                    relations: bag.relations,
                    name: names.next()?,
                    slots: block.slots,
                    when: bag.when,
                    applies: bag.applies,
                    braces: block.span,
                })
            }
            Rule::conversion => ItemKind::Conversion { exact: bag.flag, slots: bag.block?.slots },
            Rule::clause_i => {
                let name = names.next()?;
                let doc = self.title(texts.next(), name.span, "a clause says in a text what it means");
                ItemKind::Clause { name, doc, each: bag.each }
            }
            Rule::case_i => ItemKind::Case { name: texts.next()?, body: bag.block? },
            Rule::facts_i => ItemKind::Facts(bag.fields),
            Rule::enum_i => ItemKind::Enum { name: names.next()?, members: bag.enumerated },
            Rule::record_i => ItemKind::Record { name: names.next()?, fields: bag.fields },
            Rule::question => ItemKind::Question { name: names.next()?, facts: bag.fields, decides: names.collect() },
            _ => return self.declaration(rule, bag, names.next()?, texts.next()),
        })
    }

    /// The text that must follow a name.
    fn title(&mut self, text: Option<Text>, name: accord_source::Span, missing: &str) -> Text {
        text.unwrap_or_else(|| {
            self.complain(Code::Unreadable, name, missing, "write it in quotation marks after the name");
            Text { text: String::new(), span: name.at_end() }
        })
    }

    /// The name and type of a declaration whose rest could not be read, with junk for its value.
    pub(super) fn salvage(&mut self, pair: Pair<'t, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let junk = Expr { span: span.at_end(), kind: ExprKind::Junk };
        let mut kind = Rule::kw_term;
        let mut bag = Bag::default();
        for p in pair.into_inner() {
            match p.as_rule() {
                rule @ (Rule::kw_function | Rule::kw_parameter | Rule::kw_decision) => kind = rule,
                _ => self.put(&mut bag, p),
            }
        }
        let name = bag.names.into_iter().next()?;
        let kind = match (kind, bag.ty) {
            (Rule::kw_parameter, ty) => {
                ItemKind::Parameter { name, params: bag.params, ty, body: ParameterBody::Value(junk), bounds: None }
            }
            (Rule::kw_decision, Some(ty)) => {
                let signature = Signature { name, params: bag.params, ty };
                ItemKind::Decision { signature, default: Some(junk), doc: None }
            }
            (_, ty) => ItemKind::Term { name, params: bag.params, ty, body: junk },
        };
        Some(Item { span, kind })
    }

    fn declaration(&mut self, rule: Rule, bag: Bag, name: Name, doc: Option<Text>) -> Option<ItemKind> {
        let mut exprs = bag.exprs.into_iter();
        Some(match rule {
            Rule::term_i => ItemKind::Term { name, params: bag.params, ty: bag.ty, body: exprs.next()? },
            Rule::function => ItemKind::Function { name, params: bag.params, ty: bag.ty?, body: exprs.next()? },
            Rule::slot_i => ItemKind::SlotDef { name, term: bag.flag, ty: bag.ty?, default: exprs.next() },
            Rule::decision => {
                let signature = Signature { name, params: bag.params, ty: bag.ty? };
                ItemKind::Decision { signature, default: exprs.next(), doc }
            }
            Rule::parameter => {
                let body = match exprs.next() {
                    _ if bag.table => ParameterBody::Table(bag.rows),
                    Some(Expr { kind: ExprKind::Unset(why), span }) => ParameterBody::Unset(Text { text: why, span }),
                    Some(expr) => ParameterBody::Value(expr),
                    None => return None,
                };
                let bounds = match bag.bounds {
                    Some(Expr { kind: ExprKind::Binary(Op::Range, low, high), .. }) => Some((*low, *high)),
                    Some(other) => {
                        let help = "write the lowest and the highest value: `bounded 0 .. 1`";
                        self.complain(Code::Unreadable, other.span, "`bounded` needs a range", help);
                        None
                    }
                    None => None,
                };
                ItemKind::Parameter { name, params: bag.params, ty: bag.ty, body, bounds }
            }
            _ => return None,
        })
    }

    fn bag(&mut self, pair: Pair<'t, Rule>) -> Bag {
        let mut bag = Bag::default();
        for p in pair.into_inner() {
            self.put(&mut bag, p);
        }
        bag
    }

    fn put(&mut self, bag: &mut Bag, p: Pair<'t, Rule>) {
        match p.as_rule() {
            Rule::text => bag.texts.push(self.text(&p)),
            Rule::ident
            | Rule::word
            | Rule::iname
            | Rule::dotted
            | Rule::heading_word
            | Rule::heading_number
            | Rule::art_word
            | Rule::range_word
            | Rule::heading_range
            | Rule::kw_summary
            | Rule::kw_note
            | Rule::kw_open
            | Rule::kw_text => bag.names.push(self.name(&p)),
            Rule::heading_ref | Rule::head | Rule::named => {
                for q in p.into_inner() {
                    self.put(bag, q);
                }
            }
            Rule::art_number => bag.names.push(self.name(&p)),
            Rule::labels => bag.names = self.labels(p),
            Rule::instrument => bag.of = p.into_inner().find(|q| q.as_rule() == Rule::iname).map(|q| self.name(&q)),
            Rule::hslot => bag.slots.extend(self.slot(p)),
            Rule::block => bag.block = Some(self.block(p)),
            Rule::each => bag.each = self.each(p),
            Rule::relation => bag.relations.push(self.relation(p)),
            Rule::addresses => bag.targets = self.addresses(p),
            Rule::when_s => {
                if bag.when.is_some() {
                    let at = self.span(&p);
                    self.complain(
                        Code::MissingWhen,
                        at,
                        "a clause has one `when`",
                        "join the conditions with `and` or `or`",
                    );
                }
                bag.when = self.inner(p);
            }
            Rule::applies => bag.applies.extend(self.applies(p)),
            Rule::params => bag.params = self.params(p),
            Rule::fields => bag.fields = self.fields(p),
            Rule::ty => bag.ty = Some(self.ty(p)),
            Rule::expr | Rule::unset_e => bag.exprs.push(self.expr(p)),
            Rule::bounded => bag.bounds = self.inner(p),
            Rule::kw_exact | Rule::term_of => bag.flag = true,
            Rule::table => {
                bag.table = true;
                bag.rows = p.into_inner().filter(|r| r.as_rule() == Rule::trow).map(|r| self.table_row(r)).collect();
            }
            Rule::member => bag.members.extend(self.member(p)),
            Rule::enum_member => {
                let (mut name, mut text) = (None, None);
                for q in p.into_inner() {
                    match q.as_rule() {
                        Rule::text => text = Some(self.text(&q)),
                        _ => name = Some(self.name(&q)),
                    }
                }
                bag.enumerated.extend(name.map(|n| (n, text)));
            }
            _ => {}
        }
    }

    pub(super) fn inner(&mut self, pair: Pair<'t, Rule>) -> Option<Expr> {
        let inner = pair.into_inner().find(|p| p.as_rule() == Rule::expr)?;
        Some(self.expr(inner))
    }

    fn member(&mut self, pair: Pair<'t, Rule>) -> Option<Signature> {
        let bag = self.bag(pair);
        Some(Signature { name: bag.names.into_iter().next()?, params: bag.params, ty: bag.ty? })
    }

    pub(super) fn relation(&mut self, pair: Pair<'t, Rule>) -> Relation {
        let span = self.span(&pair);
        let mut kind = RelationKind::Exception;
        let mut targets = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::rel_subject => kind = RelationKind::Subject,
                Rule::rel_notwithstanding => kind = RelationKind::Notwithstanding,
                Rule::addresses => targets = self.addresses(p),
                _ => {}
            }
        }
        Relation { kind, targets, span }
    }

    fn rule(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let mut rule = crate::ast::Rule {
            relations: Vec::new(),
            negated: false,
            decision: Name { text: String::new(), span: self.span(&pair) },
            args: Vec::new(),
            value: None,
            when: None,
            applies: Vec::new(),
        };
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::relation => rule.relations.push(self.relation(p)),
                Rule::kw_not => rule.negated = true,
                Rule::rule_head => {
                    for q in p.into_inner() {
                        match q.as_rule() {
                            Rule::ident => rule.decision = self.name(&q),
                            _ => rule.args = self.rule_args(q),
                        }
                    }
                }
                Rule::expr => rule.value = Some(self.expr(p)),
                Rule::when_s => {
                    let at = self.span(&p);
                    if rule.when.is_some() {
                        let help = "join the conditions with `and` or `or`";
                        self.complain(Code::MissingWhen, at, "a rule has one `when`", help);
                    }
                    rule.when = self.inner(p);
                }
                Rule::applies => rule.applies.extend(self.applies(p)),
                _ => {}
            }
        }
        Some(ItemKind::Rule(rule))
    }

    fn rule_args(&mut self, pair: Pair<'t, Rule>) -> Vec<Expr> {
        let (args, _) = self.args(pair);
        for label in args.iter().filter_map(|a| a.label.as_ref()) {
            let span = label.span;
            let help = "write the variable or the value alone: `rule payable(P) = ...`";
            self.complain(Code::WrongHead, span, "the head of a rule takes no labels", help);
        }
        args.into_iter().map(|a| a.value).collect()
    }

    pub(super) fn applies(&mut self, pair: Pair<'t, Rule>) -> Option<Applies> {
        let span = self.span(&pair);
        let (mut to, mut from, mut day) = (None, false, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::ident => to = Some(self.name(&p)),
                Rule::kw_from => from = true,
                Rule::day => day = Some(self.expr(p)),
                _ => {}
            }
        }
        if let Some(word) = to.as_ref().filter(|w| !matches!(w.text.as_str(), "claims" | "events")) {
            let (span, message) = (word.span, format!("a rule cannot apply to `{}`", word.text));
            let help = "write `applies to claims from ...` or `applies to events from ...`";
            self.complain(Code::Unreadable, span, &message, help);
        }
        Some(Applies { to, from, day: day?, span })
    }
}

/// `NL.old_age` as two names.
fn split_name(name: &Name) -> Vec<Name> {
    let mut start = name.span.start;
    let mut names = Vec::new();
    for part in name.text.split('.') {
        let end = start + u32::try_from(part.len()).unwrap_or(0);
        names.push(Name { text: part.to_owned(), span: accord_source::Span { start, end, ..name.span } });
        start = end + 1;
    }
    names
}

/// Texts written one after another are the lines of one.
fn joined(texts: Vec<Text>) -> Option<Text> {
    let mut texts = texts.into_iter();
    let mut whole = texts.next()?;
    for text in texts {
        whole.text.push('\n');
        whole.text.push_str(&text.text);
        whole.span = whole.span.to(text.span);
    }
    Some(whole)
}

/// Whether an item can have lost nothing to the text after it.
pub(super) fn complete(kind: &ItemKind) -> bool {
    match kind {
        ItemKind::Label(_)
        | ItemKind::Evidence(_)
        | ItemKind::Remark { .. }
        | ItemKind::NotEncoded(_)
        | ItemKind::Facts(_)
        | ItemKind::Enum { .. }
        | ItemKind::Record { .. }
        | ItemKind::Case { .. }
        | ItemKind::Conversion { .. }
        | ItemKind::Outside(_)
        | ItemKind::Use(_) => true,
        ItemKind::Article { title, .. } | ItemKind::Heading { title, .. } => title.is_some(),
        _ => false,
    }
}

/// What is left of a statement that ran into junk: a declaration keeps its name and type, so that its uses are not
/// reported too, but not the part that may have been cut; anything else is lost.
pub(super) fn poisoned(kind: ItemKind) -> ItemKind {
    let junk = |e: &Expr| Expr { span: e.span, kind: ExprKind::Junk };
    match kind {
        ItemKind::Term { name, params, ty, body } => ItemKind::Term { name, params, ty, body: junk(&body) },
        ItemKind::Function { name, params, ty, body } => ItemKind::Function { name, params, ty, body: junk(&body) },
        ItemKind::Decision { signature, default: Some(default), doc } => {
            ItemKind::Decision { signature, default: Some(junk(&default)), doc }
        }
        ItemKind::Decision { signature, default: None, doc } => {
            let span = signature.ty.span;
            ItemKind::Decision { signature, default: Some(Expr { span, kind: ExprKind::Junk }), doc }
        }
        ItemKind::SlotDef { name, term, ty, default } => {
            ItemKind::SlotDef { name, term, default: default.as_ref().map(junk), ty }
        }
        ItemKind::Parameter { name, params, ty, body, .. } => {
            let span = match &body {
                ParameterBody::Value(e) => e.span,
                ParameterBody::Unset(t) => t.span,
                ParameterBody::Table(_) => name.span,
            };
            let body = ParameterBody::Value(Expr { span, kind: ExprKind::Junk });
            ItemKind::Parameter { name, params, ty, body, bounds: None }
        }
        // A clause too: what follows its brace may have been meant as its condition.
        ItemKind::Rule(_)
        | ItemKind::Disapply { .. }
        | ItemKind::ClauseUse(_)
        | ItemKind::Demand(_)
        | ItemKind::Assumes { .. }
        | ItemKind::Property(_)
        | ItemKind::Correspondence(_)
        | ItemKind::Kept(_) => ItemKind::Junk,
        other => other,
    }
}
