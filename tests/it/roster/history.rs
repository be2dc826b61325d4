//! The algebra over timelines against a model that writes down every day by itself.

use proptest::collection::vec;
use proptest::prelude::*;
use rosterd::org::history::{Span, Timeline, TimelineError, difference};
use rosterd::org::{Day, Interval};

const DAYS: i64 = 24;

/// What holds on each day of a window, and before and after it.
type Model = Vec<Option<u8>>;

#[derive(Debug, Clone)]
enum Edit {
    Overlay(Interval, u8),
    Without(Interval),
    EndOn(i64),
}

/// The model's days: one before every border, the window, one after it.
fn probes() -> Vec<Day> {
    (-2..DAYS + 2).map(at).collect()
}

fn at(offset: i64) -> Day {
    "2026-03-20".parse::<Day>().unwrap().plus(offset)
}

fn interval() -> impl Strategy<Value = Interval> {
    (proptest::option::of(0..DAYS), proptest::option::of(0..DAYS))
        .prop_map(|(from, to)| Interval { from: from.map(at), to: to.map(at) })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (interval(), 0..3u8).prop_map(|(interval, body)| Edit::Overlay(interval, body)),
        1 => interval().prop_map(Edit::Without),
        1 => (0..DAYS).prop_map(Edit::EndOn),
    ]
}

fn apply(timeline: &Timeline<u8>, edit: &Edit) -> Timeline<u8> {
    match edit {
        Edit::Overlay(interval, body) => timeline.overlay(*interval, *body),
        Edit::Without(interval) => timeline.without(*interval),
        Edit::EndOn(offset) => timeline.end_on(at(*offset)),
    }
}

fn apply_model(model: &mut Model, edit: &Edit) {
    for (held, day) in model.iter_mut().zip(probes()) {
        match edit {
            Edit::Overlay(interval, body) if interval.contains(day) => *held = Some(*body),
            Edit::Without(interval) if interval.contains(day) => *held = None,
            Edit::EndOn(offset) if day >= at(*offset) => *held = None,
            _ => {}
        }
    }
}

fn built(edits: &[Edit]) -> Timeline<u8> {
    edits.iter().fold(Timeline::default(), |timeline, edit| apply(&timeline, edit))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_day_is_as_the_model_says(edits in vec(edit(), 0..30)) {
        let mut model: Model = vec![None; probes().len()];
        let mut timeline = Timeline::default();
        for edit in &edits {
            timeline = apply(&timeline, edit);
            apply_model(&mut model, edit);
            let held: Model = probes().into_iter().map(|day| timeline.on(day).copied()).collect();
            prop_assert_eq!(&held, &model);
            assert_normal(&timeline);
        }
    }

    #[test]
    fn an_edit_loses_nothing_outside_its_days(edits in vec(edit(), 0..20), interval in interval(), body in 0..3u8) {
        let before = built(&edits);
        let after = before.overlay(interval, body);
        prop_assert_eq!(after.without(interval), before.without(interval));
        prop_assert_eq!(before.overlay(interval, body).overlay(interval, body), after);
    }

    #[test]
    fn a_difference_leads_to_what_is_wanted_and_then_to_nothing(a in vec(edit(), 0..20), b in vec(edit(), 0..20)) {
        let (stored, wanted) = (built(&a), built(&b));
        let rows: Vec<(usize, Span<u8>)> = stored.spans().iter().cloned().enumerate().collect();
        let (close, add) = difference(&rows, &wanted);
        let mut left: Vec<Span<u8>> =
            rows.iter().filter(|(row, _)| !close.contains(row)).map(|(_, span)| span.clone()).collect();
        prop_assert!(add.iter().all(|span| !left.contains(span)));
        left.extend(add);
        prop_assert_eq!(&Timeline::new(left).unwrap(), &wanted);
        let rows: Vec<(usize, Span<u8>)> = wanted.spans().iter().cloned().enumerate().collect();
        prop_assert_eq!(difference(&rows, &wanted), (Vec::new(), Vec::new()));
    }

    #[test]
    fn any_order_of_the_spans_gives_the_same_timeline(edits in vec(edit(), 0..20), seed in any::<u64>()) {
        let timeline = built(&edits);
        let mut spans = timeline.spans().to_vec();
        let turn = seed as usize % spans.len().max(1);
        spans.rotate_left(turn);
        prop_assert_eq!(Timeline::new(spans).unwrap(), timeline);
    }

    #[test]
    fn overlapping_spans_are_refused_and_no_others(a in interval(), b in interval()) {
        let spans = vec![Span { interval: a, body: 0u8 }, Span { interval: b, body: 1u8 }];
        let refused = Timeline::new(spans).is_err();
        prop_assert_eq!(refused, a.is_empty() || b.is_empty() || a.overlaps(&b));
    }
}

fn assert_normal(timeline: &Timeline<u8>) {
    assert!(timeline.spans().iter().all(|span| !span.interval.is_empty()));
    for pair in timeline.spans().windows(2) {
        let (end, start) = (pair[0].interval.to.unwrap(), pair[1].interval.from.unwrap());
        assert!(end <= start, "{pair:?}");
        assert!(end < start || pair[0].body != pair[1].body, "{pair:?}");
    }
}

#[test]
fn a_refusal_names_the_places_as_they_were_given() {
    let span = |from, to| Span { interval: Interval { from: Some(at(from)), to: Some(at(to)) }, body: 0u8 };
    assert_eq!(Timeline::new(vec![span(5, 9), span(0, 6)]), Err(TimelineError::Overlap(0, 1)));
    assert_eq!(Timeline::new(vec![span(0, 5), span(7, 7)]), Err(TimelineError::Empty(1)));
    assert_eq!(Timeline::new(vec![span(5, 9), span(0, 5)]).unwrap().spans(), [span(0, 9)]);
}
