//! The types of the contracts in `tests/solidity`, to encode calls and constructor arguments and to
//! decode results. What each contract and mode does stands in its source.
//!
//! The hostile tokens have all functions of [`Token`]; what is declared for them here is what they
//! have besides. Those with a switch also have the functions of [`HostileToken`], and
//! [`SilentToken`] differs in what three of the functions return. Their constructors take what
//! `Token`'s takes.
#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    contract Token {
        constructor(string name, string symbol, uint8 decimals);

        event Transfer(address indexed from, address indexed to, uint256 amount);
        event Approval(address indexed owner, address indexed spender, uint256 amount);

        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function mint(address to, uint256 amount) external;
        function transfer(address to, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function approve(address spender, uint256 amount) external returns (bool);
    }

    contract SilentToken {
        function transfer(address to, uint256 amount) external;
        function transferFrom(address from, address to, uint256 amount) external;
        function approve(address spender, uint256 amount) external;
    }

    /// `FalseToken`, `LyingToken`, `RevertToken`, `FeeToken`, `SenderFeeToken`, `ReentrantToken`,
    /// `ShortToken` and `HugeReturnToken`.
    contract HostileToken {
        function hostile() external view returns (bool);
        function setHostile(bool hostile) external;
    }

    /// `FeeToken` and `SenderFeeToken`.
    contract FeeToken {
        function fee() external view returns (uint256);
        function setFee(uint256 fee) external;
    }

    /// `ShortToken` and `HugeReturnToken`.
    contract OddReturnToken {
        function returnSize() external view returns (uint256);
        function setReturnSize(uint256 returnSize) external;
    }

    contract ReentrantToken {
        function target() external view returns (address);
        function payload() external view returns (bytes);
        function early() external view returns (bool);
        function calls() external view returns (uint256);
        function succeeded() external view returns (bool);
        function returned() external view returns (bytes);
        function arm(address target, bytes payload, bool early) external;
    }

    contract BlockToken {
        function blocked(address account) external view returns (bool);
        function setBlocked(address account, bool blocked) external;
    }

    contract HookToken {
        function hooked(address account) external view returns (bool);
        function setHooked(address account, bool hooked) external;
    }

    contract Feed {
        enum Mode { Live, Revert, BurnGas, Short, Incomplete, CarriedOver, Huge, Dirty }

        constructor(uint8 decimals);

        function decimals() external view returns (uint8);
        function mode() external view returns (Mode);
        function set(int256 answer, uint256 updatedAt) external;
        function setRound(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound) external;
        function setMode(Mode mode) external;
        function latestRoundData() external view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    }

    contract ClampedFeed {
        constructor(uint8 decimals, int192 minAnswer, int192 maxAnswer);

        function decimals() external view returns (uint8);
        function minAnswer() external view returns (int192);
        function maxAnswer() external view returns (int192);
        function set(int256 answer, uint256 updatedAt) external;
        function latestRoundData() external view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    }

    contract Pyth {
        enum Mode { Live, Revert, BurnGas, Short, Dirty }

        function mode() external view returns (Mode);
        function set(bytes32 id, int64 price, uint64 conf, int32 expo, uint256 publishTime) external;
        function setMode(Mode mode) external;
        function getPriceUnsafe(bytes32 id) external view returns (int64 price, uint64 conf, int32 expo, uint256 publishTime);
    }

    contract Market {
        constructor(address base);

        function owner() external view returns (address);
        function base() external view returns (address);
        function baseDecimals() external view returns (uint8);
        function lines(address token) external view returns (uint256 price, uint256 slippage, uint256 sold, uint8 decimals);
        /// price: WAD; slippage: bps of the price per whole token sold.
        function setPrice(address token, uint256 price, uint256 slippage) external;
        function quote(address token, uint256 amount) external view returns (uint256 baseOut);
        function sell(address token, uint256 amount) external returns (uint256 baseOut);
    }

    contract Taker {
        enum Mode { Honest, Nothing, Revert, Reenter, Own }

        constructor(address base, address market);

        function owner() external view returns (address);
        function base() external view returns (address);
        function market() external view returns (address);
        function collateral(uint8 asset) external view returns (address);
        function mode() external view returns (Mode);
        function sink() external view returns (address);
        function target() external view returns (address);
        function payload() external view returns (bytes);
        function armed() external view returns (bool);
        function callbacks() external view returns (uint256);
        function lastAuction() external view returns (uint64);
        function lastLot() external view returns (uint256);
        function lastPay() external view returns (uint256);
        function lastData() external view returns (bytes);
        function calls() external view returns (uint256);
        function succeeded() external view returns (bool);
        function returned() external view returns (bytes);
        function setCollateral(uint8 asset, address token) external;
        function setMarket(address market) external;
        function setMode(Mode mode) external;
        function setReenter(address target, bytes payload) external;
        function setSink(address sink) external;
        function approve(address token, address spender, uint256 amount) external;
        function send(address token, address to, uint256 amount) external;
        function take(address engine, uint64 auction, uint256 maxLot, uint256 maxPrice, uint256 minLot, uint32 deadline, address receiver, bytes data) external returns (uint256 lot, uint256 pay);
        function forward(address engine, bytes data) external returns (bytes result);
        function onTake(uint64 auction, uint256 lot, uint256 pay, bytes data) external;
        function onTakeMany(uint64[] auctions, uint256[] lots, uint256 pay, bytes data) external;
    }

    contract TakeStub {
        constructor(address base, address token, uint256 lot, uint256 pay);

        function base() external view returns (address);
        function token() external view returns (address);
        function lot() external view returns (uint256);
        function pay() external view returns (uint256);
        function lastCall() external view returns (bytes);
        function take(uint64 auction, uint256 maxLot, uint256 maxPrice, uint256 minLot, uint32 deadline, address receiver, bytes data) external returns (uint256 lot, uint256 pay);
    }

    contract Wallet {
        struct Call {
            address to;
            uint256 value;
            bytes data;
        }

        function target() external view returns (address);
        function payload() external view returns (bytes);
        function armed() external view returns (bool);
        function calls() external view returns (uint256);
        function succeeded() external view returns (bool);
        function returned() external view returns (bytes);
        function refusing() external view returns (bool);
        function exec(address to, uint256 value, bytes data) external payable returns (bytes);
        function execMany(Call[] list) external payable returns (bytes[] results);
        function arm(address target, bytes payload) external;
        function setRefusing(bool refusing) external;
        function onTokenMove(address from, address to, uint256 amount) external;
    }

    contract Caller {
        function probe(address target, bytes data) external view returns (bool ok, bytes result);
        function probeWithGas(address target, bytes data, uint256 gasLimit) external view returns (bool ok, bytes result);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use alloy_primitives::keccak256;
    use alloy_sol_types::{SolCall, SolConstructor, SolEvent, SolType};
    use serde_json::Value;

    use super::*;
    use crate::artifacts;

    /// Selector and signature of a function, and the types that it returns.
    type Function = ([u8; 4], String, String);

    fn function<C: SolCall>() -> Function {
        let returns = <C::ReturnTuple<'_> as SolType>::SOL_NAME;
        (C::SELECTOR, C::SIGNATURE.to_owned(), returns.to_owned())
    }

    fn constructor<C: SolConstructor>() -> Option<String> {
        Some(<C::Parameters<'_> as SolType>::SOL_NAME.to_owned())
    }

    macro_rules! functions {
        ($contract:ident: $($call:ident)*) => {
            vec![$(function::<$contract::$call>()),*]
        };
    }

    struct Declared {
        constructor: Option<String>,
        functions: Vec<Function>,
    }

    /// What this module declares, by contract.
    fn declared() -> BTreeMap<&'static str, Declared> {
        let ledger = functions![Token: nameCall symbolCall decimalsCall totalSupplyCall
            balanceOfCall allowanceCall mintCall];
        let moves = functions![Token: transferCall transferFromCall approveCall];
        let silent_moves = functions![SilentToken: transferCall transferFromCall approveCall];
        let switch = functions![HostileToken: hostileCall setHostileCall];
        let fee = functions![FeeToken: feeCall setFeeCall];
        let odd = functions![OddReturnToken: returnSizeCall setReturnSizeCall];
        let reentrant = functions![ReentrantToken: targetCall payloadCall earlyCall callsCall
            succeededCall returnedCall armCall];

        let token = |parts: &[&Vec<Function>]| Declared {
            constructor: constructor::<Token::constructorCall>(),
            functions: parts.iter().flat_map(|part| part.iter().cloned()).collect(),
        };
        let plain = |constructor, functions| Declared { constructor, functions };
        BTreeMap::from([
            ("Token", token(&[&ledger, &moves])),
            ("SilentToken", token(&[&ledger, &silent_moves])),
            ("FalseToken", token(&[&ledger, &moves, &switch])),
            ("LyingToken", token(&[&ledger, &moves, &switch])),
            ("RevertToken", token(&[&ledger, &moves, &switch])),
            ("FeeToken", token(&[&ledger, &moves, &switch, &fee])),
            ("SenderFeeToken", token(&[&ledger, &moves, &switch, &fee])),
            ("ShortToken", token(&[&ledger, &moves, &switch, &odd])),
            ("HugeReturnToken", token(&[&ledger, &moves, &switch, &odd])),
            ("ReentrantToken", token(&[&ledger, &moves, &switch, &reentrant])),
            (
                "BlockToken",
                token(&[&ledger, &moves, &functions![BlockToken: blockedCall setBlockedCall]]),
            ),
            (
                "HookToken",
                token(&[&ledger, &moves, &functions![HookToken: hookedCall setHookedCall]]),
            ),
            (
                "Feed",
                plain(
                    constructor::<Feed::constructorCall>(),
                    functions![Feed: decimalsCall modeCall setCall setRoundCall setModeCall
                        latestRoundDataCall],
                ),
            ),
            (
                "ClampedFeed",
                plain(
                    constructor::<ClampedFeed::constructorCall>(),
                    functions![ClampedFeed: decimalsCall minAnswerCall maxAnswerCall setCall
                        latestRoundDataCall],
                ),
            ),
            (
                "Pyth",
                plain(None, functions![Pyth: modeCall setCall setModeCall getPriceUnsafeCall]),
            ),
            (
                "Market",
                plain(
                    constructor::<Market::constructorCall>(),
                    functions![Market: ownerCall baseCall baseDecimalsCall linesCall setPriceCall
                        quoteCall sellCall],
                ),
            ),
            (
                "Taker",
                plain(
                    constructor::<Taker::constructorCall>(),
                    functions![Taker: ownerCall baseCall marketCall collateralCall modeCall sinkCall
                        targetCall payloadCall armedCall callbacksCall lastAuctionCall lastLotCall
                        lastPayCall lastDataCall callsCall succeededCall returnedCall
                        setCollateralCall setMarketCall setModeCall setReenterCall setSinkCall
                        approveCall sendCall takeCall forwardCall onTakeCall onTakeManyCall],
                ),
            ),
            (
                "TakeStub",
                plain(
                    constructor::<TakeStub::constructorCall>(),
                    functions![TakeStub: baseCall tokenCall lotCall payCall lastCallCall takeCall],
                ),
            ),
            (
                "Wallet",
                plain(
                    None,
                    functions![Wallet: targetCall payloadCall armedCall callsCall succeededCall
                        returnedCall refusingCall execCall execManyCall armCall setRefusingCall
                        onTokenMoveCall],
                ),
            ),
            ("Caller", plain(None, functions![Caller: probeCall probeWithGasCall])),
        ])
    }

    /// The canonical types of an ABI entry's inputs or outputs, as in a signature.
    fn types(parameters: &Value) -> String {
        let list: Vec<String> = parameters
            .as_array()
            .expect("a list of parameters")
            .iter()
            .map(|parameter| {
                let name = parameter["type"].as_str().expect("a type");
                match name.strip_prefix("tuple") {
                    Some(suffix) => types(&parameter["components"]) + suffix,
                    None => name.to_owned(),
                }
            })
            .collect();
        format!("({})", list.join(","))
    }

    fn entries(name: &str, kind: &str) -> Vec<Value> {
        let abi = artifacts::abi(name);
        let entries = abi.as_array().expect("a list of entries").iter();
        entries.filter(|entry| entry["type"] == kind).cloned().collect()
    }

    fn signature(entry: &Value) -> String {
        entry["name"].as_str().expect("a name").to_owned() + &types(&entry["inputs"])
    }

    #[test]
    fn interfaces_match_the_artifacts() {
        let declared = declared();
        // Those of `governors` declare what is used of them.
        let all =
            artifacts::names().filter(|name| !["Multisig", "TimelockController"].contains(name));
        assert!(declared.keys().copied().eq(all));
        for (name, contract) in declared {
            let compiled: BTreeSet<Function> = entries(name, "function")
                .iter()
                .map(|entry| {
                    let signature = signature(entry);
                    let hash = keccak256(&signature);
                    ([hash[0], hash[1], hash[2], hash[3]], signature, types(&entry["outputs"]))
                })
                .collect();
            assert_eq!(contract.functions.into_iter().collect::<BTreeSet<_>>(), compiled, "{name}");
            let compiled =
                entries(name, "constructor").first().map(|entry| types(&entry["inputs"]));
            assert_eq!(contract.constructor, compiled, "{name}");
        }
    }

    #[test]
    fn token_events_match_the_artifacts() {
        for name in artifacts::names().filter(|name| name.ends_with("Token")) {
            let compiled: BTreeSet<String> = entries(name, "event").iter().map(signature).collect();
            let declared = [Token::Transfer::SIGNATURE, Token::Approval::SIGNATURE];
            assert_eq!(compiled, declared.map(str::to_owned).into(), "{name}");
        }
    }

    #[test]
    fn the_contracts_speak_the_engines_interface() {
        use plimsoll_abi::{IAggregator, IERC20, IPlimsoll, IPyth, ITaker};

        assert_eq!(function::<Taker::onTakeCall>(), function::<ITaker::onTakeCall>());
        assert_eq!(function::<Taker::onTakeManyCall>(), function::<ITaker::onTakeManyCall>());
        // What `Taker` calls is the stub's `take`, as the tests of behaviour show.
        assert_eq!(function::<TakeStub::takeCall>(), function::<IPlimsoll::takeCall>());
        assert_eq!(
            function::<Feed::latestRoundDataCall>(),
            function::<IAggregator::latestRoundDataCall>()
        );
        assert_eq!(
            function::<ClampedFeed::latestRoundDataCall>(),
            function::<IAggregator::latestRoundDataCall>()
        );
        assert_eq!(function::<Pyth::getPriceUnsafeCall>(), function::<IPyth::getPriceUnsafeCall>());
        assert_eq!(function::<Token::balanceOfCall>(), function::<IERC20::balanceOfCall>());
        assert_eq!(function::<Token::transferCall>(), function::<IERC20::transferCall>());
        assert_eq!(function::<Token::transferFromCall>(), function::<IERC20::transferFromCall>());
        assert_eq!(function::<Token::approveCall>(), function::<IERC20::approveCall>());
    }
}
