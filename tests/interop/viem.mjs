// viem, with its definition of Arbitrum, against the node: the engine is deployed, used, asked and
// watched, over HTTP and over WebSocket.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  getContract,
  http,
  isAddressEqual,
  keccak256,
  parseAbi,
  parseEther,
  parseUnits,
  webSocket,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { arbitrum } from "viem/chains";
import * as lib from "./lib.mjs";

const { ARB_WASM, PROGRAMS } = lib;
const accounts = Object.fromEntries(
  Object.entries(lib.accounts).map(([name, { key }]) => [name, privateKeyToAccount(key)]),
);
const arbWasm = parseAbi([
  "function activateProgram(address program) payable returns (uint16 version, uint256 dataFee)",
  "function programVersion(address program) view returns (uint16 version)",
  "event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version)",
]);

/// The engine's interface, from the committed Solidity.
function engineAbi() {
  const text = readFileSync(join(lib.root, "tests/golden/IPlimsoll.sol"), "utf8");
  const plain = text.replaceAll(/\/\/.*$/gm, "").replaceAll(/\s+/g, " ");
  const items = plain.match(/(function|event|error) \w+\([^;]*;/g);
  const structs = plain.match(/struct \w+ \{[^}]*\}/g);
  return parseAbi([...structs, ...items.map((item) => item.slice(0, -1))]);
}

/// Clients over one transport, and what the script does with them.
function clients(transport) {
  const options = { chain: arbitrum, transport, pollingInterval: 50 };
  const reader = createPublicClient(options);
  const test = createTestClient({ ...options, mode: "anvil" });
  const wallet = createWalletClient(options);
  /// Sends with a local key and waits for the receipt.
  const receipt = async (hash) => reader.waitForTransactionReceipt({ hash: await hash });
  return {
    reader,
    test,
    wallet,
    deploy: (account, options) => receipt(wallet.deployContract({ account, ...options })),
    send: (account, options) => receipt(wallet.sendTransaction({ account, ...options })),
    write: (account, contract, functionName, args, options = {}) =>
      receipt(wallet.writeContract({ account, ...contract, functionName, args, ...options })),
  };
}

/// A promise of the first item that a watcher reports.
function first(watch) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("nothing was reported for ten seconds")), 10_000);
    const stop = watch((item) => {
      clearTimeout(late);
      stop();
      resolve(item);
    }, reject);
  });
}

const code = (program) => ({ abi: [], bytecode: lib.creation(program) });

/// Deploys and activates the programs. Returns their addresses by name.
async function deploy(check, { reader, ...does }) {
  const programs = {};
  for (const program of PROGRAMS) {
    const { status, contractAddress } = await does.deploy(accounts.governor, code(program));
    const runtime = await reader.getCode({ address: contractAddress });
    check.same(`${program}: deployed`, [status, runtime.slice(0, 8)], ["success", "0xeff000"]);
    const wasm = { address: ARB_WASM, abi: arbWasm };
    const value = { value: parseEther("0.01") };
    const activated = await does.write(accounts.governor, wasm, "activateProgram", [contractAddress], value);
    check.same(`${program}: activated`, [activated.status, activated.logs.length], ["success", 1]);
    const [event] = await reader.getContractEvents({ ...wasm, blockHash: activated.blockHash });
    check.same(`${program}: the event names it`, event.args.program, contractAddress);
    check.same(`${program}: the hash of its code`, event.args.codehash, keccak256(runtime));
    programs[program] = contractAddress;
  }
  return programs;
}

async function market(check, does) {
  const { governor } = accounts;
  const programs = await deploy(check, does);
  const token = async (name, decimals) => {
    const { abi, bytecode } = lib.artifact("Token");
    const made = await does.deploy(governor, { abi, bytecode, args: [name, name, decimals] });
    return { address: made.contractAddress, abi };
  };
  const [base, weth] = [await token("USDC", 6), await token("WETH", 18)];
  const tokens = { USDC: base.address, WETH: weth.address };
  const { constructor, calls } = lib.setupOf({ ...programs, ...tokens });
  for (const { name, data } of [{ name: "constructor", ...constructor }, ...calls]) {
    const { status } = await does.send(governor, { to: programs.engine, data });
    check.same(name, status, "success");
  }
  const contract = { address: programs.engine, abi: engineAbi() };
  return { contract, base, weth };
}

/// A report of one price, of the latest block's time.
async function report(check, does, contract, price) {
  const { timestamp } = await does.reader.getBlock();
  const args = [[0], [price], [0n], Number(timestamp)];
  const { status } = await does.write(accounts.reporter, contract, "report", args);
  check.same(`report: ${price}`, status, "success");
}

