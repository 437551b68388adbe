//! A page of `tests/verify`: two texts, what becomes of each decision, and persons. The form is described in the
//! README of that folder.

use accord_analysis::case::Case;
use accord_cli::Loaded;
use accord_cli::examine::{Examined, examine};
use accord_source::Severity;
use accord_tests::at;
use std::path::{Path, PathBuf};

/// What stands between the two halves of an edit.
const BETWEEN: &str = "\n---\n";

/// A page, as written.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// `edits/01-twelve-months-become-six.md`.
    pub name: String,
    /// The folder of the agreement that is edited: `agreements/nl-cv`.
    base: Option<String>,
    /// What is edited in it.
    edits: Vec<Edit>,
    /// Whole texts instead: the old one, or the clean one; the new one, or the one with the defect.
    texts: [Option<String>; 2],
    /// What becomes of the decisions that are not simply the same.
    pub lines: Vec<Line>,
    /// Persons.
    pub persons: Vec<Person>,
    /// What is wrong with the second text, on a page about a defect.
    pub defect: Option<Defect>,
}

/// A replacement in a file.
#[derive(Clone, Debug)]
struct Edit {
    file: String,
    old: String,
    new: String,
}

/// A fault that was put into a text.
#[derive(Clone, Debug, Default)]
pub struct Defect {
    /// `gap`, `without effect`.
    pub kind: String,
    /// The provision to mend.
    pub at: String,
    /// The decision it is about; empty where it is about none.
    pub decision: String,
}

/// What becomes of a decision.
#[derive(Clone, Debug)]
pub struct Line {
    /// As it stands on the page.
    pub text: String,
    /// The decision.
    pub decision: String,
    /// Its arguments; `None`: each combination.
    pub args: Option<Vec<String>>,
    /// The branches; `None`: all persons together.
    pub branches: Option<Vec<String>>,
    /// What becomes of it.
    pub told: Told,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Every person is answered alike.
    Same,
    /// Not judged.
    Any,
    /// Some person is answered otherwise.
    Changed {
        /// What the change is to those it touches; each of them happens.
        effects: Vec<String>,
        /// Whether no other kind happens.
        only: bool,
        /// More groups than that are not a readable answer.
        at_most: Option<usize>,
        /// Whether no edit alone brings it about.
        together: bool,
    },
}

/// A person on a page.
#[derive(Clone, Debug)]
pub struct Person {
    /// Whether both texts answer otherwise.
    pub inside: bool,
    /// What is asked: `relieved(NL)`.
    pub asked: String,
    /// The case, with an expectation added that asks it.
    text: String,
}

/// Both texts of a page, checked, with its persons read against each.
#[derive(Debug)]
pub struct Versions {
    /// The old text, or the clean one.
    pub old: Examined,
    /// The new text, or the one with the defect.
    pub new: Examined,
}

impl Versions {
    /// The person of a number as both texts read the case.
    pub fn person(&self, n: usize) -> (&Case, &Case) {
        (&self.old.cases[n], &self.new.cases[n])
    }
}

/// The pages of a folder below `tests/verify`, in order.
pub fn pages(folder: &str) -> Vec<Page> {
    let path = at("tests/verify").join(folder);
    let entries = std::fs::read_dir(&path).expect("a folder of pages");
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "md"));
    files.sort();
    files.iter().map(|file| page(folder, file)).collect()
}

fn page(folder: &str, file: &Path) -> Page {
    let text = std::fs::read_to_string(file).expect("a page");
    let name = format!("{folder}/{}", file.file_name().unwrap_or_default().to_string_lossy());
    let mut page = Page { name, ..Page::default() };
    let mut person: Option<(bool, String)> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(head) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|l| !l.starts_with("```")).collect();
            let body = body.join("\n");
            page.take(head.trim(), body, person.take());
        } else if let Some(base) = line.strip_prefix("base: ") {
            page.base = Some(base.trim().to_owned());
        } else if let Some(kind) = line.strip_prefix("defect: ") {
            page.defect.get_or_insert_default().kind = kind.trim().to_owned();
        } else if let Some(place) = line.strip_prefix("at: ") {
            page.defect.get_or_insert_default().at = place.trim().to_owned();
        } else if let Some(decision) = line.strip_prefix("decision: ") {
            page.defect.get_or_insert_default().decision = decision.trim().to_owned();
        } else if let Some(asked) = line.strip_prefix("inside ") {
            person = Some((true, asked.trim_end_matches(':').to_owned()));
        } else if let Some(asked) = line.strip_prefix("outside ") {
            person = Some((false, asked.trim_end_matches(':').to_owned()));
        } else if let Some(told) = line.strip_prefix("- ") {
            page.lines.extend(read_line(&page.name, told));
        }
    }
    page
}

