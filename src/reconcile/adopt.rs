//! Adoption: which object that is there already belongs to which thing of the roster. Pure.
//!
//! One object and one thing, both without a link, found by the first rule that finds any object. Whatever is not plain is
//! held with all its candidates: several objects for one thing, several things for one object, an object that the target
//! protects, one that bears somebody else's stamp. What comes out are link steps alone, and each writes nothing but the
//! stamp.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::compare::change;
use crate::object::{
    AttributeName, Clause, Coverage, Ground, Hold, HoldCode, Kind, Links, ObjectId, Observed, Op, Schema, Step, StepId,
    Value, aspect,
};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

/// A thing that is wanted in the target and has no object there.
#[derive(Debug, Clone)]
pub struct Seeker {
    pub key: Id,
    pub kind: Kind,
    pub person: Option<Id>,
    /// For people to read.
    pub label: String,
    /// For each rule of its kind the values that its object would have, or why a rule fails.
    pub sought: Result<Vec<Vec<Value>>, String>,
}

/// What an adoption is found among.
#[derive(Debug)]
pub struct Field<'a> {
    /// The attribute of each rule, in the order of the rules.
    pub rules: BTreeMap<Kind, Vec<AttributeName>>,
    pub schemas: BTreeMap<Kind, &'a Schema>,
    /// Objects in scope without a link; those that are never to be adopted are not among them.
    pub objects: &'a [Observed],
    pub coverage: &'a Coverage,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Adoption {
    pub steps: Vec<Step>,
    pub held: Vec<Hold>,
}

/// What one thing finds: the objects, and by which rule.
struct Found<'a> {
    seeker: &'a Seeker,
    attribute: &'a AttributeName,
    objects: Vec<&'a Observed>,
}

type Index<'a> = HashMap<(Kind, usize, Value), Vec<&'a Observed>>;

/// Finds the objects of all seekers.
pub fn adopt(seekers: &[Seeker], field: &Field<'_>) -> Adoption {
    let index = field.index();
    // what bears its stamp needs no rule: the next plan links it
    let stamped: HashSet<&Id> = field.objects.iter().filter_map(|object| object.stamp.as_ref()).collect();
    let mut adoption = Adoption::default();
    let mut found = Vec::new();
    for seeker in seekers.iter().filter(|seeker| !stamped.contains(&seeker.key)) {
        match &seeker.sought {
            Err(why) => adoption.held.push(hold(seeker, HoldCode::Value, Clause::AdoptionRuleFails.with([why]))),
            Ok(sought) => found.extend(field.find(seeker, sought, &index)),
        }
    }
    let mut claims: HashMap<&ObjectId, Vec<&Found<'_>>> = HashMap::new();
    for one in &found {
        for object in &one.objects {
            claims.entry(&object.id).or_default().push(one);
        }
    }
    for one in &found {
        match field.doubt(one, &claims) {
            Some((code, reason)) => adoption.held.push(hold(one.seeker, code, reason)),
            None => adoption.steps.extend(one.objects.first().map(|object| {
                let reason = Clause::OnlyOneWith.with([one.attribute, &named(object)]);
                link(one.seeker, object, reason, None)
            })),
        }
    }
    adoption.steps.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    adoption.held.sort();
    adoption
}

/// The step that a person orders by naming the thing and the object, or why not even that can be.
pub fn adopt_by_hand(seeker: &Seeker, object: &Observed, links: &Links) -> Result<Step, String> {
    if let Some(linked) = links.object(&seeker.key) {
        return Err(format!("{} has the object {linked} already", seeker.label));
    }
    if let Some(key) = links.key(&object.id) {
        return Err(format!("the object {} belongs to {key} already", object.id));
    }
    if object.kind != seeker.kind {
        return Err(format!(
            "the object {} is a {}, and {} is a {}",
            object.id, object.kind, seeker.label, seeker.kind
        ));
    }
    let ground = object.protected.is_some().then_some(Ground::Ordered);
    Ok(link(seeker, object, Clause::NamedByHand.with([&named(object)]), ground))
}

