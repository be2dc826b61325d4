//! What values a custom attribute takes: as the configuration declares it, or the header of a file. Checks a fact's
//! custom attributes, and gives each value its one canonical form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::custom::Custom;
use super::custom_bounds::Pattern;
use super::kind::FactKind;
use super::time::Day;

/// The type of one custom attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomType {
    #[serde(rename = "type")]
    pub form: CustomForm,
    /// Several values, as a list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub many: bool,
    /// The only texts that there are; none listed is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What the whole of a text matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub pattern: Option<Pattern>,
    /// The most characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The least number, or the first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// The greatest number, or the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
    /// A thing without it is a finding of the rule `custom-required`, and refused by nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The source that states it. The configuration's own affair: no header has it.
    #[serde(default, skip_serializing)]
    pub source: Option<String>,
}

/// The form of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomForm {
    Text,
    /// Whole numbers have no decimal point: 1.0 is 1.
    Number,
    /// YYYY-MM-DD.
    Day,
    Bool,
    /// The id of a class.
    Class,
}

/// The custom attributes of one kind, by name.
pub type CustomNames = BTreeMap<String, CustomType>;

/// The custom attributes of each kind that declares any. A kind that declares none takes any plain value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomTypes(pub BTreeMap<FactKind, CustomNames>);

/// What is wrong with one custom attribute of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomProblem {
    pub name: String,
    pub message: String,
}

impl CustomTypes {
    /// The kinds that have custom attributes.
    pub const KINDS: [FactKind; 4] = [FactKind::Unit, FactKind::Person, FactKind::Engagement, FactKind::Group];

    pub fn of(&self, kind: FactKind) -> Option<&CustomNames> {
        self.0.get(&kind)
    }

    /// Reads the declarations of a header: by kind and name, `{"type":…}` or the type alone.
    pub fn from_header(header: &BTreeMap<String, Value>) -> Result<Self, String> {
        let mut types = BTreeMap::new();
        for (kind, names) in header {
            let known: Option<FactKind> = kind.parse().ok().filter(|kind| Self::KINDS.contains(kind));
            let known = known.ok_or_else(|| format!("custom: {kind:?} is no kind with custom attributes"))?;
            let names = names.as_object().ok_or_else(|| format!("custom.{kind}: attributes by name are expected"))?;
            let declared = |(name, declared): (&String, &Value)| {
                let declared =
                    if declared.is_string() { serde_json::json!({ "type": declared }) } else { declared.clone() };
                let at = |problem: String| format!("custom.{kind}.{name}: {problem}");
                let declared: CustomType = serde_json::from_value(declared).map_err(|error| at(error.to_string()))?;
                match declared.flaws().into_iter().next() {
                    Some((field, problem)) => Err(at(format!("{field}: {problem}"))),
                    None if declared.source.is_some() => Err(at("source is said in the configuration alone".into())),
                    None => Ok((name.clone(), declared)),
                }
            };
            types.insert(known, names.iter().map(declared).collect::<Result<CustomNames, String>>()?);
        }
        Ok(Self(types))
    }

    /// The declarations for a header.
    pub fn to_header(&self) -> Result<BTreeMap<String, Value>, serde_json::Error> {
        self.0.iter().map(|(kind, names)| Ok((kind.to_string(), serde_json::to_value(names)?))).collect()
    }

    /// What a file's own declarations contradict here. Kinds that declare nothing here are as the file says.
    pub fn contradictions(&self, file: &Self) -> Vec<String> {
        let mut problems = Vec::new();
        for (kind, names) in &file.0 {
            let Some(known) = self.of(*kind) else { continue };
            for (name, declared) in names {
                match known.get(name) {
                    None => problems.push(format!("custom.{kind}.{name} is not declared in the configuration")),
                    Some(known) if (known.form, known.many) != (declared.form, declared.many) => {
                        problems.push(format!("custom.{kind}.{name} is declared otherwise in the configuration"));
                    }
                    Some(_) => {}
                }
            }
        }
        problems
    }

    /// These declarations, and for kinds without any those of a file.
    #[must_use]
    pub fn or(&self, file: Self) -> Self {
        Self(file.0.into_iter().chain(self.0.clone()).collect())
    }

    /// Gives each custom attribute its canonical value, and says what is wrong with the others.
    pub fn canonical(&self, kind: FactKind, custom: &mut Custom) -> Vec<CustomProblem> {
        let Some(names) = self.of(kind) else { return Vec::new() };
        let mut problems = Vec::new();
        for (name, value) in &mut *custom {
            let said = match names.get(name) {
                Some(declared) => declared.canonical(value).map_err(|message| format!("{name}: {message}")),
                None => Err(format!("there is no custom attribute {name:?} of a {kind}; {}", list(names))),
            };
            match said {
                Ok(canonical) => *value = canonical,
                Err(message) => problems.push(CustomProblem { name: name.clone(), message }),
            }
        }
        custom.retain(|_, value| !value.is_null());
        problems
    }
}

