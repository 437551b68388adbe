//! Lists of rules made by chance, from a seed: texts, what they answer worked out on the list itself, edits of them, and
//! the same list written otherwise.

use super::families::Said;
use super::people::{Axis, Held, Somebody, axis, either};
use std::collections::BTreeSet;

/// Numbers by chance, the same for the same seed.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..8).for_each(|_| {
            chance.below(2);
        });
        chance
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % n.max(1) as u64).expect("small")
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const FLAGS: &[&str] = &["resident", "refugee", "needy", "married"];
const FINANCING: &[&str] = &["contributory", "non_contributory", "means_tested", "transitional"];
const FORMS: &[&str] = &["rent", "lump", "goods", "loan"];
const HOMES: &[&str] = &["XA", "XB", "CH", "US"];
const LENGTHS: &[&str] = &["own_time", "other_time", "away_time"];
/// Sums that have a name, with what they add up.
const SUMS: &[(&str, &[&str])] =
    &[("together", &["own_time", "other_time"]), ("all_time", &["own_time", "other_time", "away_time"])];
/// The longest of one length.
const LONGEST: i64 = 24;

/// A condition on one thing.
#[derive(Clone, Debug, PartialEq)]
enum Atom {
    Flag(&'static str),
    Word(&'static str, Vec<&'static str>),
    AtLeast(&'static str, i64),
}

/// A condition, or its opposite.
#[derive(Clone, Debug, PartialEq)]
struct Literal {
    atom: Atom,
    so: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    ExceptionTo,
    Notwithstanding,
    SubjectTo,
}

#[derive(Clone, Debug)]
struct Rule {
    /// Ways in which it applies: in each, all of the conditions hold.
    ways: Vec<Vec<Literal>>,
    value: i64,
    relation: Option<(Relation, Vec<usize>)>,
}

/// A list of rules, each an article.
#[derive(Clone, Debug)]
pub(crate) struct List {
    rules: Vec<Rule>,
    /// Yes or no, with no as default; else a number, and a gap where no rule applies.
    is_yes_no: bool,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// The last article first.
    backwards: bool,
    /// `not (a or b)` for `not a and not b`, `not less than` for `at least`.
    turned: bool,
    /// Sums written out where they are used.
    written_out: bool,
}

impl Style {
    /// The same list written otherwise.
    pub(crate) const OTHER: Style = Style { backwards: true, turned: true, written_out: false };
    pub(crate) const INLINED: Style = Style { backwards: false, turned: true, written_out: true };
    pub(crate) const BACKWARDS: Style = Style { backwards: true, turned: false, written_out: false };
}

impl List {
    /// A list of some rules.
    pub(crate) fn new(chance: &mut Chance, size: usize) -> List {
        let is_yes_no = chance.one_in(2);
        let first_match = chance.one_in(3);
        let mut rules = Vec::new();
        for n in 0..size {
            let value = chance.below(if is_yes_no { 2 } else { 4 });
            let relation = match (n, first_match) {
                (0, _) => None,
                (_, true) => Some((Relation::SubjectTo, (0..n).collect())),
                (_, false) => relation(chance, n),
            };
            let ways = if chance.one_in(5) { 2 } else { 1 };
            let ways = (0..ways).map(|_| way(chance)).collect();
            rules.push(Rule { ways, value: i64::try_from(value).expect("small"), relation });
        }
        let mut list = List { rules, is_yes_no };
        list.agree();
        list
    }

    /// Rules that apply in the same cases say the same: a text in which they do not is an error.
    fn agree(&mut self) {
        let cases = |rule: &Rule| -> BTreeSet<BTreeSet<String>> {
            rule.ways.iter().map(|way| way.iter().map(|literal| format!("{literal:?}")).collect()).collect()
        };
        for at in 1..self.rules.len() {
            let (before, rest) = self.rules.split_at_mut(at);
            if let Some(same) = before.iter().find(|rule| cases(rule) == cases(&rest[0])) {
                rest[0].value = same.value;
            }
        }
    }

    /// A few edits.
    pub(crate) fn edited(&self, chance: &mut Chance) -> List {
        let mut list = self.clone();
        for _ in 0..=chance.below(3) {
            list.edit(chance);
        }
        list.agree();
        list
    }

    fn edit(&mut self, chance: &mut Chance) {
        let at = chance.below(self.rules.len());
        let (is_yes_no, first) = (self.is_yes_no, at == 0);
        let rule = &mut self.rules[at];
        let way = chance.below(rule.ways.len());
        let held = &mut rule.ways[way];
        match chance.below(7) {
            0 => {
                let lengths: Vec<usize> =
                    (0..held.len()).filter(|i| matches!(held[*i].atom, Atom::AtLeast(..))).collect();
                if let Some(i) = lengths.first()
                    && let Atom::AtLeast(_, n) = &mut held[*i].atom
                {
                    *n = (*n + chance.pick(&[-3, -1, 1, 3])).max(1);
                }
            }
            1 if held.len() > 1 => {
                let i = chance.below(held.len());
                held.remove(i);
            }
            2 => held.push(literal(chance)),
            3 => {
                let i = chance.below(held.len());
                held[i].so = !held[i].so;
            }
            4 => {
                let values = if is_yes_no { 2 } else { 4 };
                rule.value = (rule.value + 1) % values;
            }
            5 if !first => {
                if let Some((relation, _)) = &mut rule.relation {
                    *relation = match relation {
                        Relation::ExceptionTo => Relation::Notwithstanding,
                        Relation::Notwithstanding => Relation::ExceptionTo,
                        Relation::SubjectTo => Relation::SubjectTo,
                    };
                }
            }
            _ => rule.ways = vec![self::way(chance)],
        }
    }

    /// The decision as declared.
    fn decision(&self) -> &'static str {
        if self.is_yes_no { "grade: YesNo default no" } else { "grade: Number" }
    }

    /// The text.
    pub(crate) fn text(&self, style: Style) -> String {
        let size = self.rules.len();
        let place = |n: usize| if style.backwards { size - n } else { n + 1 };
        let mut order: Vec<usize> = (0..size).collect();
        if style.backwards {
            order.reverse();
        }
        let mut text = format!(
            "agreement XA-XB \"A list\"\n  parties:   XA, XB\n  articles:  1..{}\n  month_end: last_day\n\n\
             enum Form {{ rent \"A rent\", lump \"A lump sum\", goods \"In goods\", loan \"A loan\" }}\n\n\
             question small\n  facts   resident: YesNo   refugee: YesNo   needy: YesNo   married: YesNo\n          \
             financing: Financing   form: Form   home: Country\n          \
             own_time: months   other_time: months   away_time: months\n  decides grade\n\ndecision {}\n\n",
            size + 1,
            self.decision()
        );
        for n in order {
            text.push_str(&self.rules[n].text(place(n), &place, self.is_yes_no, style));
        }
        let last = size + 1;
        if !style.written_out {
            text.push_str(&format!(
                "article {last} \"Sums\"\n  (1) term together means own_time + other_time\n  (2) term all_time means own_time + other_time + away_time\n"
            ));
        }
        text
    }

    /// What it answers, worked out on the list.
    pub(crate) fn answer(&self, person: &Somebody<'_>) -> Said {
        let applies: Vec<bool> = self.rules.iter().map(|r| self.applies(r, person)).collect();
        let beaten_by = self.beaten_by();
        let stands = |n: &usize| applies[*n] && !beaten_by[*n].iter().any(|b| applies[*b]);
        let values: BTreeSet<i64> = (0..self.rules.len()).filter(stands).map(|n| self.rules[n].value).collect();
        match (values.len(), values.first(), self.is_yes_no) {
            (0, _, true) => Said::No,
            (0, _, false) => Said::Gap,
            (1, Some(value), true) => {
                if *value == 1 {
                    Said::Yes
                } else {
                    Said::No
                }
            }
            (1, Some(value), false) => Said::Whole(*value),
            _ => Said::Conflict,
        }
    }

    fn applies(&self, rule: &Rule, person: &Somebody<'_>) -> bool {
        let own = rule.holds(person);
        match &rule.relation {
            Some((Relation::ExceptionTo, targets)) => own && targets.iter().any(|t| self.rules[*t].holds(person)),
            _ => own,
        }
    }

    /// Which rules beat each, directly or through others.
    fn beaten_by(&self) -> Vec<BTreeSet<usize>> {
        let mut by = vec![BTreeSet::new(); self.rules.len()];
        for (n, rule) in self.rules.iter().enumerate() {
            match &rule.relation {
                Some((Relation::SubjectTo, targets)) => by[n].extend(targets),
                Some((_, targets)) => targets.iter().for_each(|t| {
                    by[*t].insert(n);
                }),
                None => {}
            }
        }
        loop {
            let wider: Vec<BTreeSet<usize>> =
                by.iter().map(|of| of.iter().chain(of.iter().flat_map(|b| &by[*b])).copied().collect()).collect();
            if wider == by {
                return by;
            }
            by = wider;
        }
    }

    /// Somebody, and now and then somebody to whom a rule applies, just so.
    pub(crate) fn somebody<'a>(&self, chance: &mut Chance, axes: &'a [Axis]) -> Somebody<'a> {
        let mut held: Vec<Held> = axes.iter().map(|a| a.values[chance.below(a.values.len())]).collect();
        if !chance.one_in(3) {
            let at = chance.below(self.rules.len());
            let rule = &self.rules[at];
            let way = rule.ways[chance.below(rule.ways.len())].clone();
            let mut set = |fact: &str, value: Held| {
                let at = axes.iter().position(|a| a.fact == fact).expect("a fact");
                held[at] = value;
            };
            for literal in way {
                match literal.atom {
                    Atom::Flag(flag) => set(flag, Held::Yes(literal.so)),
                    Atom::Word(fact, words) if literal.so => {
                        let word = chance.pick(&words);
                        set(fact, if fact == "home" { Held::State(word) } else { Held::Word(word) });
                    }
                    Atom::Word(..) => {}
                    Atom::AtLeast(of, n) => {
                        let target =
                            if literal.so { n + chance.pick(&[0, 0, 1, 2]) } else { n - chance.pick(&[1, 1, 2, 3]) };
                        for (fact, months) in shared_out(chance, of, target.max(0)) {
                            set(fact, Held::Months(months.min(LONGEST)));
                        }
                    }
                }
            }
        }
        Somebody::of(axes, held)
    }
}

