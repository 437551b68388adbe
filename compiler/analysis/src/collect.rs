//! Who declares what: instruments, provisions, clauses and the statements under them.

use crate::words;
use accord_core::Country;
use accord_ir::Evidence;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast;
use std::collections::BTreeMap;

/// An agreement or a legislation.
#[derive(Debug)]
pub(crate) struct Instrument<'a> {
    /// `NL-CV`, `NL.old_age`.
    pub name: String,
    pub title: &'a str,
    pub header: &'a [ast::Slot],
    pub span: Span,
    /// The party of a legislation; `None` for an agreement and for stdlib's Figures.
    pub party: Option<Country>,
    pub is_legislation: bool,
    /// A convention that agreements are compared with.
    pub is_standard: bool,
    pub evidence: Evidence,
}

/// A provision of an instrument.
#[derive(Debug)]
pub(crate) struct ProvisionDecl<'a> {
    pub instrument: usize,
    /// `article`, `5`.
    pub article: (String, String),
    pub labels: Vec<String>,
    pub title: &'a str,
    pub evidence: Option<Evidence>,
    pub span: Span,
    /// The provision it is under: the article of a paragraph.
    pub parent: Option<usize>,
    /// Whether it holds a statement with an effect.
    pub encoded: bool,
    pub not_encoded: Option<&'a str>,
    /// Why a question is left open here.
    pub open: Option<&'a str>,
    /// The first and last article of a heading over several.
    pub range: Option<(u32, u32)>,
}

/// Instrument, article, labels.
pub(crate) type ProvisionKey = (usize, (String, String), Vec<String>);

/// Where a statement stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub instrument: Option<usize>,
    pub provision: Option<usize>,
    pub clause: Option<usize>,
    /// Index of the article's binders.
    pub binders: Option<usize>,
}

/// A statement with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement<'a> {
    pub item: &'a ast::Item,
    pub place: Place,
}

/// A clause definition.
#[derive(Debug)]
pub(crate) struct ClauseDecl<'a> {
    pub name: &'a ast::Name,
    pub doc: &'a str,
    pub each: &'a [ast::Binder],
    pub items: Vec<&'a ast::Item>,
    pub span: Span,
}

/// Everything the files declare.
#[derive(Debug, Default)]
pub(crate) struct Declarations<'a> {
    pub instruments: Vec<Instrument<'a>>,
    pub provisions: Vec<ProvisionDecl<'a>>,
    pub binders: Vec<&'a [ast::Binder]>,
    pub clauses: Vec<ClauseDecl<'a>>,
    pub clause_by_name: BTreeMap<&'a str, usize>,
    pub provision_by_key: BTreeMap<ProvisionKey, usize>,
    pub statements: Vec<Statement<'a>>,
}

impl Declarations<'_> {
    /// The main agreement: the first that is neither a legislation nor a standard.
    pub fn main(&self) -> Option<usize> {
        self.instruments.iter().position(|i| !i.is_legislation && !i.is_standard)
    }

    /// `article 5(1)(a)`, with the instrument where it is not the main one.
    pub fn address(&self, provision: usize) -> String {
        let Some(p) = self.provisions.get(provision) else { return String::new() };
        let labels: String = p.labels.iter().map(|l| format!("({l})")).collect();
        let bare = format!("{} {}{labels}", p.article.0, p.article.1);
        let Some(instrument) = self.instruments.get(p.instrument) else { return bare };
        if instrument.is_legislation {
            format!("{} {bare}", instrument.name)
        } else if Some(p.instrument) == self.main() {
            bare
        } else {
            format!("{bare} of {}", instrument.name)
        }
    }

    /// The evidence of a provision: its own, else its article's, else its instrument's.
    pub fn evidence(&self, provision: usize) -> Evidence {
        let mut at = Some(provision);
        while let Some(p) = at.and_then(|i| self.provisions.get(i)) {
            if let Some(evidence) = p.evidence {
                return evidence;
            }
            at = p.parent;
        }
        let instrument = self.provisions.get(provision).and_then(|p| self.instruments.get(p.instrument));
        instrument.map_or(Evidence::Recalled, |i| i.evidence)
    }

    /// Whether provision `inner` is `outer` or stands under it.
    pub fn is_under(&self, inner: usize, outer: usize) -> bool {
        let (Some(i), Some(o)) = (self.provisions.get(inner), self.provisions.get(outer)) else { return false };
        i.instrument == o.instrument && i.article == o.article && i.labels.starts_with(&o.labels)
    }
}

