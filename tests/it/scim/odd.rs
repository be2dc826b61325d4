//! A SCIM service with ways of its own, in memory: what it does, a table says. It stands for the services that no
//! laboratory has, each by the rows of a table.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value as Json, json};

use super::scripted::{Asked, Reply, Scripted};

/// How it announces how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    True,
    Text,
    None,
    /// The number of resources on the page.
    OfPage,
    Zero,
}

/// What it does with a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filtering {
    Works,
    /// All resources, with 200.
    Ignored,
    /// No resources, with 200.
    Nothing,
    Refused(u16),
}

/// What it does with a PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patching {
    Paths,
    PlainPaths,
    Pathless,
    OneAttribute,
    None,
    /// 200, and nothing is done.
    Pretends,
}

/// What DELETE of a user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleting {
    Deletes,
    Deactivates,
    Refused,
}

/// What it says of itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Saying {
    Nothing,
    /// A page for people, with 200.
    Html,
    /// This is its ServiceProviderConfig.
    Config(Json),
}

/// Where it shows members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    Listing,
    Single,
    Users,
    Filter,
    Nowhere,
}

#[derive(Debug, Clone)]
pub struct Ways {
    pub saying: Saying,
    pub listings: bool,
    pub cap: usize,
    pub index: bool,
    pub count: bool,
    pub cursor: bool,
    /// So many cursors are forgotten, one after the other.
    pub forgets: usize,
    pub total: Total,
    /// Pages that ask for more are refused with 413.
    pub most_asked: Option<usize>,
    /// Rows that listings leave out, by position from 0.
    pub lost: Vec<usize>,
    /// The second page is the first again.
    pub repeats: bool,
    /// The second page of a listing fails with this.
    pub breaks: Option<u16>,
    pub filtering: Filtering,
    pub showing: Showing,
    pub patching: Patching,
    pub put_merges: Option<bool>,
    pub removes_by_filter: bool,
    pub removes_by_value: bool,
    pub deleting: Deleting,
    pub keeps_external_id: bool,
    pub lowers_names: bool,
    /// Versions: none, shown, enforced.
    pub versions: Option<bool>,
    /// What every user looks like on the wire, at the end.
    pub disguise: Option<fn(&mut Json)>,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            saying: Saying::Nothing,
            listings: true,
            cap: 1000,
            index: true,
            count: true,
            cursor: false,
            forgets: 0,
            total: Total::True,
            most_asked: None,
            lost: Vec::new(),
            repeats: false,
            breaks: None,
            filtering: Filtering::Works,
            showing: Showing::Listing,
            patching: Patching::Paths,
            put_merges: Some(false),
            removes_by_filter: true,
            removes_by_value: true,
            deleting: Deleting::Deletes,
            keeps_external_id: true,
            lowers_names: false,
            versions: None,
            disguise: None,
        }
    }
}

#[derive(Debug)]
pub struct State {
    pub ways: Ways,
    pub users: Vec<Json>,
    pub groups: Vec<Json>,
    next: usize,
}

pub struct Odd {
    pub server: Scripted,
    state: Arc<Mutex<State>>,
}

impl Odd {
    pub async fn start(ways: Ways) -> Self {
        let state = Arc::new(Mutex::new(State { ways, users: Vec::new(), groups: Vec::new(), next: 0 }));
        let shared = state.clone();
        let server = Scripted::start(move |asked, _| shared.lock().unwrap().answer(asked)).await;
        Self { server, state }
    }

    /// The same with so many users, `u1` and so on.
    pub async fn with_users(ways: Ways, count: usize) -> Self {
        let odd = Self::start(ways).await;
        odd.state().users = (1..=count).map(super::scripted::user).collect();
        odd
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Its users and groups.
    pub fn holds(&self) -> (Vec<Json>, Vec<Json>) {
        let state = self.state();
        (state.users.clone(), state.groups.clone())
    }

    /// Changes its ways from now on.
    pub fn change(&self, change: impl FnOnce(&mut Ways)) {
        change(&mut self.state().ways);
    }
}

fn error(status: u16, detail: &str) -> Reply {
    Reply::Json(
        status,
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail, "status": status.to_string()}),
    )
}

