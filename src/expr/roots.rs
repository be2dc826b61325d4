//! What an expression may speak about: the roots of each kind and their fields. One table for the check at load, for
//! the hints, and for the documentation. The national id of a person is not here, and never will be.

use crate::org::{CustomForm, CustomType, FactKind};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// A day, written YYYY-MM-DD.
    Day,
    /// A number, whole or not.
    Number,
    Bool,
    /// A list of texts.
    List,
    Object(&'static [Field]),
    /// Several things of one kind. A field of them is the list of all their values; `[0]` is the first of them.
    Many(&'static [Field]),
    /// A thing with a field for whatever the site has: named by name or id, each of the same shape.
    Called(&'static Shape),
    /// The custom attributes of a kind: which there are is declared in the configuration.
    Custom(FactKind),
}

impl Shape {
    /// The shape of a custom attribute.
    pub(super) fn of(declared: &CustomType) -> Self {
        match declared.form {
            _ if declared.many => Self::List,
            CustomForm::Number => Self::Number,
            CustomForm::Bool => Self::Bool,
            CustomForm::Day => Self::Day,
            CustomForm::Text | CustomForm::Class => Self::Text,
        }
    }

    /// What the field of several things is, when it has this shape in one of them.
    pub(super) fn of_many(self) -> Self {
        match self {
            Self::Object(fields) | Self::Many(fields) => Self::Many(fields),
            Self::Called(_) | Self::Custom(_) => self,
            Self::Text | Self::Day | Self::Number | Self::Bool | Self::List => Self::List,
        }
    }

    /// How the documentation calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Day => "day",
            Self::Number => "number",
            Self::Bool => "true or false",
            Self::List => "list",
            Self::Object(_) => "thing",
            Self::Many(_) => "things",
            Self::Called(_) => "by name",
            Self::Custom(_) => "as declared",
        }
    }
}

/// A field of a root, or a root itself. Every field may be without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub doc: &'static str,
}

/// A name at the start of a path.
pub type RootSpec = Field;

const fn text(name: &'static str, doc: &'static str) -> Field {
    Field { name, shape: Shape::Text, doc }
}

const fn day(name: &'static str, doc: &'static str) -> Field {
    Field { name, shape: Shape::Day, doc }
}

const fn number(name: &'static str, doc: &'static str) -> Field {
    Field { name, shape: Shape::Number, doc }
}

const fn list(name: &'static str, doc: &'static str) -> Field {
    Field { name, shape: Shape::List, doc }
}

const fn object(name: &'static str, fields: &'static [Field], doc: &'static str) -> Field {
    Field { name, shape: Shape::Object(fields), doc }
}

const fn called(name: &'static str, shape: &'static Shape, doc: &'static str) -> Field {
    Field { name, shape: Shape::Called(shape), doc }
}

const fn custom(kind: FactKind) -> Field {
    Field { name: "custom", shape: Shape::Custom(kind), doc: "custom attributes, as declared" }
}

const fn many(name: &'static str, fields: &'static [Field], doc: &'static str) -> Field {
    Field { name, shape: Shape::Many(fields), doc }
}

const CLASS: &[Field] = &[text("id", "id of the class"), text("name", "name of the class")];

const CONTACT: Field = called("contact", &Shape::Text, "the first contact of a type: its primary one, else by id");
const CONTACTS: Field = called("contacts", &Shape::List, "all contacts of a type, the primary one first");
const PUBLIC_CONTACT: Field = called("public_contact", &Shape::Text, "the same of those that anybody may see");
const PUBLIC_CONTACTS: Field = called("public_contacts", &Shape::List, "the same of those that anybody may see");

const ID: Field = text("id", "id in the roster");
const GIVEN_NAME: Field = text("given_name", "given names");
const SURNAME: Field = text("surname", "surname");
const NICKNAME: Field = text("nickname", "name the person goes by, in full");
const NAME: Field = text("name", "nickname, else given name and surname");
const CATEGORY: Field = text("category", "employee, external, …");
const SPONSOR: Field = text("sponsor", "id of the person who answers for an external; see the root sponsor");

