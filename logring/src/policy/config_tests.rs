//! Builders and getters; strings are tested beside `parse.rs`.

use super::*;

fn clock_a() -> u64 {
    1
}

fn clock_b() -> u64 {
    2
}

// Of different bodies: equal ones may become one function.
fn hook_a() {
    std::hint::black_box(1);
}

fn hook_b() {
    std::hint::black_box(2);
}

#[test]
fn every_builder_changes_its_own_setting_only() {
    const BASE: Config = Config::new();
    assert_eq!(BASE.policy(), Policy::DropNewest);
    assert_eq!(BASE.marks(), Marks::none());
    assert_eq!(BASE.retry_limit(), Config::RETRY_LIMIT_DEFAULT);
    assert_eq!(BASE.record_bytes_max(), 0);
    assert!(BASE.truncate());
    assert_eq!(BASE.min_level(), None);
    assert!(BASE.clock().is_none());
    assert!(BASE.notify().is_none());
    assert_eq!(BASE.capacity_bytes(), None);

    const MARKS: Marks = Marks::none().with(Severity::Info, 75);
    const CHANGED: [Config; 10] = [
        BASE,
        BASE.with_policy(Policy::DropOldest),
        BASE.with_marks(MARKS),
        BASE.with_retry_limit(7),
        BASE.with_record_bytes_max(8192),
        BASE.with_truncate(false),
        BASE.with_min_level(Some(Level::WARN)),
        BASE.with_clock(Some(clock_a)),
        BASE.with_notify(Some(hook_a)),
        BASE.with_capacity_bytes(Some(4096)),
    ];
    let values = CHANGED.map(|config| {
        [
            config.policy() == Policy::DropOldest,
            config.marks() == MARKS,
            config.retry_limit() == 7,
            config.record_bytes_max() == 8192,
            !config.truncate(),
            config.min_level() == Some(Level::WARN),
            config.clock().is_some_and(|clock| clock() == 1),
            config.notify().is_some(),
            config.capacity_bytes() == Some(4096),
        ]
    });
    for (place, row) in values.into_iter().enumerate() {
        for (setting, is_changed) in row.into_iter().enumerate() {
            assert_eq!(is_changed, place == setting + 1, "{place} {setting}");
        }
    }
}

#[test]
fn equality_sees_every_setting() {
    let base = Config::new();
    let others = [
        base.with_policy(Policy::DropOldest),
        base.with_mark(Severity::Fatal, 99),
        base.with_retry_limit(7),
        base.with_record_bytes_max(8192),
        base.with_truncate(false),
        base.with_min_level(Some(Level::TRACE)),
        base.with_clock(Some(clock_a)),
        base.with_clock(Some(clock_b)),
        base.with_notify(Some(hook_a)),
        base.with_notify(Some(hook_b)),
        base.with_capacity_bytes(Some(0)),
    ];
    for (place, config) in others.iter().enumerate() {
        assert_ne!(*config, base, "{place}");
        for (other_place, other) in others.iter().enumerate() {
            assert_eq!(config == other, place == other_place);
        }
    }
}

#[test]
fn the_presets_differ_in_the_policy_only() {
    assert_eq!(Config::drop_newest(), Config::new());
    assert_eq!(Config::default(), Config::new());
    let back = Config::drop_oldest().with_policy(Policy::DropNewest);
    assert_eq!(back, Config::new());
    assert_eq!(Config::drop_oldest().policy(), Policy::DropOldest);
}

#[test]
fn a_retry_limit_of_0_is_the_default() {
    let config = Config::new().with_retry_limit(5).with_retry_limit(0);
    assert_eq!(config.retry_limit(), 32);
    assert_eq!(config.with_retry_limit(1).retry_limit(), 1);
    assert_eq!(config.with_retry_limit(u32::MAX).retry_limit(), u32::MAX);
}

#[test]
fn one_mark_leaves_the_others() {
    let config = Config::new()
        .with_mark(Severity::Debug, 60)
        .with_mark(Severity::Info, 75);
    assert_eq!(config.marks().percent(Severity::Debug), 60);
    assert_eq!(config.marks().percent(Severity::Info), 75);
    assert_eq!(config.marks().percent(Severity::Warn), 100);
}