fn text<'a>(resource: &'a Json, name: &str) -> &'a str {
    resource[name].as_str().unwrap_or_default()
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let path = asked.path();
        match (asked.method.as_str(), path.as_slice()) {
            ("GET", ["Users" | "Groups"]) => self.list(asked, path[0]),
            ("GET", ["Users" | "Groups", id]) => self.one(path[0], id),
            ("POST", ["Users" | "Groups"]) => self.create(path[0], &asked.body),
            ("PATCH", ["Users" | "Groups", id]) => self.patch(path[0], id, asked),
            ("PUT", ["Users" | "Groups", id]) => self.put(path[0], id, &asked.body),
            ("DELETE", ["Users" | "Groups", id]) => self.delete(path[0], id),
            ("GET", ["ServiceProviderConfig"]) => match &self.ways.saying {
                Saying::Nothing => error(404, "nothing here"),
                Saying::Html => Reply::Text(200, "text/html", "<html>Welcome</html>".into()),
                Saying::Config(config) => Reply::Json(200, config.clone()),
            },
            ("GET", _) if self.ways.saying == Saying::Html => {
                Reply::Text(200, "text/html", "<html>Welcome</html>".into())
            }
            _ => error(404, "nothing here"),
        }
    }

    fn all(&mut self, endpoint: &str) -> &mut Vec<Json> {
        if endpoint == "Groups" { &mut self.groups } else { &mut self.users }
    }

    /// A resource as it is shown, in a listing or by itself.
    fn shown(&self, endpoint: &str, resource: &Json, listed: bool) -> Json {
        let mut resource = resource.clone();
        let showing = self.ways.showing;
        let id = text(&resource, "id").to_owned();
        if endpoint == "Groups" {
            if !(showing == Showing::Listing || (showing == Showing::Single && !listed)) {
                resource.as_object_mut().unwrap().remove("members");
            }
        } else {
            if showing == Showing::Users {
                let of = self.groups.iter().filter(|group| has_member(group, &id));
                resource["groups"] = of.map(|group| json!({"value": group["id"]})).collect();
            }
            if let Some(disguise) = self.ways.disguise {
                disguise(&mut resource);
            }
        }
        if self.ways.versions.is_some() {
            resource["meta"] = json!({"version": format!("W/\"{}\"", resource["title"].as_str().unwrap_or("0"))});
        }
        resource
    }

    fn one(&mut self, endpoint: &str, id: &str) -> Reply {
        let found = self.all(endpoint).iter().find(|one| text(one, "id") == id).cloned();
        match found {
            Some(found) => {
                let shown = self.shown(endpoint, &found, false);
                let version = shown["meta"]["version"].as_str().map(|version| ("ETag", version.to_owned()));
                Reply::With(200, version.into_iter().collect(), shown)
            }
            None => error(404, "there is no such resource"),
        }
    }

    fn list(&mut self, asked: &Asked, endpoint: &str) -> Reply {
        let all: Vec<Json> = self.all(endpoint).clone();
        if let Some(filter) = asked.query("filter") {
            return self.filtered(endpoint, &all, &filter);
        }
        if !self.ways.listings {
            return error(403, "listings are not offered");
        }
        let kept = all.iter().enumerate().filter(|(at, _)| !self.ways.lost.contains(at));
        let rows: Vec<Json> = kept.map(|(_, one)| self.shown(endpoint, one, true)).collect();
        let count = asked.query("count").and_then(|count| count.parse().ok()).unwrap_or(self.ways.cap);
        if self.ways.most_asked.is_some_and(|most| count > most) {
            return error(413, "too much is asked for");
        }
        let count = if self.ways.count { count.min(self.ways.cap) } else { self.ways.cap };
        let by_cursor = asked.query("cursor").filter(|_| self.ways.cursor);
        let start: usize = match &by_cursor {
            Some(cursor) if cursor.is_empty() => 0,
            Some(_) if self.ways.forgets > 0 => {
                self.ways.forgets -= 1;
                let body = json!({"scimType": "expiredCursor", "status": "400", "detail": "this cursor expired"});
                return Reply::Json(400, body);
            }
            Some(cursor) => cursor.trim_start_matches("at-").parse().unwrap_or(0),
            None if !self.ways.index => 0,
            None => asked.query("startIndex").and_then(|start| start.parse::<usize>().ok()).unwrap_or(1).max(1) - 1,
        };
        if start > 0
            && start < rows.len()
            && let Some(status) = self.ways.breaks
        {
            return error(status, "the second page fails");
        }
        let start = if self.ways.repeats && start < rows.len() { 0 } else { start };
        let page: Vec<Json> = rows.iter().skip(start).take(count).cloned().collect();
        let total = match self.ways.total {
            Total::True => json!(all.len()),
            Total::Text => json!(all.len().to_string()),
            Total::None => Json::Null,
            Total::OfPage => json!(page.len()),
            Total::Zero => json!(0),
        };
        let mut body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "Resources": page});
        if by_cursor.is_some() {
            if start + page_len(&body) < rows.len() {
                body["nextCursor"] = format!("at-{}", start + page_len(&body)).into();
            }
        } else {
            body["startIndex"] = json!(start + 1);
        }
        if !total.is_null() {
            body["totalResults"] = total;
        }
        Reply::Json(200, body)
    }

    fn filtered(&self, endpoint: &str, all: &[Json], filter: &str) -> Reply {
        let found: Vec<&Json> = match self.ways.filtering {
            Filtering::Refused(status) => return error(status, "invalidFilter"),
            Filtering::Nothing => Vec::new(),
            Filtering::Ignored => all.iter().collect(),
            Filtering::Works => {
                let (attribute, value) = filter.split_once(" eq ").unwrap_or_default();
                let value: String = serde_json::from_str(value).unwrap_or_default();
                if attribute == "members.value" && self.ways.showing != Showing::Filter {
                    return error(400, "invalidFilter");
                }
                let matches = |one: &&Json| match attribute {
                    "members.value" => has_member(one, &value),
                    name => text(one, name).eq_ignore_ascii_case(&value),
                };
                all.iter().filter(matches).collect()
            }
        };
        let found: Vec<Json> = found.into_iter().map(|one| self.shown(endpoint, one, true)).collect();
        Reply::Json(200, json!({"totalResults": found.len(), "Resources": found}))
    }

    fn create(&mut self, endpoint: &str, body: &Json) -> Reply {
        let mut resource = body.clone();
        let naming = if endpoint == "Groups" { "displayName" } else { "userName" };
        let name = text(body, naming).to_owned();
        if endpoint == "Users" && self.users.iter().any(|one| text(one, naming).eq_ignore_ascii_case(&name)) {
            return error(409, "it is taken");
        }
        self.next += 1;
        resource["id"] = format!("made-{}", self.next).into();
        if !self.ways.keeps_external_id {
            resource.as_object_mut().unwrap().remove("externalId");
        }
        if self.ways.lowers_names {
            resource[naming] = name.to_lowercase().into();
        }
        self.all(endpoint).push(resource.clone());
        Reply::Json(201, self.shown(endpoint, &resource, false))
    }

    fn patch(&mut self, endpoint: &str, id: &str, asked: &Asked) -> Reply {
        if self.ways.versions == Some(true) && asked.header("if-match").is_some() {
            return error(412, "it has another version");
        }
        let ways = self.ways.clone();
        let Some(resource) = self.all(endpoint).iter_mut().find(|one| text(one, "id") == id) else {
            return error(404, "there is no such resource");
        };
        let map = resource.as_object_mut().unwrap();
        if ways.patching == Patching::Pretends {
            return Reply::Json(200, Json::Object(map.clone()));
        }
        for operation in asked.body["Operations"].as_array().into_iter().flatten() {
            if let Err(reply) = operate(&ways, map, operation) {
                return reply;
            }
        }
        Reply::Text(204, "text/plain", String::new())
    }

    fn put(&mut self, endpoint: &str, id: &str, body: &Json) -> Reply {
        let Some(merges) = self.ways.put_merges else { return error(405, "there is no PUT") };
        let Some(resource) = self.all(endpoint).iter_mut().find(|one| text(one, "id") == id) else {
            return error(404, "there is no such resource");
        };
        let mut now = if merges { resource.clone() } else { json!({}) };
        now.as_object_mut().unwrap().extend(body.as_object().cloned().unwrap_or_default());
        now["id"] = id.into();
        *resource = now.clone();
        Reply::Json(200, now)
    }

    fn delete(&mut self, endpoint: &str, id: &str) -> Reply {
        let deleting = if endpoint == "Groups" { Deleting::Deletes } else { self.ways.deleting };
        match deleting {
            Deleting::Refused => return error(405, "nothing is deleted here"),
            Deleting::Deletes => self.all(endpoint).retain(|one| text(one, "id") != id),
            Deleting::Deactivates => {
                self.all(endpoint)
                    .iter_mut()
                    .filter(|one| text(one, "id") == id)
                    .for_each(|one| one["active"] = false.into());
            }
        }
        Reply::Text(204, "text/plain", String::new())
    }
}

