import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeXml } from "../xml.js";

test("text in XML has its markup escaped, and no character that XML has not", () => {
  assert.equal(escapeXml(`<a b="c">&'\r`), "&#60;a b=&#34;c&#34;&#62;&#38;&#39;&#13;");
  assert.equal(escapeXml("a\u0000b\u001b[31mc\ud800d\uffff\t\n€😀"), "a\ufffdb\ufffd[31mc\ufffdd\ufffd\t\n€😀");
});
