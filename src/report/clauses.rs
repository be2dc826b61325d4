//! What the engine says in sentences of its own tables, told in the language of a report: each is known again by its
//! English words. What is no sentence of a table, such as the words of a server, stays as it is.

use super::language::Language;
use super::named::word;
use super::phrases::Phrase;
use super::said::{Said, Tongue};
use crate::object::{Clause, Covered};
use crate::org::quality::Remark;
use crate::org::sentence::{BETWEEN, Sentence};
use crate::org::{Instant, Zone};

/// A reason of a step or of a hold, of a gap or of a finding: sentences, of which some may be known.
pub(super) fn reason(text: &str) -> Said {
    let mut said: Vec<Said> =
        text.split(BETWEEN).map(|one| clause(one).unwrap_or_else(|| Said::english(one))).collect();
    match said.len() {
        1 => said.pop().unwrap_or_default(),
        _ if said.iter().all(|one| matches!(one, Said::English(_))) => Said::english(text),
        _ => Said::List(said),
    }
}

/// The same as verbs tell it: in English, with instants of the zone.
pub(super) fn told(text: &str, zone: &Zone) -> String {
    Tongue { language: Language::En, zone }.plain(&reason(text))
}

/// What of a target a read was about: one of these names alone, and a place in it is none.
pub(super) fn covered(text: &str) -> Said {
    let Some((covered, parts)) = Covered::read(text) else { return Said::text(text) };
    let part = |text: &str| if covered == Covered::NotOfProfile { self::covered(text) } else { Said::text(text) };
    Said::Phrase(Phrase::Covered(covered), parts.into_iter().map(part).collect())
}

fn clause(text: &str) -> Option<Said> {
    let clause = || Clause::read(text).map(|(clause, parts)| (Phrase::Clause(clause), parts));
    let remark = || Remark::read(text).map(|(remark, parts)| (Phrase::Remark(remark), parts));
    let (phrase, parts) = clause().or_else(remark)?;
    Some(Said::Phrase(phrase, parts.into_iter().enumerate().map(|(at, text)| part(phrase, at, text)).collect()))
}

/// What stands at a mark. A word of ours has its phrase, and what somebody wrote stays as it is; else a day or an instant
/// is told as the language tells it, and a sentence is one.
fn part(phrase: Phrase, at: usize, text: &str) -> Said {
    use Clause::{ByHand, FailedBefore, SuspendedBy, TakenThereBy, WaitsHeld, WaitsPutOff};
    match (phrase, at) {
        (Phrase::Clause(FailedBefore | WaitsHeld | WaitsPutOff), 0)
        | (Phrase::Clause(TakenThereBy), 1)
        | (Phrase::Remark(Remark::OfThing), 0) => word(text),
        (Phrase::Clause(ByHand), 0) | (Phrase::Clause(SuspendedBy), 0 | 2) => Said::text(text),
        _ => match (text.parse(), text.parse::<Instant>()) {
            (Ok(day), _) => Said::Day(day),
            (_, Ok(at)) => Said::Instant(at),
            _ => clause(text).unwrap_or_else(|| Said::text(text)),
        },
    }
}

