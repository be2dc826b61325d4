//! The filters of the language with what they do: for the documentation. A filter is written `value|name` or
//! `value|name(argument)`; those in [`functions::FUNCTIONS`](super::functions) also `name(value, argument)`.

/// Each filter, and what it gives.
pub const FILTER_DOCS: &[(&str, &str)] = &[
    ("default(other, …)", "the value, or the first of the others that is something"),
    ("truncate(n)", "the first n characters, without white space at the cut"),
    ("upper", "in capitals"),
    ("lower", "in small letters"),
    ("title", "each word with a capital"),
    ("capitalize", "the first letter a capital, the others small"),
    ("trim", "without white space around it"),
    ("replace(what, by)", "with one text in place of another"),
    ("ascii", "in ASCII letters, as people write them: Åse Sørensen is Aase Soerensen"),
    ("slug", "small ASCII letters and digits only: D'Ångström-Ø is daangstroemoe"),
    ("initials", "the first letter of each word, in capitals"),
    ("local_part", "of a mail address what stands before the @"),
    ("domain", "of a mail address what stands after the @"),
    ("day(pattern)", "a day in another form: %d the day, %m the month, %Y the year, all else as it stands"),
    ("plus_days(n)", "the day n days later; earlier when n is below 0"),
    ("join(separator)", "the values of a list as one text; those that are nothing are left out"),
    ("first", "the first of a list"),
    ("last", "the last of a list"),
    ("sort", "a list in order"),
    ("unique", "a list without what was there already"),
    ("reverse", "a list or a text from its end"),
    ("length", "how many values a list has, or characters a text"),
    ("split(separator)", "a text as a list of its parts"),
    ("list", "as a list"),
    ("int", "a text of digits as a number"),
    ("round", "a number without its fraction"),
    ("string", "as a text"),
];
