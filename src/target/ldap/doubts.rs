//! Whether an attribute without values is empty or hidden. Active Directory tells by the access control entries of the
//! object, which the account may read; elsewhere a Compare (RFC 4511 section 4.10) tells, since its answer differs where
//! there is nothing and where we may not look.

use std::collections::{BTreeMap, BTreeSet};

use super::ber::Filter;
use super::doctor::Doctor;
use super::find::by_id;
use super::refusal::{Sent, refusal};
use super::session::Failure;
use super::settings::Settings;
use crate::object::{AttributeName, Doubt, Kind, ObjectId, aspect};
use crate::target::Refusal;

/// Objects that are looked at for one attribute. Rights are inherited, so these show whether there is anything to find;
/// where there is, all are looked at.
const SAMPLE: usize = 200;

/// Values to compare with, of which each attribute takes one: a text, a number, a name, a truth, a time.
const ANY: [&str; 5] = ["x", "0", "cn=x", "TRUE", "20000101000000Z"];

/// An attribute of a kind, with the objects that show nothing of it.
type Groups<'a> = BTreeMap<(Kind, &'a AttributeName), Vec<&'a ObjectId>>;

/// Which of these are hidden from us.
pub async fn unreadable(doctor: &Doctor<'_>, doubts: &[Doubt]) -> Result<Vec<Doubt>, Refusal> {
    let mut groups: Groups<'_> = BTreeMap::new();
    // in Active Directory a user whose flags are hidden is not understood in the first place
    let is_told = |doubt: &&Doubt| !(doctor.settings.profile.is_ad() && doubt.attribute.is(aspect::ENABLED));
    for doubt in doubts.iter().filter(is_told) {
        groups.entry((doubt.kind, &doubt.attribute)).or_default().push(&doubt.object);
    }
    let failed = |failure: &Failure| {
        refusal(&format!("{}: look at what looks empty", doctor.session.server()), Sent::Read, failure)
    };
    let sampled = groups.iter().map(|(what, objects)| (*what, spread(objects))).collect();
    let mut found = among(doctor, &sampled).await.map_err(|failure| failed(&failure))?;
    let hit: BTreeSet<(Kind, AttributeName)> =
        found.iter().map(|doubt| (doubt.kind, doubt.attribute.clone())).collect();
    groups.retain(|(kind, name), objects| objects.len() > SAMPLE && hit.contains(&(*kind, (*name).clone())));
    if !groups.is_empty() {
        found.extend(among(doctor, &groups).await.map_err(|failure| failed(&failure))?);
        found.sort();
        found.dedup();
    }
    Ok(found)
}

/// At most [`SAMPLE`] of the objects, from all over: ids say nothing of where an object lies.
fn spread<'a>(objects: &[&'a ObjectId]) -> Vec<&'a ObjectId> {
    let mut sorted = objects.to_vec();
    sorted.sort_unstable();
    let stride = sorted.len().div_ceil(SAMPLE).max(1);
    sorted.into_iter().step_by(stride).collect()
}

async fn among(doctor: &Doctor<'_>, groups: &Groups<'_>) -> Result<Vec<Doubt>, Failure> {
    if doctor.settings.profile.is_ad() {
        return doctor.hidden(groups).await;
    }
    let mut hidden = Vec::new();
    for ((kind, attribute), objects) in groups {
        let name = stored(attribute, doctor.settings);
        for object in objects {
            if is_hidden(doctor, object, name, attribute.is(aspect::ENABLED)).await? {
                hidden.push(Doubt { kind: *kind, attribute: (*attribute).clone(), object: (*object).clone() });
            }
        }
    }
    Ok(hidden)
}

/// A value of the attribute that is there, though none was shown, is hidden; so is one that we may not even compare.
/// A mark of being disabled counts only when it is certainly there: whoever has to be disabled is, rather once more.
async fn is_hidden(doctor: &Doctor<'_>, object: &ObjectId, name: &str, is_mark: bool) -> Result<bool, Failure> {
    let profile = doctor.settings.profile;
    let Some(entry) = by_id(doctor.session, profile, object, &Filter::everything(), &[name.to_owned()]).await? else {
        return Ok(false);
    };
    if entry.values(name).next().is_some() {
        return Ok(false);
    }
    let mark = doctor.settings.disabled().map(|disabled| disabled.value).filter(|_| is_mark);
    let asked: Vec<&str> = mark.as_deref().map_or(ANY.to_vec(), |mark| vec![mark]);
    for value in asked {
        match doctor.session.compare(&entry.dn, name, value).await {
            Ok(same) => return Ok(same || !is_mark),
            // insufficientAccessRights; noSuchObject, where not even that may be known
            Err(Failure::Refused { code: 50 | 32, .. }) => return Ok(!is_mark),
            // inappropriateMatching and invalidAttributeSyntax: of another type
            Err(Failure::Refused { code: 18 | 21, .. }) => {}
            Err(Failure::Refused { .. }) => return Ok(false),
            Err(failure) => return Err(failure),
        }
    }
    Ok(false)
}

/// The directory's attribute behind an attribute or aspect.
pub fn stored<'a>(attribute: &'a AttributeName, settings: &'a Settings) -> &'a str {
    if attribute.is(aspect::ENABLED) {
        settings.switch()
    } else if attribute.is(aspect::MEMBERS) {
        "member"
    } else if attribute.is(aspect::MANAGER) {
        "manager"
    } else {
        attribute.as_str()
    }
}
