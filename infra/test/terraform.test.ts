// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's templates.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isMoving, parseReleaseVersion } from "../../ci/lib/config/version.js";
import { lockTag } from "../../ci/lib/rollout/lock/lock-tag.js";
import { type Block, files, only, readConfiguration } from "./hcl.js";

const { data, locals, provider, resource, variable } = await readConfiguration();
const task = only(resource.aws_ecs_task_definition?.app);
const service = only(resource.aws_ecs_service?.app);
const container = locals.container as Block;
const inner = (block: Block, name: string) => only(block[name] as Block[] | undefined);

const conditionsOf = (name: string) =>
  (only(variable[name]).validation as Block[]).map(({ condition }) => String(condition)).join("\n");

/** The pattern that a variable's validation holds its value to. */
function accepts(name: string): RegExp {
  const [, pattern] = /regex\("(.*)", var/.exec(conditionsOf(name)) ?? [];
  assert.ok(pattern, name);
  return new RegExp(pattern.replaceAll("\\\\", "\\"));
}

test("every ARN is of the partition of the target's region", () => {
  assert.equal(locals.partition, "${data.aws_partition.current.partition}");
  assert.deepEqual(data.aws_partition?.current, [{}]);
  const arns = [...files.values()].flatMap((text) => text.match(/"arn:[^"]*"/g) ?? []);
  assert.ok(arns.length > 10);
  for (const arn of arns) assert.match(arn, /^"arn:\$\{local\.partition\}:/);
});

test("a task has a network interface of its own, and its container's port is the only port", () => {
  assert.equal(task.network_mode, "awsvpc");
  assert.deepEqual(task.requires_compatibilities, ["FARGATE"]);
  assert.ok(!("networkMode" in container));
  assert.deepEqual(container.portMappings, [{ containerPort: "${local.service.containerPort}", protocol: "tcp" }]);
});

test("the container receives its version and its port", () => {
  assert.deepEqual(container.environment, [
    { name: "PORT", value: "${tostring(local.service.containerPort)}" },
    { name: "VERSION", value: "${var.app_version}" },
  ]);
});

test("the image is named by its digest, never by a tag", () => {
  assert.equal(container.image, "${var.image}");
  const image = accepts("image");
  assert.match(`repository@sha256:${"0a".repeat(32)}`, image);
  for (const wrong of ["repository:VERSION", "repository:v1.2.3", "repository:latest", "repository@sha256:0a"]) {
    assert.doesNotMatch(wrong, image);
  }
});

test("a version is one that the deployer publishes", () => {
  const [, moving = ""] = /split\(" ", "([a-z ]+)"\)/.exec(conditionsOf("app_version")) ?? [];
  const names = moving.split(" ");
  for (const version of ["v1.2.3", "v1.2.3-rc.1", "1.2.3", "9f3c2ab", "2026-11-26", "a".repeat(128)]) {
    assert.match(parseReleaseVersion(version), accepts("app_version"));
    assert.ok(!names.includes(version));
  }
  for (const version of ["", "v1.2.3+4", "-v1", "a/b", "a".repeat(129)]) {
    assert.throws(() => parseReleaseVersion(version));
    assert.doesNotMatch(version, accepts("app_version"));
  }
  for (const name of [...names, "latest", "main", "canary"]) assert.ok(isMoving(name) && names.includes(name), name);
});

test("the health check is the app's, and the load balancer requests the same path", () => {
  const { command } = container.healthCheck as { command: string[] };
  const script = new URL(`../..${command.at(-1)}`, import.meta.url);
  assert.ok(existsSync(script), script.pathname);
  const { path } = inner(only(resource.aws_lb_target_group?.app), "health_check");
  assert.ok(readFileSync(script, "utf8").includes(`"${path}"`));
});

test("a task that is stopped has time to finish what it runs", () => {
  const gunicorn = readFileSync(new URL("../../app/gunicorn.conf.py", import.meta.url), "utf8");
  const graceful = Number(/graceful_timeout = (\d+)/.exec(gunicorn)?.[1]);
  assert.ok(graceful > 0 && graceful < Number(container.stopTimeout));
});

test("the container's root file system is read-only, and its output goes to the service's log group", () => {
  assert.equal(container.readonlyRootFilesystem, true);
  const { logDriver, options } = container.logConfiguration as { logDriver: string; options: Block };
  assert.equal(logDriver, "awslogs");
  assert.equal(options["awslogs-group"], "${aws_cloudwatch_log_group.app.name}");
});

test("a rollout keeps the old tasks until the new are healthy, and rolls back by itself when they don't get there", () => {
  assert.equal(service.deployment_minimum_healthy_percent, 100);
  assert.equal(service.deployment_maximum_percent, 200);
  assert.deepEqual(service.deployment_circuit_breaker, [{ enable: true, rollback: true }]);
});

test("a strategy with traffic shifts has a second target group, two rules that ECS changes, and a role; rolling has none of them", () => {
  assert.equal(locals.shifts, '${var.deployment_strategy != "rolling"}');
  const { strategy } = inner(service, "deployment_configuration");
  assert.equal(strategy, "${upper(var.deployment_strategy)}");
  const parts: [string, string][] = [
    ["aws_lb_target_group", "alternate"],
    ["aws_lb_listener_rule", "production"],
    ["aws_lb_listener_rule", "test"],
    ["aws_lb_listener", "test"],
    ["aws_iam_role", "infrastructure"],
    ["aws_iam_role_policy_attachment", "infrastructure"],
  ];
  for (const [type, name] of parts) assert.equal(only(resource[type]?.[name]).count, "${local.shifts ? 1 : 0}", name);
  for (const name of ["production", "test"]) {
    const rule = only(resource.aws_lb_listener_rule?.[name]);
    assert.deepEqual(inner(rule, "lifecycle").ignore_changes, ["${action}"]);
    const groups = inner(inner(rule, "action"), "forward").target_group as Block[];
    assert.deepEqual(
      groups.map(({ arn, weight }) => [arn, weight]),
      [
        ["${aws_lb_target_group.app.arn}", 100],
        ["${aws_lb_target_group.alternate[0].arn}", 0],
      ],
    );
  }
  const { dynamic } = inner(service, "load_balancer") as { dynamic: Record<string, Block[]> };
  const advanced = only(dynamic.advanced_configuration);
  assert.match(String(advanced.for_each), /^\$\{local\.shifts \? /);
  assert.deepEqual(inner(advanced, "content"), {
    alternate_target_group_arn: "${aws_lb_target_group.alternate[0].arn}",
    production_listener_rule: "${aws_lb_listener_rule.production[0].arn}",
    test_listener_rule: "${aws_lb_listener_rule.test[0].arn}",
    role_arn: "${advanced_configuration.value}",
  });
});

test("the production rule can't be removed or replaced while its second group may serve", () => {
  assert.equal(inner(only(resource.aws_lb_listener_rule?.production), "lifecycle").prevent_destroy, true);
});

test("both target groups have the same health check and delay", () => {
  const [app, alternate] = ["app", "alternate"].map((name) => only(resource.aws_lb_target_group?.[name]));
  assert.ok(app && alternate);
  assert.equal(alternate.deregistration_delay, "${aws_lb_target_group.app.deregistration_delay}");
  const names = Object.keys(inner(app, "health_check"));
  assert.deepEqual(
    inner(alternate, "health_check"),
    Object.fromEntries(names.map((name) => [name, `\${aws_lb_target_group.app.health_check[0].${name}}`])),
  );
});

test("the names of both target groups have at most 32 characters, as ELB accepts", () => {
  const { service: name } = JSON.parse(
    readFileSync(new URL("../targets/production.json", import.meta.url), "utf8"),
  ) as { service: string };
  const alternate = String(only(resource.aws_lb_target_group?.alternate).name);
  assert.ok(alternate.replace("${local.target.service}", name).length <= 32);
});

test("each setting of a strategy is validated, within the API's limits", () => {
  assert.match(conditionsOf("deployment_strategy"), /contains\(\["rolling", "blue_green", "linear", "canary"\]/);
  const shift = conditionsOf("traffic_shift");
  for (const part of [/>= 0\.1 && .* <= 100 /, /"linear" \|\| .* >= 3/, /<= 1440 /]) assert.match(shift, part);
  assert.match(conditionsOf("test_port"), /!contains\(\[80, 443\]/);
  assert.match(conditionsOf("test_cidr_blocks"), /cidrhost/);
});

test("applying the configuration undoes no deploy, no change of scale and no hook, and deregisters no revision", () => {
  assert.deepEqual(inner(service, "lifecycle").ignore_changes, [
    "${task_definition}",
    "${desired_count}",
    "${deployment_configuration[0].lifecycle_hook}",
  ]);
  assert.equal(task.skip_destroy, true);
});

test("applying the configuration removes no tag of the deployer, such as the lock of a deploy in flight", () => {
  assert.deepEqual(inner(only(provider.aws), "ignore_tags").key_prefixes, [lockTag.replace(/[^:]+$/, "")]);
});

test("tasks are targets by address, and an old one is let go in less than five minutes", () => {
  const group = only(resource.aws_lb_target_group?.app);
  assert.equal(group.target_type, "ip");
  assert.equal(group.port, "${local.service.containerPort}");
  assert.ok(Number(group.deregistration_delay) < 300);
});

test("a tag in the repository is written once, and what is pushed is scanned and kept", () => {
  const repository = only(resource.aws_ecr_repository?.app);
  assert.equal(repository.image_tag_mutability, "IMMUTABLE");
  assert.deepEqual(repository.image_scanning_configuration, [{ scan_on_push: true }]);
  assert.equal(inner(repository, "lifecycle").prevent_destroy, true);
});

test("no lifecycle rule expires an image that has a tag: it may be what runs", () => {
  const { policy } = only(resource.aws_ecr_lifecycle_policy?.app);
  const selected = [...String(policy).matchAll(/tagStatus\s*=\s*"(\w+)"/g)].map(([, status]) => status);
  assert.deepEqual(selected, ["untagged"]);
});

test("only the load balancer reaches the tasks, and only on their port", () => {
  const rule = only(resource.aws_vpc_security_group_ingress_rule?.task);
  assert.equal(rule.referenced_security_group_id, "${aws_security_group.load_balancer.id}");
  assert.equal(rule.from_port, "${local.service.containerPort}");
  assert.equal(rule.to_port, "${local.service.containerPort}");
});
