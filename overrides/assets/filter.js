// Filters the list of all measures, which without it is simply complete. The choice is kept in the address.
"use strict"; // so that nothing in the block is seen by the search, which is loaded into the same page

{
  const form = document.querySelector(".filters");
  const said = form.querySelector("[role=status]");
  const reset = form.querySelector("[type=reset]");
  const printer = form.querySelector(".filters__print");
  const told = document.querySelector(".filters-told");
  const chips = form.querySelector(".filters__chosen");
  const more = form.querySelector(".filters__more");
  const textBox = form.elements.text;
  const cards = [...document.querySelectorAll(".card[data-number]")];
  const CHOICES = ["topic", "audience", "unit", "theme", "section", "firm", "figures"]; // each is a data attribute of the cards and a published query parameter
  for (const option of form.querySelectorAll("option:not([value=''])")) option.dataset.text = option.text;
  const fill = (format, words) => format.replace(/\{(\w+)\}/g, (_, name) => words[name]);

  let found; // the numbers of the measures that the search finds for the text, or undefined where there is none
  let failed = false; // whether the search could not be loaded to find them

  /** Whether a card meets the choices, apart from that of one name. */
  function meets(card, chosen, except) {
    return (!found || found.has(card.dataset.number))
      && CHOICES.every((name) => name === except || !chosen[name] || card.dataset[name]?.split(" ").includes(chosen[name]));
  }

  /** What is chosen, {topic: "taxation", ...}. */
  const choices = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim() !== ""));

  /** A choice in words: Theme: Market. */
  function words([name, value]) {
    const field = form.elements[name];
    const title = form.querySelector(`[for="${field.id}"]`).firstChild.textContent.trim();
    if (field.type === "checkbox") return title;
    return fill(told.dataset.choice, { title, text: field.selectedOptions ? field.selectedOptions[0].dataset.text : value.trim() });
  }

  /** Show each choice with a button that takes it back; where nothing meets them all, with what would be left without it. */
  function showChosen(chosen, left) {
    chips.replaceChildren(...Object.entries(chosen).filter(([name]) => name !== "text").map((choice) => {
      const button = document.createElement("button");
      const without = cards.filter((card) => meets(card, chosen, choice[0])).length;
      Object.assign(button, { type: "button", className: "chip", textContent: left ? `${words(choice)} ✕` : "" });
      const label = fill(left ? chips.dataset.remove : chips.dataset.without, { title: words(choice), n: without });
      if (left) button.setAttribute("aria-label", label); else button.textContent = label;
      button.addEventListener("click", () => {
        const field = form.elements[choice[0]];
        if (field.type === "checkbox") field.checked = false; else field.value = "";
        show();
        keep("pushState");
        said.focus({ preventScroll: true });
      });
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
    chips.hidden = !chips.children.length;
  }

  /** The choices as a sentence, for paper: 2 of 58 measures: Theme: Market; Keywords: tax. */
  function sentence(chosen, left) {
    const texts = Object.entries(chosen).map(words);
    return fill(told.dataset.format, { n: left, all: cards.length, text: texts.join(told.dataset.comma) });
  }

  /** Show the measures that meet all choices, and with each option how many it would leave. */
  function show() {
    const chosen = choices();
    let left = 0;
    for (const card of cards) {
      card.hidden = !meets(card, chosen);
      left += !card.hidden;
    }
    // A section or theme of which nothing is left goes with its heading.
    for (const group of document.querySelectorAll(".group__section, .group")) group.hidden = !group.querySelector(".card:not([hidden])");
    const any = Object.keys(chosen).length > 0;
    const format = failed ? "failed" : left === 0 ? "none" : any ? "some" : "all";
    said.textContent = fill(said.dataset[format], { n: left, all: cards.length });
    told.textContent = failed ? said.textContent : any ? sentence(chosen, left) : "";
    showChosen(chosen, left);
    reset.hidden = !any;
    printer.hidden = !any || !window.print;
    document.body.classList.toggle("filtered", any);
    for (const select of form.querySelectorAll("select")) {
      const others = cards.filter((card) => meets(card, chosen, select.name));
      for (const option of select.querySelectorAll("[data-text]")) {
        const count = others.filter((card) => card.dataset[select.name].split(" ").includes(option.value)).length;
        option.text = fill(select.dataset.format, { text: option.dataset.text, n: count });
        option.disabled = count === 0 && !option.selected;
      }
    }
    if (!form.elements.figures) return; // a site may not offer it
    const count = form.querySelector(".filters__count");
    const withTargets = cards.filter((card) => meets(card, chosen, "figures") && card.dataset.figures).length;
    count.textContent = fill(count.dataset.format, { n: withTargets });
    form.elements.figures.disabled = withTargets === 0 && !form.elements.figures.checked;
  }

  /** Find the text, which may be everyday words, by the search of the site; until it is loaded the text leaves all. */
  async function find() {
    const text = textBox.value.trim();
    let loaded = !text;
    if (text) loaded = await window.loadSearch().then(() => true, () => false);
    if (text !== textBox.value.trim()) return;
    failed = !loaded;
    found = text && loaded ? new Set(window.measuresFor(text, document.documentElement.lang.slice(0, 2))) : undefined;
    show();
  }

  /** Take the choices from the address, as on the first visit and on the way back. */
  function restore() {
    const address = new URLSearchParams(location.search);
    // A form leaves out an option that is disabled, even when it is chosen.
    for (const option of form.querySelectorAll("option")) option.disabled = false;
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = address.get(field.name) === field.value;
      else if (field.name) field.value = address.get(field.name) ?? "";
      // What the address names and the plan does not have is no choice.
      if (field.selectedIndex === -1) field.value = "";
    }
    found = undefined;
    show();
    find();
  }

  /** Put the choices into the address: a choice is a step to go back to, a letter typed is none. */
  function keep(step) {
    const address = new URL(location);
    address.search = new URLSearchParams(choices());
    if (address.href === location.href) return;
    history[step](null, "", address);
  }

  /** Put every sentence of a measure into its card, for paper, from the page of the whole notice. */
  function quote(card, whole) {
    const sentences = document.createElement("ol");
    for (const sentence of whole.querySelector(`#measure-${card.dataset.number} ~ p:not([class])`).querySelectorAll(".sentence, .original")) {
      const item = sentences.appendChild(document.createElement("li"));
      item.textContent = sentence.textContent;
      item.lang = sentence.lang;
    }
    const quoted = document.createElement("div");
    quoted.className = "card__sentences";
    quoted.append(sentences);
    card.querySelector(".card__units").after(quoted);
  }

  printer.addEventListener("click", async () => {
    try {
      if (!document.querySelector(".card__sentences")) {
        const page = await fetch(printer.dataset.text).then((answer) => answer.text());
        // Its head has styles, which this page may not apply.
        const whole = new DOMParser().parseFromString(page.slice(page.indexOf("<main")), "text/html");
        for (const card of cards) quote(card, whole);
      }
    } catch {
      said.textContent = printer.dataset.failed;
      return;
    }
    print();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.isComposing) return;
    if (event.target === textBox) find(); else show();
    keep(event.target === textBox ? "replaceState" : "pushState");
  });
  textBox.addEventListener("compositionend", () => {
    find();
    keep("replaceState");
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of form.elements) {
      field.checked = false;
      if (field.name && field.type !== "checkbox") field.value = "";
    }
    find();
    keep("pushState");
    textBox.focus();
  });
  addEventListener("popstate", restore);
  // On a phone the filters are closed until somebody asks for them.
  const room = matchMedia("(min-width: 761px)");
  const arrange = () => { more.open = room.matches; };
  arrange();
  room.addEventListener("change", arrange);
  restore();
  document.documentElement.classList.add("filters-ready");
}
