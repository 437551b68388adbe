//! What a header says: of every agreement the same, and of a column or result by what it holds.

use super::names::{comment, upper};
use accord_core::columns::{Cell, Column, ODD, OutCell, Part, UNDECIDED};
use accord_core::{Currency, Date, FaultKind, Kind, Money, Quality, Unit};

/// The largest count of a length that code takes.
const MOST_COUNTED: &str = "2^40";

/// What is common to all agreements: a file may include the headers of several.
pub fn common() -> String {
    let mut text = String::from("#ifndef ACCORD_COLUMNS_1\n#define ACCORD_COLUMNS_1\n\n");
    text.push_str(&comment(
        "",
        "A column of facts. Row r stands at values[first + r]. Its bit of valid is bit (first + r) % 8, the lowest \
         being 0, of byte (first + r) / 8, and is set where the row has a value; valid may be NULL where every row has \
         one. What stands in values for a row without one is not looked at, but is read: there must be room for it. \
         This is how Apache Arrow holds an array; first is the offset of a slice.",
    ));
    text.push_str(
        "struct accord_column {\n    const void *values;\n    const uint8_t *valid;\n    int64_t first;\n};\n\n",
    );
    text.push_str(&comment("", RESULT));
    text.push_str(
        "struct accord_result {\n    void *values;\n    int64_t *below;\n    uint64_t *valid;\n    uint8_t *outcome;\n    \
         uint64_t *detail;\n    uint64_t *rules;\n};\n\n",
    );
    text.push_str(&comment("", "What stands in outcome."));
    text.push_str("enum accord_outcome {\n");
    for (number, (name, says)) in (0_u8..).zip(OUTCOMES) {
        text.push_str(&comment("    ", says));
        text.push_str(&format!("    ACCORD_{name} = {number},\n"));
    }
    text.push_str(&comment("    ", LEFT));
    text.push_str(&format!("    ACCORD_UNDECIDED = {UNDECIDED}\n}};\n\n"));
    text.push_str(&comment(
        "",
        "What detail & 255 is for a fault; detail >> 8 is the place in the program, as `accord check --emit ir` numbers \
         expressions.",
    ));
    let faults = FAULTS.iter().map(|(number, kind)| (kind.word(), *number));
    text.push_str(&constants("accord_fault", "ACCORD_FAULT", faults));
    text.push_str(&comment("", "Units of lengths."));
    text.push_str(&constants("accord_unit", "ACCORD_UNIT", Unit::ALL.iter().map(|u| u.word()).zip(0..)));
    text.push_str(&comment("", "Kinds of periods."));
    text.push_str(&constants("accord_kind", "ACCORD_KIND", Kind::ALL.iter().map(|k| k.word()).zip(0..)));
    text.push_str(&comment("", "How the person came to be insured."));
    text.push_str(&constants("accord_quality", "ACCORD_QUALITY", Quality::ALL.iter().map(|q| q.word()).zip(0..)));
    text.push_str(&comment(
        "",
        "The party of a period that is not of one of the parties below, or is more or less than its days: an amount \
         without days, or days with an amount certified for them. Its row is decided only where it does not matter.",
    ));
    text.push_str(&format!("#define ACCORD_OTHER_PERIOD {ODD}\n\n#endif\n\n"));
    text
}

const RESULT: &str = "Room for a result. Row r is written at r - lo, so for n = hi - lo rows there is room for n in \
    values, below, outcome, detail and rules, and for (n + 63) / 64 words in valid; yes or no is a bit each in values \
    as in valid, also in whole 64-bit words. No pointer is NULL but below, which only a fraction has.\n  values: the \
    value, 0 where there is none\n  below: what is below the line of a fraction; 0 for a whole number\n  valid: a bit \
    for each row, set where there is a value\n  outcome: see enum accord_outcome\n  detail: more about an outcome that \
    is no value: a bit for each name in the table of names, or what the fault is\n  rules: the rules that made the \
    result, a bit for each entry in the table of rules of that result, the lowest being the first";

/// Each outcome by its number.
const OUTCOMES: [(&str, &str); 7] = [
    ("VALUE", "The value stands in values."),
    ("NOTHING", "The law gives no benefit."),
    ("UNDETERMINED", "Facts or parameters are missing; detail has their names."),
    ("REFER", "The law hands the question to somebody; detail has to whom."),
    ("GAP", "No provision decides; detail has which decision."),
    ("CONFLICT", "Provisions contradict each other."),
    ("FAULT", "The computation has no meaning; detail has why and where."),
];

const LEFT: &str = "This code does not decide the row: it is beyond what it was made for, or its facts are not fully \
    said in these columns. No answer is guessed: ask `accord run PATH --case CASE` for one claim, or `accord batch PATH \
    --in FILE --out FILE` for a file of them, where PATH is the same sources or their ruleset.";

/// The faults by the numbers code gives them.
const FAULTS: [(u8, FaultKind); 5] = [
    (0, FaultKind::Overflow),
    (1, FaultKind::ZeroDivisor),
    (2, FaultKind::Negative),
    (3, FaultKind::OutOfTable),
    (4, FaultKind::OutOfRange),
];

fn constants<'w>(name: &str, prefix: &str, all: impl Iterator<Item = (&'w str, u8)>) -> String {
    let lines: Vec<String> = all.map(|(word, number)| format!("    {prefix}_{} = {number}", upper(word))).collect();
    format!("enum {name} {{\n{}\n}};\n\n", lines.join(",\n"))
}

