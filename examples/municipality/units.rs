//! The unit tree: municipality, administrations (forvaltninger), centres, and teams, schools and institutions.
//!
//! One table row is one unit. It says who works there; who they are is decided in `staff`.

use jiff::civil::Date;

use crate::classes::{UNIT_LEVEL, UNIT_TYPE};
use crate::fact::{Fact, Kind};
use crate::organisation::Organisation;

/// The day of the Danish municipal reform, on which the sample begins.
pub const FOUNDED: Date = jiff::civil::date(2007, 1, 1);

pub struct Unit {
    /// Never changes and is never shown: ids are made from it.
    pub key: &'static str,
    /// "" for the municipality itself.
    pub parent: &'static str,
    pub name: &'static str,
    pub kind: &'static str,
    /// The job functions of the unit; one that stands here twice is twice as likely. Empty: nobody but the manager.
    pub staff: &'static [&'static str],
    pub tags: &'static [&'static str],
}

const fn unit(
    parent: &'static str,
    key: &'static str,
    name: &'static str,
    kind: &'static str,
    staff: &'static [&'static str],
) -> Unit {
    Unit { key, parent, name, kind, staff, tags: &[] }
}

impl Unit {
    const fn tagged(mut self, tags: &'static [&'static str]) -> Self {
        self.tags = tags;
        self
    }
}

const CLERKS: &[&str] = &["Sagsbehandler", "Sekretær"];
const FINANCE: &[&str] = &["Økonomikonsulent"];
const PERSONNEL: &[&str] = &["HR-konsulent", "Sekretær"];
const IT: &[&str] = &["IT-konsulent"];
const SCHOOL: &[&str] =
    &["Lærer", "Lærer", "Lærer", "Lærer", "Pædagog", "Børnehaveklasseleder", "Sekretær", "Teknisk servicemedarbejder"];
const DAYCARE: &[&str] = &["Pædagog", "Pædagog", "Pædagogmedhjælper", "Køkkenmedarbejder"];
const CARE: &[&str] = &["Social- og sundhedsassistent", "Social- og sundhedshjælper", "Sygeplejerske"];
const SOCIAL: &[&str] = &["Socialrådgiver", "Sagsbehandler"];
const PLANNERS: &[&str] = &["Byplanlægger", "Ingeniør", "Sagsbehandler"];
const LIBRARY: &[&str] = &["Bibliotekar"];
const NOBODY: &[&str] = &[];

