import { environmentOf } from "../http/process-environment.js";
import type { PublishedImage } from "../http/publish-image.js";
import type { CompleteTarget } from "../scenario/complete-target.js";

/** One rollout for a tool to carry out. */
export interface Job {
  /** The tool's own way to the local AWS. */
  url: string;
  target: CompleteTarget;
  /** The public name that the load balancer routes by. */
  host: string;
  release: PublishedImage;
  keys: { AccessKeyId: string; SecretAccessKey: string };
  /** Milliseconds after which it is ended without a verdict. */
  limit: number;
}

/** Result that a tool reports. */
export interface ToolReport {
  /** True when it reports that the release is deployed. */
  success: boolean;
  /** In one word, where it tells more than success or failure. */
  verdict?: string;
  /** It was still waiting when its time was up. */
  killed?: boolean;
  /** Its last words. */
  message: string;
}

/** A tool with one set of settings. */
export interface Tool {
  /** Such as `aws ecs wait`. */
  name: string;
  /** `defaults`, or what is set. */
  settings: string;
  deploy(job: Job): Promise<ToolReport>;
}

/** Returns the environment variables of a tool's process. */
export function environment({ url, target, keys }: Job): Record<string, string> {
  return environmentOf(url, target.region, keys);
}

/** The last line that says something. */
export function lastLine(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.filter((line) => /\w/.test(line)).at(-1) ?? "(nothing)";
}
