//! What is worth knowing about a program that is otherwise sound: gaps that show, conflicts that show, the law as data.

use crate::law::header_list;
use crate::scope::Cx;
use accord_core::{HostFn, RuleId, Unit, Value};
use accord_ir::{Coverage, Evidence, ExprId, ExprKind};
use accord_source::{Code, Diagnostic, Severity, Span};
use accord_syntax::ast;
use std::collections::{BTreeMap, BTreeSet};

/// Looks over the whole program.
pub(crate) fn lint(cx: &mut Cx<'_, '_>) {
    conversions_of_runs(cx);
    certain_conflicts(cx);
    undecided(cx);
    coverage(cx);
    unset(cx);
    recalled(cx);
}

/// Runs of dated periods become months and left-over days: both must reach every scheme's unit.
fn conversions_of_runs(cx: &mut Cx<'_, '_>) {
    let units = crate::law::units(cx, None);
    let spans: Vec<Span> = cx
        .program
        .exprs
        .iter()
        .filter(|e| match &e.kind {
            ExprKind::Host(HostFn::Totalise, operands) => {
                matches!(operands.get(5).and_then(|o| cx.const_value(*o)), Some(Value::Member(_, 0)))
            }
            _ => false,
        })
        .map(|e| e.span)
        .collect();
    let Some(at) = place_of_aggregate(cx).or_else(|| spans.first().copied()) else { return };
    if spans.is_empty() || cx.program.agreement.is_empty() {
        return;
    }
    for unit in units {
        for from in [Unit::Months, Unit::Days] {
            let dated = matches!(unit, Unit::Days);
            if from != unit && !dated && cx.program.conversions.way(from, unit).is_none() {
                cx.report(
                    Diagnostic::new(
                        Code::UnitsMixed,
                        at,
                        format!("dated periods give {} and no conversion turns them into {}", from.word(), unit.word()),
                    )
                    .note("`dated_in: runs` counts whole months from the first day of each run and pools the days left over")
                    .help(format!(
                        "declare it: `conversion {{ from: {}  into: {}  divide: ...  remainder: counts }}`",
                        from.word(),
                        unit.word()
                    )),
                );
            }
        }
    }
}

fn place_of_aggregate(cx: &Cx<'_, '_>) -> Option<Span> {
    cx.decls.statements.iter().find_map(|s| match &s.item.kind {
        ast::ItemKind::ClauseUse(used) if used.name.text == "aggregate" => Some(used.name.span),
        _ => None,
    })
}