pub(super) fn clause_in_danish(clause: Clause) -> &'static str {
    use Clause::*;
    match clause {
        IsHere => "er her",
        IsHereUntil => "er her, sidste dag {0}",
        IsOnLeave => "er på orlov",
        IsOnLeaveUntil => "er på orlov, sidste dag {0}",
        FirstDay => "første dag er {0}",
        BetweenJobs => "mellem to ansættelser: sidste dag var {0}, første dag er {1}",
        EngagementEnded => "den sidste ansættelse er ophørt, sidste dag {0}",
        RecordEnded => "personens registrering er ophørt, sidste dag {0}",
        HasNoEngagement => "har ingen ansættelse",
        NoEngagementBefore => "har ingen ansættelse mere før {0}",
        SourcesKnowNone => "kilderne kender ikke længere nogen ansættelse",
        NoCompleteImport => "har ingen ansættelse, men ingen fuldstændig indlæsning beviser, at den er væk",
        SuspendedBy => "suspenderet af {0} siden {1}: {2}",
        SuspendedSince => "suspenderet af {0} siden {1}",
        UnprovenUntilThen => "{0}, og intet beviser, at kontoen ikke må bruges indtil da",

        LeavesScope => "falder uden for, fordi `{0}` ikke er opfyldt",
        LeavesAccounts => "falder uden for [accounts.{0}], fordi `{1}` ikke er opfyldt",
        JobOver => "ansættelsen, som kontoen er til, er slut",
        GivesNoSuchAccount => "[accounts.{0}] giver ikke længere sådan en konto",
        NoSuchRule => "ingen [accounts.{0}] gælder her mere",
        NeedsSponsorLeft => "{0} kræver en ansvarlig, og {1} er ikke ansat her",
        NeedsSponsorNone => "{0} kræver en ansvarlig, og der er ingen",
        NeedsEnd => "{0} kræver en sidste dag, og der er ingen",
        Category => "kategorien {0}",
        ThisCategory => "denne kategori",

        NoNameGiven => "intet {0} blev givet",
        NoNameFree => "intet {0} er ledigt: {1}",
        PatternsSayNothing => "intet {0}: mønstrene siger intet om denne person",
        OrdinaryHasNoLogin => "intet {0} endnu: mønstrene ser på den almindelige konto, som ikke har noget login endnu",
        NamesNotRead => "intet {0} endnu: navnene i {1} blev ikke læst",
        NameGivenToOther => "{0} {1} blev givet til en anden",
        WasGivenTo => "{0} blev givet til {1}",
        LoginTaken => {
            "login {0} er optaget af objektet {1}, som ikke er tilknyttet: overtag objektet, eller giv et andet login"
        }
        IsTakenBy => "{0} er optaget af {1} i {2}",
        NobodyGets => "{0} er et navn, som ingen får",
        ContainsPart => "{0} indeholder {1}, og det gør intet navn",
        EmptyName => "navnet er tomt",
        HoldsNo => "{0} kan ikke bruges: {1} rummer ikke {2}",
        DotsApart => "{0} kan ikke bruges: et punktum står mellem andre tegn",
        NamesMore => "og {0} mere",
        TooLong => "{0} rummer højst {1} tegn, {2} blev givet",
        TooMany => "{0} rummer én værdi, {1} blev givet",
        HoldsNoCharacter => "{0} rummer ikke {1}, som er ét af {2} tegn, der blev givet",
        WrongType => "{0} rummer {1}, {2} blev givet",
        NeedsValue => "{0} kræver en værdi, ingen blev givet",

        UserMissing => "brugeren er ikke i målsystemet",
        UnitMissing => "enheden er ikke i målsystemet",
        GroupMissing => "gruppen er ikke i målsystemet",
        ContactMissing => "kontakten er ikke i målsystemet",
        UserDeleted => "brugeren er slettet i målsystemet",
        UnitDeleted => "enheden er slettet i målsystemet",
        GroupDeleted => "gruppen er slettet i målsystemet",
        ContactDeleted => "kontakten er slettet i målsystemet",
        ComesBack => "kommer tilbage, og kontoen blev slettet efter fratrædelsen",
        IsThereAgain => "det er der igen og bærer ikke vores mærke",
        GoneAlready => "det er allerede væk",
        LinkedDeleted => "det tilknyttede objekt blev ikke fundet: det er slettet",
        LinkedUnproven => "det tilknyttede objekt blev ikke fundet: intet beviser, at det er slettet",
        LinkedNotFound => "det tilknyttede objekt blev ikke fundet",
        NothingProvesDeleted => "intet beviser, at det er slettet",
        LinkedNotShown => "det tilknyttede objekt blev ikke vist på forespørgsel",
        LinkedNotSeen => "det tilknyttede objekt blev ikke set: målsystemet blev kun læst delvist",
        MayExist => "målsystemet blev kun læst delvist: det findes måske allerede",
        MayBeAnother => "målsystemet blev kun læst delvist, så der kan være et til",
        KindNotRead => "denne slags objekter læses ikke",

        Differs | Differ => "{0} afviger fra registret",
        LiesElsewhere => "ligger et andet sted i målsystemet",
        IsNamed => "hedder {0} i målsystemet",
        IsDisabled => "er ansat, og kontoen er deaktiveret",
        IsRestoredDisabled => "er ansat, og det gendannede er deaktiveret",
        OnlyEnabledShown => "er ansat, og målsystemet viser kun aktive",
        OneJoins => "et medlem mangler i målsystemets gruppe",
        ManyJoin => "{0} medlemmer mangler i målsystemets gruppe",
        OneLeft => "et medlem er fratrådt og er ikke i nogen gruppe mere",
        ManyLeft => "{0} medlemmer er fratrådt og er ikke i nogen gruppe mere",
        NoSuchMembership => "registret har ikke dette medlemskab i dag",
        MakesRoom => "gør plads et øjeblik: navnet {0} går til en anden, før det får sit eget",
        ManagerRenamed => "lederen får et andet navn, som målsystemet ikke selv skriver her",
        MemberRenamed => "et medlem får et andet navn, som målsystemet ikke selv skriver her",
        MembersRenamed => "{0} medlemmer får andre navne, som målsystemet ikke selv skriver her",
        DeletesSoStays => "målsystemet sletter dem, det deaktiverer, så kontoen bliver, som den er",
        DeletesWhomItDisables => "målsystemet sletter dem, det deaktiverer",

        TakesNoSuchValue => "{0}: målsystemet tager ikke sådan en værdi",
        KeepsValue => "{0}: målsystemet beholder {1}, som kan ændres, men ikke fjernes",
        ShowsAnother => "{0}: {1} blev skrevet, og målsystemet viser {2}",
        MembersNotWhole => "medlemmerne kunne ikke læses fuldt ud",
        MemberOutside => "ligger uden for det, der læses, og tages derfor ikke ud af gruppen: {0}",
        IsPrimaryGroup => "{0} er kontoens primære gruppe, så den kan ikke tages ud af den",
        GiveAnotherPrimary => {
            "giv kontoen en anden primær gruppe i målsystemet (primaryGroupID, 513 er Domain Users), så tager næste \
             kørsel den ud"
        }
        LeftUndone => "ikke udført: {0}",
        WithoutNotDone => "uden {0}, som ikke udføres",

        WaitsForUnit => "dens enhed er ikke i målsystemet",
        StaysUntilUnit => "dens enhed er ikke i målsystemet, så den bliver, hvor den ligger",
        LiesInItself => "enheden, som den skal ligge i, ligger i den selv",
        WaitsHeld => "{0} venter på {1}, som holdes tilbage",
        WaitsPutOff => "{0} venter på {1}, som er udsat",
        TakenThere => "{0} er optaget der af objektet {1}",
        TakenThereBy => "{0} er optaget der: {1} {2} har eller skal have navnet {3}",
        TakesTwoForOne => "målsystemet anser de to navne for ét",

        FailedBefore => "{0} mislykkedes {1} gange siden {2}, næste forsøg {3}: {4}: {5}",
        CameBack => "{0} blev skrevet i {1} kørsler og kom tilbage hver gang: {2} er ønsket, målsystemet viser {3}",
        FrozenUntilOther => "frosset, til en anden værdi ønskes, eller med `rosterd quarantine release`",
        PutInAgain => "{0} tages ud og blev sat ind igen efter hver af {1} kørsler",
        TakenOutAgain => "{0} sættes ind og blev taget ud igen efter hver af {1} kørsler",
        FrozenUntilReleased => "frosset indtil `rosterd quarantine release`",

        BearsOurStamp => "bærer mærket, som rosterd skrev ved oprettelsen",
        ManyBearStamp => "{0} objekter bærer dets mærke: {1}",
        OtherKindBearsStamp => "et objekt af en anden slags bærer dets mærke",
        StampNotOurs => "et objekt, der ikke regnes for vores, bærer dets mærke: {0}",
        BearsItsStamp => "et objekt bærer dets mærke",
        AdoptionRuleFails => "en regel for overtagelse fejler: {0}",
        OnlyOneWith => "det eneste, hvis {0} er det, registret siger: {1}",
        NamedByHand => "udpeget i hånden: {0}",
        ByHand => "i hånden: {0}",
        ManyHaveIts => "{0} objekter har dets {1}: {2}",
        SoughtByMany => "{0} er det, som {1} af vores leder efter: {2}",
        FindsProtected => {
            "dets {0} finder {1}, som målsystemet beskytter: ingen regel overtager det, kun en, der nævner begge"
        }
        FindsStamped => "dets {0} finder {1}, som bærer mærket {2}",
        Finds => "dets {0} finder {1}",

        Administrative => "det har eller havde administrative rettigheder",
        Critical => "målsystemet har mærket det som kritisk",
        BuiltIn => "det fulgte med målsystemet",
        ManagedService => "det er en styret tjenestekonto",
        Trust => "det er kontoen for et tillidsforhold eller en maskine",
        Ourselves => "rosterd logger på med det",
        ProtectedByRule => "reglen {0} beskytter det",
        ProtectionUntold => "vi må ikke læse, om det er beskyttet",
        MovedOut => "det er flyttet ud af udgangspunktet, til {0}",
        NotUnderstood => "det kunne ikke forstås: {0}",

        SomebodyChanged => "nogen har ændret {0} i målsystemet: {1} i stedet for {2}",
        TakenOver => "registret overtager det, når planen udføres",
        LeftAsItIs => "det bliver ladt, som det er",

        UndoesRun => "fortryder kørsel {0}",
        RunMadeUntouched => "kørsel {0} lavede det, og ingen har ændret det siden",
        RunMade => "kørsel {0} lavede det",
        MadeAndTouched => "kørslen lavede det, og {0}: det slettes ikke",
        AttributesChanged => "{0} er ændret siden",
        CameIntoIt => "{0} er kommet ind i det siden",
        StayInIt => "{0} objekter bliver i det",
        LinkedNoMore => "det er ikke tilknyttet mere",
        AnotherLink => "tilknytningen er en anden nu",
        AnotherStamp => "det bærer et andet mærke nu",
        NotShownAnyMore => "objektet vises ikke mere",
        BringsNothingBack => "det er slettet, og målsystemet bringer intet tilbage",
        WasDeletedDisabled => "det var deaktiveret, da det blev slettet",
        WasDisabled => "var deaktiveret før",
        ChangedSince => "ændret siden kørslen og ladt, som det er: {0}",
        PlaceGone => "stedet, hvor det lå, findes ikke mere",
        MembersGone => "{0} af medlemmerne, det havde, findes ikke mere",

        NotReadBefore => "det er ikke læst før",
        RulesChanged => "konfigurationen, målsystemets skema eller rosterd er ændret",
        NoMark => "målsystemet sagde ikke, hvor langt dets ændringer var",
        HoursPassed => "der er gået {0} timer, siden alt sidst blev læst",
        WaitsForName => "nogen venter på et navn, så alle navne læses",
        TellsNoChanges => "målsystemet fortæller ikke om ændringer",
        ManyPlacesChanged => "{0} objekter ændrede plads eller det, de henviser til",
        NothingRead => "intet blev læst",
        BaseNotRead => "dets udgangspunkt kunne ikke læses",
        StoppedEarly => "læsningen standsede efter {0} objekter uden at nå til ende",
        AnnouncedSeen => "{0} objekter var meldt, {1} blev set",
        TooFewSeen => "kun {0} objekter blev set, mindst {1} var ventet",
        ManyNotUnderstoodSuchAs => "{0} objekter kunne ikke forstås, for eksempel {1}",
        ManyNotUnderstood => "{0} objekter kunne ikke forstås",
        CannotBeRead => {
            "det kan ikke læses på {0} af dem, for eksempel {1}, og regnes hverken for tomt eller afvigende"
        }
        OnlineSaysWhich => "`rosterd check --online` siger, hvilken rettighed der mangler",
        NothingReadable => "intet af det kan læses mere: {0} tilknyttede objekter, som intet sluttes om",
        KeepsNoRecord => "målsystemet husker ikke, hvad der er slettet",
        KeepsNoTombstones => "dets id findes ikke, og dette katalog gemmer ingen gravsten",
        NeitherReadable => "hverken det eller dets gravsten kan læses",
        NoTombstoneShown => "det kan ikke læses, og ingen gravsten vises",
        TombstoneThere => "dets gravsten er der",
        LastLayIn => "det lå sidst i {0}",
        IsOfAnotherKind => "det er der som {0}, men er ikke af denne slags",
        AttributesUnreadable => "det er der som {0}, men dets attributter kan ikke læses",
        ContainerUnreadable => "en konfigureret beholder eller en kanariefugl kan ikke læses",
        OtherServer => "sidst blev {0} læst, dette er {1}",
        MarkNotUnderstood => "hvor sidste læsning endte, kan ikke forstås",
        OtherSettings => "målsystemets indstillinger er andre end ved sidste læsning",
        OtherContainer => "{0} eller en anden konfigureret beholder er ikke den fra sidste læsning",
        TooLongAgo => "sidste læsning er mere end {0} dage gammel",
        RefusesChanges => "serveren afviser at fortælle om ændringer: {0}",
    }
}

