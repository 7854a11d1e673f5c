// Text: how texts and queries become terms. A term is a Latin word, a number, or two Chinese characters side by side.

const HAN = /^[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const TOKEN = /[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+|\d+(?:[.,+/-]\d+)*%?(?![a-z\d])|[a-z0-9]+(?:[&'/-][a-z0-9]+)*/gu;
const POSSESSIVE = /'s?(?![a-z])/g;
const ENDING = /^(?:|e|s|es|d|ed|ing|y|ies|ied|r|er|ers|or|ors|ly|al|ally|ion|ions|ation|ations|ment|ments|able|ity|ance|ence)$/;
const DOUBLED = /^([bdfglmnprt])(?=ing$|ed$|er$|ers$)/; // planned: plan, n, ed

/** Fold a text into letters of one width and case. */
const fold = (text) => text.normalize("NFKC").toLowerCase().replaceAll("’", "'");

/** Reduce a text to its letters and figures. */
const bare = (text) => fold(text).replace(/[^\p{L}\p{N}.%+]|\.(?!\d)/gu, "");

/** Cut a folded text into tokens: runs of Chinese, words and numbers. */
const tokenize = (text) => text.replace(POSSESSIVE, "").match(TOKEN) ?? [];

/** Return the words of a compound: follow and up of follow-up. */
const wordsOf = (token) => (/^[a-z].*[&'/-]/.test(token) ? token.split(/[&'/-]/).filter((word) => word.length > 1) : []);

/** Return the terms of a token: a run of Chinese has one for each pair of its characters. */
function termsOf(token) {
  const characters = HAN.test(token) ? [...token] : [];
  return characters.length > 1 ? characters.slice(1).map((character, i) => characters[i] + character) : [token];
}

/** Return a folded text as an index holds it: its tokens with a space before and after each, a compound followed by its words. */
const spaced = (text) => ` ${tokenize(text).flatMap((token) => [token, ...wordsOf(token)]).join(" ")} `;

/** Whether two words share a stem: hire and hiring, invest and investor. */
function kin(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  if (at < 3) return false;
  return [a, b].every((word) => ENDING.test(word.slice(at).replace(DOUBLED, (double) => (double === word[at - 1] ? "" : double))));
}

/** Whether two words differ by one letter too many, too few, wrong, or exchanged with its neighbor. */
function oneEdit(a, b) {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
    || (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2));
}
