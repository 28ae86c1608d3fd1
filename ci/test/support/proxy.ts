import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { TestContext } from "node:test";

/** Forward proxy on loopback: CONNECT tunnels, and plain HTTP by absolute URLs. */
export interface ForwardProxy {
  /** URL of the proxy, with the login that it requires. */
  url: string;
  /** The method and target of each request, in order. */
  seen: string[];
  /** The `proxy-authorization` headers that it has received. */
  logins: Set<string | undefined>;
}

interface ForwardProxyOptions {
  /** Port on loopback that every tunnel connects to. */
  to?: number;
  /** Status that answers CONNECT in place of a tunnel. */
  refuses?: number;
}

export async function forwardProxy(t: TestContext, { to, refuses }: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const seen: string[] = [];
  const logins = new Set<string | undefined>();
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    logins.add(request.headers["proxy-authorization"]);
    response.end(JSON.stringify({ version: "by the proxy" }));
  });
  server.on("connect", (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    logins.add(request.headers["proxy-authorization"]);
    socket.on("error", () => {});
    if (refuses !== undefined || to === undefined)
      return void socket.end(`HTTP/1.1 ${refuses ?? 502} Refused\r\ncontent-length: 0\r\n\r\n`);
    const tunnel = connect(to, "127.0.0.1", () => socket.write("HTTP/1.1 200 Connected\r\n\r\n"));
    tunnel.on("error", () => socket.destroy());
    socket.on("close", () => tunnel.destroy());
    tunnel.pipe(socket).pipe(tunnel);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://joe:p%40ssw%3Ard@127.0.0.1:${port}`, seen, logins };
}

/** Sets environment variables until the test ends, and removes all other proxy variables. */
export function withEnvironment(t: TestContext, variables: Record<string, string>): void {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  const before = new Map(names.map((name) => [name, process.env[name]]));
  for (const name of names) delete process.env[name];
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}
