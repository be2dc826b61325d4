//! Find: who or what is meant by a text, for every verb that asks about one thing; and the verb `find` itself.
//!
//! What any answer of rosterd prints of a thing means it: an id of ours or of a target, a login, a mail, a name, also
//! `NAME (LOGIN)`. The roster of the day speaks first, then what is [`Kept`] of other days and of the targets.

use std::cmp::Reverse;

use super::kept::Kept;
use super::search::{Hit, as_written, find, listed};
use crate::expr::fold;
use crate::org::{Day, Fact, FactKind, Former, Id, Instant, Snapshot};
use crate::report::FindDocument;
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;

/// How sure a verb has to be of what is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Sure {
    /// Some field is just this text, but for case and accents: a part of a name means nobody.
    Exactly,
    /// Words by which only one thing is found mean it, too.
    ByWords,
}

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
        let day = at.unwrap_or(self.today());
        match self.find_in_part(text, day, known_at, limit).await? {
            Some(found) => Ok(found),
            None => self.find_in_all(text, day, known_at, limit).await,
        }
    }

    /// What is called so as it is written, without a look at everything. `None` when nothing is, or it cannot be told.
    pub async fn find_in_part(
        &self,
        text: &str,
        day: Day,
        known_at: Option<Instant>,
        limit: usize,
    ) -> Result<Option<FindDocument>, Failure> {
        let Some(part) = self.part(text, known_at).await? else { return Ok(None) };
        let (snapshot, kept) = self.view((day, known_at), Some(&part)).await?;
        let hits = as_written(&snapshot, kept.as_ref(), text);
        Ok((!hits.is_empty()).then(|| listed(&snapshot, text, hits, limit)))
    }

    /// The same, of everything that there is, and by those who know no local letters.
    pub async fn find_in_all(
        &self,
        text: &str,
        day: Day,
        known_at: Option<Instant>,
        limit: usize,
    ) -> Result<FindDocument, Failure> {
        let (snapshot, kept) = self.view((day, known_at), None).await?;
        Ok(listed(&snapshot, text, find(&snapshot, kept.as_ref(), text), limit))
    }

    /// The one thing that is called just so today, and what it is called. `None` when nothing is, as far as can be told
    /// without a look at everything.
    pub(in crate::run) async fn called_just(
        &self,
        kind: FactKind,
        text: &str,
    ) -> Result<Option<(Id, String)>, Failure> {
        self.refuse_erased(kind, &Id::from(text)).await?;
        let Some(part) = self.part(text, None).await? else { return Ok(None) };
        let (snapshot, kept) = self.view((self.today(), None), Some(&part)).await?;
        let Some(id) = just_one(&[&snapshot], kept.as_ref(), kind, text)? else { return Ok(None) };
        let name = self.called(kind, &id, &[&snapshot]).await?;
        Ok(Some((id, name)))
    }

    /// The one person, unit or group that is meant, by the roster of these days, the first of which counts most.
    pub(in crate::run) async fn meant(
        &self,
        kind: FactKind,
        text: &str,
        days: &[&Snapshot],
        sure: Sure,
    ) -> Result<Id, Failure> {
        let id = Id::from(text);
        if days.iter().any(|day| is_there(day, kind, &id)) || !self.store.history(kind, &id).await?.is_empty() {
            return Ok(id);
        }
        self.refuse_erased(kind, &id).await?;
        // who has to be sure wants to know of another who is called so in a target alone
        if sure == Sure::ByWords
            && let Some(found) = just_one(days, None, kind, text)?
        {
            return Ok(found);
        }
        let [day, ..] = days else { return Err(nobody((kind, text), sure, self.today(), &[])) };
        let kept = self.kept(day, None).await?;
        if let Some(found) = just_one(days, Some(&kept), kind, text)? {
            return Ok(found);
        }
        let near = by_words(day, Some(&kept), kind, text);
        if sure == Sure::ByWords {
            for day in days {
                if let Some(found) = one(&by_words(day, None, kind, text), kind, text)? {
                    return Ok(found);
                }
            }
            if let Some(found) = one(&near, kind, text)? {
                return Ok(found);
            }
        }
        Err(nobody((kind, text), sure, day.day(), &near))
    }

    /// What a thing is called: on one of these days, or when it was known last.
    pub(in crate::run) async fn called(&self, kind: FactKind, id: &Id, days: &[&Snapshot]) -> Result<String, Failure> {
        let now = days.iter().find_map(|day| match kind {
            FactKind::Unit => Some(day.unit(id)?.name.clone()),
            FactKind::Group => Some(day.group(id)?.name.clone()),
            _ => day.full_name(id),
        });
        Ok(match now {
            Some(name) => name,
            None => self.last_name(kind, id).await?.map_or_else(|| id.to_string(), |last| last.full_name.into()),
        })
    }

    /// What a thing is called today, or was last: the roster may hold it no more.
    pub(in crate::run) async fn last_name(&self, kind: FactKind, id: &Id) -> Result<Option<Former>, Failure> {
        let versions = self.store.history(kind, id).await?;
        // what is in force counts most: of today, else the first to come, else the last; then what was known last
        let today = self.today();
        let last = versions.into_iter().max_by_key(|shown| {
            let (interval, in_force) = (shown.version.interval, shown.known_to.is_none());
            let comes = interval.from.filter(|from| in_force && *from > today).map(Reverse);
            let holds = in_force && interval.contains(today);
            (in_force, holds, comes, shown.known_to, interval.from, shown.known_from)
        });
        let named = |name: String| Former { full_name: name.into(), nickname: None };
        Ok(last.and_then(|shown| match shown.version.fact {
            Fact::Person(person) => Some(Former::from(&person)),
            Fact::Unit(unit) => Some(named(unit.name)),
            Fact::Group(group) => Some(named(group.name)),
            _ => None,
        }))
    }
}

