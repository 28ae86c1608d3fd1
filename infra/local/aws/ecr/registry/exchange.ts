import type { IncomingMessage, ServerResponse } from "node:http";
import type { EcrStore, Repository } from "../store.js";
import type { Visitor } from "./auth.js";

/** Request to a repository of the registry, with its context. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  store: EcrStore;
  repository: Repository;
  visitor: Visitor;
}

/** Ends a response without a body. */
export function answer(response: ServerResponse, status: number, headers: Record<string, string | number>): void {
  response.writeHead(status, { "content-length": 0, ...headers });
  response.end();
}

/** Ends a response with JSON. */
export function answerJson(response: ServerResponse, body: object, headers: Record<string, string> = {}): void {
  const content = JSON.stringify(body);
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(content),
    ...headers,
  });
  response.end(content);
}
