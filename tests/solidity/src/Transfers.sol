// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// ERC-20 calls that cope with tokens that return nothing, for the contracts that hold tokens here.
library Transfers {
    function send(address token, address to, uint256 amount) internal {
        _call(token, abi.encodeWithSignature("transfer(address,uint256)", to, amount));
    }

    function pull(address token, address from, uint256 amount) internal {
        bytes memory data =
            abi.encodeWithSignature("transferFrom(address,address,uint256)", from, address(this), amount);
        _call(token, data);
    }

    function approve(address token, address spender, uint256 amount) internal {
        _call(token, abi.encodeWithSignature("approve(address,uint256)", spender, amount));
    }

    function balance(address token, address account) internal view returns (uint256) {
        (bool ok, bytes memory data) =
            token.staticcall(abi.encodeWithSignature("balanceOf(address)", account));
        require(ok && data.length == 32, "balanceOf");
        return abi.decode(data, (uint256));
    }

    function _call(address token, bytes memory data) private {
        (bool ok, bytes memory result) = token.call(data);
        require(ok && (result.length < 32 || uint256(bytes32(result)) == 1), "token");
    }
}
