//! The syntax tree: a file as a list of headed items, close to the page.
//!
//! Immutable, with a span on everything. Provisions are not nested here: a heading or a label stands in the list
//! before the statements it heads, as on paper; [`crate::ast::File`] is read from top to bottom.

mod amendment;
mod correspondence;

pub use amendment::{Amendment, Deed, Instruction, Kept};
pub use correspondence::Correspondence;

use accord_source::{FileId, Span};

/// A name with its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A quoted text with its place; escapes `\"` and `\\` are resolved.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text without quotes.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
}

/// A comment, `#` included, without the line end.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The text.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// One source file.
#[derive(Clone, Debug)]
pub struct File {
    /// Which.
    pub id: FileId,
    /// Items, in order.
    pub items: Vec<Item>,
    /// Comments, in order.
    pub comments: Vec<Comment>,
}

/// One item. Headers open a scope that the items after it belong to (see [`ItemKind`]).
#[derive(Clone, Debug)]
pub struct Item {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ItemKind,
}

/// The kinds of item.
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// `use "legislation/nl.accord"`.
    Use(Text),
    /// `agreement NL-CV "title"` and its header slots. Opens an instrument.
    Agreement {
        /// `NL-CV`.
        name: Name,
        /// The title.
        title: Text,
        /// `parties: NL, CV  in_force: from 1983-02-01 ...`.
        header: Vec<Slot>,
    },
    /// `legislation NL.old_age "AOW"` and its header slots (`implements: Scheme  branches: old_age ...`). Opens an
    /// instrument of its own: articles after it belong to it, until the next agreement, legislation or clause.
    Legislation {
        /// `NL.old_age`: the party, and the rest.
        name: Vec<Name>,
        /// The title.
        title: Text,
        /// Header slots.
        header: Vec<Slot>,
    },
    /// `interface Scheme` with its members.
    Interface {
        /// Its name.
        name: Name,
        /// Members.
        members: Vec<Signature>,
    },
    /// `title III "..."`, `part`, `chapter`, `section`: a heading only.
    Heading {
        /// The word.
        word: Name,
        /// The number.
        number: Name,
        /// The text.
        title: Option<Text>,
    },
    /// `article 5 "Payment abroad" for each party P in concerned`, `annex I`, `protocol 1`; `articles 59..91`, of
    /// which nothing is encoded. Heads what follows.
    Article {
        /// `article`, `articles`, `annex`, `protocol`.
        word: Name,
        /// `5`, `17a`, `L351-1`, `I`; `59..91`.
        number: Name,
        /// `of EU-987`.
        of: Option<Name>,
        /// Its heading.
        title: Option<Text>,
        /// `for each party P in S`.
        each: Vec<Binder>,
    },
    /// `(1)(a)`: heads what follows, up to the next label or heading.
    Label(Vec<Name>),
    /// `evidence recalled`.
    Evidence(Name),
    /// `summary "..."`, `note "..."`, `open "..."`, `text en "..."`.
    Remark {
        /// `summary`, `note`, `open`, `text`.
        word: Name,
        /// The language of a `text`.
        language: Option<Name>,
        /// The words; texts written one after another are its lines.
        text: Text,
    },
    /// `not encoded "why"`.
    NotEncoded(Text),
    /// `[relations] rule ...`.
    Rule(Rule),
    /// `[relations] name { slot: value ... } [when c]`.
    ClauseUse(ClauseUse),
    /// `disapply (2), article 5 when c`.
    Disapply {
        /// What.
        targets: Vec<Address>,
        /// When; always, if absent.
        when: Option<Expr>,
    },
    /// `term X(P: type): type means e`.
    Term {
        /// Its name.
        name: Name,
        /// Parameters.
        params: Vec<Param>,
        /// Its type, where stated.
        ty: Option<Type>,
        /// What it means.
        body: Expr,
    },
    /// `function f(params): type = e`.
    Function {
        /// Its name.
        name: Name,
        /// Parameters.
        params: Vec<Param>,
        /// Its type.
        ty: Type,
        /// Its value.
        body: Expr,
    },
    /// `parameter p(key: type): type = value | { rows } | unset "why"   bounded a .. b`.
    Parameter {
        /// Its name.
        name: Name,
        /// Keys.
        params: Vec<Param>,
        /// Its type, where stated.
        ty: Option<Type>,
        /// Its value.
        body: ParameterBody,
        /// `bounded a .. b`.
        bounds: Option<(Expr, Expr)>,
    },
    /// `conversion { ... }`, `conversion exact { ... }`.
    Conversion {
        /// Whether it is exact.
        exact: bool,
        /// Its slots.
        slots: Vec<Slot>,
    },
    /// `clause export "doc" for each party P`. Slots, rules and terms after it belong to it, until another item that
    /// is none of those.
    Clause {
        /// Its name.
        name: Name,
        /// What it means, for a lawyer.
        doc: Text,
        /// Its party variables.
        each: Vec<Binder>,
    },
    /// `slot benefits: set of Benefit default {}`, inside a clause.
    SlotDef {
        /// Its name.
        name: Name,
        /// `term of T`: an expression evaluated where it is used.
        term: bool,
        /// Its type.
        ty: Type,
        /// What it is when not stated.
        default: Option<Expr>,
    },
    /// `enum Branch { old_age "Old age", ... }`.
    Enum {
        /// Its name.
        name: Name,
        /// Members (possibly dotted) with an optional description.
        members: Vec<(Name, Option<Text>)>,
    },
    /// `record Claim { benefit: Benefit ... }`.
    Record {
        /// Its name.
        name: Name,
        /// Fields.
        fields: Vec<Field>,
    },
    /// `question benefit facts person: Person ... decides a, b`.
    Question {
        /// Its name.
        name: Name,
        /// Facts.
        facts: Vec<Field>,
        /// Decisions.
        decides: Vec<Name>,
    },
    /// `decision payable(P): money of P default nothing`.
    Decision {
        /// Its signature.
        signature: Signature,
        /// The value where no rule applies.
        default: Option<Expr>,
        /// What it decides, for people.
        doc: Option<Text>,
    },
    /// `facts { average_income: money of FR }`, inside a legislation.
    Facts(Vec<Field>),
    /// `case "name" { ... }`.
    Case {
        /// Its name.
        name: Text,
        /// Its content.
        body: Block,
    },
    /// `standard C118 "title"` and its header slots. Opens an instrument of its own, like a legislation.
    Standard {
        /// `C118`.
        name: Name,
        /// The title.
        title: Text,
        /// Header slots.
        header: Vec<Slot>,
    },
    /// `requires C for each ... when W`, `permits C when W`, `exception to (1) not required when W`.
    Demand(Demand),
    /// `assumes "what" for each ... when W`: what a standard takes for granted because nothing says otherwise.
    Assumes {
        /// What is taken for granted.
        what: Text,
        /// Of whom.
        each: Vec<Binder>,
        /// When.
        when: Option<Expr>,
    },
    /// `outside { c, d }`: conditions under which a standard asks for nothing.
    Outside(Vec<Expr>),
    /// `property "name" for each ... requires C when W`: what an agreement promises of itself.
    Property(Property),
    /// `amendment "Protocol 2" to CZ-MD` and its header slots. Opens an amendment.
    Amendment(Amendment),
    /// `replaces article 5(1)`: heads new words of the agreement that the amendment is to.
    Instruction(Instruction),
    /// `[relations] keeps article 5(1) as read on D [when c]`.
    Kept(Kept),
    /// A line of a map of two versions.
    Correspondence(Correspondence),
    /// Text that could not be read; the finding was recorded.
    Junk,
}

