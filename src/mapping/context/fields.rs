//! The fields of the things of a snapshot, as the tables in [`crate::expr::roots`] name them.

use super::Scene;
use super::user::Contacts;
use crate::expr::ExprValue;
use crate::mapping::account::ORDINARY;
use crate::object::NameKind;
use crate::org::{Custom, Engagement, Id, Scalar, Visibility, custom_values};

pub(super) fn contact_field(scene: &Scene, owner: &Id, name: &str) -> Option<ExprValue> {
    let (up_to, all) = match name {
        "contact" => (Visibility::Secret, false),
        "contacts" => (Visibility::Secret, true),
        "public_contact" => (Visibility::Public, false),
        "public_contacts" => (Visibility::Public, true),
        _ => return None,
    };
    Some(ExprValue::lazy(Contacts { scene: scene.clone(), owner: owner.clone(), up_to, all }))
}

pub(in crate::mapping) fn person_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let person = scene.snapshot().person_here_or_coming(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "given_name" => Some(person.given_name.as_str().into()),
        "surname" => Some(person.surname.as_str().into()),
        "nickname" => person.nickname.as_deref().map(Into::into),
        "name" => Some(person.display_name().into()),
        "category" => {
            let category = person.category.as_ref().filter(|category| scene.may_tell(category))?;
            Some(scene.snapshot().class(category)?.name.as_str().into())
        }
        "custom" => {
            Some(scene.view(id, |scene, id, name| custom(&scene.snapshot().person_here_or_coming(id)?.custom, name)))
        }
        "sponsor" => Some(person.sponsor.as_ref()?.as_str().into()),
        _ => contact_field(scene, id, name),
    }
}

pub(super) fn engagement_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let (engagement, run) = scene.snapshot().engagement_here_or_coming(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "number" => engagement.number.as_deref().map(Into::into),
        "title" => title(scene, engagement).map(Into::into),
        "job_title" => job_title(scene, engagement).map(Into::into),
        "job_function" => scene.class(engagement.job_function.as_ref()),
        "type" => scene.class(engagement.engagement_type.as_ref()),
        "unit" => Some(scene.view(&engagement.unit, unit_field)),
        "custom" => Some(
            scene.view(id, |scene, id, name| custom(&scene.snapshot().engagement_here_or_coming(id)?.0.custom, name)),
        ),
        "fraction" => engagement.fraction.as_ref().map(|fraction| fraction.as_f64().into()),
        "primary" => {
            let primary = scene.snapshot().primary_here_or_coming(&engagement.person);
            Some(primary.is_some_and(|primary| primary.id == id).into())
        }
        "start" => run.from.map(|day| day.to_string().into()),
        "end" => run.to.map(|day| day.plus(-1).to_string().into()),
        _ => None,
    }
}

/// The title that is written in a job. It says in other words what the job function says, and is told to nobody else.
fn title<'a>(scene: &Scene, engagement: &'a Engagement) -> Option<&'a str> {
    let title = engagement.title.as_deref()?;
    engagement.job_function.as_ref().is_none_or(|class| scene.may_tell(class)).then_some(title)
}

fn job_title<'a>(scene: &'a Scene, engagement: &'a Engagement) -> Option<&'a str> {
    let job_function = || {
        let class = engagement.job_function.as_ref().filter(|class| scene.may_tell(class))?;
        Some(scene.snapshot().class(class)?.name.as_str())
    };
    title(scene, engagement).filter(|title| !title.trim().is_empty()).or_else(job_function)
}

pub(super) fn unit_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let unit = scene.snapshot().unit(id)?;
    let name_of = |id: &Id| scene.snapshot().unit(id).map_or("", |unit| unit.name.as_str());
    let path = || scene.snapshot().tree().path(id);
    match name {
        "id" => Some(id.as_str().into()),
        "name" => Some(unit.name.as_str().into()),
        "type" => scene.class(unit.unit_type.as_ref()),
        "level" => scene.class(unit.level.as_ref()),
        "custom" => Some(scene.view(id, |scene, id, name| custom(&scene.snapshot().unit(id)?.custom, name))),
        "tags" => Some(ExprValue::list(unit.tags.iter().map(String::as_str))),
        "path" => Some(ExprValue::list(path().into_iter().map(name_of))),
        "path_ids" => Some(ExprValue::list(path().into_iter().map(Id::as_str))),
        "above" => Some(ExprValue::list(scene.snapshot().ancestors(id).into_iter().map(name_of))),
        "above_ids" => Some(ExprValue::list(scene.snapshot().ancestors(id).into_iter().map(Id::as_str))),
        "at_level" => Some(scene.view(id, |scene, id, name| {
            Some(scene.view(scene.nearest(id, |unit| unit.level.as_ref(), name)?, unit_field))
        })),
        "of_type" => Some(scene.view(id, |scene, id, name| {
            Some(scene.view(scene.nearest(id, |unit| unit.unit_type.as_ref(), name)?, unit_field))
        })),
        _ => contact_field(scene, id, name),
    }
}

pub(super) fn other_person_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    match name {
        "login" => scene.login(id).map(Into::into),
        "mail" => {
            let contact = || Some(scene.contacts(id, "email", Visibility::Secret).first()?.1.value.as_str());
            scene.0.names.name(id, ORDINARY, NameKind::Mail).or_else(contact).map(Into::into)
        }
        "job_title" => job_title(scene, scene.snapshot().primary_here_or_coming(id)?.engagement).map(Into::into),
        "id" | "name" | "given_name" | "surname" => person_field(scene, id, name),
        _ => contact_field(scene, id, name),
    }
}

pub(super) fn group_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let group = scene.snapshot().group(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "name" => Some(group.name.as_str().into()),
        "type" => scene.class(group.group_type.as_ref()),
        "custom" => Some(scene.view(id, |scene, id, name| custom(&scene.snapshot().group(id)?.custom, name))),
        "description" => group.description.as_deref().map(Into::into),
        _ => None,
    }
}

/// A custom attribute of a thing.
fn custom(custom: &Custom, name: &str) -> Option<ExprValue> {
    let mut values = custom_values(custom, name)?;
    Some(if values.many { ExprValue::list(values.list.into_iter().map(scalar)) } else { scalar(values.list.pop()?) })
}

fn scalar(value: Scalar) -> ExprValue {
    match value {
        Scalar::Text(text) => text.into(),
        Scalar::Whole(number) => number.into(),
        Scalar::Bool(value) => value.into(),
    }
}
