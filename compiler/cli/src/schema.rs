//! `accord schema`: what a case file may hold, and what columns a file of claims may have.

use crate::args::Schema;
use crate::console::Console;
use crate::draw::draw;
use crate::examine::examine;
use crate::generate::{layout_of, opened};
use crate::load::Loaded;
use crate::run::only_root;
use crate::trouble::Trouble;
use crate::{FINE, NO, json};
use accord_analysis::case;
use accord_core::columns::{Cell, Column, Layout, PERIOD_FIELDS};
use accord_source::Severity;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Runs the command.
pub fn schema(args: &Schema, console: &mut Console<'_>) -> Result<u8, Trouble> {
    if args.case && args.path.is_none() {
        console.line(&json::pretty(&case::schema(None)));
        return Ok(FINE);
    }
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    if args.columns {
        let Some(verified) = opened(&path, console)? else { return Ok(NO) };
        let layout = layout_of(verified.program(), &args.question)?;
        if args.json {
            console.line(&json::pretty(&columns_as_json(&layout)));
        } else {
            console.answer(&table(&layout));
        }
        return Ok(FINE);
    }
    let loaded = Loaded::from_paths(std::slice::from_ref(&path))?;
    let examined = examine(&loaded, only_root(&loaded, &path)?)?;
    let Some(program) = examined.program() else {
        let mut found = loaded.found.clone();
        found.append(examined.found.clone());
        let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
        console.note(&draw(&loaded.sources, &errors, console.err_colour));
        return Ok(NO);
    };
    console.line(&json::pretty(&case::schema(Some(program))));
    Ok(FINE)
}

/// A column as it is told.
struct Told {
    name: String,
    holds: String,
    file: &'static str,
    optional: bool,
}

/// The columns, those of lists with their fields after them.
fn told(columns: &[Column]) -> Vec<Told> {
    let mut all = Vec::new();
    for column in columns {
        let (holds, file) = words(&column.cell);
        all.push(Told { name: column.name.clone(), holds, file, optional: column.optional });
        let inner = |name: &str| format!("{}[].{name}", column.name);
        match &column.cell {
            Cell::Records(fields) => {
                all.extend(told(fields).into_iter().map(|field| Told { name: inner(&field.name), ..field }));
            }
            Cell::Periods => all.extend(PERIOD_FIELDS.iter().map(|field| {
                let (holds, file, optional) = of_period(field);
                Told { name: inner(field), holds: holds.to_owned(), file, optional }
            })),
            Cell::YesNo
            | Cell::Number
            | Cell::Country
            | Cell::Member(..)
            | Cell::Date
            | Cell::Money(_)
            | Cell::Length(_)
            | Cell::Countries
            | Cell::Members(..)
            | Cell::Figures(_)
            | Cell::Text
            | Cell::Unit
            | Cell::Rounding => {}
        }
    }
    all
}

/// What a column holds, and how a file writes it.
fn words(cell: &Cell) -> (String, &'static str) {
    const WORD: &str = "text, plain or by dictionary";
    let (holds, file) = match cell {
        Cell::YesNo => ("yes or no", "boolean; in text `yes`, `no`, `true`, `false`"),
        Cell::Number => ("an exact number", "text such as `22 %`, `0.22`, `3/8`; or a whole number"),
        Cell::Country => ("a country", WORD),
        Cell::Member(_, members) => return (format!("one of {}", members.join(", ")), WORD),
        Cell::Date => ("a day", "32-bit days; in text `2012-10-01`"),
        Cell::Money(currency) => {
            return (
                format!("an amount in {currency}"),
                "64-bit minor units; in text `1234.56`, with the currency or without",
            );
        }
        Cell::Length(None) => ("a length", "text such as `15 years`"),
        Cell::Length(Some(unit)) => return (format!("a length in {unit}"), "text such as `15 years`"),
        Cell::Countries => ("countries", "list of texts; in flat text `NL CV`"),
        Cell::Members(_, members) => {
            return (format!("some of {}", members.join(", ")), "list of texts; in flat text separated by blanks");
        }
        Cell::Records(_) => ("a list of records", "list of structs; in flat text JSON"),
        Cell::Figures(currency) => {
            return (
                format!("figures in {currency} by the parties they speak of"),
                "list of structs `parties`, a list of texts, and `figure`, an amount; in flat text JSON",
            );
        }
        Cell::Periods => ("the record of periods", "list of structs; in flat text JSON"),
        Cell::Text => ("text", "text"),
        Cell::Unit => ("a unit of length", "text such as `months`"),
        Cell::Rounding => ("how to round", "text such as `half up to 0.01 EUR`"),
    };
    (holds.to_owned(), file)
}

/// A field of a period: what it holds, how a file writes it, whether it may be left out.
fn of_period(field: &str) -> (&'static str, &'static str, bool) {
    match field {
        "party" => ("the party whose record it is in", "text, plain or by dictionary", false),
        "scheme" => ("the scheme", "text", true),
        "kind" => (
            "one of insurance (if left out), employment, self_employment, residence, assimilated, credited",
            "text, plain or by dictionary",
            true,
        ),
        "quality" => ("one of compulsory (if left out), voluntary", "text, plain or by dictionary", true),
        "from" => ("the first day, unless there is an amount", "32-bit days; in text `2012-10-01`", true),
        "to" => ("the last day, unless there is an amount", "32-bit days; in text `2012-10-01`", true),
        "amount" => ("how much was certified", "text such as `104`, or `104 quarters`", true),
        "unit" => ("the unit of the amount", "text such as `quarters`", true),
        _ => ("the calendar year of an amount without days", "whole number", true),
    }
}

/// The table for a person.
fn table(layout: &Layout) -> String {
    let heading = ["column", "optional", "holds", "in a file"].map(str::to_owned);
    let row = |t: &Told| {
        let optional = if t.optional { "yes" } else { "no" };
        [t.name.clone(), optional.to_owned(), shortened(&t.holds), t.file.to_owned()]
    };
    let rows: Vec<[String; 4]> = std::iter::once(heading).chain(told(&layout.columns).iter().map(row)).collect();
    let width = |of: fn(&[String; 4]) -> &String| rows.iter().map(|r| of(r).chars().count()).max().unwrap_or(0);
    let (name, holds) = (width(|[name, ..]| name), width(|[_, _, holds, _]| holds));
    let line = |[column, optional, what, file]: &[String; 4]| {
        format!("{}\n", format!("{column:name$}  {optional:8}  {what:holds$}  {file}").trim_end())
    };
    rows.iter().map(line).collect()
}

/// A long list of words cut to its first three.
fn shortened(holds: &str) -> String {
    const MOST: usize = 4;
    let words: Vec<&str> = holds.split(", ").collect();
    match words.as_slice() {
        [first, second, third, ..] if words.len() > MOST => {
            format!("{first}, {second}, {third} and {} more", words.len() - 3)
        }
        _ => holds.to_owned(),
    }
}

/// `accord.columns/1`.
fn columns_as_json(layout: &Layout) -> Value {
    let column = |t: &Told| json!({ "name": t.name, "holds": t.holds, "file": t.file, "optional": t.optional });
    json!({
        "schema": "accord.columns/1",
        "question": layout.question,
        "parties": layout.parties.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "columns": told(&layout.columns).iter().map(column).collect::<Vec<_>>(),
    })
}
