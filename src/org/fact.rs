//! A fact of any kind, and a version: a fact with the days it holds.

use std::convert::Infallible;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::association::Association;
use super::class::Class;
use super::contact::Contact;
use super::custom::Custom;
use super::engagement::Engagement;
use super::group::Group;
use super::id::Id;
use super::key::Key;
use super::kind::FactKind;
use super::leave::Leave;
use super::manager::Manager;
use super::membership::Membership;
use super::person::Person;
use super::position::Position;
use super::reference::Field;
use super::relation::Relation;
use super::time::Interval;
use super::unit::Unit;

/// One statement about one thing. `R` is how it names other things: by [`Id`] inside the roster, by
/// [`Reference`](super::Reference) in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact<R = Id> {
    Class(Class<R>),
    Unit(Unit<R>),
    Position(Position<R>),
    Person(Person<R>),
    Engagement(Engagement<R>),
    Manager(Manager<R>),
    Association(Association<R>),
    Leave(Leave<R>),
    Account(Account<R>),
    Contact(Contact<R>),
    Group(Group<R>),
    Membership(Membership<R>),
    Relation(Relation<R>),
    Key(Key<R>),
}

/// A fact about the thing `id`, valid on the days of `interval`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version<R = Id> {
    pub id: Id,
    pub interval: Interval,
    pub fact: Fact<R>,
}

impl<R> Version<R> {
    pub fn kind(&self) -> FactKind {
        self.fact.kind()
    }
}

/// Runs the same expression on the fact inside, whatever its kind.
macro_rules! of_any_kind {
    ($fact:expr, $inner:ident => $then:expr) => {
        match $fact {
            Fact::Class($inner) => $then,
            Fact::Unit($inner) => $then,
            Fact::Position($inner) => $then,
            Fact::Person($inner) => $then,
            Fact::Engagement($inner) => $then,
            Fact::Manager($inner) => $then,
            Fact::Association($inner) => $then,
            Fact::Leave($inner) => $then,
            Fact::Account($inner) => $then,
            Fact::Contact($inner) => $then,
            Fact::Group($inner) => $then,
            Fact::Membership($inner) => $then,
            Fact::Relation($inner) => $then,
            Fact::Key($inner) => $then,
        }
    };
}

impl<R> Fact<R> {
    pub fn kind(&self) -> FactKind {
        match self {
            Self::Class(_) => FactKind::Class,
            Self::Unit(_) => FactKind::Unit,
            Self::Position(_) => FactKind::Position,
            Self::Person(_) => FactKind::Person,
            Self::Engagement(_) => FactKind::Engagement,
            Self::Manager(_) => FactKind::Manager,
            Self::Association(_) => FactKind::Association,
            Self::Leave(_) => FactKind::Leave,
            Self::Account(_) => FactKind::Account,
            Self::Contact(_) => FactKind::Contact,
            Self::Group(_) => FactKind::Group,
            Self::Membership(_) => FactKind::Membership,
            Self::Relation(_) => FactKind::Relation,
            Self::Key(_) => FactKind::Key,
        }
    }

    /// The custom attributes, of a kind that has them.
    pub fn custom(&self) -> Option<&Custom> {
        match self {
            Self::Unit(fact) => Some(&fact.custom),
            Self::Person(fact) => Some(&fact.custom),
            Self::Engagement(fact) => Some(&fact.custom),
            Self::Group(fact) => Some(&fact.custom),
            _ => None,
        }
    }

    pub fn custom_mut(&mut self) -> Option<&mut Custom> {
        match self {
            Self::Unit(fact) => Some(&mut fact.custom),
            Self::Person(fact) => Some(&mut fact.custom),
            Self::Engagement(fact) => Some(&mut fact.custom),
            Self::Group(fact) => Some(&mut fact.custom),
            _ => None,
        }
    }

