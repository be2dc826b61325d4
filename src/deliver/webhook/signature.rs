//! How a webhook is signed: Standard Webhooks 1.0.0, the symmetric scheme `v1`. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What a secret begins with where it says what it is.
const PREFIX: &str = "whsec_";
/// Fewer bytes are no secret; the scheme asks for 24 to 64.
const SHORTEST: usize = 24;

/// The key that a secret stands for; no error holds any of it.
pub(super) fn key(secret: &str) -> Result<Vec<u8>, String> {
    let text = secret.trim();
    let key = STANDARD
        .decode(text.strip_prefix(PREFIX).unwrap_or(text))
        .map_err(|_| "the secret is no base64: `openssl rand -base64 32` makes one".to_owned())?;
    match key.len() {
        length if length < SHORTEST => Err(format!("the secret has {length} bytes: at least {SHORTEST} are needed")),
        _ => Ok(key),
    }
}

/// `v1,` and HMAC-SHA256 of id, time and body with full stops between them, in base64.
pub(super) fn signature(key: &[u8], id: &str, timestamp: i64, body: &str) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_scheme_comes_out() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_bad_secret_is_not_told() {
        for bad in ["hunter2hunter2hunter2hunter2!", "c2hvcnQ="] {
            let why = key(bad).unwrap_err();
            assert!(!why.contains(bad) && !why.contains("short"), "{why}");
        }
    }
}
