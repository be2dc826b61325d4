//! Every word of the reports, in both languages side by side. Nothing else in the reports is words.
//!
//! A word has a key that stands in JSON, whatever the language. In sentences `{0}`, `{1}` are the places of what is put
//! in; both languages have the same ones. What the engine says of a step, a hold or a finding stands in tables of its own;
//! here it only gets its other language.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::clauses::{clause_in_danish, covered_in_danish, remark_in_danish};
use super::language::Language;
use crate::object::{Clause, Covered};
use crate::org::quality::Remark;
use crate::org::sentence::Sentence;

macro_rules! phrases {
    (words { $($word:ident $key:literal: $word_en:literal / $word_da:literal;)* }
     sentences { $($sentence:ident: $en:literal / $da:literal;)* }) => {
        /// One row of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Phrase { $($word,)* $($sentence,)* Clause(Clause), Covered(Covered), Remark(Remark) }

        impl Phrase {
            /// Those of this table.
            const OWN: &[Self] = &[$(Self::$word,)* $(Self::$sentence,)*];

            /// Its name in JSON and where findings are kept.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$word => $key,)*
                    $(Self::$sentence => stringify!($sentence),)*
                    Self::Clause(clause) => clause.key(),
                    Self::Covered(covered) => covered.key(),
                    Self::Remark(remark) => remark.key(),
                }
            }

            /// Whether it is a word that programs know by its key.
            pub(super) fn is_word(self) -> bool {
                matches!(self, $(Self::$word)|*)
            }

            pub(super) fn in_language(self, language: Language) -> &'static str {
                let (en, da) = match self {
                    $(Self::$word => ($word_en, $word_da),)*
                    $(Self::$sentence => ($en, $da),)*
                    Self::Clause(clause) => (clause.pattern(), clause_in_danish(clause)),
                    Self::Covered(covered) => (covered.pattern(), covered_in_danish(covered)),
                    Self::Remark(remark) => (remark.pattern(), remark_in_danish(remark)),
                };
                match language {
                    Language::En => en,
                    Language::Da => da,
                }
            }
        }
    };
}

