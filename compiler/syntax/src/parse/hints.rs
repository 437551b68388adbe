//! The mistakes people make, recognised by the words around the place where reading stopped.

use accord_source::{Code, Diagnostic, Span};

use super::Rule;
use super::scan::{Scan, Tok, is_reserved};

const UNITS: &[&str] = &[
    "years", "quarters", "months", "weeks", "days", "days_5", "days_6", "days_7", "hours", "year", "quarter", "month",
    "week", "day", "hour",
];

/// Words a statement can begin with, for suggestions.
const STARTERS: &[&str] = &[
    "agreement",
    "amendment",
    "annex",
    "article",
    "articles",
    "assumes",
    "case",
    "clause",
    "conversion",
    "decision",
    "derived",
    "disapply",
    "enum",
    "evidence",
    "exception",
    "facts",
    "function",
    "inserts",
    "interface",
    "keeps",
    "legislation",
    "note",
    "notwithstanding",
    "open",
    "outside",
    "parameter",
    "permits",
    "property",
    "protocol",
    "question",
    "record",
    "renamed",
    "repeals",
    "replaces",
    "requires",
    "rule",
    "slot",
    "standard",
    "subject",
    "summary",
    "term",
    "text",
    "title",
    "use",
];

pub(super) fn is_value(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::chain
            | Rule::expr
            | Rule::domain
            | Rule::day
            | Rule::dated
            | Rule::slot_value
            | Rule::row_key
            | Rule::key_list
            | Rule::arg
            | Rule::paren
    )
}

/// How many letters apart two words are, for words of a sentence's length.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j).copied().unwrap_or(0) + usize::from(x != *y);
            let left = next.last().copied().unwrap_or(0) + 1;
            let right = row.get(j + 1).copied().unwrap_or(0) + 1;
            next.push(above.min(left).min(right));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

