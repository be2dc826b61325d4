//! Files of rows and columns: what a good one states, and how each broken one is told.

use std::fmt::Write as _;

use proptest::prelude::*;
use rosterd::config::Config;
use rosterd::org::{Batch, Fact, FactKind, Line};
use rosterd::source::csv::{Layout, made_id, read};

use super::fixture::sealer;

const CONFIG: &str = include_str!("payroll.toml");
const HEADER: &str = "Nr;Fornavn;Efternavn;CPR;Afd;Afdeling;Stilling;Andel;Leder;Ansat;Fratrådt";
const ANNA: &str = "1;Anna;Ågård;000000-0001;10;Børn og Unge;Pædagog;0,8;J;01-02-2020;";
const BO: &str = "2;Bo;Sørensen;;10;Børn og Unge;\"Lærer; \"\"vikar\"\"\nom natten\";;N;01-02-2020;31-01-2027";
const BO_TOO: &str = "2;Bo;Sørensen;;20;Café;Kok;0,2;N;01-03-2020;31-12-9999";

fn layout(changes: &[(&str, &str)]) -> Layout {
    let text = changes.iter().fold(CONFIG.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let loaded =
        Config::parse("config.toml", &text, std::path::PathBuf::new(), &|_, _| rosterd::object::Schema::default());
    let loaded = loaded.unwrap_or_else(|problems| panic!("{}", rosterd::config::render(&problems, false)));
    loaded.layouts["payroll"].clone()
}

fn file(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\nSLUT;{}\n", rows.join("\n"), rows.len())
}

fn good() -> String {
    file(&[ANNA, BO, BO_TOO])
}

fn taken(bytes: &[u8], layout: &Layout) -> Batch {
    read(bytes, "payroll", layout, Some(&sealer())).unwrap_or_else(|error| panic!("{error}"))
}

/// The lines in the order of the file.
fn lines(batch: &Batch) -> Vec<Line> {
    let mut lines = batch.lines.to_vec().unwrap();
    lines.sort_by_key(|line| line.at);
    lines.iter().map(|line| line.typed().unwrap()).collect()
}

fn facts(batch: &Batch) -> Vec<String> {
    lines(batch).iter().map(|line| format!("{:?}", line.version)).collect()
}

#[test]
fn a_row_states_what_the_configuration_says() {
    let batch = taken(good().as_bytes(), &layout(&[]));
    assert!(batch.is_complete());
    assert_eq!((batch.completeness.seen, batch.completeness.announced), (3, Some(3)));
    assert_eq!(batch.header.kinds, [FactKind::Unit, FactKind::Person, FactKind::Engagement, FactKind::Manager]);
    let lines = lines(&batch);
    let of = |kind| lines.iter().filter(move |line| line.version.kind() == kind);
    assert_eq!(of(FactKind::Unit).count(), 2, "stated by three rows, twice the same");
    assert_eq!((of(FactKind::Person).count(), of(FactKind::Manager).count()), (2, 1));
    let jobs: Vec<String> = of(FactKind::Engagement)
        .map(|line| {
            let Fact::Engagement(job) = &line.version.fact else { unreachable!() };
            let fraction = job.fraction.as_ref().map(rosterd::org::Fraction::as_f64);
            format!("{} {} {:?} {fraction:?}", line.number, line.version.interval, job.title.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        jobs,
        [
            "2 2020-02-01 onwards \"Pædagog\" Some(0.8)",
            "3 2020-02-01 to 2027-02-01 \"Lærer; \\\"vikar\\\"\\nom natten\" None",
            "5 2020-03-01 onwards \"Kok\" Some(0.2)",
        ]
    );
    let anna = of(FactKind::Person).next().unwrap();
    assert_eq!(anna.version.id, made_id("payroll", FactKind::Person, &["1"]));
    let Fact::Person(person) = &anna.version.fact else { unreachable!() };
    assert!(person.national_id.is_some());
    let Fact::Engagement(job) = &of(FactKind::Engagement).next().unwrap().version.fact else { unreachable!() };
    assert_eq!(job.custom["desk"], "10");
}

#[test]
fn the_encodings_state_the_same() {
    let plain = facts(&taken(good().as_bytes(), &layout(&[])));
    let marked = format!("\u{feff}{}", good().replace('\n', "\r\n").replace("\"\"\r\nom", "\"\"\nom"));
    assert_eq!(facts(&taken(marked.as_bytes(), &layout(&[]))), plain);
    let (western, _, lost) = encoding_rs::WINDOWS_1252.encode(&marked[3..]);
    assert!(!lost && western.len() < marked.len() - 3);
    let windows = layout(&[("\"utf-8\"", "\"windows-1252\"")]);
    assert_eq!(facts(&taken(&western, &windows)), plain);
    let swapped = good().replace(HEADER, &HEADER.replace("Nr;Fornavn", "Fornavn;Nr")).replace("1;Anna", "Anna;1");
    let swapped = swapped.replace("2;Bo;", "Bo;2;");
    assert_eq!(facts(&taken(swapped.as_bytes(), &layout(&[]))), plain, "columns may stand in any order");
}

/// Every way in which a file is known to be broken, with what is said. Nothing comes out of any of them.
#[test]
fn broken_files_are_told_by_line_and_column() {
    let swap = |from: &str, to: &str| good().replacen(from, to, 1).into_bytes();
    let cut = |text: &str, keep: usize| text.lines().take(keep).map(|line| format!("{line}\n")).collect::<String>();
    let western = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let mixed = [format!("{HEADER}\n{ANNA}\n").into_bytes(), western(BO_TOO)].concat();
    let unclosed = format!("{HEADER}\n{ANNA}\n{}\n{BO_TOO}\nSLUT;3\n", BO.replace("natten\"", "natten"));
    let huge = good().replacen("Pædagog", &"x".repeat(10_000_000), 1);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a column there twice", swap("Efternavn;CPR", "Fornavn;CPR")),
        ("an unknown and a missing column", swap("Stilling;Andel", "Stiling;Andel")),
        ("no rows but a trailer of more", file(&[]).replace("SLUT;0", "SLUT;3").into_bytes()),
        ("only blank lines", b"\n\n".to_vec()),
        ("too few fields", file(&[ANNA, "2;Bo;Sørensen", BO_TOO]).into_bytes()),
        ("too many fields", file(&[BO, &ANNA.replace("Pædagog", "Pædagog; vikar")]).into_bytes()),
        ("a line end outside of quotes", swap("Børn og Unge", "Børn\nog Unge")),
        ("a day that does not exist", file(&[BO, &ANNA.replace("01-02-2020", "31-02-2026")]).into_bytes()),
        ("a day in another form", swap("01-02-2020", "2020-02-01")),
        ("an end before the start", swap("31-01-2027", "31-01-2019")),
        ("no number", swap("0,8", "0.8")),
        ("a number out of range", swap("0,8", "-1")),
        ("no key", swap("1;Anna", ";Anna")),
        ("no surname", swap("Ågård", " ")),
        ("one thing stated in two ways", swap("20;Café", "10;Café")),
        ("a national id that is none", swap("000000-0001", "000000 0001!")),
        ("days shifted by a column", file(&["3;C;C;;10;Børn og Unge;;;N;000000-0001;"]).into_bytes()),
        ("not UTF-8", western(&good())),
        ("two encodings", mixed),
        ("UTF-16", good().encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a control character", swap("Pædagog", "Pæda\u{0}gog")),
        ("a quote that is never closed", unclosed.into_bytes()),
        ("a quote in the middle", swap("Pædagog", "Pæda\"gog")),
        ("text after a quote", swap("om natten\"", "om natten\" til")),
        ("10 MB in one field", huge.into_bytes()),
        ("cut off between rows", cut(&good(), 4).into_bytes()),
        ("cut off in a row", good().as_bytes()[..HEADER.len() + 40].to_vec()),
        ("a trailer of another count", swap("SLUT;3", "SLUT;4")),
        ("a trailer without count", swap("SLUT;3", "SLUT")),
        ("a row after the trailer", format!("{}{ANNA}\n", good()).into_bytes()),
    ];
    let mut told = String::new();
    for (name, bytes) in &cases {
        let error = read(&bytes[..], "payroll", &layout(&[]), Some(&sealer())).expect_err(name).to_string();
        assert!(!error.contains("000000-0001"), "{name}: {error}");
        let _infallible = writeln!(told, "{name}\n    {}", error.replace('\n', "\n    "));
    }
    let windows = layout(&[("\"utf-8\"", "\"windows-1252\"")]);
    for (name, bytes) in [("UTF-8 as Windows-1252", good().into_bytes()), ("undefined byte", vec![b'N', b'r', 0x81])] {
        let error = read(&bytes[..], "payroll", &windows, Some(&sealer())).expect_err(name);
        let _infallible = writeln!(told, "{name}\n    {error}");
    }
    let error = read(good().as_bytes(), "payroll", &layout(&[]), None).expect_err("no key");
    let _infallible = writeln!(told, "national ids without a key\n    {error}");
    insta::assert_snapshot!("broken_csv", told);
}

#[test]
fn a_count_in_a_column_proves_as_well() {
    let layout = layout(&[("{ trailer = \"SLUT\" }", "{ column = \"Antal\" }"), ("[\"Nr\", ", "[\"Antal\", \"Nr\", ")]);
    let rows = |count: u32| format!("Antal;{HEADER}\n{count};{ANNA}\n{count};{BO_TOO}\n");
    assert!(taken(rows(2).as_bytes(), &layout).is_complete());
    for (text, said) in [
        (rows(3), "line 3, column 57: the file announces 3 rows, 2 are there"),
        (rows(2).replacen("2;1", "3;1", 1), "line 3, column 1: this row announces 2 rows, the ones before 3"),
        (format!("Antal;{HEADER}\n"), "no row announces"),
    ] {
        let error = read(text.as_bytes(), "payroll", &layout, Some(&sealer())).expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_row_that_runs_into_the_header_is_not_repeated() {
    let error = read(format!("{HEADER}\t{ANNA}\n").as_bytes(), "payroll", &layout(&[]), None).expect_err("no header");
    let said = error.to_string();
    assert!(said.contains("this column is not declared"), "{said}");
    assert!(!said.contains("000000-000"), "{said}");
}

#[test]
fn nothing_is_proved_without_complete() {
    let layout = layout(&[("complete = { trailer = \"SLUT\" }\n", "")]);
    let text = format!("{HEADER}\n{ANNA}\n");
    assert!(!taken(text.as_bytes(), &layout).is_complete());
}

#[test]
fn of_ten_thousand_broken_rows_a_thousand_are_looked_for() {
    let rows: Vec<String> = (0..10_000).map(|at| format!("{at};A")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let error = read(file(&rows).as_bytes(), "payroll", &layout(&[]), None).expect_err("broken").to_string();
    assert_eq!(error.lines().count(), 1_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// A changed byte is harmless, or told at a line of the file; never a panic, never a national id.
    #[test]
    fn a_changed_byte_is_told_or_harmless(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let layout = layout(&[]);
        let mut bytes = good().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
        if let Err(error) = read(&bytes[..], "payroll", &layout, Some(&sealer())) {
            prop_assert!(!error.to_string().contains("000000-000"), "{error}");
            if let rosterd::source::ReadError::Problems(problems) = error {
                prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
            }
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes[..], "payroll", &layout(&[]), None).is_err());
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let (whole, layout) = (good(), layout(&[]));
    for end in 0..whole.len() - 1 {
        assert!(read(&whole.as_bytes()[..end], "payroll", &layout, Some(&sealer())).is_err(), "cut off after {end}");
    }
}
