//! What fills each column of a file, settled once for all rows.

use super::calendar::first_of;
use super::cells::{Cells, Store, Texts, Words};
use super::claim::{Branch, Habits};
use super::known::{Datum, FACTS, GIVEN, GROUPS, Group, Known, OTHER_GROUP, Row, Tell, known, told};
use super::stream::{Stream, purpose};
use super::world::{Scale, State, States, World, exchange, months_in, unit_of};
use accord_core::columns::{Cell, Column, Layout, Place};
use accord_core::{Country, Currency, Unit};

/// What is added to the purpose of a column to draw whether a required fact is missing.
const MISSING: u64 = 0x006D_6973_7369_6E67;

/// A column that is filled.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// Its name.
    pub name: String,
    /// What its random numbers are drawn for.
    purpose: u64,
    /// How a row knows what it holds; `None`: by what the column may hold.
    tell: Option<Tell>,
    /// For which branches.
    branches: &'static [Branch],
    /// The optional record it is a field of, and what that draws for.
    group: Option<(Group, u64)>,
    /// Whether it is a parameter that the agreement leaves open: the same for all.
    open: bool,
    /// How many columns with dates stand before it in that record.
    order: i32,
    /// Whether it is nothing where it is null.
    optional: bool,
    /// What it holds.
    cell: Cell,
    /// What money is worth in it.
    scale: Option<Scale>,
    /// The unit of lengths.
    unit: Unit,
    /// What it holds in every row.
    fixed: String,
    /// The words of its values.
    pub words: Words,
    /// The fields of a list.
    fields: Vec<Planned>,
}

/// Every column that is filled: those of all rows, and those of the rows that concern a party.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub columns: Vec<Planned>,
    /// Which of them are told of every row.
    pub common: Vec<usize>,
    /// Which are told where a party is concerned, by its position in the world.
    pub of_party: Vec<Vec<usize>>,
    /// Whether any holds periods, and what it is called.
    pub periods: Option<String>,
}

impl Plan {
    /// The plan of a layout.
    pub fn new(layout: &Layout, world: &World, habits: &Habits) -> Plan {
        let mut plan =
            Plan { columns: Vec::new(), common: Vec::new(), of_party: vec![Vec::new(); world.parties], periods: None };
        let groups = groups(layout);
        let mut dates = 0;
        for (at, column) in layout.columns.iter().enumerate() {
            if column.cell == Cell::Periods {
                plan.periods = Some(column.name.clone());
                continue;
            }
            let given = layout.given.iter().find(|g| g.column == at);
            let rate = layout.rates.iter().find(|r| r.column == at);
            let party = given.and_then(|g| world.party(g.party));
            if given.is_some() && party.is_none() {
                continue;
            }
            let mut planned = match given {
                Some(given) => Planned::new(column, known(GIVEN, &given.name), layout, world, Some(given.party)),
                None => Planned::new(column, known(FACTS, &column.name), layout, world, None),
            };
            planned.group = groups.iter().find(|(_, columns)| columns.contains(&at)).map(|(name, _)| group(name));
            dates = if planned.group.is_some() { dates } else { 0 };
            planned.order = dates;
            dates += i32::from(column.cell == Cell::Date);
            if let Some(rate) = rate {
                planned.tell = Some(|_, _| Some(Datum::Fixed));
                planned.fixed = exchange(rate.from, rate.into);
                let used = |g: &accord_core::columns::Given| {
                    world.party(g.party).is_some()
                        && layout.columns.get(g.column).is_some_and(|c| money(&c.cell) == Some(rate.from))
                };
                if !layout.given.iter().any(used) {
                    continue;
                }
            }
            // The facts of a claim are those of records; what stands by itself is a parameter of the agreement.
            planned.open = planned.tell.is_none() && given.is_none() && !column.name.contains('.');
            if planned.never(habits) {
                continue;
            }
            let of = party.and_then(|p| plan.of_party.get_mut(usize::from(p)));
            of.unwrap_or(&mut plan.common).push(plan.columns.len());
            plan.columns.push(planned);
        }
        plan
    }
}

impl Plan {
    /// What a column holds.
    pub fn form(&self, index: usize) -> Option<&Cell> {
        self.columns.get(index).map(|c| &c.cell)
    }
}

