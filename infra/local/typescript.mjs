// Registers the TypeScript loader in the process that imports this file, also by `node --import`. Plain Node.
//
// tsx caches compiled code in `$TMPDIR/tsx-UID` and runs it without a check of the owner: on a shared machine
// another user could create the directory first. Without the cache a process needs 0.1 to 0.2 s more processor time to start.
// https://github.com/privatenumber/tsx/blob/master/src/utils/transform/cache.ts
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/esm/api");
register();
