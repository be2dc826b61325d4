//! The walls: which module may name which, and which may touch the world. Every file below `src` is parsed; a rule
//! that nothing can break is no rule, so each is shown a bad file at the end.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The order: a module may name those of the rows above, itself, and nothing else of the crate.
const ORDER: &[&[&str]] = &[
    &["org"],
    &["clock", "object", "expr", "schedule"],
    &["mapping", "reconcile"],
    &["net", "stops"],
    &["target", "source", "store", "report"],
    &["deliver", "alarm"],
    &["config"],
    &["run"],
    &["control"],
    &["daemon"],
    &["cli"],
    &["main"],
];

/// Modules that may name less than their place in the order would allow.
const NARROW: &[(&str, &[&str])] = &[
    ("target", &["org", "clock", "object", "net", "stops"]),
    ("source", &["org", "expr"]),
    ("deliver", &["org", "net", "stops", "store"]),
    ("schedule", &["org"]),
    ("report", &["org", "object", "expr", "schedule", "mapping", "reconcile"]),
    ("alarm", &["org", "report"]),
];

/// Pure modules with all the crates that they may use.
const PURE: &[(&str, &[&str])] = &[
    (
        "org",
        &[
            "aes_siv",
            "base64",
            "blake3",
            "jiff",
            "lz4_flex",
            "regex",
            "schemars",
            "serde",
            "serde_json",
            "thiserror",
            "uuid",
        ],
    ),
    ("object", &["blake3", "schemars", "serde", "thiserror", "unicode_normalization", "uuid"]),
    ("expr", &["deunicode", "icu_casemap", "minijinja", "thiserror", "unicode_normalization"]),
    ("schedule", &["blake3", "chrono", "cron", "jiff", "schemars", "serde", "thiserror"]),
    ("mapping", &["schemars", "serde", "thiserror", "uuid"]),
    ("reconcile", &["blake3", "schemars", "serde", "serde_json", "thiserror"]),
    ("report", &["maud", "rust_xlsxwriter", "schemars", "serde", "serde_json", "thiserror"]),
    ("alarm", &["serde", "serde_json"]),
];

/// Parts of the standard library that pure modules do without.
const WORLD: &[&str] = &["env", "fs", "net", "os", "process", "thread", "time"];

