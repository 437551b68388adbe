//! Totalisation: bringing the records of several parties together so that no day counts twice and none is lost.

use crate::period::normal;
use crate::{Country, Date, DatedIn, Extent, Kind, Outcome, Periods, Piece, Quality, Span, Trimmed, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One step of an order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Criterion {
    /// Compulsory beats voluntary.
    CompulsoryOverVoluntary,
    /// A period really completed beats an assimilated or credited one.
    ActualOverAssimilated,
}

/// One way to settle a tie; tried in the order written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TieStep {
    /// The party of the last compulsory actual period before the first tied day.
    LastCompulsoryBefore,
    /// The party of the first compulsory actual period after the last tied day.
    FirstCompulsoryAfter,
    /// Each party counts its own.
    Own,
    /// The authorities settle it.
    Refer,
}

/// What to do when precedence does not decide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ties {
    /// Between periods that are assimilated or credited in all the tied parties.
    pub assimilated: Vec<TieStep>,
    /// Between any others.
    pub otherwise: Vec<TieStep>,
}

/// Everything totalisation needs to know.
#[derive(Clone, Debug)]
pub struct Totalisation<'a> {
    /// The parties whose records are brought together.
    pub of: &'a BTreeSet<Country>,
    /// Kinds of period that count.
    pub kinds: &'a BTreeSet<Kind>,
    /// Criteria, compared in the order written.
    pub precedence: &'a [Criterion],
    /// Ties.
    pub tied: &'a Ties,
    /// How dated pieces become units.
    pub dated_in: DatedIn,
    /// How much counts of a certified amount some of whose days are gone.
    pub when_trimmed: Trimmed,
    /// Periods after this day do not count, and one that passes it is clipped.
    pub last_day: Option<Date>,
}

/// A stretch of days on which the same pieces stand beside each other.
struct Stretch<'p> {
    span: Span,
    /// What each party has there, one party after the other.
    pieces: Vec<&'p Piece>,
    /// The piece that stands for each party against the others: its best by precedence. The parties are in order, here
    /// and below.
    standing: Vec<&'p Piece>,
    /// The parties whose standing pieces no other beats.
    leaders: Vec<Country>,
}

/// Who counts a stretch.
#[derive(Clone, PartialEq, Eq)]
enum Verdict {
    /// These parties, each its own.
    Count(Vec<Country>),
    /// The authorities have to say.
    Refer,
}

impl Criterion {
    /// Whether the piece is on the side that gives way.
    fn yields(self, piece: &Piece) -> bool {
        match self {
            Criterion::CompulsoryOverVoluntary => piece.quality == Quality::Voluntary,
            Criterion::ActualOverAssimilated => !piece.kind.is_actual(),
        }
    }
}

/// The periods of the parties, merged. `refer` where a tie goes to the authorities.
///
/// Days of one party that several of its own pieces cover count once, for the best of them. Among parties, the
/// criteria decide in the order written, then the steps for ties: those for `assimilated` where every tied piece is
/// assimilated or credited, else those for `otherwise`; a tie that no step settles is referred. A tie is settled once
/// for all the adjoining days on which the same parties tie in the same class, and reads the record as communicated.
/// What loses to another party is kept in `displaced`; what a party's own better piece covers is not lost and is not
/// kept. Amounts without dates are presumed apart and stay, unless their calendar year is after the last day. A
/// certified amount of which no day is left, because an equal period of the same party has them all, is referred where
/// a trimmed one would be: which of the two counts was a choice of ours.
pub fn totalise(record: &Periods, how: &Totalisation<'_>) -> Outcome {
    let limits = Span { first: Date::MIN, last: how.last_day.unwrap_or(Date::MAX) };
    let chosen = |p: &&Piece| how.of.contains(&p.owner) && how.kinds.contains(&p.kind);
    let clipped: Vec<Piece> = record.pieces.iter().filter(chosen).filter_map(|p| p.within(limits)).collect();
    let stretches = stretches(&clipped, &Precedence::new(how.precedence));
    let verdicts = match verdicts(record, &stretches, how.tied) {
        Ok(verdicts) => verdicts,
        Err(referred) => return Outcome::Refer(referred),
    };
    let covered = covered(&stretches, &verdicts, how);
    if !covered.is_empty() {
        return Outcome::Refer(covered);
    }
    let mut pieces: Vec<Piece> = clipped.iter().filter(|p| p.span().is_none()).cloned().collect();
    let mut displaced: Vec<Piece> = record.displaced.iter().filter(chosen).filter_map(|p| p.within(limits)).collect();
    for (stretch, verdict) in stretches.iter().zip(verdicts) {
        let cut = |p: &Piece| Piece { extent: Extent::from(stretch.span), ..p.clone() };
        for standing in &stretch.standing {
            if verdict.contains(standing.owner) {
                pieces.push(cut(standing));
            } else {
                displaced.extend(stretch.of(standing.owner).map(cut));
            }
        }
    }
    Outcome::Value(Value::Periods(Arc::new(Periods {
        pieces: normal(pieces),
        displaced: normal(displaced),
        made_of: how.of.clone(),
        dated_in: how.dated_in,
        when_trimmed: how.when_trimmed,
    })))
}

