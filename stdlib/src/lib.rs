//! The standard library: the vocabulary of agreements and their clauses, written in Accord and embedded here.

/// Every file, with its name as diagnostics show it: declarations first, then the clauses.
pub const FILES: &[(&str, &str)] = &[
    ("stdlib/model.accord", include_str!("../model.accord")),
    ("stdlib/figures.accord", include_str!("../figures.accord")),
    ("stdlib/clauses/scope.accord", include_str!("../clauses/scope.accord")),
    ("stdlib/clauses/law.accord", include_str!("../clauses/law.accord")),
    ("stdlib/clauses/periods.accord", include_str!("../clauses/periods.accord")),
    ("stdlib/clauses/amounts.accord", include_str!("../clauses/amounts.accord")),
    ("stdlib/clauses/payment.accord", include_str!("../clauses/payment.accord")),
];

/// The conventions an agreement can be compared with: name, file, text. Read where one is asked for.
pub const STANDARDS: &[(&str, &str, &str)] = &[
    ("C102", "stdlib/standards/c102.accord", include_str!("../standards/c102.accord")),
    ("C118", "stdlib/standards/c118.accord", include_str!("../standards/c118.accord")),
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_has_its_own_name_and_ends_with_its_line() {
        let names: std::collections::BTreeSet<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), FILES.len());
        assert!(FILES.iter().all(|(_, text)| text.ends_with('\n')));
    }
}
