import { EngineError } from "./errors.js";

/**
 * Reads an engine's progress stream (one JSON object a line) to its end.
 *
 * @returns What its `stream` members say, together.
 * @throws {EngineError} A line says `error`: the HTTP status is 200 all the same.
 */
export async function readProgress(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk.toString();
  let said = "";
  for (const line of text.split("\n").filter((line) => line.trim() !== "")) {
    const { error, stream } = JSON.parse(line) as { error?: string; stream?: string };
    if (error !== undefined) throw new EngineError(`The container engine refused: ${error.trim()}`);
    said += stream ?? "";
  }
  return said;
}
