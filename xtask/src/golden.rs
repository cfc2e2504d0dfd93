//! Files that are kept in the repository and compared on every run: numbers in `tests/golden`,
//! pages in `docs`.

use std::{ffi::OsString, fs, path::Path};

use serde_json::Value;

use crate::build::root;

/// Whether a command compares with what is kept or replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Compare,
    Bless,
}

impl Mode {
    /// Reads the arguments of a command that takes none but `--bless`.
    pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut mode = Self::Compare;
        for arg in args {
            match arg.to_str() {
                Some("--bless") => mode = Self::Bless,
                _ => return Err(format!("unknown argument {arg:?}: --bless is the only one")),
            }
        }
        Ok(mode)
    }

    /// Compares `text` with the file at `path` below the root, or writes it there.
    pub fn text(self, path: &str, text: &str) -> Result<(), String> {
        let file = root().join(path);
        if self == Self::Bless {
            return write(&file, text);
        }
        let kept = fs::read_to_string(&file).map_err(|error| format!("{path}: {error}"))?;
        match first_difference(&kept, text) {
            None => Ok(()),
            Some((line, kept, made)) => Err(format!(
                "{path} is not up to date, from line {line}:\n  kept: {kept}\n  made: {made}\n\
                 if the change is meant, run the command with --bless"
            )),
        }
    }

    /// As [`Mode::text`] for JSON, and names every value that differs.
    pub fn json(self, path: &str, value: &Value) -> Result<(), String> {
        let mut text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
        text.push('\n');
        let file = root().join(path);
        if self == Self::Bless {
            return write(&file, &text);
        }
        let kept = fs::read_to_string(&file).map_err(|error| format!("{path}: {error}"))?;
        let kept = serde_json::from_str(&kept).map_err(|error| format!("{path}: {error}"))?;
        let mut changes = Vec::new();
        compare("", &kept, value, &mut changes);
        if changes.is_empty() {
            return Ok(());
        }
        let changes = changes.join("\n");
        Err(format!(
            "{path} is not up to date:\n{changes}\n\
             if the change is meant, run the command with --bless"
        ))
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)?;
    println!("wrote {}", file.strip_prefix(root()).unwrap_or(file).display());
    Ok(())
}

/// Number and both versions of the first line that differs.
fn first_difference(kept: &str, made: &str) -> Option<(usize, String, String)> {
    if kept == made {
        return None;
    }
    let (mut left, mut right) = (kept.lines(), made.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (Some(left), Some(right)) if left == right => {}
            (None, None) => break,
            (left, right) => {
                let shown = |line: Option<&str>| line.unwrap_or("(nothing)").to_owned();
                return Some((number, shown(left), shown(right)));
            }
        }
    }
    Some((1, "(same lines, other line ends)".to_owned(), String::new()))
}

/// One line for each value that differs.
fn compare(path: &str, kept: &Value, made: &Value, changes: &mut Vec<String>) {
    match (kept, made) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    Some(other) => compare(&format!("{path}.{key}"), value, other, changes),
                    None => changes.push(format!("  {path}.{key} is gone")),
                }
            }
            for key in right.keys().filter(|key| !left.contains_key(*key)) {
                changes.push(format!("  {path}.{key} is new"));
            }
        }
        _ if kept == made => {}
        _ => changes.push(format!("  {path}: {kept} -> {made}{}", percent(kept, made))),
    }
}

fn percent(kept: &Value, made: &Value) -> String {
    match (kept.as_f64(), made.as_f64()) {
        (Some(kept), Some(made)) if kept != 0.0 => {
            format!(" ({:+.2} %)", (made / kept - 1.0) * 100.0)
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_change_has_a_line() {
        let mut changes = Vec::new();
        let kept = json!({ "a": { "b": 200, "c": 1 }, "d": 1 });
        compare("", &kept, &json!({ "a": { "b": 202, "c": 1 }, "e": 1 }), &mut changes);
        assert_eq!(changes, ["  .a.b: 200 -> 202 (+1.00 %)", "  .d is gone", "  .e is new"]);
    }

    #[test]
    fn the_first_different_line_is_shown() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        let (line, kept, made) = first_difference("a\nb\n", "a\n").unwrap_or_default();
        assert_eq!((line, kept.as_str(), made.as_str()), (2, "b", "(nothing)"));
    }
}
