/** Route of the distribution API. Names and references are not yet validated. */
export type Route =
  | { kind: "base" }
  | { kind: "catalog" }
  | { kind: "blob"; name: string; digest: string }
  | { kind: "uploads"; name: string }
  | { kind: "upload"; name: string; id: string }
  | { kind: "manifest"; name: string; reference: string }
  | { kind: "tags"; name: string }
  | { kind: "referrers"; name: string; digest: string };

/** Returns the route of a path, or undefined. Repository names can contain slashes, so the path is parsed from its end. */
export function readRoute(path: string): Route | undefined {
  if (path === "/v2" || path === "/v2/") return { kind: "base" };
  if (path === "/v2/_catalog") return { kind: "catalog" };
  const uploads = /^\/v2\/(.+)\/blobs\/uploads\/?$/.exec(path);
  if (uploads) return { kind: "uploads", name: uploads[1] ?? "" };
  const upload = /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/.exec(path);
  if (upload) return { kind: "upload", name: upload[1] ?? "", id: upload[2] ?? "" };
  const tags = /^\/v2\/(.+)\/tags\/list$/.exec(path);
  if (tags) return { kind: "tags", name: tags[1] ?? "" };
  const [, name = "", kind, reference = ""] = /^\/v2\/(.+)\/(blobs|manifests|referrers)\/([^/]+)$/.exec(path) ?? [];
  if (kind === "blobs") return { kind: "blob", name, digest: reference };
  if (kind === "manifests") return { kind: "manifest", name, reference };
  if (kind === "referrers") return { kind: "referrers", name, digest: reference };
  return undefined;
}
