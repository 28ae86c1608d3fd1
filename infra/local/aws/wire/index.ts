import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.js";
import { readAuthorization } from "./authorization.js";
import { accessOf, authorize } from "./authorize.js";
import { BodyTooLarge, readBody } from "./body.js";
import { jsonProtocol } from "./json.js";
import { serviceModel } from "./model.js";
import type { Principals } from "./principals.js";
import type { Protocol } from "./protocol.js";
import { queryProtocol } from "./query.js";
import { restProtocol } from "./rest.js";
import { AwsError, type Caller, type JsonObject, type Service } from "./service.js";
import { verifySignature } from "./signature.js";
import { validateInput } from "./validate.js";
import { missingMember } from "./wording.js";

export interface WireOptions {
  services: Service[];
  principals: Principals;
  accountId: string;
  /** `127.0.0.1:PORT`. */
  authority: string;
  clock: Clock;
  /** Hears of operations that failed for no fault of the caller. */
  log: (line: string) => void;
}

/** Bytes of a body: a layer part of 20 MiB in base64 for ECR, what AWS allows and some more for the others. */
const BODY_LIMITS: Record<string, number> = { ecr: 32 << 20, logs: 8 << 20 };
const BODY_LIMIT = 2 << 20;

/** Whether a request is a call of an AWS API, rather than one to the registry or to a load balancer. */
export function isApiCall(request: IncomingMessage): boolean {
  return request.headers["x-amz-target"] !== undefined || (request.headers.authorization?.startsWith("AWS4-") ?? false);
}

/** Answers calls of the AWS APIs: signature, shape and access are checked here, for all services alike; then the operation runs. */
export function createWire(
  options: WireOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const services = new Map(options.services.map((service) => [service.signingName, service]));

  return async (request, response) => {
    const requestId = randomUUID();
    const headers = headersOf(request);
    const protocol = protocolOf(headers, request);
    try {
      const { operation, output } = await call(request, headers, protocol, requestId);
      send(
        response,
        200,
        { "content-type": protocol.contentType },
        protocol.encode(operation, output, requestId),
        requestId,
      );
    } catch (error) {
      // Who has hung up waits for no answer.
      if (request.errored) return void response.destroy();
      const shown = shownError(error);
      if (!(error instanceof AwsError) && shown.status >= 500) options.log(`${requestId}: ${(error as Error).stack}`);
      const encoded = protocol.encodeError(shown, requestId);
      if (error instanceof BodyTooLarge) encoded.headers.connection = "close";
      send(
        response,
        encoded.status,
        { "content-type": protocol.contentType, ...encoded.headers },
        encoded.body,
        requestId,
      );
    }
  };

  async function call(
    request: IncomingMessage,
    headers: Record<string, string>,
    protocol: Protocol,
    requestId: string,
  ) {
    const claim = readAuthorization(headers.authorization);
    const body = await readBody(request, BODY_LIMITS[claim.service] ?? BODY_LIMIT);
    const signed = { method: request.method ?? "", url: request.url ?? "/", headers, body };
    const principal = await verifySignature(signed, claim, options.principals, options.clock.now());
    if (headers["x-amz-target"] === undefined) mustBeHere(claim.service);
    const { target, operation, input } = protocol.decode(headers, body);
    const service = findService(target, claim.service);
    const run = findOperation(service, operation);
    const caller: Caller = {
      accountId: options.accountId,
      region: claim.region,
      accessKeyId: principal.accessKeyId,
      arn: principal.arn,
      requestId,
      authority: options.authority,
    };
    const checked = checkInput(service, operation, input);
    try {
      authorize(principal, accessOf(service.signingName, operation, checked, caller));
      return { operation, output: await run(checked, caller) };
    } catch (error) {
      throw withModelStatus(service, error);
    }
  }

  /** Calls without a target are forms for STS, or were meant for a service that is not here and speaks in ways of its own. */
  function mustBeHere(signedFor: string): void {
    if (services.has(signedFor)) return;
    throw new AwsError(
      "UnknownOperationException",
      `This local AWS has no service '${signedFor}'. It has ${[...services.keys()].sort().join(", ")}.`,
    );
  }

  /** The target (or, for a form, its lack) says which service is meant; the signature must have been made for that one. */
  function findService(target: string, signedFor: string): Service {
    const service = options.services.find((each) => (each.targetPrefix ?? "") === target);
    if (!service) {
      mustBeHere(signedFor);
      throw new AwsError("UnknownOperationException", `There is no service ${target} here.`);
    }
    if (service !== services.get(signedFor)) {
      throw new AwsError(
        "InvalidSignatureException",
        `Credential should be scoped to correct service: '${service.signingName}'. `,
      );
    }
    return service;
  }
}

function findOperation(service: Service, operation: string) {
  const known = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
  if (known) return known;
  const exists = serviceModel(service.signingName).input(operation) !== undefined;
  throw new AwsError(
    "UnknownOperationException",
    exists
      ? `${service.signingName}:${operation} is an operation of AWS that this local AWS does not have.`
      : `Could not find operation ${operation}.`,
  );
}

function checkInput(service: Service, operation: string, input: JsonObject): JsonObject {
  const shape = serviceModel(service.signingName).input(operation);
  const missing = missingMember[service.signingName];
  if (!shape || !missing) throw new Error(`The API's model has no ${service.signingName}:${operation}.`);
  return validateInput(operation, shape, input, missing);
}

function withModelStatus(service: Service, error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const status = serviceModel(service.signingName).errorStatus(error.code) ?? error.status;
  return status === error.status ? error : new AwsError(error.code, error.message, status, error.fields);
}

function shownError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof BodyTooLarge) return new AwsError("RequestEntityTooLargeException", error.message, 413);
  return new AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500);
}

/** The services whose calls are told by method and path, by signing name. */
const REST = ["scheduler"];

function protocolOf(headers: Record<string, string>, { method = "", url = "/" }: IncomingMessage): Protocol {
  if (headers["x-amz-target"] === undefined) {
    const [, signedFor = ""] = /\/([\w-]+)\/aws4_request/.exec(headers.authorization ?? "") ?? [];
    if (REST.includes(signedFor)) return restProtocol(signedFor, method, url);
    return queryProtocol("https://sts.amazonaws.com/doc/2011-06-15/");
  }
  return jsonProtocol(headers["content-type"]?.startsWith("application/x-amz-json-1.0") ? "1.0" : "1.1");
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(",")]),
  );
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
  requestId: string,
): void {
  response.writeHead(status, { ...headers, "x-amzn-requestid": requestId, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
