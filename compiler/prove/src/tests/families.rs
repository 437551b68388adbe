//! Small texts, in several versions each, with what they say written out a second time by hand: figures here are whole
//! numbers, and nothing of the evaluators or of the prover is used.

use super::people::{Axis, Held, Somebody, axis, either};

/// An answer as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Yes,
    No,
    Cents(i64),
    Whole(i64),
    Word(String),
    Nothing,
    Gap,
    Conflict,
    Fault,
    Other(String),
}

/// One version: its articles, and what it answers.
pub(crate) struct Version {
    pub(crate) articles: String,
    pub(crate) by_hand: fn(&Somebody<'_>) -> Said,
}

/// Versions of one small text.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// Declarations before the question.
    pub(crate) words: &'static str,
    /// The facts of the question.
    pub(crate) facts: &'static str,
    /// The decision, as declared: `granted: YesNo default no`.
    pub(crate) decision: &'static str,
    pub(crate) axes: Vec<Axis>,
    pub(crate) versions: Vec<Version>,
    /// Pairs of versions of which the prover may leave something open, whichever is compared with which.
    pub(crate) open: &'static [(usize, usize)],
}

impl Family {
    /// Whether something may be left open of two versions.
    pub(crate) fn may_be_open(&self, (a, b): (usize, usize)) -> bool {
        self.open.iter().any(|pair| *pair == (a, b) || *pair == (b, a))
    }

    /// The name of what is decided.
    pub(crate) fn decides(&self) -> &'static str {
        self.decision.split([':', '(']).next().unwrap_or_default()
    }

    /// The whole text of a version.
    pub(crate) fn text(&self, version: usize) -> String {
        format!(
            "{}\nagreement XA-XB \"A small text\"\n  parties:   XA, XB\n  articles:  1..9\n  month_end: last_day\n\n\
             question small\n  facts   {}\n  decides {}\n\ndecision {}\n{}",
            self.words,
            self.facts,
            self.decides(),
            self.decision,
            self.versions[version].articles
        )
    }
}

pub(super) fn yes_no(yes: bool) -> Said {
    if yes { Said::Yes } else { Said::No }
}

pub(super) fn version(articles: impl Into<String>, by_hand: fn(&Somebody<'_>) -> Said) -> Version {
    Version { articles: articles.into(), by_hand }
}

fn halves(n: std::ops::RangeInclusive<i64>) -> Vec<Held> {
    n.map(Held::Halves).collect()
}

pub(super) fn months(n: std::ops::RangeInclusive<i64>) -> Vec<Held> {
    n.map(Held::Months).collect()
}

pub(super) fn cents(n: impl IntoIterator<Item = i64>) -> Vec<Held> {
    n.into_iter().map(Held::Cents).collect()
}

/// n/d to the nearest whole number, a half upwards; n is not below zero.
pub(super) fn half_up(n: i64, d: i64) -> i64 {
    (2 * n + d) / (2 * d)
}

/// n/d to the nearest whole number, a half to the even one.
pub(super) fn half_even(n: i64, d: i64) -> i64 {
    let (whole, rest) = (n / d, n % d);
    match (2 * rest).cmp(&d) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole % 2,
    }
}

pub(crate) fn all() -> Vec<Family> {
    let mut all = vec![threshold(), enumeration(), exceptions(), priorities(), disapplied(), defined()];
    all.extend([linked_sum(), young_and_old(), optional(), days(), nationalities(), jobs(), of_parties()]);
    all.extend([two_records(), silent(), table()]);
    all.extend(super::amounts::all());
    all
}

