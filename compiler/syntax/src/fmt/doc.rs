//! Layout: a document of texts and possible line breaks, printed so that lines stay within a width.

/// A document.
pub(super) enum Doc {
    Text(String),
    /// This text where its group is on one line, a new line otherwise.
    Line(&'static str),
    /// A new line; its group cannot be on one line.
    Hard,
    /// A comment at the end of a line; a new line must follow, so its group cannot be on one line.
    Comment(String),
    /// Blanks, only where the group is broken: aligns values under each other.
    Pad(usize),
    Cat(Vec<Doc>),
    /// More indentation for the lines that begin inside.
    Nest(usize, Box<Doc>),
    /// Lines that begin inside are indented to the column this begins at.
    Align(Box<Doc>),
    /// On one line if that ends before the given column, with all its own lines broken otherwise.
    Group(usize, Box<Doc>),
}

/// Puts the comments at the ends of neighbouring lines under each other; `mark` stands before each of them.
pub(super) fn align_comments(text: &str, mark: char) -> String {
    let lines: Vec<(&str, Option<&str>)> =
        text.split('\n').map(|l| l.split_once(mark).map_or((l, None), |(code, c)| (code, Some(c)))).collect();
    let mut out: Vec<String> = Vec::new();
    let indent = |code: &str| code.len() - code.trim_start().len();
    for run in lines.chunk_by(|a, b| a.1.is_some() == b.1.is_some() && indent(a.0) == indent(b.0)) {
        let widths = || run.iter().map(|(code, _)| code.chars().count());
        let (widest, narrowest) = (widths().max().unwrap_or(0), widths().min().unwrap_or(0));
        // A line much longer than its neighbours would push their comments out of sight.
        let column = if widest - narrowest <= 40 { widest } else { 0 };
        for (code, comment) in run {
            out.push(match comment {
                Some(comment) => {
                    let blanks = column.saturating_sub(code.chars().count()) + 2;
                    format!("{code}{}{comment}", " ".repeat(blanks))
                }
                None => (*code).to_owned(),
            });
        }
    }
    out.join("\n")
}

/// Lines are broken to stay within this column.
pub(super) const WIDTH: usize = 110;

pub(super) fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

pub(super) fn cat(parts: impl IntoIterator<Item = Doc>) -> Doc {
    Doc::Cat(parts.into_iter().collect())
}

pub(super) fn group(doc: Doc) -> Doc {
    Doc::Group(WIDTH, Box::new(doc))
}

pub(super) fn nest(by: usize, doc: Doc) -> Doc {
    Doc::Nest(by, Box::new(doc))
}

pub(super) fn align(doc: Doc) -> Doc {
    Doc::Align(Box::new(doc))
}

/// The first text of a document.
pub(super) fn first(doc: &Doc) -> &str {
    match doc {
        Doc::Text(t) => t,
        Doc::Cat(parts) => parts.iter().map(first).find(|t| !t.is_empty()).unwrap_or(""),
        Doc::Nest(_, doc) | Doc::Align(doc) | Doc::Group(_, doc) => first(doc),
        Doc::Line(_) | Doc::Hard | Doc::Comment(_) | Doc::Pad(_) => "",
    }
}

#[derive(Clone, Copy)]
struct Frame<'d> {
    indent: usize,
    flat: bool,
    doc: &'d Doc,
}

/// Prints `doc` from `column` on, with lines that begin in it indented by `indent`. A comment at the end of a line is
/// printed behind `mark`, until it is known how far the comments around it are indented.
pub(super) fn print(doc: &Doc, column: usize, indent: usize, mark: char) -> String {
    let mut out = String::new();
    let mut column = column;
    // Indentation is written with the first text of a line, so that empty lines stay empty.
    let mut pending = 0;
    let mut commented = false;
    let mut stack = vec![Frame { indent, flat: false, doc }];
    while let Some(frame) = stack.pop() {
        // Whatever the layout, nothing follows a comment on its line.
        if commented && matches!(frame.doc, Doc::Text(t) if !t.is_empty()) {
            out.push('\n');
            (pending, column, commented) = (frame.indent, frame.indent, false);
        }
        match frame.doc {
            Doc::Text(t) => write(&mut out, &mut column, &mut pending, t),
            Doc::Comment(t) => {
                out.push(mark);
                out.push_str(t);
                commented = true;
            }
            Doc::Pad(n) if !frame.flat => write(&mut out, &mut column, &mut pending, &" ".repeat(*n)),
            Doc::Pad(_) => {}
            Doc::Line(flat) if frame.flat && !commented => write(&mut out, &mut column, &mut pending, flat),
            Doc::Line(_) | Doc::Hard => {
                out.push('\n');
                (pending, column, commented) = (frame.indent, frame.indent, false);
            }
            Doc::Cat(parts) => stack.extend(parts.iter().rev().map(|doc| Frame { doc, ..frame })),
            Doc::Nest(by, doc) => stack.push(Frame { indent: frame.indent + by, doc, ..frame }),
            Doc::Align(doc) => stack.push(Frame { indent: column, doc, ..frame }),
            Doc::Group(limit, doc) => {
                let inner = Frame { flat: true, doc, ..frame };
                let flat = frame.flat || fits(limit.saturating_sub(column), inner, &stack);
                stack.push(Frame { flat, ..inner });
            }
        }
    }
    out
}

fn write(out: &mut String, column: &mut usize, pending: &mut usize, text: &str) {
    if text.is_empty() {
        return;
    }
    out.extend(std::iter::repeat_n(' ', std::mem::take(pending)));
    out.push_str(text);
    *column += text.chars().count();
}

/// Whether `first`, and what follows it up to the next new line, takes no more than `room` columns.
fn fits(room: usize, first: Frame<'_>, rest: &[Frame<'_>]) -> bool {
    let mut room = room;
    let mut rest = rest.iter().rev();
    let mut stack = vec![first];
    loop {
        let Some(frame) = stack.pop().or_else(|| rest.next().copied()) else { return true };
        let width = match frame.doc {
            Doc::Text(t) => t.chars().count(),
            Doc::Line(t) if frame.flat => t.len(),
            Doc::Comment(_) | Doc::Hard | Doc::Line(_) => return !frame.flat,
            Doc::Pad(_) => 0,
            Doc::Cat(parts) => {
                stack.extend(parts.iter().rev().map(|doc| Frame { doc, ..frame }));
                0
            }
            Doc::Nest(_, doc) | Doc::Align(doc) | Doc::Group(_, doc) => {
                stack.push(Frame { doc, ..frame });
                0
            }
        };
        if width > room {
            return false;
        }
        room -= width;
    }
}
