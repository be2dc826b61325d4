//! Reserving a login: the ledger, the account fact and the intent of the create that needs them, in one transaction.

use super::accounts::put_accounts;
use super::{CommitMeta, Entry, Store, StoreError, runs};
use crate::object::Reservation;
use crate::org::{Account, Day, Interval};

impl Store {
    /// Writes the intent of a create together with the login and the account fact that it needs. Answers why not, when
    /// the login was given to somebody else since the plan was made.
    pub async fn reserve(
        &self,
        entry: &Entry<'_>,
        reservation: &Reservation,
        folded: &str,
        target: &str,
        today: Day,
        meta: &CommitMeta,
    ) -> Result<Result<(), String>, StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        // the run began before, and the person is not to come back with it
        let erased: Option<i64> = sqlx::query_scalar("SELECT 1 FROM tombstone WHERE id IN (?, ?)")
            .bind(reservation.person.as_str())
            .bind(reservation.account.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        if erased.is_some() {
            return Ok(Err("the person was erased".to_owned()));
        }
        let owner: Option<String> = sqlx::query_scalar("SELECT person FROM given_name WHERE folded = ?")
            .bind(folded)
            .fetch_optional(&mut *transaction)
            .await?;
        match owner {
            Some(owner) if owner != reservation.person.as_str() => {
                return Ok(Err(format!("the login {} was given to somebody else", reservation.login)));
            }
            Some(_) => {}
            None => {
                sqlx::query("INSERT INTO given_name (folded, name, person, at) VALUES (?, ?, ?, ?)")
                    .bind(folded)
                    .bind(&reservation.login)
                    .bind(reservation.person.as_str())
                    .bind(meta.now.micros())
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        let account = Account {
            person: Some(reservation.person.clone()),
            unit: None,
            system: target.to_owned(),
            login: Some(reservation.login.clone()),
            external_id: None,
            account_kind: None,
            primary: None,
            engagements: std::collections::BTreeSet::new(),
        };
        let days = Interval { from: Some(today), to: None };
        put_accounts(&mut transaction, key, meta, &[(reservation.account.clone(), days, account)]).await?;
        runs::append(&mut transaction, key, entry, meta.now).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }
}
