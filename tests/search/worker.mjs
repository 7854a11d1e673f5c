// This script asks the search worker of a built site, and prints where its answers lead.
//
//   node worker.mjs SITE LANG < QUERIES
//
// QUERIES is a JSON list of texts. What is printed is a list of answers in the same order: {items, sure,
// elsewhere}, each item the places to which one entry in the list of results leads. The worker is the published script, asked by the messages
// that Material sends it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const READY = 1, QUERY = 2, RESULT = 3;
const [site, lang] = process.argv.slice(2);
const assets = join(site, "assets");
const [program] = readdirSync(assets).filter((name) => /^search\.[0-9a-f]+\.js$/.test(name));
const told = [];
const worker = vm.createContext({ URLSearchParams, TextDecoder, postMessage: (message) => told.push(message) });
worker.self = worker;
worker.location = { search: `?lang=${lang}` };
worker.importScripts = (address) => vm.runInContext(readFileSync(join(assets, address), "utf-8"), worker);
worker.importScripts(program);
if (told.pop()?.type !== READY) throw new Error("the worker does not say that it is ready");

const answers = JSON.parse(readFileSync(0, "utf-8")).map((query) => {
  worker.onmessage({ data: { type: QUERY, data: query } });
  const { type, data } = told.pop();
  if (type !== RESULT || told.length) throw new Error(`one answer is expected to ${query.slice(0, 99)}`);
  return { items: data.items.map((item) => item.map(({ location }) => location)), sure: data.sure, elsewhere: data.elsewhere };
});
process.stdout.write(JSON.stringify(answers));
