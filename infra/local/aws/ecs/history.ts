import type { EcsState } from "./model/state.js";

/** What the state was, for reads that come out of date. Costs a copy of the state a change, and nothing while nothing is kept. */
export interface History {
  /** Called around each change. */
  before(now: number): void;
  after(now: number): void;
  /** The state as it was; the oldest that is kept when that is younger, the present one when nothing is. */
  at(moment: number): EcsState;
}

/** @param kept How far back it looks, in milliseconds; may change at any time. */
export function createHistory(state: EcsState, kept: () => number): History {
  let moments: { at: number; json: string }[] = [];

  return {
    before(now) {
      if (kept() <= 0) moments = [];
      else if (moments.length === 0) moments.push({ at: now - kept(), json: JSON.stringify(state) });
    },
    after(now) {
      if (kept() <= 0) return;
      const older = moments.filter(({ at }) => at <= now - kept());
      moments = [...older.slice(-1), ...moments.filter(({ at }) => at > now - kept())];
      moments.push({ at: now, json: JSON.stringify(state) });
    },
    at(moment) {
      const found = moments.findLast(({ at }) => at <= moment) ?? moments[0];
      return found === undefined ? state : JSON.parse(found.json);
    },
  };
}