pub(super) fn covered_in_danish(covered: Covered) -> &'static str {
    use Covered::*;
    match covered {
        Everything => "alt",
        AllUsers => "brugere",
        AllUnits => "enheder",
        AllGroups => "grupper",
        AllContacts => "kontakter",
        NotOfProfile => "{0}, som et katalog med denne profil ikke har",
        UsersBelow => "brugere under {0}",
        UnitsBelow => "enheder under {0}",
        GroupsBelow => "grupper under {0}",
        ContactsBelow => "kontakter under {0}",
        UsersAtTop => "brugere øverst i træet",
        UnitsAtTop => "enheder øverst i træet",
        GroupsAtTop => "grupper øverst i træet",
        ContactsAtTop => "kontakter øverst i træet",
        LiesIn => "det, der ligger i {0}",
        OfUsers => "{0} for brugere",
        OfUnits => "{0} for enheder",
        OfGroups => "{0} for grupper",
        OfContacts => "{0} for kontakter",
        PrimaryGroupsBelow => "primære grupper for dem under {0}",
        NamesBelow => "navne under {0}",
        NamesBaseNeeded => "navne: serveren oplyser ingen navnekontekst, så names_base er nødvendig",
        ChangesBelow => "ændringer under {0}",
        OneCanary => "kanariefuglen {0}",
    }
}