fn threshold() -> Family {
    Family {
        name: "a threshold",
        words: "",
        facts: "insured: months   resident: YesNo",
        decision: "granted: YesNo default no",
        axes: vec![axis("insured", halves(0..=48)), either("resident")],
        versions: vec![
            version("article 1 \"Right\"\n  rule granted when insured is at least 12 months and resident\n", |p| {
                yes_no(p.n("insured") >= 24 && p.yes("resident"))
            }),
            version("article 1 \"Right\"\n  rule granted when insured is at least 6 months and resident\n", |p| {
                yes_no(p.n("insured") >= 12 && p.yes("resident"))
            }),
            version("article 1 \"Right\"\n  rule granted when insured is more than 11 months and resident\n", |p| {
                yes_no(p.n("insured") > 22 && p.yes("resident"))
            }),
            version(
                "article 1 \"Right\"\n  rule not granted when not resident or insured is less than 12 months\n  \
                 rule granted when not (not resident or insured is less than 12 months)\n",
                |p| yes_no(p.yes("resident") && p.n("insured") >= 24),
            ),
        ],
        open: &[],
    }
}

fn enumeration() -> Family {
    const WORDS: &[&str] = &["contributory", "non_contributory", "means_tested", "transitional"];
    const STATES: &[&str] = &["XA", "XB", "CH", "US"];
    Family {
        name: "words and States",
        words: "",
        facts: "financing: Financing   home: Country   refugee: YesNo",
        decision: "granted: YesNo",
        axes: vec![
            axis("financing", WORDS.iter().map(|w| Held::Word(w))),
            axis("home", STATES.iter().map(|s| Held::State(s))),
            either("refugee"),
        ],
        versions: vec![
            version(
                "article 1 \"Paid abroad\"\n  rule granted = financing is contributory and home in any party\n",
                |p| yes_no(p.is("financing", &["contributory"]) && p.is("home", &["XA", "XB"])),
            ),
            version(
                "article 1 \"Paid abroad\"\n  rule granted = financing is one of { contributory, transitional } and home in any party\n",
                |p| yes_no(p.is("financing", &["contributory", "transitional"]) && p.is("home", &["XA", "XB"])),
            ),
            version(
                "article 1 \"Paid abroad\"\n  rule granted = financing is contributory and (home in any party or home is CH)\n",
                |p| yes_no(p.is("financing", &["contributory"]) && p.is("home", &["XA", "XB", "CH"])),
            ),
            version(
                "article 1 \"Paid abroad\"\n  rule granted = financing is contributory and (home in any party or refugee)\n",
                |p| yes_no(p.is("financing", &["contributory"]) && (p.is("home", &["XA", "XB"]) || p.yes("refugee"))),
            ),
        ],
        open: &[],
    }
}

fn exceptions() -> Family {
    Family {
        name: "exceptions and their order",
        words: "",
        facts: "resident: YesNo   means_tested: YesNo   refugee: YesNo   insured: months",
        decision: "granted: YesNo",
        axes: vec![either("resident"), either("means_tested"), either("refugee"), axis("insured", months(0..=24))],
        versions: vec![
            version(
                "article 1 \"General\"\n  rule granted when resident\n\
                 article 2 \"Exceptions\"\n  (1) exception to article 1\n      rule not granted when means_tested\n\
                 \x20 (2) exception to (1)\n      rule granted when refugee\n",
                |p| match (p.yes("resident"), p.yes("means_tested"), p.yes("refugee")) {
                    (_, true, true) => Said::Yes,
                    (true, true, false) => Said::No,
                    (true, false, _) => Said::Yes,
                    (false, _, _) => Said::Gap,
                },
            ),
            version(
                "article 1 \"General\"\n  rule granted when resident\n\
                 article 2 \"Exceptions\"\n  (1) exception to article 1\n      rule not granted when means_tested\n\
                 \x20 (2) exception to article 1\n      subject to (1)\n      rule granted when refugee\n",
                |p| match (p.yes("resident"), p.yes("means_tested")) {
                    (true, true) => Said::No,
                    (true, false) => Said::Yes,
                    (false, _) => Said::Gap,
                },
            ),
            version(
                "article 1 \"General\"\n  rule granted when resident\n\
                 article 2 \"Exceptions\"\n  (1) exception to article 1\n      rule not granted when means_tested\n\
                 \x20 (2) notwithstanding (1)\n      rule granted when refugee and insured is at least 6 months\n",
                |p| {
                    if p.yes("refugee") && p.n("insured") >= 6 {
                        return Said::Yes;
                    }
                    if !p.yes("resident") { Said::Gap } else { yes_no(!p.yes("means_tested")) }
                },
            ),
        ],
        open: &[],
    }
}

