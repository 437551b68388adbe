//! A row in the making: what is read of it, and what was made of it so far.

use super::alone::Alones;
use super::data::{Data, Key, OTHERS, Val};
use super::fold::{Limits, Merging, Record};
use super::number::Exact;
use super::periods::{Folded, Scanned, Selected, Selection, Swept};
use super::runs::{self, Plan};
use super::shared::{self, Meeting};
use super::stage::{Map, Stage};
use super::sweep::SWEEP_PARAMETERS;
use super::tag::{Names, Tag};
use super::word::{Bit, Code, Word, constant_memory};
use crate::CodegenError;
use accord_core::columns::{Cell, Column, Fill, Input, Layout, Part, Place, Shape};
use accord_core::{Country, Money, RuleId, Unit, Value as Constant};
use accord_ir::{ExprId, NodeId, Program};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, FuncRef, InstBuilder, SourceLoc, Type, Value, types};
use cranelift_module::{FuncId, Linkage, Module};
use std::collections::BTreeMap;
use std::rc::Rc;

/// More expressions than this are not lowered for one row: what is left over is for the general evaluator.
const MOST_EXPRESSIONS: usize = 400_000;

/// The size of a [`accord_core::columns::RawColumn`], and where its parts are.
const RAW_COLUMN: i64 = 24;
const RAW_VALUES: i32 = 0;
const RAW_VALID: i32 = 8;
const RAW_FIRST: i32 = 16;

/// Below this an amount is usual, in minor units: times a usual length it is in reach of the table of parts.
const USUAL_MONEY: i64 = 1 << 37;

/// What is made beside the rows: the columns that are read, the names of outcomes, the sweeps that are called.
#[derive(Default)]
pub(super) struct Beside {
    pub inputs: Vec<Input>,
    pub names: Names,
    pub sweeps: Vec<(Merging, FuncId)>,
    /// The functions that fold records by themselves.
    pub alones: Vec<Alones>,
    /// The function that reads bits, and the one that folds the periods of many rows, with what it folds.
    pub bits: Option<FuncId>,
    pub runs: Option<(FuncId, Vec<Plan>)>,
    /// The function that folds rows in which days are shared, with what it folds.
    pub shared: Option<(FuncId, Vec<Meeting>)>,
}

/// What a node came to: its outcome, and for a decision the rules that made it.
#[derive(Clone)]
pub(super) struct Answered {
    pub val: Val,
    pub rules: Vec<(RuleId, Bit)>,
}

/// A row in the making.
pub(super) struct Row<'p, 'f> {
    pub code: Code<'f>,
    pub program: &'p Program,
    pub layout: &'p Layout,
    pub shape: &'p Shape,
    pub names: &'f mut Names,
    /// What was folded, of whom at least.
    pub folds: Vec<(Limits, i64, Folded)>,
    pub selected: Vec<(Selection, Selected)>,
    pub swept: Vec<Swept>,
    pub memo: BTreeMap<(NodeId, Vec<Key>), Answered>,
    /// What expressions that read no local came to.
    pub closed: BTreeMap<ExprId, Val>,
    /// Whether expressions read no local.
    pub reads_none: BTreeMap<ExprId, bool>,
    pub left: usize,
    pub stage: Stage,
    /// Whether lists of records are read.
    lists: bool,
    inputs: &'f mut Vec<Input>,
    sweeps: &'f mut Vec<(Merging, FuncId)>,
    pub alones: &'f mut Vec<Alones>,
    bits: &'f mut Option<FuncId>,
    runs: &'f mut Option<(FuncId, Vec<Plan>)>,
    shared: &'f mut Option<(FuncId, Vec<Meeting>)>,
    pub module: &'f mut dyn Module,
    cols: Value,
    at: Value,
    /// A column whose member is known in this arm; without one it is null.
    key: Option<(usize, Option<u16>)>,
    scanned: Option<Option<Scanned>>,
    read: BTreeMap<usize, Val>,
    /// The kinds that each party's periods have, once somebody asked.
    pub kinds: Option<Word>,
    /// First and last days as functions that fold records by themselves gave them, and which of these it was: not all are
    /// used.
    pub edges: Vec<(usize, Value)>,
}

