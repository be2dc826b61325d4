//! The socket: verbs next to a daemon, who may use it, and who may serve.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use rosterd::org::Instant;
use rosterd::run::{Holder, Lease};
use serde_json::json;

use super::{HR, House, NOWHERE, count, delivery, exists};

#[test]
fn it_is_ready_says_what_comes_next_and_stops_cleanly() {
    let house = House::new("\n[jsonl.hr]\nfile = \"hr.jsonl\"\nschedule = \"0 5 29 2 *\"\n");
    let mut daemon = house.serve();
    assert!(daemon.notice("STATUS=next: hr 20").contains("-02-29 05:00"));
    daemon.notice("WATCHDOG=1");
    let mode = std::fs::metadata(house.path("roster.db.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    daemon.signal("TERM");
    daemon.notice("STOPPING=1");
    assert_eq!(daemon.end().0, 0);
    assert!(!exists(&house.path("roster.db.sock")) && !exists(&house.path("roster.db-wal")));
}

#[test]
fn verbs_go_through_the_daemon_and_without_it_in_process() {
    let house = House::new(NOWHERE);
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(false));
    let daemon = house.serve();
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true));
    std::fs::write(house.path("first.jsonl"), delivery(40)).unwrap();
    let relative = house
        .command(&["--format", "json", "import", "roster", "first.jsonl"])
        .current_dir(house.folder.path())
        .output()
        .unwrap();
    assert!(relative.status.success(), "{relative:?}");
    assert_eq!(house.verb(&["show", "person", "p7"]).1["given_name"], json!("Anna7"));

    let smaller = house.path("second.jsonl");
    std::fs::write(&smaller, delivery(10)).unwrap();
    let import = ["import", "roster", smaller.to_str().unwrap()];
    let (code, held) = house.verb(&import);
    assert_eq!((code, &held["outcome"]), (4, &json!("held")));
    let (code, approval) = house.verb(&["approve", held["digest"].as_str().unwrap()]);
    assert_eq!((code, &approval["what"]), (0, &json!("import of roster")));
    assert_eq!(house.verb(&import).0, 0);
    assert_eq!(house.verb(&["show", "person", "p39"]).0, 1, "corrected away");

    let (code, plan) = house.verb(&["plan"]);
    assert_eq!((code, plan["errors"].as_array().unwrap().len()), (1, 1), "{plan}");
    let log = daemon.stop();
    for (command, times) in [("import", 3), ("approve", 1), ("plan", 1)] {
        assert_eq!(count(&log, &format!("command=\"{command}\"")), times, "{}", log.join("\n"));
    }
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(false));
    assert_eq!(house.verb(&import).0, 0, "in process again");
}

#[test]
fn every_way_to_edit_goes_through_the_daemon() {
    let house = House::new(NOWHERE);
    let daemon = house.serve();
    let file = house.path("first.jsonl");
    std::fs::write(&file, delivery(5)).unwrap();
    assert_eq!(house.verb(&["import", "roster", file.to_str().unwrap()]).0, 0);
    let change = ["edit", "change", "person", "p1", "nickname=Ann", "--from", "2026-11-23", "--note", "asked"];
    assert_eq!(house.verb(&change).1["outcome"], json!("done"));
    assert_eq!(house.verb(&["show", "person", "p1"]).1["note"], json!("asked"));
    assert_eq!(house.verb(&["edit", "merge", "person", "p2", "p3", "--note", "one"]).0, 0);
    assert_eq!(house.verb(&["show", "person", "p3"]).0, 1);
    let split = ["edit", "split", "person", "p2", "--source", "roster", "--id", "p3", "--note", "two"];
    assert_eq!(house.verb(&split).0, 0);
    assert_eq!(house.verb(&["edit", "end", "engagement", "e4", "--on", "2026-01-01"]).0, 0);
    let (code, erased) = house.verb(&["edit", "erase", "person", "p4", "--note", "on request"]);
    assert_eq!(code, 0, "{erased}");
    assert_eq!(house.verb(&["verify-log"]).0, 0);
    let log = daemon.stop();
    for (command, times) in [("edit", 4), ("erase", 1)] {
        assert_eq!(count(&log, &format!("command=\"{command}\"")), times, "{}", log.join("\n"));
    }
}

#[test]
fn a_failure_comes_back_as_it_would_in_process() {
    let house = House::new("");
    let digest = "00000000000000000000000000000000";
    let alone = house.raw(&["approve", digest]);
    let _daemon = house.serve();
    let served = house.raw(&["approve", digest]);
    assert_eq!((alone.status.code(), &alone.stderr), (served.status.code(), &served.stderr));
    assert_eq!(served.status.code(), Some(4));
}

