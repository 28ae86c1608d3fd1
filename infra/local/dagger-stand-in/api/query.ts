import { readFileSync } from "node:fs";
import { defaultPlatform } from "../base/platform.js";
import { keyOf } from "../content/store.js";
import { Container } from "./container.js";
import { Directory } from "./directory.js";
import { type Assignment, ErrorValue, FunctionCall } from "./function-call.js";
import { Secret } from "./secret.js";
import { FunctionDef, Module, SourceMap, TypeDef } from "./typedef.js";

/** Process of a module that sends a query. */
export interface Caller {
  moduleName: string;
  /** Resolves when the process is assigned a function call. */
  assignment: Promise<Assignment>;
}

/** Root of the API: each member is a field of `Query` in the schema. */
export const query = {
  node: async ({ id }: { id: string }, { assignment }: Caller) => (await assignment).session.ids.get(id),
  defaultPlatform: () => defaultPlatform(),
  version: () => engineVersion(),
  directory: async (_: object, { assignment }: Caller) =>
    new Directory((await assignment).session, keyOf("empty directory"), async () => new Map()),
  container: async ({ platform = defaultPlatform() }: { platform?: string }, { assignment }: Caller) =>
    Container.scratch((await assignment).session, platform),
  setSecret: async ({ name, plaintext }: { name: string; plaintext: string }, { assignment }: Caller) =>
    Secret.ofValue((await assignment).session, name, plaintext),
  error: async ({ message }: { message: string }, { assignment }: Caller) =>
    new ErrorValue((await assignment).session, message),

  currentFunctionCall: (_: object, { assignment }: Caller) => new FunctionCall(assignment),
  currentModule: (_: object, { moduleName }: Caller) => ({ name: moduleName }),

  module: async (_: object, { assignment }: Caller) => new Module((await assignment).session),
  typeDef: async (_: object, { assignment }: Caller) => new TypeDef((await assignment).session),
  function: async ({ name, returnType }: { name: string; returnType: string }, { assignment }: Caller) => {
    const { session } = await assignment;
    return new FunctionDef(session, {
      name,
      description: "",
      args: [],
      returns: session.ids.of(returnType, TypeDef).ref,
    });
  },
  sourceMap: async (place: object, { assignment }: Caller) =>
    new SourceMap((await assignment).session, keyOf("SourceMap", place)),
};

/** Returns the version of the engine that the stand-in stands for, as this repository's dagger.json states it, such as `v0.21.8`. */
function engineVersion(): string {
  const path = new URL("../../../../dagger.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { engineVersion: string }).engineVersion;
}
