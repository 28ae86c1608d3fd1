import { StringDecoder } from "node:string_decoder";

export type OutputStream = "stdout" | "stderr";
export type OnOutput = (stream: OutputStream, chunk: Buffer) => void;

const headerSize = 8;

/**
 * Takes apart what an engine sends for a container without a terminal: frames of one byte for the stream, three of nothing, four of
 * length, then the bytes. Ends when the container's output ends.
 */
export async function demultiplex(source: AsyncIterable<Buffer | string>, onOutput: OnOutput): Promise<void> {
  let pending = Buffer.alloc(0);
  for await (const chunk of source) {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, Buffer.from(chunk)]);
    while (pending.length >= headerSize) {
      const end = headerSize + pending.readUInt32BE(4);
      if (pending.length < end) break;
      onOutput(pending[0] === 2 ? "stderr" : "stdout", pending.subarray(headerSize, end));
      pending = pending.subarray(end);
    }
  }
}

/** Turns output into whole lines, each stream on its own. `flush` tells the last lines, which have no end of line. */
export function lineSplitter(onLine: (stream: OutputStream, line: string) => void): { write: OnOutput; flush(): void } {
  const streams = {
    stdout: { decoder: new StringDecoder(), rest: "" },
    stderr: { decoder: new StringDecoder(), rest: "" },
  };
  return {
    write(stream, chunk) {
      const state = streams[stream];
      const lines = (state.rest + state.decoder.write(chunk)).split(/\r?\n/);
      state.rest = lines.pop() ?? "";
      for (const line of lines) onLine(stream, line);
    },
    flush() {
      for (const stream of ["stdout", "stderr"] as const) {
        const rest = streams[stream].rest + streams[stream].decoder.end();
        streams[stream].rest = "";
        if (rest !== "") onLine(stream, rest);
      }
    },
  };
}
