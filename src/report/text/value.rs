//! Any JSON value as an indented list: what `show` answers.

use serde_json::Value;

use super::super::words::clean;
use super::layout::Page;

/// Fields as `name: value`, one per line; what is inside is indented.
pub fn value(value: &Value) -> String {
    let mut page = Page::default();
    match scalar(value) {
        Some(text) => page.line(0, &text),
        None => inside(&mut page, 0, value),
    }
    page.finish()
}

fn inside(page: &mut Page, indent: usize, value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                field(page, indent, &clean(name), value);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 && item.is_object() {
                    page.gap();
                }
                match scalar(item) {
                    Some(text) => page.line(indent, &format!("- {text}")),
                    None => inside(page, indent, item),
                }
            }
        }
        _ => {}
    }
}

fn field(page: &mut Page, indent: usize, name: &str, value: &Value) {
    match scalar(value) {
        Some(text) => page.line(indent, &format!("{name}: {text}")),
        None => {
            page.line(indent, &format!("{name}:"));
            inside(page, indent + 2, value);
        }
    }
}

/// What fits behind a name; an empty list does.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("(none)".into()),
        Value::String(text) => Some(clean(text)),
        Value::Array(items) if items.is_empty() => Some("(none)".into()),
        Value::Object(fields) if fields.is_empty() => Some("(none)".into()),
        Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}
