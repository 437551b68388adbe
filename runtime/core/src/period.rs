//! Periods: stretches of insurance, employment or residence in a person's record.

use crate::number::decimal;
use crate::{Country, Date, Length, Ratio, Span, Unit};
use std::collections::BTreeSet;
use std::fmt;

/// What kind of time it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Insured, contributions paid.
    Insurance,
    /// Employed.
    Employment,
    /// Self-employed.
    SelfEmployment,
    /// Resident.
    Residence,
    /// Treated as insured by the law it was completed under.
    Assimilated,
    /// Credited without contributions.
    Credited,
}

/// How the person came to be insured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    /// By law.
    Compulsory,
    /// By choice.
    Voluntary,
}

/// When, or how much.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// From a day to a day, both included.
    Dated {
        /// First day.
        first: Date,
        /// Last day; not before the first.
        last: Date,
    },
    /// An amount as communicated, without dates.
    Undated {
        /// How many units.
        amount: Ratio,
        /// Of what.
        unit: Unit,
        /// The calendar year it belongs to, where communicated.
        year: Option<i32>,
    },
}

/// What an institution certified for a stretch of days: its amount is how long the stretch is, whatever the days
/// would count. Two certifications that say the same of the same days are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Certified {
    /// The days it was certified for. What is left of a period after some were cut off keeps them.
    pub whole: Span,
    /// How many units.
    pub amount: Ratio,
    /// Of what.
    pub unit: Unit,
}

/// One stretch of one party's record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// The party the period now counts for (`as_if_own` changes it).
    pub owner: Country,
    /// The party under whose law it was completed; never changes.
    pub origin: Country,
    /// What kind of time.
    pub kind: Kind,
    /// Compulsory or voluntary.
    pub quality: Quality,
    /// When, or how much.
    pub extent: Extent,
    /// What was certified for its days, where the institution said that as well; never without days.
    pub certified: Option<Certified>,
}

/// How dated periods become units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatedIn {
    /// Whole months from the first day of each unbroken run, left-over days pooled per owner and converted.
    Runs,
    /// Every calendar month touched counts as one.
    MonthsTouched,
    /// Days.
    Days,
}

/// How much of a certified amount counts where only some of its days are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trimmed {
    /// As much as the days left are of all its days.
    InProportion,
    /// None of it: the days left are counted as those of any other period.
    Recount,
    /// The institution that certified it has to say.
    Refer,
}

/// A record, or periods taken from one. In normal form the pieces are sorted, no two dated pieces share a day, and
/// adjacent pieces that differ in nothing but their days are one. A record as
/// communicated may still hold several periods for one day, and so may periods of which each party counts its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Periods {
    /// The pieces, sorted.
    pub pieces: Vec<Piece>,
    /// What precedence displaced: kept, so that a provision can still pay for it.
    pub displaced: Vec<Piece>,
    /// The parties whose records were brought together.
    pub made_of: BTreeSet<Country>,
    /// How dated pieces become units.
    pub dated_in: DatedIn,
    /// How much counts of a certified amount some of whose days are gone.
    pub when_trimmed: Trimmed,
}

/// Everything of a piece but when it was.
type Stamp<'p> = (Country, Country, Kind, Quality, Option<&'p Certified>);

impl Kind {
    /// Whether it is a period really completed: any kind but assimilated and credited.
    pub fn is_actual(self) -> bool {
        match self {
            Kind::Insurance | Kind::Employment | Kind::SelfEmployment | Kind::Residence => true,
            Kind::Assimilated | Kind::Credited => false,
        }
    }
}

impl Certified {
    /// The amount, as a length.
    pub fn length(&self) -> Length {
        Length::new(self.unit, self.amount.clone())
    }

    /// What only the institution that certified the amount can say, once some of the days are gone.
    pub(crate) fn question(&self, origin: Country) -> String {
        let (amount, whole) = (self.length(), self.whole);
        format!(
            "the competent institution of {origin}: how much of {amount} certified for {whole} belongs to the days that count"
        )
    }
}

impl Piece {
    /// A piece of a party's own record with days, both included; `None` where the last is before the first.
    pub fn dated(party: Country, kind: Kind, quality: Quality, first: Date, last: Date) -> Option<Piece> {
        let span = Span::new(first, last)?;
        Some(Piece { owner: party, origin: party, kind, quality, extent: Extent::from(span), certified: None })
    }