const PERSON: &[Field] = &[
    ID,
    GIVEN_NAME,
    SURNAME,
    NICKNAME,
    NAME,
    CATEGORY,
    SPONSOR,
    CONTACT,
    CONTACTS,
    PUBLIC_CONTACT,
    PUBLIC_CONTACTS,
    custom(FactKind::Person),
];

/// What a naming pattern may know of a person.
const NAMED_PERSON: &[Field] = &[ID, GIVEN_NAME, SURNAME, NICKNAME, NAME, CATEGORY, SPONSOR, custom(FactKind::Person)];

const NUMBER: Field = text("number", "employee number");
const TITLE: Field = text("title", "title as written in the job");
const JOB_TITLE: Field = text("job_title", "the title, else the name of the job function");
const JOB_FUNCTION: Field = object("job_function", CLASS, "job function, from the vocabulary");
const ENGAGEMENT_TYPE: Field = object("type", CLASS, "type of engagement, from the vocabulary");
const FRACTION: Field = number("fraction", "share of full time, as the source counts it");
const PRIMARY: Field = Field { name: "primary", shape: Shape::Bool, doc: "whether it is the primary one" };
const START: Field = day("start", "first day");
const END: Field = day("end", "last day; nothing while open");

const ENGAGEMENT: &[Field] = &[
    ID,
    NUMBER,
    TITLE,
    JOB_TITLE,
    JOB_FUNCTION,
    ENGAGEMENT_TYPE,
    FRACTION,
    PRIMARY,
    START,
    END,
    custom(FactKind::Engagement),
];

/// One of several engagements.
const JOB: &[Field] = &[
    ID,
    NUMBER,
    TITLE,
    JOB_TITLE,
    JOB_FUNCTION,
    ENGAGEMENT_TYPE,
    FRACTION,
    PRIMARY,
    START,
    END,
    object("unit", UNIT_IN_SHORT, "the unit that it is in"),
];

const UNIT_TYPE: Field = object("type", CLASS, "type of unit, from the vocabulary");
const LEVEL: Field = object("level", CLASS, "level, from the vocabulary");

const UNIT_IN_SHORT: &[Field] = &[ID, text("name", "name"), UNIT_TYPE, LEVEL];

const ANCESTOR: Shape = Shape::Object(UNIT_IN_SHORT);

const UNIT: &[Field] = &[
    ID,
    text("name", "name"),
    UNIT_TYPE,
    LEVEL,
    list("tags", "tags"),
    list("path", "names from the top unit down to this one: [0] the top, [-1] this one"),
    list("path_ids", "the same as ids"),
    list("above", "names of the units above, nearest first: [0] the parent"),
    list("above_ids", "the same as ids"),
    called("at_level", &ANCESTOR, "the nearest unit, this one or above, of a level"),
    called("of_type", &ANCESTOR, "the nearest unit, this one or above, of a type"),
    CONTACT,
    CONTACTS,
    PUBLIC_CONTACT,
    PUBLIC_CONTACTS,
    custom(FactKind::Unit),
];

/// Another person, as far as a rule may need to know.
const OTHER_PERSON: &[Field] = &[
    text("id", "id of the person"),
    text("name", "display name"),
    GIVEN_NAME,
    SURNAME,
    text("login", "login of the account"),
    text("mail", "the first contact that is an e-mail address"),
    text("job_title", "title, else job function, of the primary engagement"),
    CONTACT,
    CONTACTS,
    PUBLIC_CONTACT,
    PUBLIC_CONTACTS,
];

const ACCOUNT: &[Field] = &[
    text("id", "id of the account"),
    text("login", "login"),
    text("kind", "which of `[accounts]` it is; nothing for the ordinary one"),
];

const GROUP: &[Field] = &[
    ID,
    text("name", "name"),
    object("type", CLASS, "type of group, from the vocabulary"),
    text("description", "description"),
    text("rule", "which of `[groups]` made it; nothing for a group of the roster"),
    object("unit", UNIT, "the unit that it was made for"),
    custom(FactKind::Group),
];