fn page_len(body: &Json) -> usize {
    body["Resources"].as_array().map_or(0, Vec::len)
}

fn has_member(group: &Json, id: &str) -> bool {
    group["members"].as_array().is_some_and(|members| members.iter().any(|member| text(member, "value") == id))
}

/// One operation of a PATCH, in the forms that the service understands.
fn operate(ways: &Ways, map: &mut Map<String, Json>, operation: &Json) -> Result<(), Reply> {
    let value = &operation["value"];
    let Some(path) = operation["path"].as_str() else {
        let attributes = value.as_object().cloned().unwrap_or_default();
        return match ways.patching {
            Patching::Pathless | Patching::Paths => {
                map.extend(attributes);
                Ok(())
            }
            Patching::OneAttribute if attributes.len() == 1 => {
                map.extend(attributes);
                Ok(())
            }
            _ => Err(error(400, "an operation needs a path")),
        };
    };
    if matches!(ways.patching, Patching::None | Patching::Pathless | Patching::OneAttribute) {
        return Err(error(501, "no paths here"));
    }
    let op = operation["op"].as_str().unwrap_or_default();
    match (op, path.split_once('[')) {
        ("remove", Some(("members", chosen))) => {
            if !ways.removes_by_filter {
                return Err(error(501, "no filters in paths"));
            }
            let id: String =
                serde_json::from_str(chosen.trim_start_matches("value eq ").trim_end_matches(']')).unwrap();
            members(map).retain(|member| member["value"] != id.as_str());
        }
        ("replace", Some((list, _))) if ways.patching == Patching::Paths => {
            if let Some(first) = map.get_mut(list).and_then(Json::as_array_mut).and_then(|list| list.first_mut()) {
                first["value"] = value.clone();
            }
        }
        (_, Some(_)) => return Err(error(400, "no filters in paths")),
        ("remove", None) if path == "members" => {
            if !ways.removes_by_value {
                return Err(error(400, "no value here"));
            }
            let gone = value.clone();
            members(map).retain(|member| !gone.as_array().is_some_and(|gone| gone.contains(member)));
        }
        ("remove", None) => _ = map.remove(path),
        ("add", None) if value.is_array() => {
            let list = map.entry(path.to_owned()).or_insert_with(|| json!([]));
            list.as_array_mut().unwrap().extend(value.as_array().cloned().unwrap());
        }
        _ => _ = map.insert(path.to_owned(), value.clone()),
    }
    Ok(())
}

fn members(map: &mut Map<String, Json>) -> &mut Vec<Json> {
    map.entry("members").or_insert_with(|| json!([])).as_array_mut().unwrap()
}
