//! The proof of the log in a few lines.

use super::super::LogDocument;
use super::super::words::clean;
use super::layout::Page;

/// The answer of `verify-log`.
pub fn log(document: &LogDocument) -> String {
    let mut page = Page::default();
    match &document.broken {
        None => page.line(0, &format!("the log is whole: {} entries", document.entries)),
        Some(found) => {
            let place = found.entry.map_or_else(String::new, |entry| format!(" at entry {entry}"));
            page.line(0, &format!("THE LOG IS BROKEN{place}: {}", clean(&found.what)));
            page.line(2, &format!("entries that fit  {}", document.entries));
        }
    }
    if document.erased > 0 {
        page.line(2, &format!("erased  {}", document.erased));
    }
    if let Some(head) = &document.head {
        page.line(2, &format!("head    {}", clean(head)));
    }
    page.finish()
}