/// What is to be promised of columns and results.
pub fn promises() -> String {
    let (first, last) = (Date::MIN, Date::MAX);
    format!(
        "What a caller promises; what comes out is undefined where it is not so:\n  No fact is left out because \
         its column cannot hold it, such as an amount in another currency or a length that is no whole number: such \
         claims are for `accord run` and `accord batch`.\n  The periods of a row stand in the \
         order of their first days, and none ends before it begins.\n  Where periods begin and end does not decrease \
         and stays within them.\n  Days are from {first} ({}) to {last} ({}), amounts from -{limit} to {limit} minor \
         units, counts from 0 to {MOST_COUNTED}; members, units, kinds and qualities are constants of their enums.\n  \
         Pointers are aligned as their types are; values of a yes or no result as a uint64_t.\n  lo is a multiple of \
         64, and not more than hi.",
        first.day_number(),
        last.day_number(),
        limit = Money::LIMIT,
    )
}

/// The part of a column's name that says which part of the column an input is.
pub fn suffix(part: Part) -> &'static str {
    match part {
        Part::Values => "",
        Part::Unit => "_UNIT",
        Part::Offsets => "_OFFSETS",
        Part::From => "_FROM",
        Part::To => "_TO",
        Part::Party => "_PARTY",
        Part::Kind => "_KIND",
        Part::Quality => "_QUALITY",
        // No library reads one.
        Part::Field(_) => "_FIELD",
    }
}

/// What a header calls the enums of an agreement.
pub struct Enums<'a> {
    /// How its names begin: `nl_cv`.
    pub ident: &'a str,
    /// The name of an enumeration, in small letters.
    pub member: &'a dyn Fn(accord_core::EnumId) -> String,
}

/// What an input holds: the type in C, and in words.
pub fn input(enums: &Enums<'_>, column: &Column, part: Part) -> String {
    const DAY: &str = "int32_t, days since 1970-01-01";
    let ident = enums.ident;
    let words = match part {
        Part::Values => value(enums, column),
        Part::Unit => format!("{}: its unit. uint8_t, enum accord_unit", column.name),
        Part::Offsets => {
            let null = "No value means: not known, which is not the same as no periods";
            format!(
                "{name}: where the periods of each row begin in the columns {name}_*, one entry more than rows: those \
                 of row r are from values[first + r] to before values[first + r + 1]. int32_t. {null}",
                name = column.name
            )
        }
        Part::From => format!("{}: first days. {DAY}; first is added to the places that offsets say", column.name),
        Part::To => format!("{}: last days, they included. {DAY}", column.name),
        Part::Party => {
            format!("{}: parties. uint8_t, enum {ident}_party, or ACCORD_OTHER_PERIOD", column.name)
        }
        Part::Kind => format!("{}: kinds. uint8_t, enum accord_kind", column.name),
        Part::Quality => format!("{}: qualities. uint8_t, enum accord_quality", column.name),
        Part::Field(_) => format!("{}: a field of its records", column.name),
    };
    match part {
        Part::Values | Part::Offsets => format!("{words}."),
        Part::Unit | Part::From | Part::To | Part::Party | Part::Kind | Part::Quality | Part::Field(_) => {
            format!("{words}. valid is not read.")
        }
    }
}

fn value(enums: &Enums<'_>, column: &Column) -> String {
    let ident = enums.ident;
    let holds = match &column.cell {
        Cell::YesNo => "yes or no. A bit each, as in valid".to_owned(),
        Cell::Country => format!("a country. uint16_t, enum {ident}_party"),
        Cell::Member(id, _) => format!("uint8_t, enum {ident}_{}", (enums.member)(*id)),
        Cell::Date => "a day. int32_t, days since 1970-01-01".to_owned(),
        Cell::Money(currency) => format!("an amount. int64_t, {}", minor(*currency)),
        Cell::Length(Some(unit)) => format!("a length. int64_t, whole {}", unit.word()),
        Cell::Length(None) => "a length. int64_t, a whole count".to_owned(),
        Cell::Countries => {
            format!("countries. uint64_t, bit 1 << p for party p of enum {ident}_party, bit 63 for any other")
        }
        Cell::Members(id, _) => format!("uint64_t, bit 1 << m for member m of enum {ident}_{}", (enums.member)(*id)),
        Cell::Number
        | Cell::Records(_)
        | Cell::Figures(_)
        | Cell::Periods
        | Cell::Text
        | Cell::Unit
        | Cell::Rounding => "only whether there is one: a row that has one is left undecided where it matters. values \
                             is not read and may be NULL"
            .to_owned(),
    };
    let null = if column.optional { "there is none" } else { "not known" };
    format!("{}: {holds}. No value means: {null}", column.name)
}

/// `minor units of EUR, of which 100 are 1 EUR`.
fn minor(currency: Currency) -> String {
    match currency.decimals() {
        0 => format!("whole {currency}"),
        decimals => format!("minor units: {} are 1 {currency}", 10_u64.saturating_pow(decimals)),
    }
}

/// What a result holds.
pub fn result(enums: &Enums<'_>, name: &str, cell: &OutCell) -> String {
    let ident = enums.ident;
    let holds = match cell {
        OutCell::YesNo => "yes or no. A bit each".to_owned(),
        OutCell::Money(currency) => format!("an amount. int64_t, {}", minor(*currency)),
        OutCell::Fraction => "a number as the provision writes it. int64_t, above the line of the fraction; below it \
                              stands below, which is 0 for a whole number"
            .to_owned(),
        OutCell::Date => "a day. int32_t, days since 1970-01-01".to_owned(),
        OutCell::Country => format!("a country. uint16_t, enum {ident}_party"),
        OutCell::Member(id, _) => format!("uint8_t, enum {ident}_{}", (enums.member)(*id)),
        OutCell::Countries => format!("countries. uint64_t, bit 1 << p for party p of enum {ident}_party"),
    };
    format!("{name}: {holds}.")
}
