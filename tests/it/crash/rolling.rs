//! An organisation that goes on turning: every turn comes to a plan with each step that a plan can have, three of each
//! and more, so that there is a first, a middle and a last one. Who joins in one turn leaves in the next, is deleted in
//! the one after it, comes back, and leaves for good; the others change to and fro.

use serde_json::json;

use crate::support::organisation::{Organisation, id};

/// So many do the same in one turn.
const ALIKE: u32 = 3;

pub struct Rolling {
    pub organisation: Organisation,
    turn: u32,
    /// Whether the target brings back what was deleted; else nobody comes back.
    comes_back: bool,
}

/// Where somebody is who joined so many turns ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Here,
    Left,
    Deleted,
}

impl Rolling {
    pub fn new(comes_back: bool) -> Self {
        let mut organisation = Organisation::default();
        organisation.add("unit", "top", json!({"name": "Kommune"}));
        for unit in ["home", "away"] {
            organisation.add("unit", unit, json!({"name": unit, "parent": id("top")}));
        }
        let mut rolling = Self { organisation, turn: 0, comes_back };
        for at in 0..ALIKE {
            for kind in ["titled", "renamed", "moved", "linked", "resting", "working"] {
                rolling.employ(&format!("{kind}{at}"));
            }
            for unit in ["moving", "renaming"] {
                let fields = json!({"name": format!("{unit} {at}"), "parent": id("home")});
                rolling.organisation.add("unit", &format!("{unit}{at}"), fields);
            }
            for group in ["described", "called", "manned"] {
                rolling.organisation.add("group", &format!("{group}{at}"), json!({"name": format!("{group} {at}")}));
            }
        }
        rolling.set();
        rolling
    }

    fn employ(&mut self, name: &str) {
        self.organisation.add_person(name, name, "Holm");
        self.organisation.employ(name, "home", "Lærer");
    }

    pub fn turns(&self) -> u32 {
        self.turn
    }

    /// The next turn.
    pub fn turn(&mut self) {
        self.turn += 1;
        self.set();
    }

    /// Who is to be unlinked in the next turn, since somebody else deleted the account.
    pub fn forgotten(&self) -> Vec<String> {
        (0..ALIKE).map(|at| format!("lost{}x{at}", self.turn.wrapping_sub(1))).filter(|_| self.turn > 0).collect()
    }

    /// Whose link the next turn makes anew.
    pub fn linked(&self) -> Vec<String> {
        (0..ALIKE).map(|at| format!("linked{at}")).collect()
    }

    /// What the directory holds after the turn: users, groups, units.
    pub fn objects(&self) -> [usize; 3] {
        let people = |joined: u32| {
            let stages = [self.stage(joined), self.stage_of_lost(joined)];
            ALIKE * u32::try_from(stages.iter().filter(|stage| **stage != Stage::Deleted).count()).unwrap()
        };
        let turned = 1 + self.turn;
        let users = 6 * ALIKE + (0..turned).map(people).sum::<u32>();
        [users, 3 * ALIKE + ALIKE * turned, 3 + 2 * ALIKE + ALIKE * turned].map(|count| count as usize)
    }

    fn stage(&self, joined: u32) -> Stage {
        match self.turn - joined {
            0 => Stage::Here,
            1 => Stage::Left,
            3 if self.comes_back => Stage::Here,
            4 if self.comes_back => Stage::Left,
            _ => Stage::Deleted,
        }
    }

    fn stage_of_lost(&self, joined: u32) -> Stage {
        match self.turn - joined {
            0 => Stage::Here,
            1 => Stage::Left,
            _ => Stage::Deleted,
        }
    }

    /// Makes the organisation what it is in this turn.
    fn set(&mut self) {
        let even = self.turn.is_multiple_of(2);
        let either = |one: &'static str, other: &'static str| if even { one } else { other };
        for at in 0..ALIKE {
            let organisation = &mut self.organisation;
            organisation.set(&format!("titled{at} job"), "title", either("Lærer", "Pedel"));
            organisation.set(&format!("renamed{at}"), "surname", either("Holm", "Dahl"));
            organisation.set(&format!("moved{at} job"), "unit", id(either("home", "away")));
            organisation.set(&format!("moving{at}"), "parent", id(either("home", "away")));
            organisation.set(&format!("renaming{at}"), "name", format!("{} {at}", either("renaming", "renamed")));
            organisation.set(&format!("described{at}"), "description", either("Må skrive", "Må læse"));
            organisation.set(&format!("called{at}"), "name", format!("{} {at}", either("called", "named")));
            let (rests, works) = if even { ("resting", "working") } else { ("working", "resting") };
            let leave = json!({"person": id(&format!("{rests}{at}")), "valid_from": "2026-01-01"});
            organisation.add("leave", &format!("leave {at}"), leave);
            organisation.join(&format!("manned{at}"), &format!("{works}{at}"));
            if self.turn > 0 {
                organisation.forget(&format!("manned{at} {rests}{at}"));
            }
            let turn = self.turn;
            organisation.add(
                "unit",
                &format!("unit{turn}x{at}"),
                json!({"name": format!("unit {turn} {at}"), "parent": id("top")}),
            );
            organisation.add("group", &format!("group{turn}x{at}"), json!({"name": format!("group {turn} {at}")}));
            self.employ(&format!("joins{turn}x{at}"));
            self.employ(&format!("lost{turn}x{at}"));
        }
        for joined in 0..=self.turn {
            for (name, stage) in [("joins", self.stage(joined)), ("lost", self.stage_of_lost(joined))] {
                let end = match stage {
                    Stage::Here => serde_json::Value::Null,
                    Stage::Left => "2026-02-20".into(),
                    Stage::Deleted => "2025-06-01".into(),
                };
                for at in 0..ALIKE {
                    self.organisation.set(&format!("{name}{joined}x{at} job"), "valid_to", end.clone());
                }
            }
        }
    }
}
