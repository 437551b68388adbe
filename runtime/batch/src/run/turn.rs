//! Whose turn it is: rows that come early wait in memory, so only so many may.

use std::sync::{Condvar, Mutex, PoisonError};

/// Rows that may come early.
const EARLY: u64 = 1 << 20;

/// Which portion is being written, and how much came of later ones.
#[derive(Default)]
pub(super) struct Turn {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    current: u64,
    waiting: u64,
    over: bool,
}

/// Lets everybody go when it is dropped.
pub(super) struct Released<'a>(pub &'a Turn);

impl Drop for Released<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Turn {
    /// Waits until rows of a portion may be handed over. Those of the one that is being written always may.
    pub fn wait(&self, portion: u64, rows: u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let early = |s: &mut State| !s.over && portion > s.current && s.waiting >= EARLY;
        let waited = self.changed.wait_while(state, early);
        waited.unwrap_or_else(PoisonError::into_inner).waiting += rows;
    }

    /// Rows were written.
    pub fn written(&self, rows: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting = state.waiting.saturating_sub(rows);
        drop(state);
        self.changed.notify_all();
    }

    /// This portion is written next.
    pub fn next(&self, portion: u64) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).current = portion;
        self.changed.notify_all();
    }

    /// Nothing more is written.
    pub fn release(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).over = true;
        self.changed.notify_all();
    }
}
