// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's templates.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Target } from "../../ci/lib/config/target.js";
import { revisionTag } from "../../ci/lib/ecs/revision-tags.js";
import { deployPolicy } from "../../ci/lib/init/deploy-policy.js";
import { recordTag } from "../../ci/lib/rollout/tasks/task-record.js";
import { type Block, only, readConfiguration } from "./hcl.js";

interface Statement {
  sid: string;
  actions: string[];
  resources: string[];
  condition?: { test: string; variable: string; values: string[] }[];
}

const { data, locals, resource, variable } = await readConfiguration();
const statements = (name: string) =>
  only(data.aws_iam_policy_document?.[name]).statement as (Statement & { condition: unknown })[];
const actionsOf = (...names: string[]) => names.flatMap(statements).flatMap(({ actions }) => actions);
const permitted = actionsOf("deploy", "prune");

/** Actions that a push over the registry's protocol, and registering with roles and tags, need as well. */
const IMPLIED = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:CompleteLayerUpload",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
  "iam:PassRole",
];
/** Actions for stopping a rollout. */
const RESERVED = ["ecs:StopServiceDeployment"];

/** Actions of the rollout that the search for old revisions also uses. */
const servicesRead = ["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:ListServiceDeployments"];

/** Actions for services with secrets or parameters; this one has none. */
const OF_SECRETS = ["secretsmanager:DescribeSecret", "ssm:DescribeParameters"];
/** Actions for services with alarms, Lambda hooks or container instances; this one has none. */
const OF_STRATEGIES = [
  "cloudwatch:DescribeAlarms",
  "ecs:DescribeContainerInstances",
  "ecs:ListContainerInstances",
  "lambda:GetFunctionConcurrency",
  "lambda:GetFunctionConfiguration",
];
/** Actions for targets that notify a topic or an event bus; this one does not. */
const OF_NOTIFICATIONS = ["events:PutEvents", "sns:Publish"];
/** Actions for targets that name a place for the lock or for records; this one does not. */
const OF_STORES = [
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:PutObject",
];
/** GetCallerIdentity needs no permission, and a role is assumed by the login, before the deploy role is used: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const FREE = ["sts:GetCallerIdentity", "sts:AssumeRole"];
const isDispensable = (action: string) =>
  [...OF_SECRETS, ...OF_STRATEGIES, ...OF_NOTIFICATIONS, ...OF_STORES, ...FREE].includes(action);

/** The actions behind the SDK commands that the deployer's sources name. */
const called = () => calledIn(new URL("../../ci/lib/", import.meta.url));

function calledIn(directory: URL): string[] {
  const prefixes = {
    ecs: "ecs",
    ecr: "ecr",
    logs: "logs",
    events: "events",
    sts: "sts",
    scheduler: "scheduler",
    elb: "elasticloadbalancing",
    iam: "iam",
    secretsManager: "secretsmanager",
    ssm: "ssm",
    autoscaling: "application-autoscaling",
    cloudWatch: "cloudwatch",
    lambda: "lambda",
    sns: "sns",
    s3: "s3",
    dynamodb: "dynamodb",
  };
  // `init` is run by the user before there is a deploy role, and reads the load balancer's listeners besides.
  const sources = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.startsWith("init/"),
  );
  const actions = sources.flatMap((name) => {
    const text = readFileSync(new URL(name, directory), "utf8");
    const commands = [
      ...text.matchAll(/\bsdk\.(\w+)\.(\w+)Command\b/g),
      ...text.matchAll(/\bsdk\.(\w+)\.paginate(\w+)/g),
      ...[...text.matchAll(/\{([^{}]*)\}\s+=\s+sdk\.(\w+);/g)].flatMap(([, names = "", client = ""]) =>
        [...names.matchAll(/\b(\w+)Command\b/g)].map(([, action = ""]) => ["", client, action]),
      ),
    ];
    return commands.map(([, client, action]) => `${prefixes[client as keyof typeof prefixes]}:${action}`);
  });
  return [...new Set(actions)];
}

