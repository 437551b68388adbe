//! Reading JSON lines: an object a line, its fields by dotted names or one in the other, as a case has them.

use super::build::Build;
use super::columns::{self, Carried, Columns, ID};
use super::{BYTES, Bad, Builds, Damage, Decoder, Decoders, Feed, Opened, Portion, ROWS};
use crate::error::short;
use crate::{BatchError, parse};
use accord_core::Currency;
use accord_core::columns::{Cell, Layout};
use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

/// A line longer than this is a row that cannot be read.
const LINE: u64 = 16 << 20;

/// What a case has besides facts, which is nothing to a run over rows.
const HEADING: &[&str] =
    &["$schema", "name", "agreement", "question", "evidence", "source", "corrected", "note", "expect"];

/// Takes lines off.
struct Lines {
    read: BufReader<Box<dyn Read + Send>>,
    /// Those that were read ahead.
    ahead: Option<Vec<u8>>,
}

/// What is the same for every thread.
struct Known {
    layout: Layout,
    ignore: Vec<String>,
    columns: Columns,
    /// Where each name is put.
    targets: BTreeMap<String, Vec<Target>>,
    /// Names that others begin with: `claim`, `NL`.
    above: BTreeSet<String>,
    /// Of each column that is carried along, whether it holds whole numbers.
    whole: Vec<bool>,
}

struct JsonLines {
    known: Arc<Known>,
    builds: Builds,
    kept: Vec<Kept>,
    /// Which columns of this row are filled.
    filled: Vec<bool>,
    lines: Option<Vec<u8>>,
}

#[derive(Clone, Copy)]
enum Target {
    /// A column of the layout.
    Column(usize),
    /// A column that is carried along.
    Kept(usize),
}

/// A column that is carried along: whole numbers if the first row has one, else texts.
enum Kept {
    Whole(Int64Builder),
    Text(StringBuilder),
}

/// Reads the first lines ahead: the first says of what type the columns are that are carried along.
pub(super) fn open(read: Box<dyn Read + Send>, layout: &Layout, carried: &Carried) -> Result<Opened, BatchError> {
    let mut read = BufReader::with_capacity(1 << 18, read);
    let start = read.fill_buf().map_err(damaged)?;
    if start.starts_with(b"\xef\xbb\xbf") {
        read.consume(3);
    }
    let mut lines = Lines { read, ahead: None };
    lines.ahead = lines.some_more()?;
    let mut line = Vec::new();
    let _ = next_line(&mut lines.ahead.as_deref().unwrap_or_default(), &mut line)?;
    let first = serde_json::from_slice::<Json>(&line).unwrap_or(Json::Null);
    let mut names: Vec<String> = carried.keep.clone();
    if first.get(ID).is_some() && !names.iter().any(|n| n == ID) && !carried.ignore.iter().any(|n| n == ID) {
        names.insert(0, ID.to_owned());
    }
    let mut kinds = Vec::new();
    let mut fields = Vec::new();
    let mut targets: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        let whole = at_path(&first, name).is_some_and(Json::is_i64);
        kinds.push(whole);
        let of = if whole { DataType::Int64 } else { DataType::Utf8 };
        fields.push(Field::new(name, of, true));
        targets.entry(name.clone()).or_default().push(Target::Kept(at));
    }
    let mut above = BTreeSet::new();
    for (at, column) in layout.columns.iter().enumerate() {
        targets.entry(column.name.clone()).or_default().push(Target::Column(at));
        // A case may name a set of one by what is in it.
        let several = matches!(column.cell, Cell::Countries | Cell::Members(..) | Cell::Records(_));
        if let Some(one) = singular(&column.name).filter(|one| several && layout.position(one).is_none()) {
            targets.entry(one).or_default().push(Target::Column(at));
        }
        let ends = column.name.match_indices('.').filter_map(|(dot, _)| column.name.get(..dot));
        above.extend(ends.map(str::to_owned));
    }
    let mut builds = Builds::new(layout.columns.iter().map(|c| &c.cell));
    let known = super::schema_of(&mut builds, layout.columns.iter().map(|c| c.name.as_str()), layout)?;
    fields.extend(known.fields().iter().map(|f| f.as_ref().clone()));
    let columns = Columns::of_rows(names.len(), layout.columns.len(), Arc::new(Schema::new(fields)));
    let (layout, ignore) = (layout.clone(), carried.ignore.clone());
    let known = Arc::new(Known { layout, ignore, columns: columns.clone(), targets, above, whole: kinds });
    let decoders: Decoders = Arc::new(move || Box::new(JsonLines::new(known.clone())));
    Ok(Opened { columns, rows: None, feed: Box::new(lines), decoders })
}

