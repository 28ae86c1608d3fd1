import { Directory } from "../api/directory.js";
import { File } from "../api/file.js";
import { Secret } from "../api/secret.js";
import { Service } from "../api/service.js";
import { keyOf } from "../content/store.js";
import type { Identified } from "../session/ids.js";
import type { Session } from "../session/session.js";
import type { CallLabel, Span } from "../telemetry/span.js";
import type { Catalog } from "./catalog.js";
import type { FunctionType, TypeRef } from "./types.js";

/** Time for which a function's result is cached, in milliseconds: the engine's default. */
const timeToLive = 7 * 24 * 3600_000;

interface CacheEntry {
  at: number;
  /** Result, with a `Place` for each object. */
  value: unknown;
}

/** Placeholder for the id of an object that the call received: ids are valid in one session only. */
interface Place {
  object: number;
}

/** Call of a function, with everything that affects its result. */
export interface CacheableCall {
  function: FunctionType;
  /** Inputs of the call, with ids for objects. */
  call: unknown[];
  label: CallLabel;
  run: () => Promise<unknown>;
}

/**
 * Returns the cached result of the same call, unless the function is marked as never cached.
 * Plain values and objects of the module are cached if their fields are plain or objects that the call received; objects created in
 * a call live as long as the session.
 */
export async function cachedCall(
  session: Session,
  catalog: Catalog,
  { function: called, call, label, run }: CacheableCall,
): Promise<unknown> {
  const { ids, store } = session;
  const content =
    called.uncached || !isCacheable(called.returns, catalog) ? undefined : await contentOfCall(session, call);
  if (!content) return run();
  const before = await store.recall<CacheEntry>(content.key);
  if (before && Date.now() - before.at < timeToLive) {
    const restored = replace(before.value, (value) => {
      const place = isPlace(value) ? content.objects[value.object] : undefined;
      return place && ids.add(place);
    });
    return cachedResult(session, label, restored);
  }
  const value = await run();
  const places = replace(value, (item) => {
    const object = typeof item === "string" ? ids.find(item) : undefined;
    return object && { object: content.objects.indexOf(object) };
  });
  if (!JSON.stringify(places ?? null).includes('{"object":-1}'))
    await store.keep(content.key, { at: Date.now(), value: places });
  return value;
}

/** Returns a result without a run, as a step that is marked as cached. */
export function cachedResult({ trace }: Session, label: CallLabel, value: unknown): Promise<unknown> {
  const take = async (step: Span) => {
    step.cached = true;
    return value;
  };
  return trace.step(label.field, take, { call: label });
}

function isCacheable(type: TypeRef, catalog: Catalog): boolean {
  const { kind, element } = type;
  if (kind === "LIST") return element !== undefined && isCacheable(element, catalog);
  return kind === "OBJECT" ? catalog.isModules(type) : kind !== "VOID";
}

function isPlace(value: unknown): value is Place {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "object";
}

/** Copies a JSON value and replaces each part for which `change` returns a value. */
function replace(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== undefined) return changed;
  if (Array.isArray(value)) return value.map((item) => replace(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item, change)]));
}

/** Returns the cache key, in which ids are replaced by the objects' content, and the objects; undefined when the content of an object is unknown. */
async function contentOfCall(
  { ids }: Session,
  call: unknown[],
): Promise<{ key: string; objects: Identified[] } | undefined> {
  const objects: Identified[] = [];
  const text = JSON.stringify(
    replace(call, (value) => {
      const object = typeof value === "string" ? ids.find(value) : undefined;
      if (object && !objects.includes(object)) objects.push(object);
      return object && { object: objects.indexOf(object) };
    }),
  );
  const contents = await Promise.all(objects.map(contentOf));
  return contents.includes(undefined) ? undefined : { key: keyOf("function 2", text, contents), objects };
}

async function contentOf(object: Identified): Promise<string | undefined> {
  if (object instanceof Directory || object instanceof File) return object.digest();
  if (object instanceof Secret) return object.identity();
  return object instanceof Service ? object.key : undefined;
}
