/** Plain data by the names that users choose: `constructor` and `__proto__` are names like any other. */

/** Returns the member of this name; what every object inherits is not one. */
export function named<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Sets the member of this name, also where an assignment would set the object's prototype. */
export function setNamed<T>(map: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
}
