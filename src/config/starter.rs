//! The first configuration of a new installation.

/// The text that `rosterd init` writes: a whole, commented configuration to change.
pub fn starter() -> &'static str {
    include_str!("../../config.example.toml")
}
