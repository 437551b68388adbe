//! Where two statements begin and end to differ, so that a picture points at `12 months` and not at half an article.

use accord_source::{SourceMap, Span};

/// The stretches in which two statements differ, blanks and comments aside; `None` for a side that has nothing there of
/// its own.
pub fn differing(sources: &SourceMap, before: Span, after: Span) -> (Option<Span>, Option<Span>) {
    let (old, new) = (words(sources.slice(before)), words(sources.slice(after)));
    let same = |(a, b): &(&Word<'_>, &Word<'_>)| a.text == b.text;
    let leading = old.iter().zip(&new).take_while(same).count();
    let shorter = old.len().min(new.len()) - leading;
    let trailing = old.iter().rev().zip(new.iter().rev()).take(shorter).take_while(same).count();
    let own = |span: Span, words: &[Word<'_>]| {
        let differing = words.get(leading..words.len().saturating_sub(trailing))?;
        let (first, last) = (differing.first()?, differing.last()?);
        let start = span.range().start;
        Some(Span::new(span.file, start + first.start, start + last.start + last.text.len()))
    };
    (own(before, &old), own(after, &new))
}

struct Word<'t> {
    start: usize,
    text: &'t str,
}

/// The words and marks of a text.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut all = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, letter)) = rest.next() {
        if letter.is_whitespace() {
            continue;
        }
        if letter == '#' {
            while rest.next_if(|(_, c)| *c != '\n').is_some() {}
            continue;
        }
        let mut end = start + letter.len_utf8();
        if letter == '"' {
            while let Some((at, c)) = rest.next() {
                end = at + c.len_utf8();
                if c == '\\' {
                    end = rest.next().map_or(end, |(at, c)| at + c.len_utf8());
                } else if c == '"' {
                    break;
                }
            }
        } else if is_wordy(letter) {
            while let Some((at, c)) = rest.next_if(|(_, c)| is_wordy(*c)) {
                end = at + c.len_utf8();
            }
        }
        if let Some(text) = text.get(start..end) {
            all.push(Word { start, text });
        }
    }
    all
}

/// Of one word with its neighbours: a day, a dotted word and an amount are each one.
fn is_wordy(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed<'t>(old: &'t str, new: &'t str) -> (Option<&'t str>, Option<&'t str>) {
        let mut sources = SourceMap::default();
        let (a, b) = (sources.add("old", old), sources.add("new", new));
        let (before, after) = differing(&sources, Span::new(a, 0, old.len()), Span::new(b, 0, new.len()));
        (before.and_then(|s| old.get(s.range())), after.and_then(|s| new.get(s.range())))
    }

    #[test]
    fn only_what_differs_is_pointed_at() {
        let old = "minimum { own: 12 months  # of one year\n condition: yes }";
        assert_eq!(narrowed(old, "minimum { own: 6 months condition: yes }"), (Some("12"), Some("6")));
        assert_eq!(narrowed("a is b", "a is b and c"), (None, Some("and c")));
        assert_eq!(narrowed("a is b and c", "a is b"), (Some("and c"), None));
        assert_eq!(narrowed("a  # one\n b", "a b # two"), (None, None));
        assert_eq!(narrowed("note \"a # b\" x", "note \"a # c\" x"), (Some("\"a # b\""), Some("\"a # c\"")));
        assert_eq!(narrowed("x x", "x x x"), (None, Some("x")));
        assert_eq!(narrowed("", "é"), (None, Some("é")));
    }
}
