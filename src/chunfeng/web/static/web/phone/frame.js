// On every page: the sealed store of a user opens for that user only, and log-out leaves nothing behind.
// Costs one small file where the phone keeps nothing.
"use strict";
const LEAVING = "chunfeng.leaving";
const used = async () => !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name === "chunfeng-phone");
const noted = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const note = (name, value) => { try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* no storage */ } };
const dialog = document.getElementById("leave");

// a page of the server says who is logged in; a shell does not know
const { user } = document.body.dataset;
const guard = async () => {
  if (!(await used())) return;
  const vault = await import("./vault.js");
  const owner = await vault.owner();
  if (owner && owner !== Number(user)) await vault.shut();
};
if (user !== undefined) guard();

// "send" or "discard" what is not sent, or stay: null
const choice = () => new Promise((done) => {
  for (const button of dialog.querySelectorAll("button[data-act]")) button.onclick = () => done(button.dataset.act);
  dialog.oncancel = () => done("stay");
  dialog.showModal();
});

// true when nothing of the user is left on the phone
const emptied = async () => {
  const vault = await import("./vault.js");
  const owner = Number(user) || await vault.owner();
  const failed = dialog.querySelector("[data-failed]");
  failed.hidden = true;
  for (let left; owner && (left = await vault.waiting(owner));) {
    dialog.querySelector("[data-left]").textContent = left;
    const act = await choice();
    if (act === "stay") { dialog.close(); return false; }
    if (act === "discard") break;
    const outbox = await import("./outbox.js");
    await outbox.send();
    failed.hidden = (await vault.waiting(owner)) === 0;
  }
  if (dialog.open) dialog.close();
  if (owner) await vault.destroy(owner);
  return true;
};

// ends the session too, at the latest when there is a line again
const leaveServer = async () => {
  try {
    const asked = await fetch("/phone/token/", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (asked.ok) {
      const { csrf } = await asked.json();
      const left = await fetch("/accounts/logout/", { method: "POST", headers: { "X-CSRFToken": csrf } });
      if (!left.ok) return;
    }
    if (asked.ok || asked.status === 401) note(LEAVING, "");
  } catch { /* no line: next time */ }
};

/** Resolved when a log-out that was made without a line is through, or still has no line. */
export const ready = noted(LEAVING) ? leaveServer() : Promise.resolve();
export const isLeaving = () => Boolean(noted(LEAVING));

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-leave]")) return;
  const here = form.dataset.leave === "here"; // a shell: it has no token, and perhaps no line
  event.preventDefault();
  if ((await used()) && !(await emptied())) return;
  if (!here) { form.submit(); return; }
  note(LEAVING, "1");
  await leaveServer();
  if (isLeaving()) location.reload(); else location.assign("/accounts/login/");
}, true);
