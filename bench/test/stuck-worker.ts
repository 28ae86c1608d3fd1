/** Replacement for the worker: hangs in seed 2, and exits in seed 4. */
process.on("message", (seeds: number[]) => {
  for (const seed of seeds) {
    process.send?.({ seed, way: "direct" });
    while (seed === 2);
    if (seed === 4) process.exit(7);
    process.send?.({ seed, way: "direct", ending: "deployed", faults: [], covered: [], cpu: 0 });
  }
});
