// The plan map as one stop of the Tab key: arrows go from square to square, across and up and down as one sees them.
"use strict";

for (const map of document.querySelectorAll(".plan-map")) {
  const links = [...map.querySelectorAll("a")];
  const stop = (link) => { for (const other of links) other.tabIndex = other === link ? 0 : -1; };
  const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const middle = (link) => {
    const { left, right, top, bottom } = link.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };

  /** The nearest link in a direction: what lies off to the side is farther. */
  function next(from, [across, down]) {
    const [x, y] = middle(from);
    const distances = links.map((link) => {
      const [dx, dy] = [middle(link)[0] - x, middle(link)[1] - y];
      const ahead = dx * across + dy * down;
      return { link, far: ahead > 1 ? ahead + 3 * Math.abs(dx * down + dy * across) : Infinity };
    });
    return distances.reduce((best, other) => (other.far < best.far ? other : best), { link: from, far: Infinity }).link;
  }

  stop(map.querySelector(".plan-map__cells a"));
  map.addEventListener("focusin", ({ target }) => stop(target));
  map.addEventListener("keydown", (event) => {
    if (!STEPS[event.key]) return;
    event.preventDefault();
    next(document.activeElement, STEPS[event.key]).focus();
  });
}
