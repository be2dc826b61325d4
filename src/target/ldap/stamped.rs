//! Single reads: one object by its id, and the one that bears a stamp.

use super::ber::Filter;
use super::dn::Dn;
use super::entry::Entry;
use super::find::{by_id, is_id};
use super::object::{Wanted, id_of, naming_attribute};
use super::observe::object;
use super::pages::all;
use super::primary;
use super::refusal::{Sent, refusal, refuse};
use super::session::{Failure, Query, Session};
use super::settings::{Places, Settings};
use crate::object::{Kind, ObjectId, Observed, Protection, Referent, Schema, Step, Value, aspect};
use crate::org::Id;
use crate::target::{Class, Refusal};

/// Reads of single objects, with all their attributes.
pub struct Single<'a> {
    pub session: &'a Session,
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub kind: Kind,
    pub schema: &'a Schema,
}

impl Single<'_> {
    pub async fn by_id(&self, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        let what = format!("{}: read {} {id}", self.session.server(), self.kind);
        if !is_id(id) {
            let name = self.settings.profile.id_attribute();
            return Err(refuse(Class::Permanent, format!("{what}: it is not an {name}")));
        }
        let wanted = Wanted::of(self.settings, self.schema, None);
        let (profile, filter) = (self.settings.profile, self.settings.profile.filter(self.kind));
        let read = match by_id(self.session, profile, id, &filter, &wanted.request(self.kind)).await {
            Ok(Some(entry)) => self.whole(entry, &wanted).await.map(Some),
            Ok(None) => Ok(None),
            Err(failure) => Err(failure),
        };
        self.outcome(&what, read)
    }

    /// The object with the stamp: at its intended place if the step says where that is, else anywhere below the base.
    pub async fn by_stamp(&self, key: &Id, likely: &Step) -> Result<Option<Observed>, Refusal> {
        let what = format!("{}: find {} with the stamp {key}", self.session.server(), self.kind);
        if let Some(dn) = self.intended(likely) {
            let there = self.at(&dn.to_string()).await;
            let there = self.outcome(&what, there)?;
            if let Some(object) = there.filter(|object| object.stamp.as_ref() == Some(key)) {
                return Ok(Some(object));
            }
        }
        let stamp = Filter::equal(self.settings.stamp(), key.as_str());
        let filter = Filter::All(vec![self.settings.profile.filter(self.kind), stamp]);
        let query = Query::subtree(&self.places.base, filter, &[self.settings.profile.id_attribute()]);
        // Two are enough to know that there is not one. That there is none, only the end of the search shows.
        let found = all(self.session, &query, self.settings.page_size, 2).await;
        let found = found.map_err(|failure| refusal(&what, Sent::Read, &failure))?;
        match found.as_slice() {
            [] => Ok(None),
            [only] => match id_of(only) {
                Some(id) => self.by_id(&id).await,
                None => Err(refuse(Class::Forbidden, format!("{what}: {} shows no id", only.dn))),
            },
            several => {
                let places: Vec<String> = several.iter().map(|entry| entry.dn.to_string()).collect();
                Err(refuse(Class::Conflict, format!("{what}: several objects bear it: {}", places.join(" and "))))
            }
        }
    }

    /// Where the create step would have put the object, as far as it says so itself.
    fn intended(&self, likely: &Step) -> Option<Dn> {
        let name = likely.after(aspect::NAME)?.first()?.as_text()?;
        let parent = match likely.after(aspect::PARENT)?.first()? {
            Value::Reference(Referent::Root) => self.places.root(self.kind).clone(),
            Value::Reference(Referent::Handle(handle)) => Dn::parse(handle.as_str()).ok()?,
            _ => return None,
        };
        Some(parent.child(naming_attribute(self.kind), name))
    }

    async fn at(&self, base: &str) -> Result<Option<Result<Observed, String>>, Failure> {
        let wanted = Wanted::of(self.settings, self.schema, None);
        let filter = self.settings.profile.filter(self.kind);
        match self.session.entry(base, &filter, &wanted.request(self.kind)).await? {
            Some(entry) => self.whole(entry, &wanted).await.map(Some),
            None => Ok(None),
        }
    }

    async fn whole(&self, mut entry: Entry, wanted: &Wanted<'_>) -> Result<Result<Observed, String>, Failure> {
        let mut object = object(&mut &*self.session, self.kind, &mut entry, wanted).await?;
        if let Ok(object) = &mut object
            && object.members.is_some()
            && let (Some(number), Some(domain)) = (primary::number(&entry), self.session.domain())
        {
            object.imply(primary::members(self.session, domain, number, self.settings.page_size).await?);
        }
        if let Ok(object) = &mut object
            && !entry.dn.below(&self.places.base)
        {
            object.protected = Some(Protection::Outside(entry.dn.to_string()));
        }
        Ok(object)
    }

    fn outcome(
        &self,
        what: &str,
        read: Result<Option<Result<Observed, String>>, Failure>,
    ) -> Result<Option<Observed>, Refusal> {
        match read {
            Ok(None) => Ok(None),
            Ok(Some(Ok(object))) => Ok(Some(object)),
            Ok(Some(Err(why))) => Err(refuse(Class::Forbidden, format!("{what}: {why}"))),
            Err(failure) => Err(refusal(what, Sent::Read, &failure)),
        }
    }
}
