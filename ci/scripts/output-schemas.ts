/** Writes the JSON schemas of what Slipway returns, from the types that the code returns it by: npm run schema */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  type CompletedConfig,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
  StringType,
  type SubNodeParser,
} from "ts-json-schema-generator";
import ts from "typescript";

/** A published schema. The file's name has the version of the format. */
interface OutputSchema {
  file: URL;
  /** File of the type, below `ci/lib`. */
  source: string;
  type: string;
  title: string;
  description: string;
}

const schemas = new URL("../../docs/schemas/", import.meta.url);

export const outputSchemas: OutputSchema[] = [
  {
    file: new URL("report-1.schema.json", schemas),
    source: "rollout/reconstruct/deployment-report.ts",
    type: "DeploymentReport",
    title: "report.json of Slipway, version 1",
    description: "What the function report writes. Within version 1 members and values are only added.",
  },
  {
    file: new URL("events-1.schema.json", schemas),
    source: "report/printer.ts",
    type: "JsonLine",
    title: "A line of --as-json of Slipway, version 1",
    description:
      "Each log line of deploy and rollback with --as-json. Within version 1 members and types are only added.",
  },
  {
    file: new URL("audit-1.schema.json", schemas),
    source: "audit/audit-record.ts",
    type: "AuditRecord",
    title: "An audit record of Slipway, version 1",
    description:
      "What a deploy and a rollback leave in a bucket or a log group. Within version 1 members and values are only added.",
  },
  {
    file: new URL("notification-1.schema.json", schemas),
    source: "notify/notification.ts",
    type: "Notification",
    title: "A notification of Slipway, version 1",
    description:
      "The body of a webhook, and the message of an SNS topic; EventBridge gets data as the detail. Within version 1 members and values are only added.",
  },
];

/** A template in an initialiser, as in the table of verdicts, is a string. */
const templates: SubNodeParser = {
  supportsNode: ({ kind }) => kind === ts.SyntaxKind.TemplateExpression,
  createType: () => new StringType(),
};

/** Returns the texts of the schemas, by the path of their file. One program serves all: reading the sources takes seconds. */
export function outputSchemaTexts(): Map<string, string> {
  const config: CompletedConfig = {
    ...DEFAULT_CONFIG,
    path: fileURLToPath(new URL(`../lib/{${outputSchemas.map(({ source }) => source).join(",")}}`, import.meta.url)),
    tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)),
    type: "*",
    expose: "none",
    topRef: false,
    skipTypeCheck: true,
    // A later minor version may return more.
    additionalProperties: true,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (parsers) => parsers.addNodeParser(templates));
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  const texts = outputSchemas.map(({ file, type, title, description }): [string, string] => {
    const { $schema, ...rest } = generator.createSchema(type);
    const schema = { $schema, title, ...rest, description };
    return [fileURLToPath(file), `${JSON.stringify(schema, undefined, 2)}\n`];
  });
  return new Map(texts);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(schemas, { recursive: true });
  for (const [file, text] of outputSchemaTexts()) await writeFile(file, text);
}
