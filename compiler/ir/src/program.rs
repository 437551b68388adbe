//! The program as a whole.

use crate::{Expr, ExprId, RecordId, Requirement, Standard, Ty};
use accord_core::{Conversions, Country, Currency, Date, EnumId, MonthEnd, RuleId};
use accord_source::{FileId, Span};
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident($int:ty);)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub $int);
    )*};
}

ids! {
    /// A top-level fact of the row.
    FactId(u32);
    /// A provision.
    ProvisionId(u32);
    /// A decision.
    DecisionId(u32);
    /// A node: what is evaluated and remembered by its arguments.
    NodeId(u32);
}

/// How well a provision or case is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Evidence {
    /// Read in the official text.
    Verified,
    /// Read in a secondary source.
    Secondary,
    /// Recalled, or chosen where the text is silent.
    Recalled,
}

impl Evidence {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Verified => "verified",
            Evidence::Secondary => "secondary",
            Evidence::Recalled => "recalled",
        }
    }
}

/// A party, with the days it is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartyDef {
    /// The country.
    pub country: Country,
    /// First day, where dated.
    pub from: Option<Date>,
    /// Last day, where dated.
    pub until: Option<Date>,
}

/// A provision of the text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provision {
    /// `article 5(1)`, as cited; for a legislation `FR.old_age article 1(2)`.
    pub address: String,
    /// Whether a statement with an effect stands in it or under it.
    pub encoded: bool,
    /// Its heading, or the article's.
    pub title: String,
    /// How well it is supported.
    pub evidence: Evidence,
    /// Where it stands.
    pub span: Span,
}

/// An enumeration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnumDef {
    /// Its name.
    pub name: String,
    /// Its members; a member's number is its position. A member may be dotted: `old_age.pension`.
    pub members: Vec<String>,
}

/// A record type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordDef {
    /// Its name.
    pub name: String,
    /// Field names and types, in order.
    pub fields: Vec<(String, Ty)>,
    /// Whether each field may be absent: left out of a case it is `nothing`.
    pub optional: Vec<bool>,
    /// How a derivation speaks of each field, for a yes or no a statement; empty: by its name.
    pub phrases: Vec<String>,
}

/// A top-level fact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactDef {
    /// Its name: `person`, `periods`, `claim`.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be `nothing`: then a case that leaves it out means `nothing`.
    pub optional: bool,
    /// How a derivation speaks of it; empty: by its name.
    pub phrase: String,
}

/// A fact declared by a legislation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GivenDef {
    /// Whose legislation; `None` for a fact every party may be given (Figures).
    pub party: Option<Country>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be `nothing`: then a case that leaves it out means `nothing`.
    pub optional: bool,
}

/// A question: a row of facts and what is decided from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// `benefit`, `legislation`.
    pub name: String,
    /// Its facts.
    pub facts: Vec<FactId>,
    /// What it decides.
    pub decides: Vec<DecisionId>,
}

/// A parameter of a decision, term or function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
}

/// A decision: what the law settles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The type of its value.
    pub ty: Ty,
    /// The value where no rule applies; without one that is a gap. Its locals are those of the node asked.
    pub default: Option<ExprId>,
    /// Its rules, in the order of the text. How they are resolved, for every evaluator:
    ///
    /// 1. Of the rules not left out, conditions are evaluated, stronger rules first. Yes applies; no and nothing do
    ///    not; anything else is unsettled. A rule that a surely applying one beats is out, whatever its condition.
    ///    Rules left out beat nothing.
    /// 2. A *way* settles every unsettled rule as applying or not. In it, the survivors are the applying rules that no
    ///    applying rule beats. None: the default, or gap by the decision's name, naming no rule. Else all survivors
    ///    are evaluated and named, in the order of the text, whatever they give: if any gives neither a value nor
    ///    nothing, the outcome is the worst of those; if all are equal (`==`), the outcome of the first; else conflict
    ///    of the survivors.
    /// 3. Nothing unsettled: the only way is the answer. More than eight unsettled: the worst of their outcomes, naming
    ///    no rule. Else, if all ways have equal outcomes (`==`), the answer, outcome and rules, is that of the way in
    ///    which no unsettled rule applies; otherwise the worst of the unsettled conditions' outcomes, naming no rule.
    pub rules: Vec<RuleId>,
    /// The node that asks it with all its rules.
    pub node: NodeId,
    /// Whether it reads any fact of a row; if not it is a class decision.
    pub reads_row: bool,
}

/// A rule of a provision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// The decision it settles.
    pub decision: DecisionId,
    /// The provision it belongs to.
    pub provision: ProvisionId,
    /// When it applies, everything included (head patterns, exceptions, disapplications); `None`: always. Locals
    /// `0..n` are the decision's parameters.
    pub condition: Option<ExprId>,
    /// What it settles.
    pub value: ExprId,
    /// All the rules that take precedence over it, transitively closed, sorted.
    pub beaten_by: Vec<RuleId>,
    /// Number of locals its expressions use, parameters included.
    pub locals: u32,
    /// The clause of stdlib it comes from, where it does.
    pub by: Option<String>,
    /// `exception to article 5(1)`, as written; empty where there is no relation.
    pub relation: String,
    /// Where it stands.
    pub span: Span,
}

