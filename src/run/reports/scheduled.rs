//! The reports of the configuration: made, kept as told, and put into the outbox, all in one transaction.
//!
//! A letter is named by its report and the instant that it was due at: a daemon that dies before it recorded that instant
//! as served finds the letter there, and does not tell the same twice.

use serde_json::json;
use uuid::Uuid;

use super::{Beside, DAYS, ReportAsk, telling};
use crate::config::ReportText;
use crate::org::Instant;
use crate::report::{Document, Extent, Format, Phrase, Report, SentDocument, SentLetter, Tongue, render, report_kind};
use crate::run::command::{Answer, Exit, Silent};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::Lease;
use crate::store::{Letter, LetterFile};

impl Engine {
    /// Makes a report that is due and sends it on its way. Answers why it waits, if it does.
    pub async fn report_due(&self, name: &str, due: Instant) -> Result<Option<String>, Failure> {
        let named = format!("report {name} {}", due.micros());
        let id = Uuid::new_v5(&self.store.meta().roster, named.as_bytes());
        if !self.store.has_letter(&id).await? {
            Box::pin(self.tell_report(name, id, true)).await?;
        }
        Ok(None)
    }

    /// Makes a report of the configuration now and sends it, whether or not anything is new. Without a daemon the verb
    /// sends what is due.
    pub(in crate::run) async fn send(&self, name: &str) -> Result<Answer, Failure> {
        let id = Uuid::new_v4();
        self.tell_report(name, id, false).await?;
        self.send_unless_served().await?;
        let subject = self.store.letter(&id).await?.subject;
        let letters = self.store.rows_of_letter(&id).await?.into_iter().map(|row| SentLetter {
            channel: row.way.channel.as_str().to_owned(),
            to: row.way.to,
            id: row.id.to_string(),
            state: row.state,
            why: row.why,
        });
        let document = SentDocument { report: name.to_owned(), subject, letters: letters.collect() };
        let failed = |state: &str| document.letters.iter().any(|letter| letter.state == state);
        let exit = if failed("failed") { Exit::Partly } else { Exit::Done };
        Ok(Answer { exit, document: Document::Sent(document) })
    }

    /// Sends what is due, once, where no daemon does.
    async fn send_unless_served(&self) -> Result<(), Failure> {
        let Ok(_lease) = Lease::of_schedule(&self.config, &self.holder("send")) else { return Ok(()) };
        let fence = self.begin_schedule().await?;
        self.begin_sending(fence).await?;
        for (lane, letters) in self.due_letters().await?.0 {
            self.send_letters(&lane, letters, fence).await?;
        }
        Ok(())
    }

    async fn tell_report(&self, name: &str, id: Uuid, by_schedule: bool) -> Result<(), Failure> {
        let known = &self.config.config.report;
        let Some(settings) = known.get(name) else {
            let names = known.keys().cloned().collect::<Vec<_>>().join(", ");
            let hint = if names.is_empty() {
                "write a section [report.NAME]".to_owned()
            } else {
                format!("there are: {names}")
            };
            return Err(Failure::new(Exit::Usage, format!("no report is named {name:?}")).hint(hint));
        };
        let (job, ask) = self.report_ask(name, settings)?;
        let report = self.report(&ask, &Silent).await?;
        let is_whole = report.extent == Extent::Whole;
        if by_schedule && settings.only_if_changed && is_whole && !report.is_news() {
            tracing::info!(report = name, "nothing is new: it is not sent");
            return Ok(());
        }
        let letter = self.report_letter((name, id), settings, &report)?;
        let targets = if ask.kind.takes.targets { self.chosen(&ask.targets)? } else { Vec::new() };
        let ways = settings.to.ways();
        self.store.post_report(&telling(&job, &targets, &report)?, &letter, &ways).await?;
        self.posted();
        tracing::info!(report = name, letters = ways.len(), "posted: {}", letter.subject);
        Ok(())
    }

    fn report_ask(&self, name: &str, settings: &ReportText) -> Result<(String, ReportAsk), Failure> {
        let kind = report_kind(&settings.what)
            .ok_or_else(|| Failure::new(Exit::Usage, format!("there is no report {:?}", settings.what)))?;
        let job = format!("report {name}");
        let days = settings.days.map_or(DAYS, std::num::NonZeroU32::get);
        let beside = Beside::Job(job.clone());
        Ok((job, ReportAsk { kind, targets: settings.targets.clone(), at: None, days, beside }))
    }

    fn report_letter(
        &self,
        (name, id): (&str, Uuid),
        settings: &ReportText,
        report: &Report,
    ) -> Result<Letter, Failure> {
        let tongue = Tongue { language: settings.language.unwrap_or(self.language()), zone: self.zone() };
        let failed = |error| Failure::because(Exit::Failed, "writing the report", &error);
        let written = |format: Format| render(report, format, tongue).map_err(failed);
        let text = |format: Format| Ok::<_, Failure>(String::from_utf8_lossy(&written(format)?).into_owned());
        let files = settings.formats.iter().map(|format| {
            Ok(LetterFile {
                ending: format.extension().to_owned(),
                media: format.media_type().to_owned(),
                content: written(*format)?,
            })
        });
        let subject = report.subject(tongue.language, tongue.zone);
        let document: serde_json::Value = serde_json::from_str(&text(Format::Json)?).unwrap_or_default();
        let data = json!({ "name": name, "subject": subject, "report": document });
        let json = json!({ "type": "report", "timestamp": report.at, "data": data });
        Ok(Letter {
            id,
            name: name.to_owned(),
            subject,
            text: text(Format::Text)?,
            html: Some(text(Format::Html)?),
            files: files.collect::<Result<Vec<_>, Failure>>()?,
            json: json.to_string(),
            missing: tongue.line(&Phrase::TooLargeForMail.into()),
            at: report.at,
        })
    }
}
