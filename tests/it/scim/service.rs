//! A SCIM service that keeps what it is told, in this process: with ways of its own, with faults that strike by a seed,
//! and with a record of what it was asked and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use rosterd::target::scim::{Profile, ScimTarget};
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::lab::Server;
use crate::support::process::Victim;

/// How often what goes wrong, in per mille, after the work was done unless it says otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    pub seed: u64,
    /// 429, before anything is done.
    pub limited: u64,
    /// 503.
    pub busy: u64,
    /// The connection ends without an answer.
    pub reset: u64,
    /// 500 with a page of HTML.
    pub broken: u64,
}

/// What the service does in its own way.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    pub faults: Faults,
    /// PATCH is answered 501.
    pub no_patch: bool,
    /// `externalId` is not kept.
    pub no_stamps: bool,
    /// `userName` is kept in small letters, and found in them alone.
    pub lowers: bool,
    /// These attributes are taken and not kept.
    pub ignores: Vec<&'static str>,
    /// Writes are answered 204.
    pub silent: bool,
    /// `remove` of `members` with a list of values empties the group.
    pub literal: bool,
    /// A filter in the path of an operation is answered 400.
    pub no_path_filters: bool,
    /// The most members of one request; more are answered 413.
    pub members_at_most: Option<usize>,
    /// Members that are no user's id are answered 400.
    pub knows_members: bool,
    /// Users whose name begins so are answered 400, whatever is written.
    pub refuses: Option<&'static str>,
    /// Who is asked for alone is shown inactive.
    pub shows_inactive: bool,
    /// Inactive users answer 404.
    pub hides_inactive: bool,
    /// Inactive users are deleted.
    pub deletes_inactive: bool,
    /// A POST of a mail address that is there answers with that user.
    pub adopts: bool,
    /// `If-Match` is looked at.
    pub versions: bool,
    /// 409 is answered as 400.
    pub vague: bool,
}

/// One request as it came, and what was answered; 0 is nothing.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Json,
    pub head: String,
    pub status: u16,
    pub at: Instant,
    /// The work was done, and the answer does not say so.
    pub in_spite: bool,
}

#[derive(Debug, Default)]
pub struct State {
    pub ways: Ways,
    pub users: BTreeMap<String, Json>,
    pub groups: BTreeMap<String, Json>,
    pub seen: Vec<Seen>,
    /// Who is killed when so many writes are done, before the answer goes out.
    pub kill: Option<(usize, Victim)>,
    next: u64,
    random: u64,
}

pub struct Service {
    pub server: Server,
    state: Arc<Mutex<State>>,
}

impl Service {
    pub async fn start(ways: Ways) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/scim", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { random: ways.faults.seed, ways, ..State::default() }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { server: Server { url, token: "a-very-secret-token".into() }, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A target for it with this profile.
    pub fn target(&self, profile: &Profile) -> (ScimTarget, TempDir) {
        let (target, folder) = self.server.target(|_| {});
        (target.with_profile(profile.clone()), folder)
    }

    /// Requests that write, in their order.
    pub fn writes(&self) -> Vec<Seen> {
        self.state().seen.iter().filter(|seen| seen.method != "GET").cloned().collect()
    }

    pub fn forget_seen(&self) {
        self.state().seen.clear();
    }

    /// Puts a resource there, past the adapter.
    pub fn put(&self, endpoint: &str, id: &str, mut resource: Json) {
        resource["id"] = id.into();
        self.state().of(endpoint).insert(id.to_owned(), resource);
    }

    pub fn resource(&self, endpoint: &str, id: &str) -> Json {
        self.state().of(endpoint).get(id).cloned().unwrap_or_default()
    }

    pub fn members(&self, id: &str) -> Vec<String> {
        let group = self.resource("Groups", id);
        let members = group["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    }
}

/// An answer: the status and the body; no body where it is null.
type Answer = (u16, Json);

fn error(status: u16, detail: &str) -> Answer {
    (
        status,
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail, "status": status.to_string()}),
    )
}

impl State {
    fn of(&mut self, endpoint: &str) -> &mut BTreeMap<String, Json> {
        if endpoint == "Users" { &mut self.users } else { &mut self.groups }
    }

    /// A number below 1000 that the seed decides (splitmix64).
    fn roll(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % 1000
    }

