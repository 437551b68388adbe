//! The text of an agreement while it is amended: where its provisions stand in its files.

use super::key::Key;
use accord_core::Date;
use accord_source::Span;
use accord_syntax::ast::{self, Deed, ItemKind};
use std::collections::BTreeSet;

/// The files, and what was done to them so far.
#[derive(Debug)]
pub(super) struct Text {
    pub files: Vec<ast::File>,
    pub history: Vec<Touch>,
}

/// What an instruction did.
#[derive(Clone, Debug)]
pub(super) struct Touch {
    pub agreement: String,
    pub key: Key,
    pub deed: Deed,
    /// The amendment.
    pub by: String,
    /// The first day, where it is in force.
    pub day: Option<Date>,
}

/// An article as it stands in a file: positions of items.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    pub key: Key,
    pub file: usize,
    pub heading: usize,
    /// What stands under the heading, in order.
    pub members: Vec<usize>,
    /// The place behind it.
    pub end: usize,
}

impl Text {
    pub fn new(files: Vec<ast::File>) -> Text {
        Text { files, history: Vec::new() }
    }

    pub fn item(&self, file: usize, at: usize) -> Option<&ast::Item> {
        self.files.get(file)?.items.get(at)
    }

    /// Whether an agreement of this name is here.
    pub fn has(&self, agreement: &str) -> bool {
        self.agreements().iter().any(|(name, _)| *name == agreement)
    }

    /// The agreements that are here.
    pub fn agreements(&self) -> Vec<(&str, Span)> {
        let items = self.files.iter().flat_map(|f| &f.items);
        let named = items.filter_map(|i| match &i.kind {
            ItemKind::Agreement { name, .. } => Some((name.text.as_str(), i.span)),
            _ => None,
        });
        named.collect()
    }

    /// The articles of an agreement, in the order of the files.
    pub fn articles(&self, agreement: &str) -> Vec<Extent> {
        let mut all = Vec::new();
        for (file, tree) in self.files.iter().enumerate() {
            let mut whose = "";
            let mut open: Option<Extent> = None;
            for (at, item) in tree.items.iter().enumerate() {
                match &item.kind {
                    ItemKind::Agreement { name, .. } => {
                        all.extend(open.take());
                        whose = &name.text;
                    }
                    ItemKind::Legislation { .. } | ItemKind::Standard { .. } | ItemKind::Clause { .. } => {
                        all.extend(open.take());
                        whose = "";
                    }
                    ItemKind::Article { word, number, of, .. } => {
                        all.extend(open.take());
                        whose = of.as_ref().map_or(whose, |of| &of.text);
                        if whose == agreement {
                            let key = Key { word: word.text.clone(), number: number.text.clone(), labels: Vec::new() };
                            open = Some(Extent { key, file, heading: at, members: Vec::new(), end: at + 1 });
                        }
                    }
                    kind => {
                        if let Some(extent) = open.as_mut().filter(|_| stands_under(kind)) {
                            extent.members.push(at);
                            extent.end = at + 1;
                        }
                    }
                }
            }
            all.extend(open.take());
        }
        all
    }

    /// The article of a key; a heading over several articles stands for each of them.
    pub fn article(&self, agreement: &str, key: &Key) -> Option<Extent> {
        let all = self.articles(agreement);
        let exact = all.iter().find(|e| e.key == key.article());
        exact.or_else(|| all.iter().find(|e| e.is_range() && e.spans(key))).cloned()
    }

    /// The items of a provision: those of its labels and of labels below them.
    pub fn provision(&self, extent: &Extent, labels: &[String]) -> Vec<usize> {
        let mut inside = labels.is_empty();
        let mut found = Vec::new();
        for &at in &extent.members {
            if let Some(ItemKind::Label(here)) = self.item(extent.file, at).map(|i| &i.kind) {
                inside = here.len() >= labels.len() && here.iter().zip(labels).all(|(h, l)| h.text == *l);
            }
            if inside {
                found.push(at);
            }
        }
        found
    }

    /// The labels of an article, as written: `(1)`, `(2)(a)`.
    pub fn labels(&self, extent: &Extent) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for &at in &extent.members {
            if let Some(ItemKind::Label(here)) = self.item(extent.file, at).map(|i| &i.kind) {
                let written: String = here.iter().map(|l| format!("({})", l.text)).collect();
                if !all.contains(&written) {
                    all.push(written);
                }
            }
        }
        all
    }

    /// Whether a provision is there, with words or with the mark that it has none any more.
    pub fn stands(&self, agreement: &str, key: &Key) -> bool {
        self.article(agreement, key)
            .is_some_and(|e| if key.labels.is_empty() { true } else { !self.provision(&e, &key.labels).is_empty() })
    }

    /// The amendment that repealed a provision, where nothing gave it words again.
    pub fn repealed(&self, agreement: &str, key: &Key) -> Option<&Touch> {
        let last = self.history.iter().rfind(|t| t.agreement == agreement && t.key.covers(key));
        last.filter(|t| t.deed == Deed::Repeals)
    }

    /// Takes items out and puts others at a place.
    pub fn splice(&mut self, file: usize, out: &[usize], at: usize, new: Vec<ast::Item>) {
        let Some(tree) = self.files.get_mut(file) else { return };
        let out: BTreeSet<usize> = out.iter().copied().collect();
        let old = std::mem::take(&mut tree.items);
        let mut new = Some(new);
        let mut items = Vec::with_capacity(old.len());
        for (i, item) in old.into_iter().enumerate() {
            if i == at {
                items.extend(new.take().unwrap_or_default());
            }
            if !out.contains(&i) {
                items.push(item);
            }
        }
        items.extend(new.unwrap_or_default());
        tree.items = items;
    }
}

impl Extent {
    /// Whether it is a heading over several articles.
    pub fn is_range(&self) -> bool {
        self.key.word == "articles"
    }

    fn spans(&self, key: &Key) -> bool {
        let bounds = self.key.number.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        let number: Option<u32> = key.number.parse().ok().filter(|_| key.word == "article");
        bounds.zip(number).is_some_and(|((low, high), n): ((u32, u32), u32)| (low..=high).contains(&n))
    }
}

/// Whether an item belongs to the article above it, rather than merely standing there.
fn stands_under(kind: &ItemKind) -> bool {
    !matches!(
        kind,
        ItemKind::Heading { .. }
            | ItemKind::Case { .. }
            | ItemKind::Interface { .. }
            | ItemKind::Enum { .. }
            | ItemKind::Record { .. }
            | ItemKind::Question { .. }
            | ItemKind::Decision { .. }
            | ItemKind::Property(_)
            | ItemKind::Use(_)
    )
}
