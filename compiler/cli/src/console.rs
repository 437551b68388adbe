//! Where a command writes: answers on one stream, findings on the other, and quiet when the reader has gone.

use std::io::{ErrorKind, IsTerminal, Write};

/// The two streams of a command, with whether each takes colour.
pub struct Console<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    /// Whether findings may be coloured.
    pub err_colour: bool,
    /// Whether pictures in an answer may be coloured.
    pub out_colour: bool,
    failed: Option<std::io::Error>,
}

impl<'a> Console<'a> {
    /// A console without colour.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Console<'a> {
        Console { out, err, err_colour: false, out_colour: false, failed: None }
    }

    /// The console of a process: colour only where it goes to a terminal and NO_COLOR is not set.
    pub fn of_process(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Console<'a> {
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let err_colour = !forbidden && std::io::stderr().is_terminal();
        let out_colour = !forbidden && std::io::stdout().is_terminal();
        Console { out, err, err_colour, out_colour, failed: None }
    }

    /// Part of the answer.
    pub fn answer(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(text.as_bytes()).err();
        }
    }

    /// One line of the answer.
    pub fn line(&mut self, text: &str) {
        self.answer(text);
        self.answer("\n");
    }

    /// Something about the run. A closed error stream is nobody's business.
    pub fn note(&mut self, text: &str) {
        drop(self.err.write_all(text.as_bytes()));
    }

    /// Flushes, and makes the exit code: an answer that could not be written is a run that failed, except where the
    /// reader simply stopped reading.
    pub fn finish(mut self, code: u8) -> u8 {
        let failed = self.failed.take().or_else(|| self.out.flush().err());
        match failed {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.note(&format!("cannot write the answer: {error}\n"));
                2
            }
            _ => code,
        }
    }
}
