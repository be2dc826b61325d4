//! Access: who could use which account and was in which group on a day, from what the reads of each target showed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::find::Sure;
use crate::mapping::{ORDINARY, account_id};
use crate::object::{Handle, Kind, Links, ObjectId, ObjectKey, Observed};
use crate::org::{Account, Day, FactKind, Id, Instant, Snapshot};
use crate::reconcile::access::{Access, Dated, Span, Turn, View, spans, turns};
use crate::report::{AccessDocument, AccessLine, AccessOfTarget, AccessSpan};
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::propose::sight::Sight;
use crate::run::propose::since::Since;

impl Engine {
    /// Keeps what turned between the last observation and what was seen now. To be asked before that replaces the last.
    pub(in crate::run) async fn note_access(&self, target: &str, sight: &Sight) -> Result<(), Failure> {
        if sight.coverage.complete().is_none() || sight.as_before().is_some() {
            return Ok(());
        }
        let differs: BTreeSet<ObjectKey> = sight.differing()?;
        let (mut before, mut now, mut groups) = (View::default(), View::default(), false);
        sight.each_changed(&mut |object| {
            groups |= object.kind == Kind::Group;
            now.see(&object, false);
        })?;
        // how members are named matters only where a group differs; one that is gone shows itself
        let wanted = |key: ObjectKey| groups || sight.has_gone() || differs.contains(&key);
        let mut see = |object: Observed| {
            let same = !differs.contains(&ObjectKey::of(&object.id));
            before.see(&object, same);
            if same {
                now.see(&object, true);
            }
        };
        self.store.each_observed(target, &wanted, &mut see).await?;
        // what was there at the first look did not turn
        let turned = if sight.whole_before().is_some() { turns(&before, &now) } else { Vec::new() };
        let links = self.store.links(target).await?;
        let at = self.clock.now();
        Ok(self.store.keep_turns(target, &turned, &links, (sight.whole_before(), at)).await?)
    }

    /// Which accounts and groups a person had, or who was in a group, on a day.
    pub async fn access(&self, kind: FactKind, text: &str, at: Day) -> Result<AccessDocument, Failure> {
        if !matches!(kind, FactKind::Person | FactKind::Group) {
            let message = format!("the targets say nothing of who has access to a {kind}");
            return Err(Failure::new(Exit::Usage, message).hint("ask for a person or a group"));
        }
        if at > self.today() {
            let hint = "`rosterd plan --at DAY` shows what will be";
            return Err(Failure::new(Exit::Usage, format!("{at} is still to come")).hint(hint));
        }
        let (then, today) = (self.store.snapshot(at, None).await?, self.store.snapshot(self.today(), None).await?);
        let days = [&then, &today];
        let id = self.meant(kind, text, &days, Sure::ByWords).await?;
        let owners = days.into_iter().rev().flat_map(owners).collect();
        let name = self.called(kind, &id, &days).await?;
        let mut document = AccessDocument { kind, id: id.clone(), name, at, targets: Vec::new() };
        for target in self.target_names() {
            let mut look = Look::load(self, &target, at, &owners).await?;
            let keys: BTreeSet<Id> = match kind {
                FactKind::Group => BTreeSet::from([id.clone()]),
                _ => look.accounts(self, &[&then, &today], &id),
            };
            for key in keys {
                for object in look.objects(self, &key).await? {
                    match kind {
                        FactKind::Group => look.members(self, &object).await?,
                        _ => look.account(self, &object).await?,
                    }
                }
            }
            document.targets.push(look.told);
        }
        let known = |target: &AccessOfTarget| target.since.is_some_and(|since| since.day(&self.config.zone) <= at);
        if !document.targets.is_empty() && !document.targets.iter().any(known) {
            let since = document.targets.iter().filter_map(|target| target.since).min();
            let since = since.map_or_else(
                || "no target was read yet".to_owned(),
                |since| format!("it is known since {}", since.local(&self.config.zone)),
            );
            return Err(Failure::new(Exit::Failed, format!("nothing is known of {at}: {since}")));
        }
        Ok(document)
    }
}

/// Whose account each one is, with the name.
fn owners(snapshot: &Snapshot) -> Vec<(Id, String)> {
    let owner = |(id, account): (&Id, &Account)| Some((id.clone(), snapshot.full_name(account.person.as_ref()?)?));
    snapshot.accounts().filter_map(owner).collect()
}

