//! The command `accord`.

use accord_cli::{Console, examine::on_deep_stack};
use std::io::{BufWriter, Write, stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let code = on_deep_stack(|| {
        // Standard error stays open to the other threads: one that stops in the middle of its work says so there.
        let (mut out, mut err) = (BufWriter::new(stdout().lock()), stderr());
        accord_cli::main(std::env::args_os(), Console::of_process(&mut out, &mut err))
    });
    match code {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            drop(stderr().write_all(trouble.draw(false).as_bytes()));
            ExitCode::from(2)
        }
    }
}