/// A statement of a standard.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Relations, before it.
    pub relations: Vec<Relation>,
    /// What it does.
    pub kind: DemandKind,
    /// What is required or permitted; nothing is said where something is not required.
    pub what: Option<Expr>,
    /// `for each party P`, beside those of the article.
    pub each: Vec<Binder>,
    /// When.
    pub when: Option<Expr>,
}

/// What a statement of a standard does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandKind {
    /// `requires C`.
    Requires,
    /// `permits C`.
    Permits,
    /// `not required`.
    NotRequired,
}

/// A promise of an agreement about itself.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name: a sentence.
    pub name: Text,
    /// `for each party P`, beside those of the article.
    pub each: Vec<Binder>,
    /// What is promised.
    pub promise: Promise,
    /// When.
    pub when: Option<Expr>,
}

/// What a property promises.
#[derive(Clone, Debug)]
pub enum Promise {
    /// `requires C`: it holds of everybody.
    Requires(Expr),
    /// `never lowers D by more than T when L grows`: of two persons alike but for L, the one with more has no less.
    NeverLowers {
        /// The result.
        value: Expr,
        /// How much less is borne.
        tolerance: Option<Expr>,
        /// What grows.
        measure: Expr,
    },
}

/// `name(params): type`, a member of an interface or the head of a decision. Without a type: yes or no is not
/// assumed, it is an error.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its name.
    pub name: Name,
    /// Parameters.
    pub params: Vec<Param>,
    /// Its type.
    pub ty: Type,
}

