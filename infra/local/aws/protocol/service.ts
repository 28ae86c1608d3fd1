/** What a service of the local AWS is to the wire: its names and its operations. The wire has checked signature and shape before. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Who calls: taken from the signature, never from the body. */
export interface Caller {
  accountId: string;
  /** From the signature's credential scope, such as `us-west-2`. */
  region: string;
  accessKeyId: string;
  /** Such as `arn:aws:iam::123456789012:user/rehearsal`. */
  arn: string;
  /** `127.0.0.1:PORT` as this server is reached: what repository URIs and endpoints are made of. */
  authority: string;
}

/** Takes the request's members as sent (unknown ones included) and answers the response's. Times are seconds since the epoch, as on the wire. */
export type Operation = (input: JsonObject, caller: Caller) => JsonObject | Promise<JsonObject>;

export interface Service {
  /** The name in a signature's scope, such as `ecs`, `monitoring` or `elasticloadbalancing`. */
  signingName: string;
  /** What stands before the dot in `X-Amz-Target`; absent for the query protocol, the signing name again for REST. */
  targetPrefix?: string;
  /** The XML namespace of its answers, for a service that speaks the query protocol. */
  queryNamespace?: string;
  /** By operation name, such as `DescribeServices`. What is not here is answered as an unknown operation. */
  operations: Record<string, Operation>;
  /** What only reads, as it would have answered at a moment (milliseconds since the epoch) as far back as the past is kept. */
  past?(at: number): Record<string, Operation>;
}

/** An error as AWS answers it: `__type` is the code, with the HTTP status of the API's model. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  constructor(
    /** Such as `ServiceNotFoundException`. */
    readonly code: string,
    message: string,
    readonly status = 400,
    /** Further members of the error's shape. */
    readonly fields: JsonObject = {},
  ) {
    super(message);
  }
}
