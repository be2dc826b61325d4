//! National ids for people who do not exist.
//!
//! A Danish CPR number has ten digits, DDMMYYNNNN, and its first six are the date of birth. These numbers have 80
//! added to the month, so the field reads 81 to 92: no such month exists, therefore no such number was or will be
//! issued to anybody. The administrative replacement numbers in use add 60 to the *day* (61 to 91) and leave the month
//! alone, so the range does not touch those either. The seventh digit follows the rule for the century (0 to 3: born
//! 1900 to 1999; 4 to 9 with a year up to 36: born 2000 to 2036), so that the numbers keep the usual look.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::random::Random;

/// What is added to the month.
const MONTH_OFFSET: i8 = 80;

/// A number for someone born on `birth` that is not in `taken`; it is entered there.
pub fn issue(birth: Date, random: &mut Random, taken: &mut BTreeSet<String>) -> String {
    let (first, size) = if birth.year() < 2000 { (0, 4000) } else { (4000, 6000) };
    let mut serial = random.below(size);
    loop {
        let month = birth.month() + MONTH_OFFSET;
        let number = format!("{:02}{month:02}{:02}{:04}", birth.day(), birth.year() % 100, first + serial);
        if taken.insert(number.clone()) {
            return number;
        }
        serial = (serial + 1) % size;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_month_is_no_month() {
        let number = issue(date(1984, 3, 7), &mut Random::labelled(1, "x"), &mut BTreeSet::new());
        assert!(number.starts_with("078384"), "{number}");
        assert_eq!(number.len(), 10);
    }

    #[test]
    fn no_number_is_given_twice() {
        let mut taken = BTreeSet::new();
        for _ in 0..500 {
            issue(date(2001, 12, 31), &mut Random::labelled(1, "the same stream"), &mut taken);
        }
        assert_eq!(taken.len(), 500);
    }
}
