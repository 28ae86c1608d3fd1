import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createGuardedServer, type Handler } from "../http/server.js";

export interface Listening {
  port: number;
  server: Server;
  /** Waits up to 2 s for requests in progress, then closes their connections. */
  close(): Promise<void>;
}

/** Time for requests in progress when the server closes, in milliseconds. */
const GRACE = 2_000;

/** Serves HTTP on 127.0.0.1 only. */
export async function listen(handler: Handler, port: number, log: (line: string) => void): Promise<Listening> {
  // Pushing a large layer has no time limit. Idle connections outlive those of clients, so that none is closed while a request is sent.
  const timeouts = { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 75_000 };
  const server = createGuardedServer(timeouts, handler, log);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(inUse(error, port)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, server, close: () => closeServer(server) };
}

function inUse(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new Error(`Port ${port} on 127.0.0.1 is in use. Pass another --port, or 0 for any free port.`, {
    cause: error,
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), GRACE);
  await closed;
  clearTimeout(cut);
}
