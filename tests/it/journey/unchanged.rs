//! A target that looks as it did before: the last plan is the answer, exactly as long as nothing that it rests on has
//! changed, and it is the plan that a roster without a memory of the target would make.

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::one;
use crate::support::site::{PLAIN, Site};

/// What a plan of the directory says, whoever made it.
async fn plan(site: &Site, arguments: &[&str]) -> Value {
    let arguments = [&["--format", "json", "plan", "ad"], arguments].concat();
    let ended = site.run(&arguments).await;
    let plan = ended.json()["plans"][0].clone();
    assert!(plan.is_object(), "{}", ended.err);
    plan
}

async fn pool(site: &Site) -> SqlitePool {
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(site.path("roster.db"))).await.unwrap()
}

/// Whether the answer is the stored plan: what followed from the last observation is then not concluded anew, and keeps
/// the number that is put into it here.
async fn is_settled(site: &Site) -> bool {
    const MARK: i64 = 4711;
    let pool = pool(site).await;
    let mark = "UPDATE conclusion SET managed = ? WHERE target = 'ad'";
    sqlx::query(mark).bind(MARK).execute(&pool).await.unwrap();
    site.run(&["plan", "ad"]).await;
    let managed = sqlx::query_scalar("SELECT managed FROM conclusion WHERE target = 'ad'");
    let managed: Option<i64> = managed.fetch_optional(&pool).await.unwrap();
    pool.close().await;
    managed == Some(MARK)
}

/// Plans; then plans once more with no memory of the target, which must come to the same.
async fn sound_plan(site: &Site) -> Value {
    let remembered = plan(site, &[]).await;
    let pool = pool(site).await;
    for table in ["DELETE FROM conclusion", "DELETE FROM observed", "DELETE FROM observation"] {
        sqlx::query(table).execute(&pool).await.unwrap();
    }
    pool.close().await;
    assert_eq!(remembered, plan(site, &[]).await, "with and without a memory of the target");
    assert_eq!(remembered, plan(site, &[]).await, "and with a new one");
    remembered
}

fn steps(plan: &Value) -> Vec<String> {
    let shown = |step: &Value| format!("{} {}", step["op"].as_str().unwrap(), step["name"].as_str().unwrap());
    plan["steps"].as_array().unwrap().iter().map(shown).collect()
}

#[tokio::test]
async fn the_last_plan_stands_while_nothing_changes_and_no_longer() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    assert!(!is_settled(&site).await, "somebody waits for a first login");
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert_eq!(steps(&sound_plan(&site).await), [""; 0]);
    assert!(is_settled(&site).await);

    // in the directory
    let mut outside = site.outside().await;
    let gerda = outside.user(&format!("gerlun{}", site.word)).await;
    outside.directory.set(&gerda.dn, "title", "Chef").await;
    assert!(!is_settled(&site).await);
    assert_eq!(steps(&sound_plan(&site).await), ["update Gerda Lund"]);
    assert!(is_settled(&site).await, "a plan with steps stands, too");
    outside.directory.set(&gerda.dn, "title", one(&gerda, "title").unwrap()).await;
    assert_eq!(steps(&sound_plan(&site).await), [""; 0]);
    outside.directory.set(&gerda.dn, "info", "nobody asks for this").await;
    assert!(is_settled(&site).await);
    let stranger = format!("CN=Fremmed,{}", site.base);
    outside.directory.add(&stranger, &[("objectClass", "user"), ("sAMAccountName", &format!("fr{}", site.word))]).await;
    assert!(!is_settled(&site).await, "somebody came");
    outside.directory.delete(&stranger).await;
    assert!(!is_settled(&site).await, "and went");
    outside.directory.delete(&gerda.dn).await;
    let lost = sound_plan(&site).await;
    assert_eq!(steps(&lost)[..2], ["restore Gerda Lund", "enable Gerda Lund"], "{lost}");
    assert!(!is_settled(&site).await, "who was not found is looked for every time");

    // in what the plan rests on
    organisation.forget_person("gerda");
    organisation.set("hans", "nickname", "Hasse");
    site.import(&organisation, 0).await;
    assert!(!is_settled(&site).await, "the roster");
    sound_plan(&site).await;
    let mut wiring = site.wiring();
    wiring.more = "\n[ldap.ad.limits.disable]\ncount = 7\n".into();
    site.configure(PLAIN, &wiring);
    assert!(!is_settled(&site).await, "the configuration");
}

#[tokio::test]
async fn another_day_and_another_link_are_thought_through() {
    let site = Site::new().await;
    let mut organisation = Organisation::default();
    organisation.add("unit", "kommune", json!({"name": "Ærø Kommune"}));
    organisation.add_person("anna", "Anna", "Berg");
    organisation.employ("anna", "kommune", "Lærer");
    organisation.set("anna job", "valid_to", "2026-03-05");
    site.import(&organisation, 0).await;
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert!(is_settled(&site).await);
    let later = plan(&site, &["--at", "2026-03-05"]).await;
    assert_eq!(steps(&later), ["disable Anna Berg"]);
    assert!(is_settled(&site).await, "a look at a day to come changes nothing");
    site.run(&["links", "ad", "unlink", &id("kommune"), "--note", "test"]).await.expect(0);
    assert!(!is_settled(&site).await);
    sound_plan(&site).await;
}

#[tokio::test]
async fn an_erasure_takes_along_what_was_seen_of_everybody() {
    let site = Site::new().await;
    let mut organisation = Organisation::default();
    organisation.add("unit", "kommune", json!({"name": "Ærø Kommune"}));
    organisation.add_person("anna", "Anna", "Berg");
    organisation.employ("anna", "kommune", "Lærer");
    site.import(&organisation, 0).await;
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    organisation.set("anna job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert!(is_settled(&site).await);
    site.run(&["edit", "erase", "person", &id("anna"), "--note", "case 17", "--yes"]).await.expect(0);
    let pool = pool(&site).await;
    for table in ["observed", "observation", "conclusion"] {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
    pool.close().await;
}
