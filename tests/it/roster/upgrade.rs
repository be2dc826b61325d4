//! A roster that an older rosterd wrote: copied before its tables are changed, then changed as a whole or not at all.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rosterd::org::Instant;
use rosterd::store::{Store, StoreError};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

const OLD: i64 = 4;

/// A roster with the tables of migration 4 and no other, as the rosterd of that time made it.
pub(crate) async fn old(folder: &Path) -> PathBuf {
    let path = folder.join("roster.db");
    let pool = pool(&path, true).await;
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    Migrator::new(migrations.as_path()).await.unwrap().run_to(OLD, &pool).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO meta VALUES (1, '00000000-0000-4000-8000-000000000000', 0, 'Europe/Copenhagen');
         INSERT INTO given_name VALUES ('bodahl', 'bodahl', 'bo', 0);
         INSERT INTO schedule_run VALUES ('source hr', '0 5 * * *', 6, NULL), ('retention', '', 5, NULL), ('daemon', '', 7, NULL);",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    path
}

async fn pool(path: &Path, create: bool) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(create);
    SqlitePool::connect_with(options.pragma("application_id", 0x726F_7374.to_string())).await.unwrap()
}

async fn version(path: &Path) -> i64 {
    let pool = pool(path, false).await;
    let version = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&pool).await.unwrap();
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM given_name").fetch_all(&pool).await.unwrap();
    assert_eq!(names, ["bodahl"]);
    pool.close().await;
    version
}

pub(crate) fn copies(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut copies: Vec<String> = names.filter(|name| name.contains("before") || name.contains("partial")).collect();
    copies.sort();
    copies
}

#[tokio::test]
async fn a_copy_is_left_beside_it_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = old(folder.path()).await;
    std::fs::write(folder.path().join("roster.db.before-0005"), "mine").unwrap();
    Store::open(&path).await.unwrap().close().await;
    assert!(version(&path).await > OLD);
    assert_eq!(copies(folder.path()), ["roster.db.before-0005", "roster.db.before-0005-2"]);
    assert_eq!(std::fs::read(folder.path().join("roster.db.before-0005")).unwrap(), b"mine");
    let copy = folder.path().join("roster.db.before-0005-2");
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(version(&copy).await, OLD);
    // what is up to date is not copied again, and the copy can be put back
    Store::open(&path).await.unwrap().close().await;
    assert_eq!(copies(folder.path()).len(), 2);
    std::fs::rename(&copy, &path).unwrap();
    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.held_as_copy("ad").await.unwrap(), None, "it is no marked copy");
    store.close().await;
    assert_eq!(copies(folder.path()).len(), 2);
}

#[tokio::test]
async fn what_is_no_job_is_taken_out_of_the_schedule_and_stays_known() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&old(folder.path()).await).await.unwrap();
    let jobs: Vec<String> = store.schedule_runs().await.unwrap().into_keys().collect();
    assert_eq!(jobs, ["source hr"]);
    assert_eq!(store.last_retained().await.unwrap(), Some(Instant::from_micros(5)));
    assert_eq!(store.served_until().await.unwrap(), Some(Instant::from_micros(7)));
    store.close().await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_roster_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = old(folder.path()).await;
    let made_by_hand = pool(&path, false).await;
    sqlx::raw_sql("CREATE TABLE tombstone (x)").execute(&made_by_hand).await.unwrap();
    made_by_hand.close().await;
    for attempt in 1..=2 {
        assert!(matches!(Store::open(&path).await, Err(StoreError::Migrate(_))));
        assert_eq!(version(&path).await, OLD);
        assert_eq!(copies(folder.path()).len(), attempt);
    }
    let mended = pool(&path, false).await;
    sqlx::raw_sql("DROP TABLE tombstone").execute(&mended).await.unwrap();
    mended.close().await;
    Store::open(&path).await.unwrap().close().await;
    assert!(version(&path).await > OLD);
}

#[tokio::test]
async fn one_that_a_newer_rosterd_wrote_is_neither_copied_nor_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = old(folder.path()).await;
    let newer = pool(&path, false).await;
    sqlx::raw_sql("INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, 1, checksum, 0 FROM _sqlx_migrations LIMIT 1")
        .execute(&newer)
        .await
        .unwrap();
    newer.close().await;
    assert!(matches!(Store::open(&path).await, Err(StoreError::Newer(_))));
    assert_eq!(copies(folder.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_open_it_at_once_change_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = old(folder.path()).await;
    let opened = [(); 4].map(|()| {
        tokio::spawn({
            let path = path.clone();
            async move { Store::open(&path).await }
        })
    });
    for store in opened {
        store.await.unwrap().unwrap().close().await;
    }
    assert_eq!(copies(folder.path()), ["roster.db.before-0005"]);
}
