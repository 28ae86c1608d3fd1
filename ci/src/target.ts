import * as v from "valibot";
import { partitionOf, regionPattern, repositoryPattern } from "./aws/partition.js";
import { InputError } from "./errors.js";
import { pathMistake, urlMistake, withoutUserInfo } from "./http-url.js";
import { JsonMistake, parseJsonText } from "./json-text.js";

const text = (pattern: RegExp, accepted: string) => v.pipe(v.string(accepted), v.regex(pattern, accepted));
const ecsName = text(/^[a-zA-Z0-9_-]{1,255}$/, "1 to 255 letters, digits, hyphens and underscores");
const account = text(/^\d{12}$/, "an AWS account id of 12 digits, in quotes");
const region = text(regionPattern, "an AWS region, such as us-west-2");
const whole = (least: number, most: number) => {
  const accepted = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(accepted), v.integer(accepted), v.minValue(least, accepted), v.maxValue(most, accepted));
};

/** Refuses what `mistakeIn` has an answer for: what is accepted in its place. */
const checkedBy = (mistakeIn: (text: string) => string | undefined) =>
  v.rawCheck<string>(({ dataset, addIssue }) => {
    const message = dataset.typed ? mistakeIn(dataset.value) : undefined;
    if (message !== undefined) addIssue({ message });
  });

/** A path below the repository's root. It never leads out of it. */
const repositoryPath = (example: string) =>
  text(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\0\\]{1,1024}$/, `a path below the repository's root, such as ${example}`);
const containerName = ecsName;
const roleArn = text(
  /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  "a role's ARN, such as arn:aws:iam::123456789012:role/deploy",
);

/** How an image is built from the repository, where the release is not an image that exists. */
const build = v.strictObject({
  /** The directory that the Dockerfile's COPY reads from; the repository's root by default. */
  context: v.optional(repositoryPath("services/web")),
  /** Relative to `context`; `Dockerfile` by default. */
  dockerfile: v.optional(repositoryPath("deploy/Dockerfile")),
  /** The stage that is released; the last one by default. */
  stage: v.optional(text(/^[a-zA-Z][\w.-]{0,127}$/, "the name of a stage of the Dockerfile")),
  /** Build arguments by name. They stay visible in the image: no secrets. */
  args: v.optional(
    v.record(v.string(), v.string("a build argument's value, in quotes"), "an object of values by name"),
  ),
});

/** How the app is tested before it is published. */
const test = v.strictObject({
  /** A stage of the Dockerfile that runs the tests while it is built; `test` by default, where there is one. */
  stage: v.optional(text(/^[a-zA-Z][\w.-]{0,127}$/, "the name of a stage of the Dockerfile")),
  /** A command that runs the tests in the built image, each argument a text of its own. */
  command: v.optional(
    v.pipe(
      v.array(v.string("a text"), 'a list of texts, such as ["npm", "test"]'),
      v.minLength(1, "at least one text"),
    ),
  ),
});

const checkPath = v.pipe(v.string("a path below the URL, such as /version"), checkedBy(pathMistake));

/** Where an answer of the service carries its version. */
const versionCheck = v.union(
  [
    v.literal(false),
    v.strictObject({
      path: v.optional(checkPath, "/version"),
      /** The member of the JSON body that is the version: https://www.rfc-editor.org/rfc/rfc6901 */
      pointer: v.optional(
        text(/^(?:\/(?:[^~/]|~[01])*)*$/, "a JSON pointer, such as /version or /build/tag"),
        "/version",
      ),
    }),
    v.strictObject({
      path: v.optional(checkPath, "/"),
      /** The header whose value is the version, in any case. */
      header: text(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "a header's name, such as x-version"),
    }),
  ],
  'false, { "path": "/version", "pointer": "/version" }, or { "path": "/", "header": "x-version" }',
);

/** A command that is run once of the new revision, in the target's container: each argument is a text of its own. */
const oneOff = v.strictObject({
  command: v.pipe(
    v.array(v.string("a text"), 'a list of texts, such as ["flask", "db", "upgrade"]'),
    v.minLength(1, 'a list of at least one text, such as ["flask", "db", "upgrade"]'),
  ),
  /** Counted from the call that starts the task; 900 unless it says otherwise, and at most 12 hours, as long as a role's session can last. */
  timeoutSeconds: v.optional(whole(1, 43200), 900),
});

/** Keys of what creates the service, which a deploy never used. They are read, and a finding of the preflight names them. */
export const movedKeys = ["cpu", "memory", "desiredCount", "launchType"] as const;

