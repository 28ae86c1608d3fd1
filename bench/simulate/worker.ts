/** A process that plays the seeds that its parent sends it, until that one hangs up. */
import { measure } from "./measure.js";
import { wayOf } from "./simulate-seed.js";

process.on("message", async (seeds: number[]) => {
  for (const seed of seeds) {
    process.send?.({ seed, way: wayOf(seed) });
    process.send?.(await measure(seed));
  }
});
// A terminal's Ctrl-C reaches every process: the parent decides what is still played.
process.on("SIGINT", () => {});
