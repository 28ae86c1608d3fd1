import type { ContainerCreateOptions } from "dockerode";
import { takeLayer } from "../../containers/layer.js";
import { lineSplitter } from "../../containers/output.js";
import { runToEnd } from "../../containers/run.js";
import { type Listing, listLayers } from "../content/listing.js";
import type { Blob } from "../content/store.js";
import { type Entry, isWithin, parentOf, sorted } from "../content/tree.js";
import { ExecError } from "../errors.js";
import { envOf } from "../image/edit.js";
import type { ContainerState, Mount } from "../image/state.js";
import type { Session } from "../session/session.js";
import type { Span } from "../telemetry/span.js";
import { loadFiles } from "./image.js";
import { type ExecOptions, execKey } from "./key.js";
import { prepareMounts } from "./mounts.js";
import { type NetworkSettings, networkSettings } from "./network.js";

/** Settings of a command that withExec does not have. */
export interface ExecSettings {
  /** Name of the step, also in the image's history. */
  label: string;
  /** Part of the settings that affects the command's result. */
  key: unknown;
  /** Called when the command runs and is not answered from the cache. */
  prepare(): Promise<PreparedSettings>;
}

/** Settings while the command runs; none is stored. */
export interface PreparedSettings {
  env: Record<string, string>;
  /** Binds in the format of Docker's `HostConfig.Binds`. */
  binds: string[];
  /** Options of file systems in memory, by their paths. */
  tmpfs: Record<string, string>;
  network?: "none";
  /** Replaces secret values in the command's output. */
  mask(text: string): string;
  remove(): Promise<void>;
}

/** Stored result of a command. */
interface Kept {
  layer?: Blob;
  /** Mounts that the command has written to, by path. */
  changed: Record<string, [string, Entry][]>;
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * Runs a command as a container, or returns its stored result.
 *
 * @throws {ExecError} The command failed. Failures are not stored: the next call runs the command again.
 */
export async function runExec(
  session: Session,
  state: ContainerState,
  options: ExecOptions,
  settings?: ExecSettings,
): Promise<ContainerState> {
  const name = settings?.label ?? `withExec ${options.args.map(quoted).join(" ")}`;
  return session.trace.step(name, async (step) => {
    const key = execKey(state, options, settings?.key);
    const kept = await session.store.recall<Kept>(key);
    step.cached = kept !== undefined && (!kept.layer || session.store.has(kept.layer.digest));
    const createdBy = settings?.label ?? `withExec ${options.args.join(" ")}`;
    if (kept && step.cached) return applied(state, kept, createdBy);
    const prepared = (await settings?.prepare()) ?? plain;
    const result = await execute(session, state, options, prepared, step).finally(() => prepared.remove());
    requireExpected(options, result);
    await session.store.keep(key, result);
    return applied(state, result, createdBy);
  });
}

const plain: PreparedSettings = { env: {}, binds: [], tmpfs: {}, mask: (text) => text, remove: async () => undefined };

/** Quotes an argument for a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function execute(
  session: Session,
  state: ContainerState,
  options: ExecOptions,
  prepared: PreparedSettings,
  step: Span,
): Promise<Kept> {
  const { machine, signal } = session;
  const runtime = await machine.containers();
  const image = await loadFiles(runtime, machine.store, state);
  const network = networkSettings(session.env);
  const mounts = await prepareMounts(machine.store, state.mounts);
  const lines = lineSplitter((_, line) => session.trace.log(prepared.mask(line), step));
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const binds = [...mounts.binds, ...prepared.binds];
  const points = [...binds, ...network.binds].map((bind) => bind.split(":")[1] ?? "");
  const outside = outsideLayer(
    [...points, ...Object.keys(prepared.tmpfs)].map((point) => point.slice(1)),
    binds.length > 0 ? await listLayers(machine.store, state.layers) : new Map(),
  );
  let layer: Blob | undefined;
  try {
    const create = creation(state, options, image, network, { ...prepared, binds });
    const { exitCode } = await runToEnd(runtime, machine.owner, create, {
      signal,
      onOutput(stream, chunk) {
        output[stream].push(Buffer.from(chunk));
        lines.write(stream, chunk);
      },
      async ended(container) {
        const taken = await takeLayer(container, outside);
        if (taken.bytes.some((byte) => byte !== 0)) layer = await machine.store.put(taken.bytes);
      },
    });
    lines.flush();
    const text = (stream: "stdout" | "stderr") => prepared.mask(Buffer.concat(output[stream]).toString("utf8"));
    const changed = changes(state.mounts, await mounts.after());
    return { ...(layer && { layer }), changed, stdout: text("stdout"), stderr: text("stderr"), exitCode };
  } finally {
    await mounts.remove();
  }
}

function creation(
  state: ContainerState,
  options: ExecOptions,
  image: string,
  network: NetworkSettings,
  prepared: PreparedSettings,
): ContainerCreateOptions {
  const { Env = [], WorkingDir = "/", User = "", Entrypoint = [] } = state.config;
  // An argument without a value counts as not set: `ARG UV_DEFAULT_INDEX=${PIP_INDEX_URL}` is one where neither is given.
  const machines = Object.entries(network.env).filter(([name]) => !envOf(state, name));
  const added = [...machines, ...Object.entries(prepared.env)];
  const kept = Env.filter((line) => !added.some(([name]) => line.startsWith(`${name}=`)));
  return {
    Image: image,
    Entrypoint: [],
    Cmd: [...(options.useEntrypoint ? Entrypoint : []), ...options.args],
    Env: [...kept, ...added.map(([name, value]) => `${name}=${value}`)],
    WorkingDir,
    User,
    HostConfig: {
      Binds: [...prepared.binds, ...network.binds],
      Tmpfs: prepared.tmpfs,
      ...(prepared.network && { NetworkMode: prepared.network }),
      Init: false,
    },
  };
}

/** Returns true for mount points and the directories created for them: the command did not create these. */
function outsideLayer(points: string[], image: Listing): (path: string) => boolean {
  const made = new Set(points.flatMap((point) => parentsOf(point)).filter((parent) => !image.has(parent)));
  return (path) => points.some((point) => isWithin(path, point)) || made.has(path);
}

function parentsOf(path: string): string[] {
  const parent = parentOf(path);
  return parent === "" ? [] : [parent, ...parentsOf(parent)];
}

function changes(before: Mount[], after: Mount[]): Kept["changed"] {
  const changed = after.filter((mount, index) => mount !== before[index]);
  return Object.fromEntries(changed.map(({ path, tree }) => [path, sorted(tree)]));
}

function applied(state: ContainerState, result: Kept, createdBy: string): ContainerState {
  const { layer, changed, stdout, stderr, exitCode } = result;
  return {
    ...state,
    layers: layer ? [...state.layers, { ...layer, createdBy }] : state.layers,
    mounts: state.mounts.map((mount) =>
      changed[mount.path] ? { ...mount, tree: new Map(changed[mount.path]) } : mount,
    ),
    last: { stdout, stderr, exitCode },
  };
}

function requireExpected({ args, expect = "SUCCESS" }: ExecOptions, { stdout, stderr, exitCode }: Kept): void {
  const expected = expect === "ANY" || (expect === "SUCCESS") === (exitCode === 0);
  if (!expected) throw new ExecError({ cmd: args, exitCode, stdout, stderr });
}
