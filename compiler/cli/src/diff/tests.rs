//! Two small versions, with a report put together by hand from what the interpreter answers.

use super::*;
use crate::examine::{examine, on_deep_stack};
use accord_core::{Answer, Country, Facts, Value};
use accord_interp::Interp;
use accord_prove::Report;
use accord_prove::report::{
    Became, Changed, Compared, Edit, EditKind, Effect, Literal, Open, Proof, Region, Twin, Verdict, VocabularyChange,
    Witness,
};
use accord_source::Span;
use std::ffi::OsString;

/// No map.
static NOTHING_BEYOND: super::Beyond = super::Beyond { derived: Vec::new(), borrowed: Vec::new() };

const OLD: &str = r#"
legislation XA.pensions "Pension law of Alpha"
  implements: Figures   unit: months   cents: half up to 0.01 EUR

legislation XB.pensions "Pension law of Beta"
  implements: Figures   unit: months   cents: half up to 0.01 EUR

agreement XA-XB "A pension <b>shared</b> & paid"
  parties: XA, XB   articles: 1..5   month_end: last_day

article 1 "Payment abroad"
  rule exportable(P) when person.residence in { XA, XB }

article 2 "Adding periods together"
  (1) aggregate {
        branches:   old_age
        kinds:      insurance
        precedence: compulsory over voluntary, actual over assimilated
        tied:       { assimilated: refer   otherwise: refer }
        dated_in:   runs
        last_day:   day_before(claim.event)
      }
  (2) conversion { from: days   into: months   divide: 30   remainder: counts }

article 3 "Right" for each party P in concerned
  rule entitled(P) = law(P).entitled(counted(concerned) as_if_own P)

article 4 "Amount" for each party P in concerned
  (1) rule theoretical_amount(P) = law(P).amount(counted(concerned) as_if_own P) when entitled(P)
  (2) pro_rata { ratio: concerned   cents: law(P).cents   condition: yes }

article 5 "Periods < 1 year" for each party P in concerned
  short_periods {
    branches: old_age
    minimum:  12 months   # one year
  }
  exception to article 4(2)
  rule payable(P) = nothing when relieved(P)

case "ten months in Alpha" {
  person:   { born: 1955-06-01   nationalities: XA   residence: XB   refugee: no }
  periods:  { XA insurance 1980-01-01..1980-10-31   XB insurance 144 months }
  claim:    { benefit: old_age.pension   financing: contributory   start: 2020-07-01   event: 2020-06-01 }
  given:    { XA: { entitled: yes   entitled_alone: no   all: 1_000.00 EUR }
              XB: { entitled: yes   all: 900.00 EUR } }
}

case "a year in Alpha" {
  person:   { born: 1955-06-01   nationalities: XA   residence: XB   refugee: no }
  periods:  { XA insurance 1980-01-01..1980-12-31   XB insurance 144 months }
  claim:    { benefit: old_age.pension   financing: contributory   start: 2020-07-01   event: 2020-06-01 }
  given:    { XA: { entitled: yes   entitled_alone: no   all: 1_000.00 EUR }
              XB: { entitled: yes   all: 900.00 EUR } }
}

case "a refugee abroad" { person: { residence: XB   refugee: yes } }
case "no refugee" { person: { residence: XB   refugee: no } }
"#;

/// The new text: a shorter minimum, and refugees are not paid abroad.
fn new_text() -> String {
    let exception = "  (1) exception to article 1\n      rule not exportable(P) when person.refugee\n";
    let rule = "  rule exportable(P) when person.residence in { XA, XB }\n";
    let text = OLD.replace("12 months   # one year", "6 months");
    let text = text.replace(rule, &format!("{rule}{exception}"));
    assert_eq!(text.matches("exception to article 1\n").count(), 1);
    text
}

struct Made {
    loaded: Loaded,
    examined: [Examined; 2],
}

impl Made {
    fn new() -> Made {
        let new = new_text();
        let loaded = Loaded::from_texts(&[("old.accord", OLD), ("new.accord", &new)]);
        let one = |at: usize| examine(&loaded, &loaded.roots[at]).unwrap();
        let examined = [one(0), one(1)];
        for one in &examined {
            assert!(one.verified.is_some(), "{}", draw(&loaded.sources, &one.found.sorted(), false));
        }
        Made { loaded, examined }
    }

