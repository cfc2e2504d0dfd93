// cargo stylus against the node: the project's contract is checked, deployed through the
// StylusDeployer, activated, cached and described, and so is a project from its template.
// Needs `cargo stylus` in the path and the programs in target/stylus (`cargo xtask interop`).

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import solc from "solc";
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeAbiParameters,
  getAddress,
  http,
  keccak256,
  parseAbi,
  parseEther,
  toFunctionSelector,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import * as lib from "./lib.mjs";

const { ARB_DEBUG, ARB_OWNER, ARB_WASM, ARB_WASM_CACHE } = lib;
const STYLUS_DEPLOYER = "0xcEcba2F1DC234f70Dd89F2041029807F8D03A990";
const { governor, guardian } = lib.accounts;
const account = privateKeyToAccount(governor.key);
const node = await lib.startNode();
const chain = defineChain({
  id: 412346,
  name: "plimsoll-node",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [node.http] } },
});
const reader = createPublicClient({ chain, transport: http(), pollingInterval: 20 });
const wallet = createWalletClient({ chain, transport: http(), account });

const arbWasm = {
  address: ARB_WASM,
  abi: parseAbi([
    "function programVersion(address program) view returns (uint16)",
    "function programInitGas(address program) view returns (uint64 gas, uint64 cached)",
    "error ProgramNotActivated()",
  ]),
};
const cache = {
  address: ARB_WASM_CACHE,
  abi: parseAbi(["function codehashIsCached(bytes32 codehash) view returns (bool)"]),
};
const engineAbi = parseAbi([
  "function roles() view returns (address governor, address guardian, address, address)",
  "function base() view returns (address token, uint8 decimals, uint256 minDebt)",
  "function listAsset(address token, uint8 decimals) returns (uint8 asset)",
  "function assetCount() view returns (uint8)",
]);

// The pinned toolchain, also for projects that ask for another one.
const [, pinned] = /channel = "(.*)"/.exec(readFileSync(join(lib.root, "rust-toolchain.toml"), "utf8"));
const env = { ...process.env, RUSTUP_TOOLCHAIN: pinned, CARGO_TERM_COLOR: "never" };

