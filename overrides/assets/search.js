// The search: understands a query, finds its clues in the texts of one language and ranks what holds them.
//
// It runs in a worker or, where the browser refuses one (a site opened from a folder), in the page itself.
// scripts/plansite/site/search_index.py writes the indexes and describes their content.

self.indexes = {};

const MEANT = 200; // characters of a query that are read; nobody means more
const SHOWN = 30; // results
const UNFOLDED = 5; // measures of a unit
const TEASER = 100; // characters of a sentence in a result
// The weight of a find by the field that has it, and by the kind of its page.
const FIELD = { title: 3, section: 2.2, keyword: 2, sentence: 1, unit: 0.6 };
const KIND = { measure: 1, unit: 0.6, section: 0.45, theme: 0.45, topic: 0.45, page: 0.4, term: 0.2 };
// How far a find is to be trusted that is not of the very letters typed; one below ALL does not answer alone.
const EXACT = 1, INFLECTION = 0.95, DERIVATION = 0.8, PREFIX = 0.8, FOREIGN = 0.8;
const SYNONYM = 0.76, ABBREVIATION = 0.76, SOUND = 0.76, TYPO = 0.76, ASIDE = 0.6, STEM = 0.35;
const VAGUE = 0.5; // how much less a word tells that goes with anything
const PHRASE = 2; // how much more a text counts that has the whole query as it was typed
const UNKNOWN = 2; // documents: a word that is in none weighs like one that is in so many
// What a result must hold: nearly all that the query says, or some of it with a score that tells.
const ALL = 0.75, TELLING = { zh: 3.1, en: 3.5 };
const COMPOUND = 4; // characters: a run of Chinese up to this long is one expression, which half of it is not
const ABBREVIATED = 5; // characters: a longer run is no abbreviation
const FEW = 3; // words: a longer query is no pinyin
const NEAR = 0.6; // share of what the best text of a result tells, from which another is shown beside it
const NOISE = 0.25; // share of the best score below which a result is noise