impl<'a> Field<'a> {
    fn index(&self) -> Index<'a> {
        let mut index = Index::new();
        for object in self.objects {
            let (Some(rules), Some(schema)) = (self.rules.get(&object.kind), self.schemas.get(&object.kind)) else {
                continue;
            };
            for (rule, attribute) in rules.iter().enumerate() {
                let stamp = object.stamp.iter().map(|stamp| Value::text(stamp.as_str()));
                let mut forms: Vec<Value> = match attribute.is(aspect::STAMP) {
                    true => stamp.collect(),
                    false => object.attributes.get(attribute).into_iter().flatten().cloned().collect(),
                };
                forms.iter_mut().for_each(|value| *value = schema.matching(attribute, value));
                forms.sort();
                forms.dedup();
                for form in forms {
                    index.entry((object.kind, rule, form)).or_default().push(object);
                }
            }
        }
        index
    }

    /// The objects that the first rule finds that finds any.
    fn find<'b>(&'b self, seeker: &'b Seeker, sought: &[Vec<Value>], index: &Index<'b>) -> Option<Found<'b>> {
        let (rules, schema) = (self.rules.get(&seeker.kind)?, self.schemas.get(&seeker.kind)?);
        rules.iter().zip(sought).enumerate().find_map(|(rule, (attribute, values))| {
            let forms = values.iter().map(|value| (seeker.kind, rule, schema.matching(attribute, value)));
            let mut objects: Vec<&Observed> = forms.filter_map(|form| index.get(&form)).flatten().copied().collect();
            objects.sort_by(|a, b| a.id.cmp(&b.id));
            objects.dedup_by(|a, b| a.id == b.id);
            (!objects.is_empty()).then_some(Found { seeker, attribute, objects })
        })
    }

    /// Why what was found is not to be adopted by a rule.
    fn doubt(&self, found: &Found<'_>, claims: &HashMap<&ObjectId, Vec<&Found<'_>>>) -> Option<(HoldCode, String)> {
        let attribute = found.attribute;
        let [object] = found.objects.as_slice() else {
            let candidates: Vec<String> = found.objects.iter().map(|object| named(object)).collect();
            let reason = Clause::ManyHaveIts.with([&candidates.len(), attribute, &candidates.join(", ")]);
            return Some((HoldCode::Ambiguous, reason));
        };
        let others = claims.get(&object.id).map(Vec::as_slice).unwrap_or_default();
        if others.len() > 1 {
            let by = |one: &&Found<'_>| format!("{} ({}) by {}", one.seeker.label, one.seeker.key, one.attribute);
            let all: Vec<String> = others.iter().map(by).collect();
            let reason = Clause::SoughtByMany.with([&named(object), &all.len(), &all.join(", ")]);
            return Some((HoldCode::Ambiguous, reason));
        }
        if object.protected.is_some() {
            return Some((HoldCode::Protected, Clause::FindsProtected.with([attribute, &named(object)])));
        }
        // a rule about the stamp itself says what others wrote there
        if let Some(stamp) = object.stamp.as_ref().filter(|_| !attribute.is(aspect::STAMP)) {
            let reason = Clause::FindsStamped.with([attribute, &named(object), stamp]);
            return Some((HoldCode::Ambiguous, reason));
        }
        if self.coverage.complete().is_none() {
            let finds = Clause::Finds.with([attribute, &named(object)]);
            return Some((HoldCode::Unread, also(&finds, &Clause::MayBeAnother.said())));
        }
        None
    }
}

fn link(seeker: &Seeker, object: &Observed, reason: String, ground: Option<Ground>) -> Step {
    let before = object.stamp.iter().map(|stamp| Value::text(stamp.as_str())).collect();
    Step {
        id: StepId::new(Op::Link, &seeker.key),
        op: Op::Link,
        kind: seeker.kind,
        key: seeker.key.clone(),
        person: seeker.person.clone(),
        name: seeker.label.clone(),
        object: Some(object.id.clone()),
        ground,
        reason,
        rung: None,
        irreversible: false,
        needs: Vec::new(),
        changes: vec![change(aspect::STAMP, before, vec![Value::text(seeker.key.as_str())])],
    }
}

fn hold(seeker: &Seeker, code: HoldCode, reason: String) -> Hold {
    Hold { key: seeker.key.clone(), kind: seeker.kind, name: seeker.label.clone(), code, reason }
}

/// An object as people find it again.
fn named(object: &Observed) -> String {
    format!("{:?} ({})", object.name, object.id)
}

#[cfg(test)]
#[path = "adopt_tests.rs"]
mod tests;
