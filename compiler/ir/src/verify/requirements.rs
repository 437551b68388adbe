//! Requirements: their nodes exist, take their parameters and are yes or no; their parameters have few values.

use super::types::fits;
use super::{Flaw, Flaws};
use crate::{Demand, NodeId, Program, Requirement, Ty};

pub(super) fn check(program: &Program) -> Vec<Flaw> {
    let mut flaws = Flaws::default();
    for standard in &program.standards {
        let place = format!("standard {}", standard.name);
        let known = standard.provisions.iter().all(|(p, _)| program.provision(*p).is_some());
        flaws.need(known, &place, "a provision that does not exist");
    }
    for (index, requirement) in program.requirements.iter().enumerate() {
        check_requirement(program, requirement, &format!("requirement {index}"), &mut flaws);
    }
    flaws.list
}

fn check_requirement(program: &Program, requirement: &Requirement, place: &str, flaws: &mut Flaws) {
    let stands = requirement.provision.is_none_or(|p| program.provision(p).is_some());
    flaws.need(stands, place, "a provision that does not exist");
    let origin = requirement.origin.is_empty() || program.standards.iter().any(|s| s.name == requirement.origin);
    flaws.need(origin, place, "a standard that does not exist");
    for param in &requirement.params {
        let few = match &param.ty {
            Ty::YesNo | Ty::Country => true,
            Ty::Member(id) => program.enumeration(*id).is_some(),
            Ty::Number
            | Ty::Set(_)
            | Ty::List(_)
            | Ty::Date
            | Ty::Span
            | Ty::Length(_)
            | Ty::Money(_)
            | Ty::Amount(_)
            | Ty::Periods
            | Ty::Rounding
            | Ty::Unit
            | Ty::Text
            | Ty::Record(_)
            | Ty::Order
            | Ty::Ties
            | Ty::Never
            | Ty::Error => false,
        };
        flaws.need(few, place, format!("`{}` could be too many things", param.name));
    }
    condition(program, requirement, requirement.when, place, flaws);
    match &requirement.demand {
        Demand::Requires(node) | Demand::Permits(node) => condition(program, requirement, *node, place, flaws),
        Demand::Clash { permits, requires, node } => {
            condition(program, requirement, *node, place, flaws);
            let of = |index: u32| program.requirements.get(index as usize).map(|r| &r.demand);
            flaws.need(matches!(of(*permits), Some(Demand::Permits(_))), place, "nothing that permits");
            flaws.need(matches!(of(*requires), Some(Demand::Requires(_))), place, "nothing that requires");
        }
        Demand::NeverLowers { value, measure, .. } => {
            for node in [value, measure] {
                flaws.need(takes(program, requirement, *node), place, "a node with other parameters");
            }
        }
        Demand::Assumes(_) => {}
    }
}

fn condition(program: &Program, requirement: &Requirement, node: NodeId, place: &str, flaws: &mut Flaws) {
    flaws.need(takes(program, requirement, node), place, "a node with other parameters");
    let yes_no = program.node(node).is_some_and(|n| fits(&n.ty, &Ty::YesNo));
    flaws.need(yes_no, place, "a condition that is not yes or no");
}

fn takes(program: &Program, requirement: &Requirement, node: NodeId) -> bool {
    program.node(node).is_some_and(|n| {
        let pairs = n.params.iter().zip(&requirement.params);
        n.params.len() == requirement.params.len() && pairs.into_iter().all(|(a, b)| fits(&a.ty, &b.ty))
    })
}