#[test]
fn a_second_daemon_is_refused_and_told_who_serves() {
    let house = House::new(HR);
    let daemon = house.serve();
    let second = house.raw(&["serve"]);
    let words = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(6), "{words}");
    assert!(words.contains(&format!("process {}", daemon.child.id())), "{words}");
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true), "the first one goes on");
}

#[test]
fn a_socket_that_a_dead_daemon_left_is_replaced() {
    let house = House::new("");
    let mut daemon = house.serve();
    daemon.child.kill().unwrap();
    let _killed = daemon.child.wait();
    assert!(exists(&house.path("roster.db.sock")));
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(false));
    let _next = house.serve();
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true));
}

#[test]
fn a_second_run_of_a_target_is_refused_and_told_who_holds_the_lease() {
    let house = House::new(&format!("\n[scim.cloud]\nschedule = \"* * * * * *\"\n{NOWHERE}"));
    let since: Instant = "2026-11-23T06:00:00Z".parse().unwrap();
    let holder = Holder { pid: 4711, began: None, verb: "apply".into(), actor: "anna".into(), since };
    let lease = Lease::take(&house.path("roster.db"), "cloud", &holder).unwrap();
    let mut daemon = house.serve();
    daemon.line(&["target cloud", "waits", "another run holds the lease: `apply` by anna, process 4711"]);
    let (code, run) = house.verb(&["apply", "cloud", "--yes"]);
    assert_eq!((code, &run["runs"][0]["outcome"]), (6, &json!("busy")));
    assert!(run["runs"][0]["message"].as_str().unwrap().contains("anna, process 4711"));
    drop(lease);
    daemon.line(&["ERROR", "cloud"]); // it is tried again, and is nowhere
    daemon.stop();
}

#[test]
fn what_it_does_not_understand_is_answered_and_harms_nothing() {
    let house = House::new("");
    let _daemon = house.serve();
    let answer = |sent: &[u8]| {
        let mut stream = UnixStream::connect(house.path("roster.db.sock")).unwrap();
        stream.write_all(sent).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let other = |protocol: u32, version: &str| {
        format!(
            "{{\"protocol\":{protocol},\"version\":\"{version}\",\"generation\":\"\",\"actor\":\"\",\"ask\":\"hello\"}}\n"
        )
    };
    let own = env!("CARGO_PKG_VERSION");
    assert!(answer(other(1, own).as_bytes()).contains("\"hello\""));
    for request in [other(99, own), other(1, "0.0.1")] {
        let told = answer(request.as_bytes());
        assert!(told.contains("the daemon is rosterd") && told.contains("restart the daemon"), "{told}");
    }
    for nonsense in [&b"GET / HTTP/1.1\r\n"[..], b"{}\n", b"{\"protocol\":1", &[0xff, b'\n'], &vec![b'x'; 1 << 20]] {
        let told = answer(nonsense);
        assert!(told.contains("does not understand"), "{told}");
    }
    assert_eq!(answer(b""), "");
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true));
}

#[test]
fn another_configuration_of_the_same_roster_is_not_served() {
    let house = House::new("");
    let _daemon = house.serve();
    house.configure(HR);
    let (code, status) = house.verb(&["status"]);
    assert_eq!((code, &status["configuration"]["file"]), (0, &json!({ "state": "changed" })), "{status}");
    assert_eq!(status["sources"], json!([]), "what is told is what is in force");
    assert_eq!(house.verb(&["runs"]).0, 0);
    let refused = house.raw(&["import", "hr"]);
    let words = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{words}");
    assert!(words.contains("another configuration") && words.contains("reload"), "{words}");
}

#[test]
fn whoever_has_to_stop_is_heard_whatever_became_of_the_file() {
    let house = House::new(NOWHERE);
    let daemon = house.serve();
    let good = std::fs::read_to_string(house.path("config.toml")).unwrap();
    std::fs::write(house.path("config.toml"), format!("{good}\n[scim.cloud\nfoo = \n")).unwrap();
    assert_eq!(house.verb(&["pause", "--note", "what is this"]).0, 0);
    assert_eq!(house.verb(&["unpause"]).0, 2, "that can wait for a file that is right");
    let (code, status) = house.verb(&["status"]);
    assert_eq!((code, &status["targets"][0]["state"]), (0, &json!("paused")), "{status}");
    let list = house.raw(&["quarantine", "list", "cloud"]);
    let said = String::from_utf8(list.stderr).unwrap();
    assert!(list.status.success() && said.contains("the file is wrong") && said.contains("config.toml:"), "{said}");
    assert_eq!(house.verb(&["runs"]).0, 0);
    assert_eq!(house.verb(&["plan"]).0, 2);
    std::fs::write(house.path("config.toml"), good).unwrap();
    let log = daemon.stop();
    assert_eq!(count(&log, "command=\"pause\""), 1, "{}", log.join("\n"));
}
