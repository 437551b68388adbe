//! One pass over the text before the grammar sees it: comments, brackets, and where statements begin.
//!
//! The pass knows no grammar beyond the first words of a statement. It bounds what one parse may read (a missing
//! brace cannot swallow the next article), counts nesting so that hostile depth is answered and not parsed, and gives
//! recovery its places.

use accord_source::{FileId, Span};

use super::MAX_NESTING;
use crate::ast::Comment;

/// A blank to the grammar.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{A0}' | '\u{FEFF}')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tok {
    Word,
    Number,
    Text,
    /// A quotation mark without its partner on the line.
    OpenText,
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    Semi,
    Dot,
    Other,
}

/// 16 bytes: a file of ten megabytes has a few million of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub start: u32,
    pub end: u32,
    pub depth: u16,
    pub tok: Tok,
    pub first_on_line: bool,
}

/// A stretch of text that no statement crosses, as token numbers.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub first: usize,
    pub last: usize,
    /// The innermost bracket that is still open at its end.
    pub unclosed: Option<usize>,
}

/// The result of the pass.
pub(super) struct Scan<'t> {
    pub text: &'t str,
    pub tokens: Vec<Token>,
    pub comments: Vec<Comment>,
    pub segments: Vec<Segment>,
    /// Tokens at which the nesting limit was passed, once for each time the text came back to the ground.
    pub too_deep: Vec<usize>,
}

/// Words that never are names.
pub(super) const RESERVED: &[&str] = &[
    "after",
    "agreement",
    "and",
    "annex",
    "apart",
    "applies",
    "article",
    "as",
    "as_if_own",
    "at",
    "before",
    "bounded",
    "clause",
    "conversion",
    "count",
    "decides",
    "decision",
    "default",
    "disapply",
    "during",
    "each",
    "else",
    "encoded",
    "enum",
    "every",
    "exact",
    "exception",
    "for",
    "from",
    "function",
    "given",
    "if",
    "implements",
    "in",
    "interface",
    "is",
    "largest",
    "lasts",
    "least",
    "less",
    "match",
    "means",
    "more",
    "most",
    "not",
    "nothing",
    "notwithstanding",
    "of",
    "of_kinds",
    "or",
    "otherwise",
    "over",
    "parameter",
    "protocol",
    "question",
    "refer",
    "rounded",
    "rule",
    "satisfies",
    "set",
    "slot",
    "smallest",
    "some",
    "subject",
    "sum",
    "term",
    "than",
    "the",
    "then",
    "tie",
    "to",
    "unset",
    "until",
    "when",
    "where",
    "with",
    "within",
];

/// What evidence can be; elsewhere `evidence` is a name.
const EVIDENCE: &[&str] = &["verified", "secondary", "recalled", "published", "derived", "constructed"];

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

