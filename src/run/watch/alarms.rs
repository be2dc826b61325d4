//! The alarms: finds what is wrong, and tells what of it is news. What is told and that it was told are kept in one
//! transaction, so that each alarm is told once, whenever the process ends.

use uuid::Uuid;

use crate::alarm::{self, Alarm, Health, Known, News, Notice, Severity, Turn};
use crate::config::Channels;
use crate::org::Instant;
use crate::report::{AlarmView, Language};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{AlarmRow, Letter};

/// How things stand, and what is wrong of it.
#[derive(Debug, Clone)]
pub struct Watch {
    pub health: Health,
    pub alarms: Vec<Alarm>,
}

impl Engine {
    /// How things stand now, and what is wrong. Tells nobody.
    pub async fn watch(&self) -> Result<Watch, Failure> {
        let health = self.health().await?;
        let mut alarms = alarm::evaluate(&health, &self.config.config.alarms.thresholds);
        // since when it is so, it is known from the first time
        let known = self.known_alarms().await?;
        for one in &mut alarms {
            let before = known.iter().find(|known| known.alarm.name == one.name && known.alarm.subject == one.subject);
            if let Some(before) = before {
                one.since = one.since.min(before.alarm.since);
            }
        }
        Ok(Watch { health, alarms })
    }

    /// The same, and what is news of it is told.
    pub async fn watch_and_tell(&self) -> Result<Watch, Failure> {
        let watch = self.watch().await?;
        let (now, settings) = (watch.health.now, &self.config.config.alarms);
        let known = self.known_alarms().await?;
        let telling = alarm::tell(&known, &watch.alarms, settings.settle_minutes, now);
        if telling.known != known || !telling.news.is_empty() {
            let rows = telling.known.iter().map(row).collect::<Result<Vec<AlarmRow>, Failure>>()?;
            let mut transaction = self.store.begin().await?;
            self.store.keep_alarms(&mut transaction, &rows).await?;
            let ways = settings.to.as_ref().map(Channels::ways).unwrap_or_default();
            if let Some(letter) = self.letter(&telling.news, now) {
                self.store.post(&mut transaction, &letter, &ways).await?;
            }
            self.store.commit(transaction).await?;
            self.posted();
            telling.news.iter().for_each(log);
        }
        Ok(watch)
    }

    /// One letter with all that is news.
    fn letter(&self, news: &[News], now: Instant) -> Option<Letter> {
        let Notice { subject, text, json, missing } =
            alarm::notice(news, self.alarm_language(), &self.config.zone, now)?;
        let id = Uuid::new_v5(&self.store.meta().roster, format!("alarm {now} {json}").as_bytes());
        let (name, html, files) = ("alarm".to_owned(), None, Vec::new());
        Some(Letter { id, name, subject, text, html, files, json, missing, at: now })
    }

    /// What is wrong now, in the language of the roster.
    pub(in crate::run) async fn alarms(&self) -> Result<Vec<AlarmView>, Failure> {
        let language = self.alarm_language();
        let view = |alarm: Alarm| AlarmView {
            what: alarm.what.in_language(language).to_owned(),
            todo: alarm.todo.in_language(language).to_owned(),
            alarm: alarm.name,
            severity: alarm.severity.as_str().to_owned(),
            subject: alarm.subject,
            since: alarm.since,
            command: alarm.command,
        };
        Ok(self.watch().await?.alarms.into_iter().map(view).collect())
    }

    /// The language in which alarms are told.
    fn alarm_language(&self) -> Language {
        self.config.config.alarms.language.unwrap_or(self.language())
    }

    async fn known_alarms(&self) -> Result<Vec<Known>, Failure> {
        let rows = self.store.alarms().await?;
        // one that an earlier version wrote otherwise is told anew
        let read = |row: AlarmRow| {
            let alarm = serde_json::from_str(&row.body).ok()?;
            Some(Known { alarm, told: row.told, gone: row.gone })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}

fn row(known: &Known) -> Result<AlarmRow, Failure> {
    let body = serde_json::to_string(&known.alarm)
        .map_err(|error| Failure::because(crate::run::command::Exit::Failed, "keeping an alarm", &error))?;
    let (name, subject) = (known.alarm.name.clone(), known.alarm.subject.clone());
    Ok(AlarmRow { name, subject, body, told: known.told, gone: known.gone })
}

/// One line for each.
fn log(news: &News) {
    let Alarm { name, severity, subject, what, command, .. } = &news.alarm;
    let (alarm, what, command) = (name.as_str(), what.en.as_str(), command.as_deref());
    match (news.turn, severity) {
        (Turn::Over, _) => tracing::info!(alarm, subject, "over: {what}"),
        (_, Severity::Critical) => tracing::error!(alarm, subject, command, "{what}"),
        (_, Severity::Warning) => tracing::warn!(alarm, subject, command, "{what}"),
    }
}