impl Lines {
    /// Whole lines, each as long as it may be at most.
    fn some_more(&mut self) -> Result<Option<Vec<u8>>, BatchError> {
        let (mut lines, mut count) = (Vec::new(), 0);
        while count < ROWS && lines.len() < BYTES {
            let read = (&mut self.read).take(LINE).read_until(b'\n', &mut lines).map_err(damaged)?;
            if read == 0 {
                break;
            }
            if u64::try_from(read).unwrap_or(LINE) >= LINE && lines.last() != Some(&b'\n') {
                let _ = self.read.skip_until(b'\n').map_err(damaged)?;
                lines.push(b'\n');
            }
            count += 1;
        }
        Ok((count > 0).then_some(lines))
    }
}

impl Feed for Lines {
    fn next(&mut self) -> Result<Option<Portion>, BatchError> {
        let lines = match self.ahead.take() {
            Some(lines) => Some(lines),
            None => self.some_more()?,
        };
        Ok(lines.map(Portion::Lines))
    }
}

fn damaged(error: impl std::fmt::Display) -> BatchError {
    BatchError::new(short(&error.to_string()))
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    End,
    Line,
    /// Longer than [`LINE`]; what was read of it is of no use.
    Long,
}

/// The next line that holds something.
fn next_line(read: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Next, BatchError> {
    loop {
        line.clear();
        let count = (&mut *read).take(LINE).read_until(b'\n', line).map_err(damaged)?;
        if count == 0 {
            return Ok(Next::End);
        }
        if u64::try_from(count).unwrap_or(LINE) >= LINE && line.last() != Some(&b'\n') {
            line.clear();
            while !read.fill_buf().map_err(damaged)?.is_empty() {
                let count = (&mut *read).take(LINE).read_until(b'\n', line).map_err(damaged)?;
                let ended = line.last() == Some(&b'\n');
                line.clear();
                if ended || count == 0 {
                    break;
                }
            }
            return Ok(Next::Long);
        }
        if !line.iter().all(u8::is_ascii_whitespace) {
            return Ok(Next::Line);
        }
    }
}

/// `nationality` for `nationalities`, `branch` for `branches`, `act` for `acts`, as in a case.
fn singular(name: &str) -> Option<String> {
    if let Some(stem) = name.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    let hissing = ["ches", "shes", "sses", "xes"].iter().any(|end| name.ends_with(end));
    name.strip_suffix(if hissing { "es" } else { "s" }).map(str::to_owned)
}

/// A value by its dotted name, flat or nested.
fn at_path<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    if let Some(found) = json.get(name) {
        return Some(found);
    }
    let (first, rest) = name.split_once('.')?;
    at_path(json.get(first)?, rest)
}

impl Decoder for JsonLines {
    fn begin(&mut self, portion: Portion) -> Result<(), Damage> {
        self.lines = match portion {
            Portion::Lines(lines) => Some(lines),
            Portion::Batch(_) | Portion::Messages(_) | Portion::Groups(_) | Portion::Cells(_) => None,
        };
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(RecordBatch, Vec<Bad>)>, Damage> {
        let Some(lines) = self.lines.take() else { return Ok(None) };
        let (mut rest, mut line, mut count) = (lines.as_slice(), Vec::new(), 0u32);
        loop {
            match next_line(&mut rest, &mut line)? {
                Next::End => break,
                Next::Line => self.row(count, &line).map_err(|error| Damage { row: Some(u64::from(count)), error })?,
                Next::Long => self.unread(count, format!("the line is longer than {LINE} bytes")),
            }
            count += 1;
        }
        // Nothing but empty lines.
        if count == 0 {
            return Ok(None);
        }
        Ok(self.batch(count as usize).map(Some)?)
    }
}

impl JsonLines {
    fn new(known: Arc<Known>) -> JsonLines {
        let builds = Builds::new(known.layout.columns.iter().map(|c| &c.cell));
        let kept = known.whole.iter().map(|whole| match whole {
            true => Kept::Whole(Int64Builder::new()),
            false => Kept::Text(StringBuilder::new()),
        });
        let (kept, filled) = (kept.collect(), vec![false; known.layout.columns.len()]);
        JsonLines { known, builds, kept, filled, lines: None }
    }

    fn batch(&mut self, rows: usize) -> Result<(RecordBatch, Vec<Bad>), BatchError> {
        let kept = self.kept.iter_mut().map(|k| -> ArrayRef {
            match k {
                Kept::Whole(b) => Arc::new(b.finish()),
                Kept::Text(b) => Arc::new(b.finish()),
            }
        });
        super::batch(kept.collect(), &mut self.builds, &self.known.columns, rows)
    }

    /// A row of which nothing can be said but why.
    fn unread(&mut self, row: u32, said: String) {
        self.builds.builds.iter_mut().for_each(Build::null);
        self.kept.iter_mut().for_each(Kept::null);
        self.builds.bad.push(Bad { row, column: None, said });
    }

