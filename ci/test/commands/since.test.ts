import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSince } from "../../lib/commands/since.js";

const now = Date.parse("2026-11-27T08:00:00.000Z");

test("a duration and a time of ISO 8601 name a time in the past", () => {
  assert.equal(parseSince("90s", now), now - 90_000);
  assert.equal(parseSince("15m", now), now - 900_000);
  assert.equal(parseSince("1d", now), now - 86_400_000);
  assert.equal(parseSince("2026-11-27T09:00:00+02:00", now), now - 3_600_000);
});

for (const text of [
  "",
  "15",
  "m",
  "15 m",
  "-5m",
  "31d",
  "yesterday",
  "2026-11-27T08:00:01Z",
  "2026-13-01T00:00:00Z",
  "1",
]) {
  test(`--since ${JSON.stringify(text)} is refused with what is accepted`, () => {
    assert.throws(
      () => parseSince(text, now),
      /--since is .*Accepted: .*15m.* or a past time such as 2026-11-27T07:00:00/,
    );
  });
}