/// The optional records of a layout by their names, with the columns in each.
fn groups(layout: &Layout) -> Vec<(String, Vec<usize>)> {
    fn columns(place: &Place, all: &mut Vec<usize>) {
        match place {
            Place::Elsewhere { .. } => {}
            Place::Column(at) => all.push(*at),
            Place::Record { fields, .. } => fields.iter().for_each(|f| columns(f, all)),
        }
    }
    fn find(place: &Place, layout: &Layout, found: &mut Vec<(String, Vec<usize>)>) {
        let Place::Record { optional, fields } = place else { return };
        if !optional {
            fields.iter().for_each(|f| find(f, layout, found));
            return;
        }
        let mut all = Vec::new();
        columns(place, &mut all);
        let first = all.first().and_then(|at| layout.columns.get(*at)).map_or("", |c| c.name.as_str());
        let name = first.rsplit_once('.').map_or(first, |(record, _)| record);
        found.push((name.to_owned(), all));
    }
    let mut found = Vec::new();
    layout.facts.iter().for_each(|place| find(place, layout, &mut found));
    found
}

fn group(name: &str) -> (Group, u64) {
    let group = GROUPS.iter().find(|(known, ..)| *known == name).copied().unwrap_or(OTHER_GROUP);
    (group, purpose(name))
}

fn money(cell: &Cell) -> Option<Currency> {
    match cell {
        Cell::Money(currency) | Cell::Figures(currency) => Some(*currency),
        Cell::YesNo
        | Cell::Number
        | Cell::Country
        | Cell::Member(..)
        | Cell::Date
        | Cell::Length(_)
        | Cell::Countries
        | Cell::Members(..)
        | Cell::Records(_)
        | Cell::Periods
        | Cell::Text
        | Cell::Unit
        | Cell::Rounding => None,
    }
}

/// The currency of a party: that of its figures.
fn currency(layout: &Layout, party: Option<Country>) -> Currency {
    let of_party = layout.given.iter().filter(|g| Some(g.party) == party);
    let mut of_figures = of_party.filter_map(|g| money(&layout.columns.get(g.column)?.cell));
    of_figures.next().unwrap_or(Currency::EURO)
}

/// `half up to 0.01 EUR`, by the minor unit of the currency.
fn rounding(currency: Currency) -> String {
    match currency.decimals() {
        0 => format!("half up to 1 {currency}"),
        decimals => format!("half up to 0.{:0>1$} {currency}", 1, usize::try_from(decimals).unwrap_or(2)),
    }
}

impl Planned {
    fn new(column: &Column, known: Option<&Known>, layout: &Layout, world: &World, party: Option<Country>) -> Planned {
        let of = |field: &Column| {
            let name = format!("{}.{}", column.name, field.name);
            let known = super::known::known(FACTS, &name);
            let named = Column { name, ..field.clone() };
            Planned { name: field.name.clone(), ..Planned::new(&named, known, layout, world, party) }
        };
        let fields: Vec<Planned> = match &column.cell {
            Cell::Records(fields) => fields.iter().map(of).collect(),
            Cell::Figures(currency) => {
                let parties = Column { name: "parties".to_owned(), cell: Cell::Countries, optional: false };
                let figure = Column { name: "figure".to_owned(), cell: Cell::Money(*currency), optional: false };
                [parties, figure].iter().map(|c| Planned::new(c, None, layout, world, party)).collect()
            }
            _ => Vec::new(),
        };
        let fixed = if column.cell == Cell::Rounding { rounding(currency(layout, party)) } else { String::new() };
        let words = match &column.cell {
            Cell::Country | Cell::Countries => {
                let no_country = std::iter::once(super::NO_COUNTRY.to_owned());
                world.countries.iter().map(Country::to_string).chain(no_country).collect()
            }
            Cell::Member(_, members) | Cell::Members(_, members) => members.clone(),
            Cell::Unit => Unit::ALL.iter().map(|u| u.word().to_owned()).collect(),
            Cell::Rounding => vec![fixed.clone()],
            _ => Vec::new(),
        };
        let of_fields = fields.iter().map(|f| (f.name.clone(), f.words.clone())).collect();
        Planned {
            name: column.name.clone(),
            purpose: purpose(&column.name),
            tell: known.map(|(_, _, tell)| *tell),
            branches: known.map_or(&[], |(_, branches, _)| branches),
            group: None,
            open: false,
            order: 0,
            optional: column.optional,
            scale: money(&column.cell).map(Scale::of),
            unit: match &column.cell {
                Cell::Length(Some(unit)) => *unit,
                _ => party.map_or(Unit::Months, unit_of),
            },
            words: Words { words, fields: of_fields },
            fixed,
            cell: column.cell.clone(),
            fields,
        }
    }

