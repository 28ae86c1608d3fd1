import type { IdentityPolicy } from "./policy.js";

/** Caller of the local AWS, with its access key. */
export interface Principal {
  accessKeyId: string;
  secretAccessKey: string;
  /** Token of temporary credentials; every request must carry it. */
  sessionToken?: string;
  /** Expiration of the credentials, in milliseconds since the epoch. */
  expiresAt?: number;
  /** Such as `arn:aws:iam::123456789012:user/rehearsal`. */
  arn: string;
  /** IAM's unique id, such as `AIDA…`. */
  userId: string;
  /** Denied actions, such as `ecs:UpdateService` or `ecr:*`. All others are allowed. */
  deny?: string[];
  /** Identity-based policy. Without one all actions but those of `deny` are allowed. */
  policy?: IdentityPolicy;
}

/** All callers, by access key ID. */
export type Principals = ReadonlyMap<string, Principal>;
