// Query: what somebody types as clues, each with the forms in which the texts may have it: [[form, trust], ...].
//
// Trust is 1 for what was typed, less for what is only like it.

const READ = 200; // characters of a query; nobody means more
const KIN = 0.9, PREFIX = 0.8, GUESS = 0.75, SYNONYM = 0.6;

/** Return a query in letters of one width and case, and in simplified characters. */
const normalize = (index, query) => fold(query.slice(0, READ)).replace(/./gu, (character) => index.simplified.get(character) ?? character);

/** Return where words stand in a run of Chinese: [[word, place of its first character, place of its last], ...]. */
function placesIn(run, words) {
  const found = [];
  for (const word of words) {
    for (let at = run.indexOf(word); at >= 0; at = run.indexOf(word, at + 1)) {
      // Characters beyond the first plane are two to indexOf.
      const from = [...run.slice(0, at)].length;
      found.push([word, from, from + [...word].length - 1]);
    }
  }
  return found;
}

/** Cut the words that only ask out of a run of Chinese; a single character goes only where it is no part of a word. */
function withoutStops(index, run) {
  const rest = [...run];
  const named = rest.map(() => false); // part of a word that has synonyms
  for (const [, from, to] of placesIn(run, index.synonyms.keys())) named.fill(true, from, to + 1);
  for (const [, from, to] of placesIn(run, index.stops.zh.filter((stop) => stop.length > 1))) {
    if (!named.slice(from, to + 1).every(Boolean)) rest.fill(" ", from, to + 1);
  }
  const inWord = (i) => named[i] || [rest[i - 1] + rest[i], rest[i] + rest[i + 1]].some((pair) => index.postings.has(pair));
  return rest.map((character, i) => (index.stops.zh.includes(character) && !inWord(i) ? " " : character)).join("").split(" ").filter(Boolean);
}

/** Return the tokens of a query that say what is sought, or all of them where it does nothing but ask. */
function tellingTokens(index, text) {
  const all = tokenize(text.replace(index.expressions, (words) => words.replaceAll(" ", "-")));
  const telling = all.flatMap((token) => (HAN.test(token) ? withoutStops(index, token) : index.stops.en.has(token) ? [] : [token]));
  return [...new Set(telling.length ? telling : all)];
}

/** Return the answers of the site to a query that asks about the plan and nothing else, the one of which it says most first. */
function answersTo(index, query) {
  let rest = spaced(normalize(index, query)).replaceAll(" ", "  ");
  const said = new Map();
  for (const [needle, answer] of index.questionWords) {
    const parts = rest.split(needle);
    rest = parts.join("  ");
    if (answer && parts.length > 1) said.set(answer, (said.get(answer) ?? 0) + needle.length);
  }
  return rest.trim() ? [] : [...said.keys()].sort((a, b) => said.get(b) - said.get(a));
}

/** Return the numbers of the documents that a query names, by all of it or by what it says without the words that ask. */
function namedBy(index, text, tokens) {
  const whole = bare(text);
  const number = whole.replace(/第|条|项|号|措施|measures?|number|no\.?(?=\d)/g, "").replace(/(\d)(?:st|nd|rd|th)/g, "$1");
  const called = /\d/.test(whole) ? [whole, number] : [whole, number, bare(tokens.join(""))];
  const names = [...called, ...called.flatMap((name) => index.levels.map((level) => level + name))];
  return new Set(names.flatMap((name) => [...(index.named.get(name) ?? [])]));
}

/** Return the Chinese of the texts that is read as these letters, be they its syllables or its initials. */
function readAs(index, letters, initials) {
  const found = new Set();
  const follow = (text, from, at, rest) => {
    if (!rest) {
      if (at - from > 1) found.add(text.slice(from, at));
      return;
    }
    // Nobody spells the marks between the words of a text.
    if (at > from && text[at] === " ") follow(text, from, at + 1, rest);
    for (const sound of index.sounds.get(text[at]) ?? []) {
      if (initials ? sound[0] === rest[0] : rest.startsWith(sound)) follow(text, from, at + 1, rest.slice(initials ? 1 : sound.length));
      else if (!initials && at - from > 1 && sound.startsWith(rest)) follow(text, from, at + 1, "");
    }
  };
  for (const { spaced: text } of index.parts) for (let at = 0; at < text.length; at += 1) follow(text, at, at, letters);
  return [...found];
}

/** Return the forms of an unknown word if it is Chinese written in Latin letters. */
function formsOfPinyin(index, letters) {
  if (!index.sounds.size || letters.length < 3) return [];
  const whole = readAs(index, letters, false);
  return (whole.length || letters.length > 8 ? whole : readAs(index, letters, true)).map((form) => [form, GUESS]);
}

