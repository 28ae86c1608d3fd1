/** Where ids come from. A seed gives the same ids every time, so that a run can be repeated byte for byte. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
}

/** Mulberry32: small, fast, and good enough for ids and jitter; nothing secret is made of it. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** As in a task's id: 32 hex digits. */
export function randomHex(random: Random, length: number): string {
  return pick(random, "0123456789abcdef", length);
}

/** As in `ecs-svc/1234567890123456789`: never a leading zero. */
export function randomDigits(random: Random, length: number): string {
  return pick(random, "123456789", 1) + pick(random, "0123456789", length - 1);
}

/** As in a service deployment's id: 21 letters, digits, `-` and `_`. */
export function randomShortId(random: Random): string {
  return randomToken(random, 21);
}

/** Letters, digits, `-` and `_`. */
export function randomToken(random: Random, length: number): string {
  return pick(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length);
}

function pick(random: Random, alphabet: string, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += alphabet[Math.floor(random.next() * alphabet.length)];
  return text;
}
