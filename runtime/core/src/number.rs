//! Exact numbers.

use crate::Ratio;
use num_bigint::BigInt;

/// `n / d` as an exact rational; zero where `d` is zero (callers check first).
pub fn ratio(n: i64, d: i64) -> Ratio {
    Ratio::of_whole(n, d)
}

/// A pure number. A quotient of two lengths remembers how the provision wrote it (`120/264`), for printing and for
/// cases; two numbers are equal when their values are.
#[derive(Clone, Debug)]
pub struct Number {
    /// The value.
    pub value: Ratio,
    /// Numerator and denominator before reducing, where the number came from a division.
    pub written: Option<(Ratio, Ratio)>,
}

impl Number {
    /// A number without a written form.
    pub fn new(value: Ratio) -> Number {
        Number { value, written: None }
    }

    /// A whole number.
    pub fn whole(n: i64) -> Number {
        Number::new(Ratio::whole(n))
    }

    /// The quotient as written; `None` where the divisor is zero.
    pub fn quotient(numerator: Ratio, denominator: Ratio) -> Option<Number> {
        if denominator.is_zero() {
            return None;
        }
        let value = &numerator / &denominator;
        Some(Number { value, written: Some((numerator, denominator)) })
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.value == other.value
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.written {
            Some((n, d)) => write!(f, "{}/{}", decimal(n), decimal(d)),
            None => f.write_str(&decimal(&self.value)),
        }
    }
}

/// Reads `20_000.00` or `0.625` exactly; `None` where it is not digits with at most one point.
pub fn parse_decimal(text: &str) -> Option<Ratio> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    let (whole, fraction) = clean.split_once('.').unwrap_or((&clean, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let scale = BigInt::from(10u8).pow(u32::try_from(fraction.len()).ok()?);
    let value = Ratio::new(if negative { -n } else { n }, scale);
    Some(value)
}

/// A rational as a decimal where it has a finite one of at most 12 places, else as a fraction.
pub fn decimal(value: &Ratio) -> String {
    if value.is_integer() {
        return value.numer().to_string();
    }
    let ten = Ratio::whole(10);
    let mut scaled = value.clone();
    for places in 1..=12usize {
        scaled = scaled * &ten;
        if scaled.is_integer() {
            return with_point(&scaled.numer(), places);
        }
    }
    format!("{}/{}", value.numer(), value.denom())
}

/// The digits of `n` with a decimal point before the last `places`.
pub(crate) fn with_point(n: &BigInt, places: usize) -> String {
    let negative = n.sign() == num_bigint::Sign::Minus;
    let digits = n.magnitude().to_string();
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let sign = if negative { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
