//! Amending instruments: their heading, their instructions, and what an older wording leaves behind.

use super::{Address, Applies, Binder, Expr, Name, Relation, Slot, Text};

/// `amendment "Protocol 2" to CZ-MD` and its header slots. The instructions after it belong to it, until an item that
/// heads something else.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// What it is called.
    pub title: Text,
    /// The agreement it amends.
    pub to: Name,
    /// `signed: 2023-05-02  in_force: from 2024-01-01 ...`.
    pub header: Vec<Slot>,
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// `replaces`: the words after it stand in place of those of the provision.
    Replaces,
    /// `inserts`: the words after it are a new provision.
    Inserts,
    /// `repeals`: the provisions have no words any more.
    Repeals,
}

impl Deed {
    /// The word it is written with.
    pub fn word(self) -> &'static str {
        match self {
            Deed::Replaces => "replaces",
            Deed::Inserts => "inserts",
            Deed::Repeals => "repeals",
        }
    }
}

/// `replaces article 5(1)`, `inserts article 5a "Third States" after article 5`, `repeals article 7(2), article 9`:
/// heads the new words, up to the next instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// What it does.
    pub deed: Deed,
    /// To what: one provision, or several that are repealed.
    pub targets: Vec<Address>,
    /// The heading of a whole article.
    pub title: Option<Text>,
    /// What a new provision stands behind.
    pub after: Option<Address>,
    /// `for each party P in S`, of a whole article.
    pub each: Vec<Binder>,
    /// `applies to claims from D`: the older words go on for the others.
    pub applies: Vec<Applies>,
}

/// `[relations] keeps article 5(1) as read on 2014-12-31 [when c]`: the rules of an older wording, under the provision
/// that keeps them.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Relations, before it: they stand before each of the rules.
    pub relations: Vec<Relation>,
    /// Whose rules.
    pub provision: Address,
    /// The day they are read on.
    pub on: Expr,
    /// For whom: holds for every rule.
    pub when: Option<Expr>,
    /// `applies to claims from D`: the life of every rule.
    pub applies: Vec<Applies>,
}
