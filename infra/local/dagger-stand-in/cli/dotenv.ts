import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StandInError } from "../errors.js";
import { camel, snake } from "../module/names.js";
import type { ModuleSource } from "../module/source.js";

/** `.env` file with default values of arguments. */
interface DefaultsFile {
  /** Directory of the file, the base of its paths. */
  directory: string;
  values: Record<string, string>;
}

/** Files in order of precedence. */
export type Defaults = DefaultsFile[];

/**
 * Reads the nearest .env upward from the working directory, of which only keys with the module's name as prefix count, and then the one
 * beside dagger.json.
 */
export function readDefaults(
  { name, root, toolchain }: Pick<ModuleSource, "name" | "root" | "toolchain">,
  cwd: string,
  env: Record<string, string | undefined>,
): Defaults {
  const outer = nearest(cwd);
  const own = join(root, ".env");
  const outerValues = outer === undefined ? {} : parseDotenv(readFileSync(outer, "utf8"), env, outer);
  // A toolchain can be installed under another name; both names are prefixes.
  const names = [...new Set([toolchain?.name ?? name, name])];
  return [
    ...(outer === undefined
      ? []
      : names.map((one) => ({ directory: dirname(outer), values: withPrefix(outerValues, one) }))),
    ...(existsSync(own) ? [{ directory: root, values: parseDotenv(readFileSync(own, "utf8"), env, own) }] : []),
  ];
}

/**
 * Returns the default of an argument: its key is the function and the argument, `DEPLOY_AWSREGION` for `deploy --aws-region`; a
 * constructor's argument has no prefix.
 */
export function defaultFor(
  files: readonly Record<string, string>[],
  object: string | undefined,
  functionName: string,
  argument: string,
): string | undefined {
  for (const file of files) {
    const ofObject = object ? withPrefix(file, object) : file;
    const ofFunction = functionName === "" ? ofObject : withPrefix(ofObject, functionName);
    const found = Object.entries(ofFunction).find(([key]) => key.toLowerCase() === argument.toLowerCase());
    if (found) return found[1];
  }
  return undefined;
}

/**
 * Reads NAME=value lines. In double quotes and without quotes, $NAME and ${NAME} stand for other variables of the file or of the
 * environment.
 *
 * @throws {StandInError} A line has another form, or a variable is not set.
 */
export function parseDotenv(
  text: string,
  env: Record<string, string | undefined>,
  path = ".env",
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match =
      /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|(.*?))\s*(?:\s#.*)?$/.exec(line);
    const [, name, single, double, bare] = match ?? [];
    if (name === undefined) throw new StandInError(`${path}:${index + 1} is not of the form NAME=value.`);
    values[name] =
      single ??
      expand(double?.replace(/\\(["\\$])/g, "$1") ?? bare ?? "", { ...env, ...values }, `${path}:${index + 1}`);
  }
  return values;
}

function expand(value: string, env: Record<string, string | undefined>, place: string): string {
  return value.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? "";
    const found = env[name];
    if (found === undefined) throw new StandInError(`${place}: the variable ${name} is not set.`);
    return found;
  });
}

function nearest(from: string): string | undefined {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (existsSync(join(directory, ".env"))) return join(directory, ".env");
    if (directory === dirname(directory)) return undefined;
  }
}

/** Returns the keys with this name as prefix, in camel or snake case, without the prefix. */
function withPrefix(file: Record<string, string>, name: string): Record<string, string> {
  const prefixes = [camel(name), snake(name)].map((prefix) => `${prefix}_`.toLowerCase());
  return Object.fromEntries(
    Object.entries(file).flatMap(([key, value]) => {
      const prefix = prefixes.find((prefix) => key.toLowerCase().startsWith(prefix));
      return prefix ? [[key.slice(prefix.length), value]] : [];
    }),
  );
}
