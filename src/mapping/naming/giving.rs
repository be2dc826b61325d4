//! Giving names: one kind after the other, and within a kind one person after the other, in the order of ids.
//!
//! The order in which facts came has no part in it. Where many ask for one name, the counter goes on from where the
//! last of them got his, so that a thousand namesakes cost little more than a thousand others.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::candidates::{Candidate, Candidates, counters};
use super::choice::{Choice, Taker, Why};
use super::forms::{local, takes};
use super::ledger::Holder;
use super::rules::{NameRule, NamingRules, OnRename};
use super::view::Views;
use super::{Given, Naming};
use crate::expr::Context;
use crate::mapping::account::{ORDINARY, account_id};
use crate::object::{NameKind, ObjectId, Space};
use crate::org::{Id, Person, Snapshot};

/// Beyond this, a name is not counted on.
const LAST: u32 = 99_999;

/// One naming under way.
pub(super) struct Giving<'a> {
    snapshot: &'a Arc<Snapshot>,
    rules: &'a NamingRules,
    given: &'a Given,
    views: Views,
    /// The logins of the accounts of each holder, as facts state them.
    logins: HashMap<Holder, Vec<&'a str>>,
    /// What facts say is somebody's, and what was given here.
    in_use: [HashMap<String, Holder>; Space::ALL.len()],
    /// For each kind, pattern and name with the counter 2: the counter to try next.
    next: HashMap<(NameKind, usize, String), u32>,
    naming: Naming,
}

/// What there is to do about a name.
enum Due {
    Nothing,
    /// It stays.
    Kept(Box<str>),
    First,
    /// The person is called otherwise than when this one was given.
    Another(Box<str>),
}

impl<'a> Giving<'a> {
    pub fn new(snapshot: &'a Arc<Snapshot>, rules: &'a NamingRules, given: &'a Given) -> Self {
        let mut giving = Self {
            snapshot,
            rules,
            given,
            views: Views::new(snapshot, &rules.letters),
            logins: HashMap::new(),
            in_use: Default::default(),
            next: HashMap::new(),
            naming: Naming::default(),
        };
        for (id, account) in snapshot.accounts() {
            let kind = account.account_kind.as_deref().unwrap_or(ORDINARY);
            if let (Some(person), Some(login)) = (&account.person, &account.login)
                && *id == account_id(given.roster, person, &account.system, kind)
            {
                let holder = Holder::new(person, kind);
                giving.use_up_unknown(login, &holder);
                giving.logins.entry(holder).or_default().push(login);
            }
        }
        giving
    }

    /// Gives all names.
    pub fn finish(mut self) -> Naming {
        // somebody whom the roster no longer holds still has a login that people know
        let gone: Vec<Holder> = self
            .logins
            .keys()
            .filter(|holder| self.snapshot.person_here_or_coming(&holder.person).is_none())
            .cloned()
            .collect();
        for holder in gone {
            if let Some(login) = self.current(&holder, NameKind::Login) {
                self.naming.put(&holder, NameKind::Login, login, true, None);
            }
        }
        let (snapshot, rules) = (Arc::clone(self.snapshot), self.rules);
        for (what, rule) in &rules.names {
            let mut waiting = Vec::new();
            for (person, fact) in people(&snapshot, self.given) {
                for holder in self.holders(person) {
                    match self.due(&holder, fact, *what, rule) {
                        Due::Nothing => {}
                        Due::Kept(name) => self.naming.put(&holder, *what, name, true, None),
                        Due::First => waiting.push((holder, None)),
                        Due::Another(name) => waiting.push((holder, Some(name))),
                    }
                }
            }
            for (holder, instead_of) in waiting {
                self.give(&holder, *what, rule, instead_of);
            }
        }
        self.naming.note_aliases(&self.given.ledger, rules);
        self.naming
    }

    /// Whether anything is to be given: then the names in every target must be known.
    pub fn is_needed(&self) -> bool {
        self.rules.names.iter().any(|(what, rule)| {
            people(self.snapshot, self.given).any(|(person, fact)| {
                let due = |holder: &Holder| self.due(holder, fact, *what, rule);
                self.holders(person).iter().any(|holder| matches!(due(holder), Due::First | Due::Another(_)))
            })
        })
    }

    /// The accounts of a person that names are given to.
    fn holders(&self, person: &Id) -> Vec<Holder> {
        vec![Holder::new(person, ORDINARY)]
    }

    /// Whether the person is to have names today.
    fn is_expected(&self, holder: &Holder) -> bool {
        self.snapshot.tenure(&holder.person).current || self.given.coming.contains(&holder.person)
    }

