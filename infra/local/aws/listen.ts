import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createGuardedServer, type Handler } from "../http/server.js";

export interface Listening {
  port: number;
  server: Server;
  /** Lets requests that are under way end for a short while, then cuts them off. */
  close(): Promise<void>;
}

/** How long requests have when the server closes, in milliseconds. */
const GRACE = 2_000;

/** Serves HTTP on 127.0.0.1, and nowhere else. */
export async function listen(handler: Handler, port: number, log: (line: string) => void): Promise<Listening> {
  // A large layer takes as long as it takes. Idle connections stay longer than clients keep them: none is closed under a request.
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
  return new Error(`Port ${port} on 127.0.0.1 is in use. Name another with --port, or 0 for any free one.`, {
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