/// The criteria of an order, each where it first stands: standing there again it decides nothing.
struct Precedence(Vec<Criterion>);

impl Precedence {
    fn new(order: &[Criterion]) -> Precedence {
        let first = order.iter().enumerate().filter(|(at, c)| !order.iter().take(*at).any(|before| before == *c));
        Precedence(first.map(|(_, c)| *c).collect())
    }

    /// The criteria by which a piece gives way, a bit each, the first highest: what is less goes first.
    fn rank(&self, piece: &Piece) -> u64 {
        self.0.iter().fold(0, |rank, criterion| rank << 1 | u64::from(criterion.yields(piece)))
    }
}

/// Cuts the dated pieces at every day on which one begins or has ended.
fn stretches<'p>(pieces: &'p [Piece], precedence: &Precedence) -> Vec<Stretch<'p>> {
    let dated: Vec<(Span, &Piece)> = pieces.iter().filter_map(|p| Some((p.span()?, p))).collect();
    let edges = dated.iter().flat_map(|(span, _)| [Some(span.first), span.last.add_days(1)]);
    let mut cuts: Vec<Date> = edges.flatten().collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut stretches = Vec::with_capacity(cuts.len());
    let mut starts = cuts.iter().copied().peekable();
    while let Some(first) = starts.next() {
        let last = starts.peek().and_then(|next| next.add_days(-1)).unwrap_or(Date::MAX);
        let here: Vec<&Piece> = dated.iter().filter(|(span, _)| span.contains(first)).map(|(_, p)| *p).collect();
        if !here.is_empty() {
            stretches.push(stretch(Span { first, last }, here, precedence));
        }
    }
    stretches
}

fn stretch<'p>(span: Span, mut pieces: Vec<&'p Piece>, precedence: &Precedence) -> Stretch<'p> {
    pieces.sort_by_key(|p| p.owner);
    // Equal by precedence, the choice is the same on every run: compulsory, really completed, oldest origin. What
    // was certified goes before days alone, whose length does not suffer from being cut.
    let certified = |p: &'p Piece| (p.certified.is_none(), p.certified.as_ref());
    let own = pieces.chunk_by(|a, b| a.owner == b.owner);
    let best = own.filter_map(|own| {
        own.iter().copied().min_by_key(|p| (precedence.rank(p), p.quality, p.kind, p.origin, certified(p)))
    });
    let standing: Vec<&Piece> = best.collect();
    let highest = standing.iter().map(|p| precedence.rank(p)).min().unwrap_or_default();
    let leaders = standing.iter().filter(|p| precedence.rank(p) == highest).map(|p| p.owner).collect();
    Stretch { span, pieces, standing, leaders }
}

impl<'p> Stretch<'p> {
    /// What a party has there.
    fn of(&self, party: Country) -> impl Iterator<Item = &'p Piece> {
        self.pieces.iter().copied().filter(move |p| p.owner == party)
    }

    /// Whether every tied piece is assimilated or credited.
    fn is_assimilated(&self) -> bool {
        self.standing.iter().filter(|p| self.leaders.contains(&p.owner)).all(|p| !p.kind.is_actual())
    }

    /// Whether this is the same tie as the stretch before it, going on.
    fn continues(&self, before: &Stretch<'_>) -> bool {
        before.span.last.add_days(1) == Some(self.span.first)
            && self.leaders == before.leaders
            && self.is_assimilated() == before.is_assimilated()
    }
}

impl Verdict {
    fn contains(&self, party: Country) -> bool {
        match self {
            Verdict::Count(parties) => parties.contains(&party),
            Verdict::Refer => false,
        }
    }
}

