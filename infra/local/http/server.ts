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

/** Answers a request; what it throws or rejects with is logged and answered with 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * An HTTP server that no request can end: a malformed request is answered with 400, a handler that fails with 500 and without its stack,
 * and errors of sockets and of the server itself are logged. All servers of `infra/local` are made here.
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
  // The caller handles errors before that. Without a listener, a later one ends the process, such as EMFILE when a connection is accepted.
  server.once("listening", () => server.on("error", (error) => log(`HTTP server: ${error.message}`)));
  return server;
}

function answerOrRefuse(request: IncomingMessage, response: ServerResponse, handler: Handler): unknown {
  const wrong = malformation(request);
  if (wrong === undefined) return handler(request, response);
  return answerPlainly(response, 400, `400 Bad Request: the request was refused, because ${wrong}.\n`);
}

/** An answer that has begun can only be broken off: the client must not take it for a whole one. */
function answerFailure(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  answerPlainly(response, 500, "500 Internal Server Error: the server's log has the cause.\n");
}

/** The reason is given, because an earlier `writeHead` that threw leaves its own behind. */
function answerPlainly(response: ServerResponse, status: 400 | 500, body: string): void {
  const reason = status === 400 ? "Bad Request" : "Internal Server Error";
  response.writeHead(status, reason, { "content-type": "text/plain", connection: "close" });
  response.end(body);
}
