//! Find: things of a day by what people call them, without case and accents.
//!
//! Every word must be found in some field of the thing; where in the field decides the order. [`search`] is pure over
//! a snapshot; each name is folded once. When nothing is found, "sorensen" is tried for "Sørensen" too.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::expr::fold;
use crate::org::{Account, Day, FactKind, Id, Instant, Snapshot, Visibility};
use crate::report::{FindDocument, Match, Matched};
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;

impl Engine {
    /// What is called `text` on a day; today without one. At most `limit` things.
    pub async fn find(
        &self,
        text: &str,
        at: Option<Day>,
        known_at: Option<Instant>,
        limit: usize,
    ) -> Result<FindDocument, Failure> {
        if fold(text).trim().is_empty() {
            return Err(Failure::new(Exit::Usage, "there is nothing to look for in what was given"));
        }
        let snapshot = self.store.snapshot(at.unwrap_or(self.today()), known_at).await?;
        Ok(search(&snapshot, text, limit))
    }
}

/// Where a word stands in a field: the better first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// All that was asked for is all of the field.
    All,
    Word,
    Prefix,
    Inside,
}

/// A field of a thing: its name, and what it says.
type Field<'a> = (&'static str, std::borrow::Cow<'a, str>);

struct Hit<'a> {
    kind: FactKind,
    id: &'a Id,
    places: Vec<Place>,
    name: String,
    matched: Vec<Matched>,
}

struct Query {
    fold: fn(&str) -> String,
    all: String,
    words: Vec<String>,
}

impl Query {
    fn new(text: &str, fold: fn(&str) -> String) -> Self {
        let words: Vec<String> = text.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        Self { fold, all: words.join(" "), words }
    }

