//! `kill -9` of `rosterd import`.

use std::io::Write as _;
use std::process::Command;

use crate::support::process::Victim;
use crate::support::sample::sample;
use crate::support::site::{PLAIN, Site, TODAY};

/// The file is a pipe: the process has read nearly everything and waits for the end when it is killed.
#[tokio::test]
async fn an_import_that_is_killed_before_its_end_commits_nothing() {
    let site = Site::new().await;
    let (text, _) = sample(&["--day", TODAY, "--people", "120"]);
    let pipe = site.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let name = pipe.display().to_string();
    let before = site.run(&["export"]).await.expect(0).out;
    let victim = Victim::default();
    let running = victim.start(&mut site.command(PLAIN, &["import", "roster", &name]));
    let content = text.clone();
    let write = move || {
        let mut file = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        file
    };
    let still_open = tokio::task::spawn_blocking(write).await.unwrap();
    victim.kill();
    assert_eq!(running.ended().await.code, None);
    drop(still_open);
    assert_eq!(site.run(&["export"]).await.expect(0).out, before);
    let file = site.path("sample.jsonl");
    std::fs::write(&file, &text).unwrap();
    site.run(&["import", "roster", &file.display().to_string()]).await.expect(0);
    let lines = site.run(&["export"]).await.expect(0).out.lines().count();
    assert_eq!(lines, text.lines().count());
}