phrases! {
words {
    // states
    New "new": "new" / "ny";
    Known "known": "known" / "kendt";
    Resolved "resolved": "resolved" / "løst";
    // columns
    Target "target": "target" / "målsystem";
    Part "part": "part" / "del";
    State "state": "state" / "tilstand";
    Since "since": "since" / "siden";
    Name "name": "name" / "navn";
    Key "key": "key" / "nøgle";
    Kind "kind": "kind" / "art";
    Op "op": "operation" / "handling";
    Changes "changes": "changes" / "ændringer";
    Reason "reason": "reason" / "begrundelse";
    Object "object": "object" / "objekt";
    Stamp "stamp": "stamp" / "mærke";
    Code "code": "held because of" / "holdt tilbage på grund af";
    Scope "scope": "what" / "hvad";
    Why "why": "why" / "hvorfor";
    Hint "hint": "hint" / "råd";
    Message "message": "message" / "meddelelse";
    Day "day": "day" / "dag";
    Rung "rung": "rung" / "trin";
    Now "now": "now" / "nu";
    Meaning "meaning": "which means" / "det betyder";
    Because "because": "because" / "fordi";
    Targets "targets": "targets" / "målsystemer";
    Person "person": "person" / "person";
    Attribute "attribute": "attribute" / "attribut";
    Wanted "wanted": "wanted" / "ønsket";
    Shown "shown": "shown" / "vist";
    Policy "policy": "policy" / "fremgangsmåde";
    Fate "fate": "what becomes of it" / "hvad der sker";
    FirstSeen "first_seen": "first seen" / "først set";
    LastSeen "last_seen": "last seen" / "sidst set";
    Severity "severity": "severity" / "alvor";
    Rule "rule": "rule" / "regel";
    RuleId "rule_id": "rule id" / "regel-id";
    Detail "detail": "detail" / "detalje";
    Thing "thing": "id in the roster" / "id i registret";
    Run "run": "run" / "kørsel";
    Verb "verb": "verb" / "kommando";
    Outcome "outcome": "outcome" / "udfald";
    By "by": "by" / "af";
    Started "started": "started" / "startet";
    Ended "ended": "ended" / "afsluttet";
    Done "done": "done" / "udført";
    Failed "failed": "failed" / "fejlet";
    HeldCount "held": "held" / "holdt tilbage";
    NotBegun "not-begun": "not begun" / "ikke påbegyndt";
    Class "class": "kind of failure" / "fejltype";
    Digest "digest": "digest" / "kontrolsum";
    Proposed "proposed": "proposed" / "foreslået";
    Steps "steps": "steps" / "trin";
    Breaches "breaches": "limits breached" / "overskredne grænser";
    Limits "limits": "limits" / "grænser";
    Approvals "approvals": "approvals" / "godkendelser";
    Approve "approve": "to approve it" / "godkendes med";
    Apply "apply": "to apply it" / "udføres med";
    Ends "ends": "disables or deletes" / "deaktiverer eller sletter";
    Account "account": "account" / "konto";
    Unit "unit": "unit" / "enhed";
    Manager "manager": "manager" / "leder";
    LastDay "last_day": "last day" / "sidste dag";
    Group "group": "group" / "gruppe";
    Groups "groups": "groups" / "grupper";
    Through "through": "through" / "gennem";
    Path "path": "lies in" / "ligger i";
    People "people": "people in it" / "personer i enheden";
    Above "above": "manager above" / "leder højere oppe";
    Times "times": "times" / "gange";
    Days "days": "days" / "dage";
    Next "next": "next try" / "næste forsøg";
    Handle "handle": "where it lies" / "hvor den ligger";
    Usable "usable": "can be used" / "kan bruges";
    // what the engine itself understands of an object; name, manager and stamp stand among the columns
    Enabled "enabled": "enabled" / "aktiv";
    Parent "parent": "parent" / "placering";
    Password "password": "password" / "adgangskode";
    True "true": "true" / "ja";
    False "false": "false" / "nej";
    Members "members": "members" / "medlemmer";
    // operations
    Create "create": "create" / "opret";
    Update "update": "update" / "ret";
    Rename "rename": "rename" / "omdøb";
    Move "move": "move" / "flyt";
    Enable "enable": "enable" / "aktivér";
    Disable "disable": "disable" / "deaktivér";
    Delete "delete": "delete" / "slet";
    Restore "restore": "restore" / "gendan";
    AddMembers "add-members": "add members" / "tilføj medlemmer";
    RemoveMembers "remove-members": "remove members" / "fjern medlemmer";
    SetPassword "set-password": "set the password" / "sæt adgangskode";
    Link "link": "link" / "tilknyt";
    Unlink "unlink": "unlink" / "løsn tilknytning";
    // kinds of objects and facts; the unit and the group stand among the columns
    User "user": "user" / "bruger";
    ContactKind "contact": "contact" / "kontakt";
    ClassKind "class-kind": "class" / "klasse";
    Position "position": "position" / "stilling";
    Engagement "engagement": "engagement" / "ansættelse";
    Association "association": "association" / "tilknytning";
    Leave "leave": "leave" / "orlov";
    Membership "membership": "membership" / "medlemskab";
    Relation "relation": "relation" / "relation";
    KeyKind "key-kind": "key of a source" / "nøgle fra en kilde";
    // why something is held
    Missing "missing": "not found" / "ikke fundet";
    Ambiguous "ambiguous": "ambiguous" / "tvetydig";
    Unread "unread": "not read" / "ikke læst";
    ValueHold "value": "value" / "værdi";
    NameTaken "name-taken": "name taken" / "navnet er optaget";
    Naming "naming": "naming" / "navngivning";
    Protected "protected": "protected" / "beskyttet";
    Quality "quality": "quality of the roster" / "registrets kvalitet";
    Lifecycle "lifecycle": "lifecycle" / "livsforløb";
    Waits "waits": "waits for another" / "venter på en anden";
    FixedMember "fixed-member": "fixed member" / "fast medlem";
    DriftHold "drift": "changed by somebody else" / "ændret af andre";
    ChangedSince "changed-since": "changed since" / "ændret siden";
    Irreversible "irreversible": "cannot be undone" / "kan ikke fortrydes";
    Failing "failing": "failing" / "fejler";
    Frozen "frozen": "frozen" / "frosset";
    CannotConverge "cannot-converge": "cannot converge" / "kan ikke bringes på plads";
    // rungs
    Awaited "awaited": "awaited" / "ventet";
    Prepared "prepared": "prepared" / "klargjort";
    Active "active": "active" / "aktiv";
    OnLeave "on-leave": "on leave" / "på orlov";
    Kept "kept": "kept" / "beholdt";
    Disabled "disabled": "disabled" / "deaktiveret";
    Stripped "stripped": "stripped" / "uden grupper";
    Hidden "hidden": "hidden" / "skjult";
    Moved "moved": "moved" / "flyttet";
    Deleted "deleted": "deleted" / "slettet";
    OutOfScope "out-of-scope": "out of scope" / "uden for regelsættet";
    // severities
    Block "block": "block" / "spærrer";
    Error "error": "error" / "fejl";
    Warning "warning": "warning" / "advarsel";
    Info "info": "info" / "oplysning";
    Off "off": "off" / "slået fra";
    // outcomes; done and failed stand among the columns
    Partly "partly": "partly done" / "delvist udført";
    Busy "busy": "somebody else was at it" / "optaget af en anden";
    NotEnded "not-ended": "not ended" / "ikke afsluttet";
    // what becomes of drift
    Revert "revert": "write back" / "skriv tilbage";
    Accept "accept": "take over" / "overtag";
    ReportOnly "report": "only tell" / "fortæl kun";
    // kinds of failures
    Transient "transient": "temporary" / "midlertidig";
    Conflict "conflict": "conflict" / "konflikt";
    Permanent "permanent": "permanent" / "varig";
    Forbidden "forbidden": "not allowed" / "ikke tilladt";
    Stale "stale": "changed meanwhile" / "ændret imens";
    Unknown "unknown": "no answer" / "intet svar";
    PolicyClass "policy-class": "the target's policy" / "målsystemets politik";
    // numbers of charts
    InStep "in_step": "in step" / "i overensstemmelse";
    Differing "differing": "differing" / "afvigende";
    MissingCount "missing_count": "missing in the target" / "mangler i målsystemet";
    Extra "extra": "to be taken away" / "skal væk";
    Unmanaged "unmanaged": "in the target only" / "kun i målsystemet";
    WithManager "with_manager": "with a manager of their own" / "med egen leder";
    Inherited "inherited": "with a manager above only" / "kun med leder højere oppe";
    WithoutManager "without_manager": "without any manager" / "helt uden leder";
    Yes "yes": "yes" / "ja";
    No "no": "no" / "nej";
}
sentences {
    // months
    January: "January" / "januar";
    February: "February" / "februar";
    March: "March" / "marts";
    April: "April" / "april";
    May: "May" / "maj";
    June: "June" / "juni";
    July: "July" / "juli";
    August: "August" / "august";
    September: "September" / "september";
    October: "October" / "oktober";
    November: "November" / "november";
    December: "December" / "december";
    // around every report
    MadeAt: "Made at {0}." / "Lavet {0}.";
    SubjectFirst: "{0} findings" / "{0} fund";
    SubjectNews: "{0} new, {1} known, {2} resolved" / "{0} nye, {1} kendte, {2} løste";
    Beside: "Since {3}: {0} new, {1} known, {2} resolved." / "Siden {3}: {0} nye, {1} kendte, {2} løste.";
    NotToldBefore: "This was not told before: what is new since then cannot be said." / "Rapporten er ikke sendt før: hvad der er nyt siden da, kan ikke siges.";
    Footer: "Made by rosterd. This page loads nothing from anywhere." / "Lavet af rosterd. Siden henter intet nogen steder fra.";
    AndMore: "… and {0} more, in the CSV and XLSX forms of this report." / "… og {0} mere, i rapportens CSV- og XLSX-udgave.";
    AndOthers: "and {0} more" / "og {0} mere";
    TooLargeForMail: "Too large for a mail, and left out:" / "For stort til en mail og udeladt:";
    SinceWhen: "since {0}" / "siden {0}";
    ResolvedWhen: "since {0}, resolved {1}" / "siden {0}, løst {1}";
    Changed: "{0}: {1} → {2}" / "{0}: {1} → {2}";
    SetTo: "{0}: {1}" / "{0}: {1}";
    None: "(none)" / "(ingen)";
    Generated: "(generated)" / "(dannet automatisk)";
    WhatComesBack: "(what comes back)" / "(det der kommer tilbage)";
    TroubleTitle: "Nothing can be said of" / "Intet kan siges om";
    LastRead: "Last read: {0}." / "Sidst læst: {0}.";
    LastReadInPart: "Last read whole: {0}." / "Sidst læst i sin helhed: {0}.";
    NeverRead: "It was never read: nothing can be said of it yet." / "Det er aldrig læst: endnu kan intet siges om det.";
    // reconciliation
    ReconciliationTitle: "Reconciliation of {0}, {1}" / "Afstemning af {0}, {1}";
    Summary: "In numbers" / "I tal";
    MissingTitle: "Missing in the target" / "Mangler i målsystemet";
    ExtraTitle: "To be taken away" / "Skal væk";
    DifferingTitle: "Differing" / "Afvigende";
    UnmanagedTitle: "In the target only, left alone" / "Kun i målsystemet, bliver ladt i fred";
    AmbiguousTitle: "Ambiguous" / "Tvetydige";
    FailingTitle: "Failing" / "Fejler";
    CannotConvergeTitle: "Cannot converge" / "Kan ikke bringes på plads";
    HeldTitle: "Held, with the reason" / "Holdt tilbage, med begrundelse";
    NotReadTitle: "Not read" / "Ikke læst";
    ReadWhole: "The target was read completely." / "Målsystemet blev læst fuldstændigt.";
    ReadChanges: "The target was read completely, by what changed since everything was read at {0}." / "Målsystemet blev læst fuldstændigt, ud fra det der er ændret siden alt blev læst {0}.";
    ReadEverything: "The target was read completely, as a whole: {0}." / "Målsystemet blev læst fuldstændigt, i sin helhed: {0}.";
    ReadLinked: "The target lists nothing: what is linked was read." / "Målsystemet opregner intet: det tilknyttede blev læst.";
    ReadButGaps: "Not everything could be read. What cannot be read is left as it is." / "Ikke alt kunne læses. Hvad der ikke kan læses, bliver ladt som det er.";
    ReadInPart: "The target was read in part. Nothing is concluded from what was not seen." / "Målsystemet blev kun læst delvist. Der sluttes intet af det, der ikke blev set.";
    LastRun: "Last run: {0} by {1}, started {2}: {3}." / "Sidste kørsel: {0} af {1}, startet {2}: {3}.";
    NoRun: "No run yet." / "Endnu ingen kørsel.";
    BearsStamp: "bears the stamp of {0}" / "bærer mærket fra {0}";
    // quality
    QualityTitle: "Quality of the roster of {0}, {1}" / "Registrets kvalitet hos {0}, {1}";
    Findings: "Findings" / "Fund";
    NothingFound: "Nothing was found." / "Intet blev fundet.";
    LookedFor: "Looked for, and not found: {0}." / "Undersøgt, uden fund: {0}.";
    NotLookedFor: "Not looked for: {0}." / "Ikke undersøgt: {0}.";
    DuplicateNationalId: "people who have the same national id" / "personer med samme personnummer";
    EngagementWithoutPerson: "jobs of people who are not there" / "ansættelser af personer, som ikke findes";
    EngagementWithoutUnit: "jobs in units that do not exist" / "ansættelser i enheder, som ikke findes";
    UnitBelowEnded: "units below a unit that has ended" / "enheder under en nedlagt enhed";
    EngagementOutsidePerson: "jobs to come on days on which the person is not there" / "kommende ansættelser på dage, hvor personen ikke findes";
    ManagerOutsideUnit: "managers to come on days on which the unit is not there" / "kommende ledere på dage, hvor enheden ikke findes";
    MembershipOfNobody: "members of groups that are not there" / "gruppemedlemmer, som ikke findes";
    OverlappingPrimary: "people with several jobs flagged primary" / "personer med flere primære ansættelser";
    ManagerWithoutUnit: "managers of units that do not exist" / "ledere af enheder, som ikke findes";
    ManagerNotEmployed: "managers who do not work here" / "ledere, som ikke er ansat her";
    UnitWithoutManager: "units that nobody manages, nor any above" / "enheder, som ingen leder, heller ikke højere oppe";
    PersonWithoutEngagement: "people who never had a job" / "personer, som aldrig har haft en ansættelse";
    ExternalExpired: "externals whose last job or sponsor is gone" / "eksterne, hvis sidste ansættelse eller ansvarlige er væk";
    CustomRequired: "what lacks a required custom attribute" / "mangler en påkrævet brugerdefineret attribut";
    MissingMail: "people with a job and without an e-mail address" / "ansatte uden e-mailadresse";
    AccountOfNobody: "accounts of people who are not there" / "konti for personer, som ikke findes";
    GroupWithoutMembers: "groups with neither members nor rule" / "grupper uden medlemmer og uden regel";
    SameNameInUnit: "people of one unit with the same name" / "personer med samme navn i samme enhed";
    // upcoming
    UpcomingTitle: "The next {0} days of {1}, from {2}" / "De næste {0} dage hos {1}, fra {2}";
    Turns: "Who comes and who leaves" / "Hvem kommer, og hvem går";
    NobodyComes: "Nobody comes, and nobody leaves." / "Ingen kommer, og ingen går.";
    MeansAwaited: "no account any more for the time being" / "indtil videre ingen konto mere";
    MeansPrepared: "the account is made, disabled" / "kontoen oprettes, deaktiveret";
    MeansActive: "the account can be used" / "kontoen kan bruges";
    MeansOnLeave: "on leave" / "på orlov";
    MeansKept: "the last day was the day before; the account is kept as it is" / "sidste dag var dagen før; kontoen beholdes som den er";
    MeansDisabled: "the account is disabled" / "kontoen deaktiveres";
    MeansStripped: "taken out of all groups" / "tages ud af alle grupper";
    MeansHidden: "hidden from address lists" / "skjules i adresselister";
    MeansMoved: "moved among the leavers" / "flyttes til de fratrådte";
    MeansDeleted: "the account is deleted" / "kontoen slettes";
    MeansOutOfScope: "no rule means the account any more" / "ingen regel omfatter kontoen mere";
    // drift
    DriftTitle: "What somebody else changed in the targets of {0}" / "Hvad andre har ændret i målsystemerne hos {0}";
    DriftPart: "Changed by somebody else" / "Ændret af andre";
    NoDrift: "Nothing that is known." / "Intet, der vides.";
    FateRevert: "written back by the next run" / "skrives tilbage ved næste kørsel";
    FateAccept: "taken over into the roster by the next run" / "overtages i registret ved næste kørsel";
    FateReport: "left as it is" / "bliver ladt som det er";
    // runs
    RunsTitle: "Runs against the targets of {0}, {1}" / "Kørsler mod målsystemerne hos {0}, {1}";
    RunsPart: "The last runs" / "De seneste kørsler";
    NoRuns: "There was no run yet." / "Der har endnu ikke været nogen kørsel.";
    FailuresPart: "Failed in the last run" / "Fejlede i den seneste kørsel";
    NoFailures: "Nothing failed." / "Intet fejlede.";
    // plans
    PlansTitle: "Plans that wait, {0}, {1}" / "Planer, der venter, {0}, {1}";
    PlansPart: "Waits for an approval" / "Venter på godkendelse";
    PendingPart: "Waits for the next run" / "Venter på næste kørsel";
    NoPlans: "No plan waits." / "Ingen plan venter.";
    PlanSteps: "Steps of the plan" / "Planens trin";
    BreachOf: "{0}: {1} of {2}, allowed {3}" / "{0}: {1} af {2}, tilladt {3}";
    NewRulesBreach: "new-rules: {0} of {1} steps take something away, and the configuration, the schema or rosterd is another than in the last run" / "new-rules: {0} af {1} trin fjerner noget, og konfigurationen, skemaet eller rosterd er en anden end ved sidste kørsel";
    HeldButForPart: "A limit is breached: of these steps a run takes those alone that were approved. {0}" / "En grænse er overskredet: af dette udfører en kørsel kun de trin, der er godkendt. {0}";
    HeldByLimit: "A limit is breached: no run takes any of these steps before the plan is approved. {0}" / "En grænse er overskredet: ingen kørsel udfører noget af dette, før planen er godkendt. {0}";
    ApprovalsOf: "{0} of {1}" / "{0} af {1}";
    OpCount: "{0} {1}" / "{0} {1}";
    // leavers
    LeaversTitle: "Leavers whose accounts can still be used, {0}, {1}" / "Fratrådte, hvis konti stadig kan bruges, {0}, {1}";
    LeaversPart: "Still enabled" / "Stadig aktive";
    NoLeavers: "No account of a leaver can be used." / "Ingen fratrådts konto kan bruges.";
    // accounts without people, people without accounts
    AccountsTitle: "Accounts without a person, {0}, {1}" / "Konti uden person, {0}, {1}";
    AccountsPart: "Nobody's account" / "Ingens konto";
    NoAccounts: "Every account is somebody's." / "Alle konti hører til nogen.";
    NotLinked: "linked to nothing in the roster" / "ikke tilknyttet noget i registret";
    PersonGone: "linked, but the roster no longer knows the person" / "tilknyttet, men registret kender ikke længere personen";
    PeopleTitle: "People without an account, {0}, {1}" / "Personer uden konto, {0}, {1}";
    PeoplePart: "Works here, and has no account" / "Er ansat her og har ingen konto";
    NoPeople: "Everybody who works here has an account." / "Alle, der er ansat her, har en konto.";
    // units
    UnitsTitle: "Units without a manager, {0}, {1}" / "Enheder uden leder, {0}, {1}";
    UnitsPart: "Without a manager of their own" / "Uden egen leder";
    NoUnits: "Every unit has a manager of its own." / "Alle enheder har deres egen leder.";
    PostNone: "no manager is recorded" / "ingen leder er registreret";
    PostVacant: "the post is vacant" / "posten er ubesat";
    PostLeft: "the manager does not work here any more" / "lederen er ikke længere ansat her";
    // access
    AccessByManagerTitle: "Who has access, by manager, {0}, {1}" / "Hvem har adgang, efter leder, {0}, {1}";
    AccessByGroupTitle: "Who has access, by group, {0}, {1}" / "Hvem har adgang, efter gruppe, {0}, {1}";
    AccessPart: "Accounts that can be used" / "Konti, der kan bruges";
    NoAccess: "No account that can be used was seen." / "Der blev ikke set nogen konto, der kan bruges.";
    MembersPart: "Members" / "Medlemmer";
    NoMembers: "No group with members was seen." / "Der blev ikke set nogen gruppe med medlemmer.";
    NoManager: "(no manager)" / "(ingen leder)";
    // quarantine
    QuarantineTitle: "Quarantine, {0}, {1}" / "Karantæne, {0}, {1}";
    QuarantineFailing: "Failing, tried again later" / "Fejler, prøves igen senere";
    QuarantineFrozen: "Frozen: done again and again, and back each time" / "Frosset: udført igen og igen, og tilbage hver gang";
    NothingFailing: "Nothing fails." / "Intet fejler.";
    NothingFrozen: "Nothing is frozen." / "Intet er frosset.";
}
}