/// Supplies, opens a position, and looks at both.
async function position(check, does, { contract, base, weth }) {
  const { supplier, borrower } = accounts;
  const { reader } = does;
  for (const [who, token, amount] of [
    [supplier, base, parseUnits("1000000", 6)],
    [borrower, weth, parseEther("10")],
    [accounts.taker, base, parseUnits("1000000", 6)],
  ]) {
    await does.write(who, token, "mint", [who.address, amount]);
    await does.write(who, token, "approve", [contract.address, amount]);
  }
  const engine = getContract({ ...contract, client: { public: reader, wallet: does.wallet } });
  await does.write(supplier, contract, "supply", [parseUnits("1000000", 6), supplier.address]);
  await report(check, does, contract, parseEther("3000"));
  await does.write(borrower, contract, "deposit", [0, parseEther("10"), borrower.address]);
  const borrow = { ...contract, functionName: "borrow", account: borrower };
  const args = [parseUnits("23900", 6), borrower.address];
  const { request } = await reader.simulateContract({ ...borrow, args });
  const gas = await reader.estimateContractGas({ ...borrow, args });
  const hash = await does.wallet.writeContract({ ...request, gas });
  const borrowed = await reader.waitForTransactionReceipt({ hash });
  check.same("borrow, with the estimated gas", borrowed.status, "success");
  const health = await engine.read.healthFactor([borrower.address]);
  check.same("read: the health factor", health, (25_200n * 10n ** 18n) / 23_900n);
  const [value, debt] = await engine.read.position([borrower.address]);
  check.same("read: several values", [value, debt], [health, parseUnits("23900", 6)]);
  const terms = await engine.read.terms([0]);
  check.holds("read: a struct", terms.target >= 10_800 && terms.target <= 11_500, terms);
  try {
    await reader.simulateContract({ ...borrow, args });
    check.holds("simulate: a typed error", false, "no error");
  } catch (error) {
    const reverted = error instanceof BaseError && error.walk((part) => part instanceof ContractFunctionRevertedError);
    check.same("simulate: a typed error", reverted?.data?.errorName, "Unhealthy");
  }
  const found = await reader.getContractEvents({
    ...contract,
    eventName: "Borrowed",
    args: { account: borrower.address },
    fromBlock: 0n,
  });
  check.same("events: by an indexed argument", found.map((log) => log.transactionHash), [hash]);
  check.same("events: their amount", found[0]?.args.amount, parseUnits("23900", 6));
}

/// Sells the position while the sale is watched.
async function sale(check, does, { contract, weth }) {
  const { borrower, keeper, taker } = accounts;
  const { reader } = does;
  await report(check, does, contract, parseEther("2500"));
  const opened = first((onLogs, onError) =>
    reader.watchContractEvent({ ...contract, eventName: "Opened", onLogs, onError }),
  );
  const block = first((onBlock, onError) => reader.watchBlocks({ onBlock, onError }));
  const kicked = await does.write(keeper, contract, "kick", [[borrower.address], []]);
  check.same("kick", kicked.status, "success");
  const [{ args: auction, blockNumber }] = await opened;
  check.same("watch events: who opened it, and where", [auction.keeper, blockNumber], [
    keeper.address,
    kicked.blockNumber,
  ]);
  const { number } = await block;
  check.holds("watch blocks", number > 0n && number <= kicked.blockNumber, number);
  await does.test.increaseTime({ seconds: 300 });
  const filter = await reader.createContractEventFilter({ ...contract, eventName: "Taken" });
  const order = [auction.auction, parseEther("10"), parseEther("3000"), 0n, 2 ** 32 - 1, taker.address, "0x"];
  const taken = await does.write(taker, contract, "take", order);
  check.same("take", taken.status, "success");
  const changes = await reader.getFilterChanges({ filter });
  check.same("a filter has the sale", changes.map((log) => log.transactionHash), [taken.transactionHash]);
  const won = await reader.readContract({ ...weth, functionName: "balanceOf", args: [taker.address] });
  check.holds("take: the taker has what the event says", won > 0n && won === changes[0].args.lot, won);
}

/// What viem asks of any node.
async function basics(check, { reader, test, wallet, send }) {
  check.same("chain", await reader.getChainId(), arbitrum.id);
  const fees = await reader.estimateFeesPerGas();
  check.holds("fees", fees.maxFeePerGas >= 20_000_000n, fees);
  const { taker, keeper } = accounts;
  const before = await reader.getBalance({ address: keeper.address });
  const sent = await send(taker, { to: keeper.address, value: 5n, type: "eip2930", accessList: [] });
  check.same("a transfer of type 1", [sent.status, sent.type], ["success", "eip2930"]);
  check.same("its value arrives", await reader.getBalance({ address: keeper.address }), before + 5n);
  const tx = await reader.getTransaction({ hash: sent.transactionHash });
  check.same("getTransaction", [tx.value, isAddressEqual(tx.from, taker.address)], [5n, true]);
  const [unlocked] = await wallet.getAddresses();
  check.same("the node's accounts", unlocked, accounts.governor.address);
  const snapshot = await test.snapshot();
  await test.setBalance({ address: keeper.address, value: 1n });
  check.same("setBalance", await reader.getBalance({ address: keeper.address }), 1n);
  await test.revert({ id: snapshot });
  check.same("revert", await reader.getBalance({ address: keeper.address }), before + 5n);
}

await new lib.Checks("viem").run(async (check) => {
  for (const [name, transport] of [
    ["HTTP", (node) => http(node.http, { batch: true })],
    ["WebSocket", (node) => webSocket(node.ws)],
  ]) {
    const node = await lib.startNode("--chain-id", String(arbitrum.id));
    const does = clients(transport(node));
    check.same(`over ${name}`, await does.reader.getBlockNumber(), 0n);
    await basics(check, does);
    const deployed = await market(check, does);
    await position(check, does, deployed);
    await sale(check, does, deployed);
  }
});
