import { ContainerRuntimeError } from "./errors.js";

/**
 * Reads a runtime's progress stream (one JSON object a line) to its end.
 *
 * @returns Concatenated `stream` members.
 * @throws {ContainerRuntimeError} A line has an `error`; the HTTP status is 200 nevertheless.
 */
export async function readProgress(stream: NodeJS.ReadableStream): Promise<string> {
  let content = "";
  for await (const chunk of stream) content += chunk.toString();
  let text = "";
  for (const line of content.split("\n").filter((line) => line.trim() !== "")) {
    const { error, stream } = JSON.parse(line) as { error?: string; stream?: string };
    if (error !== undefined)
      throw new ContainerRuntimeError(`The container runtime returned an error: ${error.trim()}`);
    text += stream ?? "";
  }
  return text;
}
