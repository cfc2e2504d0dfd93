// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Transfers} from "./Transfers.sol";

interface IEngine {
    function take(
        uint64 auction,
        uint256 maxLot,
        uint256 maxPrice,
        uint256 minLot,
        uint32 deadline,
        address receiver,
        bytes calldata data
    ) external returns (uint256 lot, uint256 pay);
}

interface IMarket {
    function sell(address token, uint256 amount) external returns (uint256 baseOut);
}

/// Buys from the engine's auctions with the proceeds of what it buys, and the ways in which such a
/// taker can misbehave while the engine waits for it.
contract Taker {
    /// Honest: sells the lot to the market and approves the payment.
    /// Nothing: approves nothing, so that the payment fails.
    /// Revert: reverts with a reason.
    /// Reenter: calls `target` with `payload` once, records what came of it, then acts honestly.
    /// Own: sends the lot to `sink` and approves the payment out of its own balance.
    enum Mode {
        Honest,
        Nothing,
        Revert,
        Reenter,
        Own
    }

    address public owner;
    address public base;
    address public market;
    /// The token of each of the engine's assets.
    mapping(uint8 asset => address token) public collateral;

    Mode public mode;
    address public sink;
    address public target;
    bytes public payload;
    bool public armed;

    /// The last callback.
    uint256 public callbacks;
    uint64 public lastAuction;
    uint256 public lastLot;
    uint256 public lastPay;
    bytes public lastData;
    /// The last call that mode `Reenter` made.
    uint256 public calls;
    bool public succeeded;
    bytes public returned;

    address private _engine;

    modifier onlyOwner() {
        require(msg.sender == owner, "Taker: owner");
        _;
    }

    constructor(address base_, address market_) {
        owner = msg.sender;
        base = base_;
        market = market_;
    }

    function setCollateral(uint8 asset, address token) external onlyOwner {
        collateral[asset] = token;
    }

    function setMarket(address market_) external onlyOwner {
        market = market_;
    }

    function setMode(Mode mode_) external onlyOwner {
        mode = mode_;
    }

    /// Sets the call of mode `Reenter` and switches to that mode.
    function setReenter(address target_, bytes calldata payload_) external onlyOwner {
        mode = Mode.Reenter;
        target = target_;
        payload = payload_;
        armed = true;
    }

    /// Sets where mode `Own` sends lots and switches to that mode.
    function setSink(address sink_) external onlyOwner {
        mode = Mode.Own;
        sink = sink_;
    }

    /// For takes without callback, which need an allowance beforehand.
    function approve(address token, address spender, uint256 amount) external onlyOwner {
        Transfers.approve(token, spender, amount);
    }

    /// Moves the taker's tokens, its profit for one.
    function send(address token, address to, uint256 amount) external onlyOwner {
        Transfers.send(token, to, amount);
    }

    /// Forwards to the engine, which calls back if `data` is not empty. Honest takes need the
    /// taker itself as the receiver.
    function take(
        address engine,
        uint64 auction,
        uint256 maxLot,
        uint256 maxPrice,
        uint256 minLot,
        uint32 deadline,
        address receiver,
        bytes calldata data
    ) external returns (uint256 lot, uint256 pay) {
        address outer = _engine;
        _engine = engine;
        (lot, pay) = IEngine(engine).take(auction, maxLot, maxPrice, minLot, deadline, receiver, data);
        _engine = outer;
    }

    /// Forwards any call to the engine, `takeMany` for one, and reverts as it does.
    function forward(address engine, bytes calldata data) external returns (bytes memory result) {
        address outer = _engine;
        _engine = engine;
        bool ok;
        (ok, result) = engine.call(data);
        if (!ok) {
            assembly {
                revert(add(result, 32), mload(result))
            }
        }
        _engine = outer;
    }

    function onTake(uint64 auction, uint256 lot, uint256 pay, bytes calldata data) external {
        note(auction, lot, pay, data);
        if (mode == Mode.Nothing) return;
        part(auction, lot);
        Transfers.approve(base, msg.sender, pay);
    }

    function onTakeMany(
        uint64[] calldata auctions,
        uint256[] calldata lots,
        uint256 pay,
        bytes calldata data
    ) external {
        note(auctions[auctions.length - 1], lots[lots.length - 1], pay, data);
        if (mode == Mode.Nothing) return;
        for (uint256 n = 0; n < auctions.length; n++) {
            part(auctions[n], lots[n]);
        }
        Transfers.approve(base, msg.sender, pay);
    }

    /// What every mode does first.
    function note(uint64 auction, uint256 lot, uint256 pay, bytes calldata data) private {
        require(msg.sender == _engine, "Taker: engine");
        callbacks += 1;
        lastAuction = auction;
        lastLot = lot;
        lastPay = pay;
        lastData = data;

        require(mode != Mode.Revert, "Taker: refused");
        if (mode == Mode.Reenter && armed) {
            armed = false;
            calls += 1;
            (succeeded, returned) = target.call(payload);
        }
    }

    /// Sells a lot, or sends it away.
    function part(uint64 auction, uint256 lot) private {
        address token = collateral[uint8(auction >> 48)];
        uint256 held = Transfers.balance(token, address(this));
        uint256 amount = lot < held ? lot : held;
        if (mode == Mode.Own) {
            Transfers.send(token, sink, amount);
        } else {
            Transfers.approve(token, market, amount);
            IMarket(market).sell(token, amount);
        }
    }
}
