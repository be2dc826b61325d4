//! Rules about groups and their members.

use super::{Flaw, Look, Remark, flaw};
use crate::org::id::Id;
use crate::org::kind::FactKind;
use crate::org::membership::Membership;
use crate::org::sentence::Sentence;

pub(super) fn membership_of_nobody(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let gone = |(id, membership): (&Id, &Membership)| {
        let missing = |named: &Option<Id>, is_there: &dyn Fn(&Id) -> bool| named.clone().filter(|id| !is_there(id));
        let named = missing(&membership.member_person, &|id| snapshot.person(id).is_some())
            .or_else(|| missing(&membership.member_unit, &|id| snapshot.unit(id).is_some()))
            .or_else(|| missing(&membership.member_group, &|id| snapshot.group(id).is_some()))
            .or_else(|| missing(&membership.member_account, &|id| snapshot.account(id).is_some()))?;
        let group = snapshot.group(&membership.group).map_or_else(|| membership.group.to_string(), |g| g.name.clone());
        let detail = Remark::MemberNotThere.with([&named]);
        Some(flaw(FactKind::Membership, id, group, detail).holding(&membership.group))
    };
    snapshot.memberships().filter_map(gone).collect()
}

pub(super) fn group_without_members(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let empty =
        snapshot.groups().filter(|(id, group)| group.rule.is_none() && snapshot.memberships_of(id).next().is_none());
    empty
        .map(|(id, group)| flaw(FactKind::Group, id, group.name.clone(), Remark::NobodyListed.said()).holding(id))
        .collect()
}