impl Page {
    fn take(&mut self, head: &str, body: String, person: Option<(bool, String)>) {
        if let Some(file) = head.strip_prefix("accord edit ") {
            let halves = body.split_once(BETWEEN);
            let (old, new) = halves.unwrap_or_else(|| panic!("{}: an edit without a line `---`", self.name));
            self.edits.push(Edit { file: file.trim().to_owned(), old: old.to_owned(), new: new.to_owned() });
            return;
        }
        match head {
            "accord old" | "accord clean" => self.texts[0] = Some(body),
            "accord new" | "accord defect" => self.texts[1] = Some(body),
            "accord case" => {
                let (inside, asked) = person.unwrap_or_else(|| panic!("{}: a case without its line", self.name));
                let open = body.trim_end().strip_suffix('}');
                let open = open.unwrap_or_else(|| panic!("{}: a case that does not end", self.name));
                let text = format!("{open}  expect: {{ {asked}: gap }}\n}}\n");
                self.persons.push(Person { inside, asked, text });
            }
            _ => panic!("{}: a block headed `{head}`", self.name),
        }
    }

    /// Whether it edits a shipped agreement.
    pub fn has_base(&self) -> bool {
        self.base.is_some()
    }

    /// Whether it is about a shipped agreement of these.
    pub fn is_about(&self, agreements: &[&str]) -> bool {
        self.base.as_deref().is_some_and(|b| agreements.iter().any(|a| b == format!("agreements/{a}")))
    }

    /// Both texts, in a folder of their own.
    pub fn versions(&self, folder: &Path) -> Versions {
        let cases: String = self.persons.iter().map(|p| p.text.as_str()).collect();
        let [old, new] = ["old", "new"].map(|side| {
            let root = folder.join(side);
            let file = self.written(&root, side == "new");
            let case = root.join("persons.accord");
            std::fs::write(&case, &cases).expect("written");
            self.examined(&file, &case)
        });
        Versions { old, new }
    }

    fn written(&self, root: &Path, is_new: bool) -> PathBuf {
        let Some(base) = &self.base else {
            std::fs::create_dir_all(root).expect("a folder");
            let text = self.texts[usize::from(is_new)].as_ref();
            let file = root.join("agreement.accord");
            std::fs::write(&file, text.unwrap_or_else(|| panic!("{}: a text is missing", self.name))).expect("written");
            return file;
        };
        // Agreements use each other's legislation, so all of them are copied.
        copied(&at("agreements"), &root.join("agreements"));
        let folder = root.join(base);
        for edit in self.edits.iter().filter(|_| is_new) {
            let path = folder.join(&edit.file);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {}: {e}", self.name, edit.file));
            let found = text.matches(&edit.old).count();
            assert_eq!(found, 1, "{}: occurs {found} times in {}:\n{}", self.name, edit.file, edit.old);
            std::fs::write(&path, text.replacen(&edit.old, &edit.new, 1)).expect("written");
        }
        folder.join("agreement.accord")
    }

    fn examined(&self, file: &Path, case: &Path) -> Examined {
        let mut loaded = Loaded::from_paths(&[file.to_owned()]).expect("the text is read");
        loaded.add_case(0, case).expect("the persons are read");
        let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
        let mut found = loaded.found.clone();
        found.append(examined.found.clone());
        let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{}:\n{}", self.name, accord_cli::draw(&loaded.sources, &errors, false));
        assert_eq!(examined.cases.len(), self.persons.len(), "{}: every person is read", self.name);
        examined
    }
}

/// Copies sources without the worked cases.
fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if !path.is_dir() {
            std::fs::copy(&path, &target).expect("copied");
        } else if !path.ends_with("cases") {
            copied(&path, &target);
        }
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect()
}

/// Reads `payable(CV) [old_age]: changed (only gain), at most 3 regions, together`; nothing of `everything else: same`.
fn read_line(page: &str, text: &str) -> Option<Line> {
    let unclear = format!("{page}: what does `{text}` say?");
    let (subject, verdict) = text.split_once(": ").expect(&unclear);
    if subject.starts_with("everything") {
        assert_eq!(verdict, "same", "{page}: {text}");
        return None;
    }
    let (subject, branches) = match subject.split_once(" [") {
        Some((subject, branches)) => (subject, Some(list(branches.trim_end_matches(']')))),
        None => (subject, None),
    };
    let (decision, args) = match subject.split_once('(') {
        Some((decision, args)) => (decision, Some(list(args.trim_end_matches(')')))),
        None => (subject, None),
    };
    let told = match verdict {
        "same" => Told::Same,
        "any" => Told::Any,
        _ => changed(verdict.strip_prefix("changed").expect(&unclear), &unclear),
    };
    Some(Line { text: text.to_owned(), decision: decision.to_owned(), args, branches, told })
}

fn changed(rest: &str, unclear: &str) -> Told {
    let (kinds, rest) = match rest.strip_prefix(" (").and_then(|r| r.split_once(')')) {
        Some((kinds, rest)) => (kinds, rest),
        None => ("", rest),
    };
    let (mut at_most, mut together) = (None, false);
    for part in rest.split(", ").filter(|p| !p.is_empty()) {
        let number = part.strip_prefix("at most ").and_then(|p| p.split_once(" region"));
        match (number.and_then(|(n, _)| n.parse().ok()), part) {
            (Some(n), _) => at_most = Some(n),
            (None, "together") => together = true,
            (None, _) => panic!("{unclear}"),
        }
    }
    let only = kinds.starts_with("only ");
    Told::Changed { effects: list(kinds.trim_start_matches("only ")), only, at_most, together }
}
