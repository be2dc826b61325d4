//! The schema that the server itself tells: Active Directory by its attributeSchema objects, others by the
//! attributeTypes of the subschema subentry (RFC 4512 section 4.2). Knows how both are written; what a mapping makes of
//! it is not known here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ber::Filter;
use super::dn::Dn;
use super::entry::Entry;
use super::pages::all;
use super::session::{Failure, Query, Session};
use crate::object::{AttributeName, ServerRule, Syntax};

/// What the server says of its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told {
    pub rules: BTreeMap<AttributeName, ServerRule>,
}

/// Where the schema lies, and the mark by which it is known to be the same still.
#[derive(Debug, Clone)]
pub struct Source {
    base: String,
    /// One attributeSchema object for each attribute, not one subentry for all.
    objects: bool,
    pub version: String,
}

const BASE_ATTRIBUTES: [&str; 2] = ["schemaNamingContext", "subschemaSubentry"];

/// Finds the schema; none where the server tells of none that we may see.
pub async fn source(session: &Session) -> Result<Option<Source>, Failure> {
    let Some(root) = session.entry("", &Filter::everything(), &BASE_ATTRIBUTES.map(str::to_owned)).await? else {
        return Ok(None);
    };
    let (objects, base) = match (root.text("schemaNamingContext"), root.text("subschemaSubentry")) {
        (Some(base), _) => (true, base),
        (None, Some(base)) => (false, base),
        (None, None) => return Ok(None),
    };
    // schemaInfo counts the changes of a forest's schema ([MS-ADTS] section 3.1.1.3.3.6)
    let marks = ["schemaInfo", "modifyTimestamp"].map(str::to_owned);
    let Some(entry) = session.entry(base, &Filter::everything(), &marks).await? else { return Ok(None) };
    let info = entry.values("schemaInfo").flatten().map(|byte| format!("{byte:02x}")).collect::<String>();
    let stamp = entry.text("modifyTimestamp").unwrap_or_default();
    let version = if info.is_empty() { stamp.to_owned() } else { info };
    Ok(Some(Source { base: base.to_owned(), objects, version }))
}

/// Reads the schema whole.
pub async fn read(session: &Session, source: &Source, page_size: u32) -> Result<Told, Failure> {
    if !source.objects {
        let entry = session.entry(&source.base, &Filter::everything(), &["attributeTypes".to_owned()]).await?;
        let types = entry.iter().flat_map(|entry| entry.texts("attributeTypes"));
        return Ok(of_types(types));
    }
    let base = Dn::parse(&source.base).map_err(|error| Failure::Unusable(error.to_string()))?;
    let names = ["lDAPDisplayName", "attributeSyntax", "oMSyntax", "isSingleValued", "rangeUpper"];
    let query = Query::subtree(&base, Filter::equal("objectClass", "attributeSchema"), &names);
    let entries = all(session, &query, page_size, usize::MAX).await?;
    Ok(Told { rules: entries.iter().filter_map(of_object).collect() })
}

/// One attributeSchema object.
fn of_object(entry: &Entry) -> Option<(AttributeName, ServerRule)> {
    let syntax = active_directory(entry.text("attributeSyntax")?, entry.text("oMSyntax").unwrap_or_default());
    let single = entry.text("isSingleValued").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    // of a number rangeUpper is the largest one, and no length
    let measured = matches!(syntax, Syntax::Text | Syntax::CaseExact | Syntax::Numeric);
    let upper = entry.text("rangeUpper").and_then(|text| text.parse().ok()).filter(|upper| measured && *upper > 0);
    Some((AttributeName::new(entry.text("lDAPDisplayName")?), ServerRule { syntax, single, max_length: upper }))
}

/// The syntaxes of Active Directory ([MS-ADTS] section 3.1.1.2.2.2). What holds bytes is not written by a mapping, and
/// counts as text.
fn active_directory(syntax: &str, om: &str) -> Syntax {
    match (syntax, om) {
        ("2.5.5.1", _) => Syntax::Dn,
        ("2.5.5.3" | "2.5.5.5", _) => Syntax::CaseExact,
        ("2.5.5.6", _) => Syntax::Numeric,
        ("2.5.5.8", _) => Syntax::Boolean,
        ("2.5.5.9" | "2.5.5.16", _) => Syntax::Integer,
        ("2.5.5.11", "24") => Syntax::Time,
        _ => Syntax::Text,
    }
}

/// An attributeTypes value: its names, and what it says; `above` is the type that it is a subtype of.
#[derive(Debug, Clone, Default)]
struct Type {
    names: Vec<String>,
    above: Option<String>,
    syntax: Option<Syntax>,
    single: bool,
}

