//! Members of a group, by value: who is not named stays, whatever the group's size.

use std::collections::HashSet;

use ldap3::Mod;

use super::Work;
use crate::object::{Handle, Op, aspect};
use crate::target::ldap::ber::{Filter, control};
use crate::target::ldap::dn::Dn;
use crate::target::ldap::object::members;
use crate::target::ldap::primary;
use crate::target::ldap::ranges::complete;
use crate::target::ldap::session::Failure;
use crate::target::{Class, Receipt, Refusal};

/// Values in one modify; Active Directory takes about 5,000 in one transaction well.
const AT_ONCE: usize = 1000;

impl Work<'_> {
    pub(super) async fn members(&self) -> Result<Receipt, Refusal> {
        let adds = self.step.op == Op::AddMembers;
        let object = self.locate().await?;
        let change = self.step.change(aspect::MEMBERS);
        let named = change.map(|change| if adds { &change.after } else { &change.before });
        let named = self.references(named.map_or(&[], Vec::as_slice)).await?;
        if adds && named.iter().any(|member| member.same(&object.entry.dn)) {
            return Err(self.refuse(Class::Permanent, &object.entry.dn, "a group is no member of itself"));
        }
        if !adds {
            self.may_leave(&object.entry, &named).await?;
        }
        for some in named.chunks(AT_ONCE) {
            self.some_members(&object.entry.dn, some, adds).await?;
        }
        Ok(Receipt::of(object.id))
    }

    /// Sends some members. If one of them is there already (or not there), the directory refuses them all: then the
    /// membership is read, and what is really missing is sent.
    async fn some_members(&self, group: &Dn, named: &[Dn], adds: bool) -> Result<(), Refusal> {
        let Err(failure) = self.send(group, named, adds).await else { return Ok(()) };
        // Active Directory and Samba: 68 for a member that is there, 53 for one that is not; RFC 4511: 20 and 16.
        let done = if adds { [68, 20, 20] } else { [53, 16, 32] };
        match &failure {
            Failure::Refused { code, .. } if done.contains(code) => {}
            _ => return Err(self.write_failed(group, &failure)),
        }
        let now = self.current(group).await?;
        let missing: Vec<Dn> = named.iter().filter(|dn| now.contains(dn.handle()) != adds).cloned().collect();
        // All of them were to be sent: the refusal has another reason.
        if missing.len() == named.len() {
            return Err(self.write_failed(group, &failure));
        }
        if missing.is_empty() {
            return Ok(());
        }
        self.send(group, &missing, adds).await.map_err(|failure| self.write_failed(group, &failure))
    }

    async fn send(&self, group: &Dn, members: &[Dn], adds: bool) -> Result<(), Failure> {
        if members.is_empty() {
            return Ok(());
        }
        let values: HashSet<Vec<u8>> = members.iter().map(|dn| dn.to_string().into_bytes()).collect();
        let member = b"member".to_vec();
        let modification = if adds { Mod::Add(member, values) } else { Mod::Delete(member, values) };
        if self.session.is_permissive() {
            // Samba announces the control and does not heed it here, so nothing relies on it.
            let controls = [control::permissive_modify()];
            return self.session.modify_with(&group.to_string(), vec![modification], &controls).await;
        }
        self.session.modify(group, vec![modification]).await
    }

    async fn current(&self, group: &Dn) -> Result<HashSet<Handle>, Refusal> {
        let attributes = [self.settings.profile.id_attribute(), "member", "objectSid"].map(str::to_owned);
        let failed = |failure: Failure| self.read_failed(group, &failure);
        let entry = self.session.entry(&group.to_string(), &Filter::everything(), &attributes).await.map_err(failed)?;
        let Some(mut entry) = entry else { return Err(self.refuse(Class::Stale, group, "it is gone")) };
        complete(&mut &*self.session, &mut entry).await.map_err(failed)?;
        let named = members(&entry).map_err(|why| self.refuse(Class::Permanent, group, why))?;
        let implied = match (primary::number(&entry), self.session.domain()) {
            (Some(number), Some(domain)) => {
                primary::members(self.session, domain, number, self.settings.page_size).await.map_err(failed)?
            }
            _ => Vec::new(),
        };
        Ok(named.into_iter().chain(implied).collect())
    }
}
