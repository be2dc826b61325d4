//! Who is not here on the day and is to come: the person and the jobs of the first day, so that an account can be
//! prepared with what it will hold.

use std::collections::BTreeMap;

use crate::org::{Day, Days, Engagement, Fact, Id, Interval, Life, Person, Tenure};

/// Somebody as of the next first day.
#[derive(Debug, Clone)]
pub struct Coming {
    /// The first day.
    pub day: Day,
    /// The person as of that day.
    pub person: Person,
    /// The engagements of that day.
    pub engagements: Vec<Id>,
}

/// Engagements to come, each with its unbroken run.
pub(super) type Jobs = BTreeMap<Id, (Engagement, Interval)>;

/// What holds on later days only.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    people: BTreeMap<Id, Vec<(Interval, Person)>>,
    engagements: BTreeMap<Id, Vec<(Interval, Id, Engagement)>>,
}

impl Ahead {
    pub fn keep(&mut self, id: Id, interval: Interval, fact: Fact) {
        match fact {
            Fact::Person(person) => self.people.entry(id).or_default().push((interval, person)),
            Fact::Engagement(engagement) => {
                let of_person = self.engagements.entry(engagement.person.clone()).or_default();
                of_person.push((interval, id, engagement));
            }
            _ => {}
        }
    }

    /// Everybody who is not here on the day and whose next first day is known.
    pub fn coming(
        self,
        day: Day,
        lives: &BTreeMap<Id, Life>,
        days: &BTreeMap<Id, (Id, Days)>,
        people: &BTreeMap<Id, Person>,
    ) -> (BTreeMap<Id, Coming>, Jobs) {
        let Self { people: later, engagements } = self;
        let (mut coming, mut jobs) = (BTreeMap::new(), Jobs::new());
        for person in engagements.keys().chain(later.keys()) {
            let Some(life) = lives.get(person) else { continue };
            let tenure = Tenure::on(day, &life.days);
            let (false, Some(first)) = (tenure.current, tenure.next_start) else { continue };
            let of_day = later.get(person).into_iter().flatten().find(|(interval, _)| interval.contains(first));
            let Some(fact) = of_day.map(|(_, fact)| fact).or_else(|| people.get(person)) else { continue };
            let mut of_day = Vec::new();
            for (interval, id, job) in engagements.get(person).into_iter().flatten() {
                if interval.contains(first) {
                    let run = days.get(id).and_then(|(_, days)| days.run_of(first)).unwrap_or(interval);
                    jobs.insert(id.clone(), (job.clone(), *run));
                    of_day.push(id.clone());
                }
            }
            coming.insert(person.clone(), Coming { day: first, person: fact.clone(), engagements: of_day });
        }
        (coming, jobs)
    }
}