/// `P`, `P: type`.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type; a party where absent.
    pub ty: Option<Type>,
}

/// `name: type`, with `or nothing` in the type.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// How a derivation speaks of it: a noun, for a yes or no a statement.
    pub phrase: Option<Text>,
}

/// `party P in S where c`: `class` is `party`, `period`, `year`, `activity` or any lower-case word.
#[derive(Clone, Debug)]
pub struct Binder {
    /// What is bound, in a word.
    pub class: Name,
    /// The variable.
    pub variable: Name,
    /// What it ranges over; the parties of the agreement, for a party without one.
    pub domain: Option<Expr>,
    /// Which members count.
    pub filter: Option<Box<Expr>>,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct Type {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: TypeKind,
    /// `or nothing`.
    pub or_nothing: bool,
}

/// The forms of type.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `YesNo`, `Date`, `Branch`, `months`, `length`, `money`, `EUR`, `condition`, `order`, `conversion`, `unit`.
    Name(Name),
    /// `set of T`.
    Set(Box<Type>),
    /// `list of T`.
    List(Box<Type>),
    /// `money of P`, `amount of P`, `length of P`.
    Of(Name, Box<Expr>),
}

/// What a parameter holds.
#[derive(Clone, Debug)]
pub enum ParameterBody {
    /// `= e`.
    Value(Expr),
    /// `unset "why"`.
    Unset(Text),
    /// `{ 1955..1957: 166 quarters  old_age, survivors: 5 years  otherwise: 0 }`.
    Table(Vec<Row>),
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Keys (values or ranges `a..b`, `a..`, `..b`); empty for `otherwise`.
    pub keys: Vec<Expr>,
    /// The value (an expression, or `unset "why"`).
    pub value: Expr,
    /// Where.
    pub span: Span,
}

/// `article 5(1)(a) of EU-987`, `(1)`, `annex I`.
#[derive(Clone, Debug)]
pub struct Address {
    /// Where.
    pub span: Span,
    /// `article`, `annex`, `protocol` and the number; absent for `(1)` in the same article.
    pub article: Option<(Name, Name)>,
    /// Labels: `1`, `a`.
    pub labels: Vec<Name>,
    /// `of EU-987`.
    pub of: Option<Name>,
}

/// How a rule stands to other provisions.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Which.
    pub kind: RelationKind,
    /// To what.
    pub targets: Vec<Address>,
    /// Where.
    pub span: Span,
}

/// The relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// `exception to`.
    Exception,
    /// `subject to`.
    Subject,
    /// `notwithstanding`.
    Notwithstanding,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Relations, before it.
    pub relations: Vec<Relation>,
    /// `rule not D`.
    pub negated: bool,
    /// The decision.
    pub decision: Name,
    /// Its arguments: variables or constants.
    pub args: Vec<Expr>,
    /// What it is; absent for yes (or no).
    pub value: Option<Expr>,
    /// When.
    pub when: Option<Expr>,
    /// `applies from D`, `applies until D`, `applies to claims from D`, `applies to events from D`.
    pub applies: Vec<Applies>,
}

