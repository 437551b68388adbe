//! Small texts about amounts: rounding, parts, caps, the better of two.

use super::families::{Family, Said, cents, half_even, half_up, months, version, yes_no};
use super::people::{Held, Somebody, axis, either};

pub(crate) fn all() -> Vec<Family> {
    vec![
        rounding(),
        cap(),
        better_of_two(),
        gate(),
        excess(),
        below_zero(),
        rates(),
        grains(),
        quotients(),
        nothing_shared(),
    ]
}

fn rounding() -> Family {
    Family {
        name: "a part, rounded",
        words: "",
        facts: "full: EUR   own_time: months",
        decision: "paid: EUR",
        axes: vec![axis("full", cents(0..=60)), axis("own_time", months(0..=12))],
        versions: vec![
            version(
                "article 1 \"Part\"\n  rule paid = full * number(own_time) / 12 rounded half up to 0.01 EUR\n",
                |p| Said::Cents(half_up(p.n("full") * p.n("own_time"), 12)),
            ),
            version("article 1 \"Part\"\n  rule paid = full * number(own_time) / 12 rounded down to 0.01 EUR\n", |p| {
                Said::Cents(p.n("full") * p.n("own_time") / 12)
            }),
            version(
                "article 1 \"Part\"\n  rule paid = full * number(own_time) / 12 rounded half even to 0.01 EUR\n",
                |p| Said::Cents(half_even(p.n("full") * p.n("own_time"), 12)),
            ),
            version(
                "article 1 \"Part\"\n  term own_part means own_time / 12 months\n  rule paid = own_part * full rounded half up to 0.01 EUR\n",
                |p| Said::Cents(half_up(p.n("own_time") * p.n("full"), 12)),
            ),
        ],
        open: &[(0, 3)],
    }
}

fn cap() -> Family {
    Family {
        name: "a cap",
        words: "",
        facts: "rate: EUR   resident: YesNo",
        decision: "paid: EUR default nothing",
        axes: vec![axis("rate", cents(0..=150)), either("resident")],
        versions: vec![
            version(
                "article 1 \"Cap\"\n  rule paid = smaller(rate * 2, 1.00 EUR) rounded half up to 0.01 EUR when resident\n",
                |p| if p.yes("resident") { Said::Cents((2 * p.n("rate")).min(100)) } else { Said::Nothing },
            ),
            version(
                "article 1 \"Cap\"\n  rule paid = smaller(rate * 2, 1.20 EUR) rounded half up to 0.01 EUR when resident\n",
                |p| if p.yes("resident") { Said::Cents((2 * p.n("rate")).min(120)) } else { Said::Nothing },
            ),
            version(
                "article 1 \"Cap\"\n  rule paid = (if rate is more than 0.50 EUR then 1.00 EUR else rate + rate) rounded half up to 0.01 EUR when resident\n",
                |p| match (p.yes("resident"), p.n("rate") > 50) {
                    (false, _) => Said::Nothing,
                    (true, true) => Said::Cents(100),
                    (true, false) => Said::Cents(2 * p.n("rate")),
                },
            ),
            version("article 1 \"Cap\"\n  rule paid = rate * 2 rounded half up to 0.01 EUR when resident\n", |p| {
                if p.yes("resident") { Said::Cents(2 * p.n("rate")) } else { Said::Nothing }
            }),
        ],
        open: &[(0, 1), (0, 2)],
    }
}

fn better_of_two() -> Family {
    Family {
        name: "the better of two",
        words: "",
        facts: "alone: EUR   full: EUR   own_time: months   has_right: YesNo",
        decision: "paid: EUR default nothing",
        axes: vec![
            axis("alone", cents((0..=30).step_by(3))),
            axis("full", cents((0..=100).step_by(10))),
            axis("own_time", months(0..=12)),
            either("has_right"),
        ],
        versions: vec![
            version(
                "article 1 \"Part\"\n  term own_part means full * number(own_time) / 12 rounded half up to 0.01 EUR\n\
                 article 2 \"Payment\"\n  rule paid = larger(alone, own_part) when has_right\n  rule paid = own_part when not has_right\n",
                |p| {
                    let part = half_up(p.n("full") * p.n("own_time"), 12);
                    Said::Cents(if p.yes("has_right") { part.max(p.n("alone")) } else { part })
                },
            ),
            version(
                "article 1 \"Part\"\n  term own_part means full * number(own_time) / 12 rounded half up to 0.01 EUR\n\
                 article 2 \"Payment\"\n  rule paid = alone when has_right\n  rule paid = own_part when not has_right\n",
                |p| {
                    let part = half_up(p.n("full") * p.n("own_time"), 12);
                    Said::Cents(if p.yes("has_right") { p.n("alone") } else { part })
                },
            ),
            version(
                "article 1 \"Part\"\n  term own_part means full * number(own_time) / 12 rounded half up to 0.01 EUR\n\
                 article 2 \"Payment\"\n  rule paid = if has_right and own_part is less than alone then alone else own_part\n",
                |p| {
                    let part = half_up(p.n("full") * p.n("own_time"), 12);
                    Said::Cents(if p.yes("has_right") && part < p.n("alone") { p.n("alone") } else { part })
                },
            ),
        ],
        open: &[(0, 2)],
    }
}

