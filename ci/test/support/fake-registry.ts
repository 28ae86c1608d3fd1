import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Fault, type Script } from "./fake-aws.js";

/** Image repository on loopback: its registry over HTTP, and ECR's responses about it as a script. */
export interface FakeRegistry {
  /** URL of the registry's `/v2/`. */
  endpoint: string;
  /** ECR's handlers for a fake AWS. */
  script: Script;
  /** Stores an image with these labels under a tag, in place of any other, and returns its digest. */
  put(tag: string, labels: Record<string, string>): string;
  /** Stores an index of several images under a tag. */
  putIndex(tag: string): string;
  /** The `authorization` headers that the registry has received. */
  authorizations: Set<string | undefined>;
  close(): Promise<void>;
}

export const login = { username: "AWS", password: "pass:word" };

export async function fakeRegistry(name: string): Promise<FakeRegistry> {
  const content = new Map<string, string>();
  const tags = new Map<string, { digest: string; pushedAt: number }>();
  const authorizations = new Set<string | undefined>();
  // Longer than clients keep connections, so that none closes while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    authorizations.add(request.headers.authorization);
    const found = content.get(request.url?.split("/").at(-1) ?? "");
    response.statusCode = found ? 200 : 404;
    response.end(found ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keep = (value: object) => {
    const text = JSON.stringify(value);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    content.set(digest, text);
    return digest;
  };
  const tagged = (tag: string, manifest: object) => {
    const digest = keep(manifest);
    tags.set(tag, { digest, pushedAt: tags.size });
    return digest;
  };
  const detail = (tag: string) => {
    const { digest, pushedAt } = tags.get(tag) ?? {};
    return { imageDigest: digest ?? "", imageTags: [tag], imagePushedAt: pushedAt ?? 0 };
  };
  const repository = { registryId: "123456789012", repositoryName: name, repositoryUri: `${authority}/${name}` };
  return {
    endpoint: `http://${authority}`,
    authorizations,
    put: (tag, labels) => tagged(tag, { config: { digest: keep({ config: { Labels: labels } }) } }),
    putIndex: (tag) => tagged(tag, { manifests: [] }),
    script: {
      DescribeRepositories: ({ repositoryNames }) =>
        Array.isArray(repositoryNames) && !repositoryNames.includes(name)
          ? new Fault("RepositoryNotFoundException", "not there")
          : { repositories: [repository] },
      GetAuthorizationToken: () => {
        const authorizationToken = Buffer.from(`${login.username}:${login.password}`).toString("base64");
        return { authorizationData: [{ authorizationToken }] };
      },
      DescribeImages: ({ imageIds }) => {
        if (!Array.isArray(imageIds)) return { imageDetails: [...tags.keys()].map(detail) };
        const { imageTag } = imageIds[0] as { imageTag: string };
        return tags.has(imageTag)
          ? { imageDetails: [detail(imageTag)] }
          : new Fault("ImageNotFoundException", "not there");
      },
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
