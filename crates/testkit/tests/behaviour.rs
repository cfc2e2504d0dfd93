//! What the test contracts do, on a bare EVM: the tests of the engine rely on it.

use alloy_primitives::{Address, Bytes, I256, U256, address};
use alloy_sol_types::{Revert, SolCall, SolConstructor, SolError};
use plimsoll_abi::{IPlimsoll, ITaker};
use plimsoll_testkit::artifacts;
use plimsoll_testkit::contracts::*;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::database::InMemoryDB;
use revm::primitives::hardfork::SpecId;
use revm::{ExecuteCommitEvm, MainBuilder, MainContext, MainnetEvm};

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");
const GAS: u64 = 10_000_000;

/// Names of the tokens with a switch.
const SWITCHED: [&str; 8] = [
    "FalseToken",
    "LyingToken",
    "RevertToken",
    "FeeToken",
    "SenderFeeToken",
    "ReentrantToken",
    "ShortToken",
    "HugeReturnToken",
];

type Evm = MainnetEvm<Context<BlockEnv, TxEnv, CfgEnv, InMemoryDB>>;

struct Chain(Evm);

impl Chain {
    fn new() -> Self {
        let mut config = CfgEnv::default();
        config.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
        config.disable_nonce_check = true;
        let context = Context::mainnet().with_db(InMemoryDB::default()).with_cfg(config);
        Self(context.build_mainnet())
    }

    fn transact(&mut self, from: Address, to: Option<Address>, data: Vec<u8>) -> ExecutionResult {
        let builder = TxEnv::builder().caller(from).gas_limit(GAS).gas_price(0).data(data.into());
        let builder = match to {
            Some(to) => builder.call(to),
            None => builder.create(),
        };
        self.0.transact_commit(builder.build().expect("complete")).expect("valid")
    }

    fn create(&mut self, code: Vec<u8>) -> Address {
        let result = self.transact(ALICE, None, code);
        match result {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
            other => panic!("not created: {other:?}"),
        }
    }

    fn deploy(&mut self, name: &str) -> Address {
        let address = self.create(artifacts::init_code(name));
        self.check_code(name, address)
    }

    fn deploy_with(&mut self, name: &str, arguments: &impl SolConstructor) -> Address {
        let address = self.create(artifacts::init_code_with(name, arguments));
        self.check_code(name, address)
    }

    fn check_code(&mut self, name: &str, address: Address) -> Address {
        let info = self.0.ctx.journaled_state.database.load_account(address).expect("in memory");
        let code = info.info.code.as_ref().expect("a contract").original_bytes();
        assert_eq!(code, Bytes::from(artifacts::deployed_code(name)), "{name}");
        address
    }

    fn token(&mut self, name: &str) -> Address {
        let arguments =
            Token::constructorCall { name: "Test".into(), symbol: "TST".into(), decimals: 6 };
        self.deploy_with(name, &arguments)
    }

    /// What the call returned, or what it reverted with.
    fn raw(&mut self, from: Address, to: Address, call: &impl SolCall) -> Result<Bytes, Bytes> {
        match self.transact(from, Some(to), call.abi_encode()) {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            ExecutionResult::Revert { output, .. } => Err(output),
            ExecutionResult::Halt { .. } => Err(Bytes::new()),
        }
    }

    fn call<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> C::Return {
        let data =
            self.raw(from, to, call).unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE));
        C::abi_decode_returns(&data).unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE))
    }

    fn reason(&mut self, from: Address, to: Address, call: &impl SolCall) -> String {
        let data = self.raw(from, to, call).expect_err("reverts");
        Revert::abi_decode(&data).expect("a reason").reason
    }

    fn balance(&mut self, token: Address, account: Address) -> u64 {
        self.call(ALICE, token, &Token::balanceOfCall { account }).to()
    }

    fn mint(&mut self, token: Address, to: Address, amount: u64) {
        self.call(ALICE, token, &Token::mintCall { to, amount: U256::from(amount) });
    }

    fn switch(&mut self, token: Address) {
        self.call(ALICE, token, &HostileToken::setHostileCall { hostile: true });
    }

    /// A token of which Alice has 1,000 and that is switched on.
    fn hostile(&mut self, name: &str) -> Address {
        let token = self.token(name);
        self.mint(token, ALICE, 1_000);
        self.switch(token);
        token
    }
}

fn pay(amount: u64) -> Token::transferCall {
    Token::transferCall { to: BOB, amount: U256::from(amount) }
}

