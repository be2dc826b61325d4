//! The outbox, worked off: what is due is tried, and what came of it is recorded.
//!
//! A row is recorded as being sent before it is, and as sent after the other side took it. Between the two a process can
//! die: nobody knows then whether it was taken, and it goes again under the same id, by which a receiver knows it. Nothing
//! else goes twice, and nothing is lost: what was posted is in the roster's file until it was taken, or given up after the
//! days that its way allows.
//!
//! All mail goes by one server and is one lane; each webhook and each folder is another. Lanes do not wait for each other.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::deliver::{GIVE_UP_DAYS, Verdict, folder, mail, webhook};
use crate::org::Instant;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::serve::SCHEDULE;
use crate::stops::{self, Moment};
use crate::store::{Channel, Fence, Letter, Waiting, Way};

/// The first wait after a try that was not taken; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// Who does not want a letter as it is gets it again after so long, and four times as long each time.
const REFUSED_WAIT: Duration = Duration::from_secs(60);
/// So many tries, and then it was meant so.
const REFUSALS: u32 = 6;
/// No receiver is left alone for longer, whatever it says; and what is further away is a clock that was wrong.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);
/// How long an answer is waited for when the daemon stops.
const LAST_ANSWER: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(100);

/// What goes one way: all mail, one webhook, one folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    channel: Channel,
    /// The name of the section; mail has none.
    name: String,
}

impl Lane {
    fn of(way: &Way) -> Self {
        let name = if way.channel == Channel::Mail { String::new() } else { way.to.clone() };
        Self { channel: way.channel, name }
    }
}

/// The other end of a lane, with its secrets as they are now.
enum End {
    Mail(Box<mail::Server>),
    Webhook(webhook::Hook),
    Folder(folder::Settings),
}

impl Engine {
    /// Somebody posted a letter: the daemon need not wait until it looks by itself.
    pub fn posted(&self) {
        self.posted.notify_one();
    }

    /// Waits until somebody of this process posts a letter.
    pub async fn a_letter(&self) {
        self.posted.notified().await;
    }

    /// What another process was sending when it ended goes again.
    pub async fn begin_sending(&self, fence: Fence) -> Result<(), Failure> {
        let again = self.store.resend_unknown(SCHEDULE, fence, self.clock.now()).await?;
        if again > 0 {
            tracing::warn!(letters = again, "whether they were taken is not known: they go again, under the same ids");
        }
        Ok(())
    }

    /// The lanes that something is due on, and how long until more is.
    pub async fn due_letters(&self) -> Result<(BTreeMap<Lane, Vec<Waiting>>, Option<Duration>), Failure> {
        let now = self.clock.now();
        let mut due = BTreeMap::<Lane, Vec<Waiting>>::new();
        let mut next: Option<Duration> = None;
        for row in self.store.waiting_letters().await? {
            let left = Duration::from_micros(u64::try_from(row.next.micros() - now.micros()).unwrap_or(0));
            if left.is_zero() || left > LONGEST_REST {
                due.entry(Lane::of(&row.way)).or_default().push(row);
            } else {
                next = Some(next.map_or(left, |next| next.min(left)));
            }
        }
        Ok((due, next))
    }

    /// Tries the letters of one lane, in their order, until the other end takes nothing more.
    pub async fn send_letters(&self, lane: &Lane, letters: Vec<Waiting>, fence: Fence) -> Result<(), Failure> {
        let end = self.end_of(lane);
        for row in letters {
            if self.stop_requested() {
                return Ok(());
            }
            stops::at(Moment::Before, "the intent to send a letter");
            if !self.store.begin_sending(SCHEDULE, fence, &row.id, self.clock.now()).await? {
                continue;
            }
            stops::at(Moment::After, "the intent to send a letter");
            let _writing = self.under_way();
            let letter = self.store.letter(&row.letter).await?;
            let verdict = match &end {
                Ok(end) => Box::pin(self.unless_stopped(self.try_one(end, &letter, &row))).await,
                Err(why) => Verdict::down(why.clone()),
            };
            stops::at(Moment::Before, "what became of a letter");
            let goes_on = self.after_try(&row, &letter, verdict).await?;
            stops::at(Moment::After, "what became of a letter");
            if !goes_on {
                return Ok(());
            }
        }
        Ok(())
    }

    fn end_of(&self, lane: &Lane) -> Result<End, String> {
        let (config, base) = (&self.config.config, &self.config.folder);
        let none = || format!("the configuration has no [{}.{}] any more", lane.channel.as_str(), lane.name);
        match lane.channel {
            Channel::Mail => {
                let settings = config.mail.as_ref().ok_or("the configuration has no [mail] any more")?;
                Ok(End::Mail(Box::new(mail::Server::new(settings, base)?)))
            }
            Channel::Webhook => {
                let settings = config.webhook.get(&lane.name).ok_or_else(none)?;
                Ok(End::Webhook(webhook::Hook::new(settings, base)?))
            }
            Channel::Folder => Ok(End::Folder(config.folder.get(&lane.name).ok_or_else(none)?.clone())),
        }
    }

    async fn try_one(&self, end: &End, letter: &Letter, row: &Waiting) -> Verdict {
        match end {
            End::Mail(server) => server.send(letter, &row.id, &row.way.to).await,
            End::Webhook(hook) => hook.send(letter, &row.id, self.clock.now()).await,
            End::Folder(settings) => match self.put_files(settings, letter, row).await {
                Ok(verdict) => verdict,
                Err(failure) => Verdict::down(failure.message),
            },
        }
    }

