/** Wraps a function so that it runs at most once; later calls get the first call's result. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
