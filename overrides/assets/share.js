// Passes a sentence on: copies it with its source, its link or a citation, or hands it to the apps of the device.
"use strict";

{
  const dialog = document.querySelector(".share");
  const { dataset } = dialog;
  const heading = dialog.querySelector("h2");
  const box = dialog.querySelector("textarea");
  const said = dialog.querySelector("[role=status]");
  const fill = (format, words) => format.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  const lang = document.documentElement.lang;
  const issuers = dataset.issuers.split("\n");
  const isoDay = (date) => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  const written = (day) => new Date(day).toLocaleDateString(lang === "en" ? "en-US" : "zh-CN", { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
  // Where the site is published, though the page may have been saved or come from elsewhere.
  const canonical = document.querySelector("link[rel=canonical]");
  let opener; // the link whose sentence is passed on
  let facts; // of this sentence: what the patterns of labels.yaml name

  /** The element with the sentence that a link leads to: its statements on this page, or what the link stands in. */
  function sentenceOf(link) {
    const id = link.getAttribute("href").match(/^#(.*)/);
    return (id && document.getElementById(id[1]).querySelector(".statements")) || link.parentElement;
  }

  /** The words of this sentence, without what is no part of them. */
  function wordsOf(link) {
    const copy = sentenceOf(link).cloneNode(true);
    for (const other of copy.querySelectorAll(".pass-on, .firms, .quote__place, .term__card")) other.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  function factsOf(link) {
    const url = new URL(link.getAttribute("href"), canonical ? canonical.href : location.href);
    url.search = "";
    const today = isoDay(new Date());
    return {
      words: wordsOf(link), place: link.dataset.place, url: url.href, path: url.href.split("/").slice(-3).join("-"),
      title: dataset.title, issuers: issuers.join(dataset.comma), date: written(dataset.date),
      remark: dataset.remark, today: written(today), isoToday: today,
    };
  }

  // Within quotation marks those of the sentence become single ones.
  const quotable = (words) => words.replace(/“/g, "‘").replace(/”/g, "’").replace(/"/g, "'");

  const TEX = { "\\": "\\textbackslash{}", "{": "\\textbraceleft{}", "}": "\\textbraceright{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
  const tex = (text) => text.replace(/[\\{}~^$&#_%]/g, (sign) => TEX[sign] || `\\${sign}`);

  function bibtex() {
    const [year, month, day] = dataset.date.split("-").map(Number);
    const key = `${dataset.id}-${facts.path}`.replace(/[^\w]+/g, "-");
    const fields = {
      author: issuers.map((issuer) => `{${tex(issuer)}}`).join(" and "), title: `{${tex(facts.title)}}`, year, month, day,
      howpublished: tex(facts.place), note: tex(facts.remark + facts.words), url: facts.url, urldate: facts.isoToday, language: lang,
    };
    return [`@misc{${key},`, ...Object.entries(fields).map(([name, value]) => `  ${name} = {${value}},`), "}\n"].join("\n");
  }

  function ris() {
    const fields = [
      // As an author each issuer would be parted at its comma, into a family name and a given one.
      ["TY", "GOVDOC"], ["TI", facts.title], ["PB", facts.issuers], ["PY", dataset.date.slice(0, 4)], ["DA", dataset.date.replace(/-/g, "/")],
      ["SE", facts.place], ["AB", facts.words], ["N1", facts.remark.trim()], ["LA", lang], ["UR", facts.url], ["Y2", facts.isoToday.replace(/-/g, "/")],
    ];
    return [...fields.filter(([, value]) => value).map(([tag, value]) => `${tag}  - ${value}`), "ER  - \n"].join("\n");
  }

  const source = () => fill(dataset.source, facts).trim();
  const TEXTS = {
    sentence: () => `${facts.words}\n${source()}\n${facts.url}`,
    link: () => facts.url,
    plain: () => fill(dataset.citation, { ...facts, words: quotable(facts.words) }),
    bibtex, ris,
  };

  /** Put a text into the box, which grows with it. */
  function fillBox(text) {
    box.value = text;
    box.rows = 3;
    while (box.rows < 14 && box.scrollHeight > box.clientHeight) box.rows += 1;
  }

  /** Show a text, selected, and say so where it has to be copied by hand. */
  function leaveToTheReader(text) {
    fillBox(text);
    said.textContent = dataset.byHand;
    box.focus();
    box.setSelectionRange(0, text.length);
    box.scrollTop = 0;
  }

  async function copy(text) {
    fillBox(text);
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = dataset.copied;
    } catch {
      leaveToTheReader(text);
    }
  }

  async function share() {
    try {
      await navigator.share({ title: facts.title, text: `${facts.words}\n${source()}`, url: facts.url });
    } catch (error) {
      if (error.name !== "AbortError") leaveToTheReader(TEXTS.sentence());
    }
  }

  function open(link) {
    opener = link;
    facts = factsOf(link);
    const label = fill(dataset.label, facts);
    dialog.setAttribute("aria-label", label);
    heading.textContent = label;
    box.lang = (sentenceOf(link).querySelector(".original") || link).closest("[lang]").lang;
    said.textContent = "";
    dialog.showModal();
    fillBox(TEXTS.sentence());
  }

  if (dialog.showModal) {
    dialog.hidden = false;
    dialog.querySelector("[name=share]").hidden = !navigator.share;
    for (const link of document.querySelectorAll(".pass-on")) {
      // A link is named by where it leads; now it does more.
      link.dataset.place = link.getAttribute("aria-label");
      link.setAttribute("aria-label", fill(dataset.label, link.dataset));
      link.setAttribute("aria-haspopup", "dialog");
    }
    addEventListener("click", (event) => {
      const link = event.target.closest(".pass-on");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open(link);
    });
    dialog.addEventListener("click", ({ target }) => {
      const { name } = target;
      // What is outside the panel is the dialog's backdrop.
      if (target === dialog || name === "close") dialog.close();
      else if (name === "share") share();
      else if (TEXTS[name]) copy(TEXTS[name]());
    });
    dialog.addEventListener("close", () => opener.focus({ preventScroll: true }));
  }
}