    fn answer(&mut self, seen: &mut Seen) -> (Answer, &'static str) {
        let roll = self.roll();
        let Faults { limited, busy, reset, broken, .. } = self.ways.faults;
        if roll < limited {
            // most say when to come back: at once, or soon
            let rest = ["Retry-After: 0\r\n", "Retry-After: 0.02\r\n", "Retry-After: 0\r\n"][(roll % 3) as usize];
            return (error(429, "too many"), rest);
        }
        let answer = self.work(seen);
        let done = seen.method != "GET" && (200..300).contains(&answer.0);
        let fault = match roll - limited {
            fault if fault < busy => Some(error(503, "busy")),
            fault if fault < busy + reset => Some((0, Json::Null)),
            fault if fault < busy + reset + broken => Some((500, json!("<html>Oops</html>"))),
            _ => None,
        };
        match fault {
            Some(fault) => {
                seen.in_spite = done;
                (fault, if roll.is_multiple_of(2) { "Retry-After: 0\r\n" } else { "Retry-After: 0.01\r\n" })
            }
            None => (answer, ""),
        }
    }

    fn work(&mut self, seen: &Seen) -> Answer {
        let mut parts = seen.path.trim_start_matches("/scim/").split('/');
        let (endpoint, id) = (parts.next().unwrap_or_default().to_owned(), parts.next().map(str::to_owned));
        if endpoint != "Users" && endpoint != "Groups" {
            return error(404, "no such endpoint");
        }
        match (seen.method.as_str(), id) {
            ("GET", None) => self.list(&endpoint, &seen.query),
            ("POST", None) => self.create(&endpoint, seen.body.clone()),
            (method, Some(id)) => {
                let hidden = |user: &Json| self.ways.hides_inactive && user["active"] == false;
                let found = if endpoint == "Users" { self.users.get(&id) } else { self.groups.get(&id) };
                let Some(found) = found.filter(|found| method == "PATCH" || !hidden(found)).cloned() else {
                    return error(404, "not found");
                };
                if self.ways.versions
                    && method != "GET"
                    && let Some(wanted) = header(&seen.head, "if-match")
                    && found["meta"]["version"] != wanted
                {
                    return error(412, "changed meanwhile");
                }
                match method {
                    "GET" if self.ways.shows_inactive => {
                        let mut shown = found;
                        shown["active"] = json!(false);
                        (200, shown)
                    }
                    "GET" => (200, found),
                    "DELETE" => {
                        self.of(&endpoint).remove(&id);
                        (204, Json::Null)
                    }
                    "PUT" => self.keep(&endpoint, &id, seen.body.clone(), &found),
                    "PATCH" if self.ways.no_patch => error(501, "no PATCH here"),
                    "PATCH" => match self.patched(&found, &seen.body) {
                        Ok(patched) => self.keep(&endpoint, &id, patched, &found),
                        Err(refused) => refused,
                    },
                    _ => error(405, "no such method"),
                }
            }
            _ => error(405, "no such method"),
        }
    }

    fn list(&mut self, endpoint: &str, query: &str) -> Answer {
        let decoded =
            |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<BTreeMap<_, _>>();
        let query = decoded(query);
        let lowers = self.ways.lowers;
        let filter = query.get("filter").map(|filter| filter.split_once(" eq ").unwrap());
        let matches = |item: &Json| {
            filter.is_none_or(|(name, wanted)| {
                let wanted: Json = serde_json::from_str(wanted).unwrap();
                if name == "emails.value" {
                    return item["emails"].as_array().is_some_and(|all| all.iter().any(|one| one["value"] == wanted));
                }
                let (Some(found), Some(wanted)) = (item[name].as_str(), wanted.as_str()) else { return false };
                found == wanted || !lowers && name == "userName" && found.to_lowercase() == wanted.to_lowercase()
            })
        };
        let all: Vec<Json> = self.of(endpoint).values().filter(|item| matches(item)).cloned().collect();
        let number =
            |name: &str, otherwise: usize| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
        let (start, count) = (number("startIndex", 1).max(1), number("count", 100));
        let page: Vec<Json> = all.iter().skip(start - 1).take(count).cloned().collect();
        (200, json!({"totalResults": all.len(), "startIndex": start, "itemsPerPage": page.len(), "Resources": page}))
    }

