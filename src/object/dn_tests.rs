//! Tests of distinguished names.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use proptest::prelude::*;

use super::{Dn, escape};

#[test]
fn ways_to_write_one_name_have_one_handle() {
    let handle = |text: &str| Dn::parse(text).unwrap().handle().clone();
    let one = handle(r"CN=Møller\, Åse,OU=A \+ B,DC=example,DC=test");
    assert_eq!(one, handle(r"cn=m\C3\B8ller\2c åse , ou = a \2B b,dc=EXAMPLE,dc=test"));
    assert_eq!(handle("CN=b+OU=a,DC=x"), handle("ou=A+cn=B,dc=X"));
    assert_eq!(handle("CN=#04024869,DC=x"), handle("CN=hi,DC=x"));
    assert_ne!(handle(r"CN=a\ ,DC=x"), handle("CN=a,DC=x"));
}

#[test]
fn names_lie_below_whole_components_only() {
    let dn = |text: &str| Dn::parse(text).unwrap();
    assert!(dn("CN=a,OU=Org,DC=x").below(&dn("ou=org,dc=x")));
    assert!(!dn("OU=Org,DC=x").below(&dn("OU=Org,DC=x")));
    assert!(!dn(r"CN=a\,OU=Org,DC=x").below(&dn("OU=Org,DC=x")));
    assert!(!dn("OU=NotOrg,DC=x").below(&dn("OU=Org,DC=x")));
    assert!(!dn("DC=x").below(&dn("OU=Org,DC=x")));
}

#[test]
fn what_is_no_name_is_refused() {
    for text in
        ["", "a", "=a", "CN=", "CN=a,", "CN=a;OU=b", "CN=\"a\"", r"CN=a\", r"CN=\zz", r"CN=\ff", "CN=#zz", "C N=a"]
    {
        assert!(Dn::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_parts_of_a_name_can_be_had() {
    let dn = Dn::parse("CN=O\\\"Neil\\, Jr.,OU=x,DC=y").unwrap();
    assert_eq!(dn.name(), Some(("CN", "O\"Neil, Jr.")));
    assert_eq!(dn.rdn().unwrap(), "CN=O\\\"Neil\\, Jr.");
    assert_eq!(dn.parent().unwrap().to_string(), "OU=x,DC=y");
    assert!(Dn::parse("DC=y").unwrap().parent().is_none());
}

proptest! {
    #[test]
    fn what_is_written_reads_back(values in proptest::collection::vec("(?s).{1,12}", 1..5)) {
        let mut dn = Dn::parse("DC=x").unwrap();
        for value in &values {
            dn = dn.child("CN", value);
        }
        let read = Dn::parse(&dn.to_string()).unwrap();
        prop_assert!(read.same(&dn));
        prop_assert_eq!(read.name(), Some(("CN", values.last().unwrap().as_str())));
        prop_assert_eq!(read.to_string(), dn.to_string());
        // The canonical form is a name too, and its own canonical form.
        let canonical = Dn::parse(dn.handle().as_str()).unwrap();
        prop_assert!(canonical.handle().as_str().eq_ignore_ascii_case(dn.handle().as_str()));
    }

    #[test]
    fn reading_never_panics(text in "(?s).{0,40}") {
        let _ = Dn::parse(&text);
        let _ = Dn::parse(&format!("CN={text},DC=x"));
    }

    #[test]
    fn an_escaped_value_stays_within_its_component(value in "(?s).{1,20}") {
        let parent = Dn::parse("OU=Org,DC=x").unwrap();
        let dn = Dn::parse(&format!("CN={},OU=Org,DC=x", escape(&value))).unwrap();
        prop_assert!(dn.below(&parent));
        prop_assert!(dn.parent().unwrap().same(&parent));
    }
}
