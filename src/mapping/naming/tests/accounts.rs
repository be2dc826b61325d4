//! The names of further accounts.

use super::*;
use crate::mapping::AccountRule;

/// A rule by which some have a second account with a login and a principal name, or one for each further job.
fn further(name: &str, each_engagement: bool, when: &str, patterns: &[&str]) -> Arc<AccountRule> {
    let mut names = rules().names;
    names.retain(|what, _| matches!(what, NameKind::Login | NameKind::Upn));
    if !patterns.is_empty() {
        names.insert(NameKind::Login, rule(patterns, roots::FURTHER));
    }
    let when = Some(Expression::compile(when, roots::HOLDER).unwrap());
    Arc::new(AccountRule { rule: name.into(), each_engagement, when, lifecycle: None, names })
}

fn has_further(naming: &Naming, person: &str, account: &str, what: NameKind) -> String {
    naming.name(&person.into(), account, what).unwrap_or("-").to_owned()
}

#[test]
fn further_accounts_have_names_of_their_own_in_the_same_spaces() {
    let mut roster = Roster::default();
    roster.person("a", "Anna", "Berg");
    roster.person("b", "Anna", "Berg");
    // whoever is called so has what the second account would be called
    let body = r#"{"given_name":"Adm","surname":"Annber"}"#;
    roster.add(FactKind::Person, "c", (None, None), body);
    roster.add(FactKind::Engagement, "job c", (None, None), r#"{"person":"c","unit":"u"}"#);
    let second = r#"{"person":"a","unit":"u","title":"Teacher","primary":false}"#;
    roster.add(FactKind::Engagement, "other job", (Some("2025-01-01"), None), second);
    let mut rules = rules();
    rules.accounts = vec![
        further("admin", false, "person.surname == 'Berg'", &["'adm' ~ ordinary.login"]),
        further("job", true, "not engagement.primary", &["person.nickname", "slug(unit.name) ~ ordinary.login"]),
        further("plain", false, "person.id == 'a'", &[]),
    ];
    let naming = roster.named(&rules, &given());
    assert_eq!(["a", "b", "c"].map(|id| has(&naming, id, NameKind::Login)), ["annber", "annber02", "admann"]);
    assert_eq!(has_further(&naming, "a", "admin", NameKind::Login), "admannber");
    assert_eq!(has_further(&naming, "b", "admin", NameKind::Login), "admannber02");
    assert_eq!(has_further(&naming, "c", "admin", NameKind::Login), "-");
    assert_eq!(has_further(&naming, "a", "admin", NameKind::Upn), "admannber@example.test");
    assert_eq!(has_further(&naming, "a", "admin", NameKind::Mail), "-", "the rule gives none");
    assert_eq!(has_further(&naming, "a", "job:other job", NameKind::Login), "uannber");
    assert_eq!(has_further(&naming, "a", "job:job a", NameKind::Login), "-", "that is the primary one");
    assert_eq!(has_further(&naming, "a", "plain", NameKind::Login), "annber03", "as the ordinary one's, counted on");
    assert_eq!(naming.accounts(&"a".into()), ["", "admin", "job:other job", "plain"]);
}

#[test]
fn names_of_a_further_account_stay_whatever_becomes_of_its_rule_and_are_nobody_elses() {
    let mut roster = Roster::default();
    roster.person("a", "Anna", "Berg");
    let mut with = rules();
    with.accounts = vec![further("admin", false, "person.id == 'a'", &["'adm' ~ ordinary.login"])];
    let first = roster.named(&with, &given());
    let ledger = || applied(&first, Ledger::default(), |_| "then".into());
    let id = account_id(ROSTER, &"a".into(), "ad", "admin");
    let body = r#"{"person":"a","system":"ad","login":"admannber","account_kind":"admin"}"#;
    roster.add(FactKind::Account, id.as_str(), (None, None), body);
    roster.person("b", "Adm", "Annber");
    let mut later = rules();
    later.names.insert(NameKind::Login, rule(&["slug(person.given_name) ~ slug(person.surname)"], roots::NAMING));
    let other = further("admin", false, "person.id == 'nobody'", &["'other'"]);
    for accounts in [vec![], vec![other]] {
        later.accounts = accounts;
        let naming = roster.named(&later, &Given { ledger: ledger(), ..given() });
        assert_eq!(has_further(&naming, "a", "admin", NameKind::Login), "admannber");
        assert_eq!(has(&naming, "b", NameKind::Login), "admannber02");
        assert!(naming.choices(&"a".into()).iter().all(|choice| choice.kept));
    }
}

#[test]
fn patterns_that_look_at_the_ordinary_account_wait_for_it() {
    let mut roster = Roster::default();
    roster.add(FactKind::Person, "a", (None, None), r#"{"given_name":"","surname":"+"}"#);
    roster.add(FactKind::Engagement, "job", (None, None), r#"{"person":"a","unit":"u"}"#);
    let mut rules = rules();
    rules.names.retain(|what, _| *what == NameKind::Login);
    rules.names.insert(NameKind::Login, rule(&["person.nickname"], roots::NAMING));
    rules.accounts = vec![further("admin", false, "true", &["'adm' ~ ordinary.login"])];
    let naming = roster.named(&rules, &given());
    assert_eq!(
        naming.problem(&"a".into(), "admin", NameKind::Login),
        Some("no login yet: its patterns look at the ordinary account, which has no login yet")
    );
}