const HAN = /^[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const TOKEN = /[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+|\d+(?:[.,+/-]\d+)*%?(?![a-z\d])|[a-z0-9]+(?:[&'’/-][a-z0-9]+)*/gu;
const POSSESSIVE = /['’]s(?![a-z])/g;
const CONTRACTION = /[a-z]+['’](?:t|m|re|ve|ll|d)(?![a-z])/g;
const PERCENT = /(\d) *per ?cent(?![a-z])/g;
const HUNDRED = /百分之一?百/g;
const NUMBERED = /(?:第\s*(\d+)\s*[条项]|(?:\bmeasure|\bno\.?)\s*(\d+)(?![\d.%]))[\s:：]*/; // a measure by its number
const WHOLE = /^ [^ ]+ $/; // a needle that is a word or a number
const INFLECTED = /^(?:|e|s|es|d|ed|ing|y|ies|ied)$/;
const DERIVED = /^(?:|e|s|es|d|ed|ing|y|ies|ied|r|er|ers|or|ors|ly|al|ally|ion|ions|ation|ations|ment|ments|able|ity|ance|ence)$/;

const sum = (list, value) => list.reduce((total, entry, i) => total + value(entry, i), 0);

/** A text in letters of one width and case. */
const fold = (text) => text.normalize("NFKC").toLowerCase();

/** Its letters and figures alone. */
const bare = (text) => fold(text).replace(/[^\p{L}\p{N}.%+]|\.(?!\d)/gu, "");

/** Words without the spaces between them. */
const joined = (words) => words.replaceAll(" ", "");

/** The runs of Chinese, words and numbers of a folded text. */
const tokens = (text) => text.replace(POSSESSIVE, "").match(TOKEN) ?? [];

/** The words of a compound: follow and up of follow-up. */
const wordsOf = (token) => (/^[a-z].*[&'’/-]/.test(token) ? token.split(/[&'’/-]/).filter((word) => word.length > 1) : []);

/** A text as an index holds it: its tokens, a compound followed by its words. */
const laidOut = (text) => tokens(fold(text)).flatMap((token) => [token, ...wordsOf(token)]).join(" ");

/** The same with each token between spaces of its own. */
const apart = (text) => ` ${laidOut(text).replaceAll(" ", "  ")} `;

/** Characters by their pinyin: the commonest of Chinese (GB/T 2312, level 1, in the order of their pinyin) and others. */
function alike({ common = "", others = {} }) {
  const codes = new Uint8Array(40 * 94 * 2).map((_, at) => (at % 2 ? 0xa1 + ((at >> 1) % 94) : 0xb0 + Math.floor(at / 188)));
  const characters = new TextDecoder("gbk").decode(codes);
  const found = {};
  let from = 0;
  for (const [, sound, count] of common.matchAll(/([a-z]+)(\d+)/g)) {
    found[sound] = (found[sound] ?? "") + characters.slice(from, from += Number(count));
  }
  for (const sound of Object.keys(others)) found[sound] = (found[sound] ?? "") + others[sound];
  return found;
}

/** All there is to find in one language, as one long text: tokens between spaces, a line for each part of a document. */
class Index {
  constructor(lang, { documents: all, families, synonyms, stops, vague, subject, simplified, readings, ...labels }) {
    const documents = all.filter(({ kind }) => kind !== "answer");
    this.lang = lang;
    this.documents = documents;
    this.labels = labels;
    this.stops = { zh: stops.zh, en: new Set(stops.en) };
    this.vague = new Set(vague);
    this.place = new Map(documents.map(({ location }, number) => [location, number]));
    this.parts = [];
    documents.forEach(({ kind, title, texts: { title: titles = [title], ...others } = {}, measures = [] }, document) => {
      for (const [field, texts] of Object.entries({ title: titles, ...others })) {
        texts.forEach((text, i) => this.parts.push({ document, field, text, anchor: kind === "measure" && field === "sentence" ? `#s${i + 1}` : "" }));
      }
      // The names of a unit lead to its measures too.
      for (const place of measures) for (const text of titles) this.parts.push({ document: this.place.get(place), field: "unit", text });
    });
    this.starts = [];
    this.text = "";
    this.where = new Map(); // the numbers of the parts that have a token
    this.parts.forEach((part, number) => {
      this.starts.push(this.text.length);
      const text = laidOut(part.text);
      part.length = joined(text).length;
      this.text += ` ${text} \n`;
      for (const token of new Set(text.split(" "))) {
        if (!this.where.has(token)) this.where.set(token, []);
        this.where.get(token).push(number);
      }
    });
    this.family = new Map(); // words of one stem, by each of them
    for (const forms of families) {
      const family = forms.split(" ");
      for (const form of family) this.family.set(form, family);
    }
    this.synonyms = new Map(); // other words for the same, by each of them; an expression of several words is put in one
    for (const group of synonyms) {
      // What is said in one character is said in many words, but none of them in that character.
      for (const word of group[0].length > 1 ? group : group.slice(0, 1)) {
        const others = group.filter((other) => other !== word);
        this.synonyms.set(joined(word), [...(this.synonyms.get(joined(word)) ?? []), ...others]);
        if (word.includes(" ")) this.family.set(joined(word), [laidOut(word)]);
      }
    }
    const expressions = synonyms.flat().filter((word) => word.includes(" ")).sort((a, b) => b.length - a.length);
    this.expressions = new RegExp(`\\b(?:${expressions.join("|") || "(?!)"})s?\\b`, "g");
    this.simplified = new Map();
    const pairs = [...simplified];
    for (let at = 0; at < pairs.length; at += 2) this.simplified.set(pairs[at], pairs[at + 1]);
    this.alike = alike(readings);
    // All that a question about the plan is made of, as [needle, its answer], the longest first.
    const answers = all.filter(({ kind }) => kind === "answer").flatMap((answer) => answer.names.map((word) => [word, answer]));
    this.asked = [...answers, ...[...stops.zh, ...stops.en, ...subject].map((word) => [word])]
      .map(([word, answer]) => [/[a-z\d]/i.test(word) ? apart(word) : word, answer]).sort(([a], [b]) => b.length - a.length);
    this.late = {};
  }

  /** The words that have others for the same and begin as a word does. */
  namesLike(word) {
    this.late.names = this.late.names ?? [...this.synonyms.keys()].reduce((names, name) => {
      const start = name.slice(0, 3);
      return names.set(start, [...(names.get(start) ?? []), name]);
    }, new Map());
    return this.late.names.get(word.slice(0, 3)) ?? [];
  }

  get words() {
    this.late.words = this.late.words ?? [...new Set(this.text.match(/[a-z]{2,}/g))];
    return this.late.words;
  }

  /** Pinyin by character, put together when it is first needed. */
  get spoken() {
    this.late.spoken = this.late.spoken ?? Object.entries(this.alike).reduce((spoken, [sound, characters]) => {
      for (const character of characters) spoken.set(character, [...(spoken.get(character) ?? []), sound]);
      return spoken;
    }, new Map());
    return this.late.spoken;
  }

  /** All pairs of characters that stand side by side, put together when they are first needed. */
  get pairs() {
    this.late.pairs = this.late.pairs ?? new Set([...this.text].map((character, at, all) => character + (all[at + 1] ?? "")));
    return this.late.pairs;
  }

  /** Whether any part has a needle. */
  has(needle) { return WHOLE.test(needle) ? this.where.has(needle.trim()) : this.text.includes(needle); }

  /** The numbers of the parts that have a needle. */
  *find(needle) {
    if (WHOLE.test(needle)) {
      yield* this.where.get(needle.trim()) ?? [];
      return;
    }
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
  loaded[lang] = loaded[lang] ?? new Index(lang, self.indexes[lang]);
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
  const follow = (from, at, read, left, count) => {
    if (read === letters.length) {
      if (count > 1) found.add(index.text.slice(from, at));
      return;
    }
    const rest = letters.slice(read);
    const next = (length, slip = 0) => follow(from, at + 1, read + length, left - slip, count + 1);
    // Nobody spells the marks between the words of a text.
    if (count && index.text[at] === " ") follow(from, at + 1, read, left, count);
    for (const sound of index.spoken.get(index.text[at]) ?? []) {
      if (initials) {
        if (sound[0] === rest[0]) next(1);
      } else if (rest.startsWith(sound)) {
        next(sound.length);
      } else if (count > 1 && sound.startsWith(rest)) {
        next(rest.length);
      } else if (left) {
        for (const length of [sound.length - 1, sound.length, sound.length + 1]) {
          if (length <= rest.length && oneEdit(rest.slice(0, length), sound)) next(length, 1);
        }
      }
    }
  };
  const first = Object.entries(index.alike).filter(([sound]) => sound[0] === letters[0]);
  const beginnings = new Set(first.flatMap(([, characters]) => [...characters]));
  for (let at = 0; at < index.text.length; at += 1) if (beginnings.has(index.text[at])) follow(at, at, 0, slips, 0);
  return [...found];
}

/** The synonyms of a word in any inflection, as needles. */
function otherWords(index, word, trust) {
  const named = index.synonyms.has(word) ? word : index.namesLike(word).find((name) => kinship(name, word) >= INFLECTION);
  const others = (index.synonyms.get(named) ?? []).flatMap((other) => index.family.get(other) ?? [laidOut(other)]);
  const needles = [...new Set(others)].map((other) => (HAN.test(other) ? other : ` ${other} `));
  return needles.filter((needle) => index.has(needle)).map((needle) => [needle, trust]);
}

/** The forms in which the text has a word itself. */
function ownForms(index, word, typing) {
  const begun = [[` ${word}`, PREFIX]];
  const family = index.family.get(word) ?? (index.has(` ${word} `) ? [word] : undefined);
  const trust = (form) => (family.length === 1 ? EXACT : kinship(word, form) || STEM);
  if (family) return [...family.map((form) => [` ${form} `, trust(form)]), ...(typing ? begun : [])];
  if (index.has(begun[0][0])) return begun;
  const start = word.slice(0, 3);
  return index.words.filter((other) => word.length > 3 && other.startsWith(start) && kinship(word, other))
    .map((other) => [` ${other} `, kinship(word, other)]);
}

/** What a word may stand for in the text: [[needle, trust], ...]; a needle that ends in a space is a whole word. */
function formsOfWord(index, word, typing) {
  if (/^\d/.test(word)) return index.has(` ${word} `) ? [[` ${word} `, EXACT]] : [...otherWords(index, word, SYNONYM), [` ${word}`, PREFIX]];
  const own = ownForms(index, word, typing).filter(([needle]) => index.has(needle));
  const forms = [...otherWords(index, word, own.length ? ASIDE : SYNONYM), ...own];
  if (forms.length || word.length < 4) return forms;
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

/** Where words stand in a run of Chinese: calls back with each, the place of its first character and of its last. */
function eachIn(run, words, found) {
  for (const word of words) {
    for (let at = run.indexOf(word); at >= 0; at = run.indexOf(word, at + 1)) {
      // Characters beyond the first plane are two to indexOf.
      const from = [...run.slice(0, at)].length;
      found(word, from, from + [...word].length - 1);
    }
  }
}

/** A run of Chinese with spaces for the words that ask; a single character goes only where it is no part of a word. */
function withoutQuestions(index, run) {
  const { zh } = index.stops;
  const rest = [...run];
  const named = rest.map(() => false); // part of a word that is known to stand for another
  eachIn(run, index.synonyms.keys(), (word, from, to) => named.fill(true, from, to + 1));
  eachIn(run, zh.filter((stop) => stop.length > 1), (_, from, to) => {
    if (!named.slice(from, to + 1).every(Boolean)) rest.fill(" ", from, to + 1);
  });
  const inWord = (i) => named[i] || [rest[i - 1] + rest[i], rest[i] + rest[i + 1]].some((pair) => !pair.includes(" ") && index.pairs.has(pair));
  const cut = rest.map((character, i) => (zh.includes(character) && !inWord(i) ? " " : character)).join("");
  // A short run that asks nothing is a word of which the plan has no part: 工会, 太阳能.
  const word = run.length < 4 && rest.join("") === run && cut.replaceAll(" ", "").length < 2;
  return word ? run : cut;
}

/** A query in letters of one width and case, and in simplified characters. */
const plain = (index, query) => fold(query.slice(0, MEANT)).replace(/./gu, (character) => index.simplified.get(character) ?? character);

/** The answers to a query that asks about the plan and nothing else, the one of which it says most first. */
function answersTo(index, query) {
  let rest = apart(plain(index, query).replace(CONTRACTION, " "));
  const said = new Map();
  for (const [needle, answer] of index.asked) {
    const parts = rest.split(needle);
    rest = parts.join("  ");
    if (answer && parts.length > 1) said.set(answer, (said.get(answer) ?? 0) + needle.length);
  }
  return rest.trim() ? [] : [...said.keys()].sort((a, b) => said.get(b) - said.get(a));
}

/** The tokens of a query that say what is sought (where it does nothing but ask, all of them), and what it may name. */
function meant(index, query) {
  const text = plain(index, query).replace(PERCENT, "$1%").replace(HUNDRED, "100%");
  const numbered = text.match(NUMBERED);
  const rest = tokens(text.replace(CONTRACTION, " ").replace(NUMBERED, " ").replace(index.expressions, joined));
  const all = rest.length ? rest : tokens(text);
  const telling = all.flatMap((token) => {
    if (!HAN.test(token)) return index.stops.en.has(token) ? [] : [token];
    return withoutQuestions(index, token).split(" ").filter(Boolean);
  });
  // Several figures are a range or a list, and the name of nothing.
  const whole = /\d\s*[^\p{L}\p{N}\s.%+]\s*\d|\d\s+\d/u.test(text) ? "" : bare(text);
  const number = whole.replace(/第|条|项|号|措施|measures?|number|no\.?(?=\d)/g, "").replace(/(\d)(?:st|nd|rd|th)/g, "$1");
  const said = /\d/.test(text) ? "" : bare(telling.join(""));
  return { words: [...new Set(telling.length ? telling : all)], names: new Set([whole, number, said, numbered?.[1] ?? numbered?.[2]]) };
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
  // What is hardly to be trusted hardly makes a word common.
  const common = sum([...documents.values()], ({ trust }) => trust ** 4) || UNKNOWN;
  return { parts, documents, weight: Math.log(1 + index.documents.length / (common + 0.5)) };
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
  if (known(clue)) return index.vague.has(word) ? { ...clue, weight: clue.weight * VAGUE } : clue;
  const spoken = few ? look(index, formsOfPinyin(index, word)) : clue;
  return known(spoken) || !other || word.length < 2 ? spoken : foreign(index, other(), formsOfWord(other(), word, false));
}

/** The text of which a run of Chinese is an abbreviation: 市监局 of 市场监管局, a character or two of each word. */
function formsOfAbbreviation(index, characters) {
  if (characters.length < 3 || characters.length > ABBREVIATED) return [];
  const found = index.text.matchAll(new RegExp(characters.join("[^ \\n]?"), "gu"));
  return [...new Set([...found].map(([text]) => text))].map((text) => [text, ABBREVIATION]);
}

/** The clues of a run of Chinese, one for each pair of its characters, and its cells, one for each character. */
function readRun(index, run, other) {
  const characters = [...run];
  const pairs = characters.length > 1 ? characters.slice(1).map((character, i) => characters[i] + character) : characters;
  const forms = pairs.map((pair) => [[pair, EXACT]]);
  eachIn(run, index.synonyms.keys(), (word, from, to) => {
    const trust = index.text.includes(word) ? ASIDE : SYNONYM;
    for (let i = from; i < to; i += 1) forms[i].push(...otherWords(index, word, trust));
  });
  const vague = characters.map(() => false);
  eachIn(run, index.vague, (word, from, to) => vague.fill(true, from, to + 1));
  const weigh = (clue, ...places) => (places.every((i) => vague[i]) ? { ...clue, weight: clue.weight * VAGUE } : clue);

  const exact = forms.map((found) => look(index, found));
  const lost = characters.map((_, i) => !exact.slice(Math.max(0, i - 1), i + 1).some(known));
  const whole = lost.includes(true) ? look(index, formsOfAbbreviation(index, characters)) : undefined;
  // Only where no pair knows a character is it taken for another of its sound, or for a word of the other language.
  const clues = exact.map((clue, i) => {
    if (known(clue) || !(lost[i] || lost[i + 1])) return weigh(clue, i, i + 1);
    if (whole && known(whole)) return whole;
    const heard = characters.length > 2 ? look(index, formsOfSound(index, [...pairs[i]])) : clue;
    return known(heard) || !other ? heard : foreign(index, other(), [[pairs[i], EXACT]]);
  });
  const alone = [];
  const cells = characters.map((character, i) => {
    const near = [...clues.slice(Math.max(0, i - 1), i + 1), ...(whole ? [whole] : [])];
    if (near.some(known)) return { weight: Math.min(...near.filter(known).map(({ weight }) => weight)) / 2, clues: near };
    // Where nothing is known of a character in its place, a common one counts less than one that is in no text.
    const short = look(index, otherWords(index, character, SYNONYM));
    if (known(short)) alone.push(short);
    const telling = known(short) ? short : look(index, [[character, EXACT]]);
    return { weight: weigh(telling, i).weight / 2, clues: [short] };
  });
  return { clues: [...clues, ...alone], cells };
}

/** What is meant as clues, and as runs of cells that they cover: a cell is a word, or a character of a run of Chinese. */
function read(index, words, other) {
  const runs = words.flatMap((word, at) => {
    if (HAN.test(word)) return [readRun(index, word, other)];
    const clueOf = (part) => clueOfWord(index, part, { last: at === words.length - 1, few: words.length <= FEW, other });
    const clue = clueOf(word);
    // A compound that is not known is read word by word.
    const parts = known(clue) ? [] : wordsOf(word).filter((part) => !index.stops.en.has(part)).map(clueOf);
    return (parts.length ? parts : [clue]).map((found) => ({ clues: [found], cells: [{ weight: found.weight, clues: [found] }] }));
  });
  const clues = runs.flatMap((run) => run.clues).filter(known);
  // What only the other language knows is offered there, not here.
  const phrase = words.join(" ");
  return {
    clues: clues.some(({ parts }) => parts.size) ? clues : [],
    runs: runs.map(({ cells }) => cells),
    // The parts that have all of it as it was typed.
    whole: new Set(index.find(HAN.test(phrase) ? phrase : ` ${phrase}`)),
  };
}

/** How much of a run's weight a document holds. */
function coveredBy(document, run) {
  const trusts = run.map(({ clues }) => Math.max(...clues.map((clue) => clue.documents.get(document)?.trust ?? 0)));
  if (run.length > 1 && run.length <= COMPOUND && sum(trusts, (trust) => trust) < ALL * run.length) return 0;
  return sum(run, ({ weight }, i) => weight * trusts[i]);
}

/** Score every document that holds enough of what is meant. */
function rank(index, { clues, runs, whole }, names, { noise = NOISE, shown = SHOWN } = {}) {
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
    const value = worth * FIELD[field] * (0.7 + 0.3 * fullness) * (whole.has(number) ? PHRASE : 1);
    if (!(best.get(document) >= value)) best.set(document, value);
  }
  const results = [];
  index.documents.forEach((document, at) => {
    const covered = clues.length && sum(runs, (run) => coveredBy(at, run)) / total;
    const exact = document.names?.some((name) => names.has(name));
    const apart = sum(clues, (clue) => clue.weight * (clue.documents.get(at)?.worth ?? 0));
    const score = covered ** 2 * ((best.get(at) ?? 0) + apart / 3) * KIND[document.kind];
    if (exact || covered >= ALL || score >= TELLING[index.lang]) results.push({ at, document, score, exact });
  });
  const top = Math.max(0, ...results.map(({ score }) => score));
  for (const result of results) if (result.exact) result.score += top + 1;
  results.sort((a, b) => b.score - a.score);
  return results.filter(({ score }) => score >= top * noise).slice(0, shown);
}

// ---- What Material's result list takes; it inserts titles and texts as HTML

const COMPOUND_WORDS = /([a-z0-9]+(?:[&'’/-][a-z0-9]+)+)(?: [a-z0-9]+)*(?= |$)/;
const BEST = Number.MAX_SAFE_INTEGER;
const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (character) => HTML[character]);

/** A text as HTML with what was found marked, cut to the part around the first mark. */
function marked(text, needles, room = Infinity) {
  const marks = new Set();
  const lower = text.toLowerCase();
  // The words of a compound follow it in an index, and what is between marks follows the mark.
  for (const needle of needles.flatMap((needle) => (HAN.test(needle) ? needle.split(" ") : [needle.replace(COMPOUND_WORDS, "$1")]))) {
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
  const first = marks.size ? Math.min(...marks) : 0;
  let from = text.length > room && first > room / 3 ? first - Math.floor(room / 4) : 0;
  while (from > 0 && /[a-z0-9]/i.test(text[from - 1])) from -= 1;
  let to = Math.min(text.length, from + room);
  while (to < text.length && /[a-z0-9]/i.test(text[to])) to += 1;
  // Half a character is none.
  if (/[\udc00-\udfff]/.test(text[from] ?? "")) from -= 1;
  if (/[\udc00-\udfff]/.test(text[to] ?? "")) to += 1;
  let html = from > 0 ? "…" : "";
  for (let at = from; at < to; at += 1) {
    if (marks.has(at) && (at === from || !marks.has(at - 1))) html += "<mark>";
    html += escaped(text[at]);
    if (marks.has(at) && (at === to - 1 || !marks.has(at + 1))) html += "</mark>";
  }
  return html + (to < text.length ? "…" : "");
}

const entry = (location, title, text, score) => ({ location, title, text, score, terms: {} });

/**
 * An answer as a result, to which Enter goes as it has the best score: of places within a page, Material takes the last
 * for the title and shows the text of the others.
 */
const answerItem = (index, { location, title, texts }) => [
  entry(location, escaped(index.labels.answer), `<p class="search-answer">${escaped(texts.sentence.join(" "))}</p>`, BEST),
  entry(location, escaped(title), "", BEST),
];

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
  const close = sentences.filter(({ anchor, worth }) => anchor && worth >= sentences[0].worth * NEAR).slice(0, 2);
  // A word for the search stands in no text of its page: where none of these tells nearly as much, the result says so.
  const keyword = found.find(({ field }) => field === "keyword");
  const alone = keyword && !found.some(({ field, worth }) => field !== "keyword" && worth >= keyword.worth * NEAR);
  const reason = alone ? keyword : sentences[0];
  const said = (text) => (alone ? index.labels.reason.replace("{text}", () => text) : text);
  // Material shows a text only below a page without parts of its own.
  const mute = document.measures || document.location.includes("#") || (alone && close.length);
  const about = [document.about, mute && reason && said(reason.text.slice(0, TEASER))].filter(Boolean).join(" · ");
  const title = `${marked(document.title, needles)} <small>${marked(about, needles)}</small>`;
  const worth = Math.round(score * 100);
  return [
    entry(document.location, title, close.length || !reason ? "" : said(marked(reason.text, reason.needles, TEASER)), worth),
    ...close.map((part) => {
      const label = index.labels.sentence.replace("{n}", part.anchor.replace("#s", ""));
      return entry(document.location + part.anchor, escaped(label), marked(part.text, part.needles, TEASER), worth);
    }),
    // Material folds away what scores less than its page.
    ...(document.measures ?? []).map((place, rank) => {
      const measure = index.documents[index.place.get(place)];
      return entry(measure.location, escaped(measure.title), "", rank < UNFOLDED ? worth : 0);
    }),
  ];
}

/** Search one language: {items, elsewhere}, where `elsewhere` counts the results of the other if there are none here. */
self.answer = (query, lang) => {
  const other = lang === "zh" ? "en" : "zh";
  const here = indexOf(lang);
  const { words, names } = meant(here, query);
  const answers = answersTo(here, query).map((answer) => answerItem(here, answer));
  if (!words.length) return { items: answers, elsewhere: 0 };
  const understood = read(here, words, () => indexOf(other));
  const results = rank(here, understood, names);
  const items = [...answers, ...results.map((result) => item(here, result, understood.clues))];
  if (items.length || bare(query).length < 2) return { items, elsewhere: 0 };
  const there = indexOf(other);
  const asked = meant(there, query);
  return { items, elsewhere: rank(there, read(there, asked.words), asked.names).length };
};

/** The numbers of all measures that a query finds, by themselves or by a unit that answers for them. */
self.measuresFor = (query, lang) => {
  const index = indexOf(lang);
  const { words, names } = meant(index, query);
  if (!words.length) return [];
  const results = rank(index, read(index, words, () => indexOf(lang === "zh" ? "en" : "zh")), names, { noise: 0, shown: Infinity });
  const places = results.flatMap(({ at }) => [index.documents[at].location, ...(index.documents[at].measures ?? [])]);
  return places.map((place) => place.match(/^measures\/(\d+)\//)?.[1]).filter(Boolean);
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
