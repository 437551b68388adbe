//! Libraries made ahead of time, called as others call them: from C and from Python. Their answers are those of the
//! cases and of the interpreter.

use accord_analysis::case::{Case, Want};
use accord_cli::Loaded;
use accord_cli::examine::{examine, on_deep_stack};
use accord_codegen::COINCIDING;
use accord_core::columns::{Cell, Layout, ODD, OutCell, Output, Place, Shape, whole_length};
use accord_core::{Answer, Country, Extent, Facts, GivenKey, Kind, Number, Outcome, Periods, Quality, Value};
use accord_interp::Interp;
use accord_ir::{DecisionId, Program, Verified};
use accord_tests::{Ran, accord, at, scratch};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn run(arguments: &[&str]) -> Ran {
    accord(arguments.iter().copied())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn folder(name: &str) -> PathBuf {
    scratch(&format!("native-{name}")).expect("a folder")
}

/// Builds a library; what is asked for stands in `more`.
fn library(from: &Path, out: &Path, more: &[&str]) {
    let (from, out) = (shown(from), shown(out));
    let fixed = ["build", &from, "--native", "-o", &out];
    let ran = run(&[&fixed, more].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

/// Whether a program is on this machine; without it the part that needs it says so.
fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success());
    if !there {
        eprintln!("note: `{program}` is not on this machine: what it calls was not tried");
    }
    there
}

/// What a program prints; it must end well.
fn printed(command: &mut Command) -> String {
    let done = command.output().expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}: {out}{err}");
    assert!(err.is_empty(), "{command:?}: {err}");
    out.into_owned()
}

/// Work over the shipped NL-CV.
fn with_nl_cv<T: Send>(work: impl FnOnce(&Verified, &[Case]) -> T + Send) -> T {
    let loaded = Loaded::from_paths(&[at("agreements/nl-cv")]).expect("read");
    let worked = on_deep_stack(|| {
        let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
        work(examined.verified.as_ref().expect("a program"), &examined.cases)
    });
    worked.expect("a thread")
}

/// The line that claims.c and claims.py print for each claim and result, where the case says what it must be: outcome,
/// value, provisions.
fn expected(program: &Program, cases: &[Case]) -> BTreeMap<(String, String), (String, String, Vec<String>)> {
    let mut all = BTreeMap::new();
    for case in cases {
        for expectation in &case.expect {
            let name = &program.decisions[expectation.decision.0 as usize].name;
            let Some(Value::Country(party)) = expectation.args.first() else { continue };
            let (word, value) = match &expectation.want {
                Want::Value(Value::Money(money)) => ("value", money.minor.to_string()),
                Want::Nothing => ("nothing", "-".to_owned()),
                Want::Undetermined(_) => ("undetermined", "-".to_owned()),
                Want::Refer => ("refer", "-".to_owned()),
                _ => continue,
            };
            let key = (case.name.clone(), format!("{name}({party})"));
            all.insert(key, (word.to_owned(), value, expectation.because.clone()));
        }
    }
    all
}

/// Compares what a program printed with what cases say. Gives how many results were compared.
fn held_against_cases(text: &str) -> usize {
    let expected = with_nl_cv(|verified, cases| expected(verified.program(), cases));
    let mut compared = 0;
    for line in text.lines() {
        let [case, result, word, value, _, cited] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("`{line}` has not six parts");
        };
        let Some((outcome, amount, because)) = expected.get(&(case.to_owned(), result.to_owned())) else { continue };
        if word == "left" {
            assert!(case.starts_with("Periods without dates") || case.starts_with("Compulsory in both"), "{line}");
            continue;
        }
        assert_eq!((word, value), (outcome.as_str(), amount.as_str()), "{line}");
        let cited: Vec<&str> = cited.split("; ").collect();
        assert!(because.iter().all(|b| cited.contains(&b.as_str())), "{line}: not by {because:?}");
        compared += 1;
    }
    compared
}

/// How many results of the claims in claims.c and claims.py the cases say something about and code decides, at least.
const COMPARED: usize = 8;

