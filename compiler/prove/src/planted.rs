//! Mistakes made in the engine on purpose, one at a time, to see whether the tests notice. Only tests have them: what
//! asks for one is compiled for nothing else.

use std::cell::Cell;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// Constants are divided with the rest dropped.
    TruncatingDivision,
    /// What is not at most a value is taken to be at least that value.
    OffByOneCut,
    /// Of several groups the last one is not told.
    DroppedGroup,
    /// That bounds of one thing exclude each other is not seen.
    ForgottenBounds,
    /// What a node comes to is remembered without its arguments.
    MemoWithoutArguments,
    /// Two roundings of the same are the same, whatever their mode.
    WrongRounding,
    /// A rule that is beaten stands all the same.
    ForgottenPriority,
    /// A group is widened without looking who comes in.
    UncheckedWidening,
    /// That a part is not more than the whole is not seen.
    ForgottenSums,
}

impl Mistake {
    /// Every mistake.
    pub(crate) const ALL: &[Mistake] = &[
        Mistake::TruncatingDivision,
        Mistake::OffByOneCut,
        Mistake::DroppedGroup,
        Mistake::ForgottenBounds,
        Mistake::MemoWithoutArguments,
        Mistake::WrongRounding,
        Mistake::ForgottenPriority,
        Mistake::UncheckedWidening,
        Mistake::ForgottenSums,
    ];
}

thread_local! {
    static PLANTED: Cell<Option<Mistake>> = const { Cell::new(None) };
}

/// Whether a mistake is to be made on this thread.
pub(crate) fn is(mistake: Mistake) -> bool {
    PLANTED.get() == Some(mistake)
}

/// Makes a mistake on this thread from now on.
pub(crate) fn make(mistake: Mistake) {
    PLANTED.set(Some(mistake));
}
