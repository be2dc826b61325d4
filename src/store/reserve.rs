//! Reserving names: the ledger and the account facts, in the transaction of the intents that need them. Of one account
//! all names are reserved or none.

use std::collections::{HashMap, HashSet};

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::StoreError;
use super::accounts::put_accounts;
use super::commit::{CommitMeta, ROWS_AT_ONCE};
use super::log::LogKey;
use crate::mapping::naming::{Holder, takes};
use crate::object::{NameKind, Reservation, Space};
use crate::org::{Account, Day, Id, Interval};

/// Reserves what can be had, and answers for each reservation why it cannot be: a name was given to somebody else since
/// the plan was made, or the person is not to come back.
pub(super) async fn reserve(
    connection: &mut SqliteConnection,
    key: &LogKey,
    reservations: &[&Reservation],
    (target, today): (&str, Day),
    meta: &CommitMeta,
) -> Result<Vec<Option<String>>, StoreError> {
    if reservations.is_empty() {
        return Ok(Vec::new());
    }
    // the run began before, and the person is not to come back with it
    let erased = erased(connection, reservations).await?;
    let wanted: Vec<Wanted<'_>> = reservations.iter().map(|one| Wanted::of(one)).collect();
    let mut owners = owners(connection, &wanted).await?;
    let mut latest = latest(connection, reservations).await?;
    let (mut claims, mut given, mut accounts, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for wanted in &wanted {
        let Wanted { reservation, holder, .. } = wanted;
        if [&reservation.person, &reservation.account].iter().any(|id| erased.contains(id.as_str())) {
            refused.push(Some("the person was erased".to_owned()));
            continue;
        }
        let lost = wanted.claims.iter().find(|(claim, _)| {
            let owner = owners.get(claim).filter(|owner| *owner != holder);
            owner.is_some_and(|owner| !reservation.former.contains(&owner.person))
        });
        if let Some((_, (what, name))) = lost {
            refused.push(Some(format!("the {what} {name} was given to somebody else")));
            continue;
        }
        for (claim, _) in &wanted.claims {
            if owners.get(claim) != Some(holder) {
                owners.insert(claim.clone(), holder.clone());
                claims.push((claim, holder));
            }
        }
        for (what, name) in wanted.names() {
            let last = latest.entry((holder.clone(), what)).or_default();
            if last != name {
                name.clone_into(last);
                given.push((holder, what, name, &reservation.basis));
            }
        }
        let days = Interval { from: Some(today), to: None };
        accounts.push((reservation.account.clone(), days, account(reservation, target)));
        refused.push(None);
    }
    for some in claims.chunks(ROWS_AT_ONCE) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO name_claim (space, folded, person, account) ");
        query.push_values(some, |mut values, ((space, folded), holder)| {
            values.push_bind(space.as_str()).push_bind(folded);
            values.push_bind(holder.person.as_str()).push_bind(&*holder.account);
        });
        query.build().execute(&mut *connection).await?;
    }
    for some in given.chunks(ROWS_AT_ONCE) {
        // one that the account had before becomes the latest again
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO given_name (person, account, what, name, basis, at) ");
        query.push_values(some, |mut values, (holder, what, name, basis)| {
            values.push_bind(holder.person.as_str()).push_bind(&*holder.account).push_bind(what.as_str());
            values.push_bind(*name).push_bind(basis.as_str()).push_bind(meta.now.micros());
        });
        query.build().execute(&mut *connection).await?;
    }
    put_accounts(connection, key, meta, &accounts).await?;
    Ok(refused)
}

/// A reservation with everything that its names take, and the name that takes each.
struct Wanted<'a> {
    reservation: &'a Reservation,
    holder: Holder,
    claims: Vec<(Claim, (NameKind, &'a str))>,
}

/// A folded name in a space.
type Claim = (Space, String);

impl<'a> Wanted<'a> {
    fn of(reservation: &'a Reservation) -> Self {
        let holder = Holder::new(&reservation.person, &reservation.kind);
        let mut wanted = Self { reservation, holder, claims: Vec::new() };
        for (what, name) in wanted.names() {
            wanted.claims.extend(takes(what, name).into_iter().map(|claim| (claim, (what, name))));
        }
        wanted
    }

    fn names(&self) -> Vec<(NameKind, &'a str)> {
        let others = self.reservation.names.iter().map(|(what, name)| (*what, name.as_str()));
        std::iter::once((NameKind::Login, self.reservation.login.as_str())).chain(others).collect()
    }
}

fn account(reservation: &Reservation, target: &str) -> Account {
    Account {
        person: Some(reservation.person.clone()),
        unit: None,
        system: target.to_owned(),
        login: Some(reservation.login.clone()),
        external_id: None,
        account_kind: (!reservation.kind.is_empty()).then(|| reservation.kind.clone()),
        primary: None,
        engagements: std::collections::BTreeSet::new(),
    }
}

/// Which of the people and accounts were erased.
async fn erased(
    connection: &mut SqliteConnection,
    reservations: &[&Reservation],
) -> Result<HashSet<String>, StoreError> {
    let mut found = HashSet::new();
    for some in reservations.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM tombstone WHERE id IN (");
        let mut ids = query.separated(", ");
        for one in some {
            ids.push_bind(one.person.as_str()).push_bind(one.account.as_str());
        }
        query.push(")");
        found.extend(query.build_query_scalar::<String>().fetch_all(&mut *connection).await?);
    }
    Ok(found)
}

/// Whose the wanted names are already.
async fn owners(
    connection: &mut SqliteConnection,
    wanted: &[Wanted<'_>],
) -> Result<HashMap<Claim, Holder>, StoreError> {
    let mut found = HashMap::new();
    for space in Space::ALL {
        let of_space = wanted.iter().flat_map(|wanted| &wanted.claims).filter(|((of, _), _)| *of == space);
        let names: Vec<&str> = of_space.map(|((_, folded), _)| folded.as_str()).collect();
        for some in names.chunks(ROWS_AT_ONCE) {
            let mut query =
                QueryBuilder::<Sqlite>::new("SELECT folded, person, account FROM name_claim WHERE space = ");
            query.push_bind(space.as_str()).push(" AND folded IN (");
            let mut names = query.separated(", ");
            for name in some {
                names.push_bind(*name);
            }
            query.push(")");
            for (folded, person, account) in
                query.build_query_as::<(String, String, String)>().fetch_all(&mut *connection).await?
            {
                found.insert((space, folded), Holder::new(&Id::new(person), &account));
            }
        }
    }
    Ok(found)
}

/// The latest names of the people's accounts.
async fn latest(
    connection: &mut SqliteConnection,
    reservations: &[&Reservation],
) -> Result<HashMap<(Holder, NameKind), String>, StoreError> {
    let mut found = HashMap::new();
    for some in reservations.chunks(ROWS_AT_ONCE) {
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT person, account, what, name FROM given_name WHERE person IN (");
        let mut people = query.separated(", ");
        for one in some {
            people.push_bind(one.person.as_str());
        }
        query.push(") ORDER BY seq");
        for (person, account, what, name) in
            query.build_query_as::<(String, String, String, String)>().fetch_all(&mut *connection).await?
        {
            if let Some(what) = NameKind::ALL.into_iter().find(|one| one.as_str() == what) {
                found.insert((Holder::new(&Id::new(person), &account), what), name);
            }
        }
    }
    Ok(found)
}
