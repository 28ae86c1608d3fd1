import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keyOf, type Store } from "../content/store.js";
import type { ModuleSource } from "./source.js";

/**
 * Creates the directory in which the SDK reads a module, laid out as in the engine: the sources in `src`, and beside them a package
 * `@dagger.io/dagger` of TypeScript sources, because the SDK knows the API's types by a file named `client.gen.ts`.
 *
 * The sources are a link, so the module itself runs with its own packages. When types are read, the SDK finds no other
 * package than the API's, and does not parse the AWS SDK.
 *
 * @returns Its directory.
 */
export async function moduleView(store: Store, { directory, sdk }: ModuleSource): Promise<string> {
  const types = await readFile(join(sdk, "dist/src/api/client.gen.d.ts"));
  const views = join(store.path, "views");
  const view = join(views, keyOf("view 1", directory, types.toString("base64")).slice("sha256:".length));
  if (existsSync(view)) return view;
  await mkdir(views, { recursive: true });
  await forgetGone(views);
  await layOut(await store.scratch(), view, directory, types);
  return view;
}

/** File of the API's types in a view. */
export function clientTypes(view: string): string {
  return join(view, "node_modules/@dagger.io/dagger/client.gen.ts");
}

/** Removes views whose module no longer exists. */
async function forgetGone(views: string): Promise<void> {
  for (const name of await readdir(views)) {
    if (!existsSync(join(views, name, "src"))) await rm(join(views, name), { recursive: true, force: true });
  }
}

async function layOut(aside: string, view: string, directory: string, types: Buffer): Promise<void> {
  const sdk = join(aside, "node_modules/@dagger.io/dagger");
  await mkdir(sdk, { recursive: true });
  await writeFile(join(sdk, "client.gen.ts"), types);
  await writeFile(join(sdk, "index.ts"), 'export * from "./client.gen.js";\n');
  await writeFile(join(sdk, "package.json"), '{ "type": "module" }\n');
  await symlink(join(directory, "src"), join(aside, "src"));
  await rename(aside, view).catch(async (error: NodeJS.ErrnoException) => {
    // Another process has created the same view meanwhile.
    await rm(aside, { recursive: true, force: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}