/// What a row is made of.
pub(super) struct Given<'p, 'f> {
    pub program: &'p Program,
    pub layout: &'p Layout,
    pub shape: &'p Shape,
    pub cols: Value,
    pub at: Value,
    pub stage: Stage,
    pub lists: bool,
    pub beside: &'f mut Beside,
    pub module: &'f mut dyn Module,
}

impl<'p, 'f> Row<'p, 'f> {
    pub fn new(code: Code<'f>, given: Given<'p, 'f>) -> Row<'p, 'f> {
        let Given { program, layout, shape, cols, at, stage, lists, beside, module } = given;
        let Beside { inputs, names, sweeps, alones, bits, runs, shared } = beside;
        Row {
            code,
            program,
            layout,
            shape,
            names,
            folds: Vec::new(),
            selected: Vec::new(),
            swept: Vec::new(),
            memo: BTreeMap::new(),
            closed: BTreeMap::new(),
            reads_none: BTreeMap::new(),
            left: MOST_EXPRESSIONS,
            stage,
            lists,
            inputs,
            sweeps,
            alones,
            bits,
            runs,
            shared,
            module,
            cols,
            at,
            key: None,
            scanned: None,
            read: BTreeMap::new(),
            kinds: None,
            edges: Vec::new(),
        }
    }

    /// Forgets what was made, for another arm. Rows that are not as it takes them to be go on at `bail`, where there is
    /// such a place; `scanned` is what is known of the record.
    pub fn arm(&mut self, key: Option<(usize, Option<u16>)>, bail: Option<Block>, scanned: Option<Scanned>) {
        self.key = key;
        self.code.bail = bail;
        self.code.nonzero.clear();
        self.code.slots.free();
        self.folds.clear();
        self.selected.clear();
        self.swept.clear();
        self.memo.clear();
        self.closed.clear();
        self.scanned = scanned.map(Some);
        self.read.clear();
        self.kinds = None;
        self.stage.arm();
    }

    /// How many parties native code knows.
    pub fn parties(&self) -> usize {
        self.shape.parties.len()
    }

    /// The position of a party, where native code knows it.
    pub fn party(&self, country: Country) -> Option<usize> {
        self.shape.parties.iter().position(|p| *p == country)
    }

    /// The code that follows is that of this expression.
    pub fn mark(&mut self, expr: u32) {
        self.code.build.set_srcloc(SourceLoc::new(expr));
    }

    /// The sweep that decides in this way, to be called here.
    pub fn sweep_of(&mut self, how: Merging) -> FuncRef {
        let id = self.sweep(how);
        self.declared(id)
    }

    /// The sweep that decides in this way.
    pub fn sweep(&mut self, how: Merging) -> FuncId {
        let known = self.sweeps.iter().find(|(h, _)| *h == how).map(|(_, id)| *id);
        let id = match known {
            Some(id) => Some(id),
            None => {
                let name = format!("sweep.{}", self.sweeps.len());
                let signature = sweep_signature(&*self.module);
                let id = self.module.declare_function(&name, Linkage::Local, &signature).ok();
                self.sweeps.extend(id.map(|id| (how, id)));
                id
            }
        };
        // A name that was not declared before is never refused.
        id.unwrap_or(FuncId::from_u32(0))
    }

    /// The function that reads bits: see [`Code::bits`].
    pub fn bits_function(&mut self) -> FuncId {
        if let Some(id) = *self.bits {
            return id;
        }
        let signature = bits_signature(&*self.module);
        // A name that was not declared before is never refused.
        let id = self.module.declare_function("bits", Linkage::Local, &signature);
        let id = id.unwrap_or(FuncId::from_u32(0));
        *self.bits = Some(id);
        id
    }

    /// The function that folds the periods of many rows.
    pub fn runs_function(&mut self, plans: Vec<Plan>) -> Option<FuncId> {
        let signature = runs_signature(&*self.module, &plans);
        let id = self.module.declare_function("runs", Linkage::Local, &signature).ok()?;
        *self.runs = Some((id, plans));
        Some(id)
    }

    /// The function that folds rows in which days are shared.
    pub fn shared_function(&mut self) -> FuncId {
        if let Some((id, _)) = self.shared {
            return *id;
        }
        let signature = shared_signature(&*self.module);
        // A name that was not declared before is never refused.
        let id = self.module.declare_function("shared", Linkage::Local, &signature);
        let id = id.unwrap_or(FuncId::from_u32(0));
        *self.shared = Some((id, Vec::new()));
        id
    }

