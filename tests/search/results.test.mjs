import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./engine.mjs";

const run = load();
const items = (query, lang = "zh") => plain(run("self.answer(query, lang).items", { query, lang }));

test("what was found is marked, words as wholes, and the text is cut around it", () => {
  const mark = (text, forms, room) => run("markFound(text, forms, room)", { text, forms, room });
  assert.equal(mark("不动产登记", ["动产", "登记"], undefined), "不<mark>动产登记</mark>");
  assert.equal(mark("Planned planning", ["planning"], undefined), "Planned <mark>planning</mark>");
  assert.equal(mark("<b> & b", ["b"], undefined), "&lt;<mark>b</mark>&gt; &amp; <mark>b</mark>");
  assert.equal(mark(`${"前".repeat(100)}公寓${"后".repeat(100)}`, ["公寓"], 20), `…${"前".repeat(5)}<mark>公寓</mark>${"后".repeat(13)}…`);
});

test("a result shows the sentences that have it, by their number", () => {
  const [[page, sentence]] = items("公章");
  assert.equal(page.location, "measures/1/");
  assert.deepEqual([sentence.location, sentence.title, sentence.text], ["measures/1/#s2", "第2句", "免费刻制<mark>公章</mark>。"]);
});

test("a result that a keyword alone led to says so", () => {
  assert.match(items("过户")[0][0].text, /按搜索词找到：<mark>过户<\/mark>/);
});

test("a unit comes with its measures, a term leads to the glossary by its name", () => {
  assert.deepEqual(items("税务局")[0].map(({ location }) => location), ["units/tax/", "measures/2/"]);
  const places = items("人才公寓").flat().map(({ location }) => location);
  assert.ok(places.includes(`glossary/?find=${encodeURIComponent("人才公寓")}`), places);
});

test("an answer comes first, with its question", () => {
  assert.deepEqual(items("这份方案还有效吗")[0].map(({ title }) => title), ["本站的回答", "还有效吗？"]);
});
