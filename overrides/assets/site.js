// Four conveniences; every page reads and links without them.

// The language toggle keeps the place in the page: /measures/7/#s2 leads to /en/measures/7/#s2.
for (const toggle of document.querySelectorAll(".language-toggle")) {
  const address = toggle.getAttribute("href");
  const keepPlace = () => toggle.setAttribute("href", address + location.hash);
  addEventListener("hashchange", keepPlace);
  keepPlace();
}

// The sign beside a sentence copies its full address and says so.
for (const anchor of document.querySelectorAll("a.anchor[data-copied]")) {
  anchor.addEventListener("click", async () => {
    if (!navigator.clipboard) return;
    await navigator.clipboard.writeText(anchor.href);
    const said = document.createElement("span");
    said.className = "copied";
    said.setAttribute("role", "status");
    said.textContent = anchor.dataset.copied;
    anchor.after(said);
    setTimeout(() => said.remove(), 3000);
  });
}

// Whoever opens the other language beside the text finds it open on the next page as well.
const both = document.querySelectorAll("details.both");
const memory = (() => {
  // A browser that keeps nothing for a site, by its settings, throws.
  try { return localStorage; } catch { return undefined; }
})();
const remembered = "plansite.both";
const turn = (details, open) => details.classList.toggle("both--closed", !open);
for (const details of both) {
  if (memory?.getItem(remembered) === "open") details.open = true;
  turn(details, details.open);
  details.querySelector("summary").addEventListener("click", () => {
    // The click is heard before the disclosure turns.
    const open = !details.open;
    memory?.setItem(remembered, open ? "open" : "closed");
    for (const other of both) {
      turn(other, open);
      if (other !== details) other.open = open;
    }
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
