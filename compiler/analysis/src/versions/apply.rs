//! What amendments do to a text, one instruction after another, and what is wrong with them.

use super::key::Key;
use super::life::Life;
use super::read::{Amending, RESTATED, Written};
use super::text::{Extent, Text, Touch};
use crate::words;
use accord_core::Date;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast::{self, Deed, Item, ItemKind};

/// The text while one amendment is worked into it.
struct Work<'w, 's> {
    text: &'w mut Text,
    amending: &'w Amending<'w>,
    /// The first day of its words; one that is not in force yet is tried on the latest text.
    from: Option<Date>,
    sink: &'s mut Diagnostics,
}

/// Works one amendment into the text as it stands on the day before.
pub(super) fn apply(text: &mut Text, amending: &Amending<'_>, from: Option<Date>, sink: &mut Diagnostics) {
    if !text.has(&amending.amendment.to.text) {
        return;
    }
    let mut work = Work { text, amending, from, sink };
    work.header();
    for written in &amending.instructions {
        match written.instruction.deed {
            Deed::Replaces => work.replaces(written),
            Deed::Inserts => work.inserts(written),
            Deed::Repeals => work.repeals(written),
        }
    }
}

impl Work<'_, '_> {
    fn agreement(&self) -> &str {
        &self.amending.amendment.to.text
    }

    /// `on 2024-01-01`.
    fn when(&self) -> String {
        self.from.map_or_else(|| "in the latest text".to_owned(), |day| format!("on {day}"))
    }

    fn life(&self, written: &Written<'_>) -> Option<Life> {
        Life::of_instruction(written.instruction).or_else(|| self.amending.life.clone())
    }

    /// The lines of the agreement's header that are restated.
    fn header(&mut self) {
        let name = self.agreement().to_owned();
        let restated = self.amending.amendment.header.iter().filter(|s| RESTATED.contains(&s.name.text.as_str()));
        let items = self.text.files.iter_mut().flat_map(|f| &mut f.items);
        let header = items.filter_map(|i| match &mut i.kind {
            ItemKind::Agreement { name: n, header, .. } if n.text == name => Some(header),
            _ => None,
        });
        let Some(header) = header.into_iter().next() else { return };
        for slot in restated {
            header.retain(|s| s.name.text != slot.name.text);
            header.push(slot.clone());
        }
    }

    fn replaces(&mut self, written: &Written<'_>) {
        let Some((target, key)) = self.target(written) else { return };
        let Some(extent) = self.there(target, &key) else { return };
        let words = self.words(written, target, &key);
        if words.is_empty() {
            self.sink.push(
                Diagnostic::new(Code::OutsideAmended, target.span, format!("{key} is replaced by nothing"))
                    .help(format!("write the new words under it, or `repeals {key}`")),
            );
            return;
        }
        let life = self.life(written);
        if key.labels.is_empty() {
            self.article(written, &extent, words, life.as_ref());
        } else {
            let old = self.text.provision(&extent, &key.labels);
            let items = match &life {
                Some(life) => life.side_by_side(self.copies(&extent, &old), words),
                None => words,
            };
            let at = old.first().copied().unwrap_or(extent.end);
            self.text.splice(extent.file, &old, at, items);
        }
        self.touched(key, Deed::Replaces);
    }

    /// New words for a whole article.
    fn article(&mut self, written: &Written<'_>, extent: &Extent, words: Vec<Item>, life: Option<&Life>) {
        let old = self.text.item(extent.file, extent.heading).cloned();
        if extent.is_range() {
            // The heading stands for the others still.
            let heading = heading(written, None);
            self.text.splice(extent.file, &[], extent.end, std::iter::once(heading).chain(words).collect());
            return;
        }
        let mut out = extent.members.clone();
        out.push(extent.heading);
        let items: Vec<Item> = match (life, old) {
            (Some(life), Some(old)) => {
                if !same_each(&old, written) {
                    self.sink.push(
                        Diagnostic::new(
                            Code::OutsideAmended,
                            written.span,
                            "old and new words go on side by side, and the article is for other parties than before",
                        )
                        .with(old.span, "for these the old words are")
                        .help("write `for each` as it was; what differs is a condition of the new rules"),
                    );
                    return;
                }
                let before = self.copies(extent, &extent.members);
                std::iter::once(old).chain(life.side_by_side(before, words)).collect()
            }
            (_, old) => std::iter::once(heading(written, old.as_ref())).chain(words).collect(),
        };
        self.text.splice(extent.file, &out, extent.heading, items);
    }