    fn create(&mut self, endpoint: &str, mut resource: Json) -> Answer {
        if self.ways.adopts {
            let mail = &resource["emails"][0]["value"];
            if let Some(known) = self.users.values().find(|user| !mail.is_null() && user["emails"][0]["value"] == *mail)
            {
                return (201, known.clone());
            }
        }
        let name = resource["userName"].as_str().unwrap_or_default().to_lowercase();
        let is_taken = |user: &Json| user["userName"].as_str().unwrap_or_default().to_lowercase() == name;
        if endpoint == "Users" && self.users.values().any(is_taken) {
            return error(if self.ways.vague { 400 } else { 409 }, "Refused to create a new, duplicate resource.");
        }
        self.next += 1;
        let id = format!("{}{:05}", if endpoint == "Users" { "u" } else { "g" }, self.next);
        resource["id"] = id.clone().into();
        resource["meta"] = json!({"created": "2026-03-02T08:00:00Z", "lastModified": "2026-03-02T08:00:00Z"});
        let (status, body) = self.keep(endpoint, &id, resource, &Json::Null);
        if status == 200 || status == 204 { (201, self.of(endpoint)[&id].clone()) } else { (status, body) }
    }

    /// Keeps a resource as the service keeps it.
    fn keep(&mut self, endpoint: &str, id: &str, mut resource: Json, before: &Json) -> Answer {
        let ways = self.ways.clone();
        let members = resource["members"].as_array().cloned().unwrap_or_default();
        let stranger = |member: &&Json| !self.users.contains_key(member["value"].as_str().unwrap_or_default());
        if ways.knows_members
            && let Some(stranger) = members.iter().find(stranger)
        {
            return error(400, &format!("nobody is {}", stranger["value"]));
        }
        let login = resource["userName"].as_str().unwrap_or_default().to_lowercase();
        let has_it = |(other, user): (&String, &Json)| {
            other != id && user["userName"].as_str().is_some_and(|name| name.to_lowercase() == login)
        };
        if endpoint == "Users" && !before.is_null() && self.users.iter().any(has_it) {
            return error(409, "Refused to create a new, duplicate resource.");
        }
        if ways.refuses.is_some_and(|name| resource["userName"].as_str().is_some_and(|user| user.starts_with(name))) {
            return error(400, "this user is not wanted");
        }
        let Some(parts) = resource.as_object_mut() else { return error(400, "no resource") };
        parts.retain(|_, value| !value.is_null());
        for name in &ways.ignores {
            match before.get(*name) {
                Some(before) => _ = parts.insert((*name).into(), before.clone()),
                None => _ = parts.remove(*name),
            }
        }
        if ways.no_stamps {
            parts.remove("externalId");
        }
        if ways.lowers
            && let Some(name) = parts.get("userName").and_then(Json::as_str).map(str::to_lowercase)
        {
            parts.insert("userName".into(), name.into());
        }
        parts.remove("password");
        parts.insert("id".into(), id.into());
        if ways.versions {
            self.next += 1;
            parts.insert("meta".into(), json!({"version": format!("W/\"{}\"", self.next)}));
        }
        if ways.deletes_inactive && parts.get("active") == Some(&json!(false)) {
            self.users.remove(id);
            return (204, Json::Null);
        }
        self.of(endpoint).insert(id.to_owned(), resource.clone());
        if ways.silent { (204, Json::Null) } else { (200, resource) }
    }

    fn patched(&self, resource: &Json, body: &Json) -> Result<Json, Answer> {
        let mut patched = resource.clone();
        let operations = body["Operations"].as_array().cloned().unwrap_or_default();
        let changed: usize = operations.iter().map(|operation| operation["value"].as_array().map_or(1, Vec::len)).sum();
        if self.ways.members_at_most.is_some_and(|most| changed > most) {
            return Err(error(413, "too large"));
        }
        for operation in &operations {
            let op = operation["op"].as_str().unwrap_or_default().to_lowercase();
            let Some(path) = operation["path"].as_str() else {
                for (key, value) in operation["value"].as_object().ok_or_else(|| error(400, "no path"))? {
                    set(&mut patched, &op, key, value);
                }
                continue;
            };
            if path.contains('[') && self.ways.no_path_filters {
                return Err(error(400, "invalidPath"));
            }
            match (op.as_str(), path, operation.get("value")) {
                ("remove", "members", Some(_)) if self.ways.literal => patched["members"] = json!([]),
                ("remove", "members", Some(Json::Array(gone))) => {
                    let members = patched["members"].as_array_mut().ok_or_else(|| error(400, "no members"))?;
                    members.retain(|member| !gone.contains(&json!({"value": member["value"]})));
                }
                (op, path, value) => set(&mut patched, op, path, value.unwrap_or(&Json::Null)),
            }
        }
        Ok(patched)
    }
}

