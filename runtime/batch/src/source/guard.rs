//! Decoders of others may stop on a damaged file in ways of their own: that is an error like any other, and nothing is
//! printed of it.

use super::Damage;
use crate::BatchError;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is in somebody else's decoder.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

static HUSHED: Once = Once::new();

/// Reads what may be damaged.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, Damage>) -> Result<T, Damage> {
    HUSHED.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |about| {
            if !INSIDE.get() {
                told(about);
            }
        }));
    });
    let before = INSIDE.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    INSIDE.set(before);
    read.unwrap_or_else(|_| Err(BatchError::new("the file is damaged").into()))
}