fn priorities() -> Family {
    Family {
        name: "who goes first",
        words: "",
        facts: "resident: YesNo   refugee: YesNo   needy: YesNo",
        decision: "fee: EUR default nothing",
        axes: vec![either("resident"), either("refugee"), either("needy")],
        versions: vec![
            version(
                "article 1 \"Fee\"\n  subject to article 2, article 3\n  rule fee = 1.00 EUR when resident\n\
                 article 2 \"Refugees\"\n  subject to article 3\n  rule fee = 0.60 EUR when refugee\n\
                 article 3 \"Need\"\n  rule fee = 0.20 EUR when needy\n",
                |p| match (p.yes("needy"), p.yes("refugee"), p.yes("resident")) {
                    (true, _, _) => Said::Cents(20),
                    (false, true, _) => Said::Cents(60),
                    (false, false, true) => Said::Cents(100),
                    (false, false, false) => Said::Nothing,
                },
            ),
            version(
                "article 1 \"Fee\"\n  subject to article 2, article 3\n  rule fee = 1.00 EUR when resident\n\
                 article 2 \"Refugees\"\n  rule fee = 0.60 EUR when refugee\n\
                 article 3 \"Need\"\n  rule fee = 0.20 EUR when needy\n",
                |p| match (p.yes("needy"), p.yes("refugee"), p.yes("resident")) {
                    (true, true, _) => Said::Conflict,
                    (true, false, _) => Said::Cents(20),
                    (false, true, _) => Said::Cents(60),
                    (false, false, true) => Said::Cents(100),
                    (false, false, false) => Said::Nothing,
                },
            ),
            version(
                "article 1 \"Fee\"\n  subject to article 2\n  rule fee = 1.00 EUR when resident\n\
                 article 2 \"Refugees\"\n  rule fee = 0.60 EUR when refugee\n\
                 article 3 \"Need\"\n  subject to article 1\n  rule fee = 0.20 EUR when needy\n",
                |p| match (p.yes("refugee"), p.yes("resident"), p.yes("needy")) {
                    // Article 2 beats article 1, and through it article 3.
                    (true, _, _) => Said::Cents(60),
                    (false, true, _) => Said::Cents(100),
                    (false, false, true) => Said::Cents(20),
                    (false, false, false) => Said::Nothing,
                },
            ),
        ],
        open: &[],
    }
}

fn disapplied() -> Family {
    Family {
        name: "an exception switched off",
        words: "",
        facts: "home: Country   needy: YesNo   refugee: YesNo",
        decision: "granted: YesNo default no",
        axes: vec![axis("home", ["XA", "XB", "CH"].map(Held::State)), either("needy"), either("refugee")],
        versions: vec![
            version(
                "article 1 \"General\"\n  rule granted when home in { XA, XB }\n\
                 article 2 \"Exception\"\n  (1) exception to article 1\n      rule not granted when needy\n\
                 \x20 (2) disapply (1) when refugee\n",
                |p| yes_no(p.is("home", &["XA", "XB"]) && (!p.yes("needy") || p.yes("refugee"))),
            ),
            version(
                "article 1 \"General\"\n  rule granted when home in { XA, XB }\n\
                 article 2 \"Exception\"\n  (1) exception to article 1\n      rule not granted when needy\n\
                 \x20 (2) disapply (1) when refugee and home is XB\n",
                |p| {
                    let off = p.yes("refugee") && p.is("home", &["XB"]);
                    yes_no(p.is("home", &["XA", "XB"]) && (!p.yes("needy") || off))
                },
            ),
            version(
                "article 1 \"General\"\n  rule granted when home in { XA, XB } and (not needy or refugee)\n",
                |p| yes_no((p.yes("refugee") || !p.yes("needy")) && p.is("home", &["XA", "XB"])),
            ),
        ],
        open: &[],
    }
}