test("the deploy role may do what the deployer calls, and nothing else", () => {
  const needed = new Set([...called(), ...IMPLIED, ...RESERVED].filter((action) => !isDispensable(action)));
  assert.deepEqual([...new Set(permitted)].sort(), [...needed].sort());
});

test("no action is a pattern, and only what can't be held to a resource has all of them", () => {
  for (const action of permitted) assert.doesNotMatch(action, /\*/);
  const everywhere = statements("deploy").filter((one) => [one.resources].flat().includes("*"));
  assert.deepEqual(
    everywhere.flatMap(({ actions }) => actions),
    [
      "ecr:GetAuthorizationToken",
      "ecs:DescribeTaskDefinition",
      "ecs:ListTaskDefinitions",
      "ecs:ListTasks",
      "application-autoscaling:DescribeScalableTargets",
      "cloudwatch:GetMetricData",
      "elasticloadbalancing:DescribeAccountLimits",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ],
  );
});

/** Actions that only `--keep` calls. Every deploy may list the revisions of all families: that can't be held to one. */
const calledToPrune = calledIn(new URL("../../ci/lib/rollout/prune/", import.meta.url)).filter(
  (action) => action !== "ecs:ListTaskDefinitions",
);

test("what only --keep needs stands in a policy of its own, which only reads but for one action", () => {
  const actions = actionsOf("prune");
  assert.deepEqual([...actions].sort(), [...calledToPrune, ...servicesRead].sort());
  const changing = actions.filter((action) => !/:(List|Describe|Get)/.test(action));
  assert.deepEqual(changing, ["ecs:DeregisterTaskDefinition"]);
  for (const { sid } of statements("prune")) assert.match(sid, /^Keep/);
});

test("a variable leaves out what only --keep needs, and nothing else", () => {
  assert.deepEqual(
    Object.entries(resource.aws_iam_role_policy ?? {}).flatMap(([name, [policy]]) =>
      policy?.role === "${aws_iam_role.deploy.id}" ? [[name, policy.count, policy.policy]] : [],
    ),
    [
      ["deploy", undefined, "${data.aws_iam_policy_document.deploy.json}"],
      ["prune", "${var.permit_pruning ? 1 : 0}", "${data.aws_iam_policy_document.prune.json}"],
    ],
  );
  const { type, default: byDefault, nullable } = only(variable.permit_pruning);
  assert.deepEqual([type, byDefault, nullable], ["${bool}", true, false]);
  const without = actionsOf("deploy");
  const onlyToPrune = permitted.filter((action) => !without.includes(action));
  assert.deepEqual(
    onlyToPrune.filter((action) => !calledToPrune.includes(action)),
    [],
  );
  for (const { sid, actions } of statements("deploy")) {
    assert.doesNotMatch(sid, /^Keep/);
    assert.ok(!actions.includes("ecs:DeregisterTaskDefinition"));
  }
});

const conditions = (action: string) =>
  statements("deploy")
    .filter(({ actions }) => actions.includes(action))
    .map(({ condition }) => condition as unknown);
const resources = (action: string) =>
  statements("deploy").flatMap((one) => (one.actions.includes(action) ? [one.resources].flat() : []));

test("a revision is tagged at its registration and later only with what became of it, a task only when it is run, and the service only with its lock", () => {
  assert.deepEqual(conditions("ecs:TagResource"), [
    [{ test: "StringEquals", variable: "ecs:CreateAction", values: ["RegisterTaskDefinition"] }],
    [
      {
        test: "ForAllValues:StringEquals",
        variable: "aws:TagKeys",
        values: [...Object.values(recordTag), revisionTag.notified, revisionTag.stopped].sort(),
      },
    ],
    [{ test: "ForAllValues:StringEquals", variable: "aws:TagKeys", values: ["slipway:lock"] }],
    [{ test: "StringEquals", variable: "ecs:CreateAction", values: ["RunTask"] }],
  ]);
});

test("roles go only to tasks", () => {
  assert.deepEqual(conditions("iam:PassRole"), [
    [{ test: "StringEquals", variable: "iam:PassedToService", values: ["ecs-tasks.amazonaws.com"] }],
  ]);
});

