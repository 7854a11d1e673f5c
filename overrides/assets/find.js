// Finds terms of the glossary while somebody types.
"use strict";

{
  const field = document.querySelector(".find");
  const box = field.querySelector("input");
  const said = field.querySelector("[role=status]");
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const terms = [...document.querySelectorAll(".group .glossary dt")].map((name) => {
    const note = name.nextElementSibling;
    return { name, note, text: plain(`${name.textContent} ${note.firstChild.textContent}`) };
  });

  function find() {
    const sought = plain(box.value.trim());
    let left = 0;
    for (const { name, note, text } of terms) {
      const hidden = !text.includes(sought);
      name.hidden = hidden;
      note.hidden = hidden;
      left += !hidden;
    }
    for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector("dt:not([hidden])");
    said.textContent = left ? "" : said.dataset.none;
  }

  field.hidden = false;
  // The search leads to a term by its name.
  box.value = new URLSearchParams(location.search).get("find") ?? "";
  if (box.value) find();
  box.addEventListener("input", (event) => { if (!event.isComposing) find(); });
  box.addEventListener("compositionend", find);
}
