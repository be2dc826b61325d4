//! The search: things of a day by what people call them, without case and accents. Pure.
//!
//! Every word must be found in some field of the thing; where in the field decides the order. Each name is folded once.
//! When nothing is found, "sorensen" is tried for "Sørensen" too. Beside the roster of the day, [`Kept`] has names and ids
//! by which things are known elsewhere, and people who have left or are to come.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::kept::{Kept, Name};
use crate::expr::fold;
use crate::object::Dn;
use crate::org::{Account, FactKind, Id, Snapshot, Visibility};
use crate::report::{FindDocument, Match, Matched};

/// Where a word stands in a field: the better first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// All that was asked for is all of the field.
    All,
    Word,
    Prefix,
    Inside,
}

/// A field of a thing.
struct Field<'a> {
    name: &'static str,
    text: Cow<'a, str>,
    /// It says what the thing is called no more.
    is_former: bool,
}

impl<'a> Field<'a> {
    fn new(name: &'static str, text: &'a str) -> Self {
        Self { name, text: text.into(), is_former: false }
    }
}

impl<'a> From<&'a Name> for Field<'a> {
    fn from(name: &'a Name) -> Self {
        Self { is_former: name.is_former, ..Self::new(name.field(), &name.text) }
    }
}

/// A thing that was found.
#[derive(Debug, Clone)]
pub(super) struct Hit<'a> {
    pub kind: FactKind,
    pub id: &'a Id,
    places: Vec<Place>,
    pub name: String,
    matched: Vec<Matched>,
    /// Some field is just what was asked for, but for case and accents.
    pub is_exact: bool,
    /// That field says what it is called no more.
    pub is_former: bool,
}

struct Query<'a> {
    text: &'a str,
    fold: fn(&str) -> String,
    all: String,
    words: Vec<String>,
    /// The ids that the text may be: as it is, a GUID in braces, a distinguished name however it is written.
    ids: Vec<String>,
}

impl<'a> Query<'a> {
    fn new(text: &'a str, fold: fn(&str) -> String) -> Self {
        let words: Vec<String> = text.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        let text = text.trim();
        let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let dn = Dn::parse(text).ok().map(|dn| dn.handle().to_string());
        let ids = [Some(text.to_owned()), bare.map(ToOwned::to_owned), dn].into_iter().flatten().collect();
        Self { text, fold, all: words.join(" "), words, ids }
    }

    /// The thing, if every word is found in it or in what is kept of it, or a target knows it by just this id.
    fn found<'i, 'f>(
        &self,
        kept: Option<&'f Kept>,
        (kind, id): (FactKind, &'i Id),
        name: &'f str,
        mut fields: Vec<Field<'f>>,
    ) -> Option<Hit<'i>> {
        let names = kept.into_iter().flat_map(|kept| kept.names(kind, id));
        fields.extend(names.map(Field::from));
        self.hit(kind, id, name.to_owned(), &fields).or_else(|| self.identified(kept?, kind, id, name))
    }

    /// A thing that a target knows by just this id.
    fn identified<'i>(&self, kept: &Kept, kind: FactKind, id: &'i Id, name: &str) -> Option<Hit<'i>> {
        let (field, value) = kept.identified(kind, id, &self.ids)?;
        let matched = vec![Matched { field: field.to_owned(), value: value.to_owned() }];
        let places = vec![Place::All];
        Some(Hit { kind, id, places, name: name.to_owned(), matched, is_exact: true, is_former: false })
    }

    /// The thing, if every word is found in it.
    fn hit<'i>(&self, kind: FactKind, id: &'i Id, name: String, fields: &[Field<'_>]) -> Option<Hit<'i>> {
        let folded: Vec<String> = fields.iter().map(|field| (self.fold)(&field.text)).collect();
        // what it is called now before what it was called once
        let is_all = |at: &usize| folded[*at] == self.all;
        if let Some(field) = (0..fields.len()).filter(is_all).map(|at| &fields[at]).min_by_key(|field| field.is_former)
        {
            let is_exact = fold(&field.text) == fold(self.text);
            let (matched, is_former) = (vec![matched(field)], field.is_former);
            return Some(Hit { kind, id, places: vec![Place::All], name, matched, is_exact, is_former });
        }
        let mut places = Vec::with_capacity(self.words.len());
        let mut found_in: Vec<usize> = Vec::new();
        for word in &self.words {
            let found = folded.iter().enumerate().filter_map(|(at, text)| Some((place(word, text)?, at))).min()?;
            places.push(found.0);
            if !found_in.contains(&found.1) {
                found_in.push(found.1);
            }
        }
        places.sort_by_key(|place| Reverse(*place));
        let matched = found_in.into_iter().map(|at| matched(&fields[at])).collect();
        Some(Hit { kind, id, places, name, matched, is_exact: false, is_former: false })
    }
}

