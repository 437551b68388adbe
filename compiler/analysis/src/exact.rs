//! Exact conversions that contradict each other: two units are tied by two chains, and not alike.

use crate::scope::Cx;
use accord_core::{Exact, Length, Ratio, Unit, ratio};
use accord_source::{Code, Diagnostic, Span};
use std::collections::{BTreeSet, VecDeque};

/// One statement on a chain: one of the first unit is that many of the second.
#[derive(Clone)]
struct Step {
    conversion: usize,
    from: Unit,
    into: Unit,
    factor: Ratio,
}

/// Compares an exact conversion with those before it, which stand at these places. Without this the shorter chain
/// would be used, and the other would be forgotten.
pub(crate) fn check(cx: &mut Cx<'_, '_>, before: &[Span], conversion: &Exact, span: Span) {
    let pairs =
        conversion.same.iter().enumerate().flat_map(|(i, a)| conversion.same.iter().skip(i + 1).map(move |b| (a, b)));
    for ((one, from), (other, into)) in pairs {
        let factor = other / one;
        if from == into && factor != ratio(1, 1) {
            let (a, b) = (Length::new(*from, one.clone()), Length::new(*into, other.clone()));
            cx.report(
                Diagnostic::new(Code::WrongConversion, span, format!("{a} and {b} are not the same length"))
                    .help("list amounts of different units: `conversion exact { same: 1 year, 12 months }`"),
            );
            return;
        }
        let Some(steps) = chain(&cx.program.conversions.exact, *from, *into) else { continue };
        let elsewhere = steps.iter().fold(ratio(1, 1), |product, step| product * &step.factor);
        if elsewhere == factor {
            continue;
        }
        let (here, there) = (said(*from, *into, &factor), tied(*from, *into, &elsewhere).1);
        let message = format!("exact conversions contradict each other: {here} and also {there}");
        let mut finding = Diagnostic::new(Code::WrongConversion, span, message);
        finding = finding.here(format!("{}: {here}", place(cx, conversion)));
        for step in &steps {
            let by = cx.program.conversions.exact.get(step.conversion).map(|c| place(cx, c)).unwrap_or_default();
            let says = said(step.from, step.into, &step.factor);
            if let Some(at) = before.get(step.conversion) {
                finding = finding.with(*at, format!("{by}: {says}"));
            }
        }
        cx.report(finding.help(
            "correct the one that is wrong; a count that is no equality is a conversion with `divide` or `multiply`",
        ));
        return;
    }
}

fn place(cx: &Cx<'_, '_>, conversion: &Exact) -> String {
    let provision = cx.program.provisions.get(conversion.provision as usize);
    provision.map_or_else(String::new, |p| p.address.clone())
}

/// `1 year is 12 months`, the longer unit first.
fn said(from: Unit, into: Unit, factor: &Ratio) -> String {
    let (one, many) = tied(from, into, factor);
    format!("{one} is {many}")
}

/// One of the longer unit, and how many of the shorter it is.
fn tied(from: Unit, into: Unit, factor: &Ratio) -> (Length, Length) {
    let one = |unit| Length::new(unit, ratio(1, 1));
    if from <= into {
        (one(from), Length::new(into, factor.clone()))
    } else {
        (one(into), Length::new(from, factor.recip()))
    }
}

/// The shortest chain of conversions from one unit to the other.
fn chain(exact: &[Exact], from: Unit, into: Unit) -> Option<Vec<Step>> {
    let mut seen = BTreeSet::from([from]);
    let mut queue: VecDeque<(Unit, Vec<Step>)> = VecDeque::from([(from, Vec::new())]);
    while let Some((unit, steps)) = queue.pop_front() {
        if unit == into {
            return Some(steps);
        }
        for (conversion, declared) in exact.iter().enumerate() {
            let Some((here, _)) = declared.same.iter().find(|(_, u)| *u == unit) else { continue };
            for (there, next) in &declared.same {
                if seen.insert(*next) {
                    let step = Step { conversion, from: unit, into: *next, factor: there / here };
                    queue.push_back((*next, steps.iter().cloned().chain([step]).collect()));
                }
            }
        }
    }
    None
}
