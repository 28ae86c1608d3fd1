import * as v from "valibot";
import { InputError } from "./errors.js";

const text = (pattern: RegExp, accepted: string) => v.pipe(v.string(accepted), v.regex(pattern, accepted));
const ecsName = text(/^[a-zA-Z0-9_-]{1,255}$/, "1 to 255 letters, digits, hyphens and underscores");
const account = text(/^\d{12}$/, "an AWS account id of 12 digits, in quotes");
const region = text(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region, such as us-west-2");
const whole = (least: number, most: number) => {
  const accepted = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(accepted), v.integer(accepted), v.minValue(least, accepted), v.maxValue(most, accepted));
};

/** A command that is run once of the new revision, in the target's container: each argument is a text of its own. */
const oneOff = v.strictObject({
  command: v.pipe(
    v.array(v.string("a text"), 'a list of texts, such as ["flask", "db", "upgrade"]'),
    v.minLength(1, 'a list of at least one text, such as ["flask", "db", "upgrade"]'),
  ),
  /** Counted from the call that starts the task; 900 unless it says otherwise, and at most 12 hours, as long as a role's session can last. */
  timeoutSeconds: v.optional(whole(1, 43200), 900),
});

const schema = v.strictObject({
  /** Where the service runs, such as `us-west-2`. */
  region,
  /** The account of the service: checked before anything is changed. */
  account,
  cluster: ecsName,
  service: ecsName,
  /** The task definition family of the service. */
  family: ecsName,
  /** The container whose image a release changes. */
  container: ecsName,
  /** The ECR repository's name, without a registry. */
  repository: text(
    /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
    "an ECR repository name without a registry, such as team/app",
  ),
  /** Where the repository is, if not with the service. */
  registry: v.optional(v.strictObject({ account: v.optional(account), region: v.optional(region) })),
  containerPort: whole(1, 65535),
  /** CPU units: 1024 are one vCPU. */
  cpu: whole(256, 16384),
  /** MiB. */
  memory: whole(512, 122880),
  desiredCount: whole(0, 5000),
  /** What the images are built for; `linux/amd64` unless it says otherwise. */
  platform: v.optional(v.picklist(["linux/amd64", "linux/arm64"], "linux/amd64 or linux/arm64"), "linux/amd64"),
  /** Where the service answers the public. Without it no HTTP check is made. */
  url: v.optional(
    v.pipe(
      v.string("an http or https URL"),
      v.check(isHttpUrl, "an http or https URL, such as https://app.example.com"),
    ),
  ),
  /** What other paths must answer before a version counts as served; `{version}` stands for the version. */
  expectations: v.optional(
    v.array(
      v.strictObject({
        path: text(/^\/(?!\/)\S*$/, "a path below the URL, such as /healthz"),
        status: v.optional(whole(100, 599)),
        headers: v.optional(v.record(v.string("a header's name"), v.string("a header's value, in quotes"))),
        json: v.optional(v.unknown()),
      }),
      "a list of { path, status, headers, json }",
    ),
  ),
  /** Ask each running task at its own address too: only where a deploy runs in a network that reaches the tasks. */
  verifyTasks: v.optional(v.boolean("true or false")),
  /** Where the source code can be found, for the image's label. */
  source: v.optional(v.pipe(v.string("a URL"), v.url("a URL, such as https://example.com/team/app"))),
  /** Runs once a deploy before the service is updated, such as a migration; when it fails, the service stays as it is. */
  before: v.optional(oneOff),
  /** Runs once a deploy after its verdict is `deployed`; when it fails, the report and the exit code say so, and nothing is undone. */
  after: v.optional(oneOff),
});

/** Where a release goes: one environment's account, cluster, service, container, repository and public URL. */
export type Target = v.InferOutput<typeof schema>;

/** The MiB that Fargate takes for each number of CPU units: least, most and step. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const MEMORY: Record<number, { least: number; most: number; step: number }> = {
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16384, step: 1024 },
  4096: { least: 8192, most: 30720, step: 1024 },
  8192: { least: 16384, most: 61440, step: 4096 },
  16384: { least: 32768, most: 122880, step: 8192 },
};
const SMALLEST_MEMORY = [512, 1024, 2048];

/**
 * Reads a target's JSON.
 * @param path The file's name, for the error.
 * @throws InputError that names each mistake by its path, with what is accepted.
 */
export function parseTarget(json: string, path: string): Target {
  const result = v.safeParse(schema, parseJson(json, path));
  const mistakes = result.success ? sizeMistakes(result.output) : result.issues.map(describe);
  if (result.success && mistakes.length === 0) return result.output;
  throw new InputError(
    "bad-target",
    `${path} is not a valid target:\n${mistakes.map((line) => `  ${line}`).join("\n")}`,
  );
}

function parseJson(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new InputError(
      "bad-target",
      `${path} is not JSON: ${(cause as Error).message}. A target is a JSON object; see infra/targets/production.json.`,
      {
        cause,
      },
    );
  }
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "(the whole file)";
  if (issue.kind === "schema" && issue.type === "strict_object") {
    if (issue.expected === "never") return `${path}: not a key of a target; accepted: ${keysBeside(issue)}`;
    if (issue.path) return `${path}: missing`;
    return `${path}: is ${issue.received}, and a target is a JSON object`;
  }
  return `${path}: is ${issue.received}; accepted: ${issue.message}`;
}

function keysBeside(issue: v.BaseIssue<unknown>): string {
  const [first, second] = issue.path ?? [];
  const keys = second === undefined ? Object.keys(schema.entries) : (keysWithin[String(first?.key)] ?? []);
  return keys.join(", ");
}

const keysWithin: Record<string, string[]> = {
  registry: ["account", "region"],
  expectations: ["path", "status", "headers", "json"],
  before: Object.keys(oneOff.entries),
  after: Object.keys(oneOff.entries),
};

/** What is wrong with a size on Fargate: nothing, or one line that tells what is accepted. */
export function sizeMistakes({ cpu, memory }: Pick<Target, "cpu" | "memory">): string[] {
  if (cpu === 256) {
    return SMALLEST_MEMORY.includes(memory)
      ? []
      : [`memory: is ${memory}; accepted with cpu 256: ${SMALLEST_MEMORY.join(", ")}`];
  }
  const sizes = MEMORY[cpu];
  if (!sizes) return [`cpu: is ${cpu}; accepted: 256, ${Object.keys(MEMORY).join(", ")}`];
  const { least, most, step } = sizes;
  if (memory >= least && memory <= most && memory % step === 0) return [];
  return [`memory: is ${memory}; accepted with cpu ${cpu}: ${least} to ${most} in steps of ${step}`];
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}
