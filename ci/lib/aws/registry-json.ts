import { neutral } from "../common/foreign-text.js";
import { exchange, MiB } from "../http/exchange.js";
import { mayLead } from "../http/redirect.js";
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
  /** Name of the document in errors, where its URL grants access for a while; otherwise errors name the URL without its query. */
  name?: string;
  /** True: no proxy is used, even if the environment names one. */
  direct?: boolean;
  signal?: AbortSignal;
}

/** A document of a registry could not be read. */
export class RegistryReadError extends Error {
  override readonly name: string = "RegistryReadError";
  /** HTTP status; absent where there was no complete answer. */
  readonly status?: number;
  constructor(
    message: string,
    /** Host of the last request. */
    readonly host: string,
    options: ErrorOptions & { status?: number } = {},
  ) {
    super(message, options);
    if (options.status !== undefined) this.status = options.status;
  }
}

/**
 * Reads a JSON document of a registry. Redirects are followed as far as `mayLead` allows, and the login stays with the origin that it
 * is for.
 * @throws RegistryReadError that names the document, and is a failure of the network where there was no answer.
 */
export async function readRegistryJson<T>(url: URL, options: RegistryRead = {}): Promise<T> {
  const { login, direct, signal } = options;
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const name = nameOf(at, options);
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
      const error = new RegistryReadError(`${name}: ${cause.message}`, at.host, { cause });
      throw Object.assign(error, codeOf(cause));
    });
    const { status, headers } = answer;
    const text = Buffer.from(answer.body).toString();
    if (status === 200) return parsed<T>(text, name, at.host);
    const next = [301, 302, 303, 307, 308].includes(status) ? target(url, at, headers.location) : undefined;
    if (!next || redirects >= mostRedirects)
      throw new RegistryReadError(`${name} answered HTTP ${status} ${neutral(text, 300)}`.trimEnd(), at.host, {
        status,
      });
    at = next;
  }
}

function parsed<T>(text: string, name: string, host: string): T {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null && !Array.isArray(document)) return document as T;
  } catch {
    // The parser's message quotes the text as it came.
  }
  throw new RegistryReadError(`${name} answered HTTP 200 and no JSON object: ${neutral(text, 300)}`, host, {
    status: 200,
  });
}

function target(registry: URL, from: URL, location = ""): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  return mayLead(registry, url) ? url : undefined;
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
