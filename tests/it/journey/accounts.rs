//! Further accounts on real servers: one for administration, in the directory alone, and one for a second job in both.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::{enabled, one, parent};
use crate::support::site::{PLAIN, Site};

const ACCOUNTS: &str = r#"
[custom.person]
admin = { type = "bool" }

[accounts.admin]
when = "person.custom.admin"
targets = ["ad"]

[accounts.admin.login]
patterns = ["'a' ~ ordinary.login"]

[accounts.job]
each = "engagement"
when = "not engagement.primary"

[accounts.job.login]
patterns = ["'j' ~ ordinary.login"]
"#;

async fn logins_in_cloud(site: &Site) -> BTreeSet<String> {
    site.outside().await.cloud_logins_and_stamps().await.into_iter().map(|(login, _)| login).collect()
}

fn steps(plan: &Value) -> BTreeSet<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.map(|step| format!("{} {}: {}", text(&step["op"]), text(&step["name"]), text(&step["reason"]))).collect()
}

#[tokio::test]
async fn an_account_for_administration_is_in_the_directory_alone_and_one_for_a_job_in_both() {
    let site = Site::new().await;
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap() + ACCOUNTS;
    std::fs::write(site.path(PLAIN), text).unwrap();
    let mut organisation = Organisation::small();
    organisation.set("dorte", "custom", json!({"admin": true}));
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    let login = |name: &str| format!("{name}{}", site.word);
    let mut outside = site.outside().await;
    let (own, admin) = (outside.user(&login("dorhol")).await, outside.user(&login("adorhol")).await);
    assert!(enabled(&own) && enabled(&admin));
    assert_eq!(parent(&own.dn), parent(&admin.dn));
    assert_eq!(one(&admin, "manager"), one(&own, "manager"));
    assert!(own.attrs.contains_key("memberOf") && !admin.attrs.contains_key("memberOf"), "groups list people");
    let job = outside.user(&login("jjenkro")).await;
    assert_eq!((one(&job, "title"), one(&job, "department")), (Some("Vagt"), Some("Teknik")));
    let cloud = logins_in_cloud(&site).await;
    assert!(cloud.contains(&login("jjenkro")) && cloud.contains(&login("dorhol")));
    assert!(!cloud.contains(&login("adorhol")), "that is for the directory alone");
    let known = site.accounts("ad").await;
    assert_eq!((known.len(), cloud.len()), (12, 11));
    let shown = site.run(&["map", "test", &id("dorte"), "--target", "ad"]).await.expect(0).out;
    assert!(shown.contains("ad: present") && shown.contains("ad (admin): present"), "{shown}");

    // the rule holds no more, and the second job is over: these accounts alone
    organisation.set("dorte", "custom", json!({}));
    organisation.set("jens second job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    let plans = site.plans(3).await;
    let left = "disable Jens Krog (job): the job that the account is for is over";
    let admin_left = "disable Dorte Holm (admin): leaves [accounts.admin] because `person.custom.admin` does not hold";
    assert_eq!(steps(&plans["ad"]), [admin_left, left].map(str::to_owned).into());
    assert_eq!(steps(&plans["cloud"]), [left.to_owned()].into());
    site.apply().await;
    site.in_step().await;
    for (name, usable) in [("adorhol", false), ("dorhol", true), ("jjenkro", false), ("jenkro", true)] {
        assert_eq!(enabled(&outside.user(&login(name)).await), usable, "{name}");
    }

    // and back, with the same accounts; who leaves loses both
    organisation.set("dorte", "custom", json!({"admin": true}));
    organisation.set("jens second job", "valid_to", Value::Null);
    site.import(&organisation, 0).await;
    site.apply().await;
    assert!(enabled(&outside.user(&login("adorhol")).await) && enabled(&outside.user(&login("jjenkro")).await));
    organisation.set("dorte job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    assert!(!enabled(&outside.user(&login("adorhol")).await) && !enabled(&outside.user(&login("dorhol")).await));
    assert_eq!(site.accounts("ad").await, known, "nobody got another login");
}
