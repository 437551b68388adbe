//! Versions of an agreement: the text of a day, made of the words first agreed and of all that amended them.
//!
//! This works on trees, before any analysis: what comes out is what a reader of the consolidated text would hold, and
//! every word keeps its place in the file it came from. Provisions keep their addresses, whoever wrote their words.
//!
//! | concern | file |
//! |---|---|
//! | amendments as they are written: days, evidence, instructions and their words | `read` |
//! | where the provisions of an agreement stand in its files | `text` |
//! | what an instruction does to the text, and what is wrong with it | `apply` |
//! | old and new words side by side, each for its own claims or events | `life` |
//! | `keeps article 5(1) as read on D` | `kept` |

mod apply;
mod kept;
mod key;
mod life;
mod read;
#[cfg(test)]
mod tests;
mod text;

use accord_core::Date;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast;
use read::{Amending, Days};
use text::Text;

/// The text of a day.
#[derive(Clone, Debug)]
pub struct Consolidated {
    /// The files, in the order they were given, without amendments.
    pub files: Vec<ast::File>,
    /// What amended it up to that day, in order of entry into force.
    pub amended: Vec<Amended>,
    /// Amendments that are not in force on any day yet, and why.
    pub pending: Vec<(String, String)>,
}

/// An amendment that has a part in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// What it is called.
    pub title: String,
    /// The first day of its words.
    pub from: Date,
}

/// From when until when an agreement is in force, as its header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Which agreement.
    pub agreement: String,
    /// The first day, provisional application included; the day of signature where no other is given.
    pub first: Option<Date>,
    /// The last day, where it ended.
    pub last: Option<Date>,
    /// Where its heading stands.
    pub span: Span,
}

/// The text of a day; without a day that of all amendments which have a day of entry into force and no end. `None` where
/// nothing amends the agreement, so that the files are its text on every day.
pub fn consolidate(files: &[&ast::File], day: Option<Date>, sink: &mut Diagnostics) -> Option<Consolidated> {
    let amends = |i: &ast::Item| {
        matches!(i.kind, ast::ItemKind::Amendment(_) | ast::ItemKind::Instruction(_) | ast::ItemKind::Kept(_))
    };
    if !files.iter().any(|f| f.items.iter().any(amends)) {
        return None;
    }
    let (base, amendments) = read::read(files, sink);
    if let Some(finding) = too_large(&base, &amendments) {
        sink.push(finding);
        return Some(Consolidated { files: base, amended: Vec::new(), pending: Vec::new() });
    }
    let begins = |name: &str| {
        let life = lives(files).into_iter().find(|l| l.agreement == name)?;
        Some((life.first?, life.span))
    };
    apply::check(&Text::new(base.clone()), &amendments, begins, sink);
    let (mut text, amended) = text_of(&base, &amendments, day, sink);
    kept::expand(&mut text, |on| text_of(&base, &amendments, Some(on), &mut Diagnostics::default()).0, sink);
    if day.is_none() {
        // A draft is part of no text, but its instructions have to find their provisions.
        for draft in amendments.iter().filter(|a| a.days.first().is_none()) {
            apply::apply(&mut Text { files: text.files.clone(), history: text.history.clone() }, draft, None, sink);
        }
    }
    let pending = amendments.iter().filter_map(Amending::pending).collect();
    Some(Consolidated { files: text.files, amended, pending })
}

/// From when until when the first agreement of the files is in force.
pub fn in_force(files: &[&ast::File]) -> Option<InForce> {
    lives(files).into_iter().next()
}

fn lives(files: &[&ast::File]) -> Vec<InForce> {
    let life = |item: &ast::Item| {
        let ast::ItemKind::Agreement { name, header, .. } = &item.kind else { return None };
        let days = Days::of(header);
        let first = days.first().or_else(|| read::day_of_line(header, "signed"));
        Some(InForce { agreement: name.text.clone(), first, last: days.last(), span: name.span })
    };
    files.iter().flat_map(|f| &f.items).filter_map(life).collect()
}

/// The days from which the text reads otherwise than the day before, in order.
pub fn changes(files: &[&ast::File]) -> Vec<Date> {
    let (_, amendments) = read::read(files, &mut Diagnostics::default());
    let mut all: Vec<Date> = amendments.iter().flat_map(|a| a.days.changes()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Beyond so much work a text is refused instead of worked out for hours.
const MOST: usize = 200_000_000;

fn too_large(base: &[ast::File], amendments: &[Amending<'_>]) -> Option<Diagnostic> {
    let items: usize = base.iter().map(|f| f.items.len()).sum();
    let written = || amendments.iter().flat_map(|a| &a.instructions);
    let words: usize = written().map(|w| w.words.len() + w.instruction.targets.len()).sum();
    let instructions = written().map(|w| w.instruction.targets.len()).sum::<usize>();
    let work = (items + words).saturating_mul(instructions + amendments.len());
    let last = written().last().filter(|_| work > MOST)?;
    Some(
        Diagnostic::new(Code::TooLarge, last.span, "more amendments than can be worked into the text")
            .help("divide the agreement, or begin from a text that was consolidated before"),
    )
}

/// The base text with what amends it on a day, in order of entry into force.
fn text_of(
    base: &[ast::File],
    amendments: &[Amending<'_>],
    day: Option<Date>,
    sink: &mut Diagnostics,
) -> (Text, Vec<Amended>) {
    let mut text = Text::new(base.to_vec());
    let mut in_order: Vec<(Date, &Amending<'_>)> =
        amendments.iter().filter_map(|a| Some((a.days.holds_from(day)?, a))).collect();
    in_order.sort_by_key(|(from, _)| *from);
    apply::same_day(&in_order, sink);
    for (from, amending) in &in_order {
        apply::apply(&mut text, amending, Some(*from), sink);
    }
    let amended = in_order.iter().map(|(from, a)| Amended { title: a.title().to_owned(), from: *from });
    (text, amended.collect())
}
