//! Who may do what, and how a role changes hands: in two steps, or for good by being given up.

use alloy_primitives::Address;
use plimsoll_abi as abi;
use stylus_sdk::prelude::*;

use crate::{
    error::{Result, fail},
    guard, sdk,
    storage::Engine,
};

const GOVERNOR: u8 = 0;
const GUARDIAN: u8 = 1;

/// The caller, if he is the governor.
pub fn require_governor(engine: &Engine) -> Result<Address> {
    let caller = engine.vm().msg_sender();
    if caller != engine.governor() {
        return Err(fail(abi::NotGovernor { caller }));
    }
    Ok(caller)
}

/// The caller, if he is the guardian or the governor.
pub fn require_guardian(engine: &Engine) -> Result<Address> {
    let caller = engine.vm().msg_sender();
    if caller != engine.guardian() && caller != engine.governor() {
        return Err(fail(abi::NotGuardian { caller }));
    }
    Ok(caller)
}

/// First step of handing the governor's role over.
pub fn propose_governor(engine: &mut Engine, next: Address) -> Result<()> {
    guard::enter(engine)?;
    let current = require_governor(engine)?;
    engine.set_pending_governor(next);
    sdk::emit(engine, abi::RoleProposed { role: GOVERNOR, current, next });
    Ok(())
}

/// Second step: the proposed governor takes the role himself.
pub fn accept_governor(engine: &mut Engine) -> Result<()> {
    guard::enter(engine)?;
    let next = require_pending(engine, engine.pending_governor())?;
    give(engine, GOVERNOR, next)
}

/// First step of handing the guardian's role over: the governor, or the guardian while nobody is
/// proposed, who could otherwise keep for ever whoever shall replace him from accepting.
pub fn propose_guardian(engine: &mut Engine, next: Address) -> Result<()> {
    guard::enter(engine)?;
    let caller = require_guardian(engine)?;
    let pending = engine.pending_guardian();
    if caller != engine.governor() && !pending.is_zero() {
        return Err(fail(abi::NotPending { caller, pending }));
    }
    engine.set_pending_guardian(next);
    let current = engine.guardian();
    sdk::emit(engine, abi::RoleProposed { role: GUARDIAN, current, next });
    Ok(())
}

/// Second step: the proposed guardian takes the role himself.
pub fn accept_guardian(engine: &mut Engine) -> Result<()> {
    guard::enter(engine)?;
    let next = require_pending(engine, engine.pending_guardian())?;
    give(engine, GUARDIAN, next)
}

/// Gives the caller's role up: of the governor for good, so that every parameter stays as it is; of
/// the guardian until the governor proposes another. Refused while somebody is proposed, who could
/// otherwise accept it still.
pub fn renounce(engine: &mut Engine, role: u8) -> Result<()> {
    guard::enter(engine)?;
    let caller = engine.vm().msg_sender();
    let (holder, pending) = match role {
        GOVERNOR => (engine.governor(), engine.pending_governor()),
        _ => (engine.guardian(), engine.pending_guardian()),
    };
    if caller != holder {
        return Err(if role == GOVERNOR {
            fail(abi::NotGovernor { caller })
        } else {
            fail(abi::NotGuardian { caller })
        });
    }
    if !pending.is_zero() {
        return Err(fail(abi::NotPending { caller, pending }));
    }
    give(engine, role.min(GUARDIAN), Address::ZERO)
}

/// Gives a role to `next` and forgets who was proposed.
fn give(engine: &mut Engine, role: u8, next: Address) -> Result<()> {
    let old = if role == GOVERNOR {
        let old = engine.governor();
        engine.set_governor(next);
        engine.set_pending_governor(Address::ZERO);
        old
    } else {
        let old = engine.guardian();
        engine.set_guardian(next);
        engine.set_pending_guardian(Address::ZERO);
        old
    };
    sdk::emit(engine, abi::RoleAccepted { role, old, current: next });
    Ok(())
}

fn require_pending(engine: &Engine, pending: Address) -> Result<Address> {
    let caller = engine.vm().msg_sender();
    if caller != pending {
        return Err(fail(abi::NotPending { caller, pending }));
    }
    Ok(caller)
}
