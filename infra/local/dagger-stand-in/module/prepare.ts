import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";
import { keyOf, type Store } from "../content/store.js";
import { type ModuleSource, moduleKey, sourceFiles } from "./source.js";

/** Code of a module's process that starts fast: it has the same effect as the files that it is made of. */
export interface PreparedCode {
  /** Directory of the SDK in one file, of which the process keeps the compiled code. */
  sdk: string;
  /** Directory of the module's sources as JavaScript, with source maps. */
  sources: string;
}

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  // Decorators and the SDK use the names of classes.
  keepNames: true,
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * Prepares the SDK, once for each version, and the module, once for each state of its sources. Importing the SDK's 1,900 files and compiling
 * the module's sources took a third of the CPU time of a call, and reading the types of a browser's API a quarter.
 *
 * @returns Undefined when the code can't be prepared; then the process runs the files themselves, which report their errors.
 */
export async function prepareCode(store: Store, source: ModuleSource): Promise<PreparedCode | undefined> {
  const sdkPath = await realpath(source.sdk);
  const version = JSON.parse(await readFile(join(sdkPath, "package.json"), "utf8")).version;
  const sdk = join(dirname(dirname(sdkPath)), ".cache/slipway", `dagger-${version}-1`);
  const key = keyOf("prepared 1", source.directory, sdk, await moduleKey(source));
  const sources = join(store.path, "prepared", key.slice("sha256:".length));
  try {
    await once(sdk, (aside) => buildSdk(sdkPath, aside));
    await once(sources, (aside) => buildSources(source, sdk, aside));
    return { sdk, sources };
  } catch {
    return undefined;
  }
}

/** Creates a directory under another name, so that no process sees a part of it. */
async function once(directory: string, make: (aside: string) => Promise<void>): Promise<void> {
  if (existsSync(directory)) return;
  await mkdir(dirname(directory), { recursive: true });
  const aside = await mkdtemp(`${directory}-`);
  try {
    await make(aside);
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another process has created the same directory meanwhile.
    if (!existsSync(directory)) throw error;
  }
}

/** Bundles the SDK without TypeScript, which is copied with the types of JavaScript alone: it reads them beside itself. */
async function buildSdk(sdk: string, to: string): Promise<void> {
  const { build } = await import("esbuild");
  const path = (file: string) => JSON.stringify(join(sdk, "dist/src", file));
  const contents = `export { entrypoint } from ${path("module/entrypoint/entrypoint.js")};
    export * as dagger from ${path("index.js")};
    export * as telemetry from ${path("telemetry/index.js")};`;
  const names = async (file: string) => {
    const { metafile } = await build({
      ...{ ...common, format: "esm", packages: "external", write: false, metafile: true, outdir: to },
      entryPoints: [join(sdk, "dist/src", file)],
    });
    return Object.values(metafile.outputs)[0]?.exports ?? [];
  };
  const typescript = dirname(createRequire(join(sdk, "package.json")).resolve("typescript"));
  const { outputFiles } = await build({
    ...{ ...common, format: "cjs", write: false },
    external: ["typescript"],
    stdin: { contents, resolveDir: sdk },
  });
  // `import()` fails in a script whose compiled code was kept: ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING in Node.js 20.
  await writeFile(join(to, "sdk.cjs"), (outputFiles[0]?.text ?? "").replace(/\bimport\(/g, "importFile("));
  for (const [name, file] of [["dagger", "index.js"] as const, ["telemetry", "telemetry/index.js"] as const])
    await writeFile(
      join(to, `${name}.mjs`),
      `export const { ${(await names(file)).join(", ")} } = globalThis[Symbol.for("@dagger.io/dagger")].${name};\n`,
    );
  await copyFile(join(typescript, "typescript.js"), join(to, "typescript.cjs"));
  const libraries = (await readdir(typescript)).filter((name) => /^lib\.(es|decorators).*\.d\.ts$/.test(name));
  await Promise.all(libraries.map((name) => copyFile(join(typescript, name), join(to, name))));
  await writeFile(join(to, "lib.es2022.full.d.ts"), '/// <reference lib="es2022" />\n');
}

async function buildSources(source: ModuleSource, sdk: string, to: string): Promise<void> {
  const { build } = await import("esbuild");
  const { metafile, warnings } = await build({
    ...{ ...common, format: "esm", splitting: true, sourcemap: "linked", metafile: true },
    entryPoints: await sourceFiles(source.directory),
    outbase: join(source.directory, "src"),
    outdir: to,
    outExtension: { ".js": ".mjs" },
    absWorkingDir: source.directory,
    plugins: [inPlace(sdk)],
  });
  const others = Object.keys(metafile.inputs).filter((path) => !/\.m?ts$/.test(path) || path.startsWith(".."));
  if (warnings.length > 0 || others.length > 0) throw new Error("The sources are not all part of the module's key.");
}

/** Leaves packages where they are, and gives each file its own URL. */
function inPlace(sdk: string): Plugin {
  return {
    name: "in-place",
    setup({ onLoad, onResolve, resolve }) {
      onResolve({ filter: /^@dagger\.io\/dagger(\/telemetry)?$/ }, ({ path }) => ({
        path: join(sdk, path.endsWith("/telemetry") ? "telemetry.mjs" : "dagger.mjs"),
        external: true,
      }));
      onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, ...options }) => {
        if (pluginData === sdk || options.kind === "entry-point") return undefined;
        const { errors, external, path: found } = await resolve(path, { ...options, pluginData: sdk });
        return errors.length > 0 ? { errors } : { path: found, external: external || /\/node_modules\//.test(found) };
      });
      onLoad({ filter: /\.m?ts$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        return { contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)), loader: "ts" };
      });
    },
  };
}
