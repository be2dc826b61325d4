//! What an expression may speak about: the roots of each kind and their fields. One table for the check at load, for
//! the hints, and for the documentation. The national id of a person is not here, and never will be.

use crate::org::{CustomForm, CustomType, FactKind};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// A whole number.
    Number,
    Bool,
    /// A list of texts.
    List,
    Object(&'static [Field]),
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
            CustomForm::Text | CustomForm::Day | CustomForm::Class => Self::Text,
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

const fn number(name: &'static str, doc: &'static str) -> Field {
    Field { name, shape: Shape::Number, doc }
}

const fn list(name: &'static str, doc: &'static str) -> Field {
    Field { name, shape: Shape::List, doc }
}

const fn object(name: &'static str, fields: &'static [Field], doc: &'static str) -> Field {
    Field { name, shape: Shape::Object(fields), doc }
}

const fn custom(kind: FactKind) -> Field {
    Field { name: "custom", shape: Shape::Custom(kind), doc: "custom attributes, as declared" }
}

const CLASS: &[Field] = &[text("id", "id of the class"), text("name", "name of the class")];

const PERSON: &[Field] = &[
    text("id", "id in the roster"),
    text("given_name", "given names"),
    text("surname", "surname"),
    text("nickname", "name the person goes by, in full"),
    text("name", "nickname, else given name and surname"),
    text("category", "employee, external, …"),
    text("sponsor", "id of the person who answers for an external"),
    custom(FactKind::Person),
];

const ENGAGEMENT: &[Field] = &[
    text("id", "id in the roster"),
    text("number", "employee number"),
    text("title", "title as written in the job"),
    object("job_function", CLASS, "job function, from the vocabulary"),
    object("type", CLASS, "type of engagement, from the vocabulary"),
    number("fraction", "share of full time, as the source counts it"),
    text("start", "first day, YYYY-MM-DD"),
    text("end", "last day, YYYY-MM-DD; nothing while open"),
    custom(FactKind::Engagement),
];

const UNIT: &[Field] = &[
    text("id", "id in the roster"),
    text("name", "name"),
    object("type", CLASS, "type of unit, from the vocabulary"),
    object("level", CLASS, "level, from the vocabulary"),
    list("tags", "tags"),
    list("path", "names from the top unit down to this one"),
    custom(FactKind::Unit),
];

const MANAGER: &[Field] =
    &[text("id", "id of the person"), text("name", "display name"), text("login", "login of the manager's account")];

const ACCOUNT: &[Field] = &[
    text("id", "id of the account"),
    text("login", "login"),
    text("kind", "kind of account; nothing for the ordinary one"),
];

const GROUP: &[Field] = &[
    text("id", "id in the roster"),
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
    object("engagement", ENGAGEMENT, "the primary engagement"),
    object("unit", UNIT, "the unit of the primary engagement"),
    object("manager", MANAGER, "the effective manager; nothing when there is none"),
    object("account", ACCOUNT, "the account"),
    text("login", "login of the account"),
    text("mail", "mail address, where [naming.mail] gives one"),
    list("mail_aliases", "mail addresses that the account had before"),
    list("proxy_addresses", "both as proxyAddresses has them: SMTP: before the first, smtp: before the others"),
    text("upn", "user principal name, where [naming.upn] gives one"),
    text("cn", "relative name, where [naming.cn] gives one"),
];

/// The roots of a unit's rules.
pub const UNIT_ROOTS: &[RootSpec] =
    &[object("unit", UNIT, "the unit"), object("parent", UNIT, "the unit above; nothing at the top")];

/// The roots of the name of a group that is made for no unit: nothing.
pub const GROUPS: &[RootSpec] = &[];

/// The roots of a group's rules.
pub const GROUP_ROOTS: &[RootSpec] = &[object("group", GROUP, "the group")];

const COUNTER: RootSpec = text("counter", "nothing at first, then 02, 03, … while the name is taken");

/// The roots of the patterns of logins: what is known of a person before there is an account.
pub const NAMING: &[RootSpec] = &[object("person", PERSON, "the person"), COUNTER];

/// The roots of the patterns of other names, which are given after the login, in this order.
pub const NAMING_MAIL: &[RootSpec] = &[object("person", PERSON, "the person"), COUNTER, text("login", "the login")];
pub const NAMING_UPN: &[RootSpec] = &[
    object("person", PERSON, "the person"),
    COUNTER,
    text("login", "the login"),
    text("mail", "the mail address, where [naming.mail] gives one"),
];
pub const NAMING_CN: &[RootSpec] = &[
    object("person", PERSON, "the person"),
    COUNTER,
    text("login", "the login"),
    text("mail", "the mail address, where [naming.mail] gives one"),
    text("upn", "the user principal name, where [naming.upn] gives one"),
];
