//! Versions whose facts differ, compared through a map: what is called otherwise, and what is told by other facts.

use accord_tests::{Ran, accord, root, scratch};
use serde_json::Value as Json;
use std::path::PathBuf;

const OLD: &str = r#"agreement XA-XB "Before"
  parties: XA, XB   articles: 1..2   month_end: last_day

enum Job { employed "Employed", independent "On one's own account" }

record Insurance {
  job:      Job
  fugitive: YesNo
}

question part
  facts   insured: months   insurance: Insurance   whole: EUR
  decides paid

decision paid: EUR default nothing

article 1 "Part"
  rule paid = whole when insured >= 12 months and (insurance.job is independent or insurance.fugitive)
"#;

const NEW: &str = r#"agreement XA-XB "After"
  parties: XA, XB   articles: 1..2   month_end: last_day

enum Job { employed "Employed", self_employed "On one's own account" }

record Insurance {
  job:       Job
  protected: YesNo
  long:      YesNo
}

question part
  facts   insurance: Insurance   whole: EUR
  decides paid

decision paid: EUR default nothing

article 1 "Part"
  rule paid = whole when insurance.long and (insurance.job is self_employed or insurance.protected)
"#;

const MAP: &str = "\
# From the words of then to those of today.
renamed independent to self_employed
renamed insurance.fugitive to insurance.protected
derived insurance.long means insured >= 12 months
";

/// Two versions and a map in a folder of their own.
struct Texts {
    folder: PathBuf,
}

impl Texts {
    fn new(name: &str, old: &str, new: &str, map: &str) -> Texts {
        let folder = scratch(name).expect("a folder");
        for (file, text) in [("old.accord", old), ("new.accord", new), ("map.accord", map)] {
            std::fs::write(folder.join(file), text).expect("written");
        }
        Texts { folder }
    }

    fn path(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    fn diff(&self, more: &[&str]) -> Ran {
        let paths = [self.path("old.accord"), self.path("new.accord")];
        let all = ["diff", &paths[0], &paths[1]].into_iter().chain(more.iter().copied());
        accord(all)
    }

    fn mapped(&self, more: &[&str]) -> Ran {
        let map = self.path("map.accord");
        let all: Vec<&str> = ["--map", map.as_str()].into_iter().chain(more.iter().copied()).collect();
        self.diff(&all)
    }
}

fn json(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}:\n{}\n{}", ran.out, ran.err))
}

