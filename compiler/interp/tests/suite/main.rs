//! The reference meaning, checked on small programs made by hand.

#[cfg(test)]
#[path = "../../../ir/tests/suite/builder.rs"]
#[expect(dead_code, reason = "the tests of the gate use what these do not")]
mod builder;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod logic;
#[cfg(test)]
mod quantifiers;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod traces;

#[cfg(test)]
mod ask {
    //! Ways of asking that every test uses.

    use crate::builder::Build;
    use accord_core::{Answer, Facts, Outcome, RuleId, Value};
    use accord_interp::Interp;
    use accord_ir::{DecisionId, ExprId, NodeId};

    /// What a node answers on a row; the explanation has to come to the same.
    pub fn node(build: Build, facts: &Facts, node: NodeId, args: &[Value]) -> Answer {
        let verified = build.verified();
        let mut interp = Interp::new(&verified, facts);
        let answer = interp.ask(node, args);
        let trace = interp.explain(node, args);
        assert_eq!(trace.outcome, answer.outcome, "explained differently");
        assert_eq!(Interp::new(&verified, facts).explain(node, args), trace, "explained differently the second time");
        assert_eq!(interp.ask(node, args), answer, "remembered differently");
        answer
    }

    /// What a decision without parameters answers on an empty row: the outcome, and the numbers of the rules named.
    pub fn decision(build: Build, decision: DecisionId) -> (Outcome, Vec<u32>) {
        let asked = build.node_of(decision);
        let answer = node(build, &Facts::default(), asked, &[]);
        (answer.outcome, answer.rules.into_iter().map(|RuleId(n)| n).collect())
    }

    /// What an expression without locals comes to on an empty row.
    pub fn expression(mut build: Build, expr: ExprId) -> Outcome {
        let ty = build.program.expr(expr).unwrap().ty.clone();
        let term = build.term("asked", &[], ty, expr);
        node(build, &Facts::default(), term, &[]).outcome
    }
}
