/** A process that plays the seeds that its parent sends it, until that one hangs up. */
import { measure } from "./measure.js";

process.on("message", async (seeds: number[]) => process.send?.(await measure(seeds)));
// A terminal's Ctrl-C reaches every process: the parent decides what is still played.
process.on("SIGINT", () => {});
