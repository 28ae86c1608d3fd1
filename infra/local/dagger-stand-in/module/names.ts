/** Returns a name as the command line writes it: `baseImage` → `base-image`. */
export function kebab(name: string): string {
  return words(name).join("-");
}

/** `base-image` → `baseImage`. */
export function camel(name: string): string {
  return words(name)
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

/** `baseImage` → `base_image`. */
export function snake(name: string): string {
  return words(name).join("_");
}

function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()
    .split(/[-_\s]+/)
    .filter(Boolean);
}
