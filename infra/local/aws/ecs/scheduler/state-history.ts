import { type EcsState, prepareState } from "../model/ecs-state.js";

/**
 * What the state was, for reads that come out of date. Costs a copy of the state for each moment at which it changes, and nothing while
 * nothing is kept.
 */
export interface StateHistory {
  /** Called around each change. */
  before(now: number): void;
  after(now: number): void;
  /** The state as it was; the oldest that is kept when that is younger, the present one when nothing is. */
  at(moment: number): EcsState;
}

/** @param kept How far back it looks, in milliseconds; may change at any time. */
export function createStateHistory(state: EcsState, kept: () => number): StateHistory {
  let moments: { at: number; json: string }[] = [];
  /** When it came to be as it is; unknown while nothing is kept. */
  let since: number | undefined;

  return {
    before(now) {
      if (kept() <= 0) {
        moments = [];
        since = undefined;
      } else if (since === undefined || since < now) {
        const passed = moments.filter(({ at }) => at <= now - kept());
        moments = [...passed.slice(-1), ...moments.slice(passed.length)];
        moments.push({ at: since ?? now - kept(), json: JSON.stringify(state) });
      }
    },
    after(now) {
      if (kept() > 0) since = now;
    },
    at(moment) {
      if (since === undefined || moment >= since) return state;
      const found = moments.findLast(({ at }) => at <= moment) ?? moments[0];
      return found === undefined ? state : prepareState(JSON.parse(found.json));
    },
  };
}
