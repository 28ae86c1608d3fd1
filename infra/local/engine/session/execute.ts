import { type DocumentNode, execute, type GraphQLError, parse, validate } from "graphql";
import { explained } from "../../containers/errors.js";
import { type Caller, query } from "../api/query.js";
import { schema } from "./schema.js";

export interface GraphqlAnswer {
  data?: unknown;
  errors?: { message: string; path?: unknown; extensions?: unknown }[];
}

/** Answers one query as the engine does: what fails is told in `errors`, with the details of a failed command in its extensions. */
export async function answerQuery(source: string, caller: Caller): Promise<GraphqlAnswer> {
  const { document, errors } = check(source);
  if (!document) return { errors: errors.map((error) => ({ message: explain(error.message) })) };
  const result = await execute({ schema, document, rootValue: query, contextValue: caller });
  if (!result.errors) return { data: result.data };
  return { data: null, errors: result.errors.map(describe) };
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

/** GraphQL's words for what is missing here, turned into ones that say where it is not. */
function explain(message: string): string {
  const field = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message);
  const argument = /^Unknown argument "(\w+)" on field "([\w.]+)"/.exec(message);
  const missing = field
    ? `${field[2]}.${field[1]}`
    : argument
      ? `the argument ${argument[1]} of ${argument[2]}`
      : undefined;
  if (!missing) return message;
  return `The stand-in for the Dagger engine does not offer ${missing}: it has what this repository's module uses. A Dagger engine has it.`;
}

function describe({ message, originalError, path, extensions }: GraphQLError) {
  return { message: originalError ? explained(originalError) : message, path, extensions };
}