test("of roles only those of the tasks are read, and the one by which ECS shifts traffic where there is one", () => {
  assert.equal(
    String(resources("iam:GetRole")),
    "${concat([aws_iam_role.execution.arn, aws_iam_role.task.arn], aws_iam_role.infrastructure[*].arn)}",
  );
  assert.deepEqual(resources("iam:PassRole"), ["${aws_iam_role.execution.arn}", "${aws_iam_role.task.arn}"]);
});

test("secrets and parameters are called for, but not permitted while the service takes none", () => {
  assert.deepEqual(
    called()
      .filter((action) => OF_SECRETS.includes(action))
      .sort(),
    OF_SECRETS,
  );
  const { secrets, logConfiguration, repositoryCredentials } = locals.container as Record<string, Block | undefined>;
  assert.deepEqual(
    [secrets, logConfiguration?.secretOptions, repositoryCredentials],
    [undefined, undefined, undefined],
  );
});

test("topics and buses are called for, but not permitted while the target names none", () => {
  const notifying = called().filter((action) => OF_NOTIFICATIONS.includes(action));
  assert.deepEqual(notifying.sort(), OF_NOTIFICATIONS);
  const file = new URL("../targets/production.json", import.meta.url);
  assert.equal((JSON.parse(readFileSync(file, "utf8")) as Partial<Target>).notify, undefined);
});

test("init permits the bucket or the table that a target names for its lock, and the others nothing of it", () => {
  const place = { region: "us-west-2", account: "123456789012", cluster: "main", service: "api", family: "api" };
  const rightsOf = (lock: Target["lock"]) => {
    const deployable = { target: { ...place, ...(lock && { lock }) } as Target, service: {}, taskDefinition: {} };
    return deployPolicy(deployable)
      .Statement.filter(({ Action }) => Action.some((one) => /^(s3|dynamodb):/.test(one)))
      .map(({ Action, Resource }) => [...Action, ...Resource].join(" "));
  };
  assert.deepEqual(rightsOf(undefined), []);
  assert.deepEqual(rightsOf({ s3: "s3://locks/slipway/" }), [
    "s3:DeleteObject s3:GetObject s3:PutObject arn:aws:s3:::locks/slipway/*",
    "s3:ListBucket arn:aws:s3:::locks",
  ]);
  assert.deepEqual(rightsOf({ dynamodb: "locks" }), [
    "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem arn:aws:dynamodb:us-west-2:123456789012:table/locks",
  ]);
});

test("init permits the topics and buses that a target notifies, and no others", () => {
  const place = { region: "us-west-2", account: "123456789012", cluster: "main", service: "api", family: "api" };
  const topicArn = "arn:aws:sns:us-west-2:123456789012:deploys";
  const bus = "arn:aws:events:eu-west-1:210987654321:event-bus/all";
  const notify: Target["notify"] = [
    { type: "slack", urlSecret: "URL" },
    { type: "sns", topicArn },
    { type: "eventbridge", bus: "default" },
    { type: "eventbridge", bus },
  ];
  const deployable = { target: { ...place, notify } as Target, service: {}, taskDefinition: {} };
  assert.deepEqual(
    deployPolicy(deployable).Statement.filter(({ Sid }) => Sid.startsWith("Notify")),
    [
      { Sid: "NotifyTopics", Effect: "Allow", Action: ["sns:Publish"], Resource: [topicArn] },
      {
        Sid: "NotifyBuses",
        Effect: "Allow",
        Action: ["events:PutEvents"],
        Resource: ["arn:aws:events:us-west-2:123456789012:event-bus/default", bus],
      },
    ],
  );
});

test("only the family's revisions are run on their own, and only in the service's cluster", () => {
  assert.deepEqual(resources("ecs:RunTask"), [
    "arn:${local.partition}:ecs:${local.arn_scope}:task-definition/${local.target.family}:*",
  ]);
  assert.deepEqual(conditions("ecs:RunTask"), [
    [{ test: "ArnEquals", variable: "ecs:cluster", values: ["${aws_ecs_cluster.main.arn}"] }],
  ]);
  assert.deepEqual(resources("ecs:StopTask"), [
    "arn:${local.partition}:ecs:${local.arn_scope}:task/${local.target.cluster}/*",
  ]);
});

