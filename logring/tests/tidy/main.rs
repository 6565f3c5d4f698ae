//! Style that matters, as a test over the source text.
//!
//! Each rule is a function from text to what it finds wrong there, and has a
//! test beside it with a sample that it must find. What the compiler or clippy
//! can check is not here.

mod context;
mod floors;
mod labels;
mod protocol;
mod source;
mod text;

use source::{Found, Source};

/// What a rule finds wrong in a file.
type Rule = fn(&Source) -> Vec<Found>;

/// Fails with everything that the rules find in `sources`.
fn hold<'s>(sources: impl Iterator<Item = &'s Source>, rules: &[Rule]) {
    let mut report = String::new();
    for source in sources {
        for found in rules.iter().flat_map(|rule| rule(source)) {
            report += &found.at(source);
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn imports_go_down_only() {
    hold(source::library(), &[floors::imports_from_above]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn only_sync_names_an_atomic() {
    hold(source::library(), &[protocol::foreign_atomics]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn only_sync_and_the_ring_are_unsafe_and_say_why_it_is_safe() {
    hold(
        source::library(),
        &[
            protocol::unsafe_elsewhere,
            protocol::unsafe_without_hazard,
            protocol::rooms_that_allow_unsafe,
        ],
    );
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn orderings_are_where_they_are_argued() {
    hold(source::library(), &[protocol::orderings_elsewhere]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn each_ordering_has_its_partners_and_its_row_in_the_design() {
    let of = |path| source::library().find(|source| source.in_library() == path);
    let orderings = of("ring/orderings.rs").expect("the labels are in a file of their own");
    let design = of("design.rs").expect("the argument is in a file of its own");
    let labels = labels::labels(orderings);
    assert!(labels.len() >= 12, "only {} labels", labels.len());
    hold([orderings].into_iter(), &[labels::without_partner]);
    let found = labels::unlike_the_table(&labels, design);
    let report: String = found.iter().map(|found| found.at(design)).collect();
    assert!(report.is_empty(), "{report}");
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_planted_bug_has_to_be_caught() {
    let hunters = concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/planted");
    let hunted = std::fs::read_to_string(hunters).expect("the self-test of the tools");
    let found = |source: &Source| -> String {
        let found = protocol::bugs_at_large(source, &hunted);
        found.iter().map(|found| found.at(source)).collect()
    };
    let report: String = source::library().map(found).collect();
    assert!(report.is_empty(), "{report}");
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_entry_point_says_from_which_contexts() {
    hold(source::library(), &[context::without_context]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn files_and_functions_are_short() {
    hold(
        source::everything(),
        &[text::long_files, text::long_functions],
    );
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn files_say_what_they_are_for() {
    hold(source::everything(), &[text::without_purpose]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn nothing_is_left_to_do() {
    hold(source::everything(), &[text::left_to_do]);
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn progress_is_claimed_where_it_is_argued() {
    hold(source::library(), &[text::claims]);
}
