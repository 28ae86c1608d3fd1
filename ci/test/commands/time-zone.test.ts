import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimeZone } from "../../lib/commands/time-zone.js";
import { InputError } from "../../lib/common/errors.js";
import { utcTime, zonedTime } from "../../lib/report/local-time.js";

test("a time zone is accepted by its name, and UTC needs no second time", () => {
  assert.equal(parseTimeZone("Europe/Berlin"), "Europe/Berlin");
  assert.equal(parseTimeZone("UTC"), undefined);
});

test("a mistyped time zone is refused with the name that is meant", () => {
  assert.throws(
    () => parseTimeZone("Europe/Berlni"),
    (error: InputError) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.code, "bad-time-zone");
      assert.match(
        error.message,
        /^There is no time zone "Europe\/Berlni"\. Did you mean "Europe\/Berlin"\? Accepted: /,
      );
      return true;
    },
  );
});

test("a time is shown in UTC and in a zone, also across a change of the clocks", () => {
  const at = Date.parse("2026-03-29T01:30:00.500Z");
  assert.equal(utcTime(at), "2026-03-29T01:30:00Z");
  assert.equal(zonedTime(at, "Europe/Berlin"), "2026-03-29 03:30:00");
  assert.equal(zonedTime(at, "America/New_York"), "2026-03-28 21:30:00");
});
