import type { IdentityPolicy } from "./policy.js";

/** Someone who may call the local AWS, with the key that proves it. */
export interface Principal {
  accessKeyId: string;
  secretAccessKey: string;
  /** Temporary credentials carry one; then every request must too. */
  sessionToken?: string;
  /** Milliseconds since the epoch, after which the credentials are answered as expired. */
  expiresAt?: number;
  /** Such as `arn:aws:iam::123456789012:user/rehearsal`. */
  arn: string;
  /** IAM's unique id, such as `AIDA…`. */
  userId: string;
  /** Actions it may not take, such as `ecs:UpdateService` or `ecr:*`. All others are allowed. */
  deny?: string[];
  /** What it may do. Without one it may do all that `deny` does not name. */
  policy?: IdentityPolicy;
}

/** Everyone who is known, by access key id. */
export type Principals = ReadonlyMap<string, Principal>;