    /// A piece of a party's own record with days, and the amount that its institution certified for them; `None` for
    /// a negative amount.
    pub fn certified(
        party: Country,
        kind: Kind,
        quality: Quality,
        whole: Span,
        amount: Ratio,
        unit: Unit,
    ) -> Option<Piece> {
        let fits = !amount.is_negative();
        let certified = Some(Certified { whole, amount, unit });
        fits.then_some(Piece { owner: party, origin: party, kind, quality, extent: Extent::from(whole), certified })
    }

    /// A piece of a party's own record with an amount, of one calendar year where that is known; `None` for a
    /// negative amount.
    pub fn undated(
        party: Country,
        kind: Kind,
        quality: Quality,
        amount: Ratio,
        unit: Unit,
        year: Option<i32>,
    ) -> Option<Piece> {
        let extent = Extent::Undated { amount, unit, year };
        let fits = match &extent {
            Extent::Undated { amount, .. } => !amount.is_negative(),
            Extent::Dated { .. } => true,
        };
        fits.then_some(Piece { owner: party, origin: party, kind, quality, extent, certified: None })
    }

    /// Its days; `None` for an amount without dates.
    pub fn span(&self) -> Option<Span> {
        match self.extent {
            Extent::Dated { first, last } => Span::new(first, last),
            Extent::Undated { .. } => None,
        }
    }

    /// Compulsory and really completed: what ties look for.
    pub fn is_compulsory_actual(&self) -> bool {
        self.quality == Quality::Compulsory && self.kind.is_actual()
    }

    /// What is left of it within a span; `None` where nothing is. An amount without dates stays whole unless its
    /// calendar year lies wholly outside.
    pub fn within(&self, limits: Span) -> Option<Piece> {
        let extent = match &self.extent {
            Extent::Dated { first, last } => Extent::from(Span::new(*first, *last)?.meet(limits)?),
            Extent::Undated { year: Some(year), .. } if *year < limits.first.year() || *year > limits.last.year() => {
                return None;
            }
            Extent::Undated { .. } => self.extent.clone(),
        };
        Some(Piece { extent, ..self.clone() })
    }

    /// What was certified for more days than it still has; `None` where nothing was cut off.
    pub fn trimmed(&self) -> Option<&Certified> {
        self.certified.as_ref().filter(|certified| self.span() != Some(certified.whole))
    }

    fn stamp(&self) -> Stamp<'_> {
        (self.owner, self.origin, self.kind, self.quality, self.certified.as_ref())
    }
}

impl From<Span> for Extent {
    fn from(span: Span) -> Extent {
        Extent::Dated { first: span.first, last: span.last }
    }
}

/// Pieces sorted by their days (amounts without dates last), with those joined that differ in nothing but their days
/// and share or adjoin them. Amounts without dates are never joined: two equal ones are two. Of certified periods
/// only the parts of one are joined.
pub(crate) fn normal(pieces: impl IntoIterator<Item = Piece>) -> Vec<Piece> {
    let mut result: Vec<Piece> = pieces.into_iter().collect();
    result.sort_by(|a, b| a.stamp().cmp(&b.stamp()).then_with(|| a.extent.cmp(&b.extent)));
    result.dedup_by(|next, run| {
        let (Some(before), Some(more)) = (run.span(), next.span()) else { return false };
        let adjoins = before.last.add_days(1).is_none_or(|after| more.first <= after);
        let joined = adjoins && run.stamp() == next.stamp();
        if joined {
            run.extent = Extent::Dated { first: before.first, last: before.last.max(more.last) };
        }
        joined
    });
    result.sort_by(|a, b| a.extent.cmp(&b.extent).then_with(|| a.stamp().cmp(&b.stamp())));
    result
}

impl Periods {
    /// A person's record as communicated: sorted, with adjacent equal pieces joined, nothing clipped or merged.
    pub fn record(pieces: impl IntoIterator<Item = Piece>) -> Periods {
        let pieces = normal(pieces);
        let made_of = pieces.iter().map(|p| p.owner).collect();
        Periods { pieces, displaced: Vec::new(), made_of, dated_in: DatedIn::Runs, when_trimmed: Trimmed::Refer }
    }

    /// The same periods, with dated ones counted otherwise.
    #[must_use]
    pub fn counted_in(mut self, dated_in: DatedIn) -> Periods {
        self.dated_in = dated_in;
        self
    }

    /// The same periods, with trimmed amounts counted otherwise.
    #[must_use]
    pub fn trimmed_by(mut self, when_trimmed: Trimmed) -> Periods {
        self.when_trimmed = when_trimmed;
        self
    }

