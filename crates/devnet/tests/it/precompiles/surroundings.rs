//! The call stack, blocks, the node, and the contracts of the first block.

use super::*;

#[test]
fn call_stack_is_known_to_arbsys() {
    let mut rig = Rig::new();
    let inner = rig.install(0x50, forwarder(ARB_SYS, STATICCALL));
    let middle = rig.install(0x51, forwarder(inner, CALL));
    let program = rig.deploy(&relay("static"));
    let outer = rig.install(0x52, forwarder(program, CALL));
    let top = isTopLevelCallCall {}.abi_encode();
    let mine = myCallersAddressWithoutAliasingCall {}.abi_encode();
    let says = |rig: &mut Rig, account, data: Vec<u8>| {
        U256::from_be_slice(rig.send(account, data).status.output())
    };
    let as_number = |account: Address| U256::from_be_slice(account.as_slice());
    assert_eq!(says(&mut rig, ARB_SYS, top.clone()), U256::from(1));
    assert_eq!(says(&mut rig, ARB_SYS, mine.clone()), U256::ZERO);
    assert_eq!(says(&mut rig, inner, top.clone()), U256::from(1));
    assert_eq!(says(&mut rig, inner, mine.clone()), as_number(ALICE));
    assert_eq!(says(&mut rig, middle, top), U256::ZERO);
    assert_eq!(says(&mut rig, middle, mine.clone()), as_number(middle));
    // Through a program, which is a frame like any other.
    assert_eq!(says(&mut rig, outer, to(ARB_SYS, &mine).to_vec()), as_number(outer));
    let alias = ask(
        &mut rig.chain,
        ARB_SYS,
        mapL1SenderContractAddressToL2AliasCall { sender: Address::ZERO, unused: ALICE },
    );
    assert_eq!(alias.to_string(), "0x1111000000000000000000000000000000001111");
}

#[test]
fn block_hashes_are_known_for_256_blocks() {
    let mut rig = Rig::new();
    rig.chain.set_block_hash(299, B256::repeat_byte(9));
    while rig.chain.block().l2_block < 300 {
        rig.chain.mine();
    }
    let hash = |rig: &mut Rig, number: u64| {
        let call = arbBlockHashCall { number: U256::from(number) }.abi_encode();
        rig.chain.call(Tx::call(ALICE, ARB_SYS, call)).unwrap()
    };
    assert_eq!(hash(&mut rig, 299).output(), [9; 32]);
    assert!(hash(&mut rig, 44).is_success());
    for number in [43, 300, 301] {
        let error = InvalidBlockNumber { requested: U256::from(number), current: U256::from(300) };
        assert_eq!(hash(&mut rig, number).output(), error.abi_encode());
    }
}

#[test]
fn node_interface_estimates_and_exists_only_in_calls() {
    let mut rig = Rig::new();
    let bob = Address::repeat_byte(0xb0);
    let call = gasEstimateComponentsCall { to: bob, contractCreation: false, data: Bytes::new() };
    let parts = ask(&mut rig.chain, NODE_INTERFACE, call.clone());
    assert_eq!((parts.gas, parts.gasForL1), (21_000, 0));
    assert_eq!((parts.baseFee, parts.l1BaseFee), (U256::from(20_000_000), U256::ZERO));
    assert_eq!(ask(&mut rig.chain, NODE_INTERFACE, nitroGenesisBlockCall {}), U256::from(1));
    let itself = gasEstimateComponentsCall { to: NODE_INTERFACE, ..call.clone() };
    let outcome = rig.chain.call(Tx::call(ALICE, NODE_INTERFACE, itself.abi_encode())).unwrap();
    assert!(!outcome.is_success());
    let receipt = send(&mut rig, ALICE, NODE_INTERFACE, call);
    assert!(receipt.status.is_success() && receipt.status.output().is_empty());
}

#[test]
fn deployer_and_factory_are_there_from_the_start() {
    use plimsoll_devnet::{CREATE2_FACTORY, STYLUS_DEPLOYER};
    sol! {
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable;
        event ContractDeployed(address deployedContract);
    }
    let mut rig = Rig::new();
    let code = init_code(&[0x00]);
    let salt = B256::repeat_byte(5);
    let receipt = rig.send(CREATE2_FACTORY, [salt.as_slice(), &code].concat());
    let created = CREATE2_FACTORY.create2_from_code(salt, &code);
    assert_eq!(receipt.status.output(), created.as_slice());
    assert_eq!(rig.chain.code(created).as_ref(), [0x00]);

    // A program whose constructor notes its argument.
    let wasm = program(
        "(call $read_args (i32.const 0))
         (call $sstore (i32.const 1024) (i32.const 4))
         (call $flush (i32.const 0))
         (i32.const 0)",
    );
    let constructor = &keccak256("stylus_constructor(uint256)")[..4];
    let call = deployCall {
        bytecode: init_code(&stylus_code(&wasm)),
        initData: [constructor, &[7; 32]].concat().into(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    let before = rig.chain.balance(ALICE);
    let receipt = rig.transact(Tx::call(ALICE, STYLUS_DEPLOYER, call.abi_encode()).value(ether(1)));
    assert!(receipt.status.is_success(), "{:?}", receipt.status);
    let log = receipt.logs.iter().find_map(|log| ContractDeployed::decode_log(log).ok()).unwrap();
    assert!(rig.chain.is_active(log.deployedContract));
    assert_eq!(rig.chain.storage(log.deployedContract, U256::ZERO), U256::from_be_bytes([7; 32]));
    // What the data fee leaves comes back.
    assert!(before - rig.chain.balance(ALICE) < ether(1) / U256::from(1_000));
    assert_eq!(rig.chain.balance(STYLUS_DEPLOYER), U256::ZERO);
}
