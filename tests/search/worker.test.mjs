import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./engine.mjs";

const run = load();
const answer = (query, lang = "zh") => plain(run("self.answer(query, lang)", { query, lang }));

test("sure results stand in groups by kind, that of the best first", () => {
  assert.deepEqual(answer("税务局").groups[0], ["部门", 1]);
  const { groups, items, sure } = answer("人才公寓");
  assert.equal(groups[0][0], "措施");
  assert.equal(groups.reduce((total, [, count]) => total + count, 0), items.length);
  assert.ok(sure);
});

test("possible results stand in a group of their own and are not sure", () => {
  const { groups, sure } = answer("火星 公章");
  assert.deepEqual(groups.map(([title]) => title), ["可能相关"]);
  assert.equal(sure, false);
});

test("what the plan says nothing about is said, with what it is about instead", () => {
  const { items, unanswered, instead } = answer("补办护照");
  assert.deepEqual([items.length, unanswered, instead], [0, { title: "护照", about: "一般由公安机关办理。" }, [{ title: "企业开办", location: "topics/start/" }]]);
});

test("where there is nothing, the other language is counted", () => {
  const { items, elsewhere, unanswered } = answer("过户", "en");
  assert.deepEqual([items.length > 0 || elsewhere > 0, unanswered], [true, null]);
});

test("nothing that is typed is an error", () => {
  for (const query of ["", " ", "。", "<script>", "\\", "((", "😀", "\ud800", "a".repeat(10_000), "不".repeat(10_000), "constructor", "__proto__"]) {
    for (const lang of ["zh", "en"]) assert.ok(Array.isArray(answer(query, lang).items), query);
  }
});

test("a filter gets the numbers of measures, by themselves or by a unit", () => {
  assert.deepEqual([...new Set(run("self.measuresFor('税务局', 'zh')"))], ["2"]);
  assert.deepEqual(plain(run("self.measuresFor('补办护照', 'zh')")), []);
});
