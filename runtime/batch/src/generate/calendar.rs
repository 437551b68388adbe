//! Days as day counts, with the little calendar that made-up careers need. Each row asks for some fifty days; going
//! through the calendar of the core for each would be most of the work.

/// The first day of a month (1 to 12), as a count of days since 1970-01-01; months beyond 12 are those of later years.
pub(super) fn first_of(year: i32, month: i32) -> i32 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    // Years that begin in March have their leap day at the end.
    let year = if month > 2 { year } else { year - 1 };
    let from_march = (month + 9) % 12;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * from_march + 2) / 5 - 719_468
}

/// The year, month and day of the month of a day.
pub(super) fn date_of(day: i32) -> (i32, i32, i32) {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i32::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// The first day of the month of a day.
pub(super) fn month_start(day: i32) -> i32 {
    let (_, _, of_month) = date_of(day);
    day - of_month + 1
}

/// The last day of the month of a day.
pub(super) fn month_end(day: i32) -> i32 {
    let (year, month, _) = date_of(day);
    first_of(year, month + 1) - 1
}

/// The first day of the next month.
pub(super) fn next_month(day: i32) -> i32 {
    month_end(day) + 1
}

/// The same day so many years later; 29 February becomes 1 March.
pub(super) fn years_after(day: i32, years: i32) -> i32 {
    let (year, month, of_month) = date_of(day);
    first_of(year + years, month) + of_month - 1
}

/// `2012-10-31`.
pub(super) fn write(day: i32, into: &mut String) {
    use std::fmt::Write;
    let (year, month, of_month) = date_of(day);
    // Writing into a string cannot fail.
    let _ = write!(into, "{year:04}-{month:02}-{of_month:02}");
}
