// The process of a module whose code is prepared. It hands over to the SDK's own entry point, with the sources as JavaScript.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";

const [sdk = "", sources = "", src = "", types = "", ...files] = process.argv.slice(2);
const nothing = "data:text/javascript,";
process.setSourceMapsEnabled(true);
const builtin = createRequire(import.meta.url);
const typescript = load(join(sdk, "typescript.cjs"), builtin);
const { entrypoint, ...api } = load(join(sdk, "sdk.cjs"), (id) => (id === "typescript" ? typescript : builtin(id)));
Reflect.set(globalThis, Symbol.for("@dagger.io/dagger"), api);
await entrypoint([types, ...files]);

/**
 * Runs a CommonJS file, and keeps its compiled code for the next process.
 *
 * @param {string} path
 * @param {(id: string) => unknown} require
 */
function load(path, require) {
  const cache = `${path}.${process.version}-${process.arch}`;
  const cachedData = read(cache);
  const body = readFileSync(path, "utf8");
  const code = `(function (module, exports, require, __filename, importFile) {${body}\n})`;
  const script = new Script(code, { filename: path, ...(cachedData && { cachedData }) });
  if (!cachedData || script.cachedDataRejected) process.once("exit", () => keep(cache, script));
  const module = { exports: /** @type {any} */ ({}) };
  script.runInThisContext()(module, module.exports, require, path, importFile);
  return module.exports;
}

/** Imports a source as JavaScript for a file that the SDK names. @param {string} path */
function importFile(path) {
  if (path === types) return import(nothing);
  if (!files.includes(path)) return import(path);
  return import(pathToFileURL(join(sources, relative(src, path).replace(/\.m?ts$/, ".mjs"))).href);
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {Script} script */
function keep(path, script) {
  try {
    writeFileSync(`${path}.${process.pid}`, script.createCachedData());
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // A read-only directory: the next process compiles again.
  }
}