fn matched(field: &Field<'_>) -> Matched {
    Matched { field: field.name.to_owned(), value: field.text.clone().into_owned() }
}

/// The best place of a word in a text, both folded.
fn place(word: &str, text: &str) -> Option<Place> {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(word)
        .map(|(at, _)| match (is_end(text[..at].chars().next_back()), is_end(text[at + word.len()..].chars().next())) {
            (true, true) => Place::Word,
            (true, false) => Place::Prefix,
            (false, _) => Place::Inside,
        })
        .min()
}

/// The folded text as those write it who know no æ, ø, å, ä, ö, ü.
fn loose(text: &str) -> String {
    fold(text).replace("ae", "a").replace("oe", "o").replace("aa", "a").replace("ue", "u")
}

/// What is called `text`, the best first.
pub(super) fn find<'a>(snapshot: &'a Snapshot, kept: Option<&'a Kept>, text: &str) -> Vec<Hit<'a>> {
    let hits = as_written(snapshot, kept, text);
    if hits.is_empty() { sorted(self::hits(snapshot, kept, &Query::new(text, loose))) } else { hits }
}

/// The same, without what is called so only by those who know no local letters.
pub(super) fn as_written<'a>(snapshot: &'a Snapshot, kept: Option<&'a Kept>, text: &str) -> Vec<Hit<'a>> {
    sorted(hits(snapshot, kept, &Query::new(text, fold)))
}

fn sorted(mut hits: Vec<Hit<'_>>) -> Vec<Hit<'_>> {
    hits.sort_by_cached_key(|hit| {
        (hit.places.clone(), hit.kind != FactKind::Person, hit.kind, fold(&hit.name), hit.id)
    });
    hits
}

/// The best `limit` of what was found, and how many more there are.
pub(super) fn listed(snapshot: &Snapshot, text: &str, mut hits: Vec<Hit<'_>>, limit: usize) -> FindDocument {
    let rest = hits.len().saturating_sub(limit) as u64;
    hits.truncate(limit);
    let mut named: BTreeMap<(FactKind, String), usize> = BTreeMap::new();
    for hit in &hits {
        *named.entry((hit.kind, hit.name.clone())).or_default() += 1;
    }
    let matches = hits.into_iter().map(|hit| {
        let has_namesakes = named.get(&(hit.kind, hit.name.clone())).is_some_and(|count| *count > 1);
        Match {
            kind: hit.kind.to_string(),
            id: hit.id.to_string(),
            detail: detail(snapshot, hit.kind, hit.id, has_namesakes),
            name: hit.name,
            matched: hit.matched,
        }
    });
    FindDocument { text: text.to_owned(), at: snapshot.day(), matches: matches.collect(), rest }
}

fn hits<'a>(snapshot: &'a Snapshot, kept: Option<&'a Kept>, query: &Query<'_>) -> Vec<Hit<'a>> {
    let people = snapshot.people().filter_map(|(id, person)| {
        let name = person.full_name();
        let mut fields = person_fields(snapshot, id, &name, person.nickname.as_deref());
        for (_, engagement) in snapshot.engagements_of(id) {
            fields.extend(engagement.number.iter().map(|number| Field::new("number", number)));
        }
        contacts(snapshot, id, &mut fields);
        keys(snapshot, id, &mut fields);
        query.found(kept, (FactKind::Person, id), &name, fields)
    });
    let absent = kept.into_iter().flat_map(Kept::absent).filter_map(|(kind, id, called)| {
        let fields = person_fields(snapshot, id, &called.full_name, called.nickname.as_deref());
        query.found(kept, (kind, id), &called.full_name, fields)
    });
    let named = |kind: FactKind, id: &'a Id, name: &'a str| {
        let mut fields = basic(id, name);
        contacts(snapshot, id, &mut fields);
        keys(snapshot, id, &mut fields);
        query.found(kept, (kind, id), name, fields)
    };
    let units = snapshot.units().filter_map(|(id, unit)| named(FactKind::Unit, id, &unit.name));
    let groups = snapshot.groups().filter_map(|(id, group)| named(FactKind::Group, id, &group.name));
    let classes = snapshot.classes().filter_map(|(id, class)| named(FactKind::Class, id, &class.name));
    // an account that belongs to nobody who is known is found by itself
    let is_owned = |account: &Account| {
        let person = account.person.as_ref();
        person.is_some_and(|person| {
            snapshot.person(person).is_some() || kept.is_some_and(|kept| kept.is_absent(FactKind::Person, person))
        })
    };
    let accounts = snapshot.accounts().filter(|(_, account)| !is_owned(account));
    let accounts = accounts.filter_map(|(id, account)| {
        let login = account.login.as_deref().unwrap_or(id.as_str());
        let fields = [Field::new("login", login), Field::new("id", id.as_str())];
        query.hit(FactKind::Account, id, login.to_owned(), &fields)
    });
    people.chain(absent).chain(units).chain(groups).chain(classes).chain(accounts).collect()
}

