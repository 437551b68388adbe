//! The border: what native code calls, by symbol.
//!
//! Two families. An *operation* is a row of [`HostFn`]; its symbol is its word, its signature follows from its arity:
//! up to three operands travel as handles, more or any number as a pointer and a count, then the site. A *service* is
//! one of the few things native code needs from a run besides; its symbol begins with `run.`. Every parameter and
//! every result is 64 bits wide and the first parameter is the run.
//!
//! A panic must not cross this border: what stands behind it does not panic, and if it did, `extern "C"` would end
//! the process rather than unwind into native code.

#![expect(unsafe_code, reason = "native code passes the run and its operands as bare pointers")]

use crate::state::State;
use crate::tables::Handle;
use accord_core::HostFn;
use accord_core::host::Arity;

/// How the operands of an operation travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As this many handles.
    Handles(usize),
    /// As a pointer to handles and their count.
    Spilled,
}

impl Shape {
    /// Operations with more operands than this get them through memory.
    const MOST_HANDLES: usize = 3;

    /// The shape of an operation.
    pub(crate) fn of(function: HostFn) -> Shape {
        match function.arity() {
            Arity::Exactly(count) if (1..=Shape::MOST_HANDLES).contains(&count) => Shape::Handles(count),
            Arity::Exactly(_) | Arity::Any => Shape::Spilled,
        }
    }

    /// Number of parameters, the run and the site included.
    pub(crate) fn params(self) -> usize {
        match self {
            Shape::Handles(count) => count + 2,
            Shape::Spilled => 4,
        }
    }
}

/// Something native code can call.
pub(crate) struct Symbol {
    /// Its name.
    pub name: &'static str,
    /// Number of parameters, the run included.
    pub params: usize,
    /// Where it is.
    pub address: *const u8,
}

/// The operations, in the order of [`HostFn::ALL`].
pub(crate) fn operations() -> Vec<Symbol> {
    let rows = HostFn::ALL.iter().zip(ADDRESSES);
    let symbol = |(function, address): (&HostFn, &fn() -> *const u8)| Symbol {
        name: function.word(),
        params: Shape::of(*function).params(),
        address: address(),
    };
    rows.map(symbol).collect()
}

/// The row of a number below the length of the table; the first row for any other, which nothing asks for.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler only, and in range")]
const fn row(index: usize) -> HostFn {
    HostFn::ALL[if index < HostFn::ALL.len() { index } else { 0 }]
}

/// Where native code finds the row of a number.
fn address<const ROW: usize>() -> *const u8 {
    match Shape::of(const { row(ROW) }) {
        Shape::Handles(1) => one::<ROW> as *const u8,
        Shape::Handles(2) => two::<ROW> as *const u8,
        Shape::Handles(_) => three::<ROW> as *const u8,
        Shape::Spilled => spilled::<ROW> as *const u8,
    }
}

macro_rules! addresses {
    ($($tens:literal)*) => { &[$(
        address::<{ $tens * 10 }>, address::<{ $tens * 10 + 1 }>, address::<{ $tens * 10 + 2 }>,
        address::<{ $tens * 10 + 3 }>, address::<{ $tens * 10 + 4 }>, address::<{ $tens * 10 + 5 }>,
        address::<{ $tens * 10 + 6 }>, address::<{ $tens * 10 + 7 }>, address::<{ $tens * 10 + 8 }>,
        address::<{ $tens * 10 + 9 }>,
    )*] };
}

/// An address for each row; extend the list when the table outgrows it.
const ADDRESSES: &[fn() -> *const u8] = addresses!(0 1 2 3 4 5 6 7);
const _: () = assert!(HostFn::ALL.len() <= ADDRESSES.len());

unsafe extern "C" fn one<const ROW: usize>(run: *mut State<'_>, a: Handle, site: i64) -> Handle {
    // SAFETY: native code passes on the run it was entered with.
    unsafe { state(run) }.apply(const { row(ROW) }, &[a], site)
}

unsafe extern "C" fn two<const ROW: usize>(run: *mut State<'_>, a: Handle, b: Handle, site: i64) -> Handle {
    // SAFETY: native code passes on the run it was entered with.
    unsafe { state(run) }.apply(const { row(ROW) }, &[a, b], site)
}

unsafe extern "C" fn three<const ROW: usize>(
    run: *mut State<'_>,
    a: Handle,
    b: Handle,
    c: Handle,
    site: i64,
) -> Handle {
    // SAFETY: native code passes on the run it was entered with.
    unsafe { state(run) }.apply(const { row(ROW) }, &[a, b, c], site)
}