    fn inserts(&mut self, written: &Written<'_>) {
        let Some((target, key)) = self.target(written) else { return };
        let agreement = self.agreement().to_owned();
        let free = self.text.repealed(&agreement, &key).is_some_and(|t| t.key == key);
        let exists = self.text.article(&agreement, &key).filter(|e| !e.is_range());
        if let Some(extent) = exists.as_ref().filter(|_| !free && self.text.stands(&agreement, &key)) {
            let first = self.text.provision(extent, &key.labels).first().copied().unwrap_or(extent.heading);
            let first = if key.labels.is_empty() { extent.heading } else { first };
            let place = self.text.item(extent.file, first).map_or(target.span, |i| i.span);
            self.sink.push(
                Diagnostic::new(Code::Duplicate, target.span, format!("{key} is there already {}", self.when()))
                    .with(place, "here")
                    .help(format!("write `replaces {key}`, or give the new provision an address of its own")),
            );
            return;
        }
        let words = self.words(written, target, &key);
        if words.is_empty() {
            self.sink.push(
                Diagnostic::new(Code::OutsideAmended, target.span, format!("{key} is inserted without words"))
                    .help("write its words under it"),
            );
            return;
        }
        let words = match self.life(written) {
            Some(life) => words.iter().map(|i| life.begin(i)).collect(),
            None => words,
        };
        let placed = if key.labels.is_empty() {
            self.new_article(written, exists.as_ref(), words)
        } else {
            self.new_paragraph(written, target, &key, words)
        };
        if placed {
            self.touched(key, Deed::Inserts);
        }
    }

    /// A new article: where one was repealed, behind the one named, else behind the last.
    fn new_article(&mut self, written: &Written<'_>, old: Option<&Extent>, words: Vec<Item>) -> bool {
        let items: Vec<Item> = std::iter::once(heading(written, None)).chain(words).collect();
        if let Some(old) = old {
            let mut out = old.members.clone();
            out.push(old.heading);
            self.text.splice(old.file, &out, old.heading, items);
            return true;
        }
        let agreement = self.agreement().to_owned();
        let behind = match written.instruction.after.as_ref().and_then(|a| Some((a, Key::of(a)?))) {
            Some((after, key)) if !key.labels.is_empty() => {
                let whole = key.article();
                self.sink.push(
                    Diagnostic::new(Code::BadLabel, after.span, "an article stands behind an article")
                        .help(format!("write `after {whole}`")),
                );
                return false;
            }
            Some((after, key)) => match self.text.article(&agreement, &key) {
                Some(extent) => Some((extent.file, extent.end)),
                None => {
                    self.missing(after, &key);
                    return false;
                }
            },
            None => self.text.articles(&agreement).last().map(|e| (e.file, e.end)),
        };
        let Some((file, at)) = behind.or_else(|| self.heading_of_agreement()) else { return false };
        self.text.splice(file, &[], at, items);
        true
    }

    fn heading_of_agreement(&self) -> Option<(usize, usize)> {
        let named = |i: &Item| matches!(&i.kind, ItemKind::Agreement { name, .. } if name.text == self.agreement());
        self.text.files.iter().enumerate().find_map(|(f, file)| Some((f, file.items.iter().position(named)? + 1)))
    }

    /// A new paragraph: where one was repealed, behind the one named, else at the end of its article.
    fn new_paragraph(&mut self, written: &Written<'_>, target: &ast::Address, key: &Key, words: Vec<Item>) -> bool {
        let whole = key.article();
        let Some(extent) = self.there(target, &whole) else { return false };
        let stone = self.text.provision(&extent, &key.labels);
        let at = match written.instruction.after.as_ref().and_then(|a| Some((a, Key::of(a)?))) {
            _ if !stone.is_empty() => stone.first().copied().unwrap_or(extent.end),
            Some((after, behind)) if !whole.covers(&behind) || behind.labels.is_empty() => {
                self.sink.push(
                    Diagnostic::new(Code::BadLabel, after.span, format!("{key} cannot stand behind {behind}"))
                        .help(format!("name a paragraph of {whole}, or leave `after` out: it stands at the end then")),
                );
                return false;
            }
            Some((after, behind)) => match self.text.provision(&extent, &behind.labels).last() {
                Some(last) => last + 1,
                None => {
                    self.missing(after, &behind);
                    return false;
                }
            },
            None => extent.end,
        };
        self.text.splice(extent.file, &stone, at, words);
        true
    }

