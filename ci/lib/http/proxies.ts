import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { InputError } from "../common/errors.js";
import { once } from "../common/memoize.js";

/** Route of a request out of this machine. */
export interface Route {
  dispatcher: Dispatcher;
  /** Scheme, host and port of the proxy, without its login; absent where none is used. */
  proxy?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds until a connection is given up. */
const connectTimeout = 5_000;

const direct = once(() => new Agent({ connect: { timeout: connectTimeout } }));
const agents = new Map<string, Dispatcher>();

/**
 * Returns the route to an origin: through the proxy that `HTTPS_PROXY` or `HTTP_PROXY` names for its scheme, unless `NO_PROXY` lists
 * its host. Both cases of the variables count, the lower one first, as in curl. Loopback is never reached through a proxy.
 * @param origin Scheme, host and port.
 * @throws InputError for a proxy that can't be used. No error shows its login.
 */
export function routeTo(origin: URL, env: Environment = process.env): Route {
  const name = origin.protocol === "https:" ? "https_proxy" : "http_proxy";
  const value = env[name] || env[name.toUpperCase()];
  if (!value || isLoopback(origin.hostname)) return directRoute();
  const proxy = parseProxy(name.toUpperCase(), value);
  const noProxy = env.no_proxy || env.NO_PROXY || "";
  const key = JSON.stringify([proxy.href, noProxy]);
  const dispatcher = agents.get(key) ?? proxyAgent(proxy, noProxy);
  agents.set(key, dispatcher);
  return { dispatcher, proxy: proxy.origin };
}

/** Returns the route that uses no proxy: to a local AWS and to tasks at their own addresses. */
export function directRoute(): Route {
  return { dispatcher: direct() };
}

function proxyAgent(proxy: URL, noProxy: string): Dispatcher {
  const { username, password } = proxy;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  const uri = proxy.origin;
  return new EnvHttpProxyAgent({
    httpProxy: uri,
    httpsProxy: uri,
    noProxy,
    // Proxies commonly refuse CONNECT to port 80; plain HTTP goes through them as requests with an absolute URL.
    proxyTunnel: false,
    connect: { timeout: connectTimeout },
    ...(username !== "" && { token: `Basic ${login}` }),
  });
}

/** Reads a proxy's URL; one without a scheme is taken for http, as curl does. */
function parseProxy(name: string, value: string): URL {
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol) && url.hostname !== "" && isDecodable(url)) return url;
  throw new InputError(
    "bad-proxy",
    `${name} is not the URL of a proxy that can be used (its value is not shown: it may hold a password). Accepted: an http or https URL, such as http://proxy.example.com:3128. Correct it, or unset it.`,
  );
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || /^(127\.|\[::1\]$)/.test(hostname);
}