impl<'t> Scan<'t> {
    pub(super) fn new(file: FileId, text: &'t str, shift: usize) -> Scan<'t> {
        let mut scan =
            Scan { text, tokens: Vec::new(), comments: Vec::new(), segments: Vec::new(), too_deep: Vec::new() };
        scan.lex(file, shift);
        scan.measure();
        scan
    }

    fn lex(&mut self, file: FileId, shift: usize) {
        let bytes = self.text.as_bytes();
        let byte = |i: usize| bytes.get(i).copied().unwrap_or(b'\n');
        let mut at = 0;
        let mut first_on_line = true;
        while at < bytes.len() {
            let start = at;
            let b = byte(at);
            if b == b'\n' {
                first_on_line = true;
                at += 1;
                continue;
            }
            if matches!(b, b' ' | b'\t' | b'\r') {
                at += 1;
                continue;
            }
            if b == b'#' {
                let end = self.text.get(at..).and_then(|t| t.find('\n')).map_or(bytes.len(), |n| at + n);
                let text = self.text.get(at..end).unwrap_or("").trim_end_matches(is_blank);
                let span = Span::new(file, at + shift, at + text.len() + shift);
                self.comments.push(Comment { text: text.to_owned(), span });
                at = end;
                continue;
            }
            let (tok, end) = self.token(at, b);
            at = end.max(start + 1);
            while !self.text.is_char_boundary(at) {
                at += 1;
            }
            if self.text.get(start..at).is_some_and(|t| t.chars().all(is_blank)) {
                continue;
            }
            let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            self.tokens.push(Token { start: narrow(start), end: narrow(at), depth: 0, tok, first_on_line });
            first_on_line = false;
        }
    }

    fn token(&self, at: usize, b: u8) -> (Tok, usize) {
        let bytes = self.text.as_bytes();
        let run = |from: usize, ok: fn(u8) -> bool| {
            let rest = bytes.get(from..).unwrap_or(&[]);
            from + rest.iter().position(|&b| !ok(b)).unwrap_or(rest.len())
        };
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => (Tok::Word, run(at, |b| b.is_ascii_alphanumeric() || b == b'_')),
            b'0'..=b'9' => (Tok::Number, run(at, |b| b.is_ascii_alphanumeric() || b == b'_')),
            b'"' => {
                let mut i = at + 1;
                loop {
                    match bytes.get(i) {
                        None | Some(b'\n') => return (Tok::OpenText, i),
                        Some(b'"') => return (Tok::Text, i + 1),
                        Some(b'\\') if bytes.get(i + 1).is_some_and(|&b| b != b'\n') => i += 2,
                        Some(_) => i += 1,
                    }
                }
            }
            b'(' | b'{' | b'[' => (Tok::Open(b), at + 1),
            b')' | b'}' | b']' => (Tok::Close(b), at + 1),
            b',' => (Tok::Comma, at + 1),
            b':' => (Tok::Colon, at + 1),
            b';' => (Tok::Semi, at + 1),
            b'.' => (Tok::Dot, run(at, |b| b == b'.')),
            b if b >= 0x80 => (Tok::Other, run(at, |b| b >= 0x80)),
            _ => (Tok::Other, at + 1),
        }
    }

    /// Depth, segments and the places that are nested too deeply.
    fn measure(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        // For every open bracket, and the ground, how many words like `if` wait for their last part.
        let mut waiting: Vec<usize> = vec![0];
        let mut total = 0;
        let mut reported = false;
        let mut first = 0;
        for i in 0..self.tokens.len() {
            if i > first && self.is_hard(i, !open.is_empty()) {
                self.segments.push(Segment { first, last: i, unclosed: open.last().copied() });
                first = i;
                open.clear();
                waiting = vec![0];
                (total, reported) = (0, false);
            }
            let tok = self.tok(i);
            if let Some(token) = self.tokens.get_mut(i) {
                token.depth = u16::try_from(open.len()).unwrap_or(u16::MAX);
            }
            match tok {
                Some(Tok::Open(_)) => {
                    open.push(i);
                    waiting.push(0);
                }
                Some(Tok::Close(b)) => {
                    self.close(b, &mut open, &mut waiting, &mut total);
                }
                Some(Tok::Comma | Tok::Colon) => release(&mut waiting, &mut total),
                Some(Tok::Word) => match self.word(i) {
                    "if" | "match" | "every" | "some" | "sum" | "count" | "largest" | "smallest" | "set" | "the" => {
                        total += 1;
                        if let Some(last) = waiting.last_mut() {
                            *last += 1;
                        }
                    }
                    "rule" | "when" | "term" | "function" | "parameter" | "article" => {
                        release(&mut waiting, &mut total);
                    }
                    _ => {}
                },
                _ => {}
            }
            let nesting = open.len() + total;
            if nesting > MAX_NESTING && !reported {
                self.too_deep.push(i);
                reported = true;
            } else if nesting == 0 {
                reported = false;
            }
        }
        if first < self.tokens.len() {
            let last = self.tokens.len();
            self.segments.push(Segment { first, last, unclosed: open.last().copied() });
        }
    }

