//! `generate`: what packages, editors and the documentation are given, made from the program itself: man pages, shell
//! completions, the shape of the configuration, reference pages. Needs no configuration and no roster.

mod keys;
mod man;
mod markdown;
mod reference;

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::Arguments;
use super::output::{self, note, write_file};
use crate::config;
use crate::run::{Exit, Failure};

pub use reference::{Page, pages};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write a man page for each verb, and one for the configuration file
    Man {
        /// The folder to write them into
        dir: PathBuf,
    },
    /// Print what completes verbs and options in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the shape of the configuration file as JSON Schema, for editors
    Schema,
    /// Write the reference pages of the documentation
    Reference {
        /// The folder to write them into
        dir: PathBuf,
    },
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::Man { dir } => write_all(dir, man::pages()?)?,
        What::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "rosterd", &mut bytes);
            output::write(&String::from_utf8_lossy(&bytes))?;
        }
        What::Schema => output::write(&output::json(&config::schema())?)?,
        What::Reference { dir } => {
            write_all(dir, pages().into_iter().map(|page| (page.file.to_owned(), page.text)))?;
        }
    }
    Ok(Exit::Done)
}

fn write_all(dir: &Path, files: impl IntoIterator<Item = (String, String)>) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).map_err(|error| {
        let message = format!("cannot make the folder {}: {error}", dir.display());
        Failure { exit: Exit::Failed, message, hint: None }
    })?;
    for (name, text) in files {
        let path = dir.join(name);
        write_file(&path, text.as_bytes())?;
        note(&format!("wrote {}", path.display()));
    }
    Ok(())
}