const schema = v.strictObject({
  /** The JSON schema that editors complete and check the file by. */
  $schema: v.optional(v.string("a URL or a path, in quotes")),
  /** Where the service runs, such as `us-west-2`. */
  region,
  cluster: ecsName,
  service: ecsName,
  /** The account of the service, which the credentials must belong to. Recommended: it is checked before anything is changed. */
  account: v.optional(account),
  /** The role to assume for everything that is done in the account, by its ARN or with its external id. */
  role: v.optional(
    v.union(
      [roleArn, v.strictObject({ arn: roleArn, externalId: v.optional(v.string("the external id, in quotes")) })],
      "a role's ARN, or an object of arn, externalId",
    ),
  ),
  /** The task definition family of the service; that of its task definition by default. */
  family: v.optional(ecsName),
  /** The container whose image a release changes; read from the service by default. */
  container: v.optional(containerName),
  /** The same for several containers that run one image. */
  containers: v.optional(
    v.pipe(
      v.array(containerName, 'a list of container names, such as ["web", "worker"]'),
      v.minLength(1, "a list of at least one container name"),
    ),
  ),
  /** The ECR repository's name, without a registry; that of the image that runs by default. */
  repository: v.optional(text(repositoryPattern, "an ECR repository name without a registry, such as team/app")),
  /** Where the repository is, if not with the service. */
  registry: v.optional(v.strictObject({ account: v.optional(account), region: v.optional(region) })),
  /** The container's port, for `verifyTasks`; read from the service by default. */
  containerPort: v.optional(whole(1, 65535)),
  /** What images are built for; by default what the task definition runs on. */
  platform: v.optional(v.picklist(["linux/amd64", "linux/arm64"], "linux/amd64 or linux/arm64")),
  build: v.optional(build),
  test: v.optional(test),
  /** Where the service answers the public. Without it no HTTP check is made. */
  url: v.optional(v.pipe(v.string("an http or https URL"), checkedBy(urlMistake))),
  /**
   * How the version is proven over HTTP; with `false` only `expectations` count. Without it `/version` is requested before a deploy, and
   * counts where the running version answers there.
   */
  versionCheck: v.optional(versionCheck),
  /** What other paths must answer before a version counts as served; `{version}` stands for the version. */
  expectations: v.optional(
    v.array(
      v.strictObject({
        /** Relative to `url`: `/healthz` below `https://example.com/api` is `https://example.com/api/healthz`. */
        path: v.pipe(v.string("a path below the URL, such as /healthz"), checkedBy(pathMistake)),
        status: v.optional(whole(100, 599)),
        headers: v.optional(
          v.record(
            v.string("a header's name"),
            v.string("a header's value, in quotes"),
            "an object of headers by name",
          ),
        ),
        json: v.optional(v.unknown()),
      }),
      "a list of { path, status, headers, json }",
    ),
  ),
  /** Ask each running task at its own address too: only where a deploy runs in a network that reaches the tasks. */
  verifyTasks: v.optional(v.boolean("true or false")),
  /** The variable of the released containers that carries the version; VERSION by default, and with `false` none is written. */
  versionVariable: v.optional(
    v.union(
      [v.literal(false), text(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, "a variable's name, such as APP_VERSION")],
      "a variable's name, such as APP_VERSION, or false",
    ),
  ),
  /** Where the source code can be found, for the image's label. */
  source: v.optional(
    v.pipe(
      v.string("a URL"),
      v.url("a URL, such as https://example.com/team/app"),
      v.check((url) => !/^[^:]*:\/\/[^/]*@/.test(url), "a URL without a user name and password: every image shows it"),
    ),
  ),
  /** Runs once a deploy before the service is updated, such as a migration; when it fails, the service stays as it is. */
  before: v.optional(oneOff),
  /** Runs once a deploy after its verdict is `deployed`; when it fails, the report and the exit code say so, and nothing is undone. */
  after: v.optional(oneOff),
  cpu: v.optional(v.unknown()),
  memory: v.optional(v.unknown()),
  desiredCount: v.optional(v.unknown()),
  launchType: v.optional(v.unknown()),
});

/** A target as its file states it: where a release goes. What it leaves out is read from the live service. */
export type TargetFile = v.InferOutput<typeof schema>;