fn defined() -> Family {
    Family {
        name: "defined terms, and limits that act together",
        words: "",
        facts: "insured: months   age: years   resident: YesNo   refugee: YesNo",
        decision: "granted: YesNo default no",
        axes: vec![
            axis("insured", months(0..=24)),
            axis("age", (60..=68).map(Held::Years)),
            either("resident"),
            either("refugee"),
        ],
        versions: vec![
            version(
                "article 1 \"Terms\"\n  (1) term is_covered means resident or refugee\n\
                 \x20 (2) parameter one: months = 12 months\n  (3) parameter two: months = 12 months\n\
                 article 2 \"Right\"\n  rule granted when is_covered and age is at least 65 years and insured is at least one and insured is at least two\n",
                |p| yes_no((p.yes("resident") || p.yes("refugee")) && p.n("age") >= 65 && p.n("insured") >= 12),
            ),
            version(
                "article 1 \"Terms\"\n  (1) term is_covered means resident or refugee\n\
                 \x20 (2) parameter one: months = 6 months\n  (3) parameter two: months = 9 months\n\
                 article 2 \"Right\"\n  rule granted when is_covered and age is at least 65 years and insured is at least one and insured is at least two\n",
                |p| yes_no((p.yes("resident") || p.yes("refugee")) && p.n("age") >= 65 && p.n("insured") >= 9),
            ),
            version(
                "article 1 \"Terms\"\n  (1) term is_covered means resident\n\
                 \x20 (2) parameter one: months = 12 months\n  (3) parameter two: months = 6 months\n\
                 article 2 \"Right\"\n  rule granted when is_covered and age is at least 65 years and insured is at least one and insured is at least two\n",
                |p| yes_no(p.yes("resident") && p.n("age") >= 65 && p.n("insured") >= 12),
            ),
        ],
        open: &[],
    }
}

fn linked_sum() -> Family {
    Family {
        name: "a sum of two lengths",
        words: "",
        facts: "own_time: months   other_time: months   overlap: months",
        decision: "granted: YesNo default no",
        axes: vec![
            axis("own_time", months(0..=13)),
            axis("other_time", months(0..=13)),
            axis("overlap", [0, 1, 2, 5].map(Held::Months)),
        ],
        versions: vec![
            version(
                "article 1 \"Right\"\n  term together means own_time + other_time\n  rule granted when together is at least 12 months and own_time is at least 1 month\n",
                |p| yes_no(p.n("own_time") + p.n("other_time") >= 12 && p.n("own_time") >= 1),
            ),
            version(
                "article 1 \"Right\"\n  term together means own_time + other_time\n  rule granted when together is at least 10 months and own_time is at least 1 month\n",
                |p| yes_no(p.n("own_time") + p.n("other_time") >= 10 && p.n("own_time") >= 1),
            ),
            version(
                "article 1 \"Right\"\n  term together means own_time + other_time\n  rule granted when together is at least 12 months and own_time is at least 3 months\n",
                |p| yes_no(p.n("own_time") + p.n("other_time") >= 12 && p.n("own_time") >= 3),
            ),
            version(
                "article 1 \"Right\"\n  term together means own_time + other_time - overlap\n  rule granted when together is at least 12 months and own_time is at least 1 month\n",
                |p| yes_no(p.n("own_time") + p.n("other_time") - p.n("overlap") >= 12 && p.n("own_time") >= 1),
            ),
        ],
        open: &[],
    }
}

fn young_and_old() -> Family {
    Family {
        name: "two bounds of one age",
        words: "enum Sex { man \"A man\", woman \"A woman\" }\n",
        facts: "age: years   sex: Sex   child: YesNo",
        decision: "granted: YesNo default no",
        axes: vec![
            axis("age", (14..=70).map(Held::Years)),
            axis("sex", ["man", "woman"].map(Held::Word)),
            either("child"),
        ],
        versions: vec![
            version(
                "article 1 \"Ages\"\n  parameter limit: years = 65 years\n  rule granted when age is less than 18 years or age is at least limit\n",
                |p| yes_no(p.n("age") < 18 || p.n("age") >= 65),
            ),
            version(
                "article 1 \"Ages\"\n  term limit means match sex { man => 65 years, woman => 60 years }\n  rule granted when age is less than 18 years or age is at least limit\n",
                |p| yes_no(p.n("age") < 18 || p.n("age") >= if p.is("sex", &["man"]) { 65 } else { 60 }),
            ),
            version(
                "article 1 \"Ages\"\n  parameter limit: years = 65 years\n  rule granted when age is at most 18 years and child or age is less than 17 years or age is at least limit\n",
                |p| yes_no(p.n("age") <= 18 && p.yes("child") || p.n("age") < 17 || p.n("age") >= 65),
            ),
        ],
        open: &[],
    }
}

