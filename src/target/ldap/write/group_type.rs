//! Which type of group can become which, in Active Directory ("Changing a Group's Scope or Type" of Microsoft's
//! documentation). Looked at before anything is written, since the directory says no more than that it is unwilling.

use super::Work;
use crate::object::{GroupScope, GroupType, Value};
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::pages::all;
use crate::target::ldap::session::Query;
use crate::target::{Class, Refusal};

/// The attribute of the type.
pub const ATTRIBUTE: &str = "groupType";

/// Which groups may stand in the way of a change.
struct Obstacle {
    /// The attribute of those groups that names the one which is to change.
    by: &'static str,
    scope: GroupScope,
    how: &'static str,
}

impl Work<'_> {
    /// Refuses a change of type that the directory does not take.
    pub(super) async fn may_become(&self, group: &Dn, now: &[Value], after: &[Value]) -> Result<(), Refusal> {
        let refuse = |why: String| self.refuse(Class::Permanent, group, why);
        let wanted = known(after).ok_or_else(|| refuse("a group cannot be without a type".into()))?;
        let now = known(now).ok_or_else(|| refuse("it has a type that no new group has, and keeps it".into()))?;
        let obstacle = match (now.scope, wanted.scope) {
            (GroupScope::Global, GroupScope::DomainLocal) | (GroupScope::DomainLocal, GroupScope::Global) => {
                let why = format!("a {now} group does not become {wanted} at once: make it universal first");
                return Err(refuse(why));
            }
            (GroupScope::Global, GroupScope::Universal) => {
                Obstacle { by: "member", scope: GroupScope::Global, how: "is a member of" }
            }
            (GroupScope::DomainLocal, GroupScope::Universal) => {
                Obstacle { by: "memberOf", scope: GroupScope::DomainLocal, how: "holds" }
            }
            (GroupScope::Universal, GroupScope::Global) => {
                Obstacle { by: "memberOf", scope: GroupScope::Universal, how: "holds" }
            }
            _ => return Ok(()),
        };
        match self.standing_in_the_way(group, &obstacle).await? {
            Some(other) => Err(refuse(format!("it cannot become {wanted} while it {} {other}", obstacle.how))),
            None => Ok(()),
        }
    }

    async fn standing_in_the_way(&self, group: &Dn, obstacle: &Obstacle) -> Result<Option<Dn>, Refusal> {
        let Some(domain) = self.session.domain() else { return Ok(None) };
        let of_class = Filter::equal("objectClass", "group");
        let related = Filter::equal(obstacle.by, group.to_string());
        let query = Query::subtree(domain, Filter::All(vec![of_class, related]), &[ATTRIBUTE]);
        let found = all(self.session, &query, self.settings.page_size, usize::MAX).await;
        let found = found.map_err(|failure| self.read_failed(group, &failure))?;
        let is_one =
            |number: &str| GroupType::of_number(number.trim().parse().ok()?).map(|other| other.scope == obstacle.scope);
        let other = found.into_iter().find(|entry| entry.text(ATTRIBUTE).and_then(is_one) == Some(true));
        Ok(other.map(|entry| entry.dn))
    }
}

fn known(values: &[Value]) -> Option<GroupType> {
    match values {
        [Value::Int(number)] => GroupType::of_number(*number),
        _ => None,
    }
}
