// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// A contract account without an owner: anyone may make it call anything. For tests that need a
/// contract as borrower, supplier or keeper, or several calls in one transaction.
contract Wallet {
    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    /// The call that the next `HookToken` hook makes, and what came of the last one.
    address public target;
    bytes public payload;
    bool public armed;
    uint256 public calls;
    bool public succeeded;
    bytes public returned;
    /// Whether hooks revert, which stops the movement.
    bool public refusing;

    receive() external payable {}

    /// Calls and returns what the callee returned, or reverts with what it reverted with.
    function exec(address to, uint256 value, bytes calldata data)
        external
        payable
        returns (bytes memory)
    {
        return _exec(to, value, data);
    }

    /// Makes the calls in their order, all or none.
    function execMany(Call[] calldata list) external payable returns (bytes[] memory results) {
        results = new bytes[](list.length);
        for (uint256 i = 0; i < list.length; i++) {
            results[i] = _exec(list[i].to, list[i].value, list[i].data);
        }
    }

    /// Makes the next hook call `target` with `payload`, once.
    function arm(address target_, bytes calldata payload_) external {
        target = target_;
        payload = payload_;
        armed = true;
    }

    function setRefusing(bool refusing_) external {
        refusing = refusing_;
    }

    /// What `HookToken` calls.
    function onTokenMove(address, address, uint256) external {
        require(!refusing, "Wallet: refused");
        if (!armed) return;
        armed = false;
        calls += 1;
        (succeeded, returned) = target.call(payload);
    }

    function _exec(address to, uint256 value, bytes calldata data)
        private
        returns (bytes memory result)
    {
        bool ok;
        (ok, result) = to.call{value: value}(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
