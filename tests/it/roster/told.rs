//! What scheduled reports told is kept: for each one by itself, and never forgotten because something was not read.

use rosterd::store::{StoredFinding, Telling, TellingPart};

use super::fixture::{Roster, complete, instant};

fn telling(job: &str, hour: u32, targets: &[&str], parts: Vec<TellingPart>) -> Telling {
    Telling {
        job: job.into(),
        report: "leavers".into(),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        at: instant(&format!("2026-11-23T{hour:02}:00:00Z")),
        parts,
    }
}

fn part(target: &str, whole: bool, ids: &[&str]) -> TellingPart {
    let finding = |id: &&str| StoredFinding { id: (*id).to_owned(), body: format!("{{\"id\":\"{id}\"}}") };
    let (name, target) = ("leavers".to_owned(), Some(target.to_owned()).filter(|target| !target.is_empty()));
    TellingPart { name, target, whole, findings: ids.iter().map(finding).collect() }
}

#[tokio::test]
async fn what_was_told_last_is_kept_for_each_report() {
    let roster = Roster::with(&complete(&[])).await;
    let store = &roster.store;
    assert_eq!(store.telling("daily").await.unwrap(), None);
    let first = telling("daily", 6, &["ad", "cloud"], vec![part("ad", true, &["a", "b"]), part("cloud", true, &["c"])]);
    store.keep_telling(&first).await.unwrap();
    assert_eq!(store.telling("daily").await.unwrap(), Some(first.clone()));
    assert_eq!(store.telling("weekly").await.unwrap(), None);
    // b is gone from the directory; the service was read in part, and shows d
    let second = telling("daily", 7, &["ad", "cloud"], vec![part("ad", true, &["a"]), part("cloud", false, &["d"])]);
    store.keep_telling(&second).await.unwrap();
    let parts = vec![part("ad", true, &["a"]), part("cloud", true, &["c", "d"])];
    assert_eq!(store.telling("daily").await.unwrap().unwrap().parts, parts);
}

#[tokio::test]
async fn the_newest_that_told_of_all_these_targets_counts() {
    let roster = Roster::with(&complete(&[])).await;
    let store = &roster.store;
    let names = |targets: &[&str]| targets.iter().map(|target| (*target).to_owned()).collect::<Vec<_>>();
    store.keep_telling(&telling("both", 6, &["ad", "cloud"], Vec::new())).await.unwrap();
    store.keep_telling(&telling("one", 8, &["ad"], Vec::new())).await.unwrap();
    let newest = async |report: &str, targets: &[&str]| {
        store.newest_telling(report, &names(targets)).await.unwrap().map(|telling| telling.job)
    };
    assert_eq!(newest("leavers", &["ad"]).await.as_deref(), Some("one"));
    assert_eq!(newest("leavers", &["ad", "cloud"]).await.as_deref(), Some("both"));
    assert_eq!(newest("leavers", &["school"]).await, None);
    assert_eq!(newest("quality", &[]).await, None);
}
