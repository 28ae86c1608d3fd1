import { InputError } from "../common/errors.js";
import { urlBelow, urlMistake, withoutUserInfo } from "../common/http-url.js";
import { present } from "../common/present.js";
import type { Destination } from "../publish/stored-image.js";
import type { GateUrls } from "../rollout/hooks/gates.js";
import type { HttpTarget } from "../rollout/verify/http-target.js";

/** @throws InputError for a URL that can't be requested, or that holds a password. */
export function checkUrl(url: string | undefined): void {
  const accepted = url === undefined ? undefined : urlMistake(url);
  if (url === undefined || accepted === undefined) return;
  throw new InputError(
    "bad-url",
    `The URL ${JSON.stringify(withoutUserInfo(url).slice(0, 120))} can't be used. Accepted: ${accepted}.`,
  );
}

/** Returns the URLs that the gates of the target request; nothing where it has no gates. */
export function gateUrls(destination: Destination, given: string | undefined): { gates?: GateUrls } {
  const { gates = [], testUrl } = destination.target;
  if (gates.length === 0) return {};
  const url = publicUrl(destination, given);
  const test = testUrl === undefined ? undefined : publicUrl(destination, testUrl);
  return { gates: { ...(url && { url }), ...(test && { testUrl: test }) } };
}

/** Returns the URLs to check, as options of a rollout: the public one, and that of the test listener where the target has one. */
export function checkedUrls(destination: Destination, given: string | undefined) {
  const { testUrl } = destination.target;
  const http = publicUrl(destination, given);
  const testHttp = testUrl === undefined ? undefined : publicUrl(destination, testUrl);
  return present({ http, testHttp });
}

/** Returns the service's public URL. A local AWS serves the load balancer at its own port and selects the service by its public host name. */
export function publicUrl(
  { target, aws: { endpoint } }: Destination,
  given: string | undefined,
): HttpTarget | undefined {
  const url = given ?? target.url;
  if (!url) return undefined;
  const { host, pathname } = new URL(url);
  const where = endpoint === undefined ? { baseUrl: url } : { baseUrl: urlBelow(endpoint, pathname).href, host };
  const { versionCheck, expectations } = target;
  return { ...where, ...(versionCheck !== undefined && { versionCheck }), ...(expectations && { expectations }) };
}
