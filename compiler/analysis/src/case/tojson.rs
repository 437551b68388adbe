//! A case as JSON, from its tree; the other way round from `json`.

use accord_core::{Kind, Quality};
use accord_syntax::ast::{Block, Expr, ExprKind, Item, ItemKind, Op, Slot, SlotValue, WordRow};
use serde_json::{Map, Value};

/// A case item as JSON; `null` for any other item. Reading it again gives the same case.
pub fn ast_to_json(item: &Item) -> Value {
    let ItemKind::Case { name, body } = &item.kind else { return Value::Null };
    let mut object = Map::new();
    let _ = object.insert("name".to_owned(), Value::String(name.text.clone()));
    for slot in &body.slots {
        let _ = object.insert(slot.name.text.clone(), top(slot));
    }
    Value::Object(object)
}

/// A slot of the case itself.
fn top(slot: &Slot) -> Value {
    match &slot.value {
        _ if slot.name.text == "periods" => periods(&slot.value),
        SlotValue::Block(block) if slot.name.text == "expect" => expectations(block),
        other => value(other),
    }
}

fn value(value: &SlotValue) -> Value {
    match value {
        SlotValue::List(list) => match list.as_slice() {
            [only] => scalar(only),
            several => Value::Array(several.iter().map(scalar).collect()),
        },
        SlotValue::Block(block) => fields(block),
        SlotValue::Rows(rows, _) => Value::Array(rows.iter().map(period).collect()),
        SlotValue::Dates(_) | SlotValue::Dated(_) => Value::Null,
    }
}

/// Braces: an object, or an array where the keys only count the elements.
fn fields(block: &Block) -> Value {
    let counted = |(index, slot): (usize, &Slot)| {
        slot.name.text == (index + 1).to_string() && matches!(slot.value, SlotValue::Block(_))
    };
    if !block.slots.is_empty() && block.slots.iter().enumerate().all(counted) {
        return Value::Array(block.slots.iter().map(|s| value(&s.value)).collect());
    }
    object(block, |slot| value(&slot.value))
}

fn object(block: &Block, of: impl Fn(&Slot) -> Value) -> Value {
    let pairs = block.slots.iter().map(|slot| (slot.name.text.clone(), of(slot)));
    Value::Object(pairs.collect())
}

/// The braces of `expect`, of a party, of a day, of one decision.
fn expectations(block: &Block) -> Value {
    object(block, |slot| match &slot.value {
        SlotValue::Block(inner) => expectations(inner),
        SlotValue::List(list) if matches!(slot.name.text.as_str(), "because" | "undetermined") => {
            Value::Array(list.iter().map(scalar).collect())
        }
        SlotValue::List(list) => outcome(&list.iter().collect::<Vec<_>>()).unwrap_or_else(|| value(&slot.value)),
        SlotValue::Rows(rows, _) => {
            let cells: Vec<&Expr> = rows.iter().flat_map(|r| r.cells.iter()).collect();
            outcome(&cells).unwrap_or_else(|| value(&slot.value))
        }
        SlotValue::Dates(_) | SlotValue::Dated(_) => Value::Null,
    })
}

/// `undetermined { "claim.start" }` as an object with the names, `fault overflow` as a text.
fn outcome(cells: &[&Expr]) -> Option<Value> {
    let (first, rest) = cells.split_first()?;
    let (word, args): (&str, Vec<&Expr>) = match &first.kind {
        ExprKind::Name(word) => (word, rest.to_vec()),
        ExprKind::Call(callee, args) => match &callee.kind {
            ExprKind::Name(word) => (word, args.iter().map(|a| &a.value).collect()),
            _ => return None,
        },
        _ => return None,
    };
    match word {
        "undetermined" if !args.is_empty() => {
            let names = args.iter().flat_map(|a| match &a.kind {
                ExprKind::Set(members) => members.iter().map(scalar).collect(),
                _ => vec![scalar(a)],
            });
            let names = Value::Array(names.collect());
            Some(Value::Object(Map::from_iter([("undetermined".to_owned(), names)])))
        }
        "fault" => {
            let words: Vec<String> = args.iter().filter_map(|a| text(a)).collect();
            Some(Value::String(format!("fault {}", words.join(" ")).trim_end().to_owned()))
        }
        _ => None,
    }
}

