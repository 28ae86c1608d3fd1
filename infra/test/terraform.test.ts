// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's templates.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type Block, files, only, readConfiguration } from "./hcl.js";

const { data, locals, resource, variable } = await readConfiguration();
const task = only(resource.aws_ecs_task_definition?.app);
const service = only(resource.aws_ecs_service?.app);
const container = locals.container as Block;
const inner = (block: Block, name: string) => only(block[name] as Block[] | undefined);

/** The pattern that a variable's validation holds its value to. */
function accepts(name: string): RegExp {
  const { condition } = inner(only(variable[name]), "validation");
  const [, pattern] = /regex\("(.*)", var/.exec(String(condition)) ?? [];
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

test("a version is v and a semantic version", () => {
  for (const version of ["v1.2.3", "v1.2.3-rc.1"]) assert.match(version, accepts("app_version"));
  for (const version of ["1.2.3", "VERSION", "latest", "v1.2"]) assert.doesNotMatch(version, accepts("app_version"));
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

test("applying the configuration undoes neither a deploy nor a change of scale, and deregisters no revision", () => {
  assert.deepEqual(inner(service, "lifecycle").ignore_changes, ["${task_definition}", "${desired_count}"]);
  assert.equal(task.skip_destroy, true);
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
