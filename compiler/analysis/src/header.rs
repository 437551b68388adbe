//! The header of an agreement: parties, dates, month ends, the common currency; its provisions and conversions.

use crate::law::header_list;
use crate::scope::{Cx, number};
use crate::words;
use accord_core::{Conversion, Country, Currency, Date, Exact, MonthEnd, Ratio, Remainder, Unit, parse_decimal, ratio};
use accord_ir as ir;
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;

/// Reads headers, provisions and conversions into the program.
pub(crate) fn elaborate(cx: &mut Cx<'_, '_>) {
    for index in 0..cx.decls.provisions.len() {
        let decls = cx.decls;
        let Some(p) = decls.provisions.get(index) else { continue };
        cx.program.provisions.push(ir::Provision {
            address: decls.address(index),
            encoded: p.encoded,
            title: p.title.to_owned(),
            evidence: decls.evidence(index),
            span: p.span,
        });
    }
    let decls = cx.decls;
    if let Some(main) = decls.main().and_then(|i| decls.instruments.get(i)) {
        cx.program.agreement = main.name.clone();
        cx.program.title = main.title.to_owned();
        check_names(cx, main.header);
        parties(cx, main.header, main.span);
        month_end(cx, main.header, main.span);
        common_currency(cx, main.header);
    }
    conversions(cx);
}

const KNOWN: &[&str] = &[
    "parties",
    "fictional",
    "signed",
    "in_force",
    "articles",
    "month_end",
    "source",
    "evidence",
    "common_currency",
    "languages",
    "prevails",
    "note",
    "replaces",
    "keeps",
];

fn check_names(cx: &mut Cx<'_, '_>, header: &[ast::Slot]) {
    let known: Vec<String> = KNOWN.iter().map(|k| (*k).to_owned()).collect();
    for slot in header {
        if !known.contains(&slot.name.text) {
            cx.report(words::unknown_code(Code::Header, slot.name.span, "line of a header", &slot.name.text, &known));
        }
    }
}

fn parties(cx: &mut Cx<'_, '_>, header: &[ast::Slot], span: Span) {
    let Some(slot) = header.iter().find(|s| s.name.text == "parties") else {
        cx.report(
            Diagnostic::new(Code::Header, span, "the agreement does not name its parties")
                .help("add `parties: CZ, MD` to its header"),
        );
        return;
    };
    party_list(cx, slot, false);
    if let Some(slot) = header.iter().find(|s| s.name.text == "fictional") {
        party_list(cx, slot, true);
    }
    if cx.program.parties.len() > 64 {
        cx.report(Diagnostic::new(Code::Header, slot.name.span, "an agreement has at most 64 parties"));
    }
}

/// The countries of `parties:`, or of `fictional:`: made-up States that stand for parties in worked cases.
fn party_list(cx: &mut Cx<'_, '_>, slot: &ast::Slot, fictional: bool) {
    let plain: Vec<(&ast::Expr, Option<&ast::Dates>)> = match &slot.value {
        ast::SlotValue::List(list) => list.iter().map(|e| (e, None)).collect(),
        ast::SlotValue::Dated(list) => list.iter().map(|(e, d)| (e, d.as_ref())).collect(),
        _ => Vec::new(),
    };
    for (e, dates) in plain {
        let code = match &e.kind {
            ast::ExprKind::Name(code) => code.as_str(),
            _ => "",
        };
        let Some(country) = Country::parse(code) else {
            cx.report(words::unknown_country(e.span, code));
            continue;
        };
        if fictional && !code.starts_with('X') {
            cx.report(Diagnostic::new(Code::Header, e.span, format!("`{code}` is a real country")).help(
                "made-up States have the codes ISO 3166 leaves free: `XA` to `XZ`; a real party stands in `parties:`",
            ));
            continue;
        }
        if cx.program.parties.iter().any(|p| p.country == country) {
            cx.report(words::duplicate(e.span, code, e.span));
            continue;
        }
        let day = |e: Option<&ast::Expr>| match e.map(|e| &e.kind) {
            Some(ast::ExprKind::Date(text)) => Date::parse(text),
            _ => None,
        };
        let from = day(dates.and_then(|d| d.from.as_ref()));
        let until = day(dates.and_then(|d| d.until.as_ref()));
        cx.program.parties.push(ir::PartyDef { country, from, until });
    }
}