/// One target, looked back at.
struct Look<'a> {
    at: Day,
    links: Links,
    owners: &'a HashMap<Id, String>,
    names: HashMap<ObjectId, String>,
    usable: BTreeSet<ObjectId>,
    /// The groups of the last observation with their members.
    groups: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    /// What turned after that, by steps of rosterd's own.
    since: Vec<Dated>,
    told: AccessOfTarget,
}

impl<'a> Look<'a> {
    async fn load(engine: &Engine, target: &str, at: Day, owners: &'a HashMap<Id, String>) -> Result<Self, Failure> {
        let store = &engine.store;
        let (mut ids, mut names, mut usable, mut groups) =
            (HashMap::new(), HashMap::new(), BTreeSet::new(), BTreeMap::new());
        let mut see = |object: Observed| {
            if object.kind == Kind::User && object.enabled == Some(true) {
                usable.insert(object.id.clone());
            }
            if let Some(members) = object.members.filter(|_| object.kind == Kind::Group) {
                groups.insert(object.id.clone(), members);
            }
            ids.insert(object.handle, object.id.clone());
            names.insert(object.id, object.name);
        };
        store.each_observed(target, &|_| true, &mut see).await?;
        let found = |handles: Vec<Handle>| handles.iter().filter_map(|handle| ids.get(handle).cloned()).collect();
        let groups = groups.into_iter().map(|(group, members)| (group, found(members))).collect();
        let told = AccessOfTarget {
            target: target.to_owned(),
            since: store.access_since(target).await?,
            read: store.last_read_at(target).await?,
            done_since: None,
            lines: Vec::new(),
        };
        let (links, since) = (store.links(target).await?, Vec::new());
        let mut look = Self { at, links, owners, names, usable, groups, since, told };
        look.take_in(&engine.done_since(target).await?);
        Ok(look)
    }

    /// Takes in what was done since the last read: that is known without another one.
    fn take_in(&mut self, done: &[Since]) {
        for one in done {
            self.told.done_since = Some(one.at);
            let mut turned = Vec::new();
            if let Some(enabled) = one.enabled().filter(|_| one.step.kind == Kind::User) {
                let is_new =
                    if enabled { self.usable.insert(one.object.clone()) } else { self.usable.remove(&one.object) };
                turned.extend(is_new.then(|| (Access { subject: one.object.clone(), group: None }, enabled)));
            }
            for (member, came) in one.members(&self.links) {
                let members = self.groups.entry(one.object.clone()).or_default();
                let is_new = if came { members.insert(member.clone()) } else { members.remove(&member) };
                let access = Access { subject: member, group: Some(one.object.clone()) };
                turned.extend(is_new.then_some((access, came)));
            }
            self.since.extend(turned.into_iter().map(|(access, came)| {
                let turn = Turn { access, name: one.step.name.clone(), came };
                Dated { turn, after: None, seen: one.at }
            }));
        }
    }

    /// What turned about an account, or a group in a group, up to now.
    async fn turns_of(&self, engine: &Engine, subject: &ObjectId) -> Result<Vec<Dated>, Failure> {
        let mut turned = engine.store.turns_of(&self.told.target, subject).await?;
        turned.extend(self.since.iter().filter(|one| one.turn.access.subject == *subject).cloned());
        Ok(turned)
    }

    /// The same about the members of a group.
    async fn turns_in(&self, engine: &Engine, group: &ObjectId) -> Result<Vec<Dated>, Failure> {
        let mut turned = engine.store.turns_in(&self.told.target, group).await?;
        turned.extend(self.since.iter().filter(|one| one.turn.access.group.as_ref() == Some(group)).cloned());
        Ok(turned)
    }

    /// The accounts that a person has, or had on the day.
    fn accounts(&self, engine: &Engine, days: &[&Snapshot], person: &Id) -> BTreeSet<Id> {
        let target = &self.told.target;
        let ordinary = account_id(engine.store.meta().roster, person, target, ORDINARY);
        let stated = days.iter().flat_map(|day| day.accounts_of(person));
        let stated = stated.filter(|(_, account)| account.system == *target).map(|(id, _)| id.clone());
        std::iter::once(ordinary).chain(stated).collect()
    }

    /// The objects that belong to a thing, or once did.
    async fn objects(&self, engine: &Engine, key: &Id) -> Result<BTreeSet<ObjectId>, Failure> {
        let once = engine.store.objects_once_of(&self.told.target, key).await?;
        Ok(once.into_iter().chain(self.links.object(key).cloned()).collect())
    }

