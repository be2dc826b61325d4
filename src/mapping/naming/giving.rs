//! Giving names: one kind after the other, and within a kind one person after the other, in the order of ids.
//!
//! The order in which facts came has no part in it. Where many ask for one name, the counter goes on from where the
//! last of them got his, so that a thousand namesakes cost little more than a thousand others. Ordinary accounts come
//! first, in all kinds of names: the patterns of a person's further accounts may look at what the ordinary one has.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::candidates::{Candidate, Candidates, counters};
use super::choice::{Choice, Taker, Why};
use super::forms::{local, takes};
use super::ledger::Holder;
use super::rules::{NameRule, NamingRules, OnRename};
use super::view::Views;
use super::{Given, Naming};
use crate::expr::{Context, ExprValue};
use crate::mapping::account::{ORDINARY, account_id};
use crate::object::{Clause, NameKind, ObjectId, Space};
use crate::org::sentence::Sentence;
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
    /// The further accounts of each person, and whether a rule gives them today.
    further: HashMap<Id, BTreeMap<Box<str>, bool>>,
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
            further: HashMap::new(),
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
                if kind != ORDINARY {
                    giving.further.entry(person.clone()).or_default().insert(kind.into(), false);
                }
                giving.use_up_unknown(login, &holder);
                giving.logins.entry(holder).or_default().push(login);
            }
        }
        if !rules.accounts.is_empty() {
            for (person, _) in people(snapshot, given) {
                for (kind, _) in giving.views.further(rules, person).into_iter().filter(|(_, meant)| *meant) {
                    giving.further.entry(person.clone()).or_default().insert(kind, true);
                }
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
        self.give_all(|_, person| vec![Holder::new(person, ORDINARY)]);
        if !self.further.is_empty() {
            self.give_all(Self::further_of);
        }
        self.naming.note_aliases(&self.given.ledger, self.rules);
        self.naming
    }

    /// Gives all names to some accounts of everybody.
    fn give_all(&mut self, of: fn(&Self, &Id) -> Vec<Holder>) {
        let (snapshot, rules) = (Arc::clone(self.snapshot), self.rules);
        for what in rules.names.keys() {
            let mut waiting = Vec::new();
            for (person, fact) in people(&snapshot, self.given) {
                for holder in of(self, person) {
                    let rule = rules.of(&holder.account, *what);
                    match self.due(&holder, fact, *what, rule) {
                        Due::Nothing => {}
                        Due::Kept(name) => self.naming.put(&holder, *what, name, true, None),
                        Due::First => waiting.push((holder, rule, None)),
                        Due::Another(name) => waiting.push((holder, rule, Some(name))),
                    }
                }
            }
            for (holder, rule, instead_of) in waiting {
                if let Some(rule) = rule {
                    self.give(&holder, *what, rule, instead_of);
                }
            }
        }
    }

    /// Whether anything is to be given: then the names in every target must be known.
    pub fn is_needed(&self) -> bool {
        self.rules.names.keys().any(|what| {
            people(self.snapshot, self.given).any(|(person, fact)| {
                let due = |holder: &Holder| self.due(holder, fact, *what, self.rules.of(&holder.account, *what));
                self.holders(person).iter().any(|holder| matches!(due(holder), Due::First | Due::Another(_)))
            })
        })
    }

    /// The accounts of a person that names are given to.
    fn holders(&self, person: &Id) -> Vec<Holder> {
        std::iter::once(Holder::new(person, ORDINARY)).chain(self.further_of(person)).collect()
    }

    fn further_of(&self, person: &Id) -> Vec<Holder> {
        let further = self.further.get(person).into_iter().flat_map(BTreeMap::keys);
        further.map(|kind| Holder::new(person, kind)).collect()
    }

    /// Whether the account is to have names today.
    fn is_expected(&self, holder: &Holder) -> bool {
        let is_given = || self.further.get(&holder.person).and_then(|further| further.get(&holder.account));
        if *holder.account != *ORDINARY && is_given() != Some(&true) {
            return false;
        }
        self.snapshot.tenure(&holder.person).current || self.given.coming.contains(&holder.person)
    }

    fn due(&self, holder: &Holder, fact: &Person, what: NameKind, rule: Option<&NameRule>) -> Due {
        let current = self.current(holder, what);
        // of an account whose rule is gone, the names stay
        let Some(rule) = rule else { return current.map_or(Due::Nothing, Due::Kept) };
        match current {
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
        let context = context.with("mail", name(NameKind::Mail)).with("upn", name(NameKind::Upn));
        if *holder.account == *ORDINARY {
            return context;
        }
        let ordinary = |what: NameKind| (what.as_str(), self.naming.name(&holder.person, ORDINARY, what).into());
        let (engagement, unit) = self.views.job(&holder.person, &holder.account);
        let context = context.with("ordinary", ExprValue::object(NameKind::ALL.map(ordinary).into()));
        context.with("engagement", engagement).with("unit", unit)
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
            [] if self.lacks_ordinary(holder, rule) => Err(Clause::OrdinaryHasNoLogin.with([&what])),
            [] => self.choose(holder, what, rule),
            unread => Err(Clause::NamesNotRead.with([&what, &unread.join(", ")])),
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

    /// Whether the patterns look at the names of the person's ordinary account, and it has none.
    fn lacks_ordinary(&self, holder: &Holder, rule: &NameRule) -> bool {
        *holder.account != *ORDINARY
            && self.naming.name(&holder.person, ORDINARY, NameKind::Login).is_none()
            && rule.patterns.iter().any(|pattern| pattern.value.mentions("ordinary"))
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
            true => Clause::PatternsSayNothing.with([&what]),
            false => Clause::NoNameFree.with([&what, &why.told()]),
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
