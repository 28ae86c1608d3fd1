/** A stage of a Dockerfile. */
export interface Stage {
  /** In lower case, as Docker compares it; absent for a stage without a name. */
  name?: string;
  /** What its FROM names: an image, or a stage before it. Arguments are replaced. */
  base: string;
  /** The base is a stage of this file. */
  isStage: boolean;
}

/**
 * Reads the stages of a Dockerfile, as far as a release needs to know them: which stages it has, and which images they are built from.
 * https://docs.docker.com/reference/dockerfile/#from
 * @param args Build arguments, which replace the defaults that ARG gives before the first FROM.
 */
export function stagesOf(dockerfile: string, args: Readonly<Record<string, string>> = {}): Stage[] {
  const values = new Map<string, string>();
  const stages: Stage[] = [];
  for (const line of instructions(dockerfile)) {
    const [, word = "", rest = ""] = /^\s*([a-z]+)\s+(.*)$/is.exec(line) ?? [];
    if (/^arg$/i.test(word) && stages.length === 0) readArg(rest, args, values);
    if (/^from$/i.test(word)) stages.push(stageOf(substituted(rest, values), stages));
  }
  return stages;
}

/** The images from outside that a stage is built from: its own base, and those of the stages that it begins with. */
export function baseImage(stages: readonly Stage[], stage: Stage): string {
  const parent = stage.isStage ? stages.find(({ name }) => name === stage.base.toLowerCase()) : undefined;
  return parent ? baseImage(stages, parent) : stage.base;
}

/** The patterns of a .dockerignore file, relative to the directory that is built. */
export function ignorePatterns(text: string): string[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/^(!?)\s*\//, "$1").replace(/\/$/, ""));
}

/** Each instruction on one line: without comments, its continuations joined. */
function instructions(dockerfile: string): string[] {
  const continued = /^#\s*escape\s*=\s*`\s*$/im.test(dockerfile.split(/^(?!#)/m)[0] ?? "") ? "`" : "\\";
  const lines = dockerfile.replace(/^\uFEFF/, "").split(/\r?\n/);
  const joined: string[] = [];
  let open = "";
  for (const line of lines) {
    if (/^\s*(#|$)/.test(line)) continue;
    const text = line.trimEnd();
    if (text.endsWith(continued)) open += `${text.slice(0, -1)} `;
    else {
      joined.push(open + text);
      open = "";
    }
  }
  return open === "" ? joined : [...joined, open];
}

function readArg(rest: string, args: Readonly<Record<string, string>>, values: Map<string, string>): void {
  for (const [, name = "", fallback] of rest.matchAll(/(\w+)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
    const given = Object.hasOwn(args, name) ? args[name] : fallback?.replace(/^(["'])(.*)\1$/, "$2");
    values.set(name, given === undefined ? "" : substituted(given, values));
  }
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+alternative}`. */
function substituted(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})/g, (_, plain, braced, operator = "", word = "") => {
    const value = values.get(plain ?? braced) ?? "";
    if (operator.endsWith("-")) return value === "" ? word : value;
    if (operator.endsWith("+")) return value === "" ? "" : word;
    return value;
  });
}

function stageOf(from: string, before: readonly Stage[]): Stage {
  const words = from
    .trim()
    .split(/\s+/)
    .filter((word) => !word.startsWith("--"));
  const [base = "", as = "", name] = words;
  const isStage = before.some((stage) => stage.name === base.toLowerCase());
  return { base, isStage, ...(/^as$/i.test(as) && name !== undefined && { name: name.toLowerCase() }) };
}
