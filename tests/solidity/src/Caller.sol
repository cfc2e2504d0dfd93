// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// A probe: calls by `staticcall` and reports what happened. Shows that views write nothing and
/// that entry points refuse to write in a static context.
contract Caller {
    function probe(address target, bytes calldata data)
        external
        view
        returns (bool ok, bytes memory result)
    {
        return target.staticcall(data);
    }

    /// The same with a limit on the callee's gas.
    function probeWithGas(address target, bytes calldata data, uint256 gasLimit)
        external
        view
        returns (bool ok, bytes memory result)
    {
        return target.staticcall{gas: gasLimit}(data);
    }
}
