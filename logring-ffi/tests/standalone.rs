//! The manifests in `standalone/`, by which the C library is built without any
//! crate from elsewhere, say what those of the workspace say.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

const WORKSPACE: &str = "../Cargo.toml";
const LIBRARY: &str = "../logring/Cargo.toml";
const INTERFACE: &str = "Cargo.toml";
const STANDALONE_LIBRARY: &str = "standalone/logring/Cargo.toml";
const STANDALONE_INTERFACE: &str = "standalone/Cargo.toml";

type Section = BTreeMap<String, String>;

/// The keys of a section and their values, as far as they stand on one line.
fn section(manifest: &str, name: &str) -> Section {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(manifest);
    let text = fs::read_to_string(path).expect("a manifest");
    let heading = format!("[{name}]");
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let section: Section = lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    assert!(!section.is_empty(), "{manifest} has no [{name}]");
    section
}

#[test]
fn what_is_said_of_the_packages_is_the_workspaces() {
    let theirs = section(WORKSPACE, "workspace.package");
    for (key, value) in section(STANDALONE_INTERFACE, "workspace.package") {
        assert_eq!(theirs.get(&key), Some(&value), "{key}");
    }
}

#[test]
fn profiles_are_the_workspaces() {
    for name in ["profile.release", "profile.bare"] {
        let ours = section(STANDALONE_INTERFACE, name);
        assert_eq!(ours, section(WORKSPACE, name), "[{name}]");
    }
}

#[test]
fn features_are_some_of_the_packages() {
    for (ours, theirs) in [
        (STANDALONE_LIBRARY, LIBRARY),
        (STANDALONE_INTERFACE, INTERFACE),
    ] {
        let theirs = section(theirs, "features");
        for feature in section(ours, "features").keys() {
            assert!(theirs.contains_key(feature), "{feature} of {ours}");
        }
    }
}
