//! What a file of claims looks like to Arrow: derived from the layout of a question.

use accord_core::columns::{Cell, Column, Layout};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use std::collections::HashMap;
use std::sync::Arc;

/// The key of the metadata that names the currency of a column of money.
pub const CURRENCY: &str = "currency";

/// The standard form of a file of claims: a field for each column of the layout. What is read may differ in how texts
/// and lists are kept, and may lack fields.
pub fn of(layout: &Layout) -> SchemaRef {
    Arc::new(Schema::new(layout.columns.iter().map(field).collect::<Vec<Field>>()))
}

/// The standard form of one column.
pub fn field(column: &Column) -> Field {
    let field = Field::new(&column.name, data_type(&column.cell), true);
    match &column.cell {
        Cell::Money(currency) => field.with_metadata(currency_of(currency.code())),
        _ => field,
    }
}

/// A field of money.
pub(crate) fn money(name: &str, currency: &str) -> Field {
    Field::new(name, DataType::Int64, true).with_metadata(currency_of(currency))
}

fn currency_of(code: &str) -> HashMap<String, String> {
    HashMap::from([(CURRENCY.to_owned(), code.to_owned())])
}

/// Texts of which few differ: keys of this type and a dictionary.
pub(crate) fn dictionary(key: DataType) -> DataType {
    DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8))
}

/// Members of so many words: by the smallest key that can number them.
pub(crate) fn members(count: usize) -> DataType {
    dictionary(if count < 256 { DataType::UInt8 } else { DataType::UInt16 })
}

fn list(of: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(of, true)))
}

/// The standard form of what a column holds.
pub fn data_type(cell: &Cell) -> DataType {
    match cell {
        Cell::YesNo => DataType::Boolean,
        Cell::Country => dictionary(DataType::UInt16),
        Cell::Member(_, words) => members(words.len()),
        Cell::Date => DataType::Date32,
        Cell::Money(_) => DataType::Int64,
        Cell::Countries | Cell::Members(..) => list(DataType::Utf8),
        Cell::Records(fields) => list(DataType::Struct(fields.iter().map(field).collect())),
        Cell::Figures(currency) => {
            let parties = Field::new("parties", list(DataType::Utf8), true);
            list(DataType::Struct(Fields::from(vec![parties, money("figure", currency.code())])))
        }
        Cell::Periods => list(DataType::Struct(period_fields())),
        Cell::Unit | Cell::Rounding => dictionary(DataType::UInt8),
        Cell::Number | Cell::Length(_) | Cell::Text => DataType::Utf8,
    }
}

/// The fields of a period, in the order of [`accord_core::columns::PERIOD_FIELDS`]. The party is one of an agreement's,
/// so few words are enough for it. An amount is text, so that it is exact: `104`, `12.5`, with its unit beside it or in
/// it (`104 quarters`).
pub fn period_fields() -> Fields {
    let word = || dictionary(DataType::UInt8);
    Fields::from(vec![
        Field::new("party", word(), true),
        Field::new("scheme", DataType::Utf8, true),
        Field::new("kind", word(), true),
        Field::new("quality", word(), true),
        Field::new("from", DataType::Date32, true),
        Field::new("to", DataType::Date32, true),
        Field::new("amount", DataType::Utf8, true),
        Field::new("unit", word(), true),
        Field::new("year", DataType::Int32, true),
    ])
}
