//! From what is to be changed in a resource to the requests that change it, in the way of the service: operations with
//! or without paths (RFC 7644 section 3.5.2), or the whole resource (section 3.5.1). Pure.

use serde_json::{Map, Value as Json, json};

use super::edit::{Edit, key_of, name_schemas, without_forbidden};
use crate::object::Kind;
use crate::target::scim::path::Path;
use crate::target::scim::profile::{Attributes, Booleans, Clear, OpCase, PatchForm, Profile, Put};
use crate::target::scim::wire;

/// One request about one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// The operations of a PATCH.
    Patch(Vec<Json>),
    /// The resource that a PUT sends.
    Put(Json),
}

/// How resources of one kind are changed.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    pub profile: &'a Profile,
    pub kind: Kind,
    pub form: PatchForm,
}

impl<'a> Dialect<'a> {
    /// What the profile says; with paths, where it says nothing.
    pub fn new(profile: &'a Profile, kind: Kind) -> Self {
        let of_kind = if kind == Kind::Group { profile.patch.group_form } else { None };
        Self { profile, kind, form: of_kind.or(profile.patch.form).unwrap_or(PatchForm::Paths) }
    }

    pub fn attributes(&self) -> &'a Attributes {
        if self.kind == Kind::Group { &self.profile.group } else { &self.profile.user }
    }

    /// The requests that make these changes in `resource`, in their order.
    pub fn requests(&self, edits: &[Edit], resource: &Json) -> Vec<Request> {
        let edits: Vec<Edit> = edits.iter().map(|edit| self.written(edit)).collect();
        if edits.is_empty() {
            return Vec::new();
        }
        if self.form == PatchForm::None {
            return vec![Request::Put(self.whole(&edits, resource))];
        }
        let apart =
            |edit: &Edit| self.profile.patch.user_name_apart && edit.path.attribute.eq_ignore_ascii_case("userName");
        let (first, rest): (Vec<Edit>, Vec<Edit>) = edits.into_iter().partition(apart);
        [first, rest].iter().flat_map(|edits| self.patches(edits, resource)).collect()
    }

    /// The PATCH requests that these operations make, no larger than the service takes them.
    pub fn portions(&self, operations: Vec<Json>) -> Vec<Request> {
        let most = self.profile.patch.operations.map_or(usize::MAX, |most| most.max(1) as usize);
        let mut portions: Vec<Vec<Json>> = Vec::new();
        for operation in operations {
            match portions.last_mut() {
                Some(last) if last.len() < most && self.fits(last, &operation) => last.push(operation),
                _ => portions.push(vec![operation]),
            }
        }
        portions.into_iter().map(Request::Patch).collect()
    }

    fn fits(&self, portion: &[Json], more: &Json) -> bool {
        let Some(most) = self.profile.wire.body_bytes else { return true };
        let bytes = wire::patch(portion).to_string().len() + more.to_string().len() + 1;
        bytes <= most as usize
    }

    fn patches(&self, edits: &[Edit], resource: &Json) -> Vec<Request> {
        let operations = match self.form {
            PatchForm::Paths => self.with_paths(edits, resource),
            PatchForm::PlainPaths => self.with_plain_paths(edits, resource),
            PatchForm::OneAttribute => {
                let parts = self.touched(edits, resource);
                parts
                    .into_iter()
                    .map(|(key, value)| self.operation("replace", None, Some(json!({ key: value }))))
                    .collect()
            }
            PatchForm::Pathless => match self.touched(edits, resource) {
                parts if parts.is_empty() => Vec::new(),
                parts => vec![self.operation("replace", None, Some(parts.into()))],
            },
            PatchForm::None => Vec::new(),
        };
        self.portions(operations)
    }

    fn with_paths(&self, edits: &[Edit], resource: &Json) -> Vec<Json> {
        let mut operations: Vec<Json> = Vec::new();
        let mut added: Vec<(String, usize)> = Vec::new();
        for edit in edits {
            let Edit { path, value } = edit;
            match (value, &path.filter) {
                (None, _) if edit.takes_element() => operations.push(self.cleared(&path.element(), Json::Null)),
                (None, _) => operations.push(self.clear(path)),
                (Some(value), None) => operations.push(self.set(path, value.clone(), resource)),
                (Some(value), Some(_)) if path.has_element(resource) => {
                    operations.push(self.operation("replace", Some(&path.to_string()), Some(value.clone())));
                }
                // a list that holds one element at most is set whole
                (Some(_), Some(_)) if super::edit::named(&self.attributes().single, &path.list()) => {
                    operations.push(self.operation(
                        "replace",
                        Some(&path.list()),
                        self.list_after(edits, path, resource),
                    ));
                }
                // `replace` finds no target without the element (section 3.5.2.3); several parts of one new element make
                // one operation
                (Some(value), Some(filter)) => {
                    let list = path.list();
                    let sub = path.sub.as_deref().unwrap_or("value");
                    let known = added.iter().find(|(name, _)| *name == list).map(|(_, at)| *at);
                    let at = known.unwrap_or_else(|| {
                        operations.push(self.operation("add", Some(&list), Some(json!([]))));
                        added.push((list.clone(), operations.len() - 1));
                        operations.len() - 1
                    });
                    if let Some(elements) = operations[at]["value"].as_array_mut() {
                        filter.put(elements, sub, self.boolean(value.clone()));
                    }
                }
            }
        }
        for (list, at) in added {
            let there = Path::parse(&list).ok().is_some_and(|path| path.has_element(resource));
            if super::edit::named(&self.attributes().primary, &list)
                && !there
                && let Some(elements) = operations[at]["value"].as_array_mut()
            {
                super::edit::one_primary(elements);
            }
        }
        operations
    }

    fn with_plain_paths(&self, edits: &[Edit], resource: &Json) -> Vec<Json> {
        let mut operations = Vec::new();
        let mut lists: Vec<String> = Vec::new();
        for edit in edits {
            match (&edit.value, &edit.path.filter) {
                (_, Some(_)) if lists.contains(&edit.path.list()) => {}
                (_, Some(_)) => {
                    let list = edit.path.list();
                    operations.push(match self.list_after(edits, &edit.path, resource) {
                        Some(elements) => self.operation("replace", Some(&list), Some(elements)),
                        None => self.cleared(&list, json!([])),
                    });
                    lists.push(list);
                }
                (Some(value), None) => operations.push(self.set(&edit.path, value.clone(), resource)),
                (None, None) => operations.push(self.clear(&edit.path)),
            }
        }
        operations
    }

    /// The attributes that change, whole, as they are to be; what goes stands as nothing.
    fn touched(&self, edits: &[Edit], resource: &Json) -> Map<String, Json> {
        let after = self.after(edits, resource);
        let mut parts = Map::new();
        for edit in edits {
            let path = &edit.path;
            let top = edit.top().to_owned();
            let now = parts.remove(&top).or_else(|| wire::member(&after, &top).cloned());
            let mut value = now.unwrap_or_else(|| match (&path.extension, &path.filter, &path.sub) {
                (None, Some(_), _) => json!([]),
                (None, None, None) => self.nothing(Json::Null),
                _ => json!({}),
            });
            if edit.value.is_none() && path.filter.is_none() {
                let nothing = self.nothing(Json::Null);
                match (&path.extension, &path.sub) {
                    (Some(_), None) => put_in(&mut value, &path.attribute, nothing),
                    (None, Some(sub)) => put_in(&mut value, sub, nothing),
                    (Some(_), Some(sub)) => {
                        let mut inner = wire::member(&value, &path.attribute).cloned().unwrap_or_else(|| json!({}));
                        put_in(&mut inner, sub, nothing);
                        put_in(&mut value, &path.attribute, inner);
                    }
                    (None, None) => {}
                }
            }
            parts.insert(top, value);
        }
        parts
    }

    /// The whole resource as it is to be, for a PUT: what it is now, with the changes, without what only the service
    /// writes; always with `active`, or with `members`, since what is left out may be emptied.
    pub fn whole(&self, edits: &[Edit], resource: &Json) -> Json {
        let Json::Object(mut whole) = self.after(edits, resource) else { return Json::Null };
        whole.retain(|key, value| !value.is_null() && !READ_ONLY.iter().any(|name| key.eq_ignore_ascii_case(name)));
        if self.profile.put == Put::Merges {
            // what is left out would stay as it is
            let is_cleared = |top: &str| edits.iter().any(|edit| edit.value.is_none() && edit.top() == top);
            for (top, value) in self.touched(edits, resource).into_iter().filter(|(top, _)| is_cleared(top)) {
                let key = key_of(&whole, &top);
                whole.insert(key, value);
            }
        }
        without_forbidden(&mut whole, self.attributes());
        if self.kind == Kind::Group {
            let key = key_of(&whole, "members");
            let members: Vec<Json> = whole
                .get(&key)
                .map(wire::list)
                .unwrap_or_default()
                .iter()
                .filter_map(wire::referenced)
                .map(|id| json!({ "value": id }))
                .collect();
            whole.insert(key, members.into());
            name_schemas(&mut whole, wire::CORE_GROUP);
        } else {
            let key = key_of(&whole, "active");
            let active = whole.get(&key).and_then(wire::boolean).unwrap_or(true);
            whole.insert(key, active.into());
            name_schemas(&mut whole, wire::CORE_USER);
        }
        Json::Object(whole)
    }

    fn after(&self, edits: &[Edit], resource: &Json) -> Json {
        let mut after = resource.as_object().cloned().unwrap_or_default();
        for edit in edits {
            edit.make(&mut after, self.attributes());
        }
        Json::Object(after)
    }

    fn list_after(&self, edits: &[Edit], path: &Path, resource: &Json) -> Option<Json> {
        let after = self.after(edits, resource);
        wire::attribute(&after, path.extension.as_deref(), &path.attribute).cloned()
    }

    /// The same edit in the words of the service.
    fn written(&self, edit: &Edit) -> Edit {
        let mut edit = edit.clone();
        let is_manager = edit.path.extension.is_some() && edit.path.attribute.eq_ignore_ascii_case("manager");
        if self.profile.wire.manager_text
            && is_manager
            && let Some(id) = edit.value.as_ref().and_then(wire::referenced)
        {
            edit.value = Some(id.into());
        }
        edit
    }

    fn set(&self, path: &Path, value: Json, resource: &Json) -> Json {
        match &path.extension {
            Some(urn) if self.profile.patch.extension_object => {
                let edit = Edit { path: path.clone(), value: Some(value) };
                let after = self.after(&[edit], resource);
                let part = wire::attribute(&after, Some(urn), &path.attribute).cloned().unwrap_or_default();
                self.operation("replace", Some(urn), Some(json!({ (path.attribute.as_str()): part })))
            }
            _ => self.operation("replace", Some(&path.to_string()), Some(value)),
        }
    }

    fn clear(&self, path: &Path) -> Json {
        match &path.extension {
            Some(urn) if self.profile.patch.extension_object && self.clearing() != Clear::Remove => {
                let nothing = self.nothing(Json::Null);
                let part = match &path.sub {
                    Some(sub) => json!({ (sub.as_str()): nothing }),
                    None => nothing,
                };
                self.operation("replace", Some(urn), Some(json!({ (path.attribute.as_str()): part })))
            }
            _ => self.cleared(&path.to_string(), Json::Null),
        }
    }

    /// Takes what is at a path away; `empty` is what an empty list or text is.
    fn cleared(&self, path: &str, empty: Json) -> Json {
        match self.clearing() {
            Clear::Remove => self.operation("remove", Some(path), None),
            Clear::Null | Clear::Empty => self.operation("replace", Some(path), Some(self.nothing(empty))),
        }
    }

    fn clearing(&self) -> Clear {
        let has_paths = matches!(self.form, PatchForm::Paths | PatchForm::PlainPaths);
        self.profile.patch.clear.unwrap_or(if has_paths { Clear::Remove } else { Clear::Null })
    }

    fn nothing(&self, empty: Json) -> Json {
        match self.clearing() {
            Clear::Empty if empty.is_null() => "".into(),
            Clear::Empty => empty,
            Clear::Null | Clear::Remove => Json::Null,
        }
    }

    pub fn operation(&self, op: &str, path: Option<&str>, value: Option<Json>) -> Json {
        let op = match (self.profile.patch.op_case, op) {
            (OpCase::Capitalised, "add") => "Add",
            (OpCase::Capitalised, "replace") => "Replace",
            (OpCase::Capitalised, "remove") => "Remove",
            (_, op) => op,
        };
        let mut operation = Map::new();
        operation.insert("op".into(), op.into());
        operation.extend(path.map(|path| ("path".to_owned(), path.into())));
        operation.extend(value.map(|value| ("value".to_owned(), self.boolean(value))));
        Json::Object(operation)
    }

    /// Truth in the spelling of the service.
    fn boolean(&self, value: Json) -> Json {
        match (self.profile.patch.booleans, value) {
            (Booleans::Text, Json::Bool(value)) => if value { "True" } else { "False" }.into(),
            (Booleans::Text, Json::Array(items)) => items.into_iter().map(|item| self.boolean(item)).collect(),
            (Booleans::Text, Json::Object(parts)) => {
                parts.into_iter().map(|(key, part)| (key, self.boolean(part))).collect::<Map<_, _>>().into()
            }
            (_, value) => value,
        }
    }
}

/// What only the service writes.
const READ_ONLY: [&str; 2] = ["meta", "groups"];

fn put_in(value: &mut Json, key: &str, part: Json) {
    if let Some(parts) = value.as_object_mut() {
        let key = key_of(parts, key);
        parts.insert(key, part);
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails should stop at once")]
#[path = "dialect_tests.rs"]
mod tests;