/// Does one operation: a path may choose an element of a list by one equality, and name a part of it.
fn set(resource: &mut Json, op: &str, path: &str, value: &Json) {
    if let (true, Json::Object(parts)) = (path.starts_with("urn:") && path.ends_with(":User"), value) {
        parts.iter().for_each(|(key, part)| set(&mut resource[path], op, key, part));
        return;
    }
    if let Some((urn, name)) = path.rsplit_once(':').filter(|(urn, _)| urn.ends_with(":User")) {
        return set(&mut resource[urn], op, name, value);
    }
    if let Some((list, rest)) = path.split_once('[') {
        let (filter, sub) = rest.rsplit_once(']').unwrap();
        let (name, wanted) = filter.split_once(" eq ").unwrap();
        let wanted: Json = serde_json::from_str(wanted).unwrap();
        let Some(elements) = resource[list].as_array_mut() else { return };
        match (op, sub.strip_prefix('.')) {
            ("remove", None) => elements.retain(|element| element[name] != wanted),
            (op, Some(sub)) => elements
                .iter_mut()
                .filter(|element| element[name] == wanted)
                .for_each(|element| set(element, op, sub, value)),
            _ => {}
        }
        return;
    }
    if let Some((name, sub)) = path.split_once('.') {
        return set(&mut resource[name], op, sub, value);
    }
    if !resource.is_object() {
        *resource = Json::Object(Map::new());
    }
    match (op, value) {
        ("remove", _) => _ = resource.as_object_mut().unwrap().remove(path),
        ("add", Json::Array(more)) => {
            let known = resource[path].as_array().cloned().unwrap_or_default();
            let more = more.iter().filter(|one| !known.contains(one)).cloned();
            resource[path] = known.iter().cloned().chain(more.collect::<Vec<_>>()).collect();
        }
        (_, Json::Object(parts)) => {
            for (key, part) in parts {
                set(&mut resource[path], op, key, part);
            }
        }
        _ => resource[path] = value.clone(),
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

#[expect(clippy::disallowed_methods, reason = "limits are measured where the requests come in")]
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut bytes = Vec::new();
    while let Some((head, body)) = request(&mut stream, &mut bytes).await {
        let mut words = head.split(' ');
        let method = words.next().unwrap().to_owned();
        let (path, query) = words.next().unwrap().split_once('?').map_or_else(
            || (head.split(' ').nth(1).unwrap().to_owned(), String::new()),
            |(path, query)| (path.to_owned(), query.to_owned()),
        );
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let at = Instant::now();
        let mut seen = Seen { method, path, query, body, head, status: 0, at, in_spite: false };
        let ((status, body), more) = {
            let mut state = state.lock().unwrap();
            let answer = state.answer(&mut seen);
            seen.status = answer.0.0;
            let is_write = seen.method != "GET";
            state.seen.push(seen);
            if is_write && let Some((left, victim)) = &mut state.kill {
                *left -= 1;
                if *left == 0 {
                    victim.kill();
                    state.kill = None;
                    return;
                }
            }
            answer
        };
        if status == 0 {
            return;
        }
        let (kind, text) = match &body {
            Json::Null => ("application/scim+json", String::new()),
            Json::String(html) => ("text/html", html.clone()),
            json => ("application/scim+json", json.to_string()),
        };
        let length = text.len();
        let answer =
            format!("HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n{text}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next request of a connection: its head, and its body.
async fn request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length: usize = header(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let body = bytes[end + 4..end + 4 + length].to_vec();
                bytes.drain(..end + 4 + length);
                return Some((head, body));
            }
        }
        let mut chunk = [0; 16 * 1024];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
