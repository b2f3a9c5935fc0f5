// Only the questions on the way are shown, and what is said after an answer. Without this all of them are there.
"use strict";
(() => {
  const form = document.querySelector(".ct-script");
  if (!form) return;
  const box = document.getElementById("questions");
  const sections = new Map([...box.querySelectorAll("[data-code]")].map((each) => [each.dataset.code, each]));
  const walk = () => {
    const spoken = form.querySelector("[name=outcome]:checked");
    box.hidden = Boolean(spoken) && spoken.value !== "reached";
    const seen = new Set();
    let way = sections.size ? sections.keys().next().value : "end";
    while (sections.has(way) && !seen.has(way)) {
      seen.add(way);
      const section = sections.get(way);
      const chosen = section.querySelector("input[type=radio]:checked");
      const ways = new Set([...section.querySelectorAll("input[type=radio]")].map((each) => each.dataset.next));
      if (!chosen && ways.size > 1 && section.dataset.required) break; // what is asked next depends on the answer
      way = chosen ? chosen.dataset.next : section.dataset.next;
    }
    for (const [code, section] of sections) {
      section.hidden = !seen.has(code);
      const says = [...section.querySelectorAll("input:checked")].map((each) => each.dataset.say).filter(Boolean);
      const line = section.querySelector(".ct-say");
      const said = says.join(" ");
      if (line.textContent !== said) line.textContent = said;
      line.hidden = !said;
    }
  };
  form.addEventListener("change", walk);
  form.addEventListener("input", (event) => {
    const section = event.target.closest(".ct-wrong");
    if (!section) return;
    section.classList.remove("ct-wrong");
    for (const line of section.querySelectorAll(".errors")) line.remove();
    event.target.removeAttribute("aria-invalid");
  });
  form.addEventListener("submit", () => {
    // a second tap while the first is on its way sends nothing; the key would make it one record anyway
    for (const button of form.querySelectorAll("button[type=submit]")) setTimeout(() => { button.disabled = true; }, 0);
  });
  window.addEventListener("pageshow", () => {
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
  });
  walk();
  const wrong = form.querySelector(".ct-wrong:not([hidden])");
  if (wrong) wrong.scrollIntoView({ block: "center" });
})();
