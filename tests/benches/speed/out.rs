//! Results as columns, as native code writes them, and how two of them compare.

/// Yes, there is a value.
pub const VALUE: u8 = 0;
/// Nothing is due.
pub const NOTHING: u8 = 1;
/// A fact is missing.
pub const UNDETERMINED: u8 = 2;
/// The authorities settle it.
pub const REFER: u8 = 3;
/// The computation has no meaning.
pub const FAULT: u8 = 6;
/// Left to the general evaluator.
pub const UNDECIDED: u8 = 7;

/// The results of one decision.
#[derive(Clone, Default)]
pub struct Column {
    /// Minor units; 0 where there is none.
    pub values: Vec<i64>,
    /// A bit for each row.
    pub valid: Vec<u64>,
    /// One of the codes above.
    pub outcome: Vec<u8>,
    /// The names of what is missing, a bit each; of a fault `(site << 8) | kind`.
    pub detail: Vec<u64>,
    /// The rules that made it, a bit each.
    pub rules: Vec<u64>,
}

/// `payable(CV)` and `payable(NL)` of some rows.
#[derive(Clone, Default)]
pub struct Out {
    /// By party.
    pub of: [Column; 2],
}

/// Room for the results of a part of the rows.
pub struct Part<'a> {
    /// By party.
    pub of: [ColumnPart<'a>; 2],
}

/// Room for one decision.
pub struct ColumnPart<'a> {
    /// See [`Column`].
    pub values: &'a mut [i64],
    /// See [`Column`].
    pub valid: &'a mut [u64],
    /// See [`Column`].
    pub outcome: &'a mut [u8],
    /// See [`Column`].
    pub detail: &'a mut [u64],
    /// See [`Column`].
    pub rules: &'a mut [u64],
}

impl Column {
    fn new(rows: usize) -> Column {
        Column {
            values: vec![-1; rows],
            valid: vec![u64::MAX; rows.div_ceil(64)],
            outcome: vec![u8::MAX; rows],
            detail: vec![u64::MAX; rows],
            rules: vec![u64::MAX; rows],
        }
    }

    /// Whether there is a value in a row.
    pub fn is_value(&self, row: usize) -> bool {
        self.valid[row / 64] >> (row % 64) & 1 == 1
    }

    fn parts(&mut self, size: usize) -> Vec<ColumnPart<'_>> {
        let chunks = self.values.chunks_mut(size).zip(self.valid.chunks_mut(size.div_ceil(64)));
        let more = self.outcome.chunks_mut(size).zip(self.detail.chunks_mut(size)).zip(self.rules.chunks_mut(size));
        let part = |((values, valid), ((outcome, detail), rules))| ColumnPart { values, valid, outcome, detail, rules };
        chunks.zip(more).map(part).collect()
    }
}

impl Out {
    /// Room for the results of so many rows, filled with what no engine writes.
    pub fn new(rows: usize) -> Out {
        Out { of: [Column::new(rows), Column::new(rows)] }
    }

    /// The room of the parts of so many rows each, a multiple of 64.
    pub fn parts(&mut self, size: usize) -> Vec<Part<'_>> {
        assert!(size.is_multiple_of(64), "the rows of a part fill whole words");
        let [cv, nl] = &mut self.of;
        cv.parts(size).into_iter().zip(nl.parts(size)).map(|(cv, nl)| Part { of: [cv, nl] }).collect()
    }

    /// All of it.
    pub fn whole(&mut self) -> Part<'_> {
        let size = self.of[0].values.len().next_multiple_of(64).max(64);
        let mut parts = self.parts(size);
        parts.pop().expect("at least a row")
    }
}

/// What came of comparing.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Results compared.
    pub results: usize,
    /// Left to the general evaluator by either.
    pub undecided: usize,
    /// Different ones.
    pub different: usize,
    /// The first of them: its row, and what it is.
    pub first: Option<(usize, String)>,
}

impl Compared {
    /// Adds another comparison.
    pub fn and(&mut self, other: Compared) {
        self.results += other.results;
        self.undecided += other.undecided;
        self.different += other.different;
        self.first = self.first.take().or(other.first);
    }
}

/// A result: value and whether there is one, outcome, detail, rules.
pub type Cell = (i64, bool, u8, u64, u64);

impl Column {
    /// A result.
    pub fn cell(&self, row: usize) -> Cell {
        (self.values[row], self.is_value(row), self.outcome[row], self.detail[row], self.rules[row])
    }
}

/// Compares results bit for bit; those either has left open are counted and not compared.
pub fn compare(a: &Out, b: &Out, rows: usize) -> Compared {
    let mut compared = Compared::default();
    for (party, (a, b)) in a.of.iter().zip(&b.of).enumerate() {
        for row in 0..rows {
            compared.results += 1;
            let (x, y) = (a.cell(row), b.cell(row));
            if x.2 == UNDECIDED || y.2 == UNDECIDED {
                compared.undecided += 1;
            } else if x != y {
                compared.different += 1;
                let first = || format!("row {row}, party {party}: {x:?} and {y:?}");
                compared.first = compared.first.take().or_else(|| Some((row, first())));
            }
        }
    }
    compared
}
