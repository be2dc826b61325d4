//! Map test: what the rules make of one person, without looking at any target.

use super::find::Sure;
use crate::org::{Day, FactKind};
use crate::report::MapDocument;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::propose::mapped::{View, mapped};

impl Engine {
    /// What the targets should hold of a person on a day; today without one. The person is named by id, or by words that
    /// only they are found by. The names that are taken in the targets are as they were read last.
    pub async fn map_test(&self, person: &str, target: Option<&str>, at: Option<Day>) -> Result<MapDocument, Failure> {
        let names = self.chosen(&target.map(ToOwned::to_owned).into_iter().collect::<Vec<_>>())?;
        let scene = self.scene(at.unwrap_or(self.today())).await?;
        let person = self.meant(FactKind::Person, person, &[&scene.snapshot], Sure::ByWords).await?;
        let mut targets = Vec::new();
        for name in &names {
            let (port, entry) = (self.connect(name)?, self.entry(name)?);
            if let Some(told) = crate::run::propose::schema::told(&self.store, name, self.clock.now()).await? {
                port.recall(&told);
            }
            let mapper = self.mapper(port.as_ref(), entry, &scene).await?;
            let view = View { mapper: &mapper, snapshot: &scene.snapshot, target: name, release: entry.rules.release };
            targets
                .extend(mapper.accounts_of(&person).iter().map(|account| mapped(view, account, Some(&person)).target));
        }
        let name = self.called(FactKind::Person, &person, &[&scene.snapshot]).await?;
        Ok(MapDocument { person, name, at: scene.snapshot.day(), targets })
    }
}
