//! What the engine says of a step, of a hold and of a read: every sentence of it, in English. A plan keeps the words;
//! a report knows the sentence by them. What a server says of itself, and what a rule of the configuration says that
//! fails, is quoted as it is and stands in no table.

use crate::org::sentence::sentences;

sentences! {
    /// A sentence of the engine. Those that say more stand before those whose words they begin with.
    Clause {
        // where somebody stands in the lifecycle
        IsHere: "is here";
        IsHereUntil: "is here, last day {0}";
        IsOnLeave: "is on leave";
        IsOnLeaveUntil: "is on leave, last day {0}";
        FirstDay: "the first day is {0}";
        BetweenJobs: "between two jobs: the last day was {0}, the first one is {1}";
        EngagementEnded: "the last engagement ended, last day {0}";
        RecordEnded: "the person's record ended, last day {0}";
        HasNoEngagement: "has no engagement";
        NoEngagementBefore: "has no engagement any more before {0}";
        SourcesKnowNone: "the sources no longer know any engagement";
        NoCompleteImport: "has no engagement, but no complete import proves that it is gone";
        SuspendedBy: "suspended by {0} since {1}: {2}";
        SuspendedSince: "suspended by {0} since {1}";
        UnprovenUntilThen: "{0}, and nothing proves that the account is not to be used until then";

        // who is meant
        LeavesScope: "leaves scope because `{0}` does not hold";
        LeavesAccounts: "leaves [accounts.{0}] because `{1}` does not hold";
        JobOver: "the job that the account is for is over";
        GivesNoSuchAccount: "[accounts.{0}] gives no such account any more";
        NoSuchRule: "no [accounts.{0}] is in force here any more";
        NeedsSponsorLeft: "{0} needs a sponsor, and {1} does not work here";
        NeedsSponsorNone: "{0} needs a sponsor, and there is none";
        NeedsEnd: "{0} needs a last day, and there is none";
        Category: "the category {0}";
        ThisCategory: "this category";

        // names
        NoNameGiven: "no {0} was given";
        NoNameFree: "no {0} is free: {1}";
        PatternsSayNothing: "no {0}: its patterns say nothing of this person";
        OrdinaryHasNoLogin: "no {0} yet: its patterns look at the ordinary account, which has no login yet";
        NamesNotRead: "no {0} yet: the names in {1} were not read";
        NameGivenToOther: "the {0} {1} was given to somebody else";
        WasGivenTo: "{0} was given to {1}";
        LoginTaken: "the login {0} is taken by the object {1}, which is not linked to it: adopt that object, or give it another login";
        IsTakenBy: "{0} is taken by {1} in {2}";
        NobodyGets: "{0} is a name that nobody gets";
        ContainsPart: "{0} contains {1}, which no name does";
        EmptyName: "the name is empty";
        HoldsNo: "{0} cannot be: a {1} holds no {2}";
        DotsApart: "{0} cannot be: a dot stands between other characters";
        NamesMore: "and {0} more";
        TooLong: "{0} holds at most {1} characters, {2} were given";
        TooMany: "{0} holds one value, {1} were given";
        HoldsNoCharacter: "{0} holds no {1}, which is one of {2} characters that were given";
        WrongType: "{0} holds {1}, {2} was given";
        NeedsValue: "{0} needs a value, none was given";

        // what is not there
        UserMissing: "the user is not in the target";
        UnitMissing: "the unit is not in the target";
        GroupMissing: "the group is not in the target";
        ContactMissing: "the contact is not in the target";
        UserDeleted: "the user was deleted in the target";
        UnitDeleted: "the unit was deleted in the target";
        GroupDeleted: "the group was deleted in the target";
        ContactDeleted: "the contact was deleted in the target";
        ComesBack: "comes back, and the account was deleted after the end";
        IsThereAgain: "it is there again, and bears no stamp of ours";
        GoneAlready: "it is gone already";
        LinkedDeleted: "the linked object was not found: it was deleted";
        LinkedUnproven: "the linked object was not found: nothing proves that it was deleted";
        LinkedNotFound: "the linked object was not found";
        NothingProvesDeleted: "nothing proves that it was deleted";
        LinkedNotShown: "the linked object was not shown when asked for";
        LinkedNotSeen: "the linked object was not seen: the target was read in part";
        MayExist: "the target was read in part: it may exist already";
        MayBeAnother: "the target was read in part, so there may be another";
        KindNotRead: "this kind of object is not read";

        // what differs
        Differs: "{0} differs from the roster";
        Differ: "{0} differ from the roster";
        LiesElsewhere: "lies elsewhere in the target";
        IsNamed: "is named {0} in the target";
        IsDisabled: "is current, and the account is disabled";
        IsRestoredDisabled: "is current, and what is restored is disabled";
        OnlyEnabledShown: "is current, and the target shows only who is enabled";
        OneJoins: "a member is not in the target's group";
        ManyJoin: "{0} members are not in the target's group";
        OneLeft: "a member left, and is in no group any more";
        ManyLeft: "{0} members left, and are in no group any more";
        NoSuchMembership: "the roster has no such membership today";
        MakesRoom: "makes room for a moment: its name {0} goes to another before it has its own";
        ManagerRenamed: "its manager gets another name, which the target does not write here";
        MemberRenamed: "a member gets another name, which the target does not write here";
        MembersRenamed: "{0} members get other names, which the target does not write here";
        DeletesSoStays: "the target deletes whom it disables, so the account stays as it is";
        DeletesWhomItDisables: "the target deletes whom it disables";

        // what cannot be
        TakesNoSuchValue: "{0}: the target takes no such value";
        KeepsValue: "{0}: the target keeps {1}, which can be changed and not removed";
        ShowsAnother: "{0}: {1} was written, and the target shows {2}";
        MembersNotWhole: "its members could not be read whole";
        MemberOutside: "lies outside of what is read, so it is not taken out of the group: {0}";
        IsPrimaryGroup: "{0} is the primary group of this account, so it cannot be taken out of it";
        GiveAnotherPrimary: "give the account another primary group in the target (primaryGroupID, 513 is Domain Users), and the next run takes it out";
        LeftUndone: "left undone: {0}";
        WithoutNotDone: "without {0}, which is not done";

        // what waits
        WaitsForUnit: "its organisational unit is not in the target";
        StaysUntilUnit: "its organisational unit is not in the target, so it stays where it lies";
        LiesInItself: "the unit that it is to lie in lies in it";
        WaitsHeld: "{0} waits for {1}, which is held";
        WaitsPutOff: "{0} waits for {1}, which is put off";
        TakenThere: "{0} is taken there by the object {1}";
        TakenThereBy: "{0} is taken there: the {1} {2} has, or is to have, the name {3}";
        TakesTwoForOne: "the target takes the two names for one";

        // what was tried before
        FailedBefore: "{0} failed {1} times since {2}, next try at {3}: {4}: {5}";
        CameBack: "{0} was written in {1} runs and came back each time: {2} is wanted, the target shows {3}";
        FrozenUntilOther: "frozen until another value is wanted, or `rosterd quarantine release`";
        PutInAgain: "{0} is taken out and was put in again after each of {1} runs";
        TakenOutAgain: "{0} is put in and was taken out again after each of {1} runs";
        FrozenUntilReleased: "frozen until `rosterd quarantine release`";

        // stamps and adoption
        BearsOurStamp: "bears the stamp that rosterd wrote when it was created";
        ManyBearStamp: "{0} objects bear its stamp: {1}";
        OtherKindBearsStamp: "an object of another kind bears its stamp";
        StampNotOurs: "an object bears its stamp that is not taken for ours: {0}";
        BearsItsStamp: "an object bears its stamp";
        AdoptionRuleFails: "an adoption rule fails: {0}";
        OnlyOneWith: "the only one whose {0} is what the roster says: {1}";
        NamedByHand: "named by hand: {0}";
        ByHand: "by hand: {0}";
        ManyHaveIts: "{0} objects have its {1}: {2}";
        SoughtByMany: "{0} is what {1} of us look for: {2}";
        FindsProtected: "its {0} finds {1}, which the target protects: no rule adopts it, only somebody who names both";
        FindsStamped: "its {0} finds {1}, which bears the stamp {2}";
        Finds: "its {0} finds {1}";

        // why an object is protected
        Administrative: "it has, or had, administrative rights";
        Critical: "the target marks it as critical";
        BuiltIn: "it came with the target";
        ManagedService: "it is a managed service account";
        Trust: "it is the account of a trust or a machine";
        Ourselves: "rosterd signs in with it";
        ProtectedByRule: "the rule {0} protects it";
        ProtectionUntold: "we may not read whether it is protected";
        MovedOut: "it was moved out of the base, to {0}";
        NotUnderstood: "it could not be understood: {0}";

        // drift
        SomebodyChanged: "somebody changed {0} in the target: {1} instead of {2}";
        TakenOver: "the roster takes it over when the plan is applied";
        LeftAsItIs: "it is left as it is";

        // what undoes a run
        UndoesRun: "undoes run {0}";
        RunMadeUntouched: "run {0} made it, and nobody changed it since";
        RunMade: "run {0} made it";
        MadeAndTouched: "the run made it, and {0}: it is not deleted";
        AttributesChanged: "{0} changed since";
        CameIntoIt: "{0} came into it since";
        StayInIt: "{0} objects stay in it";
        LinkedNoMore: "it is linked to it no more";
        AnotherLink: "its link is another one now";
        AnotherStamp: "it bears another stamp now";
        NotShownAnyMore: "the object is not shown any more";
        BringsNothingBack: "it was deleted, and the target brings back nothing that was";
        WasDeletedDisabled: "it was deleted disabled";
        WasDisabled: "was disabled before";
        ChangedSince: "changed since the run, and left as it is: {0}";
        PlaceGone: "the place where it lay is not there any more";
        MembersGone: "{0} of the members that it had are not there any more";

        // how a target was read
        NotReadBefore: "it was not read before";
        RulesChanged: "the configuration, the target's schema or rosterd changed";
        NoMark: "the target did not say where its changes stood";
        HoursPassed: "{0} hours have passed since the last read of everything";
        WaitsForName: "somebody waits for a name, so all names are read";
        TellsNoChanges: "the target does not tell its changes";
        ManyPlacesChanged: "{0} objects changed their place or what they refer to";
        NothingRead: "nothing was read";
        BaseNotRead: "its base could not be read";
        StoppedEarly: "the read stopped after {0} objects without reaching the end";
        AnnouncedSeen: "{0} objects were announced, {1} were seen";
        TooFewSeen: "only {0} objects were seen, at least {1} were expected";
        ManyNotUnderstoodSuchAs: "{0} objects could not be understood, such as {1}";
        ManyNotUnderstood: "{0} objects could not be understood";
        CannotBeRead: "it cannot be read on {0} of them, such as {1}, and so counts neither as empty nor as different";
        OnlineSaysWhich: "`rosterd check --online` says which right is missing";
        NothingReadable: "nothing of it can be read any more: {0} linked objects, of which nothing is concluded";
        KeepsNoRecord: "the target keeps no record of what was deleted";
        KeepsNoTombstones: "its id is not found, and this directory keeps no tombstones";
        NeitherReadable: "neither it nor its tombstone can be read";
        NoTombstoneShown: "it cannot be read, and no tombstone is shown";
        TombstoneThere: "its tombstone is there";
        LastLayIn: "it last lay in {0}";
        IsOfAnotherKind: "it is there as {0}, but is not of this kind";
        AttributesUnreadable: "it is there as {0}, but its attributes cannot be read";
        ContainerUnreadable: "a configured container or a canary cannot be read";
        OtherServer: "the last read was of {0}, this is {1}";
        MarkNotUnderstood: "where the last read ended cannot be understood";
        OtherSettings: "the settings of the target are others than at the last read";
        OtherContainer: "{0} or another configured container is not the one of the last read";
        TooLongAgo: "the last read was more than {0} days ago";
        RefusesChanges: "the server refuses to tell changes: {0}";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::sentence::{BETWEEN, Sentence};

    /// No sentence hides another, and none is cut where several are told apart.
    #[test]
    fn each_sentence_is_known_again() {
        for clause in Clause::ALL {
            let mut text = clause.pattern().to_owned();
            for (at, part) in ["<a>", "<b>", "<c>", "<d>", "<e>", "<f>"].iter().enumerate() {
                text = text.replace(&format!("{{{at}}}"), part);
            }
            assert_eq!(Clause::read(&text).map(|(known, _)| known), Some(*clause), "{text}");
            assert!(!text.contains(BETWEEN), "{text}");
        }
    }
}
