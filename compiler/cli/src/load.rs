//! From paths to parsed files: which agreements a path holds, what they `use`, which cases lie beside them.
//!
//! Every file is read and parsed once, whatever names it. A folder means every agreement in it or below; a file
//! means itself; a case file means the agreement it lies beside, with that case file alone. `PATH@2027-01-01` means the
//! same agreements in the text of that day.

mod standards;

use crate::ruleset;
use crate::trouble::Trouble;
use crate::version::{self, Because};
use crate::walk::{self, files_below};
use accord_core::Date;
use accord_source::{Code, Diagnostic, Diagnostics, FileId, Severity, SourceMap, Span};
use accord_syntax::{ast, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The largest file that is read at all: a hundred times any agreement, and what it becomes still fits in the memory
/// of a small machine, whatever it repeats.
const LARGEST: u64 = 16 << 20;
/// The folder beside an agreement that holds its cases.
const CASES: &str = "cases";

/// One case file beside an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Its text.
    pub file: FileId,
    /// JSON rather than Accord.
    pub json: bool,
}

/// A file to check with everything it uses and the cases beside it.
#[derive(Clone, Debug)]
pub struct Root {
    /// The file.
    pub file: FileId,
    /// Whether it holds an agreement; else it is a library, checked on its own.
    pub agreement: bool,
    /// The file and all it uses, in the order first named.
    pub uses: Vec<FileId>,
    /// The standards of stdlib it is compared with, in the order first named.
    pub standards: Vec<FileId>,
    /// Case files, sorted by path.
    pub cases: Vec<CaseFile>,
    /// Where it lies, for paths relative to it.
    pub folder: PathBuf,
    /// The day whose text it is; absent, the latest text.
    pub day: Option<Date>,
    /// Why it is here.
    pub because: Because,
}

