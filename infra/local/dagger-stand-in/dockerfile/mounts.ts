import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Secret } from "../api/secret.js";
import { keyOf, type Store } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { PreparedSettings } from "../exec/run.js";
import type { MountOptions } from "./mount-options.js";

/** Mounts of a RUN that are no files of the build, with variables replaced and absolute targets. */
export type PrivateMount = MountOptions & { type: "cache" | "tmpfs" | "secret" };

/** Prepares caches, secrets and in-memory file systems for one command. */
export async function prepareMounts(
  store: Store,
  mounts: PrivateMount[],
  secrets: ReadonlyMap<string, Secret>,
): Promise<PreparedSettings> {
  const scratch = await store.scratch();
  const masked: string[] = [];
  const prepared: PreparedSettings = {
    env: {},
    binds: [],
    tmpfs: {},
    mask: (text) => masked.reduce((masking, value) => masking.replaceAll(value, "***"), text),
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
  try {
    for (const [index, { type, values }] of mounts.entries()) {
      const { target = "" } = values;
      if (type === "tmpfs") prepared.tmpfs[target] = values.size ? `size=${values.size}` : "";
      else if (type === "cache") prepared.binds.push(`${await cache(store, values)}:${target}${readOnly(values)}`);
      else {
        const value = await plaintext(values, secrets);
        if (value === undefined) continue;
        masked.push(...maskedParts(value));
        if (values.env !== undefined) prepared.env[values.env] = value;
        if (values.env !== undefined && values.target === undefined) continue;
        const path = join(scratch, String(index));
        await writeFile(path, value, { mode: 0o400 });
        await owned(path, values, "0400");
        prepared.binds.push(`${path}:${target || `/run/secrets/${values.id}`}:ro`);
      }
    }
  } catch (error) {
    await prepared.remove();
    throw error;
  }
  masked.sort((a, b) => b.length - a.length);
  return prepared;
}

function readOnly({ ro }: MountOptions["values"]): string {
  return ro === "true" ? ":ro" : "";
}

/** Returns a directory that is shared with later builds. */
async function cache(store: Store, values: MountOptions["values"]): Promise<string> {
  const path = join(store.path, "caches", keyOf("cache", values.id ?? values.target).slice("sha256:".length));
  if (await mkdir(path, { recursive: true })) await owned(path, values, "0755");
  return path;
}

async function owned(path: string, { mode, uid, gid }: MountOptions["values"], usual: string): Promise<void> {
  await chmod(path, Number.parseInt(mode ?? usual, 8));
  if (uid === undefined && gid === undefined) return;
  try {
    await chown(path, Number(uid ?? 0), Number(gid ?? 0));
  } catch {
    throw new StandInError(
      `A mount can have uid=${uid ?? 0},gid=${gid ?? 0} only when this program runs as root. Leave both out, or use Dagger's engine.`,
    );
  }
}

async function plaintext(
  { id = "", target = "", required }: MountOptions["values"],
  secrets: ReadonlyMap<string, Secret>,
): Promise<string | undefined> {
  const name = id || target.slice(target.lastIndexOf("/") + 1);
  const secret = secrets.get(name);
  if (secret) return secret.plaintext();
  if (required !== "true") return undefined;
  const names = [...secrets.keys()].join(", ") || "none";
  throw new StandInError(`The secret ${JSON.stringify(name)} is required and missing. Received: ${names}.`);
}

/** Returns the texts to mask: logs show a secret of several lines line by line. Short lines are left out, because they would mask ordinary words. */
function maskedParts(value: string): string[] {
  const lines = value.split("\n").map((line) => line.trim());
  return [value.trim(), ...lines.filter((line) => line.length >= 6)].filter((part) => part !== "");
}
