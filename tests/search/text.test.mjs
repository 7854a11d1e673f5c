import assert from "node:assert/strict";
import test from "node:test";
import { load, plain } from "./engine.mjs";

const run = load();

test("a text is folded into letters of one width and case", () => {
  assert.equal(run("fold('ＲＣＥＰ’s Ａ')"), "rcep's a");
});

test("a text is cut into runs of Chinese, words and numbers", () => {
  for (const [text, tokens] of [
    ["不动产 registration, 3.5% of 1,000", ["不动产", "registration", "3.5%", "of", "1,000"]],
    ["the buyer's follow-up", ["the", "buyer", "follow-up"]],
    ["企业开办1个工作日", ["企业开办", "1", "个工作日"]],
    ["r&d", ["r&d"]],
    ["!?。", []],
  ]) assert.deepEqual(plain(run("tokenize(text)", { text })), tokens);
});

test("a run of Chinese has a term for each pair of its characters, rare ones too", () => {
  for (const [token, terms] of [["不动产", ["不动", "动产"]], ["税", ["税"]], ["𠮷野家", ["𠮷野", "野家"]], ["word", ["word"]]]) {
    assert.deepEqual(plain(run("termsOf(token)", { token })), terms);
  }
});

test("an index holds a compound followed by its words", () => {
  assert.equal(run("spaced('a follow-up')"), " a follow-up follow up ");
});

test("words of one stem are kin", () => {
  for (const [a, b, expected] of [
    ["hire", "hiring", true], ["invest", "investors", true], ["plan", "planned", true], ["policy", "policies", true],
    ["plan", "plant", false], ["tax", "text", false], ["go", "going", false],
  ]) assert.equal(run("kin(a, b)", { a, b }), expected, `${a} ${b}`);
});

test("a slip is one letter too many, too few, wrong, or exchanged with its neighbor", () => {
  for (const [a, b, expected] of [
    ["visa", "vissa", true], ["visa", "vsa", true], ["visa", "vica", true], ["visa", "vsia", true],
    ["visa", "visa", false], ["visa", "vasi", false],
  ]) assert.equal(run("oneEdit(a, b)", { a, b }), expected, `${a} ${b}`);
});
