//! The chain from outside: small programs in wat, small contracts in hand-assembled bytecode.

mod calls;
mod environment;
mod gas;
mod history;
mod lifecycle;
mod outcomes;
mod precompiles;
mod rig;
mod storage;
