//! How long the certificates and tokens of a target are valid still: one that expires at night ends every run from then
//! on.

use crate::clock::Clock;
use crate::net::Expiry;
use crate::org::Zone;
use crate::report::CheckFinding;
use crate::target::Target;

/// From so many days on somebody is warned.
const WARNED_DAYS: i64 = 30;
const DAY: i64 = 86_400_000_000;

/// A line of the preflight for each.
pub(super) async fn findings((clock, zone): (&dyn Clock, &Zone), port: &dyn Target) -> Vec<CheckFinding> {
    let now = clock.now().micros();
    let days = |one: &Expiry| one.until.micros().saturating_sub(now).div_euclid(DAY);
    port.expiries().await.into_iter().map(|one| finding(&one, days(&one), zone)).collect()
}

fn finding(one: &Expiry, days: i64, zone: &Zone) -> CheckFinding {
    let Expiry { what, renewal, .. } = one;
    let until = one.until.local(zone);
    if days >= WARNED_DAYS {
        let text = format!("{what} is valid for {days} days more, until {until}");
        return CheckFinding { ok: true, text, ..CheckFinding::default() };
    }
    let text = match days {
        ..0 => format!("{what} has expired ({until})"),
        _ => format!("{what} expires in {days} days ({until})"),
    };
    CheckFinding {
        ok: days >= 0,
        warning: days >= 0,
        text,
        hint: Some((*renewal).to_owned()),
        breaks: Some("from then on every connection is refused, and nothing is read or written".into()),
        command: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::Instant;

    #[test]
    fn somebody_is_warned_a_month_before() {
        let one = Expiry::of_certificate("the certificate of dc1".into(), Instant::from_micros(0));
        let kind = |days| {
            let found = finding(&one, days, &Zone::UTC);
            (found.ok, found.warning, found.breaks.is_some())
        };
        assert_eq!(kind(30), (true, false, false));
        assert_eq!(kind(29), (true, true, true));
        assert_eq!(kind(-1), (false, false, true));
    }
}
