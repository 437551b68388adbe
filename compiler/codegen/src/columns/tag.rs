//! Outcomes as numbers, so that the worst of two is a comparison.
//!
//! The four highest bits are the rank ([`accord_core::Outcome::rank`]). Below, for undetermined, refer and gap, stand
//! the names, a bit each; for a fault the complement of site and kind, so that the earlier site is the larger number.
//! Rank 7 is what native code leaves to the general evaluator; it is worse than anything, so it shows only where it
//! decides something.

use super::word::{Bit, Code, Word};
use accord_core::{Fault, FaultKind, Outcome};
use cranelift_codegen::ir::condcodes::IntCC;

/// Where the rank begins.
pub(super) const RANK: i64 = 60;

/// Bits for names.
pub(super) const MOST_NAMES: usize = 56;

/// The first bit of a fault's site; the kind stands below.
const SITE: i64 = 8;

/// A value.
pub(super) const VALUE: i64 = 0;
/// Nothing.
pub(super) const NOTHING: i64 = 1 << RANK;
/// The least of those that are neither.
pub(super) const UNDETERMINED: i64 = 2 << RANK;
/// A fault, less its site and kind.
const FAULT: i64 = 6 << RANK;
/// Left to the general evaluator.
pub(super) const OPEN: i64 = 7 << RANK;

/// An outcome less its value, with the ranks it may have, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// The number, where it may be other than a value or nothing.
    word: Word,
    ranks: u8,
    /// Of one that is a value or nothing for sure whether it is nothing.
    nothing: Option<Bit>,
}

/// The names that outcomes can have.
#[derive(Default)]
pub(super) struct Names {
    pub list: Vec<String>,
}

impl Names {
    /// The bit of a name; `None` where there are no more.
    pub fn bit(&mut self, name: &str) -> Option<i64> {
        let at = match self.list.iter().position(|n| n == name) {
            Some(at) => at,
            None if self.list.len() < MOST_NAMES => {
                self.list.push(name.to_owned());
                self.list.len() - 1
            }
            None => return None,
        };
        Some(1_i64.wrapping_shl(u32::try_from(at).ok()?))
    }

    /// The tag of a constant outcome.
    pub fn tag(&mut self, outcome: &Outcome) -> Tag {
        let (rank, names) = match outcome {
            Outcome::Value(_) => return Tag::known(VALUE),
            Outcome::Nothing => return Tag::known(NOTHING),
            Outcome::Conflict(_) => return Tag::known(OPEN),
            Outcome::Fault(fault) => return Tag::known(fault_word(*fault)),
            Outcome::Undetermined(names) => (2_i64, names),
            Outcome::Refer(names) => (3, names),
            Outcome::Gap(names) => (4, names),
        };
        let bits: Option<Vec<i64>> = names.iter().map(|name| self.bit(name)).collect();
        Tag::known(bits.map_or(OPEN, |bits| bits.into_iter().fold(rank << RANK, |all, bit| all | bit)))
    }

    /// The tag of a missing fact.
    pub fn missing(&mut self, name: &str) -> Tag {
        self.tag(&Outcome::missing(name))
    }
}

/// The number of a fault.
pub(super) fn fault_word(fault: Fault) -> i64 {
    let kind: i64 = match fault.kind {
        FaultKind::Overflow => 0,
        FaultKind::ZeroDivisor => 1,
        FaultKind::Negative => 2,
        FaultKind::OutOfTable => 3,
        FaultKind::OutOfRange => 4,
    };
    let place = (i64::from(fault.site.0) << SITE) | kind;
    FAULT | (DETAIL & !place)
}

/// The bits below the rank that a fault uses.
pub(super) const DETAIL: i64 = (1 << 40) - 1;

fn rank_of(word: i64) -> u8 {
    u8::try_from((word.cast_unsigned() >> RANK) & 7).unwrap_or(7)
}

impl Tag {
    pub fn known(word: i64) -> Tag {
        let nothing = match word {
            VALUE => Some(Bit::Known(false)),
            NOTHING => Some(Bit::Known(true)),
            _ => None,
        };
        Tag { word: Word::Known(word), ranks: 1 << rank_of(word), nothing }
    }

    /// Nothing or a value.
    fn settled(nothing: Bit) -> Tag {
        match nothing {
            Bit::Known(false) => Tag::value(),
            Bit::Known(true) => Tag::known(NOTHING),
            Bit::Run(_) => Tag { word: Word::Known(VALUE), ranks: 0b11, nothing: Some(nothing) },
        }
    }

    /// Of one that is a value or nothing for sure whether it is nothing.
    pub fn is_nothing(self) -> Option<Bit> {
        self.nothing
    }

    /// A value for sure.
    pub fn value() -> Tag {
        Tag::known(VALUE)
    }

    /// Left to the general evaluator.
    pub fn open() -> Tag {
        Tag::known(OPEN)
    }

    /// Whether it may be of this rank.
    pub fn may(self, rank: u8) -> bool {
        self.ranks >> rank & 1 == 1
    }

    /// Whether it is a value for sure.
    pub fn is_value(self) -> bool {
        self.ranks == 1
    }

    /// Whether it is no value for sure.
    pub fn never_value(self) -> bool {
        !self.may(0)
    }

    /// Whether it is a value or nothing for sure.
    pub fn is_settled(self) -> bool {
        self.ranks & !0b11 == 0
    }

    fn with(word: Word, ranks: u8) -> Tag {
        match word {
            Word::Known(known) => Tag::known(known),
            Word::Run(_) => Tag { word, ranks, nothing: None },
        }
    }
}