/// A length shared out among what it is the sum of.
fn shared_out(chance: &mut Chance, of: &'static str, total: i64) -> Vec<(&'static str, i64)> {
    let Some((_, parts)) = SUMS.iter().find(|(name, _)| *name == of) else { return vec![(of, total)] };
    let mut left = total;
    let mut shares = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let most = usize::try_from(left.min(LONGEST)).expect("not below zero");
        let share = if n + 1 == parts.len() { left } else { i64::try_from(chance.below(most + 1)).expect("small") };
        shares.push((*part, share));
        left -= share;
    }
    shares
}

fn relation(chance: &mut Chance, n: usize) -> Option<(Relation, Vec<usize>)> {
    let some = |chance: &mut Chance, most: usize| {
        let set: BTreeSet<usize> = (0..=chance.below(most)).map(|_| chance.below(n)).collect();
        set.into_iter().collect::<Vec<usize>>()
    };
    match chance.below(10) {
        0..=3 => Some((Relation::Notwithstanding, some(chance, 4))),
        4..=6 => Some((Relation::ExceptionTo, some(chance, 2))),
        7 | 8 => Some((Relation::SubjectTo, some(chance, 4))),
        _ => None,
    }
}

fn way(chance: &mut Chance) -> Vec<Literal> {
    (0..=1 + chance.below(3)).map(|_| literal(chance)).collect()
}

