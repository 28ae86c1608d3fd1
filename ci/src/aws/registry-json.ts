import { exchange, MiB } from "../http/exchange.js";
import type { Login } from "./ecr.js";
import { manifestTypes } from "./manifest-types.js";

/** Milliseconds for one request, its answer's body included. */
const limit = 30_000;

/** A registry must take manifests of 4 MiB, and a configuration is far smaller. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests */
const mostBytes = 4 * MiB;

/** A registry sends a blob from its storage, by one redirect; ECR's is S3. */
const mostRedirects = 3;

interface RegistryRead {
  login?: Login;
  /** What errors call the document, where its URL is a permission for a while; else they name the URL without its query. */
  name?: string;
  /** True: no proxy is used, whatever the environment names. */
  direct?: boolean;
  signal?: AbortSignal;
}

/**
 * Reads a JSON document of a registry. Redirects are followed, the login stays with the origin that it is for, and none leads from https
 * to http.
 * @throws Error that names the document, and is a failure of the network where there was no answer.
 */
export async function readRegistryJson<T>(url: URL, options: RegistryRead = {}): Promise<T> {
  const { login, direct, signal } = options;
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const isOrigin = at.origin === url.origin;
    const answer = await exchange({
      origin: new URL(at.origin),
      path: at.pathname + at.search,
      headers: { accept: manifestTypes.join(", "), ...(login && isOrigin && { authorization: basic(login) }) },
      limit,
      mostBytes,
      ...(direct && { direct }),
      ...(signal && { signal }),
    }).catch((cause: Error) => {
      signal?.throwIfAborted();
      throw Object.assign(new Error(`${nameOf(at, options)}: ${cause.message}`, { cause }), codeOf(cause));
    });
    const { status, headers } = answer;
    const text = Buffer.from(answer.body).toString();
    if (status === 200) return JSON.parse(text) as T;
    const next = [301, 302, 303, 307, 308].includes(status) ? target(at, headers.location) : undefined;
    if (!next || redirects >= mostRedirects)
      throw new Error(`${nameOf(at, options)} answered HTTP ${status} ${text.slice(0, 300)}`.trimEnd());
    at = next;
  }
}

function target(from: URL, location = ""): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  return url.protocol === "https:" || (url.protocol === "http:" && from.protocol === "http:") ? url : undefined;
}

function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function nameOf({ origin, pathname }: URL, { name = `GET ${origin}${pathname}` }: RegistryRead): string {
  return name;
}

function codeOf({ name, code }: Error & { code?: string }) {
  return { name, ...(code !== undefined && { code }) };
}
