import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { type Claim, checkScope, readAuthorization } from "./authorization.js";
import type { Protocol } from "./aws-protocols.js";
import type { Fault, Faults } from "./faults.js";
import { delayOf, type Failure, lostAfter, lostBefore, skewOf } from "./inject-faults.js";
import { jsonProtocol } from "./json.js";
import type { Limits } from "./limits.js";
import { serviceModel } from "./model.js";
import { findOperation, perform } from "./perform.js";
import type { Principal, Principals } from "./principals.js";
import { queryProtocol } from "./query.js";
import { restProtocol } from "./rest.js";
import { s3Protocol } from "./rest-xml.js";
import { AwsError, type Caller, type JsonObject, type Service } from "./service.js";
import { createDirectory } from "./service-directory.js";
import { checkTime, findCredential, type RequestHead, type SignedRequest, verifySignature } from "./signature.js";

export interface CallsOptions {
  services: Service[];
  principals: Principals;
  accountId: string;
  /** `127.0.0.1:PORT`. */
  authority: string;
  clock: Clock;
  /** Fault injection; none by default. */
  faults?: Faults;
  /** Request rate limits; none by default. */
  limits?: Limits;
  /** Creates request IDs; random by default. */
  requestId?: () => string;
  /** Receives errors of operations that are no fault of the caller. */
  log: (line: string) => void;
}

/** Response to send, with the fault that keeps it from arriving. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
  /** Delay before it is sent, in milliseconds. */
  delay: number;
  failure?: Failure;
}

/** Result of a call without HTTP. Either `error` or `output` is set; neither when the response is lost. */
interface Outcome {
  output?: JsonObject;
  error?: AwsError;
  delay: number;
  failure?: Failure;
}

export interface Calls {
  /** Rejects a request with an unknown credential by its headers alone; returns undefined when its body is to be read. */
  refuse(head: RequestHead): Answer | undefined;
  /** Handles a request. `verify: false` skips the signature check. */
  answer(request: SignedRequest, options: { verify: boolean }): Promise<Answer>;
  /** Handles a call without HTTP: members in wire format (times in seconds). The returned objects belong to the service: read them only. */
  call(call: {
    service: string;
    operation: string;
    input: JsonObject;
    accessKeyId: string;
    region: string;
  }): Promise<Outcome>;
}