    fn repeals(&mut self, written: &Written<'_>) {
        for target in &written.instruction.targets {
            let Some(key) = Key::of(target) else { continue };
            let Some(extent) = self.there(target, &key) else { continue };
            let old = self.text.provision(&extent, &key.labels);
            if let Some(life) = self.life(written) {
                let ended = self.copies(&extent, &old).iter().map(|i| life.end(i)).collect();
                let at = old.first().copied().unwrap_or(extent.end);
                self.text.splice(extent.file, &old, at, ended);
                continue;
            }
            let day = self.from.map_or_else(String::new, |day| format!(" from {day}"));
            let why = format!("repealed by {}{day}", self.amending.title());
            let kind = ItemKind::NotEncoded(ast::Text { text: why, span: target.span });
            let none = Item { span: target.span, kind };
            let head = if !key.labels.is_empty() {
                Some(label(target))
            } else if extent.is_range() {
                Some(heading(written, None))
            } else {
                None
            };
            let at = old.first().copied().filter(|_| !extent.is_range()).unwrap_or(extent.end);
            let out = if extent.is_range() { Vec::new() } else { old };
            self.text.splice(extent.file, &out, at, head.into_iter().chain([none]).collect());
            self.touched(key, Deed::Repeals);
        }
    }

    /// The one provision of an instruction that is no repeal.
    fn target<'a>(&self, written: &Written<'a>) -> Option<(&'a ast::Address, Key)> {
        let target = written.instruction.targets.first()?;
        Some((target, Key::of(target)?))
    }

    /// The article of a provision that has words on this day; reports one that has not.
    fn there(&mut self, target: &ast::Address, key: &Key) -> Option<Extent> {
        let agreement = self.agreement().to_owned();
        if let Some(touch) = self.text.repealed(&agreement, key).cloned() {
            let by = &touch.by;
            if touch.day == self.from && *by != self.amending.title() {
                // Two amendments of one day: that is what is wrong, and was said.
                return None;
            }
            let day = touch.day.map_or_else(String::new, |day| format!(" from {day}"));
            self.sink.push(
                Diagnostic::new(Code::NotThatDay, target.span, format!("{key} has no words {}", self.when()))
                    .note(format!("{by} repealed {}{day}", touch.key))
                    .help(format!("remove it here, or give the provision words again: `inserts {}`", touch.key)),
            );
            return None;
        }
        if !self.text.stands(&agreement, key) {
            self.missing(target, key);
            return None;
        }
        self.text.article(&agreement, key)
    }

    fn missing(&mut self, target: &ast::Address, key: &Key) {
        let agreement = self.agreement();
        let finding =
            Diagnostic::new(Code::NotThatDay, target.span, format!("{agreement} has no {key} {}", self.when()));
        let article =
            self.text.article(agreement, key).map(|e| self.text.labels(&e)).filter(|_| !key.labels.is_empty());
        let finding = match article {
            Some(labels) if labels.is_empty() => finding.help(format!("{} has no paragraphs", key.article())),
            Some(labels) => finding.help(format!("{} has {}", key.article(), labels.join(", "))),
            None => {
                let known: Vec<String> = self.text.articles(agreement).iter().map(|e| e.key.to_string()).collect();
                match words::nearest(&key.article().to_string(), &known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help(format!("`inserts {key}` puts it there")),
                }
            }
        };
        self.sink.push(finding);
    }

    fn copies(&self, extent: &Extent, at: &[usize]) -> Vec<Item> {
        at.iter().filter_map(|i| self.text.item(extent.file, *i)).cloned().collect()
    }

    /// The words under an instruction as they stand in the text: under their label, with how sure they are.
    fn words(&mut self, written: &Written<'_>, target: &ast::Address, key: &Key) -> Vec<Item> {
        let mut words: Vec<Item> = Vec::new();
        if written.words.is_empty() {
            return words;
        }
        let is_label = |i: &Item| matches!(i.kind, ItemKind::Label(_));
        if !key.labels.is_empty() && !written.words.first().is_some_and(|i| is_label(i)) {
            words.push(label(target));
        }
        for item in &written.words {
            if let ItemKind::Label(labels) = &item.kind
                && !labels.iter().map(|l| &l.text).take(key.labels.len()).eq(&key.labels)
            {
                let here: String = labels.iter().map(|l| format!("({})", l.text)).collect();
                self.sink.push(
                    Diagnostic::new(Code::OutsideAmended, item.span, format!("{here} does not stand under {key}"))
                        .with(target.span, "these are the words of this provision")
                        .help(format!(
                            "labels are written in full; for another paragraph write `{} {}{here}`",
                            written.instruction.deed.word(),
                            key.article()
                        )),
                );
            }
            words.push((*item).clone());
        }
        self.evidence(words, !key.labels.is_empty())
    }

    /// The words with the evidence of the amendment where they do not give their own: at the beginning, and for
    /// paragraphs at each of them.
    fn evidence(&self, words: Vec<Item>, paragraphs: bool) -> Vec<Item> {
        let evidence = &self.amending.evidence;
        let mut parts: Vec<Vec<Item>> = vec![Vec::new()];
        for item in words {
            if matches!(item.kind, ItemKind::Label(_)) {
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut() {
                part.push(item);
            }
        }
        let mut out = Vec::new();
        for (i, mut part) in parts.into_iter().enumerate() {
            let own = part.iter().any(|i| matches!(i.kind, ItemKind::Evidence(_)));
            if !own && (i == 0) != paragraphs {
                let at = usize::from(i > 0).min(part.len());
                part.insert(at, Item { span: evidence.span, kind: ItemKind::Evidence(evidence.clone()) });
            }
            out.append(&mut part);
        }
        out
    }

    fn touched(&mut self, key: Key, deed: Deed) {
        let (agreement, by) = (self.agreement().to_owned(), self.amending.title().to_owned());
        self.text.history.push(Touch { agreement, key, deed, by, day: self.from });
    }
}

