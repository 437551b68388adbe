//! Two terms told apart: persons are split, one condition after the other, until both come to the same, or differ.
//!
//! The condition to split on is looked for where the two first differ, so that what they share is never looked into.

use crate::guide::Guide;
use crate::hashed::Terms;
use crate::path::{Choice, Few, Path, limit, measured};
use crate::reading::Readings;
use crate::state::FIRST_VARIABLE;
use crate::term::{Arena, CONFLICT, FAULT, Line, May, NOTHING, ODD, Shape, Side, Sort, Term, VALUE};
use crate::within::Group;
use crate::world::World;
use accord_core::{HostFn, Outcome};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Lists of facts are looked into up to this many members.
pub(crate) const MOST_MEMBERS: u32 = 2;

/// Groups told apart for one decision of one party and branch.
pub(crate) const MOST_STEPS: u64 = 800;
/// Sets of parties of which it is told apart first whether they have an answer.
const MOST_SETS: usize = 4;
/// Groups told apart to see which outcomes a word can have.
const MOST_STEPS_IN_A_WORD: u32 = 60;

/// What is known of all facts while terms are told apart.
pub(crate) struct Space<'w> {
    pub(crate) arena: Arena,
    pub(crate) world: &'w World,
    /// Steps left.
    pub(crate) budget: u64,
    /// Groups told apart so far.
    pub(crate) steps: u64,
    pub(crate) most_steps: u64,
    /// What holds of everybody who is told of.
    pub(crate) about: Option<Term>,
    naming: bool,
    /// Whether what has a word is looked into.
    pub(crate) opened: bool,
    /// Whether two texts are compared: then it matters how what is open would be settled.
    pub(crate) compares: bool,
    /// Words for lengths by what they come to, for the persons looked at now.
    pub(crate) aliases: Option<BTreeMap<Term, Term>>,
    /// The groups being looked at, one within the other.
    pub(crate) groups: Vec<Group>,
    pub(crate) readings: Readings,
    /// What was narrowed last.
    narrowed: Vec<Term>,
    /// By whom the way is found.
    pub(crate) guide: Option<Guide>,
    /// Sets of which it is told apart first whether they have an answer.
    sets: Vec<Term>,
    /// Groups that may still be told apart to see that nobody is in one that came apart, where only a proof is looked
    /// for: it ends with the first group somebody may be in.
    proving: Option<u32>,
}

/// Kinds of value that groups are told by.
fn is_told(sort: Sort) -> bool {
    matches!(sort, Sort::YesNo | Sort::Length | Sort::Number | Sort::Money | Sort::Date)
}

/// Persons for whom two terms may differ, with what they come to for them.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) path: Path,
    pub(crate) old: Term,
    pub(crate) new: Term,
    /// Both are known, and are not the same.
    pub(crate) sure: bool,
}

/// Words, by name, that can have all outcomes for persons with these values.
pub(crate) type Futile = BTreeSet<(String, Vec<Few>)>;

/// A condition with the ways it can be.
pub(crate) type Split = (Term, Vec<Choice>);

