// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// Nothing of ours: the artifact is OpenZeppelin's contract as their package ships it, for the tests
// in which it governs the engine.
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
