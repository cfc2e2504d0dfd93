//! Takers that buy without capital, and takers and tokens that misbehave.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use plimsoll_abi::IPlimsoll::takeCall;
use plimsoll_abi::{AmountMismatch, CallbackFailed, Reentered, TokenCallFailed, TokenRefused};
use plimsoll_testkit::contracts::{BlockToken, HostileToken, Market, Taker, Token};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, Failure, GOVERNOR, MALLORY, TAK, USDC, WETH, World, usdc, wad, whole,
};

use crate::sales::{books, fill, kicked, open, order, still, still_with, taken};

/// A taker contract without a cent, and a market that buys WETH from it at `price`.
pub fn taker(world: &mut World, price: u128) -> Address {
    let base = world.base;
    let market = world.deploy_with("Market", &Market::constructorCall { base });
    let (token, amount) = (world.token(WETH), U256::from(usdc(100_000_000)));
    world.send_to(MALLORY, base, Token::mintCall { to: market, amount }).unwrap();
    let terms = Market::setPriceCall { token, price: U256::from(price), slippage: U256::ZERO };
    world.send_to(GOVERNOR, market, terms).unwrap();
    let taker = world.deploy_with("Taker", &Taker::constructorCall { base, market });
    world.send_to(GOVERNOR, taker, Taker::setCollateralCall { asset: WETH, token }).unwrap();
    taker
}

/// Makes the taker contract take as much as it can, with a callback if there is data.
pub fn take_as(
    world: &mut World,
    taker: Address,
    id: u64,
    data: &'static [u8],
) -> Result<Taker::takeReturn, Failure> {
    let order = order(world, id);
    let call = Taker::takeCall {
        engine: world.engine,
        auction: id,
        maxLot: order.maxLot,
        maxPrice: order.maxPrice,
        minLot: order.minLot,
        deadline: order.deadline,
        receiver: taker,
        data: Bytes::from_static(data),
    };
    world.send_to(TAK, taker, call)
}

/// A take that has to fail with exactly this error and leave everything as it was.
#[track_caller]
fn refused(world: &mut World, taker: Address, id: u64, data: &'static [u8], error: Vec<u8>) {
    let before = world.state_digest();
    let failure = take_as(world, taker, id, data).map(|_| ()).unwrap_err();
    assert_eq!(failure.data, error, "{failure}");
    assert_eq!(world.state_digest(), before);
}

pub fn on_sale() -> (World, u64) {
    let mut world = still();
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let auction = kicked(&mut world, ALICE);
    (world, auction)
}

fn mode(world: &mut World, taker: Address, mode: Taker::Mode) {
    world.send_to(GOVERNOR, taker, Taker::setModeCall { mode }).unwrap();
}

#[test]
fn a_taker_needs_no_capital() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    world.pass(100);
    assert_eq!(world.balance(USDC, taker), 0);
    let got = take_as(&mut world, taker, id, b"sell").unwrap();
    let sold = got.lot * U256::from(wad(2_450)) / U256::from(10_u128.pow(30));
    assert_eq!(U256::from(world.balance(USDC, taker)), sold - got.pay);
    let told = world.view_at(taker, Taker::lastDataCall {}).unwrap();
    assert_eq!(told, Bytes::from_static(b"sell"));
    let named = world.view_at(taker, Taker::lastAuctionCall {}).unwrap();
    assert_eq!((named, world.view_at(taker, Taker::lastPayCall {}).unwrap()), (id, got.pay));
    books(&world);
}

#[test]
fn without_data_nobody_is_called_back() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    let (to, amount) = (taker, U256::from(usdc(100_000)));
    world.send_to(MALLORY, world.base, Token::mintCall { to, amount }).unwrap();
    let spender = world.engine;
    let token = world.base;
    world.send_to(GOVERNOR, taker, Taker::approveCall { token, spender, amount }).unwrap();
    take_as(&mut world, taker, id, b"").unwrap();
    assert_eq!(world.view_at(taker, Taker::callbacksCall {}).unwrap(), U256::ZERO);
}

/// A person has no code that could be called: data changes nothing for him.
#[test]
fn a_person_with_data_pays_from_his_pocket() {
    let (mut world, id) = on_sale();
    fill(&mut world, TAK);
    let call = takeCall { data: Bytes::from_static(b"hello"), ..order(&world, id) };
    world.must(TAK, call);
    books(&world);
}

