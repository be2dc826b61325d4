//! Members of a group, written: in portions, in the form of the service, with what is refused found out and told.
//!
//! One bad member makes services refuse a whole request. It is found by halving; all others come in. A list of values
//! is the one form of removal that services misread: some empty the group. So what it did is looked at, and what went
//! with it is put back.

use std::collections::{BTreeSet, VecDeque};

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::chunks::{Chunk, Delta, known};
use super::dialect::Dialect;
use super::edit::Edit;
use crate::object::{Kind, ObjectId};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::{PatchForm, Put, RemoveForm};
use crate::target::scim::service::Service;
use crate::target::scim::wire;

/// So many refused members without one that was taken mean that it is not the members.
const HOPELESS: usize = 3;
/// The most refused members of one step that are told by name.
const TOLD: usize = 10;

impl Service {
    /// Writes who leaves and who comes. Whoever is refused is told, when all others are done.
    pub async fn change_members(&self, id: &ObjectId, group: &Json, delta: &Delta) -> Result<(), Failure> {
        let dialect = Dialect::new(&self.profile, Kind::Group);
        if dialect.form == PatchForm::None && self.profile.patch.group_form.is_none() {
            return self.put_members(id, group, delta).await;
        }
        let form = self.removal_form();
        if form == RemoveForm::Put && !delta.leave.is_empty() {
            self.put_members(id, group, &Delta { leave: delta.leave.clone(), come: Vec::new() }).await?;
            let come = Delta { leave: Vec::new(), come: delta.come.clone() };
            return self.write_chunks(id, group, &come, form).await;
        }
        self.write_chunks(id, group, delta, form).await
    }

    async fn write_chunks(&self, id: &ObjectId, group: &Json, delta: &Delta, form: RemoveForm) -> Result<(), Failure> {
        let dialect = Dialect::new(&self.profile, Kind::Group);
        let mut queue: VecDeque<Chunk> = delta.chunks(&dialect, form, self.learned.portion()).into();
        let (mut refused, mut taken, mut form) = (Vec::new(), 0, form);
        while let Some(chunk) = queue.pop_front() {
            match self.write_chunk(id, group, &chunk, form).await {
                Ok(()) => {
                    taken += chunk.ids.len();
                    if chunk.leave {
                        self.learned.removes_by(form);
                    }
                }
                Err(failure) if failure.is_status(413) => {
                    let Some(halves) = chunk.halves() else { return Err(failure) };
                    self.learned.portion_at_most(halves[0].ids.len());
                    halves.into_iter().rev().for_each(|half| queue.push_front(half));
                }
                Err(failure) if chunk.leave && is_misunderstood(&failure) && self.another_form(form).is_some() => {
                    form = self.another_form(form).unwrap_or(form);
                    self.learned.try_removal(form);
                    let leave = std::iter::once(&chunk)
                        .chain(&queue)
                        .filter(|chunk| chunk.leave)
                        .flat_map(|chunk| chunk.ids.clone())
                        .collect();
                    queue.retain(|chunk| !chunk.leave);
                    let left = Delta { leave, come: Vec::new() };
                    if form == RemoveForm::Put {
                        match self.put_members(id, group, &left).await {
                            Ok(()) => self.learned.removes_by(form),
                            Err(failure) if failure.maybe_done => return Err(failure),
                            Err(_) => queue.push_front(Chunk { ids: left.leave, leave: true }),
                        }
                    } else {
                        left.chunks(&dialect, form, self.learned.portion())
                            .into_iter()
                            .rev()
                            .for_each(|chunk| queue.push_front(chunk));
                    }
                }
                Err(failure) if is_about_members(&failure) => match chunk.halves() {
                    Some(halves) => halves.into_iter().rev().for_each(|half| queue.push_front(half)),
                    None => {
                        refused.extend(chunk.ids.into_iter().map(|member| (member, chunk.leave, failure.clone())));
                        if refused.len() >= HOPELESS && taken == 0 {
                            return Err(failure);
                        }
                    }
                },
                Err(failure) => return Err(failure),
            }
        }
        self.told(id, refused, taken).await
    }

    async fn write_chunk(&self, id: &ObjectId, group: &Json, chunk: &Chunk, form: RemoveForm) -> Result<(), Failure> {
        let dialect = Dialect::new(&self.profile, Kind::Group);
        if chunk.leave && form == RemoveForm::Put {
            return self.put_members(id, group, &Delta { leave: chunk.ids.clone(), come: Vec::new() }).await;
        }
        let doubtful = chunk.leave && form == RemoveForm::Values && !self.learned.has_removed_by(form);
        let before = if doubtful { self.members_now(id).await? } else { None };
        let body = wire::patch(&chunk.operations(&dialect, form));
        self.client.write(Method::PATCH, &["Groups", id.as_str()], Some(&body)).await?;
        match before {
            Some(before) => self.restore(id, &before, &chunk.ids).await,
            None => Ok(()),
        }
    }

