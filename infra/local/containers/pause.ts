import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import type { Engine } from "./connect.js";
import { EngineError } from "./errors.js";
import { loadImage } from "./image.js";

/** For each architecture the ELF machine number and the machine code of `for (;;) pause();`. */
const programs: Record<string, { machine: number; code: number[] }> = {
  // mov eax, 34 (pause); syscall; jmp back
  amd64: { machine: 62, code: [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0, x1, x2, x3 = 0; mov x8, 73 (ppoll); svc 0; b back
  arm64: {
    machine: 183,
    code: [
      0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2, 0x28, 0x09, 0x80,
      0xd2, 0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17,
    ],
  },
};

/**
 * An image of one program that does nothing, to hold a network namespace for containers that come and go. It is made here,
 * since an engine can't fetch one everywhere.
 */
export async function loadPauseImage(engine: Engine): Promise<string> {
  const { os, architecture } = engine.platform;
  const program = programs[architecture];
  if (program === undefined) {
    throw new EngineError(
      `Tasks of several containers run on amd64 and arm64; the container engine says ${architecture}.`,
    );
  }
  const layer = tar.pack();
  layer.entry({ name: "pause", mode: 0o755, mtime: new Date(0) }, elf(program.machine, program.code));
  layer.finalize();
  const bytes = await buffer(layer);
  const diffId = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const config = { architecture, os, config: { Cmd: ["/pause"] }, rootfs: { type: "layers", diff_ids: [diffId] } };
  const layers = [{ diffId, size: bytes.length, open: () => Readable.from([bytes]) }];
  return loadImage(engine, { config: Buffer.from(JSON.stringify(config)), layers }, "pause");
}

/** The smallest executable: a header, one loaded segment, the code. See elf(5). */
function elf(machine: number, code: number[]): Buffer {
  const [header, segment, address] = [64, 56, 0x400000n];
  const file = Buffer.alloc(header + segment + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(address + BigInt(header + segment), 24);
  file.writeBigUInt64LE(BigInt(header), 32);
  file.writeUInt16LE(header, 52);
  file.writeUInt16LE(segment, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, header);
  file.writeUInt32LE(5, header + 4);
  file.writeBigUInt64LE(address, header + 16);
  file.writeBigUInt64LE(address, header + 24);
  file.writeBigUInt64LE(BigInt(file.length), header + 32);
  file.writeBigUInt64LE(BigInt(file.length), header + 40);
  file.writeBigUInt64LE(0x10000n, header + 48);
  file.set(code, header + segment);
  return file;
}
