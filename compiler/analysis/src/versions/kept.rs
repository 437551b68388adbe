//! `keeps article 5(1) as read on D`: the rules of an older wording, under the provision that keeps them.

use super::key::Key;
use super::life::both;
use super::read::day;
use super::text::{Extent, Text};
use accord_core::Date;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast::{self, Item, ItemKind};
use std::collections::{BTreeMap, BTreeSet};

/// Puts the rules of older wordings in place of what keeps them.
pub(super) fn expand(text: &mut Text, older: impl Fn(Date) -> Text, sink: &mut Diagnostics) {
    for (agreement, _) in names(text) {
        // Positions move with every replacement, so they are looked up again.
        while let Some((extent, at)) = next(text, &agreement) {
            let Some(Item { kind: ItemKind::Kept(kept), .. }) = text.item(extent.file, at).cloned() else { break };
            let rules = rules(text, (&extent, at), &agreement, &kept, &older).unwrap_or_else(|finding| {
                sink.push(*finding);
                vec![Item { span: kept.provision.span, kind: ItemKind::Junk }]
            });
            text.splice(extent.file, &[at], at, rules);
        }
    }
    for item in text.files.iter_mut().flat_map(|f| &mut f.items) {
        if matches!(item.kind, ItemKind::Kept(_)) {
            sink.push(
                Diagnostic::new(Code::Misplaced, item.span, "`keeps` outside an article of an agreement")
                    .help("write it in the provision that says who keeps the older words"),
            );
            item.kind = ItemKind::Junk;
        }
    }
}

fn names(text: &Text) -> Vec<(String, Span)> {
    text.agreements().into_iter().map(|(name, span)| (name.to_owned(), span)).collect()
}

/// The next article that keeps something, and where.
fn next(text: &Text, agreement: &str) -> Option<(Extent, usize)> {
    text.articles(agreement).into_iter().find_map(|extent| {
        let is_kept = |at: &&usize| text.item(extent.file, **at).is_some_and(|i| matches!(i.kind, ItemKind::Kept(_)));
        let at = extent.members.iter().find(is_kept).copied()?;
        Some((extent, at))
    })
}

/// What refuses to be kept, and why.
type Refused = Box<Diagnostic>;

/// The rules to put there, or what is wrong.
fn rules(
    text: &Text,
    (extent, at): (&Extent, usize),
    agreement: &str,
    kept: &ast::Kept,
    older: impl Fn(Date) -> Text,
) -> Result<Vec<Item>, Refused> {
    let (Some(key), Some(on)) = (Key::of(&kept.provision), day(&kept.on)) else {
        return Err(Box::new(
            Diagnostic::new(Code::NotAsRead, kept.on.span, "older words are read on one day, whatever the case")
                .help("write the day itself: `as read on 2014-12-31`"),
        ));
    };
    let refuse = |what: &str, help: &str| {
        let finding = Diagnostic::new(Code::NotAsRead, kept.provision.span, format!("{key} as read on {on} {what}"));
        Box::new(finding.help(help))
    };
    let then = older(on);
    let items: Vec<Item> = then.article(agreement, &key).map_or(Vec::new(), |extent| {
        let found = then.provision(&extent, &key.labels);
        found.iter().filter_map(|i| then.item(extent.file, *i)).cloned().collect()
    });
    let settles = |i: &Item| matches!(i.kind, ItemKind::Rule(_) | ItemKind::ClauseUse(_));
    if !items.iter().any(settles) {
        return Err(refuse("has no rule to keep", "name a provision that has rules on that day"));
    }
    if items.iter().any(|i| matches!(i.kind, ItemKind::Kept(_))) {
        return Err(refuse("keeps older words itself", "name the wording that it keeps instead"));
    }
    let write_out = "write its rules out here";
    if items.iter().any(|i| matches!(i.kind, ItemKind::Disapply { .. })) {
        return Err(refuse("switches other rules off", write_out));
    }
    if items.iter().filter(|i| settles(i)).any(|i| shown(i).contains("(apart") && shown(i).contains(" /")) {
        return Err(refuse("leaves out paragraphs of its own article", write_out));
    }
    if each_of(&then, agreement, &key) != each_of(text, agreement, &extent.key) {
        let help = "stand it in an article with the same `for each`";
        return Err(refuse("is for other parties than this article", help));
    }
    let of_words = items.iter().filter(|i| settles(i)).cloned().collect::<Vec<_>>();
    if let Some(name) = reads_otherwise(&of_words, &then, text) {
        let help = "write what it meant under another name, and the rules out in place of `keeps`";
        return Err(refuse(&format!("rests on `{name}`, which reads otherwise here"), help));
    }
    let here = Key { labels: labels_at(text, extent, at), ..extent.key.clone() };
    let own = text.labels(extent);
    let below = |items: &[Item]| -> Vec<String> {
        let labels = items.iter().filter_map(|i| match &i.kind {
            ItemKind::Label(labels) => Some(below(labels, &key)),
            _ => None,
        });
        labels
            .filter(|l| !l.is_empty())
            .map(|l| here.labels.iter().chain(&l).map(|l| format!("({l})")).collect())
            .collect()
    };
    match below(&items).first() {
        Some(_) if here.labels.is_empty() => {
            Err(refuse("has several paragraphs", "keep it in a paragraph: write `(1)` before `keeps`"))
        }
        Some(_) if below(&items).iter().any(|l| own.contains(l)) => {
            Err(refuse("has paragraphs of the same address", "keep it in a paragraph of its own"))
        }
        _ => Ok(Placed { key: &key, here: &here, kept }.all(items)),
    }
}

