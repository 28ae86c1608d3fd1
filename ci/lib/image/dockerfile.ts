/** A stage of a Dockerfile. */
export interface Stage {
  /** In lower case, as Docker compares it; absent for a stage without a name. */
  name?: string;
  /** The FROM of the stage: an image, or an earlier stage. Arguments are replaced. */
  base: string;
  /** The base is a stage of this file. */
  isStage: boolean;
}

/**
 * Reads the stages of a Dockerfile, as far as a release needs to know them: which stages it has, and which images they are built from.
 * https://docs.docker.com/reference/dockerfile/#from
 * @param args Build arguments, which replace the defaults that ARG gives before the first FROM.
 * @param platform What is built for, such as linux/arm64: its parts are arguments that are always there.
 */
export function stagesOf(
  dockerfile: string,
  args: Readonly<Record<string, string>> = {},
  platform: string | undefined = undefined,
): Stage[] {
  const values = new Map(platformArgs(platform));
  const stages: Stage[] = [];
  for (const line of instructions(dockerfile)) {
    const [, word = "", rest = ""] = /^\s*([a-z]+)\s+(.*)$/is.exec(line) ?? [];
    if (/^arg$/i.test(word) && stages.length === 0) readArg(rest, args, values);
    if (/^from$/i.test(word)) stages.push(stageOf(substituted(rest, values), stages));
  }
  return stages;
}

/** Returns the image that a stage begins with, through the stages that it begins with. */
export function baseImage(stages: readonly Stage[], stage: Stage): string {
  const parent = stage.isStage ? stages.find(({ name }) => name === stage.base.toLowerCase()) : undefined;
  return parent ? baseImage(stages, parent) : stage.base;
}

/** Returns the images that the FROM instructions of a file name, each once, in their order. */
export function baseImages(stages: readonly Stage[]): string[] {
  return [...new Set(stages.filter(({ isStage, base }) => !isStage && base !== "scratch").map(({ base }) => base))];
}

/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function platformArgs(platform: string | undefined): [string, string][] {
  if (platform === undefined) return [];
  const [os = "", architecture = "", variant = ""] = platform.split("/");
  return [
    ["TARGETPLATFORM", platform],
    ["TARGETOS", os],
    ["TARGETARCH", architecture],
    ["TARGETVARIANT", variant],
  ];
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

/** `RUN <<EOF` begins a text that ends at a line of that word. https://docs.docker.com/reference/dockerfile/#here-documents */
const hereDocument = /<<(-?)(["']?)([A-Za-z_]\w*)\2/g;

/** Each instruction on one line: without comments and here-documents, its continuations joined. */
function instructions(dockerfile: string): string[] {
  const continued = /^#\s*escape\s*=\s*`\s*$/im.test(dockerfile.split(/^(?!#)/m)[0] ?? "") ? "`" : "\\";
  const lines = dockerfile.replace(/^\uFEFF/, "").split(/\r?\n/);
  const joined: string[] = [];
  let open = "";
  let documents: { indented: boolean; end: string }[] = [];
  for (const line of lines) {
    const [document] = documents;
    if (document) {
      const end = document.indented ? line.replace(/^\t+/, "") : line;
      if (end === document.end) documents = documents.slice(1);
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const text = line.trimEnd();
    if (text.endsWith(continued)) open += `${text.slice(0, -1)} `;
    else {
      const instruction = open + text;
      joined.push(instruction);
      documents = /^\s*(?:run|copy|add)\s/i.test(instruction) ? documentsOf(instruction) : [];
      open = "";
    }
  }
  return open === "" ? joined : [...joined, open];
}

function documentsOf(instruction: string): { indented: boolean; end: string }[] {
  return [...instruction.matchAll(hereDocument)].map(([, dash, , end = ""]) => ({ indented: dash === "-", end }));
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
