import { ApiObject } from "../api/object.js";
import { exportTarget, writeHostText } from "../content/export.js";
import { keyOf } from "../content/store.js";
import type { Display } from "../display/display.js";
import type { Catalog } from "../module/catalog.js";
import { describeId } from "../session/ids.js";
import type { Session } from "../session/session.js";
import type { Result } from "./evaluate.js";

interface Printing {
  session: Session;
  catalog: Catalog;
  json?: boolean;
  output?: string;
  display: Display;
}

/** Evaluates a result and returns the text to print, like `dagger call`: of an object only its type and digest. */
export async function present(
  { type, value }: Result,
  { session, catalog, json, output, display }: Printing,
): Promise<string> {
  if (type.kind === "VOID" || value === null || value === undefined) return "";
  const object = type.kind === "OBJECT" && !catalog.isModules(type) ? session.ids.get(value as string) : undefined;
  if (object && output !== undefined && "export" in object) {
    const save = () => (object as unknown as Exportable).export({ path: output, allowParentDirPath: true });
    const saved = await session.trace.step("export", save, { flags: { passthrough: true } });
    display.stderr(`Saved to "${saved}".`);
    return "";
  }
  if (object instanceof ApiObject && "sync" in object) {
    const sync = () => (object as unknown as Syncable).sync();
    await session.trace.step("sync", sync, { flags: { passthrough: true } });
  }
  const text = object
    ? `${describeId(value as string)}\n`
    : render(value, type.kind === "OBJECT" ? type.name : undefined, json);
  if (output !== undefined) {
    const path = exportTarget(session.cwd, output);
    await writeHostText(path, text);
    display.stderr(`Saved output to "${path}".`);
  }
  return text;
}

interface Exportable {
  export(args: { path: string; allowParentDirPath: boolean }): Promise<string>;
}

interface Syncable {
  sync(): Promise<string>;
}

function render(value: unknown, objectName: string | undefined, json = false): string {
  if (json) return `${JSON.stringify(value, null, 4)}\n`;
  if (objectName) return `${objectName}@${keyOf(value)}\n`;
  if (Array.isArray(value)) return value.map((item) => `${plain(item)}\n`).join("");
  return plain(value);
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
