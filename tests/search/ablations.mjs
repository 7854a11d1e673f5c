// This script prints what each rule of the search is worth: what becomes of all queries together without it.
//
//   node ablations.mjs SITE
//
// What costs less than 0.003 of hit@1, hit@5, of queries that find nothing, and of silence where the plan is silent, goes.
import { LANGUAGES, askAll, indexesOf, tally } from "./queries.mjs";

const indexes = indexesOf(process.argv[2]);
const RULES = {
  "everything": [],
  "kin of a word (hire, hiring)": [["query", "kin(word, other)).map", "word === other).map"]],
  "kin of a synonym": [["query", "kin(name, word))", "false)"]],
  "words that begin with a word": [["query", "if (last || !own.length) own.push", "if (false) own.push"]],
  "one wrong letter": [["query", "oneEdit(word, other)", "false"]],
  "synonyms of words": [["query", "[...own, ...others]", "own"]],
  "synonyms of several words": [["query", "text.replace(index.expressions, (words) => words.replaceAll(\" \", \"-\"))", "text"]],
  "synonyms of Chinese": [["query", ".push(...others)", ""]],
  "a synonym is trusted less": [["query", "SYNONYM = 0.6", "SYNONYM = 1"]],
  "pinyin": [["query", "letters.length < 3", "true"]],
  "pinyin by initials": [["query", "whole.length || letters.length > 8", "true"]],
  "characters of one sound": [["query", "characters.length < 3 ?", "true ?"]],
  "the other language": [["query", "slice(0, word.length > 1 ? 3 : 1)", "slice(0, 2)"], ["query", "isKnown(heard) ?", "true ?"]],
  "compounds read word by word": [["query", "isKnown(clue) ? [] : wordsOf", "true ? [] : wordsOf"]],
  "words that only ask": [["query", "index.stops.en.has(token) ?", "false ?"], ["query", "filter((stop) => stop.length > 1)", "filter(() => false)"]],
  "single characters that only ask": [["query", "&& !inWord(i) ?", "&& false ?"]],
  "a character within a word stays": [["query", "&& !inWord(i) ?", "?"]],
  "coverage": [["score", "coverage ** 1.5", "(coverage > 0)"]],
  "coverage to the power of 1.5": [["score", "coverage ** 1.5", "coverage"]],
  "a long query need not be covered": [["score", "Math.min(ENOUGH, sum(cells, ({ idf }) => idf))", "sum(cells, ({ idf }) => idf)"]],
  "weights of fields": [["score", "{ title: 3, section: 2, keyword: 2, phrase: 1.6, sentence: 1 }", "{ title: 1, section: 1, keyword: 1, phrase: 1, sentence: 1 }"]],
  "idf": [["score", "Math.log(1 + index.documents.length / (frequency + 0.5)) /", "0.5 * Math.log(1 + index.documents.length) /"]],
  "the best part": [["score", "(best.get(number) ?? 0) + apart / 3", "apart"]],
  "terms apart": [["score", "+ apart / 3", ""]],
  "fullness of a part": [["score", "0.7 + 0.3 * fullness", "1"]],
  "fullness of a phrase": [["score", "field === \"phrase\" ? fullness ** 3", "false ? 0"]],
  "names of documents": [["score", "if (named.has(result.number))", "if (false)"]],
  "other pages count less": [["score", "term: 0.15, other: 0.3 }", "term: 1, other: 1 }"]],
  "what is not answered": [["score", "unanswered: 1,", "unanswered: 0,"]],
  "possible where most is covered": [["score", "result.score >= POSSIBLE || result.coverage >= MOST", "result.score >= POSSIBLE"]],
  "possible results": [["score", "possible: possible.slice(0, sure.length ? 2 : 3)", "possible: []"]],
  "answers about the plan": [["worker", "const answers = answersTo(index, query);", "const answers = [];"]],
};

const measured = ({ hit1, hit5, nothing, wronglyShown }) => [hit1, hit5, -nothing, -wronglyShown];
const shares = (edits) => {
  const answers = askAll(indexes, edits);
  return LANGUAGES.map((lang) => measured(tally(answers.filter((answer) => answer.lang === lang))));
};
const whole = shares(RULES.everything);
console.log(`${"without".padEnd(42)}${LANGUAGES.map((lang) => `${lang}: hit@1   hit@5  nothing silence`.padEnd(37)).join("")}`);
for (const [rule, edits] of Object.entries(RULES)) {
  const rest = edits.length ? shares(edits) : whole;
  const cells = rest.map((values, at) => values.map((value, i) => (edits.length ? (value - whole[at][i]).toFixed(3) : Math.abs(value).toFixed(3)).padStart(8)).join(""));
  console.log(`${rule.padEnd(42)}${cells.map((cell) => cell.padEnd(37)).join("")}`);
}
