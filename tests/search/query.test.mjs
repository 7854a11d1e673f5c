import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./engine.mjs";

const run = load();
run("const zh = indexOf('zh'), en = indexOf('en')");
const tokens = (query, index = "zh") => plain(run(`tellingTokens(${index}, normalize(${index}, query))`, { query }));

test("words that only ask are left out, and nothing else", () => {
  assert.deepEqual(tokens("不動產登记怎么办"), ["不动产登记"]);
  assert.deepEqual(tokens("How to hire", "en"), ["hire"]);
  assert.deepEqual(tokens("怎么办"), ["怎么办"], "a query that does nothing but ask is what it is");
});

test("of a long text the beginning is read", () => {
  assert.equal(run("normalize(zh, query).length", { query: "字".repeat(10_000) }), 200);
});

test("a word has forms: itself, its kin, what it begins, its synonyms; else what differs by a letter", () => {
  const forms = (word, last = false) => plain(run("formsOfWord(en, word, last)", { word, last })).map(([form]) => form);
  assert.deepEqual(forms("hiring"), ["hire"]);
  assert.deepEqual(forms("engin", true), ["engineers"]);
  assert.deepEqual(forms("permits"), ["window"]);
  assert.deepEqual(forms("appartments"), ["apartments"]);
  assert.deepEqual(forms("zzz"), []);
});

test("Latin letters may be pinyin, whole, begun or by initials", () => {
  for (const letters of ["gongyu", "rencaigo", "rcgy"]) {
    assert.ok(run("formsOfPinyin(zh, letters).length", { letters }), letters);
  }
  assert.deepEqual(plain(run("formsOfPinyin(en, 'gongyu')")), []);
});

test("an unknown pair of characters may be another of its sound", () => {
  assert.deepEqual(plain(run("formsOfSound(zh, ['公', '遇'])")).map(([form]) => form), ["公寓"]);
});

test("a query names documents by all of it, by a number, and without the level of the place", () => {
  const named = (query) => plain(run("[...namedBy(zh, normalize(zh, query), tellingTokens(zh, normalize(zh, query)))].map((at) => zh.documents[at].location)", { query }));
  assert.deepEqual(named("第2条"), ["measures/2/"]);
  assert.deepEqual(named("第二条"), ["measures/2/"]);
  assert.deepEqual(named("税务局"), ["units/tax/"]);
  assert.deepEqual(named("地税"), ["units/tax/"]);
  assert.deepEqual(named("1-2"), []);
});

test("a question about the plan and nothing else has an answer", () => {
  const answers = (query) => plain(run("answersTo(zh, query).map(({ location }) => location)", { query }));
  assert.deepEqual(answers("这份方案还有效吗"), ["questions/#force"]);
  assert.deepEqual(answers("护照还有效吗"), []);
});

test("a word of the other language leads to the pages that it leads to there, as does pinyin", () => {
  const found = (query, index, other) => plain(run(`readQuery(${index}, [query], () => ${other}).clues.flatMap(({ documents }) => [...documents.keys()].map((at) => ${index}.documents[at].location))`, { query }));
  assert.deepEqual(found("apartments", "zh", "en"), ["measures/3/"]);
  assert.deepEqual(found("rencai", "en", "zh"), ["measures/3/"]);
});
