// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// A Chainlink-style aggregator that keeps its answers within bounds, as those of 2022 did.
contract ClampedFeed {
    uint8 public immutable decimals;
    int192 public immutable minAnswer;
    int192 public immutable maxAnswer;

    uint80 private _roundId;
    int256 private _answer;
    uint256 private _updatedAt;

    constructor(uint8 decimals_, int192 minAnswer_, int192 maxAnswer_) {
        decimals = decimals_;
        minAnswer = minAnswer_;
        maxAnswer = maxAnswer_;
    }

    /// Starts a new round with what the market says, or the bound that it is beyond.
    function set(int256 answer, uint256 updatedAt) external {
        _roundId += 1;
        if (answer < minAnswer) answer = minAnswer;
        if (answer > maxAnswer) answer = maxAnswer;
        _answer = answer;
        _updatedAt = updatedAt;
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
        return (_roundId, _answer, _updatedAt, _updatedAt, _roundId);
    }
}
