// Choosing many offices: type to narrow, one button for all that are shown. Without scripts the plain list works.
"use strict";
for (const box of document.querySelectorAll("[data-pick]")) {
  const labels = [...box.querySelectorAll("label")];
  const tools = box.querySelector(".pick-tools");
  const [search, all] = [tools.querySelector("input"), tools.querySelector("button")];
  tools.hidden = false;
  search.addEventListener("input", () => {
    const text = search.value.trim();
    for (const label of labels) label.hidden = !label.textContent.includes(text);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  all.addEventListener("click", () => {
    for (const label of labels) if (!label.hidden) label.querySelector("input").checked = true;
  });
}
