//! What an agreement is held to: by a convention, or by its own word.

use crate::{Evidence, NodeId, Param, ProvisionId};
use accord_core::Value;
use accord_source::Span;
use serde::{Deserialize, Serialize};

/// A convention that the agreement is compared with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Standard {
    /// `C118`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where its text was read; empty where it does not say.
    pub source: String,
    /// Its articles and paragraphs, in order, with the reason where nothing is asked of the text.
    pub provisions: Vec<(ProvisionId, Option<String>)>,
}

/// A statement about the agreement: for every combination of its parameters, and every person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Requirement {
    /// The standard it belongs to; empty: the agreement promises it of itself.
    pub origin: String,
    /// The provision it stands in; a property may stand in none.
    pub provision: Option<ProvisionId>,
    /// The name of a property; empty for a provision of a standard.
    pub name: String,
    /// What it is asked for. Each has few values: parties, words, yes and no.
    pub params: Vec<Param>,
    /// When it is about somebody, everything included (`for each`, `not required when`, `outside`): yes or no, of the
    /// parameters.
    pub when: NodeId,
    /// What is then so, or may be.
    pub demand: Demand,
    /// How well it is supported.
    pub evidence: Evidence,
    /// Where it stands.
    pub span: Span,
}

/// What a statement about the agreement says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Demand {
    /// This is yes.
    Requires(NodeId),
    /// This may be yes.
    Permits(NodeId),
    /// What one convention permits, and the text makes use of, is what another forbids: wherever `when` is yes and this
    /// is not, both at once. The conventions' statements by position.
    Clash {
        /// The one that permits.
        permits: u32,
        /// The one that requires.
        requires: u32,
        /// What is required.
        node: NodeId,
    },
    /// Of two persons alike but for what grows, the one with more has no less.
    NeverLowers {
        /// The result.
        value: NodeId,
        /// What grows.
        measure: NodeId,
        /// How much less is borne.
        tolerance: Option<Value>,
    },
    /// This is taken for granted.
    Assumes(String),
}

impl Demand {
    /// The nodes it asks.
    pub fn nodes(&self) -> Vec<NodeId> {
        match self {
            Demand::Requires(node) | Demand::Permits(node) | Demand::Clash { node, .. } => vec![*node],
            Demand::NeverLowers { value, measure, .. } => vec![*value, *measure],
            Demand::Assumes(_) => Vec::new(),
        }
    }
}