fn gate() -> Family {
    Family {
        name: "a gate between two formulas, one rounded twice",
        words: "",
        facts: "own_time: months   other_time: months   rate: EUR",
        decision: "paid: EUR default nothing",
        axes: vec![axis("own_time", months(4..=10)), axis("other_time", months(1..=8)), axis("rate", cents(0..=20))],
        versions: vec![
            version(
                "article 1 \"National amount, or a part\"\n\
                 \x20 (1) term together means own_time + other_time\n\
                 \x20     rule paid = rate * number(own_time) / 24 rounded half up to 0.01 EUR when own_time is at least 8 months\n\
                 \x20 (2) term whole means rate * number(together) / 24 rounded half up to 0.01 EUR\n\
                 \x20     rule paid = whole * (own_time / together) rounded half up to 0.01 EUR when own_time is less than 8 months and together is more than 0 months\n",
                |p| national_or_part(p.n("own_time"), p.n("other_time"), p.n("rate"), 8),
            ),
            version(
                "article 1 \"National amount, or a part\"\n\
                 \x20 (1) term together means own_time + other_time\n\
                 \x20     rule paid = rate * number(own_time) / 24 rounded half up to 0.01 EUR when own_time is at least 9 months\n\
                 \x20 (2) term whole means rate * number(together) / 24 rounded half up to 0.01 EUR\n\
                 \x20     rule paid = whole * (own_time / together) rounded half up to 0.01 EUR when own_time is less than 9 months and together is more than 0 months\n",
                |p| national_or_part(p.n("own_time"), p.n("other_time"), p.n("rate"), 9),
            ),
        ],
        open: &[],
    }
}

fn national_or_part(own_time: i64, other_time: i64, rate: i64, gate: i64) -> Said {
    if own_time >= gate {
        return Said::Cents(half_up(rate * own_time, 24));
    }
    let whole = half_up(rate * (own_time + other_time), 24);
    Said::Cents(half_up(whole * own_time, own_time + other_time))
}

fn excess() -> Family {
    Family {
        name: "a supplement",
        words: "",
        facts: "due: EUR   paid_elsewhere: EUR   resident: YesNo",
        decision: "topped_up: EUR default nothing",
        axes: vec![
            axis("due", cents((0..=60).step_by(2))),
            axis("paid_elsewhere", cents((0..=60).step_by(3))),
            either("resident"),
        ],
        versions: vec![
            version(
                "article 1 \"Supplement\"\n  rule topped_up = excess(of: due, over: paid_elsewhere) rounded half up to 0.01 EUR when resident\n",
                |p| {
                    if p.yes("resident") {
                        Said::Cents((p.n("due") - p.n("paid_elsewhere")).max(0))
                    } else {
                        Said::Nothing
                    }
                },
            ),
            version(
                "article 1 \"Supplement\"\n  rule topped_up = excess(of: due, over: paid_elsewhere) rounded half up to 0.01 EUR when resident and due is more than paid_elsewhere\n",
                |p| {
                    let more = p.n("due") - p.n("paid_elsewhere");
                    if p.yes("resident") && more > 0 { Said::Cents(more) } else { Said::Nothing }
                },
            ),
            version(
                "article 1 \"Supplement\"\n  rule topped_up = (if due is at most paid_elsewhere then 0.00 EUR else due - paid_elsewhere) rounded half up to 0.01 EUR when resident\n",
                |p| {
                    if p.yes("resident") {
                        Said::Cents(0.max(p.n("due") - p.n("paid_elsewhere")))
                    } else {
                        Said::Nothing
                    }
                },
            ),
        ],
        open: &[(0, 2)],
    }
}

fn below_zero() -> Family {
    Family {
        name: "an amount below zero",
        words: "",
        facts: "due: EUR   taken: EUR",
        decision: "left: EUR",
        axes: vec![axis("due", cents(0..=40)), axis("taken", cents(0..=40))],
        versions: vec![
            version("article 1 \"Rest\"\n  rule left = (due - taken) rounded half up to 0.01 EUR\n", |p| {
                if p.n("due") < p.n("taken") { Said::Fault } else { Said::Cents(p.n("due") - p.n("taken")) }
            }),
            version(
                "article 1 \"Rest\"\n  rule left = excess(of: due, over: taken) rounded half up to 0.01 EUR\n",
                |p| Said::Cents((p.n("due") - p.n("taken")).max(0)),
            ),
        ],
        open: &[],
    }
}

