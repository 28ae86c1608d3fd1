import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";
import { makePrivateDirectory } from "../private-directory.js";
import type { LoadableImage } from "./image.js";

const execute = promisify(execFile);
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "slipway/test");

export interface TestImage extends LoadableImage {
  /** The layer's uncompressed bytes. */
  layer: Buffer;
  /** Manifest, as a registry stores it. */
  manifest: Buffer;
  digest: string;
}

/**
 * Creates an image of about 2 MB without an image registry: Debian's static busybox and the given files; those in `bin/` are executable.
 *
 * @throws Error when busybox can't be downloaded.
 */
export async function busyboxImage(
  options: { config?: object; files?: Record<string, string>; gzip?: boolean; architecture?: string } = {},
): Promise<TestImage> {
  const layer = await layerOf(await readFile(await busybox()), options.files ?? {});
  const config = Buffer.from(
    JSON.stringify({
      architecture: options.architecture ?? { x64: "amd64", arm64: "arm64" }[process.arch as "x64"] ?? process.arch,
      os: "linux",
      config: { Env: ["PATH=/bin"], ...options.config },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  const blob = options.gzip ? gzipSync(layer) : layer;
  const mediaType = `application/vnd.oci.image.layer.v1.tar${options.gzip ? "+gzip" : ""}`;
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: [{ mediaType, digest: digestOf(blob), size: blob.length }],
    }),
  );
  const layers = [{ diffId: digestOf(layer), size: blob.length, open: () => Readable.from([blob]) }];
  return { config, layers, layer: blob, manifest, digest: digestOf(manifest) };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function layerOf(program: Buffer, files: Record<string, string>): Promise<Buffer> {
  const layer = tar.pack();
  const mtime = new Date(0);
  for (const name of ["bin", "etc", "tmp", "www"])
    layer.entry({ name, type: "directory", mode: name === "tmp" ? 0o1777 : 0o755, mtime });
  layer.entry({ name: "bin/busybox", mode: 0o755, mtime }, program);
  for (const applet of [
    "sh",
    "sleep",
    "cat",
    "echo",
    "httpd",
    "rm",
    "touch",
    "chmod",
    "chown",
    "mkdir",
    "ls",
    "id",
    "dd",
    "kill",
    "wget",
    "head",
    "tail",
    "ln",
    "test",
    "env",
    "nproc",
    "pwd",
    "hostname",
    "ulimit",
  ]) {
    layer.entry({ name: `bin/${applet}`, type: "symlink", linkname: "busybox", mtime });
  }
  layer.entry({ name: "etc/passwd", mtime }, "root:x:0:0:root:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n");
  for (const [name, content] of Object.entries(files))
    layer.entry({ name, mode: name.startsWith("bin/") ? 0o755 : 0o644, mtime }, content);
  layer.finalize();
  return buffer(layer);
}

/** Downloads busybox from Debian's package once; later calls need no network. */
async function busybox(): Promise<string> {
  const path = join(cache, `busybox-${process.arch}`);
  if (makePrivateDirectory(cache).wasOpen) await rm(path, { force: true });
  if (existsSync(path)) return path;
  const work = await mkdtemp(join(cache, "busybox."));
  try {
    await execute("apt-get", ["download", "busybox-static"], { cwd: work }).catch((cause: Error) => {
      throw new Error(
        `Debian's package busybox-static can't be downloaded (${cause.message.split("\n")[0]}). ` +
          `Run apt-get update, or place a static busybox at ${path}.`,
        { cause },
      );
    });
    const packages = (await readdir(work)).filter((name) => name.endsWith(".deb"));
    await execute("dpkg-deb", ["-x", packages[0] ?? "", "."], { cwd: work });
    const program = ["bin/busybox", "usr/bin/busybox"].map((name) => join(work, name)).find((file) => existsSync(file));
    await rename(program ?? "", path);
  } finally {
    await rm(work, { recursive: true });
  }
  return path;
}
