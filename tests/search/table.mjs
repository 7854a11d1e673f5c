// This script prints how well the search of a built site finds: node table.mjs SITE [--by-kind]
//
// Each share has its 95 % interval (Wilson). `make bench-search` runs it.
import { LANGUAGES, QUERIES, askAll, indexesOf, tally } from "./queries.mjs";

const [site, byKind] = process.argv.slice(2);
const answers = askAll(indexesOf(site));

function interval(share, n) {
  const z = 1.96, middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  const half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return `${share.toFixed(3)} [${Math.max(0, middle - half).toFixed(2)} ${Math.min(1, middle + half).toFixed(2)}]`;
}

const HEAD = ["hit@1", "hit@5", "nothing", "wrongly sure", "wrongly shown"];
console.log(`${"".padEnd(26)}${"n".padStart(5)}  ${HEAD.map((name) => name.padEnd(19)).join("")}`);

function row(name, chosen) {
  const { n, unanswerable, ...shares } = tally(chosen);
  const cell = (share, of) => (of ? interval(share, of) : "").padEnd(19);
  const cells = [[shares.hit1, n], [shares.hit5, n], [shares.nothing, n], [shares.wronglySure, unanswerable], [shares.wronglyShown, unanswerable]];
  console.log(`${name.padEnd(26)}${String(n || unanswerable).padStart(5)}  ${cells.map(([share, of]) => cell(share, of)).join("")}`);
}

const own = ({ set }) => !["real", "found"].includes(set);
for (const lang of LANGUAGES) {
  const here = answers.filter((answer) => answer.lang === lang);
  row(`${lang} real`, here.filter((answer) => !own(answer)));
  row(`${lang} our own`, here.filter(own));
  for (const set of new Set(QUERIES.map((query) => query.set))) row(`${lang}   ${set}`, here.filter((answer) => answer.set === set));
  const kinds = byKind ? new Set(here.map(({ kind }) => kind)) : [];
  for (const kind of kinds) row(`${lang}   ${kind}`, here.filter((answer) => answer.kind === kind));
}