/** Handles calls of the AWS APIs: checks signature, shape, access, limits and faults for all services, then runs the operation. */
export function createCalls(options: CallsOptions): Calls {
  const { clock, faults, principals, log, requestId: newId = randomUUID } = options;
  const directory = createDirectory(options.services);
  return { refuse, answer, call };

  function refuse(head: RequestHead): Answer | undefined {
    const requestId = newId();
    let protocol = protocolOf(head.headers) ?? queryProtocolOf("sts");
    try {
      const claim = readAuthorization(head.headers.authorization);
      if (hasNoTarget(head)) protocol = untargeted(claim.service, head);
      checkScope(claim);
      findCredential(head, claim, principals);
      return undefined;
    } catch (error) {
      return complete(errorAnswer(error, protocol, requestId), requestId, []);
    }
  }

  async function answer(request: SignedRequest, { verify }: { verify: boolean }): Promise<Answer> {
    const requestId = newId();
    let protocol = protocolOf(request.headers) ?? queryProtocolOf("sts");
    let activeFaults: readonly Fault[] = [];
    let shown: Shown;
    try {
      const claim = readAuthorization(request.headers.authorization);
      if (hasNoTarget(request)) protocol = untargeted(claim.service, request);
      checkScope(claim);
      // The body is parsed only after its signature is verified.
      const principal = verify ? findCredential(request, claim, principals) : known(claim.accessKeyId);
      if (verify) await verifySignature(request, claim, principal);
      const named = protocol.name(request.headers, request.body);
      activeFaults = decide(claim.service, named.operation, claim.accessKeyId);
      const failure = lostBefore(activeFaults);
      if (failure !== undefined) return { status: 0, headers: {}, body: "", delay: 0, failure };
      if (verify) checkTime(request, claim, principal, clock.now() + skewOf(activeFaults));
      const service = directory.meant(named.target, claim.service);
      findOperation(service, named.operation);
      const { operation } = named;
      const model = serviceModel(service.signingName);
      const input = protocol.decode(request.body, model.input(operation));
      const caller = callerOf(principal, claim);
      const output = await perform({ service, operation, input, caller, principal, activeFaults }, options);
      const encoded = protocol.encode(operation, output, model.output(operation), requestId);
      const { status = 200, headers, body } = typeof encoded === "string" ? { headers: {}, body: encoded } : encoded;
      shown = { status, headers: { "content-type": protocol.contentType, ...headers }, body };
    } catch (error) {
      shown = errorAnswer(error, protocol, requestId);
    }
    return complete(shown, requestId, activeFaults);
  }

  async function call({ service: name, operation, input, accessKeyId, region }: Parameters<Calls["call"]>[0]) {
    const activeFaults = decide(name, operation, accessKeyId);
    const lost = lostBefore(activeFaults);
    if (lost !== undefined) return { delay: 0, failure: lost };
    const failure = lostAfter(activeFaults);
    const fate = { delay: delayOf(activeFaults), ...(failure !== undefined && { failure }) };
    try {
      const service = directory.named(name);
      const principal = known(accessKeyId);
      const caller = callerOf(principal, { region });
      const output = await perform({ service, operation, input, caller, principal, activeFaults }, options);
      return failure === undefined ? { output, ...fate } : fate;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return failure === undefined ? { error, ...fate } : fate;
    }
  }

  /** Draws faults once per call, over HTTP or in process. */
  function decide(service: string, operation: string, accessKeyId: string): readonly Fault[] {
    return faults?.decide({ service, operation, accessKeyId }) ?? [];
  }

  function complete(shown: Shown, requestId: string, activeFaults: readonly Fault[]): Answer {
    const failure = lostAfter(activeFaults);
    return {
      ...shown,
      headers: {
        ...shown.headers,
        "x-amzn-requestid": requestId,
        "content-length": String(Buffer.byteLength(shown.body)),
        date: new Date(clock.now() + skewOf(activeFaults)).toUTCString(),
      },
      delay: delayOf(activeFaults),
      ...(failure !== undefined && { failure }),
    };
  }

  function errorAnswer(error: unknown, protocol: Protocol, requestId: string): Shown {
    const shown = error instanceof AwsError ? error : internal();
    if (!(error instanceof AwsError)) log(`${requestId}: ${(error as Error).stack}`);
    const encoded = protocol.encodeError(shown, requestId);
    return { ...encoded, headers: { "content-type": protocol.contentType, ...encoded.headers } };
  }

  function callerOf(principal: Principal, { region }: Pick<Claim, "region">): Caller {
    const { accountId, authority } = options;
    return { accountId, region, accessKeyId: principal.accessKeyId, arn: principal.arn, authority };
  }

  function known(accessKeyId: string): Principal {
    const principal = principals.get(accessKeyId);
    if (principal) return principal;
    throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }

  function untargeted(signingName: string, head: RequestHead): Protocol {
    const { method, url } = head;
    if (signingName === "s3") return s3Protocol(head);
    return rest.includes(signingName) ? restProtocol(signingName, method, url) : queryProtocolOf(signingName);
  }

  /** Returns the query protocol with the namespace of the service that the signature names. */
  function queryProtocolOf(signingName: string): Protocol {
    return queryProtocol(directory.namespaceOf(signingName));
  }
}

type Shown = Pick<Answer, "status" | "headers" | "body">;

function internal(): AwsError {
  return new AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500);
}

/** Returns true for the query protocol and REST: only the signature names the service. */
const hasNoTarget = ({ headers }: RequestHead) => headers["x-amz-target"] === undefined;

/** Signing names of services that use REST: method and path select the operation. */
const rest = ["lambda", "scheduler"];

function protocolOf(headers: Record<string, string>): Protocol | undefined {
  if (headers["x-amz-target"] === undefined) return undefined;
  return jsonProtocol(headers["content-type"]?.startsWith("application/x-amz-json-1.0") ? "1.0" : "1.1");
}