/// The attribute types of a subschema subentry. What one does not say itself it has from the type above.
fn of_types<'a>(values: impl Iterator<Item = &'a str>) -> Told {
    let types: Vec<Type> = values.filter_map(of_type).collect();
    let by_name: BTreeMap<AttributeName, &Type> =
        types.iter().flat_map(|one| one.names.iter().map(move |name| (name.as_str().into(), one))).collect();
    let inherited = |one: &Type| {
        let mut here = one;
        // a chain of subtypes is short, and a circle is none
        for _ in 0..8 {
            match (here.syntax, here.above.as_deref().and_then(|above| by_name.get(&above.into()))) {
                (Some(syntax), _) => return syntax,
                (None, Some(above)) => here = above,
                (None, None) => break,
            }
        }
        Syntax::Text
    };
    let rule = |one: &Type| ServerRule { syntax: inherited(one), single: one.single, max_length: None };
    Told { rules: by_name.iter().map(|(name, one)| (name.clone(), rule(one))).collect() }
}

fn of_type(text: &str) -> Option<Type> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    let spaced = inner.replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace();
    let identifier = words.next()?;
    let mut one = Type { names: vec![identifier.to_owned()], ..Type::default() };
    let (mut equality, mut syntax) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "NAME" => {
                let first = words.next()?;
                let names: Vec<&str> =
                    if first == "(" { words.by_ref().take_while(|word| *word != ")").collect() } else { vec![first] };
                one.names.extend(names.iter().map(|name| name.trim_matches('\'').to_owned()));
            }
            // a description is quoted, and may hold any word
            "DESC" => {
                let mut open = words.next()?.to_owned();
                while open.matches('\'').count() < 2 {
                    open.push_str(words.next()?);
                }
            }
            "SUP" => one.above = words.next().map(str::to_owned),
            "EQUALITY" => equality = words.next().and_then(by_equality),
            "SYNTAX" => syntax = words.next().and_then(by_syntax),
            "SINGLE-VALUE" => one.single = true,
            _ => {}
        }
    }
    one.syntax = equality.or(syntax);
    Some(one)
}

/// Matching rules of RFC 4517 section 4.2, and those of RFC 4530 and OpenLDAP that are written likewise.
fn by_equality(rule: &str) -> Option<Syntax> {
    Some(match rule.to_ascii_lowercase().as_str() {
        "integermatch" => Syntax::Integer,
        "booleanmatch" => Syntax::Boolean,
        "telephonenumbermatch" => Syntax::Telephone,
        "numericstringmatch" => Syntax::Numeric,
        "distinguishednamematch" => Syntax::Dn,
        "generalizedtimematch" => Syntax::Time,
        rule if rule.starts_with("caseexact") => Syntax::CaseExact,
        rule if rule.starts_with("caseignore") => Syntax::Text,
        _ => return None,
    })
}

/// Syntaxes of RFC 4517 section 3.3. A length in braces is only what a server should allow at least.
fn by_syntax(text: &str) -> Option<Syntax> {
    let identifier = text.split('{').next().unwrap_or_default();
    Some(match identifier.strip_prefix("1.3.6.1.4.1.1466.115.121.1.")? {
        "7" => Syntax::Boolean,
        "12" => Syntax::Dn,
        "24" => Syntax::Time,
        "27" => Syntax::Integer,
        "36" => Syntax::Numeric,
        "50" => Syntax::Telephone,
        _ => Syntax::Text,
    })
}

impl Told {
    /// Whether the server has an attribute; options such as `;lang-da` do not count.
    pub fn knows(&self, name: &AttributeName) -> bool {
        let plain = name.as_str().split(';').next().unwrap_or_default();
        self.rules.contains_key(&AttributeName::new(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_types_say_their_syntax_or_have_it_from_above() {
        let told = of_types(
            [
                "( 2.5.4.41 NAME 'name' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} )",
                "( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'the EQUALITY (integerMatch) of it' SUP name )",
                "( 2.5.4.20 NAME 'telephoneNumber' EQUALITY telephoneNumberMatch )",
                "( 1.2.3 NAME 'floor' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
                "( 1.2.4 NAME 'seeAlso' SUP distinguishedName )",
                "( 2.5.4.49 NAME 'distinguishedName' EQUALITY distinguishedNameMatch )",
                "( 1.2.5 NAME 'loop' SUP loop )",
                "nonsense",
            ]
            .into_iter(),
        );
        let rule = |name: &str| told.rules.get(&name.into()).map(|rule| (rule.syntax, rule.single));
        assert_eq!(rule("CommonName"), Some((Syntax::Text, false)));
        assert_eq!(rule("telephonenumber"), Some((Syntax::Telephone, false)));
        assert_eq!(rule("floor"), Some((Syntax::Integer, true)));
        assert_eq!(rule("seealso"), Some((Syntax::Dn, false)));
        assert_eq!(rule("loop"), Some((Syntax::Text, false)));
        assert!(told.knows(&"cn;lang-da".into()) && !told.knows(&"nonsense".into()));
    }
}