    /// What that function folds.
    pub fn shares(&mut self, meetings: Vec<Meeting>) {
        if let Some((_, known)) = self.shared {
            *known = meetings;
        }
    }

    /// A function of the module, to be called here.
    pub fn declared(&mut self, id: FuncId) -> FuncRef {
        self.module.declare_func_in_func(id, self.code.build.func)
    }

    /// From here on code is about the row at this position.
    pub fn at_row(&mut self, at: Value) {
        self.at = at;
    }

    /// Where a bitmap is, and the position of the row in it.
    pub fn map_place(&mut self, map: Map) -> (Value, Value) {
        let raw = self.input(map.column, map.part);
        let pointer = self.pointer(raw, if map.valid { RAW_VALID } else { RAW_VALUES });
        (pointer, self.position(raw))
    }

    /// Where what a column holds in the row is; the size is that of a value.
    pub fn column_place(&mut self, column: usize, part: Part, size: i64) -> Value {
        let raw = self.input(column, part);
        let (values, at) = (self.pointer(raw, RAW_VALUES), self.position(raw));
        self.code.element(values, Word::Run(at), size)
    }

    /// Where the parts of periods begin.
    pub fn pieces(&mut self, column: usize) -> [Value; 5] {
        [(Part::From, 4), (Part::To, 4), (Part::Party, 1), (Part::Kind, 1), (Part::Quality, 1)]
            .map(|(part, size)| self.part_place(column, part, size))
    }

    /// Where a part begins that holds what several rows have.
    pub fn part_place(&mut self, column: usize, part: Part, size: i64) -> Value {
        let raw = self.input(column, part);
        let (values, first) = (self.pointer(raw, RAW_VALUES), self.pointer(raw, RAW_FIRST));
        self.code.element(values, Word::Run(first), size)
    }

    /// The address of what is said of an input.
    fn input(&mut self, column: usize, part: Part) -> Value {
        let wanted = Input { column, part };
        let at = match self.inputs.iter().position(|input| *input == wanted) {
            Some(at) => at,
            None => {
                self.inputs.push(wanted);
                self.inputs.len() - 1
            }
        };
        let offset = i64::try_from(at).unwrap_or(0) * RAW_COLUMN;
        if offset == 0 { self.cols } else { self.code.build.ins().iadd_imm_s(self.cols, offset) }
    }

    fn pointer(&mut self, raw: Value, offset: i32) -> Value {
        self.code.build.ins().load(types::I64, constant_memory(), raw, offset)
    }

    /// The position of this row in an input.
    fn position(&mut self, raw: Value) -> Value {
        let first = self.pointer(raw, RAW_FIRST);
        self.code.build.ins().iadd(first, self.at)
    }

    /// Whether an input holds something in this row.
    fn is_there(&mut self, column: usize, part: Part) -> Bit {
        if let Some((_, member)) = self.key.filter(|(key, _)| *key == column) {
            return Bit::Known(member.is_some());
        }
        match self.shape.fills.get(column) {
            Some(Fill::Absent) => return Bit::Known(false),
            Some(Fill::Dense | Fill::Constant(_)) => return Bit::Known(true),
            Some(Fill::Sparse | Fill::Mixed) | None => {}
        }
        let map = Map { column, part, valid: true };
        let sparse = self.shape.fills.get(column) == Some(&Fill::Sparse);
        if !sparse && self.granted(map) {
            return Bit::Known(true);
        }
        let there = self.map_bit(map);
        let null = self.code.not(there);
        if !sparse && self.code.bail_if(null) { Bit::Known(true) } else { there }
    }

    fn scalar(&mut self, column: usize, part: Part, ty: Type, signed: bool) -> Word {
        let raw = self.input(column, part);
        let (values, at) = (self.pointer(raw, RAW_VALUES), self.position(raw));
        let address = self.code.element(values, Word::Run(at), i64::from(ty.bytes()));
        self.code.read(ty, signed, address, 0)
    }

