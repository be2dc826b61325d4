//! First passwords in the form of Active Directory.

use secrecy::{ExposeSecret, SecretString};

pub use crate::target::password::generate;

/// The value of unicodePwd: the password in quotes, in UTF-16LE ([MS-ADTS] section 3.1.1.3.1.5.1).
pub fn encode(password: &SecretString) -> Vec<u8> {
    format!("\"{}\"", password.expose_secret()).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_has_quotes_and_two_bytes_a_character() {
        assert_eq!(encode(&SecretString::from("aØ")), [b'"', 0, b'a', 0, 0xd8, 0, b'"', 0]);
    }
}
