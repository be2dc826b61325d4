//! What a naming promises, on generated organisations.

#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a campaign says how long it takes")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant as Wall;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::expr::roots::{self, RootSpec};
use crate::expr::{Expression, taken_forms};
use crate::mapping::account_id;
use crate::object::ObjectId;
use crate::org::{Day, Fact, FactKind, Instant, Interval, SnapshotBuilder, Version};

mod accounts;
const ROSTER: Uuid = Uuid::from_u128(7);
const TODAY: &str = "2026-11-23";

fn compiled(source: &str, roots: &'static [RootSpec]) -> Pattern {
    Pattern::new(Expression::compile(source, roots).unwrap())
}

fn rule(patterns: &[&str], roots: &'static [RootSpec]) -> NameRule {
    NameRule {
        patterns: patterns.iter().map(|pattern| compiled(pattern, roots)).collect(),
        domain: None,
        max_length: 20,
        counter_digits: 2,
        on_rename: OnRename::Keep,
    }
}

/// All kinds of names, as most sites give them.
fn rules() -> NamingRules {
    let login = rule(&["slug(person.given_name)[:3] ~ slug(person.surname)[:3]"], roots::NAMING);
    let address = |patterns: &[&str], roots, on_rename| NameRule {
        domain: Some("example.test".into()),
        max_length: 64,
        on_rename,
        ..rule(patterns, roots)
    };
    let mail = address(
        &["slug(person.given_name) ~ '.' ~ slug(person.surname)", "login ~ '.' ~ slug(person.surname)"],
        roots::NAMING_MAIL,
        OnRename::Change,
    );
    let upn = address(&["login"], roots::NAMING_UPN, OnRename::Keep);
    let cn = NameRule { max_length: 64, ..rule(&["person.name", "person.name ~ ' ' ~ counter"], roots::NAMING_CN) };
    let names = [(NameKind::Login, login), (NameKind::Mail, mail), (NameKind::Upn, upn), (NameKind::Cn, cn)];
    NamingRules { names: names.into(), ..NamingRules::default() }
}

/// A roster of people by their names, each with a job on some days.
#[derive(Clone, Default)]
struct Roster {
    versions: Vec<Version>,
    accounts: usize,
}

impl Roster {
    fn add(&mut self, kind: FactKind, id: &str, (from, to): (Option<&str>, Option<&str>), body: &str) {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let interval = Interval { from: from.map(day), to: to.map(day) };
        self.versions.push(Version { id: id.into(), interval, fact: Fact::from_body(kind, body).unwrap() });
    }

    fn person(&mut self, id: &str, given: &str, surname: &str) {
        self.person_until(id, (given, surname), None);
    }

    fn person_until(&mut self, id: &str, (given, surname): (&str, &str), end: Option<&str>) {
        let body = serde_json::json!({"given_name": given, "surname": surname}).to_string();
        self.add(FactKind::Person, id, (None, None), &body);
        let job = serde_json::json!({"person": id, "unit": "u"}).to_string();
        self.add(FactKind::Engagement, &format!("job {id}"), (Some("2020-01-01"), end), &job);
    }

