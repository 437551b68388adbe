//! The columns of a question, derived from the program: what a file of claims may hold.

#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is not named here has no column, and is told so")]

use crate::{CurrencyOf, DecisionId, ExprId, ExprKind, GivenDef, NodeKind, PartyKey, Program, Ty, UnitOf};
use accord_core::columns::{Cell, Column, Given, Layout, OutCell, Output, Place, Rate};
use accord_core::{Country, Currency, Grain, HostFn, Outcome, RuleId, Value};
use std::collections::BTreeSet;

/// How deep records may stand in each other.
const DEPTH: usize = 8;

/// Most combinations of arguments of one decision that become columns.
const MOST_RESULTS: usize = 1024;

/// Most rules a result can name one by one.
const MOST_RULES: usize = 64;

/// The columns of a question: a column for each field of its facts by its dotted name, for each fact a legislation
/// declares by party and name, and for each exchange rate that is asked for. An error says what has no column.
pub fn layout(program: &Program, question: &str) -> Result<Layout, String> {
    let Some(asked) = program.questions.iter().find(|q| q.name == question) else {
        let known: Vec<&str> = program.questions.iter().map(|q| q.name.as_str()).collect();
        return Err(format!("there is no question `{question}`; there is {}", known.join(", ")));
    };
    let mut made = Making { program, columns: Vec::new() };
    let mut facts = Vec::new();
    for (index, fact) in program.facts.iter().enumerate() {
        let of_question = asked.facts.iter().any(|id| id.0 as usize == index);
        facts.push(if of_question {
            made.place(&fact.name, &fact.ty, fact.optional, DEPTH)?
        } else {
            Place::Elsewhere { name: fact.name.clone(), optional: fact.optional }
        });
    }
    let parties: BTreeSet<Country> = program.parties.iter().map(|p| p.country).collect();
    let given = made.given(&parties)?;
    let rates = made.rates(&parties);
    let optional = program.given.iter().filter(|g| g.optional).map(|g| (g.party, g.name.clone())).collect();
    let parties = parties.into_iter().collect();
    Ok(Layout { question: question.to_owned(), parties, columns: made.columns, facts, given, optional, rates })
}

/// The columns of results: these decisions of the question for each of the parties, or all that have a column where
/// no name is given. An error says what cannot be asked for.
pub fn outputs(
    program: &Program,
    layout: &Layout,
    parties: &[Country],
    names: &[String],
) -> Result<Vec<(DecisionId, Vec<Value>, Output)>, String> {
    let decides = program.questions.iter().find(|q| q.name == layout.question).map(|q| q.decides.as_slice());
    let mut all = Vec::new();
    for id in decides.unwrap_or_default() {
        let Some(decision) = program.decisions.get(id.0 as usize) else { continue };
        if !names.is_empty() && !names.contains(&decision.name) {
            continue;
        }
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        for param in &decision.params {
            let domain: Vec<Value> = match &param.ty {
                Ty::Country => parties.iter().copied().map(Value::Country).collect(),
                Ty::Member(member) => {
                    let members = program.enumeration(*member).map_or(0, |e| e.members.len());
                    (0..u16::try_from(members).unwrap_or(0)).map(|at| Value::Member(*member, at)).collect()
                }
                _ => Vec::new(),
            };
            let longer = |row: &Vec<Value>| {
                let row = row.clone();
                domain.iter().map(move |value| row.iter().cloned().chain([value.clone()]).collect()).collect::<Vec<_>>()
            };
            rows = rows.iter().flat_map(longer).collect();
        }
        let named = !names.is_empty();
        if rows.is_empty() || rows.len() > MOST_RESULTS {
            if named {
                return Err(format!("`{}` is asked for a day or a set, which has no column", decision.name));
            }
            continue;
        }
        for args in rows {
            match result(program, *id, &args) {
                Some(output) => all.push((*id, args, output)),
                None if named => return Err(format!("`{}` has no form as a column", decision.name)),
                None => {}
            }
        }
    }
    let undecided = |name: &&String| {
        let of_question = |id: &DecisionId| program.decisions.get(id.0 as usize).is_some_and(|d| &d.name == *name);
        !decides.unwrap_or_default().iter().any(of_question)
    };
    match names.iter().find(undecided) {
        Some(unknown) => Err(format!("the question `{}` does not decide `{unknown}`", layout.question)),
        None => Ok(all),
    }
}

