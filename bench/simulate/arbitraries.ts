import fc from "fast-check";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const seconds = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((each) => each * SECOND);

/** Returns an alternative for each weight; a failing one shrinks to the first. */
export function oneOf<T>(...choices: [weight: number, value: fc.Arbitrary<T>][]): fc.Arbitrary<T> {
  return fc.oneof({ withCrossShrink: true }, ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}
export const is = fc.constant;

/** Returns optional members, each with the probability of its weight out of 10. */
export function sometimes<T extends object>(
  members: { [K in keyof T]-?: [weight: number, value: fc.Arbitrary<NonNullable<T[K]>>] },
) {
  const optional = Object.fromEntries(
    Object.entries<[number, fc.Arbitrary<unknown>]>(members).map(([name, [weight, value]]) => [
      name,
      oneOf<unknown>([10 - weight, is(undefined)], [weight, value]),
    ]),
  );
  return fc
    .record(optional)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T);
}
