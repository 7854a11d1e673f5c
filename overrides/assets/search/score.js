// Score: how well a document answers a query, from 0.

const FIELD = { title: 3, section: 2, keyword: 2, phrase: 1.6, sentence: 1 }; // the weight of a field
const KIND = { measure: 1, unanswered: 1, term: 0.15, other: 0.3 }; // the weight of a kind of document
const ENOUGH = 4; // idf: of a query that says more than this (some four telling words), so much has to be covered
const UNKNOWN = 2; // documents: a word that is in none tells as much as one that is in so many
// From which score a result is sure, and from which it is possible: by tests/search/thresholds.mjs.
const SURE = 1, POSSIBLE = 0.4;
const ALL = 0.95, MOST = 0.5; // of what the query says: a result that has so much is sure, or possible, however little it tells

const sum = (list, value) => list.reduce((total, entry, i) => total + value(entry, i), 0);

/** Look a clue up: the parts and documents that have one of its forms, and how telling it is (inverse document frequency). */
function lookUp(index, forms) {
  const parts = new Map();
  for (const [form, trust] of forms) {
    for (const part of index.find(form)) if (!(parts.get(part)?.trust >= trust)) parts.set(part, { trust, form });
  }
  const documents = new Map();
  for (const [part, { trust }] of parts) {
    const { document, field } = index.parts[part];
    const best = documents.get(document) ?? { trust: 0, worth: 0 };
    documents.set(document, { trust: Math.max(best.trust, trust), worth: Math.max(best.worth, trust * FIELD[field]) });
  }
  const frequency = documents.size || UNKNOWN;
  return { parts, documents, idf: Math.log(1 + index.documents.length / (frequency + 0.5)) / Math.log(1 + index.documents.length) };
}

/** Look a clue up in the other language: the documents that it leads to there, page by page. */
function lookUpElsewhere(index, other, forms) {
  const clue = lookUp(other, forms);
  const documents = new Map();
  for (const [number, { trust, worth }] of clue.documents) {
    const here = index.numberOf.get(other.documents[number].location);
    if (here !== undefined) documents.set(here, { trust: trust * GUESS, worth: worth * GUESS });
  }
  return { ...clue, documents, parts: new Map() };
}

const NO_CLUE = { parts: new Map(), documents: new Map(), idf: 1 };
const isKnown = (clue) => clue.documents.size > 0;

/** Return [{document, number, score, coverage}, ...], the best first, and documents in `named` before all others. */
function rank(index, { clues, cells }, named) {
  const worths = new Map(); // part: what its clues are worth, and how many letters they are
  for (const clue of clues) {
    for (const [part, { trust, form }] of clue.parts) {
      const { worth, letters } = worths.get(part) ?? { worth: 0, letters: 0 };
      worths.set(part, { worth: worth + trust * clue.idf, letters: letters + form.length });
    }
  }
  const best = new Map(); // document: its best part
  for (const [part, { worth, letters }] of worths) {
    const { document, field, length } = index.parts[part];
    const fullness = Math.min(1, letters / length);
    // A phrase that is not answered says so only of itself: of one word of it, the plan may say something.
    const share = field === "phrase" ? fullness ** 3 : 0.7 + 0.3 * fullness;
    const value = worth * FIELD[field] * share;
    best.set(document, Math.max(best.get(document) ?? 0, value));
  }
  const total = Math.min(ENOUGH, sum(cells, ({ idf }) => idf));
  const results = index.documents.map((document, number) => {
    const trustOf = (clue) => clue.documents.get(number)?.trust ?? 0;
    const coverage = total && sum(cells, (cell) => cell.idf * Math.max(...cell.clues.map(trustOf))) / total;
    const apart = sum(clues, (clue) => clue.idf * (clue.documents.get(number)?.worth ?? 0));
    const score = (KIND[document.kind] ?? KIND.other) * coverage ** 1.5 * ((best.get(number) ?? 0) + apart / 3);
    return { document, number, score, coverage };
  });
  const top = Math.max(0, ...results.map(({ score }) => score));
  for (const result of results) if (named.has(result.number)) result.score += top + SURE;
  return results.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
}

/** Sort what was found into sure and possible results, or into what is known to be not answered where that comes first. */
function sortResults(results) {
  const [best] = results;
  if (best?.document.kind === "unanswered") return { sure: [], possible: [], unanswered: best.document };
  const found = results.filter(({ document }) => document.kind !== "unanswered");
  const isSure = ({ score, coverage }) => score >= SURE || coverage >= ALL;
  const sure = found.filter(isSure);
  const possible = found.filter((result) => !isSure(result) && (result.score >= POSSIBLE || result.coverage >= MOST));
  return { sure, possible: possible.slice(0, sure.length ? 2 : 3) };
}
