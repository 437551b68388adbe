//! `accord build --native`: a question of an agreement compiled ahead of time to a library with a C header.
//!
//! | concern | file |
//! |---|---|
//! | what code is made for, what is written | this one |
//! | the static library | `archive` |
//! | the shared library | `link` |
//! | the header, its words and its names | `header`, `words`, `names` |
//!
//! The code is the one that batches are run with, made for claims of which nothing is known beforehand.

mod archive;
mod header;
mod link;
mod names;
mod words;

use crate::args::{Build, Code};
use crate::build::{gated, is_agreement};
use crate::console::Console;
use crate::load::{Loaded, shown};
use crate::output::{Readers, replace};
use crate::ruleset::{self, Manifest};
use crate::run::only_root;
use crate::trouble::Trouble;
use crate::{FINE, NO, counted};
use accord_codegen::{CodegenError, Request, columns_clif, columns_object};
use accord_core::columns::{Cell, Layout, Output, Shape};
use accord_core::{Country, Value};
use accord_ir::{DecisionId, Program, Verified};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The question where none is named.
const QUESTION: &str = "benefit";

/// What is decided where nothing is named.
const USUAL: &str = "payable";

/// Of an agreement of so many parties code is made for all, unasked.
const FEW_PARTIES: usize = 4;

/// Code can be made for so many parties at most.
const MOST_PARTIES: usize = 16;

/// The column that holds the benefit of a claim.
const BENEFIT: &str = "claim.benefit";

/// What code over columns is made for.
pub struct Chosen<'p> {
    verified: &'p Verified,
    layout: Layout,
    shape: Shape,
    wanted: Vec<(DecisionId, Vec<Value>, Output)>,
}

impl<'p> Chosen<'p> {
    /// What was chosen on the command line, of this program.
    pub fn new(verified: &'p Verified, code: &Code) -> Result<Chosen<'p>, Trouble> {
        let program = verified.program();
        let question = code.question.as_deref().unwrap_or(QUESTION);
        let layout = accord_ir::layout(program, question).map_err(Trouble::new)?;
        let parties = parties(&code.party, &layout)?;
        let names = decisions(&code.decisions, program, question);
        let wanted = accord_ir::outputs(program, &layout, &parties, &names).map_err(Trouble::new)?;
        if wanted.is_empty() {
            return Err(Trouble::new(format!("nothing that the question `{question}` decides has a column"))
                .help("`accord batch` and `accord run` answer it"));
        }
        let mut shape = Shape::unknown(&layout, parties);
        if !code.benefit.is_empty() {
            let (column, members) = benefits(&code.benefit, &layout)?;
            shape.members.insert(column, members);
        }
        Ok(Chosen { verified, layout, shape, wanted })
    }

    fn request(&self) -> Request<'_> {
        Request { program: self.verified, layout: &self.layout, shape: &self.shape, wanted: &self.wanted }
    }

    /// The code as text, with provisions as comments.
    pub fn text(&self) -> Result<String, Trouble> {
        columns_clif(&self.request()).map_err(|e| defect(&e))
    }

    /// The benefits code is made for; `None` for all.
    fn benefits(&self) -> Option<Vec<&str>> {
        let (column, chosen) = self.shape.members.iter().next()?;
        let Some(Cell::Member(_, members)) = self.layout.columns.get(*column).map(|c| &c.cell) else { return None };
        Some((0_u16..).zip(members).filter(|(at, _)| chosen.contains(at)).map(|(_, name)| name.as_str()).collect())
    }
}

fn defect(error: &CodegenError) -> Trouble {
    Trouble::defect(format!("no native code could be made: {error}"))
}

/// The parties code is made for, in alphabetical order.
fn parties(named: &[String], layout: &Layout) -> Result<Vec<Country>, Trouble> {
    let listed = || layout.parties.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if named.is_empty() && layout.parties.len() > FEW_PARTIES {
        return Err(Trouble::new(format!("the agreement has {} parties", layout.parties.len()))
            .help(format!("name those the code is made for: `--party`, some of {}", listed())));
    }
    let party = |code: &String| {
        let country = Country::parse(&code.to_ascii_uppercase());
        country.filter(|c| layout.parties.contains(c)).ok_or_else(|| {
            Trouble::new(format!("`{code}` is not a party")).help(format!("the parties are {}", listed()))
        })
    };
    let mut parties = match named {
        [] => layout.parties.clone(),
        named => named.iter().map(party).collect::<Result<_, _>>()?,
    };
    parties.sort_unstable();
    parties.dedup();
    if parties.len() > MOST_PARTIES {
        return Err(Trouble::new(format!("code can be made for {MOST_PARTIES} parties, not for {}", parties.len()))
            .help("name fewer; claims about others are left to `accord batch`"));
    }
    Ok(parties)
}

/// The decisions asked for; none means all that have a column.
fn decisions(named: &[String], program: &Program, question: &str) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let asked = program.questions.iter().find(|q| q.name == question);
    let decides = asked.map(|q| q.decides.as_slice()).unwrap_or_default();
    let mut decides = decides.iter().filter_map(|id| program.decisions.get(id.0 as usize));
    if decides.any(|d| d.name == USUAL) { vec![USUAL.to_owned()] } else { Vec::new() }
}

