// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// An account of several owners, in the manner of a Safe whose owners approve on chain: a call runs
/// once enough of them have approved its hash, and a hash runs once, because it holds a counter.
contract Multisig {
    error NotOwner(address caller);
    error NotEnough(uint256 approvals, uint256 threshold);
    error BadSetup();

    event Approved(bytes32 indexed hash, address owner);
    event Executed(bytes32 indexed hash);

    address[] public owners;
    uint256 public threshold;
    /// Calls made so far.
    uint256 public nonce;
    mapping(bytes32 => mapping(address => bool)) public approved;

    constructor(address[] memory owners_, uint256 threshold_) {
        if (threshold_ == 0 || threshold_ > owners_.length) revert BadSetup();
        for (uint256 i = 0; i < owners_.length; i++) {
            // Sorted and above zero, hence distinct.
            if (owners_[i] <= (i == 0 ? address(0) : owners_[i - 1])) revert BadSetup();
            owners.push(owners_[i]);
        }
        threshold = threshold_;
    }

    receive() external payable {}

    /// What the owners approve: this chain, this account, this call, its place in the order.
    function hashOf(address to, uint256 value, bytes calldata data, uint256 place)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), to, value, keccak256(data), place));
    }

    function approve(bytes32 hash) external {
        if (!isOwner(msg.sender)) revert NotOwner(msg.sender);
        approved[hash][msg.sender] = true;
        emit Approved(hash, msg.sender);
    }

    /// Makes the next call, if enough owners approved it. Anyone may send it.
    function execute(address to, uint256 value, bytes calldata data)
        external
        payable
        returns (bytes memory)
    {
        bytes32 hash = hashOf(to, value, data, nonce);
        uint256 approvals = 0;
        for (uint256 i = 0; i < owners.length; i++) {
            if (approved[hash][owners[i]]) approvals++;
        }
        if (approvals < threshold) revert NotEnough(approvals, threshold);
        nonce++;
        emit Executed(hash);
        (bool ok, bytes memory answer) = to.call{value: value}(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function isOwner(address account) public view returns (bool) {
        for (uint256 i = 0; i < owners.length; i++) {
            if (owners[i] == account) return true;
        }
        return false;
    }
}
