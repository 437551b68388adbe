//! Numbers and days: what a text of digits means, and what to say where it means nothing.

use accord_source::{Code, Diagnostic, Span};

fn parts(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(['-', '/', '.']).map(|p| p.parse::<u32>().ok());
    match (parts.next()??, parts.next()??, parts.next()??) {
        (y, m, d) if parts.next().is_none() => Some((y, m, d)),
        _ => None,
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether `2012-10-01` is a day of the calendar, from the year 1 on.
pub(super) fn day_exists(text: &str) -> bool {
    parts(text).is_some_and(|(y, m, d)| y > 0 && (1..=12).contains(&m) && d > 0 && d <= days_in(y, m))
}

/// The finding for a text that is shaped like a day and is none.
pub(super) fn bad_date(span: Span, text: &str) -> Diagnostic {
    let lengths: Vec<usize> = text.split(['-', '/', '.']).map(str::len).collect();
    let shaped = lengths == [4, 2, 2] && !text.contains(['/', '.']);
    let found = Diagnostic::new(
        Code::BadDate,
        span,
        if shaped {
            format!("`{text}` is not a day of the calendar")
        } else {
            format!("`{text}` is not a day as written")
        },
    );
    let Some((a, b, c)) = parts(text) else { return found.help("write a day as year-month-day: `2012-10-01`") };
    let real = |y: u32, m: u32, d: u32| y > 0 && (1..=12).contains(&m) && d > 0 && d <= days_in(y, m);
    if shaped && (1..=12).contains(&b) && a > 0 {
        let last = days_in(a, b);
        return found.help(format!("month {b} of {a} has {last} days"));
    }
    if shaped {
        return found.help("the order is year-month-day, and there are 12 months");
    }
    if lengths.first() == Some(&4) && real(a, b, c) {
        return found.help(format!("write `{a:04}-{b:02}-{c:02}`"));
    }
    if lengths.get(2) == Some(&4) && real(c, b, a) {
        return found.help(format!("write year-month-day: `{c:04}-{b:02}-{a:02}`"));
    }
    found.help("write a day as year-month-day: `2012-10-01`")
}

/// The finding for a number with commas in it.
pub(super) fn bad_number(span: Span, text: &str) -> Diagnostic {
    let found = Diagnostic::new(Code::BadNumber, span, format!("`{text}` has a comma in it"));
    let mut groups = text.split(',');
    let head = groups.next().unwrap_or("");
    let tails: Vec<&str> = groups.collect();
    let thousands = tails.iter().all(|t| t.split('.').next().is_some_and(|whole| whole.len() == 3));
    if thousands {
        let joined = |mark: &str| format!("{head}{mark}{}", tails.join(mark));
        return found.help(format!("write `{}` or `{}`", joined("_"), joined("")));
    }
    match tails.as_slice() {
        [tail] if !tail.contains('.') => {
            found.help(format!("write `{head}.{tail}` for a fraction, or `{head}, {tail}` for two numbers"))
        }
        _ => found.help("write `_` between groups of digits and a point before the fraction: `1_000.50`"),
    }
}
