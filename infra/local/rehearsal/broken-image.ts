import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { PutImageCommand } from "@aws-sdk/client-ecr";
import tar from "tar-stream";
import { elf } from "../containers/elf.js";
import { authorize, type Descriptor, type ImageConfig, readPublished } from "./published-image.js";
import type { LocalClients, SampleTarget } from "./seed.js";

/** Path of the program that a broken release runs. */
const program = "slipway-broken";

/**
 * Publishes a release that can't start: the image of `good` with a program that ends at once with exit code 1. This works for any image, with a
 * shell or with a single file: only the program changes.
 *
 * @param entryPoints Programs that the task definition starts in place of the image's own; they are replaced too.
 * @throws {Error} The image's architecture is neither amd64 nor arm64.
 */
export async function publishBrokenImage(
  clients: LocalClients,
  target: Pick<SampleTarget, "repository">,
  registry: string,
  tags: { good: string; broken: string },
  entryPoints: string[] = [],
): Promise<void> {
  const blobs = `${registry}/v2/${target.repository}/blobs`;
  const { manifest, config } = await readPublished(clients, registry, target.repository, tags.good);
  const authorization = await authorize(clients);
  const files = [program, ...entryPoints.map((path) => located(path, config))];
  const layer = await layerOf(files, brokenProgram(config.architecture));
  const changed = JSON.stringify({
    ...config,
    config: { ...config.config, Entrypoint: [`/${program}`], Cmd: [] },
    rootfs: { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, digestOf(layer)] },
    ...(config.history && { history: [...config.history, { created_by: program }] }),
  });
  const isDocker = manifest.config.mediaType.startsWith("application/vnd.docker.");
  const layerType = isDocker
    ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
    : "application/vnd.oci.image.layer.v1.tar+gzip";
  const upload = (mediaType: string, bytes: Buffer<ArrayBuffer>) => put(blobs, authorization, mediaType, bytes);
  const [newConfig, newLayer] = await Promise.all([
    upload(manifest.config.mediaType, Buffer.from(changed)),
    upload(layerType, gzipSync(layer)),
  ]);
  await clients.ecr.send(
    new PutImageCommand({
      repositoryName: target.repository,
      imageTag: tags.broken,
      imageManifest: JSON.stringify({ ...manifest, config: newConfig, layers: [...manifest.layers, newLayer] }),
      imageManifestMediaType: manifest.mediaType,
    }),
  );
}

const message = "this release ends as soon as it starts\n";

/** Returns a static executable that writes a line to standard error and ends with exit code 1. */
export function brokenProgram(architecture: string): Buffer {
  const code = { amd64: amd64(message.length), arm64: arm64(message.length) }[architecture];
  const file = code && elf(architecture, Buffer.concat([code, Buffer.from(message)]));
  if (file) return file;
  throw new Error(`A release that can't start is made for amd64 and arm64; this image is for ${architecture}.`);
}

/** mov eax, 1 (write); mov edi, 2; lea rsi, [rip + 19]; mov edx, length; syscall; mov eax, 60 (exit); mov edi, 1; syscall */
function amd64(length: number): Buffer {
  const before = [0xb8, 1, 0, 0, 0, 0xbf, 2, 0, 0, 0, 0x48, 0x8d, 0x35, 19, 0, 0, 0, 0xba, length, 0, 0, 0, 0x0f, 0x05];
  return Buffer.from([...before, 0xb8, 60, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0x0f, 0x05]);
}

/** mov x0, 2; adr x1, +28; mov x2, length; mov x8, 64 (write); svc 0; mov x0, 1; mov x8, 93 (exit); svc 0 */
function arm64(length: number): Buffer {
  const mov = (register: number, value: number) => 0xd2800000 + (value << 5) + register;
  const [adr, svc] = [0x100000e1, 0xd4000001];
  const code = [mov(0, 2), adr, mov(2, length), mov(8, 64), svc, mov(0, 1), mov(8, 93), svc];
  return Buffer.from(Uint32Array.from(code).buffer);
}

/** Returns the path of a program in the image: a bare name is in the first directory of PATH, which wins. */
function located(path: string, { config }: ImageConfig): string {
  const search = config?.Env?.find((variable) => variable.startsWith("PATH="))?.slice("PATH=".length) ?? "/usr/bin";
  const absolute = path.includes("/") ? path : `${search.split(":")[0]}/${path}`;
  return absolute.replace(/^\.?\/+/, "");
}

async function layerOf(names: string[], content: Buffer): Promise<Buffer> {
  const layer = tar.pack();
  for (const name of new Set(names)) layer.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  layer.finalize();
  return buffer(layer);
}

const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function put(
  blobs: string,
  authorization: string,
  mediaType: string,
  body: Buffer<ArrayBuffer>,
): Promise<Descriptor> {
  const digest = digestOf(body);
  const begun = await fetch(`${blobs}/uploads/`, { method: "POST", headers: { authorization } });
  const location = new URL(begun.headers.get("location") ?? "", blobs);
  location.searchParams.set("digest", digest);
  const response = await fetch(location, { method: "PUT", headers: { authorization }, body });
  if (response.status !== 201) throw new Error(`The registry refused a blob: HTTP ${response.status}.`);
  return { mediaType, digest, size: body.length };
}
