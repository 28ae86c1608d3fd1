import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { StandInError } from "../errors.js";

/** The registry can't be reached, or the answer is not a registry's. */
export class UnreachableRegistryError extends StandInError {
  override readonly name = "UnreachableRegistryError";
}

/** The registry answered with an error. */
export class RegistryError extends StandInError {
  override readonly name = "RegistryError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** @throws {StandInError} The body is longer. */
export async function readBounded(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!response.body) return "";
  for await (const chunk of Readable.fromWeb(response.body as ReadableStream) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most)
      throw new StandInError(`The response of ${new URL(response.url).host} is longer than ${most} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