fn literal(chance: &mut Chance) -> Literal {
    let some_of = |chance: &mut Chance, words: &'static [&'static str]| {
        let from = chance.below(words.len());
        let count = 1 + chance.below(2);
        (0..count).map(|n| words[(from + n) % words.len()]).collect::<Vec<&'static str>>()
    };
    let atom = match chance.below(8) {
        0 | 1 => Atom::Flag(chance.pick(FLAGS)),
        2 => Atom::Word("financing", some_of(chance, FINANCING)),
        3 => Atom::Word("form", some_of(chance, FORMS)),
        4 => Atom::Word("home", some_of(chance, HOMES)),
        5 => Atom::AtLeast(chance.pick(LENGTHS), chance.pick(&[3, 6, 12, 18])),
        _ => {
            let (sum, parts) = chance.pick(SUMS);
            let most = i64::try_from(parts.len()).expect("few") * 12;
            Atom::AtLeast(sum, most * chance.pick(&[1, 2, 3]) / 4)
        }
    };
    Literal { atom, so: !chance.one_in(4) }
}

impl Rule {
    fn holds(&self, person: &Somebody<'_>) -> bool {
        self.ways.iter().any(|way| way.iter().all(|l| l.holds(person)))
    }

    fn text(&self, article: usize, place: &dyn Fn(usize) -> usize, is_yes_no: bool, style: Style) -> String {
        let relation = self.relation.as_ref().map_or(String::new(), |(relation, targets)| {
            let word = match relation {
                Relation::ExceptionTo => "exception to",
                Relation::Notwithstanding => "notwithstanding",
                Relation::SubjectTo => "subject to",
            };
            let targets: Vec<String> = targets.iter().map(|t| format!("article {}", place(*t))).collect();
            format!("  {word} {}\n", targets.join(", "))
        });
        let head = match (is_yes_no, self.value) {
            (true, 1) => "grade".to_owned(),
            (true, _) => "not grade".to_owned(),
            (false, value) => format!("grade = {value}"),
        };
        let mut ways: Vec<String> = self.ways.iter().map(|way| all_of(way, style)).collect();
        if style.backwards {
            ways.reverse();
        }
        format!("article {article} \"Rule\"\n{relation}  rule {head} when {}\n", ways.join(" or "))
    }
}

