//! The commands that mend what the doctor finds. docs/active-directory-rights.md has the whole list of rights. Pure.

use uuid::Uuid;

use super::descriptor::Guid;
use crate::object::Kind;

/// Whom rights are granted to, and with which tool.
#[derive(Debug)]
pub struct Grantee {
    /// Samba has a tool of its own.
    pub samba: bool,
    /// `name@domain`, as dsacls takes it.
    pub name: String,
    pub sid: String,
    /// Below this object rights are granted.
    pub base: String,
}

/// The class of a kind, as dsacls names it, with its schemaIDGUID, the same in every forest.
pub fn class(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Unit => ("organizationalUnit", "bf967aa5-0de6-11d0-a285-00aa003049e2"),
        Kind::User => ("user", "bf967aba-0de6-11d0-a285-00aa003049e2"),
        Kind::Contact => ("contact", "5cb41ed0-0e4c-11d0-a286-00aa003049e2"),
        Kind::Group => ("group", "bf967a9c-0de6-11d0-a285-00aa003049e2"),
    }
}

impl Grantee {
    /// Grants a right (`RP`, `WP`, `CR`, `SD`) on an attribute or control right of the objects of a kind.
    pub fn grant(&self, right: &str, what: &str, id: Option<&Guid>, kind: Kind) -> String {
        let Self { samba, name, sid, base } = self;
        let (class, class_id) = class(kind);
        if *samba {
            let id = id.map(|id| Uuid::from_bytes_le(*id).to_string()).unwrap_or_default();
            return format!(
                "samba-tool dsacl set --objectdn=\"{base}\" --sddl=\"(OA;CIIO;{right};{id};{class_id};{sid})\""
            );
        }
        // dsacls calls control access CA
        let right = if right == "CR" { "CA" } else { right };
        format!("dsacls \"{base}\" /I:S /G \"{name}:{right};{what};{class}\"")
    }

    /// Shows the entries of an object, among them the one that takes a right away.
    pub fn show(&self, object: &str) -> String {
        if self.samba {
            format!("samba-tool dsacl get --objectdn=\"{object}\"")
        } else {
            format!("dsacls \"{object}\"")
        }
    }

    /// Lets the account read an object and what lies below it.
    pub fn read(&self, object: &str) -> String {
        match self.samba {
            true => format!("samba-tool dsacl set --objectdn=\"{object}\" --sddl=\"(A;CI;RPLCLORC;;;{})\"", self.sid),
            false => format!("dsacls \"{object}\" /I:T /G \"{}:GR\"", self.name),
        }
    }

    /// Lets the account list and read deleted objects.
    pub fn deleted(&self, domain: &str) -> String {
        let object = format!("CN=Deleted Objects,{domain}");
        match self.samba {
            true => format!("samba-tool dsacl set --objectdn=\"{object}\" --sddl=\"(A;CI;RPLCLORC;;;{})\"", self.sid),
            false => format!("dsacls \"{object}\" /takeownership; dsacls \"{object}\" /G \"{}:LCRP\"", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_gets_its_own_tool() {
        let mut grantee =
            Grantee { samba: false, name: "svc@a.b".into(), sid: "S-1-5-9".into(), base: "OU=x,DC=a".into() };
        let id = [0; 16];
        assert_eq!(
            grantee.grant("RP", "title", Some(&id), Kind::User),
            r#"dsacls "OU=x,DC=a" /I:S /G "svc@a.b:RP;title;user""#
        );
        assert!(grantee.grant("CR", "Reset Password", None, Kind::User).contains(":CA;Reset Password;user"));
        grantee.samba = true;
        let line = grantee.grant("SD", "", None, Kind::Group);
        assert!(line.ends_with(r#"--sddl="(OA;CIIO;SD;;bf967a9c-0de6-11d0-a285-00aa003049e2;S-1-5-9)""#), "{line}");
    }
}