test("only a token of the production environment of one repository is exchanged for the role", () => {
  const [statement] = statements("github");
  assert.deepEqual(statement?.condition, [
    { test: "StringEquals", variable: "${local.github}:aud", values: ["sts.amazonaws.com"] },
    { test: "StringEquals", variable: "${local.github}:sub", values: ["${var.github_subject}"] },
  ]);
  const { condition } = only(only(variable.github_subject).validation as Block[]);
  const [, pattern] = /regex\("(.*)", var/.exec(String(condition)) ?? [];
  const subject = new RegExp(pattern ?? "");
  for (const right of ["repo:team/app:environment:production", "repo:team@12/app@345:environment:production"]) {
    assert.match(right, subject);
  }
  const wrong = ["repo:team/*:environment:production", "repo:team/app:ref:refs/heads/prod", "repo:team/app:*"];
  for (const text of wrong) assert.doesNotMatch(text, subject);
});

test("init writes the policy that Terraform has, statement by statement, and those for secrets", () => {
  const arn = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/api/0123456789abcdef";
  const { Statement } = deployPolicy({
    target: { region: "us-west-2", account: "123456789012", cluster: "main", service: "api", family: "api" } as Target,
    service: { loadBalancers: [{ targetGroupArn: arn }] },
    taskDefinition: {
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn: "execution",
      taskRoleArn: "task",
      containerDefinitions: [
        {
          name: "web",
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/ecs/api" } },
          secrets: [
            { name: "A", valueFrom: "arn:aws:secretsmanager:us-west-2:123456789012:secret:a-AbCdEf" },
            { name: "B", valueFrom: "b" },
          ],
        },
      ],
    },
  });
  const written = Statement.map(({ Sid, Action, Condition = {} }) => [Sid, Action, conditionRows(Condition)]);
  const terraform = statements("deploy").map(({ sid, actions, condition }) => [
    sid,
    actions,
    [condition ?? []].flat().map(({ test: operator, variable: key }) => `${operator} ${key}`),
  ]);
  const ofSecrets = [
    ["FindSecrets", ["secretsmanager:DescribeSecret"], []],
    ["FindParameters", ["ssm:DescribeParameters"], []],
  ];
  const bySid = (rows: unknown[][]) => [...rows].sort((a, b) => String(a[0]).localeCompare(String(b[0])));
  assert.deepEqual(bySid(written), bySid([...terraform, ...ofSecrets]));
});

test("init permits what the checks of a strategy read: alarms, functions of hooks by version and as a whole, and container instances", () => {
  const hookTargetArn = "arn:aws:lambda:us-west-2:123456789012:function:gate:live";
  const { Statement } = deployPolicy({
    target: { region: "us-west-2", account: "123456789012", cluster: "main", service: "api", family: "api" } as Target,
    service: {
      launchType: "EC2",
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        alarms: { alarmNames: ["errors"], enable: true, rollback: true },
        lifecycleHooks: [{ hookTargetArn, roleArn: "arn:aws:iam::123456789012:role/hooks" }],
      },
    },
    taskDefinition: {},
  });
  const resourcesOf = (sid: string) => Statement.find(({ Sid }) => Sid === sid)?.Resource;
  assert.deepEqual(resourcesOf("ReadAlarms"), ["*"]);
  assert.deepEqual(resourcesOf("FindHookFunctions"), [hookTargetArn, hookTargetArn.replace(":live", "")]);
  assert.deepEqual(resourcesOf("FindInstances"), ["arn:aws:ecs:us-west-2:123456789012:cluster/main"]);
  assert.deepEqual(resourcesOf("ReadInstanceRoom"), ["arn:aws:ecs:us-west-2:123456789012:container-instance/main/*"]);
});

function conditionRows(condition: Record<string, Record<string, unknown>>): string[] {
  return Object.entries(condition).flatMap(([operator, keys]) => Object.keys(keys).map((key) => `${operator} ${key}`));
}
