import { InputError } from "../common/errors.js";
import { choices } from "../common/name-suggestions.js";

/**
 * Checks the name of a time zone, such as `Europe/Berlin`.
 * @param text undefined for the zone of this machine; in an engine's containers that is UTC.
 * @returns undefined for UTC, in which times are shown anyway.
 * @throws InputError for a name that is unknown.
 */
export function parseTimeZone(text: string | undefined): string | undefined {
  const zone = text ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return timeZone === "UTC" ? undefined : timeZone;
  } catch (cause) {
    const { suggestion } = choices(zone, Intl.supportedValuesOf("timeZone"));
    throw new InputError(
      "bad-time-zone",
      `There is no time zone ${JSON.stringify(zone.slice(0, 100))}. ${suggestion}Accepted: a name of the IANA time zone database, such as Europe/Berlin or UTC.`,
      { cause },
    );
  }
}
