//! A case in JSON, as the tree it would be in Accord.
//!
//! The shape is the same: objects are braces, an array of objects is a list of records under the keys 1, 2, ...,
//! and the rows of `periods` are objects. Texts stand for what they would be in Accord without their quotes.

use super::constant::DIGITS;
use super::findings::{short, twice, wrong};
use super::leaf;
use accord_source::{Code, Diagnostic, Diagnostics, FileId, Span};
use accord_syntax::ast::{self, Block, Expr, ExprKind, Item, ItemKind, Name, Op, Slot, SlotValue, WordRow};
use jsonc_parser::ast as tree;
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// How deep brackets may be nested.
pub(super) const DEPTH: usize = 64;

/// Fields whose text is a text.
const TEXTS: &[&str] = &["name", "source", "note", "corrected", "agreement", "undetermined", "$schema"];

/// The word for a fact that is not known.
pub(super) const NULL: &str = "null";

/// Reads a case from JSON as a tree in which texts are what they say. A text that says nothing the language knows
/// stays a text.
pub fn json_to_ast(file: FileId, text: &str, sink: &mut Diagnostics) -> Option<Item> {
    let mut item = raw(file, text, sink)?;
    if let ItemKind::Case { body, .. } = &mut item.kind {
        // Each text is read as an expression by itself.
        accord_syntax::on_stack(|| {
            for slot in &mut body.slots {
                let expecting = slot.name.text == "expect";
                spell(std::slice::from_mut(slot), expecting);
            }
        });
    }
    Some(item)
}

/// Reads a case from JSON as a tree in which every text is still a text.
pub(super) fn raw(file: FileId, text: &str, sink: &mut Diagnostics) -> Option<Item> {
    let mut json = Json { file, sink, failed: false, expecting: false };
    let value = json.parse(text)?;
    let item = json.case(&value)?;
    json.strict(text);
    (!json.failed).then_some(item)
}

struct Json<'s> {
    file: FileId,
    sink: &'s mut Diagnostics,
    failed: bool,
    /// Whether what is read stands in `expect`, where a list of objects can only be periods.
    expecting: bool,
}

