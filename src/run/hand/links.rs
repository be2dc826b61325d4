//! The links of a target: listed, taken back, and the word that an object is none of ours.

use crate::object::{Change, Clause, Ground, Kind, ObjectId, Op, Step, StepId, Value, aspect};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};
use crate::reconcile::{Plan, Population, Reach, Unmanaged, basis};
use crate::report::{
    Document, IgnoreDocument, IgnoredLine, LinkLine, LinkParts, LinksDocument, PlanDocument, PlanView, RunDocument,
    UnlinkedLine,
};
use crate::run::apply::answer;
use crate::run::command::{Answer, Exit, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::propose::Proposal;
use crate::run::propose::adopt::labels;
use crate::store::Ignored;
use crate::target::Target;

impl Engine {
    /// Every link of a target, and what has none on either side.
    pub(in crate::run) async fn links(&self, target: &str, progress: &dyn Progress) -> Result<Answer, Failure> {
        let entry = self.entry(target)?;
        let port = self.connect(target)?;
        let names = {
            let scene = self.scene(self.today()).await?;
            labels(&self.mapper(port.as_ref(), entry, &scene).await?)
        };
        let line = |row: crate::store::LinkRow| LinkLine {
            name: names.get(&row.key).cloned(),
            key: row.key,
            kind: row.kind,
            object: row.object,
            since: row.since,
        };
        let ignored = self.store.ignored(target).await?.into_iter();
        let mut document = LinksDocument {
            target: target.to_owned(),
            coverage: None,
            links: self.store.link_rows(target).await?.into_iter().map(line).collect(),
            unlinked: Vec::new(),
            unmanaged: Vec::new(),
            ambiguous: Vec::new(),
            ignored: ignored
                .map(|(object, Ignored { note, actor, at })| IgnoredLine { object, note, by: actor, at })
                .collect(),
            errors: Vec::new(),
            only: LinkParts::default(),
        };
        let exit = match self.survey(port.as_ref(), progress).await? {
            Err(trouble) => {
                document.errors.push(trouble);
                Exit::Failed
            }
            Ok(survey) => {
                let (steps, held) = survey.by_rules(port.as_ref(), entry);
                let adoptable = |key: &Id| steps.iter().find(|step| step.key == *key)?.object.clone();
                document.ambiguous = held.into_iter().chain(survey.held).collect();
                document.coverage = Some(Reach::from(&survey.coverage));
                document.unlinked = survey
                    .seekers
                    .into_iter()
                    .map(|one| UnlinkedLine {
                        adoptable: adoptable(&one.key),
                        key: one.key,
                        kind: one.kind,
                        name: one.label,
                    })
                    .collect();
                let unmanaged = survey.objects.into_iter().map(|object| Unmanaged {
                    kind: object.kind,
                    name: object.name,
                    object: object.id,
                    stamp: object.stamp,
                });
                document.unmanaged = unmanaged.collect();
                document.unmanaged.sort();
                if document.coverage.as_ref().is_some_and(|reach| reach.complete) { Exit::Done } else { Exit::Partly }
            }
        };
        Ok(Answer { exit, document: Document::Links(document) })
    }

    /// Forgets that an object is ours: our stamp is taken off it, where the target still shows it, and the link goes.
    /// Nothing else of the object changes.
    pub(in crate::run) async fn unlink(
        &self,
        target: &str,
        key: &Id,
        note: &str,
        dry_run: bool,
        progress: &dyn Progress,
    ) -> Result<Answer, Failure> {
        self.entry(target)?;
        let mut document = RunDocument::default();
        let names = self.unpaused(vec![target.to_owned()], &mut document).await?;
        let mut held = self.take(&names, "links unlink", &mut document).await?;
        self.recover_all(&mut held, &mut document).await?;
        let Some((port, lease)) = held.remove(target) else { return Ok(answer(document)) };
        let plan = self.unlinking(port.as_ref(), key, note).await?;
        self.sound(&plan)?;
        if dry_run {
            let digest = plan.digest();
            let view = PlanView::new(plan, digest, Vec::new(), false);
            let view = PlanView { to_look_at: true, ..view };
            let document = PlanDocument { plans: vec![view], errors: Vec::new() };
            return Ok(Answer { exit: Exit::Pending, document: Document::Plan(document) });
        }
        let digest = self.store.keep_plan(&plan, &self.actor, self.clock.now()).await?;
        let managed = self.store.links(target).await?.len() as u64;
        let view =
            self.guarded((port.as_ref(), &lease), Proposal { plan, digest, managed }, "links unlink", progress).await?;
        document.runs.push(view);
        Ok(answer(document))
    }

    /// The plan with the one step that forgets an object.
    async fn unlinking(&self, port: &dyn Target, key: &Id, note: &str) -> Result<Plan, Failure> {
        let target = port.name();
        let links = self.store.links(target).await?;
        let Some(object) = links.object(key).cloned() else {
            return Err(Failure::new(Exit::Held, format!("{key} has no object in {target}"))
                .hint(format!("`rosterd links {target} list` shows what has")));
        };
        let kinds = self.store.linked_kinds(target).await?;
        let kind = kinds.into_iter().find(|(one, _)| one == key).map_or(Kind::User, |(_, kind)| kind);
        let found = port
            .read(kind, &object)
            .await
            .map_err(|refusal| Failure::because(Exit::Failed, &format!("reading {object} in {target}"), &refusal))?;
        let ours = found.as_ref().is_some_and(|found| found.stamp.as_ref() == Some(key));
        let stamp = ours.then(|| Change {
            attribute: aspect::STAMP.into(),
            before: vec![Value::text(key.as_str())],
            after: Vec::new(),
        });
        let by_hand = Clause::ByHand.with([&note]);
        let reason = if found.is_some() { by_hand } else { also(&by_hand, &Clause::NotShownAnyMore.said()) };
        let scene = self.scene(self.today()).await?;
        let mapper = self.mapper(port, self.entry(target)?, &scene).await?;
        let label = match mapper.wanted(key) {
            Some(Ok(desired)) => desired.label,
            Some(Err(hold)) => hold.name,
            None => found.map_or_else(|| object.to_string(), |found| found.name),
        };
        let step = Step {
            id: StepId::new(Op::Unlink, key),
            op: Op::Unlink,
            kind,
            key: key.clone(),
            person: None,
            name: label,
            object: Some(object),
            ground: Some(Ground::Ordered),
            reason,
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes: stamp.into_iter().collect(),
        };
        Ok(Plan {
            target: target.to_owned(),
            as_of: self.today(),
            // the one object was looked at; nothing is concluded from others
            coverage: Reach { complete: true, linked_only: false, missing: Vec::new(), extent: None },
            basis: basis(&self.config.generation, std::slice::from_ref(key), &|key: &Id| mapper.wanted(key)),
            steps: vec![step],
            held: Vec::new(),
            reservations: Vec::new(),
            population: Population { objects: links.len() as u64, ..Population::default() },
            unmanaged: Vec::new(),
            outside: std::collections::BTreeMap::new(),
            protected: Vec::new(),
            labels: std::collections::BTreeMap::new(),
            reverts: None,
            drift: Vec::new(),
        })
    }

    /// Takes note that an object is none of ours: no rule adopts it, and no plan speaks of it.
    pub(in crate::run) async fn ignore(
        &self,
        target: &str,
        object: String,
        note: String,
        stop: bool,
    ) -> Result<Answer, Failure> {
        self.entry(target)?;
        let mut document = RunDocument::default();
        let mut held = self.take(&[target.to_owned()], "links ignore", &mut document).await?;
        let Some((_port, _lease)) = held.remove(target) else { return Ok(answer(document)) };
        let object = ObjectId::new(object);
        if let Some(key) = self.store.links(target).await?.key(&object) {
            return Err(Failure::new(Exit::Held, format!("the object {object} belongs to {key}"))
                .hint(format!("`rosterd links {target} unlink {key}` takes that back first")));
        }
        let is_ignored = self.store.ignored(target).await?.contains_key(&object);
        if is_ignored != stop {
            let state = if is_ignored { "is ignored already" } else { "is not ignored" };
            return Err(Failure::new(Exit::Held, format!("the object {object} {state}")));
        }
        let said = Ignored { note, actor: self.actor.to_string(), at: self.clock.now() };
        self.store.ignore(target, &object, stop, &said).await?;
        let Ignored { note, actor: by, at } = said;
        let document = IgnoreDocument { target: target.to_owned(), object, ignored: !stop, note, by, at };
        Ok(Answer { exit: Exit::Done, document: Document::Ignore(document) })
    }
}
