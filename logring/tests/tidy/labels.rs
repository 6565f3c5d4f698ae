//! The labels of the orderings: each that carries something names the
//! partners that it pairs with, they name it back, and the table in the design
//! says the same.

use std::collections::BTreeSet;

use crate::source::{Found, Source, is_word};

/// One labelled ordering.
#[derive(Debug)]
pub(crate) struct Label {
    line: usize,
    /// `P.a`, or a letter for several accesses alike.
    name: String,
    ordering: &'static str,
    partners: BTreeSet<String>,
    doc: String,
}

/// The labels that a file defines, each a constant under its comment.
pub(crate) fn labels(orderings: &Source) -> Vec<Label> {
    let mut labels = Vec::new();
    for (at, line) in orderings.lines.iter().enumerate() {
        let Some((head, mut value)) = line.code.split_once(": Ordering =") else {
            continue;
        };
        let Some((_, name)) = head.split_once("const ") else {
            continue;
        };
        if value.trim().is_empty() {
            value = orderings
                .lines
                .get(at + 1)
                .map_or("", |line| line.code.as_str());
        }
        let doc: Vec<_> = orderings
            .above(at)
            .iter()
            .map(|line| line.comment.trim_start_matches('/').trim())
            .collect();
        let doc = doc.join(" ");
        labels.push(Label {
            line: at,
            name: label_of(name),
            ordering: ordering_of(value),
            partners: partners_of(&doc),
            doc,
        });
    }
    labels
}

/// `P.a` of `P_A`.
fn label_of(constant: &str) -> String {
    match constant.split_once('_') {
        Some((step, letter)) => format!("{step}.{}", letter.to_lowercase()),
        None => constant.to_owned(),
    }
}

fn ordering_of(value: &str) -> &'static str {
    let all = ["AcqRel", "Acquire", "Release", "Relaxed"];
    let named = all.into_iter().find(|ordering| value.contains(ordering));
    named.unwrap_or("none")
}

/// The labels between "Pairs with" and the next semicolon.
fn partners_of(doc: &str) -> BTreeSet<String> {
    let partners = doc.split_once("Pairs with").map_or("", |(_, rest)| rest);
    let partners = partners.split(';').next().unwrap_or_default();
    let words = partners.split(|c: char| !is_word(c) && c != '.');
    words
        .map(|word| word.trim_matches('.'))
        .filter(|word| is_label(word))
        .map(str::to_owned)
        .collect()
}

fn is_label(word: &str) -> bool {
    match word.as_bytes() {
        [step] => step.is_ascii_uppercase(),
        [step, b'.', letter] => step.is_ascii_uppercase() && letter.is_ascii_lowercase(),
        _ => false,
    }
}

/// Labels without a comment in the house's form, or without a partner that
/// names them back.
pub(crate) fn without_partner(orderings: &Source) -> Vec<Found> {
    let labels = labels(orderings);
    let mut found = Vec::new();
    for label in &labels {
        let name = &label.name;
        if !label.doc.starts_with(&format!("ORDERING: {name}")) {
            let what = format!("the comment of {name} begins with `ORDERING: {name}`");
            found.push(Found::new(label.line, what));
        }
        if label.ordering == "Relaxed" {
            if !label.doc.contains("Relaxed:") {
                let what = format!("{name} does not say why it is Relaxed");
                found.push(Found::new(label.line, what));
            }
        } else if label.partners.is_empty() {
            let what = format!("{name} is {} and pairs with nothing", label.ordering);
            found.push(Found::new(label.line, what));
        }
        for partner in &label.partners {
            let what = match labels.iter().find(|other| other.name == *partner) {
                None => format!("{name} pairs with {partner}, which does not exist"),
                Some(other) if !other.partners.contains(name) => {
                    format!("{name} pairs with {partner}, which does not name it back")
                }
                Some(other) if other.ordering == label.ordering => {
                    format!("{name} and {partner} are both {}", label.ordering)
                }
                Some(_) => continue,
            };
            found.push(Found::new(label.line, what));
        }
    }
    found
}

/// Where the table of labels in the design and the code differ.
pub(crate) fn unlike_the_table(labels: &[Label], design: &Source) -> Vec<Found> {
    let mut missing: BTreeSet<&str> = labels.iter().map(|label| label.name.as_str()).collect();
    let mut found = Vec::new();
    for (at, line) in design.lines.iter().enumerate() {
        let columns: Vec<_> = line.comment.split('|').map(str::trim).collect();
        let [_, name, _, ordering, partners, _, ..] = columns[..] else {
            continue;
        };
        if !is_label(name) {
            continue;
        }
        missing.remove(name);
        let Some(label) = labels.iter().find(|label| label.name == name) else {
            found.push(Found::new(at, format!("the code has no label {name}")));
            continue;
        };
        let partners = partners_of(&format!("Pairs with {partners}"));
        if ordering != label.ordering || partners != label.partners {
            let (ordering, partners) = (label.ordering, &label.partners);
            let what = format!("in the code, {name} is {ordering} and pairs with {partners:?}");
            found.push(Found::new(at, what));
        }
    }
    let missing = missing.into_iter();
    found.extend(missing.map(|name| Found::new(0, format!("no row has the label {name}"))));
    found
}

#[cfg(test)]
const GOOD: &str = "\
/// ORDERING: P.a, load. Pairs with C.d, the latest; carries more than E.c.
pub(super) const P_A: Ordering = unless(cfg!(bug = \"x\"), Acquire);

/// ORDERING: C.d, store.
/// Pairs with P.a; carries it.
pub(super) const C_D: Ordering =
    Release;

/// ORDERING: V, figures. Relaxed: they only inform.
pub(super) const V: Ordering = Relaxed;
";

#[cfg(test)]
fn partnerless(from: &str, to: &str) -> usize {
    let text = GOOD.replace(from, to);
    assert!(from.is_empty() || text != GOOD, "nothing was changed");
    without_partner(&Source::new("orderings.rs", &text)).len()
}

#[test]
fn a_label_without_its_partner_is_found() {
    assert_eq!(partnerless("", ""), 0);
    assert_eq!(partnerless("Pairs with P.a", "Pairs with nobody"), 2);
    assert_eq!(partnerless("Pairs with P.a", "Pairs with P.b"), 2);
    assert_eq!(partnerless("Relaxed: they", "They"), 1);
    assert_eq!(partnerless("ORDERING: V", "ORDERING: L"), 1);
    assert_eq!(partnerless("    Release", "    Acquire"), 2);
}

#[test]
fn a_table_unlike_the_code_is_found() {
    let labels = labels(&Source::new("orderings.rs", GOOD));
    let differ = |text: &str| unlike_the_table(&labels, &Source::new("design.rs", text)).len();
    let rows = "//! | label | access | ordering | pairs with | carries | checked |\n\
                //! | P.a | load | Acquire | C.d | more | – |\n\
                //! | C.d | store | Release | P.a | it | – |\n";
    let figures = "//! | V | figures | Relaxed | – | nothing | – |\n";
    assert_eq!(differ(&format!("{rows}{figures}")), 0);
    assert_eq!(differ(rows), 1);
    let more = "//! | Q.z | load | Relaxed | – | nothing | – |\n";
    assert_eq!(differ(&format!("{rows}{figures}{more}")), 1);
    let weak = rows.replace("| Acquire |", "| Relaxed |");
    assert_eq!(differ(&format!("{weak}{figures}")), 1);
    let lonely = rows.replace("| P.a | it", "| – | it");
    assert_eq!(differ(&format!("{lonely}{figures}")), 1);
}
