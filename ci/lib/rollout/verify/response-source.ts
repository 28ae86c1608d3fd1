import type { Json } from "../../aws/raw-task-definition.js";
import type { HttpResponse } from "./http-request.js";

/**
 * Statuses that proxies, load balancers, firewalls and sign-in pages return themselves: they prove nothing about the app behind them.
 * 502, 503 and 504 are a gateway's (https://www.rfc-editor.org/rfc/rfc9110#section-15.6.3), 520 to 530 Cloudflare's, 561 an Application
 * Load Balancer's (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
 */
const ofGateways = new Set([401, 403, 407, 408, 421, 425, 429, 451, 502, 503, 504, 511, 561]);

/** Returns true when only the app can have given the response: no redirect, and no status of a gateway in front of the tasks. */
export function isFromApp({ status }: HttpResponse): boolean {
  const isRedirect = status >= 300 && status < 400;
  return !isRedirect && !ofGateways.has(status) && !(status >= 520 && status <= 530);
}

/**
 * Names the cache that gave a response, by the headers of RFC 9111 (Age), RFC 9211 (Cache-Status) and of the usual proxies and CDNs
 * (`x-cache: Hit from cloudfront`, `cf-cache-status: HIT`). A cached response is not the current
 * response of the tasks.
 * @returns Such as `from a cache (age: 30)`; undefined for a response that is not from a cache.
 */
export function cacheOf({ headers }: HttpResponse): string | undefined {
  const header = Object.entries(headers).find(
    ([name, value]) => (name === "age" && Number.parseInt(value, 10) > 0) || (isAboutCache(name) && isHit(value)),
  );
  return header && `from a cache (${header[0]}: ${header[1].slice(0, 60)})`;
}

function isAboutCache(name: string): boolean {
  return name.includes("cache") && !name.endsWith("cache-control");
}

/** Excludes `RefreshHit`, which was validated with the app, and `fwd=stale`, which was forwarded to it. */
function isHit(value: string): boolean {
  return /(?<![=a-z])(hit|stale|updating)\b/i.test(value);
}

/** Parses a body; undefined when it is not JSON. */
export function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