unsafe extern "C" fn spilled<const ROW: usize>(
    run: *mut State<'_>,
    operands: *const Handle,
    count: i64,
    site: i64,
) -> Handle {
    // SAFETY: native code passes on the run it was entered with, and has stored `count` operands in its own frame.
    unsafe { state(run).apply(const { row(ROW) }, handles(operands, count), site) }
}

/// The run behind the pointer.
///
/// # Safety
///
/// `run` is what `Jit` entered native code with. While native code runs nobody else touches the run, and each of the
/// functions here lets go of it before it returns.
unsafe fn state<'r, 'a>(run: *mut State<'a>) -> &'r mut State<'a> {
    // SAFETY: by the contract above the pointer is valid and the only one in use.
    unsafe { &mut *run }
}

/// Handles stored by native code.
///
/// # Safety
///
/// `count` handles were stored from `first` on, and stay as they are until the function called returns.
unsafe fn handles<'r>(first: *const Handle, count: i64) -> &'r [Handle] {
    match usize::try_from(count) {
        // SAFETY: by the contract above.
        Ok(count) if count > 0 => unsafe { std::slice::from_raw_parts(first, count) },
        Ok(_) | Err(_) => &[],
    }
}

impl Service {
    /// Those that ask for a node, which they take before anything else.
    pub(crate) const ASKING: [Service; 2] = [Service::Plain, Service::Ask];
}

macro_rules! services {
    ($($(#[doc = $doc:literal])* $name:ident $symbol:literal ($($param:ident: $ty:ty),*) |$state:ident| $body:expr;)*) => {
        /// What native code may ask of a run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Service { $($(#[doc = $doc])* $name),* }

        impl Service {
            /// Every service, in the order of the table.
            pub(crate) const ALL: &'static [Service] = &[$(Service::$name),*];

            /// Its symbol.
            pub(crate) fn symbol(self) -> Symbol {
                match self {
                    $(Service::$name => {
                        unsafe extern "C" fn serve(run: *mut State<'_>, $($param: $ty),*) -> i64 {
                            // SAFETY: native code passes on the run it was entered with.
                            let $state = unsafe { state(run) };
                            $body
                        }
                        let params = ["run", $(stringify!($param)),*].len();
                        Symbol { name: $symbol, params, address: serve as *const u8 }
                    })*
                }
            }
        }
    };
}

services! {
    /// A fact of the row, by number.
    Fact "run.fact" (fact: i64) |run| run.fact(fact);
    /// A fact declared by the legislation of a party, by the number of its name.
    Given "run.given" (party: Handle, name: i64) |run| run.given(party, name);
    /// The worse of two outcomes.
    Worst "run.worst" (a: Handle, b: Handle) |run| run.worst(a, b);
    /// Two conditions joined of which neither decides.
    Joined "run.joined" (neutral: Handle, a: Handle, b: Handle) |run| run.joined(neutral, a, b);
    /// The worst of those outcomes that are not values; -1 if all are.
    Screen "run.screen" (first: *const Handle, count: i64) |run| run.screen(
        // SAFETY: native code has stored `count` outcomes in its own frame.
        unsafe { handles(first, count) }
    );
    /// Spreads a set or list.
    Spread "run.spread" (domain: Handle) |run| run.spread(domain);
    /// The member at a place.
    Member "run.member" (place: i64) |run| run.member(place);
    /// Gathers a member that passed.
    Keep "run.keep" (place: i64, member: Handle) |run| run.keep(place, member);
    /// The set of the members from a place on.
    Collect "run.collect" (place: i64, count: i64) |run| run.collect(place, count);
    /// A whole number.
    Whole "run.whole" (n: i64) |run| run.whole(n);
    /// What a node gives that takes no arguments.
    Plain "run.plain" (node: i64) |run| run.ask(node, &[]);
    /// What a node gives for these arguments.
    Ask "run.ask" (node: i64, first: *const Handle, count: i64) |run| run.ask(
        node,
        // SAFETY: native code has stored `count` arguments in its own frame.
        unsafe { handles(first, count) }
    );
    /// As `Settle`, of a decision whose only rule has this condition.
    SettleOne "run.settle_one" (plan: i64, condition: Handle) |run| run.settle(plan, &[condition]);
    /// Leaves a decision to be settled by the run.
    Settle "run.settle" (plan: i64, first: *const Handle, count: i64) |run| run.settle(
        plan,
        // SAFETY: native code has stored the outcome of each of `count` conditions in its own frame.
        unsafe { handles(first, count) }
    );
}
