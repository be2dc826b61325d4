//! What shows only by writing, tried with the canary: what a create keeps, which form of PATCH does something, what PUT
//! means, whether versions are looked at, what DELETE does.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::super::behaviour::word;
use super::Probed;
use super::canary::Canary;
use crate::object::Kind;
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::{Deletion, ETag, ExternalId, NameCase, PatchForm, Put};
use crate::target::scim::service::Service;
use crate::target::scim::wire;

impl Service {
    /// Tries everything. What goes wrong is a finding, and the canary is taken away all the same.
    pub(super) async fn probe_writing(&self, name: &str, probed: &mut Probed) {
        let more = json!({
            "name": {"givenName": "Rosterd", "familyName": "Canary"}, "displayName": "Rosterd Canary",
            "nickName": "first", "title": "first", "active": false,
        });
        let canary = match self.canary(Kind::User, name, more).await {
            Ok(Ok(canary)) => canary,
            Ok(Err(why)) => {
                let text = format!("the canary user could not be made, so writing was not tried: {why}");
                return probed.warn(text, "the forms of PATCH, PUT and DELETE are those of the profile");
            }
            Err(failure) => return probed.failure(failure),
        };
        if let Err(failure) = self.with_canary(&canary, probed).await {
            probed.failure(failure);
        }
        if let Err(failure) = self.take_away(&canary, probed).await {
            self.remains(&canary, &failure.message, probed);
        }
    }

    async fn with_canary(&self, canary: &Canary, probed: &mut Probed) -> Result<(), Failure> {
        self.what_was_kept(canary, probed).await?;
        let form = self.patch_form(canary).await?;
        probed.behaviour.patch = Some(form);
        match form {
            PatchForm::None => probed.warn("no form of PATCH does anything", "resources are written whole with PUT"),
            form => probed.good(format!("the form of PATCH: {}", word(&form))),
        }
        let put = self.meaning_of_put(canary).await?;
        if let Some(put) = put {
            probed.behaviour.put = Some(put);
            probed.good(format!("the meaning of PUT: {}", word(&put)));
        }
        if let Some(etag) = self.versions(canary, form).await? {
            probed.behaviour.etag = Some(etag);
            probed.good(format!("versions of resources: {}", word(&etag)));
        }
        self.probe_groups(canary, probed).await
    }

    async fn what_was_kept(&self, canary: &Canary, probed: &mut Probed) -> Result<(), Failure> {
        let Some(made) = self.look(canary).await? else {
            probed.warn("a user that was created is not shown by its id", "nothing more is known of this service");
            return Ok(());
        };
        let kept = if wire::external_id(&made).is_some() { ExternalId::Kept } else { ExternalId::Dropped };
        probed.behaviour.external_id = Some(kept);
        if kept == ExternalId::Dropped {
            let meaning = "after a crash between create and link, a user is known by its userName alone";
            probed.warn("externalId is not kept", meaning);
        }
        if wire::member(&made, "active").and_then(wire::boolean) != Some(false) {
            probed
                .warn("a user that is created inactive is active, or does not say", "the canary can be signed in with");
            self.replace(canary, PatchForm::Paths, "active", &json!(false)).await?;
        }
        let name = wire::member(&made, "userName").and_then(wire::text).unwrap_or_default();
        if name != canary.name && name == canary.name.to_lowercase() {
            probed.behaviour.name_case = Some(NameCase::Lowered);
            probed.good("userName is kept in lower case");
        }
        Ok(())
    }

    /// The first form that does what it says.
    async fn patch_form(&self, canary: &Canary) -> Result<PatchForm, Failure> {
        if self.replace(canary, PatchForm::Paths, "title", &json!("by path")).await? {
            return Ok(if self.chooses_elements(canary).await? { PatchForm::Paths } else { PatchForm::PlainPaths });
        }
        let both = wire::patch(&[json!({"op": "replace", "value": {"title": "both", "nickName": "both"}})]);
        self.try_write(Method::PATCH, canary, Some(&both)).await?;
        if self.shows(canary, "title", "both").await? && self.shows(canary, "nickName", "both").await? {
            return Ok(PatchForm::Pathless);
        }
        if self.replace(canary, PatchForm::OneAttribute, "title", &json!("alone")).await? {
            return Ok(PatchForm::OneAttribute);
        }
        Ok(PatchForm::None)
    }

