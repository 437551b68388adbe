//! The header of a library: what its one function takes and gives, in words that need no other document.

use super::Chosen;
use super::names::{Constants, comment, literal, lower, upper};
use super::words::{Enums, common, input, promises, result, suffix};
use crate::ruleset::Manifest;
use accord_core::EnumId;
use accord_core::columns::{Cell, Input, OutCell};
use accord_ir::{DecisionId, Program};
use std::collections::{BTreeMap, BTreeSet};

/// What a header is about.
pub struct Subject<'a> {
    /// What the code was made for.
    pub chosen: &'a Chosen<'a>,
    /// What it reads, in order.
    pub inputs: &'a [Input],
    /// The names that bits of `detail` stand for.
    pub details: &'a [String],
    /// What the ruleset of the same sources says of itself.
    pub manifest: &'a Manifest,
    /// The digest of that ruleset.
    pub digest: &'a str,
    /// What the files are named after.
    pub name: &'a str,
    /// How names in the header begin.
    pub ident: &'a str,
    /// The function.
    pub symbol: &'a str,
}

impl Subject<'_> {
    /// The whole header.
    pub fn text(&self) -> String {
        let mut constants = Constants::default();
        let (upper_ident, ident) = (upper(self.ident), self.ident);
        let mut text = comment("", &self.about());
        text.push_str(&format!("#ifndef {upper_ident}_H\n#define {upper_ident}_H\n\n"));
        text.push_str("#include <stddef.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
        text.push_str(&common());
        let counts = [
            ("COLUMNS", self.inputs.len(), "How many columns the function reads."),
            ("RESULTS", self.chosen.wanted.len(), "How many results it writes."),
            ("NAMES", self.details.len(), "How many names there are for bits of detail."),
        ];
        for (what, count, says) in counts {
            text.push_str(&comment("", says));
            text.push_str(&format!("#define {} {count}\n", constants.name(&format!("{upper_ident}_{what}"))));
        }
        text.push('\n');
        text.push_str(&self.parties(&mut constants));
        text.push_str(&self.members(&mut constants));
        text.push_str(&self.columns(&mut constants));
        text.push_str(&self.results(&mut constants));
        text.push_str(&comment("", "What bits of detail stand for, the lowest first; NULL after the last."));
        text.push_str(&table(&format!("{ident}_names[]"), self.details.iter().map(String::as_str)));
        text.push_str(&self.rules());
        text.push_str(&comment("", &self.promise()));
        text.push_str(&format!(
            "int64_t {}(const struct accord_column *columns, const struct accord_result *results,\n    int64_t lo, \
             int64_t hi);\n\n#ifdef __cplusplus\n}}\n#endif\n\n#endif\n",
            self.symbol
        ));
        text
    }

    fn program(&self) -> &Program {
        self.chosen.verified.program()
    }

    fn about(&self) -> String {
        let Manifest { agreement, title, compiler, .. } = self.manifest;
        let parties: Vec<String> = self.chosen.shape.parties.iter().map(ToString::to_string).collect();
        let of = match self.chosen.benefits() {
            Some(benefits) => {
                format!("\nBenefits: {}; other claims come out as ACCORD_UNDECIDED.", benefits.join(", "))
            }
            None => String::new(),
        };
        format!(
            "{name}.h: the question `{question}` of {agreement}, compiled. Made by accord {compiler}; do not edit.\n\n\
             {title}\n\nRuleset: sha256 {digest}, as `accord inspect` gives it of the ruleset built from the same \
             sources; {cases} of its cases passed.\nParties: {parties}; claims that others take part in come out as \
             ACCORD_UNDECIDED where that matters.{of}\nMachine: {arch}, {os}, any processor since about 2009 where it is x86_64.\n\nLink lib{name}.a, or load the shared library. It needs no other library, allocates nothing and \
             keeps nothing. Facts that have no column here play no part in what it computes; `accord schema --columns` \
             lists all there are.",
            name = self.name,
            question = self.chosen.layout.question,
            digest = self.digest,
            cases = self.manifest.cases.passed,
            parties = parties.join(", "),
            arch = std::env::consts::ARCH,
            os = std::env::consts::OS,
        )
    }

    fn promise(&self) -> String {
        let prefix = upper(self.ident);
        format!(
            "Decides the rows from lo to before hi. columns has {prefix}_COLUMNS entries and results {prefix}_RESULTS, \
             each where the enums above say. Gives 0. Threads may call it at once, each with results of its own.\n\n{}",
            promises()
        )
    }

    fn parties(&self, constants: &mut Constants) -> String {
        let prefix = upper(self.ident);
        let parties = &self.chosen.shape.parties;
        let mut text = comment(
            "",
            "Countries: the parties this was made for. Any other country is any number from the last constant to \
             65535, within a call always the same for the same country.",
        );
        let mut lines: Vec<String> = parties
            .iter()
            .zip(0..)
            .map(|(party, at)| format!("    {} = {at}", constants.name(&format!("{prefix}_PARTY_{party}"))))
            .collect();
        lines.push(format!("    {} = {}", constants.name(&format!("{prefix}_PARTY_OTHER")), parties.len()));
        text.push_str(&format!("enum {}_party {{\n{}\n}};\n\n", self.ident, lines.join(",\n")));
        text
    }

    /// The name of an enumeration in this header.
    fn enumeration(&self, id: EnumId) -> String {
        let name = self.program().enumeration(id).map_or("", |e| e.name.as_str());
        // The countries of this header are called that.
        if lower(name) == "party" { "member_party".to_owned() } else { lower(name) }
    }

    /// The enumerations that columns and results are of.
    fn members(&self, constants: &mut Constants) -> String {
        let columns = self.inputs.iter().filter_map(|i| self.chosen.layout.columns.get(i.column));
        let of_columns = columns.filter_map(|column| match &column.cell {
            Cell::Member(id, _) | Cell::Members(id, _) => Some(*id),
            Cell::YesNo
            | Cell::Number
            | Cell::Country
            | Cell::Date
            | Cell::Money(_)
            | Cell::Length(_)
            | Cell::Countries
            | Cell::Records(_)
            | Cell::Figures(_)
            | Cell::Periods
            | Cell::Text
            | Cell::Unit
            | Cell::Rounding => None,
        });
        let of_results = self.chosen.wanted.iter().filter_map(|(_, _, output)| match &output.cell {
            OutCell::Member(id, _) => Some(*id),
            OutCell::YesNo
            | OutCell::Money(_)
            | OutCell::Fraction
            | OutCell::Date
            | OutCell::Country
            | OutCell::Countries => None,
        });
        let used: BTreeSet<EnumId> = of_columns.chain(of_results).collect();
        let mut text = String::new();
        for id in used {
            let Some(enumeration) = self.program().enumeration(id) else { continue };
            let name = self.enumeration(id);
            let prefix = upper(&format!("{}_{name}", self.ident));
            text.push_str(&comment("", &format!("{}: its members.", enumeration.name)));
            let line = |(member, at): (&String, usize)| {
                format!("    {} = {at}", constants.name(&format!("{prefix}_{}", upper(member))))
            };
            let lines: Vec<String> = enumeration.members.iter().zip(0..).map(line).collect();
            text.push_str(&format!("enum {}_{name} {{\n{}\n}};\n\n", self.ident, lines.join(",\n")));
        }
        text
    }

    fn columns(&self, constants: &mut Constants) -> String {
        let member = |id| self.enumeration(id);
        let enums = Enums { ident: self.ident, member: &member };
        let prefix = upper(self.ident);
        let mut entries = Vec::new();
        for (at, asked) in self.inputs.iter().enumerate() {
            let Some(column) = self.chosen.layout.columns.get(asked.column) else { continue };
            let wanted = format!("{prefix}_COLUMN_{}{}", upper(&column.name), suffix(asked.part));
            let says = comment("    ", &input(&enums, column, asked.part));
            entries.push(format!("{says}    {} = {at}", constants.name(&wanted)));
        }
        let says = "Where each column of facts stands: its name, what it holds, the type of its values.";
        enumerated(says, &format!("{}_column", self.ident), &entries)
    }

    fn results(&self, constants: &mut Constants) -> String {
        let member = |id| self.enumeration(id);
        let enums = Enums { ident: self.ident, member: &member };
        let prefix = upper(self.ident);
        let mut entries = Vec::new();
        for (at, (_, _, output)) in self.chosen.wanted.iter().enumerate() {
            // `payable(NL)` is RESULT_PAYABLE_NL.
            let words = output.name.replace(", ", "_").replace(')', "");
            let says = comment("    ", &result(&enums, &output.name, &output.cell));
            entries.push(format!("{says}    {} = {at}", constants.name(&format!("{prefix}_RESULT_{}", upper(&words)))));
        }
        let mut text = enumerated("Where each result stands: what it is.", &format!("{}_result", self.ident), &entries);
        text.push_str(&comment("", "What each result is called; NULL after the last."));
        let names = self.chosen.wanted.iter().map(|(_, _, output)| output.name.as_str());
        text.push_str(&table(&format!("{}_result_names[]", self.ident), names));
        text
    }

    /// The provisions of the rules of each result: one table for a decision, whomever it is asked about.
    fn rules(&self) -> String {
        let (ident, program) = (self.ident, self.program());
        let mut made: BTreeMap<DecisionId, String> = BTreeMap::new();
        let (mut text, mut all) = (String::new(), Vec::new());
        for (id, _, output) in &self.chosen.wanted {
            let decision = program.decisions.get(id.0 as usize);
            let name = decision.map_or("", |d| d.name.as_str());
            let called = format!("{ident}_rules_of_{}", lower(name));
            if made.insert(*id, called.clone()).is_none() {
                let unnamed = decision.map_or(0, |d| d.rules.len()).saturating_sub(output.rules.len());
                let more = if unnamed == 0 { String::new() } else { format!(" {unnamed} more have no bit.") };
                let says = format!("The rules of {name}, by the provision each stands in; NULL after the last.{more}");
                text.push_str(&comment("", &says));
                text.push_str(&table(&format!("{called}[]"), output.rules.iter().map(|rule| program.cite(*rule))));
            }
            all.push(format!("    {called},\n"));
        }
        text.push_str(&comment("", "The table of rules of each result."));
        text.push_str(&format!(
            "static const char *const *const {ident}_rules[] = {{\n{}    NULL\n}};\n\n",
            all.concat()
        ));
        text
    }
}

fn enumerated(says: &str, name: &str, entries: &[String]) -> String {
    // An enumeration without members is none in C.
    if entries.is_empty() {
        return String::new();
    }
    format!("{}enum {name} {{\n{}\n}};\n\n", comment("", says), entries.join(",\n"))
}

fn table<'t>(name: &str, texts: impl Iterator<Item = &'t str>) -> String {
    let lines: String = texts.map(|text| format!("    {},\n", literal(text))).collect();
    format!("static const char *const {name} = {{\n{lines}    NULL\n}};\n\n")
}
