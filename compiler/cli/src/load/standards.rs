//! The standards that an agreement is compared with: those its header keeps, and those asked for.

use super::Loaded;
use crate::trouble::Trouble;
use crate::version::Because;
use accord_source::{Code, Diagnostic, FileId};
use accord_stdlib::STANDARDS;
use accord_syntax::ast;

/// The standards of stdlib that a root's agreements say they keep; one that there is not is reported.
pub(super) fn kept(loaded: &mut Loaded, uses: &[FileId]) -> Vec<FileId> {
    let trees = uses.iter().filter_map(|id| loaded.files.get(id));
    let items = trees.flat_map(|t| &t.items);
    let headers = items.filter_map(|i| match &i.kind {
        ast::ItemKind::Agreement { header, .. } => Some(header),
        _ => None,
    });
    let slots = headers.flatten().filter(|s| s.name.text == "keeps");
    let named = slots.flat_map(|s| match &s.value {
        ast::SlotValue::List(list) => list.clone(),
        _ => Vec::new(),
    });
    let own: Vec<String> = uses.iter().flat_map(|id| declared(loaded, *id)).collect();
    let mut files = Vec::new();
    for expr in named.collect::<Vec<_>>() {
        let name = match &expr.kind {
            ast::ExprKind::Name(name) | ast::ExprKind::Text(name) => name.clone(),
            _ => String::new(),
        };
        match loaded.standard(&name) {
            _ if own.contains(&name) => {}
            Some(file) if !files.contains(&file) => files.push(file),
            Some(_) => {}
            None => loaded.found.push(
                Diagnostic::new(Code::Header, expr.span, format!("no standard is called `{name}`")).help(there_are()),
            ),
        }
    }
    files
}

/// The standards a file declares itself.
fn declared(loaded: &Loaded, file: FileId) -> Vec<String> {
    let items = loaded.files.get(&file).map(|t| t.items.as_slice()).unwrap_or_default();
    let names = items.iter().filter_map(|i| match &i.kind {
        ast::ItemKind::Standard { name, .. } => Some(name.text.clone()),
        _ => None,
    });
    names.collect()
}

fn there_are() -> String {
    let names: Vec<&str> = STANDARDS.iter().map(|(name, ..)| *name).collect();
    format!(
        "there are {}; another is written `standard NAME \"title\"` in a file that the agreement uses",
        names.join(", ")
    )
}

impl Loaded {
    /// Compares every agreement with these standards too.
    pub fn compare_with(&mut self, names: &[String]) -> Result<(), Trouble> {
        for name in names {
            let file = self.standard(name);
            for at in 0..self.roots.len() {
                let Some(root) = self.roots.get(at).filter(|r| r.because == Because::Asked) else { continue };
                let own = root.uses.iter().any(|id| declared(self, *id).contains(name));
                match (file, own, self.roots.get_mut(at)) {
                    (_, true, _) => {}
                    (Some(file), false, Some(root)) if !root.standards.contains(&file) => root.standards.push(file),
                    (Some(_), false, _) => {}
                    (None, ..) => {
                        return Err(Trouble::new(format!("no standard is called `{name}`")).help(there_are()));
                    }
                }
            }
        }
        Ok(())
    }

    /// A standard of stdlib, read when it is first asked for.
    fn standard(&mut self, name: &str) -> Option<FileId> {
        let (_, file, text) = STANDARDS.iter().find(|(n, ..)| *n == name)?;
        let known = self.standards.iter().find(|(_, n)| n == file).map(|(id, _)| *id);
        Some(known.unwrap_or_else(|| {
            let id = self.add_text(file, text);
            self.standards.push((id, file));
            id
        }))
    }
}
