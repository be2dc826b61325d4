//! Incidents of other programs, by name, replayed with the whole program against the real servers, over the wire where the
//! incident was: each ends with nothing lost, and with a word of what is wrong.
//!
//! A name is the program and what is known of the incident: the number of an issue, a commit, or a year.

mod record;
mod rules;
mod services;
mod unread;

use serde_json::Value;

use crate::support::process::Ended;
use crate::support::site::Site;

/// Each incident, and what became of it where it happened.
const INCIDENTS: [(&str, &str); 20] = [
    ("os2mo_ldap_fifth_page_lost", "what came before a page failed was taken for everything"),
    ("keycloak_24669_empty_answer", "an answer without entries removed all users"),
    ("glpi_984_network_warning", "a warning of the network disabled 512 users"),
    ("pg_ldap_sync_32_1501_members", "a group larger than an answer revoked everybody's rights"),
    ("ssosync_236_partial_memberships", "memberships went at random after a read in part"),
    ("ldap_19_dead_guid", "links were ended since a look by id showed nothing"),
    ("learn_moved_ou_scope_matches_nothing", "a renamed unit: nothing came any more, and all was healthy"),
    ("user_sync_782_session_died", "the session died in the middle of 7,000 users"),
    ("authentik_19295_scope_typo", "a typing error in a filter wiped everybody"),
    ("aad_connect_2015_44_of_small", "44 accounts went, fewer than the brake of 500"),
    ("dipex_48b0ae1_root_unit", "the root unit was deleted: it is not below itself"),
    ("ldap_76b6323_case", "names in another case were other names, and written again for ever"),
    ("term_eb7133b_own_vacancy_loop", "a vacancy that the program had made was mended and made again"),
    ("bitwarden_dc_397_rename_is_no_delete", "a new name was a delete and a create: everything was lost"),
    ("ldap_e9ed7d1_cn_collision", "a name that was taken stopped an account for ever, unseen"),
    ("ldap_671b25a_dry_run_reserved", "a rehearsal reserved names"),
    ("dipex_aace89e_yesterdays_data", "what was written came from yesterday's data"),
    ("os2sync_b8bd470_not_found_deleted_units", "an endpoint that was gone was taken for units that are"),
    ("teleport_62286_expired_token", "an expired token was tried for ever, and nobody saw"),
    ("o365_moodle_2930_no_record", "the process died, and nothing said that it ever ran"),
];

#[test]
fn every_incident_is_replayed() {
    let files =
        [include_str!("record.rs"), include_str!("rules.rs"), include_str!("services.rs"), include_str!("unread.rs")];
    for (name, what) in INCIDENTS {
        let told = files.iter().filter(|file| file.contains(&format!("#[tokio::test]\nasync fn {name}()"))).count();
        assert_eq!(told, 1, "{name}: {what}");
    }
}

/// What a plan takes away from anybody.
fn taken(plan: &Value) -> Vec<&Value> {
    let negative = ["disable", "delete", "remove-members", "unlink"];
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.filter(|step| negative.iter().any(|op| step["op"] == *op)).collect()
}

/// The plan of a target with another configuration; the exit code is to be this.
async fn plan_with(site: &Site, config: &str, target: &str, code: i32) -> Value {
    let ended = site.start(config, &["--format", "json", "plan", target]).ended().await.expect(code);
    ended.json()["plans"][0].clone()
}

/// What a run said was wrong with a target.
fn trouble(ended: &Ended, target: &str) -> String {
    let document = ended.json();
    let errors = document["errors"].as_array().unwrap();
    let of = errors.iter().find(|error| error["subject"] == target);
    of.unwrap_or_else(|| panic!("{document}")).to_string()
}
