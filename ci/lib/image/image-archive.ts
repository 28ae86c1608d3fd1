import { type FileHandle, open } from "node:fs/promises";

/** Bytes of a tar archive's header, and of what each content is padded to. https://www.gnu.org/software/tar/manual/html_node/Standard.html */
const BLOCK = 512;
/** The index of one image is a few hundred bytes. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads the digest of the image in an archive with an OCI image layout. Layers are skipped, not read.
 * https://specs.opencontainers.org/image-spec/image-layout/
 * @param path The archive: an uncompressed tar file.
 * @returns `sha256:` and 64 hex digits.
 */
export async function imageDigestIn(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { manifests } = JSON.parse(await contentOf(file, "index.json")) as { manifests?: { digest?: unknown }[] };
    const [{ digest } = {}, ...others] = manifests ?? [];
    if (typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest) && others.length === 0) return digest;
    throw new Error(`The image's archive has ${manifests?.length ?? 0} images in its index, and one was expected.`);
  } finally {
    await file.close();
  }
}

async function contentOf(file: FileHandle, name: string): Promise<string> {
  for (let at = 0; ; ) {
    const header = await read(file, at, BLOCK);
    const found = textAt(header, 0, 100);
    if (found === "") throw new Error(`The image's archive has no ${name}.`);
    const size = sizeIn(header);
    if (found === name) {
      if (size > MOST_BYTES) throw new Error(`The ${name} of the image's archive has ${size} bytes.`);
      return (await read(file, at + BLOCK, size)).toString();
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** A size from 8 GiB on is binary, with the first bit set. */
function sizeIn(header: Buffer): number {
  if ((header.readUInt8(124) & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(textAt(header, 124, 12).trim() || "0", 8);
}

function textAt(header: Buffer, start: number, length: number): string {
  return (
    header
      .subarray(start, start + length)
      .toString("latin1")
      .split("\0", 1)[0] ?? ""
  );
}

/** Fewer bytes than `length` are zeros. */
async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, position);
  return buffer;
}
