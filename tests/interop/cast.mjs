// Foundry's cast against the node: the engine is deployed, used and asked with nothing else.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import * as lib from "./lib.mjs";

const { accounts, ARB_WASM, PROGRAMS } = lib;
// The program itself: the package's wrapper succeeds whatever the program says.
const packaged = `@foundry-rs/cast-${platform()}-${arch() === "x64" ? "amd64" : arch()}/bin/cast`;
const binary = createRequire(import.meta.url).resolve(packaged);
const SUCCESS = "0x1";

const node = await lib.startNode();
const offline = (...args) => lib.run(binary, args);
const cast = (...args) => offline(args[0], "--rpc-url", node.http, ...args.slice(1));
const json = (...args) => JSON.parse(cast(...args));
const send = (from, ...args) => json("send", "--private-key", from.key, "--json", ...args);
/// The first number of an answer, without cast's annotation.
const number = (text) => BigInt(text.split(/\s/)[0]);
const now = () => Number(cast("block", "latest", "--field", "timestamp").split(/\s/)[0]);

const usdc = (amount) => `${amount}000000`;
const wad = (amount) => `${amount}${"0".repeat(18)}`;

async function basics(check) {
  check.same("chain-id", cast("chain-id"), "412346");
  check.holds("client", cast("client").startsWith("plimsoll-node/v"), cast("client"));
  check.same("block-number", cast("block-number"), "0");
  check.same("gas-price", cast("gas-price"), "20000000");
  check.same("base-fee", cast("base-fee"), "20000000");
  check.same("balance", cast("balance", "--ether", accounts.taker.address), "10000.000000000000000000");
  check.same("nonce", cast("nonce", accounts.taker.address), "0");
  const block = json("block", "0", "--json");
  check.same("block: its number and its time", [block.number, block.timestamp], ["0x0", "0x6955b900"]);
  const { address, key } = accounts.taker;
  const sent = send(accounts.governor, address, "--value", "1ether");
  check.same("send: ether", [sent.status, sent.gasUsed], [SUCCESS, "0x5208"]);
  check.same("send: it arrives", cast("balance", "--ether", address), "10001.000000000000000000");
  for (const [kind, type, ...flags] of [
    ["legacy", "0x0", "--legacy"],
    ["with an access list", "0x2", "--access-list", `[{"address":"${ARB_WASM}","storageKeys":[]}]`],
    ["with fees", "0x2", "--gas-price", "1gwei", "--priority-gas-price", "0"],
  ]) {
    const receipt = json("send", "--private-key", key, "--json", ...flags, address, "--value", "1");
    check.same(`send: ${kind}`, [receipt.status, receipt.type], [SUCCESS, type]);
  }
  check.same("WebSocket", offline("block-number", "--rpc-url", node.ws), cast("block-number"));
}

