//! The vocabularies: job functions in groups, types, levels, responsibilities, categories.
//!
//! A class is found again by its vocabulary and its name (see `Organisation::class`); it holds on every day.

use crate::fact::{Fact, Kind};
use crate::organisation::Organisation;

pub const JOB_FUNCTION: &str = "job_function";
pub const ENGAGEMENT_TYPE: &str = "engagement_type";
pub const UNIT_TYPE: &str = "unit_type";
pub const UNIT_LEVEL: &str = "unit_level";
pub const MANAGER_TYPE: &str = "manager_type";
pub const MANAGER_LEVEL: &str = "manager_level";
pub const RESPONSIBILITY: &str = "responsibility";
pub const PERSON_CATEGORY: &str = "person_category";

/// The name of the category of people who are not employees.
pub const EXTERNAL: &str = "external";

/// Job functions by the group that is their parent class.
const JOB_FUNCTIONS: &[(&str, &[&str])] = &[
    (
        "Ledelse",
        &[
            "Kommunaldirektør",
            "Direktør",
            "Centerchef",
            "Skoleleder",
            "Institutionsleder",
            "Plejecenterleder",
            "Teamleder",
        ],
    ),
    ("Undervisning og pædagogik", &["Lærer", "Børnehaveklasseleder", "Pædagog", "Pædagogmedhjælper", "Dagplejer"]),
    (
        "Sundhed og pleje",
        &[
            "Sygeplejerske",
            "Sundhedsplejerske",
            "Social- og sundhedsassistent",
            "Social- og sundhedshjælper",
            "Ergoterapeut",
            "Fysioterapeut",
            "Tandlæge",
            "Tandklinikassistent",
        ],
    ),
    (
        "Rådgivning og sagsbehandling",
        &["Sagsbehandler", "Socialrådgiver", "Psykolog", "Jobkonsulent", "Jurist", "Visitator"],
    ),
    (
        "Administration",
        &[
            "Økonomikonsulent",
            "HR-konsulent",
            "IT-konsulent",
            "Kommunikationskonsulent",
            "Sekretær",
            "Ekstern konsulent",
        ],
    ),
    (
        "Teknik og miljø",
        &["Byplanlægger", "Ingeniør", "Miljøtekniker", "Vejmand", "Gartner", "Teknisk servicemedarbejder"],
    ),
    ("Kultur og fritid", &["Bibliotekar", "Museumsinspektør", "Livredder", "Køkkenmedarbejder"]),
];

/// The vocabularies without groups.
const FLAT: &[(&str, &[&str])] = &[
    (ENGAGEMENT_TYPE, &["Ansat", "Timelønnet", "Ekstern"]),
    (UNIT_TYPE, &["Kommune", "Forvaltning", "Center", "Team", "Skole", "Daginstitution", "Plejecenter", "Kulturhus"]),
    (UNIT_LEVEL, &["Niveau 1", "Niveau 2", "Niveau 3", "Niveau 4"]),
    (MANAGER_TYPE, &["Leder", "Konstitueret leder"]),
    (MANAGER_LEVEL, &["Lederniveau 1", "Lederniveau 2", "Lederniveau 3", "Lederniveau 4"]),
    (RESPONSIBILITY, &["Personaleansvar", "Budgetansvar", "Faglig ledelse"]),
    (PERSON_CATEGORY, &[EXTERNAL]),
];

pub fn add_classes(organisation: &mut Organisation) {
    for (group, names) in JOB_FUNCTIONS {
        add(organisation, JOB_FUNCTION, group, None);
        for name in *names {
            add(organisation, JOB_FUNCTION, name, Some(group));
        }
    }
    for (vocabulary, names) in FLAT {
        for name in *names {
            add(organisation, vocabulary, name, None);
        }
    }
}

fn add(organisation: &mut Organisation, vocabulary: &str, name: &str, parent: Option<&str>) {
    let parent = parent.map(|parent| organisation.class(vocabulary, parent));
    let id = organisation.class(vocabulary, name);
    organisation
        .add(Fact::new(Kind::Class, id).with("vocabulary", vocabulary).with("name", name).with_some("parent", parent));
}
