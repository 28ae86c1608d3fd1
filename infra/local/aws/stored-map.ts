/**
 * Names that users choose are keys of maps, never of plain objects: `constructor` is a member of every object, and setting `__proto__` sets
 * something else. A document holds maps in memory and objects in its file.
 */

/** A document's content as the JSON of its file. */
export function toJson(value: object, indent?: number): string {
  return JSON.stringify(value, (_, each) => (each instanceof Map ? Object.fromEntries(each) : each), indent);
}

/** The map of an object that was read from a file, its values made by `restore`. A missing one is empty. */
export function storedMap<Stored, Value = Stored>(
  stored: Record<string, Stored> | undefined,
  restore: (value: Stored) => Value = (value) => value as unknown as Value,
): Map<string, Value> {
  return new Map(Object.entries(stored ?? {}).map(([name, value]) => [name, restore(value)]));
}

/** The value of a name, made and kept when there is none. */
export function getOrMake<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
