//! Reads of what changed: a mark is the number of changes that there were.

use super::state::State;
use crate::object::{Evidence, Kind, ObjectId, ScopeRead};
use crate::target::{Gone, Increment, Mark, ObserveRequest, Seen};

pub(super) fn mark(server: &str, state: &State) -> Mark {
    Mark { server: server.to_owned(), body: state.changes().to_string() }
}

pub(super) fn changes(
    server: &str,
    state: &State,
    request: &ObserveRequest,
    since: &Mark,
    see: &mut (dyn FnMut(Seen) + Send),
) -> Increment {
    if let Some(why) = &state.faults.marks {
        return Increment::Impossible(why.clone());
    }
    if since.server != server {
        return Increment::Impossible(format!("the last read was of {}, this is {server}", since.server));
    }
    let Some(since) = since.body.parse().ok().filter(|since| *since <= state.changes()) else {
        return Increment::Impossible("where the last read ended cannot be understood".into());
    };
    if state.faults.partial {
        return Increment::Impossible("reads stop before their end".into());
    }
    let missing = reread(state, request, &state.changed_since(since), see);
    if request.attributes.contains_key(&Kind::User) {
        let there = state.ids().into_iter().filter(|id| !state.faults.hidden.contains(id));
        for object in there {
            for name in state.taken_by(&object).into_iter().filter(|name| request.spaces.contains(&name.space)) {
                see(Seen::Name(name));
            }
        }
    }
    let scope = ScopeRead {
        scope: format!("{server} (changes)"),
        kind: None,
        base_readable: true,
        ended: true,
        seen: 0,
        announced: None,
        floor: None,
        unreadable: 0,
    };
    let evidence = Evidence { scopes: vec![scope], ..Evidence::default() };
    Increment::Whole { gone: Gone::These(missing.into_iter().collect()), next: mark(server, state), evidence }
}

/// Shows those of the objects that a read would show; answers the others.
pub(super) fn reread(
    state: &State,
    request: &ObserveRequest,
    ids: &[ObjectId],
    see: &mut (dyn FnMut(Seen) + Send),
) -> Vec<ObjectId> {
    let mut missing = Vec::new();
    for id in ids {
        let there = state.object(id).filter(|_| !state.faults.hidden.contains(id));
        let names = there.and_then(|object| request.attributes.get(&object.kind));
        match names.and_then(|names| state.observed(id, Some(names))) {
            Some(object) => see(Seen::Object(Box::new(object), None)),
            None => missing.push(id.clone()),
        }
    }
    missing
}
