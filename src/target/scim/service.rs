//! What the parts of the adapter share while they work: the connection, the schemas, and one lock per resource.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use super::behaviour::Behaviour;
use crate::target::scim::http::client::Client;
use crate::target::scim::lookup::Filters;
use crate::target::scim::profile::Profile;
use crate::target::scim::schema::Schemas;
use crate::target::scim::write::learned::Learned;

/// One user of the connection. Cheap to make.
pub(super) struct Service {
    pub client: Arc<Client>,
    pub schemas: Arc<Schemas>,
    pub locks: Arc<Locks>,
    /// What the service does in its own way: what its profile says, and over it what was proved.
    pub profile: Arc<Profile>,
    pub learned: Arc<Learned>,
    /// What was found out of it.
    pub behaviour: Arc<Behaviour>,
    /// What it was found to do otherwise than before.
    pub changed: Arc<Vec<String>>,
    /// The filters that were proved since, by endpoint and attribute.
    pub filters: Arc<Filters>,
    /// How many resources a page asks for.
    pub page_size: u32,
}

/// Keeps writes to one resource apart: services lose members when two changes of a group overlap.
#[derive(Debug)]
pub(super) struct Locks([Mutex<()>; 64]);

impl Default for Locks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl Locks {
    /// Waits for the turn of what `name` names. A few names share a lock; nobody may hold two.
    pub async fn turn(&self, name: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % 64).unwrap_or_default();
        self.0[index].lock().await
    }
}
