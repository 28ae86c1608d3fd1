export type OutputStream = "stdout" | "stderr";
export type OnOutput = (stream: OutputStream, chunk: Buffer) => void;

const headerSize = 8;

/**
 * Demultiplexes the output of a container without a terminal: frames of one byte for the stream, three zero bytes, four bytes of length, then
 * the content. Ends with the container's output. Passes on bytes at once, also from the middle of a frame, without buffering.
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

/** Maximum length of a line, in bytes. Longer lines are split, as by Docker's awslogs driver (256 KiB less 26 bytes per event). */
export const LONGEST_LINE = (256 << 10) - 26;

export interface LineSplitter {
  write: OnOutput;
  /** Emits incomplete last lines. */
  flush(): void;
}

/** Splits output into lines, per stream, in linear time. A line has at most `LONGEST_LINE` bytes. */
export function lineSplitter(onLine: (stream: OutputStream, line: string) => void): LineSplitter {
  return lineBatches((stream, lines) => {
    for (const line of lines) onLine(stream, line);
  });
}

/** Splits output into lines and emits all lines of a chunk at once. */
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

/** Buffer of an incomplete line. */
class LineBuffer {
  private bytes = Buffer.alloc(256);
  private size = 0;

  /** Adds output; returns the completed lines. */
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

  /** Ends a line of maximum length. Moves an incomplete last character to the next line. */
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

/** Returns the start of the last UTF-8 character; the end for other bytes. */
function lastCharacter(bytes: Buffer, size: number): number {
  for (let start = size - 1; start >= size - 3 && start > 0; start--) {
    if (!isContinuation(bytes[start])) return start;
  }
  return size;
}
