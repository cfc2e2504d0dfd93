// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Transfers} from "./Transfers.sol";

interface ITaker {
    function onTake(uint64 auction, uint256 lot, uint256 pay, bytes calldata data) external;
}

/// As much of an engine as a taker sees, at a set lot and payment: shows that `Taker` does what it
/// says without the engine.
contract TakeStub {
    address public base;
    address public token;
    uint256 public lot;
    uint256 public pay;
    /// The last call of `take`, as it arrived.
    bytes public lastCall;

    constructor(address base_, address token_, uint256 lot_, uint256 pay_) {
        base = base_;
        token = token_;
        lot = lot_;
        pay = pay_;
    }

    function take(
        uint64 auction,
        uint256,
        uint256,
        uint256,
        uint32,
        address receiver,
        bytes calldata data
    ) external returns (uint256, uint256) {
        lastCall = msg.data;
        Transfers.send(token, receiver, lot);
        if (data.length > 0) ITaker(msg.sender).onTake(auction, lot, pay, data);
        Transfers.pull(base, msg.sender, pay);
        return (lot, pay);
    }
}
