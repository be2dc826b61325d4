//! Two people who may be one get no account, nobody else waits for them, and mending the record lets them go.

use serde_json::Value;

use crate::support::organisation::{CURRENT, Organisation};
use crate::support::outside::{enabled, one};
use crate::support::site::{Site, TODAY};

/// The names and reasons of the holds.
fn held(plan: &Value) -> Vec<(&str, &str)> {
    let holds = plan["held"].as_array().unwrap().iter();
    holds.map(|hold| (hold["name"].as_str().unwrap(), hold["reason"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn duplicates_are_held_until_the_record_is_mended() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    // a newcomer who may be Dorte, two who may be one of whom one leaves, and a change of somebody else
    organisation.add_person("mia", "Mia", "Holm");
    organisation.employ("mia", "team", "Vikar");
    for (name, number) in
        [("mia", "0101900001"), ("dorte", "010190-0001"), ("gerda", "0202900002"), ("hans", "0202900002")]
    {
        organisation.set(name, "national_id", number);
    }
    for (job, title) in [("dorte job", "Overlærer"), ("gerda job", "Chefingeniør"), ("emil job", "Planlægger")] {
        organisation.set(job, "title", title);
    }
    organisation.set("hans job", "valid_to", TODAY);
    site.import(&organisation, 0).await;

    let plans = site.plans(3).await;
    for (target, plan) in &plans {
        let mut names: Vec<&str> = held(plan).iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(names, ["Dorte Holm", "Gerda Lund", "Mia Holm"], "{target}");
        let all = held(plan);
        let (_, reason) = all.iter().find(|(name, _)| *name == "Mia Holm").unwrap();
        let said = "quality: duplicate-national-id: has the same national id as Dorte Holm (";
        assert!(reason.starts_with(said), "{target}: {reason}");
        assert!(!plan.to_string().contains("0190"), "{plan}");
    }
    let digest = plans["ad"]["digest"].as_str().unwrap();
    let approved = site.run(&["approve", digest]).await.expect(0).said();
    assert!(approved.contains("breaches no limit"), "{approved}");
    let text = site.run(&["plan"]).await.expect(3).said();
    assert!(text.contains("What to do now") && text.contains(&format!("      rosterd apply {digest}\n")), "{text}");
    assert!(text.contains("Mia Holm") && text.contains("duplicate-national-id"), "{text}");
    let report = site.run(&["report", "reconciliation"]).await.expect(0).said();
    assert!(report.contains("duplicate-national-id"), "{report}");

    site.apply().await;
    let again = site.plans(0).await;
    for (target, plan) in &again {
        assert_eq!((plan["steps"].as_array().unwrap().len(), held(plan)), (0, held(&plans[target])), "{target}");
    }
    let mut outside = site.outside().await;
    let login = |stem: &str| format!("{stem}{}", site.word);
    assert_eq!(outside.users().await.len(), CURRENT.len());
    assert!(!enabled(&outside.user(&login("hankro")).await), "who left is disabled all the same");
    for (stem, title) in [("dorhol", "Lærer"), ("gerlun", "Ingeniør"), ("emihol", "Planlægger")] {
        assert_eq!(one(&outside.user(&login(stem)).await, "title"), Some(title), "{stem}");
    }

    organisation.set("mia", "national_id", "0303900003");
    site.import(&organisation, 0).await;
    site.apply().await;
    let mia = outside.user(&login("miahol")).await;
    assert!(enabled(&mia));
    assert_eq!(one(&outside.user(&login("dorhol")).await, "title"), Some("Overlærer"));
    for (target, plan) in site.plans(0).await {
        assert_eq!(held(&plan).iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Gerda Lund"], "{target}");
    }
}