/// What a node does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Body {
    /// Settles a decision by its rules, leaving some out (`apart from`).
    Decision(DecisionId, Vec<RuleId>),
    /// Evaluates an expression. Locals `0..n` are the parameters. An answer of it names no rules.
    Expr(ExprId),
}

/// What a node is in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeKind {
    /// A decision.
    Decision,
    /// `term X means`.
    Term,
    /// `function f(...) =`.
    Function,
    /// `parameter p`.
    Parameter,
    /// The dispatch of `law(P)`.
    Law,
}

/// What is evaluated once for given arguments and remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its name; for `apart from`: `relieved apart from article 18(3)`.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The type of its value.
    pub ty: Ty,
    /// What it does.
    pub body: Body,
    /// Number of locals, parameters included.
    pub locals: u32,
    /// The provision a term, function or parameter stands in.
    pub provision: Option<ProvisionId>,
    /// Where it stands.
    pub span: Span,
}

/// A parameter the text does not give.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnsetDef {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
    /// Where it stands.
    pub span: Span,
}

/// How much of the law is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Whose articles.
    pub instrument: String,
    /// Articles the header counts.
    pub provisions: usize,
    /// Articles with at least one statement that has an effect.
    pub encoded: Vec<String>,
    /// Articles that say `not encoded`, with the reason.
    pub not_encoded: Vec<(String, String)>,
    /// Articles that are not there.
    pub missing: Vec<String>,
}

/// A whole program: one agreement with the legislations it is checked with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// The agreement's short name: `NL-CV`.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// Its parties.
    pub parties: Vec<PartyDef>,
    /// What happens where a month is too short.
    pub month_end: MonthEnd,
    /// The currency in which amounts of several parties are compared, where a clause states one.
    pub common_currency: Option<Currency>,
    /// The conversions it declares.
    pub conversions: Conversions,
    /// Enumerations; the kernel's come first.
    pub enums: Vec<EnumDef>,
    /// Record types.
    pub records: Vec<RecordDef>,
    /// Facts of all questions.
    pub facts: Vec<FactDef>,
    /// Facts declared by legislations.
    pub given: Vec<GivenDef>,
    /// Questions.
    pub questions: Vec<Question>,
    /// Provisions of the agreement and its legislations.
    pub provisions: Vec<Provision>,
    /// Decisions.
    pub decisions: Vec<Decision>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Nodes, in any order; the calls between them form no cycle.
    pub nodes: Vec<Node>,
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// Parameters that are unset.
    pub unset: Vec<UnsetDef>,
    /// How much of the law is there.
    pub coverage: Vec<Coverage>,
    /// The conventions it is compared with.
    pub standards: Vec<Standard>,
    /// What they ask of it, and what it promises of itself.
    pub requirements: Vec<Requirement>,
}

impl Program {
    /// The decision of a name.
    pub fn decision(&self, name: &str) -> Option<(DecisionId, &Decision)> {
        let index = self.decisions.iter().position(|d| d.name == name)?;
        Some((DecisionId(u32::try_from(index).ok()?), self.decisions.get(index)?))
    }

    /// The expression of a number this program gave out.
    pub fn expr(&self, id: ExprId) -> Option<&Expr> {
        self.exprs.get(id.0 as usize)
    }

    /// The nodes that are asked from outside: of every decision, and of what standards require.
    pub fn asked(&self) -> Vec<NodeId> {
        let decided = self.decisions.iter().map(|decision| decision.node);
        let required = self.requirements.iter().flat_map(|r| r.demand.nodes().into_iter().chain([r.when]));
        let mut nodes: Vec<NodeId> = decided.chain(required).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// The node of a number this program gave out.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The rule of a number this program gave out.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.0 as usize)
    }

    /// The provision of a number this program gave out.
    pub fn provision(&self, id: ProvisionId) -> Option<&Provision> {
        self.provisions.get(id.0 as usize)
    }

    /// The enumeration of a number this program gave out.
    pub fn enumeration(&self, id: EnumId) -> Option<&EnumDef> {
        self.enums.get(usize::from(id.0))
    }

    /// The record type of a number this program gave out.
    pub fn record(&self, id: RecordId) -> Option<&RecordDef> {
        self.records.get(usize::from(id.0))
    }

    /// Gives the file of every place another number; whether there was one for each. Places without a new number keep
    /// theirs.
    pub fn refile(&mut self, number: impl Fn(FileId) -> Option<FileId>) -> bool {
        let of_provisions = self.provisions.iter_mut().map(|p| &mut p.span);
        let of_rules = self.rules.iter_mut().map(|r| &mut r.span);
        let of_nodes = self.nodes.iter_mut().map(|n| &mut n.span);
        let of_exprs = self.exprs.iter_mut().map(|e| &mut e.span);
        let of_unset = self.unset.iter_mut().map(|u| &mut u.span);
        let of_requirements = self.requirements.iter_mut().map(|r| &mut r.span);
        let stated = of_provisions.chain(of_rules).chain(of_requirements);
        let mut known = true;
        for span in stated.chain(of_nodes).chain(of_exprs).chain(of_unset) {
            match number(span.file) {
                Some(file) => span.file = file,
                None => known = false,
            }
        }
        known
    }

    /// `article 5(1)` of a rule.
    pub fn cite(&self, rule: RuleId) -> &str {
        self.rule(rule).and_then(|r| self.provision(r.provision)).map_or("", |p| p.address.as_str())
    }
}