/// Everything a command read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The texts.
    pub sources: SourceMap,
    /// What is to be checked.
    pub roots: Vec<Root>,
    /// Findings of reading and parsing.
    pub found: Diagnostics,
    /// Files of a folder that no agreement in it uses, as the user would name them.
    pub unused: Vec<String>,
    /// The day asked for with the path that is being read.
    asked: Option<Date>,
    files: BTreeMap<FileId, ast::File>,
    stdlib: Vec<(FileId, &'static str)>,
    /// Standards that were read.
    standards: Vec<(FileId, &'static str)>,
    known: BTreeMap<PathBuf, FileId>,
}

impl Loaded {
    /// Reads what the paths mean.
    pub fn from_paths(paths: &[PathBuf]) -> Result<Loaded, Trouble> {
        let mut loaded = Loaded::with_stdlib();
        for path in paths {
            loaded.add(path)?;
        }
        version::add_texts_of_cases(&mut loaded);
        Ok(loaded)
    }

    /// Reads what one more path means; what was read before is not read again.
    pub fn add(&mut self, path: &Path) -> Result<(), Trouble> {
        let (path, day) = version::split(path)?;
        self.asked = day;
        let before = self.roots.len();
        self.add_path(&path)?;
        version::in_force(self, before)
    }

    /// One text under a name, as a root of its own; `use` finds nothing from there.
    pub fn from_text(name: &str, text: &str) -> Loaded {
        Loaded::from_texts(&[(name, text)])
    }

    /// Texts under their names, each a root of its own; `use` finds nothing from there.
    pub fn from_texts(texts: &[(&str, &str)]) -> Loaded {
        let mut loaded = Loaded::with_stdlib();
        for (name, text) in texts {
            let file = loaded.add_text(name, text);
            let root = loaded.root(file, Path::new(name), PathBuf::new());
            loaded.roots.push(root);
        }
        version::add_texts_of_cases(&mut loaded);
        loaded
    }

    /// What a ruleset leaves of its sources, their names, as a root of its own that cases can be given to; a case named
    /// without its folder is looked for beside the ruleset.
    pub fn from_ruleset(path: &Path, names: impl IntoIterator<Item = String>, day: Option<Date>) -> Loaded {
        let mut loaded = Loaded::default();
        for name in names {
            let _ = loaded.sources.add(name, "");
        }
        let file = loaded.sources.add(shown(path), "");
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        loaded.roots.push(Root {
            file,
            agreement: true,
            uses: Vec::new(),
            standards: Vec::new(),
            cases: Vec::new(),
            folder,
            day,
            because: Because::Asked,
        });
        loaded
    }

    /// The tree of a file that was read.
    pub fn tree(&self, id: FileId) -> Option<&ast::File> {
        self.files.get(&id)
    }

    /// The trees of all files that were read.
    pub fn all_trees(&self) -> impl Iterator<Item = &ast::File> {
        self.files.values()
    }

    /// stdlib and the files of a root, in the order analysis wants them.
    pub fn files_of(&self, root: &Root) -> Vec<FileId> {
        let own = |name: &str| root.uses.iter().any(|id| self.lies_at(*id, name));
        let library = self.stdlib.iter().filter(|(_, name)| !own(name)).map(|(id, _)| id);
        library.chain(&root.uses).chain(&root.standards).copied().collect()
    }

    /// The trees of those files.
    pub fn trees(&self, root: &Root) -> Vec<&ast::File> {
        self.files_of(root).iter().filter_map(|id| self.files.get(id)).collect()
    }

    /// What a file is called seen from the folder of a root, whatever the user called it: `law/xa.accord`. A file of
    /// stdlib, and a text without a path, by its own name.
    pub fn name_from(&self, root: &Root, id: FileId) -> Result<String, Trouble> {
        let Some((path, _)) = self.known.iter().find(|(_, known)| **known == id) else {
            return Ok(self.sources.file(id).map_or("", |f| f.name()).to_owned());
        };
        let folder = if root.folder.as_os_str().is_empty() { Path::new(".") } else { &root.folder };
        let folder = folder.canonicalize().map_err(|e| Trouble::io("read the folder", folder, &e))?;
        Ok(walk::relative(&folder, path))
    }

    /// Whether reading or parsing a root's files, or stdlib, found an error.
    pub fn has_errors(&self, root: &Root) -> bool {
        let its_own = |file: FileId| {
            root.uses.contains(&file) || root.standards.contains(&file) || self.stdlib.iter().any(|(id, _)| *id == file)
        };
        let errors = self.found.iter().filter(|d| d.severity == Severity::Error);
        errors.filter_map(|d| d.span()).any(|span| its_own(span.file))
    }

    /// Reads a case file that lies anywhere and gives it to a root.
    pub fn add_case(&mut self, root: usize, path: &Path) -> Result<CaseFile, Trouble> {
        let json = has_extension(path, "json");
        let file = if json { self.read(path)? } else { self.read_and_parse(path)? };
        let case = CaseFile { file, json };
        if let Some(root) = self.roots.get_mut(root)
            && !root.cases.contains(&case)
        {
            root.cases.push(case);
        }
        Ok(case)
    }

    fn with_stdlib() -> Loaded {
        let mut loaded = Loaded::default();
        for (name, text) in accord_stdlib::FILES {
            let id = loaded.add_text(name, text);
            loaded.stdlib.push((id, name));
        }
        loaded
    }

    /// Whether the file is the very file of stdlib of that name, opened from its folder.
    fn lies_at(&self, id: FileId, name: &str) -> bool {
        self.known.iter().any(|(path, known)| *known == id && path.ends_with(name))
    }

    fn add_path(&mut self, path: &Path) -> Result<(), Trouble> {
        let meta = std::fs::metadata(path).map_err(|e| match walk::nearest_entry(path) {
            Some(near) if e.kind() == std::io::ErrorKind::NotFound => {
                Trouble::io("read", path, &e).help(format!("did you mean `{}`?", shown(&near)))
            }
            _ => Trouble::io("read", path, &e),
        })?;
        if meta.is_dir() {
            return self.add_folder(path);
        }
        if ruleset::looks_like_one(path) {
            return Err(Trouble::new(format!("`{}` is a ruleset, and its sources are wanted", path.display())).help(
                "`accord run` and `accord inspect` take a ruleset; it holds a program, not the text it was made of",
            ));
        }
        let json = has_extension(path, "json");
        if !json {
            let file = self.read_and_parse(path)?;
            if self.holds_agreement(file) {
                return self.add_root(file, path);
            }
        }
        if let Some(folder) = agreement_folder(path)
            && self.add_lone_case(path, &folder)?
        {
            return Ok(());
        }
        if json {
            let problem = format!("`{}` is a case, and no agreement lies beside it", path.display());
            return Err(Trouble::new(problem)
                .help("put it in the folder `cases` of its agreement, or use `accord run AGREEMENT --case FILE`"));
        }
        let file = self.read_and_parse(path)?;
        self.add_root(file, path)
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), Trouble> {
        let before = self.roots.len();
        let mut seen = Vec::new();
        for path in files_below(folder, &["accord"], walk::Skip::Folder(CASES))? {
            let file = self.read_and_parse(&path)?;
            seen.push((file, path));
        }
        let mut agreements = 0_usize;
        for (file, path) in &seen {
            if self.holds_agreement(*file) {
                agreements += 1;
                self.add_root(*file, path)?;
            }
        }
        if agreements == 0 {
            return Err(Trouble::new(format!("no agreement in `{}`", folder.display())).help(
                "an agreement is a file with a heading such as `agreement NL-CV \"Title\"`; `accord new NAME` makes one",
            ));
        }
        let used: BTreeSet<FileId> =
            self.roots.iter().skip(before.min(self.roots.len())).flat_map(|r| r.uses.clone()).collect();
        let names = seen.iter().filter(|(file, _)| !used.contains(file) && !self.is_root(*file));
        let unused: Vec<String> = names.map(|(_, path)| shown(path)).collect();
        self.unused.extend(unused);
        Ok(())
    }

    /// The case file alone, for each agreement in the folder; whether there is one.
    fn add_lone_case(&mut self, path: &Path, folder: &Path) -> Result<bool, Trouble> {
        let mut found = false;
        for candidate in walk::files_in(folder, "accord")? {
            let file = self.read_and_parse(&candidate)?;
            if !self.holds_agreement(file) {
                continue;
            }
            found = true;
            let index = match self.roots.iter().position(|r| r.file == file && r.day == self.asked) {
                Some(index) => index,
                None => {
                    let root = self.root(file, &candidate, folder.to_owned());
                    self.roots.push(root);
                    self.roots.len() - 1
                }
            };
            self.add_case(index, path)?;
        }
        Ok(found)
    }

    fn is_root(&self, file: FileId) -> bool {
        self.roots.iter().any(|r| r.file == file && r.day == self.asked)
    }

    fn holds_agreement(&self, file: FileId) -> bool {
        let tree = self.files.get(&file);
        tree.is_some_and(|t| t.items.iter().any(|i| matches!(i.kind, ast::ItemKind::Agreement { .. })))
    }

    fn add_root(&mut self, file: FileId, path: &Path) -> Result<(), Trouble> {
        if self.is_root(file) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut root = self.root(file, path, folder.clone());
        let cases = folder.join(CASES);
        if root.agreement && cases.is_dir() {
            for case in files_below(&cases, &["accord", "json"], walk::Skip::Nothing)? {
                let json = has_extension(&case, "json");
                let file = if json { self.read(&case)? } else { self.read_and_parse(&case)? };
                root.cases.push(CaseFile { file, json });
            }
        }
        self.roots.push(root);
        Ok(())
    }

    /// The root of a file that was read, with all it uses and no cases yet.
    fn root(&mut self, file: FileId, path: &Path, folder: PathBuf) -> Root {
        let mut uses = vec![file];
        let mut next = vec![(file, path.to_owned())];
        while let Some((from, path)) = next.pop() {
            let beside = path.parent().unwrap_or(Path::new("")).to_owned();
            for text in self.used_by(from) {
                let target = walk::tidy(&beside.join(&text.text));
                match self.use_file(&target, &text) {
                    Some(id) if !uses.contains(&id) => {
                        uses.push(id);
                        next.push((id, target));
                    }
                    _ => {}
                }
            }
        }
        let standards = standards::kept(self, &uses);
        Root {
            file,
            agreement: self.holds_agreement(file),
            uses,
            standards,
            cases: Vec::new(),
            folder,
            day: self.asked,
            because: Because::Asked,
        }
    }

    fn used_by(&self, file: FileId) -> Vec<ast::Text> {
        let items = self.files.get(&file).map(|t| t.items.as_slice()).unwrap_or_default();
        let uses = items.iter().filter_map(|i| match &i.kind {
            ast::ItemKind::Use(text) => Some(text.clone()),
            _ => None,
        });
        uses.collect()
    }

    fn use_file(&mut self, target: &Path, text: &ast::Text) -> Option<FileId> {
        match self.read_and_parse(target) {
            Ok(id) => Some(id),
            Err(trouble) => {
                let folder = target.parent().unwrap_or(Path::new(""));
                let mut finding = Diagnostic::new(Code::MissingUse, text.span, trouble.to_string())
                    .help("a path after `use` is read from the folder of the file it stands in");
                if let Some(name) = walk::nearest(folder, target) {
                    finding = finding.help(format!("did you mean `{name}`?"));
                }
                self.found.push(finding);
                None
            }
        }
    }

    fn read_and_parse(&mut self, path: &Path) -> Result<FileId, Trouble> {
        let id = self.read(path)?;
        self.parse_once(id);
        Ok(id)
    }

    fn parse_once(&mut self, id: FileId) {
        if self.files.contains_key(&id) {
            return;
        }
        let text = self.sources.file(id).map_or("", |f| f.text());
        let tree = parse(id, text, &mut self.found);
        self.files.insert(id, tree);
    }

    fn add_text(&mut self, name: &str, text: &str) -> FileId {
        let id = self.sources.add(name, text);
        self.parse_once(id);
        id
    }

    fn read(&mut self, path: &Path) -> Result<FileId, Trouble> {
        let identity = path.canonicalize().map_err(|e| Trouble::io("read", path, &e))?;
        if let Some(id) = self.known.get(&identity) {
            return Ok(*id);
        }
        let bytes = read_bytes(path)?;
        let id = match String::from_utf8(bytes) {
            // A byte order mark is not part of the text.
            Ok(text) => self.sources.add(shown(path), text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => self.not_text(path, &error),
        };
        self.known.insert(identity, id);
        Ok(id)
    }

    /// A file with bytes that are not UTF-8: kept so that the place can be shown, and never parsed.
    fn not_text(&mut self, path: &Path, error: &std::string::FromUtf8Error) -> FileId {
        let offset = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        let id = self.sources.add(shown(path), String::from_utf8_lossy(error.as_bytes()));
        let span = Span::new(id, offset, offset + '\u{fffd}'.len_utf8());
        self.found.push(
            Diagnostic::new(Code::BadText, span, format!("byte {offset} (0x{byte:02x}) is not UTF-8 text"))
                .here("the text cannot be read from here on")
                .help("save the file as UTF-8; in a word processor, as plain text with encoding UTF-8"),
        );
        self.files.insert(id, ast::File { id, items: Vec::new(), comments: Vec::new() });
        id
    }
}

/// The bytes of an ordinary file of bearable size.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Trouble> {
    read_at_most(path, LARGEST, "split it with `use`; a file may have 16 MiB")
}

/// The bytes of an ordinary file of at most this many; `help` for a larger one.
pub fn read_at_most(path: &Path, largest: u64, help: &str) -> Result<Vec<u8>, Trouble> {
    let meta = std::fs::metadata(path).map_err(|e| Trouble::io("read", path, &e))?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(Trouble::new(format!("`{}` is not an ordinary file", path.display())));
    }
    if meta.len() > largest {
        return Err(
            Trouble::new(format!("`{}` is too large to be read: {} bytes", path.display(), meta.len())).help(help)
        );
    }
    std::fs::read(path).map_err(|e| Trouble::io("read", path, &e))
}

/// A path as the user would write it: without `./` and `a/../`.
pub fn shown(path: &Path) -> String {
    walk::tidy(path).display().to_string()
}

/// For a file below a folder `cases`: the folder that holds it, where the agreement is expected.
fn agreement_folder(path: &Path) -> Option<PathBuf> {
    let absolute = path.canonicalize().ok()?;
    let steps = absolute.ancestors().skip(1).take_while(|a| !a.as_os_str().is_empty());
    let (depth, _) = steps.enumerate().find(|(_, a)| a.file_name().is_some_and(|n| n == CASES))?;
    // Seen from the user's own path where it is long enough, so that names stay as written.
    match path.ancestors().nth(depth + 2) {
        Some(folder) => Some(folder.to_owned()),
        None => absolute.ancestors().nth(depth + 2).map(Path::to_owned),
    }
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(wanted))
}
