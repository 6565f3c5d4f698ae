//! Sentences that explain, and numbers from elsewhere: levels and marks.

use logring::{Config, ConfigError, Level, Marks, Policy, PolicyError, Severity, Why};

/// A sentence is the same for Rust and for C, one printable line, without a
/// capital letter or a full stop.
#[track_caller]
fn assert_sentence(why: Why) {
    let text = why.as_str();
    assert_eq!(why.as_c_str().to_str(), Ok(text));
    assert_eq!(why.as_c_str().to_bytes_with_nul().len(), text.len() + 1);
    assert_eq!((&*why, why.to_string()), (text, text.to_owned()));
    assert_eq!(format!("{why:?}"), format!("{text:?}"));
    assert_eq!(format!("{why:>400}").len(), 400);
    assert!((10..400).contains(&text.len()), "{text}");
    assert!(
        !text.contains(char::is_control) && !text.contains("  "),
        "{text}"
    );
    assert!(!text.starts_with(char::is_uppercase), "{text}");
    assert!(!text.ends_with(['.', ' ']), "{text}");
}

/// Every policy that is none has a sentence, each kind its own, which names
/// what to use instead.
#[test]
fn every_refused_policy_is_explained_to_rust_and_to_c() {
    let mut sentences = Vec::new();
    for name in [
        "block",
        "lossless",
        "unbounded",
        "raise",
        "overflow",
        "ring",
        "default",
        "colour",
    ] {
        let error = Policy::parse(name).unwrap_err();
        assert!(match (name, error) {
            ("block" | "lossless" | "unbounded" | "raise", PolicyError::Refused { why, .. })
            | ("overflow" | "ring" | "default", PolicyError::Ambiguous { why, .. }) => {
                why == error.why()
            }
            ("colour", PolicyError::Unknown) => true,
            _ => false,
        });
        let why = error.why();
        assert_sentence(why);
        assert!(why.contains("drop_newest"), "{why}");
        assert!(!sentences.contains(&why), "{why}");
        sentences.push(why);
    }
}

/// Every way to get a configuration wrong has a sentence of its own, and the
/// printed error ends with it.
#[test]
fn every_wrong_configuration_is_explained_to_rust_and_to_c() {
    /// Whether an error is of one kind.
    type Is = fn(&ConfigError<'_>) -> bool;
    let wrong: [(&str, Is); 17] = [
        ("policy=drop,,mode=drop", |e| {
            matches!(e, ConfigError::EmptyEntry)
        }),
        ("colour=red", |e| {
            matches!(e, ConfigError::UnknownKey { .. })
        }),
        ("policy", |e| matches!(e, ConfigError::NoValue { .. })),
        ("policy=drop,policy=drop", |e| {
            matches!(e, ConfigError::DuplicateKey { .. })
        }),
        ("policy=drop_oldest,mode=drop", |e| {
            matches!(e, ConfigError::Contradiction { .. })
        }),
        ("policy=block", |e| matches!(e, ConfigError::Policy { .. })),
        ("mode=ring", |e| matches!(e, ConfigError::Policy { .. })),
        ("retry_limit=many", |e| {
            matches!(e, ConfigError::NotANumber { .. })
        }),
        ("capacity=4q", |e| matches!(e, ConfigError::NotASize { .. })),
        ("retry_limit=4294967296", |e| {
            matches!(e, ConfigError::TooLarge { .. })
        }),
        ("truncate=perhaps", |e| {
            matches!(e, ConfigError::NotABool { .. })
        }),
        ("min_level=loud", |e| {
            matches!(e, ConfigError::NotALevel { .. })
        }),
        ("marks=debug", |e| matches!(e, ConfigError::NotAMark { .. })),
        ("marks=loud:5%", |e| {
            matches!(e, ConfigError::NotASeverity { .. })
        }),
        ("marks=debug:0%", |e| {
            matches!(e, ConfigError::MarkZero { .. })
        }),
        ("marks=debug:101%", |e| {
            matches!(e, ConfigError::MarkAbove100 { .. })
        }),
        ("marks=info:5%+info:6%", |e| {
            matches!(e, ConfigError::DuplicateMark { .. })
        }),
    ];
    let mut sentences = Vec::new();
    for (text, is) in wrong {
        let error = Config::parse(text).unwrap_err();
        assert!(is(&error), "{text}: {error:?}");
        let why = error.why();
        assert_sentence(why);
        assert!(error.to_string().ends_with(why.as_str()), "{error}");
        if let ConfigError::Policy { reason, .. } = error {
            assert_eq!(reason.why(), why);
        }
        assert!(!sentences.contains(&why), "{why}");
        sentences.push(why);
    }
}

/// The numbers of the levels are those that say so, and no others.
#[test]
fn levels_have_the_numbers_between_their_ends() {
    for number in 0..=u8::MAX {
        let inside = (Level::NUMBER_MIN..=Level::NUMBER_MAX).contains(&number);
        assert_eq!(Level::new(number).map(Level::get), inside.then_some(number));
    }
    assert_eq!(Level::new(Level::NUMBER_MIN), Some(Level::TRACE));
    let last = Level::new(Level::NUMBER_MAX).unwrap();
    assert_eq!((last.severity(), last.name()), (Severity::Fatal, "FATAL4"));
}

/// Marks from bytes that anybody may have written: 1 to 99 are marks, and
/// nothing else is one, in each place.
#[test]
fn marks_from_any_bytes_are_marks_or_none() {
    assert_eq!(Marks::from_percents([0; Severity::COUNT]), Marks::none());
    assert_eq!(Marks::from_percents([255; Severity::COUNT]), Marks::none());
    for (place, severity) in Severity::ALL.into_iter().enumerate() {
        for byte in 0..=u8::MAX {
            let mut bytes = [0; Severity::COUNT];
            bytes[place] = byte;
            let marks = Marks::from_percents(bytes);
            let percent = if (1..=99).contains(&byte) { byte } else { 100 };
            assert_eq!(marks.percent(severity), percent, "{byte}");
            assert_eq!(marks, Marks::none().with(severity, percent));
            let limit = marks.limit_cells(severity, 64);
            assert_eq!(limit, 64 * usize::from(percent) / 100);
            // What it prints as is read as the same.
            let text = format!("marks={marks}");
            assert_eq!(Config::parse(&text).unwrap().marks(), marks, "{text}");
        }
    }
}
