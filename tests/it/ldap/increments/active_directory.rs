//! DirSync on a domain of Samba.

use super::*;

/// Units with people and groups, and a place outside that the account may read as well.
pub struct World {
    pub hand: Hand,
    pub base: String,
    pub outside: String,
    pub word: String,
    pub settings: Settings,
}

pub fn request() -> ObserveRequest {
    let attributes = [
        (Kind::Unit, vec!["description"]),
        (Kind::User, vec!["sAMAccountName", "title", "otherTelephone", "countryCode", "accountExpires", "l"]),
        (Kind::Contact, vec!["title"]),
        (Kind::Group, vec!["sAMAccountName", "description", "managedBy"]),
    ];
    let named = |(kind, names): (Kind, Vec<&str>)| (kind, names.into_iter().map(Into::into).collect());
    let attributes = attributes.into_iter().map(named).collect();
    ObserveRequest { attributes, without_names: true, ..ObserveRequest::default() }
}

impl World {
    pub async fn new() -> Self {
        let lab = Lab::open();
        let mut admin = lab.administrator().await;
        let base = lab.fresh_unit(&mut admin).await;
        let outside = lab.fresh_unit(&mut admin).await;
        let (account, password) = (lab.value("BIND_DN"), lab.value("BIND_PASSWORD"));
        let hand = Hand::new(lab.value("LDAPS_URL"), &lab.path("CA_FILE"), account, password).await;
        let settings = settings(&lab, &base);
        let mut world = Self { hand, base, outside, word: Lab::word(), settings };
        world.fill().await;
        world
    }

    async fn fill(&mut self) {
        let (base, outside) = (self.base.clone(), self.outside.clone());
        for unit in ["OU=school", "OU=class,OU=school", "OU=hall", "OU=empty", "OU=cellar"] {
            self.unit(&format!("{unit},{base}")).await;
        }
        self.unit(&format!("OU=attic,{outside}")).await;
        for name in ["anna", "bo", "cy", "dan", "eva", "fay", "gus", "hal"] {
            self.user(&format!("CN={name},OU=school,{base}"), name).await;
        }
        self.user(&format!("CN=ida,OU=class,OU=school,{base}"), "ida").await;
        self.user(&format!("CN=kim,OU=cellar,{base}"), "kim").await;
        self.user(&format!("CN=ole,{outside}"), "ole").await;
        self.user(&format!("CN=pia,OU=attic,{outside}"), "pia").await;
        let school = |name: &str| format!("CN={name},OU=school,{base}");
        let members = ["anna", "bo", "cy", "dan", "eva"].map(school);
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        self.group("crew", &members).await;
        let ida = format!("CN=ida,OU=class,OU=school,{base}");
        self.group("band", &[&ida, &school("fay")]).await;
        self.group("duo", &[&school("gus")]).await;
        for (name, manager) in [("bo", "anna"), ("cy", "bo"), ("fay", "eva"), ("hal", "dan")] {
            self.hand.set(&school(name), "manager", &[&school(manager)]).await;
        }
        let band = format!("CN=band {},{base}", self.word);
        self.hand.set(&band, "managedBy", &[&school("cy")]).await;
        self.hand.set(&school("hal"), "title", &["Teacher"]).await;
        // A member of a group by its number alone, outside.
        let rex = format!("CN=rex,{outside}");
        self.user(&rex, "rex").await;
        self.group("league", &[&rex]).await;
        let number = self.hand.number(&format!("CN=league {},{base}", self.word)).await;
        self.hand.set(&rex, "primaryGroupID", &[&number]).await;
    }

    async fn unit(&mut self, dn: &str) {
        self.hand.add(dn, &[("objectClass", "organizationalUnit")]).await;
    }

    async fn user(&mut self, dn: &str, name: &str) {
        let login = format!("{name}{}", self.word);
        let enabled = ("userAccountControl", "544");
        self.hand.add(dn, &[("objectClass", "user"), ("sAMAccountName", &login), enabled]).await;
    }

    async fn group(&mut self, name: &str, members: &[&str]) {
        let dn = format!("CN={name} {},{}", self.word, self.base);
        let mut attributes = vec![("objectClass", "group")];
        attributes.extend(members.iter().map(|member| ("member", *member)));
        self.hand.add(&dn, &attributes).await;
    }

