//! Names and texts as C writes them.

use std::collections::BTreeSet;

/// Letters and digits stay, whatever else stands in a name becomes `_`.
pub fn upper(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// As [`upper`], in small letters.
pub fn lower(name: &str) -> String {
    upper(name).to_ascii_lowercase()
}

/// The constants of a header: `a.b` and `a_b` would be one, so the second gets a number.
#[derive(Default)]
pub struct Constants {
    given: BTreeSet<String>,
}

impl Constants {
    /// A name that no other constant has.
    pub fn name(&mut self, wanted: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{wanted}_{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        let name = names.find(|name| !self.given.contains(name)).unwrap_or_default();
        self.given.insert(name.clone());
        name
    }
}

/// A text as a literal of C.
pub fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            // A question mark could begin a trigraph.
            b'"' | b'\\' | b'?' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            // Whatever set of characters a compiler takes the file to be in.
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}

/// A comment, in lines of at most a hundred letters, each paragraph on lines of its own. No text ends it.
pub fn comment(indent: &str, text: &str) -> String {
    const WIDTH: usize = 100;
    let text = text.replace("*/", "* /").replace("/*", "/ *");
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let inner: String = paragraph.chars().take_while(|c| *c == ' ').collect();
        let mut line = inner.clone();
        for word in paragraph.split_whitespace() {
            if line.chars().count() + word.chars().count() > WIDTH && line.trim() != "" {
                lines.push(line.trim_end().to_owned());
                line.clone_from(&inner);
                // An entry of a list hangs.
                line.push_str(&inner);
            }
            line.push_str(word);
            line.push(' ');
        }
        lines.push(line.trim_end().to_owned());
    }
    let mut lines = lines.into_iter();
    let mut comment = format!("{indent}/* {}", lines.next().unwrap_or_default());
    for line in lines {
        comment.push_str(format!("\n{indent}   {line}").trim_end_matches(' '));
    }
    comment.push_str(" */\n");
    comment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_out() {
        assert_eq!(literal("a\"b\\c\né?"), "\"a\\\"b\\\\c\\012\\303\\251\\?\"");
        assert_eq!(comment("", "ends */ here\n  then"), "/* ends * / here\n     then */\n");
    }

    #[test]
    fn no_two_constants_are_one() {
        let mut constants = Constants::default();
        let names = ["A_B", "A_B", "A_B_2", "A_B"].map(|n| constants.name(n));
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