#[test]
fn a_program_in_c_gets_the_figures_of_the_cases() {
    let folder = folder("c");
    library(&at("agreements/nl-cv"), &folder.join("nl-cv"), &[]);
    if !has("cc") {
        return;
    }
    let compile = |out: &str, link: &[&str]| {
        let to = folder.join(out);
        let mut cc = Command::new("cc");
        cc.args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"]).arg(&folder);
        cc.arg(at("tests/native/claims.c")).args(link).arg("-o").arg(&to);
        assert_eq!(printed(&mut cc), "");
        printed(&mut Command::new(to))
    };
    let archive = shown(&folder.join("libnl-cv.a"));
    let text = compile("with-archive", &[&archive]);
    let compared = held_against_cases(&text);
    assert!(compared >= COMPARED, "hardly anything was compared: {compared}\n{text}");
    let (where_to_link, where_to_run) = (format!("-L{}", shown(&folder)), format!("-Wl,-rpath,{}", shown(&folder)));
    assert_eq!(text, compile("with-shared", &[&where_to_link, "-lnl-cv", &where_to_run]));
    if has("c++") {
        let mut cpp = Command::new("c++");
        cpp.args(["-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]);
        // Not as the main file, where unused constants would be told of.
        let source = folder.join("calls.cc");
        std::fs::write(&source, "#include \"nl-cv.h\"\nint main() { return nl_cv_benefit(0, 0, 0, 0) != 0; }\n")
            .expect("written");
        assert_eq!(printed(cpp.arg(source)), "");
    }
}

#[test]
fn a_script_in_python_gets_the_figures_of_the_cases() {
    let folder = folder("python");
    library(&at("agreements/nl-cv"), &folder.join("nl-cv"), &[]);
    let shared = folder.join("libnl-cv.so");
    if !has("python3") || !shared.exists() {
        return;
    }
    let mut python = Command::new("python3");
    python.arg("-B").arg(at("tests/native/claims.py")).arg(shared).arg(folder.join("nl-cv.h"));
    let text = printed(&mut python);
    let compared = held_against_cases(&text);
    assert!(compared >= COMPARED, "hardly anything was compared: {compared}\n{text}");
}

#[test]
fn the_same_sources_give_the_same_library_wherever_it_is_made() {
    let (one, other) = (folder("one"), folder("other"));
    let benefit = ["--benefit", "old_age.pension,survivors.pension"];
    library(&at("agreements/nl-cv"), &one.join("same"), &benefit);
    let ruleset = one.join("nl-cv.ruleset");
    assert_eq!(run(&["build", &shown(&at("agreements/nl-cv")), "-o", &shown(&ruleset)]).code, 0);
    library(&ruleset, &other.join("same"), &benefit);
    for name in ["libsame.a", "libsame.so", "same.h"] {
        if name.ends_with(".so") && !one.join(name).exists() {
            continue;
        }
        let bytes = std::fs::read(one.join(name)).expect("written");
        assert!(bytes == std::fs::read(other.join(name)).expect("written"), "{name} differs");
        for word in [shown(&one), shown(&at("")), "target/".to_owned()] {
            assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "`{word}` stands in {name}");
        }
    }
    let header = std::fs::read_to_string(one.join("same.h")).expect("text");
    assert!(header.contains("old_age.pension, survivors.pension"), "{header}");
    // A folder means the agreement's name in it.
    library(&ruleset, &other, &["--benefit", "old_age.pension"]);
    assert!(other.join("libnl_cv.a").is_file() && other.join("nl_cv.h").is_file());
}

#[test]
fn nothing_is_written_of_an_agreement_that_is_not_sound() {
    let folder = folder("unsound");
    let agreement = folder.join("demo");
    assert_eq!(run(&["new", &shown(&agreement)]).code, 0);
    let out = folder.join("demo-native");
    let build = |more: &[&str]| {
        let (agreement, out) = (shown(&agreement), shown(&out));
        run(&[&["build", &agreement, "--native", "-o", &out], more].concat())
    };
    for (more, says) in [
        (["--benefit", "old_age.pensoin"], "there is no benefit `old_age.pensoin`"),
        (["--party", "US"], "`US` is not a party"),
        (["--decisions", "payabel"], "does not decide `payabel`"),
        (["--question", "benefits"], "there is no question `benefits`"),
    ] {
        let ran = build(&more);
        assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    let main = agreement.join("agreement.accord");
    let text = std::fs::read_to_string(&main).expect("text");
    std::fs::write(&main, format!("{text}\narticle ((\n")).expect("written");
    let ran = build(&[]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("no library was written: mend this first"), "{}", ran.err);
    let made: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(made, ["demo"], "something was written");
    let ran = run(&["build", &shown(&at("agreements/nl-cv")), "-o", &shown(&out), "--party", "NL"]);
    assert!(ran.code == 2 && ran.err.contains("--native"), "{}", ran.err);
    let ran = run(&["check", &shown(&at("agreements/nl-cv")), "--party", "NL"]);
    assert!(ran.code == 2 && ran.err.contains("--emit columns"), "{}", ran.err);
}

#[test]
fn the_code_of_columns_is_printed_with_its_provisions() {
    let agreement = shown(&at("agreements/nl-cv"));
    let ran = run(&["check", &agreement, "--emit", "columns", "--benefit", "old_age.pension", "--party", "NL"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for says in ["; column 0: ", "; result 0: payable(NL)", "; article 18: condition of a rule for `payable`"] {
        assert!(ran.out.contains(says), "no `{says}`");
    }
}

/// A column in the making: the end of its constant, its type, its values and whether each is there.
type Written = (String, &'static str, Vec<(i64, bool)>);

/// What each column holds of a row; `None` where columns would say something else.
fn cells(layout: &Layout, facts: &Facts) -> Option<Vec<Option<Value>>> {
    fn spread(place: &Place, outcome: &Outcome, cells: &mut [Option<Value>]) {
        match (place, outcome) {
            (Place::Column(at), Outcome::Value(value)) => cells[*at] = Some(value.clone()),
            (Place::Record { fields, .. }, Outcome::Value(Value::Record(values))) => {
                fields.iter().zip(values.iter()).for_each(|(field, value)| spread(field, value, cells));
            }
            _ => {}
        }
    }
    let mut cells = vec![None; layout.columns.len()];
    layout.facts.iter().zip(&facts.row).for_each(|(place, outcome)| spread(place, outcome, &mut cells));
    for given in &layout.given {
        if let Some(Outcome::Value(value)) = facts.given.get(&GivenKey::new(given.party, &given.name)) {
            cells[given.column] = Some(value.clone());
        }
    }
    for rate in &layout.rates {
        cells[rate.column] = facts.rates.get(&(rate.from, rate.into)).map(|r| Value::Number(Number::new(r.clone())));
    }
    let again = layout.facts(&mut |at| cells[at].clone().map(Outcome::Value));
    (again == *facts).then_some(cells)
}

fn constant(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// The position of a party, or the first number that is none.
fn code(shape: &Shape, country: Country) -> i64 {
    let at = shape.parties.iter().position(|p| *p == country).unwrap_or(shape.parties.len());
    i64::try_from(at).expect("few")
}

/// A scalar as a column holds it: its number, and for a length its unit. `None` where a column cannot hold it.
fn scalar(shape: &Shape, cell: &Cell, value: &Value) -> Option<(i64, u8)> {
    Some(match (cell, value) {
        (_, Value::YesNo(yes)) => (i64::from(*yes), 0),
        (_, Value::Country(country)) => (code(shape, *country), 0),
        (_, Value::Member(_, at)) => (i64::from(*at), 0),
        (_, Value::Date(day)) => (i64::from(day.day_number()), 0),
        (Cell::Money(currency), Value::Money(money)) => ((*currency == money.currency).then_some(money.minor)?, 0),
        (_, Value::Length(length)) => whole_length(length)?,
        (_, Value::Set(set)) => {
            let bit = |value: &Value| match value {
                Value::Country(c) if !shape.parties.contains(c) => i64::MIN,
                Value::Country(country) => 1 << code(shape, *country),
                Value::Member(_, at) => 1 << at,
                _ => 0,
            };
            (set.iter().fold(0, |mask, value| mask | bit(value)), 0)
        }
        _ => (0, 0),
    })
}

fn kind_of(cell: &Cell) -> &'static str {
    match cell {
        Cell::YesNo => "bit",
        Cell::Country => "u16",
        Cell::Member(..) => "u8",
        Cell::Date => "i32",
        Cell::Money(_) | Cell::Length(_) => "i64",
        Cell::Countries | Cell::Members(..) => "u64",
        _ => "none",
    }
}

/// The columns of the periods of all rows.
fn periods(shape: &Shape, records: &[Option<&Periods>]) -> Vec<Written> {
    let names = ["OFFSETS", "FROM", "TO", "PARTY", "KIND", "QUALITY"];
    let mut columns: [Vec<(i64, bool)>; 6] = Default::default();
    let mut count = 0;
    for record in records {
        columns[0].push((count, record.is_some()));
        for piece in record.map(|r| r.pieces.as_slice()).unwrap_or_default() {
            let (from, to, plain) = match &piece.extent {
                Extent::Dated { first, last } => (first.day_number(), last.day_number(), piece.certified.is_none()),
                Extent::Undated { .. } => (i32::MAX, i32::MAX, false),
            };
            let ours = plain && piece.owner == piece.origin && shape.parties.contains(&piece.owner);
            let party = if ours { code(shape, piece.owner) } else { i64::from(ODD) };
            let kind = Kind::ALL.iter().position(|k| *k == piece.kind).expect("a kind");
            let quality = Quality::ALL.iter().position(|q| *q == piece.quality).expect("a quality");
            let [kind, quality] = [kind, quality].map(|at| i64::try_from(at).expect("few"));
            let parts = [i64::from(from), i64::from(to), party, kind, quality];
            columns.iter_mut().skip(1).zip(parts).for_each(|(column, part)| column.push((part, true)));
            count += 1;
        }
    }
    columns[0].push((count, true));
    let kinds = ["i32", "i32", "i32", "u8", "u8", "u8"];
    let named = names.iter().zip(kinds).zip(columns);
    named.map(|((name, kind), values)| (format!("PERIODS_{name}"), kind, values)).collect()
}

/// The file of rows that claims.py reads.
fn written(
    layout: &Layout,
    shape: &Shape,
    wanted: &[(DecisionId, Vec<Value>, Output)],
    rows: &[Vec<Option<Value>>],
) -> String {
    let mut text = format!("rows\t{}\n", rows.len());
    for (_, _, output) in wanted {
        let kind = match output.cell {
            OutCell::YesNo => "bit",
            OutCell::Money(_) => "i64",
            OutCell::Fraction => "fraction",
            OutCell::Date => "i32",
            OutCell::Country => "u16",
            OutCell::Member(..) => "u8",
            OutCell::Countries => "u64",
        };
        writeln!(text, "result\t{}\t{kind}", output.name).expect("text");
    }
    let mut columns: Vec<Written> = Vec::new();
    for (at, column) in layout.columns.iter().enumerate() {
        let given = rows.iter().map(|row| row[at].as_ref());
        if column.cell == Cell::Periods {
            let record = |value: Option<&Value>| match value {
                Some(Value::Periods(_)) | None => {}
                other => panic!("{other:?} is no record"),
            };
            given.clone().for_each(record);
            let records: Vec<Option<&Periods>> = given
                .map(|value| match value {
                    Some(Value::Periods(periods)) => Some(periods.as_ref()),
                    _ => None,
                })
                .collect();
            columns.extend(periods(shape, &records));
            continue;
        }
        let all: Vec<(i64, u8, bool)> = given
            .map(|value| match value {
                Some(value) => {
                    let (number, unit) = scalar(shape, &column.cell, value).expect("looked at before");
                    (number, unit, true)
                }
                None => (0, 0, false),
            })
            .collect();
        let name = constant(&column.name);
        if matches!(column.cell, Cell::Length(None)) {
            let units = all.iter().map(|(_, unit, there)| (i64::from(*unit), *there)).collect();
            columns.push((format!("{name}_UNIT"), "u8", units));
        }
        let values = all.into_iter().map(|(number, _, there)| (number, there)).collect();
        columns.push((name, kind_of(&column.cell), values));
    }
    for (name, kind, values) in columns {
        let words: String = values
            .iter()
            .map(|(value, there)| {
                let value = if kind == "u64" { value.cast_unsigned().to_string() } else { value.to_string() };
                format!("\t{}{value}", if *there { "" } else { "!" })
            })
            .collect();
        writeln!(text, "column\t{name}\t{kind}{words}").expect("text");
    }
    text
}

/// An answer as claims.py tells it: outcome, value, names, provisions.
fn told(program: &Program, shape: &Shape, output: &Output, answer: &Answer) -> [String; 4] {
    let value = match &answer.outcome {
        Outcome::Value(Value::YesNo(yes)) => i64::from(*yes).to_string(),
        Outcome::Value(Value::Money(money)) => money.minor.to_string(),
        Outcome::Value(Value::Date(day)) => day.day_number().to_string(),
        Outcome::Value(Value::Country(country)) => code(shape, *country).to_string(),
        Outcome::Value(Value::Number(number)) => match &number.written {
            Some((above, below)) => format!("{above}/{below}"),
            None => format!("{}/0", number.value),
        },
        Outcome::Value(value) => scalar(shape, &Cell::Text, value).expect("a scalar").0.cast_unsigned().to_string(),
        _ => "-".to_owned(),
    };
    let names = match &answer.outcome {
        Outcome::Undetermined(names) | Outcome::Refer(names) | Outcome::Gap(names) => {
            names.iter().map(AsRef::as_ref).collect::<Vec<&str>>()
        }
        _ => Vec::new(),
    };
    let mut cited: Vec<&str> = Vec::new();
    for rule in output.rules.iter().filter(|rule| answer.rules.contains(rule)).map(|rule| program.cite(*rule)) {
        if !cited.contains(&rule) {
            cited.push(rule);
        }
    }
    [answer.outcome.word().to_owned(), value, names.join("; "), cited.join("; ")]
}

/// What the cases of a program are as rows, and what the interpreter says of each result.
struct Prepared {
    decisions: String,
    rows: String,
    answers: Vec<Vec<(String, String, [String; 4])>>,
}

fn prepared(verified: &Verified, cases: &[Case]) -> Prepared {
    let program = verified.program();
    let layout = accord_ir::layout(program, "benefit").expect("columns");
    let shape = Shape::unknown(&layout, layout.parties.clone());
    let wanted = accord_ir::outputs(program, &layout, &shape.parties, &[]).expect("results");
    let (mut rows, mut answers) = (Vec::new(), Vec::new());
    for case in cases.iter().filter(|case| case.question == "benefit") {
        let Some(cells) = cells(&layout, &case.facts) else { continue };
        let fits = |(cell, value): (&Cell, &Option<Value>)| match value {
            Some(Value::Periods(periods)) => periods.displaced.is_empty(),
            Some(value) => scalar(&shape, cell, value).is_some(),
            None => true,
        };
        if !layout.columns.iter().map(|c| &c.cell).zip(&cells).all(fits) {
            continue;
        }
        let mut interp = Interp::new(verified, &case.facts);
        let answer = |(decision, args, output): &(DecisionId, Vec<Value>, Output)| {
            let node = program.decisions[decision.0 as usize].node;
            let answer = interp.ask(node, args);
            (case.name.clone(), output.name.clone(), told(program, &shape, output, &answer))
        };
        answers.push(wanted.iter().map(answer).collect());
        rows.push(cells);
    }
    let mut decisions: Vec<&str> = Vec::new();
    for (decision, ..) in &wanted {
        let name = program.decisions[decision.0 as usize].name.as_str();
        if !decisions.contains(&name) {
            decisions.push(name);
        }
    }
    Prepared { decisions: decisions.join(","), rows: written(&layout, &shape, &wanted, &rows), answers }
}

#[test]
fn every_shipped_case_gets_the_interpreters_answers_from_the_library() {
    let folder = folder("cases");
    let Prepared { decisions, rows, answers } = with_nl_cv(prepared);
    library(&at("agreements/nl-cv"), &folder.join("all"), &["--decisions", &decisions]);
    let shared = folder.join("liball.so");
    if !has("python3") || !shared.exists() {
        return;
    }
    let file = folder.join("rows.tsv");
    std::fs::write(&file, rows).expect("written");
    let mut python = Command::new("python3");
    python.arg("-B").arg(at("tests/native/claims.py")).arg(shared).arg(folder.join("all.h")).arg(file);
    let text = printed(&mut python);
    let mut lines = text.lines();
    let (mut asked, mut left, mut wrong) = (0, 0, Vec::new());
    for (row, results) in answers.iter().enumerate() {
        for (case, result, wanted) in results {
            let line = lines.next().expect("a line for each result");
            let [number, name, outcome, value, names, cited] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("`{line}` has not six parts");
            };
            assert_eq!((number.parse(), name), (Ok(row), result.as_str()));
            asked += 1;
            if outcome == "left" {
                left += 1;
                continue;
            }
            let [word, of, missing, by] = wanted;
            // Which days coincide is not said by code over columns; and it lists names in its own order.
            let sorted = |names: &str| {
                let mut names: Vec<String> = names.split("; ").map(str::to_owned).collect();
                names.sort();
                names
            };
            let named = names.contains(COINCIDING) || sorted(names) == sorted(missing);
            if (outcome, value, cited) != (word, of, by) || !named {
                wrong.push(format!("{result} of {case}: {line}, not {wanted:?}"));
            }
        }
    }
    assert_eq!(lines.next(), None);
    println!("{asked} results of {} cases, {left} left open", answers.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(answers.len() > 40 && left * 2 < asked, "{asked} asked of {} cases, {left} left open", answers.len());
}
