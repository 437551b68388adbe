//! The JSON Schema of cases: in general, or with the facts and decisions of one agreement.

use super::read::{EVIDENCE, HEADING};
use accord_core::{Kind, Quality, Unit};
use accord_ir::{CurrencyOf, Program, RecordDef, Ty, UnitOf};
use serde_json::{Map, Value, json};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const PARTY: &str = "^[A-Z]{2}$";
const EXPECT: &str = "what must come out: in the braces of a party, of a day, or directly";
const CALL: &str = "^[a-z][a-z0-9_]*\\(.*\\)$";

/// The JSON Schema (draft 2020-12) of a case, with the fields an agreement has where a program is given.
pub fn schema(program: Option<&Program>) -> Value {
    let mut properties = heading();
    let mut defs = common();
    match program {
        Some(program) => {
            for fact in &program.facts {
                let _ = properties.insert(fact.name.clone(), field(program, &fact.ty, fact.optional, &[]));
            }
            for record in &program.records {
                let _ = defs.insert(record_key(record), record_of(program, record));
            }
            let _ = properties.insert("given".to_owned(), given(program));
            let _ = properties.insert("expect".to_owned(), expect(program));
        }
        None => {
            for name in ["person", "claim", "posting"] {
                let _ = properties.insert(name.to_owned(), json!({ "type": "object" }));
            }
            for name in ["activities", "acts"] {
                let _ = properties.insert(name.to_owned(), json!({ "type": ["array", "object"] }));
            }
            let _ = properties.insert("day".to_owned(), reference("day"));
            let _ = properties.insert("periods".to_owned(), reference("periods"));
            let _ = properties.insert(
                "given".to_owned(),
                json!({ "type": "object", "patternProperties": { PARTY: { "type": "object" } }, "additionalProperties": false }),
            );
            let _ = properties.insert("expect".to_owned(), reference("expectations"));
            let _ = defs.insert("expectations".to_owned(), expect_anything());
        }
    }
    let title = program.map_or_else(|| "a case".to_owned(), |p| format!("a case of {}", p.agreement));
    json!({
        "$schema": DIALECT,
        "title": title,
        "description": "A worked case. What is left out is undetermined by its name. Amounts are texts with their currency, never JSON numbers.",
        "type": "object",
        "required": ["name"],
        "properties": properties,
        "additionalProperties": program.is_none(),
        "$defs": defs,
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn record_key(record: &RecordDef) -> String {
    format!("record.{}", record.name)
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn heading() -> Map<String, Value> {
    let mut all = Map::new();
    let mut put = |name: &str, schema: Value| {
        let _ = all.insert(name.to_owned(), schema);
    };
    put("$schema", json!({ "type": "string" }));
    put("name", text("the name of the case"));
    for name in HEADING {
        put(
            name,
            match *name {
                "agreement" => text("the short name of the agreement the case is for"),
                "text" => json!({
                    "type": "string",
                    "pattern": DAY,
                    "description": "the day whose text of the agreement it is computed in; where left out, the text that is asked for",
                }),
                "question" => text("the question it puts; `benefit` where left out"),
                "source" => text("where the case was found"),
                "evidence" => {
                    json!({ "enum": EVIDENCE, "description": "published: the source gives the result; derived: computed from what it says; constructed: made up" })
                }
                "corrected" => text("why it departs from what was published, with the arithmetic"),
                "note" => text("a remark"),
                "rates" => json!({
                    "type": "object",
                    "description": "exchange rates: what one of the currency is worth",
                    "patternProperties": { "^[A-Z]{3}$": reference("amount") },
                    "additionalProperties": false,
                }),
                _ => json!({ "type": "object" }),
            },
        );
    }
    all
}

/// Definitions every case uses.
fn common() -> Map<String, Value> {
    let units: Vec<&str> = Unit::ALL.iter().flat_map(|u| [u.word(), u.singular()]).collect();
    let length = format!("^[0-9][0-9_]*(\\.[0-9]+)? ({})$", units.join("|"));
    let kinds: Vec<&str> = Kind::ALL.iter().map(|k| k.word()).collect();
    let qualities: Vec<&str> = Quality::ALL.iter().map(|q| q.word()).collect();
    let verdicts = super::Kept::ALL.map(|k| (k.word().to_owned(), reference("because")));
    let verdicts = Map::from_iter(verdicts);
    let defs = json!({
        "day": { "type": "string", "pattern": DAY },
        "days": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.\\.[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
        "country": { "type": "string", "pattern": PARTY },
        "amount": { "type": "string", "pattern": "^[0-9][0-9_]*(\\.[0-9]+)? [A-Z]{3}$" },
        "length": { "type": "string", "pattern": length },
        "number": {
            "anyOf": [
                { "type": "integer" },
                { "type": "string", "pattern": "^-?[0-9][0-9_]*(\\.[0-9]+)?( %|/[0-9][0-9_]*)?$" },
            ]
        },
        "periods": { "type": "array", "items": { "$ref": "#/$defs/period" } },
        "period": {
            "type": "object",
            "required": ["party"],
            "properties": {
                "party": { "$ref": "#/$defs/country" },
                "kind": { "enum": kinds, "default": "insurance" },
                "quality": { "enum": qualities, "default": "compulsory" },
                "from": { "$ref": "#/$defs/day" },
                "to": { "$ref": "#/$defs/day" },
                "amount": { "$ref": "#/$defs/length" },
                "year": { "type": "integer", "minimum": 1800, "maximum": 2200 },
            },
            "description": "days, an amount, or both: what the institution certified for those days; a year only beside an amount without days",
            "oneOf": [
                { "required": ["from", "to"], "properties": { "year": false } },
                { "required": ["amount"], "properties": { "from": false, "to": false } },
            ],
            "additionalProperties": false,
        },
        "because": {
            "description": "the provisions that make it: `article 5(1)`",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
        },
        "verdicts": {
            "type": "object",
            "description": "what must be said of provisions of a standard, or of properties by name",
            "properties": verdicts,
            "additionalProperties": false,
        },
        "outcome": {
            "description": "a value in the spelling of Accord (true, false and whole numbers as in JSON), `nothing`, `undetermined`, `refer`, `gap`, `conflict` or `fault overflow`",
            "anyOf": [
                { "type": ["string", "boolean", "integer"] },
                { "type": "array", "items": { "type": ["string", "boolean", "integer", "object"] } },
                {
                    "type": "object",
                    "properties": {
                        "value": { "$ref": "#/$defs/outcome" },
                        "undetermined": { "type": "array", "items": { "type": "string" } },
                        "fault": { "enum": ["overflow", "zero_divisor", "negative", "out_of_table", "out_of_range"] },
                        "because": { "$ref": "#/$defs/because" },
                    },
                    "additionalProperties": false,
                },
            ],
        },
    });
    match defs {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A field: its type, the name of a field beside it, or null for what is not known.
fn field(program: &Program, ty: &Ty, optional: bool, siblings: &[&str]) -> Value {
    let mut forms = vec![of_type(program, ty)];
    if !siblings.is_empty() {
        forms.push(json!({ "enum": siblings, "description": "the same as the field of this name" }));
    }
    if optional {
        forms.push(json!({ "const": "nothing" }));
    }
    forms.push(json!({ "type": "null", "description": "not known" }));
    json!({ "anyOf": forms })
}

fn of_type(program: &Program, ty: &Ty) -> Value {
    match ty {
        Ty::YesNo => json!({ "type": "boolean" }),
        Ty::Number => reference("number"),
        Ty::Country => reference("country"),
        Ty::Member(id) => json!({ "enum": program.enumeration(*id).map_or_else(Vec::new, |e| e.members.clone()) }),
        Ty::List(inner) if by_parties(program, inner).is_some() => {
            let figure = by_parties(program, inner).map_or(Value::Bool(true), |ty| of_type(program, ty));
            json!({
                "type": "object",
                "description": "by the parties it speaks of: `CV`, `CV, XX`",
                "patternProperties": { "^[A-Z]{2}(, ?[A-Z]{2})*$": figure },
                "additionalProperties": false,
            })
        }
        Ty::Set(inner) | Ty::List(inner) => {
            let one = of_type(program, inner);
            json!({ "anyOf": [{ "type": "array", "items": one.clone() }, one] })
        }
        Ty::Date => reference("day"),
        Ty::Span => reference("days"),
        Ty::Length(UnitOf::Fixed(unit)) => {
            let (one, many) = (unit.singular(), unit.word());
            json!({ "type": "string", "pattern": format!("^[0-9][0-9_]*(\\.[0-9]+)? ({one}|{many})$") })
        }
        Ty::Length(_) => reference("length"),
        Ty::Money(CurrencyOf::Fixed(code)) | Ty::Amount(CurrencyOf::Fixed(code)) => {
            json!({ "type": "string", "pattern": format!("^[0-9][0-9_]*(\\.[0-9]+)? {code}$") })
        }
        Ty::Money(_) | Ty::Amount(_) => reference("amount"),
        Ty::Periods => reference("periods"),
        Ty::Unit => json!({ "enum": Unit::ALL.map(Unit::word) }),
        Ty::Record(id) => match program.record(*id) {
            Some(record) => reference(&record_key(record)),
            None => json!({ "type": "object" }),
        },
        Ty::Text => json!({ "type": "string" }),
        Ty::Rounding => {
            json!({ "type": "string", "pattern": "^(half up|half down|half even|up|down|toward_zero) to " })
        }
        Ty::Order | Ty::Ties | Ty::Never | Ty::Error => Value::Bool(false),
    }
}

/// The second field of a record of a set of parties and one thing for it.
fn by_parties<'p>(program: &'p Program, ty: &Ty) -> Option<&'p Ty> {
    let Ty::Record(id) = ty else { return None };
    match program.record(*id)?.fields.as_slice() {
        [(_, Ty::Set(key)), (_, value)] if **key == Ty::Country => Some(value),
        _ => None,
    }
}

fn record_of(program: &Program, record: &RecordDef) -> Value {
    let mut properties = Map::new();
    for (index, (name, ty)) in record.fields.iter().enumerate() {
        let beside = |(at, (_, other)): &(usize, &(String, Ty))| *at != index && other == ty;
        let siblings: Vec<&str> =
            record.fields.iter().enumerate().filter(beside).map(|(_, (name, _))| name.as_str()).collect();
        let optional = record.optional.get(index).copied().unwrap_or(false);
        let mut schema = field(program, ty, optional, &siblings);
        if let (Some(phrase), Value::Object(schema)) =
            (record.phrases.get(index).filter(|p| !p.is_empty()), &mut schema)
        {
            let _ = schema.insert("description".to_owned(), json!(phrase));
        }
        if let (Ty::Set(_) | Ty::List(_), Some(one)) = (ty, super::facts::singular(name)) {
            let _ = properties.insert(one, schema.clone());
        }
        let _ = properties.insert(name.clone(), schema);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// What the legislations of each party ask for.
fn given(program: &Program) -> Value {
    let mut parties = Map::new();
    for party in &program.parties {
        let mut fields = Map::new();
        for def in program.given.iter().filter(|d| d.party.is_none_or(|p| p == party.country)) {
            let _ = fields.insert(def.name.clone(), field(program, &def.ty, def.optional, &[]));
        }
        let block = json!({ "type": "object", "properties": fields, "additionalProperties": false });
        let _ = parties.insert(party.country.to_string(), block);
    }
    json!({ "type": "object", "properties": parties, "additionalProperties": false })
}

fn expect(program: &Program) -> Value {
    let mut decisions = Map::new();
    for decision in &program.decisions {
        let params: Vec<&str> = decision.params.iter().map(|p| p.name.as_str()).collect();
        let asked = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
        let mut schema = reference("outcome");
        if let Value::Object(map) = &mut schema {
            let _ = map.insert("title".to_owned(), Value::String(format!("{}{asked}", decision.name)));
        }
        let _ = decisions.insert(decision.name.clone(), schema);
    }
    let _ = decisions.insert("because".to_owned(), reference("because"));
    for standard in program.standards.iter().map(|s| s.name.as_str()).chain([super::verdict::PROPERTIES]) {
        let _ = decisions.insert(standard.to_owned(), reference("verdicts"));
    }
    let parties: Vec<&str> = program.parties.iter().map(|p| p.country.code()).collect();
    let block = |inside: Value| {
        let mut patterns = Map::from_iter([(CALL.to_owned(), reference("outcome"))]);
        if let Value::Object(inside) = inside {
            patterns.extend(inside);
        }
        json!({
            "type": "object",
            "properties": decisions,
            "patternProperties": patterns,
            "additionalProperties": false,
        })
    };
    let by_party = if parties.is_empty() { PARTY.to_owned() } else { format!("^({})$", parties.join("|")) };
    let innermost = block(json!({}));
    let mut whole = block(json!({
        by_party.clone(): block(json!({ DAY: innermost.clone() })),
        DAY: block(json!({ by_party: innermost })),
    }));
    describe(&mut whole, EXPECT);
    whole
}

/// The braces of a case without an agreement: parties and days in any order, and anything decided.
fn expect_anything() -> Value {
    let inner = reference("expectations");
    json!({
        "type": "object",
        "description": EXPECT,
        "properties": { "because": reference("because") },
        "patternProperties": { PARTY: inner.clone(), DAY: inner },
        "additionalProperties": reference("outcome"),
    })
}

fn describe(schema: &mut Value, description: &str) {
    if let Value::Object(map) = schema {
        let _ = map.insert("description".to_owned(), Value::String(description.to_owned()));
    }
}