/// Crates that belong to one edge.
const EDGES: &[(&str, &[&str])] = &[
    ("minijinja", &["expr"]),
    ("regex", &["org"]),
    ("deunicode", &["expr"]),
    ("icu_casemap", &["expr"]),
    ("ldap3", &["target::ldap"]),
    ("libgssapi", &["target::ldap"]),
    ("ring", &["target::ldap"]),
    ("socket2", &["target::ldap"]),
    ("tokio_rustls", &["target::ldap"]),
    ("age", &["target::ldap"]),
    ("reqwest", &["target::scim", "deliver::webhook", "net"]),
    ("lettre", &["deliver::mail"]),
    ("hmac", &["deliver::webhook"]),
    ("sha2", &["deliver::webhook"]),
    ("rustix", &["stops", "clock", "run::room"]),
    ("sqlx", &["store"]),
    ("lz4_flex", &["org", "store"]),
    ("toml", &["config"]),
    ("toml_edit", &["config"]),
    ("serde_path_to_error", &["config"]),
    ("annotate_snippets", &["config"]),
    ("encoding_rs", &["source"]),
    ("cron", &["schedule::cron_line"]),
    ("chrono", &["schedule::cron_line"]),
    ("jiff", &["org", "clock", "schedule", "config"]),
    ("maud", &["report", "daemon"]),
    ("rust_xlsxwriter", &["report"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli::generate"]),
    ("clap_mangen", &["cli::generate"]),
    ("indicatif", &["cli"]),
    ("sd_notify", &["daemon"]),
    ("axum", &["daemon"]),
    ("tracing_subscriber", &["cli", "daemon", "main"]),
];

/// Proofs: a struct with the only file that may make one.
const PROOFS: &[(&str, &str)] = &[("Complete", "object/coverage.rs"), ("Cleared", "reconcile/guard/mod.rs")];

const LONGEST: usize = 600;
const VAGUE: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc"];
const SQL: &[&str] =
    &["SELECT ", "INSERT INTO ", "INSERT OR ", "DELETE FROM ", "CREATE TABLE ", "CREATE INDEX ", "PRAGMA "];

#[test]
fn the_walls_stand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    let files = files(&root);
    assert!(files.len() > 20, "the sources were not found below {}", root.display());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        broken.extend(check(file.strip_prefix(&root).unwrap().to_str().unwrap(), &text));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What is wrong with one file; `name` is its path below `src`.
fn check(name: &str, text: &str) -> Vec<String> {
    let stem = name.trim_end_matches(".rs").trim_end_matches("/mod");
    let module: Vec<String> = stem.split('/').map(ToOwned::to_owned).collect();
    let mut file = File { name, dependencies: dependencies(), inside: module.clone(), module, broken: Vec::new() };
    let lines = text.lines().count();
    if lines > LONGEST {
        file.complain(1, format!("{lines} lines, at most {LONGEST} are readable"));
    }
    for part in &file.module.clone() {
        if VAGUE.contains(&part.as_str()) || part.ends_with("_manager") {
            file.complain(1, format!("{part} says nothing about what is in it"));
        }
    }
    if file.module != ["lib"] && file.row(&file.module[0]).is_none() {
        file.complain(1, format!("the module {} has no place in the order", file.module[0]));
    }
    let is_test = file.module.last().is_some_and(|last| last == "tests" || last.ends_with("_tests"));
    if !is_test {
        file.visit_file(&syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}")));
    }
    file.broken
}

/// The crates of Cargo.toml, as they are named in code.
fn dependencies() -> Vec<String> {
    let manifest = include_str!("../../Cargo.toml");
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    section.lines().filter_map(|line| Some(line.split_once('=')?.0.trim().replace('-', "_"))).collect()
}

struct File<'a> {
    name: &'a str,
    dependencies: Vec<String>,
    /// The module of the file.
    module: Vec<String>,
    /// The module at the point that is looked at.
    inside: Vec<String>,
    broken: Vec<String>,
}

impl File<'_> {
    fn complain(&mut self, line: usize, problem: impl std::fmt::Display) {
        self.broken.push(format!("{}:{line}: {problem}", self.name));
    }

    fn row(&self, module: &str) -> Option<usize> {
        ORDER.iter().position(|row| row.contains(&module))
    }

    fn top(&self) -> &str {
        &self.module[0]
    }

    fn pure(&self) -> Option<&'static [&'static str]> {
        PURE.iter().find(|(module, _)| *module == self.top()).map(|(_, crates)| *crates)
    }

    /// Looks at one path, wherever it stands.
    fn path(&mut self, segments: &[String], line: usize) {
        let Some(first) = segments.first() else { return };
        match first.as_str() {
            "crate" => self.of_crate(&segments[1..], line),
            "rosterd" if self.top() == "main" => self.of_crate(&segments[1..], line),
            "self" => self.of_crate(&[self.inside.clone(), segments[1..].to_vec()].concat(), line),
            "super" => {
                let ups = segments.iter().take_while(|segment| *segment == "super").count();
                let depth = self.inside.len().saturating_sub(ups);
                let target = [&self.inside[..depth], &segments[ups..]].concat();
                self.of_crate(&target, line);
            }
            "std" | "core" | "alloc" => self.of_std(segments, line),
            other if self.dependencies.iter().any(|known| known == other) => self.of_other(other, line),
            _ => {}
        }
        self.of_name(segments, line);
    }

    fn of_crate(&mut self, path: &[String], line: usize) {
        let Some(target) = path.first() else {
            return self.complain(line, "names the whole crate: name the module");
        };
        if self.top() == "lib" || target == self.top() {
            if self.module.starts_with(&["reconcile".into(), "inspect".into()]) && target == "reconcile" {
                let allowed = ["plan", "inspect"];
                if !path.get(1).is_some_and(|part| allowed.contains(&part.as_str())) {
                    self.complain(line, "the inspection names how a plan is built");
                }
            }
            return;
        }
        let (Some(own), Some(other)) = (self.row(self.top()), self.row(target)) else {
            return self.complain(line, format!("{target} has no place in the order"));
        };
        let narrow = NARROW.iter().find(|(module, _)| *module == self.top());
        let allowed = narrow.is_none_or(|(_, known)| known.contains(&target.as_str()));
        if other >= own || !allowed {
            self.complain(line, format!("{} may not name {target}", self.top()));
        }
    }

    fn of_std(&mut self, segments: &[String], line: usize) {
        if self.pure().is_none() {
            return;
        }
        match segments.get(1).map(String::as_str) {
            None | Some("*") => self.complain(line, "names the whole standard library"),
            Some(part) if WORLD.contains(&part) => self.complain(line, format!("std::{part} in a pure module")),
            _ => {}
        }
    }

    fn of_other(&mut self, name: &str, line: usize) {
        if self.pure().is_some_and(|allowed| !allowed.contains(&name)) {
            self.complain(line, format!("the pure module {} may not use the crate {name}", self.top()));
        }
        let Some((_, edges)) = EDGES.iter().find(|(edge, _)| *edge == name) else { return };
        let here = self.module.join("::");
        let at_home = edges.iter().any(|edge| here == *edge || here.starts_with(&format!("{edge}::")));
        if !at_home && self.top() != "lib" {
            self.complain(line, format!("the crate {name} belongs to {}", edges.join(", ")));
        }
    }

    /// Functions that ask the world, whatever they are called through.
    fn of_name(&mut self, segments: &[String], line: usize) {
        let [.., owner, last] = segments else { return };
        let pure = self.pure().is_some();
        if last == "now" && self.top() != "clock" {
            self.complain(line, "asks for the time: it comes from clock");
        }
        if pure && matches!(last.as_str(), "new_v4" | "now_v7" | "thread_rng" | "random") {
            self.complain(line, format!("{owner}::{last} is chance in a pure module"));
        }
        if pure && owner == "TimeZone" && matches!(last.as_str(), "get" | "system" | "try_system") {
            self.complain(line, "looks up a time zone in a pure module");
        }
    }

    fn no_async(&mut self, line: usize) {
        if self.pure().is_some() {
            self.complain(line, "async in a pure module");
        }
    }

    fn text(&mut self, text: &str, line: usize) {
        let start = text.trim_start().to_uppercase();
        if self.top() != "store" && SQL.iter().any(|word| start.starts_with(word)) {
            self.complain(line, "SQL outside of store");
        }
    }

    /// Paths, texts and keywords inside of macros and attributes.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let line = tokens[at].span().start().line;
            match &tokens[at] {
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Brace && at > 0 {
                        self.made(&tokens[at - 1].to_string(), line);
                    }
                    self.tokens(group.stream());
                }
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.text(&text.value(), line);
                    }
                }
                TokenTree::Ident(first) => {
                    let mut path = vec![first.to_string()];
                    while let [_, TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), ..] =
                        &tokens[at..]
                        && (one.as_char(), two.as_char()) == (':', ':')
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    match path.as_slice() {
                        [word] if word == "async" || word == "await" => self.no_async(line),
                        [_] => {}
                        path => self.path(path, line),
                    }
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    fn made(&mut self, name: &str, line: usize) {
        if let Some((_, home)) = PROOFS.iter().find(|(proof, home)| *proof == name && *home != self.name) {
            self.complain(line, format!("{name} is made in {home} only"));
        }
    }

    fn used(&mut self, tree: &syn::UseTree, above: &[String]) {
        let with = |name: &syn::Ident| [above, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.used(&path.tree, &with(&path.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.used(item, above)),
            syn::UseTree::Name(name) if name.ident == "self" => self.path(above, name.ident.span().start().line),
            syn::UseTree::Name(name) => self.path(&with(&name.ident), name.ident.span().start().line),
            syn::UseTree::Rename(rename) if rename.ident == "self" => self.path(above, rename.span().start().line),
            syn::UseTree::Rename(rename) => self.path(&with(&rename.ident), rename.span().start().line),
            syn::UseTree::Glob(glob) => self.path(&[above, &["*".to_owned()]].concat(), glob.span().start().line),
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

impl<'ast> Visit<'ast> for File<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        match item {
            syn::Item::Mod(module) if is_test(&module.attrs) => {}
            syn::Item::Fn(function) if is_test(&function.attrs) => {}
            syn::Item::Impl(implementation) if is_test(&implementation.attrs) => {}
            syn::Item::Use(used) if is_test(&used.attrs) => {}
            syn::Item::Use(used) => self.used(&used.tree, &[]),
            syn::Item::ExternCrate(item) => {
                let line = item.span().start().line;
                self.path(&[item.ident.to_string()], line);
                if item.rename.is_some() {
                    self.complain(line, "gives a crate another name");
                }
            }
            syn::Item::Mod(module) => {
                let name = module.ident.to_string();
                if VAGUE.contains(&name.as_str()) || name.ends_with("_manager") {
                    self.complain(module.span().start().line, format!("{name} says nothing about what is in it"));
                }
                self.inside.push(name);
                visit::visit_item_mod(self, module);
                self.inside.pop();
            }
            item => visit::visit_item(self, item),
        }
    }

    /// `pub(crate)` names no module.
    fn visit_visibility(&mut self, _visibility: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.path(&segments, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.visit_path(&invoked.path);
        self.tokens(invoked.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            syn::Meta::List(list) => {
                self.visit_path(&list.path);
                self.tokens(list.tokens.clone());
            }
            syn::Meta::NameValue(value) if value.path.is_ident("doc") => {}
            meta => visit::visit_meta(self, meta),
        }
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(word) = &signature.asyncness {
            self.no_async(word.span.start().line);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.no_async(block.span().start().line);
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        if let Some(word) = &closure.asyncness {
            self.no_async(word.span.start().line);
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "now" && self.pure().is_some() {
            self.complain(call.span().start().line, "asks for the time in a pure module");
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        if let Some(last) = made.path.segments.last() {
            self.made(&last.ident.to_string(), made.span().start().line);
        }
        visit::visit_expr_struct(self, made);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.text(&text.value(), text.span().start().line);
    }
}

/// A file that must be refused for the reason that `because` holds.
fn refused(name: &str, text: &str, because: &str) {
    let broken = check(name, text);
    assert!(broken.iter().any(|problem| problem.contains(because)), "{name}: {text}\n{broken:?}");
}

#[test]
fn the_order_is_kept_however_a_module_is_named() {
    for text in [
        "use crate::store::Store;",
        "use crate::{org::Id, store::Store};",
        "pub use crate::store::Store as Memory;",
        "use super::super::store;",
        "use super::super::super::store::Store;",
        "fn f() -> crate::store::Store { todo!() }",
        "fn f() { let _ = crate::store::Store::open(); }",
        "fn f() { vec![crate::store::open()]; }",
        "#[serde(with = \"x\", default = crate::store::f)] struct S;",
        "mod inner { use super::super::super::store::Store; }",
        "impl crate::store::Trait for S {}",
        "fn f(x: X) { match x { crate::store::X::A => {} } }",
    ] {
        refused("object/value.rs", text, "object may not name store");
    }
    refused("mapping/rules.rs", "use crate::reconcile::Plan;", "mapping may not name reconcile");
    refused("target/ldap/mod.rs", "use crate::reconcile::Plan;", "target may not name reconcile");
    refused("source/mod.rs", "use crate::net::SecretRef;", "source may not name net");
    refused("store/mod.rs", "use crate::config::Config;", "store may not name config");
    refused("org/mod.rs", "use crate as all; ", "whole crate");
    refused("org/mod.rs", "use crate::*;", "no place in the order");
    refused("stuff/mod.rs", "", "stuff has no place in the order");
    refused("reconcile/inspect.rs", "use super::diff::Diff;", "how a plan is built");
    refused("reconcile/inspect.rs", "use crate::reconcile::Plan;", "how a plan is built");
    assert!(check("run/mod.rs", "use crate::{config::Config, store::Store, target::Target};").is_empty());
    assert!(check("reconcile/inspect.rs", "use super::plan::Plan;\nuse crate::object::Step;").is_empty());
    assert!(
        check("object/value.rs", "use super::schema::Schema;\nuse crate::org::Id;\nuse self::inner::X;").is_empty()
    );
}

#[test]
fn pure_modules_touch_nothing() {
    for (text, because) in [
        ("use tokio::sync::Mutex;", "may not use the crate tokio"),
        ("fn f() { reqwest::get(\"\"); }", "may not use the crate reqwest"),
        ("#[derive(clap::Parser)] struct S;", "may not use the crate clap"),
        ("extern crate sqlx as x;", "may not use the crate sqlx"),
        ("use std::{fs, fmt};", "std::fs"),
        ("fn f() { std::env::var(\"X\"); }", "std::env"),
        ("fn f() { println!(\"{}\", std::time::UNIX_EPOCH.x); }", "std::time"),
        ("use std as s;", "whole standard library"),
        ("async fn f() {}", "async"),
        ("fn f() { let _ = async { 1 }; }", "async"),
        ("fn f() { tokens!(async move {}); }", "async"),
        ("fn f(clock: C) { clock.now(); }", "asks for the time"),
        ("fn f() { Timestamp::now(); }", "asks for the time"),
        ("fn f() { uuid::Uuid::new_v4(); }", "chance"),
        ("fn f() { TimeZone::get(\"x\"); }", "time zone"),
    ] {
        refused("org/fact.rs", text, because);
    }
    assert!(check("org/fact.rs", "use std::fmt;\n#[cfg(test)]\nmod tests { use std::fs; }").is_empty());
}

#[test]
fn wire_crates_stay_at_their_edge() {
    refused("mapping/user.rs", "use minijinja::Value;", "belongs to expr");
    refused("target/scim/mod.rs", "use ldap3::Scope;", "belongs to target::ldap");
    refused("run/mod.rs", "use reqwest::Client;", "belongs to target::scim");
    refused("run/mod.rs", "fn f() -> sqlx::Result<()> { Ok(()) }", "belongs to store");
    refused("run/mod.rs", "use toml::Value;", "belongs to config");
    refused("config/check.rs", "use chrono::Utc;", "belongs to schedule::cron_line");
    refused("net/mod.rs", "use jiff::Timestamp;", "belongs to org, clock, schedule, config");
    refused("run/mod.rs", "fn f() { query(\"select 1\"); }", "SQL outside");
    refused("run/mod.rs", "fn f() { format!(\"DELETE FROM x\"); }", "SQL outside");
    refused("run/mod.rs", "fn f() { Instant::now(); }", "asks for the time");
    assert!(check("store/fact.rs", "fn f() { sqlx::query(\"select 1\"); }").is_empty());
    assert!(check("target/ldap/write/mod.rs", "use ldap3::Mod;").is_empty());
}

#[test]
fn proofs_have_one_maker_and_names_say_something() {
    refused("reconcile/diff.rs", "fn f() { Complete { evidence }; }", "object/coverage.rs only");
    refused("run/mod.rs", "fn f() { crate::reconcile::Cleared { plan }; }", "reconcile/guard/mod.rs only");
    refused("run/mod.rs", "fn f() { vec![Cleared { plan }]; }", "reconcile/guard/mod.rs only");
    refused("run/utils.rs", "", "says nothing");
    refused("run/mod.rs", "mod run_manager {}", "says nothing");
    refused("run/mod.rs", &"\n".repeat(601), "601 lines");
    assert!(check("org/manager.rs", "pub(crate) fn f() {}").is_empty());
}
