//! The probe: finds out what a service does, whatever its profile and it itself say. It reads; it writes only with a
//! canary, a user of its own that the configuration allows.

use super::behaviour::Behaviour;
use crate::target::Finding;
use crate::target::scim::check::failed;
use crate::target::scim::http::answer::Failure;
use crate::target::scim::service::Service;

mod canary;
mod groups;
mod reading;
mod writing;

/// What a probe found out, and what it has to say.
#[derive(Debug, Default)]
pub(super) struct Probed {
    pub behaviour: Behaviour,
    pub findings: Vec<Finding>,
}

impl Probed {
    fn good(&mut self, text: impl Into<String>) {
        self.findings.push(Finding::good(text.into()));
    }

    fn warn(&mut self, text: impl Into<String>, meaning: &str) {
        self.findings.push(Finding::warning(text.into()).breaks(meaning));
    }

    fn failure(&mut self, failure: Failure) {
        self.findings.push(failed(failure));
    }
}

impl Service {
    /// Finds out by reading alone.
    pub async fn probe(&self) -> Result<Probed, Failure> {
        let mut probed = Probed::default();
        self.probe_reading(&mut probed).await?;
        Ok(probed)
    }

    /// The same, and by writing with the canary where one is allowed.
    pub async fn probe_all(&self, canary: Option<&str>) -> Result<Probed, Failure> {
        let mut probed = self.probe().await?;
        match canary {
            Some(name) => self.probe_writing(name, &mut probed).await,
            None => probed.good(
                "the forms of PATCH, PUT and DELETE were not tried: that takes a canary user, see canary_user in docs/scim.md",
            ),
        }
        Ok(probed)
    }
}
