/* Lets Chinese headings break between words, not within them; right below the text, so that no heading moves once seen. */
if (Intl.Segmenter) {
  const segmenter = new Intl.Segmenter("zh", { granularity: "word" });
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, .card__title")) {
    heading.classList.add("words");
    const nodes = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (nodes.nextNode()) texts.push(nodes.currentNode);
    for (const text of texts) {
      const parts = [...segmenter.segment(text.data)];
      // No line begins with a closing mark or ends with an opening one; beside figures the page sets a space.
      const opens = ({ segment, isWordLike }, i) => i > 0 && isWordLike && !/^\w/.test(segment) && !/[“‘（《［\w]$/.test(parts[i - 1].segment);
      text.replaceWith(...parts.flatMap((part, i) => (opens(part, i) ? [document.createElement("wbr"), part.segment] : [part.segment])));
    }
  }
}
