//! The interface as `plimsoll-abi` writes it, read as text: names of arguments and documentation,
//! which the compiled types no longer have.

use std::fs;

use alloy_primitives::keccak256;

use crate::build::root;

/// One declaration with its documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Lines of documentation.
    pub docs: Vec<String>,
    /// The heading that it stands under.
    pub section: String,
    pub name: String,
    pub arguments: Vec<Argument>,
    pub returns: Vec<Argument>,
    pub view: bool,
}

/// An argument, a return value or a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    pub kind: String,
    pub name: String,
    pub indexed: bool,
}

/// Everything that the interface's callers see.
#[derive(Debug, Default)]
pub struct Interface {
    pub docs: Vec<String>,
    pub functions: Vec<Item>,
    pub structs: Vec<Item>,
    pub errors: Vec<Item>,
    pub events: Vec<Item>,
}

impl Interface {
    /// Reads the sources.
    pub fn read() -> Result<Self, String> {
        let mut interface = Self::default();
        let source = source("interface.rs")?;
        interface.docs = docs_above(&source, "interface IPlimsoll {");
        let body = block(&source, "interface IPlimsoll {")?;
        for (docs, section, statement) in statements(body) {
            interface.functions.push(function(docs, section, &statement)?);
        }
        for name in structs(&source) {
            let opening = format!("struct {name} {{");
            let fields = statements(block(&source, &opening)?);
            let fields: Result<Vec<_>, _> =
                fields.into_iter().map(|(_, _, field)| argument(&field)).collect();
            interface.structs.push(Item {
                docs: docs_above(&source, &opening),
                name: name.to_owned(),
                arguments: fields?,
                ..Item::default()
            });
        }
        interface.errors = records("errors.rs", "errors! {")?;
        interface.events = records("events.rs", "events! {")?;
        Ok(interface)
    }

    /// The signature of a declaration, from which its selector follows.
    pub fn signature(&self, item: &Item) -> String {
        let kinds: Vec<String> =
            item.arguments.iter().map(|argument| self.canonical(&argument.kind)).collect();
        format!("{}({})", item.name, kinds.join(","))
    }

    /// The first four bytes of the signature's hash.
    pub fn selector(&self, item: &Item) -> [u8; 4] {
        let [a, b, c, d, ..] = keccak256(self.signature(item)).0;
        [a, b, c, d]
    }

    fn canonical(&self, kind: &str) -> String {
        match self.structs.iter().find(|item| item.name == kind) {
            Some(item) => {
                let fields: Vec<_> = item.arguments.iter().map(|field| &*field.kind).collect();
                format!("({})", fields.join(","))
            }
            None => kind.to_owned(),
        }
    }
}

/// A source file of `plimsoll-abi`.
fn source(name: &str) -> Result<String, String> {
    let path = root().join("crates/abi/src").join(name);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The names of the structs, in order.
fn structs(source: &str) -> impl Iterator<Item = &str> {
    let names = source.lines().filter_map(|line| line.trim().strip_prefix("struct "));
    names.filter_map(|rest| rest.strip_suffix(" {"))
}

/// What stands between `opening` and the brace that closes it.
fn block<'a>(source: &'a str, opening: &str) -> Result<&'a str, String> {
    let missing = || format!("no `{opening}` in the interface");
    let start = source.find(opening).ok_or_else(missing)? + opening.len();
    let mut open = 1;
    for (at, letter) in source[start..].char_indices() {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Ok(&source[start..start + at]);
        }
    }
    Err(missing())
}

/// The documentation right above a line.
fn docs_above(source: &str, line: &str) -> Vec<String> {
    let above = source.split(line).next().unwrap_or_default();
    let mut docs: Vec<String> = above
        .trim_end()
        .lines()
        .rev()
        .map_while(|line| line.trim().strip_prefix("///"))
        .map(|line| line.trim().to_owned())
        .collect();
    docs.reverse();
    docs
}

