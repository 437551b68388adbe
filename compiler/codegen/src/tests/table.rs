//! The table of operations, the symbols and the signatures agree.

use super::build::Build;
use crate::abi::{self, Service, Shape};
use crate::jit::{Effort, module};
use crate::lower::lower;
use accord_core::HostFn;
use accord_core::host::Arity;
use cranelift_module::{Linkage, Module};
use std::collections::BTreeSet;

#[test]
fn every_operation_has_one_symbol_of_its_shape() {
    let symbols = abi::operations();
    assert_eq!(symbols.len(), HostFn::ALL.len());
    for (function, symbol) in HostFn::ALL.iter().zip(&symbols) {
        assert_eq!(function.word(), symbol.name);
        assert_eq!(HostFn::parse(symbol.name), Some(*function));
        let expected = match function.arity() {
            // The run and the site come beside the operands.
            Arity::Exactly(count @ 1..=3) => count + 2,
            Arity::Exactly(_) | Arity::Any => 4,
        };
        assert_eq!(symbol.params, expected, "{}", symbol.name);
        assert_eq!(Shape::of(*function).params(), expected);
        assert!(!symbol.address.is_null());
    }
    let services: Vec<_> = Service::ALL.iter().map(|s| s.symbol()).collect();
    let names: BTreeSet<_> = symbols.iter().chain(&services).map(|s| s.name).collect();
    assert_eq!(names.len(), symbols.len() + services.len());
    for (at, service) in Service::ALL.iter().enumerate() {
        assert_eq!(*service as usize, at);
    }
}

#[test]
fn every_import_has_the_signature_of_its_symbol() {
    let program = Build::new().verified();
    let mut module = module(Effort::Plain, &program).unwrap();
    lower(&program, &crate::jit::every(&program), &mut module, &mut |_, _, _, _| Ok(())).unwrap();
    let symbols: Vec<_> = abi::operations().into_iter().chain(Service::ALL.iter().map(|s| s.symbol())).collect();
    let imports: Vec<_> = module.declarations().get_functions().filter(|(_, f)| f.linkage == Linkage::Import).collect();
    assert_eq!(imports.len(), symbols.len());
    for ((id, import), symbol) in imports.iter().zip(&symbols) {
        assert_eq!(import.linkage_name(*id), symbol.name);
        assert_eq!(import.signature.params.len(), symbol.params, "{}", symbol.name);
        assert_eq!(import.signature.returns.len(), 1);
    }
}
