import { Readable } from "node:stream";
import { StandInError } from "../errors.js";
import { isLoopback, mayLead } from "./origin.js";
import { isDigest, isName, isTag } from "./reference.js";
import { RegistryError, readBounded, UnreachableRegistryError } from "./registry-answer.js";

/** Login for a registry. */
export interface Login {
  username: string;
  password: string;
}

interface Options {
  login?: Login;
  /** Maximum time until the registry's first answer, in milliseconds. */
  patience?: number;
  signal: AbortSignal;
}

/** Maximum redirects of one download: a registry redirects a blob's download to its storage. */
const mostRedirects = 5;

/** Maximum size of a token response, in bytes. Tokens have a few KiB. */
const longestToken = 1024 * 1024;

/**
 * Token servers of another origin than their registry that a login may be sent to. Everywhere else a login stays with the registry's own
 * origin, and a token from another origin is requested without it.
 */
const tokenServers: ReadonlyMap<string, string> = new Map([["https://registry-1.docker.io", "https://auth.docker.io"]]);

/** Repository of a registry, over the distribution API: https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export class Registry {
  private authorization: string | undefined;
  private readonly login: string | undefined;

  private constructor(
    private readonly base: URL,
    private readonly repository: string,
    private readonly options: Options,
  ) {
    const { login } = options;
    if (login) this.login = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
    this.authorization = this.login;
  }

  /**
   * @param host Such as `docker.io` or `127.0.0.1:4566`. Plain HTTP is used for this machine's loopback only.
   * @throws {StandInError} The repository's name is invalid.
   * @throws {UnreachableRegistryError}
   */
  static async open(host: string, repository: string, options: Options): Promise<Registry> {
    if (!isName(repository)) throw new StandInError(`${JSON.stringify(repository)} is not a repository's name.`);
    const address = new URL(`https://${host === "docker.io" ? `registry-1.${host}` : host}/v2/`);
    const base = isLoopback(address) ? new URL(address.href.replace(/^https/, "http")) : address;
    const registry = new Registry(base, repository, options);
    await registry.greet(host);
    return registry;
  }

  /** Requests the headers; undefined when the registry answers 404. */
  async head(path: string, accept?: string): Promise<Headers | undefined> {
    const response = await this.send(path, { method: "HEAD", ...(accept && { headers: { accept } }) });
    if (response.status === 404) return undefined;
    return (await this.expect(response, path)).headers;
  }

  async get(path: string, accept?: string): Promise<Response> {
    return this.expect(await this.send(path, accept ? { headers: { accept } } : {}), path);
  }

  async putManifest(reference: string, mediaType: string, manifest: Buffer): Promise<void> {
    const path = `manifests/${reference}`;
    await this.expect(
      await this.send(path, { method: "PUT", headers: { "content-type": mediaType }, body: new Uint8Array(manifest) }),
      path,
    );
  }

  /** Uploads a blob in one piece, unless the registry has it. */
  async putBlob(digest: string, size: number, open: () => Readable): Promise<void> {
    if (await this.head(`blobs/${digest}`)) return;
    const path = "blobs/uploads/";
    const begun = await this.expect(await this.send(path, { method: "POST" }), path);
    const location = this.leadTo(begun.headers.get("location"), new URL(begun.url), "an upload");
    location.searchParams.set("digest", digest);
    const response = await this.fetch(location, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream", "content-length": String(size) },
      body: Readable.toWeb(open()) as ReadableStream,
      duplex: "half",
    });
    await this.expect(response, `blobs/${digest}`);
  }

  private async greet(host: string): Promise<void> {
    const timeout = AbortSignal.timeout(this.options.patience ?? 30_000);
    const signal = AbortSignal.any([this.options.signal, timeout]);
    const response = await fetch(this.base, { signal, redirect: "manual" }).catch((error: Error) => {
      this.options.signal.throwIfAborted();
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new UnreachableRegistryError(`The image registry ${host} can't be reached: ${cause}.`);
    });
    await response.body?.cancel();
    if (response.ok || (response.status === 401 && response.headers.has("www-authenticate"))) return;
    throw new UnreachableRegistryError(`The server at ${host} is not an image registry: HTTP ${response.status}.`);
  }

  private async send(path: string, init: RequestInit = {}): Promise<Response> {
    const url = this.urlOf(path);
    const response = await this.follow(url, init);
    const challenge = response.headers.get("www-authenticate");
    const isOwn = new URL(response.url).origin === this.base.origin;
    if (response.status !== 401 || !isOwn || !challenge?.startsWith("Bearer ")) return response;
    await response.body?.cancel();
    this.authorization = `Bearer ${await this.token(challenge)}`;
    return this.follow(url, init);
  }

  /** Checks a reference of a manifest or a caller. @throws {StandInError} It is neither a digest nor a tag, so it could lead to another path. */
  private urlOf(path: string): URL {
    const [, reference] = /^(?:manifests|blobs)\/(?!uploads\/$)(.*)$/s.exec(path) ?? [];
    if (reference !== undefined && !isDigest(reference) && !isTag(reference))
      throw new StandInError(`${JSON.stringify(reference.slice(0, 100))} is neither a digest nor a tag.`);
    return new URL(`${this.repository}/${path}`, this.base);
  }

  /** Follows redirects of downloads. A redirected upload would need its content again: it is not followed. */
  private async follow(url: URL, init: RequestInit): Promise<Response> {
    let at = url;
    for (let redirects = 0; ; redirects++) {
      const response = await this.fetch(at, init);
      const isDownload = init.method === undefined || init.method === "HEAD";
      if (!isDownload || ![301, 302, 303, 307, 308].includes(response.status)) return response;
      await response.body?.cancel();
      if (redirects >= mostRedirects)
        throw new StandInError(`The registry ${this.base.host} redirected more than ${mostRedirects} times.`);
      at = this.leadTo(response.headers.get("location"), at, "a download");
    }
  }

  private leadTo(location: string | null, from: URL, what: string): URL {
    const to = location !== null && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (to && mayLead(this.base, to)) return to;
    throw new StandInError(
      `The registry ${this.base.host} redirects ${what} ${to ? `to ${to.protocol}//${to.host}` : "to no URL"}, which is not requested. Accepted: the registry itself, or https at a public address.`,
    );
  }

  /** Sends the authorization to the registry's own origin and to no other. */
  private fetch(url: URL, init: RequestInit & { duplex?: "half" }): Promise<Response> {
    const isOwn = url.origin === this.base.origin;
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(isOwn && this.authorization && { authorization: this.authorization }),
    };
    return fetch(url, { ...init, headers, redirect: "manual", signal: this.options.signal });
  }

  /** https://distribution.github.io/distribution/spec/auth/token/ */
  private async token(challenge: string): Promise<string> {
    const parts = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const url = this.leadTo(parts.get("realm") ?? null, this.base, "its token");
    for (const name of ["service", "scope"]) {
      const value = parts.get(name);
      if (value) url.searchParams.set(name, value);
    }
    const mayHaveLogin = url.origin === this.base.origin || tokenServers.get(this.base.origin) === url.origin;
    const headers = mayHaveLogin && this.login ? { authorization: this.login } : {};
    const answer = await fetch(url, { headers, redirect: "error", signal: this.options.signal });
    const what = `a token from ${url.host}${mayHaveLogin || !this.login ? "" : " (without the login, which is not for that host)"}`;
    const text = await readBounded(await this.expect(answer, what), longestToken);
    const { token, access_token } = JSON.parse(text) as { token?: string; access_token?: string };
    return token ?? access_token ?? "";
  }

  private async expect(response: Response, what: string): Promise<Response> {
    if (response.ok) return response;
    const detail = (await readBounded(response, 65536).catch(() => "")).slice(0, 500).trim();
    throw new RegistryError(
      response.status,
      `The registry ${this.base.host} answered ${response.status} to ${what} of ${this.repository}.${detail ? ` ${detail}` : ""}`,
    );
  }
}
