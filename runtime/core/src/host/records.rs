//! Records, and whether something is there.

use super::Host;
use super::operands::{OUT_OF_RANGE, number, operands, settle, whole};
use crate::{Outcome, SiteId, Value};

pub(super) fn is_given(_: &Host<'_>, given: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [operand] = operands(given)?;
        Ok(match operand {
            Outcome::Value(_) => Outcome::yes_no(true),
            Outcome::Nothing => Outcome::yes_no(false),
            Outcome::Undetermined(_)
            | Outcome::Refer(_)
            | Outcome::Gap(_)
            | Outcome::Conflict(_)
            | Outcome::Fault(_) => operand.clone(),
        })
    };
    settle(site, result())
}

pub(super) fn field(_: &Host<'_>, given: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [record, position] = operands(given)?;
        let Outcome::Value(record) = record else { return Ok(record.clone()) };
        let Value::Record(fields) = record else { return Err(OUT_OF_RANGE) };
        let position = whole(&number(position.value().ok_or(OUT_OF_RANGE)?)?.value)?;
        let field = usize::try_from(position).ok().and_then(|i| fields.get(i));
        field.cloned().ok_or(OUT_OF_RANGE)
    };
    settle(site, result())
}