/// What anything is called.
fn basic<'a>(id: &'a Id, name: &'a str) -> Vec<Field<'a>> {
    vec![Field::new("name", name), Field::new("id", id.as_str())]
}

/// What a person is called.
fn person_fields<'a>(snapshot: &'a Snapshot, id: &'a Id, name: &'a str, nickname: Option<&'a str>) -> Vec<Field<'a>> {
    let mut fields = basic(id, name);
    fields.extend(nickname.map(|nickname| Field::new("nickname", nickname)));
    let logins = snapshot.accounts_of(id).filter_map(|(_, account)| account.login.as_deref());
    fields.extend(logins.map(|login| Field::new("login", login)));
    fields
}

/// Mails, numbers and pages; what is secret is found by nobody.
fn contacts<'a>(snapshot: &'a Snapshot, id: &Id, fields: &mut Vec<Field<'a>>) {
    let seen = snapshot.contacts_of(id).filter(|(_, contact)| contact.visibility != Visibility::Secret);
    fields.extend(seen.map(|(_, contact)| Field::new("contact", &contact.value)));
}

fn keys<'a>(snapshot: &'a Snapshot, id: &Id, fields: &mut Vec<Field<'a>>) {
    fields.extend(snapshot.keys_of(id).map(|(_, key)| Field::new("key", &key.value)));
}

/// Where a thing belongs; of a person who has namesakes or has left, the logins as well.
fn detail(snapshot: &Snapshot, kind: FactKind, id: &Id, has_namesakes: bool) -> String {
    let belongs = place_of(snapshot, kind, id);
    if kind != FactKind::Person || !has_namesakes && snapshot.person(id).is_some() {
        return belongs;
    }
    let logins: BTreeSet<&str> = snapshot.accounts_of(id).filter_map(|(_, account)| account.login.as_deref()).collect();
    let logins: Vec<&str> = logins.into_iter().collect();
    if logins.is_empty() { belongs } else { format!("{belongs}; login {}", logins.join(", ")) }
}

fn place_of(snapshot: &Snapshot, kind: FactKind, id: &Id) -> String {
    let unit_name = |id: &Id| snapshot.unit(id).map_or_else(|| id.to_string(), |unit| unit.name.clone());
    match kind {
        FactKind::Person => match snapshot.primary_engagement(id) {
            Some(primary) => {
                let unit = unit_name(&primary.engagement.unit);
                primary.engagement.title.as_ref().map_or_else(|| unit.clone(), |title| format!("{title}, {unit}"))
            }
            None if snapshot.person(id).is_none() => match snapshot.coming(id) {
                Some(coming) => format!("comes on {}", coming.day),
                None => "not in the roster on the day".into(),
            },
            None => "no engagement on the day".into(),
        },
        FactKind::Unit => {
            let above: Vec<String> = snapshot.ancestors(id).into_iter().rev().map(unit_name).collect();
            above.join(" / ")
        }
        FactKind::Group => snapshot.group(id).and_then(|group| group.description.clone()).unwrap_or_default(),
        FactKind::Class => snapshot.class(id).map(|class| class.vocabulary.clone()).unwrap_or_default(),
        FactKind::Account => snapshot.account(id).map(|account| account.system.clone()).unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_placed_by_what_stands_around_it() {
        assert_eq!(place("anna", "anna soerensen"), Some(Place::Word));
        assert_eq!(place("an", "anna soerensen"), Some(Place::Prefix));
        assert_eq!(place("maria", "anna-maria berg"), Some(Place::Word));
        assert_eq!(place("rens", "anna soerensen"), Some(Place::Inside));
        assert_eq!(place("berg", "anna"), None);
        assert_eq!(place("an", "susan an"), Some(Place::Word)); // the best of several
    }

    #[test]
    fn loose_text_knows_no_local_letters() {
        assert_eq!(loose("Sørensen"), loose("SORENSEN"));
        assert_eq!(loose("Ågård"), loose("agard"));
        assert_eq!(loose("Müller"), loose("Muller"));
    }
}
