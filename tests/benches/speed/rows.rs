//! Made-up claims in the physical form that native code reads: the same for the same seed, plausible, and with what
//! goes wrong in real files. Making them is never timed.

/// The position of a party among the columns: alphabetical.
pub const CV: usize = 0;
/// The other party.
pub const NL: usize = 1;
/// `self_employment`, the one kind that does not count here.
pub const SELF_EMPLOYMENT: u8 = 2;
/// `voluntary`.
pub const VOLUNTARY: u8 = 1;
/// The first kind that is not really completed: assimilated; credited follows.
pub const ASSIMILATED: u8 = 4;
/// `old_age.pension` among the benefits.
pub const OLD_AGE: u8 = 4;

/// Ten lines of randomness: splitmix64.
pub struct Chance(pub u64);

impl Chance {
    /// The next word.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number from one to another, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1) as u64) as i32
    }

    /// Whether something of so many in a thousand happens.
    pub fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }
}

/// A bitmap, least significant bit first, with eight bytes more than its bits need, as Arrow pads.
#[derive(Clone, Default)]
pub struct Bits(pub Vec<u8>);

impl Bits {
    fn zeros(bits: usize) -> Bits {
        Bits(vec![0; bits.div_ceil(8) + 8])
    }

    /// Sets a bit that is not set yet.
    pub fn set(&mut self, at: usize, bit: bool) {
        self.0[at / 8] |= u8::from(bit) << (at % 8);
    }

    /// A bit.
    pub fn get(&self, at: usize) -> bool {
        self.0[at / 8] >> (at % 8) & 1 == 1
    }
}

/// A column of yes and no with nulls.
#[derive(Clone, Default)]
pub struct Flags {
    /// The values.
    pub values: Bits,
    /// Whether there is one.
    pub valid: Bits,
}

/// A column of money with nulls.
#[derive(Clone, Default)]
pub struct Amounts {
    /// Minor units.
    pub values: Vec<i64>,
    /// Whether there is one.
    pub valid: Bits,
}

/// What the institution of a party declares.
#[derive(Clone, Default)]
pub struct Declared {
    /// `P.entitled`.
    pub entitled: Flags,
    /// `P.entitled_alone`.
    pub entitled_alone: Flags,
    /// `P.alone`.
    pub alone: Amounts,
    /// `P.all`.
    pub all: Amounts,
}

/// Rows as columns. Every position in a column of rows is that of the row plus `first`, as in a slice of Arrow arrays.
#[derive(Clone, Default)]
pub struct Rows {
    /// How many.
    pub count: usize,
    /// Where they begin in the columns.
    pub first: usize,
    /// `claim.benefit`, never null.
    pub benefit: Vec<u8>,
    /// `claim.event`, days since 1970.
    pub event: Vec<i32>,
    /// Whether the event is known.
    pub event_valid: Bits,
    /// Where the periods of each row begin, and after the last where they end.
    pub offsets: Vec<i32>,
    /// First days, sorted within a row.
    pub from: Vec<i32>,
    /// Last days.
    pub to: Vec<i32>,
    /// Parties.
    pub party: Vec<u8>,
    /// Kinds.
    pub kind: Vec<u8>,
    /// Qualities.
    pub quality: Vec<u8>,
    /// What is declared, by party.
    pub declared: [Declared; 2],
}

/// What rows are to look like.
#[derive(Clone, Copy)]
pub struct Mix {
    /// How many periods a row has on the average, both parties together.
    pub periods: u64,
    /// Of a thousand rows, in how many a period is made to reach into one of the other party.
    pub overlaps: u64,
}

impl Mix {
    /// What the tables are about.
    pub const USUAL: Mix = Mix { periods: 6, overlaps: 80 };
}

/// A period in the making.
#[derive(Clone, Copy)]
struct Period {
    from: i32,
    to: i32,
    party: u8,
    kind: u8,
    quality: u8,
}

/// Rows of a seed. The order of calls is part of what a seed means.
pub fn generate(count: usize, mix: Mix, seed: u64) -> Rows {
    generate_from(count, mix, seed, 0)
}