fn optional() -> Family {
    let notice = std::iter::once(Held::Nothing).chain((0..=8).map(Held::Months));
    Family {
        name: "what may be left out",
        words: "",
        facts: "notice: months or nothing   resident: YesNo",
        decision: "granted: YesNo",
        axes: vec![axis("notice", notice), either("resident")],
        versions: vec![
            version(
                "article 1 \"Notice\"\n  rule granted = resident and (notice is not given or notice is at most 3 months)\n",
                |p| yes_no(p.yes("resident") && (p.held("notice") == Held::Nothing || p.n("notice") <= 3)),
            ),
            version(
                "article 1 \"Notice\"\n  rule granted = resident and (notice is given and notice is at most 3 months)\n",
                |p| yes_no(p.yes("resident") && p.held("notice") != Held::Nothing && p.n("notice") <= 3),
            ),
            version(
                "article 1 \"Notice\"\n  rule granted = resident and (notice is not given or notice is at most 5 months)\n",
                |p| yes_no(p.yes("resident") && (p.held("notice") == Held::Nothing || p.n("notice") <= 5)),
            ),
        ],
        open: &[],
    }
}

fn days() -> Family {
    let born: Vec<Held> =
        (25..=31).map(|d| Held::Day(1967, 12, d)).chain((1..=7).map(|d| Held::Day(1968, 1, d))).collect();
    let made: Vec<Held> =
        [(2, 28), (2, 29), (3, 1), (8, 31), (9, 1), (12, 31)].map(|(m, d)| Held::Day(2024, m, d)).to_vec();
    Family {
        name: "days",
        words: "",
        facts: "born: Date   made_on: Date   resident: YesNo",
        decision: "granted: YesNo default no",
        axes: vec![axis("born", born), axis("made_on", made), either("resident")],
        versions: vec![
            version(
                "article 1 \"Days\"\n  rule granted when born is before 1968-01-01 and made_on is not after 2024-08-31 and resident\n",
                |p| yes_no(day(p, "born") < (1968, 1, 1) && day(p, "made_on") <= (2024, 8, 31) && p.yes("resident")),
            ),
            version(
                "article 1 \"Days\"\n  rule granted when born is not after 1968-01-01 and made_on is not after 2024-08-31 and resident\n",
                |p| yes_no(day(p, "born") <= (1968, 1, 1) && day(p, "made_on") <= (2024, 8, 31) && p.yes("resident")),
            ),
            version(
                "article 1 \"Days\"\n  rule granted when born is before 1968-01-01 and made_on is after 2024-02-28 and resident\n",
                |p| yes_no(day(p, "born") < (1968, 1, 1) && day(p, "made_on") > (2024, 2, 28) && p.yes("resident")),
            ),
        ],
        open: &[],
    }
}

fn day(p: &Somebody<'_>, fact: &str) -> (i32, i32, i32) {
    match p.held(fact) {
        Held::Day(y, m, d) => (y, m, d),
        other => panic!("{fact} is {other:?}"),
    }
}

fn states<'a>(p: &'a Somebody<'_>, fact: &str) -> &'a [&'static str] {
    match p.held(fact) {
        Held::States(states) => states,
        other => panic!("{fact} is {other:?}"),
    }
}

