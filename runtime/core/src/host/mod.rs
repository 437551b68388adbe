//! The one table of operations every evaluator calls: declared once, dispatched by the interpreter, imported by
//! generated code.
//!
//! What an operation does with operands that are not values is part of its row, so no evaluator can differ on it:
//! *strict*: the worst of them is the result, and `nothing` among values gives `nothing`; *nothing*: as strict, but
//! the operation itself decides about `nothing`; *open*: the operation sees everything.

mod calendar;
mod compare;
mod compute;
mod figures;
mod operands;
mod records;
mod sets;
mod time;

use crate::{Conversions, Facts, Outcome, SiteId};

/// What an operation may read besides its operands.
#[derive(Clone, Copy, Debug)]
pub struct Host<'a> {
    /// The agreement's conversions.
    pub conversions: &'a Conversions,
    /// The facts of the row (exchange rates are read from here).
    pub facts: &'a Facts,
}

/// How an operation treats operands that are not values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The worst is the result; `nothing` gives `nothing`.
    Strict,
    /// The worst is the result, but `nothing` is an operand.
    Nothing,
    /// Every outcome is an operand.
    Open,
}

/// Number of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Exactly this many.
    Exactly(usize),
    /// Any number.
    Any,
}

macro_rules! host_functions {
    ($($(#[doc = $doc:literal])* $name:ident $word:literal $arity:expr, $policy:ident => $body:path;)*) => {
        /// An operation of the runtime.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum HostFn { $($(#[doc = $doc])* $name),* }

        impl HostFn {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [HostFn] = &[$(HostFn::$name),*];

            /// The word printed for it (`--emit ir`) and its symbol in generated code.
            pub fn word(self) -> &'static str {
                match self { $(HostFn::$name => $word),* }
            }

            /// How many operands it takes.
            pub fn arity(self) -> Arity {
                match self { $(HostFn::$name => $arity),* }
            }

            /// What it does with operands that are not values.
            pub fn policy(self) -> Policy {
                match self { $(HostFn::$name => Policy::$policy),* }
            }

            fn body(self) -> fn(&Host<'_>, &[Outcome], SiteId) -> Outcome {
                match self { $(HostFn::$name => $body),* }
            }
        }
    };
}

use Arity::{Any, Exactly};

host_functions! {
    /// Sum of two numbers, lengths or amounts of one currency.
    Add "add" Exactly(2), Strict => compute::add;
    /// Difference.
    Subtract "subtract" Exactly(2), Strict => compute::subtract;
    /// Product: of numbers, or of an amount or length with a number.
    Multiply "multiply" Exactly(2), Strict => compute::multiply;
    /// Quotient: of numbers, of two lengths or amounts (a number, remembered as written), of an amount or length by
    /// a number. Zero divisor is a fault.
    Divide "divide" Exactly(2), Strict => compute::divide;
    /// The negative.
    Negate "negate" Exactly(1), Strict => compute::negate;
    /// `excess(of:, over:)`: what the first is above the second, never negative; over nothing is all of it.
    Excess "excess" Exactly(2), Nothing => compute::excess;
    /// The larger of two, of equals the first; `nothing` is left out, two nothings give nothing.
    Larger "larger" Exactly(2), Nothing => compute::larger;
    /// The smaller of two, of equals the first; `nothing` is left out, two nothings give nothing.
    Smaller "smaller" Exactly(2), Nothing => compute::smaller;
    /// A value rounded by an instruction. To a grain of money it gives money; beyond the range is a fault.
    Rounded "rounded" Exactly(2), Strict => compute::rounded;
    /// An amount in the common currency (second operand: a text with the currency), by the rates among the facts.
    InCommon "in_common" Exactly(2), Strict => compute::in_common;
    /// An exact amount as money where it is a whole number of minor units of at least 0; a negative one is a fault.
    Stored "stored" Exactly(1), Strict => compute::stored;

    /// Whether two values are the same; `nothing` is `nothing` and no value.
    Equal "equal" Exactly(2), Nothing => compare::equal;
    /// Whether the first is less; `nothing` is below every amount.
    Less "less" Exactly(2), Nothing => compare::less;
    /// Whether the first is at most the second; `nothing` is below every amount.
    AtMost "at_most" Exactly(2), Nothing => compare::at_most;
    /// Whether a value is in a set or list; `nothing` is in none.
    In "in" Exactly(2), Nothing => sets::is_in;
    /// Whether a day is within a span.
    Within "within" Exactly(2), Strict => time::within;
    /// Whether it is there: no for `nothing`, yes for a value; else as it is.
    IsGiven "is_given" Exactly(1), Open => records::is_given;

    /// A set of the operands.
    SetOf "set_of" Any, Strict => sets::set_of;
    /// A list of the operands.
    ListOf "list_of" Any, Strict => sets::list_of;
    /// The members of the first set that are not in the second.
    Without "without" Exactly(2), Strict => sets::without;
    /// The members of both sets.
    Union "union" Exactly(2), Strict => sets::union;
    /// How many members.
    Size "size" Exactly(1), Strict => sets::size;

    /// A field of a record, by position (a number); a field of `nothing` is `nothing`.
    Field "field" Exactly(2), Open => records::field;

    /// `n months after D`: operands length, day, month-end rule. Days and weeks count days; a month end that the rule
    /// makes an error is a fault.
    After "after" Exactly(3), Strict => calendar::after;
    /// `n months before D`: operands length, day, month-end rule.
    Before "before" Exactly(3), Strict => calendar::before;
    /// Whole units from the first day to the day before the second: operands from, to, unit, what a part is worth,
    /// month-end rule. `from` not before `to` gives 0.
    UnitsFrom "units_from" Exactly(5), Strict => calendar::units_from;
    /// The calendar year of a day, as a number.
    YearOf "year_of" Exactly(1), Strict => calendar::year_of;
    /// The month of a day, 1 to 12.
    MonthOf "month_of" Exactly(1), Strict => calendar::month_of;
    /// The day before.
    DayBefore "day_before" Exactly(1), Strict => calendar::day_before;
    /// The day after.
    DayAfter "day_after" Exactly(1), Strict => calendar::day_after;
    /// The first day of a month that is not before the day.
    FirstOfMonthOnOrAfter "first_of_month_on_or_after" Exactly(1), Strict => calendar::first_of_month_on_or_after;
    /// The last day of the calendar quarter before the one the day is in.
    EndOfQuarterBefore "end_of_quarter_before" Exactly(1), Strict => calendar::end_of_quarter_before;
    /// A span from day to day; a last day before the first is a fault.
    SpanOf "span" Exactly(2), Strict => calendar::span_of;
    /// First day of a span.
    SpanFirst "span_first" Exactly(1), Strict => calendar::span_first;
    /// Last day of a span.
    SpanLast "span_last" Exactly(1), Strict => calendar::span_last;
    /// `first(12 months, of: span)`: operands length, span, month-end rule; clipped to the span.
    FirstPart "first_part" Exactly(3), Strict => calendar::first_part;
    /// `span lasts at most n`: operands span, length, month-end rule.
    LastsAtMost "lasts_at_most" Exactly(3), Strict => calendar::lasts_at_most;

    /// The length of periods in a unit: operands periods, unit. Each origin is converted and rounded once.
    LengthOf "length_of" Exactly(2), Strict => time::length_of;
    /// A length in another unit: by the rounding conversion if there is one, else the exact one.
    InUnit "in_unit" Exactly(2), Strict => time::in_unit;
    /// The number of a length, without its unit.
    NumberOf "number_of" Exactly(1), Strict => time::number_of;
    /// The parties that hold a period in a record.
    PartiesIn "parties_in" Exactly(1), Strict => time::parties_in;
    /// The parties whose records were brought together.
    PartiesOf "parties_of" Exactly(1), Strict => time::parties_of;
    /// Totalisation: operands record, parties, kinds, order, ties, how dated periods count, how a trimmed amount
    /// counts, last day or nothing.
    Totalise "totalise" Exactly(8), Nothing => time::totalise_op;
    /// `part(P, of: X)`: operands party, periods.
    Part "part" Exactly(2), Strict => time::part;
    /// `X as_if_own P`: operands periods, party.
    AsIfOwn "as_if_own" Exactly(2), Strict => time::as_if_own;
    /// `X until D`: operands periods, day. Undated periods stay unless their calendar year is a later one.
    Until "until" Exactly(2), Strict => time::until;
    /// `X during S`: operands periods, span; undated periods stay unless their calendar year lies wholly outside.
    During "during" Exactly(2), Strict => time::during;
    /// `X of_kinds K`: operands periods, set of kinds.
    OfKinds "of_kinds" Exactly(2), Strict => time::of_kinds;
    /// The periods of a party that precedence displaced: operands party, periods.
    DisplacedPart "displaced_part" Exactly(2), Strict => time::displaced_part;
    /// First dated day of periods; `nothing` without one.
    FirstDay "first_day" Exactly(1), Strict => time::first_day;
    /// Last dated day of periods; `nothing` without one.
    LastDay "last_day" Exactly(1), Strict => time::last_day;

    /// An institution's figure: operands party, the parties the record is made of, the parties concerned, the figure
    /// on its own record, on all periods, leaving parties out (a list of set and figure). What was not given is
    /// undetermined by name: `amount of NL on the periods of FR, NL`.
    Figure "figure" Exactly(6), Open => figures::figure;
}

impl HostFn {
    /// Applies the operation. `site` is where a fault is reported.
    pub fn apply(self, host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
        if self.policy() == Policy::Open {
            return self.body()(host, operands, site);
        }
        let keeps_nothing = self.policy() == Policy::Nothing;
        let worst = operands
            .iter()
            .filter(|o| o.rank() > 1 || (o.rank() == 1 && !keeps_nothing))
            .cloned()
            .reduce(Outcome::worst);
        worst.unwrap_or_else(|| self.body()(host, operands, site))
    }

    /// The operation a word names.
    pub fn parse(word: &str) -> Option<HostFn> {
        HostFn::ALL.iter().copied().find(|f| f.word() == word)
    }
}
