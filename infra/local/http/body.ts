import type { IncomingMessage } from "node:http";

/** A body that is longer than its reader allows. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
  constructor(readonly limit: number) {
    super(`The request's body is larger than ${limit} bytes.`);
  }
}

/**
 * Reads a whole body of at most `limit` bytes. What is beyond is never held in memory.
 * @param onChunk Receives each chunk as it comes, such as to hash it.
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
  // A request that is given up must not take its connection along: the refusal goes back on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge(limit);
    chunks.push(chunk);
    onChunk(chunk);
  }
  return Buffer.concat(chunks);
}
