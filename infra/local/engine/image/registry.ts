import { Readable } from "node:stream";
import { StandInError } from "../errors.js";

/** Who to be at a registry. */
export interface Login {
  username: string;
  password: string;
}

/** The registry gave no answer that a registry gives. */
export class UnreachableRegistryError extends StandInError {
  override readonly name = "UnreachableRegistryError";
}

/** The registry answered with an error. */
export class RegistryError extends StandInError {
  override readonly name = "RegistryError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Options {
  login?: Login;
  /** Milliseconds until the registry's first answer. */
  patience?: number;
  signal: AbortSignal;
}

/** One repository of a registry over the distribution API: https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export class Registry {
  private authorization: string | undefined;

  private constructor(
    private readonly base: URL,
    private readonly repository: string,
    private readonly options: Options,
  ) {
    const { login } = options;
    if (login) this.authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  }

  /**
   * @param host Such as `docker.io` or `127.0.0.1:4566`. Plain http is spoken with this machine's loopback alone.
   * @throws {UnreachableRegistryError}
   */
  static async open(host: string, repository: string, options: Options): Promise<Registry> {
    const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/.test(host);
    const base = new URL(`${loopback ? "http" : "https"}://${host === "docker.io" ? `registry-1.${host}` : host}/v2/`);
    const registry = new Registry(base, repository, options);
    await registry.greet(host);
    return registry;
  }

  /** The answer's headers alone; undefined when there is no such thing. */
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
    const begun = await this.expect(await this.send("blobs/uploads/", { method: "POST" }), "blobs/uploads/");
    const location = new URL(begun.headers.get("location") ?? "", begun.url);
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
    const response = await fetch(this.base, { signal }).catch((error: Error) => {
      this.options.signal.throwIfAborted();
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new UnreachableRegistryError(`The image registry ${host} can't be reached: ${cause}.`);
    });
    await response.body?.cancel();
    if (response.ok || (response.status === 401 && response.headers.has("www-authenticate"))) return;
    throw new UnreachableRegistryError(
      `What answers for the image registry ${host} is none: it answered ${response.status}.`,
    );
  }

  private async send(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(`${this.repository}/${path}`, this.base);
    const response = await this.fetch(url, init);
    const challenge = response.headers.get("www-authenticate");
    if (response.status !== 401 || !challenge?.startsWith("Bearer ")) return response;
    await response.body?.cancel();
    this.authorization = `Bearer ${await this.token(challenge)}`;
    return this.fetch(url, init);
  }

  private fetch(url: URL, init: RequestInit & { duplex?: "half" }): Promise<Response> {
    // A blob may be answered from another host, which has no business with this one's authorization: fetch drops it there.
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(this.authorization && { authorization: this.authorization }),
    };
    return fetch(url, { ...init, headers, signal: this.options.signal });
  }

  /** https://distribution.github.io/distribution/spec/auth/token/ */
  private async token(challenge: string): Promise<string> {
    const parts = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    const url = new URL(parts.realm ?? "");
    for (const name of ["service", "scope"]) if (parts[name]) url.searchParams.set(name, parts[name]);
    const response = await this.expect(await this.fetch(url, {}), `a token from ${url.host}`);
    const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
    return token ?? access_token ?? "";
  }

  private async expect(response: Response, what: string): Promise<Response> {
    if (response.ok) return response;
    const said = (await response.text()).slice(0, 500).trim();
    throw new RegistryError(
      response.status,
      `The registry ${this.base.host} answered ${response.status} to ${what} of ${this.repository}.${said ? ` ${said}` : ""}`,
    );
  }
}
