import * as v from "valibot";
import { regionPattern, repositoryPattern } from "../common/aws-names.js";
import { pathMistake, urlMistake } from "../common/http-url.js";
import { s3Pattern } from "../common/s3-place.js";
import { secretNamePattern } from "../common/secret-name.js";

const text = (pattern: RegExp, accepted: string) => v.pipe(v.string(accepted), v.regex(pattern, accepted));
const whole = (least: number, most: number) => {
  const accepted = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(accepted), v.integer(accepted), v.minValue(least, accepted), v.maxValue(most, accepted));
};

/** A key with its description, which the JSON schema shows in editors. */
function described<const T extends v.GenericSchema>(schema: T, description: string) {
  return v.pipe(schema, v.description<v.InferOutput<T>, string>(description));
}
const key = <const T extends v.GenericSchema>(schema: T, description: string) =>
  v.optional(described(schema, description));

/** Refuses what `mistakeIn` has an answer for: what is accepted in its place. */
const checkedBy = (mistakeIn: (text: string) => string | undefined) =>
  v.rawCheck<string>(({ dataset, addIssue }) => {
    const message = dataset.typed ? mistakeIn(dataset.value) : undefined;
    if (message !== undefined) addIssue({ message });
  });

/** Checks by functions. The JSON schema states each as a pattern. */
export const checks = {
  url: checkedBy(urlMistake),
  path: checkedBy(pathMistake),
  source: v.check<string, string>(
    (url) => !/^[^:]*:\/\/[^/]*@/.test(url),
    "a URL without a user name and password: every image shows it",
  ),
};

const ecsName = text(/^[a-zA-Z0-9_-]{1,255}$/, "1 to 255 letters, digits, hyphens and underscores");
const account = text(/^\d{12}$/, "an AWS account id of 12 digits, in quotes");
const region = text(regionPattern, "an AWS region, such as us-west-2");
const roleArn = text(
  /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  "a role's ARN, such as arn:aws:iam::123456789012:role/deploy",
);
/** The names of stages that a target and `--stage` take. */
export const stagePattern = /^[a-zA-Z][\w.-]{0,127}$/;
const stage = text(stagePattern, "the name of a stage of the Dockerfile");
const requestPath = (example: string) => v.pipe(v.string(`a path below the URL, such as ${example}`), checks.path);

/** A path below the repository's root. It never leads out of it. */
const repositoryPath = (example: string) =>
  text(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\0\\]{1,1024}$/, `a path below the repository's root, such as ${example}`);

const build = v.strictObject({
  context: key(
    repositoryPath("services/web"),
    "The directory that the Dockerfile's COPY reads from, relative to the repository's root; the root by default.",
  ),
  dockerfile: key(
    repositoryPath("deploy/Dockerfile"),
    "The Dockerfile, relative to `context`; `Dockerfile` by default.",
  ),
  stage: key(stage, "The stage that is released; the last one by default."),
  args: key(
    v.record(v.string(), v.string("a build argument's value, in quotes"), "an object of values by name"),
    "Build arguments by name. They stay visible in the image: no secrets.",
  ),
});

const test = v.strictObject({
  stage: key(
    stage,
    "A stage of the Dockerfile that runs the tests while it is built; `test` by default, where it exists.",
  ),
  command: key(
    v.pipe(
      v.array(v.string("a text"), 'a list of texts, such as ["npm", "test"]'),
      v.minLength(1, "at least one text"),
    ),
    "A command that runs the tests in the built image. Each argument is a text of its own.",
  ),
});

/** Place of the version in the service's response. */
const versionCheck = v.union(
  [
    v.literal(false),
    v.strictObject({
      path: v.optional(described(requestPath("/version"), "The path, relative to `url`."), "/version"),
      pointer: v.optional(
        described(
          text(/^(?:\/(?:[^~/]|~[01])*)*$/, "a JSON pointer, such as /version or /build/tag"),
          "A JSON pointer (RFC 6901) to the member of the JSON body that is the version.",
        ),
        "/version",
      ),
    }),
    v.strictObject({
      path: v.optional(described(requestPath("/"), "The path, relative to `url`."), "/"),
      header: described(
        text(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "a header's name, such as x-version"),
        "The header whose value is the version, in any case.",
      ),
    }),
  ],
  'false, { "path": "/version", "pointer": "/version" }, or { "path": "/", "header": "x-version" }',
);

const expectation = v.strictObject({
  path: described(
    requestPath("/healthz"),
    "Relative to `url`: `/healthz` below `https://example.com/api` is `https://example.com/api/healthz`.",
  ),
  status: key(whole(100, 599), "The HTTP status; 200 by default."),
  headers: key(
    v.record(v.string("a header's name"), v.string("a header's value, in quotes"), "an object of headers by name"),
    "The exact values of headers by name.",
  ),
  json: key(
    v.unknown(),
    "What the JSON body must hold: of an object the members named here, of all else exactly this.",
  ),
});

