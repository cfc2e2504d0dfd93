//! Names of the engine's storage words, from what the world knows of its accounts and auctions.

use std::collections::HashMap;

use alloy_primitives::{B256, U256, keccak256};
use plimsoll_testkit::engine::World;

use crate::layout::slots::{ASSET, AUCTION, COST, MAPPINGS, SINGLE, Slots};

/// Names by slot.
pub struct Names(HashMap<U256, String>);

impl Names {
    pub fn new(world: &World, slots: &Slots) -> Self {
        let mut names = Self(HashMap::new());
        for (constant, name, _) in SINGLE {
            names.put(U256::from(slots.at(constant)), name);
        }
        for word in 0..4 {
            names.put(U256::from(slots.at("CORRELATIONS") + word), "correlations");
        }
        let assets = u64::from(world.asset_count());
        for asset in 0..assets {
            let first = slots.at("ASSETS") + asset * slots.at("ASSET_WORDS");
            for (constant, name, _) in ASSET {
                names.put(U256::from(first + slots.at(constant)), &format!("asset {name}"));
            }
            let costs = mapped(U256::from(asset).into(), slots.at("COSTS"));
            for (constant, name, _) in COST {
                names.put(costs + U256::from(slots.at(constant)), &format!("asset {name}"));
            }
            for slot in 0..100 {
                let at = mapped(U256::from(asset << 24 | slot).into(), slots.at("AUCTIONS"));
                for (constant, name, _) in AUCTION {
                    names.put(at + U256::from(slots.at(constant)), &format!("auction {name}"));
                }
            }
        }
        for account in &world.accounts {
            for (constant, _, name) in MAPPINGS.iter().filter(|(name, ..)| *name != "AUCTIONS") {
                let at = mapped(account.into_word(), slots.at(constant));
                let name = name.split(',').next().unwrap_or_default();
                names.put(at, if *constant == "POSITIONS" { "account" } else { name });
            }
            let position = mapped(account.into_word(), slots.at("POSITIONS"));
            for asset in 0..assets {
                names.put(position + U256::from(slots.at("HOLDINGS") + asset), "holding");
                for n in 0..2 {
                    names.put(position + U256::from(slots.at("CLAIMS") + asset * 2 + n), "claim");
                }
            }
        }
        names
    }

    /// The name of a slot.
    pub fn of(&self, slot: U256) -> String {
        self.0.get(&slot).map_or_else(|| "unknown".to_owned(), Clone::clone)
    }

    fn put(&mut self, slot: U256, name: &str) {
        self.0.insert(slot, name.to_owned());
    }
}

/// Where a mapping keeps the value of a key.
fn mapped(key: B256, root: u64) -> U256 {
    let image = [key.as_slice(), &U256::from(root).to_be_bytes::<32>()].concat();
    keccak256(image).into()
}
