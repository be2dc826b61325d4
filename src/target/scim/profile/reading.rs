//! How a service is read: listings, filters, discovery.

use serde::{Deserialize, Serialize};

/// Resources on a page, where nothing is said.
const USUAL_PAGE: u32 = 100;

/// How all resources of an endpoint are read (RFC 7644 section 3.4.2.4, RFC 9865).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listing {
    /// How the pages of a listing are told apart. `None`: by index, and by cursor where the service says so.
    pub paging: Option<Paging>,
    /// How many resources a page asks for, unless the configuration says it; at most `page_cap`.
    pub page_size: Option<u32>,
    /// The most resources that the service puts on a page.
    pub page_cap: Option<u32>,
    /// In which order the resources come.
    pub order: Order,
    /// The attribute to ask the listing to be ordered by (`sortBy`), where the service sorts.
    pub sort_by: Option<String>,
    /// Where the members of groups are to be seen. `None`: found out from what comes.
    pub members: Option<Shown>,
}

impl Listing {
    /// How many resources a page asks for: what is configured, else what suits the service, and no more than it sends.
    pub fn size(&self, configured: Option<u32>) -> u32 {
        let wanted = configured.or(self.page_size).unwrap_or(USUAL_PAGE);
        self.page_cap.map_or(wanted, |cap| wanted.min(cap)).max(1)
    }
}

/// How a listing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paging {
    /// By `startIndex` and `count`.
    Index,
    /// By `cursor` and `count`: each page names the next (RFC 9865).
    Cursor,
    /// There are no listings: a resource is read by its id, or found by a filter.
    None,
}

/// The order of the resources of a listing, between one page and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The service says nothing of it.
    #[default]
    Unstated,
    /// Always the same, and what is new comes last.
    Stable,
    /// It may change between two pages, or what is new comes anywhere.
    Unstable,
}

/// Where the members of a group are to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// In the listing of groups.
    Listing,
    /// Only in a group that is read by its id.
    Single,
    /// In the users' attribute `groups`.
    Users,
    /// In what a filter of groups by `members.value` finds: a request for each user.
    Filter,
    /// Nowhere: members can be written and not read.
    Never,
}

/// Which filters a service understands (RFC 7644 section 3.4.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    /// The operators, such as `eq`, `and`; none: it cannot filter. `None`: not known.
    pub operators: Option<Vec<String>>,
    /// The attributes of users that it filters by. `None`: not known.
    pub user: Option<Vec<String>>,
    /// The attributes of groups that it filters by. `None`: not known.
    pub group: Option<Vec<String>>,
}

impl Filters {
    /// Whether the service says that it filters by equality of an attribute; `None` where it says nothing.
    pub fn equality(&self, group: bool, attribute: &str) -> Option<bool> {
        if self.operators.as_ref().is_some_and(|operators| !operators.iter().any(|one| one.eq_ignore_ascii_case("eq")))
        {
            return Some(false);
        }
        let attributes = if group { &self.group } else { &self.user };
        Some(attributes.as_ref()?.iter().any(|one| one.eq_ignore_ascii_case(attribute)))
    }
}

/// Where a service describes itself (RFC 7644 section 4), below its base URL. Each is a hint and none is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Discovery {
    pub service_provider_config: String,
    pub schemas: String,
    pub resource_types: String,
}

impl Default for Discovery {
    fn default() -> Self {
        Self {
            service_provider_config: "ServiceProviderConfig".into(),
            schemas: "Schemas".into(),
            resource_types: "ResourceTypes".into(),
        }
    }
}
