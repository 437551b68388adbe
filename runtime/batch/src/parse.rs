//! Texts of cells as values. An error says what is wrong with the text, without the column.

use crate::error::short;
use accord_core::{
    Country, Currency, Date, Grain, Length, Mode, Money, Number, Ratio, Rounding, Unit, parse_decimal, ratio,
};

/// Digits a number may have, as in a case.
const DIGITS: usize = 30;

type Read<T> = Result<T, String>;

/// What is not what it should be.
pub(crate) fn not(text: &str, what: &str) -> String {
    format!("`{}` is not {what}", short(text))
}

/// Yes or no.
pub(crate) fn yes_no(text: &str) -> Read<bool> {
    match text.trim() {
        "yes" | "true" | "Yes" | "True" | "TRUE" => Ok(true),
        "no" | "false" | "No" | "False" | "FALSE" => Ok(false),
        other => Err(not(other, "yes or no")),
    }
}

/// A day.
pub(crate) fn day(text: &str) -> Read<Date> {
    Date::parse(text.trim()).ok_or_else(|| not(text, "a day"))
}

/// A country.
pub(crate) fn country(text: &str) -> Read<Country> {
    Country::parse(text.trim()).ok_or_else(|| not(text, "a country"))
}

fn plain(text: &str) -> Option<Ratio> {
    if text.len() > DIGITS * 2 || text.bytes().filter(u8::is_ascii_digit).count() > DIGITS {
        return None;
    }
    parse_decimal(text)
}

/// A number: `22 %`, `0.22`, `3/8`, `12`.
pub(crate) fn number(text: &str) -> Read<Number> {
    let wrong = || not(text, "a number");
    let trimmed = text.trim();
    if let Some(percent) = trimmed.strip_suffix('%') {
        let value = plain(percent.trim_end()).ok_or_else(wrong)?;
        return Ok(Number::new(value / ratio(100, 1)));
    }
    if let Some((above, below)) = trimmed.split_once('/') {
        let (above, below) = (plain(above.trim_end()), plain(below.trim_start()));
        let written = above.zip(below).and_then(|(above, below)| Number::quotient(above, below));
        return written.ok_or_else(wrong);
    }
    plain(trimmed).map(Number::new).ok_or_else(wrong)
}

/// An amount of minor units: `4777.10 EUR`, `4777.1`.
pub(crate) fn money(text: &str, currency: Currency) -> Read<i64> {
    let trimmed = text.trim();
    let (digits, code) = match trimmed.split_once(char::is_whitespace) {
        Some((digits, code)) => (digits, Some(code.trim_start())),
        None => (trimmed, None),
    };
    if let Some(code) = code.filter(|code| *code != currency.code()) {
        return match Currency::parse(code) {
            Some(_) => Err(format!("`{}` is not in {currency}", short(trimmed))),
            None => Err(not(trimmed, "an amount")),
        };
    }
    if let Some(minor) = short_amount(digits, currency.decimals()) {
        return Ok(minor);
    }
    let value = plain(digits).ok_or_else(|| not(trimmed, "an amount"))?;
    let amount = accord_core::Amount::new(currency, value);
    if !amount.is_whole_minor() {
        return Err(format!("`{}` has more decimals than {currency}", short(trimmed)));
    }
    let minor = amount.as_money().map(|m| m.minor).ok_or_else(|| beyond(trimmed));
    minor.and_then(|minor| storable(minor).map_or_else(|| Err(format!("`{}` is below zero", short(trimmed))), Ok))
}

/// Minor units of the usual few digits, without the arithmetic of large numbers; whatever is unusual is none.
fn short_amount(digits: &str, decimals: u32) -> Option<i64> {
    const MOST: usize = 12;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let width = usize::try_from(decimals).ok()?;
    let plain = !whole.is_empty() && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
    if !plain || part.len() > width || whole.len() + width > MOST {
        return None;
    }
    let zeros = u32::try_from(width - part.len()).ok()?;
    let part = if part.is_empty() { 0 } else { part.parse::<i64>().ok()? };
    let whole = whole.parse::<i64>().ok()?.checked_mul(10i64.checked_pow(decimals)?)?;
    whole.checked_add(part.checked_mul(10i64.checked_pow(zeros)?)?)
}

fn beyond(text: &str) -> String {
    format!("`{}` is more than can be stored", short(text))
}

/// Minor units that a fact may hold.
pub(crate) fn storable(minor: i64) -> Option<i64> {
    (0..=Money::LIMIT).contains(&minor).then_some(minor)
}

/// What is wrong with minor units that a fact may not hold.
pub(crate) fn not_storable(minor: i64, currency: Currency) -> String {
    let shown = Money { currency, minor }.to_string();
    if minor < 0 { format!("`{shown}` is below zero") } else { beyond(&shown) }
}

