import { DockerfileError, type Instruction } from "./instruction.js";

/** A mount of a RUN, its values not expanded yet: https://docs.docker.com/reference/dockerfile/#run---mount */
export interface MountOptions {
  type: "bind" | "cache" | "tmpfs" | "secret";
  /** As written, by their main names. */
  values: Record<string, string>;
}

const accepted = {
  bind: ["target", "source", "from", "rw", "ro"],
  cache: ["target", "id", "sharing", "mode", "uid", "gid", "ro", "rw"],
  tmpfs: ["target", "size"],
  secret: ["id", "target", "required", "mode", "uid", "gid", "env"],
} as const;

const synonyms: Record<string, string> = {
  dst: "target",
  destination: "target",
  src: "source",
  readonly: "ro",
  readwrite: "rw",
};

/**
 * Reads the value of `--mount`.
 *
 * @throws {DockerfileError} The stand-in does not support such a mount, or an option is missing.
 */
export function mountOptions(instruction: Instruction, text = ""): MountOptions {
  const fields = text.replaceAll('"', "").split(",");
  const given = fields.map((field) => {
    const [name = "", ...value] = field.split("=");
    const lower = name.toLowerCase();
    return [synonyms[lower] ?? lower, value.length === 0 ? "true" : value.join("=")];
  });
  const { type = "bind", ...values } = Object.fromEntries(given) as Record<string, string>;
  if (!isType(type)) {
    throw new DockerfileError(
      instruction,
      `--mount=type=${type} is not supported here. Accepted: ${Object.keys(accepted).join(", ")}.`,
    );
  }
  const options: readonly string[] = accepted[type];
  const unknown = Object.keys(values).find((name) => !options.includes(name));
  if (unknown !== undefined) {
    throw new DockerfileError(
      instruction,
      `--mount=type=${type} has no option ${JSON.stringify(unknown)} here. Accepted: ${options.join(", ")}.`,
    );
  }
  const named = type === "secret" ? (values.id ?? values.target) : values.target;
  if (named === undefined || named === "") {
    const needed = type === "secret" ? "id=NAME" : "target=PATH";
    throw new DockerfileError(instruction, `--mount=${text} lacks ${needed}.`);
  }
  return { type, values };
}

function isType(type: string): type is MountOptions["type"] {
  return Object.hasOwn(accepted, type);
}
