/**
 * Task definitions as the wire has them. The SDK's serializer and deserializer keep only the members that their model knows, so
 * a field that AWS adds tomorrow would be lost between describe and register. Here the SDK signs, resolves the endpoint and
 * retries; the JSON bypasses its model.
 */

import type { Aws } from "./clients.js";
import { type MiddlewareStack, type Sendable, withoutRetries } from "./retries.js";
import { abort, sdk } from "./sdk.js";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** DescribeTaskDefinition's answer: `taskDefinition` with every member it came with, times in seconds since the epoch. */
export interface RawTaskDefinition {
  taskDefinition: JsonObject;
  tags: { key: string; value: string }[];
}

/** @param taskDefinition An ARN, or `family:revision`. */
export async function describeTaskDefinition(
  ecs: Aws["ecs"],
  taskDefinition: string,
  signal?: AbortSignal,
): Promise<RawTaskDefinition> {
  const command = new sdk.ecs.DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] });
  const answer = captureAnswer(command);
  const { tags } = await ecs.send(command, abort({ signal }));
  return {
    taskDefinition: answer().taskDefinition as JsonObject,
    tags: (tags ?? []).map(({ key, value }) => ({ key: key ?? "", value: value ?? "" })),
  };
}

/**
 * Sends `registration` as it is, once: RegisterTaskDefinition takes no client token, so a retry after a lost answer would
 * register a second revision.
 * @returns The new revision, with every member that the answer has.
 */
export async function registerTaskDefinition(
  ecs: Aws["ecs"],
  registration: JsonObject,
  signal?: AbortSignal,
): Promise<JsonObject> {
  const command = withoutRetries(
    new sdk.ecs.RegisterTaskDefinitionCommand({ family: String(registration.family), containerDefinitions: [] }),
  );
  replaceBody(command, JSON.stringify(registration));
  const answer = captureAnswer(command);
  await ecs.send(command, abort({ signal }));
  return answer().taskDefinition as JsonObject;
}

interface Message {
  statusCode?: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** Keeps the body of a successful answer as parsed JSON; the SDK then reads the same bytes. */
function captureAnswer(command: Sendable): () => JsonObject {
  let captured: JsonObject | undefined;
  (command.middlewareStack as MiddlewareStack).add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as Message;
      const body = await readAll(response.body);
      response.body = body;
      if (response.statusCode === 200) captured = JSON.parse(new TextDecoder().decode(body)) as JsonObject;
      return result;
    },
    // Low: nearer to the wire than the deserializer, which is in the same step.
    { step: "deserialize", priority: "low", name: "captureRawAnswer" },
  );
  return () => {
    if (!captured) throw new Error(`${command.constructor.name} ended without an answer from the wire.`);
    return captured;
  };
}

function replaceBody(command: Sendable, body: string): void {
  (command.middlewareStack as MiddlewareStack).add(
    (next) => (args) => {
      (args.request as Message).body = body;
      return next(args);
    },
    // High: after serialization, before the content length is counted and the body is signed.
    { step: "build", priority: "high", name: "sendRawBody" },
  );
}

async function readAll(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
