//! The files that lie in folders: which names they have, so that the same letter gets the same ones again, and no other
//! file is ever taken for one of ours.

use uuid::Uuid;

use super::{Store, StoreError};
use crate::org::Instant;

/// One file that was put into a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFile {
    /// Of the folder, as it was then.
    pub path: String,
    pub name: String,
    pub at: Instant,
}

impl Store {
    /// The names of the files of a row of the outbox, when it has some.
    pub async fn folder_names(&self, item: &Uuid) -> Result<Vec<String>, StoreError> {
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM folder_file WHERE item = ? ORDER BY place")
            .bind(item.to_string())
            .fetch_all(self.reader())
            .await?;
        Ok(names)
    }

    /// Gives a row its names in the folder of a section, all of them or none: false when one is taken.
    pub async fn give_folder_names(
        &self,
        item: &Uuid,
        (folder, path): (&str, &str),
        names: &[String],
        at: Instant,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        for (place, name) in names.iter().enumerate() {
            let given = sqlx::query(
                "INSERT INTO folder_file (folder, path, name, item, place, at) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING",
            )
            .bind(folder)
            .bind(path)
            .bind(name)
            .bind(item.to_string())
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(at.micros())
            .execute(&mut *transaction)
            .await?;
            if given.rows_affected() == 0 {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The files of the folder of a section.
    pub async fn folder_files(&self, folder: &str) -> Result<Vec<FolderFile>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT path, name, at FROM folder_file WHERE folder = ? ORDER BY at, name")
                .bind(folder)
                .fetch_all(self.reader())
                .await?;
        let file = |(path, name, at)| FolderFile { path, name, at: Instant::from_micros(at) };
        Ok(rows.into_iter().map(file).collect())
    }

    /// A file is gone.
    pub async fn forget_folder_file(&self, path: &str, name: &str) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM folder_file WHERE path = ? AND name = ?")
            .bind(path)
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}
