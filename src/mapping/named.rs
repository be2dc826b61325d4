//! What one target needs of the naming: which names its rules speak of, whether a person has them, and what has to be
//! reserved before an account is made or changed.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{ORDINARY, rule_of};
use super::further::Holder;
use super::mapper::Mapper;
use super::naming::Naming;
use super::rules::KindRules;
use crate::expr::Expression;
use crate::object::{Clause, Kind, NameKind, Reservation};
use crate::org::Id;
use crate::org::sentence::Sentence;

impl KindRules {
    /// The names that the rules look at.
    pub fn names(&self) -> BTreeSet<NameKind> {
        let rules = self.attributes.values().map(|rule| &rule.value).chain(&self.name);
        let scopes = self.scope.when.iter().chain(self.scope.deeds.iter().map(|(_, only)| only));
        mentioned(&rules.chain(scopes).collect::<Vec<_>>())
    }
}

/// The names that some expressions look at.
fn mentioned(rules: &[&Expression]) -> BTreeSet<NameKind> {
    let is_meant = |what: &NameKind| {
        let beside: &[&str] = if *what == NameKind::Mail { &["mail_aliases", "proxy_addresses"] } else { &[] };
        let roots: Vec<&str> = beside.iter().copied().chain([what.as_str()]).collect();
        rules.iter().any(|rule| roots.iter().any(|root| rule.mentions(root)))
    };
    NameKind::ALL.into_iter().filter(is_meant).collect()
}

impl Mapper<'_> {
    /// The login of a person's ordinary account.
    pub fn login(&self, person: &Id) -> Option<&str> {
        self.inputs.naming.name(person, ORDINARY, NameKind::Login)
    }

    /// The login of an account.
    pub fn login_of(&self, account: &Id) -> Option<&str> {
        let holder = self.accounts.get(account)?;
        self.inputs.naming.name(&holder.person, &holder.kind, NameKind::Login)
    }

    /// Every account has a login; other names matter where the rules look at them.
    pub(super) fn names_of(rules: Option<&KindRules>) -> BTreeSet<NameKind> {
        let looked_at = rules.map(KindRules::names).unwrap_or_default();
        looked_at.into_iter().chain([NameKind::Login]).collect()
    }

    pub(super) fn scope_names_of(rules: Option<&KindRules>) -> BTreeSet<NameKind> {
        mentioned(&rules.and_then(|rules| rules.scope.when.as_ref()).into_iter().collect::<Vec<_>>())
    }

    /// Why a name that the rules look at cannot be had: nothing is written then, since without it they would say less.
    pub(super) fn is_named(&self, holder: &Holder) -> Result<(), String> {
        self.has(holder, &self.names)
    }

    /// The same of the names by which it is told who is meant: whose name is only not known yet has not left.
    pub(super) fn is_named_for_scope(&self, holder: &Holder) -> Result<(), String> {
        self.has(holder, &self.scope_names)
    }

    fn has(&self, holder: &Holder, names: &BTreeSet<NameKind>) -> Result<(), String> {
        let (naming, Holder { person, kind, .. }) = (&self.inputs.naming, holder);
        let further = self.inputs.rules.accounts.iter().find(|rule| rule.rule == rule_of(kind));
        // a further account has the names that its rule gives it, and to the mapping all else is nothing
        for what in names.iter().filter(|what| further.is_none_or(|rule| rule.names.contains_key(what))) {
            if naming.name(person, kind, *what).is_none() {
                let problem = naming.problem(person, kind, *what);
                return Err(problem.map_or_else(|| Clause::NoNameGiven.with([what]), str::to_owned));
            }
        }
        Ok(())
    }

    /// What the accounts of this target reserve: those that have no account fact yet, and those that get a name.
    pub fn reservations(&self) -> Vec<Reservation> {
        let reservation = |(account, holder): (&Id, &Holder)| {
            let reservation = self.reservation(account, holder)?;
            let login = self.inputs.snapshot.account(account).and_then(|fact| fact.login.as_deref());
            let stands = holder.recorded && login == Some(reservation.login.as_str()) && reservation.names.is_empty();
            (!stands).then_some(reservation)
        };
        self.accounts.iter().filter_map(reservation).collect()
    }

    /// The names of an account as they have to be reserved, those that it has left out; `None` without a login.
    pub(super) fn reservation(&self, account: &Id, holder: &Holder) -> Option<Reservation> {
        let (naming, Holder { person, kind, .. }) = (&self.inputs.naming, holder);
        let login = naming.name(person, kind, NameKind::Login)?.to_owned();
        let fact = self.inputs.snapshot.person_here_or_coming(person);
        let mut reservation = Reservation::of_login(account.clone(), person.clone(), login);
        reservation.basis = fact.map(|fact| Naming::basis(self.inputs.roster, fact)).unwrap_or_default();
        let mut names = BTreeMap::new();
        reservation.kind = kind.to_string();
        let own = naming.choices(person).iter().filter(|choice| *choice.account == **kind);
        for choice in own.filter(|choice| self.names.contains(&choice.what) && !choice.kept) {
            let why = choice.why.as_deref();
            reservation.gated |= why.is_some_and(|why| why.gated);
            reservation.former.extend(why.and_then(|why| why.former.clone()));
            if choice.what != NameKind::Login {
                names.insert(choice.what, choice.name.to_string());
            }
        }
        reservation.names = names;
        Some(reservation)
    }

    /// The attributes of users that are a name of this kind and nothing else, as the mapping has it.
    pub fn bare(&self, what: NameKind) -> Vec<&str> {
        let rules = self.rules(Kind::User).map(|rules| &rules.attributes);
        let bare = rules.into_iter().flatten().filter(|(_, rule)| rule.value.source().trim() == what.as_str());
        bare.map(|(name, _)| name.as_str()).collect()
    }
}
