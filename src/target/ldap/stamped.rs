//! Single reads: one object by its id, and the one that bears a stamp.

use super::dn::Dn;
use super::guid;
use super::object::{Wanted, filter, id_of, naming_attribute};
use super::observe::object;
use super::pages::Pages;
use super::refusal::{Sent, refusal, refuse};
use super::session::{Failure, Query, Session};
use super::settings::{Places, Settings};
use crate::object::{Kind, ObjectId, Observed, Referent, Step, Value, aspect};
use crate::org::Id;
use crate::target::{Class, Refusal};

/// Reads of single objects, with all their attributes.
pub struct Single<'a> {
    pub session: &'a Session,
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub kind: Kind,
}

impl Single<'_> {
    pub async fn by_id(&self, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        let what = format!("{}: read {} {id}", self.session.server(), self.kind);
        let Some(base) = guid::base(id) else {
            return Err(refuse(Class::Permanent, format!("{what}: it is not an objectGUID")));
        };
        let read = self.at(&base).await;
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
        let escaped = ldap3::ldap_escape(key.as_str());
        let filter = format!("(&{}({}={escaped}))", filter(self.kind), self.settings.stamp_attribute);
        let query = Query::subtree(&self.places.base, filter, &["objectGUID"]);
        // Two are enough to know that there is not one. That there is none, only the end of the search shows.
        let pages = Pages::of(self.session, query, self.settings.page_size);
        let found = pages.all(2).await.map_err(|failure| refusal(&what, Sent::Read, &failure))?;
        match found.as_slice() {
            [] => Ok(None),
            [only] => match id_of(only) {
                Some(id) => self.by_id(&id).await,
                None => Err(refuse(Class::Forbidden, format!("{what}: {} shows no objectGUID", only.dn))),
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
        let wanted = Wanted::of(self.settings, None);
        let Some(mut entry) = self.session.entry(base, filter(self.kind), &wanted.request(self.kind)).await? else {
            return Ok(None);
        };
        object(self.session, self.kind, &mut entry, &wanted).await.map(Some)
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
