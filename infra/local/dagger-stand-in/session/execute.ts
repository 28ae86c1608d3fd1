import {
  type ASTNode,
  type DocumentNode,
  execute,
  type FieldNode,
  type GraphQLError,
  type GraphQLFieldResolver,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { explained } from "../../containers/errors.js";
import { fieldOf } from "../api/fields.js";
import { type Caller, query } from "../api/query.js";
import { traceparent } from "../telemetry/origin.js";
import type { Trace } from "../telemetry/trace.js";
import { schema } from "./schema.js";

export interface GraphqlAnswer {
  data?: unknown;
  errors?: { message: string; path?: unknown; extensions?: unknown }[];
}

/** Executes a query as the engine does: failures are in `errors`, with the details of a failed command in the extensions. */
export async function answerQuery(source: string, caller: Caller): Promise<GraphqlAnswer> {
  const { document, errors } = check(source);
  if (!document) return { errors: errors.map((error) => ({ message: explain(error.message) })) };
  const fieldResolver: GraphQLFieldResolver<unknown, Caller> = (source, args, context, info) =>
    fieldOf(source, info.fieldName, args, context);
  const result = await execute({ schema, document, rootValue: query, contextValue: caller, fieldResolver });
  if (!result.errors) return { data: result.data };
  const { trace } = (await caller.assignment).session;
  return { data: null, errors: result.errors.map((error) => describe(error, trace, document)) };
}

function check(source: string): { document?: DocumentNode; errors: readonly { message: string }[] } {
  try {
    const document = parse(source);
    const errors = validate(schema, document);
    return errors.length === 0 ? { document, errors } : { errors };
  } catch (error) {
    return { errors: [error as Error] };
  }
}

/** Rewrites GraphQL's message for a missing field or argument, so that it names the stand-in. */
function explain(message: string): string {
  const field = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message);
  const argument = /^Unknown argument "(\w+)" on field "([\w.]+)"/.exec(message);
  const missing = field
    ? `${field[2]}.${field[1]}`
    : argument
      ? `the argument ${argument[1]} of ${argument[2]}`
      : undefined;
  if (!missing) return message;
  return `The stand-in for the Dagger engine does not offer ${missing}: it has what this repository's module uses. Dagger's engine offers it.`;
}

/** Names the span where an error began at the end of the message and in the extensions, like the engine. */
function describe(
  { message, originalError, path, nodes, extensions }: GraphQLError,
  trace: Trace,
  document: DocumentNode,
) {
  if (!originalError) return { message, path, extensions };
  const origin = trace.originOf(originalError) ?? failedCall(trace, originalError, fieldName(document, nodes?.[0]));
  return {
    message: trace.messageOf(originalError, origin),
    path,
    extensions: { ...extensions, traceparent: traceparent(trace.id, origin) },
  };
}

/** Returns the field of a query that failed, such as `Secret.plaintext`. */
function fieldName(document: DocumentNode, failed: ASTNode | undefined): string {
  let name = "query";
  const types = new TypeInfo(schema);
  const enter = (node: FieldNode) => {
    if (node === failed) name = `${types.getParentType()?.name}.${node.name.value}`;
  };
  visit(document, visitWithTypeInfo(types, { Field: enter }));
  return name;
}

/** Adds a step for a field that failed without one. @returns Its id. */
function failedCall(trace: Trace, error: Error, name: string): string {
  const span = trace.start(name);
  trace.end(span, explained(error));
  return span.id;
}
