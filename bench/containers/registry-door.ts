import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../infra/local/aws/clock.js";
import type { PullFault } from "./behaviour.js";

/** The tasks' way to the registry, on which pulls can fail. */
export interface RegistryDoor {
  url: string;
  /** From now on requests meet with this. */
  meet(fault: PullFault): void;
  close(): Promise<void>;
}

/** @param registry Such as `http://127.0.0.1:4566`. */
export async function openRegistryDoor(registry: () => string, clock: Clock): Promise<RegistryDoor> {
  let fault: PullFault = {};
  const server = createServer((request, response) => {
    const { delay = 0, answer } = fault;
    const isManifest = request.url?.includes("/manifests/") ?? false;
    const authorization = request.headers.authorization ?? "";
    const accept = request.headers.accept ?? "*/*";
    const go = () => {
      if (answer === "cut") request.socket.destroy();
      else if (answer !== undefined) response.writeHead(answer).end();
      else pass(`${registry()}${request.url}`, { authorization, accept }, response).catch(() => response.destroy());
    };
    if (delay > 0 && isManifest) clock.after(delay, go);
    else go();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meet(next) {
      fault = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function pass(url: string, headers: Record<string, string>, response: ServerResponse): Promise<void> {
  const answer = await fetch(url, { headers });
  const type = answer.headers.get("content-type");
  response.writeHead(answer.status, type ? { "content-type": type } : {});
  response.end(Buffer.from(await answer.arrayBuffer()));
}
