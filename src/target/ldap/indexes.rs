//! The indexes of OpenLDAP that rosterd's searches need, as far as its configuration may be read (slapd-config(5)).

use super::ber::{Filter, Scope};
use super::session::{Page, Query, Session};
use super::settings::Settings;
use crate::target::Finding;

/// What has no index; `None` where the configuration is closed to us.
pub async fn look(session: &Session, settings: &Settings) -> Finding {
    let needed = ["entryUUID", settings.stamp(), settings.profile.login(), "objectClass"];
    let query = Query {
        base: "cn=config".into(),
        scope: Scope::Subtree,
        filter: Filter::present("olcDbIndex"),
        attributes: vec!["olcDbIndex".into()],
    };
    let lines: Vec<String> = match session.page(&query, 100, &[]).await {
        Ok(Page { entries, end: Ok(_), .. }) => {
            entries.iter().flat_map(|entry| entry.texts("olcDbIndex")).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let list = needed.join(",");
    if lines.is_empty() {
        return Finding::good(format!("the server's indexes cannot be seen; it needs equality on {list}"));
    }
    let missing: Vec<&str> = needed.into_iter().filter(|name| !is_indexed(&lines, name)).collect();
    if missing.is_empty() {
        return Finding::good(format!("there is an index on {list}"));
    }
    Finding::warning(format!("there is no equality index on {}", missing.join(", ")))
        .breaks("each look-up of one object goes through the whole directory")
        .command(format!(
            "ldapmodify: dn: olcDatabase={{1}}mdb,cn=config; add: olcDbIndex; olcDbIndex: {} eq",
            missing.join(",")
        ))
}

/// Whether a line such as `uid,cn eq,sub` has the attribute with equality.
fn is_indexed(lines: &[String], name: &str) -> bool {
    lines.iter().any(|line| {
        let mut parts = line.split_whitespace();
        let names = parts.next().unwrap_or_default();
        let kinds = parts.next().unwrap_or("eq");
        names.split(',').any(|known| known.eq_ignore_ascii_case(name)) && kinds.split(',').any(|kind| kind == "eq")
    })
}

#[cfg(test)]
mod tests {
    use super::is_indexed;

    #[test]
    fn lines_of_the_configuration_are_understood() {
        let lines = ["uid,entryUUID eq".to_owned(), "cn sub,eq".to_owned(), "sn sub".to_owned(), "mail".to_owned()];
        for (name, is) in [("EntryUUID", true), ("cn", true), ("sn", false), ("mail", true), ("title", false)] {
            assert_eq!(is_indexed(&lines, name), is, "{name}");
        }
    }
}
