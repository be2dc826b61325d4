//! objectGUID: sixteen bytes, the first three fields little-endian ([MS-DTYP] section 2.3.4.2) ↔ dashed text. Pure.

use uuid::Uuid;

use super::ber::Filter;
use crate::object::ObjectId;

/// The id in its dashed form; `None` unless there are sixteen bytes.
pub fn id(bytes: &[u8]) -> Option<ObjectId> {
    Uuid::from_slice_le(bytes).ok().map(|guid| ObjectId::new(guid.hyphenated().to_string()))
}

/// The bytes behind a dashed form.
fn bytes(id: &ObjectId) -> Option<[u8; 16]> {
    Uuid::try_parse(id.as_str()).ok().map(|guid| guid.to_bytes_le())
}

/// A search base that means this object wherever it lies ([MS-ADTS] section 3.1.1.3.1.2.4).
pub fn base(id: &ObjectId) -> Option<String> {
    Uuid::try_parse(id.as_str()).ok().map(|guid| format!("<GUID={}>", guid.hyphenated()))
}

/// A filter that finds the object. Active Directory takes the bytes only, never the dashed form.
pub fn filter(id: &ObjectId) -> Option<Filter> {
    Some(Filter::equal("objectGUID", bytes(id)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_fields_are_turned() {
        let raw = [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
        let id = id(&raw).unwrap_or_else(|| ObjectId::new(""));
        assert_eq!(id.as_str(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(bytes(&id), Some(raw));
        assert_eq!(base(&id).as_deref(), Some("<GUID=00112233-4455-6677-8899-aabbccddeeff>"));
        let filter = filter(&id).map(|filter| filter.to_string()).unwrap_or_default();
        assert!(filter.starts_with("(objectGUID=3\\22\\11\\00U"), "{filter}");
    }

    #[test]
    fn other_texts_are_no_ids() {
        assert!(super::id(b"short").is_none());
        assert!(base(&ObjectId::new("2819c223")).is_none());
    }
}