/** A target with everything that a rollout needs: what the file leaves out is read from the service. */
export interface Target extends Omit<TargetFile, Resolved> {
  account: string;
  family: string;
  /** The first of `containers`: its image and version stand for the release. */
  container: string;
  repository: string;
  platform: string;
}

type Resolved = "account" | "family" | "container" | "repository" | "platform";

/**
 * Reads a target's JSON.
 * @param path The file's name, for the error.
 * @throws InputError that names each mistake by its path, with what is accepted.
 */
export function parseTarget(json: string, path: string): TargetFile {
  const result = v.safeParse(schema, parseJson(json, path));
  const mistakes = result.success ? mistakesBetween(result.output) : [...new Set(result.issues.map(describe))];
  if (result.success && mistakes.length === 0) return result.output;
  throw new InputError(
    "bad-target",
    `${path} is not a valid target:\n${mistakes.map((line) => `  ${line}`).join("\n")}`,
  );
}

function parseJson(json: string, path: string): unknown {
  try {
    return parseJsonText(json);
  } catch (cause) {
    if (!(cause instanceof JsonMistake)) throw cause;
    throw new InputError(
      "bad-target",
      `${path} is not JSON: ${cause.message} A target is a JSON object; see infra/targets/production.json.`,
      { cause },
    );
  }
}

/** Members that are valid alone and not together. */
function mistakesBetween(target: TargetFile): string[] {
  const { region, registry, container, containers } = target;
  const { verifyTasks, versionCheck, expectations = [] } = target;
  const partition = partitionOf(region).id;
  const elsewhere = registry?.region !== undefined && partitionOf(registry.region).id !== partition;
  return [
    ...(elsewhere
      ? [`registry.region: is "${registry?.region}"; accepted: a region of the partition ${partition}, as ${region} is`]
      : []),
    ...(container !== undefined && containers !== undefined && !containers.includes(container)
      ? [`containers: does not have "${container}" of container; accepted: one of both keys`]
      : []),
    ...(verifyTasks && versionCheck === false && expectations.length === 0
      ? ["verifyTasks: has nothing to request; accepted: with a versionCheck other than false, or with expectations"]
      : []),
  ];
}

function describe(issue: v.BaseIssue<unknown>): string {
  const list = listInPlaceOfObject(issue);
  const path = (list ? list.path : v.getDotPath(issue)) || "(the whole file)";
  if (list) return `${path}: is a list; accepted: ${list.accepted}`;
  if (issue.kind === "schema" && issue.type === "strict_object") {
    if (issue.expected === "never") return `${path}: not a key of a target; accepted: ${keysBeside(issue)}`;
    if (issue.received === "undefined") return `${path}: missing`;
    return `${path}: is ${shown(issue)}; accepted: ${objectAt(issue.path)}`;
  }
  return `${path}: is ${shown(issue)}; accepted: ${issue.message}`;
}

/** A list passes for an object: what is found are its items, as keys that are none, and the object's keys as missing. */
function listInPlaceOfObject({ path = [] as never }: v.BaseIssue<unknown>) {
  const last = path.at(-1);
  if (last?.type !== "object" || !Array.isArray(last.input)) return undefined;
  const outer = path.slice(0, -1);
  return { path: outer.map(({ key }) => String(key)).join("."), accepted: objectAt(outer) };
}

function objectAt(path: readonly v.IssuePathItem[] = []): string {
  return path[0]
    ? `an object of ${keysOf(path[0].key).join(", ")}`
    : "a JSON object; see infra/targets/production.json";
}

/** The received value, bounded, on one line. A URL may hold a password. */
function shown({ input, received, path }: v.BaseIssue<unknown>): string {
  const isUrl = path?.length === 1 && ["url", "source"].includes(String(path[0]?.key));
  const text = typeof input !== "string" ? received : JSON.stringify(isUrl ? withoutUserInfo(input) : input);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function keysBeside(issue: v.BaseIssue<unknown>): string {
  const [first, second] = issue.path ?? [];
  const keys = second === undefined ? Object.keys(schema.entries) : keysOf(first?.key);
  return keys.join(", ");
}

function keysOf(key: unknown): string[] {
  return keysWithin.get(String(key)) ?? [];
}

const keysWithin = new Map([
  ["registry", ["account", "region"]],
  ["role", ["arn", "externalId"]],
  ["build", Object.keys(build.entries)],
  ["test", Object.keys(test.entries)],
  ["expectations", ["path", "status", "headers", "json"]],
  ["before", Object.keys(oneOff.entries)],
  ["after", Object.keys(oneOff.entries)],
]);
