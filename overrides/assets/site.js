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
    said.addEventListener("animationend", () => said.remove());
  });
}

// Anything marked as a way to the search box opens it, by mouse or keyboard.
const searchOpen = document.getElementById("__search");
const searchBox = document.querySelector("[data-md-component=search-query]");
const openSearch = (event) => {
  if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  if (!searchOpen.checked) searchOpen.click();
  searchBox.focus();
};
for (const control of document.querySelectorAll("[data-open-search]")) {
  control.addEventListener("click", openSearch);
  control.addEventListener("keydown", openSearch);
}

// Material searches on keyup; text that comes without a key (pasted, dictated, written by hand) is searched as well.
searchBox.addEventListener("input", () => searchBox.dispatchEvent(new KeyboardEvent("keyup")));