/// The heading of an article an instruction writes; its title stays where no other is given.
fn heading(written: &Written<'_>, old: Option<&Item>) -> Item {
    let instruction = written.instruction;
    let (mut whose, mut named) = (None, None);
    if let Some(ItemKind::Article { of, title, .. }) = old.map(|i| &i.kind) {
        (whose, named) = (of.clone(), title.clone());
    }
    let empty = ast::Name { text: String::new(), span: written.span };
    let (word, number) =
        instruction.targets.first().and_then(|t| t.article.clone()).unwrap_or_else(|| (empty.clone(), empty));
    let title = instruction.title.clone().or(named);
    let kind = ItemKind::Article { word, number, of: whose, title, each: instruction.each.clone() };
    Item { span: written.span, kind }
}

fn label(target: &ast::Address) -> Item {
    Item { span: target.span, kind: ItemKind::Label(target.labels.clone()) }
}

/// Whether an instruction is for the parties that the article was for.
fn same_each(old: &Item, written: &Written<'_>) -> bool {
    let ItemKind::Article { word, number, each, .. } = &old.kind else { return false };
    let shown = |each: &[ast::Binder]| {
        let (word, number) = (word.clone(), number.clone());
        let kind = ItemKind::Article { word, number, of: None, title: None, each: each.to_vec() };
        let item = Item { span: old.span, kind };
        accord_syntax::dump(&ast::File { id: old.span.file, items: vec![item], comments: Vec::new() })
    };
    shown(each) == shown(&written.instruction.each)
}

