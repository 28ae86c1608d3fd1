import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../infra/local/aws/index.js";
import type { PullFault } from "./container-script.js";

/** Proxy between the tasks and the registry, where pulls can fail. */
export interface RegistryProxy {
  /** Returns the registry's address for one task, whose requests meet with this fault. */
  urlFor(fault: PullFault): string;
  close(): Promise<void>;
}

/** @param registry Such as `http://127.0.0.1:4566`. */
export async function openRegistryProxy(registry: () => string, clock: Clock): Promise<RegistryProxy> {
  const faults: PullFault[] = [];
  // Longer than clients keep their connections: none is closed while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const [, number, path = ""] = /^\/(\d+)(\/.*)/.exec(request.url ?? "") ?? [];
    const { delay = 0, answer } = faults[Number(number)] ?? {};
    const isManifest = path.includes("/manifests/");
    const authorization = request.headers.authorization ?? "";
    const accept = request.headers.accept ?? "*/*";
    const go = () => {
      if (answer === "cut") request.socket.destroy();
      else if (answer !== undefined) response.writeHead(answer).end();
      else pass(`${registry()}${path}`, { authorization, accept }, response).catch(() => response.destroy());
    };
    if (delay > 0 && isManifest) response.once("close", clock.after(delay, go));
    else go();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlFor: (fault) => `http://127.0.0.1:${port}/${faults.push(fault) - 1}`,
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