    /// Closes the innermost bracket of the kind, and those left open inside it; a stray bracket closes nothing.
    fn close(&self, b: u8, open: &mut Vec<usize>, waiting: &mut Vec<usize>, total: &mut usize) {
        let partner = match b {
            b')' => b'(',
            b'}' => b'{',
            _ => b'[',
        };
        let innermost = open.last().copied();
        let matches = |i: usize| self.tok(i) == Some(Tok::Open(partner));
        // Only a brace reaches over brackets left open inside it.
        let reaches = innermost.is_some_and(matches) || (b == b'}' && open.iter().rev().take(64).any(|&i| matches(i)));
        if !reaches {
            return;
        }
        while let Some(i) = open.pop() {
            *total -= waiting.pop().unwrap_or(0).min(*total);
            if matches(i) {
                break;
            }
        }
    }

    pub(super) fn tok(&self, i: usize) -> Option<Tok> {
        self.tokens.get(i).map(|t| t.tok)
    }

    pub(super) fn start(&self, i: usize) -> usize {
        self.tokens.get(i).map_or(self.text.len(), |t| t.start as usize)
    }

    pub(super) fn end(&self, i: usize) -> usize {
        self.tokens.get(i).map_or(self.text.len(), |t| t.end as usize)
    }

    pub(super) fn slice(&self, i: usize) -> &'t str {
        self.text.get(self.start(i)..self.end(i)).unwrap_or("")
    }

    /// The word a token is; empty for anything else.
    pub(super) fn word(&self, i: usize) -> &'t str {
        if self.tok(i) == Some(Tok::Word) { self.slice(i) } else { "" }
    }

    fn depth(&self, i: usize) -> u16 {
        self.tokens.get(i).map_or(0, |t| t.depth)
    }

    pub(super) fn first_on_line(&self, i: usize) -> bool {
        self.tokens.get(i).is_none_or(|t| t.first_on_line)
    }

    /// Whether a token touches the one before it.
    pub(super) fn touches(&self, i: usize) -> bool {
        i > 0 && self.end(i - 1) == self.start(i)
    }

    /// Whether something must follow the token before `i`, so that what stands at `i` goes on with it.
    fn continues(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1) else { return false };
        match self.tok(before) {
            Some(Tok::Comma | Tok::Colon | Tok::Open(_) | Tok::Dot) => true,
            Some(Tok::Other) => true,
            Some(Tok::Word) => {
                is_reserved(self.word(before)) && !matches!(self.word(before), "nothing" | "refer" | "given")
            }
            _ => false,
        }
    }

    /// `(1)(a)` beginning at `i`: the number of the token after it.
    pub(super) fn label_end(&self, i: usize) -> Option<usize> {
        let mut at = i;
        while self.tok(at) == Some(Tok::Open(b'(')) && (at == i || self.touches(at)) {
            let inside = matches!(self.tok(at + 1), Some(Tok::Word | Tok::Number)) && self.slice(at + 1).len() <= 5;
            let whole =
                inside && self.touches(at + 1) && self.tok(at + 2) == Some(Tok::Close(b')')) && self.touches(at + 2);
            if !whole {
                break;
            }
            at += 3;
        }
        (at > i).then_some(at)
    }

    fn heading_number(&self, i: usize) -> bool {
        match self.tok(i) {
            Some(Tok::Number) => true,
            Some(Tok::Word) => self.slice(i).bytes().next().is_some_and(|b| b.is_ascii_uppercase()),
            _ => false,
        }
    }

    /// The token after the number of `article 17a`, `article L351-1`, where a heading can stand at `i`.
    fn article_end(&self, i: usize) -> Option<usize> {
        if !self.heading_number(i + 1) {
            return None;
        }
        let mut at = i + 2;
        while self.touches(at) && matches!(self.slice(at), "-" | ".") && self.touches(at + 1) {
            at += 2;
        }
        let paragraph = self.tok(at) == Some(Tok::Open(b'(')) && self.touches(at);
        (!paragraph).then_some(at)
    }

    /// Whether a statement, heading or declaration can begin at this token, by its first words.
    pub(super) fn begins(&self, i: usize) -> bool {
        if self.tok(i) == Some(Tok::Open(b'(')) {
            return !self.touches(i) && self.label_end(i).is_some();
        }
        let next = self.tok(i + 1);
        if next == Some(Tok::Colon) || self.tok(i) != Some(Tok::Word) || self.after_point(i) {
            return false;
        }
        let word_next = next == Some(Tok::Word);
        let text = matches!(next, Some(Tok::Text | Tok::OpenText));
        match self.word(i) {
            "rule" | "function" | "parameter" | "clause" | "slot" | "enum" | "question" | "decision" | "interface"
            | "agreement" => word_next,
            // An instrument's name has parts, or a title after it; elsewhere `legislation` is a name.
            "legislation" => word_next && matches!(self.tok(i + 2), Some(Tok::Dot | Tok::Text | Tok::OpenText)),
            "standard" => word_next && matches!(self.tok(i + 2), Some(Tok::Text | Tok::OpenText)),
            // Inside a property they go on with it; a statement of a standard has them at its beginning.
            "requires" | "permits" => {
                self.first_on_line(i) || i.checked_sub(1).is_some_and(|b| self.tok(b) == Some(Tok::Close(b')')))
            }
            "term" => word_next && self.word(i + 1) != "of",
            "exception" | "subject" => self.word(i + 1) == "to",
            "disapply" | "notwithstanding" => word_next || next == Some(Tok::Open(b'(')),
            "article" | "annex" | "protocol" => self.article_end(i).is_some(),
            // `articles 59..91`
            "articles" => self.tok(i + 1) == Some(Tok::Number) && self.slice(i + 2) == "..",
            "title" | "part" | "chapter" | "section" => {
                self.heading_number(i + 1)
                    && (matches!(self.tok(i + 2), Some(Tok::Text | Tok::OpenText)) || self.first_on_line(i + 2))
            }
            "conversion" => next == Some(Tok::Open(b'{')) || self.word(i + 1) == "exact",
            "not" => matches!(self.word(i + 1), "encoded" | "required"),
            "use" | "case" | "summary" | "note" | "open" | "property" | "assumes" => text,
            "amendment" => text || self.word(i + 1) == "to",
            "replaces" | "inserts" | "repeals" | "keeps" => {
                matches!(self.word(i + 1), "article" | "annex" | "protocol") && self.heading_number(i + 2)
            }
            "text" => text || (word_next && matches!(self.tok(i + 2), Some(Tok::Text | Tok::OpenText))),
            "evidence" => word_next && (!self.first_on_line(i + 1) || EVIDENCE.contains(&self.word(i + 1))),
            "facts" => next == Some(Tok::Open(b'{')),
            "renamed" => self.word(self.path_end(i + 1)) == "to",
            "derived" => self.word(self.path_end(i + 1)) == "means",
            "record" => word_next && self.tok(i + 2) == Some(Tok::Open(b'{')),
            word => next == Some(Tok::Open(b'{')) && !is_reserved(word) && !self.takes_braces(i),
        }
    }

    /// The token after `person.residence`.
    fn path_end(&self, mut i: usize) -> usize {
        while self.tok(i) == Some(Tok::Word) && self.tok(i + 1) == Some(Tok::Dot) {
            i += 2;
        }
        i + 1
    }

    fn after_point(&self, i: usize) -> bool {
        i > 0 && self.tok(i - 1) == Some(Tok::Dot) && self.touches(i)
    }

    /// Whether the braces after the name at `i` belong to the word before it: `match x {`, `enum X {`.
    fn takes_braces(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1) else { return false };
        matches!(self.tok(before), Some(Tok::Colon | Tok::Dot))
            || matches!(self.word(before), "match" | "enum" | "record" | "parameter" | "of" | "in")
    }

    pub(super) fn is_relation(&self, i: usize) -> bool {
        matches!(self.word(i), "exception" | "subject" | "notwithstanding")
    }

    /// Whether a new statement surely begins here, so that the one before must have ended: at the beginning of a
    /// line, in a form that cannot be part of another. Inside brackets more forms count, because there a statement
    /// can only mean that a bracket was left open.
    fn is_hard(&self, i: usize, inside: bool) -> bool {
        if !self.first_on_line(i) || !self.begins(i) {
            return false;
        }
        let hanging = i.checked_sub(1).is_some_and(|b| {
            self.tok(b) == Some(Tok::Comma) || matches!(self.word(b), "to" | "notwithstanding" | "disapply" | "from")
        });
        if let Some(after) = self.label_end(i) {
            // After an operator `(a)` alone on its line is an operand; with a statement on the line it is a label.
            let operand = self.continues(i) && self.first_on_line(after);
            return !hanging && !operand && self.begins(after);
        }
        match self.word(i) {
            "agreement" | "legislation" | "standard" | "clause" | "enum" | "question" | "decision" | "interface"
            | "record" | "amendment" | "replaces" | "inserts" | "repeals" => true,
            // These may be members of an `enum`.
            "case" => self.tok(i + 2) == Some(Tok::Open(b'{')),
            "use" => !inside,
            "article" | "annex" | "protocol" => {
                if i.checked_sub(1).is_some_and(|b| self.instructs(b)) {
                    return false;
                }
                let after = self.article_end(i).unwrap_or(i);
                let titled = matches!(self.tok(after), Some(Tok::Text | Tok::OpenText)) || self.word(after) == "for";
                (titled && !self.first_on_line(after)) || (!self.continues(i) && self.first_on_line(after))
            }
            "title" | "part" | "chapter" | "section" | "articles" => !self.continues(i),
            "rule" | "term" | "function" | "parameter" | "exception" | "subject" | "notwithstanding" | "disapply"
            | "conversion" | "slot" | "not" | "requires" | "permits" | "property" | "assumes" | "keeps" => inside,
            _ => false,
        }
    }

    /// Whether the word tells what an amendment does to the provision after it.
    fn instructs(&self, i: usize) -> bool {
        matches!(self.word(i), "replaces" | "inserts" | "repeals" | "keeps")
    }

    /// Whether the address that an instruction names ends before `i`: `replaces article 5`, `after article L351-1`.
    pub(super) fn ends_instructed(&self, i: usize) -> bool {
        let mut at = i.saturating_sub(1);
        while at > 0 && self.touches(at) {
            at -= 1;
        }
        let named = at >= 2 && matches!(self.word(at - 1), "article" | "annex" | "protocol");
        named && (self.instructs(at - 2) || self.word(at - 2) == "after")
    }

    /// The next token from `from` on, before `last`, at which a statement can begin and no bracket is open.
    pub(super) fn next_start(&self, from: usize, last: usize) -> usize {
        (from..last).find(|&i| self.depth(i) == 0 && self.begins(i) && !self.is_target(i)).unwrap_or(last)
    }

    /// The last token at or before `from` at which a statement can begin, not before `first`.
    pub(super) fn previous_start(&self, from: usize, first: usize) -> usize {
        let start = |i: &usize| self.depth(*i) == 0 && self.begins(*i) && !self.is_target(*i);
        (first..=from).rev().find(start).unwrap_or(first)
    }

    /// Whether what looks like a label or a heading is the target of a relation or an operand.
    fn is_target(&self, i: usize) -> bool {
        let address = self.tok(i) == Some(Tok::Open(b'(')) || matches!(self.word(i), "article" | "annex" | "protocol");
        let instructed = i.checked_sub(1).is_some_and(|b| self.instructs(b));
        address && (self.continues(i) || instructed)
    }

    /// Where the statement beginning at `first` ends, judged by its words alone.
    pub(super) fn statement_end(&self, first: usize, last: usize) -> usize {
        let mut relations = self.is_relation(first) || self.word(first) == "property";
        let mut at = first + 1;
        loop {
            at = self.next_start(at, last);
            if at >= last || !relations {
                return at;
            }
            if !self.is_relation(at) {
                let statement = matches!(self.word(at), "rule" | "requires" | "permits" | "not" | "keeps")
                    || self.tok(at + 1) == Some(Tok::Open(b'{'));
                if !statement {
                    return at;
                }
                relations = false;
            }
            at += 1;
        }
    }
}

fn release(waiting: &mut [usize], total: &mut usize) {
    if let Some(last) = waiting.last_mut() {
        *total -= (*last).min(*total);
        *last = 0;
    }
}
