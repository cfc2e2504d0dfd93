// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Transfers} from "./Transfers.sol";

interface IDecimals {
    function decimals() external view returns (uint8);
}

/// A venue that buys collateral for base tokens out of its own balance: where takers sell and how
/// deep the market is.
///
/// The price of one whole token falls by `slippage` bps of the set price with every whole token
/// sold since the price was last set, down to zero. What is sold beyond that point earns nothing.
contract Market {
    struct Line {
        /// WAD: whole base tokens per whole token, before slippage.
        uint256 price;
        /// In bps of `price` per whole token sold.
        uint256 slippage;
        /// Sold since `setPrice`, in wei of the token.
        uint256 sold;
        uint8 decimals;
    }

    address public owner;
    address public base;
    uint8 public baseDecimals;
    mapping(address => Line) public lines;

    constructor(address base_) {
        owner = msg.sender;
        base = base_;
        baseDecimals = IDecimals(base_).decimals();
    }

    /// Sets the terms of a token and refills its depth. A price of zero closes the line.
    function setPrice(address token, uint256 price, uint256 slippage) external {
        require(msg.sender == owner, "Market: owner");
        lines[token] = Line(price, slippage, 0, IDecimals(token).decimals());
    }

    /// What selling `amount` would bring now, in base wei. Rounded down.
    function quote(address token, uint256 amount) public view returns (uint256 baseOut) {
        Line memory line = lines[token];
        require(line.price > 0, "Market: closed");
        uint256 unit = 10 ** line.decimals;
        uint256 paid = amount;
        if (line.slippage > 0) {
            // The price reaches zero when `depth` has been sold. The mean price of the stretch that
            // is sold now is the price at its middle.
            uint256 depth = 10_000 * unit / line.slippage;
            uint256 from = _min(line.sold, depth);
            uint256 to = _min(line.sold + amount, depth);
            paid = depth == 0 ? 0 : (to - from) * (2 * depth - from - to) / (2 * depth);
        }
        return paid * line.price / 1e18 * 10 ** baseDecimals / unit;
    }

    /// Buys `amount` from the caller, or as much of it as arrives.
    function sell(address token, uint256 amount) external returns (uint256 baseOut) {
        uint256 before = Transfers.balance(token, address(this));
        Transfers.pull(token, msg.sender, amount);
        uint256 received = Transfers.balance(token, address(this)) - before;
        baseOut = quote(token, received);
        lines[token].sold += received;
        Transfers.send(base, msg.sender, baseOut);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
