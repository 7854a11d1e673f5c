// The search box: starts the search when somebody turns to it, and says what Material's result list has no words for.
// It is loaded before Material's script, which takes it for the worker it starts on every page.

const READY = 1, QUERY = 2, RESULT = 3; // the messages between Material and its search worker
const search = document.querySelector("[data-md-component=search]");
const searchOpen = document.getElementById("__search");
const searchBox = search.querySelector("[data-md-component=search-query]");
const searchStatus = search.querySelector(".search__said");
const list = search.querySelector(".md-search-result__list");
const nothing = search.querySelector(".search-nothing");
const elsewhere = search.querySelector(".search__elsewhere");
const instead = search.querySelector(".search-nothing__instead");
let groups = []; // of the results in the list: [title, number of results]
let composing = false; // whether an input method is at work in the box

const engine = new URL(JSON.parse(document.getElementById("__config").text).search, document.baseURI);
const root = new URL(JSON.parse(document.getElementById("__config").text).base + "/", document.baseURI);
const loading = new Map(); // of each script, whether it has come
/** Load the search into the page itself, for a site opened from a folder and for the filters; what failed is tried anew. */
window.loadSearch = () => Promise.all([
  [engine, () => window.measuresFor],
  ["../search/zh.js", () => window.indexes?.zh],
  ["../search/en.js", () => window.indexes?.en],
].map(([name, given]) => {
  if (!loading.has(name)) {
    loading.set(name, new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.onerror = () => { loading.delete(name); failed(); };
      // A script that the browser cannot read comes all the same.
      script.onload = () => (given() ? loaded() : script.onerror());
      Object.assign(script, { src: new URL(name, engine), async: false });
      document.head.append(script);
    }));
  }
  return loading.get(name);
}));

const NativeWorker = window.Worker;
/** Stands in for a worker and starts the real one when the box is first used: until then nothing is fetched. */
class PatientWorker extends EventTarget {
  constructor(address) {
    super();
    this.address = new URL(address, document.baseURI);
    // Browsers refuse workers to a site opened from a folder; it is searched in the page.
    const start = location.protocol === "file:" ? this.startInPage : this.startWorker;
    searchBox.addEventListener("focus", () => start.call(this), { once: true });
    // By now both Material's script and this one are there.
    document.documentElement.classList.add("search-ready");
  }

  postMessage({ data: query }) { this.ask(query); }

  startWorker() {
    const worker = new NativeWorker(this.address);
    this.ask = (query) => worker.postMessage({ type: QUERY, data: query });
    worker.onmessage = ({ data: { type, data } }) => this.tell(type, data);
    worker.onerror = sayFailed;
  }

