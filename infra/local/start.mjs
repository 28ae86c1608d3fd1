// Runs a command of the repository on plain Node: nothing from node_modules is imported here, because nothing may be installed yet.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { takeLock } from "./process-lock.mjs";

// npm and tsc keep compiled code in the shared temporary directory and run what they find there, whoever has made it.
// https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
process.env.NODE_DISABLE_COMPILE_CACHE = "1";

const root = fileURLToPath(new URL("../../", import.meta.url));
const commands = /** @type {Record<string, string>} */ ({
  rehearse: "infra/local/rehearse.ts",
  test: "infra/local/check.ts",
  call: "infra/local/dagger-stand-in/call.ts",
  aws: "infra/local/aws/main.ts",
  simulate: "bench/simulate/main.ts",
  bench: "bench/comparison/main.ts",
  drill: "bench/drills/main.ts",
  "dagger-version": "infra/local/dagger-version/main.ts",
});

const command = process.argv[2] ?? "";
requireThisMachineFits();
await installWhatTheLocksSay();
await handOver(join(root, commands[command] ?? ""), process.argv.slice(3));

function requireThisMachineFits() {
  if (!Object.hasOwn(commands, command)) {
    fail(`Unknown command ${JSON.stringify(process.argv[2])}. Accepted: ${Object.keys(commands).join(", ")}.`);
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
  process.once("exit", release);
  try {
    // Another process may have installed them between the first look and the lock.
    await Promise.all(stale.filter((dir) => !isInstalled(dir)).map(install));
  } finally {
    release();
    process.off("exit", release);
  }
}

/** @param {string} dir */
async function install(dir) {
  console.error(`Installing the locked node packages of ${dir} …`);
  const { npm_execpath: path } = process.env;
  const [npm, ...before] = path?.endsWith(".js") ? [process.execPath, path] : ["npm"];
  // ci/ must resolve as it does alone on an engine, not as a workspace of the root. No package needs its install script here.
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--workspaces=false", "--loglevel=error"];
  const child = spawn(npm, [...before, ...args], { cwd: dir, stdio: ["ignore", 2, 2] });
  const [code] = await once(child, "exit").catch((error) => [error.message]);
  if (code !== 0) {
    fail(
      `\`npm ci\` failed in ${dir} (${typeof code === "number" ? `exit code ${code}` : code}). ` +
        "Its own words are above; it needs a package registry that it can reach.",
    );
  }
  writeFileSync(stampOf(dir), wanted(dir));
}

/** @param {string} dir */
function isInstalled(dir) {
  return existsSync(stampOf(dir)) && readFileSync(stampOf(dir), "utf8") === wanted(dir);
}

/** @param {string} dir */
function stampOf(dir) {
  return join(dir, "node_modules", ".slipway-installed");
}

/** @param {string} dir */
function wanted(dir) {
  const lock = readFileSync(join(dir, "package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.platform}-${process.arch}\n`;
}

/** Takes the lock in the checkout itself: only those who may write there can hold up its commands. */
function takeInstallLock() {
  /** @param {number} pid */
  const refusal = (pid) => `Process ${pid} is installing node packages in this checkout. Try again when it has ended.`;
  try {
    return takeLock(join(root, ".slipway-install.lock"), refusal);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === undefined) return fail(message);
    return fail(
      `The locked node packages are not installed in ${root}, and it can't be written to: ${message}. ` +
        "Run the command once as a user who can write there, or use a checkout of your own.",
    );
  }
}

/**
 * Runs the script in this very process, so that signals and the terminal need no passing on.
 *
 * @param {string} script
 * @param {string[]} args
 */
async function handOver(script, args) {
  await import("./typescript.mjs");
  process.argv = [process.execPath, script, ...args];
  // The locked SDK runs on Node 20; what later releases need is no news to whoever rehearses.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  await import(pathToFileURL(script).href);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(2);
}
