//! Scratch.
fn main() {
    use accord_syntax::ast::*;
    use std::mem::size_of;
    println!(
        "Expr {} Item {} Slot {} SlotValue {} Rule {} Address {} Dates {} Name {} ClauseUse {} Type {}",
        size_of::<Expr>(),
        size_of::<Item>(),
        size_of::<Slot>(),
        size_of::<SlotValue>(),
        size_of::<Rule>(),
        size_of::<Address>(),
        size_of::<Dates>(),
        size_of::<Name>(),
        size_of::<ClauseUse>(),
        size_of::<Type>()
    );
}