    fn row(&mut self, row: u32, line: &[u8]) -> Result<(), BatchError> {
        let object = match serde_json::from_slice::<Json>(line) {
            Ok(Json::Object(object)) => object,
            Ok(_) => {
                self.unread(row, "the line is not a JSON object".to_owned());
                return Ok(());
            }
            Err(error) => {
                let said = error.to_string();
                let said = said.split(" at line").next().unwrap_or_default();
                self.unread(row, format!("the line is not JSON: {}", short(said)));
                return Ok(());
            }
        };
        self.filled.fill(false);
        let mut keeping: Vec<Option<&Json>> = vec![None; self.kept.len()];
        let mut path = String::new();
        let known = self.known.clone();
        self.walk(&known, row, &object, &mut path, &mut keeping)?;
        for (build, filled) in self.builds.builds.iter_mut().zip(&self.filled) {
            if !filled {
                build.null();
            }
        }
        for (kept, value) in self.kept.iter_mut().zip(keeping) {
            let help = "write what is to be kept as texts in every row";
            kept.put(value).map_err(|why| BatchError::new(why).help(help))?;
        }
        Ok(())
    }

    /// Puts the fields of an object where they belong.
    fn walk<'j>(
        &mut self,
        known: &Known,
        row: u32,
        object: &'j Map<String, Json>,
        path: &mut String,
        keeping: &mut [Option<&'j Json>],
    ) -> Result<(), BatchError> {
        let depth = path.len();
        for (key, value) in object {
            // Facts that legislations declare stand under `given` in a case.
            let given = depth == 0 && key == "given";
            path.truncate(depth);
            if depth > 0 {
                path.push('.');
            }
            if !given {
                path.push_str(key);
            }
            if known.ignore.iter().any(|i| i == path) {
                continue;
            }
            let targets = known.targets.get(path.as_str()).map_or(&[] as &[Target], Vec::as_slice);
            for target in targets {
                match target {
                    Target::Column(at) => self.fill(row, *at, value),
                    Target::Kept(at) => {
                        if let Some(slot) = keeping.get_mut(*at) {
                            *slot = Some(value);
                        }
                    }
                }
            }
            if !targets.is_empty() {
                continue;
            }
            match value {
                Json::Object(rates) if path == "rates" => self.rates(row, rates),
                Json::Object(inner) if given || known.above.contains(path.as_str()) => {
                    self.walk(known, row, inner, path, keeping)?;
                }
                // A record that is not there: so are its fields.
                Json::Null if given || path == "rates" || known.above.contains(path.as_str()) => {}
                Json::String(question) if path == "question" && *question != known.layout.question => {
                    let said = format!("the row puts the question `{}`", short(question));
                    self.builds.bad.push(Bad { row, column: None, said });
                }
                _ if known.above.contains(path.as_str()) => {
                    let said = format!("{path}: {} is not an object", short(&value.to_string()));
                    self.builds.bad.push(Bad { row, column: None, said });
                }
                _ if depth == 0 && HEADING.contains(&key.as_str()) => {}
                _ => return Err(columns::unknown(&known.layout, path)),
            }
        }
        path.truncate(depth);
        Ok(())
    }

    fn fill(&mut self, row: u32, at: usize, value: &Json) {
        let Builds { builds, bad } = &mut self.builds;
        let (Some(build), Some(filled)) = (builds.get_mut(at), self.filled.get_mut(at)) else { return };
        let name = self.known.layout.columns.get(at).map_or("", |c| c.name.as_str());
        if std::mem::replace(filled, true) {
            bad.push(Bad { row, column: Some(at), said: format!("{name}: it stands there twice") });
        } else if let Err(why) = build.json(value) {
            bad.push(Bad { row, column: Some(at), said: format!("{name}: {why}") });
        }
    }

    /// As a case has them: `"rates": { "CVE": "0.00907 EUR" }`.
    fn rates(&mut self, row: u32, rates: &Map<String, Json>) {
        for (from, worth) in rates {
            let text = worth.as_str().unwrap_or_default();
            let read = text.split_once(char::is_whitespace).filter(|(_, into)| Currency::parse(into).is_some());
            let known = Currency::parse(from).is_some();
            let Some((number, into)) = read.filter(|_| known) else {
                let said = format!("rates: {}", parse::not(&worth.to_string(), &format!("what one {from} is worth")));
                self.builds.bad.push(Bad { row, column: None, said });
                continue;
            };
            // A rate that the question never asks for is no mistake.
            if let Some(at) = self.known.layout.position(&format!("rate.{from}.{into}")) {
                self.fill(row, at, &Json::String(number.to_owned()));
            }
        }
    }
}

impl Kept {
    fn null(&mut self) {
        match self {
            Kept::Whole(b) => b.append_null(),
            Kept::Text(b) => b.append_null(),
        }
    }

    fn put(&mut self, value: Option<&Json>) -> Result<(), String> {
        match (self, value) {
            (kept, None | Some(Json::Null)) => kept.null(),
            (Kept::Text(b), Some(Json::String(text))) => b.append_value(text),
            (Kept::Text(b), Some(other)) => b.append_value(other.to_string()),
            (Kept::Whole(b), Some(value)) => match value.as_i64() {
                Some(whole) => b.append_value(whole),
                None => return Err(format!("{} where the first row has a whole number", short(&value.to_string()))),
            },
        }
        Ok(())
    }
}
