import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { guarded, logFailure, type OnFailure } from "./guard.js";
import { malformation } from "./malformed.js";

/** Handles a request. Errors and rejections are logged and answered with status 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Creates an HTTP server that no request can crash: it answers malformed requests with 400 and failed handlers with 500 (without a stack), and
 * logs errors of sockets and of the server. All servers of `infra/local` use it.
 */
export function createGuardedServer(options: ServerOptions, handler: Handler, log: (line: string) => void): Server {
  const listener: RequestListener = (request, response) => {
    const onFailure: OnFailure = (error) => {
      logFailure(log, `${request.method} ${JSON.stringify(request.url)}`)(error);
      answerFailure(response);
    };
    // Without listeners, an error of either stream is an uncaught exception.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    guarded(answerOrRefuse, onFailure)(request, response, handler);
  };
  const server = createServer(options, listener);
  // The caller handles errors before listening. Later ones, such as EMFILE on accept, would end the process without a listener.
  server.once("listening", () => server.on("error", (error) => log(`HTTP server: ${error.message}`)));
  return server;
}

function answerOrRefuse(request: IncomingMessage, response: ServerResponse, handler: Handler): unknown {
  const wrong = malformation(request);
  if (wrong === undefined) return handler(request, response);
  return answerPlainly(response, 400, `400 Bad Request: ${wrong}.\n`);
}

/** Sends status 500, or breaks off a response that has started, so that the client does not take it for complete. */
function answerFailure(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  answerPlainly(response, 500, "500 Internal Server Error: the server's log has the cause.\n");
}

/** Sends a text response. Sets the reason phrase, because a `writeHead` that threw leaves its own behind. */
function answerPlainly(response: ServerResponse, status: 400 | 500, body: string): void {
  const reason = status === 400 ? "Bad Request" : "Internal Server Error";
  response.writeHead(status, reason, { "content-type": "text/plain", connection: "close" });
  response.end(body);
}