/// Runs `cargo stylus` in a folder. Returns what it prints, without colours.
function stylus(folder, args, settings = {}) {
  const options = { cwd: folder, env: { ...env, ...settings }, encoding: "utf8", maxBuffer: 1 << 28 };
  const ended = spawnSync("cargo", ["stylus", ...args], options);
  const said = `${ended.stderr}${ended.stdout}`.replaceAll(/\x1b\[[0-9;]*m/g, "");
  if (ended.status !== 0) {
    const error = new Error(`cargo stylus ${args[0]}: ${said.slice(-3_000)}`);
    error.said = said;
    throw error;
  }
  return { said, stdout: ended.stdout };
}

const asked = (folder, command, ...args) => stylus(folder, [...command, "-e", node.http, ...args]);
const signed = (folder, command, ...args) =>
  asked(folder, command, "--private-key", governor.key, ...args);

/// The address that a deployment names.
function deployedAt(said) {
  const [, address] = /deployed code at address: (0x[0-9a-fA-F]{40})/.exec(said) ?? [];
  if (address === undefined) throw new Error(`no address in ${said.slice(-2_000)}`);
  return getAddress(address);
}

async function write(contract, functionName, args, options = {}) {
  const hash = await wallet.writeContract({ ...contract, functionName, args, ...options });
  return reader.waitForTransactionReceipt({ hash });
}

async function create(abi, bytecode, args) {
  const hash = await wallet.deployContract({ abi, bytecode, args });
  return (await reader.waitForTransactionReceipt({ hash })).contractAddress;
}

const version = (program) => reader.readContract({ ...arbWasm, functionName: "programVersion", args: [program] });

/// Only the file: without a name of no package the project itself would be checked, too.
const onlyFile = (program) => ["--wasm-file", `target/stylus/${program}.wasm`, "--contract", "none"];

/// The programs that `cargo xtask build` makes, as they are.
async function files(check) {
  const deployed = {};
  for (const program of lib.PROGRAMS) {
    const { said } = asked(lib.root, ["check"], ...onlyFile(program));
    const [, size] = /contract size: .*\((\d+) bytes\)/.exec(said) ?? [];
    check.holds(`check --wasm-file ${program}: one account`, Number(size) <= 24_576 && !said.includes("fragments"), said);
    check.holds(`check --wasm-file ${program}: data fee`, /wasm data fee: 0\.\d+ ETH/.test(said), said);
    if (program === "engine") continue;
    const file = ["--no-verify", "--wasm-file", `target/stylus/${program}.wasm`];
    const flags = program === "lens" ? ["--no-activate"] : [];
    const { said: sent } = signed(lib.root, ["deploy"], ...file, ...flags);
    deployed[program] = deployedAt(sent);
    if (program === "lens") await activate(check, deployed.lens);
    check.holds(`deploy --wasm-file ${program}: active`, (await version(deployed[program])) > 0, sent);
  }
  return deployed;
}

/// Activates what was deployed without.
async function activate(check, address) {
  await check.fails("deploy --no-activate", "ProgramNotActivated", () => version(address));
  const command = (...flags) => signed(lib.root, ["activate"], "--address", address, ...flags).said;
  const [, estimated] = /activation tx gas: (\d+)/.exec(command("--estimate-gas")) ?? [];
  const said = command();
  check.holds("activate", said.includes("successfully activated contract"), said);
  const [receipt] = await receipts();
  const estimate = BigInt(estimated ?? 0);
  check.holds("activate --estimate-gas", receipt.gasUsed <= estimate && estimate < receipt.gasUsed * 2n, [
    estimate,
    receipt.gasUsed,
  ]);
  // ProgramUpToDate().
  await check.fails("activate: not twice", "0xcc944bf2", () => command());
}

/// Receipts of the latest block.
async function receipts() {
  const { transactions } = await reader.getBlock();
  return Promise.all(transactions.map((hash) => reader.getTransactionReceipt({ hash })));
}

/// The engine as `cargo stylus` builds it, through the StylusDeployer.
async function project(check, programs) {
  const { said } = asked(lib.root, ["check"]);
  check.holds("check: the project", /wasm data fee: 0\.\d+ ETH/.test(said), said.slice(-500));
  const { abi, bytecode } = lib.artifact("Token");
  const token = await create(abi, bytecode, ["USDC", "USDC", 6]);
  const { constructor } = lib.setupOf({ ...programs, USDC: token });
  const args = ["--constructor-args", ...constructor.arguments];
  const { said: gas } = signed(lib.root, ["deploy"], "--no-verify", "--estimate-gas", ...args);
  // Of release 0.10.10 that is the gas and, mistakenly, the data fee in wei.
  check.holds("deploy --estimate-gas", /deployment tx gas: \d{7,}/.test(gas), gas.slice(-500));
  const { said: sent } = signed(lib.root, ["deploy"], "--no-verify", ...args);
  const address = deployedAt(sent);
  const contract = { address, abi: engineAbi };
  const read = (functionName) => reader.readContract({ ...contract, functionName });
  check.holds("deploy: active", (await version(address)) > 0, sent);
  const { data } = await reader.call({ to: address, data: toFunctionSelector("programs()") });
  const known = Object.values(programs).every((program) => data.includes(program.slice(2).toLowerCase()));
  check.holds("deploy: the constructor has the programs", known, data);
  check.same("deploy: and the roles", (await read("roles")).slice(0, 2), [governor.address, guardian.address]);
  check.same("deploy: and the base token", await read("base"), [getAddress(token), 6, 100_000_000n]);
  const [receipt] = await receipts();
  check.same("deploy: through the StylusDeployer", getAddress(receipt.to), STYLUS_DEPLOYER);
  const weth = await create(abi, bytecode, ["WETH", "WETH", 18]);
  const listed = await write(contract, "listAsset", [weth, 18]);
  check.same("the engine works", [listed.status, await read("assetCount")], ["success", 1]);
  await check.fails("deploy: arguments are counted", "mismatch number of constructor arguments", () =>
    signed(lib.root, ["deploy"], "--no-verify", "--constructor-args", token),
  );
  return address;
}

/// What describes the contract without a chain.
async function reflection(check) {
  const golden = readFileSync(join(lib.root, "tests/golden/IPlimsoll.sol"), "utf8");
  check.same("export-abi: the committed interface", stylus(lib.root, ["export-abi"]).stdout, golden);
  const { stdout } = stylus(lib.root, ["constructor"]);
  check.holds("constructor", stdout.startsWith("constructor(address[9] programs, address governor"), stdout);
}

/// A cache manager, registered by a chain owner.
async function cacheManager() {
  const source = readFileSync(join(lib.here, "contracts/CacheManager.sol"), "utf8");
  const settings = { evmVersion: "shanghai", outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } };
  const input = { language: "Solidity", sources: { "CacheManager.sol": { content: source } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  if (output.errors?.length > 0) throw new Error(output.errors.map((one) => one.formattedMessage).join("\n"));
  const { abi, evm } = output.contracts["CacheManager.sol"].CacheManager;
  const manager = await create(abi, `0x${evm.bytecode.object}`, []);
  const debug = { address: ARB_DEBUG, abi: parseAbi(["function becomeChainOwner()"]) };
  await write(debug, "becomeChainOwner", []);
  const owner = { address: ARB_OWNER, abi: parseAbi(["function addWasmCacheManager(address manager)"]) };
  await write(owner, "addWasmCacheManager", [manager]);
  return manager;
}

async function caching(check, program) {
  await check.fails("cache status: without a manager", "no cache managers", () => asked(lib.root, ["cache", "status"]));
  await cacheManager();
  const status = () => asked(lib.root, ["cache", "status"], "--address", program).said;
  const cold = status();
  check.holds("cache status: not yet", cold.includes("is not yet cached"), cold);
  const suggested = asked(lib.root, ["cache", "suggest-bid"], program).said;
  check.holds("cache suggest-bid", /\b0\b/.test(suggested), suggested);
  const code = await reader.getCode({ address: program });
  const isCached = () => reader.readContract({ ...cache, functionName: "codehashIsCached", args: [keccak256(code)] });
  check.same("cache: the chain agrees", await isCached(), false);
  const call = { account, to: program, data: `0x${"00".repeat(4)}`, gas: 1_000_000n };
  const gas = async () => {
    const hash = await wallet.sendTransaction(call);
    return (await reader.waitForTransactionReceipt({ hash })).gasUsed;
  };
  const before = await gas();
  signed(lib.root, ["cache", "bid"], program, "7");
  check.same("cache bid", await isCached(), true);
  const [full, cached] = await reader.readContract({ ...arbWasm, functionName: "programInitGas", args: [program] });
  check.same("cache bid: calls are cheaper by as much", before - (await gas()), full - cached);
  const warm = status();
  check.holds("cache status: cached", warm.includes("is cached"), warm);
  await check.fails("cache bid: not twice", "already cached", () => signed(lib.root, ["cache", "bid"], program, "7"));
}

/// A project from the template: made, checked, deployed, activated, called.
async function template(check, folder) {
  stylus(folder, ["new", "counter"]);
  const project = join(folder, "counter");
  const { said } = asked(project, ["check"]);
  check.holds("new: check", /wasm data fee: 0\.\d+ ETH/.test(said), said.slice(-500));
  const { said: sent } = signed(project, ["deploy"], "--no-verify");
  const counter = deployedAt(sent);
  check.holds("new: deploy", (await version(counter)) > 0, sent);
  const abi = parseAbi([
    "function number() view returns (uint256)",
    "function setNumber(uint256 new_number)",
    "function mulNumber(uint256 new_number)",
    "function addNumber(uint256 new_number)",
    "function increment()",
    "function addFromMsgValue() payable",
  ]);
  const contract = { address: counter, abi };
  const number = () => reader.readContract({ ...contract, functionName: "number" });
  check.same("new: number", await number(), 0n);
  for (const [name, args, value, wanted] of [
    ["setNumber", [5n], 0n, 5n],
    ["increment", [], 0n, 6n],
    ["mulNumber", [7n], 0n, 42n],
    ["addNumber", [8n], 0n, 50n],
    ["addFromMsgValue", [], 3n, 53n],
  ]) {
    const { status } = await write(contract, name, args, { value });
    check.same(`new: ${name}`, [status, await number()], ["success", wanted]);
  }
  const word = await reader.getStorageAt({ address: counter, slot: "0x0" });
  check.same("new: its slot", word, encodeAbiParameters([{ type: "uint256" }], [53n]));
  const { stdout } = stylus(project, ["export-abi"]);
  check.holds("new: export-abi", stdout.includes("function setNumber(uint256 new_number) external;"), stdout);
  const again = signed(project, ["deploy"], "--no-verify").said;
  check.holds("new: deployed again, active at once", again.includes("already activated"), again.slice(-500));
}

await new lib.Checks("stylus").run(async (check) => {
  const balance = await reader.getBalance({ address: governor.address });
  check.holds("funded", balance > parseEther("1"), balance);
  const deployed = await files(check);
  await project(check, deployed);
  await reflection(check);
  await caching(check, deployed.lens);
  // Outside the repository, which would be its workspace.
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-stylus-"));
  try {
    env.CARGO_TARGET_DIR = join(lib.root, "target/interop/template");
    await template(check, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
