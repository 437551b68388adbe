//! Codes and words.

use super::{country, currency};
use crate::{
    Country, Currency, DatedIn, EnumId, HostFn, KERNEL_ENUMS, Kind, MonthEnd, PartUnit, Quality, Remainder, Trimmed,
    Unit, Value, WrongKind,
};
use std::collections::BTreeSet;

#[test]
fn countries_and_fictional_states() {
    assert_eq!(country("CZ").to_string(), "CZ");
    assert_eq!(country("XA").name(), "XA");
    assert!(!country("MD").name().is_empty());
    for code in ["cz", "ZZ", "C", "CZE", "", "Č"] {
        assert_eq!(Country::parse(code), None, "{code}");
    }
}

#[test]
fn currencies_in_use_and_withdrawn() {
    assert_eq!(currency("EUR").decimals(), 2);
    assert_eq!(currency("JPY").decimals(), 0);
    assert_eq!(currency("TND").decimals(), 3);
    assert_eq!(currency("ITL").decimals(), 0);
    assert_eq!(currency("DEM").name(), "German mark");
    assert_eq!(Currency::parse("EU"), None);
    assert_eq!(Currency::parse("eur"), None);
}

#[test]
fn kernel_enumerations_and_their_members_agree() {
    for (position, kernel) in KERNEL_ENUMS.iter().enumerate() {
        assert_eq!(usize::from(kernel.id.0), position);
    }
    let words = |id: usize| KERNEL_ENUMS[id].members.to_vec();
    assert_eq!(Kind::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(0));
    assert_eq!(Quality::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(1));
    assert_eq!(DatedIn::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(2));
    assert_eq!(Remainder::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(3));
    assert_eq!(PartUnit::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(3)[..2]);
    assert_eq!(Trimmed::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(6));
    assert_eq!(MonthEnd::ALL.iter().map(|m| m.word()).collect::<Vec<_>>(), words(4));
}

#[test]
fn kernel_members_are_values_and_back() {
    for kind in Kind::ALL.iter().copied() {
        assert_eq!(Kind::try_from(&Value::from(kind)), Ok(kind));
        assert_eq!(Kind::parse(kind.word()), Some(kind));
    }
    assert_eq!(Value::from(Quality::Voluntary), Value::Member(EnumId(1), 1));
    assert_eq!(PartUnit::try_from(&Value::from(Remainder::Kept)), Err(WrongKind));
    assert_eq!(Kind::try_from(&Value::from(Quality::Voluntary)), Err(WrongKind));
    assert_eq!(Kind::try_from(&Value::YesNo(true)), Err(WrongKind));
}

#[test]
fn words_of_operations_and_units_are_unique() {
    let words: BTreeSet<&str> = HostFn::ALL.iter().map(|f| f.word()).collect();
    assert_eq!(words.len(), HostFn::ALL.len());
    for function in HostFn::ALL.iter().copied() {
        assert_eq!(HostFn::parse(function.word()), Some(function));
    }
    for unit in Unit::ALL {
        assert_eq!(Unit::parse(unit.word()), Some(unit));
        assert_eq!(Unit::parse(unit.singular()), Some(unit));
    }
}
