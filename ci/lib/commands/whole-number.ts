import { InputError } from "../common/errors.js";

/**
 * Checks a number of an option.
 * @param option Such as `--lines`.
 * @throws InputError when it is no whole number from `least` to `most`.
 */
export function checkWhole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InputError(
    `bad-${option.replace(/^--/, "")}`,
    `${option} is ${value}. Accepted: a whole number from ${least} to ${most}.`,
  );
}
