import fc from "fast-check";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const seconds = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((each) => each * SECOND);

/** An alternative for each weight; the first is what a failing one is shrunk to. */
export function oneOf<T>(...choices: [weight: number, value: fc.Arbitrary<T>][]): fc.Arbitrary<T> {
  return fc.oneof({ withCrossShrink: true }, ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}
export const is = fc.constant;

/** Members that are there as often as their weight of 10 says. */
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