fn pull(amount: u64) -> Token::transferFromCall {
    Token::transferFromCall { from: ALICE, to: BOB, amount: U256::from(amount) }
}

fn approve(amount: U256) -> Token::approveCall {
    Token::approveCall { spender: BOB, amount }
}

fn wad(amount: u64) -> U256 {
    U256::from(amount) * U256::from(10).pow(U256::from(18))
}

#[test]
fn tokens_move_and_account_until_switched_on() {
    for name in ["Token", "BlockToken", "HookToken"].into_iter().chain(SWITCHED) {
        let mut chain = Chain::new();
        let token = chain.token(name);
        chain.mint(token, ALICE, 1_000);
        assert_eq!(chain.call(ALICE, token, &Token::decimalsCall {}), 6);
        assert_eq!(chain.call(ALICE, token, &Token::symbolCall {}), "TST");

        assert!(chain.call(ALICE, token, &pay(100)), "{name}");
        assert_eq!(chain.reason(BOB, token, &pull(1)), "allowance");
        assert!(chain.call(ALICE, token, &approve(U256::from(60))));
        assert!(chain.call(BOB, token, &pull(50)), "{name}");
        assert_eq!(chain.reason(BOB, token, &pull(11)), "allowance");
        assert!(chain.call(ALICE, token, &approve(U256::MAX)));
        assert!(chain.call(BOB, token, &pull(50)), "{name}");
        let allowance = Token::allowanceCall { owner: ALICE, spender: BOB };
        assert_eq!(chain.call(ALICE, token, &allowance), U256::MAX);
        assert_eq!(chain.reason(ALICE, token, &pay(801)), "balance");
        assert_eq!((chain.balance(token, ALICE), chain.balance(token, BOB)), (800, 200), "{name}");
    }
}

#[test]
fn tokens_that_move_nothing() {
    let mut chain = Chain::new();
    for (name, answer) in [("FalseToken", false), ("LyingToken", true)] {
        let token = chain.hostile(name);
        chain.call(ALICE, token, &approve(U256::MAX));
        assert_eq!(chain.call(ALICE, token, &pay(100)), answer, "{name}");
        assert_eq!(chain.call(BOB, token, &pull(100)), answer, "{name}");
        assert_eq!((chain.balance(token, ALICE), chain.balance(token, BOB)), (1_000, 0), "{name}");
    }
    let token = chain.hostile("RevertToken");
    chain.call(ALICE, token, &approve(U256::MAX));
    assert_eq!(chain.reason(ALICE, token, &pay(100)), "switched off");
    assert_eq!(chain.reason(BOB, token, &pull(100)), "switched off");

    let token = chain.token("BlockToken");
    chain.mint(token, ALICE, 1_000);
    chain.call(ALICE, token, &BlockToken::setBlockedCall { account: BOB, blocked: true });
    assert_eq!(chain.reason(ALICE, token, &pay(100)), "blocked");
}

#[test]
fn tokens_that_move_other_amounts() {
    let mut chain = Chain::new();
    let token = chain.hostile("FeeToken");
    chain.call(ALICE, token, &FeeToken::setFeeCall { fee: U256::from(1_000) });
    chain.call(ALICE, token, &pay(100));
    assert_eq!((chain.balance(token, ALICE), chain.balance(token, BOB)), (900, 90));
    assert_eq!(chain.call(ALICE, token, &Token::totalSupplyCall {}), U256::from(990));

    let token = chain.hostile("SenderFeeToken");
    chain.call(ALICE, token, &FeeToken::setFeeCall { fee: U256::from(1_000) });
    chain.call(ALICE, token, &pay(100));
    assert_eq!((chain.balance(token, ALICE), chain.balance(token, BOB)), (890, 100));
}

#[test]
fn tokens_that_return_the_wrong_size() {
    let mut chain = Chain::new();
    let token = chain.token("SilentToken");
    chain.mint(token, ALICE, 1_000);
    assert_eq!(chain.raw(ALICE, token, &approve(U256::MAX)), Ok(Bytes::new()));
    assert_eq!(chain.raw(ALICE, token, &pay(100)), Ok(Bytes::new()));
    assert_eq!(chain.raw(BOB, token, &pull(100)), Ok(Bytes::new()));
    assert_eq!(chain.balance(token, BOB), 200);

    for (name, size) in [("ShortToken", 31), ("HugeReturnToken", 256 * 1024)] {
        let token = chain.hostile(name);
        let data = chain.raw(ALICE, token, &pay(100)).expect("moves");
        assert_eq!(data.len(), size, "{name}");
        assert_eq!(data.iter().position(|byte| *byte == 1), Some(size.min(32) - 1), "{name}");
        assert_eq!(data.iter().filter(|byte| **byte != 0).count(), 1, "{name}");
        chain.call(ALICE, token, &OddReturnToken::setReturnSizeCall { returnSize: U256::from(7) });
        assert_eq!(chain.raw(ALICE, token, &pay(100)).map(|data| data.len()), Ok(7), "{name}");
        assert_eq!(chain.balance(token, BOB), 200, "{name}");
    }
}