    fn due(&self, holder: &Holder, fact: &Person, what: NameKind, rule: &NameRule) -> Due {
        match self.current(holder, what) {
            None if self.is_expected(holder) => Due::First,
            None => Due::Nothing,
            Some(name) if self.is_outdated(holder, fact, (what, rule), &name) => Due::Another(name),
            Some(name) => Due::Kept(name),
        }
    }

    /// The name of a kind that the account has: what the ledger says last; of logins that it does not know, what the
    /// account's facts say.
    fn current(&self, holder: &Holder, what: NameKind) -> Option<Box<str>> {
        let facts = self.logins.get(holder).filter(|_| what == NameKind::Login);
        match (self.given.ledger.current(holder, what), facts) {
            (Some(given), _) => Some(given.name.clone()),
            (None, Some(facts)) => facts.first().map(|login| (*login).into()),
            (None, None) => None,
        }
    }

    /// Whether the person is called otherwise than when the name was given, and no pattern would give it now.
    fn is_outdated(&self, holder: &Holder, fact: &Person, (what, rule): (NameKind, &NameRule), name: &str) -> bool {
        if rule.on_rename == OnRename::Keep || !self.is_expected(holder) {
            return false;
        }
        let basis = self.given.ledger.current(holder, what).and_then(|given| given.basis.as_deref());
        if basis.is_none_or(|then| then == basis_of(self.given.roster, fact)) {
            return false;
        }
        let context = self.context(holder, what);
        let last = rule.patterns.len().saturating_sub(1);
        !rule.patterns.iter().enumerate().any(|(at, pattern)| {
            let candidates = Candidates { what, rules: self.rules, rule, pattern, context: &context };
            candidates.gives(name, at == last)
        })
    }

    /// What patterns see of a person, without the counter.
    fn context(&self, holder: &Holder, what: NameKind) -> Context {
        let person = self.views.person(&holder.person, what == NameKind::Cn);
        let name = |what| self.naming.name(&holder.person, &holder.account, what).map(str::to_owned);
        let context = Context::new().with("person", person).with("login", name(NameKind::Login));
        context.with("mail", name(NameKind::Mail)).with("upn", name(NameKind::Upn))
    }

    /// Gives one name, or notes why there is none.
    fn give(&mut self, holder: &Holder, what: NameKind, rule: &NameRule, instead_of: Option<Box<str>>) {
        let unread: Vec<&str> = what
            .spaces()
            .iter()
            .filter_map(|space| self.given.unread.get(space))
            .flatten()
            .map(String::as_str)
            .collect();
        let chosen = match unread.as_slice() {
            [] => self.choose(holder, what, rule),
            unread => Err(format!("no {what} yet: the names in {} were not read", unread.join(", "))),
        };
        match (chosen, instead_of) {
            (Ok((name, why)), instead_of) => {
                self.use_up(what, &name, holder);
                let gated = instead_of.is_some() && rule.on_rename == OnRename::Propose;
                let why = Why { instead_of, gated, ..why };
                // most get the first name that the first pattern gives: of that there is nothing to say
                let why = (why != Why::default()).then(|| Box::new(why));
                self.naming.put(holder, what, name.into(), false, why);
            }
            // what cannot be had now takes nothing away
            (Err(problem), Some(name)) => {
                let why = Why { waits: Some(problem), ..Why::default() };
                self.naming.put(holder, what, name, true, Some(Box::new(why)));
            }
            (Err(problem), None) => self.naming.refuse(holder, what, problem),
        }
    }

    fn choose(&mut self, holder: &Holder, what: NameKind, rule: &NameRule) -> Result<(String, Why), String> {
        let context = self.context(holder, what);
        let mut why = Why::default();
        let last = rule.patterns.len().saturating_sub(1);
        for (at, pattern) in rule.patterns.iter().enumerate() {
            let candidates = Candidates { what, rules: self.rules, rule, pattern, context: &context };
            why.pattern = at;
            match candidates.name(None)? {
                Candidate::Name(name) => match self.taker(holder, what, &name) {
                    Ok(former) => return Ok((name, Why { former, ..why })),
                    Err(taker) => why.pass(name, taker),
                },
                Candidate::Unfit(name, flaw) => {
                    let counts = matches!(flaw, Taker::Forbidden);
                    why.pass(name, flaw);
                    if !counts {
                        continue; // a counter mends nothing
                    }
                }
                Candidate::Nothing | Candidate::NoRoom => continue,
            }
            if (at == last || pattern.counts)
                && let Some((name, former)) = self.count(holder, &candidates, at, &mut why)?
            {
                return Ok((name, Why { former, ..why }));
            }
        }
        Err(match why.passed.is_empty() {
            true => format!("no {what}: its patterns say nothing of this person"),
            false => format!("no {what} is free: {}", why.told()),
        })
    }