/** Return the pairs of characters of the texts that sound like this one, as forms: one character is replaced. */
function formsOfSound(index, [first, second = ""]) {
  const alike = (character) => (index.sounds.get(character) ?? []).flatMap((sound) => [...index.charactersBySound[sound]]);
  return [...alike(first).map((other) => other + second), ...alike(second).map((other) => first + other)]
    .filter((pair) => index.postings.has(pair)).map((pair) => [pair, GUESS]);
}

/** Return the forms of a word in the texts; the last one of a query may not be finished. */
function formsOfWord(index, word, last) {
  const start = word.slice(0, 3);
  const own = index.words.filter((other) => other.startsWith(start) && kin(word, other)).map((other) => [other, other === word ? 1 : KIN]);
  if (index.postings.has(word) && !own.length) own.push([word, 1]);
  if (last || !own.length) own.push(...index.words.filter((other) => other.startsWith(word)).map((other) => [other, PREFIX]));
  const named = index.synonyms.has(word) ? [word] : [...index.synonyms.keys()].filter((name) => name.startsWith(start) && kin(name, word));
  const trust = (other) => (other.replaceAll(" ", "-") === word ? 1 : own.length ? SYNONYM : GUESS);
  const others = named.flatMap((name) => index.synonyms.get(name)).map((other) => [spaced(other).trim(), trust(other)]);
  const forms = [...own, ...others];
  if (forms.length || word.length < 4) return forms;
  return index.words.filter((other) => oneEdit(word, other)).map((other) => [other, GUESS]);
}

/** Return the clue of a word or number; one that no text has may be pinyin, or a word of the other language. */
function clueOfWord(index, word, last, other) {
  const clues = [
    () => lookUp(index, formsOfWord(index, word, last)),
    () => lookUp(index, formsOfPinyin(index, word)),
    () => lookUpElsewhere(index, other(), [...formsOfWord(other(), word, false), ...formsOfPinyin(other(), word)]),
  ];
  return clues.slice(0, word.length > 1 ? 3 : 1).reduce((clue, next) => (isKnown(clue) ? clue : next()), NO_CLUE);
}

/** Read a run of Chinese: {clues, cells}, a clue for each pair of its characters and a cell for each character. */
function readRun(index, run, other) {
  const characters = [...run];
  const pairs = termsOf(run);
  const forms = pairs.map((pair) => [[pair, 1]]);
  for (const [word, from, to] of placesIn(run, index.synonyms.keys())) {
    if (from === to && pairs[0] !== word) continue; // a character within a word: 气 in 天气
    const trust = index.find(word).length ? SYNONYM : GUESS;
    const others = index.synonyms.get(word).map((form) => [spaced(form).trim(), trust]);
    for (let i = from; i < Math.max(to, from + 1); i += 1) forms[Math.min(i, pairs.length - 1)].push(...others);
  }
  const exact = forms.map((found) => lookUp(index, found));
  // A pair that no text has stands astride two words, or has a character of the same sound, or is of the other language.
  const clues = exact.map((clue, i) => {
    if (isKnown(clue) || (i > 0 && i < exact.length - 1 && isKnown(exact[i - 1]) && isKnown(exact[i + 1]))) return clue;
    const heard = characters.length < 3 ? clue : lookUp(index, formsOfSound(index, [...pairs[i]]));
    return isKnown(heard) ? heard : lookUpElsewhere(index, other(), [[pairs[i], 1]]);
  });
  const cells = characters.map((_, i) => {
    const near = clues.slice(Math.max(0, i - 1), i + 1);
    const known = near.filter(isKnown);
    return { idf: Math.min(...(known.length ? known : near).map(({ idf }) => idf)) / 2, clues: near };
  });
  return { clues, cells };
}

/** Read a query: {clues, cells}; how much of a query a document covers is counted by cells: a word, or a Chinese character. */
function readQuery(index, tokens, other) {
  const read = tokens.flatMap((token, at) => {
    if (HAN.test(token)) return [readRun(index, token, other)];
    const clueOf = (word) => clueOfWord(index, word, at === tokens.length - 1, other);
    const clue = clueOf(token);
    // A compound that is not known is read word by word.
    const words = isKnown(clue) ? [] : wordsOf(token).map(clueOf);
    return (words.length ? words : [clue]).map((own) => ({ clues: [own], cells: [{ idf: own.idf, clues: [own] }] }));
  });
  return { clues: read.flatMap(({ clues }) => clues).filter(isKnown), cells: read.flatMap(({ cells }) => cells) };
}