impl Json<'_> {
    fn report(&mut self, finding: Diagnostic) {
        self.failed = true;
        self.sink.push(finding);
    }

    fn span(&self, range: Range) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn parse<'t>(&mut self, text: &'t str) -> Option<tree::Value<'t>> {
        if let Some(at) = too_deep(text) {
            let span = Span::new(self.file, at, at + 1);
            let message = format!("brackets nested more than {DEPTH} deep");
            self.report(Diagnostic::new(Code::CaseJson, span, message).help("a case needs no more than six"));
            return None;
        }
        let strict = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        match parse_to_ast(text, &CollectOptions::default(), &strict) {
            Ok(parsed) => {
                if parsed.value.is_none() {
                    let span = Span::new(self.file, 0, 0);
                    self.report(Diagnostic::new(Code::CaseJson, span, "the file holds nothing").help(SHAPE));
                }
                parsed.value
            }
            Err(error) => {
                let range = error.range();
                let (start, end) = (floor(text, range.start), floor(text, range.end.max(range.start + 1)));
                let (message, help) = said(error.kind());
                let span = Span::new(self.file, start, end.max(start));
                self.report(Diagnostic::new(Code::CaseJson, span, message).help(help));
                None
            }
        }
    }

    /// What the reader above lets through and JSON does not: leading zeros, control characters in texts.
    fn strict(&mut self, text: &str) {
        if self.failed {
            return;
        }
        if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
            let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
            let at = floor(text, line + error.column().saturating_sub(1));
            let span = Span::new(self.file, at, at);
            let said = error.to_string();
            let said = said.split_once(" at line").map_or(said.as_str(), |(what, _)| what);
            self.report(Diagnostic::new(Code::CaseJson, span, format!("this is not JSON: {said}")));
        }
    }

    fn case(&mut self, value: &tree::Value<'_>) -> Option<Item> {
        let span = self.span(value.range());
        let tree::Value::Object(object) = value else {
            let finding = Diagnostic::new(Code::CaseJson, span, "a case file holds one object").help(SHAPE);
            self.report(finding);
            return None;
        };
        let mut name = None;
        let mut slots = Vec::new();
        for property in &object.properties {
            let key = self.key(property);
            self.expecting = key.text == "expect";
            if key.text != "name" {
                slots.extend(self.slot(key, &property.value));
                continue;
            }
            match (&property.value, &name) {
                (_, Some(ast::Text { span, .. })) => self.report(twice("name", key.span, *span)),
                (tree::Value::StringLit(text), None) => {
                    name = Some(ast::Text { text: text.value.to_string(), span: self.span(text.range) });
                }
                (other, None) => {
                    let finding = wrong(self.span(other.range()), "a text", kind(other));
                    self.report(finding);
                    return None;
                }
            }
        }
        let Some(name) = name else {
            let at = span.at_start();
            self.report(
                Diagnostic::new(Code::CaseMissingField, at, "a case without a name").help("add `\"name\": \"...\"`"),
            );
            return None;
        };
        Some(Item { span, kind: ItemKind::Case { name, body: Block { span, slots } } })
    }

    /// The key of a property; its place is the key without the quotes where no escape shifts it.
    fn key(&self, property: &tree::ObjectProp<'_>) -> Name {
        let text = property.name.as_str().to_owned();
        Name { text, span: self.span(property.name.range()) }
    }

    fn slot(&mut self, name: Name, value: &tree::Value<'_>) -> Option<Slot> {
        let value = if name.text == "periods" { self.periods(value)? } else { self.value(value)? };
        Some(Slot { name, value })
    }

    fn value(&mut self, value: &tree::Value<'_>) -> Option<SlotValue> {
        match value {
            tree::Value::Object(object) => {
                let slots = object.properties.iter().filter_map(|p| self.slot(self.key(p), &p.value)).collect();
                Some(SlotValue::Block(Block { span: self.span(object.range), slots }))
            }
            tree::Value::Array(array) => self.array(array),
            scalar => self.scalar(scalar).map(|e| SlotValue::List(vec![e])),
        }
    }

    fn array(&mut self, array: &tree::Array<'_>) -> Option<SlotValue> {
        let span = self.span(array.range);
        let objects = array.elements.iter().filter(|e| matches!(e, tree::Value::Object(_))).count();
        if array.elements.is_empty() {
            return Some(SlotValue::Block(Block { span, slots: Vec::new() }));
        }
        if objects == array.elements.len() && self.expecting {
            return Some(SlotValue::Rows(array.elements.iter().filter_map(|e| self.period(e)).collect(), span));
        }
        if objects == array.elements.len() {
            let numbered = array.elements.iter().enumerate();
            let slots = numbered.filter_map(|(index, element)| {
                let name = Name { text: (index + 1).to_string(), span: self.span(element.range()).at_start() };
                Some(Slot { name, value: self.value(element)? })
            });
            return Some(SlotValue::Block(Block { span, slots: slots.collect() }));
        }
        if objects > 0 {
            self.report(wrong(span, "a list of one kind", "objects among other values"));
            return None;
        }
        let exprs: Vec<Expr> = array.elements.iter().filter_map(|e| self.scalar(e)).collect();
        Some(SlotValue::List(exprs))
    }

    fn scalar(&mut self, value: &tree::Value<'_>) -> Option<Expr> {
        let span = self.span(value.range());
        let kind = match value {
            tree::Value::StringLit(text) => ExprKind::Text(text.value.to_string()),
            tree::Value::BooleanLit(yes) => ExprKind::Name(if yes.value { "yes" } else { "no" }.to_owned()),
            tree::Value::NullKeyword(_) => ExprKind::Name(NULL.to_owned()),
            tree::Value::NumberLit(number) => return self.number(number.value, span),
            tree::Value::Array(_) => {
                self.report(wrong(span, "a value", "a list inside a list"));
                return None;
            }
            tree::Value::Object(_) => {
                self.report(wrong(span, "a value", "an object"));
                return None;
            }
        };
        Some(Expr { span, kind })
    }

    fn number(&mut self, digits: &str, span: Span) -> Option<Expr> {
        if digits.contains(['.', 'e', 'E']) {
            let message = format!("the JSON number {} is not exact", short(digits));
            let example = if digits.contains(['e', 'E']) { "12.50" } else { digits };
            self.report(
                Diagnostic::new(Code::CaseFloat, span, message).help(format!(
                    "write it as a text, with the currency if it is an amount: \"{} EUR\"",
                    short(example)
                )),
            );
            return None;
        }
        let bare = digits.strip_prefix('-').unwrap_or(digits);
        if bare.len() > DIGITS {
            let message = format!("a number of more than {DIGITS} digits");
            self.report(super::findings::range(span, message));
            return None;
        }
        let number = Expr { span, kind: ExprKind::Number(bare.to_owned()) };
        let negative = bare.len() < digits.len();
        Some(if negative { Expr { span, kind: ExprKind::Negative(Box::new(number)) } } else { number })
    }

    /// `[{ "party": "FR", "amount": "104 quarters" }]` as the rows it would be in Accord.
    fn periods(&mut self, value: &tree::Value<'_>) -> Option<SlotValue> {
        let span = self.span(value.range());
        let array = match value {
            tree::Value::Array(array) => array,
            tree::Value::NullKeyword(_) => return self.value(value),
            other => {
                self.report(
                    wrong(span, "a list of periods", kind(other))
                        .help("write `\"periods\": [{ \"party\": \"NL\", ... }]`"),
                );
                return None;
            }
        };
        let rows = array.elements.iter().filter_map(|element| self.period(element)).collect();
        Some(SlotValue::Rows(rows, span))
    }

    fn period(&mut self, element: &tree::Value<'_>) -> Option<WordRow> {
        const FIELDS: [&str; 7] = ["party", "kind", "quality", "from", "to", "amount", "year"];
        let span = self.span(element.range());
        let tree::Value::Object(object) = element else {
            self.report(wrong(span, "a period as an object", kind(element)));
            return None;
        };
        let mut given: [Option<(Span, Expr)>; 7] = std::array::from_fn(|_| None);
        for property in &object.properties {
            let key = self.key(property);
            let Some(index) = FIELDS.iter().position(|f| *f == key.text) else {
                let known = FIELDS.map(str::to_owned);
                let message = format!("a period has no field `{}`", short(&key.text));
                let finding = super::findings::unknown(Code::CaseUnknownField, key.span, message, &key.text, &known);
                self.report(finding);
                continue;
            };
            if matches!(property.value, tree::Value::NullKeyword(_)) {
                continue;
            }
            let Some(value) = self.scalar(&property.value) else { continue };
            let Some(place) = given.get_mut(index) else { continue };
            if let Some((first, _)) = place {
                let finding = twice(&key.text, key.span, *first);
                self.report(finding);
                continue;
            }
            *place = Some((key.span, value));
        }
        let [party, kind, quality, from, to, amount, year] = given.map(|g| g.map(|(_, value)| value));
        let mut cells: Vec<Expr> = [party, kind, quality].into_iter().flatten().map(word).collect();
        match (from, to) {
            (Some(from), Some(to)) => {
                let at = from.span.to(to.span);
                cells.push(Expr { span: at, kind: ExprKind::Binary(Op::Range, Box::new(from), Box::new(to)) });
            }
            (None, None) => {}
            (one, _) => {
                let absent = if one.is_some() { "to" } else { "from" };
                self.report(
                    Diagnostic::new(Code::CaseMissingField, span, format!("a period with days has no `{absent}`"))
                        .help(
                            "give both the first and the last day: `\"from\": \"2001-01-01\", \"to\": \"2001-12-31\"`",
                        ),
                );
                return None;
            }
        }
        cells.extend(amount);
        if let Some(year) = year {
            let at = year.span;
            cells.push(Expr { span: at, kind: ExprKind::Name("in".to_owned()) });
            cells.push(year);
        }
        Some(WordRow { cells, span })
    }
}

