//! What classes are called: by their id, or by their name as it can be written in an expression.

use std::collections::HashMap;

use crate::expr::slug;
use crate::org::{Id, Snapshot};

/// The names of the classes of a snapshot, in letters and digits alone.
#[derive(Debug)]
pub(super) struct Classes(HashMap<Id, String>);

impl Classes {
    pub fn of(snapshot: &Snapshot) -> Self {
        Self(snapshot.classes().map(|(id, class)| (id.clone(), slug(&class.name))).collect())
    }

    /// Whether the class is called so: `direct_line` is the class "Direct line", `'Afdeling'` the class "afdeling".
    pub fn is_called(&self, class: &Id, name: &str) -> bool {
        if class.as_str() == name {
            return true;
        }
        let Some(known) = self.0.get(class).filter(|known| !known.is_empty()) else { return false };
        if name.is_ascii() {
            let plain = name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
            return plain.eq(known.bytes());
        }
        slug(name) == *known
    }
}
