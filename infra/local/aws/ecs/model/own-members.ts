/** Returns the own member of a name that a user chose, such as `constructor` or `__proto__`; inherited members are ignored. */
export function getOwn<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Sets an own member. An assignment to `__proto__` would set the object's prototype instead. */
export function setOwn<T>(map: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
}