pub(super) fn remark_in_danish(remark: Remark) -> &'static str {
    use Remark::*;
    match remark {
        Hold => "kvalitet: {0}: {1}",
        OfThing => "af {0} {1}: {2}",
        SameNationalId => "har samme personnummer som {0}",
        SameName => "hedder det samme som {0}",
        InUnit => "i {0}",
        UnitAboveNotThere => "enheden ovenover, {0}, findes ikke den dag",
        PersonNotThere => "personen {0} findes ikke den dag",
        UnitNotThere => "enheden {0} findes ikke den dag",
        MemberNotThere => "medlemmet {0} findes ikke den dag",
        NotOnItsDays => "personen findes ikke på ansættelsens dage {0}",
        NotOnPostsDays => "enheden findes ikke på postens dage {0}",
        AccountIsOf => "kontoen er i {0}",
        TheJobs => "ansættelserne {0}",
        NoJobEver => "ingen ansættelse, hverken tidligere eller kommende",
        LastJobEnded => "den sidste ansættelse ophørte {0}",
        SponsorLeft => "den ansvarlige {0} er ikke ansat her",
        NoMailContact => "ingen kontaktoplysning er en e-mailadresse",
        HasNo => "mangler {0}",
        Manages => "leder {0}",
        NoManagerRecorded => "ingen leder er registreret",
        PostVacantOrLeft => "posten er ubesat eller besat af en, som ikke er ansat her",
        NobodyListed => "ingen er opført",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::mapping::lifecycle::Because;
    use crate::object::Kind;

    fn danish(text: &str) -> String {
        Tongue { language: Language::Da, zone: &Zone::UTC }.line(&reason(text))
    }

    #[test]
    fn a_sentence_is_told_with_what_stands_in_it() {
        let ended = Because::Ended("2026-11-23".parse().unwrap()).to_string();
        assert_eq!(danish(&ended), "den sidste ansættelse er ophørt, sidste dag 22. november 2026");
        let sponsor = Clause::NeedsSponsorNone.with([&Clause::Category.with([&"\"Ekstern\""])]);
        assert_eq!(danish(&sponsor), "kategorien \"Ekstern\" kræver en ansvarlig, og der er ingen");
        let held = Remark::Hold.with([&"duplicate-national-id", &Remark::SameNationalId.with([&"Bo (b)"])]);
        assert_eq!(danish(&held), "kvalitet: duplicate-national-id: har samme personnummer som Bo (b)");
    }

    #[test]
    fn a_word_of_ours_is_told_and_a_note_is_left() {
        let held = Clause::WaitsHeld.with([&"update", &"create:a"]);
        assert_eq!(danish(&held), "ret venter på create:a, som holdes tilbage");
        let by_hand = Clause::ByHand.with([&"2026-11-23"]);
        assert_eq!(danish(&by_hand), "i hånden: 2026-11-23");
    }

    #[test]
    fn verbs_tell_instants_of_the_zone() {
        let failed = "update failed 3 times since 2026-11-29T23:30:00Z, next try at 2026-11-30T00:30:00Z: refused: no";
        let zone = Zone::get("Europe/Copenhagen").unwrap();
        assert_eq!(
            told(&format!("{failed}; is here"), &zone),
            "update failed 3 times since 2026-11-30 00:30:00 +01:00, next try at 2026-11-30 01:30:00 +01:00: refused: no; is here"
        );
    }

    #[test]
    fn what_was_read_is_told_whole_and_is_no_reason() {
        let told = |text: &str| Tongue { language: Language::Da, zone: &Zone::UTC }.line(&covered(text));
        let base = r"ou=økonomi\; løn,dc=x";
        assert_eq!(told(&Covered::LiesIn.with([&base])), format!("det, der ligger i {base}"));
        let none = Covered::NotOfProfile.with([&Covered::all(Kind::Unit).said()]);
        assert_eq!(told(&none), "enheder, som et katalog med denne profil ikke har");
        assert_eq!(told("https://sky.test/Users"), "https://sky.test/Users");
        let full = "create failed 3 times since 2026-11-29, next try at 2026-11-30: refused: maximum number of users";
        assert!(danish(full).ends_with(": maximum number of users"), "{}", danish(full));
    }

    #[test]
    fn several_sentences_stand_side_by_side() {
        assert_eq!(danish("is here; it is gone already"), "er her; det er allerede væk");
    }

    #[test]
    fn what_nobody_translated_stays_as_it_is() {
        assert_eq!(
            reason("is here; the moon is full"),
            Said::list([Said::from(Phrase::Clause(Clause::IsHere)), Said::english("the moon is full"),])
        );
        assert_eq!(reason("the moon is full; so what"), Said::english("the moon is full; so what"));
    }
}
