//! Files as an accident, a forger or another version would make them.

mod shape;

use super::*;
use crate::evaluate::{Evaluator, Ready};
use crate::examine::{examine, on_deep_stack};
use accord_core::{Outcome, Value};
use accord_ir::{Body, ExprId, Ty};

const SMALL: &str = r#"
agreement XA-XB "Small"
  parties: XA, XB   articles: 1..3   month_end: last_day
article 1 "Payment abroad"
  rule exportable(P) when person.residence in { XA, XB }
article 2 "Except for some"
  exception to article 1
  rule not exportable(P) when person.refugee
article 3 "Final"
  not encoded "it has no effect on a claim"
case "abroad" {
  person: { residence: XB  refugee: no }
  expect: { XA: { exportable: yes  because: article 1 } }
}
"#;

struct Small {
    examined: Examined,
    manifest: Manifest,
    verified: Verified,
}

fn small() -> Small {
    let loaded = Loaded::from_text("small.accord", SMALL);
    let examined = examine(&loaded, &loaded.roots[0]).unwrap();
    let (manifest, verified) = compose(&loaded, &loaded.roots[0], &examined).unwrap();
    Small { examined, manifest, verified }
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[seed; 32])
}

fn signed() -> Vec<u8> {
    let small = small();
    write(&small.manifest, &small.verified, Some(&key(1))).unwrap()
}

/// A file with a right digest around whatever it is given.
fn forged(manifest: &Manifest, program: &Program) -> Vec<u8> {
    parts::join(&serde_json::to_vec(manifest).unwrap(), &postcard::to_stdvec(program).unwrap(), None)
}

fn refused(bytes: &[u8]) -> Refusal {
    let refusal = read(bytes, None).expect_err("it must be refused");
    assert!(!refusal.to_string().is_empty());
    assert!(refusal.trouble(Path::new("x.ruleset")).draw(false).contains("help"));
    refusal
}

#[test]
fn what_was_written_is_read_back() {
    let ruleset = read(&signed(), Some(&key(1).public())).unwrap();
    assert_eq!(ruleset.manifest, small().manifest);
    assert_eq!(ruleset.manifest.cases.count, 1);
    assert_eq!(ruleset.signed_by, Some(key(1).public()));
    assert_eq!(accord_ir::print(ruleset.verified.program()), accord_ir::print(small().verified.program()));
}

#[test]
fn a_signature_adds_its_part_and_changes_no_other() {
    let small = small();
    let plain = write(&small.manifest, &small.verified, None).unwrap();
    let end = 9;
    assert!(signed().starts_with(&plain[..plain.len() - end]));
    assert_eq!(read(&plain, None).unwrap().digest, read(&signed(), None).unwrap().digest);
    assert_eq!(plain, write(&small.manifest, &small.verified, None).unwrap());
}

#[test]
fn every_altered_byte_is_noticed() {
    let mut file = signed();
    for at in 0..file.len() {
        let (old, mask) = (file[at], 1_u8 << (at % 8));
        file[at] = old ^ mask;
        refused(&file);
        file[at] = old;
    }
    assert!(read(&file, None).is_ok());
}

#[test]
fn every_beginning_is_cut_off() {
    let small = small();
    for file in [signed(), write(&small.manifest, &small.verified, None).unwrap()] {
        for end in 0..file.len() {
            let refusal = refused(&file[..end]);
            assert!(matches!(refusal, Refusal::CutOff(_)), "{end}: {refusal}");
        }
    }
    let longer = [signed(), b"x".to_vec()].concat();
    assert_eq!(refused(&longer), Refusal::Disordered("end"));
}

#[test]
fn other_files_and_other_versions_are_told_apart() {
    assert_eq!(refused(b"agreement XA-XB \"x\""), Refusal::NoRuleset);
    assert_eq!(refused(&[0xff; 100]), Refusal::NoRuleset);
    let mut file = signed();
    file[7] = 2;
    assert_eq!(refused(&file), Refusal::Version(2));
    let Small { mut manifest, verified, .. } = small();
    manifest.program_format += 1;
    manifest.compiler = "\u{1b}[2J".to_owned();
    let shown = refused(&forged(&manifest, verified.program())).trouble(Path::new("x")).draw(false);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    manifest.compiler = "9.9.9".to_owned();
    let refusal = refused(&forged(&manifest, verified.program()));
    assert_eq!(refusal, Refusal::ProgramFormat(accord_ir::FORMAT + 1, "9.9.9".to_owned()));
    manifest.schema = "accord.ruleset/2".to_owned();
    assert!(matches!(refused(&forged(&manifest, verified.program())), Refusal::Manifest(_)));
}

