// The search: understands a query, finds its clues in the texts of one language and ranks what holds them.
//
// It runs in a worker or, where the browser refuses one (a site opened from a folder), in the page itself.
// scripts/plansite/search.py writes the indexes and says what stands in them.

self.indexes = {};

const MEANT = 200; // characters of a query that are read; nobody means more
const SHOWN = 30; // results
const UNFOLDED = 5; // measures of a unit
const TEASER = 100; // characters of a sentence in a result
const FIELD = { title: 3, section: 2.2, keyword: 2, sentence: 1, unit: 0.6 };
const KIND = { measure: 1, unit: 0.6, section: 0.45, theme: 0.45, page: 0.4, term: 0.2 };
// How far a find is to be trusted that is not of the very letters typed; one below ALL does not answer alone.
const EXACT = 1, INFLECTION = 0.95, DERIVATION = 0.8, PREFIX = 0.8, FOREIGN = 0.8, SOUND = 0.75, TYPO = 0.76, STEM = 0.35;
const UNKNOWN = 2; // documents: a word that stands nowhere weighs like one that stands in so many
// What a result must hold: nearly all that the query says, or some of it with a score that tells.
const ALL = 0.75, SOME = 0.3, TELLING = { zh: 3, en: 3.7 };
const COMPOUND = 4; // characters: a run of Chinese up to this long is one expression, which half of it is not
const FEW = 3; // words: a longer query is no pinyin
const NOISE = 0.25; // share of the best score below which a result is noise

