import { buffer } from "node:stream/consumers";
import tar, { type Header as TarHeader } from "tar-stream";

type Header = Partial<TarHeader> & { name: string };

export interface Entry {
  header: Header;
  body: Buffer;
}

/** Packs entries into a deterministic tar: independent of their order, times, and names of users. */
export async function packNormalised(entries: Entry[]): Promise<Buffer> {
  const normal = entries.map(({ header, body }) => ({ header: normalHeader(header), body }));
  firstNameHoldsContent(normal);
  const layer = tar.pack();
  for (const { header, body } of normal.sort((a, b) => compare(a.header.name, b.header.name)))
    layer.entry(header, body);
  layer.finalize();
  return buffer(layer);
}

/** Returns a path without a leading or trailing slash, as in layers. */
export function plainPath(path: string): string {
  return path.replace(/^(\.?\/)+/, "").replace(/\/$/, "");
}

function normalHeader(header: Header): Header {
  const { pax } = header as { pax?: Record<string, string> | null };
  const attributes = Object.entries(pax ?? {}).filter(([key]) => key.startsWith("SCHILY.xattr."));
  const {
    name,
    linkname,
    mtime: _mtime,
    uname: _uname,
    gname: _gname,
    pax: _pax,
    ...kept
  } = header as Header & { pax?: unknown };
  return {
    ...kept,
    mtime: new Date(0),
    name: plainPath(name),
    // A hard link names a path of the archive; a symbolic link can hold any text.
    ...(linkname ? { linkname: header.type === "link" ? plainPath(linkname) : linkname } : {}),
    ...(attributes.length > 0 ? { pax: Object.fromEntries(attributes) } : {}),
  };
}

/** Moves the content of hard-linked names to the first name in order, so that no link precedes its target. */
function firstNameHoldsContent(entries: Entry[]): void {
  const groups = new Map<string, Header[]>();
  for (const { header } of entries) {
    if (header.type === "link" && header.linkname)
      groups.set(header.linkname, [...(groups.get(header.linkname) ?? []), header]);
  }
  for (const [target, links] of groups) {
    const holder = entries.find(({ header }) => header.name === target)?.header;
    if (holder === undefined) continue;
    const [first = target, ...others] = [target, ...links.map(({ name }) => name)].sort(compare);
    holder.name = first;
    for (const [index, link] of links.entries()) Object.assign(link, { name: others[index], linkname: first });
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
