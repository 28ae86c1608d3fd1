import { rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Clock, systemClock } from "./clock.js";
import { type Credentials, loadCredentials } from "./credentials.js";
import { createEcr } from "./ecr/index.js";
import { createLogs } from "./logs/index.js";
import { createRegistry } from "./registry/index.js";
import { route } from "./route.js";
import { openState, writePrivately } from "./state.js";
import { createSts } from "./sts/index.js";
import { createWire } from "./wire/index.js";
import type { Principal } from "./wire/principals.js";

export interface LocalAwsOptions {
  /** Where everything is kept; made when it is not there. */
  stateDir: string;
  /** 0, the default, takes any free port. */
  port?: number;
  account?: string;
  /** Forgets what the state directory holds. */
  reset?: boolean;
  /** Further callers, besides the one whose key stands in `credentials.json`. */
  principals?: Principal[];
  clock?: Clock;
  log?: (line: string) => void;
}

export interface LocalAws {
  /** Such as `http://127.0.0.1:4566`. */
  url: string;
  port: number;
  credentials: Credentials;
  close(): Promise<void>;
}

/** Starts the local AWS: its APIs, its registry and its load balancer, on one port of the loopback interface. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { stateDir, account = "123456789012", clock = systemClock, log = console.error } = options;
  const state = openState(stateDir, { reset: options.reset ?? false, clock, log });
  try {
    const credentials = await loadCredentials(stateDir);
    const principals = new Map(
      [owner(credentials, account), ...(options.principals ?? [])].map((each) => [each.accessKeyId, each]),
    );
    let port = 0;
    const authority = () => `127.0.0.1:${port}`;

    const ecr = createEcr({ state, clock, accountId: account });
    const logs = createLogs({ state, clock, log });
    const api = createWire({
      services: [createSts(principals), ecr.service, logs.service],
      principals,
      accountId: account,
      authority,
      clock,
      log,
    });
    const registry = createRegistry({
      store: ecr.store,
      tokens: ecr.tokens,
      principals,
      accountId: account,
      now: () => clock.now(),
      authority,
      log,
    });

    const server = await listen(route({ api, registry }), options.port ?? 0);
    port = (server.address() as AddressInfo).port;
    const url = `http://${authority()}`;
    const endpoint = join(stateDir, "endpoint.json");
    await writePrivately(endpoint, `${JSON.stringify({ url, port, pid: process.pid })}\n`);
    return {
      url,
      port,
      credentials,
      async close() {
        await closeServer(server);
        await rm(endpoint, { force: true });
        await state.close();
      },
    };
  } catch (error) {
    await state.close();
    throw error;
  }
}

function owner(credentials: Credentials, account: string): Principal {
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    arn: `arn:aws:iam::${account}:user/local`,
    userId: credentials.AccessKeyId.replace(/^AKIA/, "AIDA"),
  };
}

async function listen(listener: RequestListener, port: number): Promise<Server> {
  // A large layer takes as long as it takes; idle connections stay longer than clients keep them, so that none is closed under a request.
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 75_000 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(inUse(error, port)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

function inUse(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new Error(`Port ${port} on 127.0.0.1 is in use. Name another with --port, or 0 for any free one.`, {
    cause: error,
  });
}

/** Lets requests that are under way end for a short while, then cuts them off. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(cut);
}
