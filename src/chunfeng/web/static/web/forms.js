// The room of forms. Without it everything still works: every button sends the page and brings it back.
"use strict";
document.documentElement.classList.add("js");
(() => {
  let last = null;
  document.addEventListener("focusin", (event) => { if (event.target.matches(".f-rule")) last = event.target; });
  document.addEventListener("change", (event) => {
    const of = event.target.dataset.typeOf;
    if (of) document.getElementById(of).dataset.type = event.target.value;
    // an office that was found and ticked joins the chosen ones
    const found = event.target.closest("[data-found]");
    if (found && event.target.checked) {
      const chosen = document.getElementById(found.dataset.found);
      const twin = [...chosen.querySelectorAll("input")].find((each) => each.value === event.target.value);
      if (twin) { twin.checked = true; event.target.closest("label").remove(); }
      else chosen.append(event.target.closest("label"));
    }
  });
  const pick = (event) => {
    const button = document.getElementById(event.target.dataset.picks || "");
    if (button) button.checked = true;
  };
  document.addEventListener("input", pick);
  document.addEventListener("click", (event) => {
    const code = event.target.closest("[data-insert]");
    const field = last && last.isConnected ? last : document.querySelector(".f-rule");
    if (code && field) {
      field.setRangeText(code.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.focus();
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    // a link to a field opens what hides it
    const link = event.target.closest('a[href^="#"]');
    const goal = link && document.getElementById(link.getAttribute("href").slice(1));
    if (goal) {
      for (let box = goal.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      const input = goal.matches("input, select, textarea") ? goal : goal.querySelector("input:not([type=hidden]), select, textarea");
      if (input) setTimeout(() => input.focus(), 0);
    }
  });
  // Enter in the search for an office looks, it does not send
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[type=search][hx-get]")) event.preventDefault();
  });
  // a refusal (422) is shown in place, with everything that was typed
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422 && event.detail.target.id === "editor") {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
})();
