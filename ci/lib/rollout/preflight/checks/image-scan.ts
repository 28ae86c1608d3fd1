import { type PreflightFacts, severities } from "../facts.js";
import type { Finding } from "../finding.js";

/** No scan of the image, whoever configured it, has found anything of the chosen severity or worse. */
export function scan({ scan, scanSeverity, release }: PreflightFacts): Finding[] {
  if (!scan) return [];
  if ("unknown" in scan) {
    return [
      {
        id: "scan-findings",
        level: "not-checked",
        what: `The findings of a scan of ${release.version} could not be read: ${scan.unknown}.`,
        fix: "Wait for the scan's end, or allow ecr:DescribeImageScanFindings and ecr:BatchGetRepositoryScanningConfiguration on the repository.",
      },
    ];
  }
  const counted = severities
    .slice(0, severities.indexOf(scanSeverity) + 1)
    .map((severity) => ({ severity, count: scan.value[severity] ?? 0 }))
    .filter(({ count }) => count > 0);
  if (counted.length === 0) return [];
  return [
    {
      id: "scan-findings",
      level: "error",
      what: `The scan of ${release.version} has found ${counted.map(({ severity, count }) => `${count} ${severity}`).join(", ")}.`,
      fix: `Build a new version on a newer base image. What was found: aws ecr describe-image-scan-findings --image-id imageDigest=${release.digest} …`,
    },
  ];
}