impl Phrase {
    /// Every phrase: of this table, and of those of the engine.
    pub fn all() -> impl Iterator<Item = Self> {
        let clauses = Clause::ALL.iter().copied().map(Self::Clause);
        let covered = Covered::ALL.iter().copied().map(Self::Covered);
        let remarks = Remark::ALL.iter().copied().map(Self::Remark);
        Self::OWN.iter().copied().chain(clauses).chain(covered).chain(remarks)
    }

    pub(super) fn month(number: i8) -> Option<Self> {
        const MONTHS: [Phrase; 12] = [
            Phrase::January,
            Phrase::February,
            Phrase::March,
            Phrase::April,
            Phrase::May,
            Phrase::June,
            Phrase::July,
            Phrase::August,
            Phrase::September,
            Phrase::October,
            Phrase::November,
            Phrase::December,
        ];
        MONTHS.get(usize::try_from(number - 1).ok()?).copied()
    }
}

impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let found = Self::all().find(|one| one.key() == key);
        found.ok_or_else(|| serde::de::Error::custom(format!("{key:?} is no phrase of the reports")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn marks(words: &str) -> BTreeSet<&str> {
        words.split('{').skip(1).filter_map(|mark| mark.split('}').next()).collect()
    }

    #[test]
    fn both_languages_have_words_for_everything_with_the_same_marks() {
        for phrase in Phrase::all() {
            let [en, da] = Language::ALL.map(|language| phrase.in_language(language));
            assert!(!en.is_empty() && !da.is_empty(), "{phrase:?}");
            assert_eq!(marks(en), marks(da), "{phrase:?}");
        }
    }

    #[test]
    fn a_key_names_one_phrase() {
        let mut keys = BTreeSet::new();
        for phrase in Phrase::all() {
            assert!(keys.insert(phrase.key()), "{phrase:?}");
            let json = serde_json::to_string(&phrase).unwrap();
            assert_eq!(serde_json::from_str::<Phrase>(&json).unwrap(), phrase);
        }
    }
}