#[test]
fn a_reentrant_token_calls_once_and_records() {
    let mut chain = Chain::new();
    for (early, seen) in [(true, 1_000), (false, 900)] {
        let token = chain.token("ReentrantToken");
        chain.mint(token, ALICE, 1_000);
        let payload = Token::balanceOfCall { account: ALICE }.abi_encode().into();
        chain.call(ALICE, token, &ReentrantToken::armCall { target: token, payload, early });
        chain.call(ALICE, token, &pay(100));
        chain.call(ALICE, token, &pay(100));
        assert_eq!(chain.call(ALICE, token, &ReentrantToken::callsCall {}), U256::ONE);
        assert!(chain.call(ALICE, token, &ReentrantToken::succeededCall {}));
        let returned = chain.call(ALICE, token, &ReentrantToken::returnedCall {});
        assert_eq!(U256::from_be_slice(&returned), U256::from(seen));
    }
    // A failed call is recorded, and the switch arms the same call again.
    let token = chain.token("ReentrantToken");
    chain.mint(token, ALICE, 1_000);
    let payload = pay(1).abi_encode().into();
    chain.call(ALICE, token, &ReentrantToken::armCall { target: token, payload, early: false });
    chain.call(ALICE, token, &pay(100));
    assert!(!chain.call(ALICE, token, &ReentrantToken::succeededCall {}));
    let returned = chain.call(ALICE, token, &ReentrantToken::returnedCall {});
    assert_eq!(Revert::abi_decode(&returned).expect("a reason").reason, "balance");
    chain.switch(token);
    chain.call(ALICE, token, &pay(100));
    assert_eq!(chain.call(ALICE, token, &ReentrantToken::callsCall {}), U256::from(2));
}

#[test]
fn a_hook_token_hands_control_to_wallets() {
    let mut chain = Chain::new();
    let wallet = chain.deploy("Wallet");
    let token = chain.token("HookToken");
    chain.mint(token, ALICE, 1_000);
    let to_wallet = Token::transferCall { to: wallet, amount: U256::from(100) };
    chain.call(ALICE, token, &HookToken::setHookedCall { account: wallet, hooked: true });
    chain.call(ALICE, token, &to_wallet);
    assert_eq!(chain.call(ALICE, wallet, &Wallet::callsCall {}), U256::ZERO);

    // As a receiver the wallet passes on what has just arrived.
    let payload = pay(200).abi_encode().into();
    chain.call(ALICE, wallet, &Wallet::armCall { target: token, payload });
    chain.call(ALICE, token, &to_wallet);
    assert!(chain.call(ALICE, wallet, &Wallet::succeededCall {}));
    assert!(!chain.call(ALICE, wallet, &Wallet::armedCall {}));
    assert_eq!((chain.balance(token, wallet), chain.balance(token, BOB)), (0, 200));

    chain.call(ALICE, wallet, &Wallet::setRefusingCall { refusing: true });
    assert_eq!(chain.reason(ALICE, token, &to_wallet), "Wallet: refused");
}

#[test]
fn a_wallet_batches_and_bubbles() {
    let mut chain = Chain::new();
    let wallet = chain.deploy("Wallet");
    let token = chain.token("Token");
    let mint = Token::mintCall { to: wallet, amount: U256::from(500) }.abi_encode();
    let call = |data: Vec<u8>| Wallet::Call { to: token, value: U256::ZERO, data: data.into() };
    let good = Wallet::execManyCall { list: vec![call(mint.clone()), call(pay(200).abi_encode())] };
    let results = chain.call(ALICE, wallet, &good);
    assert_eq!((results[0].len(), U256::from_be_slice(&results[1])), (0, U256::ONE));

    let bad = Wallet::execManyCall { list: vec![call(mint), call(pay(801).abi_encode())] };
    assert_eq!(chain.reason(ALICE, wallet, &bad), "balance");
    assert_eq!((chain.balance(token, wallet), chain.balance(token, BOB)), (300, 200));

    let data = Token::balanceOfCall { account: wallet }.abi_encode().into();
    let exec = Wallet::execCall { to: token, value: U256::ZERO, data };
    assert_eq!(U256::from_be_slice(&chain.call(ALICE, wallet, &exec)), U256::from(300));
    let exec = Wallet::execCall { to: BOB, value: U256::ONE, data: Bytes::new() };
    assert_eq!(chain.raw(ALICE, wallet, &exec), Err(Bytes::new()));
}