fn periods(value_of: &SlotValue) -> Value {
    match value_of {
        SlotValue::Rows(rows, _) => Value::Array(rows.iter().map(period).collect()),
        SlotValue::Block(block) if block.slots.is_empty() => Value::Array(Vec::new()),
        SlotValue::List(list) if list.iter().all(|e| matches!(&e.kind, ExprKind::Set(m) if m.is_empty())) => {
            Value::Array(Vec::new())
        }
        other => value(other),
    }
}

/// A row of the record as an object.
fn period(row: &WordRow) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| {
        let _ = object.insert(key.to_owned(), value);
    };
    let mut year_next = false;
    for cell in &row.cells {
        match &cell.kind {
            _ if year_next => {
                put("year", scalar(cell));
                year_next = false;
            }
            ExprKind::Name(word) if word == "in" => year_next = true,
            ExprKind::Name(word) => put(column(word), Value::String(word.clone())),
            ExprKind::Binary(Op::Range, from, to) => {
                put("from", scalar(from));
                put("to", scalar(to));
            }
            ExprKind::Binary(Op::In, amount, year) => {
                put("amount", scalar(amount));
                put("year", scalar(year));
            }
            _ => put("amount", scalar(cell)),
        }
    }
    Value::Object(object)
}

/// The column a word of a row belongs to.
fn column(word: &str) -> &'static str {
    if Quality::parse(word).is_some() {
        "quality"
    } else if Kind::parse(word).is_some() || word.len() != 2 {
        "kind"
    } else {
        "party"
    }
}

fn scalar(expr: &Expr) -> Value {
    match &expr.kind {
        ExprKind::Name(word) if word == "yes" => Value::Bool(true),
        ExprKind::Name(word) if word == "no" => Value::Bool(false),
        ExprKind::Text(text) => Value::String(text.clone()),
        ExprKind::Number(digits) => match digits.parse::<i64>() {
            Ok(n) if n.to_string() == *digits => Value::from(n),
            _ => Value::String(digits.clone()),
        },
        ExprKind::Set(members) => Value::Array(members.iter().map(scalar).collect()),
        _ => text(expr).map_or(Value::Null, Value::String),
    }
}

/// A constant as it is written in Accord; `None` for what is none.
pub(super) fn text(expr: &Expr) -> Option<String> {
    Some(match &expr.kind {
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Quantity(digits, unit) if unit.text == "%" => format!("{digits} %"),
        ExprKind::Quantity(digits, unit) => format!("{digits} {}", unit.text),
        ExprKind::Date(day) => day.clone(),
        ExprKind::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field(base, field) => format!("{}.{}", text(base)?, field.text),
        ExprKind::Negative(inner) => format!("-{}", text(inner)?),
        ExprKind::Paren(inner) => format!("({})", text(inner)?),
        ExprKind::Binary(Op::Divide, a, b) => format!("{}/{}", text(a)?, text(b)?),
        ExprKind::Binary(Op::Range, a, b) => format!("{}..{}", text(a)?, text(b)?),
        ExprKind::Set(members) => {
            let members: Option<Vec<String>> = members.iter().map(text).collect();
            format!("{{ {} }}", members?.join(", "))
        }
        ExprKind::Rounding(mode, grain) => format!("{} to {}", mode.text, text(grain)?),
        ExprKind::Nothing => "nothing".to_owned(),
        ExprKind::Refer(None) => "refer".to_owned(),
        ExprKind::Refer(Some(to)) => format!("refer \"{to}\""),
        ExprKind::Address(address) => {
            let labels: String = address.labels.iter().map(|l| format!("({})", l.text)).collect();
            let head = address.article.as_ref().map_or_else(String::new, |(w, n)| format!("{} {}", w.text, n.text));
            let of = address.of.as_ref().map_or_else(String::new, |o| format!(" of {}", o.text));
            format!("{head}{labels}{of}")
        }
        _ => return None,
    })
}
