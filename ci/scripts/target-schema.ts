/** Writes the JSON schema of a target from the schema that the deployer reads targets by: npm run schema */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import { checks, movedKeys, schema } from "../lib/config/target-schema.js";

/** The JSON schema's file, beside the targets, which name it in `$schema`. */
export const schemaFile = new URL("../../infra/targets/target.schema.json", import.meta.url);

const host = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[^\s?#/@:\[\]\\]+)(?::\d{1,5})?`;
const separator = "(?:/|%2[fF]|%5[cC])";
const dots = String.raw`(?:\.|%2[eE]){1,2}`;

/** Patterns for the checks that are functions. */
const patterns = new Map<object, string>([
  [checks.url, `^[Hh][Tt][Tt][Pp][Ss]?://${host}(?:/[^\\s?#]*)?$`],
  [checks.path, `^/(?!/)(?!(?:[^?]*${separator})?${dots}(?:${separator}|\\?|$))[^\\s\\\\#]*$`],
  [checks.source, `^[A-Za-z][A-Za-z0-9+.-]*:(?://${host}(?:[/?#]\\S*)?|(?!//)\\S+)$`],
]);

/** Returns the JSON schema of a target, with a description of every key. */
export function targetJsonSchema(): object {
  const { $schema, properties, ...rest } = toJsonSchema(schema, {
    typeMode: "input",
    // Validators read the format differently; the pattern of the check after it states what is accepted.
    ignoreActions: ["url"],
    overrideAction({ valibotAction, jsonSchema }) {
      const pattern = patterns.get(valibotAction);
      if (pattern !== undefined) return { ...jsonSchema, pattern };
      return undefined;
    },
  });
  const keys = Object.entries(properties ?? {}).map(([name, value]) => [
    name,
    movedKeys.some((key) => key === name) ? { ...(value as object), deprecated: true } : value,
  ]);
  return {
    $schema,
    title: "Target of Slipway",
    description: "Where a release goes: one file an environment. What it leaves out is read from the live service.",
    ...rest,
    properties: Object.fromEntries(keys),
  };
}

/** Returns the text of the file. */
export function targetSchemaText(): string {
  return `${JSON.stringify(targetJsonSchema(), undefined, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(schemaFile, targetSchemaText());