    /// The thing, if every word is found in it.
    fn hit<'a>(&self, kind: FactKind, id: &'a Id, name: String, fields: &[Field<'_>]) -> Option<Hit<'a>> {
        let folded: Vec<String> = fields.iter().map(|(_, text)| (self.fold)(text)).collect();
        if let Some(at) = folded.iter().position(|text| *text == self.all) {
            return Some(Hit { kind, id, places: vec![Place::All], name, matched: vec![matched(&fields[at])] });
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
        Some(Hit { kind, id, places, name, matched })
    }
}

fn matched((field, value): &Field<'_>) -> Matched {
    Matched { field: (*field).to_owned(), value: value.clone().into_owned() }
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

/// What is called `text` in the snapshot: the best `limit` things, and how many more there are.
pub fn search(snapshot: &Snapshot, text: &str, limit: usize) -> FindDocument {
    let mut hits = hits(snapshot, &Query::new(text, fold));
    if hits.is_empty() {
        hits = self::hits(snapshot, &Query::new(text, loose));
    }
    hits.sort_by_cached_key(|hit| {
        (hit.places.clone(), hit.kind != FactKind::Person, hit.kind, fold(&hit.name), hit.id)
    });
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

/// Things that are named when a word does not tell them apart.
const NAMED: usize = 10;

/// The one thing of a kind that has this id, or that alone is found by these words.
pub(super) fn the_thing(snapshot: &Snapshot, kind: FactKind, text: &str) -> Result<Id, Failure> {
    let id = Id::from(text);
    let is_there = match kind {
        FactKind::Unit => snapshot.unit(&id).is_some(),
        FactKind::Group => snapshot.group(&id).is_some(),
        _ => snapshot.person(&id).is_some(),
    };
    if is_there {
        return Ok(id);
    }
    let found = search(snapshot, text, usize::MAX);
    let things: Vec<_> = found.matches.iter().filter(|one| one.kind == kind.name()).collect();
    let (none, several, are) = match kind {
        FactKind::Person => ("nobody", "people", "looks for people"),
        FactKind::Unit => ("no unit", "units", "looks for units"),
        _ => ("no group", "groups", "looks for groups"),
    };
    match things.as_slice() {
        [one] => Ok(Id::from(one.id.as_str())),
        [] => Err(Failure::new(Exit::Failed, format!("{none} is called {text:?} on {}", snapshot.day()))
            .hint(format!("`rosterd find TEXT` {are}; --at DAY looks at another day"))),
        all => {
            let named = all.iter().take(NAMED).map(|one| format!("{} ({})", one.name, one.id)).collect::<Vec<_>>();
            let more = if all.len() > NAMED { ", …" } else { "" };
            Err(Failure::new(Exit::Failed, format!("{} {several} are called {text:?}", all.len()))
                .hint(format!("name one by id: {}{more}", named.join(", "))))
        }
    }
}

/// The one person of whom some field is exactly this, without case and accents: the id, a login, a mail, a number, the whole
/// name. What is only a part of a name means nobody.
pub(in crate::run) fn the_person(snapshot: &Snapshot, text: &str) -> Result<(Id, String), Failure> {
    let found =
        search(snapshot, text, usize::MAX).matches.into_iter().filter(|one| one.kind == FactKind::Person.name());
    let is_exact = |one: &Match| one.matched.iter().any(|matched| fold(&matched.value) == fold(text.trim()));
    let (exact, near): (Vec<Match>, Vec<Match>) = found.partition(is_exact);
    let named = |some: &[Match]| {
        let named: Vec<String> = some.iter().take(NAMED).map(|one| format!("{} ({})", one.name, one.id)).collect();
        named.join(", ") + if some.len() > NAMED { ", …" } else { "" }
    };
    match exact.as_slice() {
        [one] => Ok((Id::from(one.id.as_str()), one.name.clone())),
        [] => {
            let failure = Failure::new(Exit::Failed, format!("nobody is {text:?} on {}", snapshot.day()));
            Err(match near.as_slice() {
                [] => failure.hint("`rosterd find TEXT` looks for people; who left is named by id"),
                near => failure.hint(format!("name one by id: {}", named(near))),
            })
        }
        several => Err(Failure::new(Exit::Failed, format!("{} people are {text:?}", several.len()))
            .hint(format!("name one by id: {}", named(several)))),
    }
}

fn hits<'a>(snapshot: &'a Snapshot, query: &Query) -> Vec<Hit<'a>> {
    let people = snapshot.people().filter_map(|(id, person)| {
        let name = person.full_name();
        let mut fields: Vec<Field<'_>> = vec![("name", name.as_str().into()), ("id", id.as_str().into())];
        fields.extend(person.nickname.iter().map(|nickname| ("nickname", nickname.as_str().into())));
        for (_, account) in snapshot.accounts_of(id) {
            fields.extend(account.login.iter().map(|login| ("login", login.as_str().into())));
        }
        for (_, engagement) in snapshot.engagements_of(id) {
            fields.extend(engagement.number.iter().map(|number| ("number", number.as_str().into())));
        }
        contacts(snapshot, id, &mut fields);
        keys(snapshot, id, &mut fields);
        query.hit(FactKind::Person, id, name.clone(), &fields)
    });
    let named = |kind: FactKind, id: &'a Id, name: &'a str| {
        let mut fields: Vec<Field<'_>> = vec![("name", name.into()), ("id", id.as_str().into())];
        contacts(snapshot, id, &mut fields);
        keys(snapshot, id, &mut fields);
        query.hit(kind, id, name.to_owned(), &fields)
    };
    let units = snapshot.units().filter_map(|(id, unit)| named(FactKind::Unit, id, &unit.name));
    let groups = snapshot.groups().filter_map(|(id, group)| named(FactKind::Group, id, &group.name));
    let classes = snapshot.classes().filter_map(|(id, class)| named(FactKind::Class, id, &class.name));
    // an account that belongs to no person of the day is found by itself
    let accounts = snapshot.accounts().filter(|(_, account)| owner(snapshot, account).is_none());
    let accounts = accounts.filter_map(|(id, account)| {
        let login = account.login.as_deref().unwrap_or(id.as_str());
        let fields = [("login", login.into()), ("id", id.as_str().into())];
        query.hit(FactKind::Account, id, login.to_owned(), &fields)
    });
    people.chain(units).chain(groups).chain(classes).chain(accounts).collect()
}

/// Mails, numbers and pages; what is secret is found by nobody.
fn contacts<'a>(snapshot: &'a Snapshot, id: &Id, fields: &mut Vec<Field<'a>>) {
    let seen = snapshot.contacts_of(id).filter(|(_, contact)| contact.visibility != Visibility::Secret);
    fields.extend(seen.map(|(_, contact)| ("contact", contact.value.as_str().into())));
}

fn keys<'a>(snapshot: &'a Snapshot, id: &Id, fields: &mut Vec<Field<'a>>) {
    fields.extend(snapshot.keys_of(id).map(|(_, key)| ("key", key.value.as_str().into())));
}

fn owner<'a>(snapshot: &'a Snapshot, account: &Account) -> Option<&'a crate::org::Person> {
    snapshot.person(account.person.as_ref()?)
}

/// Where a thing belongs; of a person who has namesakes, the logins as well.
fn detail(snapshot: &Snapshot, kind: FactKind, id: &Id, has_namesakes: bool) -> String {
    let belongs = place_of(snapshot, kind, id);
    if !has_namesakes || kind != FactKind::Person {
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
