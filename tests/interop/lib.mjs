// What the scripts share: a node of their own, the programs, and how checks are counted.

import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");

/// The program behind `cargo xtask`, which runs these scripts.
export const xtask = process.env.PLIMSOLL_XTASK ?? join(root, "target/debug/xtask");

/// Addresses of ArbOS.
export const ARB_OWNER_PUBLIC = "0x000000000000000000000000000000000000006b";
export const ARB_OWNER = "0x0000000000000000000000000000000000000070";
export const ARB_WASM = "0x0000000000000000000000000000000000000071";
export const ARB_WASM_CACHE = "0x0000000000000000000000000000000000000072";
export const ARB_DEBUG = "0x00000000000000000000000000000000000000ff";

/// The mnemonic whose accounts every development node funds, and the first of them.
export const MNEMONIC = "test test test test test test test test test test test junk";
const account = (key, address) => ({ key: `0x${key}`, address: `0x${address}` });
export const accounts = {
  governor: account(
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  ),
  guardian: account(
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "70997970C51812dc3A010C7d01b50e0d17dc79C8",
  ),
  reporter: account(
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  ),
  supplier: account(
    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "90F79bf6EB2c4f870365E785982E1f101E93b906",
  ),
  borrower: account(
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    "15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
  ),
  keeper: account(
    "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
    "9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
  ),
  taker: account(
    "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
    "976EA74026E726554dB657fA54763abd0C3a0aa9",
  ),
};

/// How the engine is set up, as `cargo xtask interop` writes it.
const setup = readFileSync(join(root, "target/interop/setup.json"), "utf8");

/// The engine's programs, itself first.
export const PROGRAMS = JSON.parse(setup).programs;

/// The constructor and the calls after it, for contracts at these addresses: those of the programs
/// by name, and of the tokens USDC and WETH. The engine's own may be missing.
export function setupOf(addresses) {
  let text = setup;
  for (const [name, standIn] of Object.entries(JSON.parse(setup).addresses)) {
    if (addresses[name] === undefined) continue;
    text = text.replaceAll(new RegExp(standIn.slice(2), "gi"), addresses[name].slice(2));
  }
  return JSON.parse(text);
}

/// What one deploys to create a program's account, as `cargo xtask interop` writes it.
export function creation(program) {
  return `0x${readFileSync(join(root, "target/interop", `${program}.hex`), "utf8").trim()}`;
}

/// A compiled contract of tests/solidity: { abi, bytecode, deployedBytecode }.
export function artifact(name) {
  const file = join(root, "tests/solidity/artifacts", `${name}.json`);
  const parsed = JSON.parse(readFileSync(file, "utf8"));
  const hex = (code) => (code.startsWith("0x") ? code : `0x${code}`);
  return { ...parsed, bytecode: hex(parsed.bytecode) };
}

/// Numbers of the engine's storage words.
export function slots() {
  return JSON.parse(readFileSync(join(root, "tests/golden/layout.json"), "utf8")).constants;
}

/// Starts a node on a port that is free. `stop` ends it.
export async function startNode(...options) {
  const program = process.env.PLIMSOLL_NODE ?? join(root, "target/debug/plimsoll-node");
  const child = spawn(program, ["--port", "0", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => child.kill());
  const failed = new Promise((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the node ended with ${code}`)));
  });
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout });
  const first = new Promise((resolve) => lines.once("line", resolve));
  const line = await Promise.race([first, failed]);
  const [, at] = / on (\S+)$/.exec(line) ?? [];
  if (at === undefined) throw new Error(`the node says ${line}`);
  const stop = () => {
    child.removeAllListeners("exit");
    child.kill();
  };
  return { http: `http://${at}`, ws: `ws://${at}`, stop };
}

/// One JSON-RPC request; fails with what the node answers.
export async function rpc(url, method, params = []) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

/// Runs a program and returns what it prints; fails with what it complains about.
export function run(program, args, options = {}) {
  try {
    return execFileSync(program, args, {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    }).trim();
  } catch (error) {
    const said = `${error.stderr ?? ""}${error.stdout ?? ""}`.trim() || error.message;
    const failure = new Error(said.length > 4_000 ? `… ${said.slice(-4_000)}` : said);
    failure.said = said;
    throw failure;
  }
}

const shown = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));

/// Counts checks: one line each, and a last one with how many there were.
export class Checks {
  #tool;
  #passed = 0;
  #failed = 0;

  constructor(tool) {
    this.#tool = tool;
  }

  #line(ok, what, why = "") {
    ok ? this.#passed++ : this.#failed++;
    console.log(`${ok ? "ok  " : "FAIL"} ${this.#tool}: ${what}${ok ? "" : `: ${why}`}`);
  }

  /// `actual` is deeply equal to `wanted`.
  same(what, actual, wanted) {
    this.#line(isDeepStrictEqual(actual, wanted), what, `${shown(actual)}, not ${shown(wanted)}`);
  }

  /// `holds` is true; `about` is what there was instead.
  holds(what, holds, about) {
    this.#line(holds === true, what, shown(about));
  }

  /// `action` fails with an error that says `wanted`.
  async fails(what, wanted, action) {
    try {
      const result = await action();
      this.#line(false, what, `no error but ${shown(result)}`);
    } catch (error) {
      const text = String(error.said ?? error.message);
      this.#line(text.includes(wanted), what, `no ${wanted} in ${text.slice(0, 500)}`);
    }
  }

  /// Runs everything; what is thrown is a failure, too, and ends the script.
  async run(script) {
    try {
      await script(this);
    } catch (error) {
      this.#line(false, "the script ends", error.stack ?? error);
    }
    console.log(`${this.#tool}: ${this.#passed} passed, ${this.#failed} failed`);
    process.exit(this.#failed === 0 && this.#passed > 0 ? 0 : 1);
  }
}