/// Parents stand before their children.
pub const UNITS: &[Unit] = &[
    unit("", "kommune", "Åkjær Kommune", "Kommune", &["Jurist", "Kommunikationskonsulent"]),
    // Økonomi og Administration
    unit("kommune", "okonomi", "Økonomi og Administration", "Forvaltning", &["Sekretær"]),
    unit("okonomi", "it", "IT+Digitalisering", "Center", IT).tagged(&["it"]),
    unit("it", "it-drift", "Drift", "Team", IT).tagged(&["it", "vagt"]),
    unit("it", "it-udvikling", "Udvikling", "Team", IT).tagged(&["it"]),
    unit("it", "it-servicedesk", "Servicedesk", "Team", IT).tagged(&["it"]),
    unit("okonomi", "personale", "Løn og Personale", "Center", PERSONNEL),
    unit("personale", "lon", "Lønteam", "Team", PERSONNEL),
    unit("personale", "hr", "HR & Arbejdsmiljø", "Team", PERSONNEL),
    unit("okonomi", "finans", "Økonomi", "Center", FINANCE),
    unit("finans", "budget", "Budget og Analyse", "Team", FINANCE),
    unit("finans", "regnskab", "Regnskab", "Team", FINANCE),
    unit("finans", "indkob", "Indkøb/Udbud", "Team", &["Økonomikonsulent", "Jurist"]),
    unit("okonomi", "borgerservice", "Borgerservice", "Center", CLERKS),
    unit("borgerservice", "skranke", "Pas, Kørekort og Sygesikring", "Team", CLERKS),
    unit("borgerservice", "ydelse", "Ydelse & Kontrol", "Team", CLERKS),
    // Børn, Unge og Familie
    unit("kommune", "born", "Børn, Unge og Familie", "Forvaltning", &["Sekretær"]),
    unit("born", "born-administration", "Administration", "Center", &["Økonomikonsulent", "Sekretær"]),
    unit("born", "skoler", "Skoler", "Center", &["Sekretær"]),
    unit("skoler", "bakkeskolen", "Bakkeskolen", "Skole", SCHOOL).tagged(&["undervisning"]),
    unit("skoler", "norreskov", "Nørreskovskolen", "Skole", SCHOOL).tagged(&["undervisning"]),
    unit("skoler", "ostre", "Østre Skole", "Skole", SCHOOL).tagged(&["undervisning"]),
    unit("skoler", "sct-andre", "Sct. André Skole", "Skole", SCHOOL).tagged(&["undervisning"]),
    unit("skoler", "ungdom", "Ungdomsskolen", "Skole", &["Lærer", "Pædagog"]).tagged(&["undervisning", "aften"]),
    unit("born", "dagtilbud", "Dagtilbud 0-6 år", "Center", &["Sekretær"]),
    unit("dagtilbud", "maelkebotten", "Børnehuset Mælkebøtten", "Daginstitution", DAYCARE),
    unit("dagtilbud", "aeblehaven", "Børnehuset Æblehaven", "Daginstitution", DAYCARE),
    unit("dagtilbud", "stjernehoj", "Vuggestuen Stjernehøj", "Daginstitution", DAYCARE),
    unit("dagtilbud", "dagplejen", "Dagplejen", "Daginstitution", &["Dagplejer"]),
    unit("born", "familie", "Familie og Forebyggelse", "Center", SOCIAL),
    unit("familie", "sundhedsplejen", "Sundhedsplejen", "Team", &["Sundhedsplejerske"]),
    unit("familie", "tandplejen", "Tandplejen", "Team", &["Tandlæge", "Tandklinikassistent", "Tandklinikassistent"]),
    unit("familie", "ppr", "PPR (Pædagogisk Psykologisk Rådgivning)", "Team", &["Psykolog", "Psykolog", "Pædagog"]),
    unit("familie", "raadgivning", "Familierådgivningen", "Team", SOCIAL),
    // Ældre og Sundhed
    unit("kommune", "aeldre", "Ældre og Sundhed", "Forvaltning", &["Sekretær"]),
    unit("aeldre", "aeldre-administration", "Administration", "Center", &["Økonomikonsulent", "Sekretær"]),
    unit("aeldre", "hjemmepleje", "Hjemmepleje", "Center", &["Sekretær"]),
    unit("hjemmepleje", "hjemmepleje-nord", "Hjemmepleje Nord", "Team", CARE).tagged(&["døgn"]),
    unit("hjemmepleje", "hjemmepleje-syd", "Hjemmepleje Syd", "Team", CARE).tagged(&["døgn"]),
    unit("hjemmepleje", "hjemmepleje-nat", "Hjemmepleje Aften/Nat", "Team", CARE).tagged(&["aften", "døgn"]),
    unit("aeldre", "plejecentre", "Plejecentre", "Center", NOBODY),
    unit("plejecentre", "aahaven", "Plejecenter Åhaven", "Plejecenter", CARE).tagged(&["døgn"]),
    unit("plejecentre", "solgaarden", "Plejecenter Solgården", "Plejecenter", CARE).tagged(&["døgn"]),
    unit("plejecentre", "birkelund", "Plejecenter Birkelund", "Plejecenter", CARE).tagged(&["døgn"]),
    unit("aeldre", "sundhed", "Sundhed og Træning", "Center", &["Sekretær"]),
    unit("sundhed", "genoptraening", "Genoptræning", "Team", &["Ergoterapeut", "Fysioterapeut"]),
    unit("sundhed", "sygeplejen", "Sygeplejen", "Team", &["Sygeplejerske"]).tagged(&["døgn"]),
    unit("sundhed", "visitation", "Visitation", "Team", &["Visitator"]),
    // Plan & Miljø
    unit("kommune", "plan", "Plan & Miljø", "Forvaltning", &["Sekretær"]),
    unit("plan", "byg", "Byg og Plan", "Center", PLANNERS),
    unit("byg", "byggesag", "Byggesag", "Team", PLANNERS),
    unit("byg", "lokalplan", "Lokalplan", "Team", PLANNERS),
    unit("plan", "natur", "Natur/Klima", "Center", &["Miljøtekniker", "Ingeniør"]),
    unit("plan", "veje", "Veje og Park", "Center", &["Ingeniør"]),
    unit("veje", "vejdrift", "Vejdrift", "Team", &["Vejmand"]),
    unit("veje", "gront", "Grønne Områder", "Team", &["Gartner"]),
    // Kultur og Fritid
    unit("kommune", "kultur", "Kultur og Fritid", "Forvaltning", &["Kommunikationskonsulent"]),
    unit("kultur", "biblioteker", "Biblioteker", "Center", LIBRARY),
    unit("biblioteker", "hovedbiblioteket", "Hovedbiblioteket", "Kulturhus", LIBRARY),
    unit("biblioteker", "bibliotek-vest", "Bibliotek Vest", "Kulturhus", LIBRARY),
    unit("kultur", "museum", "Müllers Samling", "Center", &["Museumsinspektør"]),
    unit("kultur", "idraet", "Idræt og Svømmehal", "Center", &["Livredder", "Teknisk servicemedarbejder"]),
    unit("idraet", "cafe", "Café d'Østen", "Team", &["Køkkenmedarbejder"]),
    // Arbejdsmarked
    unit("kommune", "arbejdsmarked", "Arbejdsmarked", "Forvaltning", &["Sekretær"]),
    unit("arbejdsmarked", "jobcenter", "Jobcenter", "Center", &["Jobkonsulent"]),
    unit("jobcenter", "job-unge", "Unge under 30", "Team", &["Jobkonsulent", "Socialrådgiver"]),
    unit("jobcenter", "job-voksne", "Voksne + Seniorer", "Team", &["Jobkonsulent"]),
    unit("jobcenter", "sygedagpenge", "Sygedagpenge", "Team", &["Sagsbehandler"]),
    unit("arbejdsmarked", "integration", "Integration", "Center", SOCIAL),
];