impl Code<'_> {
    /// The number of a tag.
    pub fn number_of(&mut self, tag: Tag) -> Word {
        match tag.nothing {
            Some(nothing) => self.select(nothing, Word::Known(NOTHING), Word::Known(VALUE)),
            None => tag.word,
        }
    }

    /// Whether a tag is that of a value.
    pub fn is_value(&mut self, tag: Tag) -> Bit {
        match (tag.is_value(), tag.never_value(), tag.nothing) {
            (true, ..) => Bit::Known(true),
            (_, true, _) => Bit::Known(false),
            (.., Some(nothing)) => self.not(nothing),
            _ => self.test(IntCC::Equal, tag.word, Word::Known(VALUE)),
        }
    }

    /// Whether a tag is that of nothing.
    pub fn is_nothing(&mut self, tag: Tag) -> Bit {
        match tag.nothing {
            Some(nothing) => nothing,
            None if tag.may(1) => self.test(IntCC::Equal, tag.word, Word::Known(NOTHING)),
            None => Bit::Known(false),
        }
    }

    /// Whether a tag is neither that of a value nor nothing.
    pub fn is_unsettled(&mut self, tag: Tag) -> Bit {
        if tag.is_settled() {
            return Bit::Known(false);
        }
        if !tag.may(0) && !tag.may(1) {
            return Bit::Known(true);
        }
        self.test(IntCC::UnsignedGreaterThanOrEqual, tag.word, Word::Known(UNDETERMINED))
    }

    /// Whether a tag is one left to the general evaluator.
    pub fn is_open(&mut self, tag: Tag) -> Bit {
        if !tag.may(7) {
            return Bit::Known(false);
        }
        self.test(IntCC::UnsignedGreaterThanOrEqual, tag.word, Word::Known(OPEN))
    }

    /// The worse of two outcomes, a value being the mildest.
    pub fn worst(&mut self, a: Tag, b: Tag) -> Tag {
        if a.is_value() || a == b {
            return b;
        }
        if b.is_value() {
            return a;
        }
        if let (Some(a), Some(b)) = (a.nothing, b.nothing) {
            return Tag::settled(self.or(a, b));
        }
        let ranks = a.ranks | b.ranks;
        let (x, y) = (self.number_of(a), self.number_of(b));
        // Names of one rank are united.
        let both = a.ranks & b.ranks & 0b1_1100 != 0;
        let larger = self.test(IntCC::UnsignedGreaterThanOrEqual, x, y);
        let mut word = self.select(larger, x, y);
        if both {
            let apart = self.bxor(x, y);
            let rank = self.shr(apart, RANK);
            let same = self.test(IntCC::Equal, rank, Word::Known(0));
            let is_fault = if a.may(6) && b.may(6) {
                self.test(IntCC::UnsignedGreaterThanOrEqual, x, Word::Known(FAULT))
            } else {
                Bit::Known(false)
            };
            let named = self.not(is_fault);
            let unite = self.and(same, named);
            let united = self.bor(x, y);
            word = self.select(unite, united, word);
        }
        Tag::with(word, ranks)
    }

    pub fn worst_of(&mut self, tags: impl IntoIterator<Item = Tag>) -> Tag {
        tags.into_iter().fold(Tag::value(), |worst, tag| self.worst(worst, tag))
    }

    pub fn select_tag(&mut self, condition: Bit, yes: Tag, no: Tag) -> Tag {
        match condition {
            Bit::Known(true) => return yes,
            Bit::Known(false) => return no,
            Bit::Run(_) => {}
        }
        if let (Some(yes), Some(no)) = (yes.nothing, no.nothing) {
            return Tag::settled(self.choose(condition, yes, no));
        }
        let (one, other) = (self.number_of(yes), self.number_of(no));
        Tag::with(self.select(condition, one, other), yes.ranks | no.ranks)
    }

    /// The tag where it is neither that of a value nor nothing, else that of a value.
    pub fn only_unsettled(&mut self, tag: Tag) -> Tag {
        if tag.is_settled() {
            return Tag::value();
        }
        let unsettled = self.is_unsettled(tag);
        self.select_tag(unsettled, tag, Tag::value())
    }

    /// The tag, where the condition holds a worse one.
    pub fn unless(&mut self, tag: Tag, stopped: Bit, by: Tag) -> Tag {
        if by == Tag::open() && stopped != Bit::Known(true) && self.bail_if(stopped) {
            return tag;
        }
        let stop = self.select_tag(stopped, by, Tag::value());
        self.worst(tag, stop)
    }

    /// In code for usual rows a tag that is that of a value or nothing: rows of which it is another go on elsewhere. What
    /// native code does not know here it does not know there either.
    pub fn usual(&mut self, tag: Tag) -> Tag {
        if tag.is_settled() || tag.may(7) || !(tag.may(0) || tag.may(1)) {
            return tag;
        }
        let unsettled = self.is_unsettled(tag);
        if !self.bail_if(unsettled) {
            return tag;
        }
        let nothing = self.is_nothing(tag);
        Tag::settled(nothing)
    }

    /// Whether two outcomes that are not both values are the same; what may be another text is not.
    pub fn same_tag(&mut self, a: Tag, b: Tag) -> Bit {
        if a.ranks & b.ranks == 0 {
            return Bit::Known(false);
        }
        let (x, y) = (self.number_of(a), self.number_of(b));
        self.test(IntCC::Equal, x, y)
    }
}
