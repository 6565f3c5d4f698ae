//! Makes the header: a section for each room of the library, by cbindgen, in
//! the order in which one reads them.

use std::ffi::CStr;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};

/// Rooms and the titles of their sections.
const SECTIONS: &[(&str, &str)] = &[
    ("abi", "Versions, handles, levels, policies"),
    ("status", "Status"),
    ("lifecycle", "Making a ring"),
    ("produce", "Producers"),
    ("consume", "Consumers"),
    ("observe", "Observers"),
    ("names", "Names"),
];

const EPILOGUE: &str = "
#ifdef __cplusplus
}
#endif

#endif /* LOGRING_H */
";

/// The header, as the source has it.
pub(crate) fn header() -> String {
    let mut text = prologue();
    for (room, title) in SECTIONS {
        text += &format!(
            "\n/* ---- {title} {:-<width$} */\n\n",
            "",
            width = 69 - title.len()
        );
        text += &tidy(&section(room));
    }
    text + EPILOGUE
}

fn prologue() -> String {
    // SAFETY: hazard: a pointer that is NULL or not to a C string. It is to a
    // static one, as documented.
    let version = unsafe { CStr::from_ptr(logring_ffi::abi::logring_version_string()) };
    include_str!("prologue.h")
        .replace("@VERSION@", version.to_str().expect("text"))
        .replace(
            "@VERSION_NUMBER@",
            &logring_ffi::abi::logring_version_number().to_string(),
        )
        .replace(
            "@ABI_VERSION@",
            &logring_ffi::abi::logring_abi_version().to_string(),
        )
}

/// What cbindgen makes of a room.
fn section(room: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source: PathBuf = root.join(format!("src/{room}.rs"));
    let config = Config::from_file(root.join("cbindgen.toml")).expect("the settings of cbindgen");
    let bindings = Builder::new()
        .with_config(config)
        .with_src(source)
        .generate()
        .expect("a room that cbindgen can read");
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).expect("text")
}

/// Comments as one writes them, and constants as C has them, in columns.
fn tidy(section: &str) -> String {
    let mut text = String::new();
    let mut constants = false;
    let mut lines = section.lines().peekable();
    while let Some(line) = lines.next() {
        let comment = line.trim() == "/*";
        let indent = line.strip_suffix("/*").unwrap_or("");
        let mut words = Vec::new();
        if comment {
            let inside = lines.by_ref().take_while(|line| line.trim() != "*/");
            words.extend(inside.map(|line| line.get(indent.len() + 1..).unwrap_or("")));
        }
        let constant = lines.peek().and_then(|line| constant(line));
        if let ([only], Some(constant)) = (words.as_slice(), constant) {
            text += &format!("{constant:<39} /* {only} */\n");
            lines.next();
            // Constants stand together, without what cbindgen puts between.
            lines.next_if(|line| line.is_empty());
            constants = true;
            continue;
        }
        if std::mem::take(&mut constants) {
            text += "\n";
        }
        match words.as_slice() {
            [] => text += &format!("{}\n", plain(line)),
            [only] => text += &format!("{indent}/* {only} */\n"),
            [first, middle @ .., last] => {
                text += &format!("{indent}/* {first}\n");
                for line in middle {
                    text += format!("{indent} * {line}").trim_end();
                    text += "\n";
                }
                text += &format!("{indent} * {last} */\n");
            }
        }
    }
    text
}

/// A line without the `struct` that C needs only where a type is defined.
fn plain(line: &str) -> String {
    match line.starts_with("typedef") {
        true => line.to_owned(),
        false => line.replace("struct logring_", "logring_"),
    }
}

/// A constant with its value in brackets if it is negative, unsigned if it is
/// a policy; `None` if the line is something else.
fn constant(line: &str) -> Option<String> {
    let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
    let value = match name {
        "LOGRING_DROP_NEWEST" | "LOGRING_DROP_OLDEST" => format!("{value}u"),
        _ if value.starts_with('-') => format!("({value})"),
        _ => value.to_owned(),
    };
    Some(format!("#define {name:<25} {value:>5}"))
}
