/* Shows the page as its reader has chosen, before any of it is seen; site.js calls it again when the choice changes. */
{
  const DEFAULTS = { colors: "auto", text_size: "normal" };
  const page = {}; // what is chosen on this page where the browser keeps nothing: it may forbid that, have no storage, or be full
  window.chosen = (name) => {
    try { return page[name] ?? localStorage[`plansite.${name}`] ?? DEFAULTS[name]; } catch { return DEFAULTS[name]; }
  };
  window.choose = (name, value) => {
    page[name] = value;
    showAsChosen();
    try {
      localStorage[`plansite.${name}`] = value;
      delete page[name];
    } catch { /* The choice holds on this page. */ }
  };
  const { lang } = document.documentElement;
  const asksFor = (language) => navigator.languages.some((tag) => tag.toLowerCase().startsWith(language));
  /* Whether the browser says that the other language is its reader's, and this one is not. */
  const isForeign = () => navigator.languages?.length > 0 && (lang === "en" ? asksFor("zh") && !asksFor("en") : !asksFor("zh"));
  window.showAsChosen = () => {
    const colors = chosen("colors");
    const dark = colors === "dark" || (colors === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.textSize = chosen("text_size");
    document.documentElement.dataset.colors = dark ? "dark" : "light";
    document.documentElement.classList.toggle("is-foreign", isForeign() && chosen("language_line") !== "seen");
  };
  showAsChosen();
  /* Below the browsers that are supported this script is not read at all, and what needs scripts takes no room. */
  document.documentElement.classList.replace("no-js", "js");
  document.documentElement.classList.add("scripted");
}
