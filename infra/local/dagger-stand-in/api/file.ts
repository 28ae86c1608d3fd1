import { statSync } from "node:fs";
import { join } from "node:path";
import { exportTarget, writeHostEntry } from "../content/export.js";
import type { FileContent } from "../content/tree.js";
import type { Session } from "../session/session.js";
import { ApiObject } from "./object.js";

export class File extends ApiObject {
  readonly __typename = "File";

  constructor(
    session: Session,
    key: string,
    private readonly make: () => Promise<FileContent>,
  ) {
    super(session, key);
  }

  content(): Promise<FileContent> {
    return this.session.once(`${this.key} content`, this.make);
  }

  async contents(): Promise<string> {
    const { entry } = await this.content();
    return (await this.session.store.read(entry.digest)).toString("utf8");
  }

  async name(): Promise<string> {
    return (await this.content()).name;
  }

  async size(): Promise<number> {
    return (await this.content()).entry.size;
  }

  async digest(): Promise<string> {
    return (await this.content()).entry.digest;
  }

  async export({ path, allowParentDirPath }: { path: string; allowParentDirPath?: boolean }): Promise<string> {
    const { name, entry } = await this.content();
    const given = exportTarget(this.session.cwd, path);
    const isDirectory = statSync(given, { throwIfNoEntry: false })?.isDirectory();
    const target = allowParentDirPath && isDirectory ? join(given, name) : given;
    await writeHostEntry(this.session.store, entry, target);
    return target;
  }

  async sync(): Promise<string> {
    await this.content();
    return this.id();
  }
}
