/** Worker process: simulates the seeds from its parent until the parent disconnects. */
import { measure } from "./measure.js";
import { wayOf } from "./simulate-seed.js";

process.on("message", async (seeds: number[]) => {
  for (const seed of seeds) {
    process.send?.({ seed, way: wayOf(seed) });
    process.send?.(await measure(seed));
  }
});
// A terminal's Ctrl-C reaches every process: the parent decides which seeds still run.
process.on("SIGINT", () => {});