    fn pair(&self) -> Pair<'_> {
        let version = |at: usize, path| {
            let verified = self.examined[at].verified.as_ref().unwrap();
            Version { verified, name: &verified.program().agreement, path, beyond: &NOTHING_BEYOND }
        };
        let (sources, loaded) = (&self.loaded.sources, &self.loaded);
        Pair { sources, loaded, old: version(0, "old.accord"), new: version(1, "new.accord") }
    }

    fn facts(&self, at: usize, case: &str) -> Facts {
        self.examined[at].cases.iter().find(|c| c.name == case).unwrap().facts.clone()
    }

    fn witness(&self, case: &str, decision: &str, args: &[Value]) -> Witness {
        let answer = |at: usize, facts: &Facts| -> Answer {
            let verified = self.examined[at].verified.as_ref().unwrap();
            let (_, declared) = verified.program().decision(decision).unwrap();
            Interp::new(verified, facts).ask(declared.node, args)
        };
        let (old_facts, new_facts) = (self.facts(0, case), self.facts(1, case));
        let (before, after) = (answer(0, &old_facts), answer(1, &new_facts));
        Witness { old_facts, new_facts, args: args.to_vec(), before, after }
    }

    /// Where a text stands in one of the two files.
    fn at(&self, file: usize, from: &str, to: &str) -> Span {
        let id = self.loaded.roots[file].file;
        let text = self.loaded.sources.file(id).unwrap().text();
        let start = text.find(from).unwrap();
        let end = start + text[start..].find(to).unwrap() + to.len();
        Span::new(id, start, end)
    }

    fn edits(&self) -> Vec<Edit> {
        let minimum = |file| Some(self.at(file, "short_periods {", "\n  }"));
        vec![
            Edit {
                kind: EditKind::Added,
                address: "article 1(1)".into(),
                title: "Payment abroad".into(),
                what: "rule not exportable(P)".into(),
                before: None,
                after: Some(self.at(1, "rule not exportable", "person.refugee")),
            },
            Edit {
                kind: EditKind::Altered,
                address: "article 5".into(),
                title: "Periods < 1 year".into(),
                what: "short_periods".into(),
                before: minimum(0),
                after: minimum(1),
            },
        ]
    }

    fn report(&self) -> Report {
        let alpha = Value::Country(Country::parse("XA").unwrap());
        let literal = |subject: &str, text: &str| Literal { subject: subject.into(), text: text.into() };
        let gain = Region {
            effect: Effect::Gain,
            each: true,
            who: vec![
                literal("own(XA)", "own(XA) is at least 6 months and less than 12 months"),
                literal("claim.benefit", "claim.benefit is old_age.pension"),
            ],
            witness: self.witness("ten months in Alpha", "payable", std::slice::from_ref(&alpha)),
            twin: Some(Twin {
                differs: "own(XA) is 12 months".into(),
                person: self.witness("a year in Alpha", "payable", std::slice::from_ref(&alpha)),
            }),
            edits: vec![1],
        };
        let loss = Region {
            effect: Effect::Loss,
            each: true,
            who: vec![literal("person.refugee", "person.refugee is yes")],
            witness: self.witness("a refugee abroad", "exportable", std::slice::from_ref(&alpha)),
            twin: Some(Twin {
                differs: "person.refugee is no".into(),
                person: self.witness("no refugee", "exportable", std::slice::from_ref(&alpha)),
            }),
            edits: vec![0],
        };
        let of = |decision: &str, args: Vec<Vec<Value>>, branches: &[&str], verdict: Verdict| Compared {
            decision: decision.into(),
            args,
            branches: branches.iter().map(|b| (*b).to_owned()).collect(),
            verdict,
        };
        let changed = |region| Verdict::Changed(Changed { regions: vec![region], more: 0, open: None, solver: None });
        Report {
            edits: self.edits(),
            vocabulary: vec![VocabularyChange { what: "fact", name: "claim.child".into(), how: Became::Added }],
            about: None,
            decisions: vec![
                of("in_personal_scope", vec![vec![]], &[], Verdict::Same(Proof::Untouched)),
                of("payable", vec![vec![alpha.clone()]], &["old_age"], changed(gain)),
                of("exportable", vec![vec![alpha.clone()]], &[], changed(loss)),
                of("suspended", vec![vec![alpha]], &[], Verdict::Same(Proof::Untouched)),
            ],
        }
    }
}

