//! Sentences as a tree of lines, none wider than a page.

/// The widest line.
const WIDTH: usize = 100;
/// Deeper than this, branches no longer move to the right: there must be room for words.
const DEEPEST_MARGIN: usize = 54;

/// A sentence with what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The sentence.
    pub text: String,
    /// What it rests on.
    pub children: Vec<Branch>,
}

impl Branch {
    /// A sentence with nothing below it.
    pub fn leaf(text: impl Into<String>) -> Branch {
        Branch { text: text.into(), children: Vec::new() }
    }
}

/// Text in lines of at most 100 columns: `first` before the first line, `rest` before the others.
pub fn wrap(first: &str, rest: &str, text: &str) -> String {
    let mut out = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    let room = WIDTH.saturating_sub(length(rest).max(length(first)));
    for word in text.split_whitespace().flat_map(|w| pieces(w, room)) {
        let needed = length(&line) + usize::from(!empty) + length(&word);
        if !empty && needed > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = rest.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

/// The trees one below the other, an empty line between them.
pub fn draw(branches: &[Branch]) -> String {
    let mut out = String::new();
    for (index, branch) in branches.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let below = if branch.children.is_empty() { "" } else { "│ " };
        out.push_str(&wrap("", below, &branch.text));
        draw_children(&branch.children, "", &mut out);
    }
    out
}

fn draw_children(children: &[Branch], margin: &str, out: &mut String) {
    for (index, child) in children.iter().enumerate() {
        let last = index + 1 == children.len();
        let (turn, down) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let inner = format!("{margin}{down}");
        let below = if child.children.is_empty() { inner.clone() } else { format!("{inner}│  ") };
        out.push_str(&wrap(&format!("{margin}{turn}"), &below, &child.text));
        let deeper = if length(&inner) > DEEPEST_MARGIN { margin } else { &inner };
        draw_children(&child.children, deeper, out);
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A word cut where it alone would be wider than the line.
fn pieces(word: &str, width: usize) -> Vec<String> {
    if length(word) <= width {
        return vec![word.to_owned()];
    }
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(width.max(1)).map(|c| c.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page_however_deep_and_long() {
        let long = "word ".repeat(60) + &"x".repeat(250);
        let mut branch = Branch::leaf(long.clone());
        for _ in 0..60 {
            branch = Branch { text: long.clone(), children: vec![Branch::leaf("short"), branch] };
        }
        let drawn = draw(&[branch]);
        assert!(drawn.lines().all(|l| l.chars().count() <= WIDTH));
    }

    #[test]
    fn a_tree_of_sentences() {
        let tree = Branch {
            text: "Payable: 1 EUR".into(),
            children: vec![
                Branch { text: "Amount: 2 EUR".into(), children: vec![Branch::leaf("stated")] },
                Branch::leaf("Share: 1/2"),
            ],
        };
        let wanted = "Payable: 1 EUR\n├─ Amount: 2 EUR\n│  └─ stated\n└─ Share: 1/2\n";
        assert_eq!(draw(&[tree]), wanted);
    }
}
