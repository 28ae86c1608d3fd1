import { resolve } from "node:path";
import { ApiObject } from "../api/object.js";
import { Workspace } from "../api/workspace.js";
import { UsageError } from "../errors.js";
import type { Catalog } from "../module/catalog.js";
import { cachedCall, cachedResult } from "../module/function-cache.js";
import { invoke } from "../module/invoke.js";
import { camel, kebab } from "../module/names.js";
import type { ModuleProcess } from "../module/process.js";
import { type ModuleSource, moduleKey } from "../module/source.js";
import { type ArgumentType, isInjected, isRequired, type TypeRef } from "../module/types.js";
import type { Session } from "../session/session.js";
import { type Defaults, defaultFor } from "./dotenv.js";
import { addressLabels, labelOf } from "./label.js";
import type { Step } from "./parse.js";
import { argumentValue, contextValue } from "./values.js";

export interface Evaluation {
  session: Session;
  source: ModuleSource;
  catalog: Catalog;
  defaults: Defaults;
  start: () => Promise<ModuleProcess>;
  /** Is called for each default of .env that is used, as the engine's command line lists them. */
  onDefault: (line: string) => void;
}

/** What a chain of calls comes to: plain values, ids for objects of the API, fields for objects of the module. */
export interface Result {
  type: TypeRef;
  value: unknown;
}

/** One call with the values of its arguments. */
export interface PreparedCall {
  step: Step;
  args: Record<string, unknown>;
}

/** Reads the values of every argument before the first call is made. @throws {UsageError} One is missing or not accepted. */
export function prepare(evaluation: Evaluation, steps: Step[]): PreparedCall[] {
  return steps.map((step, index) => ({
    step,
    args: argumentsOf(evaluation, step, steps[index - 1]?.function.returns),
  }));
}

/** Makes the calls one after the other, each on what the one before it returned. */
export async function evaluate(evaluation: Evaluation, calls: PreparedCall[]): Promise<Result> {
  const { trace } = evaluation.session;
  for (const call of calls.flatMap(({ step }) => addressLabels(step))) trace.end(trace.start(call.field, { call }));
  let result: Result = { type: evaluation.catalog.constructor_.returns, value: {} };
  for (const { step, args } of calls) result = await call(evaluation, result, step, args);
  return result;
}

/** A value of a file named `.env`, and the directory of that file. */
interface UserDefault {
  value: string;
  directory: string;
}

/** What .env says about an argument. Only functions of the module are looked up there. */
export function fromDotenv(
  { catalog, defaults }: Evaluation,
  step: Step,
  owner: TypeRef | undefined,
  { name }: ArgumentType,
): UserDefault | undefined {
  if (owner && !catalog.isModules(owner)) return undefined;
  const object = owner?.name === catalog.main ? undefined : owner?.name;
  for (const { values, directory } of defaults) {
    const value = defaultFor([values], object, step.function.name, name);
    if (value !== undefined) return { value, directory };
  }
  return undefined;
}

async function call(evaluation: Evaluation, on: Result, step: Step, args: Record<string, unknown>): Promise<Result> {
  const { session, start, catalog, source } = evaluation;
  const { trace } = session;
  const { name, returns } = step.function;
  const label = labelOf(step, name === "" ? undefined : on.type, args);
  if (!catalog.isModules(on.type)) {
    const work = () => callCore(session, on.value as string, name, args);
    return { type: returns, value: await trace.step(name, work, { call: label }) };
  }
  const parent = on.value as Record<string, unknown>;
  if (name in parent && Object.keys(args).length === 0) return { type: returns, value: parent[name] };
  if (name === "" && !catalog.hasConstructor) return { type: returns, value: await cachedResult(session, label, {}) };
  const run = () => invoke(session, start, { parentName: on.type.name ?? "", parent, name, args }, label);
  const cacheable = { function: step.function, call: [await moduleKey(source), on, name, args], label, run };
  return { type: returns, value: await cachedCall(session, catalog, cacheable) };
}

/** A field of an API's object: its method of that name. Objects are handed on by id, as over the wire. */
async function callCore(session: Session, id: string, name: string, args: Record<string, unknown>): Promise<unknown> {
  const object = session.ids.get(id) as unknown as Record<string, (args: Record<string, unknown>) => unknown>;
  const result = await object[name]?.(args);
  return result instanceof ApiObject ? result.id() : result;
}

function argumentsOf(evaluation: Evaluation, step: Step, owner: TypeRef | undefined): Record<string, unknown> {
  const missing: string[] = [];
  const values = step.function.args.flatMap((argument): [string, unknown][] => {
    const byDefault = step.given[argument.name] ? undefined : fromDotenv(evaluation, step, owner, argument);
    if (byDefault) evaluation.onDefault(defaultLine(evaluation, step, argument.name, byDefault.value));
    const given = step.given[argument.name] ?? (byDefault && [besideFile(argument, byDefault)]);
    const context = { ...evaluation, argument };
    if (given) return [[argument.name, argumentValue(context, given)]];
    if (isInjected(argument)) return [[argument.name, new Workspace(evaluation.session).id()]];
    if (argument.defaultPath)
      return [[argument.name, contextValue(context, evaluation.source.defaultsRoot, argument.defaultPath)]];
    if (argument.defaultValue !== undefined) return [[argument.name, JSON.parse(argument.defaultValue) as unknown]];
    if (isRequired(argument)) missing.push(kebab(argument.name));
    return [];
  });
  if (missing.length > 0) throw new UsageError(`required flag(s) "${missing.join('", "')}" not set`);
  return Object.fromEntries(values);
}

function defaultLine({ source }: Evaluation, { function: { name } }: Step, argument: string, value: string): string {
  return `user default: ${camel(source.name)}${name === "" ? "" : `.${name}`}(${argument}=${JSON.stringify(value)})`;
}

/** A path in a file named `.env` is relative to that file, wherever the call is made. */
function besideFile({ type: { kind, name = "" } }: ArgumentType, { value, directory }: UserDefault): string {
  const isPath = kind === "OBJECT" && ["Directory", "File", "GitRepository"].includes(name) && !value.includes("://");
  return isPath ? resolve(directory, value) : value;
}
