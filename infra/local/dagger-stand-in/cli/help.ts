import { wrap } from "../display/text.js";
import type { Catalog } from "../module/catalog.js";
import { kebab } from "../module/names.js";
import { type ArgumentType, type FunctionType, isInjected, isRequired, type TypeRef } from "../module/types.js";
import { commandPath, type Step } from "./parse.js";

const options: [string, string][] = [
  ["-o, --output PATH", "Save the result to a file or a directory"],
  ["-j, --json", "Print the result as JSON"],
  ["-m, --mod PATH", "The module's directory (default: the nearest dagger.json upward)"],
  ["--progress plain", "Write progress as lines, also on a terminal"],
  ["-h, --help", "Show this help"],
];

/**
 * @param given Returns the default of an argument in .env; such an argument is not required.
 * @param columns Columns of the terminal. Like Dagger's CLI, only lists are wrapped: a function's description keeps the
 *   line breaks of its source.
 */
export function helpText(
  steps: Step[],
  catalog: Catalog,
  given: (argument: ArgumentType) => string | undefined,
  columns: number,
): string {
  const last = steps.at(-1)?.function ?? catalog.constructor_;
  const functions = catalog.functions(last.returns) ?? [];
  const usage = [
    commandPath(steps, catalog),
    shownArguments(last).length > 0 && "[arguments]",
    functions.length > 0 && "<function>",
  ];
  return [
    last.name === "" ? catalog.description : last.description,
    `USAGE\n  ${usage.filter(Boolean).join(" ")}`,
    section(
      "ARGUMENTS",
      shownArguments(last).map((argument) => argumentRow(argument, catalog, given(argument))),
      columns,
    ),
    section("FUNCTIONS", functions.map(functionRow), columns),
    steps.length === 1 ? section("OPTIONS", options, columns) : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}

function shownArguments({ args }: FunctionType): ArgumentType[] {
  return args.filter((argument) => !isInjected(argument));
}

export function functionList(functions: FunctionType[], columns: number): string {
  return table([["Name", "Description"], ...functions.map(functionRow)], columns);
}

/** Returns a function's name and the first line of its description. */
function functionRow({ name, description }: FunctionType): [string, string] {
  return [kebab(name), description.split("\n")[0] || "-"];
}

function argumentRow(argument: ArgumentType, catalog: Catalog, given: string | undefined): [string, string] {
  const { name, type, description, defaultValue, defaultPath } = argument;
  const fallback = given !== undefined ? `"${given}" of .env` : (defaultPath ?? defaultValue);
  const note =
    fallback !== undefined && fallback !== "false"
      ? `(default: ${fallback})`
      : isRequired(argument)
        ? "[required]"
        : "";
  return [
    `--${kebab(name)} ${typeName(type, catalog)}`.trimEnd(),
    [description.replace(/\s+/g, " "), note].filter(Boolean).join(" "),
  ];
}

function typeName(type: TypeRef, catalog: Catalog): string {
  if (type.kind === "LIST" && type.element) return `[]${typeName(type.element, catalog)}`;
  if (type.kind === "ENUM")
    return (
      catalog
        .enumOf(type)
        ?.members.map(({ name }) => name)
        .join(",") ?? ""
    );
  if (type.kind === "BOOLEAN") return "";
  return type.name ?? { STRING: "string", INTEGER: "int", FLOAT: "float" }[type.kind] ?? type.kind;
}

function section(title: string, rows: [string, string][], columns: number): string {
  const indented = rows.map(([left, right]): [string, string] => [`  ${left}`, right]);
  return rows.length > 0 ? `${title}\n${table(indented, columns)}` : "";
}

/** Minimum columns of a description. */
const narrowest = 24;

function table(rows: [string, string][], columns: number): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 3;
  const room = Math.max(columns - 1 - width, narrowest);
  return rows
    .flatMap(([left, right]) =>
      wrap(right, room).map((line, index) => `${(index === 0 ? left : "").padEnd(width)}${line}`),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}
