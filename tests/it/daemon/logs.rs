//! Logs as they leave the process: into the journal with fields, and within a budget.

use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::{DEADLINE, HR, House, delivery};
use crate::scim::scripted::{Reply, Scripted, listing};

/// Has the daemon see a folder of the test as that of the journal; only in its own view of the file system.
const IN_THE_JOURNAL: &str = r#"
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && mount --bind "$JOURNAL" /run/systemd/journal || exit 9
export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)
exec "$ROSTERD" serve
"#;

#[test]
fn in_the_journal_each_line_has_fields() {
    let house = House::new(HR);
    house.deliver(&delivery(3));
    let journal = house.path("journal");
    std::fs::create_dir(&journal).unwrap();
    let inbox = UnixDatagram::bind(journal.join("socket")).unwrap();
    inbox.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut daemon = Command::new("unshare")
        .args(["--mount", "sh", "-c", IN_THE_JOURNAL])
        .env("JOURNAL", &journal)
        .env("ROSTERD", env!("CARGO_BIN_EXE_rosterd"))
        .env("ROSTERD_CONFIG", house.path("config.toml"))
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut buffer = [0; 65536];
    let text = loop {
        let length = inbox.recv(&mut buffer).unwrap_or_else(|error| panic!("nothing comes: {error}"));
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text.starts_with("MESSAGE=imported ") {
            break text;
        }
    };
    daemon.kill().unwrap();
    let lines = std::io::read_to_string(daemon.stderr.take().unwrap()).unwrap();
    daemon.wait().unwrap();
    for line in ["PRIORITY=6", "SYSLOG_IDENTIFIER=rosterd", "ROSTERD_SOURCE=hr"] {
        assert!(text.lines().any(|field| field == line), "{line}\n{text}");
    }
    assert_eq!(lines, "", "nothing goes both ways");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_objects_that_fail_are_few_lines() {
    // each fifth that comes is taken, and eight are under way: never so many are refused in a row that the run stops
    let creates = AtomicUsize::new(0);
    let server = Scripted::start(move |asked, before| match asked.method.as_str() {
        "GET" => listing(&[], &json!(0)),
        _ if creates.fetch_add(1, Ordering::Relaxed).is_multiple_of(5) => {
            Reply::Json(201, json!({"id": format!("id-{before}"), "userName": asked.body["userName"]}))
        }
        _ => Reply::Json(400, json!({"status": "400", "scimType": "invalidValue", "detail": "not today"})),
    })
    .await;
    let (url, token) = (server.url(), server.token());
    let output = tokio::task::spawn_blocking(move || {
        let house = House::new(&format!(
            "
[safety]
canary = 0

[scim.cloud.connection]
url = \"{url}\"
token = {{ file = \"token\" }}
concurrency = 8

[scim.cloud.user.attributes]
userName = \"login\"
"
        ));
        std::fs::write(house.path("token"), token).unwrap();
        std::fs::write(house.path("people.jsonl"), delivery(2600)).unwrap();
        let file = house.path("people.jsonl").display().to_string();
        assert_eq!(house.verb(&["import", "roster", &file]).0, 0);
        house.raw(&["apply", "cloud", "--yes"])
    });
    let output = tokio::time::timeout(Duration::from_secs(300), output).await.unwrap().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let failed = document["runs"][0]["counts"]["failed"].as_u64().unwrap();
    assert!(failed >= 2000, "only {failed} failed: {said}");
    assert!(said.lines().count() < 120, "{} lines", said.lines().count());
}