/// A length: `15 years`.
pub(crate) fn length(text: &str, wanted: Option<Unit>) -> Read<Length> {
    let trimmed = text.trim();
    let read = trimmed.split_once(char::is_whitespace).and_then(|(digits, word)| {
        let count = plain(digits).filter(|count| *count >= ratio(0, 1))?;
        Some(Length::new(Unit::parse(word.trim_start())?, count))
    });
    match (read, wanted) {
        (Some(length), Some(unit)) if length.unit != unit => {
            Err(format!("`{}` is not in {}", short(trimmed), unit.word()))
        }
        (Some(length), _) => Ok(length),
        (None, _) => Err(not(trimmed, "a length of time")),
    }
}

/// A unit of length.
pub(crate) fn unit(text: &str) -> Read<Unit> {
    Unit::parse(text.trim()).ok_or_else(|| not(text, "a unit of time"))
}

/// A rounding: `half up to 0.01 EUR`.
pub(crate) fn rounding(text: &str) -> Read<Rounding> {
    const MODES: &[Mode] = &[Mode::Down, Mode::Up, Mode::HalfUp, Mode::HalfDown, Mode::HalfEven, Mode::TowardZero];
    let words: Vec<&str> = text.split_whitespace().collect();
    let wrong = || not(text, "a rounding such as `half up to 0.01 EUR`");
    let at = words.iter().position(|w| *w == "to").ok_or_else(wrong)?;
    let (mode, grain) = words.split_at(at);
    let mode = mode.join(" ");
    let mode = MODES.iter().copied().find(|m| m.words() == mode).ok_or_else(wrong)?;
    let grain = match grain {
        [_, digits] => plain(digits).map(Grain::Number),
        [_, digits, word] => plain(digits).and_then(|count| {
            let money = Currency::parse(word).map(|c| Grain::Money(c, count.clone()));
            money.or_else(|| Unit::parse(word).map(|u| Grain::Length(u, count)))
        }),
        _ => None,
    };
    let above = |grain: &Grain| match grain {
        Grain::Money(_, count) | Grain::Length(_, count) | Grain::Number(count) => *count > ratio(0, 1),
    };
    Ok(Rounding { mode, grain: grain.filter(above).ok_or_else(wrong)? })
}

/// An amount of time without days: a number with its unit beside it, or `104 quarters`.
pub(crate) fn amount(text: &str, unit: Option<&str>) -> Read<Length> {
    match unit {
        Some(unit) if !text.trim().contains(char::is_whitespace) => length(&format!("{text} {unit}"), None),
        Some(unit) => {
            let wanted = self::unit(unit)?;
            length(text, Some(wanted))
        }
        None => length(text, None),
    }
}

/// The texts of a set in a cell of text: `NL CV`, with spaces or commas; `[]` for none.
pub(crate) fn texts(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.trim();
    let inner = if inner == "[]" || inner == "{}" { "" } else { inner };
    inner.split([' ', ',', ';', '\t']).filter(|t| !t.is_empty())
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`.
pub(crate) fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, n) if n != 11 => "st",
        (2, n) if n != 12 => "nd",
        (3, n) if n != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::{length, money, number, ordinal, rounding};
    use accord_core::Currency;

    #[test]
    fn amounts_are_exact_or_refused() {
        let euro = |text| money(text, Currency::EURO);
        for (text, minor) in [("0", 0), ("7", 700), ("7.1", 710), ("4777.10 EUR", 477_710), ("0.01  EUR", 1)] {
            assert_eq!(euro(text), Ok(minor), "{text}");
        }
        assert_eq!(euro("100000000000.00"), Ok(10_000_000_000_000));
        assert_eq!(euro("1_000.5"), Ok(100_050));
        assert_eq!(euro("1.10000"), Ok(110));
        assert_eq!(euro("100000000000.01"), Err("`100000000000.01` is more than can be stored".to_owned()));
        assert_eq!(euro("1.005"), Err("`1.005` has more decimals than EUR".to_owned()));
        assert_eq!(euro("-1"), Err("`-1` is below zero".to_owned()));
        for text in ["", ".5", "1,5", "1.5.", "EUR", "1e3", "1 XXQ", "\u{661}"] {
            assert!(euro(text).is_err(), "{text}");
        }
        assert_eq!(money("1200 JPY", Currency::parse("JPY").expect("yen")), Ok(1200));
    }

    #[test]
    fn numbers_lengths_and_roundings() {
        assert_eq!(number("22 %"), number("0.22"));
        assert_eq!(number("3/8").map(|n| n.to_string()), Ok("3/8".to_owned()));
        assert!(number("1/0").is_err() && number("x").is_err() && number(&"9".repeat(40)).is_err());
        assert!(length("15 years", None).is_ok() && length("-1 years", None).is_err() && length("15", None).is_err());
        assert_eq!(rounding("half up to 0.01 EUR").map(|r| r.to_string()), Ok("half up to 0.01 EUR".to_owned()));
        assert!(rounding("half up to 0 EUR").is_err());
        let said: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].into_iter().map(ordinal).collect();
        assert_eq!(said.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th");
    }
}
