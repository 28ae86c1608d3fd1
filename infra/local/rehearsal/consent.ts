import { createInterface } from "node:readline/promises";

export interface Consent {
  /** Go ahead without asking. */
  yes: boolean;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Says what is about to be installed and, on a terminal, asks for it.
 *
 * @param refusal What to do instead, for whoever says no.
 * @throws Error when the answer was no.
 */
export async function consent({ yes, say, signal }: Consent, description: string, refusal: string): Promise<void> {
  say(description);
  if (yes || !process.stdin.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question("Go ahead? [y/N] ", { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Error(`Nothing was installed. ${refusal}`);
  } finally {
    terminal.close();
  }
}
