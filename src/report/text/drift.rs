//! The drift report as text.

use super::super::drift::fate;
use super::super::words::{Names, attribute_name, clean};
use super::super::{DriftDocument, DriftState};
use super::layout::Page;
use crate::org::Zone;

/// What somebody else changed, target by target.
pub fn drift(document: &DriftDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    page.line(0, "What somebody else changed in the targets");
    page.line(0, &format!("made at {}", document.at.local(zone)));
    for target in &document.targets {
        page.gap();
        let read = target.read.map_or_else(|| "never".to_owned(), |read| read.local(zone));
        page.line(0, &format!("{}: last read whole {read}", clean(&target.target)));
        if target.drifts.is_empty() {
            page.line(2, "Nothing that is known.");
        }
        let names = Names(&target.labels);
        for state in DriftState::ALL {
            let lines = target.of_state(state);
            if lines.is_empty() {
                continue;
            }
            page.gap();
            page.line(2, &format!("{} ({})", state.as_str(), lines.len()));
            for line in lines {
                let drift = &line.drift;
                let attribute = drift.attribute.as_str();
                page.line(4, &format!("{} {} ({})", drift.kind, clean(&drift.name), clean(drift.key.as_str())));
                let (shown, wanted) = (names.values(attribute, &drift.shown), names.values(attribute, &drift.wanted));
                page.line(8, &format!("{}: {shown}, where {wanted} is wanted", attribute_name(attribute)));
                page.line(8, &fate(line, zone));
            }
        }
    }
    page.finish()
}
