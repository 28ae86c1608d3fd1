import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../protocol/hash.js";
import { type Shape, serviceModel } from "../protocol/model.js";
import type { LocalAws } from "../server.js";
import { localAws, send } from "./local-aws.js";

/** By the names in docs/rehearsal.md: the signing name, and what stands before the dot of a target; none where calls are forms or REST. */
const services = {
  STS: ["sts"],
  IAM: ["iam"],
  ECR: ["ecr", "AmazonEC2ContainerRegistry_V20150921"],
  ECS: ["ecs", "AmazonEC2ContainerServiceV20141113"],
  CloudWatch: ["monitoring", "GraniteServiceVersion20100801"],
  ELB: ["elasticloadbalancing"],
  "Application Auto Scaling": ["application-autoscaling", "AnyScaleFrontendService"],
  EventBridge: ["events", "AWSEvents"],
  SNS: ["sns"],
  Logs: ["logs", "Logs_20140328"],
  DynamoDB: ["dynamodb", "DynamoDB_20120810"],
} as const;

type Value = unknown;

/** A value of a shape, every text in it the same. */
function inputOf(shape: Shape, text: string, depth: number): Value {
  switch (shape.type) {
    case "structure": {
      const names = depth > 0 ? [...shape.members.keys()].slice(0, shape.isUnion ? 1 : undefined) : shape.required;
      return Object.fromEntries(names.map((name) => [name, memberValue(shape, name, text, depth - 1)]));
    }
    case "list":
      return [inputOf(shape.member(), text, depth)];
    case "map":
      return Object.fromEntries([[text, inputOf(shape.value(), text, depth)]]);
    case "number":
      return 1;
    case "timestamp":
      return 0;
    case "boolean":
      return true;
    default:
      return text;
  }
}

function memberValue(shape: Shape & { type: "structure" }, name: string, text: string, depth: number): Value {
  const member = shape.members.get(name)?.();
  return member && inputOf(member, text, depth);
}

/** `Names.member.1=a` and so on. */
function formOf(value: Value, prefix = ""): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((each, index) => formOf(each, `${prefix}.member.${index + 1}`));
  if (typeof value !== "object" || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([name, each]) => formOf(each, prefix === "" ? name : `${prefix}.${name}`));
}

async function call(aws: LocalAws, service: string, target: string | undefined, operation: string, input: Value) {
  const signer = new SignatureV4({
    credentials: { accessKeyId: aws.credentials.AccessKeyId, secretAccessKey: aws.credentials.SecretAccessKey },
    region: "us-west-2",
    service,
    sha256: Sha256,
  });
  const form = [["Action", operation], ["Version", "1"], ...formOf(input)] as [string, string][];
  const body = target ? JSON.stringify(input) : new URLSearchParams(form).toString();
  const headers = {
    host: `127.0.0.1:${aws.port}`,
    ...(target
      ? { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${target}.${operation}` }
      : { "content-type": "application/x-www-form-urlencoded" }),
  };
  const request = { method: "POST", protocol: "http:", hostname: "127.0.0.1", path: "/", query: {}, headers, body };
  return send(aws.url, { method: "POST", headers: (await signer.sign(request)).headers, body });
}

for (const text of ["__proto__", "constructor", "toString", "a\u0000\u001b[31m\ud800", ""]) {
  test(`no operation fails of itself when all its texts are ${JSON.stringify(text)}`, async (t) => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const { aws, lines } = await localAws(t);
    const page = await readFile(new URL("../../../../docs/rehearsal.md", import.meta.url), "utf8");
    let calls = 0;
    for (const [name, [service, target]] of Object.entries(services)) {
      const row = new RegExp(`^\\| ${name} \\| (.*) \\|$`, "m").exec(page)?.[1] ?? "";
      for (const operation of row.split(", ")) {
        const shape = serviceModel(service).input(operation);
        assert.ok(shape, operation);
        for (const depth of [0, 1, 5]) {
          const { status, body } = await call(aws, service, target, operation, inputOf(shape, text, depth));
          assert.ok(status < 500, `${service}:${operation} at depth ${depth}: ${status} ${body} ${lines.join("\n")}`);
          calls++;
        }
      }
    }
    assert.ok(calls > 300, `${calls} calls`);
    assert.deepEqual(lines, []);
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
  });
}
