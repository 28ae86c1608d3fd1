import { chmodSync, lstatSync, mkdirSync, readlinkSync } from "node:fs";

const remedy = "Move it away, or choose another directory with --state or XDG_CACHE_HOME.";

/**
 * Creates a directory that no other user can enter, or narrows the mode of an existing one to 0700.
 *
 * @returns `wasOpen`: true when other users could write to it before, so that its content is not trusted.
 * @throws {Error} It is a symbolic link or belongs to another user.
 */
export function makePrivateDirectory(path: string): { wasOpen: boolean } {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (found.isSymbolicLink()) throw new Error(`${path} is a symbolic link to ${readlinkSync(path)}. ${remedy}`);
  const user = process.geteuid?.();
  if (user !== undefined && found.uid !== user) {
    throw new Error(`${path} belongs to user ${found.uid}; this process runs as user ${user}. ${remedy}`);
  }
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
  return { wasOpen: (found.mode & 0o022) !== 0 };
}
