//! Findings in words: one clause, lower case, the remedy in `help`. The passes record what is wrong; this file says it.

use accord_core::Unit;
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;

/// The nearest of the known names, if one is near enough to be meant.
pub(crate) fn nearest<'n>(word: &str, known: impl IntoIterator<Item = &'n String>) -> Option<&'n str> {
    let limit = (word.chars().count() / 3).max(1) + usize::from(word.chars().count() > 4);
    known
        .into_iter()
        .filter(|k| k.as_str() != word)
        .map(|k| (strsim::damerau_levenshtein(word, k), k))
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)))
        .map(|(_, k)| k.as_str())
}

pub(crate) fn unknown_code(code: Code, span: Span, what: &str, word: &str, known: &[String]) -> Diagnostic {
    let finding = Diagnostic::new(code, span, format!("no {what} is called `{word}`"));
    match nearest(word, known) {
        Some(near) => finding.here("not declared").help(format!("did you mean `{near}`?")),
        None if (1..=30).contains(&known.len()) && code != Code::UnknownName => {
            finding.here("not declared").help(format!("there are {}", known.join(", ")))
        }
        None => finding.here("not declared"),
    }
}

pub(crate) fn unknown_currency(span: Span, code: &str) -> Diagnostic {
    let near = ["EUR", "USD", "GBP", "CHF", "CZK", "CVE", "MDL", "CAD"].map(str::to_owned);
    let finding = Diagnostic::new(Code::UnknownCurrency, span, format!("`{code}` is no currency"))
        .help("currencies are three capitals of ISO 4217, those in use and the historic ones");
    match nearest(code, &near) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

pub(crate) fn unknown(span: Span, what: &str, word: &str, known: &[String]) -> Diagnostic {
    unknown_code(Code::UnknownName, span, what, word, known)
}

pub(crate) fn duplicate(span: Span, what: &str, first: Span) -> Diagnostic {
    let finding = Diagnostic::new(Code::Duplicate, span, format!("`{what}` is declared twice"));
    let finding = if first == span { finding } else { finding.with(first, "declared here first") };
    finding.help("remove one, or give it another name")
}

pub(crate) fn legislation_without_party(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::Header, span, format!("the legislation `{name}` does not say whose it is"))
        .help("begin its name with the country, as in `FR.old_age`")
}

pub(crate) fn unknown_evidence(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::Header, span, format!("`{word}` is no degree of evidence"))
        .help("write `verified` (read in the official text), `secondary` or `recalled`")
}

pub(crate) fn unknown_instrument(of: &ast::Name) -> Diagnostic {
    Diagnostic::new(Code::UnknownProvision, of.span, format!("no agreement here is called `{}`", of.text))
        .help("begin it with `agreement NAME \"title\"`")
}

pub(crate) fn of_a_map(span: Span) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, span, "a line of a map of two versions inside a text")
        .help("put it into a file of its own, and name that file: `accord diff OLD NEW --map FILE`")
}

pub(crate) fn outside_agreement(span: Span) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, span, "an article before any agreement")
        .help("begin the file with `agreement NAME \"title\"` and its parties")
}

pub(crate) fn empty_range(number: &ast::Name) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, number.span, format!("`{}` is no range of articles", number.text))
        .help("write the first and the last article, the smaller number first: `articles 59..91`")
}

pub(crate) fn rule_of_several_articles(span: Span, heading: Span) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, span, "a statement under a heading of several articles")
        .with(heading, "which of them says it?")
        .help("a heading over several articles holds `not encoded \"why\"` only: give this one its own `article N \"heading\"`")
}

pub(crate) fn label_outside_article(span: Span) -> Diagnostic {
    Diagnostic::new(Code::Misplaced, span, "a paragraph outside any article")
        .help("write `article N \"heading\"` above it")
}

pub(crate) fn no_provision(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(Code::NoProvision, span, format!("{what} stands outside any provision"))
        .help("every statement belongs to an article: write `article N \"heading\"` above it")
}

pub(crate) fn mismatch(span: Span, wanted: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::Mismatch, span, format!("expected {wanted}, found {found}")).here(format!("this is {found}"))
}

pub(crate) fn not_condition(span: Span, found: &str) -> Diagnostic {
    Diagnostic::new(Code::NotCondition, span, format!("expected a condition, found {found}"))
        .here(format!("this is {found}"))
        .help("compare it with something: `is`, `is at least`, `in` ...")
}

pub(crate) fn not_rounded(span: Span) -> Diagnostic {
    Diagnostic::new(Code::NotRounded, span, "an exact amount is stored as money without being rounded")
        .here("this may have fractions of a cent")
        .help("say how the text rounds: `rounded half up to 0.01 EUR`, or `rounded as law(P).cents`")
}

pub(crate) fn units_mixed(span: Span, left: &str, right: &str, units: Option<(Unit, Unit)>) -> Diagnostic {
    let (from, into) = units.unwrap_or((Unit::Weeks, Unit::Months));
    Diagnostic::new(Code::UnitsMixed, span, format!("{left} meets {right}, and no conversion connects them"))
        .help(format!("declare one: `conversion {{ from: {from}  into: {into}  divide: ...  remainder: counts }}`; or, if they are the same length, `conversion exact {{ same: 1 year, 12 months }}`"))
}

pub(crate) fn currencies_mixed(span: Span, left: &str, right: &str) -> Diagnostic {
    Diagnostic::new(Code::CurrenciesMixed, span, format!("{left} meets {right}")).help(
        "bring both into the common currency with `in_common(...)`; the header says which: `common_currency: EUR`",
    )
}

pub(crate) fn wrong_arguments(span: Span, name: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongArguments, span, format!("`{name}` is asked with the wrong arguments"))
        .help(format!("write `{wanted}`"))
}

pub(crate) fn no_unit(span: Span) -> Diagnostic {
    Diagnostic::new(Code::NoUnit, span, "a bare number where a length or an amount is needed")
        .help("write the unit or the currency: `12 months`, `0.00 EUR`")
}

pub(crate) fn unknown_country(span: Span, code: &str) -> Diagnostic {
    Diagnostic::new(Code::UnknownCountry, span, format!("`{code}` is no country"))
        .help("countries are two capitals of ISO 3166; XA to XZ are fictional States")
}

pub(crate) fn not_party(span: Span, code: &str, parties: &str) -> Diagnostic {
    Diagnostic::new(Code::NotParty, span, format!("`{code}` is not a party to this agreement"))
        .help(format!("the parties are {parties}"))
}
