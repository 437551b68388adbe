//! Enumerations the kernel itself reads. stdlib may use their members like any other; their numbers come first.

use crate::{DatedIn, EnumId, Kind, MonthEnd, PartUnit, Quality, Remainder, Trimmed, Value};

/// An enumeration of the kernel.
#[derive(Clone, Copy, Debug)]
pub struct KernelEnum {
    /// Its number in every program.
    pub id: EnumId,
    /// Its name in sources.
    pub name: &'static str,
    /// Its members, in order; a member's number is its position.
    pub members: &'static [&'static str],
}

/// The kernel's enumerations; `KERNEL_ENUMS[i].id == EnumId(i)` in every program.
pub const KERNEL_ENUMS: &[KernelEnum] = &[
    KernelEnum {
        id: EnumId(0),
        name: "Kind",
        members: &["insurance", "employment", "self_employment", "residence", "assimilated", "credited"],
    },
    KernelEnum { id: EnumId(1), name: "Quality", members: &["compulsory", "voluntary"] },
    KernelEnum { id: EnumId(2), name: "DatedIn", members: &["runs", "months_touched", "days"] },
    KernelEnum { id: EnumId(3), name: "PartUnit", members: &["counts", "dropped", "kept"] },
    KernelEnum { id: EnumId(4), name: "MonthEnd", members: &["last_day", "next_day", "error"] },
    KernelEnum { id: EnumId(5), name: "Undated", members: &["presumed_apart", "refer"] },
    KernelEnum { id: EnumId(6), name: "Trimmed", members: &["in_proportion", "recount", "refer"] },
];

/// A value that is not a member of the kernel enumeration asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongKind;

macro_rules! kernel_enum {
    ($ty:ident, $id:literal: $($variant:ident $position:literal $word:literal),*) => {
        impl $ty {
            /// Every member, in the order of the kernel's list.
            pub const ALL: &'static [$ty] = &[$($ty::$variant),*];

            /// The word of the language.
            pub fn word(self) -> &'static str {
                match self { $($ty::$variant => $word),* }
            }

            /// The member a word names.
            pub fn parse(word: &str) -> Option<$ty> {
                $ty::ALL.iter().copied().find(|m| m.word() == word)
            }
        }

        impl From<$ty> for Value {
            fn from(member: $ty) -> Value {
                Value::Member(EnumId($id), match member { $($ty::$variant => $position),* })
            }
        }

        impl TryFrom<&Value> for $ty {
            type Error = WrongKind;

            fn try_from(value: &Value) -> Result<$ty, WrongKind> {
                let Value::Member(EnumId($id), position) = value else { return Err(WrongKind) };
                match position { $($position => Ok($ty::$variant),)* _ => Err(WrongKind) }
            }
        }
    };
}

kernel_enum!(Kind, 0: Insurance 0 "insurance", Employment 1 "employment", SelfEmployment 2 "self_employment",
    Residence 3 "residence", Assimilated 4 "assimilated", Credited 5 "credited");
kernel_enum!(Quality, 1: Compulsory 0 "compulsory", Voluntary 1 "voluntary");
kernel_enum!(DatedIn, 2: Runs 0 "runs", MonthsTouched 1 "months_touched", Days 2 "days");
kernel_enum!(PartUnit, 3: Counts 0 "counts", Dropped 1 "dropped");
kernel_enum!(Remainder, 3: Counts 0 "counts", Dropped 1 "dropped", Kept 2 "kept");
kernel_enum!(Trimmed, 6: InProportion 0 "in_proportion", Recount 1 "recount", Refer 2 "refer");
kernel_enum!(MonthEnd, 4: LastDay 0 "last_day", NextDay 1 "next_day", Error 2 "error");
