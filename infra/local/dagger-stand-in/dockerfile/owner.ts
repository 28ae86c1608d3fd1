import type { Store } from "../content/store.js";
import type { Owner } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { fileAt } from "../image/files.js";
import type { ContainerState } from "../image/state.js";

/**
 * Returns the ids of `USER` or `USER:GROUP`; names are read from the image's files. A user id without a group is also the group id,
 * as of `--chown`: https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
 *
 * @throws {StandInError} The image has no such user or group.
 */
export async function ownerOf(store: Store, state: ContainerState, text: string): Promise<Owner> {
  const [user = "", group] = text.split(":");
  const isNumber = /^\d+$/.test(user);
  const fields = isNumber ? undefined : await lineOf(store, state, "/etc/passwd", user, text);
  const uid = isNumber ? Number(user) : Number(fields?.[2]);
  if (group === undefined || group === "") return { uid, gid: fields ? Number(fields[3]) : uid };
  if (/^\d+$/.test(group)) return { uid, gid: Number(group) };
  return { uid, gid: Number((await lineOf(store, state, "/etc/group", group, text))[2]) };
}

async function lineOf(
  store: Store,
  state: ContainerState,
  path: string,
  name: string,
  text: string,
): Promise<string[]> {
  const content = await fileAt(store, state, path)
    .then(({ entry }) => store.read(entry.digest))
    .catch(() => "");
  const lines = content.toString().split("\n");
  const found = lines.map((line) => line.split(":")).find(([first]) => first === name);
  if (found) return found;
  throw new StandInError(
    `${text}: the image's ${path} has no ${JSON.stringify(name)}. Accepted: an existing name, or a number.`,
  );
}