/// The level of a unit: 1 for the municipality, 2 for an administration, and so on.
pub fn depth(unit: &Unit) -> usize {
    UNITS.iter().find(|above| above.key == unit.parent).map_or(1, |above| 1 + depth(above))
}

pub fn add_units(organisation: &mut Organisation) {
    for unit in UNITS {
        let parent = (!unit.parent.is_empty()).then(|| organisation.id(Kind::Unit, unit.parent));
        let level = organisation.class(UNIT_LEVEL, &format!("Niveau {}", depth(unit)));
        let fact = Fact::new(Kind::Unit, organisation.id(Kind::Unit, unit.key))
            .valid(FOUNDED, None)
            .with("name", unit.name)
            .with_some("parent", parent)
            .with("type", organisation.class(UNIT_TYPE, unit.kind))
            .with("level", level)
            .with_some("tags", (!unit.tags.is_empty()).then(|| unit.tags.to_vec()));
        organisation.add(fact);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_has_four_levels_and_one_root() {
        assert_eq!(UNITS.iter().map(depth).max(), Some(4));
        assert_eq!(UNITS.iter().filter(|unit| depth(unit) == 1).count(), 1);
        assert!(UNITS.len() >= 60);
    }

    #[test]
    fn two_units_share_a_name_under_different_parents() {
        let twins: Vec<_> = UNITS.iter().filter(|unit| unit.name == "Administration").map(|unit| unit.parent).collect();
        assert_eq!(twins, ["born", "aeldre"]);
    }
}