/// A text that is a word.
fn word(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Text(text) if is_word(&text) => Expr { span: expr.span, kind: ExprKind::Name(text) },
        kind => Expr { span: expr.span, kind },
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

const SHAPE: &str = "it begins `{ \"name\": \"...\", \"person\": { ... }, \"periods\": [ ... ], \"expect\": { ... } }`; `accord schema --case` prints the rest";

/// The first bracket nested too deeply. Texts are skipped; what is no JSON is left to the parser.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut in_text = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH {
                    return Some(at);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The nearest place at or before an offset where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

fn kind(value: &tree::Value<'_>) -> &'static str {
    match value {
        tree::Value::StringLit(_) => "a text",
        tree::Value::NumberLit(_) => "a number",
        tree::Value::BooleanLit(_) => "true or false",
        tree::Value::Object(_) => "an object",
        tree::Value::Array(_) => "a list",
        tree::Value::NullKeyword(_) => "null",
    }
}

/// What the JSON parser found, and what to do.
fn said(kind: &ParseErrorKind) -> (&'static str, &'static str) {
    match kind {
        ParseErrorKind::CommentsNotAllowed => ("a comment, which JSON does not have", "put it into `\"note\"`"),
        ParseErrorKind::TrailingCommasNotAllowed => ("a comma before a closing bracket", "remove the comma"),
        ParseErrorKind::ExpectedComma => ("a comma is missing", "put a comma between the fields or values"),
        ParseErrorKind::ExpectedColonAfterObjectKey => {
            ("a colon is missing", "put a colon after the name of the field")
        }
        ParseErrorKind::ExpectedObjectValue => ("a field without a value", "give a value after the colon"),
        ParseErrorKind::ExpectedStringObjectProperty | ParseErrorKind::UnexpectedTokenInObject => {
            ("the name of a field in double quotes is needed", "write `\"name\": value`")
        }
        ParseErrorKind::SingleQuotedStringsNotAllowed => ("a text in single quotes", "use double quotes"),
        ParseErrorKind::UnterminatedArray => ("a list that is not closed", "close it with `]`"),
        ParseErrorKind::UnterminatedObject => ("an object that is not closed", "close it with `}`"),
        ParseErrorKind::MultipleRootJsonValues => ("text after the end of the case", "one file holds one case"),
        ParseErrorKind::String(_) => {
            ("a text that is not closed or has a wrong escape", "close it with a double quote")
        }
        ParseErrorKind::UnexpectedWord => ("a word outside quotes", "put it into double quotes"),
        ParseErrorKind::NonFiniteNumbersNotAllowed
        | ParseErrorKind::HexadecimalNumbersNotAllowed
        | ParseErrorKind::UnaryPlusNumbersNotAllowed
        | ParseErrorKind::BareDecimalPointNumbersNotAllowed
        | ParseErrorKind::ExpectedDigit
        | ParseErrorKind::ExpectedDigitFollowingNegativeSign
        | ParseErrorKind::ExpectedPlusMinusOrDigitInNumberLiteral => ("a number that JSON does not know", SHAPE),
        _ => ("this is not JSON", SHAPE),
    }
}

/// Turns texts into what they say, except where a text is meant. What is not known has a word in Accord; an
/// expectation cannot be unknown.
fn spell(slots: &mut [Slot], expecting: bool) {
    for slot in slots {
        if let SlotValue::List(list) = &mut slot.value
            && let [Expr { kind: ExprKind::Name(word), .. }] = list.as_mut_slice()
            && word == NULL
            && !expecting
        {
            *word = "undetermined".to_owned();
        }
        if TEXTS.contains(&slot.name.text.as_str()) {
            continue;
        }
        match &mut slot.value {
            SlotValue::List(exprs) => exprs.iter_mut().for_each(spell_expr),
            SlotValue::Block(block) => spell(&mut block.slots, expecting),
            SlotValue::Rows(rows, _) => rows.iter_mut().flat_map(|r| r.cells.iter_mut()).for_each(spell_expr),
            SlotValue::Dates(_) | SlotValue::Dated(_) => {}
        }
    }
}

fn spell_expr(expr: &mut Expr) {
    match &mut expr.kind {
        ExprKind::Text(text) => {
            if let Ok(read) = leaf::parse(text, expr.span, &mut Diagnostics::default()) {
                *expr = read;
            }
        }
        ExprKind::Binary(_, left, right) => {
            spell_expr(left);
            spell_expr(right);
        }
        _ => {}
    }
}