async function wallets(check) {
  const { governor, guardian } = accounts;
  const derived = offline("wallet", "address", "--mnemonic", lib.MNEMONIC, "--mnemonic-index", "1");
  check.same("wallet address: of the mnemonic", derived, guardian.address);
  const signature = offline("wallet", "sign", "--private-key", governor.key, "plimsoll");
  const verified = offline("wallet", "verify", "--address", governor.address, "plimsoll", signature);
  check.holds("wallet sign and verify", verified.includes("succeeded"), verified);
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-cast-"));
  try {
    const named = ["--keystore-dir", folder, "--unsafe-password", "secret"];
    offline("wallet", "import", "guardian", ...named, "--private-key", guardian.key);
    const keystore = ["--keystore", join(folder, "guardian"), "--password", "secret"];
    const value = ["--value", "7", "--json"];
    const sent = json("send", ...keystore, governor.address, ...value);
    check.same("wallet import: sent from a keystore", [sent.status, sent.from.toLowerCase()], [
      SUCCESS,
      guardian.address.toLowerCase(),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { address, key } = guardian;
  const unlocked = json("send", "--unlocked", "--from", address, governor.address, "--value", "7", "--json");
  check.same("send: by an account of the node", unlocked.status, SUCCESS);
  const raw = cast("mktx", "--private-key", key, governor.address, "--value", "7");
  const published = json("publish", raw);
  check.same("mktx and publish", published.status, SUCCESS);
  const signed = offline("decode-transaction", raw);
  check.holds("decode-transaction", signed.toLowerCase().includes(address.toLowerCase()), signed);
}

/// Creates the accounts of the programs and activates them. Returns their addresses by name.
async function deploy(check) {
  const { governor } = accounts;
  const addresses = {};
  for (const program of PROGRAMS) {
    const code = lib.creation(program);
    const created = send(governor, "--create", code);
    const address = created.contractAddress;
    const runtime = cast("code", address);
    check.same(`${program}: code`, [created.status, code.endsWith(runtime.slice(2))], [SUCCESS, true]);
    check.same(`${program}: codesize`, Number(cast("codesize", address)), (runtime.length - 2) / 2);
    const activate = [ARB_WASM, "activateProgram(address)", address, "--value", "0.01ether"];
    const estimate = number(cast("estimate", "--from", governor.address, ...activate));
    const activated = send(governor, ...activate);
    const used = BigInt(activated.gasUsed);
    check.same(`${program}: activated`, [activated.status, activated.logs.length], [SUCCESS, 1]);
    check.holds(`${program}: estimate`, used <= estimate && estimate < used * 2n, [estimate, used]);
    addresses[program] = address;
  }
  const { engine } = addresses;
  const version = cast("call", ARB_WASM, "programVersion(address)(uint16)", engine);
  check.same("programVersion is stylusVersion", version, cast("call", ARB_WASM, "stylusVersion()(uint16)"));
  const hash = offline("keccak", cast("code", engine));
  check.same("codehash", cast("codehash", engine), hash);
  const active = cast("call", ARB_WASM, "codehashVersion(bytes32)(uint16)", hash);
  check.same("codehashVersion: of the code's hash", active, version);
  const left = number(cast("call", ARB_WASM, "programTimeLeft(address)(uint64)", engine));
  check.holds("programTimeLeft: nearly a year", left > 364n * 86_400n && left <= 365n * 86_400n, left);
  return addresses;
}

/// The engine with USDC and one collateral, ten thousand a token.
async function market(check) {
  const { governor } = accounts;
  const programs = await deploy(check);
  const { engine } = programs;
  const token = (name, decimals) => {
    const { bytecode } = lib.artifact("Token");
    const made = send(governor, "--create", bytecode, "constructor(string,string,uint8)", name, name, decimals);
    check.same(`${name}: created`, made.status, SUCCESS);
    return made.contractAddress;
  };
  const [base, weth] = [token("USDC", "6"), token("WETH", "18")];
  check.same("call: a string", cast("call", base, "symbol()(string)"), '"USDC"');
  const { constructor, calls } = lib.setupOf({ ...programs, USDC: base, WETH: weth });
  check.same("constructor", send(governor, engine, constructor.data).status, SUCCESS);
  await check.fails("constructor: not twice", offline("sig", "AlreadyConstructed()"), () =>
    cast("call", "--from", governor.address, engine, "--data", constructor.data),
  );
  for (const { name, data } of calls) {
    check.same(name, send(governor, engine, data).status, SUCCESS);
  }
  const listed = cast("call", engine, "asset(uint8)(address,uint8)", "0").split("\n");
  check.same("call: several values", listed, [offline("to-check-sum-address", weth), "18"]);
  const stored = cast("storage", engine, String(lib.slots().GOVERNOR));
  const word = `0x${governor.address.slice(2).toLowerCase().padStart(64, "0")}`;
  check.same("storage: the governor's word", stored, word);
  return { engine, base, weth };
}

function report(check, engine, price) {
  const receipt = send(
    accounts.reporter,
    engine,
    "report(uint8[],uint256[],uint256[],uint32)",
    "[0]",
    `[${price}]`,
    "[0]",
    String(now()),
  );
  check.same(`report: ${price}`, receipt.status, SUCCESS);
}

/// Supplies, opens a position, lets it fall, kicks it, sells it.
async function use(check) {
  const { supplier, borrower, keeper, taker } = accounts;
  const deployed = await market(check);
  const { engine, base, weth } = deployed;
  for (const [who, token, amount] of [
    [supplier, base, usdc(1_000_000)],
    [borrower, weth, wad(10)],
    [taker, base, usdc(1_000_000)],
  ]) {
    send(who, token, "mint(address,uint256)", who.address, amount);
    const approved = send(who, token, "approve(address,uint256)", engine, amount);
    check.same("approve", approved.logs.length, 1);
  }
  const supplied = send(supplier, engine, "supply(uint256,address)", usdc(1_000_000), supplier.address);
  check.same("supply", supplied.status, SUCCESS);
  report(check, engine, wad(3_000));
  const deposit = ["deposit(uint8,uint256,address)", "0", wad(10), borrower.address];
  check.same("deposit", send(borrower, engine, ...deposit).status, SUCCESS);
  const borrow = [engine, "borrow(uint256,address)", usdc(23_900), borrower.address];
  const estimate = number(cast("estimate", "--from", borrower.address, ...borrow));
  const borrowed = send(borrower, ...borrow, "--gas-limit", String(estimate));
  check.same("borrow, with the estimated gas", borrowed.status, SUCCESS);
  const health = number(cast("call", engine, "healthFactor(address)(uint256)", borrower.address));
  check.same("call: the health factor", health, (25_200n * 10n ** 18n) / 23_900n);
  await check.fails("call: a typed error", offline("sig", "Unhealthy(uint256,uint256)"), () =>
    cast("call", "--from", borrower.address, ...borrow),
  );
  const refused = send(borrower, ...borrow, "--gas-limit", "300000");
  check.same("send: refused on chain", refused.status, "0x0");

  // What cannot be believed at once is confirmed a second later.
  report(check, engine, wad(2_500));
  const kick = ["kick(address[],uint64[])", `[${borrower.address}]`, "[]"];
  const kicked = send(keeper, engine, ...kick);
  check.same("kick", kicked.status, SUCCESS);
  const [opened] = json("logs", "--address", engine, "--from-block", "0", "--json", "Opened(uint64 indexed,address,uint256)");
  const id = BigInt(opened.topics[1]).toString();
  cast("rpc", "evm_increaseTime", "300");
  const take = ["take(uint64,uint256,uint256,uint256,uint32,address,bytes)", id, wad(1_000), wad(1_000_000), "0", "4294967295", taker.address, "0x"];
  const taken = send(taker, engine, ...take);
  check.same("take", taken.status, SUCCESS);
  const won = number(cast("call", weth, "balanceOf(address)(uint256)", taker.address));
  const [sale] = json("logs", "--address", engine, "--from-block", "0", "--json", "Taken(uint64 indexed,address indexed,uint256,uint256,uint256,uint256)");
  const lot = BigInt(`0x${sale.data.slice(2, 66)}`);
  check.holds("take: the taker has what the event says", won === lot && won > 0n, [won, lot]);
  return { ...deployed, borrowed, kicked, taken };
}

/// What is asked about what was done.
async function look(check, { engine, base, borrowed, kicked, taken }) {
  const hash = taken.transactionHash;
  const receipt = json("receipt", hash, "--json");
  check.same("receipt", [receipt.gasUsed, receipt.logs.length], [taken.gasUsed, taken.logs.length]);
  const tx = json("tx", hash, "--json");
  check.same("tx", [tx.hash, tx.to, tx.blockNumber], [hash, engine.toLowerCase(), taken.blockNumber]);
  const number_ = String(Number(taken.blockNumber));
  const block = json("block", number_, "--json");
  check.same("block: its transaction", block.transactions, [hash]);
  const full = json("block", number_, "--full", "--json");
  check.same("block: in full", full.transactions[0].input, tx.input);
  const topic = offline("sig-event", "Borrowed(address,address,uint256,uint256)");
  const logs = json("logs", "--from-block", "0", "--json", topic, offline("to-uint256", accounts.borrower.address));
  check.same("logs: by topics", logs.map((log) => log.transactionHash), [borrowed.transactionHash]);
  const none = json("logs", "--from-block", "0", "--json", topic, offline("to-uint256", accounts.taker.address));
  check.same("logs: of nobody", none, []);
  const at = ["--from-block", kicked.blockNumber, "--to-block", kicked.blockNumber, "--address", engine];
  check.same("logs: of one block", json("logs", ...at, "--json").length, kicked.logs.length);
  const list = cast("access-list", "--from", accounts.taker.address, base, "transfer(address,uint256)", engine, "1");
  check.holds("access-list", list.toLowerCase().includes(base.toLowerCase()), list);

  const trace = json("rpc", "debug_traceTransaction", hash, '{"tracer":"callTracer"}');
  const calls = trace.calls.map((call) => call.to.toLowerCase());
  check.holds("debug_traceTransaction: the tokens are called", calls.includes(base.toLowerCase()), calls);
  check.same("debug_traceTransaction: gas", trace.gasUsed, taken.gasUsed);

  const snapshot = json("rpc", "evm_snapshot");
  const before = cast("block-number");
  send(accounts.taker, accounts.keeper.address, "--value", "1");
  check.same("evm_revert", json("rpc", "evm_revert", snapshot), true);
  check.same("evm_revert: the block is gone", cast("block-number"), before);
}

/// `run` plays an EVM transaction again on the state before it.
async function again(check, { base }) {
  const { governor, keeper } = accounts;
  const minted = send(governor, base, "mint(address,uint256)", keeper.address, "5");
  send(governor, keeper.address, "--value", "1");
  for (const flags of [[], ["--quick"]]) {
    const played = cast("run", ...flags, minted.transactionHash);
    const how = ["run", ...flags].join(" ");
    check.holds(`${how}: succeeds`, played.includes("Transaction successfully executed"), played);
    const [, gas] = /Gas used: (\d+)/.exec(played) ?? [];
    check.same(`${how}: gas`, Number(gas), Number(minted.gasUsed));
  }
}

/// A proposal for this engine is read from it and rehearsed on a snapshot, of which nothing stays.
async function proposal(check, { engine }) {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-propose-"));
  const file = join(folder, "proposal.toml");
  const propose = (asset) => {
    writeFileSync(file, `[engine]\naddress = "${engine}"\n\n[[asset]]\nid = 0\n${asset}\n`);
    return lib.run(lib.xtask, ["propose", file, "--rpc", node.http]);
  };
  const state = () => [cast("block-number"), json("proof", engine, "--json").storageHash];
  try {
    const before = state();
    const said = propose("max_ltv = 7900\nloss_bound = 20000");
    const data = offline("calldata", "setMaxLtv(uint8,uint16)", "0", "7900");
    check.holds("xtask propose: the call", said.includes(data), said);
    check.holds("xtask propose: rehearsed", said.includes("the engine, in order"), said);
    await check.fails("xtask propose: beyond a check", "check 2 of docs/PARAMETERS.md", () => propose("threshold = 9000"));
    check.same("xtask propose: the state is as it was", state(), before);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await new lib.Checks("cast").run(async (check) => {
  await basics(check);
  await wallets(check);
  const done = await use(check);
  await look(check, done);
  await again(check, done);
  await proposal(check, done);
});
