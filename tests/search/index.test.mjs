import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./engine.mjs";

const run = load();
run("const index = indexOf('zh')");

/** Return [location, field] of the parts that have a form. */
const places = (form) => plain(run("index.find(form).map((at) => [index.documents[index.parts[at].document].location, index.parts[at].field])", { form }));

test("a form is found in every field, be it a term, several words or a run of Chinese", () => {
  assert.deepEqual(places("过户"), [["measures/2/", "keyword"]]);
  assert.deepEqual(places("不动产登记"), [["measures/2/", "title"], ["measures/2/", "sentence"]]);
  assert.deepEqual(places("business license"), [["measures/2/", "sentence"]]);
  assert.deepEqual(places("license business"), []);
  assert.deepEqual(places("才"), [["measures/3/", "title"], ["measures/3/", "section"], ["measures/3/", "sentence"], [null, "title"]]);
});

test("what is not answered is found by its phrases, not by its title", () => {
  assert.deepEqual(places("护照"), [[null, "phrase"]]);
});

test("answers are no documents", () => {
  assert.equal(run("index.documents.some(({ kind }) => kind === 'answer')"), false);
});

test("characters are known by their sound", () => {
  assert.equal(run("index.charactersBySound.yu"), "寓遇");
  assert.deepEqual(plain(run("index.sounds.get('公')")), ["gong"]);
});

test("the commonest characters are those of GB/T 2312, in its order", () => {
  assert.deepEqual(plain(run("charactersBySound({ common: 'a2 ai3' })")), { a: "啊阿", ai: "埃挨哎" });
});
