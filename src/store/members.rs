//! Whom rosterd itself put into groups.

use std::collections::HashSet;

use sqlx::SqliteConnection;

use super::{Store, StoreError};
use crate::object::ObjectId;

/// Who came into a group and who left it by a step that was done.
#[derive(Debug)]
pub struct Joined<'a> {
    pub group: &'a ObjectId,
    pub came: Vec<ObjectId>,
    pub left: Vec<ObjectId>,
}

impl Store {
    /// The memberships that rosterd made in a target and did not end: group and member.
    pub async fn added_members(&self, target: &str) -> Result<HashSet<(ObjectId, ObjectId)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT grp, member FROM added_member WHERE target = ?")
            .bind(target)
            .fetch_all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|(group, member)| (ObjectId::new(group), ObjectId::new(member))).collect())
    }
}

/// Takes note of memberships within a transaction.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    target: &str,
    joined: &[Joined<'_>],
) -> Result<(), StoreError> {
    for Joined { group, came, left } in joined {
        for (sql, members) in [
            ("INSERT OR IGNORE INTO added_member (target, grp, member) VALUES (?, ?, ?)", came),
            ("DELETE FROM added_member WHERE target = ? AND grp = ? AND member = ?", left),
        ] {
            for member in members {
                let query = sqlx::query(sql).bind(target).bind(group.as_str()).bind(member.as_str());
                query.execute(&mut *connection).await?;
            }
        }
    }
    Ok(())
}
