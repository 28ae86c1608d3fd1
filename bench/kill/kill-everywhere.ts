import { pool } from "../common/pool.js";
import { deployWithKill, findKillPoints, type KillPoint, type KillResult } from "./kill-point.js";

/**
 * Kills a deploy at every boundary, runs it again and prints the count.
 * @param jobs Number of parallel deploys. @param every Interval between the chosen boundaries.
 * @returns 1 when a deploy did not converge.
 */
export async function killEverywhere(jobs: number, every: number): Promise<number> {
  const all = await findKillPoints();
  const chosen = all.filter((_, index) => index % every === 0);
  console.log(`${all.length / 3} calls of a successful deploy, ${all.length} kill points; ${chosen.length} are tried.`);
  const started = performance.now();
  let done = 0;
  const crossed = await pool(chosen, jobs, async (boundary) => {
    const one = await deployWithKill(boundary);
    console.log(`${++done}/${chosen.length} ${format(one)}`);
    return one;
  });
  const failed = crossed.filter(({ problems }) => problems.length > 0);
  const again = crossed.filter((one) => one.again).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `\n${chosen.length} kill points, ${again} processes killed and run again, ${chosen.length - failed.length} converged, in ${seconds} s.`,
  );
  for (const one of failed) console.error(format(one));
  return failed.length > 0 ? 1 : 0;
}

function format({ point: boundary, again, problems }: KillResult): string {
  const word = problems.length === 0 ? "converged" : `NOT CONVERGED (${problems.join("; ")})`;
  return `${word}: ${nameOf(boundary)}${again ? ", run again" : ""}`;
}

const nameOf = ({ call, operation, how }: KillPoint) => `${how} at call ${call} (${operation})`;
