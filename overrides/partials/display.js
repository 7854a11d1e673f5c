/* Shows the page as its reader has chosen, before any of it is seen; site.js calls it again when the choice changes. */
window.kept = (() => {
  // A browser that keeps nothing for a site, by its settings, throws.
  try { return localStorage; } catch { return {}; }
})();
window.chosen = (name, first) => kept[`plansite.${name}`] ?? first;
window.showAsChosen = () => {
  const colors = chosen("colors", "auto");
  const dark = colors === "dark" || (colors === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.replace("no-js", "js");
  document.documentElement.dataset.textSize = chosen("text_size", "normal");
  document.documentElement.dataset.colors = dark ? "dark" : "light";
};
showAsChosen();
