/**
 * How the SDK reads AWS's answers: by the schemas that its clients carry, members of a structure that the schema does not name are left
 * out and times become dates. https://github.com/smithy-lang/smithy-typescript
 */
import type { Json } from "../../infra/local/aws/wire/service.js";

export type Reader = (value: Json) => unknown;
/** A number for a simple type, a tuple that begins with its kind for the others, or a function that answers one. */
export type Schema = number | string | readonly unknown[] | (() => Schema);

const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;
const compound: unknown[] = [LIST, MAP, STRUCTURE, UNION];
const TIMES = [4, 5, 6, 7];
const LIST_OF = 64;
const MAP_OF = 128;

const readers = new WeakMap<object, Reader>();
const asIs: Reader = (value) => value;
const toDate: Reader = (value) => new Date(Number(value) * 1000);

/** The function that turns what is on the wire into what the SDK answers. */
export function readerOf(schema: Schema): Reader {
  const plain = bare(schema);
  if (typeof plain === "number") return simpleReader(plain);
  if (typeof plain === "string" || !compound.includes(plain[0])) return asIs;
  const known = readers.get(plain);
  if (known) return known;
  let made: Reader | undefined;
  // Schemas refer to each other: the reader is made when it is first needed.
  const reader: Reader = (value) => {
    made ??= makeReader(plain);
    return made(value);
  };
  readers.set(plain, reader);
  return reader;
}

/** Without what stands around it: a function that answers it, traits of the member, a name of its own for a simple type. */
function bare(schema: Schema): Exclude<Schema, () => Schema> {
  if (typeof schema === "function") return bare(schema());
  if (typeof schema === "number" || typeof schema === "string") return schema;
  if (schema.length === 2) return bare(schema[0] as Schema);
  return schema[0] === 0 ? bare(schema[4] as Schema) : schema;
}

function makeReader(schema: readonly unknown[]): Reader {
  if (schema[0] === LIST) return listReader(readerOf(schema[4] as Schema));
  if (schema[0] === MAP) return mapReader(readerOf(schema[5] as Schema));
  return structureReader(schema[4] as string[], schema[5] as Schema[]);
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
    // A copy that is then mended takes half the time of one that is put together.
    const result: Record<string, unknown> = { ...(value as object) };
    for (const name in result) {
      const member = result[name] as Json | undefined;
      const read = members.get(name);
      if (read === undefined || member === undefined || member === null) delete result[name];
      else if (read !== asIs) result[name] = read(member);
    }
    return result;
  };
}
