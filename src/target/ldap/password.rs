//! First passwords: generated here, sent once, shown nowhere.

use secrecy::{ExposeSecret, SecretString};

const LENGTH: usize = 28;
/// What every password has at least one character of; without those that are easily confused.
const CLASSES: [&[u8]; 4] = [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!#%*+-./:=?@_~"];

/// A new password of 28 characters: upper and lower case, digits, and symbols.
pub fn generate() -> Result<SecretString, getrandom::Error> {
    let alphabet: Vec<u8> = CLASSES.concat();
    // A byte at or above the limit is dropped, so that each character is as likely as any other.
    let limit = 256 / alphabet.len() * alphabet.len();
    loop {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut random = [0_u8; 64];
            getrandom::fill(&mut random)?;
            let usable = random.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < limit);
            text.extend(usable.take(LENGTH - text.len()).map(|byte| char::from(alphabet[byte % alphabet.len()])));
        }
        if CLASSES.iter().all(|class| text.bytes().any(|byte| class.contains(&byte))) {
            return Ok(SecretString::from(text));
        }
    }
}

/// The value of unicodePwd: the password in quotes, in UTF-16LE ([MS-ADTS] section 3.1.1.3.1.5.1).
pub fn encode(password: &SecretString) -> Vec<u8> {
    format!("\"{}\"", password.expose_secret()).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_password_has_every_class() -> Result<(), getrandom::Error> {
        for _ in 0..200 {
            let password = generate()?;
            let text = password.expose_secret();
            assert_eq!(text.len(), LENGTH);
            assert!(CLASSES.iter().all(|class| text.bytes().any(|byte| class.contains(&byte))));
            assert_ne!(text, generate()?.expose_secret());
        }
        Ok(())
    }

    #[test]
    fn the_encoding_has_quotes_and_two_bytes_a_character() {
        assert_eq!(encode(&SecretString::from("aØ")), [b'"', 0, b'a', 0, 0xd8, 0, b'"', 0]);
    }
}
