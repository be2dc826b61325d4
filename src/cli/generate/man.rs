//! Man pages: section 1 from the command line's own definition, section 5 from the shape of the configuration.

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

use super::keys::{self, Table};
use crate::cli::Arguments;
use crate::run::{Exit, Failure};

/// The name of the page about the configuration file.
const FILE: &str = "rosterd.toml";

/// Every page with the name of its file.
pub(super) fn pages() -> Result<Vec<(String, String)>, Failure> {
    let mut command = Arguments::command();
    command.build();
    let mut pages = Vec::new();
    of_command(&command, &mut pages).map_err(|error| Failure {
        exit: Exit::Failed,
        message: format!("a man page cannot be written: {error}"),
        hint: None,
    })?;
    pages.push((format!("{FILE}.5"), of_file()));
    Ok(pages)
}

fn of_command(command: &clap::Command, pages: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for verb in command.get_subcommands() {
        of_command(verb, pages)?;
    }
    let man = Man::new(command.clone()).manual("rosterd");
    let mut bytes = Vec::new();
    man.render(&mut bytes)?;
    pages.push((man.get_filename(), String::from_utf8_lossy(&bytes).into_owned()));
    Ok(())
}

fn of_file() -> String {
    let mut page = Roff::new();
    let source = concat!("rosterd ", env!("CARGO_PKG_VERSION"));
    page.control("TH", [FILE, "5", "", source, "rosterd"]);
    page.control("SH", ["NAME"]).text([roman(format!("{FILE} - the configuration of rosterd"))]);
    page.control("SH", ["DESCRIPTION"]);
    page.text([
        roman("One TOML file: what is given with "),
        bold("--config"),
        roman(" or in $ROSTERD_CONFIG, else /etc/rosterd/config.toml. Paths in it are relative to it. "),
        bold("rosterd init"),
        roman(" writes a commented one to start from, "),
        bold("rosterd check"),
        roman(" says what is wrong with it, with line and column, and touches nothing. NAME stands for a name of your own."),
    ]);
    for table in keys::tables() {
        of_table(&mut page, &table);
    }
    page.control("SH", ["SEE ALSO"]).text([bold("rosterd"), roman("(1), "), bold("rosterd-check"), roman("(1)")]);
    page.render()
}

fn of_table(page: &mut Roff, table: &Table) {
    if !table.path.is_empty() {
        page.control("SH", [format!("[{}]", table.path).as_str()]);
        page.text([roman(words(&table.about))]);
    }
    for key in table.keys.iter().filter(|_| !table.path.is_empty()) {
        page.control("TP", []);
        let mut head: Vec<Inline> = vec![bold(&key.name), roman(format!(" = {}", words(&key.takes)))];
        if let Some(default) = &key.default {
            head.push(roman(format!("; {default} unless it is written")));
        }
        page.text(head);
        let see = key.table.as_ref().map(|table| format!(" See [{table}]."));
        page.text([roman(words(&key.about) + &see.unwrap_or_default())]);
    }
}

/// Without the marks of Markdown.
fn words(text: &str) -> String {
    text.replace('`', "")
}
