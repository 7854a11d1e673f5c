// Six conveniences; every page reads and links without them.

// The language toggle keeps the place and the filters: /measures/7/#s2 leads to /en/measures/7/#s2.
for (const toggle of document.querySelectorAll(".language-toggle, .foreign__link")) {
  const address = toggle.getAttribute("href");
  const keepPlace = () => toggle.setAttribute("href", address + location.search + location.hash.replace(/^(#s\d+)-\d+$/, "$1"));
  for (const turned of ["pointerdown", "focus", "click"]) toggle.addEventListener(turned, keepPlace);
  addEventListener("hashchange", keepPlace);
  keepPlace();
}

// The line for readers of the other language is gone once it has been followed or closed.
for (const way of document.querySelectorAll(".foreign__link, .foreign__close")) {
  way.addEventListener("click", () => choose("language_line", "seen"));
}

// What prints the page is offered where the browser can.
for (const button of window.print ? document.querySelectorAll("[data-print]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Whoever opens the other language beside a text finds it open on the next page as well; so does who comes by ?both.
const both = document.querySelectorAll("details.both");
const turn = (details, open) => details.classList.toggle("both--closed", !open);
for (const details of both) {
  // A whole section is long: it opens only where somebody asks for it.
  const whole = details.classList.contains("both--whole");
  if (!whole && (chosen("both") === "open" || new URLSearchParams(location.search).has("both"))) details.open = true;
  turn(details, details.open);
  details.querySelector("summary").addEventListener("click", () => {
    // The click is heard before the disclosure turns.
    turn(details, !details.open);
    if (!whole) choose("both", details.open ? "closed" : "open");
  });
}

// A finger's first tap on a term shows its explanation, the second follows the link; Esc puts the explanation away.
for (const term of document.querySelectorAll(".term")) {
  const name = term.querySelector(".term__name");
  const card = term.querySelector(".term__card");
  let shown = false;
  name.addEventListener("pointerdown", () => { shown = document.activeElement === name; });
  name.addEventListener("click", (event) => {
    if (event.pointerType !== "touch" || shown) return;
    event.preventDefault();
    name.focus();
  });
  // An explanation must be seen whole, and must not hide what it explains.
  name.addEventListener("focus", () => {
    const [word, text] = [name, card].map((element) => element.getBoundingClientRect());
    if (text.bottom > innerHeight || (text.top < word.bottom && word.top < text.bottom)) name.scrollIntoView({ block: "center" });
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") term.classList.add("term--dismissed");
  });
  for (const again of ["pointerenter", "focusin"]) {
    term.addEventListener(again, () => term.classList.remove("term--dismissed"));
  }
}

// The menu, and in it how the page is displayed: text size and colors. It closes by Esc and when somebody turns elsewhere.
const menu = document.querySelector(".menu");
const panel = menu.querySelector(".display");
const checkChosen = () => { for (const name of ["text_size", "colors"]) panel.elements[name].value = chosen(name); };
checkChosen();
panel.addEventListener("change", ({ target }) => choose(target.name, target.value));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showAsChosen);
// A page that comes back as it was left is shown as was chosen since.
addEventListener("pageshow", () => {
  showAsChosen();
  checkChosen();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("click", ({ target }) => { if (!menu.contains(target)) menu.open = false; });
menu.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
});
document.documentElement.classList.add("display-ready");