    /// The same fact with each reference turned into another form.
    pub fn map<S: Ord, E>(self, mut map: impl FnMut(Field, R) -> Result<S, E>) -> Result<Fact<S>, E> {
        let map = &mut map;
        Ok(match self {
            Self::Class(fact) => Fact::Class(fact.map(map)?),
            Self::Unit(fact) => Fact::Unit(fact.map(map)?),
            Self::Position(fact) => Fact::Position(fact.map(map)?),
            Self::Person(fact) => Fact::Person(fact.map(map)?),
            Self::Engagement(fact) => Fact::Engagement(fact.map(map)?),
            Self::Manager(fact) => Fact::Manager(fact.map(map)?),
            Self::Association(fact) => Fact::Association(fact.map(map)?),
            Self::Leave(fact) => Fact::Leave(fact.map(map)?),
            Self::Account(fact) => Fact::Account(fact.map(map)?),
            Self::Contact(fact) => Fact::Contact(fact.map(map)?),
            Self::Group(fact) => Fact::Group(fact.map(map)?),
            Self::Membership(fact) => Fact::Membership(fact.map(map)?),
            Self::Relation(fact) => Fact::Relation(fact.map(map)?),
            Self::Key(fact) => Fact::Key(fact.map(map)?),
        })
    }

    /// Every reference that the fact makes: the field, and what it names.
    pub fn references(&self) -> Vec<(Field, R)>
    where
        R: Clone + Ord,
    {
        let mut references = Vec::new();
        let Ok(_same) = self.clone().map(|field, reference: R| {
            references.push((field, reference.clone()));
            Ok::<R, Infallible>(reference)
        });
        references
    }
}

impl<R: PartialEq> Fact<R> {
    /// What is wrong with the fact taken by itself; empty when nothing is.
    pub fn problems(&self) -> Vec<String> {
        match self {
            Self::Class(fact) => fact.problems(),
            Self::Unit(fact) => fact.problems(),
            Self::Position(fact) => fact.problems(),
            Self::Person(fact) => fact.problems(),
            Self::Engagement(fact) => fact.problems(),
            Self::Association(fact) => fact.problems(),
            Self::Account(fact) => fact.problems(),
            Self::Contact(fact) => fact.problems(),
            Self::Group(fact) => fact.problems(),
            Self::Membership(fact) => fact.problems(),
            Self::Relation(fact) => fact.problems(),
            Self::Key(fact) => fact.problems(),
            Self::Manager(_) | Self::Leave(_) => Vec::new(),
        }
    }
}

impl<'de, R: Deserialize<'de> + Ord> Fact<R> {
    /// Reads the fields of a fact whose kind is known.
    pub fn deserialize<D: serde::Deserializer<'de>>(kind: FactKind, fields: D) -> Result<Self, D::Error> {
        Ok(match kind {
            FactKind::Class => Self::Class(Class::deserialize(fields)?),
            FactKind::Unit => Self::Unit(Unit::deserialize(fields)?),
            FactKind::Position => Self::Position(Position::deserialize(fields)?),
            FactKind::Person => Self::Person(Person::deserialize(fields)?),
            FactKind::Engagement => Self::Engagement(Engagement::deserialize(fields)?),
            FactKind::Manager => Self::Manager(Manager::deserialize(fields)?),
            FactKind::Association => Self::Association(Association::deserialize(fields)?),
            FactKind::Leave => Self::Leave(Leave::deserialize(fields)?),
            FactKind::Account => Self::Account(Account::deserialize(fields)?),
            FactKind::Contact => Self::Contact(Contact::deserialize(fields)?),
            FactKind::Group => Self::Group(Group::deserialize(fields)?),
            FactKind::Membership => Self::Membership(Membership::deserialize(fields)?),
            FactKind::Relation => Self::Relation(Relation::deserialize(fields)?),
            FactKind::Key => Self::Key(Key::deserialize(fields)?),
        })
    }
}

impl<R: Serialize + Ord> Fact<R> {
    /// The canonical JSON text of the fact's fields: equal facts have equal bytes.
    pub fn body(&self) -> Result<String, serde_json::Error> {
        of_any_kind!(self, fact => serde_json::to_string(fact))
    }
}

impl<R: DeserializeOwned + Ord> Fact<R> {
    /// Reads a [`body`](Fact::body) back, whatever its references are.
    pub(super) fn from_text(kind: FactKind, body: &str) -> Result<Self, serde_json::Error> {
        Self::deserialize(kind, &mut serde_json::Deserializer::from_str(body))
    }
}

impl Fact {
    /// Reads the [`body`](Fact::body) of a row back.
    pub fn from_body(kind: FactKind, body: &str) -> Result<Self, serde_json::Error> {
        Self::from_text(kind, body)
    }
}
