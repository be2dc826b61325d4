//! How a member is removed from a group, tried with a group of the canary's own, in which nobody else is.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::super::behaviour::word;
use super::Probed;
use super::canary::Canary;
use crate::object::Kind;
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::{Deletion, PatchForm, RemoveForm};
use crate::target::scim::read::observed::members;
use crate::target::scim::service::Service;
use crate::target::scim::wire;

impl Service {
    pub(super) async fn probe_groups(&self, user: &Canary, probed: &mut Probed) -> Result<(), Failure> {
        if matches!(self.profile.removal.group, Deletion::Irreversible | Deletion::NotOffered) {
            probed.good("how members are removed was not tried: a group could not be taken away again");
            return Ok(());
        }
        let group = match self.canary(Kind::Group, &format!("{} group", user.name), json!({})).await? {
            Ok(group) => group,
            Err(why) => {
                probed.good(format!("how members are removed was not tried: no canary group could be made: {why}"));
                return Ok(());
            }
        };
        let outcome = self.remove_form(&group, user, probed).await;
        if self.try_write(Method::DELETE, &group, None).await? && self.look(&group).await?.is_none() {
            probed.behaviour.group_deletion = Some(Deletion::Deletes);
        } else {
            self.remains(&group, "DELETE was refused, or did nothing", probed);
        }
        outcome
    }

    async fn remove_form(&self, group: &Canary, user: &Canary, probed: &mut Probed) -> Result<(), Failure> {
        if probed.behaviour.patch == Some(PatchForm::None) {
            probed.behaviour.remove_form = Some(RemoveForm::Put);
            return Ok(());
        }
        let one = json!([{ "value": user.id }]);
        let filtered = wire::remove(&format!("members[value eq {}]", wire::quoted(&user.id)));
        let listed = json!({"op": "remove", "path": "members", "value": one});
        for (form, removal) in [(RemoveForm::Filter, filtered), (RemoveForm::Values, listed)] {
            let add = wire::patch(&[wire::add("members", &one)]);
            self.try_write(Method::PATCH, group, Some(&add)).await?;
            if !self.has_member(group, user).await? {
                probed.good("how members are removed does not show: a group does not show whom it was given");
                return Ok(());
            }
            self.try_write(Method::PATCH, group, Some(&wire::patch(&[removal]))).await?;
            if !self.has_member(group, user).await? {
                probed.behaviour.remove_form = Some(form);
                probed.good(format!("a member is removed by: {}", word(&form)));
                return Ok(());
            }
        }
        probed.behaviour.remove_form = Some(RemoveForm::Put);
        probed.warn("no PATCH removes a member", "groups are written whole with PUT");
        Ok(())
    }

    async fn has_member(&self, group: &Canary, user: &Canary) -> Result<bool, Failure> {
        let now: Option<Json> = self.look(group).await?;
        let there = now.as_ref().and_then(members).unwrap_or_default();
        Ok(there.iter().any(|member| member.as_str() == user.id))
    }
}