    /// Whether a path may choose an element of a list.
    async fn chooses_elements(&self, canary: &Canary) -> Result<bool, Failure> {
        let mail = |text: &str| format!("{text}@canary.invalid");
        let mails = |canary: &Json| {
            let mails = wire::member(canary, "emails").map(wire::list).unwrap_or_default();
            mails.iter().filter_map(wire::referenced).collect::<Vec<_>>()
        };
        let before = self.look(canary).await?.as_ref().map(mails).unwrap_or_default();
        if before.is_empty() {
            let one = json!([{"type": "work", "value": mail("one"), "primary": true}]);
            if !self.try_write(Method::PATCH, canary, Some(&wire::patch(&[wire::add("emails", &one)]))).await? {
                return Ok(false);
            }
        }
        let wanted = mail(if before.contains(&mail("two")) { "three" } else { "two" });
        let body = wire::patch(&[wire::replace(r#"emails[type eq "work"].value"#, &wanted.as_str().into())]);
        self.try_write(Method::PATCH, canary, Some(&body)).await?;
        Ok(self.look(canary).await?.as_ref().map(mails).unwrap_or_default() == [wanted])
    }

    /// Replaces one attribute in a form; true when it then has the value.
    async fn replace(&self, canary: &Canary, form: PatchForm, name: &str, value: &Json) -> Result<bool, Failure> {
        let operation = match form {
            PatchForm::Paths | PatchForm::PlainPaths => wire::replace(name, value),
            _ => json!({"op": "replace", "value": {name: value}}),
        };
        self.try_write(Method::PATCH, canary, Some(&wire::patch(&[operation]))).await?;
        self.shows(canary, name, &wire::text(value).unwrap_or_default()).await
    }

    async fn shows(&self, canary: &Canary, name: &str, value: &str) -> Result<bool, Failure> {
        let now = self.look(canary).await?;
        Ok(now.as_ref().and_then(|now| wire::member(now, name)).and_then(wire::text).as_deref() == Some(value))
    }

    /// Puts a nickName, leaves it out the next time, and looks whether it is gone. `None` where there is no nickName.
    async fn meaning_of_put(&self, canary: &Canary) -> Result<Option<Put>, Failure> {
        let Some(Json::Object(mut resource)) = self.look(canary).await? else { return Ok(None) };
        resource.retain(|name, _| !["nickname", "meta", "groups"].contains(&name.to_ascii_lowercase().as_str()));
        resource.insert("title".into(), "put".into());
        let mut with = resource.clone();
        with.insert("nickName".into(), "put".into());
        self.try_write(Method::PUT, canary, Some(&Json::Object(with))).await?;
        let had = self.shows(canary, "nickName", "put").await?;
        if !self.try_write(Method::PUT, canary, Some(&Json::Object(resource))).await? {
            return Ok(Some(Put::None));
        }
        let Some(now) = self.look(canary).await? else { return Ok(None) };
        if wire::member(&now, "title").and_then(wire::text).as_deref() != Some("put") {
            return Ok(Some(Put::None));
        }
        let kept = wire::member(&now, "nickName").is_some();
        Ok(had.then_some(if kept { Put::Merges } else { Put::Replaces }))
    }

    /// Whether there are versions, and whether a write for another one is refused. `None` where it cannot be tried.
    async fn versions(&self, canary: &Canary, form: PatchForm) -> Result<Option<ETag>, Failure> {
        let place = ["Users", canary.id.as_str()];
        let version = self.client.version(&place).await?;
        if version.is_none() {
            return Ok(Some(ETag::None));
        }
        if form == PatchForm::None {
            return Ok(None);
        }
        let operation = match form {
            PatchForm::Paths | PatchForm::PlainPaths => wire::replace("title", &json!("version")),
            _ => json!({"op": "replace", "value": {"title": "version"}}),
        };
        let refused = self
            .client
            .write_if(Method::PATCH, &place, Some(&wire::patch(&[operation])), Some("W/\"none-of-these\""))
            .await;
        match refused {
            Err(failure) if failure.is_status(412) => Ok(Some(ETag::Enforced)),
            Err(failure) if failure.fatal => Err(failure),
            Err(_) => Ok(None),
            Ok(_) => Ok(Some(ETag::Ignored)),
        }
    }

    async fn take_away(&self, canary: &Canary, probed: &mut Probed) -> Result<(), Failure> {
        match self.profile.removal.user {
            Deletion::Irreversible => self.remains(canary, "deleting it could not be undone", probed),
            Deletion::NotOffered => self.remains(canary, "users are not deleted here; it is inactive", probed),
            Deletion::Deletes | Deletion::Deactivates => {
                let done = self.try_write(Method::DELETE, canary, None).await?;
                let left = self.look(canary).await?;
                let inactive = |user: &Json| wire::member(user, "active").and_then(wire::boolean) == Some(false);
                match left {
                    None if done => {
                        probed.behaviour.user_deletion = Some(Deletion::Deletes);
                        probed.good("DELETE of a user deletes it");
                    }
                    Some(user) if done && inactive(&user) => {
                        probed.behaviour.user_deletion = Some(Deletion::Deactivates);
                        self.remains(canary, "DELETE makes it inactive, and it was", probed);
                    }
                    _ => self.remains(canary, "DELETE was refused, or did nothing; it is inactive", probed),
                }
            }
        }
        Ok(())
    }
}
