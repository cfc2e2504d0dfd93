// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// A Chainlink-style aggregator whose answer anyone sets, and the ways in which one can fail.
contract Feed {
    /// Live: the round as it was set.
    /// Revert: reverts with a reason.
    /// BurnGas: uses up all gas it is given.
    /// Short: returns four words instead of five.
    /// Incomplete: the round as set, but with `updatedAt` zero.
    /// CarriedOver: the round as set, but answered in the round before.
    /// Huge: the round as set, and 256 KiB of zeros after it.
    /// Dirty: the round as set, but with round ids of more than 80 bits.
    enum Mode {
        Live,
        Revert,
        BurnGas,
        Short,
        Incomplete,
        CarriedOver,
        Huge,
        Dirty
    }

    uint8 public decimals;
    Mode public mode;

    uint80 private _roundId;
    int256 private _answer;
    uint256 private _startedAt;
    uint256 private _updatedAt;
    uint80 private _answeredInRound;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    /// Starts a new round, complete at `updatedAt`.
    function set(int256 answer, uint256 updatedAt) external {
        _roundId += 1;
        _answer = answer;
        _startedAt = updatedAt;
        _updatedAt = updatedAt;
        _answeredInRound = _roundId;
    }

    /// Sets every field of the round.
    function setRound(
        uint80 roundId,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint80 answeredInRound
    ) external {
        _roundId = roundId;
        _answer = answer;
        _startedAt = startedAt;
        _updatedAt = updatedAt;
        _answeredInRound = answeredInRound;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function latestRoundData()
        external
        view
        returns (
            uint80 roundId,
            int256 answer,
            uint256 startedAt,
            uint256 updatedAt,
            uint80 answeredInRound
        )
    {
        Mode current = mode;
        require(current != Mode.Revert, "Feed: down");
        if (current == Mode.BurnGas) {
            assembly {
                invalid()
            }
        }
        roundId = _roundId;
        answer = _answer;
        startedAt = _startedAt;
        updatedAt = current == Mode.Incomplete ? 0 : _updatedAt;
        answeredInRound = _answeredInRound;
        if (current == Mode.CarriedOver) {
            require(roundId > 0, "Feed: no round");
            answeredInRound = roundId - 1;
        }
        if (current == Mode.Short) _return(4 * 32, 0);
        if (current == Mode.Huge) _return(5 * 32 + 256 * 1024, 0);
        if (current == Mode.Dirty) _return(5 * 32, 1 << 80);
    }

    /// Returns `size` bytes that begin with the round, its ids marked with `dirt`.
    function _return(uint256 size, uint256 dirt) private view {
        bytes memory data = abi.encode(
            uint256(_roundId) | dirt, _answer, _startedAt, _updatedAt, uint256(_answeredInRound) | dirt
        );
        assembly {
            // Last in memory, so what follows it is zero.
            return(add(data, 32), size)
        }
    }
}
