//! The rules of the house that no compiler checks.
#![expect(clippy::expect_used, reason = "a test stops where its footing is missing")]

use accord_cli::evaluate::Evaluator;
use accord_source::{REGISTRY, Severity};
use accord_tests::{at, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which crate may depend on which: the table of ARCHITECTURE.md.
const MAY_DEPEND: &[(&str, &[&str])] = &[
    ("accord-source", &[]),
    ("accord-core", &[]),
    ("accord-stdlib", &[]),
    ("accord-syntax", &["accord-source"]),
    ("accord-ir", &["accord-source", "accord-core"]),
    ("accord-analysis", &["accord-source", "accord-syntax", "accord-ir", "accord-core", "accord-stdlib"]),
    ("accord-interp", &["accord-ir", "accord-core"]),
    ("accord-codegen", &["accord-ir", "accord-core"]),
    ("accord-prove", &["accord-ir", "accord-interp", "accord-core", "accord-source"]),
    ("accord-batch", &["accord-core"]),
    (
        "accord-cli",
        &[
            "accord-source",
            "accord-syntax",
            "accord-ir",
            "accord-analysis",
            "accord-interp",
            "accord-codegen",
            "accord-prove",
            "accord-core",
            "accord-batch",
            "accord-stdlib",
        ],
    ),
];

/// What tests inside a crate may use besides: programs built by hand have places.
const MAY_DEPEND_IN_TESTS: &[(&str, &str)] = &[
    ("accord-interp", "accord-source"),
    ("accord-codegen", "accord-source"),
    // The comparison is held against small texts.
    ("accord-prove", "accord-syntax"),
    ("accord-prove", "accord-analysis"),
    ("accord-prove", "accord-stdlib"),
];

/// What only one crate may use: Cranelift makes code, pest reads text, drawing is the driver's, and so
/// are keys and the randomness they are made of.
const ONLY: &[(&str, &str)] = &[
    ("cranelift", "accord-codegen"),
    ("pest", "accord-syntax"),
    ("codespan-reporting", "accord-cli"),
    ("miette", "accord-cli"),
    ("clap", "accord-cli"),
    ("ed25519", "accord-cli"),
    ("getrandom", "accord-cli"),
    ("arrow", "accord-batch"),
    ("parquet", "accord-batch"),
];

/// A workspace package with what it depends on directly.
struct Package {
    name: String,
    uses: Vec<(String, Option<String>)>,
}

fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let package = |p: &Value| Package {
        name: text(&p["name"]).expect("a name"),
        uses: p["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .map(|d| (text(&d["name"]).expect("a name"), text(&d["kind"])))
            .collect(),
    };
    metadata["packages"].as_array().expect("packages").iter().map(package).collect()
}

#[test]
fn crates_depend_on_each_other_as_the_table_says() {
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(|p| p.name.as_str()).filter(|n| *n != "accord-tests").collect();
    let table: BTreeMap<&str, &[&str]> = MAY_DEPEND.iter().copied().collect();
    assert_eq!(names, table.keys().copied().collect(), "every crate stands in the table");
    for package in packages.iter().filter(|p| p.name != "accord-tests") {
        let allowed = table[package.name.as_str()];
        for (used, kind) in package.uses.iter().filter(|(used, _)| used.starts_with("accord-")) {
            let in_tests = kind.as_deref() == Some("dev");
            let for_tests = in_tests && MAY_DEPEND_IN_TESTS.contains(&(package.name.as_str(), used.as_str()));
            assert!(allowed.contains(&used.as_str()) || for_tests, "{} may not depend on {used}", package.name);
        }
        for (used, kind) in &package.uses {
            for (what, owner) in ONLY.iter().filter(|(what, _)| used.starts_with(what)) {
                let for_tests = kind.as_deref() == Some("dev");
                assert!(package.name == *owner || for_tests, "{} may not use {what}: it is {owner}'s", package.name);
            }
        }
    }
}

#[test]
fn every_evaluator_is_asked_by_default() {
    let is_evaluator = |p: &&Package| {
        let built_with = p.uses.iter().filter(|(_, kind)| kind.as_deref() != Some("dev"));
        let ours: BTreeSet<&str> = built_with.map(|(n, _)| n.as_str()).filter(|n| n.starts_with("accord-")).collect();
        ours == BTreeSet::from(["accord-ir", "accord-core"])
    };
    let evaluators = packages().iter().filter(is_evaluator).map(|p| p.name.clone()).collect::<Vec<_>>();
    assert_eq!(evaluators.len(), Evaluator::USUAL.len(), "{evaluators:?} must be what is asked where nothing is said");
    for evaluator in Evaluator::ALL {
        assert_eq!(Evaluator::parse(evaluator.word()), Some(*evaluator));
    }
    assert!(Evaluator::USUAL.iter().all(|usual| Evaluator::ALL.contains(usual)));
}

/// Every file of the repository, `target` and what git keeps for itself left out.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut next = vec![root()];
    while let Some(folder) = next.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    next.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn rust() -> Vec<(String, String)> {
    let sources = files().into_iter().filter(|p| p.extension().is_some_and(|e| e == "rs"));
    sources.map(|p| (shown(&p), std::fs::read_to_string(&p).expect("text"))).collect()
}

#[test]
fn every_source_file_says_what_it_is_and_is_not_too_long() {
    for (path, text) in rust() {
        assert!(text.starts_with("//!"), "{path} does not begin with what it is for");
        let lines = text.lines().count();
        assert!(lines <= 800, "{path} has {lines} lines; 800 are allowed");
    }
}

/// A file that no module names is compiled by nobody: neither its mistakes nor its tests are seen.
#[test]
fn every_source_file_is_named_by_a_module() {
    let all: BTreeMap<String, String> = rust().into_iter().collect();
    let mut forgotten = Vec::new();
    for path in all.keys().filter(|path| path.contains("/src/")) {
        let (folder, file) = path.rsplit_once('/').expect("a folder");
        let (holder, name) = match file {
            "lib.rs" | "main.rs" => continue,
            "mod.rs" => folder.rsplit_once('/').expect("a folder above"),
            _ => (folder, file.trim_end_matches(".rs")),
        };
        let above = ["mod.rs", "lib.rs", "main.rs"].map(|file| format!("{holder}/{file}"));
        let beside = format!("{holder}.rs");
        let declared = format!("mod {name};");
        let texts = above.iter().chain([&beside]).filter_map(|path| all.get(path));
        if !texts.into_iter().any(|text| text.lines().any(|line| line.trim_end().ends_with(&declared))) {
            forgotten.push(path);
        }
    }
    assert!(forgotten.is_empty(), "no module names {forgotten:?}");
}

#[test]
fn nothing_lies_about() {
    const NAMED: &[&str] = &["LICENSE", "Cargo.lock", ".gitignore", ".ci/run", ".gitattributes"];
    const ENDINGS: &[&str] = &["rs", "toml", "md", "accord", "json", "pest", "snap", "tree", "c", "py", "css"];
    for path in files() {
        let name = shown(&path);
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let made_by_tests = name.ends_with(".snap.new") || name.ends_with(".pending-snap");
        assert!(NAMED.contains(&name.as_str()) || ENDINGS.contains(&ending) || made_by_tests, "{name} is a stray");
        assert!(ending != "rs" || !name.starts_with("agreements/"), "{name}: no Rust among the agreements");
    }
}

#[test]
fn every_path_in_the_root_documents_exists() {
    let endings = [".rs", ".md", ".toml", ".accord", ".pest"];
    for path in files().into_iter().filter(|p| p.parent() == Some(&root()) && p.extension().is_some_and(|e| e == "md"))
    {
        let text = std::fs::read_to_string(&path).expect("text");
        // Every second piece between backticks is code; fences hold examples.
        let prose: String = text.split("```").step_by(2).collect();
        for code in prose.split('`').skip(1).step_by(2) {
            let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
            let is_ending = code.starts_with('.') && !code.contains('/');
            let is_path = code.contains('/') || !is_ending && endings.iter().any(|e| code.ends_with(e));
            let placeholder = code.split('/').any(|part| part == "NAME" || part == "CODE" || part.starts_with("CODE."));
            if plain && is_path && !placeholder {
                assert!(at(code).exists(), "{}: `{code}` does not exist", shown(&path));
            }
        }
    }
}

#[test]
fn every_agreement_says_where_it_comes_from() {
    for entry in std::fs::read_dir(at("agreements")).expect("agreements") {
        let folder = entry.expect("an entry").path();
        assert!(folder.join("README.md").is_file(), "{} has no README.md", shown(&folder));
        // An agreement, or a folder for each of its versions.
        let versions: Vec<PathBuf> =
            std::fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        let there = folder.join("agreement.accord").is_file()
            || versions.iter().filter(|v| v.join("agreement.accord").is_file()).count() >= 2;
        assert!(there, "{} has no agreement.accord, and no versions of one", shown(&folder));
    }
}

#[test]
fn every_code_has_a_page() {
    let missing: Vec<&str> =
        REGISTRY.iter().map(|c| c.text()).filter(|c| !at(&format!("compiler/source/codes/{c}.md")).is_file()).collect();
    assert!(missing.is_empty(), "no page for {}", missing.join(", "));
}

#[test]
fn every_code_has_an_example_in_the_reference() {
    let pages = files().into_iter().filter(|p| shown(p).starts_with("tests/spec/"));
    let text: String = pages.map(|p| std::fs::read_to_string(p).expect("text")).collect();
    let marker = |severity| if severity == Severity::Error { "error" } else { "warning" };
    // Their examples would fill a book: `tests/suite/robust.rs` has what can be had.
    let limits = ["E0513", "E0514", "E0515"];
    let missing: Vec<&str> = REGISTRY
        .iter()
        .filter(|c| !limits.contains(&c.text()))
        .filter(|c| !text.contains(&format!("{}[{}]", marker(c.severity()), c.text())))
        .map(|c| c.text())
        .collect();
    assert!(missing.is_empty(), "no example of {}", missing.join(", "));
}

/// Results are exact: where they are made, no floating point is named.
#[test]
fn no_floating_point_where_results_are_made() {
    const EXACT: &[&str] = &[
        "runtime/core/",
        "runtime/batch/",
        "compiler/ir/",
        "compiler/interp/",
        "compiler/codegen/",
        "compiler/analysis/",
        "compiler/cli/src/evaluate.rs",
        "compiler/cli/src/explain/",
    ];
    for (path, text) in rust().into_iter().filter(|(p, _)| EXACT.iter().any(|e| p.starts_with(e))) {
        for (index, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            assert!(!words.any(|w| w == "f32" || w == "f64"), "{path}:{}: floating point", index + 1);
        }
    }
}
