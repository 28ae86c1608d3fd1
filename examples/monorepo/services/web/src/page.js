/** Returns the shop's page as HTML. */
export function page(version = "dev") {
  return `<!doctype html><title>Shop</title><h1>Shop</h1><p>Version ${version}</p>\n`;
}