    /// A number in a column. Code for rows without anything unusual takes it to be below what is usual; where there is
    /// none it is 0, whatever the column holds.
    fn number(&mut self, column: usize, tag: Tag, (least, most): (i64, i64), usual: i64) -> Exact {
        let found = self.scalar(column, Part::Values, types::I64, true);
        let there = self.code.is_value(tag);
        let found = self.code.select(there, found, Word::Known(0));
        if self.code.bail.is_none() {
            return Exact::whole(found, least, most);
        }
        let unusual = self.code.test(IntCC::UnsignedGreaterThanOrEqual, found, Word::Known(usual));
        self.code.bail_if(unusual);
        Exact::whole(found, 0, usual - 1)
    }

    /// Whether a column of scalars holds something in this row.
    pub fn is_column_there(&mut self, column: usize) -> Bit {
        self.is_there(column, Part::Values)
    }

    /// The member that a column holds, where it holds one.
    pub fn member(&mut self, column: usize) -> Word {
        self.scalar(column, Part::Values, types::I8, false)
    }

    /// The day that a column of days holds; where there is none, any.
    pub fn day(&mut self, column: usize) -> Word {
        let day = self.scalar(column, Part::Values, types::I32, true);
        self.code.is_of(day, column);
        day
    }

    /// What a column holds in this row.
    pub fn column(&mut self, at: usize) -> Val {
        if let Some(known) = self.read.get(&at) {
            return known.clone();
        }
        let layout = self.layout;
        let Some(column) = layout.columns.get(at) else { return Val::open() };
        let val = self.read_column(at, column);
        self.read.insert(at, val.clone());
        val
    }

    fn read_column(&mut self, at: usize, column: &Column) -> Val {
        if column.cell == Cell::Periods {
            if self.is_there(at, Part::Offsets) == Bit::Known(false) {
                return Val::new(self.names.missing(&column.name), Data::Void);
            }
            return self.record();
        }
        let there = self.is_there(at, Part::Values);
        let otherwise = if there == Bit::Known(true) {
            Tag::value()
        } else if column.optional {
            Tag::known(super::tag::NOTHING)
        } else {
            let name = self.missing_name(at, column);
            self.names.missing(&name)
        };
        let tag = self.code.select_tag(there, Tag::value(), otherwise);
        if tag.never_value() {
            return Val::new(tag, Data::Void);
        }
        let constant = match (self.key, self.shape.fills.get(at)) {
            (Some((key, Some(member))), _) if key == at => Some(Word::Known(i64::from(member))),
            (_, Some(Fill::Constant(code))) => Some(Word::Known(i64::from(*code))),
            _ => None,
        };
        let data = match &column.cell {
            Cell::YesNo => {
                let bit = self.map_bit(Map { column: at, part: Part::Values, valid: false });
                return self.code.yes_no(tag, bit);
            }
            Cell::Country => {
                Data::Country(constant.unwrap_or_else(|| self.scalar(at, Part::Values, types::I16, false)))
            }
            Cell::Member(id, _) => {
                Data::Member(*id, constant.unwrap_or_else(|| self.scalar(at, Part::Values, types::I8, false)))
            }
            Cell::Date => Data::Date(self.day(at)),
            Cell::Money(currency) => {
                let limits = (-Money::LIMIT, Money::LIMIT);
                Data::Amount(*currency, self.number(at, tag, limits, USUAL_MONEY))
            }
            Cell::Length(Some(unit)) => {
                let count = self.number(at, tag, (0, 1 << 40), usual_length(*unit));
                Data::Length(*unit, count, count)
            }
            Cell::Length(None) => {
                let count = self.scalar(at, Part::Values, types::I64, true);
                Data::AnyLength(count, self.scalar(at, Part::Unit, types::I8, false))
            }
            Cell::Countries => Data::Parties(self.scalar(at, Part::Values, types::I64, false)),
            Cell::Members(id, _) => Data::Members(*id, self.scalar(at, Part::Values, types::I64, false)),
            Cell::Records(_) if self.lists => Data::List(at),
            // A unit is known while code is made or not at all.
            Cell::Unit => self.only_unit(at).map_or(Data::Void, |unit| Data::Known(Constant::Unit(unit))),
            Cell::Records(_) | Cell::Number | Cell::Figures(_) | Cell::Periods | Cell::Text | Cell::Rounding => {
                Data::Void
            }
        };
        Val::new(tag, data)
    }

