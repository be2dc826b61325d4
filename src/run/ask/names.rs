//! Names: what a naming is given to work on, from the store and, where nobody has looked yet, from the targets; and the
//! preview of what it gives to whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::mapping::naming::Ledger;
use crate::mapping::{Given, Naming};
use crate::object::{ObjectId, Space};
use crate::org::Snapshot;
use crate::report::NamesDocument;
use crate::run::command::Progress;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::propose::Ports;

impl Engine {
    /// Whether anybody waits for a name, and the ledger by which that was found.
    pub(in crate::run) async fn names_are_needed(&self, snapshot: &Arc<Snapshot>) -> Result<(bool, Ledger), Failure> {
        let (roster, coming) = (self.store.meta().roster, self.coming(snapshot));
        let given = Given { roster, coming, ledger: self.store.ledger().await?, ..Given::default() };
        Ok((Naming::is_needed(snapshot, &self.config.naming, &given), given.ledger))
    }

    /// Gives the names. When somebody needs a new one, every target must have been read completely once; one that never
    /// was is read now, for its names alone.
    pub(in crate::run) async fn naming(
        &self,
        snapshot: &Arc<Snapshot>,
        (needed, ledger): (bool, Ledger),
        ports: &Ports,
        progress: &dyn Progress,
    ) -> Result<Arc<Naming>, Failure> {
        if !needed {
            let (roster, coming) = (self.store.meta().roster, self.coming(snapshot));
            let given = Given { roster, coming, ledger, ..Given::default() };
            return Ok(Arc::new(Naming::new(snapshot, &self.config.naming, &given)));
        }
        let spaces = self.config.naming.spaces();
        for (name, entry) in self.targets.iter().filter(|(name, _)| !ports.contains_key(*name)) {
            let is_fresh = self.store.has_fresh_names(name).await?;
            if !is_fresh || !self.store.read_spaces(name).await?.is_superset(&spaces) {
                let port = self.connect(name)?;
                let attributes = entry.rules.attributes();
                let _only_for_its_names =
                    self.read_attributes(port.as_ref(), attributes, progress, &mut |_| {}).await?;
            }
        }
        let unread = self.unread_names().await?;
        let given = Given { unread, ..self.given(snapshot, ledger, &|_, _| true).await? };
        Ok(Arc::new(Naming::new(snapshot, &self.config.naming, &given)))
    }

    /// What is known of names now, with those of the objects that count.
    pub(in crate::run) async fn given(
        &self,
        snapshot: &Snapshot,
        ledger: Ledger,
        counts: &(dyn Fn(&str, &ObjectId) -> bool + Sync),
    ) -> Result<Given, Failure> {
        let taken = self.store.taken_names(&self.config.naming.spaces(), counts).await?;
        let mut links = BTreeMap::new();
        if self.config.naming.looks_at_objects() {
            for name in self.targets.keys() {
                links.insert(name.clone(), self.store.links(name).await?);
            }
        }
        let (roster, coming) = (self.store.meta().roster, self.coming(snapshot));
        Ok(Given { roster, ledger, taken, links, coming, unread: BTreeMap::new() })
    }

    /// Targets whose names were never read completely, by space.
    async fn unread_names(&self) -> Result<BTreeMap<Space, Vec<String>>, Failure> {
        let mut unread: BTreeMap<Space, Vec<String>> = BTreeMap::new();
        for name in self.targets.keys() {
            let known = self.store.read_spaces(name).await?;
            for space in self.config.naming.spaces().difference(&known) {
                unread.entry(*space).or_default().push(name.clone());
            }
        }
        Ok(unread)
    }

    /// The naming rules over everybody, by what is known of the targets; nothing is read there and nothing is written.
    pub async fn names_preview(&self) -> Result<NamesDocument, Failure> {
        let snapshot = Arc::new(self.store.snapshot(self.today(), None).await?);
        let (naming, anew) = self.namings(&snapshot).await?;
        let unread = self.unread_names().await?;
        Ok(NamesDocument::new(&snapshot, &self.config.naming, (&naming, &anew), unread))
    }

    /// The names by what is known of the targets, and those that the rules would give if nobody had one yet.
    pub(super) async fn namings(&self, snapshot: &Arc<Snapshot>) -> Result<(Naming, Naming), Failure> {
        let rules = &self.config.naming;
        let mut given = self.given(snapshot, self.store.ledger().await?, &|_, _| true).await?;
        for name in self.targets.keys() {
            given.links.insert(name.clone(), self.store.links(name).await?);
        }
        let naming = Naming::new(snapshot, rules, &given);
        // as if nobody had a name yet: by the accounts of no roster, an empty ledger, and the objects of others alone
        let foreign =
            |target: &str, object: &ObjectId| given.links.get(target).is_none_or(|links| links.key(object).is_none());
        let taken = self.store.taken_names(&rules.spaces(), &foreign).await?;
        let anew = Naming::new(
            snapshot,
            rules,
            &Given { roster: Uuid::nil(), taken, coming: given.coming.clone(), ..Given::default() },
        );
        Ok((naming, anew))
    }
}
