//! Tokens that misbehave: each is named, and nothing of the refused call stays.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    borrowCall, collectCall, depositCall, listAssetCall, redeemCall, repayCall, setCapCall,
    setPricePolicyCall, setThresholdCall, supplyCall, withdrawCall,
};
use plimsoll_abi::{AmountMismatch, NoCode, TokenCallFailed, TokenRefused};
use plimsoll_testkit::contracts::{BlockToken, FeeToken, HostileToken, OddReturnToken};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, Failure, GOVERNOR, KAY, REPORTER, SUE, TAK, USDC, WETH, World,
    WorldConfig, price_policy, reporter_source, u256, usdc, wad,
};

/// What a token does to a movement when it is switched on.
#[derive(Clone, Copy)]
enum Fate {
    Passes,
    Refused,
    Failed,
    /// Moves this instead of the amount asked for.
    Moves(fn(u128) -> u128),
}

use Fate::{Failed, Moves, Passes, Refused};

/// Contract, what becomes of a pull and of a push. The engine looks at its own balance: a fee that
/// another pays is not its business.
const HOSTILE: [(&str, Fate, Fate); 7] = [
    ("FalseToken", Refused, Refused),
    ("LyingToken", Moves(|_| 0), Moves(|_| 0)),
    ("RevertToken", Failed, Failed),
    ("FeeToken", Moves(|amount| amount - amount / 100), Passes),
    ("SenderFeeToken", Passes, Moves(|amount| amount + amount / 100)),
    ("ShortToken", Refused, Refused),
    ("HugeReturnToken", Passes, Passes),
];

fn expect(world: &mut World, token: Address, fate: Fate, asked: u128, call: Sent) {
    let before = world.state_digest();
    let result = (call.send)(world);
    let what = call.what;
    match fate {
        Passes => {
            result.unwrap_or_else(|failure| panic!("{what}: {failure}"));
            return;
        }
        Refused => assert_eq!(refusal(result, what).expect::<TokenRefused>().token, token),
        Failed => assert_eq!(refusal(result, what).expect::<TokenCallFailed>().token, token),
        Moves(moved) => {
            let error = refusal(result, what).expect::<AmountMismatch>();
            assert_eq!(error.token, token, "{what}");
            assert_eq!((error.asked, error.moved), (u256(asked), u256(moved(asked))), "{what}");
        }
    }
    assert_eq!(before, world.state_digest(), "{what} left a trace");
}

struct Sent {
    what: &'static str,
    send: fn(&mut World) -> Result<(), Failure>,
}

fn refusal(result: Result<(), Failure>, what: &str) -> Failure {
    result.err().unwrap_or_else(|| panic!("{what} passed"))
}

fn switch(world: &mut World, token: Address, hostile: bool) {
    let call = HostileToken::setHostileCall { hostile };
    world.send_to(GOVERNOR, token, call).map(|_| ()).expect("switched");
}

const AMOUNT: u128 = 12_345_600;

const PULLS_OF_BASE: [Sent; 2] = [
    Sent {
        what: "supply",
        send: |world| {
            let call = supplyCall { amount: u256(AMOUNT), receiver: SUE };
            world.send(SUE, call).map(|_| ())
        },
    },
    Sent {
        what: "repay",
        send: |world| {
            let call = repayCall { amount: u256(AMOUNT), account: ALICE };
            world.send(ALICE, call).map(|_| ())
        },
    },
];

const PUSHES_OF_BASE: [Sent; 2] = [
    Sent {
        what: "redeem",
        send: |world| {
            let call = redeemCall { shares: u256(AMOUNT * 1_000_000), receiver: SUE };
            world.send(SUE, call).map(|_| ())
        },
    },
    Sent {
        what: "borrow",
        send: |world| {
            let call = borrowCall { amount: u256(AMOUNT), receiver: ALICE };
            world.send(ALICE, call).map(|_| ())
        },
    },
];

