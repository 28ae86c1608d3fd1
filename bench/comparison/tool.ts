import { environmentOf } from "../http/process-environment.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { PublishedImage } from "../scenario/images.js";

/** One rollout for a tool to carry out. */
export interface Job {
  /** URL of the recording proxy for this tool. */
  url: string;
  /** URL of the local AWS for calls before the deploy: they are not counted, and the drill begins after them. */
  setupUrl: string;
  target: CompleteTarget;
  /** The public name that the load balancer routes by. */
  host: string;
  release: PublishedImage;
  keys: { AccessKeyId: string; SecretAccessKey: string };
  /** Milliseconds after which the tool is ended without a verdict. */
  limit: number;
}

/** Result that a tool reports. */
export interface ToolReport {
  /** True when it reports that the release is deployed. */
  success: boolean;
  /** Verdict in one word, where the tool reports more than success or failure. */
  verdict?: string;
  /** True when the tool was still waiting at its time limit. */
  killed?: boolean;
  /** Last line of its output. */
  message: string;
}

/** A tool with one set of settings. */
export interface Tool {
  /** Such as `aws ecs wait`. */
  name: string;
  /** `defaults`, or the changed settings. */
  settings: string;
  deploy(job: Job): Promise<ToolReport>;
}

/** Returns the environment variables of a tool's process. */
export function environment({ url, target, keys }: Job): Record<string, string> {
  return environmentOf(url, target.region, keys);
}

/** Returns the last line with text. */
export function lastLine(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.filter((line) => /\w/.test(line)).at(-1) ?? "(nothing)";
}