fn rates() -> Family {
    Family {
        name: "a rate by age",
        words: "",
        facts: "earnings: EUR   age: years",
        decision: "paid: EUR",
        axes: vec![axis("earnings", cents(0..=200)), axis("age", (55..=67).map(Held::Years))],
        versions: vec![
            version(
                "article 1 \"Rate\"\n  term rate means if age is at least 65 years then 80 % else 75 %\n  rule paid = earnings * rate rounded half up to 0.01 EUR\n",
                |p| Said::Cents(half_up(p.n("earnings") * if p.n("age") >= 65 { 80 } else { 75 }, 100)),
            ),
            version(
                "article 1 \"Rate\"\n  term rate means if age is at least 60 years then 80 % else 75 %\n  rule paid = earnings * rate rounded half up to 0.01 EUR\n",
                |p| Said::Cents(half_up(p.n("earnings") * if p.n("age") >= 60 { 80 } else { 75 }, 100)),
            ),
            version(
                "article 1 \"Rate\"\n  rule paid = earnings * (4 / 5) rounded half up to 0.01 EUR when age is at least 65 years\n  rule paid = (earnings - earnings / 4) rounded half up to 0.01 EUR when age is less than 65 years\n",
                |p| {
                    let (n, d) = if p.n("age") >= 65 { (4, 5) } else { (3, 4) };
                    Said::Cents(half_up(p.n("earnings") * n, d))
                },
            ),
        ],
        open: &[],
    }
}

fn grains() -> Family {
    Family {
        name: "roundings and their grain",
        words: "",
        facts: "due: EUR",
        decision: "paid: EUR",
        axes: vec![axis("due", cents(0..=200))],
        versions: vec![
            version("article 1 \"Grain\"\n  rule paid = due rounded half up to 0.10 EUR\n", |p| {
                Said::Cents(10 * half_up(p.n("due"), 10))
            }),
            version("article 1 \"Grain\"\n  rule paid = due rounded half down to 0.10 EUR\n", |p| {
                Said::Cents(10 * ((2 * p.n("due") + 9) / 20))
            }),
            version("article 1 \"Grain\"\n  rule paid = due rounded up to 0.10 EUR\n", |p| {
                Said::Cents(10 * ((p.n("due") + 9) / 10))
            }),
            version("article 1 \"Grain\"\n  rule paid = due rounded half up to 0.05 EUR\n", |p| {
                Said::Cents(5 * half_up(p.n("due"), 5))
            }),
        ],
        open: &[],
    }
}

/// A share of a length in another: cut at one, divided first or last. Over a length of nothing there is no share.
fn quotients() -> Family {
    Family {
        name: "a share, cut at one",
        words: "",
        facts: "own_time: months   base_time: months   full: EUR",
        decision: "paid: EUR",
        axes: vec![axis("own_time", months(0..=4)), axis("base_time", months(0..=4)), axis("full", cents(0..=7))],
        versions: vec![
            version(
                "article 1 \"Share\"\n  rule paid = full * (own_time / base_time) rounded half up to 0.01 EUR\n",
                |p| share(p.n("full") * p.n("own_time"), p.n("base_time")),
            ),
            version(
                "article 1 \"Share\"\n  rule paid = (full * number(own_time)) / number(base_time) rounded half up to 0.01 EUR\n",
                |p| share(p.n("full") * p.n("own_time"), p.n("base_time")),
            ),
            version(
                "article 1 \"Share\"\n  rule paid = full * smaller(own_time / base_time, 1) rounded half up to 0.01 EUR\n",
                |p| share(p.n("full") * p.n("own_time").min(p.n("base_time")), p.n("base_time")),
            ),
            version(
                "article 1 \"Share\"\n  rule paid = (if own_time is at least base_time then full * (base_time / base_time) else full * (own_time / base_time)) rounded half up to 0.01 EUR\n",
                |p| share(p.n("full") * p.n("own_time").min(p.n("base_time")), p.n("base_time")),
            ),
        ],
        open: &[],
    }
}

/// What is nothing can be shared among no time at all, and compared: it says nothing of what divides it.
fn nothing_shared() -> Family {
    let paid_in = || std::iter::once(Held::Nothing).chain(cents(0..=4));
    Family {
        name: "nothing, shared",
        words: "",
        facts: "paid_in: EUR or nothing   base_time: months",
        decision: "granted: YesNo",
        axes: vec![axis("paid_in", paid_in()), axis("base_time", months(0..=3))],
        versions: vec![
            version("article 1 \"Share\"\n  rule granted = paid_in / number(base_time) is at most 0.01 EUR\n", |p| {
                shared(p, 1)
            }),
            version(
                "article 1 \"Share\"\n  rule granted = paid_in / number(base_time) is at most 0.01 EUR and (base_time is at least 1 month or paid_in is given)\n",
                |p| match (p.held("paid_in"), p.n("base_time")) {
                    (Held::Nothing, 0) => Said::No,
                    _ => shared(p, 1),
                },
            ),
            version("article 1 \"Share\"\n  rule granted = paid_in / number(base_time) is at most 0.02 EUR\n", |p| {
                shared(p, 2)
            }),
        ],
        open: &[],
    }
}

/// Whether what was paid in is at most so much a month.
fn shared(p: &Somebody<'_>, most: i64) -> Said {
    match (p.held("paid_in"), p.n("base_time")) {
        (Held::Nothing, _) => Said::Yes,
        (_, 0) => Said::Fault,
        (_, time) => yes_no(p.n("paid_in") <= most * time),
    }
}

/// Nothing is divided by nothing.
fn share(over: i64, under: i64) -> Said {
    if under == 0 { Said::Fault } else { Said::Cents(half_up(over, under)) }
}
