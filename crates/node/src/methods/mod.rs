//! Methods by name.

mod blocks;
mod calls;
mod chain;
mod development;
mod logs;
mod mining;
mod send;
mod sign;
mod trace;

use serde_json::Value;

use crate::args::Args;
use crate::error::Answer;
use crate::node::Node;

/// What serves a request.
pub(crate) type Method = fn(&mut Node, &Args) -> Answer<Value>;

/// Methods of one file.
type Table = &'static [(&'static str, Method)];

/// Every method except subscriptions.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Method)> {
    let tables: [Table; 9] = [
        chain::METHODS,
        blocks::METHODS,
        calls::METHODS,
        send::METHODS,
        logs::METHODS,
        development::METHODS,
        mining::METHODS,
        sign::METHODS,
        trace::METHODS,
    ];
    tables.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn the_documentation_names_what_there_is_and_nothing_else() {
        let text = include_str!("../../../../docs/NODE.md");
        let table = text.split("## Methods").nth(1).and_then(|text| text.split("\n### ").next());
        let words = table.expect("table").split('`').skip(1).step_by(2);
        let documented: BTreeSet<_> = words.filter(|word| word.contains('_')).collect();
        let mut known: BTreeSet<_> = all().map(|(name, _)| name).collect();
        assert_eq!(known.len(), all().count(), "two methods have one name");
        known.extend(["eth_subscribe", "eth_unsubscribe"]);
        assert_eq!(documented, known);
    }
}