    /// One change; each works on the world as those before left it.
    pub async fn change(&mut self, change: &str) {
        let (base, outside, word) = (self.base.clone(), self.outside.clone(), self.word.clone());
        let school = |name: &str| format!("CN={name},OU=school,{base}");
        let hall = |name: &str| format!("CN={name},OU=hall,{base}");
        let group = |name: &str| format!("CN={name} {word},{base}");
        let hand = &mut self.hand;
        match change {
            "a user comes" => self.user(&hall("new"), "new").await,
            "a text" => hand.set(&school("anna"), "title", &["Head"]).await,
            "several values" => hand.set(&school("anna"), "otherTelephone", &["1", "2"]).await,
            "a number" => hand.set(&school("anna"), "countryCode", &["208"]).await,
            "a time" => hand.set(&school("anna"), "accountExpires", &["133000000000000000"]).await,
            "a text goes" => hand.set(&school("hal"), "title", &[]).await,
            "a login" => hand.set(&school("anna"), "sAMAccountName", &[&format!("other{word}")]).await,
            "a stamp" => hand.set(&school("anna"), "adminDescription", &["somebody"]).await,
            "a user is disabled" => hand.set(&school("anna"), "userAccountControl", &["546"]).await,
            "a manager" => hand.set(&school("bo"), "manager", &[&school("hal")]).await,
            "a manager goes" => hand.set(&school("bo"), "manager", &[]).await,
            "a member comes" => hand.include(&group("crew"), &school("hal")).await,
            "a member goes" => hand.exclude(&group("crew"), &school("hal")).await,
            "a group as a member" => hand.include(&group("crew"), &group("band")).await,
            "a user is renamed who is manager and member" => hand.rename(&school("bo"), "CN=bob").await,
            "a user moves" => hand.carry(&school("cy"), &format!("OU=hall,{base}")).await,
            "a user moves out" => hand.carry(&school("dan"), &outside).await,
            "a user moves in" => hand.carry(&format!("CN=ole,{outside}"), &format!("OU=hall,{base}")).await,
            "a user moves in who is in a group of ours by its number" => {
                hand.carry(&format!("CN=rex,{outside}"), &format!("OU=hall,{base}")).await;
            }
            "a contact comes" => hand.add(&hall("zoe"), &[("objectClass", "contact"), ("title", "Guest")]).await,
            "a contact is renamed" => hand.rename(&hall("zoe"), "CN=zita").await,
            "a manager and member is deleted" => hand.delete(&school("eva")).await,
            "another has the name of one who is deleted" => {
                hand.delete(&school("fay")).await;
                self.user(&school("fay"), "another").await;
            }
            "a group comes" => self.group("trio", &[&school("anna")]).await,
            "a group is deleted" => hand.delete(&group("duo")).await,
            "a unit comes, and a user in it" => {
                self.unit(&format!("OU=room,OU=hall,{base}")).await;
                self.user(&format!("CN=lis,OU=room,OU=hall,{base}"), "lis").await;
            }
            "a unit" => hand.set(&format!("OU=school,{base}"), "description", &["Old"]).await,
            "a unit is deleted" => hand.delete(&format!("OU=empty,{base}")).await,
            "a unit is renamed, with people in it" => {
                hand.rename(&format!("OU=class,OU=school,{base}"), "OU=form").await;
            }
            "a unit moves, with people in it" => {
                hand.carry(&format!("OU=form,OU=school,{base}"), &format!("OU=hall,{base}")).await;
            }
            "a unit moves out, with people in it" => hand.carry(&format!("OU=cellar,{base}"), &outside).await,
            "a unit moves in, with people in it" => hand.carry(&format!("OU=attic,{outside}"), &base).await,
            other => panic!("{other} is no change"),
        }
    }
}

/// With whose entries are read anew for each; a list of everything comes with the last four.
const CHANGES: [(&str, &[&str]); 32] = [
    ("a user comes", &["new"]),
    ("a text", &["anna"]),
    ("several values", &["anna"]),
    ("a number", &["anna"]),
    ("a time", &["anna"]),
    ("a text goes", &["hal"]),
    ("a login", &["anna"]),
    ("a stamp", &["anna"]),
    ("a user is disabled", &["anna"]),
    ("a manager", &["bo"]),
    ("a manager goes", &["bo"]),
    ("a member comes", &["crew"]),
    ("a member goes", &["crew"]),
    ("a group as a member", &["crew"]),
    ("a user is renamed who is manager and member", &["bob", "crew", "cy"]),
    ("a user moves", &["band", "crew", "cy"]),
    ("a user moves out", &["crew", "hal"]),
    ("a user moves in", &["ole"]),
    ("a user moves in who is in a group of ours by its number", &["league", "rex"]),
    ("a contact comes", &["zoe"]),
    ("a contact is renamed", &["zita"]),
    ("a manager and member is deleted", &["crew", "fay"]),
    ("another has the name of one who is deleted", &["band", "fay"]),
    ("a group comes", &["trio"]),
    ("a group is deleted", &[]),
    ("a unit comes, and a user in it", &["lis", "room"]),
    ("a unit", &["school"]),
    ("a unit is deleted", &[]),
    ("a unit is renamed, with people in it", &["band", "form", "ida"]),
    ("a unit moves, with people in it", &["band", "form", "ida"]),
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
        let names = follower.agrees(change).await;
        let names: Vec<&str> = names.iter().map(|name| name.trim_end_matches(&format!(" {}", world.word))).collect();
        assert_eq!(names, read, "{change}");
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
