import type { IncomingMessage } from "node:http";

/** Error for a body that exceeds its limit. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
  constructor(readonly limit: number) {
    super(`The request's body is larger than ${limit} bytes.`);
  }
}

/**
 * Reads a body of at most `limit` bytes. Bytes beyond the limit are never held in memory.
 * @param onChunk Receives each chunk, such as to hash it.
 * @throws BodyTooLarge.
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  onChunk: (chunk: Buffer) => void = () => undefined,
): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit) throw new BodyTooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection must stay open for the response when reading stops early.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge(limit);
    chunks.push(chunk);
    onChunk(chunk);
  }
  return Buffer.concat(chunks);
}