/// The column of a decision asked with arguments.
fn result(program: &Program, id: DecisionId, args: &[Value]) -> Option<Output> {
    let decision = program.decisions.get(id.0 as usize)?;
    let cell = match &decision.ty {
        Ty::YesNo => OutCell::YesNo,
        Ty::Number => OutCell::Fraction,
        Ty::Date => OutCell::Date,
        Ty::Country => OutCell::Country,
        Ty::Member(member) => OutCell::Member(*member, program.enumeration(*member)?.members.clone()),
        Ty::Set(of) if **of == Ty::Country => OutCell::Countries,
        Ty::Money(currency) => {
            let party = decision.params.iter().zip(args).find_map(|(_, value)| match value {
                Value::Country(party) => Some(*party),
                _ => None,
            });
            OutCell::Money(currency_of(program, currency, party)?)
        }
        _ => return None,
    };
    let words: Vec<String> = args.iter().map(|value| word(program, value)).collect();
    let name =
        if words.is_empty() { decision.name.clone() } else { format!("{}({})", decision.name, words.join(", ")) };
    let rules: Vec<RuleId> = decision.rules.iter().copied().take(MOST_RULES).collect();
    Some(Output { name, cell, rules })
}

fn word(program: &Program, value: &Value) -> String {
    match value {
        Value::Country(party) => party.to_string(),
        Value::Member(id, at) => {
            let members = program.enumeration(*id).map(|e| e.members.as_slice()).unwrap_or_default();
            members.get(usize::from(*at)).cloned().unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Columns in the making.
struct Making<'p> {
    program: &'p Program,
    columns: Vec<Column>,
}

impl Making<'_> {
    fn place(&mut self, name: &str, ty: &Ty, optional: bool, depth: usize) -> Result<Place, String> {
        let record = match ty {
            Ty::Record(id) => self.program.record(*id),
            _ => None,
        };
        let Some(record) = record.filter(|_| depth > 0) else {
            let cell = self.cell(name, ty, None)?;
            return Ok(Place::Column(self.column(name.to_owned(), cell, optional)));
        };
        let mut fields = Vec::new();
        for ((field, ty), optional) in record.fields.iter().zip(&record.optional) {
            fields.push(self.place(&format!("{name}.{field}"), ty, *optional, depth - 1)?);
        }
        Ok(Place::Record { optional, fields })
    }

    fn column(&mut self, name: String, cell: Cell, optional: bool) -> usize {
        self.columns.push(Column { name, cell, optional });
        self.columns.len() - 1
    }

    fn given(&mut self, parties: &BTreeSet<Country>) -> Result<Vec<Given>, String> {
        let program = self.program;
        let mut given: Vec<Given> = Vec::new();
        for party in parties {
            for def in program.given.iter().filter(|g| g.party.is_none_or(|p| p == *party)) {
                let name = format!("{party}.{}", def.name);
                let cell = self.cell(&name, &def.ty, Some(*party))?;
                let GivenDef { name: declared, optional, .. } = def.clone();
                let column = self.column(name, cell, optional);
                given.push(Given { party: *party, name: declared, column });
            }
        }
        Ok(given)
    }

    /// A rate for each currency of a party that is brought into another.
    fn rates(&mut self, parties: &BTreeSet<Country>) -> Vec<Rate> {
        let program = self.program;
        let into: BTreeSet<Currency> = program
            .exprs
            .iter()
            .filter_map(|expr| match &expr.kind {
                ExprKind::Host(HostFn::InCommon, operands) => operands.get(1),
                _ => None,
            })
            .filter_map(|id| match program.expr(*id).map(|e| &e.kind) {
                Some(ExprKind::Const(Outcome::Value(Value::Text(code)))) => Currency::parse(code),
                _ => None,
            })
            .collect();
        let mut rates: Vec<Rate> = Vec::new();
        for into in into {
            let from: BTreeSet<Currency> = parties.iter().map(|p| currency(program, *p)).collect();
            for from in from.into_iter().filter(|from| *from != into) {
                let column = self.column(format!("rate.{from}.{into}"), Cell::Number, true);
                rates.push(Rate { from, into, column });
            }
        }
        rates
    }

    fn cell(&self, name: &str, ty: &Ty, party: Option<Country>) -> Result<Cell, String> {
        let program = self.program;
        let members =
            |id: &accord_core::EnumId| program.enumeration(*id).map(|e| e.members.clone()).unwrap_or_default();
        Ok(match ty {
            Ty::YesNo => Cell::YesNo,
            Ty::Number => Cell::Number,
            Ty::Country => Cell::Country,
            Ty::Member(id) => Cell::Member(*id, members(id)),
            Ty::Date => Cell::Date,
            Ty::Periods => Cell::Periods,
            Ty::Text => Cell::Text,
            Ty::Unit => Cell::Unit,
            Ty::Rounding => Cell::Rounding,
            Ty::Length(UnitOf::Fixed(unit)) => Cell::Length(Some(*unit)),
            Ty::Length(UnitOf::Of(_) | UnitOf::Any) => Cell::Length(None),
            Ty::Money(of) | Ty::Amount(of) => match currency_of(program, of, party) {
                Some(currency) => Cell::Money(currency),
                None => return Err(format!("`{name}` is money of no known currency, which has no column")),
            },
            Ty::Set(of) => match of.as_ref() {
                Ty::Country => Cell::Countries,
                Ty::Member(id) => Cell::Members(*id, members(id)),
                _ => return Err(format!("`{name}` is a set of something that has no column")),
            },
            Ty::List(of) => self.list(name, of, party)?,
            Ty::Record(_) | Ty::Span | Ty::Order | Ty::Ties | Ty::Never | Ty::Error => {
                return Err(format!("`{name}` has no form as a column"));
            }
        })
    }

    fn list(&self, name: &str, of: &Ty, party: Option<Country>) -> Result<Cell, String> {
        let Some(record) = (match of {
            Ty::Record(id) => self.program.record(*id),
            _ => None,
        }) else {
            return Err(format!("`{name}` is a list of something that has no column"));
        };
        if let ([(_, Ty::Set(key)), (_, Ty::Money(money))], Some(party)) = (record.fields.as_slice(), party)
            && **key == Ty::Country
        {
            let currency = currency_of(self.program, money, Some(party)).unwrap_or(currency(self.program, party));
            return Ok(Cell::Figures(currency));
        }
        let mut fields = Vec::new();
        for ((field, ty), optional) in record.fields.iter().zip(&record.optional) {
            let cell = self.cell(&format!("{name}.{field}"), ty, party)?;
            fields.push(Column { name: field.clone(), cell, optional: *optional });
        }
        Ok(Cell::Records(fields))
    }
}

/// The currency of a type of money, for a party where it depends on one.
fn currency_of(program: &Program, of: &CurrencyOf, party: Option<Country>) -> Option<Currency> {
    match of {
        CurrencyOf::Fixed(currency) => Some(*currency),
        CurrencyOf::Of(PartyKey::Const(party)) => Some(currency(program, *party)),
        CurrencyOf::Of(PartyKey::Var(..) | PartyKey::Unknown(_)) => party.map(|p| currency(program, p)),
        CurrencyOf::Common => program.common_currency,
        CurrencyOf::Any => party.map(|p| currency(program, p)).or(program.common_currency),
    }
}

/// The currency in which the amounts of a party are: that to which its legislation rounds; of a party without one, the
/// currency in which the agreement compares amounts, else the euro. A file in another is refused, so nothing is
/// silently taken for what it is not.
pub fn currency(program: &Program, party: Country) -> Currency {
    let cents = program.nodes.iter().find(|n| n.kind == NodeKind::Law && n.name == "law.cents");
    let stated = cents.and_then(|node| match &node.body {
        crate::Body::Expr(body) => rounding_of(program, *body, party),
        crate::Body::Decision(..) => None,
    });
    stated.or(program.common_currency).unwrap_or(Currency::EURO)
}

/// The currency of the first rounding that the dispatch of `law(P).cents` gives for a party.
fn rounding_of(program: &Program, mut at: ExprId, party: Country) -> Option<Currency> {
    while let Some(ExprKind::If(test, value, otherwise)) = program.expr(at).map(|e| &e.kind) {
        if names(program, *test, party)
            && let Some(ExprKind::Const(Outcome::Value(Value::Rounding(how)))) = program.expr(*value).map(|e| &e.kind)
            && let Grain::Money(currency, _) = &how.grain
        {
            return Some(*currency);
        }
        at = *otherwise;
    }
    None
}

/// Whether an expression names a party as a constant.
fn names(program: &Program, id: ExprId, party: Country) -> bool {
    match program.expr(id).map(|e| &e.kind) {
        Some(ExprKind::Const(Outcome::Value(Value::Country(named)))) => *named == party,
        Some(kind) => kind.children().into_iter().any(|child| names(program, child, party)),
        None => false,
    }
}
