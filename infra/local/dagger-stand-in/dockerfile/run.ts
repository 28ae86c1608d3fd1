import { nameOf } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { runExec } from "../exec/run.js";
import { pathIn, withConfig } from "../image/edit.js";
import type { ContainerState, Mount } from "../image/state.js";
import type { Run } from "./command.js";
import { findSources } from "./copy.js";
import type { MountOptions } from "./mount-options.js";
import { type PrivateMount, prepareMounts } from "./mounts.js";
import { openSource } from "./sources.js";
import type { Build, StageState } from "./stage.js";
import type { Stage } from "./stages.js";

/** Build arguments that RUN has without ARG, and that are not part of its cache key: https://docs.docker.com/reference/dockerfile/#predefined-args */
const predefined = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

/** Mount path of a heredoc script with its own interpreter line. */
const scriptPath = "/.slipway-run";

/** Runs the command of a RUN and stores its changes as a layer. */
export async function runCommand(
  build: Build,
  stage: Stage,
  state: StageState,
  run: Run,
  label: string,
  expand: (word: string) => string,
): Promise<ContainerState> {
  const { container, variables } = state;
  const { store } = build.session;
  const mounts = run.mounts.map(({ type, values }) => ({ type, values: expandedValues(container, values, expand) }));
  const bound = await Promise.all(mounts.filter(isBind).map((mount) => bind(build, stage, mount.values)));
  const { args, script } = await commandOf(build, state, run);
  const variable = ([name, value]: [string, string]) => `${name}=${value}`;
  const running: ContainerState = {
    ...withConfig(container, { Env: [...variables].map(variable) }),
    mounts: [...bound, ...script],
  };
  const privates = mounts.filter((mount): mount is PrivateMount => !isBind(mount));
  const proxies = Object.entries(build.buildArgs).filter(([name]) => predefined.includes(name.toUpperCase()));
  const plain = privates.length === 0 && run.network === "default";
  const { layers } = await runExec(
    build.session,
    running,
    { args },
    {
      label,
      key: plain ? undefined : [privates, run.network],
      async prepare() {
        const prepared = await prepareMounts(store, privates, build.secrets);
        return {
          ...prepared,
          env: { ...Object.fromEntries(proxies), ...prepared.env },
          ...(run.network === "none" && { network: "none" }),
        };
      },
    },
  );
  return { ...container, layers };
}

function isBind({ type }: MountOptions): boolean {
  return type === "bind";
}

function expandedValues(
  container: ContainerState,
  values: MountOptions["values"],
  expand: (word: string) => string,
): MountOptions["values"] {
  const pairs = Object.entries(values).map(([name, value]) => [name, expand(value)]);
  const { target, ...others } = Object.fromEntries(pairs) as MountOptions["values"];
  return { ...others, ...(target && { target: pathIn(container, target) }) };
}

async function bind(build: Build, stage: Stage, values: MountOptions["values"]): Promise<Mount> {
  const { from, source = "/", target = "" } = values;
  const files = await openSource(build, stage, from);
  const [path = ""] = findSources(files.listing, source, files.where);
  const { entry, content } = await files.read(path);
  const readOnly = values.rw !== "true";
  if (entry.type === "directory") return { type: "directory", path: target, tree: content, readOnly };
  return { type: "file", path: target, tree: new Map([[nameOf(path), entry]]), readOnly };
}

/** Returns the words to run; a heredoc is part of the script, or is the script: https://docs.docker.com/reference/dockerfile/#here-documents */
async function commandOf(
  { session: { store } }: Build,
  { shell }: StageState,
  { line, heredocs }: Run,
): Promise<{ args: string[]; script: Mount[] }> {
  if ("args" in line) {
    if (line.args.length > 0) return { args: line.args, script: [] };
    throw new StandInError('[] has no command. Accepted: ["COMMAND", "ARGUMENT"].');
  }
  const [first] = heredocs;
  if (!first) return { args: [...shell, line.script], script: [] };
  if (!/^<<-?\S+$/.test(line.script)) {
    const texts = heredocs.map(({ name, content }) => `${content}${name}\n`);
    return { args: [...shell, `${line.script}\n${texts.join("")}`], script: [] };
  }
  if (!first.content.startsWith("#!")) return { args: [...shell, first.content], script: [] };
  const entry = { type: "file", mode: 0o755, ...(await store.put(first.content)) } as const;
  return {
    args: [scriptPath],
    script: [{ type: "file", path: scriptPath, tree: new Map([[first.name, entry]]), readOnly: true }],
  };
}
