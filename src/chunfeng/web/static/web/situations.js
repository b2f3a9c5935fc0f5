// A report written without a line is kept on the phone and sent later under the same key: it arrives once.
// The page works without this script; then the browser's own error page says that nothing was sent.
"use strict";
(() => {
  const box = document.querySelector("[data-outbox]");
  if (!box) return;
  const own = box.dataset.outbox;
  const place = "chunfeng.situations";
  const read = () => { try { return JSON.parse(localStorage.getItem(place)) || []; } catch { return []; } };
  const write = (all) => { try { localStorage.setItem(place, JSON.stringify(all)); return true; } catch { return false; } };
  const mine = () => read().filter((each) => each.own === own);
  const drop = (key) => write(read().filter((each) => each.fields.key !== key));
  const part = (name) => box.querySelector(`[data-${name}]`);

  const show = (why = "offline") => {
    const waiting = mine();
    box.hidden = waiting.length === 0;
    part("count").textContent = waiting.length;
    for (const name of ["offline", "login", "refused"]) part(name).hidden = name !== why;
    part("list").replaceChildren(...waiting.map((each) => {
      const line = document.createElement("li");
      line.textContent = each.fields.what.slice(0, 60);
      return line;
    }));
  };

  const form = document.querySelector("form[data-quick]");
  // the server's own answer says what to mend, above what was typed
  const askAgain = (fields) => {
    for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = value;
    drop(fields.key);
    form.submit();
  };

  // "sent" with where it stands, "login", "refused" or "offline"
  const post = async (fields) => {
    const body = new URLSearchParams(fields);
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    body.set("csrfmiddlewaretoken", token ? token.value : "");
    try {
      const answer = await fetch(box.dataset.send, {
        method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(20000),
      });
      if (answer.redirected) return ["login", ""];
      if (answer.ok) return ["sent", (await answer.json()).url];
      return answer.status < 500 ? ["refused", ""] : ["offline", ""];
    } catch {
      return ["offline", ""];
    }
  };

  let busy = false;
  const sendAll = async () => {
    if (busy || mine().length === 0) return;
    busy = true;
    let why = "offline", sent = "";
    for (const each of mine()) {
      const [how, url] = await post(each.fields);
      if (how === "sent") { drop(each.fields.key); sent = url; continue; }
      if (how === "refused" && form && !form.elements.what.value.trim()) { askAgain(each.fields); return; }
      why = how;
      break;
    }
    busy = false;
    if (sent && mine().length === 0 && !(form && form.elements.what.value.trim())) { location.href = sent; return; }
    show(why);
  };
  if (form) form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
    const kept = write([...read().filter((each) => each.fields.key !== fields.key), { own, fields }]);
    const [how, url] = await post(fields);
    busy = false;
    if (how === "sent") { drop(fields.key); location.href = url; return; }
    if (how === "refused" || !kept) { askAgain(fields); return; }
    show(how);
    for (const name of ["what", "place", "people", "measures", "contact"]) form.elements[name].value = "";
    form.elements.key.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
    box.scrollIntoView();
  });

  part("try").addEventListener("click", sendAll);
  window.addEventListener("online", sendAll);
  setInterval(sendAll, 30000);
  show();
  sendAll();
})();
