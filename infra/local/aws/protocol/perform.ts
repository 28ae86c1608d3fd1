import type { Clock } from "../clock.js";
import { accessesOf, accessesWithContext, accessToMissing, authorize } from "./authorize.js";
import { missingMember } from "./error-texts.js";
import type { Fault } from "./faults.js";
import { ageOf, changed, refuse, shifted, skewOf } from "./inject-faults.js";
import type { Limits } from "./limits.js";
import { serviceModel } from "./model.js";
import type { Principal } from "./principals.js";
import { AwsError, type Caller, type JsonObject, type Operation, type Service } from "./service.js";
import { validateInput } from "./validate.js";

export interface Call {
  service: Service;
  operation: string;
  /** Members as received. */
  input: JsonObject;
  caller: Caller;
  principal: Principal;
  /** Faults to inject. */
  activeFaults: readonly Fault[];
}

/** Checks shape, access and limits of a call, runs it and returns its output. @throws AwsError as AWS returns it. */
export async function perform(call: Call, { clock, limits }: { clock: Clock; limits?: Limits }): Promise<JsonObject> {
  const { service, operation, caller, principal, activeFaults } = call;
  const model = serviceModel(service.signingName);
  const skew = skewOf(activeFaults);
  const run = operationAt(service, operation, clock.now(), ageOf(activeFaults));
  const input = checkInput(call);
  try {
    // Skipped when nothing can be denied: a simulated rollout makes hundreds of calls.
    if (activeFaults.length > 0 || principal.deny?.length || principal.policy) {
      const named = principal.policy ? accessesWithContext : accessesOf;
      const accesses = named(service.signingName, operation, input, caller);
      refuse(activeFaults, accesses, principal.arn);
      for (const access of accesses) authorize(principal, access);
    }
    limits?.take(service.signingName, operation, caller);
    if (skew === 0) return changed(await run(input, caller), activeFaults);
    const output = await run(shifted(input, model.input(operation), -skew) as JsonObject, caller);
    return changed(shifted(output, model.output(operation), skew) as JsonObject, activeFaults);
  } catch (error) {
    if (error instanceof AwsError && error.code === "NoSuchKey") {
      for (const access of accessToMissing(service.signingName, input, caller)) authorize(principal, access);
    }
    throw withModelStatus(service, error);
  }
}

/** Returns the operation, or its version that reads the state of `age` milliseconds ago. */
function operationAt(service: Service, operation: string, now: number, age: number): Operation {
  const current = findOperation(service, operation);
  const reads = /^(Describe|List|Get)/.test(operation);
  return (age > 0 && reads && service.past?.(now - age)[operation]) || current;
}

/** Returns the operation. @throws AwsError when it does not exist. */
export function findOperation(service: Service, operation: string): Operation {
  const known = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
  if (known) return known;
  const exists = serviceModel(service.signingName).input(operation) !== undefined;
  throw new AwsError(
    "UnknownOperationException",
    exists
      ? `${service.signingName}:${operation} is an operation of AWS that this local AWS does not implement.`
      : `Could not find operation ${operation}.`,
  );
}

function checkInput({ service, operation, input }: Call): JsonObject {
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
