/** ELF machine numbers by architecture of image manifests. See elf(5). */
const machines: Record<string, number> = { amd64: 62, arm64: 183 };

/** Returns the smallest executable: a header, one loaded segment, and the code, which may end with data; undefined for another architecture. */
export function elf(architecture: string, code: Uint8Array): Buffer | undefined {
  const machine = machines[architecture];
  if (machine === undefined) return undefined;
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
