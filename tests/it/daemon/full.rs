//! A disk that is full while the daemon runs: it says so, goes on, and does what it could not once there is room.

use tempfile::TempDir;

use super::{HR, House, delivery};
use crate::support::power;

#[test]
fn a_full_disk_is_told_and_waited_for() {
    let house = House::new(HR);
    let beside = TempDir::new().unwrap();
    let (log, room) = (beside.path().join("operations"), beside.path().join("room"));
    std::fs::write(&room, "").unwrap();
    let watched = power::environment(house.folder.path(), &log);
    let mut env: Vec<(&str, &str)> = watched.iter().map(|(name, path)| (*name, path.to_str().unwrap())).collect();
    env.extend([("POWER_FULL", "1"), ("POWER_ROOM", room.to_str().unwrap())]);
    let mut daemon = house.start(&["serve"], "notices", &env);
    house.deliver(&delivery(3));
    daemon.line(&["imported", "person: 3 added"]);
    std::fs::remove_file(&room).unwrap();
    house.deliver(&delivery(5));
    let line = daemon.line(&["source hr", "waits", "is full"]);
    assert!(line.contains("roster.db"), "{line}");
    assert_eq!(house.verb(&["show", "person", "p4"]).0, 1, "nothing is done by halves");
    std::fs::write(&room, "").unwrap();
    daemon.line(&["imported", "person: 2 added"]);
    assert_eq!(house.verb(&["show", "person", "p4"]).0, 0);
    daemon.stop();
    assert_eq!(house.raw(&["verify-log"]).status.code(), Some(0));
}