impl<'w> Space<'w> {
    pub(crate) fn new(arena: Arena, world: &'w World, budget: u64) -> Space<'w> {
        Space {
            arena,
            world,
            budget,
            steps: 0,
            most_steps: MOST_STEPS,
            about: None,
            naming: false,
            opened: false,
            compares: false,
            aliases: None,
            groups: Vec::new(),
            readings: Readings::default(),
            narrowed: Vec::new(),
            guide: None,
            sets: Vec::new(),
            proving: None,
        }
    }

    /// Tells apart first whether sets of parties that are not written out, and sums over them, have an answer: what is
    /// said of them has one form only where they do.
    pub(crate) fn sets_first(&mut self, old: Term, new: Term) {
        let mut seen = BTreeSet::new();
        let mut queue = vec![old, new];
        while let Some(term) = queue.pop() {
            if seen.insert(term) {
                queue.extend(crate::term::children(&self.arena.shape(term)));
            }
        }
        let is_set = |t: &Term| {
            matches!(&*self.arena.shape(*t), Shape::Quantify(_, _, of, ..) if self.arena.sort(*of) == Sort::Countries)
                && matches!(self.arena.sort(*t), Sort::Countries | Sort::Money)
                && self.arena.free(*t) <= FIRST_VARIABLE
                && !self.arena.is_sure(*t)
        };
        self.sets = seen.into_iter().filter(is_set).take(MOST_SETS).collect();
    }

    /// A term for the persons of a group.
    pub(crate) fn reduce(&mut self, path: &Path, term: Term) -> Term {
        self.arena.look_at(path.masks.clone());
        self.aliases = None;
        self.apart_from_groups(|space| space.reduced(path, term, &mut Terms::default()))
    }

    pub(crate) fn reduced(&mut self, path: &Path, term: Term, memo: &mut Terms) -> Term {
        if let Some(done) = memo.get(&term) {
            return *done;
        }
        let info = self.arena.info(term);
        if let Shape::Known(_) = &*info.shape {
            return term;
        }
        if !self.groups.is_empty() && self.rests(term) {
            memo.insert(term, term);
            return term;
        }
        self.budget = self.budget.saturating_sub(1);
        let mut result = match self.settled(path, term) {
            Some(settled) => settled,
            None => self.parts_reduced(path, &info.shape, info.sort, memo),
        };
        if result != term
            && !self.arena.is_known(result)
            && let Some(settled) = self.settled(path, result)
        {
            result = settled;
        }
        if self.naming && result != term {
            self.keep_name(term, result);
        } else if !self.opened && self.arena.words.contains(&term) && !self.arena.is_known(result) && is_told(info.sort)
        {
            // What both texts have a word for is told by it, whatever else is known of it.
            result = term;
        } else if !self.opened && info.sort == Sort::Length && !self.arena.is_known(result) {
            result = self.by_its_word(path, result);
        }
        memo.insert(term, result);
        result
    }

    /// A length by the word for it, where what the word comes to for these persons is the same.
    fn by_its_word(&mut self, path: &Path, length: Term) -> Term {
        if self.naming || self.arena.words.contains(&length) {
            return length;
        }
        if self.aliases.is_none() {
            // While the map is made there is none.
            self.aliases = Some(BTreeMap::new());
            let (mut aliases, mut memo) = (BTreeMap::new(), Terms::default());
            for word in self.words_for_lengths() {
                aliases.insert(self.definition_now(path, word, &mut memo), word);
            }
            self.aliases = Some(aliases);
        }
        self.aliases.as_ref().and_then(|a| a.get(&length)).copied().unwrap_or(length)
    }

    pub(crate) fn words_for_lengths(&self) -> Vec<Term> {
        self.arena.words.iter().copied().filter(|w| self.arena.sort(*w) == Sort::Length).collect()
    }

    /// What a word comes to for the persons looked at now; what its parts come to is kept for other words.
    pub(crate) fn definition_now(&mut self, path: &Path, word: Term, memo: &mut Terms) -> Term {
        let info = self.arena.info(word);
        self.parts_reduced(path, &info.shape, info.sort, memo)
    }

    /// What a named term comes to for everybody looked at has its name, unless it is a fact by itself.
    fn keep_name(&mut self, term: Term, result: Term) {
        let plain = matches!(
            &*self.arena.shape(result),
            Shape::Known(_)
                | Shape::Fact(_)
                | Shape::Given(..)
                | Shape::Bound(..)
                | Shape::Not(_)
                | Shape::Host(HostFn::Field | HostFn::Equal | HostFn::In | HostFn::IsGiven, ..)
        );
        if plain {
            return;
        }
        if let Some(name) = self.arena.names.get(&term).cloned() {
            self.arena.names.entry(result).or_insert(name);
        }
        if self.arena.words.contains(&term) {
            self.arena.words.insert(result);
        }
    }

    /// Two terms for everybody of a path; what they name keeps its name there.
    pub(crate) fn narrowed(&mut self, path: &Path, old: Term, new: Term) -> (Term, Term) {
        self.naming = true;
        let both = (self.reduce(path, old), self.reduce(path, new));
        self.naming = false;
        self.narrowed = vec![both.0, both.1];
        both
    }

    /// Adds which outcomes a term has for the persons of a path, told apart as far as the steps reach, or until all are
    /// found that are possible.
    fn outcomes(&mut self, path: &Path, term: Term, steps: &mut u32, (found, possible): (&mut May, May)) {
        let (term, _) = self.enter(path, term, term);
        let may = self.arena.may(term) & possible;
        if may & !*found != 0 {
            let picked = if may & ODD != 0 && *steps != 0 { self.inside(path, term) } else { None };
            match picked {
                None => *found |= may,
                Some((atom, choices)) => {
                    *steps -= 1;
                    for choice in choices {
                        if *found == possible {
                            break;
                        }
                        if let Some(next) = path.with(&self.arena, self.world, atom, choice) {
                            self.outcomes(&next, term, steps, (found, possible));
                        }
                    }
                }
            }
        }
        self.leave();
    }

    /// Words in the terms that were narrowed last.
    fn words_in_sight(&self) -> Vec<Term> {
        let mut seen = BTreeSet::new();
        let mut queue = self.narrowed.clone();
        while let Some(term) = queue.pop() {
            if seen.insert(term) {
                queue.extend(crate::term::children(&self.arena.shape(term)));
            }
        }
        seen.into_iter().filter(|t| self.arena.words.contains(t)).collect()
    }

    /// Which outcomes a word can have for everybody of a path, known by looking into it; not where that was of no use
    /// before.
    pub(crate) fn look_into_words(&mut self, path: &mut Path, futile: &RefCell<Futile>) {
        self.opened = true;
        let about: Vec<Few> = path.few.values().cloned().collect();
        for word in self.words_in_sight() {
            // What follows from the words within it need not be looked for.
            self.arena.look_at(path.masks.clone());
            let possible = self.arena.may(word);
            let name = self.arena.names.get(&word).cloned().unwrap_or_default();
            let key = (name, about.clone());
            if possible & ODD == 0 || futile.borrow().contains(&key) {
                continue;
            }
            let (mut steps, mut found) = (MOST_STEPS_IN_A_WORD, 0);
            self.apart_from_groups(|space| space.outcomes(path, word, &mut steps, (&mut found, possible)));
            if found == possible {
                futile.borrow_mut().insert(key);
            }
            path.masks.insert(word, found);
        }
        self.opened = false;
    }

    fn parts_reduced(&mut self, path: &Path, shape: &Shape, sort: Sort, memo: &mut Terms) -> Term {
        if let Shape::Quantify(quantifier, variable, domain, filter, body) = shape {
            let domain = self.reduced(path, *domain, memo);
            if let Some(count) = path.counts.get(&domain).filter(|n| **n <= MOST_MEMBERS) {
                return self.over_elements(path, (*quantifier, *variable, domain, *filter, *body), *count, sort, memo);
            }
            // What holds the variable is reduced all the same: facts in it are those of the person.
            let filter = filter.map(|f| self.reduced(path, f, memo));
            let body = body.map(|b| self.reduced(path, b, memo));
            let all = self.arena.quantify(*quantifier, *variable, domain, filter, body, sort);
            return self.settled_by_a_member(path, all).unwrap_or(all);
        }
        self.prepare(path, shape, memo);
        let done = |term: Term| memo.get(&term).copied().unwrap_or(term);
        self.arena.rebuild(shape, sort, |_, part| done(part))
    }

    /// Reduces those parts that a shape is made of again: of a choice what is chosen, of a decision what can stand.
    fn prepare(&mut self, path: &Path, shape: &Shape, memo: &mut Terms) {
        match shape {
            Shape::If(condition, then, otherwise) => {
                let condition = self.reduced(path, *condition, memo);
                let (truth, nothing) = (self.arena.truth(condition), self.arena.is_nothing(condition));
                let settled = self.arena.is_known(condition);
                if truth == Some(true) || !settled {
                    self.reduced(path, *then, memo);
                }
                if truth == Some(false) || nothing || !settled {
                    self.reduced(path, *otherwise, memo);
                }
            }
            Shape::Decide(lines, default, _) => {
                let whens = lines.iter().map(|l| Line { when: self.reduced(path, l.when, memo), ..l.clone() });
                let whens: Vec<Line> = whens.collect();
                let live = self.arena.live(&whens);
                for (line, _) in lines.iter().zip(live).filter(|(_, live)| *live) {
                    self.reduced(path, line.value, memo);
                }
                default.iter().for_each(|d| _ = self.reduced(path, *d, memo));
            }
            shape => {
                for part in crate::term::children(shape) {
                    self.reduced(path, part, memo);
                }
            }
        }
    }

    /// A quantifier over a list with a known number of members.
    fn over_elements(
        &mut self,
        path: &Path,
        (quantifier, variable, domain, filter, body): (accord_ir::Quantifier, u32, Term, Option<Term>, Option<Term>),
        count: u32,
        sort: Sort,
        memo: &mut Terms,
    ) -> Term {
        let record = match self.arena.sort(domain) {
            Sort::List(id) => Sort::Record(id),
            _ => Sort::Other,
        };
        let yes = self.arena.yes_no(true);
        let mut shares = Vec::new();
        for n in 0..count {
            let member = self.arena.keep(Shape::Element(domain, n), record, VALUE);
            let when = match filter {
                Some(filter) => self.arena.put(filter, variable, member, &mut Terms::default()),
                None => yes,
            };
            let body = body.map(|b| self.arena.put(b, variable, member, &mut Terms::default()));
            shares.push((when, body, member));
        }
        let gathered = self.arena.gather(quantifier, shares, sort);
        self.reduced(path, gathered, memo)
    }

    /// What is settled of a term by what is assumed of it, or of what it is about.
    fn settled(&mut self, path: &Path, term: Term) -> Option<Term> {
        if let Some(yes) = path.decided(term) {
            return Some(self.arena.yes_no(yes));
        }
        let may = self.arena.may(term);
        if may == NOTHING {
            return Some(self.arena.constant(Outcome::Nothing));
        }
        if may == VALUE {
            if let Some(value) = path.pinned(&self.arena, term) {
                return Some(self.arena.constant(Outcome::Value(value)));
            }
            if let Some(few) = path.few.get(&term)
                && !few.elsewhere
                && few.listed.len() == 1
                && let Some(only) = few.listed.first()
            {
                return Some(self.arena.constant(Outcome::Value(only.clone())));
            }
        }
        if let Some(chosen) = self.chosen(path, term) {
            return Some(chosen);
        }
        let yes = path.settled_by_values(&self.arena, self.world, term).or_else(|| {
            if path.is_another(&self.arena, term) {
                return Some(false);
            }
            if path.bounds.is_empty() || !path.bounds.contains_key(&measured(&self.arena, term)?) {
                return None;
            }
            path.settled_by_bounds(&self.arena, &limit(&self.arena, term)?)
        })?;
        Some(self.arena.yes_no(yes))
    }

    // ---- what to split on ----

    fn status(&self, path: &Path, term: Term) -> Option<Split> {
        if path.is_assumed(term) {
            return None;
        }
        let may = self.arena.may(term);
        let ways = [(VALUE, Choice::Value), (NOTHING, Choice::Nothing), (ODD, Choice::Odd)];
        let choices: Vec<Choice> = ways.into_iter().filter(|(bit, _)| may & bit != 0).map(|(_, c)| c).collect();
        (choices.len() > 1).then_some((term, choices))
    }

    /// A condition that a term depends on.
    pub(crate) fn pick(&self, path: &Path, term: Term) -> Option<Split> {
        match self.arena.sort(term) {
            sort if !is_told(sort) || !self.arena.words.contains(&term) => self.inside(path, term),
            Sort::YesNo => self.truths(path, term),
            _ => self.status(path, term),
        }
    }

    /// A condition inside a term.
    pub(crate) fn inside(&self, path: &Path, term: Term) -> Option<Split> {
        match &*self.arena.shape(term) {
            Shape::Known(_) => None,
            Shape::All(parts) | Shape::Any(parts) => parts.iter().find_map(|t| self.pick(path, *t)),
            Shape::Parties(parts) => parts.iter().find_map(|t| self.pick(path, *t)),
            Shape::Not(inner) => self.pick(path, *inner),
            Shape::If(condition, then, otherwise) => {
                let first = self.pick(path, *condition);
                first.or_else(|| self.pick(path, *then)).or_else(|| self.pick(path, *otherwise))
            }
            Shape::Strict(arg, then) => {
                let first = self.pick(path, *arg).or_else(|| self.status(path, *arg));
                first.or_else(|| self.pick(path, *then))
            }
            Shape::Quantify(_, _, domain, ..) => self.pick_quantified(path, term, *domain),
            Shape::Gather(_, shares) => {
                let whens = shares.iter().find_map(|(when, ..)| self.pick(path, *when));
                let bodies = || {
                    shares.iter().filter_map(|s| s.1).find_map(|b| self.pick(path, b).or_else(|| self.status(path, b)))
                };
                whens.or_else(bodies)
            }
            Shape::Decide(lines, default, _) => {
                let whens = lines.iter().find_map(|l| self.pick(path, l.when));
                let values = || lines.iter().find_map(|l| self.pick(path, l.value));
                // Where a condition stays neither yes nor no it matters whether there would be a value.
                let stuck = || lines.iter().filter(|l| self.compares && self.arena.is_odd(l.when));
                whens
                    .or_else(values)
                    .or_else(|| default.and_then(|d| self.pick(path, d)))
                    .or_else(|| stuck().find_map(|l| self.status(path, l.value)))
            }
            Shape::Host(function, operands, _) => self.pick_operation(path, term, *function, operands),
            Shape::Fact(_) | Shape::Given(..) | Shape::Bound(..) | Shape::Element(..) => self.pick_fact(path, term),
        }
    }

    fn pick_fact(&self, path: &Path, term: Term) -> Option<Split> {
        if self.arena.sort(term) != Sort::YesNo {
            return None;
        }
        self.truths(path, term)
    }

    /// The ways a condition can be.
    fn truths(&self, path: &Path, term: Term) -> Option<Split> {
        if path.is_assumed(term) {
            return None;
        }
        let may = self.arena.may(term);
        if may & VALUE == 0 {
            return None;
        }
        let mut choices = vec![Choice::Yes, Choice::No];
        if may & NOTHING != 0 {
            choices.push(Choice::Nothing);
        }
        if may & ODD != 0 {
            choices.push(Choice::Odd);
        }
        Some((term, choices))
    }

    fn pick_quantified(&self, path: &Path, term: Term, domain: Term) -> Option<Split> {
        if let Some(split) = self.pick(path, domain).or_else(|| self.status(path, domain)) {
            return Some(split);
        }
        let is_list = matches!(self.arena.sort(domain), Sort::List(_)) && self.arena.free(domain) <= FIRST_VARIABLE;
        if is_list && !path.counts.contains_key(&domain) {
            let counts = (0..=MOST_MEMBERS + 1).map(Choice::Count).collect();
            return Some((domain, counts));
        }
        if self.arena.sort(term) == Sort::YesNo { self.truths(path, term) } else { self.status(path, term) }
    }

    fn pick_operation(&self, path: &Path, term: Term, function: HostFn, operands: &[Term]) -> Option<Split> {
        if function == HostFn::Field {
            let record = operands.first().copied()?;
            let inner = self.pick(path, record).or_else(|| self.status(path, record));
            return inner.or_else(|| self.pick_fact(path, term));
        }
        let nothing_is_fine = matches!(function, HostFn::Equal | HostFn::In | HostFn::IsGiven);
        let is_test = self.arena.sort(term) == Sort::YesNo;
        for operand in operands.iter().filter(|o| !self.arena.is_known(**o)) {
            let may = self.arena.may(*operand);
            // What an operation makes of values is its own business; only whether they are values matters here.
            // How many members a set has is settled by who is in it.
            let is_gathered = function == HostFn::Size && matches!(&*self.arena.shape(*operand), Shape::Gather(..));
            if may == VALUE && !is_test && !is_gathered {
                continue;
            }
            if let Some(split) = self.pick_operand(path, *operand) {
                return Some(split);
            }
            let unsettled = if nothing_is_fine { may & ODD != 0 && may & VALUE != 0 } else { may.count_ones() > 1 };
            if unsettled && let Some(split) = self.status(path, *operand) {
                return Some(split);
            }
        }
        if self.arena.sort(term) == Sort::YesNo {
            let may = self.arena.may(term);
            return if may & (ODD | NOTHING) != 0 && may & VALUE != 0 {
                self.status(path, term)
            } else {
                self.truths(path, term)
            };
        }
        None
    }

    /// Something inside an operand that is not settled. Operands that are facts are left whole.
    fn pick_operand(&self, path: &Path, operand: Term) -> Option<Split> {
        match &*self.arena.shape(operand) {
            Shape::Fact(_) | Shape::Given(..) | Shape::Bound(..) | Shape::Element(..) => None,
            Shape::Host(HostFn::Field, parts, _) => {
                let record = parts.first().copied()?;
                self.pick(path, record).or_else(|| self.status(path, record))
            }
            _ => self.pick(path, operand),
        }
    }

    /// A condition on which two terms that are not the same depend, from where they differ.
    pub(crate) fn pick_pair(&self, path: &Path, a: Term, b: Term) -> Option<Split> {
        if a == b {
            return None;
        }
        let either = || self.pick(path, a).or_else(|| self.pick(path, b));
        let (left, right) = (self.arena.shape(a), self.arena.shape(b));
        let inside = match (&*left, &*right) {
            (Shape::All(x), Shape::All(y)) | (Shape::Any(x), Shape::Any(y)) => self.pick_apart(path, x, y),
            (Shape::Not(x), Shape::Not(y)) => self.pick_pair(path, *x, *y),
            (Shape::If(c, t, e), Shape::If(c2, t2, e2)) => self
                .pick_pair(path, *c, *c2)
                .or_else(|| self.pick_pair(path, *t, *t2))
                .or_else(|| self.pick_pair(path, *e, *e2)),
            (Shape::Strict(x, y), Shape::Strict(x2, y2)) => {
                self.pick_pair(path, *x, *x2).or_else(|| self.pick_pair(path, *y, *y2))
            }
            (Shape::Host(f, x, _), Shape::Host(g, y, _)) if f == g && x.len() == y.len() => {
                if self.arena.sort(a) == Sort::YesNo && x.iter().chain(y).all(|t| self.is_plain(*t)) {
                    either()
                } else if Arena::swaps(*f) {
                    let mine = x.iter().filter(|t| !y.contains(t));
                    let theirs = y.iter().filter(|t| !x.contains(t));
                    mine.zip(theirs).find_map(|(x, y)| self.pick_pair(path, *x, *y))
                } else {
                    x.iter().zip(y).find_map(|(x, y)| self.pick_pair(path, *x, *y))
                }
            }
            (Shape::Parties(x), Shape::Parties(y)) => x.iter().zip(y).find_map(|(x, y)| self.pick_pair(path, *x, *y)),
            (Shape::Gather(q, x), Shape::Gather(r, y)) if q == r && x.len() == y.len() => {
                let whens = x.iter().zip(y).find_map(|(x, y)| self.pick_pair(path, x.0, y.0));
                let bodies = || x.iter().zip(y).find_map(|(x, y)| self.pick_pair(path, x.1?, y.1?));
                whens.or_else(bodies)
            }
            (Shape::Decide(x, d, _), Shape::Decide(y, e, _)) => {
                let mine: Vec<_> =
                    x.iter().filter(|l| !y.iter().any(|m| m.when == l.when && m.value == l.value)).collect();
                let theirs: Vec<_> =
                    y.iter().filter(|l| !x.iter().any(|m| m.when == l.when && m.value == l.value)).collect();
                let whens_of = |lines: &[&crate::term::Line]| lines.iter().map(|l| l.when).collect::<Vec<Term>>();
                let apart = self.pick_apart(path, &whens_of(&mine), &whens_of(&theirs));
                let values = || {
                    // Whether a rule applies comes before what it gives.
                    let when = mine.iter().chain(&theirs).find_map(|l| self.pick(path, l.when));
                    when.or_else(|| mine.iter().zip(&theirs).find_map(|(l, m)| self.pick_pair(path, l.value, m.value)))
                };
                let defaults = || self.pick_pair(path, (*d)?, (*e)?);
                apart.or_else(values).or_else(defaults)
            }
            _ => None,
        };
        inside.or_else(either)
    }

    fn is_plain(&self, term: Term) -> bool {
        !matches!(
            &*self.arena.shape(term),
            Shape::If(..)
                | Shape::Decide(..)
                | Shape::Gather(..)
                | Shape::Parties(_)
                | Shape::Strict(..)
                | Shape::All(_)
                | Shape::Any(_)
        )
    }

    /// Of two lists of parts, something in what only one of them has.
    fn pick_apart(&self, path: &Path, x: &[Term], y: &[Term]) -> Option<Split> {
        let mine: Vec<Term> = x.iter().copied().filter(|t| !y.contains(t)).collect();
        let theirs: Vec<Term> = y.iter().copied().filter(|t| !x.contains(t)).collect();
        for (a, b) in mine.iter().zip(&theirs) {
            if let Some(split) = self.pick_pair(path, *a, *b) {
                return Some(split);
            }
        }
        mine.iter().chain(&theirs).find_map(|t| self.pick(path, *t))
    }

    // ---- telling apart ----

    /// The groups of persons within a path for whom two terms may differ. `None` where the budget ended.
    pub(crate) fn differences(&mut self, path: &Path, old: Term, new: Term, found: &mut Vec<Leaf>) -> Option<()> {
        self.apart_from_groups(|space| space.differences_within(path, old, new, found))
    }

    fn differences_within(&mut self, path: &Path, old: Term, new: Term, found: &mut Vec<Leaf>) -> Option<()> {
        if self.budget == 0 || self.steps >= self.most_steps {
            return None;
        }
        self.steps += 1;
        let (old, new) = self.enter(path, old, new);
        let all = self.tell_apart(path, old, new, found);
        self.leave();
        all
    }

    fn tell_apart(&mut self, path: &Path, old: Term, new: Term, found: &mut Vec<Leaf>) -> Option<()> {
        if old == new {
            return Some(());
        }
        if self.arena.is_known(old) && self.arena.is_known(new) {
            if self.contradicts_itself(path) {
                return Some(());
            }
            return self.came_apart(Leaf { path: path.clone(), old, new, sure: true }, found);
        }
        // Of faults and conflicts nothing more is told.
        let both = self.arena.may(old) | self.arena.may(new);
        if both == FAULT || both == CONFLICT || self.equal_amounts(old, new) {
            return Some(());
        }
        let mut split = self.sets.iter().find_map(|set| self.status(path, *set));
        if split.is_none() {
            split = self.pick_pair(path, old, new);
        }
        if split.is_none() {
            split = self.pick_larger(path, old).or_else(|| self.pick_larger(path, new));
        }
        if split.is_none() {
            split = self.equality(path, old, new);
        }
        let split = split.filter(|(atom, _)| !path.assumed.iter().any(|(held, _)| held == atom));
        let Some((atom, choices)) = split else {
            if self.contradicts_itself(path) || self.same_when_opened(path, old, new) || self.equal_here(path, old, new)
            {
                return Some(());
            }
            let equal = self.equal_term(old, new);
            let equal = self.arena.truth(equal).or_else(|| path.decided(equal));
            if equal != Some(true) {
                // Answers of two kinds, an amount and none, differ whatever the figures.
                let unlike = self.arena.may(old) & self.arena.may(new) == 0;
                let sure = unlike || equal == Some(false);
                return self.came_apart(Leaf { path: path.clone(), old, new, sure }, found);
            }
            return Some(());
        };
        for choice in self.likely_first(atom, choices) {
            if let Some(next) = path.with(&self.arena, self.world, atom, choice)
                && !(matches!(choice, Choice::Count(_)) && self.has_another_size(&next))
            {
                self.differences_within(&next, old, new, found)?;
            }
        }
        Some(())
    }

    /// Takes in a group for whom two terms may differ; `None` where that ends the search for a proof.
    fn came_apart(&mut self, leaf: Leaf, found: &mut Vec<Leaf>) -> Option<()> {
        let Some(mut steps) = self.proving else {
            found.push(leaf);
            return Some(());
        };
        let nobody = self.apart_from_groups(|space| space.is_nobody(&leaf, &mut steps));
        self.proving = Some(steps);
        nobody.then_some(())
    }

    /// Whether two terms are proved the same for everybody of a path; `None` where that was not seen.
    pub(crate) fn proved(&mut self, path: &Path, old: Term, new: Term, steps: u32) -> Option<()> {
        // What is proved is proved of everybody, not of the person by whom the way is found.
        let (around, guide) = (self.proving.replace(steps), self.guide.take());
        let all = self.differences(path, old, new, &mut Vec::new());
        (self.proving, self.guide) = (around, guide);
        all
    }

    /// Whether two terms are the same once what has a word is looked into.
    pub(crate) fn same_when_opened(&mut self, path: &Path, old: Term, new: Term) -> bool {
        self.opened = true;
        let (old, new) = (self.reduce(path, old), self.reduce(path, new));
        self.opened = false;
        old == new || self.equal_amounts(old, new)
    }

    fn equal_term(&mut self, a: Term, b: Term) -> Term {
        self.arena.host(HostFn::Equal, vec![a, b], Side::Both, Sort::YesNo)
    }

    /// Values of few kinds may happen to be the same.
    pub(crate) fn equality(&mut self, path: &Path, old: Term, new: Term) -> Option<Split> {
        let both_values = self.arena.may(old) == VALUE && self.arena.may(new) == VALUE;
        let sort = self.arena.sort(old);
        let comparable = matches!(sort, Sort::Country | Sort::Member(_) | Sort::Date | Sort::YesNo);
        if !both_values || !comparable || sort != self.arena.sort(new) {
            return None;
        }
        let equal = self.equal_term(old, new);
        let open = !self.arena.is_known(equal) && path.decided(equal).is_none();
        open.then_some((equal, vec![Choice::Yes, Choice::No]))
    }
}