fn is_there(day: &Snapshot, kind: FactKind, id: &Id) -> bool {
    match kind {
        FactKind::Unit => day.unit(id).is_some(),
        FactKind::Group => day.group(id).is_some(),
        _ => day.person(id).is_some() || day.life(id).is_some(),
    }
}

/// What is found by the words.
fn by_words<'a>(day: &'a Snapshot, kept: Option<&'a Kept>, kind: FactKind, text: &str) -> Vec<Hit<'a>> {
    find(day, kept, text).into_iter().filter(|hit| hit.kind == kind).collect()
}

/// What is called just so; also as plans name people who could be taken for others, by name and login.
fn exactly<'a>(day: &'a Snapshot, kept: Option<&'a Kept>, kind: FactKind, text: &str) -> Vec<Hit<'a>> {
    let called = |text: &str| -> Vec<Hit<'a>> {
        as_written(day, kept, text).into_iter().filter(|hit| hit.kind == kind && hit.is_exact).collect()
    };
    // a name that somebody had once means him only while nobody else has it
    let now_or_once = |mut hits: Vec<Hit<'a>>| {
        if hits.iter().any(|hit| !hit.is_former) {
            hits.retain(|hit| !hit.is_former);
        }
        hits
    };
    let found = now_or_once(called(text));
    let labelled = text.trim().strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    let Some((name, login)) = labelled.filter(|_| found.is_empty()) else { return found };
    let (mut by_name, by_login) = (called(name), called(login));
    by_name.retain_mut(|hit| {
        let same = by_login.iter().find(|other| other.id == hit.id);
        hit.is_former |= same.is_some_and(|other| other.is_former);
        same.is_some()
    });
    now_or_once(by_name)
}

/// The one thing that is called just so: by what is kept as of the first of some days, or in the roster of one of them. What
/// several are called in the roster means none of them, though a target calls but one so.
fn just_one(days: &[&Snapshot], kept: Option<&Kept>, kind: FactKind, text: &str) -> Result<Option<Id>, Failure> {
    let beside = match (days, kept) {
        ([day, ..], Some(kept)) => one(&exactly(day, Some(kept), kind, text), kind, text)?,
        _ => None,
    };
    for day in days {
        if let Some(found) = one(&exactly(day, None, kind, text), kind, text)? {
            return Ok(Some(beside.unwrap_or(found)));
        }
    }
    Ok(beside)
}

/// The one thing, if there is any; several are an error that names them.
fn one(hits: &[Hit<'_>], kind: FactKind, text: &str) -> Result<Option<Id>, Failure> {
    match hits {
        [] => Ok(None),
        [one] => Ok(Some(one.id.clone())),
        several => {
            let (_, things, _) = words(kind);
            let message = format!("{} {things} are called {text:?}", several.len());
            Err(Failure::new(Exit::Failed, message).hint(format!("name one by id: {}", named(several))))
        }
    }
}

/// Things that are named when a word does not tell them apart.
const NAMED: usize = 10;

fn named(hits: &[Hit<'_>]) -> String {
    let named: Vec<String> = hits.iter().take(NAMED).map(|hit| format!("{} ({})", hit.name, hit.id)).collect();
    named.join(", ") + if hits.len() > NAMED { ", …" } else { "" }
}

/// None of a kind, several of it, and what `find` does about it.
fn words(kind: FactKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        FactKind::Unit => ("no unit", "units", "looks for units"),
        FactKind::Group => ("no group", "groups", "looks for groups"),
        _ => ("nobody", "people", "looks for people"),
    }
}

fn nobody((kind, text): (FactKind, &str), sure: Sure, day: Day, near: &[Hit<'_>]) -> Failure {
    let (none, _, looks) = words(kind);
    let failure = Failure::new(Exit::Failed, format!("{none} is called {text:?} on {day}"));
    match (sure, near) {
        (Sure::Exactly, [_, ..]) => failure.hint(format!("name one by id: {}", named(near))),
        (Sure::Exactly, []) => failure.hint(format!("`rosterd find TEXT` {looks}")),
        (Sure::ByWords, _) => failure.hint(format!("`rosterd find TEXT` {looks}; --at DAY looks at another day")),
    }
}
