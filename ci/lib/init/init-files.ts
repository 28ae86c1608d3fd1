import type { Checkout, Invocation } from "./checkout.js";
import { DEFAULT_TARGET } from "./workflow.js";

/** Paths that `init` writes, relative to the repository's root. */
export interface Paths {
  target: string;
  report: string;
  policy: string;
  workflow: string;
  env: string;
}

export function pathsOf(name: string): Paths {
  return {
    target: `infra/targets/${name}.json`,
    report: `infra/targets/${name}.md`,
    policy: `infra/iam/deploy-${name}.policy.json`,
    workflow: `.github/workflows/${name === DEFAULT_TARGET ? "deploy" : `deploy-${name}`}.yaml`,
    env: ".env",
  };
}

/** The editors' schema beside the targets, where the repository has it. */
export const SCHEMA = "infra/targets/target.schema.json";

/** The lines of `.env` by name. They hold references, never values. */
export function envLines(name: string, { prefix }: Invocation): [string, string][] {
  const lines: [string, string][] = [[`${prefix}CREDENTIALS`, '"cmd://aws configure export-credentials"']];
  return name === DEFAULT_TARGET ? lines : [...lines, [`${prefix}TARGET`, `"${name}"`]];
}

/** The lines that an existing `.env` lacks. The engine reads names without regard to case. */
export function missingEnvLines(text: string, lines: readonly [string, string][]): string[] {
  const has = (key: string) => new RegExp(`^\\s*(?:export\\s+)?${key}\\s*=`, "im").test(text);
  return lines.filter(([key]) => !has(key)).map((line) => line.join("="));
}

/** True where a line of `.gitignore` names `.env`, so that a workflow's checkout lacks it. */
export function isEnvIgnored({ files }: Pick<Checkout, "files">): boolean {
  const lines = (files.get(".gitignore") ?? "").split(/\r?\n/).map((line) => line.trim());
  return lines.some((line) => ["/.env", ".env", ".env*", "*.env", "**/.env"].includes(line));
}
