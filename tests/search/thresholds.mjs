// This script prints what each threshold of the search costs: node thresholds.mjs SITE
//
// From SURE (overrides/assets/search/score.js) on a result is sure: the lowest is right with which at most 3 % of the
// queries that the plan does not answer get a sure result. From POSSIBLE on it is possible: the lowest with which at most
// 16 % of them get any. Both are taken over all sets and both languages.
import { askAll, indexesOf, tally } from "./queries.mjs";

const STANDS = "const SURE = 1, POSSIBLE = 0.4;";
const indexes = indexesOf(process.argv[2]);

function row(sure, possible) {
  const edits = [["score", STANDS, `const SURE = ${sure}, POSSIBLE = ${possible};`]];
  const { hit1, hit5, nothing, wronglySure, wronglyShown } = tally(askAll(indexes, edits));
  const shares = [hit1, hit5, nothing, wronglySure, wronglyShown].map((share) => share.toFixed(3).padStart(8));
  console.log(`${String(sure).padStart(5)} ${String(possible).padStart(8)} ${shares.join(" ")}`);
}

console.log(" sure possible   hit@1    hit@5  nothing  w. sure w. shown");
for (const sure of [0.8, 0.9, 1, 1.1, 1.2]) row(sure, 0.4);
for (const possible of [0.2, 0.3, 0.35, 0.4, 0.45, 0.5]) row(1, possible);
