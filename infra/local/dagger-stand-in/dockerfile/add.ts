import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { listLayers } from "../content/listing.js";
import { filterTree } from "../content/patterns.js";
import type { Store } from "../content/store.js";
import { applyLayer } from "../content/unpack.js";
import { StandInError } from "../errors.js";
import { pathIn } from "../image/edit.js";
import { withLayer } from "../image/files.js";
import type { ContainerState } from "../image/state.js";
import type { Copy } from "./command.js";
import { copied, findSources, modeChange, type Source } from "./copy.js";
import { expandHeredoc } from "./expand.js";
import { ownerOf } from "./owner.js";
import { openSource } from "./sources.js";
import type { Build, StageState } from "./stage.js";
import type { Stage } from "./stages.js";

/** Copies files into a stage, as one layer. */
export async function copyFiles(
  build: Build,
  stage: Stage,
  state: StageState,
  { copy, unpack, label }: { copy: Copy; unpack: boolean; label: string },
  expand: (word: string) => string,
): Promise<ContainerState> {
  const { container } = state;
  const { store } = build.session;
  const destination = expand(copy.destination);
  const files = await openSource(build, stage, copy.from);
  const sources: Source[] = [];
  let several = copy.sources.length > 1;
  for (const written of copy.sources) {
    const heredoc = copy.heredocs.find(
      ({ name }) => written.replace(/^\d*<<-?["']?|["']$/g, "") === name && /<</.test(written),
    );
    if (heredoc) {
      const lookup = (name: string) => state.variables.get(name);
      const text = heredoc.expand ? expandHeredoc(heredoc.content, lookup, build.plan.escapeChar) : heredoc.content;
      const entry = { type: "file", mode: 0o644, ...(await store.put(text)) } as const;
      sources.push({ name: heredoc.name, entry, content: new Map() });
      continue;
    }
    const source = expand(written);
    if (unpack) refuseRemote(source);
    const paths = findSources(files.listing, source, files.where);
    several ||= paths.length > 1;
    for (const path of paths) {
      const found = filtered(await files.read(path), copy.exclude);
      if (found) sources.push(unpack ? await unpacked(store, found) : found);
    }
  }
  const asDirectory = /(^|\/)\.?$/.test(destination);
  if (copy.sources.length > 1 && !asDirectory) {
    throw new StandInError(
      `${JSON.stringify(destination)} is the destination of several sources. Accepted: a directory, with / at its end.`,
    );
  }
  const owner = copy.chown === undefined ? undefined : await ownerOf(store, container, expand(copy.chown));
  const entries = copied(sources, {
    path: pathIn(container, destination).slice(1),
    isDirectory: asDirectory || several,
    image: await listLayers(store, container.layers),
    ...(owner && { owner }),
    ...(!owner && !files.hasOwners && { owner: { uid: 0, gid: 0 } }),
    ...(copy.chmod !== undefined && { mode: modeChange(expand(copy.chmod)) }),
  });
  return entries.size === 0 ? container : withLayer(store, container, entries, label);
}

function filtered(source: Source, exclude: string[]): Source | undefined {
  if (exclude.length === 0) return source;
  if (source.entry.type === "directory") return { ...source, content: filterTree(source.content, { exclude }) };
  return filterTree(new Map([[source.name, source.entry]]), { exclude }).size === 0 ? undefined : source;
}

function refuseRemote(source: string): void {
  if (!/^(https?|ftp|git|ssh):\/\/|^git@/.test(source)) return;
  throw new StandInError(
    `${source.replace(/\/\/[^/@]*@/, "//")} can't be downloaded by the stand-in. Accepted: paths of the build context. Download with RUN and curl or git, or use Dagger's engine.`,
  );
}

/** ADD unpacks an archive of the context as a directory: https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives */
async function unpacked(store: Store, source: Source): Promise<Source> {
  if (source.entry.type !== "file") return source;
  const bytes = await store.read(source.entry.digest);
  if (/^(BZh|\xfd7zXZ\0)/.test(bytes.subarray(0, 6).toString("latin1"))) {
    throw new StandInError(`${source.name} is packed by bzip2 or xz. Accepted here: tar archives, plain or by gzip.`);
  }
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  if (plain.subarray(257, 262).toString("latin1") !== "ustar") return source;
  const content = await applyLayer(store, new Map(), Readable.from([plain]));
  return { name: source.name, entry: { type: "directory", mode: 0o755 }, content };
}
