import { type EcsState, prepareState } from "../model/ecs-state.js";

/** Earlier states, for stale reads. Keeps a copy of the state for each moment at which it changes, and none while `kept` is 0. */
interface StateHistory {
  /** Called around each change. */
  before(now: number): void;
  after(now: number): void;
  /** Returns the state of a moment; the oldest kept one for an earlier moment, the present one when none is kept. */
  at(moment: number): EcsState;
}

/** @param kept Returns how long states are kept, in milliseconds; may change at any time. */
export function createStateHistory(state: EcsState, kept: () => number): StateHistory {
  let moments: { at: number; json: string }[] = [];
  /** Time of the last change; unknown while nothing is kept. */
  let since: number | undefined;

  return {
    before(now) {
      if (kept() <= 0) {
        moments = [];
        since = undefined;
      } else if (since === undefined || since < now) {
        const expired = moments.filter(({ at }) => at <= now - kept());
        moments = [...expired.slice(-1), ...moments.slice(expired.length)];
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
