export type OutputStream = "stdout" | "stderr";
export type OnOutput = (stream: OutputStream, chunk: Buffer) => void;

const headerSize = 8;

/**
 * Takes apart what an engine sends for a container without a terminal: frames of one byte for the stream, three of nothing, four of
 * length, then the bytes. Ends when the container's output ends. Bytes are passed on as they come, also from the middle of a frame: none are
 * gathered.
 */
export async function demultiplex(source: AsyncIterable<Buffer | string>, onOutput: OnOutput): Promise<void> {
  const header = Buffer.alloc(headerSize);
  let headerBytes = 0;
  let frameBytes = 0;
  for await (const part of source) {
    let chunk = Buffer.from(part);
    while (chunk.length > 0) {
      if (frameBytes === 0) {
        const copied = chunk.copy(header, headerBytes);
        headerBytes += copied;
        chunk = chunk.subarray(copied);
        if (headerBytes < headerSize) break;
        headerBytes = 0;
        frameBytes = header.readUInt32BE(4);
      } else {
        const piece = chunk.subarray(0, frameBytes);
        frameBytes -= piece.length;
        chunk = chunk.subarray(piece.length);
        onOutput(header[0] === 2 ? "stderr" : "stdout", piece);
      }
    }
  }
}

/** Bytes of the longest line: a longer one is split there, as Docker's awslogs driver does (256 KiB less 26 bytes for each event). */
export const LONGEST_LINE = (256 << 10) - 26;

export interface LineSplitter {
  write: OnOutput;
  /** Passes on the last lines, which have no end of line. */
  flush(): void;
}

/** Turns output into lines, each stream on its own, in a time that grows with the output alone. A line has at most `LONGEST_LINE` bytes. */
export function lineSplitter(onLine: (stream: OutputStream, line: string) => void): LineSplitter {
  return lineBatches((stream, lines) => {
    for (const line of lines) onLine(stream, line);
  });
}

/** The same, with all lines that a chunk of output ends at once. */
export function lineBatches(onLines: (stream: OutputStream, lines: string[]) => void): LineSplitter {
  const streams = { stdout: new LineBuffer(), stderr: new LineBuffer() };
  return {
    write(stream, chunk) {
      const lines = streams[stream].take(chunk);
      if (lines.length > 0) onLines(stream, lines);
    },
    flush() {
      for (const stream of ["stdout", "stderr"] as const) {
        const rest = streams[stream].end();
        if (rest !== "") onLines(stream, [rest]);
      }
    },
  };
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The line that is not yet at its end. */
class LineBuffer {
  private bytes = Buffer.alloc(256);
  private size = 0;

  /** Adds output; returns the lines that are whole with it. */
  take(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (this.size === 0 && end - start <= LONGEST_LINE) {
        lines.push(withoutReturn(chunk, start, end));
      } else {
        this.add(chunk.subarray(start, end), lines);
        if (this.size > 0 && this.bytes[this.size - 1] === CARRIAGE_RETURN) this.size--;
        lines.push(this.end());
      }
      start = end + 1;
    }
    this.add(chunk.subarray(start), lines);
    return lines;
  }

  end(): string {
    const line = this.bytes.toString("utf8", 0, this.size);
    this.size = 0;
    return line;
  }

  private add(piece: Buffer, lines: string[]): void {
    let rest = piece;
    while (this.size + rest.length > LONGEST_LINE) {
      const taken = rest.subarray(0, LONGEST_LINE - this.size);
      rest = rest.subarray(taken.length);
      this.append(taken);
      lines.push(this.cutBefore(rest));
    }
    this.append(rest);
  }

  private append(piece: Buffer): void {
    const needed = this.size + piece.length;
    if (needed > this.bytes.length) {
      const larger = Buffer.alloc(Math.min(LONGEST_LINE, Math.max(needed, 2 * this.bytes.length)));
      this.bytes.copy(larger, 0, 0, this.size);
      this.bytes = larger;
    }
    this.size += piece.copy(this.bytes, this.size);
  }

  /** Ends a line that is as long as it may be. A character that goes on in what follows is left for the next line. */
  private cutBefore(next: Buffer): string {
    const size = this.size;
    const start = isContinuation(next[0]) ? lastCharacter(this.bytes, size) : size;
    this.size = start;
    const line = this.end();
    this.size = this.bytes.copy(this.bytes, 0, start, size);
    return line;
  }
}

function withoutReturn(bytes: Buffer, start: number, end: number): string {
  const last = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  return last === start ? "" : bytes.toString("utf8", start, last);
}

const isContinuation = (byte = 0) => (byte & 0xc0) === 0x80;

/** Where the last character of UTF-8 begins; the end where the bytes are none. */
function lastCharacter(bytes: Buffer, size: number): number {
  for (let start = size - 1; start >= size - 3 && start > 0; start--) {
    if (!isContinuation(bytes[start])) return start;
  }
  return size;
}