/// Documentation, section and text of every statement that ends in a semicolon at a line's end.
fn statements(body: &str) -> Vec<(Vec<String>, String, String)> {
    let (mut found, mut docs, mut section) = (Vec::new(), Vec::new(), String::new());
    let mut statement = String::new();
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim().to_owned());
        } else if let Some(comment) = line.strip_prefix("//") {
            if let Some(heading) = comment.trim().strip_prefix("----") {
                section = heading.trim_end_matches('-').trim().to_owned();
            }
        } else {
            statement.push_str(line);
            if let Some(whole) = statement.strip_suffix(';') {
                found.push((std::mem::take(&mut docs), section.clone(), whole.to_owned()));
                statement.clear();
            } else {
                statement.push(' ');
            }
        }
    }
    found
}

/// `function name(arguments) external [view] [returns (values)]`.
fn function(docs: Vec<String>, section: String, text: &str) -> Result<Item, String> {
    let bad = || format!("cannot read `{text}`");
    let rest = text.strip_prefix("function ").ok_or_else(bad)?;
    let (name, rest) = rest.split_once('(').ok_or_else(bad)?;
    let (taken, rest) = rest.split_once(')').ok_or_else(bad)?;
    let (marks, returned) = match rest.split_once("returns (") {
        Some((marks, returned)) => (marks, returned.strip_suffix(')').ok_or_else(bad)?),
        None => (rest, ""),
    };
    let view = match marks.split_whitespace().collect::<Vec<_>>()[..] {
        ["external"] => false,
        ["external", "view"] => true,
        _ => return Err(bad()),
    };
    let (arguments, returns) = (arguments(taken)?, arguments(returned)?);
    Ok(Item { docs, section, name: name.to_owned(), arguments, returns, view })
}

/// The declarations of a macro's block: `Name(arguments)`, and in events what is indexed stands
/// before a semicolon.
fn records(file: &str, opening: &str) -> Result<Vec<Item>, String> {
    let source = source(file)?;
    let mut records = Vec::new();
    for (docs, section, text) in statements(block(&source, opening)?) {
        let bad = || format!("{file}: cannot read `{text}`");
        let (name, rest) = text.split_once('(').ok_or_else(bad)?;
        let inner = rest.strip_suffix(')').ok_or_else(bad)?;
        let (topics, data) = match inner.split_once(';') {
            Some((topics, data)) => (arguments(topics)?, arguments(data)?),
            None => (Vec::new(), arguments(inner)?),
        };
        let topics = topics.into_iter().map(|topic| Argument { indexed: true, ..topic });
        let arguments = topics.chain(data).collect();
        records.push(Item { docs, section, name: name.to_owned(), arguments, ..Item::default() });
    }
    Ok(records)
}

fn arguments(list: &str) -> Result<Vec<Argument>, String> {
    let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(argument).collect()
}

/// A type, and its name where it has one.
fn argument(text: &str) -> Result<Argument, String> {
    let argument = |kind: &str, name: &str| Argument {
        kind: kind.to_owned(),
        name: name.to_owned(),
        indexed: false,
    };
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [kind] => Ok(argument(kind, "")),
        [kind, name] => Ok(argument(kind, name)),
        _ => Err(format!("cannot read the argument `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_keep_documentation_and_sections() {
        let body =
            "\n// ---- Prices ----\n\n/// One.\n/// Two.\nBad(uint8 a, address b; bool c);\n";
        let (docs, section, text) = statements(body).remove(0);
        assert_eq!(docs, ["One.", "Two."]);
        assert_eq!(section, "Prices");
        assert_eq!(text, "Bad(uint8 a, address b; bool c)");
    }

    #[test]
    fn a_function_is_read() {
        let text = "function f(uint8[] a, bytes b) external view returns (uint256)";
        let item = function(Vec::new(), String::new(), text).unwrap_or_default();
        assert_eq!((item.name.as_str(), item.view), ("f", true));
        assert_eq!(item.arguments[0].kind, "uint8[]");
        assert_eq!(item.returns[0].name, "");
        let interface = Interface::default();
        assert_eq!(interface.signature(&item), "f(uint8[],bytes)");
    }
}
