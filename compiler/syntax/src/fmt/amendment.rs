//! Amending instruments, and what corresponds to what in two versions.

use super::Writer;
use super::doc::{Doc, cat, group, text};
use super::exprs::{addresses, quoted};
use crate::ast::{Amendment, Correspondence, Instruction, Kept};

impl Writer<'_> {
    pub(super) fn amendment(&mut self, amendment: &Amendment) -> Doc {
        let head = format!("amendment {} to {}", quoted(&amendment.title.text), amendment.to.text);
        self.headed(head, amendment.to.span.end, &amendment.header)
    }

    pub(super) fn instruction(&mut self, instruction: &Instruction) -> Doc {
        let title = instruction.title.as_ref().map_or(String::new(), |t| format!(" {}", quoted(&t.text)));
        let after = instruction.after.as_ref().map(|a| format!(" after {}", addresses(std::slice::from_ref(a))));
        let head = format!(
            "{} {}{title}{}",
            instruction.deed.word(),
            addresses(&instruction.targets),
            after.unwrap_or_default()
        );
        let mut parts = vec![text(head), self.each(&instruction.each)];
        for applies in &instruction.applies {
            parts.push(self.applies(applies));
        }
        group(cat(parts))
    }

    pub(super) fn correspondence(&mut self, line: &Correspondence) -> Doc {
        match line {
            Correspondence::Renamed { before, after } => text(format!("renamed {} to {}", before.text, after.text)),
            Correspondence::Derived { fact, means } => {
                let body = self.body(means);
                group(cat([text(format!("derived {} means", fact.text)), body]))
            }
        }
    }

    pub(super) fn kept(&mut self, kept: &Kept) -> Doc {
        let relations = self.relations(&kept.relations);
        let end = kept.on.span.end;
        let head = self.element(kept.provision.span.start, end, Some(""), |w| {
            let on = w.expr(&kept.on);
            cat([text(format!("keeps {} as read on ", addresses(std::slice::from_ref(&kept.provision)))), on])
        });
        let mut parts = vec![head, self.when(kept.when.as_ref(), end)];
        for applies in &kept.applies {
            parts.push(self.applies(applies));
        }
        cat([relations, group(cat(parts))])
    }
}