    /// The unit that a column holds wherever it holds one.
    fn only_unit(&self, at: usize) -> Option<Unit> {
        let mut units = self.shape.members.get(&at)?.iter();
        let unit = Unit::ALL.get(usize::from(*units.next()?)).copied()?;
        units.next().is_none().then_some(unit)
    }

    /// What a column is called where it is missing: `entitled of NL` for a fact that a legislation declares.
    fn missing_name(&self, at: usize, column: &Column) -> String {
        let given = self.layout.given.iter().find(|g| g.column == at);
        given.map_or_else(|| column.name.clone(), |g| format!("{} of {}", g.name, g.party))
    }

    /// Where a path of positions leads from a fact.
    fn place(&self, path: &[usize]) -> Option<&'p Place> {
        let (fact, fields) = path.split_first()?;
        let mut place = self.layout.facts.get(*fact)?;
        for field in fields {
            let Place::Record { fields, .. } = place else { return None };
            place = fields.get(*field)?;
        }
        Some(place)
    }

    /// What stands in a place of the facts.
    pub fn fact(&mut self, path: &[usize]) -> Val {
        match self.place(path) {
            None => Val::open(),
            Some(Place::Elsewhere { optional: true, .. }) => Val::new(Tag::known(super::tag::NOTHING), Data::Void),
            Some(Place::Elsewhere { name, .. }) => Val::new(self.names.missing(name), Data::Void),
            Some(Place::Column(at)) => self.column(*at),
            Some(place @ Place::Record { optional, .. }) => {
                let given = if *optional { self.any_given(place) } else { Bit::Known(true) };
                let tag = self.code.select_tag(given, Tag::value(), Tag::known(super::tag::NOTHING));
                Val::new(tag, Data::Record(Rc::from(path)))
            }
        }
    }

    /// Whether any column of a place holds something.
    fn any_given(&mut self, place: &Place) -> Bit {
        match place {
            Place::Elsewhere { .. } => Bit::Known(false),
            Place::Column(at) => {
                let is_periods = self.layout.columns.get(*at).is_some_and(|c| c.cell == Cell::Periods);
                let part = if is_periods { Part::Offsets } else { Part::Values };
                self.is_there(*at, part)
            }
            Place::Record { fields, .. } => fields.iter().fold(Bit::Known(false), |any, field| {
                let one = self.any_given(field);
                self.code.or(any, one)
            }),
        }
    }

    /// The parties that hold a period, once the record was read.
    pub fn scanned_parties(&self) -> Option<Word> {
        self.scanned.flatten().map(|scanned| scanned.parties)
    }

    /// The record of periods, read once.
    pub fn scanned(&mut self) -> Option<Scanned> {
        if let Some(known) = self.scanned {
            return known;
        }
        let found = self.scan();
        self.scanned = Some(found);
        found
    }

    fn scan(&mut self) -> Option<Scanned> {
        let scanned = self.record_of_row()?;
        let (parties, odd) = self.code.scan(&scanned.record);
        let tag = self.code.unless(scanned.tag, odd, Tag::open());
        Some(Scanned { parties, tag, ..scanned })
    }

    /// The record of periods, not looked at.
    pub fn record_of_row(&mut self) -> Option<Scanned> {
        let column = self.layout.columns.iter().position(|c| c.cell == Cell::Periods)?;
        if self.parties() > 16 {
            return None;
        }
        let there = self.is_there(column, Part::Offsets);
        let name = self.layout.columns.get(column).map_or("", |c| c.name.as_str());
        let missing = self.names.missing(name);
        let tag = self.code.select_tag(there, Tag::value(), missing);
        if tag.never_value() {
            return None;
        }
        let address = self.column_place(column, Part::Offsets, 4);
        let (begin, end) = (self.code.read(types::I32, true, address, 0), self.code.read(types::I32, true, address, 4));
        // A record that is not there has no periods, whatever its offsets say.
        let end = self.code.select(there, end, begin);
        let (begin, end) = (self.code.value(begin), self.code.value(end));
        let [from, to, party, kind, quality] = self.pieces(column);
        let record = Record { begin, end, from, to, party, kind, quality };
        Some(Scanned { record, parties: Word::Known(0), tag, staged: false })
    }

    /// A constant.
    pub fn constant(&mut self, value: &Constant) -> Data {
        match value {
            Constant::YesNo(yes) => Data::YesNo(Bit::Known(*yes)),
            Constant::Number(number) => {
                let written = match &number.written {
                    Some((above, below)) => match (Exact::constant(above), Exact::constant(below)) {
                        (Some(above), Some(below)) => Some((above, below)),
                        _ => return Data::Void,
                    },
                    None => None,
                };
                Exact::constant(&number.value).map_or(Data::Void, |n| Data::Number(n, written))
            }
            Constant::Country(country) => match self.party(*country) {
                Some(at) => Data::Country(Word::Known(i64::try_from(at).unwrap_or(0))),
                None => Data::Known(value.clone()),
            },
            Constant::Member(id, at) => Data::Member(*id, Word::Known(i64::from(*at))),
            Constant::Date(day) => Data::Date(Word::Known(i64::from(day.day_number()))),
            Constant::Span(span) => Data::Span(
                Word::Known(i64::from(span.first.day_number())),
                Word::Known(i64::from(span.last.day_number())),
            ),
            Constant::Length(length) => match (Exact::constant(&length.counted), Exact::constant(&length.exact)) {
                (Some(counted), Some(exact)) => Data::Length(length.unit, counted, exact),
                _ => Data::Void,
            },
            Constant::Money(money) => Data::Amount(money.currency, Exact::known(money.minor, 1)),
            Constant::Amount(amount) => {
                let scale = 10_i64.checked_pow(amount.currency.decimals());
                match (Exact::constant(&amount.value), scale) {
                    (Some(major), Some(scale)) => {
                        let (minor, _) = self.code.times(major, Exact::known(scale, 1));
                        Data::Amount(amount.currency, minor)
                    }
                    _ => Data::Void,
                }
            }
            Constant::Set(set) => self.constant_set(set.iter()).unwrap_or_else(|| Data::Known(value.clone())),
            Constant::List(_)
            | Constant::Periods(_)
            | Constant::Rounding(_)
            | Constant::Unit(_)
            | Constant::Text(_)
            | Constant::Record(_)
            | Constant::Order(_)
            | Constant::Ties(_) => Data::Known(value.clone()),
        }
    }

    fn constant_set<'v>(&self, members: impl Iterator<Item = &'v Constant>) -> Option<Data> {
        let mut mask = 0_i64;
        let mut kind = None;
        for member in members {
            match member {
                Constant::Country(country) if kind.is_none() || kind == Some(None) => {
                    kind = Some(None);
                    mask |= self.party(*country).map_or(OTHERS, |at| 1 << at);
                }
                Constant::Member(id, at) if *at < 63 && (kind.is_none() || kind == Some(Some(*id))) => {
                    kind = Some(Some(*id));
                    mask |= 1 << at;
                }
                _ => return None,
            }
        }
        match kind? {
            None => Some(Data::Parties(Word::Known(mask))),
            Some(id) => Some(Data::Members(id, Word::Known(mask))),
        }
    }
}

