import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./engine.mjs";

const run = load();
run("const index = indexOf('zh')");
const ranked = (query) => plain(run("rank(index, readQuery(index, tellingTokens(index, query), () => indexOf('en')), new Set()).map(({ document, score }) => [document.location || document.title, score])", { query }));

test("what is in few documents tells more than what is in many, and what no text has tells most", () => {
  const idf = (form) => run("lookUp(index, [[form, 1]]).idf", { form });
  assert.ok(idf("公章") > idf("企业"));
  assert.ok(idf("火星") > idf("企业"));
});

test("a title counts more than a keyword, a keyword more than a sentence", () => {
  assert.equal(ranked("不动产登记")[0][0], "measures/2/");
  assert.equal(ranked("公章")[0][0], "measures/1/");
  const worth = (form) => Math.max(...run("[...lookUp(index, [[form, 1]]).documents.values()].map(({ worth }) => worth)", { form }));
  assert.ok(worth("公寓") > worth("过户"));
  assert.ok(worth("过户") > worth("公章"));
});

test("a document that has more of what was asked comes first", () => {
  assert.equal(ranked("企业窗口")[0][0], "measures/2/");
});

test("what the query names comes first", () => {
  const [first] = plain(run("rank(index, readQuery(index, ['企业'], () => indexOf('en')), new Set([2])).map(({ number }) => number)"));
  assert.equal(first, 2);
});

test("the two thresholds sort results into sure and possible; what is not answered leaves nothing where it comes first", () => {
  const sorted = (...entries) => plain(run("sortResults(entries.map(([kind, score, coverage = 0], at) => ({ document: { kind, title: `${at}` }, score, coverage })))", { entries }));
  const sure = run("SURE"), possible = run("POSSIBLE"), low = possible / 2;
  assert.ok(sure > possible && possible > 0);
  const counts = ({ sure: a, possible: b, unanswered }) => [a.length, b.length, unanswered?.title];
  assert.deepEqual(counts(sorted(["measure", sure], ["measure", possible], ["measure", possible], ["measure", possible])), [1, 2, undefined]);
  assert.deepEqual(counts(sorted(...Array(5).fill(["measure", possible]))), [0, 3, undefined]);
  assert.deepEqual(counts(sorted(["measure", low])), [0, 0, undefined]);
  assert.deepEqual(counts(sorted(["measure", low, 1], ["measure", low, 0.6])), [1, 1, undefined]);
  assert.deepEqual(counts(sorted(["unanswered", sure], ["measure", sure])), [0, 0, "0"]);
  assert.deepEqual(counts(sorted(["measure", sure], ["unanswered", sure])), [1, 0, undefined]);
});

test("a phrase that is not answered leaves a word of it to the plan", () => {
  assert.equal(ranked("补办护照")[0][0], "护照");
  assert.equal(ranked("公寓")[0][0], "measures/3/");
});