const command = v.pipe(
  v.array(v.string("a text"), 'a list of texts, such as ["flask", "db", "upgrade"]'),
  v.minLength(1, 'a list of at least one text, such as ["flask", "db", "upgrade"]'),
);
const oneOff = v.strictObject({
  command: described(command, "The command. Each argument is a text of its own."),
  timeoutSeconds: v.optional(
    described(
      whole(1, 43200),
      "Seconds from the call that starts the task; 900 by default, and at most 12 hours, as long as a role's session can last.",
    ),
    900,
  ),
});

/** Stages whose pauses a check can end: before them the new tasks get no requests. */
const gateStages = [
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
] as const;
const gateStage = v.picklist(gateStages, gateStages.join(", "));
const gate = v.strictObject({
  stage: described(
    gateStage,
    "The stage of the PAUSE hook: after the test traffic has shifted, before each shift of production traffic (both request `testUrl`), or after the last shift (requests `url`).",
  ),
  timeoutSeconds: v.optional(
    described(whole(10, 3600), "Seconds until the answers must be right; 120 by default."),
    120,
  ),
});

/** Events of a rollout that a destination can choose. */
const notifyEvents = ["start", "paused", "success", "failure"] as const;
const secretName = (what: string) =>
  described(
    text(
      secretNamePattern,
      "the name of a secret that is passed with --notify-secret, such as SLACK_URL for env://SLACK_URL",
    ),
    `The name of the secret with ${what}, never the value: SLACK_URL for \`--notify-secret env://SLACK_URL\`.`,
  );
