/** Source of ids and jitter. A seed gives the same values every time, so that a run can be repeated byte for byte. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
}

/** Returns a Mulberry32 generator: sufficient for ids and jitter; no secret is derived from it. */
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

/** Returns hex digits, as in a task's id of 32. */
export function randomHex(random: Random, length: number): string {
  return pick(random, "0123456789abcdef", length);
}

/** Returns decimal digits without a leading zero, as in `ecs-svc/1234567890123456789`. */
export function randomDigits(random: Random, length: number): string {
  return pick(random, "123456789", 1) + pick(random, "0123456789", length - 1);
}

/** Returns 21 letters, digits, `-` and `_`, as in a service deployment's id. */
export function randomShortId(random: Random): string {
  return randomToken(random, 21);
}

/** Returns letters, digits, `-` and `_`. */
export function randomToken(random: Random, length: number): string {
  return pick(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length);
}

/** Returns a UUID of version 4. */
export function randomUuid(random: Random): string {
  const part = (length: number) => randomHex(random, length);
  return `${part(8)}-${part(4)}-4${part(3)}-8${part(3)}-${part(12)}`;
}

function pick(random: Random, alphabet: string, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += alphabet[Math.floor(random.next() * alphabet.length)];
  return text;
}
