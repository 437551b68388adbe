//! Operations of the runtime, as sentences with what went in and what came out.

use super::say;
use accord_core::{HostFn, Outcome, Value};
use accord_ir::{ExprId, ExprKind, Program};

/// More periods than this are counted, not listed.
const MOST_LISTED: usize = 4;

/// The sentence of an operation; `None` where there is nothing to tell.
pub fn sentence(program: &Program, site: ExprId, operands: &[Outcome], outcome: &Outcome) -> Option<String> {
    let ExprKind::Host(function, _) = &program.expr(site)?.kind else { return None };
    let [a, b, ..] = operands else { return None };
    let said = |o: &Outcome| say::outcome(program, o);
    let (first, second) = (said(a), said(b));
    // What was not known before is told where it arose.
    if operands.iter().any(|o| o.rank() > 1) {
        return None;
    }
    if outcome.rank() > 1 {
        return Some(match (function, b.value()) {
            (HostFn::InCommon, Some(Value::Text(currency))) => format!("{first} in {currency} {}.", said(outcome)),
            _ => format!("What {} and {second} come to {}.", subject(program, a), said(outcome)),
        });
    }
    let result = said(outcome);
    // `18 years is 18 years` tells nothing.
    if matches!(function, HostFn::LengthOf | HostFn::InUnit) && subject(program, a) == result {
        return None;
    }
    Some(match function {
        HostFn::Add => format!("{first} plus {second} is {result}."),
        HostFn::Subtract => format!("{first} minus {second} is {result}."),
        HostFn::Multiply => format!("{first} times {second} is {result}."),
        HostFn::Divide => format!("{first} divided by {second} is {result}."),
        HostFn::Excess => format!("{first} is more than {second} by {result}."),
        HostFn::Larger => format!("The larger of {first} and {second} is {result}."),
        HostFn::Smaller => format!("The smaller of {first} and {second} is {result}."),
        HostFn::InCommon if first == result => return None,
        HostFn::InCommon => format!("{first} at the rate stated is {result}."),
        HostFn::LengthOf => format!("{} is {result}.", subject(program, a)),
        HostFn::InUnit => format!("{first} is {result}."),
        HostFn::UnitsFrom => format!("From {first} up to {second} is {result}."),
        HostFn::Figure => format!("The figure communicated by {first} for the periods of {second} is {result}."),
        HostFn::Less => compared(outcome, &first, &second, ["is less than", "is not less than"])?,
        HostFn::AtMost => compared(outcome, &first, &second, ["is at most", "is more than"])?,
        HostFn::Within => compared(outcome, &first, &second, ["is within", "is not within"])?,
        HostFn::LastsAtMost => compared(outcome, &first, &second, ["lasts at most", "lasts longer than"])?,
        _ => return None,
    })
}

fn compared(outcome: &Outcome, a: &str, b: &str, [holds, fails]: [&str; 2]) -> Option<String> {
    let verb = if outcome.truth()? { holds } else { fails };
    Some(format!("{a} {verb} {b}."))
}

/// An operand as the subject of a sentence: periods in full where they are few.
fn subject(program: &Program, operand: &Outcome) -> String {
    match operand.value() {
        Some(Value::Periods(periods)) => match periods.pieces.len() {
            0 => "No period".to_owned(),
            n if n <= MOST_LISTED => say::and(&periods.pieces.iter().map(say::piece).collect::<Vec<_>>()),
            n => format!("The sum of these {n} periods"),
        },
        _ => say::outcome(program, operand),
    }
}