fn nationalities() -> Family {
    const SETS: &[&[&str]] =
        &[&[], &["XA"], &["XB"], &["CH"], &["US"], &["XA", "XB"], &["XA", "CH"], &["CH", "US"], &["XA", "XB", "CH"]];
    Family {
        name: "nationalities",
        words: "",
        facts: "nationalities: set of Country   home: Country   refugee: YesNo",
        decision: "in_scope: YesNo",
        axes: vec![
            axis("nationalities", SETS.iter().map(|s| Held::States(s))),
            axis("home", ["XA", "XB", "CH", "US"].map(Held::State)),
            either("refugee"),
        ],
        versions: vec![
            version(
                "article 1 \"Persons\"\n  rule in_scope = XA in nationalities or XB in nationalities or refugee\n",
                |p| yes_no(states(p, "nationalities").iter().any(|s| *s == "XA" || *s == "XB") || p.yes("refugee")),
            ),
            version(
                "article 1 \"Persons\"\n  rule in_scope = XA in nationalities or XB in nationalities or refugee and home in any party\n",
                |p| {
                    let national = states(p, "nationalities").iter().any(|s| *s == "XA" || *s == "XB");
                    yes_no(national || p.yes("refugee") && p.is("home", &["XA", "XB"]))
                },
            ),
            version(
                "article 1 \"Persons\"\n  rule in_scope = (some party P in any party satisfies P in nationalities) or CH in nationalities or refugee\n",
                |p| {
                    let among = |s: &&str| ["XA", "XB", "CH"].contains(s);
                    yes_no(states(p, "nationalities").iter().any(among) || p.yes("refugee"))
                },
            ),
        ],
        open: &[],
    }
}

fn jobs() -> Family {
    const WORK: &[&[&str]] = &[
        &[],
        &["employee"],
        &["self_employed"],
        &["civil_servant"],
        &["employee", "employee"],
        &["employee", "self_employed"],
        &["employee", "civil_servant"],
        &["self_employed", "employee"],
        &["self_employed", "self_employed"],
        &["self_employed", "civil_servant"],
        &["civil_servant", "employee"],
        &["civil_servant", "self_employed"],
        &["civil_servant", "civil_servant"],
        &["employee", "self_employed", "civil_servant"],
        &["self_employed", "self_employed", "self_employed"],
    ];
    fn rows<'a>(p: &'a Somebody<'_>) -> &'a [&'static str] {
        match p.held("jobs") {
            Held::Rows(rows) => rows,
            other => panic!("jobs are {other:?}"),
        }
    }
    Family {
        name: "a list of activities",
        words: "record Job {\n  status: Status \"the kind of work\"\n}\n",
        facts: "jobs: list of Job   resident: YesNo",
        decision: "covered_here: YesNo",
        axes: vec![axis("jobs", WORK.iter().map(|w| Held::Rows(w))), either("resident")],
        versions: vec![
            version(
                "article 1 \"Work\"\n  rule covered_here = resident and (some job J in jobs satisfies J.status is employee)\n",
                |p| yes_no(p.yes("resident") && rows(p).contains(&"employee")),
            ),
            version(
                "article 1 \"Work\"\n  rule covered_here = resident and (some job J in jobs satisfies J.status is one of { employee, civil_servant })\n",
                |p| yes_no(p.yes("resident") && rows(p).iter().any(|s| ["employee", "civil_servant"].contains(s))),
            ),
            version(
                "article 1 \"Work\"\n  rule covered_here = resident and (every job J in jobs satisfies J.status is employee)\n",
                |p| yes_no(p.yes("resident") && rows(p).iter().all(|s| *s == "employee")),
            ),
        ],
        open: &[],
    }
}

