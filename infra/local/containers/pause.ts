import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import type { ContainerRuntime } from "./connect.js";
import { elf } from "./elf.js";
import { ContainerRuntimeError } from "./errors.js";
import { loadImage } from "./image.js";

/** Machine code of `for (;;) pause();`, by architecture. */
const programs: Record<string, number[]> = {
  // mov eax, 34 (pause); syscall; jmp back
  amd64: [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7],
  // mov x0, x1, x2, x3 = 0; mov x8, 73 (ppoll); svc 0; b back
  arm64: [
    0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2, 0x28, 0x09, 0x80,
    0xd2, 0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17,
  ],
};

/**
 * Loads an image of one idle program, which holds a network namespace for other containers. It is created here, because not every runtime can
 * pull one.
 */
export async function loadPauseImage(runtime: ContainerRuntime): Promise<string> {
  const { os, architecture } = runtime.platform;
  const program = elf(architecture, Uint8Array.from(programs[architecture] ?? []));
  if (program === undefined) {
    throw new ContainerRuntimeError(
      `Tasks of several containers run on amd64 and arm64; the container runtime reports ${architecture}.`,
    );
  }
  const layer = tar.pack();
  layer.entry({ name: "pause", mode: 0o755, mtime: new Date(0) }, program);
  layer.finalize();
  const bytes = await buffer(layer);
  const diffId = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const config = { architecture, os, config: { Cmd: ["/pause"] }, rootfs: { type: "layers", diff_ids: [diffId] } };
  const layers = [{ diffId, size: bytes.length, open: () => Readable.from([bytes]) }];
  return loadImage(runtime, { config: Buffer.from(JSON.stringify(config)), layers }, "pause");
}
