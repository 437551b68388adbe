//! What a decision decides, as the vocabulary or the agreement words it, by which alone a reader of a treaty knows
//! `exportable`; which decisions rest on which; and where the texts are from.

use super::Version;
use super::plain::state;
use crate::load::Loaded;
use accord_core::Value;
use accord_ir::{Body, ExprId, ExprKind, NodeId, Program, Ty};
use accord_syntax::ast::{self, File, Item, ItemKind, SlotValue};
use std::collections::{BTreeMap, BTreeSet};

/// What a decision decides when it is asked with one of these: a party that is always the same stands by its name, others
/// as `that State`. `None` where no text says it.
pub fn worded(program: &Program, loaded: &Loaded, decision: &str, args: &[Vec<Value>]) -> Option<String> {
    let (_, declared) = program.decision(decision)?;
    let mut said = loaded.all_trees().flat_map(|file| &file.items).find_map(|item| meaning(item, decision))?.to_owned();
    let parties = declared.params.iter().enumerate().filter(|(_, p)| matches!(p.ty, Ty::Country));
    for (at, param) in parties {
        let mut each: Vec<&Value> = args.iter().filter_map(|a| a.get(at)).collect();
        each.dedup();
        let named = match each.as_slice() {
            [Value::Country(only)] => state(*only),
            _ if at == 0 => "that State".to_owned(),
            _ => "another State".to_owned(),
        };
        said = instead(&said, &param.name, &named);
    }
    Some(said)
}

fn meaning<'a>(item: &'a Item, decision: &str) -> Option<&'a str> {
    match &item.kind {
        ItemKind::Decision { signature, doc: Some(doc), .. } if signature.name.text == decision => Some(&doc.text),
        _ => None,
    }
}

/// Where the text of a version is from, as its header says.
pub fn source<'a>(loaded: &'a Loaded, version: &Version<'_>) -> Option<&'a str> {
    let folder = version.path.split('@').next().unwrap_or(version.path);
    let lies_there = |file: &&File| loaded.sources.file(file.id).is_some_and(|f| f.name().starts_with(folder));
    let header =
        loaded.all_trees().filter(lies_there).flat_map(|file| &file.items).find_map(|item| match &item.kind {
            ItemKind::Agreement { name, header, .. } if name.text == version.name => Some(header),
            _ => None,
        })?;
    header.iter().filter(|slot| slot.name.text == "source").find_map(|slot| match &slot.value {
        SlotValue::List(each) => each.iter().find_map(|e| match &e.kind {
            ast::ExprKind::Text(text) => Some(text.as_str()),
            _ => None,
        }),
        _ => None,
    })
}

/// Of some decisions, for each that others of them rest on, which these are.
pub fn rest_on(program: &Program, names: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names {
        let mut reached = BTreeSet::new();
        if let Some((_, declared)) = program.decision(name) {
            reach(program, declared.node, &mut reached);
        }
        let asked = reached.iter().filter_map(|id| match program.node(*id).map(|n| &n.body) {
            Some(Body::Decision(decision, _)) => program.decisions.get(decision.0 as usize),
            _ => None,
        });
        for under in asked.map(|d| d.name.clone()).filter(|n| n != name && names.contains(n)) {
            all.entry(under).or_default().insert(name.clone());
        }
    }
    all
}

/// The nodes that are asked on the way from one.
fn reach(program: &Program, from: NodeId, reached: &mut BTreeSet<NodeId>) {
    if !reached.insert(from) {
        return;
    }
    let mut open: Vec<ExprId> = match program.node(from).map(|n| &n.body) {
        Some(Body::Expr(body)) => vec![*body],
        Some(Body::Decision(decision, left_out)) => {
            let decision = program.decisions.get(decision.0 as usize);
            let rules = decision.into_iter().flat_map(|d| &d.rules).filter(|r| !left_out.contains(r));
            let rules = rules.filter_map(|r| program.rule(*r));
            rules.flat_map(|r| r.condition.into_iter().chain([r.value])).collect()
        }
        None => Vec::new(),
    };
    while let Some(expr) = open.pop().and_then(|id| program.expr(id)) {
        if let ExprKind::Call(node, _) = &expr.kind {
            reach(program, *node, reached);
        }
        open.extend(expr.kind.children());
    }
}

/// A text with another word for one of its words.
fn instead(text: &str, word: &str, with: &str) -> String {
    let each = text.split(' ').map(|part| match part.strip_prefix(word) {
        // Of a name in `s` the mark alone: `the Netherlands' law`.
        Some("'s") if with.ends_with('s') => format!("{with}'"),
        Some(rest @ ("" | "," | "'s")) => format!("{with}{rest}"),
        _ => part.to_owned(),
    });
    each.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::instead;

    #[test]
    fn a_party_is_named_and_nothing_else_is_touched() {
        assert_eq!(instead("whether P pays, P's law", "P", "Alpha"), "whether Alpha pays, Alpha's law");
        assert_eq!(instead("the Periods of P, and more", "P", "Alpha"), "the Periods of Alpha, and more");
        assert_eq!(instead("P's law", "P", "the Netherlands"), "the Netherlands' law");
        assert_eq!(instead("nothing of the kind", "P", "Alpha"), "nothing of the kind");
    }
}
