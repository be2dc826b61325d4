//! Stand-ins for the connection settings of the targets, until `target::ldap` and `target::scim` bring theirs.

/// An LDAP directory.
pub mod ldap {
    use std::path::PathBuf;

    use serde::Deserialize;

    use crate::net::SecretRef;

    #[derive(Debug, Clone, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Settings {
        pub url: String,
        pub ca_file: Option<PathBuf>,
        pub bind_dn: String,
        pub password: SecretRef,
        pub base: String,
        pub unit_base: Option<String>,
        pub user_base: Option<String>,
        pub group_base: Option<String>,
        pub stamp_attribute: Option<String>,
        pub names_base: Option<String>,
        pub page_size: Option<u32>,
        pub timeout_seconds: Option<u64>,
    }

    impl Settings {
        pub fn problems(&self) -> Vec<(&'static str, String)> {
            let mut problems = Vec::new();
            if !self.url.starts_with("ldaps://") {
                problems.push(("url", format!("{:?} is no LDAP over TLS: use ldaps://", self.url)));
            }
            if !self.password.is_well_formed() {
                problems.push(("password", "a secret needs exactly one of file, credential or env".into()));
            }
            problems
        }
    }
}

/// A SCIM service.
pub mod scim {
    use std::path::PathBuf;

    use serde::Deserialize;

    use crate::net::SecretRef;

    #[derive(Debug, Clone, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Settings {
        pub url: String,
        pub token: SecretRef,
        pub ca_file: Option<PathBuf>,
        pub page_size: Option<u32>,
        pub timeout_seconds: Option<u64>,
        #[serde(default)]
        pub allow_http: bool,
    }

    impl Settings {
        pub fn problems(&self) -> Vec<(&'static str, String)> {
            let mut problems = Vec::new();
            if !self.url.starts_with("https://") && !self.url.starts_with("http://127.0.0.1") && !self.allow_http {
                problems.push(("url", format!("{:?} would show the token to the network: use https", self.url)));
            }
            if !self.token.is_well_formed() {
                problems.push(("token", "a secret needs exactly one of file, credential or env".into()));
            }
            problems
        }
    }
}