/// The signature of a sweep.
pub(super) fn sweep_signature(module: &dyn Module) -> cranelift_codegen::ir::Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..SWEEP_PARAMETERS).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// The signature of the function that reads bits.
pub(super) fn bits_signature(module: &dyn Module) -> cranelift_codegen::ir::Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..3).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// The signature of the function that folds the periods of many rows.
pub(super) fn runs_signature(module: &dyn Module, plans: &[Plan]) -> cranelift_codegen::ir::Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..runs::parameters(plans)).map(|_| AbiParam::new(types::I64)));
    signature
}

/// The signature of the function that folds rows in which days are shared.
pub(super) fn shared_signature(module: &dyn Module) -> cranelift_codegen::ir::Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..shared::PARAMETERS).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// An expression that the program refers to and does not have.
pub(super) fn missing(what: impl std::fmt::Display) -> CodegenError {
    CodegenError::missing(what)
}

/// Below this a length of a unit is usual: a life counted in it, and of long units what has a place in the table of
/// parts.
fn usual_length(unit: Unit) -> i64 {
    match unit {
        Unit::Years | Unit::Quarters | Unit::Months => 1 << 12,
        Unit::Weeks | Unit::Days | Unit::Days5 | Unit::Days6 | Unit::Days7 | Unit::Hours => 1 << 20,
    }
}
