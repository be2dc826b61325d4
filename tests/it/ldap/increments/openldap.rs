//! Content Synchronization with OpenLDAP.

use super::*;

/// Units with people and groups, and a place outside that the account may read as well.
pub struct World {
    pub hand: Hand,
    pub base: String,
    pub outside: String,
    pub settings: Settings,
}

pub fn request() -> ObserveRequest {
    let attributes = [
        (Kind::Unit, vec!["description"]),
        (Kind::User, vec!["uid", "title", "telephoneNumber", "employeeNumber", "seeAlso"]),
        (Kind::Group, vec!["description", "owner"]),
    ];
    let named = |(kind, names): (Kind, Vec<&str>)| (kind, names.into_iter().map(Into::into).collect());
    let attributes = attributes.into_iter().map(named).collect();
    ObserveRequest { attributes, without_names: true, ..ObserveRequest::default() }
}

impl World {
    pub async fn new() -> Self {
        let lab = Lab::open();
        let (account, password) = (lab.value("OPENLDAP_ADMIN"), lab.value("OPENLDAP_ADMIN_PASSWORD"));
        let hand = Hand::new(lab.value("OPENLDAPS_URL"), &lab.path("OPENLDAP_CA_FILE"), account, password).await;
        let place = || format!("ou=test {},{}", Lab::word(), lab.value("OPENLDAP_ORG"));
        let (base, outside) = (place(), place());
        let secret = lab.path("OPENLDAP_SYNC_PASSWORD_FILE");
        let settings = Settings {
            url: lab.value("OPENLDAPS_URL").into(),
            ca_file: Some(lab.path("OPENLDAP_CA_FILE")),
            bind_dn: lab.value("OPENLDAP_SYNC").to_owned(),
            password: Some(SecretRef { file: Some(secret), credential: None, env: None }),
            profile: Profile::OpenLdap,
            names_base: Some(base.clone()),
            ..super::settings(&lab, &base)
        };
        let mut world = Self { hand, base, outside, settings };
        world.fill().await;
        world
    }

    async fn fill(&mut self) {
        let (base, outside) = (self.base.clone(), self.outside.clone());
        for dn in [&base, &outside] {
            self.unit(dn).await;
        }
        for unit in ["ou=school", "ou=class,ou=school", "ou=hall", "ou=empty", "ou=cellar"] {
            self.unit(&format!("{unit},{base}")).await;
        }
        self.unit(&format!("ou=attic,{outside}")).await;
        for name in ["anna", "bo", "cy", "dan", "eva", "fay", "gus", "hal", "liv"] {
            self.user(&format!("cn={name},ou=school,{base}")).await;
        }
        self.user(&format!("cn=ida,ou=class,ou=school,{base}")).await;
        self.user(&format!("cn=kim,ou=cellar,{base}")).await;
        self.user(&format!("cn=ole,{outside}")).await;
        self.user(&format!("cn=pia,ou=attic,{outside}")).await;
        let school = |name: &str| format!("cn={name},ou=school,{base}");
        let members = ["anna", "bo", "cy", "dan", "eva"].map(school);
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        self.group("crew", &members).await;
        self.group("band", &[&format!("cn=ida,ou=class,ou=school,{base}"), &school("fay")]).await;
        self.group("duo", &[&school("gus"), &school("liv")]).await;
        for (name, manager) in [("bo", "anna"), ("cy", "bo"), ("fay", "eva"), ("hal", "dan")] {
            self.hand.set(&school(name), "manager", &[&school(manager)]).await;
        }
        self.hand.set(&format!("cn=band,{base}"), "owner", &[&school("cy")]).await;
        self.hand.set(&school("hal"), "title", &["Teacher"]).await;
    }

    async fn unit(&mut self, dn: &str) {
        self.hand.add(dn, &[("objectClass", "organizationalUnit")]).await;
    }

    pub async fn user(&mut self, dn: &str) {
        self.hand.add(dn, &[("objectClass", "inetOrgPerson"), ("sn", "x")]).await;
    }

    async fn group(&mut self, name: &str, members: &[&str]) {
        let dn = format!("cn={name},{}", self.base);
        let mut attributes = vec![("objectClass", "groupOfNames"), ("member", &dn)];
        attributes.extend(members.iter().map(|member| ("member", *member)));
        self.hand.add(&dn, &attributes).await;
    }