/// Two unrelated rules that hold together whatever the case, and differ.
fn certain_conflicts(cx: &mut Cx<'_, '_>) {
    // A relation that could not be read may be the very one that settles it.
    let unread = [Code::UnknownProvision, Code::NothingToExcept, Code::PriorityCycle];
    if cx.sink.iter().any(|d| unread.contains(&d.code)) {
        return;
    }
    let mut found = Vec::new();
    for decision in &cx.program.decisions {
        // Rules of one written condition stand together, those without one stand with all: each is compared with
        // the first that differs, so that a long text is still read in one pass.
        let mut groups: BTreeMap<Option<String>, Vec<RuleId>> = BTreeMap::new();
        for id in &decision.rules {
            let Some(rule) = cx.program.rule(*id) else { continue };
            let key = match rule.condition {
                None => None,
                Some(condition) => match shape_of(cx, condition, 0) {
                    Some(shape) => Some(shape),
                    None => continue,
                },
            };
            groups.entry(key).or_default().push(*id);
        }
        let always: Vec<RuleId> = groups.get(&None).cloned().unwrap_or_default();
        for rules in groups.values() {
            for (i, b) in rules.iter().enumerate() {
                let before = always.iter().take(8).chain(rules.iter().take(i.min(8)));
                if let Some(a) = before.filter(|a| *a != b).find(|a| clash(cx, **a, *b)) {
                    let pair = if *a < *b { (*a, *b) } else { (*b, *a) };
                    found.push((decision.name.clone(), pair.0, pair.1));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    for (name, a, b) in found {
        let (first, second) = (cx.program.cite(a).to_owned(), cx.program.cite(b).to_owned());
        let (Some(ra), Some(rb)) = (cx.program.rule(a), cx.program.rule(b)) else { continue };
        let why = [ra, rb].iter().find_map(|r| cx.decls.provisions.get(r.provision.0 as usize)?.open);
        let (sa, sb) = (ra.span, rb.span);
        let mut finding = Diagnostic::new(
            Code::Conflict,
            sb,
            format!("{first} and {second} give different answers for `{name}` in the same cases"),
        )
        .here(format!("{second} says one thing"))
        .with(sa, format!("{first} says another"));
        // A question the source leaves open is known: it warns, and every case it touches is a conflict.
        if let Some(why) = why {
            finding.severity = Severity::Warning;
            finding = finding.note(format!("left open: {why}"));
        } else {
            finding = finding.help(format!(
                "say which prevails: `exception to {first}`, `notwithstanding {first}` or `subject to {first}`; or leave it `open \"why\"`"
            ));
        }
        cx.report(finding);
    }
}

fn clash(cx: &Cx<'_, '_>, a: RuleId, b: RuleId) -> bool {
    let (Some(ra), Some(rb)) = (cx.program.rule(a), cx.program.rule(b)) else { return false };
    if ra.beaten_by.contains(&b) || rb.beaten_by.contains(&a) {
        return false;
    }
    let beaten_always = ra
        .beaten_by
        .iter()
        .any(|s| rb.beaten_by.contains(s) && cx.program.rule(*s).is_some_and(|r| r.condition.is_none()));
    let differ = match (written_value(cx, ra.value), written_value(cx, rb.value)) {
        (Some(ExprKind::Const(x)), Some(ExprKind::Const(y))) => x != y,
        _ => false,
    };
    differ && !beaten_always
}

/// What a rule gives, without the check that money is stored as it should be.
fn written_value<'c>(cx: &'c Cx<'_, '_>, value: ExprId) -> Option<&'c ExprKind> {
    match cx.kind(value) {
        Some(ExprKind::Host(HostFn::Stored, operands)) => operands.first().and_then(|o| cx.kind(*o)),
        other => other,
    }
}

/// A condition as text of meaning: two with the same shape are the same. `None` for those not compared.
fn shape_of(cx: &Cx<'_, '_>, id: ExprId, depth: usize) -> Option<String> {
    if depth > 16 {
        return None;
    }
    let list = |ids: &[ExprId]| -> Option<String> {
        ids.iter().map(|i| shape_of(cx, *i, depth + 1)).collect::<Option<Vec<_>>>().map(|v| v.join(","))
    };
    Some(match cx.kind(id)? {
        ExprKind::Const(outcome) => format!("{outcome:?}"),
        ExprKind::Fact(fact) => format!("fact{}", fact.0),
        ExprKind::Local(local) => format!("local{}", local.0),
        ExprKind::Given(of, name) => format!("given {name}({})", list(&[*of])?),
        ExprKind::Call(node, args) => format!("call{}({})", node.0, list(args)?),
        ExprKind::Host(f, operands) => format!("{}({})", f.word(), list(operands)?),
        ExprKind::And(a, b) => format!("and({})", list(&[*a, *b])?),
        ExprKind::Or(a, b) => format!("or({})", list(&[*a, *b])?),
        ExprKind::Not(a) => format!("not({})", list(&[*a])?),
        ExprKind::If(..) | ExprKind::Quantify(_) => return None,
    })
}

/// Decisions of the model that nothing settles, where something asks them.
fn undecided(cx: &mut Cx<'_, '_>) {
    if cx.program.agreement.is_empty() {
        return;
    }
    let asked: BTreeSet<u32> = cx
        .program
        .rules
        .iter()
        .flat_map(|r| [r.condition, Some(r.value)])
        .flatten()
        .filter_map(|e| match cx.kind(e) {
            Some(ExprKind::Call(node, _)) => Some(node.0),
            _ => None,
        })
        .collect();
    let span = cx.decls.main().and_then(|i| cx.decls.instruments.get(i)).map(|i| i.span);
    let Some(span) = span else { return };
    let missing: Vec<String> = cx
        .program
        .decisions
        .iter()
        .filter(|d| d.rules.is_empty() && d.default.is_none() && asked.contains(&d.node.0))
        .map(|d| d.name.clone())
        .collect();
    for name in missing {
        cx.report(
            Diagnostic::new(
                Code::NoRule,
                span,
                format!("no provision decides `{name}`, and other provisions ask for it"),
            )
            .help("add a rule for it: until then every result that needs it is a gap"),
        );
    }
}

/// Counts articles against the headers: of the agreement, and of what belongs to it and says how many it has.
fn coverage(cx: &mut Cx<'_, '_>) {
    let decls = cx.decls;
    let main = decls.main();
    for (index, instrument) in decls.instruments.iter().enumerate().filter(|(_, i)| !i.is_legislation && !i.is_standard)
    {
        let Some(range) = header_list(instrument.header, "articles") else {
            if main == Some(index) {
                cx.report(
                    Diagnostic::new(
                        Code::Header,
                        instrument.span,
                        "the agreement does not say how many articles the text has",
                    )
                    .help("add `articles: 1..28` to its header, so that what is missing can be counted"),
                );
            }
            continue;
        };
        let at = range.first().map_or(instrument.span, |e| e.span);
        let Some(bounds) = bounds(range) else {
            let finding = Diagnostic::new(Code::Header, at, "articles are counted as a range");
            cx.report(finding.help("write `articles: 1..28`"));
            continue;
        };
        let coverage = covered(cx, index, bounds);
        if !coverage.missing.is_empty() {
            let list = some_of(&coverage.missing);
            let one = coverage.missing.len() == 1;
            let (what, verb) =
                if one { (format!("article {list}"), "is") } else { (format!("articles {list}"), "are") };
            let of = if main == Some(index) { "the law".to_owned() } else { instrument.name.clone() };
            cx.report(
                Diagnostic::new(Code::NotEncodedLaw, at, format!("{what} of {of} {verb} not here"))
                    .help("encode them, or say `not encoded \"why\"` under their heading"),
            );
        }
        cx.program.coverage.push(coverage);
    }
}

/// The articles of an instrument, one by one.
fn covered(cx: &Cx<'_, '_>, instrument: usize, (low, high): (u32, u32)) -> Coverage {
    let decls = cx.decls;
    let of_it = || decls.provisions.iter().filter(|p| p.instrument == instrument);
    let mut articles: BTreeMap<&str, Vec<&crate::collect::ProvisionDecl<'_>>> = BTreeMap::new();
    for p in of_it().filter(|p| p.article.0 == "article") {
        articles.entry(p.article.1.as_str()).or_default().push(p);
    }
    let ranges: Vec<_> = of_it().filter_map(|p| Some((p.range?, p))).collect();
    let name = decls.instruments.get(instrument).map_or(String::new(), |i| i.name.clone());
    let provisions = usize::try_from(high.saturating_sub(low) + 1).unwrap_or(0);
    let mut coverage = Coverage { instrument: name, provisions, ..Coverage::default() };
    for n in low..=high {
        let text = n.to_string();
        let parts = articles.get(text.as_str()).map_or(&[][..], Vec::as_slice);
        let of_range = ranges.iter().filter(|((low, high), _)| (*low..=*high).contains(&n)).map(|(_, p)| *p);
        let why = parts.iter().copied().chain(of_range).find_map(|p| p.not_encoded);
        if parts.iter().any(|p| p.encoded) {
            coverage.encoded.push(text);
        } else if let Some(why) = why {
            coverage.not_encoded.push((text, why.to_owned()));
        } else {
            coverage.missing.push(text);
        }
    }
    coverage
}

/// A list as far as a reader follows it.
fn some_of(list: &[String]) -> String {
    const MOST: usize = 20;
    let shown = list.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn bounds(range: &[ast::Expr]) -> Option<(u32, u32)> {
    let [ast::Expr { kind: ast::ExprKind::Binary(ast::Op::Range, low, high), .. }] = range else { return None };
    let n = |e: &ast::Expr| match &e.kind {
        ast::ExprKind::Number(digits) => digits.parse::<u32>().ok().filter(|n| *n <= 10_000),
        _ => None,
    };
    Some((n(low)?, n(high)?))
}

fn unset(cx: &mut Cx<'_, '_>) {
    let list: Vec<(String, String, Span)> =
        cx.program.unset.iter().map(|u| (u.name.clone(), u.why.clone(), u.span)).collect();
    for (name, why, span) in list {
        cx.report(
            Diagnostic::new(Code::Unset, span, format!("`{name}` is not given: {why}"))
                .note("results that need it are undetermined and name it"),
        );
    }
}

/// Provisions of the agreement from memory, in one finding; a month-end rule among them.
fn recalled(cx: &mut Cx<'_, '_>) {
    let decls = cx.decls;
    let Some(index) = decls.main() else { return };
    let mut list: Vec<String> = Vec::new();
    let mut first = None;
    for (i, p) in decls.provisions.iter().enumerate() {
        let counted = p.instrument == index && p.encoded && decls.evidence(i) == Evidence::Recalled;
        let inherited = p.parent.is_some_and(|a| p.evidence.is_none() && decls.evidence(a) == Evidence::Recalled);
        if counted && !inherited {
            first.get_or_insert(p.span);
            list.push(cx.program.provisions.get(i).map_or(String::new(), |p| p.address.clone()));
        }
    }
    if let Some(span) = first {
        cx.report(
            Diagnostic::new(Code::Recalled, span, format!("encoded from memory: {}", some_of(&list)))
                .note("the wording was not read: compare it with the official text before relying on it"),
        );
    }
    if let Some(span) = cx.month_end_span {
        cx.report(
            Diagnostic::new(Code::MonthEndAssumed, span, "the month-end rule is a choice, not the text's")
                .help("keep it marked `recalled` until the text or the practice of the institutions settles it"),
        );
    }
}
