//! The address of a provision, apart from where it is written.

use accord_syntax::ast;
use std::fmt;

/// `article 5(1)(a)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub word: String,
    pub number: String,
    pub labels: Vec<String>,
}

impl Key {
    /// Of an address with an article.
    pub fn of(address: &ast::Address) -> Option<Key> {
        let (word, number) = address.article.as_ref()?;
        let labels = address.labels.iter().map(|l| l.text.clone()).collect();
        Some(Key { word: word.text.clone(), number: number.text.clone(), labels })
    }

    /// The article it stands in.
    pub fn article(&self) -> Key {
        Key { labels: Vec::new(), ..self.clone() }
    }

    /// Whether the other is this provision or stands below it.
    pub fn covers(&self, other: &Key) -> bool {
        self.word == other.word && self.number == other.number && other.labels.starts_with(&self.labels)
    }

    /// Whether one of the two stands in the other.
    pub fn touches(&self, other: &Key) -> bool {
        self.covers(other) || other.covers(self)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.word, self.number)?;
        self.labels.iter().try_for_each(|label| write!(f, "({label})"))
    }
}
