// Results: what the list shows of a document, in the form that Material's result list takes; it inserts texts as HTML.

const EXCERPT = 100; // characters of a sentence in a result
const NEAR = 0.6; // share of what the best sentence of a result is worth, from which another is shown beside it
const LISTED = 5; // measures of a unit
const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => HTML[character]);

/** Return the places of the characters of a text that one of the forms has, each Latin word as a whole. */
function placesOf(text, forms) {
  const lower = text.toLowerCase();
  const places = new Set();
  for (const form of forms.flatMap((words) => words.split(" "))) {
    for (let at = lower.indexOf(form); at >= 0; at = lower.indexOf(form, at + 1)) {
      const end = at + form.length;
      if (!HAN.test(form) && (/[a-z\d]/.test(lower[at - 1] ?? "") || /[a-z\d]/.test(lower[end] ?? ""))) continue;
      for (let i = at; i < end; i += 1) places.add(i);
    }
  }
  return places;
}

/** Return a text as HTML with what was found marked, cut to the part around the first mark. */
function markFound(text, forms, room = Infinity) {
  const places = placesOf(text, forms);
  const first = Math.min(text.length, ...places);
  const within = (at) => /[a-z\d\udc00-\udfff]/i.test(text[at] ?? ""); // inside a word, or a character of two halves
  let from = text.length > room && places.size && first > room / 3 ? first - Math.floor(room / 4) : 0;
  while (from > 0 && within(from)) from -= 1;
  let to = Math.min(text.length, from + room);
  while (within(to)) to += 1;
  let html = from > 0 ? "…" : "";
  for (let at = from; at < to; at += 1) {
    if (places.has(at) && (at === from || !places.has(at - 1))) html += "<mark>";
    html += escapeHtml(text[at]);
    if (places.has(at) && (at === to - 1 || !places.has(at + 1))) html += "</mark>";
  }
  return html + (to < text.length ? "…" : "");
}

/** Return an entry of the list; Material folds away what scores less than the first of its item. */
const entry = (location, title, text, score) => ({ location, title, text, score, terms: {} });

/** Return an answer as an item; of places within a page, Material takes the last for the title and shows the others' texts. */
function answerItem(index, { location, title, texts }) {
  const best = Number.MAX_SAFE_INTEGER; // Enter goes to the best score
  const text = `<p class="search-answer">${escapeHtml(texts.sentence.join(" "))}</p>`;
  return [entry(location, escapeHtml(index.labels.answer), text, best), entry(location, escapeHtml(title), "", best)];
}

/** Return the parts of a document that the clues found, with their forms, the most telling first. */
function foundParts(index, number, clues) {
  const found = new Map();
  for (const { parts, idf } of clues) {
    for (const [at, { form, trust }] of parts) {
      const part = index.parts[at];
      if (part.document !== number) continue;
      const { worth, forms } = found.get(at) ?? { worth: 0, forms: [] };
      found.set(at, { ...part, worth: worth + idf * trust, forms: [...forms, form] });
    }
  }
  return [...found.values()].sort((a, b) => b.worth - a.worth);
}

/** Return a result as an item: its page with the sentences that hold what was sought, or with what else led to it. */
function resultItem(index, { number, document, score }, clues) {
  const found = foundParts(index, number, clues);
  const forms = found.flatMap((part) => part.forms);
  const worth = Math.round(score * 100);
  const location = document.location || `glossary/?find=${encodeURIComponent(document.title)}`;
  const sentences = found.filter(({ field }) => field === "sentence");
  const close = document.kind === "measure" ? sentences.filter((part) => part.worth >= sentences[0].worth * NEAR).slice(0, 2) : [];
  // A keyword stands in no text of its page: where none of these tells nearly as much, the result says so.
  const keyword = found.find(({ field }) => field === "keyword");
  const alone = keyword && !found.some((part) => part.field !== "keyword" && part.worth >= keyword.worth * NEAR);
  const reason = alone ? markFound(keyword.text, forms) : sentences.length ? markFound(sentences[0].text, forms, EXCERPT) : "";
  const said = alone ? index.labels.reason.replace("{text}", () => reason) : reason;
  // Material shows a text only below a page without parts of its own.
  const mute = document.measures || location.includes("#") || (alone && close.length);
  const about = [document.about && markFound(document.about, forms), mute && said].filter(Boolean).join(" · ");
  return [
    entry(location, `${markFound(document.title, forms)} <small>${about}</small>`, close.length || mute ? "" : said, worth),
    ...close.map(({ at, text, forms: own }) => {
      const label = escapeHtml(index.labels.sentence.replace("{n}", at + 1));
      return entry(`${location}#s${at + 1}`, label, markFound(text, own, EXCERPT), worth);
    }),
    ...(document.measures ?? []).map((measure, rank) => {
      const { title } = index.documents[index.numberOf.get(measure)];
      return entry(measure, escapeHtml(title), "", rank < LISTED ? worth : 0);
    }),
  ];
}