#[test]
fn a_caller_calls_statically() {
    let mut chain = Chain::new();
    let caller = chain.deploy("Caller");
    let token = chain.token("Token");
    chain.mint(token, caller, 5);
    let view: Bytes = Token::balanceOfCall { account: caller }.abi_encode().into();
    let probe = chain.call(ALICE, caller, &Caller::probeCall { target: token, data: view.clone() });
    assert_eq!((probe.ok, U256::from_be_slice(&probe.result)), (true, U256::from(5)));
    let write = pay(1).abi_encode().into();
    let probe = chain.call(ALICE, caller, &Caller::probeCall { target: token, data: write });
    assert!(!probe.ok);
    let starved = Caller::probeWithGasCall { target: token, data: view, gasLimit: U256::from(50) };
    assert!(!chain.call(ALICE, caller, &starved).ok);
}

#[test]
fn a_feed_answers_in_each_mode() {
    let mut chain = Chain::new();
    let feed = chain.deploy_with("Feed", &Feed::constructorCall { decimals: 8 });
    let answer = I256::try_from(-7).expect("small");
    chain.call(ALICE, feed, &Feed::setCall { answer, updatedAt: U256::from(1_000) });
    chain.call(ALICE, feed, &Feed::setCall { answer, updatedAt: U256::from(2_000) });
    let read = Feed::latestRoundDataCall {};
    let live = chain.call(ALICE, feed, &read);
    assert_eq!((live.roundId.to::<u64>(), live.answeredInRound.to::<u64>()), (2, 2));
    assert_eq!((live.answer, live.updatedAt), (answer, U256::from(2_000)));
    assert_eq!(chain.call(ALICE, feed, &Feed::decimalsCall {}), 8);
    let live = chain.raw(ALICE, feed, &read).expect("live");

    let mut set = |mode| {
        chain.call(ALICE, feed, &Feed::setModeCall { mode });
        chain.transact(ALICE, Some(feed), read.abi_encode())
    };
    let output = |result: ExecutionResult| result.output().cloned().unwrap_or_default();
    let revert = set(Feed::Mode::Revert);
    assert!(matches!(revert, ExecutionResult::Revert { .. }));
    assert_eq!(Revert::abi_decode(&output(revert)).expect("a reason").reason, "Feed: down");
    let burnt = set(Feed::Mode::BurnGas);
    assert!(burnt.is_halt() && burnt.tx_gas_used() == GAS, "{burnt:?}");
    assert_eq!(output(set(Feed::Mode::Short)), live[..128]);
    let huge = output(set(Feed::Mode::Huge));
    assert_eq!((&huge[..160], huge.len()), (&live[..], 160 + 256 * 1024));
    assert!(huge[160..].iter().all(|byte| *byte == 0));
    let dirty = output(set(Feed::Mode::Dirty));
    assert_eq!((dirty.len(), dirty[21], dirty[128 + 21]), (160, 1, 1));
    assert_eq!(dirty[32..128], live[32..128]);
    assert!(Feed::latestRoundDataCall::abi_decode_returns_validate(&dirty).is_err());

    let decoded = |data: Bytes| {
        let round = Feed::latestRoundDataCall::abi_decode_returns(&data).expect("a round");
        (round.answer, round.updatedAt.to::<u64>(), round.answeredInRound.to::<u64>())
    };
    assert_eq!(decoded(output(set(Feed::Mode::Incomplete))), (answer, 0, 2));
    assert_eq!(decoded(output(set(Feed::Mode::CarriedOver))), (answer, 2_000, 1));
    assert_eq!(output(set(Feed::Mode::Live)), live);
}

/// A market of an 18-decimals collateral for a 6-decimals base.
struct Venue {
    base: Address,
    coin: Address,
    market: Address,
}

