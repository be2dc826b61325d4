//! Reserving logins: the ledger and the account facts, in the transaction of the intents that need them.

use std::collections::{HashMap, HashSet};

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::StoreError;
use super::accounts::put_accounts;
use super::commit::{CommitMeta, ROWS_AT_ONCE};
use super::log::LogKey;
use crate::object::Reservation;
use crate::org::{Account, Day, Interval};

/// What a create reserves: a login, and its account.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    pub reservation: &'a Reservation,
    /// The login in the form in which equal logins are equal texts.
    pub folded: String,
}

/// Reserves what can be had, and answers for each claim why it cannot be: the login was given to somebody else since the
/// plan was made, or the person is not to come back.
pub(super) async fn reserve(
    connection: &mut SqliteConnection,
    key: &LogKey,
    claims: &[&Claim<'_>],
    (target, today): (&str, Day),
    meta: &CommitMeta,
) -> Result<Vec<Option<String>>, StoreError> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    // the run began before, and the person is not to come back with it
    let erased = erased(connection, claims).await?;
    let mut owners = owners(connection, claims).await?;
    let (mut given, mut accounts, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for claim in claims {
        let Claim { reservation, folded } = claim;
        if [&reservation.person, &reservation.account].iter().any(|id| erased.contains(id.as_str())) {
            refused.push(Some("the person was erased".to_owned()));
            continue;
        }
        match owners.get(folded.as_str()) {
            Some(owner) if owner != reservation.person.as_str() => {
                refused.push(Some(format!("the login {} was given to somebody else", reservation.login)));
                continue;
            }
            Some(_) => {}
            None => {
                owners.insert(folded.clone(), reservation.person.as_str().to_owned());
                given.push(*claim);
            }
        }
        let days = Interval { from: Some(today), to: None };
        accounts.push((reservation.account.clone(), days, account(reservation, target)));
        refused.push(None);
    }
    for some in given.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO given_name (folded, name, person, at) ");
        query.push_values(some, |mut values, claim| {
            let Claim { reservation, folded } = claim;
            values
                .push_bind(folded.as_str())
                .push_bind(reservation.login.as_str())
                .push_bind(reservation.person.as_str())
                .push_bind(meta.now.micros());
        });
        query.build().execute(&mut *connection).await?;
    }
    put_accounts(connection, key, meta, &accounts).await?;
    Ok(refused)
}

fn account(reservation: &Reservation, target: &str) -> Account {
    Account {
        person: Some(reservation.person.clone()),
        unit: None,
        system: target.to_owned(),
        login: Some(reservation.login.clone()),
        external_id: None,
        account_kind: None,
        primary: None,
        engagements: std::collections::BTreeSet::new(),
    }
}

/// Which of the people and accounts were erased.
async fn erased(connection: &mut SqliteConnection, claims: &[&Claim<'_>]) -> Result<HashSet<String>, StoreError> {
    let mut found = HashSet::new();
    for some in claims.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM tombstone WHERE id IN (");
        let mut ids = query.separated(", ");
        for Claim { reservation, .. } in some {
            ids.push_bind(reservation.person.as_str()).push_bind(reservation.account.as_str());
        }
        query.push(")");
        found.extend(query.build_query_scalar::<String>().fetch_all(&mut *connection).await?);
    }
    Ok(found)
}

/// To whom the logins were given before.
async fn owners(
    connection: &mut SqliteConnection,
    claims: &[&Claim<'_>],
) -> Result<HashMap<String, String>, StoreError> {
    let mut found = HashMap::new();
    for some in claims.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT folded, person FROM given_name WHERE folded IN (");
        let mut names = query.separated(", ");
        for claim in some {
            names.push_bind(claim.folded.as_str());
        }
        query.push(")");
        found.extend(query.build_query_as::<(String, String)>().fetch_all(&mut *connection).await?);
    }
    Ok(found)
}
