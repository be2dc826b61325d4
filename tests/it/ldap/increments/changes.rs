//! What somebody changes behind our back, in any directory: one list, told in the words of each.

use rosterd::target::ldap::Dn;

use super::*;

type Fields = Vec<(&'static str, String)>;

/// A change, and whose entries are read anew for it.
pub type Row = (&'static str, Option<Names>, Option<Names>);
type Names = &'static [&'static str];

/// What the directories call things.
pub struct Dialect {
    pub several: &'static str,
    pub number: &'static str,
    pub stamp: &'static str,
    /// The attribute of the login, and the value that disables a user with its attribute.
    pub login: &'static str,
    pub disabled: (&'static str, &'static str),
    /// What the names of groups end with.
    pub group: String,
    /// What a new user has, from its name.
    pub user: Box<dyn Fn(&str) -> Fields + Send + Sync>,
    /// The class of a group, and whether it holds itself since it may not be empty.
    pub class: (&'static str, bool),
}

/// Units with people and groups, and a place outside that the account may read as well.
pub struct World {
    pub hand: Hand,
    pub base: String,
    pub outside: String,
    pub settings: Settings,
    pub dialect: Dialect,
}

/// With whose entries are read anew for each: in Active Directory, and in a directory without referential integrity. A
/// directory that has no such thing gives none. Each works on the world as those before left it.
pub const CHANGES: [Row; 35] = [
    ("a user comes", Some(&["new"]), Some(&["new"])),
    ("a text", Some(&["anna"]), Some(&["anna"])),
    ("several values", Some(&["anna"]), Some(&["anna"])),
    ("a number", Some(&["anna"]), Some(&["anna"])),
    ("a name of another", None, Some(&["anna"])),
    ("a time", Some(&["anna"]), None),
    ("a text goes", Some(&["hal"]), Some(&["hal"])),
    ("a login", Some(&["anna"]), Some(&["anna"])),
    ("a stamp", Some(&["anna"]), Some(&["anna"])),
    ("a user is disabled", Some(&["anna"]), Some(&["anna"])),
    ("a manager", Some(&["bo"]), Some(&["bo"])),
    ("a manager goes", Some(&["bo"]), Some(&["bo"])),
    ("a member comes", Some(&["crew"]), Some(&["crew"])),
    ("a member goes", Some(&["crew"]), Some(&["crew"])),
    ("a group as a member", Some(&["crew"]), Some(&["crew"])),
    ("a user is renamed who is manager and member", Some(&["bob", "crew", "cy"]), Some(&["anna", "bob", "crew", "cy"])),
    ("a user moves", Some(&["band", "crew", "cy"]), Some(&["band", "crew", "cy"])),
    ("a user moves out", Some(&["crew", "hal"]), Some(&["crew", "hal"])),
    ("a user moves in", Some(&["crew", "hal", "ole"]), Some(&["anna", "band", "crew", "cy", "hal", "ole"])),
    ("a user moves back in", Some(&["crew", "dan", "hal"]), Some(&["anna", "band", "crew", "cy", "dan"])),
    ("a user moves in who is in a group of ours by its number", Some(&["league", "rex"]), None),
    ("a contact comes", Some(&["zoe"]), None),
    ("a contact is renamed", Some(&["zita"]), None),
    ("a manager and member is deleted", Some(&["crew", "fay"]), Some(&["crew", "fay"])),
    ("another has the name of one who is deleted", Some(&["band", "fay"]), Some(&["anna", "band", "cy", "fay"])),
    ("something else has the name of one who is deleted", None, Some(&["duo"])),
    ("a group comes", Some(&["trio"]), Some(&["anna", "band", "cy", "trio"])),
    ("a group is deleted", Some(&[]), Some(&[])),
    ("a unit comes, and a user in it", Some(&["lis", "room"]), Some(&["anna", "band", "cy", "lis", "room"])),
    ("a unit", Some(&["school"]), Some(&["school"])),
    ("a unit is deleted", Some(&[]), Some(&[])),
    ("a unit is renamed, with people in it", Some(&["band", "form", "ida"]), Some(&["band", "form", "ida"])),
    ("a unit moves, with people in it", Some(&["band", "form", "ida"]), Some(&["form", "ida"])),
    ("a unit moves out, with people in it", Some(&[]), Some(&[])),
    ("a unit moves in, with people in it", Some(&["attic", "pia"]), Some(&["anna", "attic", "band", "cy", "pia"])),
];

impl World {
    /// The world as it is before the first change.
    pub async fn fill(&mut self) {
        let (base, outside) = (self.base.clone(), self.outside.clone());
        for unit in ["ou=school", "ou=class,ou=school", "ou=hall", "ou=empty", "ou=cellar"] {
            self.unit(&format!("{unit},{base}")).await;
        }
        self.unit(&format!("ou=attic,{outside}")).await;
        let school = |name: &str| format!("cn={name},ou=school,{base}");
        for name in ["anna", "bo", "cy", "dan", "eva", "fay", "gus", "hal", "liv"] {
            self.user(&school(name)).await;
        }
        self.user(&format!("cn=ida,ou=class,ou=school,{base}")).await;
        self.user(&format!("cn=kim,ou=cellar,{base}")).await;
        self.user(&format!("cn=ole,{outside}")).await;
        self.user(&format!("cn=pia,ou=attic,{outside}")).await;
        self.make_group("crew", &["anna", "bo", "cy", "dan", "eva"].map(school)).await;
        self.make_group("band", &[format!("cn=ida,ou=class,ou=school,{base}"), school("fay")]).await;
        self.make_group("duo", &[school("gus"), school("liv")]).await;
        for (name, manager) in [("bo", "anna"), ("cy", "bo"), ("fay", "eva"), ("hal", "dan")] {
            self.hand.set(&school(name), "manager", &[&school(manager)]).await;
        }
        self.hand.set(&school("hal"), "title", &["Teacher"]).await;
    }

    pub async fn unit(&mut self, dn: &str) {
        self.hand.add(dn, &[("objectClass", "organizationalUnit")]).await;
    }

    pub async fn user(&mut self, dn: &str) {
        let name = Dn::parse(dn).unwrap().name().unwrap().1.to_owned();
        self.named(dn, &name).await;
    }

    /// A user whose login is made of another name.
    async fn named(&mut self, dn: &str, name: &str) {
        let attributes = (self.dialect.user)(name);
        let attributes: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.hand.add(dn, &attributes).await;
    }

    pub fn group(&self, name: &str) -> String {
        format!("cn={name}{},{}", self.dialect.group, self.base)
    }

    pub async fn make_group(&mut self, name: &str, members: &[String]) {
        let (dn, (class, holds_itself)) = (self.group(name), self.dialect.class);
        let mut attributes = vec![("objectClass", class)];
        attributes.extend(members.iter().map(|member| ("member", member.as_str())));
        attributes.extend(holds_itself.then_some(("member", dn.as_str())));
        self.hand.add(&dn, &attributes).await;
    }

    /// One change.
    pub async fn change(&mut self, change: &str) {
        let (base, outside) = (self.base.clone(), self.outside.clone());
        let school = |name: &str| format!("cn={name},ou=school,{base}");
        let hall = |name: &str| format!("cn={name},ou=hall,{base}");
        let (crew, band, duo) = (self.group("crew"), self.group("band"), self.group("duo"));
        let Dialect { several, number, stamp, login, disabled, .. } = self.dialect;
        let hand = &mut self.hand;
        match change {
            "a user comes" => self.user(&hall("new")).await,
            "a text" => hand.set(&school("anna"), "title", &["Head"]).await,
            "several values" => hand.set(&school("anna"), several, &["11", "22"]).await,
            "a number" => hand.set(&school("anna"), number, &["208"]).await,
            "a time" => hand.set(&school("anna"), "accountExpires", &["133000000000000000"]).await,
            "a name of another" => hand.set(&school("anna"), "seeAlso", &[&school("bo")]).await,
            "a text goes" => hand.set(&school("hal"), "title", &[]).await,
            "a login" => hand.set(&school("anna"), login, &[&format!("other{}", self.dialect.group.trim())]).await,
            "a stamp" => hand.set(&school("anna"), stamp, &["somebody"]).await,
            "a user is disabled" => hand.set(&school("anna"), disabled.0, &[disabled.1]).await,
            "a manager" => hand.set(&school("bo"), "manager", &[&school("hal")]).await,
            "a manager goes" => hand.set(&school("bo"), "manager", &[]).await,
            "a member comes" => hand.include(&crew, &school("hal")).await,
            "a member goes" => hand.exclude(&crew, &school("hal")).await,
            "a group as a member" => hand.include(&crew, &band).await,
            "a user is renamed who is manager and member" => hand.rename(&school("bo"), "cn=bob").await,
            "a user moves" => hand.carry(&school("cy"), &format!("ou=hall,{base}")).await,
            "a user moves out" => hand.carry(&school("dan"), &outside).await,
            "a user moves back in" => hand.carry(&format!("cn=dan,{outside}"), &format!("ou=school,{base}")).await,
            "a user moves in" => hand.carry(&format!("cn=ole,{outside}"), &format!("ou=hall,{base}")).await,
            "a user moves in who is in a group of ours by its number" => {
                hand.carry(&format!("cn=rex,{outside}"), &format!("ou=hall,{base}")).await;
            }
            "a contact comes" => hand.add(&hall("zoe"), &[("objectClass", "contact"), ("title", "Guest")]).await,
            "a contact is renamed" => hand.rename(&hall("zoe"), "cn=zita").await,
            "a manager and member is deleted" => hand.delete(&school("eva")).await,
            "another has the name of one who is deleted" => {
                hand.delete(&school("fay")).await;
                self.named(&school("fay"), "another").await;
            }
            "something else has the name of one who is deleted" => {
                hand.delete(&school("liv")).await;
                hand.add(&school("liv"), &[("objectClass", "person"), ("sn", "x")]).await;
            }
            "a group comes" => self.make_group("trio", &[school("anna")]).await,
            "a group is deleted" => hand.delete(&duo).await,
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

/// Each change by itself; the entries that are read for each are to be these.
pub async fn each(world: &mut World, follower: &mut Follower, read: impl Fn(&Row) -> Option<Names>) {
    let mut others = Vec::new();
    for row in &CHANGES {
        let Some(expected) = read(row) else { continue };
        world.change(row.0).await;
        let names = follower.agrees(row.0).await;
        let names: Vec<&str> = names.iter().map(|name| name.trim_end_matches(&*world.dialect.group)).collect();
        if names != expected {
            others.push((row.0, names.into_iter().map(str::to_owned).collect::<Vec<_>>()));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}