/// The labels that are in effect at an item.
fn labels_at(text: &Text, extent: &Extent, at: usize) -> Vec<String> {
    let before = extent.members.iter().take_while(|m| **m <= at);
    let labels = before.filter_map(|m| match &text.item(extent.file, *m)?.kind {
        ItemKind::Label(labels) => Some(labels.iter().map(|l| l.text.clone()).collect()),
        _ => None,
    });
    labels.last().unwrap_or_default()
}

/// What a label has beyond the address of a provision it stands under.
fn below(labels: &[ast::Name], key: &Key) -> Vec<String> {
    labels.iter().skip(key.labels.len()).map(|l| l.text.clone()).collect()
}

/// Older words where they stand from now on.
struct Placed<'k> {
    /// The provision they are of.
    key: &'k Key,
    /// The provision that keeps them.
    here: &'k Key,
    kept: &'k ast::Kept,
}

impl Placed<'_> {
    /// The rules, those of paragraphs under the same labels below the provision that keeps them.
    fn all(&self, items: Vec<Item>) -> Vec<Item> {
        let mut placed = Vec::new();
        let mut moved = false;
        for item in items {
            match &item.kind {
                ItemKind::Label(labels) => {
                    placed.push(self.label(below(labels, self.key)));
                    moved = true;
                }
                ItemKind::Rule(_) | ItemKind::ClauseUse(_) => placed.push(self.rule(item)),
                _ => {}
            }
        }
        if moved && !self.here.labels.is_empty() {
            // What follows stands where it stood.
            placed.push(self.label(Vec::new()));
        }
        placed
    }

    fn name(&self, text: &str) -> ast::Name {
        ast::Name { text: text.to_owned(), span: self.kept.provision.span }
    }

    fn label(&self, below: Vec<String>) -> Item {
        let labels = self.here.labels.iter().chain(&below).map(|l| self.name(l)).collect();
        Item { span: self.kept.provision.span, kind: ItemKind::Label(labels) }
    }

    /// A rule with the relations, condition and life of what keeps it.
    fn rule(&self, mut rule: Item) -> Item {
        let limited = |when: &mut Option<ast::Expr>, applies: &mut Vec<ast::Applies>| {
            if let Some(condition) = &self.kept.when {
                *when = Some(both(when.take(), condition.clone()));
            }
            applies.extend(self.kept.applies.iter().cloned());
        };
        match &mut rule.kind {
            ItemKind::Rule(rule) => {
                self.relate(&mut rule.relations);
                limited(&mut rule.when, &mut rule.applies);
            }
            ItemKind::ClauseUse(used) => {
                self.relate(&mut used.relations);
                limited(&mut used.when, &mut used.applies);
            }
            _ => {}
        }
        rule
    }

    /// Its own relations name what is kept with it where they named that, else the provisions of the text around.
    fn relate(&self, relations: &mut Vec<ast::Relation>) {
        for target in relations.iter_mut().flat_map(|r| &mut r.targets).filter(|t| t.of.is_none()) {
            let _ = target.article.get_or_insert_with(|| (self.name(&self.key.word), self.name(&self.key.number)));
            let kept_too = Key::of(target).filter(|t| self.key.covers(t));
            if let Some(named) = kept_too {
                target.article = Some((self.name(&self.here.word), self.name(&self.here.number)));
                let below = named.labels.iter().skip(self.key.labels.len());
                target.labels = self.here.labels.iter().chain(below).map(|l| self.name(l)).collect();
            }
        }
        let own = std::mem::take(relations);
        relations.extend(self.kept.relations.iter().cloned().chain(own));
    }
}

/// One item as text, without places.
fn shown(item: &Item) -> String {
    accord_syntax::dump(&ast::File { id: item.span.file, items: vec![item.clone()], comments: Vec::new() })
}

fn each_of(text: &Text, agreement: &str, key: &Key) -> String {
    let heading = text.article(agreement, key).and_then(|e| text.item(e.file, e.heading).cloned());
    let Some(Item { span, kind: ItemKind::Article { word, number, each, .. } }) = heading else { return String::new() };
    let plain = |n: ast::Name| ast::Name { text: String::new(), ..n };
    let kind = ItemKind::Article { word, number: plain(number), of: None, title: None, each };
    shown(&Item { span, kind })
}

/// A term, function, parameter or clause that the rules rest on, one through another, and that is another one today.
fn reads_otherwise(rules: &[Item], then: &Text, now: &Text) -> Option<String> {
    let (before, after) = (declared(then), declared(now));
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = rules.iter().flat_map(|r| names_in(&shown(r))).collect();
    while let Some(name) = next.pop() {
        let Some(was) = before.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
        if after.get(&name) != Some(was) {
            return Some(name);
        }
        next.extend(was.iter().flat_map(|text| names_in(text)));
    }
    None
}

/// What is declared under each name, as text: a name may be declared by several legislations.
fn declared(text: &Text) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut clause: Option<&ast::Name> = None;
    for item in text.files.iter().flat_map(|f| &f.items) {
        let name = match &item.kind {
            ItemKind::Term { name, .. } | ItemKind::Function { name, .. } | ItemKind::Parameter { name, .. } => {
                Some(clause.filter(|_| matches!(item.kind, ItemKind::Term { .. })).unwrap_or(name))
            }
            ItemKind::Clause { name, .. } => {
                clause = Some(name);
                Some(name)
            }
            // The words of a clause belong to it.
            ItemKind::Rule(_) | ItemKind::SlotDef { .. } if clause.is_some() => clause,
            ItemKind::Article { .. } | ItemKind::Agreement { .. } | ItemKind::Legislation { .. } => {
                clause = None;
                None
            }
            _ => None,
        };
        if let Some(name) = name {
            all.entry(name.text.clone()).or_default().push(shown(item));
        }
    }
    all
}

fn names_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    words.map(str::to_owned).collect()
}
