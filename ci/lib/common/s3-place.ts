/** A prefix in a bucket, as a target names it: `s3://BUCKET/PREFIX/`. */
export const s3Pattern = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[\w=-][\w.=-]{0,99}){0,5}\/?$/;

export interface S3Place {
  bucket: string;
  /** Empty, or with a slash at its end. */
  prefix: string;
}

/** Reads a text that fits the pattern. */
export function parseS3Place(url: string): S3Place {
  const [bucket = "", ...parts] = url.replace(/^s3:\/\//, "").split("/");
  const folders = parts.filter((part) => part !== "");
  return { bucket, prefix: folders.map((part) => `${part}/`).join("") };
}