/// Reads the items of all files, top to bottom.
pub(crate) fn collect<'a>(files: &[&'a ast::File], sink: &mut Diagnostics) -> Declarations<'a> {
    let mut collector = Collector { decls: Declarations::default(), place: Place::default(), article: None, sink };
    for file in files {
        collector.place = Place::default();
        collector.article = None;
        for item in &file.items {
            collector.item(item);
        }
    }
    collector.decls
}

struct Collector<'a, 's> {
    decls: Declarations<'a>,
    place: Place,
    article: Option<usize>,
    sink: &'s mut Diagnostics,
}

impl<'a> Collector<'a, '_> {
    fn item(&mut self, item: &'a ast::Item) {
        match &item.kind {
            ast::ItemKind::Agreement { name, title, header } => {
                self.open_instrument(name.text.clone(), &title.text, header, item.span, None, false);
            }
            ast::ItemKind::Legislation { name, title, header } => self.legislation(name, title, header, item.span),
            ast::ItemKind::Standard { name, title, header } => {
                self.open_instrument(name.text.clone(), &title.text, header, item.span, None, false);
                if let Some(instrument) = self.decls.instruments.last_mut() {
                    instrument.is_standard = true;
                }
            }
            // What is promised of the text is no part of the law it encodes.
            ast::ItemKind::Property(_) => {
                self.place.clause = None;
                self.decls.statements.push(Statement { item, place: self.place });
            }
            ast::ItemKind::Article { word, number, of, title, each } => {
                self.article(word, number, of.as_ref(), title.as_ref(), each, item.span);
            }
            ast::ItemKind::Label(labels) => self.label(labels, item.span),
            ast::ItemKind::Evidence(word) => self.evidence(word),
            ast::ItemKind::NotEncoded(why) => self.not_encoded(why),
            ast::ItemKind::Clause { name, doc, each } => self.clause(name, &doc.text, each, item.span),
            ast::ItemKind::Junk => self.unreadable(),
            ast::ItemKind::Remark { word, text, .. } => self.remark(word, text),
            ast::ItemKind::Heading { .. } | ast::ItemKind::Use(_) | ast::ItemKind::Case { .. } => {}
            // The text of a day has none of these: `versions::consolidate` put their words in place.
            ast::ItemKind::Correspondence(_) => self.sink.push(crate::words::of_a_map(item.span)),
            ast::ItemKind::Amendment(_) | ast::ItemKind::Instruction(_) | ast::ItemKind::Kept(_) => {}
            ast::ItemKind::Rule(_) | ast::ItemKind::Term { .. } | ast::ItemKind::SlotDef { .. } => {
                self.clause_member(item)
            }
            ast::ItemKind::ClauseUse(_)
            | ast::ItemKind::Disapply { .. }
            | ast::ItemKind::Function { .. }
            | ast::ItemKind::Parameter { .. }
            | ast::ItemKind::Conversion { .. }
            | ast::ItemKind::Demand(_)
            | ast::ItemKind::Assumes { .. }
            | ast::ItemKind::Outside(_)
            | ast::ItemKind::Facts(_) => self.statement(item),
            ast::ItemKind::Interface { .. }
            | ast::ItemKind::Enum { .. }
            | ast::ItemKind::Record { .. }
            | ast::ItemKind::Question { .. }
            | ast::ItemKind::Decision { .. } => {
                self.place.clause = None;
                self.decls.statements.push(Statement { item, place: Place::default() });
            }
        }
    }

    fn legislation(&mut self, name: &'a [ast::Name], title: &'a ast::Text, header: &'a [ast::Slot], span: Span) {
        let full = name.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
        let party = name.first().and_then(|n| Country::parse(&n.text));
        if party.is_none() && full != crate::law::FIGURES {
            let at = name.first().map_or(span, |n| n.span);
            self.sink.push(words::legislation_without_party(at, &full));
        }
        self.open_instrument(full, &title.text, header, span, party, true);
    }

    fn open_instrument(
        &mut self,
        name: String,
        title: &'a str,
        header: &'a [ast::Slot],
        span: Span,
        party: Option<Country>,
        is_legislation: bool,
    ) {
        if let Some(first) = self.decls.instruments.iter().find(|i| i.name == name) {
            self.sink.push(words::duplicate(span, &name, first.span));
        }
        let mut evidence = Evidence::Recalled;
        for slot in header.iter().filter(|s| s.name.text == "evidence") {
            if let ast::SlotValue::List(list) = &slot.value
                && let [ast::Expr { kind: ast::ExprKind::Name(word), span }] = list.as_slice()
            {
                evidence = evidence_of(word).unwrap_or_else(|| {
                    self.sink.push(words::unknown_evidence(*span, word));
                    Evidence::Recalled
                });
            }
        }
        let is_standard = false;
        self.decls.instruments.push(Instrument {
            name,
            title,
            header,
            span,
            party,
            is_legislation,
            is_standard,
            evidence,
        });
        self.place = Place { instrument: Some(self.decls.instruments.len() - 1), ..Place::default() };
        self.article = None;
    }

    fn article(
        &mut self,
        word: &'a ast::Name,
        number: &'a ast::Name,
        of: Option<&'a ast::Name>,
        title: Option<&'a ast::Text>,
        each: &'a [ast::Binder],
        span: Span,
    ) {
        self.place.clause = None;
        if let Some(of) = of {
            match self.decls.instruments.iter().position(|i| i.name == of.text) {
                Some(i) => self.place.instrument = Some(i),
                None => self.sink.push(words::unknown_instrument(of)),
            }
        }
        let Some(instrument) = self.place.instrument else {
            self.sink.push(words::outside_agreement(span));
            return;
        };
        let key = (word.text.clone(), number.text.clone());
        let known = self.decls.provision_by_key.get(&(instrument, key.clone(), Vec::new()));
        if let Some(first) = known.and_then(|i| self.decls.provisions.get(*i)) {
            self.sink.push(words::duplicate(span, &format!("{} {}", key.0, key.1), first.span));
        }
        self.decls.binders.push(each);
        let title = title.map_or("", |t| t.text.as_str());
        let id = self.provision(instrument, key, Vec::new(), title, span, None);
        if word.text == "articles" {
            self.range(id, number);
        }
        self.article = Some(id);
        self.place.provision = Some(id);
        self.place.binders = Some(self.decls.binders.len() - 1);
    }

    /// `articles 59..91`: each counts for the coverage of the law.
    fn range(&mut self, id: usize, number: &ast::Name) {
        let bounds = number.text.split_once("..").and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        match bounds.filter(|(low, high): &(u32, u32)| low < high) {
            Some(bounds) => {
                if let Some(p) = self.decls.provisions.get_mut(id) {
                    p.range = Some(bounds);
                }
            }
            None => self.sink.push(words::empty_range(number)),
        }
    }

    fn provision(
        &mut self,
        instrument: usize,
        article: (String, String),
        labels: Vec<String>,
        title: &'a str,
        span: Span,
        parent: Option<usize>,
    ) -> usize {
        let index = self.decls.provisions.len();
        let _ = self.decls.provision_by_key.entry((instrument, article.clone(), labels.clone())).or_insert(index);
        self.decls.provisions.push(ProvisionDecl {
            instrument,
            article,
            labels,
            title,
            evidence: None,
            span,
            parent,
            encoded: false,
            not_encoded: None,
            open: None,
            range: None,
        });
        index
    }

    fn label(&mut self, labels: &'a [ast::Name], span: Span) {
        self.place.clause = None;
        let Some(article) = self.article else {
            self.sink.push(words::label_outside_article(span));
            return;
        };
        let labels: Vec<String> = labels.iter().map(|l| l.text.clone()).collect();
        let (Some(head), instrument) = (self.decls.provisions.get(article), self.place.instrument.unwrap_or(0)) else {
            return;
        };
        let (key, title) = (head.article.clone(), head.title);
        let known = self.decls.provision_by_key.get(&(instrument, key.clone(), labels.clone())).copied();
        let id = known.unwrap_or_else(|| self.provision(instrument, key, labels, title, span, Some(article)));
        self.place.provision = Some(id);
    }

    fn evidence(&mut self, word: &'a ast::Name) {
        let Some(evidence) = evidence_of(&word.text) else {
            self.sink.push(words::unknown_evidence(word.span, &word.text));
            return;
        };
        if let Some(p) = self.place.provision.and_then(|i| self.decls.provisions.get_mut(i)) {
            p.evidence = Some(evidence);
        } else if let Some(i) = self.place.instrument.and_then(|i| self.decls.instruments.get_mut(i)) {
            i.evidence = evidence;
        }
    }

    fn not_encoded(&mut self, why: &'a ast::Text) {
        match self.place.provision.and_then(|i| self.decls.provisions.get_mut(i)) {
            Some(p) => p.not_encoded = Some(&why.text),
            None => self.sink.push(words::no_provision(why.span, "`not encoded`")),
        }
    }

    /// What could not be read is there all the same: its article is not missing.
    fn unreadable(&mut self) {
        if let Some(p) = self.article.and_then(|i| self.decls.provisions.get_mut(i)) {
            p.encoded = true;
        }
    }

    fn remark(&mut self, word: &ast::Name, text: &'a ast::Text) {
        if word.text == "open"
            && let Some(p) = self.place.provision.and_then(|i| self.decls.provisions.get_mut(i))
        {
            p.open = Some(&text.text);
        }
    }

    fn clause(&mut self, name: &'a ast::Name, doc: &'a str, each: &'a [ast::Binder], span: Span) {
        if let Some(first) = self.decls.clause_by_name.get(name.text.as_str()).and_then(|&i| self.decls.clauses.get(i))
        {
            self.sink.push(words::duplicate(name.span, &name.text, first.name.span));
        }
        self.decls.clauses.push(ClauseDecl { name, doc, each, items: Vec::new(), span });
        let _ = self.decls.clause_by_name.insert(&name.text, self.decls.clauses.len() - 1);
        self.place = Place { clause: Some(self.decls.clauses.len() - 1), ..Place::default() };
        self.article = None;
    }

    fn clause_member(&mut self, item: &'a ast::Item) {
        if let Some(clause) = self.place.clause.and_then(|i| self.decls.clauses.get_mut(i)) {
            clause.items.push(item);
        } else if matches!(item.kind, ast::ItemKind::SlotDef { .. }) {
            self.sink.push(
                Diagnostic::new(Code::Misplaced, item.span, "a slot outside a clause definition")
                    .help("slots are declared under `clause NAME \"what it means\"`"),
            );
        } else {
            self.statement(item);
        }
    }

    fn statement(&mut self, item: &'a ast::Item) {
        self.place.clause = None;
        if let Some(article) = self.article {
            if let Some(p) = self.decls.provisions.get(article).filter(|p| p.range.is_some()) {
                self.sink.push(words::rule_of_several_articles(item.span, p.span));
            }
            if let Some(p) = self.decls.provisions.get_mut(article) {
                p.encoded = true;
            }
            if let Some(p) = self.place.provision.and_then(|i| self.decls.provisions.get_mut(i)) {
                p.encoded = true;
            }
        }
        self.decls.statements.push(Statement { item, place: self.place });
    }
}

/// The evidence a word of the language names; for cases' words see the case module.
fn evidence_of(word: &str) -> Option<Evidence> {
    match word {
        "verified" => Some(Evidence::Verified),
        "secondary" => Some(Evidence::Secondary),
        "recalled" => Some(Evidence::Recalled),
        _ => None,
    }
}
