/**
 * User-chosen names are keys of maps, never of plain objects: `constructor` is a member of every object, and setting `__proto__` sets the
 * prototype. A document holds maps in memory and objects in its file.
 */

/** Serializes a document to JSON, maps as objects. */
export function toJson(value: object, indent?: number): string {
  return JSON.stringify(value, (_, each) => (each instanceof Map ? Object.fromEntries(each) : each), indent);
}

/** Converts an object read from a file to a map, with `restore` applied to its values. Returns an empty map for undefined. */
export function storedMap<Stored, Value = Stored>(
  stored: Record<string, Stored> | undefined,
  restore: (value: Stored) => Value = (value) => value as unknown as Value,
): Map<string, Value> {
  return new Map(Object.entries(stored ?? {}).map(([name, value]) => [name, restore(value)]));
}

/** Returns the value of a name; creates and stores it if absent. */
export function getOrMake<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