/// Rows of a seed behind some that do not belong to the batch, as in a slice.
pub fn generate_from(count: usize, mix: Mix, seed: u64, first: usize) -> Rows {
    let mut chance = Chance(seed);
    let all = first + count;
    let mut rows = Rows { count, first, ..Rows::default() };
    rows.event_valid = Bits::zeros(all);
    for declared in &mut rows.declared {
        for flags in [&mut declared.entitled, &mut declared.entitled_alone] {
            *flags = Flags { values: Bits::zeros(all), valid: Bits::zeros(all) };
        }
        for amounts in [&mut declared.alone, &mut declared.all] {
            *amounts = Amounts { values: Vec::with_capacity(all), valid: Bits::zeros(all) };
        }
    }
    let mut career = Vec::new();
    rows.offsets.push(0);
    for row in 0..all {
        let born = chance.between(-14_600, -5_100);
        let mut event = born + 23_741 + if chance.per_mille(300) { chance.between(1, 1500) } else { 0 };
        career.clear();
        work(&mut chance, mix, born, event, &mut career);
        if chance.per_mille(60)
            && let Some(last) = career.last()
        {
            // The event comes in the middle of the last period.
            event = last.from + chance.between(0, (last.to - last.from).max(1));
        }
        for p in &career {
            rows.from.push(p.from);
            rows.to.push(p.to);
            rows.party.push(p.party);
            rows.kind.push(p.kind);
            rows.quality.push(p.quality);
        }
        rows.offsets.push(i32::try_from(rows.from.len()).expect("fewer periods than an offset counts"));
        rows.benefit.push(OLD_AGE);
        rows.event.push(event);
        rows.event_valid.set(row, !chance.per_mille(2));
        declare(&mut chance, row, &mut rows.declared);
    }
    rows
}

/// The periods of a life, sorted by their first days.
fn work(chance: &mut Chance, mix: Mix, born: i32, event: i32, career: &mut Vec<Period>) {
    if chance.per_mille(1) {
        return;
    }
    let spread = mix.periods.saturating_sub(1).max(1);
    let each = |chance: &mut Chance| 1 + chance.below(spread) as usize;
    let mut counts = [each(chance), each(chance)];
    let first = usize::from(chance.per_mille(700));
    if chance.per_mille(60) {
        counts[chance.below(2) as usize] = 0;
    }
    let alternating = chance.per_mille(300);
    let total = counts[0] + counts[1];
    let begin = born + chance.between(5_844, 8_036);
    let end = event - chance.between(0, 700);
    let slot = (end - begin) / total as i32;
    let mut left = counts;
    let mut party = first;
    let mut adjoins = false;
    for at in 0..total {
        if left[party] == 0 || alternating && left[1 - party] > 0 && chance.per_mille(500) {
            party = 1 - party;
        }
        left[party] -= 1;
        let late = if !adjoins && chance.per_mille(250) { chance.between(0, slot / 20) } else { 0 };
        adjoins = chance.per_mille(220);
        let length = if adjoins { slot } else { chance.between(slot * 3 / 10, slot * 19 / 20) };
        let from = begin + slot * at as i32 + late;
        let to = (from + length.min(slot - late) - 1).max(from);
        career.push(Period { from, to, party: party as u8, kind: kind(chance), quality: quality(chance) });
    }
    shorten(chance, career);
    overlap(chance, mix, career);
    career.sort_by_key(|p| p.from);
}

fn kind(chance: &mut Chance) -> u8 {
    match chance.below(100) {
        0..60 => 0,
        60..74 => 1,
        74..76 => SELF_EMPLOYMENT,
        76..91 => 3,
        91..95 => ASSIMILATED,
        _ => ASSIMILATED + 1,
    }
}

fn quality(chance: &mut Chance) -> u8 {
    u8::from(chance.per_mille(60))
}

/// Some have worked in one of the States for a few months only.
fn shorten(chance: &mut Chance, career: &mut Vec<Period>) {
    if !chance.per_mille(60) || career.is_empty() {
        return;
    }
    let party = chance.below(2) as u8;
    let mut kept = false;
    career.retain(|p| p.party != party || !std::mem::replace(&mut kept, true));
    for p in career.iter_mut().filter(|p| p.party == party) {
        p.to = p.to.min(p.from + chance.between(5, 400));
    }
}

