import * as v from "valibot";
import { partitionOf } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { withoutUserInfo } from "../common/http-url.js";
import { JsonMistake, parseJsonText } from "../common/json-text.js";
import { keysWithin, movedKeys, schema } from "./target-schema.js";

/** A target as its file states it: where a release goes. What it leaves out is read from the live service. */
export type TargetFile = v.InferOutput<typeof schema>;

/** A target with everything that a rollout needs: what the file leaves out is read from the service. */
export interface Target extends Omit<TargetFile, Resolved> {
  account: string;
  family: string;
  /** The first of `containers`: its image and version stand for the release. */
  container: string;
  repository: string;
  platform: string;
}

type Resolved = "account" | "family" | "container" | "repository" | "platform";

/**
 * Reads a target's JSON.
 * @param path The file's name, for the error.
 * @throws InputError that names each mistake by its path, with what is accepted.
 */
export function parseTarget(json: string, path: string): TargetFile {
  const read = parseJson(json, path);
  const result = v.safeParse(schema, read);
  const mistakes = result.success
    ? [...listsForObjects(read as TargetFile), ...mistakesBetween(result.output)]
    : [...new Set(result.issues.map(describe))];
  if (result.success && mistakes.length === 0) return result.output;
  throw new InputError(
    "bad-target",
    `${path} is not a valid target:\n${mistakes.map((line) => `  ${line}`).join("\n")}`,
  );
}

function parseJson(json: string, path: string): unknown {
  try {
    return parseJsonText(json);
  } catch (cause) {
    if (!(cause instanceof JsonMistake)) throw cause;
    throw new InputError(
      "bad-target",
      `${path} is not JSON: ${cause.message} A target is a JSON object; see infra/targets/production.json.`,
      { cause },
    );
  }
}

/** A list passes for an object whose keys are all optional, because it has none, and for an object of any names. */
function listsForObjects({ registry, build, test, audit, versionCheck, expectations = [] }: TargetFile): string[] {
  const names = "an object of values by name";
  const places: [string, unknown, string][] = [
    ...Object.entries({ registry, build, test, audit }).map(([name, value]): [string, unknown, string] => [
      name,
      value,
      `an object of ${keysOf(name).join(", ")}`,
    ]),
    ["versionCheck", versionCheck, "false, or an object of path, pointer or of path, header"],
    ["build.args", build?.args, names],
    ...expectations.map(({ headers }, n): [string, unknown, string] => [`expectations.${n}.headers`, headers, names]),
  ];
  return places
    .filter(([, value]) => Array.isArray(value))
    .map(([path, , accepted]) => `${path}: is a list; accepted: ${accepted}`);
}

/** Members that are valid alone and not together. */
function mistakesBetween(target: TargetFile): string[] {
  const { region, registry, container, containers } = target;
  const { url, testUrl, verifyTasks, versionCheck, expectations = [], gates = [] } = target;
  const isNothingChecked = versionCheck === false && expectations.length === 0;
  const partition = partitionOf(region).id;
  const elsewhere = registry?.region !== undefined && partitionOf(registry.region).id !== partition;
  return [
    ...(elsewhere
      ? [`registry.region: is "${registry?.region}"; accepted: a region of the partition ${partition}, as ${region} is`]
      : []),
    ...(container !== undefined && containers !== undefined && !containers.includes(container)
      ? [`containers: does not have "${container}" of container; accepted: one of both keys`]
      : []),
    ...(verifyTasks && isNothingChecked
      ? ["verifyTasks: has nothing to request; accepted: with a versionCheck other than false, or with expectations"]
      : []),
    ...(gates.length > 0 && isNothingChecked
      ? ["gates: have nothing to check; accepted: with a versionCheck other than false, or with expectations"]
      : []),
    ...gates.flatMap((gate, n) => gateMistakes(target, gate.stage, n)),
    ...(testUrl !== undefined && isNothingChecked
      ? ["testUrl: has nothing to request; accepted: with a versionCheck other than false, or with expectations"]
      : []),
    ...(testUrl !== undefined && testUrl === url
      ? ["testUrl: is the same as url; accepted: the URL of the test listener"]
      : []),
  ];
}

function gateMistakes(target: TargetFile, stage: string, n: number): string[] {
  const { gates = [] } = target;
  const url = gateUrl(stage);
  return [
    ...(target[url] === undefined
      ? [`gates.${n}: requests ${url} at ${stage}, which is missing; accepted: with ${url}`]
      : []),
    ...(gates.findIndex((one) => one.stage === stage) < n
      ? [`gates.${n}.stage: ${stage} is listed twice; accepted: each stage once`]
      : []),
  ];
}

/** Returns the key of the URL that a gate requests. Before the last shift only the test listener is sure to answer from the new tasks. */
export function gateUrl(stage: string): "url" | "testUrl" {
  return stage === "POST_PRODUCTION_TRAFFIC_SHIFT" ? "url" : "testUrl";
}

function describe(issue: v.BaseIssue<unknown>): string {
  const list = listInPlaceOfObject(issue);
  const path = (list ? list.path : v.getDotPath(issue)) || "(the whole file)";
  if (list) return `${path}: is a list; accepted: ${list.accepted}`;
  if (issue.kind === "schema" && issue.type === "strict_object") {
    if (issue.expected === "never") return `${path}: not a key of a target; accepted: ${keysBeside(issue)}`;
    if (issue.received === "undefined") return `${path}: missing`;
    return `${path}: is ${shown(issue)}; accepted: ${objectAt(issue.path)}`;
  }
  return `${path}: is ${shown(issue)}; accepted: ${issue.message}`;
}

/** A list passes for an object: what is found are its items, as keys that are none, and the object's keys as missing. */
function listInPlaceOfObject({ path = [] as never }: v.BaseIssue<unknown>) {
  const last = path.at(-1);
  if (last?.type !== "object" || !Array.isArray(last.input)) return undefined;
  const outer = path.slice(0, -1);
  return { path: outer.map(({ key }) => String(key)).join("."), accepted: objectAt(outer) };
}

function objectAt(path: readonly v.IssuePathItem[] = []): string {
  return path[0]
    ? `an object of ${keysOf(path[0].key).join(", ")}`
    : "a JSON object; see infra/targets/production.json";
}

/** The received value, bounded, on one line. A URL may hold a password. */
function shown({ input, received, path }: v.BaseIssue<unknown>): string {
  // A user may have put the secret where its name belongs.
  if (path?.some(({ key }) => key === "notify") && typeof input === "string" && path.at(-1)?.key !== "type")
    return `a text of ${input.length} characters, which is not shown`;
  const isUrl = path?.length === 1 && ["url", "testUrl", "source"].includes(String(path[0]?.key));
  const text = typeof input !== "string" ? received : JSON.stringify(isUrl ? withoutUserInfo(input) : input);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function keysBeside(issue: v.BaseIssue<unknown>): string {
  const [first, second] = issue.path ?? [];
  const own = Object.keys(schema.entries).filter((name) => !movedKeys.some((moved) => moved === name));
  const keys = second === undefined ? own : keysOf(first?.key);
  return keys.join(", ");
}

function keysOf(key: unknown): string[] {
  return keysWithin.get(String(key)) ?? [];
}
