/**
 * Reads AWS's responses as the SDK does, by the schemas of its clients: members outside the schema are left out, and times become dates.
 * https://github.com/smithy-lang/smithy-typescript
 */
import type { Json } from "../../infra/local/aws/index.js";

export type Reader = (value: Json) => unknown;
/** Number for a simple type, tuple that begins with its kind for the others, or function that returns one. */
export type Schema = number | string | readonly unknown[] | (() => Schema);

const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;
const TIMES = [4, 5, 6, 7];
const LIST_OF = 64;
const MAP_OF = 128;

const readers = new WeakMap<object, Reader>();
const asIs: Reader = (value) => value;
const toDate: Reader = (value) => new Date(Number(value) * 1000);

/** Converts a response on the wire into the SDK's output. */
export function readerOf(schema: Schema): Reader {
  if (typeof schema === "number") return simpleReader(schema);
  if (typeof schema === "string") return asIs;
  const known = readers.get(schema);
  if (known) return known;
  let made: Reader | undefined;
  // Schemas refer to each other: a reader is created at its first use.
  const reader: Reader = (value) => {
    made ??= makeReader(schema);
    return made(value);
  };
  readers.set(schema, reader);
  return reader;
}

function makeReader(schema: readonly unknown[] | (() => Schema)): Reader {
  if (typeof schema === "function") return readerOf(schema());
  // A member with traits of its own: the schema, then the traits.
  if (schema.length === 2) return readerOf(schema[0] as Schema);
  switch (schema[0]) {
    case LIST:
      return listReader(readerOf(schema[4] as Schema));
    case MAP:
      return mapReader(readerOf(schema[5] as Schema));
    case STRUCTURE:
    case UNION:
      return structureReader(schema[4] as string[], schema[5] as Schema[]);
    case 0:
      return readerOf(schema[4] as Schema);
    default:
      return asIs;
  }
}

function simpleReader(code: number): Reader {
  if (code >= MAP_OF) return mapReader(simpleReader(code - MAP_OF));
  if (code >= LIST_OF) return listReader(simpleReader(code - LIST_OF));
  return TIMES.includes(code) ? toDate : asIs;
}

function listReader(read: Reader): Reader {
  return (value) => (value as Json[]).filter((member) => member !== null).map(read);
}

function mapReader(read: Reader): Reader {
  return (value) => {
    const result: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value as object)) result[name] = read(member);
    return result;
  };
}

function structureReader(names: string[], schemas: Schema[]): Reader {
  const members = new Map(names.map((name, index) => [name, readerOf(schemas[index] ?? 0)]));
  return (value) => {
    const result: Record<string, unknown> = {};
    for (const name in value as object) {
      const member = (value as Record<string, Json>)[name];
      const read = members.get(name);
      if (read === undefined || member === undefined || member === null) continue;
      result[name] = read === asIs ? member : read(member);
    }
    return result;
  };
}