#[test]
fn hostile_base_tokens() {
    for (contract, pull, push) in HOSTILE {
        let config = WorldConfig {
            base_contract: contract,
            assets: vec![AssetConfig::new("WETH", 18, wad(3_000))],
            curve: None,
            ..WorldConfig::default()
        };
        let mut world = World::build(&config);
        world.open(ALICE, WETH, wad(100), usdc(10_000));
        world.mint(USDC, SUE, usdc(10_000));
        world.mint(USDC, ALICE, usdc(10_000));
        let token = world.base;
        switch(&mut world, token, true);
        for sent in PULLS_OF_BASE {
            expect(&mut world, token, pull, AMOUNT, sent);
        }
        for sent in PUSHES_OF_BASE {
            expect(&mut world, token, push, AMOUNT, sent);
        }
        world.check();
        // Switched off again it is a token like any other.
        switch(&mut world, token, false);
        for sent in PULLS_OF_BASE.into_iter().chain(PUSHES_OF_BASE) {
            expect(&mut world, token, Passes, AMOUNT, sent);
        }
        world.check();
    }
}

const PULL: Sent = Sent {
    what: "deposit",
    send: |world| {
        let call = depositCall { asset: 0, amount: u256(AMOUNT), account: ALICE };
        world.send(ALICE, call).map(|_| ())
    },
};

const PUSH: Sent = Sent {
    what: "withdraw",
    send: |world| {
        let call = withdrawCall { asset: 0, amount: u256(AMOUNT), receiver: ALICE };
        world.send(ALICE, call).map(|_| ())
    },
};

#[test]
fn hostile_collaterals() {
    for (contract, pull, push) in HOSTILE {
        let asset = AssetConfig::new("BAD", 8, wad(60_000)).contract(contract);
        let mut world = World::build(&WorldConfig::of(vec![asset]));
        world.deposit(ALICE, 0, 10 * AMOUNT);
        world.mint(0, ALICE, 10 * AMOUNT);
        let token = world.token(0);
        switch(&mut world, token, true);
        expect(&mut world, token, pull, AMOUNT, PULL);
        expect(&mut world, token, push, AMOUNT, PUSH);
        world.check();
        switch(&mut world, token, false);
        expect(&mut world, token, Passes, AMOUNT, PULL);
        expect(&mut world, token, Passes, AMOUNT, PUSH);
        world.check();
    }
}

/// A lot whose token does not move is not paid for.
#[test]
fn hostile_lots_are_not_sold() {
    for (contract, _, push) in HOSTILE {
        let asset = AssetConfig::new("BAD", 18, wad(3_000)).contract(contract);
        let mut world = World::build(&WorldConfig::of(vec![asset]));
        world.open(ALICE, 0, wad(10), usdc(24_000));
        world.set_price(0, wad(2_700));
        world.pass(2);
        world.kick(KAY, &[ALICE]).unwrap();
        world.mint(USDC, TAK, usdc(100_000));
        let (token, lot) = (world.token(0), world.auction_terms(world.newest(0)).lot);
        let take = Sent {
            what: "take",
            send: |world| {
                let order = world.order(TAK, world.newest(0), u128::MAX);
                world.send(TAK, order).map(|_| ())
            },
        };
        switch(&mut world, token, true);
        expect(&mut world, token, push, lot, take);
        world.check();
    }
}