    /// The first free name with a counter.
    fn count(
        &mut self,
        holder: &Holder,
        candidates: &Candidates<'_>,
        at: usize,
        why: &mut Why,
    ) -> Result<Option<(String, Option<Id>)>, String> {
        let what = candidates.what;
        let (Candidate::Name(second) | Candidate::Unfit(second, _)) = candidates.name(Some(2))? else {
            return Ok(None);
        };
        let key = (what, at, second);
        let start = self.next.get(&key).copied().unwrap_or(2);
        // what is the holder's own is free for nobody else, so the counter has passed it
        let own = self.given.ledger.of(holder).iter().flat_map(|given| counters(local(&given.name)));
        let mut own: Vec<u32> = own.filter(|count| *count < start).collect();
        own.sort_unstable();
        why.more += start - 2;
        for count in own.into_iter().chain(start..=LAST) {
            match candidates.name(Some(count))? {
                Candidate::Name(name) => match self.taker(holder, what, &name) {
                    Ok(former) => {
                        self.next.insert(key, start.max(count + 1));
                        return Ok(Some((name, former)));
                    }
                    Err(taker) => why.pass(name, taker),
                },
                Candidate::Unfit(name, flaw) => {
                    let counts = matches!(flaw, Taker::Forbidden);
                    why.pass(name, flaw);
                    if !counts {
                        return Ok(None);
                    }
                }
                Candidate::Nothing | Candidate::NoRoom => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether the holder can have a name: yes, perhaps after somebody who had it long ago; or what has it.
    fn taker(&self, holder: &Holder, what: NameKind, name: &str) -> Result<Option<Id>, Taker> {
        let mut former = None;
        for (space, form) in takes(what, name) {
            let here = self.in_use[space as usize].get(&form);
            for other in here.into_iter().chain(self.given.ledger.owner(space, &form)).filter(|other| *other != holder)
            {
                if !self.is_long_gone(&other.person) {
                    return Err(Taker::Person(other.person.clone()));
                }
                former = Some(other.person.clone());
            }
            let foreign =
                self.given.taken.by(space, &form).find(|(target, object)| !self.is_own(holder, target, object));
            if let Some((target, object)) = foreign {
                return Err(Taker::Object { target: target.to_owned(), object: ObjectId::new(object) });
            }
        }
        Ok(former)
    }

    /// Whether somebody's names may be given again. Of whom the roster no longer holds the last day, never.
    fn is_long_gone(&self, person: &Id) -> bool {
        let Some(days) = self.rules.keep_days else { return false };
        let tenure = self.snapshot.tenure(person);
        let ended = tenure.last_end.filter(|_| !tenure.current && tenure.next_start.is_none());
        ended.is_some_and(|end| end.plus(i64::from(days)) <= self.snapshot.day())
    }

    fn is_own(&self, holder: &Holder, target: &str, object: &str) -> bool {
        let key = self.given.links.get(target).and_then(|links| links.key(&ObjectId::new(object)));
        key.is_some_and(|key| *key == account_id(self.given.roster, &holder.person, target, &holder.account))
    }

    /// Notes a login of the facts, where the ledger does not say the same.
    fn use_up_unknown(&mut self, login: &str, holder: &Holder) {
        for (space, form) in takes(NameKind::Login, login) {
            if self.given.ledger.owner(space, &form) != Some(holder) {
                self.in_use[space as usize].insert(form, holder.clone());
            }
        }
    }

    fn use_up(&mut self, what: NameKind, name: &str, holder: &Holder) {
        for (space, form) in takes(what, name) {
            self.in_use[space as usize].insert(form, holder.clone());
        }
    }
}

/// Everybody in the order of names: those whom the record holds today by their ids, then those who are to come.
fn people<'a>(snapshot: &'a Snapshot, given: &'a Given) -> impl Iterator<Item = (&'a Id, &'a Person)> {
    let to_come = given.coming.iter().filter(|person| snapshot.person(person).is_none());
    snapshot.people().chain(to_come.filter_map(|person| Some((person, snapshot.person_here_or_coming(person)?))))
}

/// A hash of what a person is called.
pub(super) fn basis_of(roster: Uuid, person: &Person) -> String {
    let called = [person.given_name.as_str(), &person.surname, person.nickname.as_deref().unwrap_or_default()];
    Uuid::new_v5(&roster, called.join("\0").as_bytes()).simple().to_string()
}

impl Naming {
    /// Notes a choice.
    fn put(&mut self, holder: &Holder, what: NameKind, name: Box<str>, kept: bool, why: Option<Box<Why>>) {
        let choice = Choice { account: holder.account.clone(), what, name, kept, why };
        self.choices.entry(holder.person.clone()).or_default().push(choice);
    }
}
