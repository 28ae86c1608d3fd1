type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out the members that are undefined, so that later code needs to check only for absence. */
export function present<T extends object>(members: T): Present<T> {
  const there: Present<T> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) there[name] = value as Present<T>[typeof name];
  }
  return there;
}
