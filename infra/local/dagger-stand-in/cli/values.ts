import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Container } from "../api/container.js";
import { Directory } from "../api/directory.js";
import { File } from "../api/file.js";
import { GitRepository } from "../api/git.js";
import type { ApiObject } from "../api/object.js";
import { Secret } from "../api/secret.js";
import { Service } from "../api/service.js";
import { defaultPlatform } from "../base/platform.js";
import { readHostDirectory, readHostFile } from "../content/host.js";
import { keyOf } from "../content/store.js";
import { StandInError, UsageError } from "../errors.js";
import type { Catalog } from "../module/catalog.js";
import { kebab } from "../module/names.js";
import type { ArgumentType, TypeRef } from "../module/types.js";
import type { Session } from "../session/session.js";

interface Context {
  session: Session;
  catalog: Catalog;
  argument: ArgumentType;
}

/** Converts the text of a flag to the value that the module receives: a plain value, or an id for an object. */
export function argumentValue(context: Context, typed: string[]): unknown {
  const { type } = context.argument;
  if (type.kind !== "LIST") return value(context, type, typed.at(-1) ?? "");
  const { element } = type;
  return typed.flatMap(splitList).map((item) => value(context, element ?? { kind: "STRING", optional: false }, item));
}

/** Returns the value of an argument without a flag whose default is a path in the repository. */
export function contextValue(context: Context, moduleRoot: string, path: string): unknown {
  const base = path.startsWith("/") ? context.session.contextDirectory : moduleRoot;
  return value(context, context.argument.type, join(base, path));
}

function value(context: Context, type: TypeRef, text: string): unknown {
  switch (type.kind) {
    case "STRING":
      return text;
    case "INTEGER":
      return /^[+-]?\d+$/.test(text) ? Number(text) : invalid(context, text, "a whole number");
    case "FLOAT":
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : invalid(context, text, "a number");
    case "BOOLEAN":
      return /^(true|false|1|0|t|f)$/i.test(text)
        ? /^(true|1|t)$/i.test(text)
        : invalid(context, text, "true or false");
    case "ENUM":
      return member(context, type, text);
    case "SCALAR":
      return type.name === "Platform" ? platform(context, text) : text;
    case "INPUT":
      return portForward(context, text);
    default:
      return object(context, type, text).id();
  }
}

function member(context: Context, type: TypeRef, text: string): string {
  const names = context.catalog.enumOf(type)?.members.map(({ name }) => name) ?? [];
  return (
    names.find((name) => name.toLowerCase() === text.toLowerCase()) ??
    invalid(context, text, `one of ${names.join(", ")}`)
  );
}

function platform(context: Context, text: string): string {
  if (text === "current") return defaultPlatform();
  return /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(text)
    ? text
    : invalid(context, text, "a platform such as linux/amd64, or current");
}

function portForward(context: Context, text: string): { frontend: number; backend: number } {
  const [, frontend, backend] =
    /^(\d+):(\d+)$/.exec(text) ?? invalid(context, text, "FRONTEND:BACKEND, such as 5001:5000");
  return { frontend: Number(frontend), backend: Number(backend) };
}

function object({ session, argument }: Context, { name = "" }: TypeRef, text: string): ApiObject {
  const path = resolve(session.cwd, text.replace(/^file:\/\//, ""));
  switch (name) {
    case "Directory":
      requireKind(argument, path, "directory");
      return new Directory(session, keyOf("host directory", path, argument.ignore), () =>
        readHostDirectory(session.store, path, argument.ignore),
      );
    case "File":
      requireKind(argument, path, "file");
      return new File(session, keyOf("host file", path), async () => ({
        name: basename(path),
        entry: await readHostFile(session.store, path),
      }));
    case "Secret":
      return Secret.ofUri(session, text);
    case "Service":
      return Service.ofHost(session, text);
    case "GitRepository":
      if (existsSync(join(path, ".git"))) return new GitRepository(session, path);
      throw new StandInError(`--${kebab(argument.name)} requires a git repository; ${path} has no .git.`);
    case "Container":
      return Container.scratch(session, defaultPlatform()).from({ address: text });
    default:
      throw new UsageError(`unsupported type for flag --${kebab(argument.name)}: ${name}`);
  }
}

/** Requires that the path of a flag exists, as the engine does before a call. @throws {UsageError} It does not. */
function requireKind({ name }: ArgumentType, path: string, kind: "directory" | "file"): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (kind === "directory" ? found?.isDirectory() : found?.isFile()) return;
  throw new UsageError(
    `failed to get value for argument ${JSON.stringify(name)}: There is no ${kind} ${path} on this machine.`,
  );
}

function invalid({ argument }: Context, text: string, accepted: string): never {
  throw new UsageError(
    `invalid argument ${JSON.stringify(text)} for "--${kebab(argument.name)}" flag. Accepted: ${accepted}.`,
  );
}

/** Splits comma-separated values; quotes protect commas. */
function splitList(text: string): string[] {
  if (text === "") return [];
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
}
