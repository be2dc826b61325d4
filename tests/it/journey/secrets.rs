//! National ids and passwords are in no output, no log and no file in clear.

use crate::support::gate::Fault;
use crate::support::organisation::{CURRENT, Organisation, id};
use crate::support::process::{Ended, Victim};
use crate::support::site::{PLAIN, PROXIED, Site, TODAY};

/// The passwords that were set by these requests.
fn passwords(writes: &[Vec<u8>]) -> Vec<Vec<u8>> {
    const NAME: &[u8] = b"unicodePwd";
    let password = |write: &Vec<u8>| {
        let at = write.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
        let [0x31, _, 0x04, length, rest @ ..] = &write[at..] else { panic!("{write:?}") };
        Some(rest[..usize::from(*length)].to_vec())
    };
    writes.iter().filter_map(password).collect()
}

/// A word in all the forms in which it could lie in a file.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    vec![secret.as_bytes().to_vec(), secret.encode_utf16().flat_map(u16::to_le_bytes).collect()]
}

#[tokio::test]
async fn nothing_secret_is_ever_shown_or_kept_in_clear() {
    let site = Site::new().await;
    let mut said: Vec<(String, Ended)> = Vec::new();
    let mut traced = async |config: &str, arguments: &[&str]| {
        let mut command = site.command(config, arguments);
        command.env("RUST_LOG", "trace");
        said.push((arguments.join(" "), Victim::default().start(&mut command).ended().await));
    };
    let mut organisation = Organisation::small();
    let file = site.deliver(&organisation);
    traced(PLAIN, &["import", "roster", &file]).await;
    let (_, gate) = site.proxied("ad", Fault::Nothing, site.wiring()).await;
    traced(PROXIED, &["--format", "json", "plan"]).await;
    traced(PROXIED, &["apply", "ad", "cloud", "--yes"]).await;
    organisation.set("anna", "national_id", "1688981213");
    organisation.set("bent job", "valid_to", TODAY);
    let file = site.deliver(&organisation);
    traced(PLAIN, &["--format", "json", "import", "roster", &file]).await;
    traced(PLAIN, &["--format", "json", "apply", "ad", "cloud", "--yes"]).await;
    let anna = id("anna");
    for arguments in [
        vec!["report", "reconciliation"],
        vec!["--format", "html", "report", "reconciliation"],
        vec!["show", "person", &anna, "--history"],
        vec!["--format", "json", "runs"],
        vec!["status"],
        vec!["check", "--online"],
        vec!["export", "--history"],
    ] {
        traced(PLAIN, &arguments).await;
    }
    std::fs::write(site.path("wrong"), r#"{"kind":"person","id":"x","national_id":"1992691832","given_name":7}"#)
        .unwrap();
    let wrong = site.path("wrong").display().to_string();
    traced(PLAIN, &["import", "roster", &wrong]).await;

    let set = passwords(&gate.kept());
    assert_eq!(set.len(), CURRENT.len(), "each new account got a password");
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for utf16 in set {
        let units: Vec<u16> = utf16.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let password = String::from_utf16(&units).unwrap();
        secrets.extend(forms(password.trim_matches('"')));
    }
    for ids in ["2891932358", "1492670194", "1688981213", "1992691832"] {
        secrets.extend(forms(ids));
    }
    for file in [site.lab.path("SYNC_PASSWORD_FILE"), site.token_file(), site.path("secrets/national-id.key")] {
        secrets.extend(forms(std::fs::read_to_string(file).unwrap().trim()));
    }
    let found = |text: &[u8]| {
        secrets.iter().find(|secret| text.windows(secret.len()).any(|window| window == secret.as_slice())).cloned()
    };
    for (arguments, ended) in &said {
        assert!(matches!(ended.code, Some(0 | 1 | 3)), "{arguments}: {}", ended.said());
        let leak = found(ended.said().as_bytes()).map(|secret| String::from_utf8_lossy(&secret).into_owned());
        assert_eq!(leak, None, "`rosterd {arguments}` shows it");
        assert!(ended.err.contains("TRACE") || ended.err.contains("DEBUG"), "nothing was logged by {arguments}");
    }
    let mut files = 0;
    for entry in std::fs::read_dir(site.path("")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("roster.db") {
            files += 1;
            assert_eq!(found(&std::fs::read(&path).unwrap()), None, "{}", path.display());
        }
    }
    assert!(files > 0);
    let opened = site.run(&["export", "--with-national-ids"]).await.expect(0).out;
    assert!(opened.contains("1688981213") && opened.contains("1492670194"), "they are kept nevertheless");
}
