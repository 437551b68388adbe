//! Which native code a block gets.

use crate::{Columns, Kernel, Kernels};
use accord_core::Country;
use accord_core::columns::{Fill, Layout, Shape};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Shapes that code is made for as they are; after that only what is known of every block is used.
const MOST: usize = 24;

/// Of an agreement of so many parties all are told to native code; of others those that occur.
const FEW_PARTIES: usize = 4;

/// Most parties of a shape.
const MOST_PARTIES: usize = 16;

/// Native code by shape, made once for all threads, and the parties that occurred so far.
pub(crate) struct Shapes<'a> {
    layout: &'a Layout,
    columns: &'a Columns,
    kernels: Option<Arc<dyn Kernels>>,
    made: Mutex<BTreeMap<Shape, Option<Arc<dyn Kernel>>>>,
    /// What is known of all blocks so far: code is made for that, so that little is made anew.
    joined: Mutex<Option<Shape>>,
    parties: Mutex<BTreeSet<Country>>,
    /// Whether a thread has begun with what the first code is made for, and whether that code is there.
    begun: AtomicBool,
    ready: AtomicBool,
}

impl<'a> Shapes<'a> {
    pub fn new(layout: &'a Layout, columns: &'a Columns, kernels: Option<Arc<dyn Kernels>>) -> Shapes<'a> {
        let few = layout.parties.len() <= FEW_PARTIES;
        let parties = if few { layout.parties.iter().copied().collect() } else { BTreeSet::new() };
        Shapes {
            layout,
            columns,
            kernels,
            made: Mutex::default(),
            joined: Mutex::default(),
            parties: Mutex::new(parties),
            begun: AtomicBool::new(false),
            ready: AtomicBool::new(false),
        }
    }

    /// Whether another thread is about to make the first code: whoever goes on to ask for it now only waits. The first
    /// that wants to know is the one that makes it.
    pub fn is_being_made(&self) -> bool {
        self.kernels.is_some() && !self.ready.load(Ordering::Acquire) && self.begun.swap(true, Ordering::AcqRel)
    }

    /// Code for a shape, or for one that says less; none where none can be made.
    pub fn kernel(&self, shape: &Shape) -> Option<Arc<dyn Kernel>> {
        let kernel = self.kernel_for(shape);
        self.ready.store(true, Ordering::Release);
        kernel
    }

    /// Whether the parties are to be found in the periods.
    pub fn looks_for_parties(&self) -> bool {
        self.layout.parties.len() > FEW_PARTIES
    }

    /// The parties of the next shape, once these occurred as well.
    pub fn parties(&self, occurring: &BTreeSet<Country>) -> Vec<Country> {
        let mut known = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        for party in occurring.iter().filter(|p| self.layout.parties.contains(p)) {
            if known.len() < MOST_PARTIES {
                let _ = known.insert(*party);
            }
        }
        known.iter().copied().collect()
    }

    fn kernel_for(&self, shape: &Shape) -> Option<Arc<dyn Kernel>> {
        let kernels = self.kernels.as_ref()?;
        let shape = &self.joined(shape);
        // Whoever waits here waits for code it needs itself.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(shape) {
            return known.clone().or_else(|| made.get(&self.unknown(shape)).cloned().flatten());
        }
        if made.len() < MOST {
            let kernel = kernels.kernel(shape).ok();
            let _ = made.insert(shape.clone(), kernel.clone());
            if kernel.is_some() {
                return kernel;
            }
        }
        let unknown = self.unknown(shape);
        if let Some(known) = made.get(&unknown) {
            return known.clone();
        }
        // The parties only ever become more, so there are few of these.
        let kernel = kernels.kernel(&unknown).ok();
        let _ = made.insert(unknown, kernel.clone());
        kernel
    }

    /// What is known of all blocks so far and this one.
    fn joined(&self, shape: &Shape) -> Shape {
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        // Other parties have other numbers, and what native code reads was made with those of this block.
        let next = match joined.as_ref().filter(|before| before.parties == shape.parties) {
            Some(before) => before.join(shape),
            None => shape.clone(),
        };
        *joined = Some(next.clone());
        next
    }

    /// Any block: of columns that the file has, whatever they hold.
    fn unknown(&self, shape: &Shape) -> Shape {
        let mut unknown = Shape::unknown(self.layout, shape.parties.clone());
        for (at, fill) in unknown.fills.iter_mut().enumerate() {
            if self.columns.place(at).is_none() {
                *fill = Fill::Absent;
            }
        }
        unknown
    }
}

#[cfg(test)]
mod tests {
    use super::Shapes;
    use crate::source::{Carried, Columns};
    use crate::tests::fake::Fake;
    use crate::tests::layout;
    use accord_core::columns::{Fill, Shape};
    use arrow_schema::Schema;
    use std::sync::Arc;

    #[test]
    fn code_for_any_block_reads_no_column_that_the_file_lacks() {
        let layout = layout();
        let mut fields = crate::schema::of(&layout).fields().to_vec();
        let _ = fields.remove(2);
        let (columns, _) = Columns::new(&layout, &Schema::new(fields), &Carried::default()).expect("columns");
        let shapes = Shapes::new(&layout, &columns, Some(Arc::new(Fake::default())));
        let shape = Shape::unknown(&layout, Vec::new());
        let fills = shapes.unknown(&shape).fills;
        let absent: Vec<usize> = (0..fills.len()).filter(|at| fills[*at] == Fill::Absent).collect();
        assert_eq!(absent, [2]);
    }
}
