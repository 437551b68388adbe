//! The evaluators against each other: every case, every decision of the program, every argument that matters.

use crate::cases::shipped;
use accord_cli::evaluate::{Evaluator, Ready, label};
use accord_cli::examine::{Examined, examine, in_parallel};
use accord_interp::Interp;
use accord_tests::{blocks, check};

/// Asks everything the program can decide about each of its cases; what was asked, and on what the evaluators differ.
fn differences(examined: &Examined) -> (usize, Vec<String>) {
    let Some(verified) = &examined.verified else { return (0, Vec::new()) };
    let program = verified.program();
    // As if every question decided everything: decisions that only other decisions read are asked as well.
    let mut wide = program.clone();
    let all = (0..u32::try_from(wide.decisions.len()).expect("few decisions")).map(accord_ir::DecisionId).collect();
    for question in &mut wide.questions {
        question.decides = Vec::clone(&all);
    }
    let wide = accord_ir::verify(wide).expect("still sound");
    let ready = Ready::new(&wide, Evaluator::USUAL).expect("code is made");
    let mut count = 0;
    let mut wrong = Vec::new();
    for case in &examined.cases {
        for asked in ready.ask(case) {
            count += 1;
            assert_eq!(asked.answers.len(), Evaluator::USUAL.len());
            let (_, first) = &asked.answers[0];
            if let Some((evaluator, other)) = asked.answers.iter().find(|(_, a)| a != first) {
                let what = label(program, &asked.question);
                wrong.push(format!("{}: {what}: {first:?} but {other:?} under {}", case.name, evaluator.word()));
            }
            let node = program.decisions[asked.question.decision.0 as usize].node;
            let traced = Interp::new(verified, &case.facts).explain(node, &asked.question.args);
            if traced.outcome != first.outcome {
                wrong.push(format!("{}: traced, {} differs", case.name, label(program, &asked.question)));
            }
        }
    }
    (count, wrong)
}

#[test]
fn evaluators_agree_on_everything_about_every_shipped_case() {
    let loaded = shipped();
    let results =
        in_parallel(loaded.roots.len(), |i| differences(&examine(&loaded, &loaded.roots[i]).expect("examined")));
    let (counts, wrong): (Vec<usize>, Vec<Vec<String>>) = results.expect("run").into_iter().unzip();
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts.iter().sum::<usize>() > 1000, "hardly anything was asked: {counts:?}");
}

#[test]
fn evaluators_agree_on_everything_in_the_reference() {
    let blocks: Vec<_> = blocks("tests/spec").expect("pages").into_iter().filter(|b| b.language == "accord").collect();
    let results = in_parallel(blocks.len(), |i| {
        let block = &blocks[i];
        match check(&block.page, &block.text) {
            Ok(checked) => differences(&checked.examined).1,
            Err(trouble) => vec![format!("{}:{}: {}", block.page, block.line, trouble.draw(false))],
        }
    });
    let wrong = results.expect("run").concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
