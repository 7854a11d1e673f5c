// This module asks the sets of queries in tests/data/search/ of the indexes of a built site, and counts what became of them.
//
// A set is SET-LANG.json, [{q, expect, kind}, ...] with the numbers of the measures that answer a query, none where the
// plan does not. The sets `real` and `found` are in words that people typed in public, in part or wholly;
// the others were written by us, each but dev by somebody who had read the plan and not seen the search.
import { readFileSync, readdirSync } from "node:fs";
import { load, plain } from "./engine.mjs";

const SETS = new URL("../data/search/", import.meta.url);
export const LANGUAGES = ["zh", "en"];

/** Every query: {set, lang, q, expect, kind}. */
export const QUERIES = readdirSync(SETS).filter((name) => name.endsWith(".json")).flatMap((name) => {
  const [set, lang] = name.replace(".json", "").split("-");
  return JSON.parse(readFileSync(new URL(name, SETS), "utf-8")).map((query) => ({ set, lang, ...query }));
});

/** The indexes that a site was built with. */
export function indexesOf(site) {
  const indexes = {};
  for (const lang of LANGUAGES) new Function("self", readFileSync(`${site}/search/${lang}.js`, "utf-8"))({ indexes });
  return indexes;
}

/** The number of the measure that a place belongs to, 0 for another page. */
const measureAt = (location) => Number(/^measures\/(\d+)\//.exec(location)?.[1] ?? 0);

/** Ask every query: with each {rank, sure, shown}, the rank of the first right measure, 0 where there is none. */
export function askAll(indexes, edits = []) {
  const run = load(indexes, edits);
  return QUERIES.map((query) => {
    const { items, sure } = plain(run("self.answer(q, lang)", query));
    const measures = [...new Set(items.flat().map(({ location }) => measureAt(location)).filter(Boolean))];
    return { ...query, rank: measures.findIndex((measure) => query.expect.includes(measure)) + 1, sure, shown: items.length > 0 };
  });
}

/** Shares of answered queries: {n, hit1, hit5, nothing} and of those without an answer: {unanswerable, wronglySure, wronglyShown}. */
export function tally(answers) {
  const asked = answers.filter(({ expect }) => expect.length), other = answers.filter(({ expect }) => !expect.length);
  const share = (list, test) => (list.length ? list.filter(test).length / list.length : 0);
  return {
    n: asked.length,
    hit1: share(asked, ({ rank }) => rank === 1),
    hit5: share(asked, ({ rank }) => rank > 0 && rank <= 5),
    nothing: share(asked, ({ shown }) => !shown),
    unanswerable: other.length,
    wronglySure: share(other, ({ sure }) => sure),
    wronglyShown: share(other, ({ shown }) => shown),
  };
}
