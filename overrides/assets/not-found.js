// Offers the measure whose number stands in an address that does not exist.
"use strict";

{
  const number = Number((location.pathname.match(/\d+/g) || []).pop());
  for (const offer of document.querySelectorAll(".not-found__measure")) {
    if (!(number >= 1 && number <= offer.dataset.last)) continue;
    const link = offer.querySelector("a");
    link.href = `${offer.dataset.address.replace(/\/?$/, "/")}${number}/`;
    link.textContent = link.textContent.replace("{n}", number);
    offer.hidden = false;
  }
}
