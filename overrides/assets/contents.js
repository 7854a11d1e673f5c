// The contents of a long page: open where there is room beside it, closed behind a button on a phone; the place is marked.
"use strict";

for (const contents of document.querySelectorAll(".contents")) {
  const room = matchMedia("(min-width: 1000px)");
  const links = [...contents.querySelectorAll("a")];
  const places = links.map((link) => document.getElementById(link.hash.slice(1)));
  const arrange = () => { contents.open = room.matches; };

  /** Mark the last entry whose place has been scrolled past, and keep it in sight. */
  function mark() {
    const passed = places.filter((place) => place.getBoundingClientRect().top < 96);
    const at = passed.length - 1;
    links.forEach((link, i) => {
      if (i === at) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
    const list = contents.querySelector("nav");
    const current = links[at];
    if (current && room.matches) list.scrollTop = current.offsetTop - list.clientHeight / 2;
  }

  arrange();
  contents.classList.add("contents--ready");
  room.addEventListener("change", arrange);
  contents.addEventListener("click", ({ target }) => { if (target.closest("a") && !room.matches) contents.open = false; });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || room.matches || !contents.open) return;
    contents.open = false;
    contents.querySelector("summary").focus();
  });
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();
}
