//! Where the gas of a transaction went, with every unit counted exactly once.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

/// Purpose of a gas charge. The discriminant indexes [`Spent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Cost {
    /// Transaction base, calldata, access list and create surcharge.
    Intrinsic,
    /// Program initialisation of a Stylus frame, cached or not.
    Init,
    /// Stylus memory: the initial footprint and each `memory.grow`.
    Memory,
    /// Instructions and host-call ink of Stylus frames, rounded up to gas per frame.
    Compute,
    /// EVM instructions that no other purpose covers.
    Evm,
    /// Storage and transient storage, persistent cache surcharges included.
    Storage,
    /// Balance, code and code-hash reads of other accounts by Stylus frames.
    Account,
    /// Call base: cold target, value transfer, new account. Never the callee's own gas.
    Call,
    /// Create base and code deposit. Never the constructor's own gas.
    Create,
    /// Log topics and data.
    Log,
    /// Precompiled contracts.
    Precompile,
    /// Gas that a failing frame or precompile forfeited.
    Burned,
}

impl Cost {
    /// Every purpose, in display order.
    pub const ALL: [Self; 12] = [
        Self::Intrinsic,
        Self::Init,
        Self::Memory,
        Self::Compute,
        Self::Evm,
        Self::Storage,
        Self::Account,
        Self::Call,
        Self::Create,
        Self::Log,
        Self::Precompile,
        Self::Burned,
    ];
}

/// Gas per [`Cost`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent([u64; Cost::ALL.len()]);

impl Spent {
    /// Gas spent for one purpose.
    #[must_use]
    pub fn of(&self, cost: Cost) -> u64 {
        self.0[cost as usize]
    }

    /// Gas spent for all purposes.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    fn add(&mut self, cost: Cost, gas: u64) {
        self.0[cost as usize] += gas;
    }

    fn take(&mut self, cost: Cost, gas: u64) {
        self.0[cost as usize] = self.0[cost as usize].saturating_sub(gas);
    }
}

/// Trie-level accesses to one storage word. Hits in a program's storage cache are not accesses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordAccess {
    /// Number of loads.
    pub reads: u32,
    /// Number of stores.
    pub writes: u32,
    /// Whether the first access paid the cold surcharge.
    pub cold: bool,
}

/// Machine that ran a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// EVM bytecode, constructors included.
    Evm,
    /// A Stylus program.
    Stylus,
}

/// Gas of one call frame.
#[derive(Clone, Debug)]
pub struct FrameGas {
    /// Call depth; the transaction's own frame is 0.
    pub depth: usize,
    /// Account whose code ran.
    pub code: Address,
    /// Account whose storage was in use.
    pub acting: Address,
    /// Machine that ran it.
    pub kind: FrameKind,
    /// Gas used, callees included.
    pub used: u64,
    /// Gas used by the frame itself.
    pub own: Spent,
    /// Exact ink of instructions and host-call bases, before rounding up to [`Cost::Compute`].
    pub ink: u64,
}

/// Gas of one transaction: `spent.sum() - refund == total`.
#[derive(Clone, Debug, Default)]
pub struct GasProfile {
    /// Gas the sender pays for.
    pub total: u64,
    /// Gas given back at the end, after the EIP-3529 cap.
    pub refund: u64,
    /// Gas by purpose before the refund.
    pub spent: Spent,
    /// Storage words touched, by account and slot.
    pub words: BTreeMap<(Address, U256), WordAccess>,
    /// One entry per frame that ran code, in call order.
    pub frames: Vec<FrameGas>,
}

impl GasProfile {
    /// Gas spent for one purpose.
    #[must_use]
    pub fn of(&self, cost: Cost) -> u64 {
        self.spent.of(cost)
    }
}

/// Running account of gas purposes while a transaction executes.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    profile: GasProfile,
    open: Vec<OpenFrame>,
}

#[derive(Debug)]
struct OpenFrame {
    index: usize,
    accounted: u64,
}

impl Meter {
    /// Opens a frame; later charges belong to it until [`Meter::exit`].
    pub(crate) fn enter(&mut self, kind: FrameKind, code: Address, acting: Address) {
        let index = self.profile.frames.len();
        self.profile.frames.push(FrameGas {
            depth: self.open.len(),
            code,
            acting,
            kind,
            used: 0,
            own: Spent::default(),
            ink: 0,
        });
        self.open.push(OpenFrame { index, accounted: 0 });
    }

    /// Attributes gas to a purpose of the current frame, or of the transaction when none is open.
    pub(crate) fn charge(&mut self, cost: Cost, gas: u64) {
        self.profile.spent.add(cost, gas);
        if let Some(frame) = self.open.last_mut() {
            frame.accounted += gas;
            self.profile.frames[frame.index].own.add(cost, gas);
        }
    }

    /// Gas of the current frame that already has a purpose, callees included.
    pub(crate) fn accounted(&self) -> u64 {
        self.open.last().map_or(0, |frame| frame.accounted)
    }

    /// Records the exact compute ink of the current frame.
    pub(crate) fn record_ink(&mut self, ink: u64) {
        if let Some(frame) = self.open.last() {
            self.profile.frames[frame.index].ink = ink;
        }
    }

    /// Closes the current frame, which used `used` gas and forfeited `burned` of it.
    ///
    /// Gas that has no purpose yet is what the frame computed.
    pub(crate) fn exit(&mut self, used: u64, burned: u64) {
        let Some(accounted) = self.open.last().map(|frame| frame.accounted) else {
            return;
        };
        let rest = used.saturating_sub(accounted);
        let burned = burned.min(rest);
        let compute = match self.current().map(|frame| frame.kind) {
            Some(FrameKind::Stylus) => Cost::Compute,
            _ => Cost::Evm,
        };
        self.charge(Cost::Burned, burned);
        self.charge(compute, rest - burned);
        // A stipend can be spent by the callee although the caller then cannot pay the base.
        let unpaid = accounted.saturating_sub(used);
        self.profile.spent.take(Cost::Call, unpaid);
        if let Some(open) = self.open.pop() {
            let frame = &mut self.profile.frames[open.index];
            frame.own.take(Cost::Call, unpaid);
            frame.used = used;
        }
        if let Some(parent) = self.open.last_mut() {
            parent.accounted += used;
        }
    }

    /// Records a trie-level storage access.
    pub(crate) fn touch(&mut self, acting: Address, slot: U256, write: bool, cold: bool) {
        let word = self.profile.words.entry((acting, slot)).or_default();
        word.cold |= cold;
        if write {
            word.writes += 1;
        } else {
            word.reads += 1;
        }
    }

    /// Ends the transaction.
    pub(crate) fn finish(&mut self, total: u64, refund: u64) -> GasProfile {
        self.open.clear();
        let mut profile = std::mem::take(&mut self.profile);
        profile.total = total;
        profile.refund = refund;
        profile
    }

    fn current(&self) -> Option<&FrameGas> {
        self.open.last().map(|frame| &self.profile.frames[frame.index])
    }
}
