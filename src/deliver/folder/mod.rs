//! Folders: each form of a letter as a file, there whole or not at all. Knows names of files, and nothing of which of them
//! are ours: the store remembers that, and nothing else is ever deleted.

pub mod settings;

pub use settings::Settings;

use std::io::ErrorKind;
use std::path::Path;

use super::{Verdict, in_full};
use crate::org::{Instant, Zone};
use crate::store::{Letter, durable};

/// Readable for the group of the daemon, too: others fetch what lies there.
const MODE: u32 = 0o640;

/// What the files of a letter are called up to their ending: `nightly-2026-11-30T0615`, and with a number where that
/// minute has several.
pub fn stem(letter: &Letter, zone: &Zone, nth: u32) -> String {
    // 2026-11-30 06:15:00 +01:00
    let local = letter.at.local(zone);
    let time: String = local.chars().take(16).filter(|c| *c != ':').map(|c| if c == ' ' { 'T' } else { c }).collect();
    let plain: String = letter.name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    match nth {
        0 | 1 => format!("{plain}-{time}"),
        nth => format!("{plain}-{time}-{nth}"),
    }
}

/// The files of a letter by their endings: the forms that are asked for, else its text.
pub fn files(letter: &Letter) -> Vec<(&str, &[u8])> {
    if letter.files.is_empty() {
        return vec![("txt", letter.text.as_bytes())];
    }
    letter.files.iter().map(|file| (file.ending.as_str(), file.content.as_slice())).collect()
}

/// Puts the files there. One that is there already is replaced: it is the same.
pub fn put(folder: &Path, files: &[(String, &[u8])]) -> Verdict {
    for (name, content) in files {
        tidy(folder, name);
        if let Err(error) = durable::put(&folder.join(name), content, MODE) {
            return Verdict::down(format!("writing {} into {}: {}", name, folder.display(), in_full(&error)));
        }
    }
    Verdict::Taken
}

/// Deletes what a process that was killed left of a file before it had its name.
fn tidy(folder: &Path, name: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let process = file.to_str().and_then(|file| file.strip_prefix(name)?.strip_prefix('.'));
        if process.is_some_and(|process| !process.is_empty() && process.chars().all(|c| c.is_ascii_digit())) {
            let _it_stays = std::fs::remove_file(entry.path());
        }
    }
}

/// Deletes a file that was put there; one that is gone is no error.
pub fn delete(folder: &Path, name: &str) -> Result<(), String> {
    match std::fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(format!("deleting {name} from {}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Whether files can be put there, tried without one that anybody could take for a report.
pub fn check(folder: &Path) -> Result<String, String> {
    let probe = durable::beside(&folder.join(".rosterd"), ".probe");
    let failed = |error: std::io::Error| format!("the folder {} cannot be written to: {error}", folder.display());
    std::fs::write(&probe, b"").map_err(failed)?;
    std::fs::remove_file(&probe).map_err(failed)?;
    Ok(format!("the folder {} can be written to", folder.display()))
}

/// When the files that lie in a folder since then are to go: by days, and by how many of one report there are.
pub fn expired(settings: &Settings, kept: &[(String, Instant)], now: Instant) -> Vec<String> {
    let days = settings.keep_days.map(|days| now.days_earlier(i64::from(days.get())));
    let most = settings.keep_files.map_or(usize::MAX, |most| usize::try_from(most.get()).unwrap_or(usize::MAX));
    let mut newest: Vec<&(String, Instant)> = kept.iter().collect();
    newest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
    let mut seen = std::collections::BTreeMap::<(&str, &str), usize>::new();
    let gone = newest.into_iter().filter(|(name, at)| {
        let count = seen.entry(alike(name)).or_default();
        *count += 1;
        *count > most || days.is_some_and(|days| *at < days)
    });
    gone.map(|(name, _)| name.clone()).collect()
}

/// The report and the form that a file is of: what stands before the time in its name, and the ending.
fn alike(name: &str) -> (&str, &str) {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let at = stem.match_indices('-').find(|(at, _)| is_time(&stem[at + 1..])).map_or(stem.len(), |(at, _)| at);
    (&stem[..at], ending)
}

/// Whether a text begins with `2026-11-30T0615`.
fn is_time(text: &str) -> bool {
    const FORM: &str = "dddd-dd-ddTdddd";
    text.len() >= FORM.len()
        && text.chars().zip(FORM.chars()).all(|(c, form)| if form == 'd' { c.is_ascii_digit() } else { c == form })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn kept(names: &[(&str, i64)]) -> Vec<(String, Instant)> {
        let day = |days: i64| Instant::from_micros(days * 86_400_000_000);
        names.iter().map(|(name, days)| ((*name).to_owned(), day(*days))).collect()
    }

    fn settings(text: &str) -> Settings {
        toml::from_str(&format!("path = \"r\"\n{text}")).unwrap()
    }

    #[test]
    fn files_go_by_days_or_by_number() {
        let all = kept(&[
            ("nightly-2026-11-28T0615.csv", 10),
            ("nightly-2026-11-29T0615.csv", 11),
            ("nightly-2026-11-30T0615.csv", 12),
            ("nightly-2026-11-30T0615.html", 12),
            ("nightly-all-2026-11-20T0615.csv", 2),
        ]);
        let now = Instant::from_micros(12 * 86_400_000_000);
        let gone = |text: &str| expired(&settings(text), &all, now);
        assert_eq!(gone(""), Vec::<String>::new());
        assert_eq!(gone("keep_files = 2"), ["nightly-2026-11-28T0615.csv"]);
        assert_eq!(gone("keep_days = 5"), ["nightly-all-2026-11-20T0615.csv"]);
    }

    #[test]
    fn a_file_is_there_whole_and_again_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a.csv".to_owned(), &b"1"[..])];
        std::fs::write(folder.path().join("a.csv.4711"), "half").unwrap(); // of a process that was killed
        assert_eq!((put(folder.path(), &files), put(folder.path(), &files)), (Verdict::Taken, Verdict::Taken));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(put(&folder.path().join("none"), &files), Verdict::Later { all: true, .. }));
        delete(folder.path(), "a.csv").unwrap();
        delete(folder.path(), "a.csv").unwrap();
        assert!(check(folder.path()).is_ok() && check(&folder.path().join("none")).is_err());
    }
}
