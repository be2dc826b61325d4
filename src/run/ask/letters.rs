//! The ways that letters leave, tried without sending one.

use crate::config::Loaded;
use crate::deliver::{folder, mail, webhook};
use crate::report::{CheckFinding, TargetCheck};

/// Each mail server, webhook and folder of the configuration.
pub(super) async fn check(loaded: &Loaded) -> Vec<TargetCheck> {
    let Loaded { folder: base, config, .. } = loaded;
    let mut checks = Vec::new();
    if let Some(settings) = &config.mail {
        let found = match mail::Server::new(settings, base) {
            Ok(server) => server.check().await,
            Err(why) => Err(why),
        };
        let hint = "server, port and tls must fit each other, and the server must take the password from this machine";
        checks.push(told("mail".to_owned(), found, hint));
    }
    for (name, settings) in &config.webhook {
        let found = match webhook::Hook::new(settings, base) {
            Ok(hook) => hook.check().await,
            Err(why) => Err(why),
        };
        checks.push(told(
            format!("webhook {name}"),
            found,
            "the program must listen there, with a certificate of ca_file",
        ));
    }
    for (name, settings) in &config.folder {
        let found = folder::check(&base.join(&settings.path));
        checks.push(told(format!("folder {name}"), found, "make the folder, and let the daemon's user write into it"));
    }
    checks
}

fn told(target: String, found: Result<String, String>, hint: &str) -> TargetCheck {
    let finding = match found {
        Ok(text) => CheckFinding { ok: true, text, ..CheckFinding::default() },
        Err(text) => CheckFinding { ok: false, text, hint: Some(hint.to_owned()), ..CheckFinding::default() },
    };
    TargetCheck { target, findings: vec![finding] }
}
