//! A letter as a mail: text and HTML side by side, files attached. Pure.
//!
//! Nothing that a letter says gets out of its place: a subject is one line, names of files are made of plain letters, and
//! the rest is encoded by the rules of RFC 2045 and RFC 2047. What is larger than a mail may be is left out, the files
//! first, and the mail says so.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, MultiPartKind, SinglePart};
use uuid::Uuid;

use crate::deliver::plain_line;
use crate::org::Instant;
use crate::store::{Letter, LetterFile};

/// Base64 makes four bytes of three, and ends each line of 76 with two more.
const GROWTH: (usize, usize) = (11, 8);

/// The mail that a row of the outbox is, for one address; `largest` is in bytes.
pub(super) fn message(
    letter: &Letter,
    item: &Uuid,
    (from, to): (&Mailbox, Mailbox),
    at: Instant,
    largest: usize,
) -> Result<Vec<u8>, String> {
    let fitted = Fitted::of(letter, largest);
    let boundary = |part: &str| format!("=_{}_{part}", item.simple());
    let text = SinglePart::plain(fitted.text.clone());
    let said = match &fitted.html {
        None => MultiPart::builder().kind(MultiPartKind::Alternative).boundary(boundary("said")).singlepart(text),
        Some(html) => MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(boundary("said"))
            .singlepart(text)
            .singlepart(SinglePart::html(html.clone())),
    };
    let mut whole = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(boundary("all")).multipart(said);
    for file in &fitted.files {
        let media = ContentType::parse(&file.media).map_err(|error| format!("the form {}: {error}", file.ending))?;
        let content = Body::new_with_encoding(file.content.clone(), ContentTransferEncoding::Base64)
            .map_err(|_| format!("the form {} cannot be attached", file.ending))?;
        whole = whole.singlepart(Attachment::new(file_name(letter, file)).body(content, media));
    }
    let written =
        |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let message = Message::builder()
        .message_id(Some(message_id(item, from)))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(at.micros().try_into().unwrap_or(0)))
        .from(from.clone())
        .to(to)
        .subject(plain_line(&letter.subject))
        // no machine answers it (RFC 3834 section 5), Exchange no more than others
        .raw_header(written("Auto-Submitted", "auto-generated"))
        .raw_header(written("X-Auto-Response-Suppress", "All"))
        .multipart(whole)
        .map_err(|error| error.to_string())?;
    Ok(message.formatted())
}

/// The same at each try: a receiver may know a repetition by it.
fn message_id(item: &Uuid, from: &Mailbox) -> String {
    format!("<{item}@{}>", from.email.domain())
}

fn file_name(letter: &Letter, file: &LetterFile) -> String {
    let plain = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
    format!("{}.{}", plain(&letter.name), plain(&file.ending))
}

/// What of a letter fits into one mail.
struct Fitted<'a> {
    text: String,
    html: Option<String>,
    files: Vec<&'a LetterFile>,
}

impl<'a> Fitted<'a> {
    fn of(letter: &'a Letter, largest: usize) -> Self {
        let grown = |bytes: usize| bytes.saturating_mul(GROWTH.0) / GROWTH.1;
        let mut room = largest;
        let mut take = |bytes: usize| {
            let fits = grown(bytes) <= room;
            room = if fits { room - grown(bytes) } else { room };
            fits
        };
        let mut text = letter.text.clone();
        let is_cut = !take(text.len());
        if is_cut {
            text.truncate(text.floor_char_boundary(largest / 2));
            text.push_str("\n…\n");
        }
        let html = letter.html.clone().filter(|html| !is_cut && take(html.len()));
        let mut missing: Vec<String> = Vec::new();
        if letter.html.is_some() && html.is_none() {
            missing.push("html".to_owned());
        }
        // the text and the page are the mail itself
        let forms = letter.files.iter().filter(|file| !matches!(file.ending.as_str(), "html" | "txt"));
        let (files, left): (Vec<&LetterFile>, Vec<&LetterFile>) =
            forms.partition(|file| !is_cut && take(file.content.len()));
        missing.extend(left.into_iter().map(|file| format!("{} ({})", file_name(letter, file), size(file))));
        if missing.is_empty() {
            return Self { text, html, files };
        }
        let line = format!("{} {}", letter.missing, missing.join(", "));
        let html = html.map(|html| with_line(&html, &line));
        Self { text: format!("{line}\n\n{text}"), html, files }
    }
}

