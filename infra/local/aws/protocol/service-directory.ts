import { AwsError, type Service } from "./service.js";

/** Which services there are, and which one a request means. */
export interface Directory {
  /** The service with this signing name. Throws AWS's refusal when it is not here. */
  named(signingName: string): Service;
  /** The one that a target (empty: the request is a form) and a signature mean. They must agree. */
  meant(target: string, signedFor: string): Service;
  /** Of the answers to forms; that of STS where the service speaks no forms. */
  namespaceOf(signingName: string): string;
}

export function createDirectory(all: readonly Service[]): Directory {
  const services = new Map(all.map((service) => [service.signingName, service]));

  function named(signingName: string): Service {
    const service = services.get(signingName);
    if (service) return service;
    throw new AwsError(
      "UnknownOperationException",
      `This local AWS has no service '${signingName}'. It has ${[...services.keys()].sort().join(", ")}.`,
    );
  }

  return {
    named,
    meant(target, signedFor) {
      if (target === "") return takesForms(named(signedFor));
      const service = all.find((each) => each.targetPrefix === target);
      if (!service) {
        named(signedFor);
        throw new AwsError("UnknownOperationException", `There is no service ${target} here.`);
      }
      if (service === services.get(signedFor)) return service;
      throw otherService(service.signingName);
    },
    namespaceOf: (signingName) =>
      services.get(signingName)?.queryNamespace ?? services.get("sts")?.queryNamespace ?? "",
  };
}

/** A form that was signed for a service of JSON was meant for another one: STS is the one that every client knows. */
function takesForms(service: Service): Service {
  if (service.queryNamespace !== undefined) return service;
  throw otherService("sts");
}

function otherService(signingName: string): AwsError {
  return new AwsError(
    "InvalidSignatureException",
    `Credential should be scoped to correct service: '${signingName}'. `,
  );
}
