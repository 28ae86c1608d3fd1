import type { ContainerCreateOptions } from "dockerode";
import { takeLayer } from "../../containers/layer.js";
import { lineSplitter } from "../../containers/output.js";
import { runToEnd } from "../../containers/run.js";
import type { Blob } from "../content/store.js";
import { type Entry, sorted } from "../content/tree.js";
import { ExecError } from "../errors.js";
import { envOf } from "../image/edit.js";
import type { ContainerState, Mount } from "../image/state.js";
import type { Session } from "../session/session.js";
import type { Span } from "../telemetry/span.js";
import { loadFiles } from "./image.js";
import { execKey } from "./key.js";
import { prepareMounts } from "./mounts.js";
import { type NetworkSettings, networkSettings } from "./network.js";

export interface ExecOptions {
  args: string[];
  useEntrypoint?: boolean;
  expect?: "SUCCESS" | "FAILURE" | "ANY";
}

/** What a command did, as it is kept for the next time. */
interface Kept {
  layer?: Blob;
  /** By path: mounts that the command has written to. */
  changed: Record<string, [string, Entry][]>;
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * Runs a command as a container, or finds what it did the last time.
 *
 * @throws {ExecError} It ended otherwise than expected. That is never kept: the next time it runs again.
 */
export async function runExec(session: Session, state: ContainerState, options: ExecOptions): Promise<ContainerState> {
  return session.trace.step(`withExec ${options.args.map(quoted).join(" ")}`, async (step) => {
    const key = execKey(state, options);
    const kept = await session.store.recall<Kept>(key);
    step.cached = kept !== undefined && (!kept.layer || session.store.has(kept.layer.digest));
    if (kept && step.cached) return applied(state, options, kept);
    const result = await execute(session, state, options, step);
    requireExpected(options, result);
    await session.store.keep(key, result);
    return applied(state, options, result);
  });
}

/** Quotes an argument as a shell needs it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function execute(session: Session, state: ContainerState, options: ExecOptions, step: Span): Promise<Kept> {
  const { machine, signal } = session;
  const engine = await machine.containers();
  const image = await loadFiles(engine, machine.store, state);
  const network = networkSettings(session.env);
  const mounts = await prepareMounts(machine.store, state.mounts);
  const lines = lineSplitter((_, line) => session.trace.log(line, step));
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let layer: Blob | undefined;
  try {
    const { exitCode } = await runToEnd(engine, machine.owner, creation(state, options, image, network, mounts.binds), {
      signal,
      onOutput(stream, chunk) {
        output[stream].push(Buffer.from(chunk));
        lines.write(stream, chunk);
      },
      async ended(container) {
        const taken = await takeLayer(container, outsideLayer([...mounts.binds, ...network.binds]));
        if (taken.bytes.some((byte) => byte !== 0)) layer = await machine.store.put(taken.bytes);
      },
    });
    lines.flush();
    const text = (stream: "stdout" | "stderr") => Buffer.concat(output[stream]).toString("utf8");
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
  binds: string[],
): ContainerCreateOptions {
  const { Env = [], WorkingDir = "/", User = "", Entrypoint = [] } = state.config;
  const machines = Object.entries(network.env).filter(([name]) => envOf(state, name) === undefined);
  return {
    Image: image,
    Entrypoint: [],
    Cmd: [...(options.useEntrypoint ? Entrypoint : []), ...options.args],
    Env: [...Env, ...machines.map(([name, value]) => `${name}=${value}`)],
    WorkingDir,
    User,
    HostConfig: { Binds: [...binds, ...network.binds], Init: false },
  };
}

/** Mount points are made in the container's files, and are none of the command's doing. */
function outsideLayer(binds: string[]): (path: string) => boolean {
  const points = binds.map((bind) => bind.split(":")[1]?.slice(1) ?? "");
  return (path) => points.some((point) => path === point || path.startsWith(`${point}/`));
}

function changes(before: Mount[], after: Mount[]): Kept["changed"] {
  const changed = after.filter((mount, index) => mount !== before[index]);
  return Object.fromEntries(changed.map(({ path, tree }) => [path, sorted(tree)]));
}

function applied(state: ContainerState, { args }: ExecOptions, result: Kept): ContainerState {
  const { layer, changed, stdout, stderr, exitCode } = result;
  return {
    ...state,
    layers: layer ? [...state.layers, { ...layer, createdBy: `withExec ${args.join(" ")}` }] : state.layers,
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
