//! What a comparison of two versions, or the examination of one, found: plain data that the driver words and draws.
//!
//! Three things are told apart everywhere: what is proved, what is shown by a person for whom it happens (computed again
//! by the interpreter before it is told), and what was neither, with the reason.

use accord_core::{Answer, Country, Facts, Value};
use accord_source::Span;

/// Two versions compared.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was edited in the text, in the order of the new text, then what was dropped.
    pub edits: Vec<Edit>,
    /// Facts, words, parties and decisions that only one version knows, or that have another name.
    pub vocabulary: Vec<VocabularyChange>,
    /// Of whom it tells, where that is not everybody.
    pub about: Option<About>,
    /// What became of each decision, in the order in which the questions ask for them.
    pub decisions: Vec<Compared>,
}

/// The condition on the persons a comparison tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Whether it is the same under both texts.
    pub is_one: bool,
    /// Whether there is anybody of whom it holds.
    pub somebody: Somebody,
}

/// Whether there is anybody of whom a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Somebody {
    /// There is: a person was found.
    Found,
    /// None was found.
    NotFound,
    /// There is nobody: proved.
    Nobody,
}

/// A change of the text that can change an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What was done.
    pub kind: EditKind,
    /// `article 5(1)`.
    pub address: String,
    /// The heading of the provision.
    pub title: String,
    /// What stands there, in the words of the language: `rule relieved(P)`, `term in_ratio`.
    pub what: String,
    /// Where it stood.
    pub before: Option<Span>,
    /// Where it stands.
    pub after: Option<Span>,
}

/// What was done to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Altered,
}

/// A word that only one version has, or that both have by another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyChange {
    /// `fact`, `field`, `word`, `party`, `decision`.
    pub what: &'static str,
    /// Its name: `claim.child_residence`.
    pub name: String,
    /// What became of it.
    pub how: Became,
}

/// What became of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// A map says that the version after calls it this.
    Renamed(String),
    /// One version alone has it, and a map tells it by the facts of the other.
    Derived,
}

/// What became of a decision, for some of its arguments and some branches.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The decision: `payable`.
    pub decision: String,
    /// Its arguments: each element is one combination for which this holds. A person decision without arguments has
    /// one empty combination.
    pub args: Vec<Vec<Value>>,
    /// The branches for which it holds; empty: the decision does not depend on a branch.
    pub branches: Vec<String>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What can be said of a decision in two versions.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Every person is answered alike: proved.
    Same(Proof),
    /// Some are not.
    Changed(Changed),
    /// Neither was shown.
    Undecided(Open),
}

/// What proved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// No edit reaches it.
    Untouched,
    /// Both versions come to the same form.
    SameForm,
    /// Every case was looked at; how many were told apart.
    Cases(u64),
    /// Both formulas are equal whatever the figures.
    Arithmetic,
    /// An external solver: its name and version.
    Solver(String),
}

/// What is left open, and how far it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Why, in a clause: `it reads the days inside a record`.
    pub why: String,
    /// How many persons were tried without finding one.
    pub tried: u64,
}

/// Who is answered otherwise.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Groups of persons, those who lose first; at most as many as were asked for.
    pub regions: Vec<Region>,
    /// Groups beyond those.
    pub more: usize,
    /// `None`: it is proved that nobody outside the groups is touched. Else why that is not known.
    pub open: Option<Open>,
    /// The solver that proved a part of that, with its version.
    pub solver: Option<String>,
}

/// A group of persons who are answered otherwise.
#[derive(Clone, Debug)]
pub struct Region {
    /// What the change is to them.
    pub effect: Effect,
    /// Who they are: all of these hold. Empty: everybody the decision is asked for.
    pub who: Vec<Literal>,
    /// Whether each of them is answered otherwise. Else some are, the witness among them: two formulas may come to the
    /// same for some figures.
    pub each: bool,
    /// One of them, as ordinary as can be.
    pub witness: Witness,
    /// The same person on the other side of the boundary, who is not touched: which fact differs, and its value there.
    pub twin: Option<Twin>,
    /// The edits responsible, by position in [`Report::edits`]. Several: they act together.
    pub edits: Vec<usize>,
}

/// What a change is to those it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// A right or an amount is lost.
    Loss,
    /// The amount is smaller.
    Less,
    /// The outcome was a value and is none any longer: undetermined, referred, a gap, a conflict, a fault.
    Unsettled,
    /// The answer is another, neither better nor worse by itself: another legislation, another day.
    Other,
    /// The outcome was none and is a value.
    Settled,
    /// The amount is larger.
    More,
    /// A right or an amount is gained.
    Gain,
}

/// One condition of a group, in the agreement's own words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal {
    /// The fact or the defined term: `person.residence`, `own(NL)`, `is_coordinated`.
    pub subject: String,
    /// The whole of it as a sentence part: `own(NL) is at least 6 months and less than 12 months`.
    pub text: String,
}

/// A person, with what both versions answer.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The facts as the old version holds them.
    pub old_facts: Facts,
    /// The facts as the new version holds them.
    pub new_facts: Facts,
    /// The arguments asked with.
    pub args: Vec<Value>,
    /// What the old version answers.
    pub before: Answer,
    /// What the new version answers.
    pub after: Answer,
}

/// The neighbour of a witness on the other side of a boundary.
#[derive(Clone, Debug)]
pub struct Twin {
    /// The condition on which they differ, as the twin meets it: `own(NL) is 12 months`.
    pub differs: String,
    /// The twin, whom both versions answer alike.
    pub person: Witness,
}

/// What the examination of one version found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The decision it is about: `exportable`; empty where it is about none.
    pub decision: String,
    /// Its arguments.
    pub args: Vec<Value>,
    /// The parties for whom it was found alike, where it was found for several.
    pub parties: Vec<Country>,
    /// The clauses it is about, the one to mend first.
    pub places: Vec<Place>,
    /// A person for whom it happens, where one is needed to see it.
    pub person: Option<Person>,
    /// The smallest remedy, as a clause.
    pub remedy: String,
    /// `None`: it is proved or shown by the person. Else why it is not sure.
    pub open: Option<Open>,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A person whom no provision answers.
    Gap,
    /// A person whom two provisions answer otherwise.
    Conflict,
    /// A clause that never applies.
    Unreachable,
    /// A clause that applies, and never changes an outcome.
    WithoutEffect,
    /// A day or a value for which a table has no row.
    TableGap,
    /// More than one legislation, or none, for a situation.
    Legislation,
    /// Shares that together exceed the whole.
    Shares,
    /// An exception for what the provision it excepts from does not cover.
    OutsideScope,
}

/// A place in the text with what it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub span: Span,
    /// `article 5(1)`.
    pub address: String,
    /// What is to be said of it: `applies to this person`.
    pub note: String,
}

/// A person with what the text answers.
#[derive(Clone, Debug)]
pub struct Person {
    /// The facts.
    pub facts: Facts,
    /// The arguments asked with.
    pub args: Vec<Value>,
    /// What is answered.
    pub answer: Answer,
}

/// What can be said of a requirement: of a standard, or a property the agreement states of itself.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It holds of everybody: proved, and there is somebody it is about.
    Holds(Proof),
    /// Somebody is left out.
    Fails(Vec<(Vec<Literal>, Person)>),
    /// There is nobody it is about.
    DoesNotApply,
    /// Neither was shown.
    Undecided(Open),
}
