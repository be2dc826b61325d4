//! Mistakes in a configuration, no two of one kind: each is told with its place, what is wrong, and what to write instead.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rosterd::config::render;

use super::problems;

/// What is changed in the base, and what kind of mistake that is.
type Mistake = (&'static str, &'static [(&'static str, &'static str)]);

const GIVEN: &str = "givenName = \"person.given_name\"";
const HR: &str = "[jsonl.hr]";
const AD: &str = "[ldap.ad]\n";
const USER: &str = "[ldap.ad.user]\n";
const CLOUD: &str = "[scim.cloud.connection]";
const END: &str = "userName = \"login\"";

const MISTAKES: &[Mistake] = &[
    // the file
    ("no TOML", &[("zone = \"Europe/Copenhagen\"", "zone = Europe/Copenhagen")]),
    ("a misspelt key", &[("bind_dn =", "bind_nd =")]),
    (
        "a section that is missing",
        &[(
            "[roster]\nfile = \"roster.db\"\nzone = \"Europe/Copenhagen\"\nnational_id_key = { file = \"national-id.key\" }",
            "",
        )],
    ),
    ("a key that is missing", &[("base = \"OU=Org,DC=example,DC=test\"\n", "")]),
    ("a value of the wrong type", &[("file = \"hr.jsonl\"", "file = 7")]),
    ("a word that is no choice", &[("empty = \"keep\"", "authority = \"owned\"")]),
    ("a file without a name", &[("file = \"hr.jsonl\"", "file = \"\"")]),
    ("a zone that is none", &[("Europe/Copenhagen", "Europe/Kobenhavn")]),
    // secrets
    ("a secret in clear", &[("password = { file = \"password\" }", "password = \"hunter2\"")]),
    ("a secret in two places", &[("{ env = \"CLOUD_TOKEN\" }", "{ env = \"CLOUD_TOKEN\", file = \"t\" }")]),
    // schedules
    ("an hour that is none", &[("0 5 * * *", "0 25 * * *")]),
    ("a schedule of three fields", &[("0 5 * * *", "5 * *")]),
    ("a schedule that never comes", &[("0 5 * * *", "0 0 31 2 *")]),
    ("a day of the month and of the week", &[("0 5 * * *", "0 5 1 * Mon")]),
    // names
    ("one name twice", &[("[scim.cloud.", "[scim.ad."), ("[scim.cloud.", "[scim.ad.")]),
    ("a name of rosterd's own", &[(HR, "[jsonl.roster]")]),
    ("a name with a blank", &[(HR, "[jsonl.\"h r\"]")]),
    // limits, retention, quality
    ("a share above 100", &[(AD, "[ldap.ad]\nlimits.disable = { share = 500 }\n")]),
    ("a floor above the count", &[(AD, "[ldap.ad]\nlimits.delete = { count = 1, floor = 2 }\n")]),
    ("a subtree that is none", &[(AD, "[ldap.ad]\nlimits.subtree.Skolen.disable = { share = 80 }\n")]),
    ("a group without a name", &[(AD, "[ldap.ad]\nnever_empty = [\"\"]\n")]),
    ("more approvals than people", &[(HR, "[safety]\napprovals = 3\napprovers = [\"anna\"]\n\n[jsonl.hr]")]),
    ("an approver who is none", &[(HR, "[safety]\napprovers = [-1]\n\n[jsonl.hr]")]),
    ("a rule of the record that is none", &[(HR, "[quality]\nduplicate-nationalid = \"block\"\n\n[jsonl.hr]")]),
    ("drift of what nothing writes", &[(AD, "[ldap.ad.user.drift]\npager = \"report\"\n\n[ldap.ad]\n")]),
    ("drift that no one field takes over", &[(AD, "[ldap.ad.user.drift]\nsAMAccountName = \"accept\"\n\n[ldap.ad]\n")]),
    // letters
    (
        "mail in clear",
        &[(HR, "[mail]\nserver = \"mx.example.test\"\ntls = \"none\"\nfrom = \"a@example.test\"\n\n[jsonl.hr]")],
    ),
    ("mail from nobody", &[(HR, "[mail]\nserver = \"mx.example.test\"\nfrom = \"rosterd\"\n\n[jsonl.hr]")]),
    (
        "a webhook in clear",
        &[(HR, "[webhook.ops]\nurl = \"http://ops.example.test/\"\nsecret = { file = \"s\" }\n\n[jsonl.hr]")],
    ),
    (
        "a folder that is tried for no time",
        &[(HR, "[folder.archive]\npath = \"reports\"\ngive_up_days = 0\n\n[jsonl.hr]")],
    ),
    (
        "a report that is none",
        &[(HR, "[report.r]\nwhat = \"qality\"\nto.folders = [\"a\"]\n[folder.a]\npath = \"a\"\n\n[jsonl.hr]")],
    ),
    ("a report for nobody", &[(HR, "[report.r]\nwhat = \"quality\"\nto = {}\n\n[jsonl.hr]")]),
    (
        "a report by mail that nothing sends",
        &[(HR, "[report.r]\nwhat = \"quality\"\nto.mail = [\"a@example.test\"]\n\n[jsonl.hr]")],
    ),
    (
        "a report to a folder that is none",
        &[(
            HR,
            "[report.r]\nwhat = \"quality\"\nto.folders = [\"archve\"]\n[folder.archive]\npath = \"a\"\n\n[jsonl.hr]",
        )],
    ),
    // custom attributes
    (
        "a pattern that is none",
        &[(HR, "[custom.person]\na = { type = \"text\", pattern = \"^[0-9{4}$\" }\n\n[jsonl.hr]")],
    ),
    (
        "bounds that leave nothing",
        &[(HR, "[custom.person]\na = { type = \"number\", min = 3, max = 2 }\n\n[jsonl.hr]")],
    ),
    (
        "a custom attribute that is not declared",
        &[
            (HR, "[custom.person]\ncost_centre = { type = \"text\" }\n\n[jsonl.hr]"),
            ("\"person.given_name\"", "\"person.custom.cost_center\""),
        ],
    ),
    // expressions
    ("an expression that breaks off", &[("\"person.given_name\"", "\"person.given_name ~\"")]),
    ("an empty expression", &[("\"person.given_name\"", "\"\"")]),
    ("a root that is none", &[("\"person.given_name\"", "\"persn.given_name\"")]),
    ("a field that is none", &[("\"person.given_name\"", "\"upper(person.givenname)\"")]),
    ("a filter that is none", &[("\"person.given_name\"", "\"person.given_name|uper\"")]),
    ("a function that is none", &[("\"person.given_name\"", "\"slugg(person.given_name)\"")]),
    ("a test that is none", &[("\"person.given_name\"", "\"'x' if person.nickname is nonee\"")]),
    ("a method", &[("\"person.given_name\"", "\"person.given_name.upper()\"")]),
    ("a field of a text", &[("\"person.given_name\"", "\"login.name\"")]),
    ("a thing as a value", &[("\"person.given_name\"", "\"manager ~ ''\"")]),
    ("a list in a text", &[("\"person.given_name\"", "\"unit.path ~ ''\"")]),
    ("an order of what may be nothing", &[("\"person.given_name\"", "\"'x' if engagement.end < '2026-01-01'\"")]),
    ("a list times a number", &[("\"person.given_name\"", "\"[login] * 3\"")]),
    ("a table as a value", &[("\"person.given_name\"", "\"{{ person.given_name }}\"")]),
    ("a pattern by which no day is written", &[("\"person.given_name\"", "\"engagement.end|day('dd-mm-yyyy')\"")]),
    ("one of several jobs by a word", &[("\"person.given_name\"", "\"engagements[login].title\"")]),
    ("a field that is computed", &[("\"person.given_name\"", "\"person[login]\"")]),
    ("what always fails", &[("\"person.given_name\"", "\"'x' * 1000000000\"")]),
    // attributes
    ("an attribute that is none", &[("givenName =", "givnName =")]),
    ("an attribute with two rules", &[("givenName =", "samaccountname = \"login\"\ngivenName =")]),
    (
        "an attribute with two names",
        &[(
            END,
            "userName = \"login\"\ntitle = \"engagement.title\"\n\"urn:ietf:params:scim:schemas:core:2.0:User:title\" = \"engagement.title\"",
        )],
    ),
    ("an attribute that rosterd gives a meaning", &[("givenName =", "manager = \"manager.name\"\ngivenName =")]),
    ("the stamp", &[("givenName =", "adminDescription = \"person.id\"\ngivenName =")]),
    ("an attribute that the target writes", &[("givenName =", "whenCreated = \"engagement.start\"\ngivenName =")]),
    ("a name with a dot without quotes", &[(END, "userName = \"login\"\nname.givenName = \"person.given_name\"")]),
    ("a list for one value", &[(GIVEN, "givenName = \"unit.path\"")]),
    ("several texts for one value", &[(GIVEN, "givenName = \"['a', 'b']\"")]),
    (
        "a text that is too long",
        &[(
            GIVEN,
            "department = \"'Department of the Interior, the Exterior and everything that lies between the two'\"",
        )],
    ),
    (
        "a text that grows too long",
        &[(
            GIVEN,
            "department = \"unit.name ~ ' in the Department of the Interior, the Exterior and what lies between'\"",
        )],
    ),
    ("a cut that is too late", &[(GIVEN, "givenName = \"truncate(person.given_name, 128)\"")]),
    ("a text for true or false", &[(GIVEN, "msExchHideFromAddressLists = \"person.category\"")]),
    ("true or false for a number", &[(GIVEN, "countryCode = \"person.category == 'x'\"")]),
    ("a word for a number", &[(GIVEN, "countryCode = \"'Denmark'\"")]),
    ("a character that is refused", &[("sAMAccountName = \"login\"", "sAMAccountName = \"'a@b'\"")]),
    ("nothing for what is needed", &[("sAMAccountName = \"login\"", "sAMAccountName = \"none\"")]),
    ("nothing that leaves as it is", &[(GIVEN, "givenName = { value = \"none\", empty = \"keep\" }")]),
    ("an attribute of the site without a rule", &[(AD, "[ldap.ad]\nextra_attributes = [\"municipalityCode\"]\n")]),
    // the target
    ("no name for objects of a directory", &[("name = \"person.name\"\n", "")]),
    (
        "a name for resources of a service",
        &[("[scim.cloud.user.attributes]", "[scim.cloud.user]\nname = \"login\"\n[scim.cloud.user.attributes]")],
    ),
    ("a name that is a list", &[("name = \"person.name\"", "name = \"unit.path\"")]),
    ("a condition that is none", &[("name = \"person.name\"", "name = \"person.name\"\nwhen = \"'external'\"")]),
    ("no login", &[(END, "title = \"engagement.title\"")]),
    (
        "a place of a group",
        &[(
            USER,
            "[ldap.ad.group]\nname = \"group.name\"\nplace = \"top\"\nattributes.sAMAccountName = \"group.name\"\n\n[ldap.ad.user]\n",
        )],
    ),
    (
        "a manager of a group",
        &[(
            USER,
            "[ldap.ad.group]\nname = \"group.name\"\nmanager = true\nattributes.sAMAccountName = \"group.name\"\n\n[ldap.ad.user]\n",
        )],
    ),
    ("a target without a mapping", &[("[scim.cloud.user.attributes]\nuserName = \"login\"\n", "")]),
    ("no way to sign in", &[("password = { file = \"password\" }\n", "")]),
    ("a connection in clear", &[("ldaps://", "ldap://")]),
    ("adoption by what has no rule", &[(AD, "[ldap.ad]\nadopt.user = [\"mail\"]\n")]),
    (
        "a profile that is none",
        &[(CLOUD, "[scim.cloud]\nprofile = \"aws-identity-centre\"\n\n[scim.cloud.connection]")],
    ),
    ("a login of no length", &[("patterns =", "max_length = 0\npatterns =")]),
    // further accounts
    ("a second account for everybody", &[(AD, "[accounts.admin]\n\n[ldap.ad]\n")]),
    ("a kind of account with a colon", &[(AD, "[accounts.\"a:b\"]\nwhen = \"true\"\n\n[ldap.ad]\n")]),
    (
        "an account in a target that is none",
        &[(AD, "[accounts.admin]\nwhen = \"person.category\"\ntargets = [\"adx\"]\n\n[ldap.ad]\n")],
    ),
    (
        "an account in a target without users",
        &[
            (AD, "[accounts.admin]\nwhen = \"person.category\"\ntargets = [\"cloud\"]\n\n[ldap.ad]\n"),
            (
                "[scim.cloud.user.attributes]\nuserName = \"login\"",
                "[scim.cloud.group.attributes]\ndisplayName = \"group.name\"",
            ),
        ],
    ),
    ("an account nowhere", &[(AD, "[accounts.admin]\nwhen = \"person.category\"\ntargets = []\n\n[ldap.ad]\n")]),
    (
        "an account by days that nothing says",
        &[(AD, "[accounts.admin]\nwhen = \"person.category\"\nlifecycle = \"vip\"\n\n[ldap.ad]\n")],
    ),
    (
        "a second account with an address that nobody has",
        &[(AD, "[accounts.admin]\nwhen = \"person.category\"\nmail = {}\n\n[ldap.ad]\n")],
    ),
    (
        "a name by an address that the account has not",
        &[(
            AD,
            "[accounts.admin]\nwhen = \"person.category\"\nupn.patterns = [\"mail\"]\n\n[naming.mail]\ndomain = \"example.test\"\n\n[naming.upn]\n\n[ldap.ad]\n",
        )],
    ),
    (
        "a test of an account that nobody has",
        &[(
            END,
            "userName = \"login\"\n\n[test.a]\ntarget = \"ad\"\naccount = \"admin\"\nperson = { surname = \"Berg\" }\ngives = { title = \"x\" }",
        )],
    ),
    // tests of the mapping
    ("a test of nobody", &[(END, "userName = \"login\"\n\n[test.a]\ntarget = \"ad\"\ngives = { title = \"x\" }")]),
    (
        "a test of everything at once",
        &[(END, "userName = \"login\"\n\n[test.a]\nperson = { surname = \"Berg\" }\ngives = { title = \"x\" }")],
    ),
    (
        "a test of no target",
        &[(
            END,
            "userName = \"login\"\n\n[test.a]\ntarget = \"da\"\nperson = { surname = \"Berg\" }\ngives = { title = \"x\" }",
        )],
    ),
    (
        "a test of what is not mapped",
        &[(
            END,
            "userName = \"login\"\n\n[test.a]\ntarget = \"ad\"\ngroup = { name = \"G\" }\ngives = { title = \"x\" }",
        )],
    ),
    (
        "a test of an attribute without a rule",
        &[(
            END,
            "userName = \"login\"\n\n[test.a]\ntarget = \"ad\"\nperson = { surname = \"Berg\" }\ngives = { titel = \"x\" }",
        )],
    ),
    (
        "a test that expects nothing",
        &[(END, "userName = \"login\"\n\n[test.a]\ntarget = \"ad\"\nperson = { surname = \"Berg\" }")],
    ),
];

/// What is said, without the names that it is said of.
fn kind(message: &str) -> String {
    let plain: String = message.split('"').step_by(2).collect::<Vec<_>>().join("…");
    plain.split_whitespace().filter(|word| !word.chars().any(|c| c.is_ascii_digit())).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_is_told_with_its_place_and_what_to_write_instead() {
    let mut kinds: BTreeMap<String, &str> = BTreeMap::new();
    let mut golden = String::new();
    let mut lacking = Vec::new();
    for (name, changes) in MISTAKES {
        let problems = problems(changes);
        let _infallible = write!(golden, "=== {name}\n\n{}", render(&problems, false));
        for problem in &problems {
            if problem.file != "config.toml" || problem.line == 0 || problem.column == 0 || problem.hint.is_none() {
                lacking.push(format!("{name}: {}", problem.message));
            }
        }
        if let Some(other) = kinds.insert(kind(&problems[0].message), name) {
            lacking.push(format!("{name} is told like {other}: {}", problems[0].message));
        }
    }
    insta::assert_snapshot!("catalogue", golden);
    assert!(lacking.is_empty(), "{lacking:#?}");
    assert!(kinds.len() >= 40, "{} kinds", kinds.len());
}
