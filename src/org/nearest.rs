//! "Did you mean": the known name that is closest to a misspelt one.

/// The candidate that `name` is most likely a misspelling of; `None` when nothing is close. Case does not count.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let allowed = (wanted.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase().chars().collect::<Vec<_>>()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What to do about a name that is none of `known`: the one that is nearest, and all there are.
pub fn instead(name: &str, known: &[&str]) -> String {
    let all = known.join(", ");
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near:?}? There are {all}"),
        None => format!("there are {all}"),
    }
}

/// The number of insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in other.iter().enumerate() {
            let replace = last[column] + usize::from(a != b);
            let mut least = replace.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *a == other[column - 1] && one[row - 1] == *b {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{instead, nearest};

    #[test]
    fn finds_misspellings_and_nothing_far() {
        let names = ["given_name", "surname", "name"];
        assert_eq!(nearest("givenname", names), Some("given_name"));
        assert_eq!(nearest("Surname", names), Some("surname"));
        assert_eq!(nearest("nmae", names), Some("name"));
        assert_eq!(nearest("title", names), None);
        assert_eq!(instead("nmae", &names), "did you mean \"name\"? There are given_name, surname, name");
        assert_eq!(instead("title", &names), "there are given_name, surname, name");
    }
}