/// Runs with a stack as deep as the command has.
fn with(test: impl FnOnce(&Made) + Send) {
    on_deep_stack(|| test(&Made::new())).unwrap();
}

fn undecided() -> Verdict {
    Verdict::Undecided(Open { why: "it reads the days inside a record".into(), tried: 12_000 })
}

#[test]
fn the_terminal_shows_both_texts_of_a_group_in_one_picture() {
    with(|made| {
        let (pair, report) = (made.pair(), made.report());
        let told = Told::new(&pair, &report, None, None);
        assert_eq!(told.standing, Standing::Differs);
        let drawn = terminal::draw(&pair, &report, &told, false);
        println!("{drawn}");
        let complete = "[complete: nobody else is touched, proved]";
        for wanted in [
            format!("CHANGED    payable(XA), old_age: 1 group gains {complete}\n"),
            format!("CHANGED    exportable(XA): 1 group loses {complete}\n"),
            "UNCHANGED  2 decisions, proved (untouched by any edit): in_personal_scope; suspended(XA)\n".to_owned(),
            "ADDED      article 1(1) “Payment abroad”: rule not exportable(P)\n".to_owned(),
            "ALTERED    article 5 “Periods < 1 year”: short_periods\n".to_owned(),
            "VOCABULARY fact claim.child is new\n".to_owned(),
            "warning[loss]: exportable(XA): a group loses\n".to_owned(),
            "note[gain]: payable(XA), old_age: a group gains\n".to_owned(),
            "   = who: own(XA) is at least 6 months and less than 12 months\n".to_owned(),
            "payable(XA): nothing (article 5) → 64.94 EUR (article 4(2))".to_owned(),
            "not touched: the same person where own(XA) is 12 months".to_owned(),
            "payable(XA): 76.92 EUR (article 4(2)) in both".to_owned(),
            "exportable(XA): yes (article 1) → no (article 1(1))".to_owned(),
        ] {
            assert!(drawn.contains(&wanted), "{wanted}\nis not in\n{drawn}");
        }
        let picture = drawn.split("note[gain]").nth(1).unwrap();
        assert!(picture.contains("old.accord:") && picture.contains("new.accord:"), "{picture}");
        assert!(picture.contains("^ after") && picture.contains("-- before"), "only the number is marked: {picture}");
        let picture = drawn.split("warning[loss]").nth(1).unwrap();
        assert!(picture.contains("^ new") && picture.contains("- not here before"), "{picture}");
        let lead = drawn.split("\n\n").last().unwrap().replace('\n', " ");
        assert_eq!(
            lead,
            "One group loses: whether XA pays the benefit where the person lives (“exportable”), where the person is a \
             refugee: for example no instead of yes. One group gains: what XA pays (“payable”, old age), where “own” (XA) \
             is at least 6 months and less than 12 months and the benefit claimed is old age pension: for example 64.94 \
             EUR instead of nothing. Nobody else is touched, and that is proved. "
        );
    });
}

#[test]
fn a_condition_is_said_without_names_of_the_encoding() {
    with(|made| {
        let pair = made.pair();
        let said = |subject: &str, text: &str| {
            plain::said(pair.new.verified.program(), &Literal { subject: subject.into(), text: text.into() })
        };
        for (subject, text, wanted) in [
            (
                "person.residence",
                "person.residence is one of NL, PH",
                "the State where the person lives is the Netherlands or the Philippines",
            ),
            (
                "person.residence",
                "person.residence is not in any party",
                "the State where the person lives is none of the parties",
            ),
            ("person.refugee", "it is not so that the person is a refugee", "the person is not a refugee"),
            (
                "posting.replaces",
                "it is not so that the worker takes the place of a worker whose time is over",
                "it is not so that the worker takes the place of a worker whose time is over",
            ),
            ("entitled_alone(NL)", "not entitled_alone(NL)", "“entitled alone” (the Netherlands) does not hold"),
            ("entitled_alone(NL)", "entitled_alone(NL)", "“entitled alone” (the Netherlands) holds"),
            ("entitled of NL", "not entitled of NL", "“entitled” of the Netherlands is no"),
            ("NL in concerned", "there are no periods in NL", "there are no periods in the Netherlands"),
            ("size(activities)", "size(activities) is 1", "the number of activities is 1"),
            ("activities 1.party", "activities 1.party is in any party", "the State of work is one of the parties"),
            (
                "posting.foreseen after posting.start",
                "posting.foreseen is less than 2 years after posting.start",
                "the last day foreseen when the worker was sent is less than 2 years after the first day of the posting",
            ),
            ("", "day is not after posting.until", "the day asked about is not after the day the posting really ended"),
            ("person.drawing", "person.drawing is not given", "the benefits in payment: none"),
        ] {
            assert_eq!(said(subject, text), wanted);
        }
    });
}