const HAN = /^[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]/;
const TOKEN = /[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]+|\d+(?:[.,+/-]\d+)*%?(?![a-z\d])|[a-z0-9]+(?:[&'’/-][a-z0-9]+)*/g;
const JOINT = /[&'’/-]/;
const POSSESSIVE = /['’]s(?![a-z])/g;
const CONTRACTION = /[a-z]+['’](?:t|m|re|ve|ll|d)(?![a-z])/g;
const HEADED = /^\s*(?:第\s*\d+\s*[条项]|(?:measure|no\.?)\s*\d+)\s*:?\s*(?=\S)/; // a number before what it is the number of
const INFLECTED = /^(?:|e|s|es|d|ed|ing|y|ies|ied)$/;
const DERIVED = /^(?:|e|s|es|d|ed|ing|y|ies|ied|r|er|ers|or|ors|ly|al|ally|ion|ions|ation|ations|ment|ments|able|ity|ance|ence)$/;

/** A text in letters of one width and case. */
const fold = (text) => text.normalize("NFKC").toLowerCase();

/** Its letters and figures alone. */
const bare = (text) => fold(text).replace(/[^\p{L}\p{N}.%+]/gu, "");

/** The runs of Chinese, words and numbers of a folded text; a compound is followed by its words. */
function tokens(text) {
  const found = text.replace(POSSESSIVE, "").match(TOKEN) ?? [];
  if (!JOINT.test(text)) return found;
  return found.flatMap((token) => (JOINT.test(token) && !/^\d/.test(token) ? [token, ...token.split(JOINT).filter((word) => word.length > 1)] : [token]));
}

/** All there is to find in one language, as one long text: tokens between spaces, a line for each part of a document. */
class Index {
  constructor(lang, { documents, families, stops, simplified, readings, sentence }) {
    this.lang = lang;
    this.documents = documents;
    this.sentence = sentence;
    this.stops = { zh: stops.zh, en: new Set(stops.en) };
    this.place = new Map(documents.map(({ location }, number) => [location, number]));
    this.parts = documents.flatMap(({ parts }, document) =>
      parts.map(([field, text, anchor]) => ({ document, field, text, anchor })));
    this.starts = [];
    this.text = "";
    for (const part of this.parts) {
      this.starts.push(this.text.length);
      const folded = tokens(fold(part.text));
      part.length = folded.join("").length;
      this.text += ` ${folded.join(" ")} \n`;
    }
    this.family = new Map(); // words of one stem, by each of them
    for (const forms of families) {
      const family = forms.split(" ");
      for (const form of family) this.family.set(form, family);
    }
    this.simplified = new Map();
    const pairs = [...simplified];
    for (let at = 0; at < pairs.length; at += 2) this.simplified.set(pairs[at], pairs[at + 1]);
    this.alike = readings; // characters by their pinyin
    this.late = {};
  }

  get words() {
    this.late.words ??= [...new Set(this.text.match(/[a-z]{2,}/g))];
    return this.late.words;
  }

  /** Pinyin by character, put together when it is first needed. */
  get spoken() {
    this.late.spoken ??= Object.entries(this.alike).reduce((spoken, [sound, characters]) => {
      for (const character of characters) spoken.set(character, [...(spoken.get(character) ?? []), sound]);
      return spoken;
    }, new Map());
    return this.late.spoken;
  }

  /** All pairs of characters that stand side by side, put together when they are first needed. */
  get pairs() {
    this.late.pairs ??= new Set(Array.from({ length: this.text.length }, (_, at) => this.text.slice(at, at + 2)));
    return this.late.pairs;
  }

  /** The parts in which a needle stands, by number. */
  *find(needle) {
    let part = 0;
    let at = this.text.indexOf(needle);
    while (at >= 0) {
      while (this.starts[part + 1] <= at) part += 1;
      yield part;
      at = part + 1 < this.starts.length ? this.text.indexOf(needle, this.starts[part + 1]) : -1;
    }
  }
}

const loaded = {};
function indexOf(lang) {
  if (!self.indexes[lang]) importScripts(`../search/${lang}.js`);
  loaded[lang] ??= new Index(lang, self.indexes[lang]);
  return loaded[lang];
}

// ---- Other ways to say the same

/** Whether two strings differ by one letter too many, too few, wrong, or exchanged with its neighbor. */
function oneEdit(a, b) {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
    || (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2));
}

/** How far two words are one: hire and hiring differ in their inflection, invest and investor in their derivation. */
function kinship(a, b) {
  if (a === b) return EXACT;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  if (at < 3) return 0;
  const endings = [a, b].map((word) => word.slice(at).replace(/^([bdfglmnprt])(?=ing$|ed$|er$|ers$)/,
    (double) => (double === word[at - 1] ? "" : double)));
  if (endings.every((ending) => INFLECTED.test(ending))) return INFLECTION;
  return at > 3 && endings.every((ending) => DERIVED.test(ending)) ? DERIVATION : 0;
}

/** The Chinese of the text that is read as these letters: as pinyin, as pinyin with one slip, or as its initials. */
function readAs(index, letters, { slips = 0, initials = false } = {}) {
  const found = new Set();
  const follow = (at, read, left, count) => {
    if (read === letters.length) {
      if (count > 1) found.add(index.text.slice(at - count, at));
      return;
    }
    const rest = letters.slice(read);
    for (const sound of index.spoken.get(index.text[at]) ?? []) {
      if (initials) {
        if (sound[0] === rest[0]) follow(at + 1, read + 1, left, count + 1);
      } else if (rest.startsWith(sound)) {
        follow(at + 1, read + sound.length, left, count + 1);
      } else if (count > 1 && sound.startsWith(rest)) {
        follow(at + 1, letters.length, left, count + 1);
      } else if (left) {
        for (const length of [sound.length - 1, sound.length, sound.length + 1]) {
          if (length <= rest.length && oneEdit(rest.slice(0, length), sound)) follow(at + 1, read + length, left - 1, count + 1);
        }
      }
    }
  };
  const first = Object.entries(index.alike).filter(([sound]) => sound[0] === letters[0]);
  const beginnings = new Set(first.flatMap(([, characters]) => [...characters]));
  for (let at = 0; at < index.text.length; at += 1) if (beginnings.has(index.text[at])) follow(at, 0, slips, 0);
  return [...found];
}

/** What a word may stand for in the text: [[needle, trust], ...]; a needle that ends in a space is a whole word. */
function formsOfWord(index, word, typing) {
  if (/\d/.test(word)) return index.text.includes(` ${word} `) ? [[` ${word} `, EXACT]] : [[` ${word}`, PREFIX]];
  const family = index.family.get(word) ?? (index.text.includes(` ${word} `) ? [word] : undefined);
  const begun = [[` ${word}`, PREFIX]];
  if (family) return [...family.map((form) => [` ${form} `, kinship(word, form) || STEM]), ...(typing ? begun : [])];
  if (begun.some(([needle]) => index.text.includes(needle)) || word.length < 4) return begun;
  const start = word.slice(0, 3);
  const kin = index.words.filter((other) => other.startsWith(start) && kinship(word, other));
  if (kin.length) return kin.map((other) => [` ${other} `, kinship(word, other)]);
  return index.words.filter((other) => other.length > 3 && oneEdit(word, other)).map((other) => [` ${other} `, TYPO]);
}

/** What an unknown word may stand for if it is Chinese written in Latin letters. */
function formsOfPinyin(index, letters) {
  if (!index.spoken.size) return [];
  const tries = [
    [letters.length > 3, {}, SOUND],
    [letters.length > 2 && letters.length < 9, { initials: true }, SOUND],
    [letters.length > 4, { slips: 1 }, TYPO],
  ];
  for (const [worth, how, trust] of tries) {
    const found = worth ? readAs(index, letters, how) : [];
    if (found.length) return found.map((needle) => [needle, trust]);
  }
  return [];
}

/** Pairs of characters of the text that sound like this one, one character replaced. */
function formsOfSound(index, [first, second]) {
  const others = (character) => (index.spoken.get(character) ?? []).flatMap((sound) => [...index.alike[sound]]);
  return [...others(first).map((other) => other + second), ...others(second).map((other) => first + other)]
    .filter((pair) => index.pairs.has(pair)).map((pair) => [pair, SOUND]);
}

// ---- From a query to results

/** A run of Chinese with spaces for the words that ask; a single character goes only where it is no part of a word. */
function withoutQuestions(index, run) {
  const { zh } = index.stops;
  const rest = [...zh.filter((stop) => stop.length > 1).reduce((left, stop) => left.replaceAll(stop, " "), run)];
  const inWord = (i) => [rest[i - 1] + rest[i], rest[i] + rest[i + 1]].some((pair) => !pair.includes(" ") && index.pairs.has(pair));
  const cut = rest.map((character, i) => (zh.includes(character) && !inWord(i) ? " " : character)).join("");
  // A short run that asks nothing is a word of which the plan has no part: 工会, 太阳能.
  const word = run.length < 4 && rest.join("") === run && cut.replaceAll(" ", "").length < 2;
  return word ? run : cut;
}

/** The tokens of a query that say what is sought (where it does nothing but ask, all of them), and what it may name. */
function meant(index, query) {
  const text = fold(query.slice(0, MEANT)).replace(/./gu, (character) => index.simplified.get(character) ?? character);
  const all = tokens(text.replace(CONTRACTION, " ").replace(HEADED, ""));
  const telling = all.flatMap((token) => {
    if (!HAN.test(token)) return index.stops.en.has(token) ? [] : [token];
    return withoutQuestions(index, token).split(" ").filter(Boolean);
  });
  // Several figures are a range or a list, and the name of nothing.
  const whole = /\d\s*[^\p{L}\p{N}\s.%+]\s*\d|\d\s+\d/u.test(text) ? "" : bare(text);
  const number = whole.replace(/第|条|项|号|措施|measures?|number|no\.?(?=\d)|(?<=\d)(?:st|nd|rd|th)/g, "");
  const said = /\d/.test(text) ? "" : telling.join("");
  return { words: [...new Set(telling.length ? telling : all)], names: new Set([whole, number, said]) };
}

/** Look for a clue: the documents and parts that hold one of its forms, and how telling that is. */
function look(index, forms) {
  const parts = new Map();
  for (const [needle, trust] of forms) {
    for (const part of index.find(needle)) if (!(parts.get(part)?.trust >= trust)) parts.set(part, { trust, needle });
  }
  const documents = new Map();
  for (const [number, { trust }] of parts) {
    const { document, field } = index.parts[number];
    const best = documents.get(document) ?? { trust: 0, worth: 0 };
    documents.set(document, { trust: Math.max(best.trust, trust), worth: Math.max(best.worth, trust * FIELD[field]) });
  }
  return { parts, documents, weight: Math.log(1 + index.documents.length / ((documents.size || UNKNOWN) + 0.5)) };
}

/** The clue of another language: what it leads to there, page by page, is what it leads to here. */
function foreign(index, other, forms) {
  const clue = look(other, forms);
  const documents = new Map();
  for (const [number, { trust, worth }] of clue.documents) {
    const here = index.place.get(other.documents[number].location);
    if (here !== undefined) documents.set(here, { trust: trust * FOREIGN, worth: worth * FOREIGN });
  }
  return { ...clue, documents, parts: new Map() };
}

const known = (clue) => clue.documents.size > 0;

/** The clue of a word or number: in this language, as pinyin, in the other language. */
function clueOfWord(index, word, { last, few, other }) {
  const clue = look(index, formsOfWord(index, word, last));
  if (known(clue)) return clue;
  const spoken = few ? look(index, formsOfPinyin(index, word)) : clue;
  return known(spoken) || !other || word.length < 2 ? spoken : foreign(index, other(), formsOfWord(other(), word, false));
}

/** The clues of a run of Chinese, one for each pair of characters. */
function cluesOfRun(index, characters, { other }) {
  const pairs = characters.length > 1 ? characters.slice(1).map((character, i) => characters[i] + character) : characters;
  const clues = pairs.map((pair) => look(index, [[pair, EXACT]]));
  const lost = characters.map((_, i) => !clues.slice(Math.max(0, i - 1), i + 1).some(known));
  // Only where no pair knows a character is it taken for another of its sound, or for a word of the other language.
  return clues.map((clue, i) => {
    if (known(clue) || !(lost[i] || lost[i + 1])) return clue;
    const heard = characters.length > 2 ? look(index, formsOfSound(index, [...pairs[i]])) : clue;
    return known(heard) || !other ? heard : foreign(index, other(), [[pairs[i], EXACT]]);
  });
}

/** What is meant as clues, and as runs of cells that they cover: a cell is a word, or a character of a run of Chinese. */
function read(index, words, other) {
  const runs = words.map((word, at) => {
    if (!HAN.test(word)) {
      const clue = clueOfWord(index, word, { last: at === words.length - 1, few: words.length <= FEW, other });
      return { clues: [clue], cells: [{ weight: clue.weight, clues: [clue] }] };
    }
    const characters = [...word];
    const clues = cluesOfRun(index, characters, { other });
    const cells = characters.map((character, i) => {
      const near = clues.slice(Math.max(0, i - 1), i + 1);
      // Where nothing is known of a character in its place, a common one counts less than one that stands nowhere.
      const telling = near.some(known) ? near.filter(known) : [look(index, [[character, EXACT]])];
      return { weight: Math.min(...telling.map(({ weight }) => weight)) / 2, clues: near };
    });
    return { clues, cells };
  });
  const clues = runs.flatMap((run) => run.clues).filter(known);
  // What only the other language knows is offered there, not here.
  return { clues: clues.some(({ parts }) => parts.size) ? clues : [], runs: runs.map(({ cells }) => cells) };
}

const sum = (list, value) => list.reduce((total, entry, i) => total + value(entry, i), 0);

/** How much of a run's weight a document holds. */
function coveredBy(document, run) {
  const trusts = run.map(({ clues }) => Math.max(...clues.map((clue) => clue.documents.get(document)?.trust ?? 0)));
  if (run.length > 1 && run.length <= COMPOUND && sum(trusts, (trust) => trust) < ALL * run.length) return 0;
  return sum(run, ({ weight }, i) => weight * trusts[i]);
}

/** Score every document that holds enough of what is meant. */
function rank(index, { clues, runs }, names) {
  const total = sum(runs.flat(), ({ weight }) => weight);
  const together = new Map(); // part: what its clues are worth, and how many letters they are
  for (const clue of clues) {
    for (const [part, { trust, needle }] of clue.parts) {
      const { worth, letters } = together.get(part) ?? { worth: 0, letters: 0 };
      together.set(part, { worth: worth + trust * clue.weight, letters: letters + needle.trim().length });
    }
  }
  const best = new Map();
  for (const [number, { worth, letters }] of together) {
    const { document, field, length } = index.parts[number];
    const fullness = Math.min(1, letters / length);
    const value = worth * FIELD[field] * (0.7 + 0.3 * fullness);
    if (!(best.get(document) >= value)) best.set(document, value);
  }
  const results = [];
  index.documents.forEach((document, at) => {
    const covered = clues.length && sum(runs, (run) => coveredBy(at, run)) / total;
    const exact = document.names?.some((name) => names.has(name));
    const apart = sum(clues, (clue) => clue.weight * (clue.documents.get(at)?.worth ?? 0));
    const score = covered ** 2 * ((best.get(at) ?? 0) + apart / 3) * KIND[document.kind];
    if (exact || covered >= ALL || (covered >= SOME && score >= TELLING[index.lang])) results.push({ at, document, score, exact });
  });
  const top = Math.max(0, ...results.map(({ score }) => score));
  for (const result of results) if (result.exact) result.score += top + 1;
  results.sort((a, b) => b.score - a.score);
  return results.filter(({ score }) => score >= top * NOISE).slice(0, SHOWN);
}

// ---- What Material's result list takes; it inserts titles and texts as HTML

const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (character) => HTML[character]);

/** A text as HTML with what was found marked, cut to the part around the first mark. */
function marked(text, needles, room = Infinity) {
  const marks = new Set();
  const lower = text.toLowerCase();
  for (const needle of needles) {
    const word = needle.trim();
    const whole = needle.endsWith(" ");
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      let end = at + word.length;
      if (needle.startsWith(" ")) {
        if (/[a-z0-9]/.test(lower[at - 1] ?? "") || (whole && /[a-z0-9]/.test(lower[end] ?? ""))) continue;
        while (/[a-z]/.test(lower[end] ?? "")) end += 1;
      }
      for (let i = at; i < end; i += 1) marks.add(i);
    }
  }
  const first = Math.min(...marks, text.length);
  let from = text.length > room && first > room / 3 ? first - Math.floor(room / 4) : 0;
  while (from > 0 && /[a-z0-9]/i.test(text[from - 1])) from -= 1;
  let to = Math.min(text.length, from + room);
  while (to < text.length && /[a-z0-9]/i.test(text[to])) to += 1;
  let html = from > 0 ? "…" : "";
  for (let at = from; at < to; at += 1) {
    if (marks.has(at) && (at === from || !marks.has(at - 1))) html += "<mark>";
    html += escaped(text[at]);
    if (marks.has(at) && (at === to - 1 || !marks.has(at + 1))) html += "</mark>";
  }
  return html + (to < text.length ? "…" : "");
}

/** A result with the sentences that hold what was sought, or what else led to it. */
function item(index, { at, document, score }, clues) {
  const held = new Map(); // part: worth and needles
  for (const { parts, weight } of clues) {
    for (const [number, { needle, trust }] of parts) {
      if (index.parts[number].document !== at) continue;
      const part = held.get(number) ?? { worth: 0, needles: [] };
      part.worth += weight * trust;
      part.needles.push(needle);
      held.set(number, part);
    }
  }
  const found = [...held].map(([number, part]) => ({ ...part, ...index.parts[number] })).sort((a, b) => b.worth - a.worth);
  const needles = found.flatMap((part) => part.needles);
  const sentences = found.filter(({ field }) => field === "sentence");
  const close = sentences.filter(({ anchor, worth }) => anchor && worth >= sentences[0].worth * 0.6).slice(0, 2);
  const reason = found.find(({ field }) => field === "keyword") ?? sentences[0];
  // Material shows a text only below a page without parts of its own.
  const mute = document.measures || document.location.includes("#");
  const about = [document.about, mute && reason?.text.slice(0, TEASER)].filter(Boolean).join(" · ");
  const title = `${marked(document.title, needles)} <small>${marked(about, needles)}</small>`;
  const entry = (location, title, text) => ({ location, title, text, score: Math.round(score * 100), terms: {} });
  const more = (document.measures ?? []).map((place) => {
    const measure = index.documents[index.place.get(place)];
    return entry(measure.location, escaped(measure.title), "");
  });
  return [
    entry(document.location, title, close.length || !reason ? "" : marked(reason.text, reason.needles, TEASER)),
    ...close.map((part) => {
      const label = index.sentence.replace("{n}", part.anchor.replace("#s", ""));
      return entry(document.location + part.anchor, escaped(label), marked(part.text, part.needles, TEASER));
    }),
    // Material folds away what scores less than its page.
    ...more.map((measure, rank) => (rank < UNFOLDED ? measure : { ...measure, score: 0 })),
  ];
}

/** Search one language: {items, elsewhere}, where `elsewhere` counts the results of the other if there are none here. */
self.answer = (query, lang) => {
  const other = lang === "zh" ? "en" : "zh";
  const here = indexOf(lang);
  const { words, names } = meant(here, query);
  if (!words.length) return { items: [], elsewhere: 0 };
  const understood = read(here, words, () => indexOf(other));
  const results = rank(here, understood, names);
  if (results.length) return { items: results.map((result) => item(here, result, understood.clues)), elsewhere: 0 };
  if (bare(query).length < 2) return { items: [], elsewhere: 0 };
  const there = indexOf(other);
  const asked = meant(there, query);
  return { items: [], elsewhere: rank(there, read(there, asked.words), asked.names).length };
};

// ---- The worker, which speaks Material's language

if (typeof importScripts === "function") {
  const READY = 1, RESULT = 3;
  const lang = new URLSearchParams(self.location.search).get("lang");
  const { documents } = indexOf(lang);
  self.onmessage = ({ data: { data: query } }) => postMessage({ type: RESULT, data: self.answer(query, lang) });
  postMessage({ type: READY });
  // The first answer is slow, as the browser only then compiles what it takes: better before anybody waits for it.
  self.answer(documents[0].title, lang);
}