#[test]
fn wrong_signatures_are_told_apart() {
    let small = small();
    let plain = write(&small.manifest, &small.verified, None).unwrap();
    let public = key(1).public();
    assert_eq!(read(&plain, Some(&public)).unwrap_err(), Refusal::NotSigned);
    assert_eq!(read(&signed(), Some(&key(2).public())).unwrap_err(), Refusal::SignedByAnother(Box::new(public)));
    // The signature of one file under another, with a right digest.
    let mut other = small.manifest.clone();
    other.cases.count += 1;
    let forged = forged(&other, small.verified.program());
    let end = 9;
    let signature = &signed()[plain.len() - end..];
    let transplanted = [&forged[..forged.len() - end], signature].concat();
    assert_eq!(refused(&transplanted), Refusal::WronglySigned);
    // The signature of one key under the name of another.
    let mut renamed = signed();
    let at = plain.len() - end + 9;
    renamed[at..at + 32].copy_from_slice(&key(2).public().bytes());
    assert_eq!(refused(&renamed), Refusal::WronglySigned);
    // A key for which anything is a signature.
    assert_eq!(PublicKey::from_bytes(&[0; 32]), None);
    let mut weak = signed();
    weak[at..at + 32].fill(0);
    assert_eq!(refused(&weak), Refusal::WronglySigned);
}

#[test]
fn forged_programs_do_not_pass_the_gate() {
    let Small { manifest, verified, .. } = small();
    let spoil = |change: &dyn Fn(&mut Program)| {
        let mut program = verified.program().clone();
        change(&mut program);
        refused(&forged(&manifest, &program))
    };
    assert!(matches!(spoil(&|p| p.rules[0].value = ExprId(u32::MAX)), Refusal::Unsound(_)));
    assert!(matches!(spoil(&|p| p.exprs[0].ty = Ty::Error), Refusal::Unsound(_)));
    assert!(matches!(spoil(&|p| p.nodes[0].locals = u32::MAX), Refusal::Unsound(_)));
    assert!(matches!(spoil(&|p| p.enums.clear()), Refusal::Unsound(_)));
    let decision = |p: &mut Program| p.nodes[0].body = Body::Decision(accord_ir::DecisionId(99), Vec::new());
    assert!(matches!(spoil(&decision), Refusal::Unsound(_)));
    assert_eq!(spoil(&|p| p.title = "Another".to_owned()), Refusal::OtherManifest);
    assert_eq!(spoil(&|p| p.coverage[0].encoded.push("article 3".to_owned())), Refusal::OtherManifest);
    let deep = |p: &mut Program| {
        for _ in 0..1000 {
            p.facts[0].ty = Ty::Set(Box::new(std::mem::replace(&mut p.facts[0].ty, Ty::Date)));
        }
    };
    assert!(matches!(spoil(&deep), Refusal::Program(_)));
    let followed = [postcard::to_stdvec(verified.program()).unwrap(), vec![0]].concat();
    let followed = parts::join(&serde_json::to_vec(&manifest).unwrap(), &followed, None);
    assert!(matches!(refused(&followed), Refusal::Program(_)));
}

/// Types and values that nest a million deep: the stack does not end before they are refused.
#[test]
fn nothing_is_nested_without_end() {
    let set_of = postcard::to_stdvec(&Ty::Set(Box::new(Ty::YesNo))).unwrap()[0];
    assert!(postcard::from_bytes::<Ty>(&vec![set_of; 1_000_000]).is_err());
    let list = postcard::to_stdvec(&Value::List(vec![Value::YesNo(true)])).unwrap();
    assert!(postcard::from_bytes::<Value>(&list[..2].repeat(1_000_000)).is_err());
    let record = postcard::to_stdvec(&Value::Record(vec![Outcome::yes_no(true)].into())).unwrap();
    assert!(postcard::from_bytes::<Value>(&record[..3].repeat(1_000_000)).is_err());
}

/// Bytes of the program altered by somebody who makes the digest right again. Whatever is still read can be run: no
/// evaluator stops in the middle of its work, and they still agree.
#[test]
fn what_a_forger_gets_through_can_be_run() {
    let run = on_deep_stack(|| {
        let Small { manifest, verified, examined } = small();
        let manifest = serde_json::to_vec(&manifest).unwrap();
        let mut program = postcard::to_stdvec(verified.program()).unwrap();
        let (mut accepted, mut run) = (0_usize, 0_usize);
        for at in (0..program.len()).step_by(5) {
            let (old, mask) = (program[at], 1_u8 << (at % 7));
            program[at] = old ^ mask;
            if let Ok(ruleset) = read(&parts::join(&manifest, &program, None), None) {
                accepted += 1;
                if accepted.is_multiple_of(24) {
                    run += 1;
                    let ready = Ready::new(&ruleset.verified, Evaluator::USUAL).unwrap();
                    for asked in ready.ask(&examined.cases[0]) {
                        let (_, first) = &asked.answers[0];
                        assert!(asked.answers.iter().all(|(_, answer)| answer == first), "byte {at}: {asked:?}");
                    }
                }
            }
            program[at] = old;
        }
        (accepted, run)
    });
    let (accepted, run) = run.unwrap();
    assert!(accepted > 100 && run > 10, "{accepted} accepted, {run} run");
}
