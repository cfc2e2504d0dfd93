// Compiles src/*.sol into artifacts/<Contract>.json, one line of {abi, bytecode, deployedBytecode}
// each. The artifacts are committed, so that the Rust tests need no Solidity compiler.
//
//   node build.mjs           writes the artifacts
//   node build.mjs --check   exits 1 if the artifacts are not what the sources compile to

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

// Contracts of packages that get an artifact, too; what else they import does not.
const imported = new Set(["TimelockController"]);

const here = dirname(fileURLToPath(import.meta.url));
const sourceDir = join(here, "src");
const artifactDir = join(here, "artifacts");

// Nothing in the output depends on paths or on the machine: source units are named by file, and no
// metadata is appended to the code.
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "shanghai",
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
  },
};

// A file of a package, by the path that Solidity imports it with.
function resolve(path) {
  try {
    return { contents: readFileSync(join(here, "node_modules", path), "utf8") };
  } catch (error) {
    return { error: String(error) };
  }
}

function compile() {
  const sources = {};
  for (const file of readdirSync(sourceDir).filter((name) => name.endsWith(".sol")).sort()) {
    sources[file] = { content: readFileSync(join(sourceDir, file), "utf8") };
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), { import: resolve }),
  );
  // Warnings fail the build too.
  const complaints = output.errors ?? [];
  if (complaints.length > 0) {
    throw new Error(complaints.map((complaint) => complaint.formattedMessage).join("\n"));
  }

  const artifacts = new Map();
  for (const [file, contracts] of Object.entries(output.contracts)) {
    for (const [name, { abi, evm }] of Object.entries(contracts)) {
      if (!(file in sources) && !imported.has(name)) continue;
      // Interfaces and abstract contracts have no code; internal libraries have no entry points.
      if (evm.bytecode.object === "" || abi.length === 0) continue;
      if (artifacts.has(`${name}.json`)) throw new Error(`two contracts are called ${name}`);
      const artifact = {
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
      };
      artifacts.set(`${name}.json`, `${JSON.stringify(artifact)}\n`);
    }
  }
  return artifacts;
}

function committed() {
  const artifacts = new Map();
  for (const file of readdirSync(artifactDir)) {
    artifacts.set(file, readFileSync(join(artifactDir, file), "utf8"));
  }
  return artifacts;
}

function check(built) {
  const found = committed();
  const problems = [];
  for (const [file, text] of built) {
    if (!found.has(file)) problems.push(`${file} is missing`);
    else if (found.get(file) !== text) problems.push(`${file} differs`);
  }
  for (const file of found.keys()) {
    if (!built.has(file)) problems.push(`${file} has no source`);
  }
  for (const problem of problems) console.error(`artifacts/${problem}`);
  if (problems.length > 0) console.error("run `npm run build` in tests/solidity and commit");
  return problems.length === 0;
}

function write(built) {
  rmSync(artifactDir, { recursive: true, force: true });
  mkdirSync(artifactDir, { recursive: true });
  for (const [file, text] of built) writeFileSync(join(artifactDir, file), text);
}

const flags = process.argv.slice(2);
if (flags.some((flag) => flag !== "--check")) {
  console.error("usage: node build.mjs [--check]");
  process.exit(2);
}
const built = compile();
if (flags.includes("--check")) {
  if (!check(built)) process.exit(1);
  console.log(`${built.size} artifacts are what the sources compile to (${solc.version()})`);
} else {
  write(built);
  console.log(`${built.size} artifacts written (${solc.version()})`);
}
