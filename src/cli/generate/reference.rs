//! The reference pages of the documentation, each from the table that the program itself works by. A test holds the
//! committed pages against these.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};

use super::keys;
use super::markdown::{anchor, head, row};
use crate::cli::Arguments;
use crate::report::{Format, REPORTS, Takes};
use crate::run::Exit;

/// One page.
#[derive(Debug)]
pub struct Page {
    pub file: &'static str,
    pub text: String,
}

const MADE: &str = "<!-- Made from the program: `rosterd generate reference docs` -->\n\n";

/// Every page.
pub fn pages() -> Vec<Page> {
    let page =
        |file, title: &str, body: String| Page { file, text: format!("# {title}\n\n{MADE}{}\n", body.trim_end()) };
    vec![
        page("reference-verbs.md", "Verbs", verbs()),
        page("reference-configuration.md", "The configuration file", configuration()),
        page("reference-reports.md", "All reports", reports()),
        page("reference-exit-codes.md", "Exit codes", exit_codes()),
    ]
}

fn verbs() -> String {
    let mut command = Arguments::command();
    command.build();
    let mut text = String::from("Every verb takes these options.\n\n");
    text += &arguments(command.get_arguments().filter(|arg| arg.is_global_set()));
    for verb in command.get_subcommands() {
        of_verb(&mut text, verb, 2);
    }
    text
}

fn of_verb(text: &mut String, verb: &Command, level: usize) {
    let name = verb.get_bin_name().unwrap_or_default();
    let about = verb.get_long_about().or(verb.get_about()).map(ToString::to_string).unwrap_or_default();
    let _infallible = write!(text, "\n{} {name}\n\n{}.\n", "#".repeat(level), about.trim_end_matches('.'));
    let usage = verb.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ");
    let _infallible = write!(text, "\n    {usage}\n");
    let own: Vec<&Arg> = verb.get_arguments().filter(|arg| !arg.is_global_set()).collect();
    let table = arguments(own.into_iter());
    if !table.is_empty() {
        let _infallible = write!(text, "\n{table}");
    }
    for below in verb.get_subcommands() {
        of_verb(text, below, level + 1);
    }
}

/// The options and words of a verb as a table; nothing when it has none.
fn arguments<'a>(these: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = String::new();
    for arg in these.filter(|arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version")) {
        if text.is_empty() {
            text = head(["option", "meaning"]);
        }
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
        let mut notes = vec![help];
        let values: Vec<String> = (arg.get_possible_values().iter())
            .filter(|value| !value.is_hide_set())
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        if arg.get_action().takes_values() && !values.is_empty() {
            notes.push(format!("one of {}", values.join(", ")));
        }
        let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if arg.get_action().takes_values() && !defaults.is_empty() {
            notes.push(format!("`{}` unless it is given", defaults.join(" ")));
        }
        if let Some(variable) = arg.get_env() {
            notes.push(format!("also `${}`", variable.to_string_lossy()));
        }
        let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        text += &row([&format!("`{}`", spelled(arg)), &notes.join("; ")]);
    }
    text
}

/// An option as it is written, with its value.
fn spelled(arg: &Arg) -> String {
    arg.to_string().trim().to_owned()
}

fn configuration() -> String {
    let mut text = String::from(
        "One TOML file; paths in it are relative to it. `NAME` stands for a name of your own. `rosterd generate schema` \
         prints all of this as JSON Schema: an editor that knows it completes keys and says what they mean. The package \
         installs it as `/usr/share/rosterd/rosterd.schema.json`; with the language server Taplo a first line of the file \
         points to it: `#:schema /usr/share/rosterd/rosterd.schema.json`.\n\n\
         What a table of few keys holds, such as a secret or a limit, is said where it is used. What the rules of the file \
         mean is in [the mapping](mapping.md), [naming](naming.md), [the lifecycle](lifecycle.md), \
         [LDAP targets](ldap.md), [SCIM targets](scim.md), [sources](sources.md) and [safety](safety.md).\n",
    );
    for table in keys::tables() {
        if table.path.is_empty() {
            continue;
        }
        let _infallible = write!(text, "\n## [{}]\n\n", table.path);
        if !table.about.is_empty() {
            let _infallible = write!(text, "{}\n\n", table.about);
        }
        text += &head(["key", "takes", "unless written", "meaning"]);
        for key in &table.keys {
            let default = key.default.as_ref().map(|default| format!("`{default}`")).unwrap_or_default();
            let see = key.table.as_ref().map(|path| format!(" See [`[{path}]`](#{}).", anchor(path)));
            let about = format!("{}{}", key.about, see.unwrap_or_default());
            text += &row([&format!("`{}`", key.name), &key.takes, &default, &about]);
        }
    }
    text
}

fn reports() -> String {
    let forms = Format::ALL.map(|form| format!("`{}`", form.as_str())).join(", ");
    let mut text = format!(
        "`rosterd report NAME` writes one, `rosterd report --list` lists them. Each comes in every form ({forms}) and \
         language: see [reports](reports.md).\n\n"
    );
    text += &head(["report", "what it says", "can be asked for"]);
    for report in REPORTS {
        let Takes { targets, at, days } = report.takes;
        let asked = [(targets, "some targets"), (at, "another day, `--at`"), (days, "a number of days, `--days`")];
        let asked: Vec<&str> = asked.iter().filter(|(takes, _)| *takes).map(|(_, what)| *what).collect();
        text += &row([&format!("`{}`", report.name), report.description, &asked.join("; ")]);
    }
    text
}

fn exit_codes() -> String {
    let mut text = head(["code", "meaning"]);
    for (exit, meaning) in Exit::ALL {
        text += &row([&exit.code().to_string(), meaning]);
    }
    let order: Vec<String> = Exit::ORDER.iter().map(|exit| exit.code().to_string()).collect();
    let _infallible = write!(
        text,
        "\nWith several targets the first that applies of {}. Single objects that are held do not change it.\n",
        order.join(", ")
    );
    text
}