fn size(file: &LetterFile) -> String {
    format!("{:.1} MB", file.content.len() as f64 / 1e6)
}

/// A paragraph at the head of a page.
fn with_line(html: &str, line: &str) -> String {
    let escaped: String = line
        .chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let after = html.find("<body").and_then(|at| Some(at + html.get(at..)?.find('>')? + 1)).unwrap_or(0);
    format!("{}<p>{escaped}</p>{}", &html[..after], &html[after..])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn letter(subject: &str, files: &[(&str, usize)]) -> Letter {
        let file = |(ending, bytes): &(&str, usize)| LetterFile {
            ending: (*ending).to_owned(),
            media: "text/csv".to_owned(),
            content: vec![b'x'; *bytes],
        };
        Letter {
            id: Uuid::nil(),
            name: "nightly".to_owned(),
            subject: subject.to_owned(),
            text: "Ågård & <script>".to_owned(),
            html: Some("<html><body class=\"a\"><p>Ågård</p></body></html>".to_owned()),
            files: files.iter().map(file).collect(),
            json: "{}".to_owned(),
            missing: "Too large for a mail:".to_owned(),
            at: Instant::from_micros(1_795_000_000_000_000),
        }
    }

    fn mail(letter: &Letter, largest: usize) -> String {
        let from: Mailbox = "\"Ågård, IT\" <rosterd@example.test>".parse().unwrap();
        let to: Mailbox = "it@example.test".parse().unwrap();
        String::from_utf8(message(letter, &Uuid::nil(), (&from, to), letter.at, largest).unwrap()).unwrap()
    }

    #[test]
    fn no_word_of_a_letter_becomes_a_header() {
        let hostile = "Nightly\r\nBcc: everybody@example.test\r\n\r\n<script>\u{2028}\0x";
        let mail = mail(&letter(hostile, &[("csv", 3)]), 10_000_000);
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert!(head.is_ascii() && head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(head.contains("Message-ID: <00000000-0000-0000-0000-000000000000@example.test>"), "{head}");
        assert_eq!(head.lines().filter(|line| line.starts_with("Subject: ")).count(), 1, "{head}");
        assert!(mail.contains("filename=\"nightly.csv\""), "{mail}");
    }

    #[test]
    fn the_same_row_is_the_same_mail() {
        let letter = letter("Nightly", &[("csv", 3)]);
        assert_eq!(mail(&letter, 10_000_000), mail(&letter, 10_000_000));
    }

    #[test]
    fn what_is_too_large_is_left_out_and_named() {
        let letter = letter("Nightly", &[("csv", 2_000_000), ("json", 10), ("html", 10)]);
        let fitted = Fitted::of(&letter, 1_000_000);
        assert_eq!(fitted.files.iter().map(|file| file.ending.as_str()).collect::<Vec<_>>(), ["json"]);
        assert!(fitted.text.starts_with("Too large for a mail: nightly.csv (2.0 MB)\n\nÅgård"), "{}", fitted.text);
        let html = fitted.html.unwrap();
        assert!(html.contains("<body class=\"a\"><p>Too large for a mail: nightly.csv (2.0 MB)</p>"), "{html}");
        let whole = Fitted::of(&letter, 10_000_000);
        assert_eq!((whole.files.len(), whole.text.as_str()), (2, "Ågård & <script>"));
        let long = Letter { text: "å".repeat(1000), ..letter };
        let nothing = Fitted::of(&long, 1000);
        assert!(nothing.html.is_none() && nothing.files.is_empty() && nothing.text.len() < 1000);
    }
}