impl Venue {
    fn new(chain: &mut Chain) -> Self {
        let base = chain.token("Token");
        let arguments =
            Token::constructorCall { name: "Coin".into(), symbol: "COIN".into(), decimals: 18 };
        let coin = chain.deploy_with("Token", &arguments);
        let market = chain.deploy_with("Market", &Market::constructorCall { base });
        chain.mint(base, market, 1_000_000_000_000);
        Self { base, coin, market }
    }

    fn set(&self, chain: &mut Chain, price: u64, slippage: u64) {
        let (price, slippage) = (wad(price), U256::from(slippage));
        chain.call(ALICE, self.market, &Market::setPriceCall { token: self.coin, price, slippage });
    }

    /// What Alice gets for whole coins.
    fn sell(&self, chain: &mut Chain, coins: u64) -> u64 {
        let amount = wad(coins);
        chain.call(ALICE, self.coin, &Token::mintCall { to: ALICE, amount });
        chain.call(ALICE, self.coin, &Token::approveCall { spender: self.market, amount });
        let before = chain.balance(self.base, ALICE);
        let quote = Market::quoteCall { token: self.coin, amount };
        let quoted: u64 = chain.call(ALICE, self.market, &quote).to();
        let out = Market::sellCall { token: self.coin, amount };
        let out = chain.call(ALICE, self.market, &out).to();
        assert_eq!((quoted, chain.balance(self.base, ALICE) - before), (out, out));
        out
    }
}

#[test]
fn a_market_pays_its_price_less_slippage() {
    let mut chain = Chain::new();
    let venue = Venue::new(&mut chain);
    let set = Market::setPriceCall { token: venue.coin, price: wad(1), slippage: U256::ZERO };
    assert_eq!(chain.reason(BOB, venue.market, &set), "Market: owner");
    let quote = Market::quoteCall { token: venue.coin, amount: wad(1) };
    assert_eq!(chain.reason(BOB, venue.market, &quote), "Market: closed");

    venue.set(&mut chain, 2_000, 0);
    assert_eq!(venue.sell(&mut chain, 3), 6_000_000_000);
    assert_eq!(venue.sell(&mut chain, 3), 6_000_000_000);

    // 1 % a coin: the mean price of the first ten is 95 %, of the next ten 85 %.
    venue.set(&mut chain, 2_000, 100);
    assert_eq!(venue.sell(&mut chain, 10), 19_000_000_000);
    assert_eq!(venue.sell(&mut chain, 10), 17_000_000_000);
    // The last eighty bring 40 % on average, and everything beyond them nothing.
    assert_eq!(venue.sell(&mut chain, 200), 64_000_000_000);
    assert_eq!(venue.sell(&mut chain, 1), 0);
    // Setting the price refills the depth.
    venue.set(&mut chain, 2_000, 100);
    assert_eq!(venue.sell(&mut chain, 10), 19_000_000_000);
}

/// Alice's taker at a stub that sells 3 coins for 5,000 of the base.
struct Sale {
    venue: Venue,
    stub: Address,
    taker: Address,
}

const AUCTION: u64 = 4 << 48 | 1 << 24 | 2;
const PAY: u64 = 5_000_000_000;

impl Sale {
    fn new(chain: &mut Chain) -> Self {
        let venue = Venue::new(chain);
        venue.set(chain, 2_000, 0);
        let (base, token, market) = (venue.base, venue.coin, venue.market);
        let arguments =
            TakeStub::constructorCall { base, token, lot: wad(3), pay: U256::from(PAY) };
        let stub = chain.deploy_with("TakeStub", &arguments);
        chain.call(ALICE, token, &Token::mintCall { to: stub, amount: wad(10) });
        let taker = chain.deploy_with("Taker", &Taker::constructorCall { base, market });
        chain.call(ALICE, taker, &Taker::setCollateralCall { asset: 4, token });
        Self { venue, stub, taker }
    }

    fn take(&self, data: &'static [u8]) -> Taker::takeCall {
        Taker::takeCall {
            engine: self.stub,
            auction: AUCTION,
            maxLot: wad(4),
            maxPrice: wad(1_900),
            minLot: wad(2),
            deadline: 77,
            receiver: self.taker,
            data: Bytes::from_static(data),
        }
    }

    /// Base tokens of the stub and of the taker.
    fn balances(&self, chain: &mut Chain) -> (u64, u64) {
        (chain.balance(self.venue.base, self.stub), chain.balance(self.venue.base, self.taker))
    }
}