fn of_parties() -> Family {
    Family {
        name: "a decision of each party",
        words: "",
        facts: "home: Country   insured: months",
        decision: "exported(P): YesNo default no",
        axes: vec![axis("home", ["XA", "XB", "CH", "US"].map(Held::State)), axis("insured", months(0..=14))],
        versions: vec![
            version(
                "article 1 \"Paid abroad\" for each party P in any party\n  parameter wait(P): months { XA: 6 months   XB: 12 months }\n  rule exported(P) when home in any party and insured is at least wait(P)\n",
                |p| {
                    let wait = if p.is("party", &["XA"]) { 6 } else { 12 };
                    yes_no(p.is("home", &["XA", "XB"]) && p.n("insured") >= wait)
                },
            ),
            version(
                "article 1 \"Paid abroad\" for each party P in any party\n  parameter wait(P): months { XA: 6 months   XB: 10 months }\n  rule exported(P) when home in any party and insured is at least wait(P)\n",
                |p| {
                    let wait = if p.is("party", &["XA"]) { 6 } else { 10 };
                    yes_no(p.is("home", &["XA", "XB"]) && p.n("insured") >= wait)
                },
            ),
            version(
                "article 1 \"Paid abroad\" for each party P in any party\n  parameter wait(P): months { XA: 6 months   XB: 12 months }\n  rule exported(P) when home is P and insured is at least wait(P)\n  rule exported(P) when home is CH and insured is at least wait(P)\n",
                |p| {
                    let (own, wait) = if p.is("party", &["XA"]) { ("XA", 6) } else { ("XB", 12) };
                    yes_no(p.is("home", &[own, "CH"]) && p.n("insured") >= wait)
                },
            ),
        ],
        open: &[],
    }
}

/// Articles of which the first adds the periods of both parties together.
fn added_up(rest: &str) -> String {
    format!(
        "article 1 \"Adding together\"\n  (1) aggregate {{\n        branches: old_age\n        kinds: insurance\n        \
         precedence: compulsory over voluntary\n        tied: {{ assimilated: refer   otherwise: refer }}\n        \
         dated_in: runs\n        last_day: day_before(claim.event)\n      }}\n  \
         (2) conversion {{ from: days   into: months   divide: 30   remainder: counts }}\n{rest}"
    )
}

fn two_records() -> Family {
    let records: Vec<Held> =
        [0, 1, 5, 6, 7, 11, 12, 13].iter().flat_map(|a| [0, 1, 4, 5, 6, 7, 12].map(|b| Held::Record(*a, b))).collect();
    fn both(p: &Somebody<'_>) -> (i64, i64) {
        let Held::Record(a, b) = p.held("periods") else { panic!("no record") };
        if p.is("party", &["XA"]) { (a, b) } else { (b, a) }
    }
    /// Only for old age are periods added up.
    fn is_counted(p: &Somebody<'_>) -> bool {
        p.is("claim.benefit", &["old_age.pension"])
    }
    fn if_counted(p: &Somebody<'_>, said: Said) -> Said {
        if is_counted(p) { said } else { Said::Gap }
    }
    Family {
        name: "records of two parties",
        words: "legislation XA.pensions \"Law of Alpha\"\n  implements: Figures   unit: months   cents: half up to 0.01 EUR\n\nlegislation XB.pensions \"Law of Beta\"\n  implements: Figures   unit: months   cents: half up to 0.01 EUR\n",
        facts: "periods: list of Period   claim: Claim",
        decision: "owed(P): YesNo default no",
        axes: vec![
            axis("periods", records),
            axis("claim.benefit", ["old_age.pension", "sickness.cash"].map(Held::Word)),
            axis("claim.event", [Held::Day(2025, 1, 1)]),
        ],
        versions: vec![
            version(
                added_up(
                    "article 2 \"Right\" for each party P in any party\n  rule owed(P) when own(P) is at least 6 months and length(counted(concerned), P) is at least 12 months\n",
                ),
                |p| if_counted(p, yes_no(both(p).0 >= 6 && both(p).0 + both(p).1 >= 12)),
            ),
            version(
                added_up(
                    "article 2 \"Right\" for each party P in any party\n  rule owed(P) when own(P) is at least 12 months and length(counted(concerned), P) is at least 12 months\n",
                ),
                |p| if_counted(p, yes_no(both(p).0 >= 12)),
            ),
            version(
                added_up(
                    "article 2 \"Right\" for each party P in any party\n  rule owed(P) when own(XA) is at least 6 months and own(XB) is at least 4 months and P is XA\n",
                ),
                |p| match p.is("party", &["XA"]) {
                    true => if_counted(p, yes_no(both(p).0 >= 6 && both(p).1 >= 4)),
                    // Whatever cannot be counted: it is the other party.
                    false => Said::No,
                },
            ),
        ],
        open: &[(1, 2)],
    }
}

