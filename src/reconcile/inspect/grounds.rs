//! Why something may be taken away: each such step has a ground, and one that is good enough for what it does.

use super::Found;
use crate::object::{Ground, Op, Rung, Step};
use crate::reconcile::plan::Plan;

pub(super) fn flaws(plan: &Plan) -> Vec<Found<'_>> {
    let complete = plan.coverage.complete;
    plan.steps.iter().filter_map(|step| Some((step, of_one(step, complete)?))).collect()
}

fn of_one(step: &Step, complete: bool) -> Option<String> {
    let taken = matches!(step.rung, Some(Rung::Stripped | Rung::Deleted));
    match (&step.ground, step.op.is_negative()) {
        (None, true) => Some("a step that takes something away has no ground".into()),
        (Some(Ground::Ordered), false) if step.op == Op::Link => None,
        (Some(_), false) => Some("a step that takes nothing away has a ground".into()),
        // what these speak about is the target itself, not the sources
        (Some(Ground::Absent(_)), true) if !complete && matches!(step.op, Op::RemoveMembers | Op::Unlink) => {
            Some("an absence is claimed, but the read was partial".into())
        }
        (Some(Ground::Absent(_)), true) if step.op == Op::Delete => Some("it deletes what is only absent".into()),
        (Some(Ground::Absent(_)), true) if taken => {
            Some("it takes apart the account of somebody who is only absent".into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::{absence, assert_flaw, plan, step};
    use super::*;
    use crate::object::Kind;
    use crate::reconcile::plan::Reach;

    fn partly(steps: Vec<Step>) -> Plan {
        let coverage = Reach { complete: false, linked_only: false, missing: Vec::new(), extent: None };
        Plan { coverage, ..plan(steps) }
    }

    #[test]
    fn what_takes_something_away_has_a_ground_and_nothing_else_has() {
        let groundless = Step { ground: None, ..step(Op::Disable, "k") };
        assert_flaw("has no ground", plan(vec![groundless]), plan(vec![step(Op::Disable, "k")]));
        let grounded = Step { ground: Some(Ground::Ended), ..step(Op::Enable, "k") };
        assert_flaw("takes nothing away has a ground", plan(vec![grounded]), plan(vec![step(Op::Enable, "k")]));
    }

    #[test]
    fn only_a_complete_read_makes_a_member_or_a_link_absent() {
        let absent = |op, kind| Step { ground: Some(Ground::Absent(absence())), kind, ..step(op, "k") };
        for (op, kind) in [(Op::Unlink, Kind::User), (Op::RemoveMembers, Kind::Group)] {
            let flawed = partly(vec![absent(op, kind)]);
            assert_flaw("the read was partial", flawed, plan(vec![absent(op, kind)]));
            let ended = Step { ground: Some(Ground::Ended), ..absent(op, kind) };
            assert_flaw("the read was partial", partly(vec![absent(op, kind)]), partly(vec![ended]));
        }
        // a person who vanished from complete sources is absent from these, however much of the target was read
        assert_eq!(super::super::inspect(&partly(vec![absent(Op::Disable, Kind::User)])), vec![]);
    }

    #[test]
    fn nobody_is_deleted_or_stripped_for_being_absent() {
        let absent = |op| Step { ground: Some(Ground::Absent(absence())), ..step(op, "k") };
        assert_flaw("deletes what is only absent", plan(vec![absent(Op::Delete)]), plan(vec![step(Op::Delete, "k")]));
        let strip = |ground| Step {
            kind: Kind::Group,
            rung: Some(Rung::Stripped),
            ground: Some(ground),
            ..step(Op::RemoveMembers, "k")
        };
        let sound = plan(vec![strip(Ground::Ended)]);
        assert_flaw("somebody who is only absent", plan(vec![strip(Ground::Absent(absence()))]), sound);
    }
}
