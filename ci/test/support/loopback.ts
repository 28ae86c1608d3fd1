import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** Serves HTTP on a port of loopback until the test ends. */
export async function httpServer(t: TestContext, listener: RequestListener): Promise<{ origin: URL; port: number }> {
  // Longer than clients keep connections, so that none closes while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return addressOf(server.address());
}

/** Serves the bytes that `answer` writes to each connection, once the request's headers have arrived. */
export async function rawServer(
  t: TestContext,
  answer: (socket: Socket) => void,
): Promise<{ origin: URL; port: number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return addressOf(server.address());
}

function addressOf(address: AddressInfo | string | null): { origin: URL; port: number } {
  const { port } = address as AddressInfo;
  return { origin: new URL(`http://127.0.0.1:${port}`), port };
}

/** Writes `next` repeatedly, as fast as the other side reads, until the connection ends. */
export function writeWithoutEnd(socket: Socket, next: () => string | Uint8Array): void {
  const write = () => {
    while (!socket.destroyed && socket.write(next()));
  };
  socket.on("drain", write);
  write();
}