    /// Looks whether a list of values took those away alone whom it named; puts back whom it took with them.
    async fn restore(&self, id: &ObjectId, before: &BTreeSet<String>, leave: &[String]) -> Result<(), Failure> {
        let Some(now) = self.members_now(id).await? else { return Ok(()) };
        let lost: Vec<String> = before.iter().filter(|id| !leave.contains(id) && !now.contains(*id)).cloned().collect();
        if lost.is_empty() {
            return Ok(());
        }
        self.learned.never_by(RemoveForm::Values);
        let dialect = Dialect::new(&self.profile, Kind::Group);
        let back = Delta { leave: Vec::new(), come: lost.clone() };
        for chunk in back.chunks(&dialect, RemoveForm::Filter, self.learned.portion()) {
            let body = wire::patch(&chunk.operations(&dialect, RemoveForm::Filter));
            self.client.write(Method::PATCH, &["Groups", id.as_str()], Some(&body)).await?;
        }
        Err(Failure::permanent(format!(
            "the service took {} members out of the group {id} with those who were to leave; they were put back: \
             set members.remove_form to filter or put",
            lost.len()
        )))
    }

    /// PUT of the group with the members that it is to have.
    async fn put_members(&self, id: &ObjectId, group: &Json, delta: &Delta) -> Result<(), Failure> {
        if self.profile.put == Put::None {
            return Err(Failure::permanent("the service has no PUT, which its groups would need"));
        }
        let Some(mut members) =
            known(self.resource(Kind::Group, id).await?.as_ref().unwrap_or(group), self.profile.listing.members)?
        else {
            return Err(Failure::permanent("the members of the group are not shown, and a PUT would empty it"));
        };
        members.retain(|member| !delta.leave.contains(member));
        members.extend(delta.come.iter().cloned());
        let members: Json = members.iter().map(|id| json!({ "value": id })).collect();
        let edit = Edit::plain("members", Some(members.clone()));
        let body = Dialect::new(&self.profile, Kind::Group).whole(&[edit], group);
        self.client.write(Method::PUT, &["Groups", id.as_str()], Some(&body)).await?;
        let Some(now) = self.members_now(id).await? else { return Ok(()) };
        match delta.leave.iter().find(|id| now.contains(*id)).or(delta.come.iter().find(|id| !now.contains(*id))) {
            None => Ok(()),
            Some(other) => {
                Err(Failure::permanent(format!("a PUT of the group {id} did not change its member {other}")))
            }
        }
    }

    async fn members_now(&self, id: &ObjectId) -> Result<Option<BTreeSet<String>>, Failure> {
        match self.resource(Kind::Group, id).await? {
            Some(group) => known(&group, self.profile.listing.members),
            None => Err(Failure::stale(format!("the group {id} is no longer there"))),
        }
    }

    /// The form in which members are removed: what the profile says, else what was found out.
    fn removal_form(&self) -> RemoveForm {
        let said = self.profile.members.remove_form;
        said.filter(|form| !self.learned.is_never(*form)).unwrap_or_else(|| self.learned.removal())
    }

    /// What to try when a form is not understood, where the profile does not say the form and none has worked yet.
    fn another_form(&self, form: RemoveForm) -> Option<RemoveForm> {
        if self.profile.members.remove_form.is_some() || self.learned.has_removed_by(form) {
            return None;
        }
        let next = match form {
            RemoveForm::Filter if self.profile.put != Put::None => RemoveForm::Put,
            RemoveForm::Filter | RemoveForm::Put => RemoveForm::Values,
            RemoveForm::Values => return None,
        };
        (!self.learned.is_never(next)).then_some(next)
    }

    /// Who was refused, unless it is as it should be all the same.
    async fn told(&self, id: &ObjectId, refused: Vec<(String, bool, Failure)>, taken: usize) -> Result<(), Failure> {
        let Some((_, _, first)) = refused.first() else { return Ok(()) };
        let message = first.message.clone();
        let now = self.members_now(id).await?;
        let is_so = |member: &str, leave: bool| now.as_ref().is_some_and(|now| now.contains(member) != leave);
        let left: Vec<&str> = refused
            .iter()
            .filter(|(member, leave, _)| !is_so(member, *leave))
            .map(|(member, _, _)| member.as_str())
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let named = left.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
        let more = if left.len() > TOLD { format!(" and {} more", left.len() - TOLD) } else { String::new() };
        let others = if taken > 0 { format!("; {taken} others were done") } else { String::new() };
        Err(Failure::conflict(format!(
            "the group {id} does not take {named}{more} as a change of its members{others}: {message}"
        )))
    }
}

/// Whether a refusal may mean the form of the request.
fn is_misunderstood(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 405 | 415 | 422 | 501))
}

/// Whether a refusal may mean one of the members.
fn is_about_members(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 404 | 409 | 422 | 501)) && !failure.maybe_done
}