    /// The pieces as a case writes them: what is left of a certified period by its days alone.
    pub fn written(&self) -> Vec<Piece> {
        normal(self.pieces.iter().map(|p| {
            let certified = if p.trimmed().is_some() { None } else { p.certified.clone() };
            Piece { certified, ..p.clone() }
        }))
    }

    /// The parties that hold a period here.
    pub fn owners(&self) -> BTreeSet<Country> {
        self.pieces.iter().map(|p| p.owner).collect()
    }

    /// The periods that count for a party, and what precedence displaced of its record. The parts of one value share
    /// it out: every piece is in exactly one.
    #[must_use]
    pub fn part(&self, party: Country) -> Periods {
        let mut part = self.filter(|p| p.owner == party);
        part.made_of = BTreeSet::from([party]);
        part
    }

    /// The periods as if all were this party's own: the owner changes, dates, kinds and origin stay. What precedence
    /// displaced counts for nobody, so the fiction does not reach it.
    #[must_use]
    pub fn as_if_own(&self, party: Country) -> Periods {
        let relabelled = self.pieces.iter().map(|p| Piece { owner: party, ..p.clone() });
        Periods { pieces: normal(relabelled), ..self.clone() }
    }

    /// The periods up to a day, that day included. An amount without dates stays unless its calendar year is a later
    /// one.
    #[must_use]
    pub fn until(&self, day: Date) -> Periods {
        self.clip(Span { first: Date::MIN, last: day })
    }

    /// The periods within a span. An amount without dates stays unless its calendar year lies wholly outside.
    #[must_use]
    pub fn during(&self, span: Span) -> Periods {
        self.clip(span)
    }

    /// The periods of these kinds.
    #[must_use]
    pub fn of_kinds(&self, kinds: &BTreeSet<Kind>) -> Periods {
        self.filter(|p| kinds.contains(&p.kind))
    }

    /// What precedence displaced of a party's record, as periods of their own.
    #[must_use]
    pub fn displaced_part(&self, party: Country) -> Periods {
        Periods {
            pieces: self.displaced.iter().filter(|p| p.owner == party).cloned().collect(),
            displaced: Vec::new(),
            made_of: BTreeSet::from([party]),
            dated_in: self.dated_in,
            when_trimmed: self.when_trimmed,
        }
    }

    /// First dated day; `None` without one.
    pub fn first_day(&self) -> Option<Date> {
        self.pieces.iter().filter_map(|p| p.span().map(|s| s.first)).min()
    }

    /// Last dated day; `None` without one.
    pub fn last_day(&self) -> Option<Date> {
        self.pieces.iter().filter_map(|p| p.span().map(|s| s.last)).max()
    }

    fn filter(&self, keep: impl Fn(&Piece) -> bool) -> Periods {
        Periods {
            pieces: self.pieces.iter().filter(|p| keep(p)).cloned().collect(),
            displaced: self.displaced.iter().filter(|p| keep(p)).cloned().collect(),
            made_of: self.made_of.clone(),
            dated_in: self.dated_in,
            when_trimmed: self.when_trimmed,
        }
    }

    fn clip(&self, limits: Span) -> Periods {
        Periods {
            pieces: normal(self.pieces.iter().filter_map(|p| p.within(limits))),
            displaced: normal(self.displaced.iter().filter_map(|p| p.within(limits))),
            made_of: self.made_of.clone(),
            dated_in: self.dated_in,
            when_trimmed: self.when_trimmed,
        }
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extent::Dated { first, last } => write!(f, "{first}..{last}"),
            Extent::Undated { amount, unit, year } => {
                write!(f, "{} {}", decimal(amount), unit.word_for(amount))?;
                year.map_or(Ok(()), |year| write!(f, " in {year}"))
            }
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.origin, self.kind.word())?;
        if self.quality == Quality::Voluntary {
            write!(f, " {}", self.quality.word())?;
        }
        write!(f, " {}", self.extent)?;
        match (&self.certified, self.trimmed()) {
            (_, Some(certified)) => write!(f, " (of {} for {})", certified.length(), certified.whole)?,
            (Some(certified), None) => write!(f, " {}", certified.length())?,
            (None, None) => {}
        }
        if self.owner == self.origin { Ok(()) } else { write!(f, " as if {}", self.owner) }
    }
}

impl fmt::Display for Periods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pieces.is_empty() {
            return f.write_str("no periods");
        }
        for (i, piece) in self.pieces.iter().enumerate() {
            write!(f, "{}{piece}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
