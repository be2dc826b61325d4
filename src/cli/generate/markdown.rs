//! Bits of Markdown: cells of tables, and the anchors that headings get in the book.

/// A text as a cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One row.
pub(super) fn row<const N: usize>(cells: [&str; N]) -> String {
    format!("| {} |\n", cells.map(cell).join(" | "))
}

/// The head of a table.
pub(super) fn head<const N: usize>(cells: [&str; N]) -> String {
    row(cells) + "|" + &"---|".repeat(N) + "\n"
}

/// The anchor of a heading, as mdBook and the forges make it.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(row(["a | b", "c\n d"]), "| a \\| b | c d |\n");
        assert_eq!(head(["a", "b"]), "| a | b |\n|---|---|\n");
    }

    #[test]
    fn an_anchor_has_no_marks() {
        assert_eq!(anchor("[ldap.NAME.connection]"), "ldapnameconnection");
        assert_eq!(anchor("rosterd edit add"), "rosterd-edit-add");
    }
}