/// A token that returns nothing is an old one, not a bad one.
#[test]
fn silent_tokens_are_tokens() {
    let config = WorldConfig {
        base_contract: "SilentToken",
        assets: vec![AssetConfig::new("OLD", 18, wad(3_000)).contract("SilentToken")],
        ..WorldConfig::default()
    };
    let mut world = World::build(&config);
    world.open(ALICE, 0, wad(10), usdc(24_000));
    world.set_price(0, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(0);
    world.take_all(TAK, auction);
    world.settle(ALICE);
    world.repay_all(BOB, ALICE);
    let left = world.holding(ALICE, 0).balance;
    world.withdraw(ALICE, 0, left);
    world.redeem(SUE, 1_000_000_000);
    world.check();
}

/// Between nothing and a word there is no answer.
#[test]
fn any_short_return_is_a_refusal() {
    let asset = AssetConfig::new("BAD", 8, wad(60_000)).contract("ShortToken");
    let mut world = World::build(&WorldConfig::of(vec![asset]));
    world.mint(0, ALICE, 10 * AMOUNT);
    let token = world.token(0);
    switch(&mut world, token, true);
    for (size, fate) in [(1, Refused), (4, Refused), (31, Refused), (32, Passes), (0, Passes)] {
        let call = OddReturnToken::setReturnSizeCall { returnSize: u256(size) };
        world.send_to(GOVERNOR, token, call).map(|_| ()).expect("set");
        expect(&mut world, token, fate, AMOUNT, PULL);
    }
    world.check();
}

/// A fee of one wei is a fee; one that rounds to nothing is none.
#[test]
fn the_amount_is_exact_or_refused() {
    let asset = AssetConfig::new("BAD", 8, wad(60_000)).contract("FeeToken");
    let mut world = World::build(&WorldConfig::of(vec![asset]));
    world.deposit(ALICE, 0, AMOUNT);
    world.mint(0, ALICE, AMOUNT);
    let token = world.token(0);
    switch(&mut world, token, true);
    let fee = FeeToken::setFeeCall { fee: u256(1) };
    world.send_to(GOVERNOR, token, fee).map(|_| ()).expect("set");
    let deposit = |amount| depositCall { asset: 0, amount: u256(amount), account: ALICE };
    let (asked, moved) = (u256(10_000), u256(9_999));
    world.refuse(ALICE, deposit(10_000), AmountMismatch { token, asked, moved });
    world.must(ALICE, deposit(9_999));
    world.check();
}

/// Who the token refuses to pay does not get paid; his books stay, and the others' too.
#[test]
fn a_blocked_receiver_blocks_only_himself() {
    let config = WorldConfig { base_contract: "BlockToken", ..WorldConfig::default() };
    let mut world = World::build(&config);
    world.open(ALICE, WETH, wad(1), usdc(1_900));
    world.open(BOB, WETH, wad(10), usdc(10_000));
    let block = BlockToken::setBlockedCall { account: ALICE, blocked: true };
    let token = world.base;
    world.send_to(GOVERNOR, token, block).map(|_| ()).expect("set");
    world.set_price(WETH, wad(2_200));
    world.pass(2);
    // The whole liquidation goes through without a payment to her.
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    world.take_all(TAK, auction);
    world.settle(ALICE);
    world.check();
    assert!(world.credit(ALICE) > 0);
    world.refuse(ALICE, collectCall { receiver: ALICE }, TokenCallFailed { token });
    world.borrow(BOB, 1);
    world.must(ALICE, collectCall { receiver: BOB });
    world.check();
}

/// Lists an address as it is, as far as a deposit could pass.
fn list(world: &mut World, token: Address) -> u8 {
    let asset = world.must(GOVERNOR, listAssetCall { token, decimals: 18 });
    world.must(GOVERNOR, setThresholdCall { asset, threshold: 8_000, end: 0 });
    world.must(GOVERNOR, setPricePolicyCall { asset, policy: price_policy(60, 500, 100) });
    world.set_source(asset, 0, reporter_source(REPORTER), U256::ZERO);
    world.pass(86_400);
    world.set_price(asset, wad(1_000));
    world.must(GOVERNOR, setCapCall { asset, cap: u256(wad(1)) });
    asset
}

#[test]
fn an_address_without_code_is_no_token() {
    let mut world = World::new();
    let deposit = |asset| depositCall { asset, amount: u256(wad(1)), account: ALICE };
    // Nobody looks at listing: nothing can come of it.
    let token = Address::repeat_byte(0x77);
    let asset = list(&mut world, token);
    world.refuse(ALICE, deposit(asset), NoCode { token });
    // Code that answers anything but a balance is none either.
    let token = world.deploy_contract("Caller");
    let asset = list(&mut world, token);
    world.refuse(ALICE, deposit(asset), TokenCallFailed { token });
}
