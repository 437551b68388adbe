//! Rulesets: the same bytes everywhere, the same answers from the file as from the sources, and no file that is not
//! what it says it is.

use crate::cases::shipped;
use accord_analysis::case::show;
use accord_cli::evaluate::{Evaluator, Ready, label};
use accord_cli::examine::{examine, in_parallel};
use accord_cli::{Loaded, derivation, ruleset};
use accord_tests::{Ran, accord, at, scratch};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn run(arguments: &[&str]) -> Ran {
    accord(arguments.iter().copied())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Builds a ruleset of a path and gives its bytes.
fn built(path: &Path, out: &Path) -> Vec<u8> {
    let ran = run(&["build", &shown(path), "-o", &shown(out)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    std::fs::read(out).expect("the file")
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

fn changed(file: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(file).expect("text");
    std::fs::write(file, change(text)).expect("written");
}

/// A new agreement in a folder of its own.
fn fresh(name: &str) -> PathBuf {
    let folder = scratch(name).expect("a folder").join("demo");
    assert_eq!(run(&["new", &shown(&folder)]).code, 0);
    folder
}

#[test]
fn the_same_sources_give_the_same_bytes_wherever_they_lie() {
    let folder = scratch("same").expect("a folder");
    let first = built(&at("agreements/nl-cv"), &folder.join("first.ruleset"));
    assert!(first == built(&at("agreements/nl-cv/agreement.accord"), &folder.join("second.ruleset")));
    let elsewhere = folder.join("a/b");
    copied(&at("agreements/nl-cv"), &elsewhere);
    assert!(first == built(&elsewhere, &folder.join("third.ruleset")));
    // A file that nothing uses and the layout of a case are no part of it; a comment in a source is.
    std::fs::write(elsewhere.join("aside.accord"), "# not used\n").expect("written");
    let cases = std::fs::read_dir(elsewhere.join("cases")).expect("cases").map(|e| e.expect("an entry").path());
    let case = cases.filter(|p| p.extension().is_some_and(|e| e == "accord")).min().expect("a case");
    changed(&case, |text| format!("# a remark\n\n{text}"));
    assert!(first == built(&elsewhere, &folder.join("fourth.ruleset")));
    changed(&elsewhere.join("agreement.accord"), |text| format!("# a remark\n{text}"));
    assert!(first != built(&elsewhere, &folder.join("fifth.ruleset")));
    for word in [shown(&folder), shown(&at("")), "target".to_owned()] {
        let found = first.windows(word.len()).any(|w| w == word.as_bytes());
        assert!(!found, "`{word}` stands in the file");
    }
}

/// What differs between a shipped agreement and its program that went through a ruleset.
fn lost(loaded: &Loaded, index: usize) -> (usize, Vec<String>) {
    let root = &loaded.roots[index];
    let examined = examine(loaded, root).expect("examined");
    let before = examined.verified.as_ref().expect("a program");
    let (manifest, verified) = ruleset::compose(loaded, root, &examined).expect("composed");
    let bytes = ruleset::write(&manifest, &verified, None).expect("written");
    let after = ruleset::read(&bytes, None).expect("read").verified;
    let (here, there) =
        (Ready::new(before, Evaluator::USUAL).expect("code"), Ready::new(&after, Evaluator::ALL).expect("code"));
    let mut wrong = Vec::new();
    if accord_ir::print(before.program()) != accord_ir::print(after.program()) {
        wrong.push(format!("{}: printed otherwise", manifest.agreement));
    }
    let mut count = 0;
    for case in &examined.cases {
        for (old, new) in here.ask(case).into_iter().zip(there.ask(case)) {
            count += 1;
            assert_eq!((old.answers.len(), &old.question), (Evaluator::USUAL.len(), &new.question));
            for ((evaluator, x), (_, y)) in old.answers.iter().zip(&new.answers) {
                let spelt = |program, outcome| show(program, outcome);
                if x != y || spelt(here.program(), &x.outcome) != spelt(there.program(), &y.outcome) {
                    let what = label(here.program(), &old.question);
                    wrong.push(format!("{}: {what} under {}: {x:?} but {y:?}", case.name, evaluator.word()));
                }
            }
        }
        if derivation(before, case, "") != derivation(&after, case, "") {
            wrong.push(format!("{}: another derivation", case.name));
        }
    }
    (count, wrong)
}

#[test]
fn a_program_from_a_ruleset_answers_every_shipped_case_alike() {
    let loaded = shipped();
    let results = in_parallel(loaded.roots.len(), |i| lost(&loaded, i)).expect("run");
    let wrong: Vec<String> = results.iter().flat_map(|(_, wrong)| wrong.clone()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let count: usize = results.iter().map(|(count, _)| count).sum();
    assert!(count > 1000, "hardly anything was asked: {count}");
}

#[test]
fn an_altered_cut_off_or_foreign_file_is_refused_with_the_reason() {
    let folder = scratch("altered").expect("a folder");
    let whole = built(&at("agreements/cz-md"), &folder.join("whole.ruleset"));
    let file = folder.join("spoilt.ruleset");
    let refused = |bytes: &[u8], reason: &str| {
        std::fs::write(&file, bytes).expect("written");
        let ran = run(&["inspect", &shown(&file)]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        let told = ran.err.split_whitespace().filter(|w| *w != "│").collect::<Vec<_>>().join(" ");
        assert!(told.contains(reason) && told.contains("help"), "{told}");
    };
    for at in (0..whole.len()).step_by(4099) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        refused(&bytes, "is refused");
        refused(&whole[..at], "cut off");
    }
    let middle = whole.len() / 2;
    let mut bytes = whole.clone();
    bytes[middle] ^= 1;
    refused(&bytes, "was altered");
    let mut bytes = whole.clone();
    bytes[7] = 9;
    refused(&bytes, "format 9, and this accord reads format 1");
    refused(b"agreement XA-XB", "no ruleset");
    refused(b"", "cut off");
    let ran = run(&["inspect", &shown(&folder.join("none.ruleset"))]);
    assert!(ran.code == 2 && ran.err.contains("none.ruleset"), "{}", ran.err);
    assert_eq!(run(&["inspect", &shown(&folder)]).code, 2);
}

#[test]
fn a_signed_ruleset_is_accepted_with_its_own_key_alone() {
    let folder = fresh("signed");
    let place = |name: &str| shown(&folder.parent().expect("a folder").join(name));
    assert_eq!(run(&["keygen", &place("office")]).code, 0);
    assert_eq!(run(&["keygen", &place("other.one")]).code, 0);
    let ran = run(&["build", &shown(&folder), "-o", &place("signed.ruleset"), "--sign", &place("office.key")]);
    assert!(ran.code == 0 && ran.out.contains("signed by"), "{}{}", ran.out, ran.err);
    let plain = built(&folder, Path::new(&place("plain.ruleset")));
    let inspect = |file: &str, key: &str| run(&["inspect", &place(file), "--verify", &place(key), "--json"]);
    let told: Value = serde_json::from_str(&inspect("signed.ruleset", "office.pub").out).expect("JSON");
    assert_eq!(told["schema"], "accord.inspect/1");
    assert_eq!(told["verified"], true);
    assert_eq!(told["manifest"]["schema"], "accord.ruleset/1");
    let cases = &told["manifest"]["cases"];
    assert!(cases["count"].as_u64() > Some(0) && cases["count"] == cases["passed"], "{cases}");
    let public = std::fs::read_to_string(place("office.pub")).expect("a key");
    assert_eq!(public.lines().nth(1), told["signed_by"].as_str());
    let unsigned: Value =
        serde_json::from_str(&run(&["inspect", &place("plain.ruleset"), "--json"]).out).expect("JSON");
    assert_eq!(unsigned["sha256"], told["sha256"], "the signature is no part of what it signs");

    let refused = |ran: Ran, reason: &str| assert!(ran.code == 2 && ran.err.contains(reason), "{}{}", ran.out, ran.err);
    refused(inspect("signed.ruleset", "other.one.pub"), "signed with another key");
    refused(inspect("plain.ruleset", "office.pub"), "not signed");
    refused(inspect("signed.ruleset", "office.key"), "is a private key");
    refused(run(&["build", &shown(&folder), "-o", &place("x"), "--sign", &place("office.pub")]), "is a public key");
    refused(run(&["build", &shown(&folder), "-o", &place("x"), "--sign", &place("plain.ruleset")]), "no key of accord");
    assert!(!Path::new(&place("x")).exists());
    let case = format!("{}#A pension paid for by contributions goes abroad", shown(&folder.join("cases/first.accord")));
    let on = |path: &str, key: &str| run(&["run", path, "--case", &case, "--verify", &place(key)]);
    assert_eq!(on(&place("signed.ruleset"), "office.pub").code, 0);
    refused(on(&place("signed.ruleset"), "other.one.pub"), "signed with another key");
    refused(on(&place("plain.ruleset"), "office.pub"), "not signed");
    refused(on(&shown(&folder), "office.pub"), "is no ruleset");
    // The key and the signature stand before the nine bytes of the end.
    let mut bytes = std::fs::read(place("signed.ruleset")).expect("a ruleset");
    let at = bytes.len() - 10;
    bytes[at] ^= 1;
    std::fs::write(place("tampered.ruleset"), &bytes).expect("written");
    refused(inspect("tampered.ruleset", "office.pub"), "signature is wrong");
    refused(run(&["inspect", &place("tampered.ruleset")]), "signature is wrong");
    assert_eq!(bytes.len(), plain.len() + 9 + 96);
}

#[test]
fn keys_are_private_and_never_lost_by_mistake() {
    let folder = scratch("keys").expect("a folder");
    let name = shown(&folder.join("office"));
    assert_eq!(run(&["keygen", &name]).code, 0);
    let read = |ending: &str| std::fs::read_to_string(format!("{name}.{ending}")).expect("a key");
    let (private, public) = (read("key"), read("pub"));
    assert!(private.starts_with("accord private key 1\n") && public.starts_with("accord public key 1\n"));
    assert!(private != public);
    let again = run(&["keygen", &name]);
    assert!(again.code == 2 && again.err.contains("--force"), "{}", again.err);
    assert_eq!((read("key"), read("pub")), (private.clone(), public));
    assert_eq!(run(&["keygen", &name, "--force"]).code, 0);
    assert!(read("key") != private, "another pair");
    // Half a pair is not overwritten either.
    std::fs::remove_file(format!("{name}.key")).expect("removed");
    assert_eq!(run(&["keygen", &name]).code, 2);
    assert_eq!(run(&["keygen", &shown(&folder.join("no/such/office"))]).code, 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(run(&["keygen", &name, "--force"]).code, 0);
        let mode = std::fs::metadata(format!("{name}.key")).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn what_is_not_sound_is_not_built_and_what_was_there_stays() {
    let folder = fresh("unsound");
    let out = folder.parent().expect("a folder").join("demo.ruleset");
    let before = built(&folder, &out);
    let attempt = |path: &Path| run(&["build", &shown(path), "-o", &shown(&out)]);

    let case = folder.join("cases/first.accord");
    let text = std::fs::read_to_string(&case).expect("text");
    changed(&case, |text| text.replacen(": yes", ": no", 1));
    assert_ne!(text, std::fs::read_to_string(&case).expect("text"), "the case expects a yes");
    let ran = attempt(&folder);
    assert!(ran.code == 1 && ran.err.contains("FAILED") && ran.err.contains("no ruleset was written"), "{}", ran.err);
    std::fs::write(&case, text).expect("written");

    let agreement = folder.join("agreement.accord");
    let text = std::fs::read_to_string(&agreement).expect("text");
    changed(&agreement, |text| text.replace("person.residence", "person.residense"));
    let ran = attempt(&folder);
    assert!(ran.code == 1 && ran.err.contains("residense"), "{}", ran.err);
    std::fs::write(&agreement, text).expect("written");

    let ran = attempt(&case);
    assert!(ran.code == 2 && ran.err.contains("is a case"), "{}", ran.err);
    let ran = attempt(&at("agreements"));
    assert!(ran.code == 2 && ran.err.contains("several agreements"), "{}", ran.err);
    let ran = run(&["build", &shown(&folder), "-o", &shown(&folder)]);
    assert!(ran.code == 2 && ran.err.contains("not an ordinary file"), "{}", ran.err);
    let ran = run(&["build", &shown(&folder), "-o", &shown(&folder.join("no/such/x.ruleset"))]);
    assert_eq!(ran.code, 2);
    assert_eq!(run(&["build", &shown(&folder)]).code, 2, "a file must be named");
    assert!(std::fs::read(&out).expect("a ruleset") == before);
    assert!(before == built(&folder, &out), "mended, it is what it was");
    let left: Vec<_> = std::fs::read_dir(out.parent().expect("a folder")).expect("a folder").collect();
    assert_eq!(left.len(), 2, "nothing else is left: {left:?}");
}

#[test]
fn a_case_runs_on_a_ruleset_as_on_the_sources() {
    let folder = scratch("run").expect("a folder");
    let out = folder.join("nl-cv.ruleset");
    let _ = built(&at("agreements/nl-cv"), &out);
    let loaded = Loaded::from_paths(&[at("agreements/nl-cv")]).expect("read");
    let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
    for case in examined.cases.iter().step_by(9) {
        let file = loaded.sources.file(case.span.file).expect("a file").name();
        let wanted = format!("{file}#{}", case.name);
        for form in ["--json", "--explain", "--evaluator=all"] {
            let on = |path: &Path| run(&["run", &shown(path), "--case", &wanted, form]);
            let (sources, ruleset) = (on(&at("agreements/nl-cv")), on(&out));
            assert_eq!((ruleset.code, &ruleset.err), (sources.code, &sources.err), "{wanted}");
            assert_eq!(ruleset.out, sources.out, "{wanted}");
        }
    }
    let ran = run(&["check", &shown(&out)]);
    assert!(ran.code == 2 && ran.err.contains("is a ruleset"), "{}", ran.err);
    let ran = run(&["run", &shown(&out), "--case", "Twelve"]);
    assert!(ran.code == 2 && ran.err.contains("holds no cases"), "{}", ran.err);
    let wrong = folder.join("wrong.accord");
    std::fs::write(&wrong, "case \"x\" { person: { residense: NL } }\n").expect("written");
    let ran = run(&["run", &shown(&out), "--case", &shown(&wrong)]);
    assert!(ran.code == 1 && ran.err.contains("wrong.accord:1") && ran.err.contains("residence"), "{}", ran.err);
}

#[test]
fn inspection_tells_what_there_is_to_know() {
    let folder = scratch("inspect").expect("a folder");
    let out = folder.join("nl-cv.ruleset");
    let _ = built(&at("agreements/nl-cv"), &out);
    let ran = run(&["inspect", &shown(&out)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in ["NL-CV", "43 articles", "not signed", "not set: entry_into_force", "legislation/nl.accord", "stdlib/"]
    {
        assert!(ran.out.contains(words), "`{words}` is not in\n{}", ran.out);
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 110), "{}", ran.out);
}
