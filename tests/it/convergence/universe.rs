//! Everything at once: random rosters, targets, scopes, limits and reads, and all that holds of every plan.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use rosterd::mapping::{Leaves, Scope};
use rosterd::object::{Deed, Disabling, Ground, Kind, Op};
use rosterd::reconcile::{Brakes, Limits};
use rosterd::target::memory::Faults;

use super::cases;
use super::guarding::{assert_monotonous, further, limits};
use super::organisation::{Organisation, organisation};
use super::reverting::shown;
use super::world::{World, compiled_for_users};

/// One world and what happens in it.
#[derive(Debug, Clone)]
struct Case {
    tree: bool,
    states: Vec<Organisation>,
    scope: ScopeOf,
    reading: Reading,
    brakes: (Limits, bool),
    cut: usize,
    further: Vec<(Index, Index)>,
}

/// Who is meant, what becomes of who is not, and what may be done to whom.
#[derive(Debug, Clone)]
struct ScopeOf {
    when: &'static str,
    keeps: bool,
    deeds: Vec<(Deed, &'static str)>,
}

/// What goes wrong when the target and the sources are read.
#[derive(Debug, Clone)]
struct Reading {
    /// The read of the target stops before its end.
    partial: bool,
    /// Of every eight objects, the ones that are not shown.
    hidden: u8,
    /// The sources were not all read whole.
    doubtful: bool,
    lost_links: usize,
    turn: usize,
}

const CONDITIONS: [&str; 4] =
    ["true", "person.category != 'external'", "person.surname != 'Berg'", "unit.name == 'IT'"];

fn scope() -> impl Strategy<Value = ScopeOf> {
    let condition = || prop::sample::select(&CONDITIONS[..]);
    let deeds = vec(prop::option::weighted(0.3, condition()), Deed::ALL.len());
    (condition(), any::<bool>(), deeds).prop_map(|(when, keeps, deeds)| {
        let deeds = Deed::ALL.into_iter().zip(deeds).filter_map(|(deed, when)| Some((deed, when?))).collect();
        ScopeOf { when, keeps, deeds }
    })
}

fn reading() -> impl Strategy<Value = Reading> {
    (any::<bool>(), any::<u8>(), any::<bool>(), 0..3_usize, 0..20_usize).prop_map(
        |(partial, hidden, doubtful, lost_links, turn)| Reading { partial, hidden, doubtful, lost_links, turn },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let states = vec(organisation(), 2..4);
    (any::<bool>(), states, scope(), reading(), (limits(), any::<bool>()), 0..20_usize, further()).prop_map(
        |(tree, states, scope, reading, brakes, cut, further)| Case {
            tree,
            states,
            scope,
            reading,
            brakes,
            cut,
            further,
        },
    )
}

impl ScopeOf {
    fn compiled(&self) -> Scope {
        Scope {
            when: Some(compiled_for_users(self.when)),
            leaves: if self.keeps { Leaves::Keep } else { Leaves::Disable },
            deeds: self.deeds.iter().map(|(deed, when)| (*deed, compiled_for_users(when))).collect(),
        }
    }
}

/// All that holds, one after the other.
fn holds(case: &Case) {
    let mut world = World::new(case.tree);
    world.disabling = Disabling::Keeps;
    world.rules.kinds.get_mut(&Kind::User).unwrap().scope = case.scope.compiled();
    let brakes = Brakes { limits: case.brakes.0.clone(), new_rules: case.brakes.1 };
    let [first, later @ ..] = case.states.as_slice() else { return };
    world.settle(first);
    for organisation in later {
        digests_know_no_order(&world, organisation, case.reading.turn);
        a_bad_read_proves_nothing(&mut world, organisation, &case.reading);
        let plan = world.plan(organisation);
        assert_monotonous(&plan, &brakes, case.cut, &case.further);
        let before = shown(&world);
        // in one run, and equal states plan nothing
        let plan = world.settle(organisation);
        world.assert_no_duplicate();
        let inverse = world.inverse(&plan);
        assert_eq!(inverse.held, vec![], "of {:#?}", plan.steps);
        world.apply(&inverse);
        assert_eq!(shown(&world), before, "{:#?}\nundone by {:#?}", plan.steps, inverse.steps);
        // the roster still says what it said
        world.settle(organisation);
    }
    lost_links_are_found_again(&mut world, case);
}

fn digests_know_no_order(world: &World, organisation: &Organisation, turn: usize) {
    let plan = world.plan(organisation);
    let other = world.plan_from(organisation, |mut objects| {
        objects.reverse();
        let turn = turn % objects.len().max(1);
        objects.rotate_left(turn);
        objects
    });
    assert_eq!(plan, other);
    assert_eq!(plan.digest(), other.digest());
}

fn a_bad_read_proves_nothing(world: &mut World, organisation: &Organisation, reading: &Reading) {
    let absence = world.absence.clone();
    let objects = world.memory.objects();
    let hidden = objects.iter().enumerate().filter(|(at, _)| reading.hidden & (1 << (at % 8)) != 0);
    let hidden = hidden.map(|(_, object)| object.id.clone()).collect();
    world.memory.set_faults(Faults { partial: reading.partial, hidden, ..Faults::default() });
    if reading.doubtful {
        world.absence = None;
    }
    let plan = world.plan(organisation);
    for step in &plan.steps {
        let absent = matches!(step.ground, Some(Ground::Absent(_)));
        let of_target = matches!(step.op, Op::RemoveMembers | Op::Unlink);
        // what speaks of the sources needs all of them, what speaks of the target all of that
        let proved = if of_target { !reading.partial } else { !reading.doubtful };
        assert!(!absent || proved, "an absence without proof: {step:#?}");
        assert!(!reading.partial || step.op != Op::Create, "created without knowing whether it is there");
        assert!(!absent || step.op != Op::Delete, "deleted for being absent");
    }
    world.absence = absence;
    world.memory.set_faults(Faults::default());
}

/// Objects whose links were lost are known by their stamps: nothing is made twice.
fn lost_links_are_found_again(world: &mut World, case: &Case) {
    let Some(last) = case.states.last() else { return };
    let (links, count) = (world.links.clone(), world.memory.objects().len());
    world.links = links.iter().skip(case.reading.lost_links).map(|(key, id)| (key.clone(), id.clone())).collect();
    world.settle(last);
    assert_eq!(world.memory.objects().len(), count);
    assert!(world.links.iter().all(|(key, id)| links.object(key) == Some(id)));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn all_of_it_holds(case in case()) {
        holds(&case);
    }
}

/// The case of a seed, the same each time.
fn of_seed(seed: u64) -> Case {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    case().new_tree(&mut TestRunner::new_with_rng(cases(), rng)).unwrap().current()
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[test]
#[ignore = "scripts/campaign properties"]
fn all_of_it_holds_for_many_seeds() {
    let (count, first) = (number("CAMPAIGN_N", 20_000), number("CAMPAIGN_SEED", 1));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed: Vec<u64> = std::thread::scope(|scope| {
        let share = |thread: usize| {
            move || {
                let seeds = (first..first + count).skip(thread).step_by(threads);
                let fails = |seed: &u64| std::panic::catch_unwind(|| holds(&of_seed(*seed))).is_err();
                seeds.filter(fails).collect::<Vec<u64>>()
            }
        };
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(share(thread))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut told = String::new();
    failed.iter().for_each(|seed| _ = writeln!(told, "FAILED: seed {seed}"));
    say(told.trim_end());
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert!(failed.is_empty());
}