fn month_end(cx: &mut Cx<'_, '_>, header: &[ast::Slot], span: Span) {
    let list = header_list(header, "month_end").unwrap_or(&[]);
    let name = |e: &ast::Expr| match &e.kind {
        ast::ExprKind::Name(word) => Some((word.clone(), e.span)),
        _ => None,
    };
    let names: Vec<(String, Span)> = list.iter().filter_map(name).collect();
    // `month_end: last_day, recalled`: the text is silent and this is a choice.
    if let Some((_, span)) = names.iter().skip(1).find(|(word, _)| word == "recalled") {
        cx.month_end_span = Some(*span);
    }
    let word = names.first().map_or("", |(word, _)| word.as_str());
    cx.program.month_end = match word {
        "last_day" => MonthEnd::LastDay,
        "next_day" => MonthEnd::NextDay,
        "error" => MonthEnd::Error,
        _ => {
            cx.report(
                Diagnostic::new(Code::Header, span, "the agreement does not say what a month after the 31st is")
                    .help("add `month_end: last_day` (or `next_day`, or `error`) to its header"),
            );
            MonthEnd::Error
        }
    };
}

fn common_currency(cx: &mut Cx<'_, '_>, header: &[ast::Slot]) {
    if let Some([ast::Expr { kind: ast::ExprKind::Name(code), span }]) = header_list(header, "common_currency") {
        cx.program.common_currency = Currency::parse(code);
        if cx.program.common_currency.is_none() {
            cx.report(words::unknown_currency(*span, code));
        }
    }
}

fn conversions(cx: &mut Cx<'_, '_>) {
    let statements = cx.decls.statements.clone();
    let mut exact_spans = Vec::new();
    for statement in &statements {
        let ast::ItemKind::Conversion { exact, slots } = &statement.item.kind else { continue };
        let provision = number(statement.place.provision.unwrap_or(0));
        if *exact {
            if let Some(same) = exact_amounts(cx, slots, statement.item.span) {
                let conversion = Exact { same, provision };
                crate::exact::check(cx, &exact_spans, &conversion, statement.item.span);
                cx.program.conversions.exact.push(conversion);
                exact_spans.push(statement.item.span);
            }
        } else if let Some(conversion) = rounding_conversion(cx, slots, provision, statement.item.span) {
            cx.program.conversions.rounding.push(conversion);
        }
    }
}

fn exact_amounts(cx: &mut Cx<'_, '_>, slots: &[ast::Slot], span: Span) -> Option<Vec<(Ratio, Unit)>> {
    let list = header_list(slots, "same");
    let amounts: Option<Vec<(Ratio, Unit)>> = list.map(|l| l.iter().map(length_of).collect()).unwrap_or_default();
    if amounts.as_ref().is_none_or(|a| a.len() < 2 || a.iter().any(|(n, _)| *n == ratio(0, 1))) {
        cx.report(
            Diagnostic::new(Code::WrongConversion, span, "an exact conversion lists amounts that are the same length")
                .help("for example `conversion exact { same: 1 year, 4 quarters, 12 months }`"),
        );
        return None;
    }
    amounts
}

fn length_of(e: &ast::Expr) -> Option<(Ratio, Unit)> {
    match &e.kind {
        ast::ExprKind::Quantity(digits, unit) => Some((parse_decimal(digits)?, Unit::parse(&unit.text)?)),
        _ => None,
    }
}