    /// Writes down what became of a try. Answers whether the lane goes on.
    async fn after_try(&self, row: &Waiting, letter: &Letter, verdict: Verdict) -> Result<bool, Failure> {
        let now = self.clock.now();
        let (to, subject, tries) = (&row.way.to, &letter.subject, row.tries + 1);
        let (why, rest, all) = match verdict {
            Verdict::Taken => {
                self.store.sent(&row.id, now).await?;
                tracing::info!(channel = row.way.channel.as_str(), to, id = %row.id, tries, "sent: {subject}");
                return Ok(true);
            }
            Verdict::Never { why } => return self.given_up(row, letter, &why).await,
            Verdict::Refused { why } if tries >= REFUSALS => return self.given_up(row, letter, &why).await,
            Verdict::Refused { why } => (why, Some(doubled(REFUSED_WAIT, 2 * (tries - 1))), false),
            Verdict::Later { why, rest, all } => (why, rest, all),
        };
        let give_up = i64::from(self.give_up_days(&row.way));
        if row.posted < now.days_earlier(give_up) {
            let why = format!("tried for {give_up} days: {why}");
            self.given_up(row, letter, &why).await?;
            return Ok(!all);
        }
        let wait = doubled(FIRST_WAIT, tries - 1).min(LONGEST_WAIT).max(rest.unwrap_or_default()).min(LONGEST_REST);
        let next = Instant::from_micros(now.micros().saturating_add(i64::try_from(wait.as_micros()).unwrap_or(0)));
        self.store.put_off(&row.id, (next, all), &why, now).await?;
        tracing::warn!(channel = row.way.channel.as_str(), to, id = %row.id, tries, %next, "not taken: {why}");
        Ok(!all)
    }

    async fn given_up(&self, row: &Waiting, letter: &Letter, why: &str) -> Result<bool, Failure> {
        self.store.give_up(&row.id, why, self.clock.now()).await?;
        let (channel, to) = (row.way.channel.as_str(), &row.way.to);
        tracing::error!(channel, to, id = %row.id, "given up: {}: {why}", letter.subject);
        Ok(true)
    }

    fn give_up_days(&self, way: &Way) -> u32 {
        let config = &self.config.config;
        let days = match way.channel {
            Channel::Mail => config.mail.as_ref().map(|mail| mail.give_up_days),
            Channel::Webhook => config.webhook.get(&way.to).map(|webhook| webhook.give_up_days),
            Channel::Folder => config.folder.get(&way.to).map(|folder| folder.give_up_days),
        };
        days.unwrap_or(GIVE_UP_DAYS)
    }

    /// The answer; or, when the daemon stops and it does not come soon, that there is none.
    async fn unless_stopped(&self, answer: impl Future<Output = Verdict>) -> Verdict {
        let stopped = async {
            while !self.stop_requested() {
                tokio::time::sleep(LOOK).await;
            }
            tokio::time::sleep(LAST_ANSWER).await;
        };
        tokio::select! {
            verdict = answer => verdict,
            () = stopped => Verdict::down("the daemon stopped before the answer came"),
        }
    }

    /// Puts the files of a letter into a folder, and deletes those that were kept long enough.
    async fn put_files(&self, settings: &folder::Settings, letter: &Letter, row: &Waiting) -> Result<Verdict, Failure> {
        let path = self.config.folder.join(&settings.path);
        let place = path.display().to_string();
        let forms = folder::files(letter);
        let mut names = self.store.folder_names(&row.id).await?;
        let mut nth = 1;
        while names.is_empty() {
            let stem = folder::stem(letter, &self.config.zone, nth);
            let wanted: Vec<String> = forms.iter().map(|(ending, _)| format!("{stem}.{ending}")).collect();
            let is_free = !wanted.iter().any(|name| path.join(name).exists());
            let folder = (row.way.to.as_str(), place.as_str());
            if is_free && self.store.give_folder_names(&row.id, folder, &wanted, letter.at).await? {
                names = wanted;
            }
            nth += 1;
        }
        let files: Vec<(String, &[u8])> = names.into_iter().zip(forms.iter().map(|(_, content)| *content)).collect();
        let verdict = folder::put(&path, &files);
        if verdict == Verdict::Taken {
            self.expire_files(&row.way.to, settings).await?;
        }
        Ok(verdict)
    }

    /// Deletes the files of a folder that were kept long enough.
    pub(in crate::run) async fn expire_files(&self, name: &str, settings: &folder::Settings) -> Result<(), Failure> {
        let files = self.store.folder_files(name).await?;
        let kept: Vec<(String, Instant)> = files.iter().map(|file| (file.name.clone(), file.at)).collect();
        let gone = folder::expired(settings, &kept, self.clock.now());
        for file in files.iter().filter(|file| gone.contains(&file.name)) {
            match folder::delete(std::path::Path::new(&file.path), &file.name) {
                Ok(()) => self.store.forget_folder_file(&file.path, &file.name).await?,
                Err(why) => tracing::warn!(folder = name, "an old file stays: {why}"),
            }
        }
        Ok(())
    }
}

/// A wait, doubled so many times.
fn doubled(wait: Duration, times: u32) -> Duration {
    wait.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX))
}
