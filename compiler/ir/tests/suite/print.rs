//! The printed form of a program reads like the source it came from.

use crate::builder::Build;
use accord_core::{Grain, HostFn, Mode, Outcome, Rounding, Value, ratio};
use accord_ir::{Quantifier, Tie, Ty, print};

fn program() -> Build {
    let mut b = Build::new();
    let claim = b.record("Claim", &[("urgent", Ty::YesNo), ("weight", Ty::Number)]);
    let claim = b.declare_fact("claim", claim);
    let read = b.fact(claim);
    let (urgent, weight) = (b.field(read, 0), b.field(read, 1));
    let half = Rounding { mode: Mode::HalfUp, grain: Grain::Number(ratio(1, 100)) };
    let half = b.constant(Outcome::Value(Value::Rounding(half)));
    let rounded = b.host(HostFn::Rounded, &[weight, half], Ty::Number);
    let term = b.term("weight", &[("P", Ty::Country)], Ty::Number, rounded);

    let decision = b.decision("share", &[("P", Ty::Country)], Ty::Number);
    let party = b.local(0, Ty::Country);
    let asked = b.call(term, &[party]);
    let three = b.number(3);
    let sum = b.host(HostFn::Add, &[asked, three], Ty::Number);
    let product = b.host(HostFn::Multiply, &[sum, three], Ty::Number);
    let general = b.rule(decision, None, product);
    let zero = b.number(0);
    let special = b.rule(decision, Some(urgent), zero);
    b.program.rules[1].relation = "exception to article 1".to_owned();
    b.program.rules[1].by = Some("relief".to_owned());
    b.beats(special, general);
    let unknown = b.missing("rate");
    b.default(decision, unknown);
    let apart = b.apart_from(decision, &[special]);

    let all = b.countries(&["XA", "XB"]);
    let member = b.local(1, Ty::Country);
    let body = b.call(apart, &[member]);
    let below = b.host(HostFn::Less, &[body, three], Ty::YesNo);
    let not = b.not(below);
    let both = b.and(not, urgent);
    let best = Quantifier::TheWithLargest(Tie::First);
    let best = b.quantify(best, 1, all, Some(both), Some(body), Ty::Country);
    b.term("best", &[("P", Ty::Country)], Ty::Country, best);
    let table = b.if_else(urgent, three, zero, Ty::Number);
    b.term("table", &[], Ty::Number, table);
    b
}

const PRINTED: &str = r#"agreement XA-XB "Test"
  fact claim: Claim

decision share(P: Party): number
  default undetermined { "rate" }
  rule 0 article 1, beaten by rule 1 article 2
    = (weight(P) + 3) * 3
  rule 1 article 2, exception to article 1, by relief
    when claim.urgent
    = 0

term weight(P: Party): number
  = claim.weight rounded half up to 0.01

decision share(P: Party) apart from something: number
  without rule 1 article 2

term best(P: Party): Party
  = the v1 in {XA, XB}
    where (not ((share(v1) apart from something) is less than 3)) and claim.urgent
    with largest share(v1) apart from something
    tie first

term table: number
  = if claim.urgent then 3 else 0
"#;

#[test]
fn reads_like_the_source() {
    assert_eq!(print(program().verified().program()), PRINTED);
}

#[test]
fn breaks_long_conditions_at_their_joints() {
    let mut b = Build::new();
    let names = ["first", "second", "third", "fourth"].map(|n| format!("{n}_{}", "x".repeat(25)));
    let facts: Vec<_> = names.iter().map(|n| b.declare_fact(n, Ty::YesNo)).collect();
    let reads: Vec<_> = facts.into_iter().map(|f| b.fact(f)).collect();
    let either = b.or(reads[2], reads[3]);
    let both = b.and(reads[0], reads[1]);
    let all = b.and(both, either);
    b.term("all", &[], Ty::YesNo, all);
    let [one, two, three, four] = names;
    let expected = format!("  =\n    {one}\n    and {two}\n    and ({three} or {four})\n");
    let printed = print(b.verified().program());
    assert!(printed.ends_with(&expected), "{printed}");
}
