//! `edit`: one thing of the roster by hand, which records are one thing, and a person taken out of it.

use serde_json::Value;
use uuid::Uuid;

use super::consent;
use super::invocation::Invocation;
use super::output::note;
use crate::org::edit::{Act, Fields};
use crate::org::{Day, Edit, FactKind, Id, Identity, Interval};
use crate::report::{Document, text};
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// State a new thing, or days on which a known one does not hold yet
    Add {
        kind: FactKind,
        #[command(flatten)]
        fields: Given,
        /// Its id; without one, a new one
        #[arg(long)]
        id: Option<String>,
        /// The first day; without it, today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// The first day on which it no longer holds
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
        #[command(flatten)]
        how: How,
    },
    /// Something became different on a day; changes recorded for later days stand
    Change {
        kind: FactKind,
        id: String,
        #[command(flatten)]
        fields: Given,
        /// The first day of the change
        #[arg(long, value_name = "DAY")]
        from: Day,
        #[command(flatten)]
        how: How,
    },
    /// It was always so, or on all days of an interval
    Correct {
        kind: FactKind,
        id: String,
        #[command(flatten)]
        fields: Given,
        /// The first day
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// The first day after
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
        #[command(flatten)]
        how: How,
    },
    /// Two records are one person, or one unit: what names the one names the other
    Merge {
        kind: FactKind,
        /// The one that stays
        kept: String,
        /// The one that is the same
        gone: String,
        #[command(flatten)]
        how: How,
    },
    /// What a source calls by an id of its own is a thing by itself again
    Split {
        kind: FactKind,
        /// The thing that it was taken for
        id: String,
        #[arg(long)]
        source: String,
        /// The source's own id
        #[arg(long = "id", value_name = "ID")]
        local: String,
        #[command(flatten)]
        how: How,
    },
    /// It no longer holds from a day on
    End {
        kind: FactKind,
        id: String,
        /// The first day on which it no longer holds
        #[arg(long, value_name = "DAY")]
        on: Day,
        #[command(flatten)]
        how: How,
    },
    /// Take a person out of the file for good, with all that is about them alone
    Erase {
        /// person
        kind: FactKind,
        id: String,
        /// Why, for the record: a case number, no name
        #[arg(long, value_name = "TEXT", required = true)]
        note: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Show what would go and erase nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Given {
    /// Fields of the exchange format: FIELD=TEXT, or FIELD:=JSON; null takes a field away, custom.NAME is one custom attribute
    #[arg(required = true, value_name = "FIELD=VALUE")]
    fields: Vec<String>,
}

#[derive(Debug, Clone, clap::Args)]
struct How {
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Show what would change and commit nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let (edit, how) = match args.what {
        What::Add { kind, fields, id, from, to, how } => {
            let mut fields = self::fields(&fields.fields)?;
            let id = match (id, fields.shift_remove("id")) {
                (Some(_), Some(_)) => return Err(usage("the id is given twice".into())),
                (Some(id), None) | (None, Some(Value::String(id))) => id,
                (None, Some(_)) => return Err(usage("an id is text".into())),
                (None, None) => Uuid::new_v4().to_string(),
            };
            let from = match from {
                Some(from) => from,
                None => invocation.engine().await?.today(),
            };
            let act = Act::Add { interval: Interval { from: Some(from), to } };
            (Edit { kind, id: Id::new(id), act, fields }, how)
        }
        What::Change { kind, id, fields, from, how } => {
            (Edit { kind, id: Id::new(id), act: Act::Change { from }, fields: self::fields(&fields.fields)? }, how)
        }
        What::Correct { kind, id, fields, from, to, how } => {
            let act = Act::Correct { interval: Interval { from, to } };
            (Edit { kind, id: Id::new(id), act, fields: self::fields(&fields.fields)? }, how)
        }
        What::Merge { kind, kept, gone, how } => {
            let what = Identity::Merge { kind, kept: Id::new(kept), gone: Id::new(gone) };
            return perform(Change::Identity(what), how, invocation).await;
        }
        What::Split { kind, id, source, local, how } => {
            let what = Identity::Split { kind, id: Id::new(id), source, local: Id::new(local) };
            return perform(Change::Identity(what), how, invocation).await;
        }
        What::End { kind, id, on, how } => {
            (Edit { kind, id: Id::new(id), act: Act::End { on }, fields: Fields::new() }, how)
        }
        What::Erase { kind, id, note, yes, dry_run } => {
            if kind != FactKind::Person {
                let hint = Some("`edit end` and `edit correct` are for everything else".into());
                return Err(Failure { exit: Exit::Usage, message: "only a person is erased".into(), hint });
            }
            let change = Change::Erase(Id::new(id), note);
            return perform(change, How { note: None, yes, dry_run }, invocation).await;
        }
    };
    perform(Change::Edit(edit), how, invocation).await
}

/// What is to be recorded.
#[derive(Clone)]
enum Change {
    Edit(Edit),
    Identity(Identity),
    /// With why.
    Erase(Id, String),
}

impl Change {
    fn command(&self, how: &How, dry_run: bool, digest: Option<String>) -> Command {
        let note = how.note.clone();
        match self.clone() {
            Self::Edit(edit) => Command::Edit { edit, note, dry_run, digest },
            Self::Identity(what) => Command::Identify { what, note, dry_run, digest },
            Self::Erase(person, note) => Command::Erase { person, note, dry_run, digest },
        }
    }
}

/// Shows the difference and asks on a terminal; then has exactly that committed.
async fn perform(change: Change, how: How, invocation: &Invocation) -> Result<Exit, Failure> {
    let command = |dry_run, digest| change.command(&how, dry_run, digest);
    if how.dry_run || how.yes || !consent::on_terminal() {
        return invocation.answer(command(how.dry_run, None)).await;
    }
    let rehearsed = invocation.dispatch(command(true, None)).await?;
    let zone = invocation.engine().await?.zone();
    match to_ask(&rehearsed.document) {
        Some((digest, question)) => {
            if !consent::ask(&text::document(&rehearsed.document, zone), question) {
                note("Nothing was recorded.");
                return Ok(Exit::Pending);
            }
            invocation.answer(command(false, Some(digest))).await
        }
        // somebody who was erased before is not shown: the file is only cleaned again
        None if matches!(change, Change::Erase(..)) => invocation.answer(command(false, None)).await,
        None => {
            invocation.output.document(&rehearsed.document, zone)?;
            Ok(rehearsed.exit)
        }
    }
}

/// What would be done, if anything, and how to ask for it.
fn to_ask(rehearsed: &Document) -> Option<(String, &'static str)> {
    let (digest, question) = match rehearsed {
        Document::Edit(edit) if edit.problems.is_empty() && !(edit.changes.is_empty() && edit.remarks.is_empty()) => {
            (edit.digest.as_ref()?, "Record this?")
        }
        Document::Erase(erase) => (erase.digest.as_ref()?, "Erase this for good?"),
        _ => return None,
    };
    Some((digest.to_string(), question))
}

fn fields(words: &[String]) -> Result<Fields, Failure> {
    let mut fields = Fields::new();
    for word in words {
        let (field, value) = word.split_once('=').ok_or_else(|| usage(format!("{word:?} is no FIELD=VALUE")))?;
        let (field, value) = match field.strip_suffix(':') {
            None => (field, Value::from(value)),
            Some(field) => {
                let json = serde_json::from_str(value);
                (field, json.map_err(|error| usage(format!("{field}: {value:?} is no JSON: {error}")))?)
            }
        };
        if field.is_empty() {
            return Err(usage(format!("{word:?} names no field")));
        }
        if fields.insert(field.to_owned(), value).is_some() {
            return Err(usage(format!("{field} is given twice")));
        }
    }
    Ok(fields)
}

fn usage(message: String) -> Failure {
    Failure { exit: Exit::Usage, message, hint: Some("fields are FIELD=TEXT, or FIELD:=JSON".into()) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_text_or_json() {
        let words = ["title=Head = of IT", "fraction:=0.5", "nickname:=null", "note=", "custom.shirt=XL"];
        let fields = fields(&words.map(str::to_owned)).unwrap();
        let expected = serde_json::json!({
            "title": "Head = of IT", "fraction": 0.5, "nickname": null, "note": "", "custom.shirt": "XL"
        });
        assert_eq!(Value::Object(fields), expected);
    }

    #[test]
    fn what_is_no_field_and_value_is_a_mistake_of_usage() {
        for words in [&["title"][..], &["=x"], &[":=1"], &["a:={"], &["a=1", "a=2"]] {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(fields(&words).unwrap_err().exit, Exit::Usage, "{words:?}");
        }
    }
}