  startInPage() {
    const lang = this.address.searchParams.get("lang");
    this.ask = (query) => {
      const found = window.answer(query, lang);
      // Nobody there turns the address of a folder into that of its page.
      for (const result of [...found.items.flat(), ...found.instead]) result.location = result.location.replace(/\/(?=#|$)/, "/index.html");
      this.tell(RESULT, found);
    };
    window.loadSearch().then(() => this.tell(READY), sayFailed);
  }

  tell(type, data) {
    if (type === READY && composing) {
      // Material would search for the text in the box.
      searchBox.addEventListener("compositionend", () => this.tell(type), { once: true });
      return;
    }
    const inside = search.contains(document.activeElement);
    groups = data?.groups ?? [];
    this.dispatchEvent(new MessageEvent("message", { data: { type, data } }));
    // A result that has the focus and gives way to others leaves it to the box.
    if (inside && !search.contains(document.activeElement)) searchBox.focus();
    if (type === RESULT) say(data);
  }
}
window.Worker = PatientWorker;

function sayFailed() { searchStatus.textContent = searchStatus.dataset.failed; }

/** Say where nothing is sure or the plan says nothing, and show other ways to go on where there is no result. */
function say({ items, sure, unanswered, instead: pages, elsewhere: count }) {
  nothing.hidden = items.length > 0 || searchBox.value.trim() === "";
  if (unanswered) searchStatus.textContent = searchStatus.dataset.unanswered.replace("{text}", () => unanswered.title) + unanswered.about;
  else if (items.length && !sure) searchStatus.textContent = searchStatus.dataset.possible;
  elsewhere.hidden = count === 0;
  elsewhere.textContent = (count === 1 ? elsewhere.dataset.one : elsewhere.dataset.other).replace("{n}", count);
  const address = new URL(document.querySelector(".language-toggle").href);
  address.hash = "";
  address.searchParams.set("q", searchBox.value);
  elsewhere.href = address;
  instead.replaceChildren(...pages.map(({ title, location: page }) => {
    const link = document.createElement("a");
    return Object.assign(link, { href: new URL(page, root), textContent: title });
  }));
}

/** Put a heading before the first result of each group, and let Tab reach each; Material adds results while somebody scrolls. */
function headGroups() {
  for (const link of list.querySelectorAll("a[tabindex]")) link.removeAttribute("tabindex");
  const results = list.querySelectorAll(".md-search-result__item");
  let at = 0;
  for (const [title, count] of groups) {
    const first = results[at];
    at += count;
    if (!title || !first || first.previousElementSibling?.matches(".search-group")) continue;
    const heading = document.createElement("li");
    heading.className = "search-group";
    heading.append(Object.assign(document.createElement("h2"), { textContent: `${title} ${count}` }));
    first.before(heading);
  }
}
new MutationObserver(headGroups).observe(list, { childList: true });

// Material searches on keyup; text that comes without a key (pasted, dictated, written by hand) is searched as well.
// Syllables that an input method has not turned into characters yet are not searched.
const searchAgain = () => searchBox.dispatchEvent(new KeyboardEvent("keyup"));
searchBox.addEventListener("input", (event) => { if (!event.isComposing) searchAgain(); });
searchBox.addEventListener("compositionstart", () => { composing = true; });
searchBox.addEventListener("compositionend", () => {
  composing = false;
  searchAgain();
});
search.addEventListener("keyup", (event) => { if (event.isComposing) event.stopPropagation(); }, true);
// The box is empty only after its form has said that it is being reset.
searchBox.form.addEventListener("reset", () => setTimeout(searchAgain));

// The form leads nowhere: Enter goes to the first result, if there is one.
searchBox.form.addEventListener("submit", (event) => event.preventDefault());

// A box that has the focus is open; Material overlooks a focus that comes back at once.
searchBox.addEventListener("focus", () => { if (!searchOpen.checked) searchOpen.click(); });

// In the head it is no stop of Tab until it is open.
if (searchBox.tabIndex < 0) searchOpen.addEventListener("change", () => { searchBox.tabIndex = searchOpen.checked ? 0 : -1; });

// It closes when somebody turns elsewhere.
const close = ({ target }) => { if (searchOpen.checked && !search.contains(target)) searchOpen.click(); };
addEventListener("pointerdown", close);
addEventListener("focusin", close);

// Any button marked as a way to the search box opens it.
for (const control of document.querySelectorAll("[data-open-search]")) {
  control.addEventListener("click", () => {
    searchBox.focus();
    searchBox.select();
  });
}

// What people often look for is asked by a click; within the box it gives way to what somebody types.
for (const query of document.querySelectorAll("[data-query]")) {
  query.addEventListener("click", (event) => {
    event.preventDefault();
    searchBox.value = query.dataset.query;
    searchBox.focus();
    searchAgain();
  });
}
const often = search.querySelector(".search-often");
const showOften = () => { if (often) often.hidden = searchBox.value !== ""; };
for (const turned of ["input", "focus", "keyup"]) searchBox.addEventListener(turned, showOften);

// Esc gives the focus back to where it was.
let before = null;
search.addEventListener("focusin", ({ relatedTarget }) => {
  if (!search.contains(relatedTarget)) before = relatedTarget;
});
search.addEventListener("keydown", ({ key, isComposing }) => {
  if (key === "Escape" && !isComposing) requestAnimationFrame(() => before?.focus({ preventScroll: true }));
});

// Tab goes on to the results, with Shift back; Material would close them, and go to the box.
search.addEventListener("keydown", (event) => { if (["Tab", "Shift"].includes(event.key)) event.stopPropagation(); });

// The ways to go on are reached like results, by the arrow keys; Material knows only its own list.
search.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (nothing.hidden || !step || event.isComposing) return;
  const stops = [searchBox, ...nothing.querySelectorAll("a:not([hidden])")];
  const next = (stops.indexOf(document.activeElement) + step + stops.length) % stops.length;
  stops[next].focus();
  event.preventDefault();
  event.stopPropagation();
});
