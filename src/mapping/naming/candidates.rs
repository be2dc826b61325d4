//! The names that a pattern gives: cut to their length, with a counter where one is asked for, and free of what a name
//! of their kind cannot hold. Knows nothing of who has which name.

use super::choice::Taker;
use super::forms::local;
use super::rules::{NameRule, NamingRules, Pattern};
use crate::expr::{Context, fold, taken_forms};
use crate::object::NameKind;

/// A pattern beside what it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Candidates<'a> {
    pub what: NameKind,
    pub rules: &'a NamingRules,
    pub rule: &'a NameRule,
    pub pattern: &'a Pattern,
    /// What patterns see beside the counter.
    pub context: &'a Context,
}

/// What a pattern gives.
pub(super) enum Candidate {
    Name(String),
    /// It says nothing of this person.
    Nothing,
    /// A counter has no room in it.
    NoRoom,
    /// A name that cannot be, and why.
    Unfit(String, Taker),
}

impl Candidates<'_> {
    /// The name without a counter, or with the counter `count`.
    pub fn name(&self, count: Option<u32>) -> Result<Candidate, String> {
        let counter = count.map(|count| format!("{count:0width$}", width = self.rule.counter_digits));
        let counter = counter.unwrap_or_default();
        let context = self.context.clone().with("counter", counter.as_str());
        let said = self.pattern.value.evaluate(&context).map_err(|error| format!("the {}: {error}", self.what))?;
        let Some(text) = said.into_text() else { return Ok(Candidate::Nothing) };
        let (text, domain) = match (self.what, text.rsplit_once('@')) {
            (NameKind::Mail | NameKind::Upn, Some((text, domain))) => (text.to_owned(), Some(domain.to_owned())),
            _ => (text, self.rule.domain.clone()),
        };
        let appended = if self.pattern.counts { "" } else { counter.as_str() };
        let room = self.rule.max_length.saturating_sub(appended.len());
        if count.is_some() && (room == 0 || (self.pattern.counts && text.chars().count() > room)) {
            return Ok(Candidate::NoRoom);
        }
        let stem: String = text.trim().chars().take(room).collect();
        let local = stem.trim_end_matches(self.loose()).to_owned() + appended;
        let name = match domain {
            Some(domain) => format!("{local}@{domain}"),
            None => local.clone(),
        };
        Ok(match self.flaw(&local) {
            Some(flaw) => Candidate::Unfit(name, flaw),
            None => Candidate::Name(name),
        })
    }

    /// Whether a pattern gives this name to the person, with whatever counter.
    pub fn gives(&self, name: &str, last: bool) -> bool {
        let is = |count| matches!(self.name(count), Ok(Candidate::Name(given)) if given == name);
        is(None) || ((last || self.pattern.counts) && counters(local(name)).into_iter().any(|count| is(Some(count))))
    }

    /// What a name does not end in when it is cut.
    fn loose(&self) -> &'static [char] {
        if self.what == NameKind::Cn { &[' '] } else { &[' ', '.', '-', '_'] }
    }

    fn flaw(&self, local: &str) -> Option<Taker> {
        if let Some(unfit) = unfit(self.what, local) {
            return Some(unfit);
        }
        if self.what != NameKind::Cn && taken_forms(local).iter().any(|form| self.rules.forbidden.contains(form)) {
            return Some(Taker::Forbidden);
        }
        let folded = fold(local);
        self.rules.forbidden_parts.iter().find(|part| folded.contains(part.as_str())).cloned().map(Taker::Part)
    }
}

/// The numbers in a name that may be counters.
pub(super) fn counters(name: &str) -> Vec<u32> {
    let runs = name.split(|c: char| !c.is_ascii_digit());
    runs.filter_map(|run| run.parse().ok()).filter(|count| *count > 1).collect()
}

/// Why a name cannot be one of its kind.
fn unfit(what: NameKind, local: &str) -> Option<Taker> {
    if local.is_empty() {
        return Some(Taker::Empty);
    }
    let wrong = local.chars().find(|c| !may_hold(what, *c));
    if let Some(wrong) = wrong {
        return Some(Taker::Character(what, wrong));
    }
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    (dots && what != NameKind::Cn).then_some(Taker::Dots)
}

/// Logins: what sAMAccountName takes (\[MS-SAMR\] section 3.1.1.6), without blanks and `@`. Addresses: a dot-atom (RFC
/// 5322 section 3.2.3) without what shells and web forms trip over. Principal names: what Microsoft Entra takes of it.
fn may_hold(what: NameKind, c: char) -> bool {
    match what {
        NameKind::Login => !c.is_control() && !c.is_whitespace() && !"\"/\\[]:;|=,+*?<>@".contains(c),
        NameKind::Mail => c.is_ascii_alphanumeric() || "!#$&'*+-/=?^_{}~.".contains(c),
        NameKind::Upn => c.is_ascii_alphanumeric() || "'.-_!#^~".contains(c),
        NameKind::Cn => !c.is_control(),
    }
}
