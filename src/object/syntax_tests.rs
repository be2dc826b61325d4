//! Tests of how values are compared.

use proptest::prelude::*;

use super::*;

/// For each syntax: texts that are one value, and one that is another.
const TABLE: &[(Syntax, &[&str], &str)] = &[
    (Syntax::Text, &["Åse"], "åse"),
    (Syntax::Text, &["b"], " b"),
    (Syntax::CaseExact, &["Ab"], "ab"),
    (Syntax::Integer, &["7", "007", "+7", " 7 "], "70"),
    (Syntax::Integer, &["-0", "0"], "1"),
    (Syntax::Boolean, &["TRUE", "true", "True"], "FALSE"),
    (Syntax::Telephone, &["+45 12-34 56 78", "+4512345678", "+45\u{2010}12345678"], "+4512345679"),
    (Syntax::Telephone, &["12 34 x5", "1234X5"], "12345"),
    (Syntax::Numeric, &["12 34", "1234", " 12  34 "], "0012 34"),
    (
        Syntax::Dn,
        &[r"CN=M\2C A,OU=x", r"cn=m\, a, ou = X", r"CN=M\, A,OU=X", "cn=#0c044d2c2041,ou=x", "2.5.4.3=no,ou=x"],
        r"CN=M\, A,OU=y",
    ),
    (Syntax::Time, &["20260302080000Z", "20260302080000.0Z", "202603020900+0100", "2026030208Z"], "20260302080001Z"),
    (Syntax::FileTime, &["0", "9223372036854775807"], "1"),
    (Syntax::FileTime, &["116444736000000000", "19700101000000.0Z", "0116444736000000000"], "116444736000000001"),
    (Syntax::GroupType, &["8", "universal distribution", "Distribution universal"], "universal security"),
    (Syntax::GroupType, &["-2147483643", " -2147483643"], "-2147483646"),
    (Syntax::Octets, &["0aFF", "0A:ff", "0a ff"], "0aFE"),
];

#[test]
fn ways_to_write_one_value_are_no_difference() {
    for (syntax, same, other) in TABLE {
        let written = |text: &str| syntax.written(&Value::text(text));
        // an object identifier in the place of a name is not looked up
        for one in same.iter().filter(|text| !text.starts_with("2.5.4.3")) {
            assert_eq!(written(one), written(same[0]), "{syntax:?}: {one:?}");
            assert_ne!(written(one), written(other), "{syntax:?}: {one:?} and {other:?}");
        }
    }
}

#[test]
fn matching_is_the_directorys_own() {
    let same = |syntax: Syntax, one: &str, other: &str| {
        syntax.matching(&Value::text(one)) == syntax.matching(&Value::text(other))
    };
    assert!(same(Syntax::Text, "Anna.Berg@Example.test", "anna.berg@example.TEST"));
    assert!(same(Syntax::Text, " Anna   Berg ", "anna berg"));
    assert!(same(Syntax::Text, "\u{c5}se", "A\u{30a}se"), "composed and decomposed");
    assert!(!same(Syntax::Text, "Åse", "Ase"), "an accent is a letter of its own");
    assert!(!same(Syntax::CaseExact, "Anna", "anna"));
    assert!(same(Syntax::Integer, "007", "7"));
    assert!(!same(Syntax::Text, "007", "7"));
}

#[test]
fn what_a_syntax_cannot_hold_is_refused() {
    let refused = |syntax: Syntax, text: &str| syntax.typed(&Value::text(text)).is_err();
    assert!(refused(Syntax::Integer, "third") && refused(Syntax::Boolean, "yes") && refused(Syntax::Dn, "nobody"));
    assert!(
        refused(Syntax::Time, "2026-03-02") && refused(Syntax::FileTime, "soon") && refused(Syntax::FileTime, "-1")
    );
    assert!(refused(Syntax::Octets, "abc") && refused(Syntax::Numeric, "12a") && refused(Syntax::Numeric, " "));
    assert_eq!(Syntax::FileTime.typed(&Value::text("16010101000001Z")), Ok(Value::Int(10_000_000)));
}

/// Texts that are near to one value of some syntax.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[0-9 +-]{1,12}",
        "[ tTrRuUeEfFaAlLsS]{1,6}",
        "cn=[a-zA-Z ,\\\\]{1,5}(,ou=[a-z#]{1,3})?",
        "20[0-9]{8}([0-9]{2}){0,2}([.,][0-9]{1,3})?(Z|[+-]0[0-9]00)",
        "([0-9a-fA-F]{2}[: -]?){1,4}",
    ]
}

proptest! {
    /// Comparing is by a normal form: it is reflexive, symmetric and transitive, if the form of a form is itself.
    #[test]
    fn a_normal_form_is_normal(text in texts()) {
        for syntax in Syntax::ALL {
            let value = Value::Text(text.clone());
            let (written, matching) = (syntax.written(&value), syntax.matching(&value));
            if !matches!(syntax, Syntax::Time) {
                prop_assert_eq!(syntax.written(&written), written.clone(), "{:?}", syntax);
            }
            prop_assert_eq!(syntax.matching(&matching), matching.clone(), "{:?}", syntax);
        }
    }

    /// What there is nothing to write for, the directory takes for equal.
    #[test]
    fn the_same_text_is_a_match(one in texts(), other in texts()) {
        for syntax in Syntax::ALL {
            let (one, other) = (Value::Text(one.clone()), Value::Text(other.clone()));
            if syntax.written(&one) == syntax.written(&other) {
                prop_assert_eq!(syntax.matching(&one), syntax.matching(&other), "{:?}", syntax);
            }
        }
    }

    /// The typed value is the same value.
    #[test]
    fn typing_changes_nothing(text in texts()) {
        for syntax in Syntax::ALL {
            let value = Value::Text(text.clone());
            if let Ok(typed) = syntax.typed(&value) {
                prop_assert_eq!(syntax.written(&typed), syntax.written(&value), "{:?}", syntax);
            }
        }
    }
}