    /// One change; each works on the world as those before left it.
    pub async fn change(&mut self, change: &str) {
        let (base, outside) = (self.base.clone(), self.outside.clone());
        let school = |name: &str| format!("cn={name},ou=school,{base}");
        let hall = |name: &str| format!("cn={name},ou=hall,{base}");
        let group = |name: &str| format!("cn={name},{base}");
        let hand = &mut self.hand;
        match change {
            "a user comes" => self.user(&hall("new")).await,
            "a text" => hand.set(&school("anna"), "title", &["Head"]).await,
            "several values" => hand.set(&school("anna"), "telephoneNumber", &["11", "22"]).await,
            "a number" => hand.set(&school("anna"), "employeeNumber", &["208"]).await,
            "a name of another" => hand.set(&school("anna"), "seeAlso", &[&school("bo")]).await,
            "a text goes" => hand.set(&school("hal"), "title", &[]).await,
            "a login" => hand.set(&school("anna"), "uid", &["other"]).await,
            "a stamp" => hand.set(&school("anna"), "businessCategory", &["somebody"]).await,
            "a user is disabled" => hand.set(&school("anna"), "pwdAccountLockedTime", &["000001010000Z"]).await,
            "a manager" => hand.set(&school("bo"), "manager", &[&school("hal")]).await,
            "a manager goes" => hand.set(&school("bo"), "manager", &[]).await,
            "a member comes" => hand.include(&group("crew"), &school("hal")).await,
            "a member goes" => hand.exclude(&group("crew"), &school("hal")).await,
            "a group as a member" => hand.include(&group("crew"), &group("band")).await,
            "a user is renamed who is manager and member" => hand.rename(&school("bo"), "cn=bob").await,
            "a user moves" => hand.carry(&school("cy"), &format!("ou=hall,{base}")).await,
            "a user moves out" => hand.carry(&school("dan"), &outside).await,
            "a user moves in" => hand.carry(&format!("cn=ole,{outside}"), &format!("ou=hall,{base}")).await,
            "a manager and member is deleted" => hand.delete(&school("eva")).await,
            "another has the name of one who is deleted" => {
                hand.delete(&school("fay")).await;
                self.user(&school("fay")).await;
            }
            "something else has the name of one who is deleted" => {
                hand.delete(&school("liv")).await;
                hand.add(&school("liv"), &[("objectClass", "person"), ("sn", "x")]).await;
            }
            "a group comes" => self.group("trio", &[&school("anna")]).await,
            "a group is deleted" => hand.delete(&group("duo")).await,
            "a unit comes, and a user in it" => {
                self.unit(&format!("ou=room,ou=hall,{base}")).await;
                self.user(&format!("cn=lis,ou=room,ou=hall,{base}")).await;
            }
            "a unit" => hand.set(&format!("ou=school,{base}"), "description", &["Old"]).await,
            "a unit is deleted" => hand.delete(&format!("ou=empty,{base}")).await,
            "a unit is renamed, with people in it" => {
                hand.rename(&format!("ou=class,ou=school,{base}"), "ou=form").await;
            }
            "a unit moves, with people in it" => {
                hand.carry(&format!("ou=form,ou=school,{base}"), &format!("ou=hall,{base}")).await;
            }
            "a unit moves out, with people in it" => hand.carry(&format!("ou=cellar,{base}"), &outside).await,
            "a unit moves in, with people in it" => hand.carry(&format!("ou=attic,{outside}"), &base).await,
            other => panic!("{other} is no change"),
        }
    }
}

/// With whose entries are read anew for each.
pub const CHANGES: [(&str, &[&str]); 30] = [
    ("a user comes", &["new"]),
    ("a text", &["anna"]),
    ("several values", &["anna"]),
    ("a number", &["anna"]),
    ("a name of another", &["anna"]),
    ("a text goes", &["hal"]),
    ("a login", &["anna"]),
    ("a stamp", &["anna"]),
    ("a user is disabled", &["anna"]),
    ("a manager", &["bo"]),
    ("a manager goes", &["bo"]),
    ("a member comes", &["crew"]),
    ("a member goes", &["crew"]),
    ("a group as a member", &["crew"]),
    ("a user is renamed who is manager and member", &["anna", "bob", "crew", "cy"]),
    ("a user moves", &["band", "crew", "cy"]),
    ("a user moves out", &["crew", "hal"]),
    ("a user moves in", &["ole"]),
    ("a manager and member is deleted", &["crew", "fay"]),
    ("another has the name of one who is deleted", &["band", "fay"]),
    ("something else has the name of one who is deleted", &["duo"]),
    ("a group comes", &["trio"]),
    ("a group is deleted", &[]),
    ("a unit comes, and a user in it", &["lis", "room"]),
    ("a unit", &["school"]),
    ("a unit is deleted", &[]),
    ("a unit is renamed, with people in it", &["band", "form", "ida"]),
    ("a unit moves, with people in it", &["form", "ida"]),
    ("a unit moves out, with people in it", &[]),
    ("a unit moves in, with people in it", &["attic", "pia"]),
];

#[tokio::test]
async fn each_change_behind_our_back_is_seen() {
    let mut world = World::new().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    assert_eq!(follower.follow().await, Ok(Vec::new()), "nothing changed");
    for (change, read) in CHANGES {
        world.change(change).await;
        assert_eq!(follower.agrees(change).await, read, "{change}");
    }
}

#[tokio::test]
async fn all_changes_at_once_are_seen() {
    let mut world = World::new().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    for (change, _) in CHANGES {
        world.change(change).await;
    }
    follower.agrees("all").await;
}