#[test]
fn what_only_has_another_name_touches_nobody() {
    let texts = Texts::new("mapped-same", OLD, NEW, MAP);
    let ran = texts.mapped(&["--decision", "paid"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    for line in [
        "word independent of Job is called self_employed after",
        "field Insurance.fugitive is called protected after",
        "field Insurance.long, which one version alone asks for, is told by the map",
    ] {
        assert!(ran.out.contains(line), "{}", ran.out);
    }
    // Without the map nothing is guessed: the words are reported, and answers differ.
    let ran = texts.diff(&["--decision", "paid"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    for line in ["field Insurance.long is new", "fact insured is gone", "word independent of Job is gone"] {
        assert!(ran.out.contains(line), "{}", ran.out);
    }
}

/// A threshold that the map shows to be another: those between are told of, and each version gets them in its own facts.
#[test]
fn who_is_touched_is_shown_to_each_version_in_its_own_facts() {
    let texts = Texts::new("mapped-differs", OLD, NEW, &MAP.replace("12", "15"));
    let kept = texts.path("kept");
    let ran = texts.mapped(&["--decision", "paid", "--json", "--cases", &kept]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    let found = json(&ran);
    assert_eq!(found["complete"], true);
    let groups = found["decisions"][0]["change"]["groups"].as_array().expect("groups");
    assert!(!groups.is_empty() && groups.iter().all(|g| g["effect"] == "loss"), "{}", ran.out);
    for group in groups {
        let (before, after) = (&group["example"]["case_before"], &group["example"]["case_after"]);
        assert!(before["insured"].is_string() && before["insurance"].get("long").is_none(), "{before}");
        assert!(after.get("insured").is_none() && after["insurance"]["long"] == false, "{after}");
    }
    // Every case that was kept is answered by its own text as it says.
    for (side, text) in [("before", "old.accord"), ("after", "new.accord")] {
        let beside = scratch(&format!("mapped-replayed-{side}")).expect("a folder");
        std::fs::copy(texts.path(text), beside.join("a.accord")).expect("copied");
        std::fs::create_dir_all(beside.join("cases")).expect("a folder");
        let mut cases = 0;
        for file in std::fs::read_dir(&kept).expect("the cases").map(|f| f.expect("a file").path()) {
            let name = file.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
            if name.ends_with(&format!(".{side}.accord")) {
                std::fs::copy(&file, beside.join("cases").join(name)).expect("copied");
                cases += 1;
            }
        }
        assert!(cases >= groups.len());
        let ran = accord(["test", &beside.display().to_string()]);
        assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
        assert!(
            ran.out.contains(&format!("{cases} passed")) || ran.err.contains(&format!("{cases} passed")),
            "{}{}",
            ran.out,
            ran.err
        );
    }
}

/// Facts of a legislation, in a shipped agreement: one under another name, one told by another.
#[test]
fn facts_of_legislations_are_matched_too() {
    let folder = scratch("mapped-law").expect("a folder");
    let shipped = root().join("agreements/nl-cv");
    let (old, new) = (folder.join("old"), folder.join("new"));
    for to in [&old, &new] {
        std::fs::create_dir_all(to.join("legislation")).expect("a folder");
        for file in ["agreement.accord", "legislation/nl.accord", "legislation/cv.accord"] {
            std::fs::copy(shipped.join(file), to.join(file)).expect("copied");
        }
    }
    let law = new.join("legislation/nl.accord");
    let text = std::fs::read_to_string(&law).expect("the law");
    let changed = text.replace("qualifies", "has_a_right").replace("incapable", "not fit").replace("not fit:", "fit:");
    assert_ne!(text, changed);
    std::fs::write(&law, changed).expect("written");
    let map = folder.join("map.accord");
    std::fs::write(&map, "renamed qualifies to has_a_right\nderived NL.fit means not incapable\n").expect("written");
    let [old, new, map] = [&old, &new, &map].map(|p| p.display().to_string());
    let ran = accord(["diff", &old, &new, "--map", &map, "--decision", "payable,entitled"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let ran = accord(["diff", &old, &new, "--decision", "payable,entitled"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
}

#[test]
fn a_map_with_mistakes_says_where_and_what_to_do() {
    let cases = [
        ("renamed independant to self_employed\n", "the version before has no fact, field or word `independant`"),
        ("renamed independent to self\n", "the version after has no fact, field or word `self`"),
        ("renamed independent to insurance.long\n", "`independent` is a word, and `insurance.long` is a field"),
        ("renamed whole to whole\n", "cannot be matched by this line"),
        ("derived whole means 1.00 EUR\n", "both versions ask for `whole`"),
        ("derived insurance.lang means insured >= 12 months\n", "insurance.lang"),
        ("derived insurance.long means insured\n", "E03"),
        ("derived insurance.long means not insurance.long\n", "depends on itself"),
        ("article 1 \"Part\"\n", "a map of two versions says only what corresponds to what"),
        ("renamed independent\n", "E01"),
    ];
    for (n, (map, said)) in cases.iter().enumerate() {
        let texts = Texts::new(&format!("mapped-mistake-{n}"), OLD, NEW, map);
        let ran = texts.mapped(&["--decision", "paid"]);
        assert_eq!(ran.code, 2, "{map}: {}\n{}", ran.out, ran.err);
        assert!(ran.err.contains(said) && ran.err.contains("map.accord:1"), "{map}: {}", ran.err);
    }
    let texts = Texts::new("mapped-nowhere", OLD, NEW, MAP);
    let ran = texts.diff(&["--map", &texts.path("nowhere.accord")]);
    assert_eq!(ran.code, 2);
    // A file of claims has one set of names.
    let ran = texts.mapped(&["--population", &texts.path("claims.csv")]);
    assert!(ran.code == 2 && ran.err.contains("--population"), "{}", ran.err);
    // A line of a map in a text is told where it belongs.
    let texts = Texts::new("mapped-inside", &format!("{OLD}\nrenamed whole to part\n"), NEW, MAP);
    let ran = texts.mapped(&[]);
    assert!(ran.code == 2 && ran.err.contains("a line of a map of two versions inside a text"), "{}", ran.err);
}