/// Amendments of agreements that are not here, or with days that cannot be.
pub(super) fn check(
    text: &Text,
    amendments: &[Amending<'_>],
    begins: impl Fn(&str) -> Option<(Date, Span)>,
    sink: &mut Diagnostics,
) {
    for amending in amendments {
        let to = &amending.amendment.to;
        if !text.has(&to.text) {
            let known: Vec<String> = text.agreements().iter().map(|(name, _)| (*name).to_owned()).collect();
            let finding =
                Diagnostic::new(Code::AmendsAnother, to.span, format!("no agreement here is called `{}`", to.text));
            sink.push(match words::nearest(&to.text, &known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding
                    .help(format!("an amendment stands in a file of the agreement it is to: {}", known.join(", "))),
            });
            continue;
        }
        days(amending, begins(&to.text), sink);
        twice(amending, sink);
    }
}

/// In force before it is signed, or before the agreement it amends.
fn days(amending: &Amending<'_>, begins: Option<(Date, Span)>, sink: &mut Diagnostics) {
    let Some(first) = amending.days.first() else { return };
    let at = amending.amendment.title.span;
    let reaches = "what reaches back to earlier events or claims is said so: `events: from D` or `claims: from D`";
    let signed = super::read::day_of_line(&amending.amendment.header, "signed");
    if let Some(signed) = signed.filter(|signed| *signed > first) {
        sink.push(
            Diagnostic::new(Code::AmendmentDays, at, format!("in force from {first}, and signed on {signed}"))
                .help(reaches),
        );
    } else if let Some((begin, place)) = begins.filter(|(begin, _)| *begin > first) {
        sink.push(
            Diagnostic::new(
                Code::AmendmentDays,
                at,
                format!("in force from {first}, before the agreement itself, from {begin}"),
            )
            .with(place, "the agreement")
            .help(reaches),
        );
    }
}

/// Two instructions of one amendment on the same words; a paragraph may be inserted into what is replaced before.
fn twice(amending: &Amending<'_>, sink: &mut Diagnostics) {
    let all = targets(amending);
    for (i, (key, span, deed)) in all.iter().enumerate() {
        let below = |other: &Key, deed: Deed| deed == Deed::Inserts && other.covers(key) && other != key;
        if let Some((other, first, _)) = all.iter().take(i).find(|(o, _, _)| o.touches(key) && !below(o, *deed)) {
            sink.push(
                Diagnostic::new(Code::AmendedTwice, *span, format!("{key} is amended here, and {other} before it"))
                    .with(*first, "amended here first")
                    .help("say in one instruction what the words are to be"),
            );
        }
    }
}

fn targets(amending: &Amending<'_>) -> Vec<(Key, Span, Deed)> {
    let all = amending.instructions.iter().flat_map(|w| w.instruction.targets.iter().map(|t| (t, w.instruction.deed)));
    all.filter_map(|(t, deed)| Some((Key::of(t)?, t.span, deed))).collect()
}

/// Two amendments that are in force from one day on, and touch the same words or the same line of the header: nothing
/// says which comes first.
pub(super) fn same_day(in_order: &[(Date, &Amending<'_>)], sink: &mut Diagnostics) {
    let help = "join the two in one amendment, or say in one of them what both together make of it";
    for (i, (day, amending)) in in_order.iter().enumerate() {
        let to = &amending.amendment.to.text;
        let others = in_order.iter().take(i).filter(|(d, a)| d == day && a.amendment.to.text == *to);
        for (_, other) in others {
            let message =
                |what: &str| format!("{} and {} amend {what} on the same day, {day}", other.title(), amending.title());
            for (key, span, _) in targets(amending) {
                if let Some((_, first, _)) = targets(other).into_iter().find(|(k, _, _)| k.touches(&key)) {
                    let what = message(&key.to_string());
                    sink.push(
                        Diagnostic::new(Code::AmendedTwice, span, what).with(first, "amended here too").help(help),
                    );
                }
            }
            let lines = |a: &Amending<'_>| a.amendment.header.clone();
            for slot in lines(amending).iter().filter(|s| RESTATED.contains(&s.name.text.as_str())) {
                if let Some(first) = lines(other).iter().find(|s| s.name.text == slot.name.text) {
                    let what = message(&format!("`{}`", slot.name.text));
                    sink.push(
                        Diagnostic::new(Code::AmendedTwice, slot.name.span, what)
                            .with(first.name.span, "amended here too")
                            .help(help),
                    );
                }
            }
        }
    }
}
