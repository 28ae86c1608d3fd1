import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { reportFiles } from "../../ci/lib/report/deployment/report-files.js";
import type { DeploymentReport } from "../../ci/lib/rollout/reconstruct/deployment-report.js";
import { hostile, reportOf, reportScenes } from "./report-scenes.js";

/** Debian's package; `npm test` installs it. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

let browser: Browser;
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-report-"));
  // A container's root has no namespace for the sandbox; the page is ours, and its policy forbids scripts.
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] }).catch((cause) => {
    throw new Error(`Chromium did not start. Install it (apt-get install chromium), or set CHROMIUM to its path.`, {
      cause,
    });
  });
});
after(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

interface Opened {
  page: Page;
  /** Messages of the console, errors of the page, and requests beside the page itself. */
  complaints: string[];
}

async function open(name: string, text: string, colorScheme: "light" | "dark" = "light"): Promise<Opened> {
  const path = join(directory, name);
  await writeFile(path, text);
  const page = await browser.newPage({ colorScheme, viewport: { width: 1050, height: 900 } });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(path).href) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  return { page, complaints };
}

/** Asserts that a reader, also of a screen reader, finds the verdict, the answers and every task. */
async function assertReadable({ page, complaints }: Opened, report: DeploymentReport): Promise<void> {
  await assertNames(page);
  const drawn = await page.locator("svg[role=img] text").allTextContents();
  const listed = await page.getByRole("table", { name: "Tasks" }).getByRole("rowheader").allTextContents();
  const ids = report.tasks.map(({ id }) => id.slice(0, 8));
  assert.deepEqual([...listed].sort(), [...ids].sort());
  for (const id of ids)
    assert.ok(
      drawn.some((text) => text.endsWith(` ${id}`)),
      `${id} is not in the timeline`,
    );
  assert.deepEqual(complaints, []);
}

async function assertNames(page: Page): Promise<void> {
  assert.match((await page.getByRole("heading", { level: 1 }).textContent()) ?? "", /^[a-z-]+: /);
  assert.equal(await page.getByRole("img", { name: /^Timeline, / }).count(), 1);
  for (const answer of ["What happened", "Serves now", "Next"])
    assert.equal(await page.getByRole("term").filter({ hasText: answer }).count(), 1, answer);
  for (const table of await page.getByRole("table").all())
    assert.match((await table.ariaSnapshot()).split("\n")[0] ?? "", /^- table "[A-Z][a-z ]+"/);
}

/** Luminance of a colour: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((value) => {
    const part = Number(value) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

async function contrasts(page: Page): Promise<number[]> {
  const colours = await page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as unknown as {
      document: { body: object; querySelectorAll(selector: string): Iterable<object> };
      getComputedStyle(element: object): { color: string; backgroundColor: string };
    };
    const background = getComputedStyle(document.body).backgroundColor;
    return [...document.querySelectorAll("h1, dd, td, th, .faint, header p")].map((element) => [
      getComputedStyle(element).color,
      background,
    ]);
  });
  return colours.map(([front = "", back = ""]) => {
    const [dark = 0, light = 0] = [luminance(front), luminance(back)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  });
}

for (const [name, scenario] of Object.entries(reportScenes)) {
  for (const scheme of ["light", "dark"] as const) {
    test(`the report of a ${name} deploy is read in a browser, ${scheme}`, async () => {
      const report = await reportOf(scenario);
      const html = new Map(await reportFiles(report)).get("report.html") ?? "";
      assert.ok(html.length < 300_000, `${html.length} bytes`);
      const opened = await open(`${name}.html`, html, scheme);
      await assertReadable(opened, report);
      const background = await opened.page.evaluate(
        "getComputedStyle(document.querySelector('svg[role=img]')).backgroundColor",
      );
      assert.equal(luminance(String(background)) > 0.5, scheme === "light");
      assert.ok(Math.min(...(await contrasts(opened.page))) >= 4.5, "the contrast of a text is below 4.5 to 1");
      await opened.page.close();
    });
  }
}

for (const [device, width, height] of [
  ["a desktop", 1050, 900],
  ["a phone", 390, 844],
] as const) {
  test(`the first screen of ${device} has why a deploy failed, what serves and what to do, and nothing is cut off`, async () => {
    const report = await reportOf(reportScenes.failed ?? assert.fail());
    const { page } = await open("first.html", new Map(await reportFiles(report)).get("report.html") ?? "");
    await page.setViewportSize({ width, height });
    for (const name of ["What happened", "Why", "Fix", "Serves now", "Next"]) {
      const box = await page.getByRole("term").filter({ hasText: name }).boundingBox();
      assert.ok(box && box.y + box.height < height, `${name} is below the first screen`);
    }
    const wide = Number(await page.evaluate("document.documentElement.scrollWidth"));
    assert.ok(wide <= width, `the page is ${wide} pixels wide`);
    const rows = await page.getByRole("table", { name: "Tasks" }).getByRole("row").all();
    for (const row of rows)
      assert.ok(((await row.boundingBox())?.height ?? 0) < 60, "a column is too narrow for its text");
    await page.close();
  });
}

test("the timeline is an image by itself, without a network", async () => {
  const report = await reportOf(reportScenes["rolled-back"] ?? assert.fail());
  const svg = new Map(await reportFiles(report)).get("timeline.svg") ?? "";
  const { page, complaints } = await open("timeline.svg", svg);
  assert.equal(await page.evaluate("document.documentElement.localName"), "svg");
  const shown = await page.evaluate("document.documentElement.textContent");
  for (const { id } of report.tasks) assert.match(String(shown), new RegExp(id.slice(0, 8)));
  assert.deepEqual(complaints, []);
  await page.close();
});

test("texts of others are shown in the page and do nothing there", async () => {
  const report = hostile(await reportOf(reportScenes["rolled-back"] ?? assert.fail()));
  const files = new Map(await reportFiles(report));
  const { page, complaints } = await open("hostile.html", files.get("report.html") ?? "");
  assert.equal(await page.locator("script, iframe, img, object, embed, form, a, base, [onload], [onerror]").count(), 0);
  assert.ok(await page.getByRole("heading", { level: 1 }).isVisible());
  assert.match((await page.locator("dl.answers").textContent()) ?? "", /<script>alert\(1\)<\/script>/);
  assert.deepEqual(complaints, []);
  await page.close();
  const image = await open("hostile.svg", files.get("timeline.svg") ?? "");
  assert.equal(await image.page.locator("script, foreignObject, a, image, use").count(), 0);
  assert.deepEqual(image.complaints, []);
  await image.page.close();
});