fn silent() -> Family {
    Family {
        name: "texts that are silent",
        words: "",
        facts: "age: years   resident: YesNo",
        decision: "whose: Country",
        axes: vec![axis("age", (15..=70).map(Held::Years)), either("resident")],
        versions: vec![
            version(
                "article 1 \"Law\"\n  rule whose = XA when resident\n  rule whose = XB when not resident and age is at least 18 years\n",
                |p| match (p.yes("resident"), p.n("age") >= 18) {
                    (true, _) => Said::Word("XA".to_owned()),
                    (false, true) => Said::Word("XB".to_owned()),
                    (false, false) => Said::Gap,
                },
            ),
            version(
                "article 1 \"Law\"\n  rule whose = XA when resident and age is less than 65 years\n  rule whose = XB when not resident\n",
                |p| match (p.yes("resident"), p.n("age") < 65) {
                    (true, true) => Said::Word("XA".to_owned()),
                    (true, false) => Said::Gap,
                    (false, _) => Said::Word("XB".to_owned()),
                },
            ),
            version(
                "article 1 \"Law\"\n  rule whose = XA when resident\n  rule whose = XB when age is at least 30 years\n",
                |p| match (p.yes("resident"), p.n("age") >= 30) {
                    (true, true) => Said::Conflict,
                    (true, false) => Said::Word("XA".to_owned()),
                    (false, true) => Said::Word("XB".to_owned()),
                    (false, false) => Said::Gap,
                },
            ),
        ],
        open: &[],
    }
}

fn table() -> Family {
    const FORMS: &[&str] = &["rent", "lump", "goods", "loan"];
    Family {
        name: "a choice by a word",
        words: "enum Form { rent \"A rent\", lump \"A lump sum\", goods \"In goods\", loan \"A loan\" }\n",
        facts: "form: Form   age: years   needy: YesNo",
        decision: "points: Number",
        axes: vec![
            axis("form", FORMS.iter().map(|f| Held::Word(f))),
            axis("age", (28..=42).map(Held::Years)),
            either("needy"),
        ],
        versions: vec![
            version(
                "article 1 \"Points\"\n  rule points = match form { rent => 3, lump => if age is at least 30 years then 2 else 1, otherwise => 0 }\n",
                |p| {
                    let lump = if p.n("age") >= 30 { 2 } else { 1 };
                    Said::Whole(if p.is("form", &["rent"]) {
                        3
                    } else if p.is("form", &["lump"]) {
                        lump
                    } else {
                        0
                    })
                },
            ),
            version(
                "article 1 \"Points\"\n  rule points = match form { rent => 3, lump => if age is at least 40 years then 2 else 1, goods => 1, otherwise => 0 }\n",
                |p| {
                    let lump = if p.n("age") >= 40 { 2 } else { 1 };
                    let by = |word| p.is("form", &[word]);
                    Said::Whole(if by("rent") {
                        3
                    } else if by("lump") {
                        lump
                    } else {
                        i64::from(by("goods"))
                    })
                },
            ),
            version(
                "article 1 \"Points\"\n  rule points = if form is rent then 3 else if form is lump and age is at least 30 years and needy then 2 else if form is lump then 1 else 0\n",
                |p| {
                    let lump = if p.n("age") >= 30 && p.yes("needy") { 2 } else { 1 };
                    Said::Whole(if p.is("form", &["rent"]) {
                        3
                    } else if p.is("form", &["lump"]) {
                        lump
                    } else {
                        0
                    })
                },
            ),
        ],
        open: &[],
    }
}

#[test]
fn roundings_by_hand() {
    assert_eq!([(5, 2), (7, 2), (1, 3), (2, 3)].map(|(n, d)| half_up(n, d)), [3, 4, 0, 1]);
    assert_eq!([(5, 2), (7, 2), (1, 3), (2, 3)].map(|(n, d)| half_even(n, d)), [2, 4, 0, 1]);
}