#[test]
fn a_taker_that_does_not_pay_gets_nothing() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    mode(&mut world, taker, Taker::Mode::Nothing);
    let token = world.base;
    let error = |error: TokenCallFailed| error.abi_encode();
    refused(&mut world, taker, id, b"x", error(TokenCallFailed { token }));
    // Nor one that takes the lot away and has no money.
    world.send_to(GOVERNOR, taker, Taker::setSinkCall { sink: MALLORY }).unwrap();
    refused(&mut world, taker, id, b"x", error(TokenCallFailed { token }));
    // Nor one whose market pays too little.
    let poor = self::taker(&mut world, wad(2_300));
    refused(&mut world, poor, id, b"x", error(TokenCallFailed { token }));
}

#[test]
fn a_callback_that_reverts_takes_everything_back() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    mode(&mut world, taker, Taker::Mode::Revert);
    let error = CallbackFailed { taker }.abi_encode();
    refused(&mut world, taker, id, b"x", error);
    mode(&mut world, taker, Taker::Mode::Honest);
    take_as(&mut world, taker, id, b"x").unwrap();
}

/// The callback may not buy the rest of the same auction, nor another one.
#[test]
fn a_take_within_a_take_is_refused_and_the_outer_one_goes_on() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    let payload = Bytes::from(order(&world, id).abi_encode());
    let target = world.engine;
    world.send_to(GOVERNOR, taker, Taker::setReenterCall { target, payload }).unwrap();
    take_as(&mut world, taker, id, b"x").unwrap();
    assert_refused_inside(&mut world, taker);
    books(&world);
}

/// The taker's call from within was refused.
#[track_caller]
pub fn assert_refused_inside(world: &mut World, taker: Address) {
    assert_eq!(world.view_at(taker, Taker::callsCall {}).unwrap(), U256::ONE);
    assert!(!world.view_at(taker, Taker::succeededCall {}).unwrap());
    let returned = world.view_at(taker, Taker::returnedCall {}).unwrap();
    assert!(is_reentered(&returned), "{returned}");
}

/// Whether revert data is the engine's refusal of a re-entry.
pub fn is_reentered(data: &[u8]) -> bool {
    data == Reentered {}.abi_encode()
}

// ---- Collateral that misbehaves on its way out ----

/// A position whose collateral turns hostile while it is on sale.
fn hostile(contract: &'static str) -> (World, u64, Address) {
    let weth = AssetConfig::new("WETH", 18, wad(3_000)).contract(contract);
    let mut world = still_with(vec![weth, AssetConfig::new("GOOD", 18, wad(3_000))]);
    world.deposit(ALICE, 1, whole(1, 18));
    open(&mut world, ALICE);
    world.set_price(WETH, wad(1_900));
    let auction = kicked(&mut world, ALICE);
    fill(&mut world, TAK);
    let token = world.token(WETH);
    if contract != "BlockToken" {
        world.send_to(GOVERNOR, token, HostileToken::setHostileCall { hostile: true }).unwrap();
    }
    (world, auction, token)
}

#[test]
fn a_token_that_lies_keeps_its_lot_and_the_taker_his_money() {
    for contract in ["FalseToken", "LyingToken", "RevertToken", "SenderFeeToken", "ShortToken"] {
        let (mut world, id, token) = hostile(contract);
        let lot = U256::from(world.auction_terms(id).lot);
        let call = order(&world, id);
        match contract {
            "FalseToken" | "ShortToken" => world.refuse(TAK, call, TokenRefused { token }),
            "RevertToken" => world.refuse(TAK, call, TokenCallFailed { token }),
            "LyingToken" => {
                let none = AmountMismatch { token, asked: lot, moved: U256::ZERO };
                world.refuse(TAK, call, none);
            }
            _ => {
                let moved = lot + lot / U256::from(100);
                // The engine's other balance pays the fee that the token takes on top.
                let failure = world.send(TAK, call).map(|_| ()).unwrap_err();
                if failure.is::<AmountMismatch>() {
                    let error = failure.expect::<AmountMismatch>();
                    assert_eq!((error.token, error.asked, error.moved), (token, lot, moved));
                } else {
                    assert!(failure.is::<TokenCallFailed>(), "{failure}");
                }
            }
        }
        // It behaves again, and the sale goes on. The other collateral never noticed.
        let other = world.newest(1);
        taken(&mut world, other, u128::MAX);
        world.send_to(GOVERNOR, token, HostileToken::setHostileCall { hostile: false }).unwrap();
        taken(&mut world, id, u128::MAX);
        world.settle(ALICE);
        books(&world);
    }
}

#[test]
fn a_blocked_receiver_blocks_only_himself() {
    let (mut world, id, token) = hostile("BlockToken");
    let block = BlockToken::setBlockedCall { account: TAK, blocked: true };
    world.send_to(GOVERNOR, token, block).unwrap();
    let call = order(&world, id);
    world.refuse(TAK, call.clone(), TokenCallFailed { token });
    world.must(TAK, takeCall { receiver: MALLORY, ..call });
    books(&world);
}
