import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { SecretValue } from "../image/state.js";
import type { Session } from "../session/session.js";
import { ApiObject } from "./object.js";

export class Secret extends ApiObject implements SecretValue {
  readonly __typename = "Secret";

  constructor(
    session: Session,
    key: string,
    readonly label: string,
    private readonly read: () => Promise<string>,
  ) {
    super(session, key);
  }

  /** Creates a secret of a value that the module provides, identified by its name. */
  static ofValue(session: Session, name: string, plaintext: string): Secret {
    return new Secret(session, keyOf("setSecret", name, plaintext), name, async () => plaintext);
  }

  /**
   * Creates a secret from `env://NAME`, `file://PATH` or `cmd://COMMAND`, which is read when it is used.
   *
   * @throws {StandInError} The form is unknown, the variable or the file is missing, or the command fails.
   */
  static ofUri(session: Session, uri: string): Secret {
    const read = reader(session, uri);
    return new Secret(session, keyOf("secret", uri), uri, () =>
      session.once(`${keyOf("secret", uri)} plaintext`, read),
    );
  }

  name(): string {
    return this.label;
  }

  uri(): string {
    return this.label;
  }

  plaintext(): Promise<string> {
    return this.read();
  }

  /**
   * Returns an identity of the secret's value; undefined when it can't be read. As in the engine, a function's cache depends on the values
   * of its object's secrets: each command runs once per call, and its failure affects only functions that read the secret.
   */
  async identity(): Promise<string | undefined> {
    return this.read().then(
      (value) => keyOf("secret content", value),
      () => undefined,
    );
  }
}

function reader(session: Session, uri: string): () => Promise<string> {
  const [scheme, path = ""] = uri.split(/:\/\/(.*)/s);
  if (scheme === "env") return async () => variable(session, path);
  if (scheme === "file") return () => file(session, path);
  if (scheme === "cmd") return () => output(session, path);
  // The address may be the secret itself, given in the wrong place.
  throw new StandInError(
    "Accepted for a secret: env://NAME, file://PATH or cmd://COMMAND. The value received is none of these.",
  );
}

function variable({ env }: Session, name: string): string {
  const value = env[name];
  if (value === undefined)
    throw new StandInError(`The secret env://${name} can't be read: the variable ${name} is not set.`);
  return value;
}

async function file({ cwd }: Session, path: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path.replace(/^~(?=\/|$)/, homedir())), "utf8");
  } catch (error) {
    throw new StandInError(`The secret file://${path} can't be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

async function output({ cwd, env, signal }: Session, command: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd, env: env as NodeJS.ProcessEnv, signal });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: number | string; stderr?: string };
    throw new StandInError(
      `The secret cmd://${command} can't be read: the command ended with ${code}.\n${stderr}`.trimEnd(),
    );
  }
}