    /// Whether it is null in every row: a fact of benefits that nobody claims, or of a form that nothing is known of.
    fn never(&self, habits: &Habits) -> bool {
        let claimed = || habits.benefits.iter().filter(|(.., weight)| *weight > 0).map(|(_, branch, _)| *branch);
        let of_group = self.group.is_none_or(|((_, branches, ..), _)| told(branches, claimed()));
        !of_group || !told(self.branches, claimed())
    }

    /// The last of its words: of countries, the one there is not.
    pub fn last_word(&self) -> u16 {
        u16::try_from(self.words.words.len().saturating_sub(1)).unwrap_or(0)
    }

    /// A column for it without rows; where days are to be damaged, they are texts.
    pub fn cells(&self, days_as_text: bool) -> Cells {
        let fields = || self.fields.iter().map(|f| f.cells(false)).collect();
        Cells::new(match &self.cell {
            Cell::YesNo => Store::Bits(Vec::new()),
            Cell::Date if days_as_text => Store::Texts(Texts::default()),
            Cell::Date => Store::Days(Vec::new()),
            Cell::Money(_) => Store::Minor(Vec::new()),
            Cell::Country | Cell::Member(..) | Cell::Unit | Cell::Rounding => Store::Words(Vec::new()),
            Cell::Number | Cell::Length(_) | Cell::Text | Cell::Periods => Store::Texts(Texts::default()),
            Cell::Countries | Cell::Members(..) => Store::Sets(Vec::new(), Vec::new()),
            Cell::Records(_) | Cell::Figures(_) => Store::Records(Vec::new(), fields()),
        })
    }

    /// Puts what a row holds into its column; `at` is the position of the row. What is not put is null.
    pub fn put(&self, row: &Row<'_>, draw: Draw, at: usize, cells: &mut Cells) {
        if !self.branches.is_empty() && !self.branches.contains(&row.claim.branch) {
            return;
        }
        if !self.optional && draw.missing > 0 {
            let mut missing = Stream::of(draw.seed, row.claim.row, self.purpose ^ MISSING);
            if missing.percent(draw.missing) {
                return;
            }
        }
        if let Some(((_, branches, percent, _), purpose)) = self.group {
            let of_branch = told(branches, std::iter::once(row.claim.branch));
            if !of_branch || !Stream::of(draw.seed, row.claim.row, purpose).percent(percent) {
                return;
            }
        }
        let stream = &mut Stream::of(draw.seed, row.claim.row, self.purpose.wrapping_add(row.item as u64));
        let datum = match self.tell {
            Some(tell) => tell(row, stream),
            None if self.open => self.settled(row.world),
            None if self.optional && !stream.percent(if self.group.is_some() { 30 } else { 2 }) => None,
            None => self.any(row, stream),
        };
        let Some(datum) = datum else { return };
        cells.pad(at);
        self.write(datum, row, draw, cells);
    }

    /// Something a column of its form may hold.
    fn any(&self, row: &Row<'_>, stream: &mut Stream) -> Option<Datum> {
        let claim = row.claim;
        Some(match &self.cell {
            Cell::YesNo => Datum::Yes(stream.percent(30)),
            Cell::Number => Datum::Whole(i64::from(stream.between(1, 40))),
            Cell::Country => Datum::State(if stream.percent(60) { claim.home } else { claim.residence }),
            Cell::Member(_, members) => {
                Datum::Member(u16::try_from(stream.below(u32::try_from(members.len()).ok()?)).ok()?)
            }
            // The dates of a record mostly stand in it in their order.
            Cell::Date => Datum::Day(match self.group {
                Some(((.., offset), _)) => claim.event + offset + self.order * 100 + stream.between(0, 60),
                None => claim.event - stream.between(0, 3_650),
            }),
            Cell::Money(_) => Datum::Cents(i64::from(stream.between(20_000, 150_000))),
            Cell::Length(_) => Datum::Months(i64::from(stream.between(6, 240))),
            Cell::Countries => {
                Datum::States(if stream.percent(50) { claim.concerned } else { States::one(claim.home) })
            }
            Cell::Members(..) | Cell::Records(_) => Datum::Items(0),
            Cell::Text => Datum::Numbered("text", stream.below(10_000)),
            Cell::Unit => Datum::Unit(self.unit),
            Cell::Rounding => Datum::Fixed,
            Cell::Figures(_) | Cell::Periods => return None,
        })
    }

