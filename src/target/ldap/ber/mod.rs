//! LDAP on the wire: BER with definite lengths, as RFC 4511 section 5.1 restricts it. Pure: bytes in, slices out.
//!
//! Everything that comes from a server is taken for hostile. Nothing here recurses over what was received, nothing
//! allocates by an announced length, and whatever is not LDAP is a [`Malformed`], never a panic.

mod element;
mod filter;
mod frame;
mod message;
mod request;
mod sync;
mod write;

pub use self::filter::Filter;
pub use self::frame::{check, frame};
pub use self::message::{EntryView, Message, Operation, Outcome};
#[cfg(feature = "gssapi")]
pub use self::request::bind_sasl;
pub use self::request::{Control, Scope, Search, bind, control, search, start_tls, unbind};
pub use self::sync::{DIRSYNC, DirSync, SYNC_DONE, SYNC_INFO, SYNC_STATE, State, SyncDone, SyncInfo, sync_state};

/// Constructed elements within each other. An answer of LDAP has at most seven; a decoder that recurses ends the
/// process at some ten thousand.
pub const MAX_DEPTH: usize = 32;

/// Why bytes are not LDAP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("a message of {length} bytes, at most {most} are taken")]
    TooLong { length: u64, most: usize },
    #[error("elements nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("{0}")]
    Syntax(&'static str),
}

pub(super) const fn syntax(why: &'static str) -> Malformed {
    Malformed::Syntax(why)
}

/// The tags that are used (RFC 4511 appendix B).
pub(super) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const OCTETS: u8 = 0x04;
    pub const ENUMERATED: u8 = 0x0a;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    pub const BIND: u8 = 0x60;
    pub const UNBIND: u8 = 0x42;
    pub const SEARCH: u8 = 0x63;
    pub const EXTENDED: u8 = 0x77;
    pub const CONTROLS: u8 = 0xa0;
    pub const ENTRY: u8 = 0x64;
    pub const DONE: u8 = 0x65;
    pub const BOUND: u8 = 0x61;
    pub const MODIFIED: u8 = 0x67;
    pub const ADDED: u8 = 0x69;
    pub const DELETED: u8 = 0x6b;
    pub const RENAMED: u8 = 0x6d;
    pub const COMPARED: u8 = 0x6f;
    pub const REFERENCE: u8 = 0x73;
    pub const EXTENSION: u8 = 0x78;
    pub const INTERMEDIATE: u8 = 0x79;
}

#[cfg(test)]
mod tests;