    /// An account of rosterd's own with a login.
    fn account(&mut self, person: &str, system: &str, login: &str) {
        self.accounts += 1;
        let id = account_id(ROSTER, &person.into(), system, "");
        let body = serde_json::json!({"person": person, "system": system, "login": login}).to_string();
        self.add(FactKind::Account, id.as_str(), (None, None), &body);
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        let mut builder = SnapshotBuilder::new(TODAY.parse().unwrap(), Instant::from_micros(0));
        builder.add(Version {
            id: "u".into(),
            interval: Interval { from: None, to: None },
            fact: Fact::from_body(FactKind::Unit, r#"{"name":"U"}"#).unwrap(),
        });
        self.versions.iter().cloned().for_each(|version| builder.add(version));
        Arc::new(builder.finish())
    }

    fn named(&self, rules: &NamingRules, given: &Given) -> Naming {
        Naming::new(&self.snapshot(), rules, given)
    }
}

fn given() -> Given {
    Given { roster: ROSTER, ..Given::default() }
}

fn has(naming: &Naming, person: &str, what: NameKind) -> String {
    naming.name(&person.into(), "", what).unwrap_or("-").to_owned()
}

fn told(naming: &Naming, person: &str, what: NameKind) -> String {
    let choice = naming.choice(&person.into(), "", what);
    choice.and_then(|choice| choice.why.as_ref()).map(|why| why.told()).unwrap_or_default()
}

/// Everything that a naming gave, as the ledger would have it after all of it was applied.
fn applied(naming: &Naming, before: Ledger, basis: impl Fn(&Id) -> String) -> Ledger {
    let mut ledger = before;
    let people: std::collections::BTreeSet<&Id> = naming.choices.keys().collect();
    for person in people {
        for choice in naming.choices(person).iter().filter(|choice| !choice.kept) {
            let holder = Holder::new(person, &choice.account);
            for (space, form) in takes(choice.what, &choice.name) {
                ledger.claim(space, &form, &holder);
            }
            ledger.give(&holder, choice.what, &choice.name, Some(&basis(person)));
        }
    }
    ledger
}

fn all(naming: &Naming) -> BTreeMap<(Id, NameKind), String> {
    let of = |(person, choices): (&Id, &Vec<Choice>)| {
        let person = person.clone();
        choices.iter().map(move |choice| ((person.clone(), choice.what), choice.name.to_string())).collect::<Vec<_>>()
    };
    naming.choices.iter().flat_map(of).collect()
}

/// No two people have a name that the other's takes the place of.
fn without_clash(naming: &Naming) -> usize {
    let mut owners: HashMap<(Space, String), Id> = HashMap::new();
    for ((person, what), name) in all(naming) {
        for claim in takes(what, &name) {
            let owner = owners.entry(claim).or_insert_with(|| person.clone());
            assert_eq!(*owner, person, "{what} {name}");
        }
    }
    owners.len()
}

#[test]
fn every_kind_is_given_and_all_of_them_look_at_their_spaces() {
    let mut roster = Roster::default();
    roster.person("a", "Åse Marie", "Sørensen");
    roster.person("b", "Åse Marie", "Sørensen");
    let naming = roster.named(&rules(), &given());
    let names = |person| NameKind::ALL.map(|what| has(&naming, person, what)).join(", ");
    assert_eq!(names("a"), "aassoe, aasemarie.soerensen@example.test, aassoe@example.test, Åse Marie Sørensen");
    assert_eq!(names("b"), "aassoe02, aassoe02.soerensen@example.test, aassoe02@example.test, Åse Marie Sørensen 02");
    assert_eq!(told(&naming, "b", NameKind::Mail), "aasemarie.soerensen@example.test was given to a");
}

#[test]
fn what_any_attribute_of_the_space_has_is_taken_and_it_is_told_by_what() {
    let mut roster = Roster::default();
    roster.person("a", "Anna", "Berg");
    let mut given = given();
    let stranger = ObjectId::new("o-1");
    // proxyAddresses of a stranger, and the part of a principal name before the @
    for taken in crate::object::TakenName::of_address("SMTP:Anna.Berg@example.test", &stranger)
        .into_iter()
        .chain(crate::object::TakenName::of_login("ANNBER@elsewhere.test", &stranger))
    {
        taken_forms(&taken.name).iter().for_each(|form| given.taken.add("ad", taken.space, form, "o-1"));
    }
    let naming = roster.named(&rules(), &given);
    assert_eq!(has(&naming, "a", NameKind::Login), "annber02");
    assert_eq!(told(&naming, "a", NameKind::Login), "annber is taken by o-1 in ad");
    assert_eq!(has(&naming, "a", NameKind::Mail), "annber02.berg@example.test");
    assert_eq!(told(&naming, "a", NameKind::Mail), "anna.berg@example.test is taken by o-1 in ad");
    // what is one's own takes nothing from oneself
    let own = (account_id(ROSTER, &"a".into(), "ad", ""), stranger);
    given.links.insert("ad".into(), [own].into_iter().collect());
    assert_eq!(has(&roster.named(&rules(), &given), "a", NameKind::Mail), "anna.berg@example.test");
}

#[test]
fn a_pattern_with_a_counter_is_counted_on_before_the_next_is_tried() {
    let mut roster = Roster::default();
    ["a", "b", "c", "d"].iter().for_each(|id| roster.person(id, "Bo", "Dahl"));
    let patterns = ["person.custom.short", "slug(person.given_name) ~ counter ~ slug(person.surname)", "'last'"];
    let mut rules = rules();
    rules.names = [(NameKind::Login, NameRule { max_length: 7, ..rule(&patterns, roots::NAMING) })].into();
    let naming = roster.named(&rules, &given());
    let logins = ["a", "b", "c", "d"].map(|id| has(&naming, id, NameKind::Login));
    // 02 has no room between the two, so the last pattern takes over
    assert_eq!(logins, ["bodahl", "last", "last02", "last03"]);
}

#[test]
fn a_pattern_sees_custom_attributes_and_the_letters_of_the_site() {
    let mut roster = Roster::default();
    let body = r#"{"given_name":"Öbo","surname":"Ål","custom":{"initials":"ÖÅ"}}"#;
    roster.add(FactKind::Person, "a", (None, None), body);
    roster.add(FactKind::Engagement, "job", (None, None), r#"{"person":"a","unit":"u"}"#);
    let mut rules = rules();
    rules.letters = [('ö', "o".to_owned()), ('å', "a".to_owned())].into();
    rules.names.insert(NameKind::Login, rule(&["slug(person.custom.initials) ~ slug(person.name)"], roots::NAMING));
    let naming = roster.named(&rules, &given());
    assert_eq!(has(&naming, "a", NameKind::Login), "oeaaoboal", "the letters of names alone are the site's");
    assert_eq!(has(&naming, "a", NameKind::Cn), "Öbo Ål", "people read it");
}

#[test]
fn what_no_name_may_be_is_passed_over() {
    let mut roster = Roster::default();
    roster.person("a", "Ad", "Min");
    roster.person("b", "Bad", "Word");
    roster.person("c", "C", "D+E");
    let mut rules = rules();
    let patterns = ["person.given_name ~ person.surname", "slug(person.given_name)", "'x' ~ slug(person.surname)"];
    rules.names = [(NameKind::Login, rule(&patterns, roots::NAMING))].into();
    rules.forbidden = ["admin".to_owned()].into();
    rules.forbidden_parts = vec!["bad".to_owned()];
    let naming = roster.named(&rules, &given());
    let logins = ["a", "b", "c"].map(|id| has(&naming, id, NameKind::Login));
    assert_eq!(logins, ["ad", "xword", "c"]);
    assert_eq!(told(&naming, "a", NameKind::Login), "AdMin is a name that nobody gets");
    assert_eq!(
        told(&naming, "b", NameKind::Login),
        "BadWord contains \"bad\", which no name does; bad contains \"bad\", which no name does"
    );
    assert_eq!(told(&naming, "c", NameKind::Login), "CD+E cannot be: a login holds no '+'");
}

#[test]
fn who_gets_none_is_told_why() {
    let mut roster = Roster::default();
    roster.person("a", "Anna", "Berg");
    let mut given = given();
    given.unread.insert(Space::Mail, vec!["cloud".into()]);
    let naming = roster.named(&rules(), &given);
    assert_eq!(has(&naming, "a", NameKind::Login), "annber", "logins are known");
    let problem = |what| naming.problem(&"a".into(), "", what).unwrap_or_default().to_owned();
    assert_eq!(problem(NameKind::Mail), "no mail yet: the names in cloud were not read");
    assert_eq!(problem(NameKind::Upn), "no upn yet: the names in cloud were not read");
    let mut rules = rules();
    rules.names = [(NameKind::Login, rule(&["person.nickname"], roots::NAMING))].into();
    let naming = roster.named(&rules, &given);
    assert_eq!(
        naming.problem(&"a".into(), "", NameKind::Login),
        Some("no login: its patterns say nothing of this person")
    );
}

#[test]
fn what_is_given_stays_whatever_the_rules_become() {
    let mut roster = Roster::default();
    roster.person("a", "Anna", "Berg");
    let first = roster.named(&rules(), &given());
    let ledger = applied(&first, Ledger::default(), |_| "then".into());
    let mut other = rules();
    for rule in other.names.values_mut() {
        rule.patterns = vec![compiled("'other'", roots::NAMING)];
        rule.on_rename = OnRename::Keep;
    }
    let second = roster.named(&other, &Given { ledger, ..given() });
    assert_eq!(all(&first), all(&second));
    assert!(second.choices(&"a".into()).iter().all(|choice| choice.kept));
}

#[test]
fn whoever_is_called_otherwise_gets_another_address_and_keeps_the_old_one_beside_it() {
    let (mut before, mut after) = (Roster::default(), Roster::default());
    before.person("a", "Anna", "Berg");
    after.person("a", "Anna", "Dahl");
    let basis = |roster: &Roster| {
        let snapshot = roster.snapshot();
        move |id: &Id| Naming::basis(ROSTER, snapshot.person(id).unwrap())
    };
    let first = before.named(&rules(), &given());
    let ledger = || applied(&first, Ledger::default(), basis(&before));
    assert!(!Naming::is_needed(&before.snapshot(), &rules(), &Given { ledger: ledger(), ..given() }));
    assert!(Naming::is_needed(&after.snapshot(), &rules(), &Given { ledger: ledger(), ..given() }));
    let second = after.named(&rules(), &Given { ledger: ledger(), ..given() });
    let names = |naming: &Naming| NameKind::ALL.map(|what| has(naming, "a", what));
    assert_eq!(names(&second)[0], "annber", "the login stays");
    assert_eq!(names(&second)[1], "anna.dahl@example.test");
    assert_eq!(second.aliases(&"a".into(), ""), ["anna.berg@example.test"]);
    // and again, when it is done: nothing is due, and the alias stays
    let done = applied(&second, ledger(), basis(&after));
    let third = after.named(&rules(), &Given { ledger: done, ..given() });
    assert_eq!((names(&third), third.aliases(&"a".into(), "")), (names(&second), second.aliases(&"a".into(), "")));
    assert!(third.choices(&"a".into()).iter().all(|choice| choice.kept && choice.why.is_none()));
    // nobody else ever gets the alias
    after.person("b", "Anna", "Berg");
    let done = applied(&second, ledger(), basis(&after));
    let fourth = after.named(&rules(), &Given { ledger: done, ..given() });
    assert_eq!(told(&fourth, "b", NameKind::Mail), "anna.berg@example.test was given to a");
    // and back to the old name, which is the person's own
    let done = applied(&second, ledger(), basis(&after));
    let back = before.named(&rules(), &Given { ledger: done, ..given() });
    assert_eq!(has(&back, "a", NameKind::Mail), "anna.berg@example.test");
    assert_eq!(back.aliases(&"a".into(), ""), ["anna.dahl@example.test"]);
}

#[test]
fn a_login_that_somebody_has_to_approve_is_marked() {
    let mut after = Roster::default();
    after.person("a", "Anna", "Dahl");
    let mut ledger = Ledger::default();
    ledger.give(&Holder::new(&"a".into(), ""), NameKind::Login, "annber", Some("then"));
    let mut rules = rules();
    rules.names.get_mut(&NameKind::Login).unwrap().on_rename = OnRename::Propose;
    let naming = after.named(&rules, &Given { ledger, ..given() });
    let choice = naming.choice(&"a".into(), "", NameKind::Login).unwrap();
    let why = choice.why.as_ref().unwrap();
    assert_eq!((&*choice.name, why.instead_of.as_deref(), why.gated), ("anndah", Some("annber"), true));
}

#[test]
fn what_a_leaver_had_is_given_away_when_its_time_is_over_and_never_without_one() {
    let mut roster = Roster::default();
    roster.person_until("a", ("Anna", "Berg"), Some("2026-10-01"));
    roster.account("a", "ad", "annber");
    roster.person("b", "Anna", "Berg");
    let login = |keep_days, taken: bool| {
        let mut given = given();
        if taken {
            given.taken.add("ad", Space::Login, "annber", "o-1");
        }
        let rules = NamingRules { keep_days, ..rules() };
        let naming = roster.named(&rules, &given);
        let former = naming.choice(&"b".into(), "", NameKind::Login).and_then(|choice| choice.why.clone()?.former);
        (has(&naming, "b", NameKind::Login), former)
    };
    assert_eq!(login(None, false), ("annber02".into(), None));
    assert_eq!(login(Some(60), false), ("annber02".into(), None));
    assert_eq!(login(Some(53), false), ("annber".into(), Some("a".into())));
    assert_eq!(login(Some(53), true), ("annber02".into(), None), "the account is there still");
    // of whom the roster no longer knows, the last day is not known either
    let mut ledger = Ledger::default();
    ledger.give(&Holder::new(&"gone".into(), ""), NameKind::Login, "annber", None);
    let mut roster = Roster::default();
    roster.person("b", "Anna", "Berg");
    let rules = NamingRules { keep_days: Some(1), ..rules() };
    assert_eq!(has(&roster.named(&rules, &Given { ledger, ..given() }), "b", NameKind::Login), "annber02");
}

const GIVEN: [&str; 6] = ["Anna", "ANNA", "Åse", "Aase", "Jürgen", "Bo"];
const SURNAMES: [&str; 5] = ["Berg", "Bergmann", "Sørensen", "Müller", "Mueller"];

fn people() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    prop::collection::vec((0..GIVEN.len(), 0..SURNAMES.len(), prop::bool::weighted(0.2)), 1..40)
}

fn roster_of(people: &[(usize, usize, bool)]) -> Roster {
    let mut roster = Roster::default();
    for (at, (given, surname, has_left)) in people.iter().enumerate() {
        let end = has_left.then_some("2026-06-01");
        roster.person_until(&format!("p{at:03}"), (GIVEN[*given], SURNAMES[*surname]), end);
        if *has_left {
            roster.account(&format!("p{at:03}"), "ad", &format!("left{at}"));
        }
    }
    roster
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_two_have_one_name_in_whatever_order_the_facts_come(
        people in people(),
        taken in prop::collection::vec("(ann|aas|boo)(ber|soe|mue)(0[2-5])?", 0..20),
        seed: u64,
    ) {
        let roster = roster_of(&people);
        let given = || {
            let mut given = given();
            taken.iter().for_each(|name| given.taken.add("ad", Space::Login, name, "o"));
            given
        };
        let naming = roster.named(&rules(), &given());
        without_clash(&naming);
        for ((_, what), name) in all(&naming) {
            prop_assert!(what != NameKind::Login || !taken.contains(&name));
        }
        let mut shuffled = roster.clone();
        let count = shuffled.versions.len();
        for at in 0..count {
            let other = usize::try_from(seed.wrapping_mul(at as u64 + 1) % count as u64).unwrap();
            shuffled.versions.swap(at, other);
        }
        prop_assert_eq!(all(&naming), all(&shuffled.named(&rules(), &given())));
    }

    #[test]
    fn whoever_comes_later_takes_nothing_from_those_who_have_names(people in people(), more in people()) {
        let roster = roster_of(&people);
        let first = roster.named(&rules(), &given());
        let ledger = applied(&first, Ledger::default(), |_| "then".into());
        let mut both = roster.clone();
        for (at, (given, surname, _)) in more.iter().enumerate() {
            both.person(&format!("a{at}"), GIVEN[*given], SURNAMES[*surname]); // before all others in the order of ids
        }
        let mut rules = rules();
        rules.names.values_mut().for_each(|rule| rule.on_rename = OnRename::Keep);
        let second = both.named(&rules, &Given { ledger, ..given() });
        without_clash(&second);
        let kept = all(&second);
        for (key, name) in all(&first) {
            prop_assert_eq!(kept.get(&key), Some(&name));
        }
    }
}

const FIRST_NAMES: [&str; 24] = [
    "Anne",
    "Peter",
    "Mette",
    "Jens",
    "Kirsten",
    "Michael",
    "Hanne",
    "Lars",
    "Anna",
    "Henrik",
    "Helle",
    "Thomas",
    "Susanne",
    "Søren",
    "Lene",
    "Jan",
    "Maria",
    "Christian",
    "Marianne",
    "Martin",
    "Åse",
    "Niels",
    "Karen",
    "Bjørn",
];
const STEMS: [&str; 40] = [
    "Niel",
    "Jen",
    "Han",
    "Peder",
    "Ander",
    "Christen",
    "Lar",
    "Søren",
    "Rasmus",
    "Jørgen",
    "Mad",
    "Kristen",
    "Ole",
    "Thom",
    "Christian",
    "Poul",
    "Johan",
    "Knud",
    "Morten",
    "Jacob",
    "Mikkel",
    "Simon",
    "Iver",
    "Joh",
    "Berg",
    "Holm",
    "Dam",
    "Kjær",
    "Lund",
    "Møller",
    "Bach",
    "Krog",
    "Vest",
    "Øster",
    "Nør",
    "Sønder",
    "Skov",
    "Mark",
    "Ager",
    "Ny",
];
const ENDS: [&str; 10] = ["sen", "gaard", "holm", "by", "lund", "strup", "bæk", "dahl", "høj", ""];

/// As many people with Danish names as asked, of whom five hundred are called the same; every thirtieth surname is
/// frequent.
fn danes(count: usize) -> Roster {
    let mut roster = Roster::default();
    for at in 0..count {
        let mixed = at.wrapping_mul(2_654_435_761) >> 7;
        let (given, surname) = match at {
            at if at % 200 == 0 && at < 100_000 => ("Anne".to_owned(), "Nielsen".to_owned()),
            _ => {
                let second = if mixed % 5 == 0 { format!(" {}", FIRST_NAMES[(mixed / 7) % 24]) } else { String::new() };
                let stem = STEMS[(mixed / 24) % 40];
                let end = if mixed % 3 == 0 { "sen" } else { ENDS[(mixed / 960) % 10] };
                (format!("{}{second}", FIRST_NAMES[mixed % 24]), format!("{stem}{end}"))
            }
        };
        roster.person(&format!("person {at:06}"), &given, &surname);
    }
    roster
}

/// Accounts of nobody's that have what many would get: logins, principal names and addresses.
fn clashing(naming: &Naming, count: usize) -> Taken {
    let mut taken = Taken::default();
    let names = all(naming);
    for (at, ((_, what), name)) in names.iter().step_by(names.len() / count).take(count).enumerate() {
        let target = if at % 2 == 0 { "ad" } else { "cloud" };
        for (space, form) in takes(*what, name) {
            taken.add(target, space, &form, &format!("object {at}"));
        }
    }
    taken
}

fn rss_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// The whole of it: `scripts/campaign names`. Smaller where it is only to be shown that it works.
fn campaign(people: usize, accounts: usize) {
    let snapshot = danes(people).snapshot();
    let taken = || clashing(&Naming::new(&snapshot, &rules(), &given()), accounts);
    let before = rss_mb();
    let given = Given { taken: taken(), ..given() };
    let began = Wall::now();
    let naming = Naming::new(&snapshot, &rules(), &given);
    let seconds = began.elapsed().as_secs_f64();
    let claims = without_clash(&naming);
    let names = all(&naming);
    assert_eq!(names.len(), people * NameKind::ALL.len(), "everybody has all names");
    for ((_, what), name) in &names {
        for (space, form) in takes(*what, name) {
            assert_eq!(given.taken.by(space, &form).count(), 0, "{name}");
        }
    }
    println!(
        "{people} people, {} names, {claims} claims: {seconds:.2} s, {} MB (+{})",
        names.len(),
        rss_mb(),
        rss_mb() - before
    );
    // the same on however many threads
    for threads in [2, 8] {
        std::thread::scope(|scope| {
            let same = || scope.spawn(|| Naming::new(&snapshot, &rules(), &given));
            let all_of_them: Vec<_> = (0..threads.min(if people > 10_000 { 2 } else { 8 })).map(|_| same()).collect();
            all_of_them.into_iter().for_each(|one| assert_eq!(all(&one.join().unwrap()), names));
        });
    }
    // and in whatever order the facts come
    let mut reversed = danes(people);
    reversed.versions.reverse();
    assert_eq!(all(&Naming::new(&reversed.snapshot(), &rules(), &given)), names);
    // once they are given, nothing is due any more
    let ledger = applied(&naming, Ledger::default(), |id| Naming::basis(ROSTER, snapshot.person(id).unwrap()));
    let given = Given { ledger, ..self::given() };
    let began = Wall::now();
    assert!(!Naming::is_needed(&snapshot, &rules(), &given));
    println!("nothing due: {:.2} s", began.elapsed().as_secs_f64());
}

#[test]
fn a_town_with_many_namesakes_is_named() {
    campaign(600, 20);
}

#[test]
fn five_hundred_of_one_name_come_at_once() {
    let mut roster = Roster::default();
    (0..500).for_each(|at| roster.person(&format!("p{at:03}"), "Anne", "Nielsen"));
    let naming = roster.named(&rules(), &given());
    without_clash(&naming);
    let login = |at: usize| has(&naming, &format!("p{at:03}"), NameKind::Login);
    assert_eq!(
        [login(0), login(1), login(98), login(99), login(499)],
        ["annnie", "annnie02", "annnie99", "annnie100", "annnie500"]
    );
    let why = naming.choice(&"p499".into(), "", NameKind::Login).and_then(|choice| choice.why.clone()).unwrap();
    assert_eq!((why.passed.len(), why.more), (1, 498));
}

#[test]
#[ignore = "long: scripts/campaign names"]
fn a_hundred_thousand_people_with_three_thousand_accounts_of_others() {
    campaign(100_000, 3_000);
    println!("1 passed, 0 failed"); // as all campaigns end
}
