//! News of alarms as one message, in one language.

use serde_json::json;

use super::table::{Alarm, Severity};
use super::telling::{News, Turn};
use crate::org::{Instant, Zone};
use crate::report::Language;

/// A message, in the forms in which it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub subject: String,
    pub text: String,
    /// For programs: the same in every language but for the sentences.
    pub json: String,
    /// What a mail would say before the names of files that are too large for it.
    pub missing: String,
}

/// The words around alarms, in both languages.
struct Words {
    turns: [(Turn, &'static str); 3],
    new: [&'static str; 2],
    over: [&'static str; 2],
    changed: [&'static str; 2],
    critical: &'static str,
    warning: &'static str,
    since: &'static str,
    until: &'static str,
    todo: &'static str,
    all: &'static str,
}

const fn words(language: Language) -> Words {
    match language {
        Language::En => Words {
            turns: [(Turn::New, "New"), (Turn::Changed, "Changed"), (Turn::Over, "Over")],
            new: ["new alarm", "new alarms"],
            changed: ["changed", "changed"],
            over: ["over", "over"],
            critical: "CRITICAL",
            warning: "warning",
            since: "since",
            until: "until",
            todo: "What to do",
            all: "All that is wrong now: `rosterd status`. Each alarm is told once, until it changes or is over.",
        },
        Language::Da => Words {
            turns: [(Turn::New, "Nye"), (Turn::Changed, "Ændrede"), (Turn::Over, "Overstået")],
            new: ["ny alarm", "nye alarmer"],
            changed: ["ændret", "ændrede"],
            over: ["overstået", "overståede"],
            critical: "KRITISK",
            warning: "advarsel",
            since: "siden",
            until: "indtil",
            todo: "Hvad der skal gøres",
            all: "Alt, hvad der er galt nu: `rosterd status`. Hver alarm meldes én gang, indtil den ændrer sig eller er \
                  overstået.",
        },
    }
}

/// One message with all of it; none without news.
pub fn notice(news: &[News], language: Language, zone: &Zone, at: Instant) -> Option<Notice> {
    let first = news.first()?;
    let words = words(language);
    let subject = match news {
        [one] if one.turn == Turn::Over => format!("rosterd: {}: {}", words.over[0], what(&one.alarm, language)),
        [one] => format!("rosterd: {}", what(&one.alarm, language)),
        _ => format!("rosterd: {}: {} …", counts(news, &words), what(&first.alarm, language)),
    };
    let mut text = String::new();
    for (turn, head) in words.turns {
        let of_turn: Vec<&News> = news.iter().filter(|one| one.turn == turn).collect();
        if !of_turn.is_empty() {
            text += &format!("{head}\n");
            for one in of_turn {
                text += &told(one, &words, language, zone);
            }
        }
    }
    text += words.all;
    text.push('\n');
    let alarms: Vec<serde_json::Value> = news.iter().map(|one| document(one, language)).collect();
    let json = json!({ "type": "alarm", "timestamp": at, "data": { "alarms": alarms } }).to_string();
    Some(Notice { subject, text, json, missing: String::new() })
}

/// `2 new alarms, 1 over`.
fn counts(news: &[News], words: &Words) -> String {
    let of = |turn: Turn, [one, many]: [&str; 2]| match news.iter().filter(|news| news.turn == turn).count() {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [of(Turn::New, words.new), of(Turn::Changed, words.changed), of(Turn::Over, words.over)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn told(one: &News, words: &Words, language: Language, zone: &Zone) -> String {
    let alarm = &one.alarm;
    let severity = match alarm.severity {
        Severity::Critical => words.critical,
        Severity::Warning => words.warning,
    };
    let mut text = format!("\n  {severity} · {} · {}\n", alarm.name, alarm.subject);
    text += &format!("  {}.\n", what(alarm, language));
    text += &match one.gone {
        Some(gone) => {
            format!("  {} {} {} {}\n", words.since, alarm.since.local(zone), words.until, gone.local(zone))
        }
        None => format!("  {} {}\n", words.since, alarm.since.local(zone)),
    };
    if one.turn != Turn::Over {
        text += &format!("  {}: {}\n", words.todo, alarm.todo.in_language(language));
        text += &alarm.command.as_ref().map(|command| format!("    {command}\n")).unwrap_or_default();
    }
    text + "\n"
}

/// What is wrong, in one line: texts of servers are part of it.
fn what(alarm: &Alarm, language: Language) -> String {
    let text = alarm.what.in_language(language);
    let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    clean.trim_end_matches('.').to_owned()
}

fn document(one: &News, language: Language) -> serde_json::Value {
    let alarm = &one.alarm;
    json!({
        "turn": one.turn, "name": alarm.name, "severity": alarm.severity, "subject": alarm.subject,
        "since": alarm.since, "gone": one.gone, "what": what(alarm, language),
        "todo": alarm.todo.in_language(language), "command": alarm.command,
    })
}
