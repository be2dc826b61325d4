//! Every page is in the table of contents, and every link of a page leads somewhere.

use std::path::Path;

use super::{pages, root, text};

#[test]
fn every_page_is_in_the_summary_and_the_summary_names_pages_alone() {
    let docs = root().join("docs");
    let summary = text(&docs.join("SUMMARY.md"));
    let named: Vec<String> = links(&summary).into_iter().map(|(_, link)| link).collect();
    for link in &named {
        assert!(docs.join(link).is_file(), "SUMMARY.md names {link}, which is not there");
        assert_eq!(named.iter().filter(|other| *other == link).count(), 1, "SUMMARY.md names {link} twice");
    }
    for page in pages().iter().filter(|page| page.parent() == Some(docs.as_path())) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "SUMMARY.md" || named.iter().any(|link| link == name),
            "docs/{name} is not in docs/SUMMARY.md: add a line for it"
        );
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let here = text(&page);
        for (line, link) in links(&here) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link.as_str(), ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let place = format!("{}:{line}: {link}", page.strip_prefix(root()).unwrap().display());
            if !target.exists() {
                broken.push(format!("{place}: there is no such file"));
            } else if !anchor.is_empty() && !anchors(&target).iter().any(|known| known == anchor) {
                broken.push(format!("{place}: there is no such heading"));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn pages_that_the_program_and_the_example_name_are_there() {
    let mut files = vec![root().join("config.example.toml")];
    sources(&root().join("src"), &mut files);
    for file in files {
        for part in text(&file).split("docs/").skip(1) {
            let name: String =
                part.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).collect();
            if name.ends_with(".md") {
                assert!(root().join("docs").join(&name).is_file(), "{} names docs/{name}", file.display());
            }
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The links of a page with their lines; code is left out.
fn links(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(page) {
        let mut rest = line.as_str();
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            let end = rest.find(')').unwrap_or_else(|| panic!("line {number}: a link without an end"));
            found.push((number, rest[..end].to_owned()));
        }
    }
    found
}

/// The lines that are no block of code, without what stands between backticks.
fn prose(page: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (at, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            lines.push((at + 1, outside));
        }
    }
    lines
}

/// The anchors of a page, as mdBook and the forges make them of headings.
fn anchors(page: &Path) -> Vec<String> {
    let mut fenced = false;
    let mut anchors = Vec::new();
    for line in text(page).lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        anchors.push(kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    anchors
}