fn all_of(way: &[Literal], style: Style) -> String {
    let mut parts: Vec<String> = way.iter().map(|l| l.text(style)).collect();
    if !style.turned {
        return format!("({})", parts.join(" and "));
    }
    parts.reverse();
    let negated: Vec<String> = way.iter().map(|l| Literal { so: !l.so, ..l.clone() }.text(style)).collect();
    if way.len() > 2 { format!("not ({})", negated.join(" or ")) } else { format!("({})", parts.join(" and ")) }
}

impl Literal {
    fn holds(&self, person: &Somebody<'_>) -> bool {
        let holds = match &self.atom {
            Atom::Flag(flag) => person.yes(flag),
            Atom::Word(fact, words) => person.is(fact, words),
            Atom::AtLeast(of, n) => match SUMS.iter().find(|(name, _)| name == of) {
                Some((_, parts)) => parts.iter().map(|p| person.n(p)).sum::<i64>() >= *n,
                None => person.n(of) >= *n,
            },
        };
        holds == self.so
    }

    fn text(&self, style: Style) -> String {
        match (&self.atom, self.so) {
            (Atom::Flag(flag), true) => (*flag).to_owned(),
            (Atom::Flag(flag), false) => format!("not {flag}"),
            (Atom::Word(fact, words), so) if fact == &"home" => {
                format!("{fact} {} {{ {} }}", if so { "in" } else { "not in" }, words.join(", "))
            }
            (Atom::Word(fact, words), true) => format!("{fact} is one of {{ {} }}", words.join(", ")),
            (Atom::Word(fact, words), false) => format!("not ({fact} is one of {{ {} }})", words.join(", ")),
            (Atom::AtLeast(of, n), so) => {
                let sum = SUMS.iter().find(|(name, _)| name == of && style.written_out);
                let of = sum.map_or((*of).to_owned(), |(_, parts)| parts.join(" + "));
                match (so, style.turned) {
                    (true, false) => format!("{of} is at least {n} months"),
                    (false, false) => format!("{of} is less than {n} months"),
                    (true, true) => format!("not ({of} is less than {n} months)"),
                    (false, true) => format!("not ({of} is at least {n} months)"),
                }
            }
        }
    }
}

/// What persons of lists are made of.
pub(crate) fn axes() -> Vec<Axis> {
    let mut axes: Vec<Axis> = FLAGS.iter().map(|f| either(f)).collect();
    axes.push(axis("financing", FINANCING.iter().map(|w| Held::Word(w))));
    axes.push(axis("form", FORMS.iter().map(|w| Held::Word(w))));
    axes.push(axis("home", HOMES.iter().map(|w| Held::State(w))));
    axes.extend(LENGTHS.iter().map(|l| axis(l, (0..=LONGEST).map(Held::Months))));
    axes
}