/// A period reaches into a later one of the other party, or of its own.
fn overlap(chance: &mut Chance, mix: Mix, career: &mut [Period]) {
    let same = chance.per_mille(20);
    if !chance.per_mille(mix.overlaps) && !same {
        return;
    }
    let meets = |pair: &[Period]| (pair[0].party == pair[1].party) == same;
    let pairs: Vec<usize> = (0..career.len().saturating_sub(1)).filter(|i| meets(&career[*i..*i + 2])).collect();
    if pairs.is_empty() {
        return;
    }
    let at = pairs[chance.below(pairs.len() as u64) as usize];
    let next = career[at + 1];
    career[at].to = career[at].to.max(next.from + chance.between(0, (next.to - next.from) * 5 / 4 + 1));
    // Two compulsory periods of the same days are rare: one of them gives way.
    match chance.below(100) {
        0..50 => career[at].quality = VOLUNTARY,
        50..80 => career[at].kind = ASSIMILATED,
        80..92 => career[at + 1].kind = ASSIMILATED + 1,
        _ => {}
    }
}

/// The figures of both institutions; in one row of a hundred one is missing.
fn declare(chance: &mut Chance, row: usize, declared: &mut [Declared; 2]) {
    let missing = if chance.per_mille(10) { chance.below(8) } else { 8 };
    for (party, declared) in declared.iter_mut().enumerate() {
        let there = |fact: u64| missing != party as u64 * 4 + fact;
        declared.entitled.values.set(row, chance.per_mille(920));
        declared.entitled.valid.set(row, there(0));
        declared.entitled_alone.values.set(row, chance.per_mille(650));
        declared.entitled_alone.valid.set(row, there(1));
        let alone = chance.between(2_000, 180_000);
        let factor = if party == CV { 97 } else { 1 };
        declared.alone.values.push(i64::from(alone) * factor);
        declared.alone.valid.set(row, there(2));
        declared.all.values.push(i64::from(alone + chance.between(0, 90_000)) * factor);
        declared.all.valid.set(row, there(3));
    }
}

impl Rows {
    /// Moves every day.
    pub fn shift(&mut self, days: i32) {
        for column in [&mut self.event, &mut self.from, &mut self.to] {
            column.iter_mut().for_each(|day| *day += days);
        }
    }

    /// How many periods they hold.
    pub fn periods(&self) -> usize {
        (self.offsets[self.first + self.count] - self.offsets[self.first]) as usize
    }

    /// How many bytes a row has in the columns that the rule for old age reads.
    pub fn bytes_read(&self) -> f64 {
        let per_period = 4 + 4 + 1 + 1 + 1;
        let of_row = 1.0 + 4.0 + 1.0 / 8.0 + 4.0 + 2.0 * (4.0 / 8.0 + 2.0 * (8.0 + 1.0 / 8.0));
        of_row + self.periods() as f64 * f64::from(per_period) / self.count as f64
    }

    /// A row in words.
    pub fn describe(&self, row: usize) -> String {
        let at = self.first + row;
        let mut text = format!("event {} ({})", self.event[at], self.event_valid.get(at));
        for (party, declared) in ["CV", "NL"].iter().zip(&self.declared) {
            let flag = |flags: &Flags| flags.valid.get(at).then(|| flags.values.get(at));
            let amount = |amounts: &Amounts| amounts.valid.get(at).then(|| amounts.values[at]);
            let (entitled, alone) = (flag(&declared.entitled), flag(&declared.entitled_alone));
            let (own, all) = (amount(&declared.alone), amount(&declared.all));
            text += &format!("\n  {party}: entitled {entitled:?}, alone {alone:?}, amounts {own:?} {all:?}");
        }
        for at in self.offsets[at] as usize..self.offsets[at + 1] as usize {
            let (from, to) = (self.from[at], self.to[at]);
            text += &format!(
                "\n  {from}..{to} party {} kind {} quality {}",
                self.party[at], self.kind[at], self.quality[at]
            );
        }
        text
    }
}