/// When a rule's life begins or ends.
#[derive(Clone, Debug)]
pub struct Applies {
    /// `claims`, `events`; absent: to the day of the event.
    pub to: Option<Name>,
    /// `from` rather than `until`.
    pub from: bool,
    /// The day.
    pub day: Expr,
    /// Where.
    pub span: Span,
}

/// The use of a clause.
#[derive(Clone, Debug)]
pub struct ClauseUse {
    /// Relations, before it.
    pub relations: Vec<Relation>,
    /// The clause.
    pub name: Name,
    /// Its slots.
    pub slots: Vec<Slot>,
    /// `when`, after the brace: holds for every rule of the clause.
    pub when: Option<Expr>,
    /// `applies from D`: the life of every rule of the clause.
    pub applies: Vec<Applies>,
    /// The braces.
    pub braces: Span,
}

/// `name: value`, in a header, a clause, a case.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name: any word; in braces also a date, a quoted text (resolved; the span has the marks), a dotted name, a
    /// list `a, b`, a call `covered(CV, unemployment)`. Without blanks but one after each comma.
    pub name: Name,
    /// Its value.
    pub value: SlotValue,
}

/// What stands after the colon.
#[derive(Clone, Debug)]
pub enum SlotValue {
    /// One or more expressions separated by commas: `old_age, survivors`.
    List(Vec<Expr>),
    /// `{ slot: value ... }`.
    Block(Block),
    /// Rows of words: `{ FR insurance 104 quarters   NL insurance voluntary 2001-01-01..2005-12-31 }`.
    Rows(Vec<WordRow>, Span),
    /// `from D`, `until D`, `from D until E`; with a list of dated things: `GB from D until E` is in `Dated`.
    Dates(Box<Dates>),
    /// `NL, GB from 2010-05-01 until 2020-12-31`: some of the list have dates.
    Dated(Vec<(Expr, Option<Dates>)>),
}

/// `from D until E`.
#[derive(Clone, Debug)]
pub struct Dates {
    /// First day.
    pub from: Option<Expr>,
    /// Last day.
    pub until: Option<Expr>,
    /// Where.
    pub span: Span,
}

/// `{ slot: value ... }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// Where, braces included.
    pub span: Span,
    /// Its slots.
    pub slots: Vec<Slot>,
}

