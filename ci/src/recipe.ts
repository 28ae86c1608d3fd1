import type { Directory, File, Platform } from "@dagger.io/dagger";
import { InputError } from "./errors.js";
import { withoutUserInfo } from "./http-url.js";

/** What an image is made from. */
export interface Recipe {
  /** The whole `app/` directory. */
  app: Directory;
  /** Such as `python:3.13-slim` or `python:3.13-slim@sha256:…`. */
  baseImage: string;
  /** Such as `linux/arm64`; the engine's own when absent. */
  platform?: Platform | undefined;
  /** PEM certificates to trust while packages are installed. */
  caFile?: File | undefined;
  /** The package index to install from; PyPI when absent. */
  packageIndex?: string | undefined;
}

// https://github.com/distribution/reference
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST = `${LABEL}(?:\\.${LABEL})*(?::\\d+)?/`;
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const TAG = ":\\w[\\w.-]{0,127}";
const REFERENCE = new RegExp(`^(?:${HOST})?${COMPONENT}(?:/${COMPONENT})*(?:${TAG})?(?:@sha256:[0-9a-f]{64})?$`);

/**
 * Checks what people say about how an image is made, before anything is made.
 * @throws InputError
 */
export function checkedRecipe(recipe: Recipe): Recipe {
  const { baseImage, packageIndex } = recipe;
  if (!REFERENCE.test(baseImage)) {
    throw new InputError(
      "bad-base-image",
      `The base image ${JSON.stringify(baseImage)} is not an image reference. Accepted: NAME:TAG, NAME@sha256:DIGEST or both, such as python:3.13-slim.`,
    );
  }
  if (packageIndex !== undefined) checkIndex(packageIndex);
  return recipe;
}

/** A user name and a password would be seen in every log of the build. */
function checkIndex(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol) && !url.username && !url.password) return;
  const received = url?.host ? `${url.protocol}//${url.host}${url.pathname}` : JSON.stringify(withoutUserInfo(text));
  throw new InputError(
    "bad-package-index",
    `The package index ${received} can't be used. Accepted: an http or https URL without user name and password, such as https://mirror.example.com/simple.`,
  );
}
