import type { ComparisonResult } from "./compare.js";

/** Lists the tools that differ from their reported behaviour on AWS: then the local AWS, the tool or the report is wrong. Pure. */
export function findDeviations(results: readonly ComparisonResult[]): string[] {
  return results.flatMap(({ drill, tool, reported }) =>
    drill.reported
      .filter((report) => report.tool.test(`${tool.name} (${tool.settings})`))
      .filter((report) => reported.success !== (report.says === "success"))
      .map(
        ({ says, source }) =>
          `${tool.name} (${tool.settings}) should report ${says} (${source}) in ${JSON.stringify(drill.name)}, and reported: ${reported.message}`,
      ),
  );
}
