// This module loads the parts of the search (overrides/assets/search/) into Node, without a browser and without a build.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const FOLDER = new URL("../../overrides/assets/search/", import.meta.url);
const PARTS = ["text", "index", "query", "score", "results", "worker"];

/** An index of three measures, a unit, a topic, an answer and something unanswered, in the form of search_index.py. */
export const SMALL = {
  documents: [
    {
      kind: "measure", location: "measures/1/", title: "第1条 简化开办企业", about: "政务", names: ["1", "一"],
      texts: { section: ["开办企业"], keyword: ["注册公司", "开公司"], sentence: ["企业开办在一个工作日内办结。", "免费刻制公章。"] },
    },
    {
      kind: "measure", location: "measures/2/", title: "第2条 不动产登记", about: "政务", names: ["2", "二"],
      texts: { section: ["登记"], keyword: ["过户"], sentence: ["不动产登记一窗受理，企业另设窗口。", "与 business license 关联。"] },
    },
    {
      kind: "measure", location: "measures/3/", title: "第3条 人才公寓", about: "社会", names: ["3", "三"],
      texts: { section: ["人才"], keyword: ["租房"], sentence: ["提供人才公寓。"] },
    },
    {
      kind: "unit", location: "units/tax/", title: "区税务局", about: "部门",
      texts: { title: ["区税务局", "相城区税务局"], keyword: ["地税"] }, measures: ["measures/2/"],
    },
    { kind: "topic", location: "topics/start/", title: "企业开办", about: "办事问题", texts: { title: ["企业开办"] } },
    { kind: "term", title: "人才公寓", about: "术语表" },
    { kind: "unanswered", title: "护照", about: "一般由公安机关办理。", texts: { title: [], phrase: ["补办护照", "公寓租金"] } },
    { kind: "answer", location: "questions/#force", title: "还有效吗？", texts: { sentence: ["通知没有写明期限。"] }, names: ["有效"] },
  ],
  synonyms: [["营业执照", "开办企业"], ["房产证", "不动产登记"]],
  stops: { zh: ["怎么办", "如何", "吗", "的"], en: ["how", "to", "the"] },
  subject: ["这份", "方案", "还"],
  simplified: "動动產产",
  readings: { common: "", others: { gong: "公工", yu: "寓遇", ren: "人", cai: "才", deng: "登", ji: "记" } },
  levels: ["区", "区委"],
  groups: { measure: "措施", unit: "部门", other: "其他页面", possible: "可能相关" },
  sentence: "第{n}句", answer: "本站的回答", reason: "按搜索词找到：{text}",
};

/** An index of two measures in English. */
export const ENGLISH = {
  ...SMALL,
  documents: [
    {
      kind: "measure", location: "measures/1/", title: "Measure 1: Start a business", about: "Services", names: ["1", "one"],
      texts: { section: ["Starting"], keyword: ["set up a company"], sentence: ["Hire foreign engineers through one follow-up window."] },
    },
    {
      kind: "measure", location: "measures/3/", title: "Measure 3: Talent apartments", about: "Society", names: ["3", "three"],
      texts: { section: ["Talent"], keyword: ["rent a flat"], sentence: ["Investors and licensed planners find apartments."] },
    },
  ],
  synonyms: [["permit", "window"]], simplified: "", readings: {}, levels: ["district"],
};

/**
 * Return a function that evaluates code in the search, with these indexes.
 *
 * `edits` are [part, old, new]: the search without a rule, say. What stands there not exactly once is an error.
 */
export function load(indexes = { zh: SMALL, en: ENGLISH }, edits = []) {
  const context = vm.createContext({ TextDecoder, URLSearchParams });
  context.self = context;
  for (const part of PARTS) {
    let source = readFileSync(new URL(`${part}.js`, FOLDER), "utf-8");
    for (const [, from, to] of edits.filter(([name]) => name === part)) {
      if (source.split(from).length !== 2) throw new Error(`${part}.js does not have exactly once: ${from}`);
      source = source.replace(from, () => to);
    }
    vm.runInContext(source, context, { filename: `${part}.js` });
  }
  Object.assign(context.indexes, indexes);
  return (code, values = {}) => vm.runInContext(code, Object.assign(context, values));
}

/** Return what another realm made as plain data, which can be compared. */
export const plain = (value) => JSON.parse(JSON.stringify(value));