    /// What a parameter is taken to be: it depends on its name alone.
    fn settled(&self, world: &World) -> Option<Datum> {
        const LONG_AGO: (i32, i32) = (1990, 1);
        let stream = &mut Stream::of(0, 0, self.purpose);
        Some(match &self.cell {
            Cell::YesNo => Datum::Yes(false),
            Cell::Date => Datum::Day(first_of(LONG_AGO.0, LONG_AGO.1)),
            Cell::Country => Datum::State(world.any_party(stream, States::default())),
            Cell::Countries => {
                let parties = (0..world.parties).filter_map(|at| State::try_from(at).ok());
                let some = parties.filter(|_| stream.percent(50));
                Datum::States(some.fold(States::default(), States::with))
            }
            Cell::Number => Datum::Whole(i64::from(stream.between(1, 12))),
            Cell::Money(_) => Datum::Cents(i64::from(stream.between(200, 1_200)) * 100),
            Cell::Length(_) => Datum::Months(i64::from(stream.between(1, 3)) * 12),
            Cell::Member(_, members) => {
                Datum::Member(u16::try_from(stream.below(u32::try_from(members.len()).ok()?)).ok()?)
            }
            Cell::Unit => Datum::Unit(self.unit),
            Cell::Rounding => Datum::Fixed,
            Cell::Text => Datum::Numbered("text", 1),
            Cell::Members(..) | Cell::Records(_) => Datum::Items(0),
            Cell::Figures(_) | Cell::Periods => return None,
        })
    }

    /// Writes a datum as the column wants it.
    fn write(&self, datum: Datum, row: &Row<'_>, draw: Draw, cells: &mut Cells) {
        let word = |at: usize| u16::try_from(at).ok();
        match datum {
            Datum::Yes(yes) => cells.bit(yes),
            Datum::Day(day) => cells.day(day),
            Datum::Cents(cents) => cells.minor(self.scale.map_or(cents, |scale| scale.minor(cents))),
            Datum::Member(member) => cells.word(member),
            Datum::Name(name) => {
                let at = self.words.words.iter().position(|w| w == name).and_then(word);
                at.into_iter().for_each(|at| cells.word(at));
            }
            Datum::State(state) => cells.word(u16::from(state)),
            Datum::States(states) => cells.set(states.iter().map(u16::from)),
            Datum::Whole(number) => cells.text(format_args!("{number}")),
            Datum::Percent(number) => cells.text(format_args!("{number} %")),
            Datum::Months(months) => {
                let count = months_in(self.unit, months);
                let unit = if count == 1 { self.unit.singular() } else { self.unit.word() };
                cells.text(format_args!("{count} {unit}"));
            }
            Datum::Unit(unit) => {
                let at = Unit::ALL.iter().position(|u| *u == unit).and_then(word);
                at.into_iter().for_each(|at| cells.word(at));
            }
            Datum::Fixed if self.cell == Cell::Rounding => cells.word(0),
            Datum::Fixed => cells.text(format_args!("{}", self.fixed)),
            Datum::Numbered(name, number) => cells.text(format_args!("{name} {number}")),
            Datum::Figure(states, cents) => {
                let before = cells.records();
                if let (Some(scale), [parties, figure]) = (self.scale, cells.fields()) {
                    parties.set(states.iter().map(u16::from));
                    figure.minor(scale.minor(cents));
                }
                cells.listed(before + 1);
            }
            Datum::Items(_) if self.fields.is_empty() => cells.set(std::iter::empty()),
            Datum::Items(count) => {
                let before = cells.records();
                for (field, column) in self.fields.iter().zip(cells.fields()) {
                    for item in 0..count {
                        let row = Row { item, ..*row };
                        field.put(&row, draw, before + item, column);
                    }
                }
                cells.listed(before + count);
            }
        }
    }
}

/// What random numbers of cells depend on beside the row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    pub seed: u64,
    /// Cells of a hundred that are missing, of those that should not be.
    pub missing: u32,
}
