// The notices room. Without it everything still works: marks and cards are links to each other, forms are forms.
"use strict";
(() => {
  document.documentElement.classList.add("js");
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const panes = document.getElementById("panes");

  // ---- the two panes
  const show = (pane) => {
    if (!panes) return;
    panes.dataset.pane = pane;
    for (const button of all("[data-pane-button]")) button.setAttribute("aria-pressed", String(button.dataset.paneButton === pane));
  };
  const light = (id) => {
    for (const old of all(".on")) old.classList.remove("on");
    for (const each of all(`[data-duty="${id}"]`)) each.classList.add("on");
  };
  const toCard = (id) => {
    const card = document.getElementById(`duty-${id}`);
    if (!card) return;
    show("read"); light(id);
    card.scrollIntoView({ block: "center" });
    card.focus({ preventScroll: true });
  };
  const toText = (id) => {
    show("text"); light(id);
    const mark = document.querySelector(`a.mark[data-duty="${id}"]`) || document.getElementById(`at-${id}`);
    scrollText(mark);
  };
  const scrollText = (mark) => {
    const box = document.getElementById("original");
    if (!mark || !box) return;
    if (getComputedStyle(box).position === "sticky") {
      const from = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
      box.scrollTo({ top: box.scrollTop + from - box.clientHeight / 3 });
    } else mark.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pane-button]");
    if (button) { show(button.dataset.paneButton); return; }
    const mark = event.target.closest("a.mark");
    if (mark) { event.preventDefault(); if (!String(getSelection())) toCard(mark.dataset.duty); return; }
    const see = event.target.closest("[data-see]");
    if (see) { event.preventDefault(); toText(see.dataset.see); return; }
    const clause = event.target.closest("[data-see-clause]");
    if (clause) {
      event.preventDefault(); show("text");
      const line = document.getElementById(`c-${clause.dataset.seeClause}`);
      for (const old of all(".line.on")) old.classList.remove("on");
      if (line) { line.classList.add("on"); scrollText(line); }
    }
  });
  // a card that gets the focus shows its words on the left (only where both panes are in view)
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest("article.duty");
    if (!card || !panes || window.innerWidth <= 900) return;
    light(card.dataset.duty);
    scrollText(document.querySelector(`a.mark[data-duty="${card.dataset.duty}"]`));
  });

  // ---- keys
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (!panes || event.ctrlKey || event.metaKey || event.altKey) return;
    const card = event.target.closest && event.target.closest("article.duty");
    if (event.key === "Escape") { const cancel = (card || document).querySelector("article.editing .cancel, .cancel"); if (cancel) cancel.click(); return; }
    if (typing(event.target)) return;
    const press = (query) => { const found = card && card.querySelector(query); if (found) { event.preventDefault(); found.click(); } };
    if (event.key === "j" || event.key === "k") {
      const cards = all("article.duty");
      const at = cards.indexOf(card || document.querySelector("article.duty.on"));
      const next = cards[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
      if (next) { event.preventDefault(); toCard(next.dataset.duty); }
    } else if (event.key === "c") press(".confirm");
    else if (event.key === "e") press(".edit-duty");
    else if (event.key === "d") press(".drop-duty");
  });

  // ---- htmx: refusals are shown, states follow, the focus stays
  const said = document.getElementById("said");
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 409) { event.detail.shouldSwap = true; event.detail.isError = false; return; }
    if ((xhr.status === 422 || xhr.status === 403) && said) {
      event.detail.shouldSwap = false; event.detail.isError = false;
      const card = event.detail.requestConfig.elt.closest("article.duty, .fact, .clause-head");
      const box = document.createElement("div");
      box.className = "refusal"; box.innerHTML = xhr.responseText;
      for (const old of all(".refusal")) old.remove();
      (card || said).prepend(box);
      box.scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("htmx:beforeRequest", () => { for (const old of all(".refusal")) old.remove(); });
  document.addEventListener("htmx:afterSettle", (event) => {
    const card = event.detail.elt.closest ? event.detail.elt.closest("article.duty") : null;
    for (const each of all("article.duty")) for (const mark of all(`a.mark[data-duty="${each.dataset.duty}"]`)) mark.dataset.state = each.dataset.state;
    const active = document.activeElement;  // htmx gives the focus back to the card that had it
    if (!card || (active !== card && card.contains(active)) || card.querySelector("[autofocus]")) return;
    const cards = all("article.duty");
    const next = cards.slice(cards.indexOf(card) + 1).find((each) => each.dataset.state === "proposed");
    const to = card.dataset.state === "confirmed" && next ? next : card;
    light(to.dataset.duty);
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  });

  // ---- marked words become a duty
  const paper = document.getElementById("paper");
  const adding = document.getElementById("add-duty");
  const placeOf = (node, offset) => {
    if (node.nodeType === Node.ELEMENT_NODE) {
      const inner = node.childNodes[offset];
      const before = inner ? null : all("[data-at]", node).pop();
      const spot = inner && (inner.nodeType === Node.ELEMENT_NODE ? inner.closest("[data-at]") || inner.querySelector("[data-at]") : inner.parentElement.closest("[data-at]"));
      if (spot) return Number(spot.dataset.at);
      return before ? Number(before.dataset.at) + Array.from(before.textContent).length : null;
    }
    const spot = node.parentElement.closest("[data-at]");
    return spot ? Number(spot.dataset.at) + Array.from(node.data.slice(0, offset)).length : null;
  };
  if (paper && adding) document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : null;
    const usable = range && !range.collapsed && paper.contains(range.commonAncestorContainer) && String(selection).trim().length >= 4;
    const start = usable ? placeOf(range.startContainer, range.startOffset) : null;
    const end = usable ? placeOf(range.endContainer, range.endOffset) : null;
    if (start === null || end === null || end <= start) { if (document.activeElement !== adding.querySelector("button")) adding.hidden = true; return; }
    adding.elements.start.value = start; adding.elements.end.value = end; adding.hidden = false;
  });

  // ---- arriving at one duty
  if (panes) {
    const on = new URLSearchParams(location.search).get("on") || (location.hash.match(/^#duty-(\d+)$/) || [])[1];
    if (on) requestAnimationFrame(() => toCard(on));
  }

  // ---- a new notice: drop, name, progress
  const drop = document.getElementById("drop");
  if (drop) {
    const input = drop.querySelector("input");
    const name = document.getElementById("file-name");
    for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, () => drop.classList.add("over"));
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    input.addEventListener("change", () => { if (input.files[0]) { name.textContent = input.files[0].name; drop.classList.add("chosen"); } });
    const form = document.getElementById("new-notice");
    form.addEventListener("submit", (event) => {
      if (!input.files[0]) return;
      event.preventDefault();
      const bar = document.getElementById("sending"), words = document.getElementById("progress-words");
      bar.hidden = false; words.textContent = words.dataset.sending;
      const sender = new XMLHttpRequest();
      sender.open("POST", form.action);
      sender.setRequestHeader("X-Progress", "1");
      sender.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = 100 * step.loaded / step.total; });
      sender.upload.addEventListener("load", () => { bar.removeAttribute("value"); words.textContent = words.dataset.reading; });
      sender.addEventListener("load", () => {
        if (sender.status < 400) { location.assign(JSON.parse(sender.responseText).to); return; }
        const page = new DOMParser().parseFromString(sender.responseText, "text/html").querySelector(".flash.error");
        bar.hidden = true; words.textContent = page ? page.textContent : `${sender.status}`;
        delete form.dataset.sent;
      });
      sender.addEventListener("error", () => { bar.hidden = true; words.textContent = ""; delete form.dataset.sent; form.submit(); });
      sender.send(new FormData(form));
    });
  }

  // ---- the graph opens at the notice asked for
  const here = document.querySelector(".drawing .box.here");
  if (here) {
    const drawing = here.closest(".drawing"), frame = drawing.getBoundingClientRect(), box = here.getBoundingClientRect();
    drawing.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
    drawing.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
  }

  // ---- choosing offices: a found one that is ticked stays; the count follows
  const issue = document.getElementById("issue");
  if (issue) {
    const shown = document.getElementById("chosen-count");
    const count = () => {
      if (!shown) return;
      let sum = 0;
      for (const tick of all("input[type=checkbox]:checked", issue)) if (tick.name === "office") sum += 1; else if (tick.name === "phrase") sum += Number(tick.dataset.count);
      shown.textContent = sum;
    };
    issue.addEventListener("change", (event) => {
      const label = event.target.closest("#found label");
      if (label && event.target.checked) document.getElementById("by-hand").append(label);
      count();
    });
    count();
  }
})();
