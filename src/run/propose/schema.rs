//! The schema that a target itself tells: taken up before anything is compared, kept, and held against the mapping.

use super::trouble;
use crate::mapping::Rules;
use crate::object::{AttributeName, Kind, aspect};
use crate::org::Instant;
use crate::report::Trouble;
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::store::Store;
use crate::target::{Target, ToldSchema};

impl Engine {
    /// Has a target take up its server's schema. A mapped attribute that the server does not have is a mistake in the
    /// configuration: nothing can be planned then. Without a schema to be seen, the shipped one holds.
    pub(in crate::run) async fn learn_schema(
        &self,
        port: &dyn Target,
        entry: &TargetEntry,
    ) -> Result<Result<(), Trouble>, Failure> {
        let known = told(&self.store, &entry.name, self.clock.now()).await?;
        match port.learn_schema(known.as_ref()).await {
            Ok(Some(ToldSchema { version, body, .. })) => {
                self.store.keep_schema(&entry.name, &version, &body, self.clock.now()).await?;
            }
            Ok(None) => {}
            // what is the matter is said by the read that follows
            Err(error) => return Ok(if error.hint.is_some() { Err(trouble(&entry.name, error)) } else { Ok(()) }),
        }
        let Some((kind, attribute)) = missing(port, &entry.rules).into_iter().next() else { return Ok(Ok(())) };
        // not every server marks an extension of its schema: what was kept may be older
        if known.is_some() {
            let again = self.connect(&entry.name)?;
            if let Ok(Some(ToldSchema { version, body, .. })) = again.learn_schema(None).await
                && missing(again.as_ref(), &entry.rules).is_empty()
            {
                self.store.keep_schema(&entry.name, &version, &body, self.clock.now()).await?;
                return Ok(Ok(()));
            }
        }
        let protocol = self.config.targets.get(&entry.name).map_or("ldap", |target| target.protocol.as_str());
        Ok(Err(Trouble {
            subject: entry.name.clone(),
            message: format!("[{protocol}.{}.{kind}.attributes] {attribute}: {}", entry.name, UNKNOWN),
            hint: Some("correct its name, or extend the schema of the directory".into()),
        }))
    }
}

/// After so many hours what a target told is held against what it tells now, where that is possible.
const OLD_HOURS: i64 = 20;

/// What a target told before.
pub(in crate::run) async fn told(store: &Store, target: &str, now: Instant) -> Result<Option<ToldSchema>, Failure> {
    let Some((version, body)) = store.told_schema(target).await? else { return Ok(None) };
    let old = store.told_at(target).await?.is_none_or(|at| now >= at.hours_later(OLD_HOURS));
    Ok(Some(ToldSchema { version, body, old }))
}

const UNKNOWN: &str = "the directory's schema has no such attribute";

/// The mapped attributes that the server does not have.
pub(super) fn missing(port: &dyn Target, rules: &Rules) -> Vec<(Kind, AttributeName)> {
    let plain = |name: &AttributeName| !aspect::ALL.iter().any(|aspect| name.is(aspect));
    let of_kind = |(kind, names): (Kind, Vec<AttributeName>)| {
        let unknown = move |name: &AttributeName| plain(name) && port.has(name) == Some(false);
        names.into_iter().filter(unknown).map(move |name| (kind, name))
    };
    rules.attributes().into_iter().flat_map(of_kind).collect()
}

/// The same as findings of a preflight.
pub(in crate::run) async fn look(port: &dyn Target, rules: &Rules) -> Vec<crate::target::Finding> {
    // that it cannot be read is no fault: the shipped schema holds then
    if port.learn_schema(None).await.is_err() || port.has(&"objectClass".into()).is_none() {
        return Vec::new();
    }
    let finding = |(kind, name): (Kind, AttributeName)| crate::target::Finding {
        ok: false,
        text: format!("{kind} {name}: {UNKNOWN}"),
        hint: Some("correct its name in the mapping, or extend the schema of the directory".into()),
        ..crate::target::Finding::default()
    };
    let found: Vec<_> = missing(port, rules).into_iter().map(finding).collect();
    if !found.is_empty() {
        return found;
    }
    let text = "the directory's schema has every mapped attribute".to_owned();
    vec![crate::target::Finding { ok: true, text, ..crate::target::Finding::default() }]
}