#[test]
fn an_example_shows_what_its_answers_rest_on_and_no_more() {
    with(|made| {
        let (pair, report) = (made.pair(), made.report());
        let told = Told::new(&pair, &report, None, None);
        let of = |label: &str| &told.changes.iter().find(|c| c.label == label).unwrap().groups[0];
        let group = of("exportable(XA)");
        let names: Vec<&str> = group.example.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["person.residence", "person.refugee"]);
        assert_eq!(group.example[1].words, "the person is a refugee");
        assert_eq!(told.changes[0].label, "exportable(XA)", "what somebody loses is told first");
        let near = group.neighbour.as_ref().unwrap();
        assert_eq!(near.differs_said, "the person is not a refugee");
        assert_eq!(
            near.facts.iter().map(|r| (r.name.as_str(), r.value.as_str())).collect::<Vec<_>>(),
            [("person.refugee", "no")]
        );
        let near = of("payable(XA), old_age").neighbour.as_ref().unwrap();
        // A record is told in a line for each of its periods, the first with its name.
        let named = near.facts.iter().map(|r| r.name.as_str()).filter(|name| !name.is_empty());
        assert_eq!(named.collect::<Vec<_>>(), ["periods"], "only the record differs: {:?}", near.facts);
    });
}

#[test]
fn the_page_says_all_of_it_and_needs_nothing_from_elsewhere() {
    with(|made| {
        let (pair, report) = (made.pair(), made.report());
        let told = Told::new(&pair, &report, None, None);
        let page = page::page(&pair, &report, &told);
        assert_eq!(page, page::page(&pair, &report, &told));
        for wanted in [
            "<h1>What changes: A pension &lt;b&gt;shared&lt;/b&gt; &amp; paid</h1>",
            "Nobody else is touched, and that is proved.",
            "<h2>Who loses</h2>",
            "<h2>Who gains</h2>",
            "minimum:  <mark>12</mark> months",
            "minimum:  <mark>6</mark> months",
            "Article 5, Periods &lt; 1 year",
            "The same person where “own” (XA) is 12 months: 76.92 EUR under both texts.",
            "<li>“suspended” (XA)</li>",
            "<p class=\"none\">not there</p>",
        ] {
            assert!(page.contains(wanted), "{wanted}\nis not in\n{page}");
        }
        assert!(page.find("Who loses") < page.find("Who gains"), "those who lose come first");
        for foreign in ["<script", "http:", "https:", "url(", "@import", "<b>shared"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        for tag in ["div", "article", "ul", "li", "p", "pre", "table", "mark", "h2", "h3", "main", "header"] {
            let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
            let opened = page.matches(&open).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&close).count(), "{tag}");
        }
    });
}

#[test]
fn json_holds_everything() {
    with(|made| {
        let (pair, report) = (made.pair(), made.report());
        let told = Told::new(&pair, &report, None, None);
        let json: serde_json::Value = serde_json::from_str(&json::diff(&pair, &report, &told)).unwrap();
        assert_eq!(json["schema"], "accord.diff/1");
        assert_eq!((&json["result"], &json["complete"]), (&"differs".into(), &true.into()));
        assert_eq!(json["edits"][1]["kind"], "altered");
        assert_eq!(json["edits"][1]["after"]["file"], "new.accord");
        assert_eq!(json["edits"][0]["before"], serde_json::Value::Null);
        let payable = &json["decisions"][1];
        assert_eq!(payable["arguments"], serde_json::json!([["XA"]]));
        let group = &payable["change"]["groups"][0];
        assert_eq!(group["effect"], "gain");
        assert_eq!(group["example"]["before"]["outcome"], "nothing");
        assert_eq!(group["example"]["after"]["value"], "64.94 EUR");
        assert_eq!(group["example"]["case_after"]["expect"]["XA"]["payable"], "64.94 EUR");
        assert_eq!(group["neighbour"]["differs"], "own(XA) is 12 months");
        assert_eq!(json["decisions"][0]["proof"]["by"], "untouched");
    });
}

