//! Rows as text: CSV and JSON lines. Amounts are decimal numbers with their currency, days are ISO, a quotient is as
//! the provision wrote it; what is null is left out.

use crate::results::{ABOVE, BELOW};
use crate::schema::CURRENCY;
use crate::{BatchError, Format, texts};
use accord_core::{Currency, Date};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Fields, SchemaRef};
use std::fmt::{Display, Write};

/// Prints batches of one schema.
pub(crate) struct Printer {
    format: Format,
    columns: Vec<(Name, Form)>,
    heading: String,
    text: String,
}

/// A name, as it is and ready for JSON with its colon.
struct Name {
    json: String,
}

/// How a column is printed.
enum Form {
    /// Whatever prints itself: whole numbers.
    Plain,
    YesNo,
    Day,
    /// An amount of minor units.
    Money(Currency),
    Text,
    /// `120/264`.
    Fraction,
    List(Box<Form>),
    Record(Vec<(Name, Form)>),
}

impl Name {
    fn new(name: &str) -> Name {
        let mut json = String::new();
        quote(name, &mut json);
        json.push(':');
        Name { json }
    }
}

impl Printer {
    /// A printer; an error where a column has no form in text.
    pub fn new(schema: &SchemaRef, format: Format) -> Result<Printer, BatchError> {
        let columns = schema.fields().iter().map(|f| Ok((Name::new(f.name()), form(f)?)));
        let columns = columns.collect::<Result<Vec<_>, BatchError>>()?;
        let mut heading = String::new();
        if format == Format::Csv {
            for (at, field) in schema.fields().iter().enumerate() {
                if at > 0 {
                    heading.push(',');
                }
                csv_text(field.name(), &mut heading);
            }
            heading.push('\n');
        }
        Ok(Printer { format, columns, heading, text: String::new() })
    }

    /// The form it prints.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What stands before the first row.
    pub fn heading(&mut self) -> &[u8] {
        self.heading.as_bytes()
    }

    /// The rows of a batch.
    pub fn rows(&mut self, batch: &RecordBatch) -> Result<&[u8], BatchError> {
        self.text.clear();
        if batch.num_columns() != self.columns.len() {
            return Err(BatchError::new("a batch of other columns than the file's"));
        }
        let mut cell = String::new();
        for row in 0..batch.num_rows() {
            let mut first = true;
            if self.format == Format::JsonLines {
                self.text.push('{');
            }
            for ((name, form), array) in self.columns.iter().zip(batch.columns()) {
                let there = is_there(array.as_ref(), row);
                if self.format == Format::Csv {
                    if !std::mem::take(&mut first) {
                        self.text.push(',');
                    }
                    if there {
                        cell.clear();
                        flat(form, array.as_ref(), row, &mut cell);
                        csv_text(&cell, &mut self.text);
                    }
                } else if there {
                    if !std::mem::take(&mut first) {
                        self.text.push(',');
                    }
                    self.text.push_str(&name.json);
                    json(form, array.as_ref(), row, &mut self.text);
                }
            }
            self.text.push_str(if self.format == Format::JsonLines { "}\n" } else { "\n" });
        }
        Ok(self.text.as_bytes())
    }
}

/// How a field is printed.
fn form(field: &Field) -> Result<Form, BatchError> {
    Ok(match field.data_type() {
        DataType::Boolean => Form::YesNo,
        DataType::Date32 => Form::Day,
        DataType::Int64 => match field.metadata().get(CURRENCY).and_then(|code| Currency::parse(code)) {
            Some(currency) => Form::Money(currency),
            None => Form::Plain,
        },
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => Form::Plain,
        DataType::UInt32 | DataType::UInt64 | DataType::Float32 | DataType::Float64 => Form::Plain,
        DataType::Decimal128(..) | DataType::Null => Form::Plain,
        of if texts::is_text(of) => Form::Text,
        DataType::List(of) | DataType::LargeList(of) => Form::List(Box::new(form(of)?)),
        DataType::Struct(fields) if is_fraction(fields) => Form::Fraction,
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|f| Ok((Name::new(f.name()), form(f)?)));
            Form::Record(fields.collect::<Result<Vec<_>, BatchError>>()?)
        }
        other => {
            let name = field.name();
            return Err(BatchError::new(format!("`{name}` is {other}, which has no form in text"))
                .help("write Parquet or Arrow, or leave the column out: `--ignore`"));
        }
    })
}

fn is_fraction(fields: &Fields) -> bool {
    let names: Vec<&str> = fields.iter().map(|f| f.name().as_str()).collect();
    names == [ABOVE, BELOW]
}

fn is_there(array: &dyn Array, row: usize) -> bool {
    array.is_valid(row) && *array.data_type() != DataType::Null
}

/// A value in a cell of CSV: lists of texts with spaces between them, records as JSON.
fn flat(form: &Form, array: &dyn Array, row: usize, out: &mut String) {
    match form {
        Form::Text => out.push_str(texts::at(array, row).unwrap_or_default()),
        Form::Money(currency) => money(array, row, *currency, out),
        Form::Day => day(array, row, out),
        Form::Fraction => fraction(array, row, out),
        Form::List(of) if matches!(**of, Form::Text) => {
            let members = list(array, row);
            if members.is_empty() {
                out.push_str("[]");
            }
            for at in 0..members.len() {
                if at > 0 {
                    out.push(' ');
                }
                if is_there(members.as_ref(), at) {
                    flat(of, members.as_ref(), at, out);
                }
            }
        }
        Form::Plain | Form::YesNo | Form::List(_) | Form::Record(_) => json(form, array, row, out),
    }
}

