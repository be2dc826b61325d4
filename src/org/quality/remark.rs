//! What the rules of quality say of what they find: every sentence of it, in English.

use crate::org::sentence::sentences;

sentences! {
    /// What is said of a finding, and of what is held because of it.
    Remark {
        Hold: "quality: {0}: {1}";
        OfThing: "of the {0} {1}: {2}";
        SameNationalId: "has the same national id as {0}";
        SameName: "is named as {0}";
        InUnit: "in {0}";
        UnitAboveNotThere: "the unit above, {0}, does not hold on the day";
        PersonNotThere: "the person {0} does not hold on the day";
        UnitNotThere: "the unit {0} does not hold on the day";
        MemberNotThere: "the member {0} does not hold on the day";
        NotOnItsDays: "the person does not hold on its days {0}";
        NotOnPostsDays: "the unit does not hold on the post's days {0}";
        AccountIsOf: "the account is of {0}";
        TheJobs: "the jobs {0}";
        NoJobEver: "no job, neither past nor to come";
        LastJobEnded: "the last job ended on {0}";
        SponsorLeft: "the sponsor {0} does not work here";
        NoMailContact: "no contact is an e-mail address";
        HasNo: "has no {0}";
        Manages: "manages {0}";
        NoManagerRecorded: "no manager is recorded";
        PostVacantOrLeft: "the post is vacant, or held by somebody who does not work here";
        NobodyListed: "nobody is listed";
    }
}