    /// What an account gave on the day: whether it could be used, and its groups, those within groups too.
    async fn account(&mut self, engine: &Engine, object: &ObjectId) -> Result<(), Failure> {
        let turned = self.turns_of(engine, object).await?;
        let own: Vec<Dated> = turned.iter().filter(|one| one.turn.access.group.is_none()).cloned().collect();
        let name = self.called(object, own.last());
        self.tell(engine, (Kind::User, object, &name, None), &own, self.usable.contains(object)).await?;
        let mut next = vec![(object.clone(), None::<String>)];
        let mut been = BTreeSet::from([object.clone()]);
        while let Some((subject, through)) = next.pop() {
            let turned = self.turns_of(engine, &subject).await?;
            let current = self.groups.iter().filter(|(_, members)| members.contains(&subject)).map(|(group, _)| group);
            let groups: BTreeSet<ObjectId> =
                turned.iter().filter_map(|one| one.turn.access.group.clone()).chain(current.cloned()).collect();
            for group in groups {
                let of: Vec<Dated> =
                    turned.iter().filter(|one| one.turn.access.group.as_ref() == Some(&group)).cloned().collect();
                let now = self.groups.get(&group).is_some_and(|members| members.contains(&subject));
                let name = self.called(&group, of.last());
                let held = self.tell(engine, (Kind::Group, &group, &name, through.as_deref()), &of, now).await?;
                if held && been.insert(group.clone()) {
                    next.push((group, Some(name)));
                }
            }
        }
        Ok(())
    }

    /// Who was in a group on the day, by groups within it too.
    async fn members(&mut self, engine: &Engine, group: &ObjectId) -> Result<(), Failure> {
        let mut next = vec![(group.clone(), None::<String>)];
        let mut been = BTreeSet::from([group.clone()]);
        while let Some((group, through)) = next.pop() {
            let turned = self.turns_in(engine, &group).await?;
            let current = self.groups.get(&group).into_iter().flatten();
            let members: BTreeSet<ObjectId> =
                turned.iter().map(|one| one.turn.access.subject.clone()).chain(current.cloned()).collect();
            for member in members {
                let of: Vec<Dated> = turned.iter().filter(|one| one.turn.access.subject == member).cloned().collect();
                let now = self.groups.get(&group).is_some_and(|members| members.contains(&member));
                let is_group = self.groups.contains_key(&member);
                let name = self.called(&member, None);
                let kind = if is_group { Kind::Group } else { Kind::User };
                let held = self.tell(engine, (kind, &member, &name, through.as_deref()), &of, now).await?;
                if held && is_group && been.insert(member.clone()) {
                    next.push((member, Some(name)));
                }
            }
        }
        Ok(())
    }

    /// What an object is called: the person whose account it is, else by what was seen.
    fn called(&self, object: &ObjectId, seen: Option<&Dated>) -> String {
        let owner = self.links.key(object).and_then(|key| self.owners.get(key)).cloned();
        let now = || self.names.get(object).cloned();
        let then = || seen.map(|seen| seen.turn.name.clone());
        owner.or_else(now).or_else(then).unwrap_or_else(|| object.to_string())
    }

    /// Adds a line for an access that was held on the day; answers whether it was.
    async fn tell(
        &mut self,
        engine: &Engine,
        (kind, object, name, through): (Kind, &ObjectId, &str, Option<&str>),
        turned: &[Dated],
        now: bool,
    ) -> Result<bool, Failure> {
        let zone = &engine.config.zone;
        let times: Vec<(Instant, bool)> = turned.iter().map(|one| (one.seen, one.turn.came)).collect();
        let on: Vec<Span> = spans(&times, now).into_iter().filter(|span| span.is_on(self.at, zone)).collect();
        let known = self.told.since.is_some_and(|since| since.day(zone) <= self.at);
        if on.is_empty() || !known {
            return Ok(false);
        }
        let mut told = Vec::new();
        for Span { from, to } in on {
            told.push(AccessSpan {
                from,
                to,
                given_by: self.behind(engine, turned, from).await?,
                taken_by: self.behind(engine, turned, to).await?,
            });
        }
        self.told.lines.push(AccessLine {
            kind,
            object: object.clone(),
            key: self.links.key(object).cloned(),
            name: name.to_owned(),
            through: through.map(ToOwned::to_owned),
            spans: told,
        });
        Ok(true)
    }

    /// The run behind a turn that was seen at an instant; none where somebody else was.
    async fn behind(&self, engine: &Engine, turned: &[Dated], at: Option<Instant>) -> Result<Option<i64>, Failure> {
        let Some(one) = turned.iter().find(|one| Some(one.seen) == at) else { return Ok(None) };
        Ok(engine.store.run_behind(&self.told.target, one).await?)
    }
}