fn rounding_conversion(cx: &mut Cx<'_, '_>, slots: &[ast::Slot], provision: u32, span: Span) -> Option<Conversion> {
    let known: Vec<String> =
        ["from", "into", "divide", "multiply", "over", "remainder", "through", "year_cap"].map(str::to_owned).to_vec();
    for slot in slots.iter().filter(|s| !known.contains(&s.name.text)) {
        cx.report(words::unknown_code(
            Code::UnknownSlot,
            slot.name.span,
            "part of a conversion",
            &slot.name.text,
            &known,
        ));
    }
    let unit = |name: &str| match header_list(slots, name) {
        Some([ast::Expr { kind: ast::ExprKind::Name(word), .. }]) => Unit::parse(word),
        _ => None,
    };
    let (Some(from), Some(into)) = (unit("from"), unit("into")) else {
        cx.report(
            Diagnostic::new(Code::WrongConversion, span, "a conversion says from which unit into which")
                .help("for example `conversion { from: days  into: months  divide: 30  remainder: counts }`"),
        );
        return None;
    };
    let divide = how_many(cx, slots)?;
    let through = unit("through");
    if divide.is_none() && through.is_none() {
        cx.report(
            Diagnostic::new(
                Code::WrongConversion,
                span,
                format!("the conversion does not say how many {} make one of {}", from.word(), into.word()),
            )
            .help("add `divide: 30`, `multiply: 30` where one is that many of the other, or `through:` a unit that has such a conversion"),
        );
        return None;
    }
    let year_cap = header_list(slots, "year_cap").and_then(|l| l.first()).and_then(length_of).map(|(n, _)| n);
    let multiplies = slots.iter().any(|s| s.name.text == "multiply");
    let remainder = remainder(cx, slots, span, through.is_some() || multiplies)?;
    Some(Conversion { from, into, divide, remainder, through, year_cap, provision })
}

/// How many of one unit make one of the other, as a divisor: `multiply` says it the other way round. The inner `None`:
/// neither is there; the outer: what is there is wrong, which is reported.
fn how_many(cx: &mut Cx<'_, '_>, slots: &[ast::Slot]) -> Option<Option<Ratio>> {
    let number = |name: &str| match header_list(slots, name) {
        Some([ast::Expr { kind: ast::ExprKind::Number(digits), span }]) => Some((parse_decimal(digits)?, *span)),
        _ => None,
    };
    let given = [number("divide"), number("multiply")];
    if let Some((_, span)) = given.iter().flatten().find(|(n, _)| *n == ratio(0, 1)) {
        cx.report(
            Diagnostic::new(Code::WrongConversion, *span, "a conversion by 0 says nothing")
                .help("write a number above 0"),
        );
        return None;
    }
    match given {
        [Some((_, first)), Some((_, span))] => {
            cx.report(
                Diagnostic::new(Code::WrongConversion, span, "the conversion both divides and multiplies")
                    .with(first, "the divisor is here")
                    .help("keep one: `divide` says how many of `from` make one of `into`, `multiply` how many of `into` are one of `from`"),
            );
            None
        }
        [Some((divide, _)), None] => Some(Some(divide)),
        [None, Some((multiply, _))] => Some(Some(multiply.recip())),
        [None, None] => Some(None),
    }
}

/// The rule for a part of a unit. Nothing has to be said of a conversion through another unit, which takes the rule of
/// its last step, nor of one that multiplies, which leaves no part of a whole unit.
fn remainder(cx: &mut Cx<'_, '_>, slots: &[ast::Slot], span: Span, optional: bool) -> Option<Remainder> {
    let said = slots.iter().any(|s| s.name.text == "remainder");
    let word = match header_list(slots, "remainder") {
        Some([ast::Expr { kind: ast::ExprKind::Name(word), .. }]) => word.as_str(),
        _ => "",
    };
    match word {
        "counts" => Some(Remainder::Counts),
        "dropped" => Some(Remainder::Dropped),
        "kept" => Some(Remainder::Kept),
        _ if optional && !said => Some(Remainder::Kept),
        _ => {
            cx.report(
                Diagnostic::new(
                    Code::WrongConversion,
                    span,
                    "the conversion does not say what a part of a unit is worth",
                )
                .help("add `remainder: counts`, `remainder: dropped` or `remainder: kept`"),
            );
            None
        }
    }
}