/// Who counts each stretch, or everything that is referred.
fn verdicts(record: &Periods, stretches: &[Stretch<'_>], ties: &Ties) -> Result<Vec<Verdict>, BTreeSet<Arc<str>>> {
    let mut verdicts = Vec::with_capacity(stretches.len());
    let mut referred = BTreeSet::new();
    let mut rest = stretches;
    while let Some((head, tail)) = rest.split_first() {
        if head.leaders.len() < 2 {
            verdicts.push(Verdict::Count(head.leaders.clone()));
            rest = tail;
            continue;
        }
        let mut last = head;
        let mut count = 1;
        while let Some(next) = rest.get(count).filter(|next| next.continues(last)) {
            last = next;
            count += 1;
        }
        let span = Span { first: head.span.first, last: last.span.last };
        let steps = if head.is_assimilated() { &ties.assimilated } else { &ties.otherwise };
        let verdict = settle(record, &head.leaders, span, steps);
        if verdict == Verdict::Refer {
            referred.insert(Arc::from(format!(
                "the competent institutions: which of two coinciding periods counts ({span})"
            )));
        }
        verdicts.extend(std::iter::repeat_n(verdict, count));
        rest = rest.get(count..).unwrap_or_default();
    }
    if referred.is_empty() { Ok(verdicts) } else { Err(referred) }
}

/// What to ask about the certified periods that an equal one of the same party covers wholly.
fn covered(stretches: &[Stretch<'_>], verdicts: &[Verdict], how: &Totalisation<'_>) -> BTreeSet<Arc<str>> {
    let any = stretches.iter().flat_map(|stretch| &stretch.pieces).any(|p| p.certified.is_some());
    if how.when_trimmed != Trimmed::Refer || !any {
        return BTreeSet::new();
    }
    let precedence = Precedence::new(how.precedence);
    let mut standing: BTreeSet<&Piece> = BTreeSet::new();
    let mut equal: BTreeSet<&Piece> = BTreeSet::new();
    for (stretch, verdict) in stretches.iter().zip(verdicts) {
        for best in stretch.standing.iter().filter(|best| verdict.contains(best.owner)) {
            standing.insert(best);
            let own = stretch.of(best.owner).filter(|p| p.certified.is_some());
            equal.extend(own.filter(|p| precedence.rank(p) == precedence.rank(best)));
        }
    }
    let lost = equal.difference(&standing);
    lost.filter_map(|p| Some(Arc::from(p.certified.as_ref()?.question(p.origin)))).collect()
}

/// Settles a tie of these parties on these days. A step that leaves several parties equal leaves only those to the
/// next step; one that finds no period leaves all.
fn settle(record: &Periods, tied: &[Country], span: Span, steps: &[TieStep]) -> Verdict {
    let mut tied = tied.to_vec();
    for step in steps {
        let nearest: BTreeMap<Country, i64> = match step {
            TieStep::Own => return Verdict::Count(tied),
            TieStep::Refer => return Verdict::Refer,
            TieStep::LastCompulsoryBefore => nearest(record, &tied, |period| {
                let before = Span::new(Date::MIN, span.first.add_days(-1)?)?;
                Some(span.first.days_since(period.meet(before)?.last))
            }),
            TieStep::FirstCompulsoryAfter => nearest(record, &tied, |period| {
                let after = Span::new(span.last.add_days(1)?, Date::MAX)?;
                Some(period.meet(after)?.first.days_since(span.last))
            }),
        };
        let Some(least) = nearest.values().min() else { continue };
        tied = nearest.iter().filter(|(_, distance)| *distance == least).map(|(party, _)| *party).collect();
        if tied.len() == 1 {
            return Verdict::Count(tied);
        }
    }
    Verdict::Refer
}

/// For each tied party, the distance in days of its compulsory actual dated period that is nearest by this measure.
fn nearest(record: &Periods, tied: &[Country], distance: impl Fn(Span) -> Option<i64>) -> BTreeMap<Country, i64> {
    let mut nearest: BTreeMap<Country, i64> = BTreeMap::new();
    for piece in record.pieces.iter().filter(|p| tied.contains(&p.owner) && p.is_compulsory_actual()) {
        if let Some(days) = piece.span().and_then(&distance) {
            let least = nearest.entry(piece.owner).or_insert(days);
            *least = days.min(*least);
        }
    }
    nearest
}