/// A row of juxtaposed words and amounts.
#[derive(Clone, Debug)]
pub struct WordRow {
    /// Words, quantities, dates and date ranges (`Binary(Range)`), in order.
    pub cells: Vec<Expr>,
    /// Where.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `20_000.00`: the digits as written.
    Number(String),
    /// `12 months`, `0.01 EUR`, `25 %`: the digits and the unit word.
    Quantity(String, Name),
    /// `2012-10-01`: as written; a day that exists.
    Date(String),
    /// `"..."`, on one line.
    Text(String),
    /// `concerned`, `NL`, `EUR`, `old_age`, `yes`, `no`.
    Name(String),
    /// `claim.start`, `old_age.pension`.
    Field(Box<Expr>, Name),
    /// `f(x, of: y)`, `law(P).amount(x)`, `payable(Q)`. In expectations also `undetermined { "..." }`, whose one
    /// argument is the set, and `fault overflow`, whose one argument is the word.
    Call(Box<Expr>, Vec<Arg>),
    /// `-x`.
    Negative(Box<Expr>),
    /// `not x`.
    Not(Box<Expr>),
    /// Arithmetic, logic, comparison, membership; see [`Op`]. The open side of a range in a key (`..1954`, `1958..`)
    /// is [`ExprKind::Nothing`] with an empty span.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `x is given`, `x is not given`.
    Given(Box<Expr>, bool),
    /// `x is one of { a, b }` (or a bare list in braces), `x is not one of ...`.
    OneOf(Box<Expr>, Box<Expr>, bool),
    /// `span lasts at most 12 months`.
    Lasts(Box<Expr>, Box<Expr>),
    /// `day within 3 months after D`: a deadline that includes that day. day, length, start.
    Deadline(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `if c then a else b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match x { a, b => e, otherwise => e }`.
    Match(Box<Expr>, Vec<Arm>),
    /// `{ a, b }`.
    Set(Vec<Expr>),
    /// A quantifier.
    Quantifier(Box<Quantifier>),
    /// `x rounded R`: R is a rounding literal, or the expression after `as`.
    Rounded(Box<Expr>, Box<Expr>),
    /// `half up to 0.01 EUR`: the mode words, the grain.
    Rounding(Name, Box<Expr>),
    /// `X as_if_own P`, `X until D`, `X during S`, `X of_kinds K`: the word and both sides.
    Shaped(Box<Expr>, Name, Box<Expr>),
    /// `x in quarters`.
    InUnit(Box<Expr>, Name),
    /// `3 months after D`, `1 year before D`: length, `after` or `before`, day.
    Moved(Box<Expr>, Name, Box<Expr>),
    /// `relieved(Q) apart from (3), article 4`.
    Apart(Box<Expr>, Vec<Address>),
    /// `article 15(3) of ETS-78A`, as a value in a slot.
    Address(Box<Address>),
    /// `any party`, `the other party`, `the Parties`: the words joined by a space.
    Parties(String),
    /// `compulsory over voluntary`.
    Over(Name, Name),
    /// `nothing`.
    Nothing,
    /// `refer "to whom"`, `refer`.
    Refer(Option<String>),
    /// `unset "why"`.
    Unset(String),
    /// `(x)`: kept, so that what was written can be printed.
    Paren(Box<Expr>),
    /// Junk inside an expression; the finding was recorded.
    Junk,
}

/// An argument, with its label where it has one.
#[derive(Clone, Debug)]
pub struct Arg {
    /// `of` in `part(P, of: X)`.
    pub label: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// An arm of a match.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The values; empty for `otherwise`.
    pub patterns: Vec<Expr>,
    /// The result.
    pub value: Expr,
    /// Where.
    pub span: Span,
}

/// Binary operators. Words are the language's spelling; symbols are accepted and rewritten by the formatter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `or`.
    Or,
    /// `and`.
    And,
    /// `is`, `==`.
    Is,
    /// `is not`, `!=`.
    IsNot,
    /// `is at least`, `>=`.
    AtLeast,
    /// `is at most`, `<=`.
    AtMost,
    /// `is more than`, `>`.
    MoreThan,
    /// `is less than`, `<`.
    LessThan,
    /// `is before` (days).
    Before,
    /// `is after` (days).
    After,
    /// `is not before` (days).
    NotBefore,
    /// `is not after` (days).
    NotAfter,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `within` (a day in a span).
    Within,
    /// `a .. b`, in tables and bounds.
    Range,
    /// `+`.
    Add,
    /// `-`, with spaces round it.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
}

/// A quantifier expression.
#[derive(Clone, Debug)]
pub struct Quantifier {
    /// `every`, `some`, `sum of`, `count of`, `largest of`, `smallest of`, `set of`, `the`.
    pub word: QuantifierWord,
    /// What is bound; the filter is in it.
    pub binder: Binder,
    /// `every party Q in S satisfies e`; `some ... satisfies e` or `where e` (then in the filter); `sum of e for
    /// party Q in S`.
    pub body: Option<Expr>,
    /// `with largest e` and `with smallest e` of a `the`: true for largest.
    pub with: Option<(bool, Expr)>,
    /// `tie refer`, `tie first`, `tie last`.
    pub tie: Option<Name>,
}

/// The words a quantifier begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantifierWord {
    /// `every party Q in S satisfies e`.
    Every,
    /// `some party Q in S satisfies e`, `some party Q in S where e`.
    Some,
    /// `sum of e for party Q in S where c`.
    Sum,
    /// `count of party Q in S where c`.
    Count,
    /// `largest of e for party Q in S where c`.
    Largest,
    /// `smallest of e for party Q in S where c`.
    Smallest,
    /// `set of party Q in S where c`.
    Set,
    /// `the party Q in S where c [with largest e] [tie refer]`.
    The,
}