impl CustomType {
    /// The one form of a value: null for none, a list where there may be many.
    fn canonical(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::Null => Ok(Value::Null),
            Value::Array(_) if !self.many => Err("one value is expected, not a list".into()),
            Value::Array(values) if values.is_empty() => Ok(Value::Null),
            Value::Array(values) => values.iter().map(|value| self.one(value)).collect(),
            value if self.many => Ok(Value::Array(vec![self.one(value)?])),
            value => self.one(value),
        }
    }

    fn one(&self, value: &Value) -> Result<Value, String> {
        let value = self.formed(value)?;
        match self.out_of_bounds(&value) {
            None => Ok(value),
            Some(problem) => Err(problem),
        }
    }

    fn formed(&self, value: &Value) -> Result<Value, String> {
        match (self.form, value) {
            (CustomForm::Text, Value::String(_)) => Ok(value.clone()),
            (CustomForm::Number, Value::Number(number)) => Ok(Value::Number(whole(number))),
            (CustomForm::Day, Value::String(text)) => match text.parse::<Day>() {
                Ok(day) => Ok(Value::String(day.to_string())),
                Err(error) => Err(error.to_string()),
            },
            (CustomForm::Bool, Value::Bool(_)) | (CustomForm::Class, Value::String(_)) => Ok(value.clone()),
            (form, _) => Err(format!("{} is expected", form.noun())),
        }
    }
}

impl CustomForm {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Day => "a day, YYYY-MM-DD,",
            Self::Bool => "true or false",
            Self::Class => "the id of a class",
        }
    }
}

fn list(names: &CustomNames) -> String {
    let names: Vec<&str> = names.keys().map(String::as_str).collect();
    if names.is_empty() { "none is declared".into() } else { format!("declared are {}", names.join(", ")) }
}

/// A whole number without a fraction, so that equal numbers have equal bytes.
fn whole(number: &Number) -> Number {
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within 53 bits")]
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 9e15 => Number::from(value as i64),
        _ => number.clone(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn each_form_as_a_table() {
        let table = [
            (r#""text""#, r#""a""#, Ok(r#""a""#)),
            (r#""text""#, "1", Err("a text is expected")),
            (r#""number""#, "1.0", Ok("1")),
            (r#""number""#, "-1.50", Ok("-1.5")),
            (r#""number""#, r#""1""#, Err("a number is expected")),
            (r#""day""#, r#""2026-02-28""#, Ok(r#""2026-02-28""#)),
            (r#""day""#, r#""2026-02-30""#, Err("is not a day")),
            (r#""bool""#, "true", Ok("true")),
            (r#""bool""#, r#""yes""#, Err("true or false is expected")),
            (r#""class""#, r#""c1""#, Ok(r#""c1""#)),
            (r#""text""#, r#"["a"]"#, Err("not a list")),
            (r#"{"type":"text","many":true}"#, r#""a""#, Ok(r#"["a"]"#)),
            (r#"{"type":"text","many":true}"#, "[]", Ok("null")),
            (r#"{"type":"number","many":true}"#, r#"[1,"2"]"#, Err("a number is expected")),
            (r#"{"type":"text","values":["a","b"]}"#, r#""c""#, Err("none of a, b")),
            (r#"{"type":"text","pattern":"[0-9]{4}"}"#, r#""1234""#, Ok(r#""1234""#)),
            (r#"{"type":"text","pattern":"[0-9]{4}"}"#, r#""12345""#, Err("\"12345\" does not match [0-9]{4}")),
            (r#"{"type":"text","pattern":"a|ab"}"#, r#""ab""#, Ok(r#""ab""#)),
            (r#"{"type":"text","pattern":"^[0-9]{4}$"}"#, r#""1234\n""#, Err("does not match")),
            (r#"{"type":"text","pattern":"[a-z]+","many":true}"#, r#"["a","B"]"#, Err("\"B\" does not match")),
            (r#"{"type":"text","max_length":3}"#, r#""æøå""#, Ok(r#""æøå""#)),
            (r#"{"type":"text","max_length":3}"#, r#""abcd""#, Err("\"abcd\" has 4 characters, at most 3 are allowed")),
            (r#"{"type":"number","min":1,"max":2.5}"#, "2.5", Ok("2.5")),
            (r#"{"type":"number","min":1}"#, "0", Err("0 is less than 1")),
            (r#"{"type":"number","max":2.5}"#, "3", Err("3 is more than 2.5")),
            (r#"{"type":"day","min":"2020-01-01"}"#, r#""2019-12-31""#, Err("2019-12-31 is before 2020-01-01")),
            (r#"{"type":"day","max":"2020-01-01"}"#, r#""2020-01-02""#, Err("2020-01-02 is after 2020-01-01")),
            (r#"{"type":"day","max":"2020-01-01"}"#, r#""2020-01-01""#, Ok(r#""2020-01-01""#)),
        ];
        for (declared, value, expected) in table {
            let header = serde_json::from_str(&format!(r#"{{"person":{{"x":{declared}}}}}"#)).unwrap();
            let types = CustomTypes::from_header(&header).unwrap();
            let mut custom: Custom = serde_json::from_str(&format!(r#"{{"x":{value}}}"#)).unwrap();
            let problems = types.canonical(FactKind::Person, &mut custom);
            match expected {
                Ok(expected) => {
                    assert_eq!(problems, [], "{declared} {value}");
                    assert_eq!(custom.get("x").map_or("null".into(), Value::to_string), expected);
                }
                Err(words) => assert!(problems[0].message.contains(words), "{declared} {value}: {problems:?}"),
            }
        }
    }
}
