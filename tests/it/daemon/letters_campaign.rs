//! The long hunt for letters that are lost or come twice: `scripts/campaign deliveries` runs it.

use std::collections::BTreeMap;

use super::letters::{NIGHTLY, files, house, letters, settled, until};
use super::receivers::Receivers;

/// Steps of one round.
const STEPS: u64 = 8;
const MODES: [&str; 6] = ["later", "busy", "drop", "lost", "up", "up"];
const ANSWERS: [&str; 7] = ["fail", "busy", "drop", "lost", "slow", "up", "up"];
const POINTS: [&str; 7] = [
    "before the intent to send a letter",
    "after the intent to send a letter",
    "before the text of a mail",
    "after the text of a mail",
    "after the call of a webhook",
    "before what became of a letter",
    "after what became of a letter",
];

/// One round. Everything that is done follows from the seed; where in a run it falls does not.
fn round(seed: u64) {
    let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let receivers = Receivers::start();
    let house = house(&receivers);
    house.configure(&format!("{}{NIGHTLY}", receivers.sections()));
    let mut daemon = Some(house.serve());
    let mut kills = 0;
    for _ in 0..STEPS {
        let before = files(&house).len();
        match chance.below(5) {
            0 => {
                let point = POINTS[chance.below(POINTS.len())];
                daemon.take().unwrap().kill();
                let stop = format!("stop:{point}");
                house.start(&["serve"], "victim", &[("ROSTERD_STOPS", &stop)]).dies();
                daemon = Some(house.serve());
                kills += 2;
            }
            1 => {
                daemon.take().unwrap().kill();
                daemon = Some(house.serve());
                kills += 1;
            }
            2 => {
                let name = ["mail", "webhook"][chance.below(2)];
                receivers.kill(name);
                until("folders go on", || files(&house).len() > before);
                receivers.back(name);
            }
            _ => {
                receivers.behave("mail", MODES[chance.below(MODES.len())]);
                receivers.behave("webhook", ANSWERS[chance.below(ANSWERS.len())]);
                until("folders go on", || files(&house).len() > before);
            }
        }
        // a point can only be passed where something goes out
        receivers.behave("mail", MODES[3 + chance.below(3)]);
    }
    for name in ["mail", "webhook"] {
        receivers.behave(name, "up");
    }
    house.configure(&receivers.sections());
    let daemon = daemon.unwrap();
    daemon.signal("HUP");
    let sent = settled(&house);
    daemon.stop();
    assert_eq!(files(&house).len() as u64, sent["folder archive"], "each file once");
    let mails = sent["mail it@example.test"] + sent["mail hr@example.test"];
    for (name, recorded) in [("mail", mails), ("webhook", sent["webhook ops"])] {
        let counts = receivers.counts(name);
        assert_eq!(counts.len() as u64, recorded, "{name}: each that was posted came, and no other");
        let mut answered = BTreeMap::<String, u64>::new();
        for taken in receivers.taken(name).into_iter().filter(|taken| taken.how == "answered") {
            *answered.entry(taken.id).or_default() += 1;
        }
        assert_eq!(answered.len() as u64, recorded, "{name}: each was answered");
        let again: u64 = answered.values().map(|times| times - 1).sum();
        assert!(again <= kills, "{name}: {again} came twice with an answer, and {kills} kills could explain as many");
    }
    assert_eq!(receivers.wrong(), "");
    say(&format!(
        "seed {seed}: {} letters, {kills} kills",
        letters(&house).values().filter_map(|one| one["sent"].as_u64()).sum::<u64>()
    ));
}

/// Numbers that follow from a seed (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[test]
#[ignore = "scripts/campaign deliveries"]
fn letters_arrive_once_whatever_is_down_and_whoever_is_killed() {
    let (count, first) = (number("CAMPAIGN_N", 10), number("CAMPAIGN_SEED", 1));
    let mut failed = Vec::new();
    for seed in first..first + count {
        if std::panic::catch_unwind(|| round(seed)).is_err() {
            say(&format!("FAILED: seed {seed}"));
            failed.push(seed.to_string());
        }
    }
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert!(failed.is_empty(), "seeds: {}", failed.join(" "));
}
