// Small behaviours shared by all pages; everything works without them.
"use strict";
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.me[open]"))
    if (!open.contains(event.target)) open.removeAttribute("open");
});
// a form sent twice is sent once
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
  setTimeout(() => { delete form.dataset.sent; }, 8000);
});
// rows of links that are wider than a phone begin at the one that is open
for (const here of document.querySelectorAll(".rooms [aria-current], .beside [aria-current], .tabs [aria-current]")) {
  const row = here.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
