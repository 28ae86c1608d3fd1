import { StandInError } from "../errors.js";

/** Text that follows an instruction up to its end marker: https://docs.docker.com/reference/dockerfile/#here-documents */
export interface Heredoc {
  name: string;
  content: string;
  /** True when variables are replaced: the marker has no quotes. */
  expand: boolean;
}

/** Instruction of a Dockerfile, as written. */
export interface Instruction {
  /** Path of the Dockerfile. */
  file: string;
  /** First line, from 1. */
  line: number;
  /** In upper case, such as `RUN`. */
  keyword: string;
  /** Options before its arguments, such as `from` of `--from=build`; undefined for one without a value. */
  flags: [name: string, value: string | undefined][];
  /** Arguments on one line, continuations joined. */
  text: string;
  heredocs: Heredoc[];
}

/** Refused instruction. The message begins with the file, the line and the instruction. */
export class DockerfileError extends StandInError {
  override readonly name = "DockerfileError";

  constructor({ file, line, keyword }: Pick<Instruction, "file" | "line" | "keyword">, problem: string) {
    super(`${file}:${line}: ${keyword}: ${problem}`);
  }
}

/** Runs `work` and adds the place in the Dockerfile to its errors. */
export async function placed<T>(instruction: Instruction, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StandInError) || error.name !== "StandInError") throw error;
    throw new DockerfileError(instruction, error.message);
  }
}

/** Writes an instruction on one line, for logs and an image's history. */
export function describe({ keyword, flags, text }: Instruction): string {
  const options = flags.map(([name, value]) => (value === undefined ? `--${name}` : `--${name}=${value}`));
  return [keyword, ...options, text.replace(/\s+/g, " ")].join(" ");
}
