//! The gate and the printed form.

#[cfg(test)]
#[expect(dead_code, reason = "the interpreter's tests use what these do not")]
mod builder;
#[cfg(test)]
mod print;
#[cfg(test)]
mod verify;
