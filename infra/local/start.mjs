// Runs a command of the repository on plain Node: nothing from node_modules is imported here, because nothing may be installed yet.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const commands = {
  rehearse: "infra/local/rehearse.ts",
  test: "infra/local/check.ts",
  call: "infra/local/engine/call.ts",
  aws: "infra/local/aws/main.ts",
  simulate: "bench/simulate/main.ts",
  bench: "bench/peers/main.ts",
  drill: "bench/drills/main.ts",
};

const command = process.argv[2];
requireThisMachineFits();
await installWhatTheLocksSay();
await handOver(join(root, commands[command]), process.argv.slice(3));

function requireThisMachineFits() {
  if (!Object.hasOwn(commands, command ?? "")) {
    fail(`Unknown command ${JSON.stringify(command)}. Accepted: ${Object.keys(commands).join(", ")}.`);
  }
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    fail(`Node ${process.versions.node} is too old. Accepted: 20.11 and newer. Install a newer Node and try again.`);
  }
  if (process.platform !== "linux") {
    fail(
      `This runs on Linux only, and this is ${process.platform}: the rehearsal reaches containers by their own address. ` +
        "Use a Linux machine or VM, or the real thing with `dagger call`.",
    );
  }
}

async function installWhatTheLocksSay() {
  const stale = [root, join(root, "ci")].filter((dir) => !isInstalled(dir));
  if (stale.length === 0) return;
  const release = takeInstallLock();
  try {
    await Promise.all(stale.map(install));
  } finally {
    release();
  }
}

async function install(dir) {
  console.error(`Installing the locked node packages of ${dir} …`);
  const npm = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  // ci/ must resolve as it does alone on an engine, not as a workspace of the root. No package needs its install script here.
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--workspaces=false", "--loglevel=error"];
  const child = spawn(npm[0], [...npm.slice(1), ...args], { cwd: dir, stdio: ["ignore", 2, 2] });
  const [code] = await once(child, "exit").catch((error) => [error.message]);
  if (code !== 0) {
    fail(
      `\`npm ci\` failed in ${dir} (${typeof code === "number" ? `exit code ${code}` : code}). ` +
        "Its own words are above; it needs a package registry that it can reach.",
    );
  }
  writeFileSync(stampOf(dir), wanted(dir));
}

function isInstalled(dir) {
  return existsSync(stampOf(dir)) && readFileSync(stampOf(dir), "utf8") === wanted(dir);
}

function stampOf(dir) {
  return join(dir, "node_modules", ".slipway-installed");
}

function wanted(dir) {
  const lock = readFileSync(join(dir, "package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.platform}-${process.arch}\n`;
}

function takeInstallLock() {
  const path = join(tmpdir(), `slipway-install-${createHash("sha256").update(root).digest("hex").slice(0, 16)}.lock`);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, "wx");
      writeFileSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const owner = Number(readFileSync(path, "utf8"));
      if (owner && existsSync(`/proc/${owner}`)) {
        fail(`Process ${owner} is installing node packages in this checkout. Try again when it has ended.`);
      }
      rmSync(path, { force: true });
    }
  }
  fail(`The lock ${path} can't be taken. Delete it if nothing is being installed.`);
}

/** Runs the script in this very process, so that signals and the terminal need no passing on. */
async function handOver(script, args) {
  const { register } = await import(pathToFileURL(join(root, "node_modules/tsx/dist/esm/api/index.mjs")).href);
  register();
  process.argv = [process.execPath, script, ...args];
  // The locked SDK runs on Node 20; what later releases need is no news to whoever rehearses.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  await import(pathToFileURL(script).href);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