fn nearest(word: &str, among: &[&'static str]) -> Option<&'static str> {
    if word.len() < 3 || word.len() > 24 {
        return None;
    }
    let close = among.iter().map(|w| (distance(word, w), *w)).min()?;
    (close.0 <= word.len().div_ceil(4).max(1) && close.0 > 0).then_some(close.1)
}

pub(super) fn is_starter(word: &str) -> bool {
    STARTERS.contains(&word)
}

pub(super) fn nearest_starter(word: &str) -> Option<&'static str> {
    nearest(word, STARTERS)
}

/// A finding of its own, where the words at or before `at` say what happened.
pub(super) fn special(
    scan: &Scan<'_>,
    first: usize,
    at: usize,
    expected: &[Rule],
    span: impl Fn(usize) -> Span,
) -> Option<Diagnostic> {
    let found = scan.slice(at);
    let before = at.checked_sub(1).filter(|&b| b >= first);
    let say = |code: Code, message: String, help: String| Some(Diagnostic::new(code, span(at), message).help(help));
    if let Some(diagnostic) = lexical(scan, at, &span) {
        return Some(diagnostic);
    }
    let before_word = before.map_or("", |b| scan.word(b));
    let wants_value = expected.iter().any(|r| is_value(*r));
    match found {
        "=" if expected.contains(&Rule::kw_means) => {
            return say(
                Code::Unreadable,
                "a term is defined with `means`".into(),
                "write `means` in place of `=`".into(),
            );
        }
        "=" if !wants_value && !expected.contains(&Rule::arrow) => {
            let help = "write `is` to compare two values".into();
            return say(Code::Unreadable, "`=` defines, and does not compare".into(), help);
        }
        "means" => {
            let help = "write `=` in place of `means`, or `term` in place of `rule`".into();
            return say(Code::Unreadable, "a rule gives its value with `=`".into(), help);
        }
        "&" => return say(Code::Unreadable, "`&` is not a word of the language".into(), "write `and`".into()),
        "|" => return say(Code::Unreadable, "`|` is not a word of the language".into(), "write `or`".into()),
        "!" => return say(Code::Unreadable, "`!` is not a word of the language".into(), "write `not`".into()),
        "-" if !wants_value => {
            let help = "`a - b` is a difference; a name has no hyphen in it".into();
            return say(Code::Unreadable, "a minus sign needs a blank on both sides".into(), help);
        }
        "}" | ")" | "]" if expected.is_empty() || at == first => {
            let help = "remove it, or write the bracket it should close".into();
            return say(Code::Unreadable, format!("nothing is open that `{found}` could close"), help);
        }
        "where" if expected.is_empty() => {
            let help =
                "a rule or clause has its condition after `when`; `where` belongs to `for`, `some`, `set of`".into();
            return say(Code::Unreadable, "`where` chooses members, and nothing is chosen here".into(), help);
        }
        "when" | "applies" if at == first => {
            let help = format!("`{found}` stands after a rule or a clause");
            return say(Code::Misplaced, format!("`{found}` without a rule before it"), help);
        }
        "(" if scan.first_on_line(at) => {
            if let Some(found) = label(scan, at, &span) {
                return Some(found);
            }
        }
        "(" if scan.touches(at) && scan.word(first) == "article" && at <= first + 4 => {
            let help = "the heading names the article; a paragraph is a label on a line of its own".into();
            return say(Code::BadLabel, "a paragraph in the heading of an article".into(), help);
        }
        "(" if before.is_some_and(|b| scan.tok(b) == Some(Tok::Number)) && !scan.touches(at) => {
            let help = "write the article and its paragraph in one piece: `article 5(1)`".into();
            return say(Code::BadLabel, "no blank between an article and its paragraph".into(), help);
        }
        "(" if before.is_some_and(|b| scan.tok(b) == Some(Tok::Word)) && !wants_value && !scan.touches(at) => {
            let help = format!("write `{}(` without a blank for a call", before_word);
            return say(Code::Unreadable, "no blank before the bracket of a call".into(), help);
        }
        _ => {}
    }
    if at <= first + 1 && scan.tok(first) == Some(Tok::Word) && scan.tok(first + 1) == Some(Tok::Colon) {
        let help = "slots stand in a header or inside the braces of a clause; is a brace closed too early?";
        let message = format!("`{}:` belongs to nothing", scan.slice(first));
        return Some(Diagnostic::new(Code::Misplaced, span(first), message).help(help));
    }
    comparison(scan, at, before_word, expected, &span).or_else(|| words(scan, first, at, expected, &span))
}

/// `( 1 )`, `(abcdef)` at the beginning of a line.
fn label(scan: &Scan<'_>, at: usize, span: &impl Fn(usize) -> Span) -> Option<Diagnostic> {
    let inside = scan.slice(at + 1);
    let meant = scan.tok(at + 2) == Some(Tok::Close(b')')) && inside.bytes().all(|b| b.is_ascii_alphanumeric());
    if !meant || scan.label_end(at).is_some() {
        return None;
    }
    let found = Diagnostic::new(Code::BadLabel, span(at).to(span(at + 2)), "this label cannot be read");
    Some(if inside.len() > 5 {
        found.help("a label has at most five letters or digits")
    } else {
        found.help(format!("write `({inside})` without blanks"))
    })
}

/// Marks and characters that are wrong wherever they stand.
fn lexical(scan: &Scan<'_>, at: usize, span: &impl Fn(usize) -> Span) -> Option<Diagnostic> {
    let found = scan.slice(at);
    let say = |code: Code, message: &str, help: &str| Some(Diagnostic::new(code, span(at), message).help(help));
    match scan.tok(at)? {
        Tok::OpenText => say(
            Code::Unreadable,
            "the quotation mark is not closed on its line",
            "a text stands on one line; write several one after another for several lines",
        ),
        Tok::Open(b'[') | Tok::Close(b']') => {
            say(Code::Unreadable, "square brackets have no meaning", "write `{ a, b }` for a set, `(a)` to group")
        }
        Tok::Other if found.contains(['“', '”', '„', '«', '»', '‟']) => say(
            Code::Unreadable,
            "a typographic quotation mark",
            "write texts between straight quotation marks: \"...\"",
        ),
        Tok::Other if found.contains(['–', '—', '−']) => say(
            Code::Unreadable,
            "a dash in place of a minus sign",
            "write `-`, with a blank on both sides for a difference",
        ),
        Tok::Other if found.contains(['≥', '≤', '≠']) => {
            say(Code::Unreadable, "a mathematical sign", "write `is at least`, `is at most` or `is not`")
        }
        Tok::Other if found.chars().any(char::is_alphabetic) => say(
            Code::Unreadable,
            "a letter that names do not have",
            "names are written with the letters a to z, digits and `_`; texts in quotation marks take any letter",
        ),
        Tok::Other if found.chars().any(char::is_control) => {
            say(Code::BadText, "a character that is not text", "remove it; the file may not be a text file")
        }
        Tok::Number if found.bytes().any(|b| b.is_ascii_alphabetic()) => {
            let digits = found.bytes().take_while(|b| !b.is_ascii_alphabetic()).count();
            let (number, unit) = found.split_at(digits);
            UNITS.contains(&unit).then(|| {
                Diagnostic::new(Code::Unreadable, span(at), "a number and its unit are written apart")
                    .help(format!("write `{number} {unit}`"))
            })
        }
        _ => None,
    }
}

/// Comparisons and units with a word missing or too many.
fn comparison(
    scan: &Scan<'_>,
    at: usize,
    before: &str,
    expected: &[Rule],
    span: &impl Fn(usize) -> Span,
) -> Option<Diagnostic> {
    let found = scan.slice(at);
    let say = |code: Code, message: String, help: String| Some(Diagnostic::new(code, span(at), message).help(help));
    match (before, found) {
        ("not", "at") => {
            let (not, rest) =
                if scan.word(at + 1) == "least" { ("at least", "less than") } else { ("at most", "more than") };
            return say(Code::Unreadable, format!("`is not {not}` is not a comparison"), format!("write `is {rest}`"));
        }
        ("not", "more" | "less") => {
            let rest = if found == "more" { "at most" } else { "at least" };
            return say(
                Code::Unreadable,
                format!("`is not {found} than` is not a comparison"),
                format!("write `is {rest}`"),
            );
        }
        (_, "at" | "more" | "less" | "before" | "after" | "given" | "one")
            if !expected.iter().any(|r| is_value(*r)) =>
        {
            let rest = match found {
                "at" => format!("at {}", scan.word(at + 1)),
                "more" | "less" => format!("{found} than"),
                "one" => "one of".to_owned(),
                _ => found.to_owned(),
            };
            if scan.tok(at.saturating_sub(1)) == Some(Tok::Word) && !is_reserved(before) {
                return say(Code::Unreadable, format!("`is` is missing before `{rest}`"), format!("write `is {rest}`"));
            }
        }
        ("rounded", _) => {
            let help = "write `rounded half up to 0.01 EUR`, `rounded down to 1 month`, or `rounded as` and a rounding";
            return say(Code::Unreadable, "expected how to round".into(), help.into());
        }
        _ => {}
    }
    let unit = scan.tok(at) == Some(Tok::Word) && UNITS.contains(&found);
    let previous = at.checked_sub(1).and_then(|b| scan.tok(b));
    if unit && matches!(previous, Some(Tok::Word | Tok::Close(_))) && !is_reserved(before) && expected.is_empty() {
        let whole = if before.is_empty() { "..." } else { before };
        let help = format!("a unit belongs to a number; `{whole} in {found}` converts");
        return say(Code::BadUnit, format!("`{found}` after a name"), help);
    }
    if previous == Some(Tok::Number) && scan.tok(at) == Some(Tok::Word) && !is_reserved(found) && expected.is_empty() {
        let help = match nearest(found, UNITS.get(..9).unwrap_or(UNITS)) {
            Some(unit) => format!("did you mean `{unit}`?"),
            None => {
                "the units are years, quarters, months, weeks, days, days_5, days_6, days_7, hours, `%` and currencies"
                    .into()
            }
        };
        return say(Code::Unreadable, format!("`{found}` is not a unit"), help);
    }
    None
}

/// Statements with a part missing.
fn words(
    scan: &Scan<'_>,
    first: usize,
    at: usize,
    expected: &[Rule],
    span: &impl Fn(usize) -> Span,
) -> Option<Diagnostic> {
    let found = scan.slice(at);
    let say = |message: String, help: &str| Some(Diagnostic::new(Code::Unreadable, span(at), message).help(help));
    let names = expected.iter().any(|r| matches!(r, Rule::ident | Rule::named | Rule::rule_head | Rule::binder));
    if names && scan.tok(at) == Some(Tok::Word) && is_reserved(found) && expected.len() <= 2 {
        return say(format!("`{found}` is a word of the language and cannot be a name"), "choose another name");
    }
    if scan.is_relation(first) && expected.contains(&Rule::kw_rule) {
        let place = if at > first { span(first) } else { span(at) };
        let found = Diagnostic::new(Code::Misplaced, place, "a relation without a rule or a clause after it");
        return Some(
            found.help(
                "`exception to`, `subject to` and `notwithstanding` stand before the rule or the clause they bind",
            ),
        );
    }
    let slot_without_value = found == ":" && at >= first + 3 && scan.tok(at - 2) == Some(Tok::Colon);
    if slot_without_value && scan.tok(at - 1) == Some(Tok::Word) {
        let place = span(at - 3).to(span(at - 2));
        let message = format!("slot `{}` has no value", scan.slice(at - 3));
        return Some(Diagnostic::new(Code::Unreadable, place, message).help("give it one, or leave the slot out"));
    }
    let comma_list = found == "," && (first..at).any(|i| scan.word(i) == "one" && scan.word(i + 1) == "of");
    if comma_list && expected.is_empty() {
        return say("the values after `is one of` stand in braces".into(), "write `is one of { a, b }`");
    }
    None
}

/// What was expected, in words, from the rules of the grammar that would have matched.
pub(super) fn phrase(scan: &Scan<'_>, first: usize, at: usize, expected: &[Rule]) -> String {
    let before = at.checked_sub(1).filter(|&b| b >= first).map_or("", |b| scan.word(b));
    let mut parts: Vec<String> = Vec::new();
    for rule in expected {
        let part = part(*rule, before);
        if let Some(part) = part
            && !parts.contains(&part)
        {
            parts.push(part);
        }
    }
    if expected.iter().any(|r| matches!(r, Rule::cell_range | Rule::cell_word)) {
        parts = vec!["a word, a length or dates of the row".to_owned(), "`}`".to_owned()];
    }
    if parts.is_empty() && expected.contains(&Rule::kw_of) {
        parts.push("`of`".to_owned());
    }
    parts.truncate(4);
    match parts.as_slice() {
        [] => "the end of the statement".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn part(rule: Rule, before: &str) -> Option<String> {
    if is_value(rule) {
        let condition = matches!(before, "when" | "where" | "satisfies" | "and" | "or" | "not" | "if");
        return Some(if condition { "a condition" } else { "a value" }.to_owned());
    }
    let words = match rule {
        Rule::rbrace => "`}`",
        Rule::rparen => "`)`",
        Rule::lbrace | Rule::block | Rule::table => "`{`",
        Rule::comma => "a comma",
        Rule::colon_mark => "`:`",
        Rule::eq => "`=`",
        Rule::arrow => "`=>`",
        Rule::key | Rule::slot | Rule::hslot => "a slot `name: value`",
        Rule::text => "a text in quotation marks",
        Rule::ident | Rule::word | Rule::named | Rule::rule_head | Rule::head | Rule::dotted | Rule::param => "a name",
        Rule::iname => "the name of an agreement",
        Rule::ty | Rule::ty_name | Rule::ty_of => "a type",
        Rule::address | Rule::addresses | Rule::art_ref => "a provision such as `article 5(1)`",
        Rule::art_number | Rule::heading_ref | Rule::heading_number => "a number",
        Rule::heading_range => "the first and the last number: `59..91`",
        Rule::binder => "what to go through, such as `party Q in concerned`",
        Rule::fdef | Rule::fields | Rule::member => "a field `name: Type`",
        Rule::country => "a country",
        Rule::into_unit | Rule::unit => "a unit",
        Rule::rounding => "how to round",
        Rule::trow => "a row `key: value`",
        Rule::arm => "a line `value => result`",
        // These only continue what is already complete.
        Rule::lparen
        | Rule::field
        | Rule::kw_of
        | Rule::kw_in
        | Rule::kw_or
        | Rule::dots
        | Rule::label
        | Rule::relation
        | Rule::EOI
        | Rule::labels
        | Rule::dates
        | Rule::each
        | Rule::enum_member
        | Rule::call
        | Rule::quantity => return None,
        other => {
            let name = format!("{other:?}");
            return name.strip_prefix("kw_").map(|word| format!("`{word}`"));
        }
    };
    Some(words.to_owned())
}

/// What to do about a failure that `phrase` describes.
pub(super) fn remedy(scan: &Scan<'_>, first: usize, at: usize, expected: &[Rule]) -> Option<String> {
    let before = at.checked_sub(1).filter(|&b| b > first)?;
    let has = |rule: Rule| expected.contains(&rule);
    if has(Rule::colon_mark) && has(Rule::comma) && scan.tok(before) == Some(Tok::Word) {
        let word = scan.word(before);
        return Some(match scan.tok(before - 1) {
            Some(Tok::Word) => {
                format!("a comma before `{word}` makes it one more value; a colon after it makes it a slot")
            }
            _ => format!("a slot is written `{word}: value`"),
        });
    }
    if has(Rule::arrow) && scan.slice(at) == "=" {
        return Some("a line of a `match` is written `value => result`".to_owned());
    }
    if has(Rule::country) && scan.slice(at) == "," {
        return Some("rows stand one after another without commas".to_owned());
    }
    if has(Rule::kw_else) {
        return Some("`if` gives a value either way: `if c then a else b`".to_owned());
    }
    if has(Rule::kw_satisfies) {
        return Some("`every party Q in S satisfies c`".to_owned());
    }
    if has(Rule::colon_mark) && scan.word(first) == "decision" {
        return Some("a decision states its type: `decision covered(P, branch): YesNo`".to_owned());
    }
    if has(Rule::kw_for) {
        return Some("say what is gone through: `sum of e for party Q in S`".to_owned());
    }
    None
}
