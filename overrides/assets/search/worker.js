// Worker: answers what Material's search box asks, and the filter of the measures.

const SHOWN = 20; // results
const GROUPS = ["measure", "unit"]; // kinds of documents with a group of their own
const indexOfLanguage = {};

self.indexes = {};

function indexOf(lang) {
  if (!self.indexes[lang]) importScripts(`../search/${lang}.js`);
  indexOfLanguage[lang] = indexOfLanguage[lang] || new Index(self.indexes[lang]);
  return indexOfLanguage[lang];
}

/** Search one language: {sure, possible, unanswered, clues}. */
function findResults(query, lang) {
  const index = indexOf(lang);
  const text = normalize(index, query);
  const tokens = tellingTokens(index, text);
  if (!tokens.length) return { sure: [], possible: [], clues: [] };
  const read = readQuery(index, tokens, () => indexOf(lang === "zh" ? "en" : "zh"));
  return { ...sortResults(rank(index, read, namedBy(index, text, tokens))), clues: read.clues };
}

/** Put sure results into groups by kind, the group of the best first: [["measure", results], ...]. */
function groupResults(sure) {
  const groups = new Map();
  for (const result of sure.slice(0, SHOWN)) {
    const kind = GROUPS.includes(result.document.kind) ? result.document.kind : "other";
    groups.set(kind, [...(groups.get(kind) ?? []), result]);
  }
  return [...groups];
}

/** Return the pages on what the plan is about: its topics, or its themes where it has none. */
function pagesInstead({ documents }) {
  const topics = documents.filter(({ kind }) => kind === "topic");
  return (topics.length ? topics : documents.filter(({ kind }) => kind === "theme")).map(({ title, location }) => ({ title, location }));
}

/**
 * Answer a query in one language: {items, groups, sure, unanswered, instead, elsewhere}.
 *
 * `items` are results for Material's list, `groups` [[title, number of items], ...] in their order, `sure` whether one of
 * them is; `unanswered` is what the plan says nothing about; `instead` are pages to go on with where there is no result,
 * and `elsewhere` is the number of sure results in the other language, where only that has the words of the query.
 */
self.answer = (query, lang) => {
  const index = indexOf(lang);
  const answers = answersTo(index, query);
  const { sure, possible, unanswered, clues } = findResults(query, lang);
  // Whose question has an answer is not offered what has to do with a word of it.
  const groups = [...groupResults(sure), ["possible", answers.length ? [] : possible]].filter(([, results]) => results.length);
  const items = groups.flatMap(([, results]) => results.map((result) => resultItem(index, result, clues)));
  const empty = !items.length && !answers.length && bare(query).length > 1;
  return {
    items: [...answers.map((answer) => answerItem(index, answer)), ...items],
    groups: [...answers.map(() => ["", 1]), ...groups.map(([kind, { length }]) => [index.labels.groups[kind], length])],
    sure: sure.length + answers.length > 0,
    unanswered: empty && unanswered ? { title: unanswered.title, about: unanswered.about ?? "" } : null,
    instead: empty ? pagesInstead(index) : [],
    elsewhere: clues.some(({ parts }) => parts.size) || answers.length ? 0 : findResults(query, lang === "zh" ? "en" : "zh").sure.length,
  };
};

/** Return the numbers of all measures that a query surely finds, by themselves or by a unit that answers for them. */
self.measuresFor = (query, lang) => {
  const places = findResults(query, lang).sure.flatMap(({ document }) => [document.location, ...(document.measures ?? [])]);
  return places.map((place) => place.match(/^measures\/(\d+)\//)?.[1]).filter(Boolean);
};

if (typeof importScripts === "function") {
  const READY = 1, RESULT = 3; // of the messages that Material exchanges with its worker
  const lang = new URLSearchParams(self.location.search).get("lang");
  const [{ title }] = indexOf(lang).documents;
  self.onmessage = ({ data: { data: query } }) => postMessage({ type: RESULT, data: self.answer(query, lang) });
  postMessage({ type: READY });
  // The first answer is slow, as the browser only then compiles what it takes: better before anybody waits for it.
  self.answer(title, lang);
}
