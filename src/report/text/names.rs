//! Names: how many have which, and those about whom there is something to say.

use super::super::words::clean;
use super::super::{How, NameLine, NameState, NamesDocument};
use super::layout::{Page, table};

/// The answer of `names preview`.
pub fn names(document: &NamesDocument) -> String {
    let mut page = Page::default();
    page.line(0, &format!("names on {}", document.at));
    for (space, targets) in &document.unread {
        page.line(2, &format!("not known: what is taken as {} in {}", space.as_str(), clean(&targets.join(", "))));
    }
    let counts = document.kinds.iter().map(|of| {
        let numbers = [of.kept, of.new, of.changed, of.none, of.otherwise].map(|count| count.to_string());
        std::iter::once(of.kind.to_string()).chain(numbers).collect()
    });
    let mut text = page.finish();
    text += &table(&["kind", "kept", "new", "changed", "none", "otherwise by these rules"], counts.collect());
    let told: Vec<Vec<String>> = document.names.iter().filter_map(row).collect();
    if !told.is_empty() {
        text.push('\n');
        text += &table(&["person", "called", "kind", "", "name", "how"], told);
    }
    text
}

/// Nothing of a name that is kept and would be given again.
fn row(line: &NameLine) -> Option<Vec<String>> {
    let name = line.name.as_deref().unwrap_or_default();
    let (state, how) = match (line.state, &line.otherwise) {
        (NameState::Kept, None) if line.reason.is_none() => return None,
        (NameState::Kept, None) => ("kept", line.reason.clone().unwrap_or_default()),
        (NameState::Kept, Some(other)) => {
            let other_name = other.name.as_deref().or(other.reason.as_deref()).unwrap_or_default();
            ("kept", format!("by these rules {other_name}{}", passed(&other.how)))
        }
        (NameState::New, _) => ("new", how(&line.how)),
        (NameState::Changed, _) => {
            let before = line.instead_of.as_deref().unwrap_or_default();
            ("changed", format!("instead of {before}; {}", how(&line.how)))
        }
        (NameState::None, _) => ("none", line.reason.clone().unwrap_or_default()),
    };
    let kind = match line.account.as_str() {
        "" => line.kind.to_string(),
        account => format!("{} ({})", line.kind, clean(account)),
    };
    Some(vec![clean(line.person.as_str()), clean(&line.called), kind, state.to_owned(), clean(name), clean(&how)])
}

pub(super) fn how(how: &How) -> String {
    let former = how.former.as_ref().map(|former| format!(", which was {former}'s")).unwrap_or_default();
    format!("{}{former}{}", how.pattern.as_deref().unwrap_or_default(), passed(how))
}

fn passed(how: &How) -> String {
    let mut all: Vec<String> = how.passed.iter().map(|one| format!("{} {}", one.name, one.why)).collect();
    if how.more > 0 {
        all.push(format!("and {} more", how.more));
    }
    if all.is_empty() { String::new() } else { format!(": {}", all.join("; ")) }
}
