import { createRequire } from "node:module";
import * as autoscaling from "@aws-sdk/client-application-auto-scaling";
import * as monitoring from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ecr from "@aws-sdk/client-ecr";
import * as ecs from "@aws-sdk/client-ecs";
import * as elasticloadbalancing from "@aws-sdk/client-elastic-load-balancing-v2";
import * as events from "@aws-sdk/client-eventbridge";
import * as iam from "@aws-sdk/client-iam";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sns from "@aws-sdk/client-sns";
import * as sts from "@aws-sdk/client-sts";

/**
 * Model of an API, read from the schemas of the SDK's clients: operations, their members, and the HTTP status of errors.
 */
export interface ServiceModel {
  /** Returns the operation's input shape, or undefined when the API has no such operation. */
  input(operation: string): Shape | undefined;
  output(operation: string): Shape | undefined;
  /** Returns the HTTP status of an error, or undefined when the model has none. */
  errorStatus(code: string): number | undefined;
  /** Returns the routes of a REST API; none for other protocols. */
  routes(): Route[];
}

interface Route {
  operation: string;
  method: string;
  /** With members in braces, such as `/schedules/{Name}`. */
  path: string;
  /** Names of query parameters, by member. */
  query: Map<string, string>;
}

export type Shape =
  | { type: "string" | "number" | "boolean" | "timestamp" | "blob" | "any" }
  | { type: "list"; member: () => Shape }
  | { type: "map"; value: () => Shape }
  | {
      type: "structure";
      members: Map<string, () => Shape>;
      required: string[];
      /** True when exactly one member must be set. */
      isUnion: boolean;
    };

/** Schema as exported by the clients: a number for a simple type, else a tuple that begins with its kind. */
type Schema = number | string | readonly unknown[] | (() => Schema);

/** Kinds and simple types of the schemas, see `@smithy/types`' schema definitions. */
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;
const LIST_OF = 64;
const MAP_OF = 128;
const SIMPLE: Record<number, Shape> = {
  0: { type: "string" },
  1: { type: "number" },
  2: { type: "boolean" },
  4: { type: "timestamp" },
  5: { type: "timestamp" },
  6: { type: "timestamp" },
  7: { type: "timestamp" },
  17: { type: "number" },
  19: { type: "number" },
  21: { type: "blob" },
};

const require = createRequire(import.meta.url);

const models: Record<string, ServiceModel> = {
  "application-autoscaling": modelOf(autoscaling),
  ecs: modelOf(ecs),
  ecr: modelOf(ecr),
  elasticloadbalancing: modelOf(elasticloadbalancing),
  events: modelOf(events),
  iam: modelOf(iam),
  logs: modelOf(logs),
  monitoring: modelOf(monitoring),
  scheduler: modelOf(scheduler),
  sns: modelOf(sns),
  sts: modelOf(sts),
};

/** Packages that are loaded at the first call of their service: few runs use it, and each takes 0.1 s and more. */
const lazyPackages: Record<string, string> = {
  dynamodb: "@aws-sdk/client-dynamodb",
  lambda: "@aws-sdk/client-lambda",
  s3: "@aws-sdk/client-s3",
};

/** Returns the model of the API with this signing name. */
export function serviceModel(signingName: string): ServiceModel {
  const lazy = lazyPackages[signingName];
  if (lazy !== undefined) models[signingName] ??= modelOf(require(lazy));
  const model = models[signingName];
  if (!model) throw new Error(`No API model for ${signingName}: there are ${Object.keys(models).join(", ")}.`);
  return model;
}

function modelOf(client: object): ServiceModel {
  const schema = (name: string): readonly unknown[] | undefined =>
    Object.hasOwn(client, `${name}$`) ? (client as Record<string, readonly unknown[]>)[`${name}$`] : undefined;
  // Shapes never change, and a rollout makes hundreds of calls.
  const known = new Map<string, Shape | undefined>();
  const member = (operation: string, place: number) => {
    const key = `${operation} ${place}`;
    if (!known.has(key)) {
      const found = schema(operation);
      known.set(key, found?.[0] === 9 ? shapeOf(found[place] as Schema) : undefined);
    }
    return known.get(key);
  };
  return {
    input: (operation) => member(operation, 4),
    output: (operation) => member(operation, 5),
    errorStatus(code) {
      const found = schema(code);
      if (found?.[0] !== -3) return undefined;
      const traits = found[3] as { error?: "client" | "server"; httpError?: number };
      return traits.httpError ?? (traits.error === "server" ? 500 : 400);
    },
    routes: () => Object.values(client).flatMap(routeOf),
  };
}

function routeOf(schema: unknown): Route[] {
  if (!Array.isArray(schema) || schema[0] !== 9) return [];
  const { http } = (schema[3] || {}) as { http?: [method: string, path: string] };
  if (!http) return [];
  const input = (schema[4] as () => readonly unknown[])();
  const [names, members] = [input[4] as string[], input[5] as unknown[]];
  const query = names.flatMap((name, index): [string, string][] => {
    const traits = Array.isArray(members[index]) ? members[index].at(-1) : undefined;
    const inQuery = (traits as { httpQuery?: string } | undefined)?.httpQuery;
    return inQuery === undefined ? [] : [[name, inQuery]];
  });
  return [{ operation: String(schema[2]), method: http[0], path: http[1], query: new Map(query) }];
}

function shapeOf(schema: Schema): Shape {
  if (typeof schema === "function") return shapeOf(schema());
  if (typeof schema === "number") return simpleShape(schema);
  if (typeof schema === "string") return { type: "any" };
  const [kind, ...rest] = schema;
  // A member with traits of its own: the schema, then the traits.
  if (schema.length === 2) return shapeOf(kind as Schema);
  switch (kind) {
    case LIST:
      return { type: "list", member: once(() => shapeOf(rest[3] as Schema)) };
    case MAP:
      return { type: "map", value: once(() => shapeOf(rest[4] as Schema)) };
    case STRUCTURE:
    case UNION: {
      const [, , , names, members, required] = rest as [string, string, unknown, string[], Schema[], number?];
      return {
        type: "structure",
        members: new Map(names.map((name, index) => [name, once(() => shapeOf(members[index] as Schema))])),
        required: names.slice(0, required ?? 0),
        isUnion: kind === UNION,
      };
    }
    case 0:
      return shapeOf(rest[3] as Schema);
    default:
      return { type: "any" };
  }
}

/** Memoizes a function. Schemas refer to each other, and a large one is rarely needed whole. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function simpleShape(code: number): Shape {
  if (code >= MAP_OF) return { type: "map", value: once(() => simpleShape(code - MAP_OF)) };
  if (code >= LIST_OF) return { type: "list", member: once(() => simpleShape(code - LIST_OF)) };
  return SIMPLE[code] ?? { type: "any" };
}
