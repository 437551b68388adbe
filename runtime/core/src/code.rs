//! Codes the world keeps: countries (ISO 3166) and currencies (ISO 4217).

use std::fmt;

/// A country or fictional State by its two capitals. `XA` to `XZ`, which ISO leaves to users, are fictional.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// A currency by its three capitals, current or historic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    /// Of the minor unit. Looked up once: every sum asks.
    decimals: u8,
}

/// Currencies that ISO has withdrawn and pension records still hold: code, decimals, name. The maintained list
/// carries only those in use.
const HISTORIC: &[(&str, u32, &str)] = &[
    ("ATS", 2, "Austrian schilling"),
    ("BEF", 2, "Belgian franc"),
    ("CSK", 2, "Czechoslovak koruna"),
    ("CYP", 2, "Cypriot pound"),
    ("DDM", 2, "East German mark"),
    ("DEM", 2, "German mark"),
    ("EEK", 2, "Estonian kroon"),
    ("ESP", 0, "Spanish peseta"),
    ("FIM", 2, "Finnish markka"),
    ("FRF", 2, "French franc"),
    ("GRD", 2, "Greek drachma"),
    ("HRK", 2, "Croatian kuna"),
    ("IEP", 2, "Irish pound"),
    ("ITL", 0, "Italian lira"),
    ("LTL", 2, "Lithuanian litas"),
    ("LUF", 2, "Luxembourg franc"),
    ("LVL", 2, "Latvian lats"),
    ("MTL", 2, "Maltese lira"),
    ("NLG", 2, "Dutch guilder"),
    ("PTE", 2, "Portuguese escudo"),
    ("SIT", 2, "Slovenian tolar"),
    ("SKK", 2, "Slovak koruna"),
    ("SUR", 2, "Soviet rouble"),
    ("XEU", 2, "European currency unit"),
];

impl Country {
    /// The country of a code in capitals; `None` where there is none.
    pub fn parse(code: &str) -> Option<Country> {
        let bytes: [u8; 2] = code.as_bytes().try_into().ok()?;
        if !bytes.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let fictional = bytes.first() == Some(&b'X');
        let known = fictional || celes::Country::from_alpha2(code).is_ok();
        known.then_some(Country(bytes))
    }

    /// The two capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// The English name; the code itself for a fictional State.
    pub fn name(&self) -> String {
        let name = celes::Country::from_alpha2(self.code());
        name.map_or_else(|_| self.code().to_owned(), |c| small_words(c.long_name))
    }
}

impl Currency {
    /// The euro.
    pub const EURO: Currency = Currency { code: *b"EUR", decimals: 2 };

    /// The currency of a code in capitals; `None` where there is none.
    pub fn parse(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let current = || iso_currency::Currency::from_code(code).map(|c| c.exponent().map_or(0, u32::from));
        let decimals = historic(code).map(|(_, decimals, _)| *decimals).or_else(current)?;
        Some(Currency { code: bytes, decimals: u8::try_from(decimals).ok()? })
    }

    /// The three capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// Decimals of the minor unit: 2 for the euro, 0 for the yen.
    pub fn decimals(&self) -> u32 {
        u32::from(self.decimals)
    }

    /// The English name.
    pub fn name(&self) -> String {
        if let Some((_, _, name)) = historic(self.code()) {
            return (*name).to_owned();
        }
        iso_currency::Currency::from_code(self.code()).map_or_else(String::new, |c| c.name().to_owned())
    }
}

/// The list of names gives every word a capital.
fn small_words(name: &str) -> String {
    const SMALL: &[&str] = &["Of", "And", "The"];
    let words = name
        .split(' ')
        .enumerate()
        .map(|(at, word)| if at > 0 && SMALL.contains(&word) { word.to_lowercase() } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

fn historic(code: &str) -> Option<&'static (&'static str, u32, &'static str)> {
    HISTORIC.iter().find(|(c, _, _)| *c == code)
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
