// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ledger} from "./Ledger.sol";
import {Token} from "./Token.sol";

// Tokens that misbehave, for the tests of what the engine believes about its assets. Each behaves
// like `Token` until it is switched on, so that a test can build up state first.

/// The switch that most hostile tokens share.
abstract contract HostileToken is Token {
    bool public hostile;

    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        Token(name_, symbol_, decimals_)
    {}

    function setHostile(bool hostile_) external {
        hostile = hostile_;
    }
}

/// Switched on: `transfer` and `transferFrom` return false and move nothing.
contract FalseToken is HostileToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        HostileToken(name_, symbol_, decimals_)
    {}

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !hostile && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !hostile && super.transferFrom(from, to, amount);
    }
}

/// Switched on: `transfer` and `transferFrom` return true and move nothing.
contract LyingToken is HostileToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        HostileToken(name_, symbol_, decimals_)
    {}

    function transfer(address to, uint256 amount) public override returns (bool) {
        return hostile || super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return hostile || super.transferFrom(from, to, amount);
    }
}

/// Switched on: every movement reverts.
contract RevertToken is HostileToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        HostileToken(name_, symbol_, decimals_)
    {}

    function _move(address from, address to, uint256 amount) internal override {
        require(!hostile, "switched off");
        super._move(from, to, amount);
    }
}

/// Moves what it is told to and returns no data, like USDT. Always, so it has no switch.
contract SilentToken is Ledger {
    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        Ledger(name_, symbol_, decimals_)
    {}

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _spend(from, msg.sender, amount);
        _move(from, to, amount);
    }

    function approve(address spender, uint256 amount) external {
        _approve(msg.sender, spender, amount);
    }
}

/// Switched on: burns a fee out of what the receiver gets.
contract FeeToken is HostileToken {
    uint256 public fee = 100;

    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        HostileToken(name_, symbol_, decimals_)
    {}

    /// In bps, at most 10,000.
    function setFee(uint256 fee_) external {
        require(fee_ <= 10_000, "fee");
        fee = fee_;
    }

    function _move(address from, address to, uint256 amount) internal override {
        uint256 cut = hostile ? amount * fee / 10_000 : 0;
        super._move(from, to, amount - cut);
        if (cut > 0) _burn(from, cut);
    }
}

/// Switched on: the receiver gets the whole amount and the sender loses a fee on top of it.
contract SenderFeeToken is HostileToken {
    uint256 public fee = 100;

    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        HostileToken(name_, symbol_, decimals_)
    {}

    /// In bps.
    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function _move(address from, address to, uint256 amount) internal override {
        super._move(from, to, amount);
        if (hostile) _burn(from, amount * fee / 10_000);
    }
}

/// Switched on: the next movement calls `target` with `payload` and records what came of it. It
/// switches itself off first, so one movement calls once. The movement goes on in any case: the
/// record survives unless the transfer's caller reverts.
contract ReentrantToken is HostileToken {
    address public target;
    bytes public payload;
    /// Whether the call comes before the balances change, instead of after.
    bool public early;

    uint256 public calls;
    bool public succeeded;
    bytes public returned;

    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        HostileToken(name_, symbol_, decimals_)
    {}

    /// Sets the call and switches it on.
    function arm(address target_, bytes calldata payload_, bool early_) external {
        target = target_;
        payload = payload_;
        early = early_;
        hostile = true;
    }

    function _move(address from, address to, uint256 amount) internal override {
        if (hostile && early) _reenter();
        super._move(from, to, amount);
        if (hostile && !early) _reenter();
    }

    function _reenter() private {
        hostile = false;
        calls += 1;
        (succeeded, returned) = target.call(payload);
    }
}

/// Refuses to move anything to the accounts on its list, which is its switch.
contract BlockToken is Token {
    mapping(address => bool) public blocked;

    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        Token(name_, symbol_, decimals_)
    {}

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function _move(address from, address to, uint256 amount) internal override {
        require(!blocked[to], "blocked");
        super._move(from, to, amount);
    }
}

interface ITokenHook {
    function onTokenMove(address from, address to, uint256 amount) external;
}

/// Calls the accounts on its list, like ERC-777: as senders before the balances change and as
/// receivers after. A hook that reverts stops the movement. The list is the switch.
contract HookToken is Token {
    mapping(address => bool) public hooked;

    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        Token(name_, symbol_, decimals_)
    {}

    function setHooked(address account, bool hooked_) external {
        hooked[account] = hooked_;
    }

    function _move(address from, address to, uint256 amount) internal override {
        if (hooked[from]) ITokenHook(from).onTokenMove(from, to, amount);
        super._move(from, to, amount);
        if (hooked[to]) ITokenHook(to).onTokenMove(from, to, amount);
    }
}

/// Shared by the tokens that move what they are told to but return the wrong number of bytes.
abstract contract OddReturnToken is HostileToken {
    uint256 public returnSize;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 returnSize_)
        HostileToken(name_, symbol_, decimals_)
    {
        returnSize = returnSize_;
    }

    function setReturnSize(uint256 returnSize_) external {
        returnSize = returnSize_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        if (hostile) _return();
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        if (hostile) _return();
        return true;
    }

    function _return() private view {
        uint256 size = returnSize;
        assembly ("memory-safe") {
            let start := mload(0x40)
            switch lt(size, 32)
            case 1 {
                // Left-aligned in the caller's buffer, the bytes read as a number above one.
                mstore(start, 1)
                return(add(start, sub(32, size)), size)
            }
            default {
                mstore(start, 1)
                return(start, size)
            }
        }
    }
}

/// Switched on: returns `returnSize` bytes that end in 01, fewer than a word (31 unless set).
contract ShortToken is OddReturnToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        OddReturnToken(name_, symbol_, decimals_, 31)
    {}
}

/// Switched on: returns a word that says true and zeros after it, `returnSize` bytes in all
/// (256 KiB unless set).
contract HugeReturnToken is OddReturnToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_)
        OddReturnToken(name_, symbol_, decimals_, 256 * 1024)
    {}
}
