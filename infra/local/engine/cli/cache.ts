import { Directory } from "../api/directory.js";
import { File } from "../api/file.js";
import { keyOf } from "../content/store.js";
import type { FunctionType, TypeRef } from "../module/types.js";
import type { Identified } from "../session/ids.js";
import type { Session } from "../session/session.js";

/** For how long the engine keeps what a function answered, in milliseconds. */
const keptFor = 7 * 24 * 3600_000;

/**
 * What a function answered the last time that it was called with the same content, unless it is marked as never to be cached. Only plain
 * answers are kept, and only where nothing but files and plain values went in: the rest lives as long as a session.
 *
 * @param call All that says which call it is, with the ids of objects in it.
 */
export async function kept(
  session: Session,
  called: FunctionType,
  call: unknown[],
  run: () => Promise<unknown>,
): Promise<unknown> {
  const key = called.uncached || !isPlain(called.returns) ? undefined : await contentKey(session, call);
  if (key === undefined) return run();
  const before = await session.store.recall<{ at: number; value: unknown }>(key);
  if (before && Date.now() - before.at < keptFor) {
    session.progress(`cached ${called.name}`);
    return before.value;
  }
  const value = await run();
  await session.store.keep(key, { at: Date.now(), value });
  return value;
}

function isPlain({ kind, element }: TypeRef): boolean {
  return kind === "LIST" ? element !== undefined && isPlain(element) : !["OBJECT", "VOID"].includes(kind);
}

/** A key in which every id is replaced by its object's content; undefined when an object has none. */
async function contentKey({ ids }: Session, call: unknown[]): Promise<string | undefined> {
  const objects: Identified[] = [];
  const text = JSON.stringify(call, (_, value: unknown) => {
    const object = typeof value === "string" ? ids.find(value) : undefined;
    if (!object) return value;
    objects.push(object);
    return { object: objects.length };
  });
  const digests = await Promise.all(objects.map(contentOf));
  return digests.includes(undefined) ? undefined : keyOf("function 1", text, digests);
}

async function contentOf(object: Identified): Promise<string | undefined> {
  return object instanceof Directory || object instanceof File ? object.digest() : undefined;
}
