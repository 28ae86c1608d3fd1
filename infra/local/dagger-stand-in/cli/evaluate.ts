import { resolve } from "node:path";
import { fieldOf } from "../api/fields.js";
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
  /** Called for each default of .env that is used: Dagger's CLI lists them. */
  onDefault: (line: string) => void;
}

/** Result of a chain of calls: plain values, ids for objects of the API, fields for objects of the module. */
export interface Result {
  type: TypeRef;
  value: unknown;
}

/** Call with the values of its arguments. */
export interface PreparedCall {
  step: Step;
  args: Record<string, unknown>;
}

/** Reads all arguments before the first call is made. @throws {UsageError} An argument is missing or not accepted. */
export function prepare(evaluation: Evaluation, steps: Step[]): PreparedCall[] {
  return steps.map((step, index) => ({
    step,
    args: argumentsOf(evaluation, step, steps[index - 1]?.function.returns),
  }));
}

/** Makes the calls in order, each on the result of the one before. */
export async function evaluate(evaluation: Evaluation, calls: PreparedCall[]): Promise<Result> {
  const { trace } = evaluation.session;
  for (const call of calls.flatMap(({ step }) => addressLabels(step))) trace.end(trace.start(call.field, { call }));
  let result: Result = { type: evaluation.catalog.constructor_.returns, value: {} };
  for (const { step, args } of calls) result = await call(evaluation, result, step, args);
  return result;
}

/** Value of a `.env` file, and the file's directory. */
interface UserDefault {
  value: string;
  directory: string;
}

/** Returns the default of an argument in .env, which only functions of the module have. */
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

/** Calls a field of an object of the API. Objects are passed by id, as over HTTP. */
async function callCore(session: Session, id: string, name: string, args: Record<string, unknown>): Promise<unknown> {
  const result = await fieldOf(session.ids.get(id), name, args);
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

/** Resolves a path of a `.env` file, which is relative to the file and not to the working directory. */
function besideFile({ type: { kind, name = "" } }: ArgumentType, { value, directory }: UserDefault): string {
  const isPath = kind === "OBJECT" && ["Directory", "File", "GitRepository"].includes(name) && !value.includes("://");
  return isPath ? resolve(directory, value) : value;
}