fn json(form: &Form, array: &dyn Array, row: usize, out: &mut String) {
    match form {
        Form::Plain => plain(array, row, out),
        Form::YesNo => {
            let yes = array.as_boolean_opt().is_some_and(|a| a.value(row));
            out.push_str(if yes { "true" } else { "false" });
        }
        Form::Day => {
            out.push('"');
            day(array, row, out);
            out.push('"');
        }
        Form::Money(currency) => {
            out.push('"');
            money(array, row, *currency, out);
            out.push('"');
        }
        Form::Fraction => {
            out.push('"');
            fraction(array, row, out);
            out.push('"');
        }
        Form::Text => quote(texts::at(array, row).unwrap_or_default(), out),
        Form::List(of) => {
            let members = list(array, row);
            out.push('[');
            for at in 0..members.len() {
                if at > 0 {
                    out.push(',');
                }
                if is_there(members.as_ref(), at) {
                    json(of, members.as_ref(), at, out);
                } else {
                    out.push_str("null");
                }
            }
            out.push(']');
        }
        Form::Record(fields) => {
            out.push('{');
            let mut first = true;
            let columns = array.as_struct_opt().map(|a| a.columns()).unwrap_or_default();
            for ((name, form), column) in fields.iter().zip(columns) {
                if is_there(column.as_ref(), row) {
                    if !std::mem::take(&mut first) {
                        out.push(',');
                    }
                    out.push_str(&name.json);
                    json(form, column.as_ref(), row, out);
                }
            }
            out.push('}');
        }
    }
}

/// The members of a list.
fn list(array: &dyn Array, row: usize) -> arrow_array::ArrayRef {
    texts::list(array, row).unwrap_or_else(|| arrow_array::new_empty_array(&DataType::Null))
}

/// A number.
fn plain(array: &dyn Array, row: usize, out: &mut String) {
    fn put(value: impl Display, out: &mut String) {
        let _ = write!(out, "{value}");
    }
    macro_rules! number {
        ($($kind:ident => $primitive:ident),*) => {
            match array.data_type() {
                $(DataType::$kind => {
                    if let Some(array) = array.as_primitive_opt::<$primitive>() {
                        put(array.value(row), out);
                    }
                })*
                DataType::Decimal128(..) => {
                    if let Some(array) = array.as_primitive_opt::<Decimal128Type>() {
                        out.push_str(&array.value_as_string(row));
                    }
                }
                _ => {}
            }
        };
    }
    number!(
        Int8 => Int8Type, Int16 => Int16Type, Int32 => Int32Type, Int64 => Int64Type, UInt8 => UInt8Type,
        UInt16 => UInt16Type, UInt32 => UInt32Type, UInt64 => UInt64Type, Float32 => Float32Type,
        Float64 => Float64Type
    );
}

fn day(array: &dyn Array, row: usize, out: &mut String) {
    let number = array.as_primitive_opt::<Date32Type>().map_or(0, |a| a.value(row));
    match Date::from_day_number(number) {
        Some(day) => out.push_str(&day.to_string()),
        None => out.push_str(&format!("day {number}")),
    }
}

fn money(array: &dyn Array, row: usize, currency: Currency, out: &mut String) {
    let minor = array.as_primitive_opt::<Int64Type>().map_or(0, |a| a.value(row));
    decimal(minor, currency.decimals(), out);
    out.push(' ');
    out.push_str(currency.code());
}

/// Minor units as a decimal number.
fn decimal(minor: i64, decimals: u32, out: &mut String) {
    let scale = 10u64.checked_pow(decimals).unwrap_or(1);
    let (whole, part) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
    let sign = if minor < 0 { "-" } else { "" };
    let width = usize::try_from(decimals).unwrap_or(0);
    let _ = match width {
        0 => write!(out, "{sign}{whole}"),
        _ => write!(out, "{sign}{whole}.{part:0width$}"),
    };
}

fn fraction(array: &dyn Array, row: usize, out: &mut String) {
    let Some(fraction) = array.as_struct_opt() else { return };
    let part = |at: usize| fraction.columns().get(at).and_then(|c| c.as_primitive_opt::<Int64Type>());
    let part = |at: usize| part(at).map_or(0, |a| a.value(row));
    let _ = write!(out, "{}/{}", part(0), part(1));
}

/// A text in JSON.
fn quote(text: &str, out: &mut String) {
    match serde_json::to_string(text) {
        Ok(quoted) => out.push_str(&quoted),
        Err(_) => out.push_str("\"\""),
    }
}

/// A text in CSV: in quotes where it needs them, and where an empty text would read as none.
fn csv_text(text: &str, out: &mut String) {
    let plain = !text.is_empty() && !text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r'));
    if plain {
        out.push_str(text);
        return;
    }
    out.push('"');
    for piece in text.split_inclusive('"') {
        out.push_str(piece);
        if piece.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}
