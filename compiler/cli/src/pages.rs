//! `accord explain`: the page of a code.

use crate::FINE;
use crate::console::Console;
use crate::trouble::Trouble;
use accord_source::{Code, REGISTRY};

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code, where there is one.
pub fn page(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code.text()).map(|(_, page)| *page)
}

/// Runs the command.
pub fn explain(text: &str, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let code = Code::parse(text.trim()).ok_or_else(|| unknown(text))?;
    match page(code) {
        Some(page) => console.line(page.trim_end()),
        None => console.line(&format!("{code}: {}", code.title())),
    }
    Ok(FINE)
}

fn unknown(text: &str) -> Trouble {
    let upper = text.trim().to_uppercase();
    let near = REGISTRY.iter().map(|c| (strsim::damerau_levenshtein(c.text(), &upper), c)).min_by_key(|(d, _)| *d);
    let trouble = Trouble::new(format!("there is no code `{text}`"));
    match near {
        Some((distance, code)) if distance <= 2 => trouble.help(format!("did you mean `{code}` ({})?", code.title())),
        _ => trouble.help("a code is a letter and four digits, as printed with a finding: E0301"),
    }
}