/// The column of the benefit, and the members named.
fn benefits(named: &[String], layout: &Layout) -> Result<(usize, BTreeSet<u16>), Trouble> {
    let column = layout.position(BENEFIT);
    let cell = column.and_then(|at| layout.columns.get(at)).map(|c| &c.cell);
    let (Some(column), Some(Cell::Member(_, members))) = (column, cell) else {
        return Err(Trouble::new(format!("a claim of the question `{}` names no benefit", layout.question))
            .help("leave out `--benefit`"));
    };
    let member = |name: &String| {
        let at = members.iter().position(|m| m == name).and_then(|at| u16::try_from(at).ok());
        at.ok_or_else(|| {
            Trouble::new(format!("there is no benefit `{name}`")).help(format!("there is {}", members.join(", ")))
        })
    };
    Ok((column, named.iter().map(member).collect::<Result<_, _>>()?))
}

/// The agreement of a ruleset or of sources that were checked and tested, as a ruleset holds it.
struct Opened {
    manifest: Manifest,
    verified: Verified,
    digest: String,
}

fn opened(path: &Path, console: &mut Console<'_>) -> Result<Option<Opened>, Trouble> {
    if ruleset::looks_like_one(path) {
        let ruleset = ruleset::open(path, None)?;
        let ruleset::Ruleset { manifest, verified, digest, .. } = ruleset;
        return Ok(Some(Opened { manifest, verified, digest }));
    }
    let loaded = Loaded::from_paths(std::slice::from_ref(&path.to_owned()))?;
    let root = only_root(&loaded, path)?;
    is_agreement(&loaded, root, path)?;
    let Some(examined) = gated(&loaded, root, "no library", console)? else { return Ok(None) };
    let (manifest, verified) = ruleset::compose(&loaded, root, &examined)?;
    let bytes = ruleset::write(&manifest, &verified, None)?;
    let digest = ruleset::read(&bytes, None).map_err(|refusal| refusal.trouble(path))?.digest;
    Ok(Some(Opened { manifest, verified, digest }))
}

/// Where files go: the folder, and what they are named after.
struct Target {
    folder: PathBuf,
    name: String,
    /// The name as C writes it.
    ident: String,
}

impl Target {
    /// A folder means the agreement's name in it.
    fn new(out: &Path, agreement: &str) -> Result<Target, Trouble> {
        let ends = out.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        let (folder, name) = if out.is_dir() || ends {
            (out.to_owned(), agreement.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
        } else {
            let name = out.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            (out.parent().map(Path::to_owned).unwrap_or_default(), name)
        };
        let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if !letters || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(Trouble::new(format!("`{name}` cannot name a library"))
                .help("`-o FOLDER/NAME` makes libNAME.a and NAME.h; NAME is letters of ASCII, digits, `_` and `-`"));
        }
        let ident = name.replace('-', "_");
        Ok(Target { folder, name, ident })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Runs `accord build --native`.
pub fn build(args: &Build, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let Some(Opened { manifest, verified, digest }) = opened(&args.path, console)? else { return Ok(NO) };
    let target = Target::new(&args.out, &manifest.agreement)?;
    let chosen = Chosen::new(&verified, &args.code)?;
    let symbol = format!("{}_{}", target.ident, names::lower(&chosen.layout.question));
    let (object, inputs, details) = columns_object(&chosen.request(), &symbol).map_err(|e| defect(&e))?;
    let library = archive::archive(&object, &symbol).ok_or_else(|| {
        Trouble::new("the code is larger than a library can be")
            .help("make it for fewer decisions, parties or benefits")
    })?;
    let subject = header::Subject {
        chosen: &chosen,
        inputs: &inputs,
        details: &details,
        manifest: &manifest,
        digest: &digest,
        name: &target.name,
        ident: &target.ident,
        symbol: &symbol,
    };
    let header = subject.text();
    let shared = link::shared(&target.folder, &target.name, &object)?;
    console.line(&format!("{}  {}", manifest.agreement, manifest.title));
    console
        .line(&format!("  {} passed", counted(usize::try_from(manifest.cases.passed).unwrap_or(usize::MAX), "case")));
    let results = chosen.wanted.iter().map(|(_, _, output)| output.name.as_str()).collect::<Vec<_>>().join(", ");
    console.line(&format!("  {symbol}: {} to {results}", counted(inputs.len(), "column")));
    let mut written = vec![(format!("lib{}.a", target.name), library)];
    written.extend(shared.map(|bytes| (link::named(&target.name), bytes)));
    let made = written.len();
    written.push((format!("{}.h", target.name), header.into_bytes()));
    for (name, bytes) in written {
        let path = target.file(&name);
        replace(&path, &bytes, Readers::Any)?;
        console.line(&format!("  made {}: {} bytes", shown(&path), bytes.len()));
    }
    if made == 1 {
        console.note("note: there is no C compiler `cc` on this machine, so no shared library was made\n");
    }
    Ok(FINE)
}
