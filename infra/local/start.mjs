// Runs a command of the repository on plain Node: nothing from node_modules is imported here, because nothing may be installed yet.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { takeLock } from "./process-lock.mjs";

// npm and tsc keep compiled code in the shared temporary directory and run it, also when another user created it.
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
requireSupportedMachine();
await installLockedPackages();
await runScript(join(root, commands[command] ?? ""), process.argv.slice(3));

function requireSupportedMachine() {
  if (!Object.hasOwn(commands, command)) {
    fail(`Unknown command ${JSON.stringify(process.argv[2])}. Accepted: ${Object.keys(commands).join(", ")}.`);
  }
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    fail(`Node ${process.versions.node} is too old. Accepted: 20.11 and newer. Install a newer Node and try again.`);
  }
  if (process.platform !== "linux") {
    fail(
      `This command requires Linux, and this machine runs ${process.platform}: the rehearsal reaches containers by their addresses. ` +
        "Use a Linux machine or VM, or Dagger with `dagger call`.",
    );
  }
}

async function installLockedPackages() {
  const stale = [root, join(root, "ci")].filter((dir) => !isInstalled(dir));
  if (stale.length === 0) return;
  const release = takeInstallLock();
  process.once("exit", release);
  try {
    // Another process may have installed them between the first check and the lock.
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
  // ci/ must resolve as it does alone in Dagger's engine, not as a workspace of the root. No package needs its install script here.
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--workspaces=false", "--loglevel=error"];
  const child = spawn(npm, [...before, ...args], { cwd: dir, stdio: ["ignore", 2, 2] });
  const [code] = await once(child, "exit").catch((error) => [error.message]);
  if (code !== 0) {
    fail(
      `\`npm ci\` failed in ${dir} (${typeof code === "number" ? `exit code ${code}` : code}). ` +
        "Its output is above. It needs a reachable package registry.",
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

/** Takes the lock in the checkout: only users who can write there can block its commands. */
function takeInstallLock() {
  /** @param {number} pid */
  const refusal = (pid) => `Process ${pid} is installing node packages in this checkout. Try again when it has ended.`;
  try {
    return takeLock(join(root, ".slipway-install.lock"), refusal);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === undefined) return fail(message);
    return fail(
      `The locked node packages are not installed in ${root}, which is not writable: ${message}. ` +
        "Run the command once as a user who can write there, or use a checkout of your own.",
    );
  }
}

/**
 * Runs the script in this process, so that it receives signals and the terminal directly.
 *
 * @param {string} script
 * @param {string[]} args
 */
async function runScript(script, args) {
  await import("./typescript.mjs");
  process.argv = [process.execPath, script, ...args];
  // The locked SDK runs on Node 20; its warning about later releases is not relevant here.
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
