import type { Destination } from "./destination.js";
import { InputError } from "./errors.js";
import type { HttpTarget } from "./rollout/verify/verify.js";

/** @throws InputError for a URL that can't be asked. */
export function checkUrl(url: string | undefined): void {
  if (url === undefined || (URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol))) return;
  throw new InputError(
    "bad-url",
    `The URL ${JSON.stringify(url)} can't be asked. Accepted: an http or https URL, such as https://app.example.com.`,
  );
}

/** Where the service answers the public. A local AWS has the load balancer behind its own port, which tells services apart by their public name. */
export function publicUrl({ target, endpoint }: Destination, given: string | undefined): HttpTarget | undefined {
  const url = given ?? target.url;
  if (!url) return undefined;
  const where = endpoint === undefined ? { baseUrl: url } : { baseUrl: endpoint, host: new URL(url).host };
  return { ...where, ...(target.expectations && { expectations: target.expectations }) };
}
