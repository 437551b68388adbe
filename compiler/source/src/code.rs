//! The register of diagnostic codes. A code is never used again for something else.

use crate::Severity;

macro_rules! codes {
    ($($name:ident $text:literal $severity:ident $title:literal;)*) => {
        /// A registered kind of finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each code is described by its title and its page")]
        pub enum Code { $($name),* }

        impl Code {
            /// The code as printed: `E0301`.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $text),* }
            }

            /// What the code stands for, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title),* }
            }

            /// The weight every finding of this code has.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity),* }
            }
        }

        /// Every code, in order.
        pub const REGISTRY: &[Code] = &[$(Code::$name),*];
    };
}

codes! {
    // Reading the text: E01..
    Unreadable "E0101" Error "text that is not a statement of the language";
    BadNumber "E0102" Error "a number written with a comma";
    BadDate "E0103" Error "a day that does not exist, or is not written year-month-day";
    TooDeep "E0104" Error "brackets nested too deeply";
    MissingBrace "E0105" Error "a closing brace is missing";
    Misplaced "E0106" Error "a statement that does not belong here";
    BadLabel "E0107" Error "a provision label or address that cannot be read";
    SumRounded "E0108" Error "a sum before `rounded` needs brackets";
    AggregateOperand "E0109" Error "a quantifier that is not the last operand needs brackets";
    BadText "E0110" Error "bytes that are not text";
    MissingUse "E0111" Error "a file named by `use` that is not there";
    MissingWhen "E0112" Error "a rule that lost part of itself";
    BadUnit "E0113" Error "a unit after a name";
    // Names: E02..
    UnknownName "E0201" Error "a name nothing declares";
    UnknownField "E0202" Error "a field the record does not have";
    Duplicate "E0203" Error "the same thing declared twice";
    UnknownProvision "E0204" Error "a provision that does not exist";
    UnknownCountry "E0205" Error "two capitals that are no country";
    UnknownCurrency "E0206" Error "three capitals that are no currency";
    Ambiguous "E0207" Error "a name that could mean several things";
    WrongArguments "E0208" Error "the wrong number or names of arguments";
    NotParty "E0209" Error "a country that is not a party";
    UnknownType "E0210" Error "a type nothing declares";
    // Types and units: E03..
    Mismatch "E0301" Error "one kind of value where another is needed";
    UnitsMixed "E0302" Error "units that no conversion connects";
    CurrenciesMixed "E0303" Error "amounts in different currencies";
    NotRounded "E0304" Error "an exact amount where money is stored";
    NotCondition "E0305" Error "a value where a condition is needed";
    MissingArm "E0306" Error "a match that does not say what happens for some values";
    NoUnit "E0307" Error "a number where a length or an amount is needed";
    RoundingMeans "E0308" Error "a rounding that does not fit what is rounded";
    TwoCountings "E0309" Error "a ratio whose two lengths come from different countings";
    Overwide "E0310" Error "a literal beyond its range";
    // Clauses: E04..
    WrongConversion "E0401" Error "a conversion of other units than the slot takes";
    UnknownSlot "E0402" Error "a slot the clause does not have";
    MissingSlot "E0403" Error "a slot without a default is missing";
    SlotTwice "E0404" Error "a slot given twice";
    WrongSlot "E0405" Error "a slot holding the wrong kind of thing";
    UnknownClause "E0406" Error "a clause nothing defines";
    SlotNotConstant "E0407" Error "a slot that must be fixed, filled with something that depends on the case";
    // Rules and relations: E05..
    Cycle "E0501" Error "a result that depends on itself";
    NothingToExcept "E0502" Error "an exception to a provision that decides nothing of the kind";
    PriorityCycle "E0503" Error "provisions that each take precedence over the other";
    Conflict "E0504" Error "two rules that can never both be right";
    NoRule "W0505" Warning "a decision without a rule or a default";
    WrongHead "E0506" Error "a rule whose head does not fit the decision";
    NoProvision "E0507" Error "a rule outside any provision";
    TableOverlap "E0508" Error "two rows of a table for the same key";
    TableGap "W0509" Warning "a table that leaves keys or days without a row";
    TwoLegislations "E0510" Error "two legislations of one party for one branch";
    TooManyRelations "E0513" Error "more relations between provisions than can be worked out";
    ChainTooLong "E0514" Error "a result that rests on too many others in a row";
    TooLarge "E0515" Error "an agreement larger than can be held";
    InterfaceMissing "E0511" Error "a legislation without what its interface asks for";
    Lapsed "W0512" Warning "a parameter that has lapsed";
    UnevenStep "W0516" Warning "a table with one step unlike the others";
    // Law as data: W06..
    Unset "W0601" Warning "a parameter the text does not give";
    NotEncodedLaw "W0602" Warning "provisions of the law that are missing";
    Recalled "W0603" Warning "provisions encoded from memory";
    Header "E0604" Error "something the header must say";
    MonthEndAssumed "W0605" Warning "a month-end rule the text does not give";
    // Cases: E07..
    CaseUnknownField "E0701" Error "a field a case does not have";
    CaseMissingField "E0702" Error "a field a case must have";
    CaseDuplicateField "E0703" Error "a field given twice";
    CaseWrongValue "E0704" Error "a value of the wrong kind in a case";
    CaseUnknownDecision "E0705" Error "an expectation for something the agreement does not decide";
    CaseJson "E0706" Error "a case file that is not JSON";
    CaseRange "E0707" Error "a fact beyond its range";
    CaseFloat "E0708" Error "an amount written as a JSON number";
    // Versions: E09..
    AmendsAnother "E0901" Error "an amendment of an agreement that is not here";
    NotThatDay "E0902" Error "an amendment of a provision that has no words on its day";
    AmendedTwice "E0903" Error "two amendments of the same words on one day";
    OutsideAmended "E0904" Error "words of an amendment outside the provision it names";
    AmendmentDays "E0905" Error "days of an amendment that cannot be";
    NotAsRead "E0906" Error "older words that cannot be kept as they read";
}

impl Code {
    /// The code a text such as `E0301` or `e0301` names.
    pub fn parse(text: &str) -> Option<Code> {
        REGISTRY.iter().copied().find(|c| c.text().eq_ignore_ascii_case(text))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}
