// Index: everything that can be found in one language, by term.

/** Return {sound: its characters}: of the commonest in Chinese (GB/T 2312, level 1, in the order of their pinyin) and others. */
function charactersBySound({ common = "", others = {} }) {
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

class Index {
  constructor({ documents, synonyms, stops, subject, simplified, readings, levels = [], ...labels }) {
    this.labels = labels;
    this.levels = levels.map(bare); // with what the names of units begin
    this.documents = documents.filter(({ kind }) => kind !== "answer");
    this.numberOf = new Map(this.documents.map(({ location }, number) => [location, number]).filter(([location]) => location));
    this.named = new Map(); // name: the numbers of the documents that are called so
    this.parts = []; // a part is a title, a keyword, a sentence of a document
    this.postings = new Map(); // term: the numbers of the parts that have it
    this.documents.forEach((document, number) => this.addDocument(document, number));
    this.words = [...this.postings.keys()].filter((term) => /^(?:[a-z]{2}|\d)/.test(term));
    this.synonyms = new Map();
    for (const group of synonyms) {
      // What is said in one character is said in many words, but none of them in that character.
      for (const word of group[0].length > 1 ? group : group.slice(0, 1)) {
        // Of several words a query makes one: it looks for them, too.
        const key = word.replaceAll(" ", "-");
        this.synonyms.set(key, [...(this.synonyms.get(key) ?? []), ...group.filter((other) => other !== key)]);
      }
    }
    const expressions = synonyms.flat().filter((word) => word.includes(" ")).sort((a, b) => b.length - a.length);
    this.expressions = new RegExp(`\\b(?:${expressions.join("|") || "(?!)"})\\b`, "g");
    this.simplified = new Map(simplified.match(/../gu)?.map((pair) => [...pair]));
    this.charactersBySound = charactersBySound(readings);
    this.sounds = new Map(); // character: the ways to read it
    for (const [sound, characters] of Object.entries(this.charactersBySound)) {
      for (const character of characters) this.sounds.set(character, [...(this.sounds.get(character) ?? []), sound]);
    }
    this.stops = { zh: stops.zh, en: new Set(stops.en) };
    // All that a question about the plan is made of, as [needle, its answer], the longest first.
    const answers = documents.filter(({ kind }) => kind === "answer").flatMap((answer) => answer.names.map((word) => [word, answer]));
    this.questionWords = [...answers, ...[...stops.zh, ...stops.en, ...subject].map((word) => [word])]
      .map(([word, answer]) => [/[a-z\d]/i.test(word) ? spaced(word.toLowerCase()).replaceAll(" ", "  ") : word, answer])
      .sort(([a], [b]) => b.length - a.length);
  }

  addDocument({ kind, title, texts, names = [] }, document) {
    const { title: titles, ...others } = { title: [title], ...texts };
    const called = kind === "unit" ? [...titles, ...(others.keyword ?? [])].map(bare) : names;
    for (const name of called) this.named.set(name, new Set(this.named.get(name)).add(document));
    for (const [field, list] of Object.entries({ title: titles, ...others })) {
      list.forEach((text, at) => this.addPart({ document, field, text, at }));
    }
  }

  addPart(part) {
    const spacedText = spaced(fold(part.text));
    const terms = spacedText.trim().split(" ").flatMap(termsOf);
    for (const term of new Set(terms)) {
      if (!this.postings.has(term)) this.postings.set(term, []);
      this.postings.get(term).push(this.parts.length);
    }
    this.parts.push({ ...part, spaced: spacedText, length: terms.join("").length });
  }

  /** Return the numbers of the parts that have a form: a term, several words, or Chinese of any length. */
  find(form) {
    const terms = form.split(" ").flatMap(termsOf);
    if (terms.length === 1 && [...form].length === 1 && HAN.test(form)) {
      return [...this.parts.keys()].filter((part) => this.parts[part].spaced.includes(form));
    }
    const [shortest] = terms.map((term) => this.postings.get(term) ?? []).sort((a, b) => a.length - b.length);
    if (terms.length === 1) return shortest;
    const needle = HAN.test(form) ? form : ` ${form} `;
    return shortest.filter((part) => this.parts[part].spaced.includes(needle));
  }
}