const on = key(
  v.pipe(
    v.array(v.picklist(notifyEvents, notifyEvents.join(", ")), `a list of ${notifyEvents.join(", ")}`),
    v.minLength(1, `a list of at least one of ${notifyEvents.join(", ")}`),
  ),
  "The events that are sent; all by default.",
);
const kind = <const T extends string>(type: T) => described(v.literal(type), "The kind of destination.");
const notifyKinds = [
  v.strictObject({ type: kind("slack"), urlSecret: secretName("the URL of Slack's incoming webhook"), on }),
  v.strictObject({ type: kind("teams"), urlSecret: secretName("the URL of the Teams workflow"), on }),
  v.strictObject({
    type: kind("webhook"),
    urlSecret: secretName("the webhook's URL"),
    signingSecret: secretName("the key of the signature, as in whsec_…"),
    on,
  }),
  v.strictObject({
    type: kind("sns"),
    topicArn: described(
      text(
        /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/,
        "a topic's ARN, such as arn:aws:sns:us-west-2:123456789012:deploys",
      ),
      "The topic's ARN.",
    ),
    on,
  }),
  v.strictObject({
    type: kind("eventbridge"),
    bus: described(
      text(
        /^(?:arn:aws[\w-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/,
        "an event bus by its name or ARN, such as default",
      ),
      "The event bus, by its name in the service's region or by its ARN.",
    ),
    on,
  }),
] as const;
const notifyTypes = ["slack", "teams", "webhook", "sns", "eventbridge"];
const notify = v.array(
  v.variant("type", [...notifyKinds], notifyTypes.join(", ")),
  'a list of destinations, such as [{ "type": "slack", "urlSecret": "SLACK_URL" }]',
);

const s3Place = text(s3Pattern, "a bucket with an optional prefix, such as s3://bucket/prefix/");
const tableName = text(/^[a-zA-Z0-9_.-]{3,255}$/, "a DynamoDB table's name, such as terraform-locks");
const lock = v.union(
  [
    v.strictObject({
      s3: described(
        s3Place,
        "A bucket with an optional prefix: the lock is an object below it, written conditionally.",
      ),
    }),
    v.strictObject({
      dynamodb: described(
        tableName,
        "A table in the service's region with the partition key LockID, a string: the lock is an item, written conditionally.",
      ),
    }),
  ],
  '{ "s3": "s3://bucket/prefix/" } or { "dynamodb": "table" }',
);

const audit = v.strictObject({
  s3: key(s3Place, "A bucket with an optional prefix: one object for each deployment, which is never replaced."),
  logGroup: key(
    text(/^[\w./#-]{1,512}$/, "the name of a log group in the service's region, such as /slipway/audit"),
    "A log group in the service's region: one event for each call, in a stream of the service.",
  ),
});

/** Keys of what creates the service, which a deploy never used. They are read, and a finding of the preflight names them. */
export const movedKeys = ["cpu", "memory", "desiredCount", "launchType"] as const;
const moved = key(
  v.unknown(),
  "Has no effect: a deploy keeps what the service has. It belongs in the configuration that creates the service.",
);

/** A target's file. */
export const schema = v.strictObject({
  $schema: key(
    v.string("a URL or a path, in quotes"),
    "The JSON schema by which editors complete and check this file.",
  ),
  region: described(region, "The AWS region of the service, such as us-west-2."),
  cluster: described(ecsName, "The ECS cluster of the service."),
  service: described(ecsName, "The ECS service that is deployed to."),
  account: key(
    account,
    "The AWS account of the service, which the credentials must belong to. Recommended: it is checked before anything is changed.",
  ),
  role: key(
    v.union(
      [
        roleArn,
        v.strictObject({
          arn: described(roleArn, "The role's ARN."),
          externalId: key(
            v.string("the external id, in quotes"),
            "The external id that the role's trust policy demands.",
          ),
        }),
      ],
      "a role's ARN, or an object of arn, externalId",
    ),
    "The role that is assumed for everything, by its ARN or with its external id.",
  ),
  family: key(ecsName, "The task definition family of the service; that of its task definition by default."),
  container: key(ecsName, "The container whose image a release changes; read from the service by default."),
  containers: key(
    v.pipe(
      v.array(ecsName, 'a list of container names, such as ["web", "worker"]'),
      v.minLength(1, "a list of at least one container name"),
    ),
    "The containers whose image a release changes, where several run one image; read from the service by default.",
  ),
  repository: key(
    text(repositoryPattern, "an ECR repository name without a registry, such as team/app"),
    "The ECR repository's name, without a registry; that of the image that runs by default.",
  ),
  registry: key(
    v.strictObject({
      account: key(account, "The AWS account of the repository."),
      region: key(region, "The AWS region of the repository, in the partition of the service."),
    }),
    "Where the repository is, if it is not in the account and region of the service.",
  ),
  containerPort: key(whole(1, 65535), "The container's port, for `verifyTasks`; read from the service by default."),
  platform: key(
    v.picklist(["linux/amd64", "linux/arm64"], "linux/amd64 or linux/arm64"),
    "The platform that images are built for; that of the task definition by default.",
  ),
  build: key(build, "How the image is built from the repository."),
  test: key(test, "How the app is tested before it is published."),
  url: key(
    v.pipe(v.string("an http or https URL"), checks.url),
    "Where the service answers the public, such as https://app.example.com. Without it no HTTP check is made.",
  ),
  testUrl: key(
    v.pipe(v.string("an http or https URL"), checks.url),
    "Where the test listener of a blue/green, linear or canary deployment answers, such as https://test.example.com.",
  ),
  gates: key(
    v.array(gate, 'a list of { "stage": "POST_TEST_TRAFFIC_SHIFT", "timeoutSeconds": 120 }'),
    "Stages at which a PAUSE hook of the service is ended by the checks of this target: right answers continue the deployment, wrong ones roll it back.",
  ),
  versionCheck: key(
    versionCheck,
    "How the version is proven over HTTP: a path with a JSON pointer or with a header, or false, where only `expectations` count. Without it /version is requested before a deploy, and counts where the running version answers there.",
  ),
  expectations: key(
    v.array(expectation, "a list of { path, status, headers, json }"),
    "What other paths must answer before a version counts as served; `{version}` stands for the version.",
  ),
  verifyTasks: key(
    v.boolean("true or false"),
    "Requests are sent to each running task at its own address too: only where a deploy runs in a network that reaches the tasks.",
  ),
  versionVariable: key(
    v.union(
      [v.literal(false), text(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, "a variable's name, such as APP_VERSION")],
      "a variable's name, such as APP_VERSION, or false",
    ),
    "The variable of the released containers that carries the version; VERSION by default, and with false none is written.",
  ),
  source: key(
    v.pipe(v.string("a URL"), v.url("a URL, such as https://example.com/team/app"), checks.source),
    "The URL of the source code, for the image's label.",
  ),
  before: key(
    oneOff,
    "A one-off task of the new revision before the service is updated, such as a migration; when it fails, the service stays as it is.",
  ),
  after: key(
    oneOff,
    "A one-off task after the verdict is deployed; when it fails, nothing is undone, and the exit code is 11.",
  ),
  lock: key(
    lock,
    "Where `lock` keeps the lock of the service: an S3 bucket or a DynamoDB table, which accept one of two locks at once; a tag of the service by default.",
  ),
  audit: key(audit, "Where each deploy and rollback leaves its record: a bucket, a log group or both."),
  notify: key(
    notify,
    "Where a deploy and a rollback report their start, a pause and their verdict: Slack, Microsoft Teams, a signed webhook, Amazon SNS, Amazon EventBridge.",
  ),
  cpu: moved,
  memory: moved,
  desiredCount: moved,
  launchType: moved,
});

/** The keys of the objects in a target, by the object's key. */
export const keysWithin = new Map([
  ["registry", ["account", "region"]],
  ["role", ["arn", "externalId"]],
  ["build", Object.keys(build.entries)],
  ["test", Object.keys(test.entries)],
  ["expectations", Object.keys(expectation.entries)],
  ["gates", Object.keys(gate.entries)],
  ["lock", ["s3", "dynamodb"]],
  ["audit", Object.keys(audit.entries)],
  ["before", Object.keys(oneOff.entries)],
  ["after", Object.keys(oneOff.entries)],
  ["notify", [...new Set(notifyKinds.flatMap(({ entries }) => Object.keys(entries)))]],
]);
