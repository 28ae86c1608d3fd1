import { describe } from "node:test";

/**
 * Runs test files in this process. Each file is a suite, so that its hooks apply to its own tests and a failure names it. All files are
 * imported before the first test starts: an import blocks the process for seconds, which tests in real time would notice.
 *
 * @param {[name: string, url: string][]} files
 */
export function runTogether(files) {
  describe(`${files[0]?.[0]} to ${files.at(-1)?.[0]}`, async () => {
    await Promise.allSettled(files.map(importAsSuite));
  });
}

/**
 * @param {[name: string, url: string]} file
 * @returns {Promise<unknown>} Its import, of which a failure is also one of the suite.
 */
function importAsSuite([name, url]) {
  let imported = Promise.resolve();
  describe(name, () => (imported = import(url)));
  return imported;
}