#[test]
fn an_honest_taker_pays_out_of_the_sale() {
    let mut chain = Chain::new();
    let sale = Sale::new(&mut chain);
    let taken = chain.call(BOB, sale.taker, &sale.take(b"go"));
    assert_eq!((taken.lot, taken.pay), (wad(3), U256::from(PAY)));
    assert_eq!(sale.balances(&mut chain), (PAY, 1_000_000_000));

    let forwarded = chain.call(ALICE, sale.stub, &TakeStub::lastCallCall {});
    let forwarded = IPlimsoll::takeCall::abi_decode_validate(&forwarded).expect("a take");
    assert_eq!(
        (forwarded.auction, forwarded.maxLot, forwarded.maxPrice),
        (AUCTION, wad(4), wad(1_900))
    );
    assert_eq!((forwarded.minLot, forwarded.deadline), (wad(2), 77));
    assert_eq!((forwarded.receiver, &forwarded.data[..]), (sale.taker, &b"go"[..]));

    assert_eq!(chain.call(ALICE, sale.taker, &Taker::callbacksCall {}), U256::ONE);
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::lastAuctionCall {}), AUCTION);
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::lastLotCall {}), wad(3));
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::lastPayCall {}), U256::from(PAY));
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::lastDataCall {}), Bytes::from_static(b"go"));

    let send = Taker::sendCall { token: sale.venue.base, to: BOB, amount: U256::from(PAY / 5) };
    assert_eq!(chain.reason(BOB, sale.taker, &send), "Taker: owner");
    chain.call(ALICE, sale.taker, &send);
    assert_eq!(sale.balances(&mut chain), (PAY, 0));
    let stray = ITaker::onTakeCall {
        auction: AUCTION,
        lot: U256::ZERO,
        pay: U256::ONE,
        data: Bytes::new(),
    };
    assert_eq!(chain.reason(BOB, sale.taker, &stray), "Taker: engine");
}

#[test]
fn takers_that_do_not_pay() {
    let mut chain = Chain::new();
    let sale = Sale::new(&mut chain);
    chain.mint(sale.venue.base, sale.taker, PAY);
    for (mode, reason) in [(Taker::Mode::Nothing, "token"), (Taker::Mode::Revert, "Taker: refused")]
    {
        chain.call(ALICE, sale.taker, &Taker::setModeCall { mode });
        assert_eq!(chain.reason(ALICE, sale.taker, &sale.take(b"go")), reason);
    }
    // Without callback it is the allowance that pays.
    assert_eq!(chain.reason(ALICE, sale.taker, &sale.take(b"")), "token");
    let (token, spender) = (sale.venue.base, sale.stub);
    chain.call(ALICE, sale.taker, &Taker::approveCall { token, spender, amount: U256::from(PAY) });
    chain.call(ALICE, sale.taker, &sale.take(b""));
    assert_eq!(sale.balances(&mut chain), (PAY, 0));
}

#[test]
fn a_taker_re_enters_once_then_pays() {
    let mut chain = Chain::new();
    let sale = Sale::new(&mut chain);
    let inner = sale.take(b"in");
    let payload = IPlimsoll::takeCall {
        auction: inner.auction,
        maxLot: inner.maxLot,
        maxPrice: inner.maxPrice,
        minLot: inner.minLot,
        deadline: inner.deadline,
        receiver: inner.receiver,
        data: inner.data,
    };
    let payload = payload.abi_encode().into();
    chain.call(ALICE, sale.taker, &Taker::setReenterCall { target: sale.stub, payload });
    chain.call(ALICE, sale.taker, &sale.take(b"go"));
    assert!(chain.call(ALICE, sale.taker, &Taker::succeededCall {}));
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::callsCall {}), U256::ONE);
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::returnedCall {}).len(), 64);
    assert_eq!(chain.call(ALICE, sale.taker, &Taker::callbacksCall {}), U256::from(2));
    assert_eq!(sale.balances(&mut chain), (2 * PAY, 2_000_000_000));
}

#[test]
fn a_taker_with_means_sends_the_lot_away() {
    let mut chain = Chain::new();
    let sale = Sale::new(&mut chain);
    chain.mint(sale.venue.base, sale.taker, PAY + 1);
    chain.call(ALICE, sale.taker, &Taker::setSinkCall { sink: BOB });
    chain.call(ALICE, sale.taker, &sale.take(b"go"));
    assert_eq!(sale.balances(&mut chain), (PAY, 1));
    let held = chain.call(ALICE, sale.venue.coin, &Token::balanceOfCall { account: BOB });
    assert_eq!(held, wad(3));
}
