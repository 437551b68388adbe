//! The crate as a whole: files in, files out.

pub(crate) mod fake;
mod files;
mod runs;

use accord_core::columns::{Cell, Column, Layout, OutCell, Output, Place};
use accord_core::{Country, Currency, EnumId, RuleId};
use std::path::PathBuf;

/// The columns of a small question.
pub(crate) fn layout() -> Layout {
    let members = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let euro = Currency::EURO;
    let column = |name: &str, cell, optional| Column { name: name.to_owned(), cell, optional };
    let columns = vec![
        column("claim.event", Cell::Date, false),
        column("claim.benefit", Cell::Member(EnumId(40), members(&["old_age", "survivors", "invalidity"])), false),
        column("person.residence", Cell::Country, false),
        column("NL.alone", Cell::Money(euro), true),
        column("person.resident", Cell::YesNo, false),
        column("periods", Cell::Periods, false),
        column("requires", Cell::Length(None), false),
        column("person.nationalities", Cell::Countries, false),
        column("ratio", Cell::Number, true),
        column(
            "activities",
            Cell::Records(vec![
                column("party", Cell::Country, false),
                column("start", Cell::Date, true),
                column("flags", Cell::Members(EnumId(41), members(&["x", "y"])), true),
            ]),
            true,
        ),
        column("without", Cell::Figures(euro), true),
        column("note", Cell::Text, true),
        column("NL.unit", Cell::Unit, true),
    ];
    let facts = (0..columns.len()).map(Place::Column).collect();
    let parties = ["CV", "NL"].iter().filter_map(|c| Country::parse(c)).collect();
    Layout {
        question: "benefit".to_owned(),
        parties,
        columns,
        facts,
        given: Vec::new(),
        optional: Vec::new(),
        rates: Vec::new(),
    }
}

/// What is asked: from the first to the last day of CV for old age, and whether the person is resident.
pub(crate) fn outputs() -> Vec<Output> {
    let output = |name: &str, cell| Output { name: name.to_owned(), cell, rules: vec![RuleId(0), RuleId(1)] };
    vec![output("payable(NL)", OutCell::Money(Currency::EURO)), output("resident", OutCell::YesNo)]
}

/// An empty folder of its own.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("accord-batch-{}-{name}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Rows of JSON: odd in every way, and plain ones.
pub(crate) const ROWS: &str = r#"{"id": 1, "claim": {"event": "2012-10-01", "benefit": "old_age"}, "person.residence": "CV", "NL.alone": "1234.50 EUR", "NL.unit": "months", "person": {"resident": true, "nationalities": ["CV", "PT"]}, "periods": [{"party": "CV", "from": "2001-01-01", "to": "2001-12-31"}, {"party": "NL", "kind": "employment", "quality": "voluntary", "from": "1999-01-01", "to": "1999-06-30"}], "requires": "15 years", "ratio": "3/8", "activities": [{"party": "NL", "start": "2010-01-01", "flags": ["x"]}, {"party": "FR"}], "without": {"NL CV": "900.00 EUR"}, "note": "a, \"quoted\" note"}
{"id": 2, "claim.event": "2001-13-45", "claim.benefit": "survivors", "periods": []}
{"id": 3, "claim.event": "2012-10-01", "claim.benefit": "survivor", "person": {"residence": "QQ", "resident": "no"}, "periods": [{"party": "CV", "from": "2002-01-01", "to": "2001-01-01"}]}
{"id": 4, "claim": null, "NL.alone": "10.00 USD", "periods": [{"party": "FR", "from": "2002-01-01", "to": "2002-01-01"}]}
{"id": 5, "NL.alone": -5, "periods": [{"party": "CV"}], "person.nationalities": [], "activities": []}
{"id": 6, "NL.alone": 1.5, "periods": [{"party": "NL", "amount": "104 quarters", "year": 2001}, {"party": "CV", "from": "2001-01-01", "to": "2001-03-31", "amount": 3, "unit": "months"}], "requires": "2.5 months"}
not json
{"id": 8, "periods": null, "person.resident": 1}
"#;
