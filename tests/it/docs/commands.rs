//! Every `rosterd …` that a page shows is a command that the program has. What stands in a block is a whole command; within
//! a sentence a verb may stand alone.

use clap::Parser as _;
use clap::error::ErrorKind;
use rosterd::cli::Arguments;

use super::{pages, root, text};

#[test]
fn every_command_of_the_pages_is_one() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for page in pages() {
        let page_name = page.strip_prefix(root()).unwrap().display().to_string();
        // these show how a command is written, and are made from the program itself
        if page_name.starts_with("docs/reference-") {
            continue;
        }
        for Shown { line, command, whole } in shown(&text(&page)) {
            count += 1;
            if let Err(problem) = parse(&command, whole) {
                wrong.push(format!("{page_name}:{line}: {command}\n    {problem}"));
            }
        }
    }
    assert!(count > 100, "only {count} commands were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_is_no_command_is_found() {
    for (command, whole, good) in [
        ("rosterd plan ad --at DAY", true, true),
        ("rosterd plan ad --sometime", true, false),
        ("rosterd frobnicate", false, false),
        ("rosterd suspend", false, true),
        ("rosterd suspend", true, false),
        ("rosterd revert RUN", true, true),
        ("rosterd revert SOMETHING", true, false),
        ("rosterd edit change person ID surname=\"De la Cour\" --from DAY", true, true),
    ] {
        assert_eq!(parse(command, whole).is_ok(), good, "{command}");
    }
}

struct Shown {
    line: usize,
    command: String,
    whole: bool,
}

/// The commands of a page.
fn shown(page: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (at, line) in page.lines().enumerate() {
        let line_number = at + 1;
        let bare = line.trim_start();
        if bare.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced || line.starts_with("    ") {
            let command = bare.strip_prefix("sudo ").unwrap_or(bare);
            if command.starts_with("rosterd ") {
                found.push(Shown { line: line_number, command: alone(command), whole: true });
            }
            if fenced {
                continue;
            }
        }
        for span in line.split('`').skip(1).step_by(2).filter(|span| span.starts_with("rosterd ")) {
            found.push(Shown { line: line_number, command: alone(span), whole: false });
        }
    }
    found
}

/// A command without what the shell does around it.
fn alone(command: &str) -> String {
    let ends = [" #", "  ", " | ", " && ", "; ", " > ", " >> "];
    let end = ends.iter().filter_map(|end| command.find(end)).min().unwrap_or(command.len());
    command[..end].to_owned()
}

fn parse(command: &str, whole: bool) -> Result<(), String> {
    let words = words(command)?;
    let Err(error) = Arguments::try_parse_from(words).and_then(Arguments::checked) else { return Ok(()) };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Ok(()),
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            if !whole =>
        {
            Ok(())
        }
        _ => Err(error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// The words of a command, with something real for each placeholder.
fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ' ') => words.push(String::new()),
            (None, '[' | ']' | '…') => {} // what may be left out is given
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".into());
    }
    let real = |word: String| match word.as_str() {
        "KIND" => "person".to_owned(),
        "NAME" => "reconciliation".to_owned(),
        "DIGEST" => "0123456789abcdef0123456789abcdef".to_owned(),
        "DAY" => "2026-11-30".to_owned(),
        "INSTANT" => "2026-11-30T06:00:00Z".to_owned(),
        "RUN" | "N" => "7".to_owned(),
        _ => word,
    };
    Ok(words.into_iter().filter(|word| !word.is_empty()).map(real).collect())
}
