//! At rest: what SQLite keeps of the file beside the system's own cache is given back, so that a daemon that lives for
//! months holds no more than one that just began.

use super::{READERS, Store, StoreError};

impl Store {
    /// Empties the page caches of all connections that nobody uses now.
    pub async fn rest(&self) -> Result<(), StoreError> {
        let mut resting = Vec::new();
        for _ in 0..READERS {
            let Some(connection) = self.reader().try_acquire() else { break };
            resting.push(connection);
        }
        for connection in &mut resting {
            sqlx::query("PRAGMA shrink_memory").execute(&mut **connection).await?;
        }
        if let Some(mut writer) = self.writer()?.try_acquire() {
            sqlx::query("PRAGMA shrink_memory").execute(&mut *writer).await?;
        }
        Ok(())
    }
}