#[test]
fn every_person_shown_replays_from_its_case_file() {
    with(|made| {
        let folder = std::env::temp_dir().join(format!("accord-diff-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let versions = [("before", OLD.to_owned()), ("after", new_text())].map(|(side, text)| {
            let path = folder.join(format!("{side}.accord"));
            std::fs::write(&path, text).unwrap();
            (side, path)
        });
        let count = cases::write_all(&made.pair(), &made.report(), &folder.join("cases")).unwrap();
        assert_eq!(count, 8);
        let wanted = [
            ("01-payable-XA-gain", "payable", ["nothing", "64.94 EUR"]),
            ("01-payable-XA-gain-neighbour", "payable", ["76.92 EUR", "76.92 EUR"]),
            ("02-exportable-XA-loss", "exportable", ["yes", "no"]),
            ("02-exportable-XA-loss-neighbour", "exportable", ["yes", "yes"]),
        ];
        for (stem, decision, answers) in wanted {
            for ((side, version), answer) in versions.iter().zip(answers) {
                let case = folder.join(format!("cases/{stem}.{side}.accord"));
                let mut arguments: Vec<OsString> = vec!["accord".into(), "run".into(), version.into()];
                arguments.extend(["--case".into(), case.into(), "--json".into()]);
                let (mut out, mut err) = (Vec::new(), Vec::new());
                let code = crate::main(arguments, Console::new(&mut out, &mut err));
                assert_eq!(code, 0, "{}", String::from_utf8_lossy(&err));
                let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
                let decided = json["decisions"].as_array().unwrap();
                let found = decided.iter().find(|d| d["decision"] == decision && d["party"] == "XA").unwrap();
                let got = found["value"].as_str().unwrap_or(found["outcome"].as_str().unwrap());
                assert_eq!(got, answer, "{stem} {side}");
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    });
}

#[test]
fn what_is_not_proved_is_never_said_to_be() {
    with(|made| {
        let pair = made.pair();
        let said = |change: &dyn Fn(&mut Report)| {
            let mut report = made.report();
            change(&mut report);
            let told = Told::new(&pair, &report, None, None);
            let page = page::page(&pair, &report, &told);
            (told.standing, told.lead.join(" "), terminal::draw(&pair, &report, &told, false), page)
        };
        let proved = ["Nobody else is touched", "Nobody is answered otherwise, and", "[complete"];
        let open = "it reads the days inside a record; 12,000 persons were tried, none of them answered otherwise";

        let (standing, lead, drawn, page) = said(&|r| r.decisions[3].verdict = undecided());
        assert_eq!(standing, Standing::Differs);
        assert!(
            lead.contains(&format!("Whether anybody else is touched is open for “suspended” (XA) ({open}).")),
            "{lead}"
        );
        assert!(drawn.contains("UNDECIDED  suspended(XA): ") && page.contains("What is open"), "{drawn}");
        assert!(!lead.contains(proved[0]), "{lead}");

        let (standing, lead, drawn, page) = said(&|r| {
            r.decisions.drain(1..3);
            r.decisions[1].verdict = undecided();
        });
        assert_eq!(standing, Standing::Undecided);
        assert!(lead.starts_with("Nobody was found who is answered otherwise, but that is not proved."), "{lead}");
        assert!(proved.iter().all(|p| !drawn.contains(p) && !page.contains(p)), "{drawn}");

        let (standing, lead, ..) = said(&|r| drop(r.decisions.drain(1..3)));
        assert_eq!((standing, lead.as_str()), (Standing::Same, "Nobody is answered otherwise, and that is proved."));

        let (standing, lead, ..) = said(&|r| r.decisions.clear());
        assert_eq!((standing, lead.as_str()), (Standing::Undecided, "Nothing was compared."));

        let (_, lead, drawn, _) = said(&|r| {
            if let Verdict::Changed(changed) = &mut r.decisions[1].verdict {
                changed.open = Some(Open { why: "no time was left".into(), tried: 0 });
                changed.more = 3;
            }
        });
        assert!(drawn.contains("1 group gains, 3 more not shown"), "{drawn}");
        assert!(
            lead.contains("3 more groups are touched") && lead.contains("no time was left; nobody was tried"),
            "{lead}"
        );
        assert!(!lead.contains(proved[0]), "{lead}");
    });
}
