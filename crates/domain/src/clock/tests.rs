use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

/// Real time that only the test moves.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn move_to(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn running() -> (Hand, VirtualClock) {
    let hand = Hand::default();
    hand.move_to(1_000);
    let clock =
        VirtualClock::over(hand.clone(), ClockState { virtual_ms: 50_000, real_ms: 1_000, frozen: false });
    (hand, clock)
}

#[test]
fn virtual_time_passes_with_real_time() {
    let (hand, clock) = running();
    assert_eq!(clock.now_ms(), 50_000);
    hand.move_to(1_007);
    assert_eq!(clock.now_ms(), 50_007);
}

#[test]
fn a_clock_set_back_is_reported() {
    let (hand, clock) = running();
    hand.move_to(1_500);
    let change = clock.set(50_499);
    assert_eq!(change, Change { before_ms: 50_500, after_ms: 50_499 });
    assert!(change.went_back());
    assert_eq!(clock.now_ms(), 50_499);
    hand.move_to(1_501);
    assert_eq!(clock.now_ms(), 50_500);
}

#[test]
fn a_clock_set_forward_or_to_the_same_time_did_not_go_back() {
    let (_, clock) = running();
    assert!(!clock.set(50_000).went_back());
    assert!(!clock.set(90_000).went_back());
    assert_eq!(clock.now_ms(), 90_000);
}

#[test]
fn advancing_adds_and_a_negative_advance_is_reported() {
    let (_, clock) = running();
    assert_eq!(clock.advance(60_000), Change { before_ms: 50_000, after_ms: 110_000 });
    assert!(clock.advance(-1).went_back());
    assert_eq!(clock.now_ms(), 109_999);
    clock.advance(i64::MAX);
    assert_eq!(clock.now_ms(), i64::MAX);
}

#[test]
fn a_frozen_clock_stands_until_it_is_resumed_and_makes_up_for_nothing() {
    let (hand, clock) = running();
    hand.move_to(1_100);
    assert_eq!(clock.freeze(), Change { before_ms: 50_100, after_ms: 50_100 });
    hand.move_to(9_000);
    assert_eq!(clock.now_ms(), 50_100);
    assert_eq!(clock.resume(), Change { before_ms: 50_100, after_ms: 50_100 });
    hand.move_to(9_010);
    assert_eq!(clock.now_ms(), 50_110);
}

#[test]
fn a_frozen_clock_can_be_set_and_advanced_and_stays_frozen() {
    let (hand, clock) = running();
    clock.freeze();
    clock.set(70_000);
    clock.advance(5);
    hand.move_to(9_000);
    assert_eq!(clock.now_ms(), 70_005);
    assert!(clock.state().frozen);
}

#[test]
fn clones_are_one_clock() {
    let (_, clock) = running();
    let other = clock.clone();
    other.set(70_000);
    assert_eq!(clock.now_ms(), 70_000);
}

#[test]
fn a_machine_clock_that_steps_back_does_not_turn_virtual_time_back() {
    let (hand, clock) = running();
    hand.move_to(1_400);
    assert_eq!(clock.now_ms(), 50_400);
    hand.move_to(200);
    assert_eq!(clock.now_ms(), 50_400);
    hand.move_to(210);
    assert_eq!(clock.now_ms(), 50_410);
}

#[test]
fn a_running_world_goes_on_while_it_is_down() {
    let (hand, clock) = running();
    hand.move_to(2_000);
    let kept = clock.state();
    assert_eq!(kept, ClockState { virtual_ms: 51_000, real_ms: 2_000, frozen: false });
    hand.move_to(5_000);
    assert_eq!(VirtualClock::over(hand, kept).now_ms(), 54_000);
}

#[test]
fn a_frozen_world_is_found_where_it_was_left() {
    let (hand, clock) = running();
    clock.freeze();
    let kept = clock.state();
    hand.move_to(5_000);
    let found = VirtualClock::over(hand, kept);
    assert_eq!(found.now_ms(), 50_000);
    assert!(found.state().frozen);
}

#[test]
fn the_clock_of_a_new_world_is_real_time() {
    let before_ms = SystemClock.now_ms();
    let clock = VirtualClock::real();
    let now_ms = clock.now_ms();
    assert!(before_ms <= now_ms && now_ms <= SystemClock.now_ms(), "{before_ms} {now_ms}");
    assert_eq!(VirtualClock::from_state(ClockState { virtual_ms: 7, real_ms: 0, frozen: true }).now_ms(), 7);
}

#[test]
fn a_stopwatch_never_runs_back() {
    let stopwatch = Stopwatch::start();
    let first = stopwatch.elapsed_ms();
    assert!(first <= stopwatch.elapsed_ms());
}
