import { existsSync } from "node:fs";

/** Path in the root: a directory created for the mount would stay in the layer. */
const bundleInside = "/.slipway-ca.pem";
const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
const trusting = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
const passedOn = [
  ...["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"],
  ...["NPM_CONFIG_REGISTRY", "npm_config_registry", "GOPROXY", "GOSUMDB", "GONOSUMDB"],
];

/** Settings with which a command reaches package indexes from this machine's network. */
export interface NetworkSettings {
  env: Record<string, string>;
  binds: string[];
}

/**
 * Reads this machine's access to package indexes: its trusted certificates and its configured index. They are for commands only and
 * never part of a layer. Without them nothing can be installed on a machine behind a private mirror. Dagger's engine does not do this:
 * there, the module's arguments provide it.
 */
export function networkSettings(env: Record<string, string | undefined>): NetworkSettings {
  const bundle = [env.SSL_CERT_FILE, ...bundles].find((path) => path && existsSync(path));
  const trust = bundle ? Object.fromEntries(trusting.map((name) => [name, bundleInside])) : {};
  const index = passedOn.flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  return {
    env: { ...trust, ...Object.fromEntries(index) },
    binds: bundle ? [`${bundle}:${bundleInside}:ro`] : [],
  };
}