/// The roots of a user's rules: the primary engagement, its unit, the effective manager.
pub const USER: &[RootSpec] = &[
    object("person", PERSON, "the person"),
    object("engagement", ENGAGEMENT, "the primary engagement, or the one that the account is for"),
    many("engagements", JOB, "all engagements of the day, the primary one first"),
    object("unit", UNIT, "the unit of that engagement"),
    object("manager", OTHER_PERSON, "the effective manager; nothing when there is none"),
    object("sponsor", OTHER_PERSON, "the person who answers for an external one"),
    object("account", ACCOUNT, "the account"),
    text("login", "login of the account"),
    text("mail", "mail address, where [naming.mail] gives one"),
    list("mail_aliases", "mail addresses that the account had before"),
    list("proxy_addresses", "both as proxyAddresses has them: SMTP: before the first, smtp: before the others"),
    text("upn", "user principal name, where [naming.upn] gives one"),
    text("cn", "relative name, where [naming.cn] gives one"),
];

/// The roots of a unit's rules.
pub const UNIT_ROOTS: &[RootSpec] = &[
    object("unit", UNIT, "the unit"),
    object("parent", UNIT, "the unit above; nothing at the top"),
    object("manager", OTHER_PERSON, "the manager of the unit, else of the nearest unit above that has one"),
];

/// The roots of the name of a group that is made for no unit: nothing.
pub const GROUPS: &[RootSpec] = &[];

/// The roots of a group's rules.
pub const GROUP_ROOTS: &[RootSpec] = &[object("group", GROUP, "the group")];

const COUNTER: RootSpec = text("counter", "nothing at first, then 02, 03, … while the name is taken");

/// The roots of the patterns of logins: what is known of a person before there is an account.
pub const NAMING: &[RootSpec] = &[object("person", NAMED_PERSON, "the person"), COUNTER];

/// The roots of the patterns of other names, which are given after the login, in this order.
pub const NAMING_MAIL: &[RootSpec] =
    &[object("person", NAMED_PERSON, "the person"), COUNTER, text("login", "the login")];
pub const NAMING_UPN: &[RootSpec] = &[
    object("person", NAMED_PERSON, "the person"),
    COUNTER,
    text("login", "the login"),
    text("mail", "the mail address, where [naming.mail] gives one"),
];
pub const NAMING_CN: &[RootSpec] = &[
    object("person", NAMED_PERSON, "the person"),
    COUNTER,
    text("login", "the login"),
    text("mail", "the mail address, where [naming.mail] gives one"),
    text("upn", "the user principal name, where [naming.upn] gives one"),
];

/// The roots of the conditions of further accounts: what is known before anybody has a name.
pub const HOLDER: &[RootSpec] = &[
    object("person", PERSON, "the person"),
    object("engagement", ENGAGEMENT, "the primary engagement, or the one that the account is for"),
    many("engagements", JOB, "all engagements of the day, the primary one first"),
    object("unit", UNIT, "the unit of that engagement"),
];

/// The names of the ordinary account.
const NAMES: &[Field] = &[
    text("login", "the login"),
    text("mail", "the mail address, where [naming.mail] gives one"),
    text("upn", "the user principal name, where [naming.upn] gives one"),
    text("cn", "the relative name, where [naming.cn] gives one"),
];

const NAMED: RootSpec = object("person", NAMED_PERSON, "the person");
const NAMED_FOR: RootSpec =
    object("engagement", ENGAGEMENT, "the primary engagement, or the one that the account is for");
const NAMED_IN: RootSpec = object("unit", UNIT, "the unit of that engagement");
const BESIDE: RootSpec = object("ordinary", NAMES, "the names of the ordinary account");
const LOGIN: RootSpec = text("login", "the login");
const MAIL: RootSpec = text("mail", "the mail address, where [naming.mail] gives one");
const UPN: RootSpec = text("upn", "the user principal name, where [naming.upn] gives one");

/// The roots of the patterns of logins of further accounts, and of their other names, given in this order.
pub const FURTHER: &[RootSpec] = &[NAMED, NAMED_FOR, NAMED_IN, BESIDE, COUNTER];
pub const FURTHER_MAIL: &[RootSpec] = &[NAMED, NAMED_FOR, NAMED_IN, BESIDE, COUNTER, LOGIN];
pub const FURTHER_UPN: &[RootSpec] = &[NAMED, NAMED_FOR, NAMED_IN, BESIDE, COUNTER, LOGIN, MAIL];
pub const FURTHER_CN: &[RootSpec] = &[NAMED, NAMED_FOR, NAMED_IN, BESIDE, COUNTER, LOGIN, MAIL, UPN];
