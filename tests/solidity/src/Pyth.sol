// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// A Pyth-style contract whose prices anyone sets, and the ways in which one can fail.
contract Pyth {
    /// Live: the price as it was set.
    /// Revert: reverts, as for a price that it does not know.
    /// BurnGas: uses up all gas it is given.
    /// Short: returns three words instead of four.
    /// Dirty: returns a confidence that does not fit 64 bits.
    enum Mode {
        Live,
        Revert,
        BurnGas,
        Short,
        Dirty
    }

    struct Price {
        int64 price;
        uint64 conf;
        int32 expo;
        uint256 publishTime;
    }

    error PriceFeedNotFound();

    Mode public mode;

    mapping(bytes32 => Price) private _prices;

    function set(bytes32 id, int64 price, uint64 conf, int32 expo, uint256 publishTime) external {
        _prices[id] = Price(price, conf, expo, publishTime);
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    /// Pyth returns a struct, which is encoded as its four fields.
    function getPriceUnsafe(bytes32 id)
        external
        view
        returns (int64 price, uint64 conf, int32 expo, uint256 publishTime)
    {
        Price memory last = _prices[id];
        (price, conf, expo, publishTime) = (last.price, last.conf, last.expo, last.publishTime);
        Mode current = mode;
        if (publishTime == 0 || current == Mode.Revert) revert PriceFeedNotFound();
        if (current == Mode.BurnGas) {
            assembly {
                invalid()
            }
        }
        if (current == Mode.Short || current == Mode.Dirty) {
            uint256 dirt = current == Mode.Dirty ? 1 << 64 : 0;
            uint256 size = current == Mode.Short ? 96 : 128;
            bytes memory data = abi.encode(price, uint256(conf) | dirt, expo, publishTime);
            assembly {
                return(add(data, 32), size)
            }
        }
    }
}
