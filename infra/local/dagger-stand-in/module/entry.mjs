// The process of a module. It hands over to the SDK's own entry point, as the file does that the engine generates.
const [entrypoint = "", ...files] = process.argv.slice(2);
// Before the TypeScript loader, through which its many plain files would pass in vain.
const sdk = await import(entrypoint);
await import("../../typescript.mjs");
await sdk.entrypoint(files);
