//! First passwords: generated here, sent once, shown nowhere.

use secrecy::SecretString;

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

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

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
}
