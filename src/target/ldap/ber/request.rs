//! The requests that are written by hand (RFC 4511 section 4).

use super::filter::Filter;
use super::tag;
use super::write::Writer;

/// What a search looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The base alone.
    Base,
    /// The base and everything below it.
    Subtree,
}

/// A control: its object identifier and its value. All that are sent are critical: a server that cannot do what is
/// asked shall say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    pub oid: &'static str,
    pub value: Option<Vec<u8>>,
}

/// The controls that are sent.
pub mod control {
    use super::{Control, Writer, tag};

    /// One page (RFC 2696).
    pub fn page(size: u32, cookie: &[u8]) -> Control {
        let value = Writer::bytes(|writer| {
            writer.nested(tag::SEQUENCE, |writer| {
                writer.number(tag::INTEGER, size);
                writer.octets(cookie);
            });
        });
        Control { oid: "1.2.840.113556.1.4.319", value: Some(value) }
    }

    /// What changed since `cookie` ([MS-ADTS] section 3.1.1.3.4.1.3), in the whole naming context. With
    /// LDAP_DIRSYNC_OBJECT_SECURITY whoever may read something is told of it, without a right to replicate.
    pub fn dirsync(cookie: &[u8]) -> Control {
        const OBJECT_SECURITY: u32 = 1;
        const MOST_BYTES: u32 = 1024 * 1024;
        let value = Writer::bytes(|writer| {
            writer.nested(tag::SEQUENCE, |writer| {
                writer.number(tag::INTEGER, OBJECT_SECURITY);
                writer.number(tag::INTEGER, MOST_BYTES);
                writer.octets(cookie);
            });
        });
        Control { oid: "1.2.840.113556.1.4.841", value: Some(value) }
    }

    /// What changed since `cookie`, and then the end: refreshOnly of Content Synchronization (RFC 4533 section 2.2).
    /// Without a cookie everything.
    pub fn refresh(cookie: Option<&[u8]>) -> Control {
        const REFRESH_ONLY: u32 = 1;
        let value = Writer::bytes(|writer| {
            writer.nested(tag::SEQUENCE, |writer| {
                writer.number(tag::ENUMERATED, REFRESH_ONLY);
                cookie.iter().for_each(|cookie| writer.octets(cookie));
            });
        });
        Control { oid: "1.3.6.1.4.1.4203.1.9.1.1", value: Some(value) }
    }

    /// To add a value that is there, or to take one that is not, is no error (LDAP_SERVER_PERMISSIVE_MODIFY_OID,
    /// [MS-ADTS] section 3.1.1.3.4.1.8).
    pub fn permissive_modify() -> Control {
        Control { oid: PERMISSIVE_MODIFY, value: None }
    }

    pub const PERMISSIVE_MODIFY: &str = "1.2.840.113556.1.4.1413";

    /// The entry as it is after a write (RFC 4527 section 3.2), with these attributes.
    pub fn post_read(attributes: &[&str]) -> Control {
        let value = Writer::bytes(|writer| {
            writer.nested(tag::SEQUENCE, |writer| attributes.iter().for_each(|name| writer.octets(name)));
        });
        Control { oid: POST_READ, value: Some(value) }
    }

    /// Of the request and of the answer.
    pub const POST_READ: &str = "1.3.6.1.1.13.2";

    /// Tombstones and deleted objects are shown too (LDAP_SERVER_SHOW_DELETED_OID, [MS-ADTS] section 3.1.1.3.4.1.14).
    pub fn show_deleted() -> Control {
        Control { oid: "1.2.840.113556.1.4.417", value: None }
    }
}

/// SearchRequest (section 4.5.1).
#[derive(Debug, Clone)]
pub struct Search<'a> {
    pub base: &'a str,
    pub scope: Scope,
    pub filter: &'a Filter,
    pub attributes: &'a [String],
    pub controls: &'a [Control],
}

/// BindRequest with a password (section 4.2).
pub fn bind(id: u32, account: &str, password: &str) -> Vec<u8> {
    const SIMPLE: u8 = 0x80;
    message(id, &[], |writer| {
        writer.nested(tag::BIND, |writer| {
            writer.number(tag::INTEGER, 3);
            writer.octets(account);
            writer.element(SIMPLE, password.as_bytes());
        });
    })
}

/// BindRequest of a SASL exchange (section 4.2): `token` may be empty, which is not the same as none.
#[cfg(feature = "gssapi")]
pub fn bind_sasl(id: u32, mechanism: &str, token: &[u8]) -> Vec<u8> {
    const SASL: u8 = 0xa3;
    message(id, &[], |writer| {
        writer.nested(tag::BIND, |writer| {
            writer.number(tag::INTEGER, 3);
            writer.octets("");
            writer.nested(SASL, |writer| {
                writer.octets(mechanism);
                writer.octets(token);
            });
        });
    })
}

pub fn search(id: u32, search: &Search<'_>) -> Vec<u8> {
    message(id, search.controls, |writer| {
        writer.nested(tag::SEARCH, |writer| {
            writer.octets(search.base);
            writer.number(tag::ENUMERATED, if search.scope == Scope::Base { 0 } else { 2 });
            writer.number(tag::ENUMERATED, 0); // neverDerefAliases
            writer.number(tag::INTEGER, 0); // no limit of ours on entries
            writer.number(tag::INTEGER, 0); // nor on time
            writer.boolean(false); // values too
            search.filter.write(writer);
            writer.nested(tag::SEQUENCE, |writer| {
                search.attributes.iter().for_each(|attribute| writer.octets(attribute));
            });
        });
    })
}

/// The end of a connection (section 4.3).
pub fn unbind(id: u32) -> Vec<u8> {
    message(id, &[], |writer| writer.element(tag::UNBIND, &[]))
}

/// TLS from here on (section 4.14).
pub fn start_tls(id: u32) -> Vec<u8> {
    const REQUEST_NAME: u8 = 0x80;
    message(id, &[], |writer| {
        writer.nested(tag::EXTENDED, |writer| writer.element(REQUEST_NAME, b"1.3.6.1.4.1.1466.20037"));
    })
}

fn message(id: u32, controls: &[Control], operation: impl FnOnce(&mut Writer)) -> Vec<u8> {
    Writer::bytes(|writer| {
        writer.nested(tag::SEQUENCE, |writer| {
            writer.number(tag::INTEGER, id);
            operation(writer);
            if controls.is_empty() {
                return;
            }
            writer.nested(tag::CONTROLS, |writer| {
                for control in controls {
                    writer.nested(tag::SEQUENCE, |writer| {
                        writer.octets(control.oid);
                        writer.boolean(true);
                        if let Some(value) = &control.value {
                            writer.octets(value);
                        }
                    });
                }
            });
        });
    })
}
