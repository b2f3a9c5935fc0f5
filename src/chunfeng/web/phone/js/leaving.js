// Log-out: asks what becomes of the unsent, then nothing of the user is left here.
"use strict";
import { LEAVING } from "./frame.js";
import * as vault from "./vault.js";

const dialog = document.getElementById("leave");
/** Remember that this session is to end; null: it has. @param {string|null} mark */
export const note = (mark) => {
  try { if (mark === null) localStorage.removeItem(LEAVING); else localStorage.setItem(LEAVING, mark); } catch { /* no storage */ }
};

// "send" or "discard" what is not sent, or stay: null
const choice = () => new Promise((done) => {
  for (const button of dialog.querySelectorAll("button[data-act]")) button.onclick = () => done(button.dataset.act);
  dialog.oncancel = () => done("stay");
  dialog.showModal();
});

/** True when nothing of the user is left on the phone. */
export const emptied = async () => {
  const owner = Number(document.body.dataset.user) || await vault.owner();
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

/** End the session too, at the latest when there is a line again. */
export const leaveServer = async () => {
  try {
    const asked = await fetch("/phone/token/", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (asked.ok) {
      const { csrf } = await asked.json();
      const left = await fetch("/accounts/logout/", { method: "POST", headers: { "X-CSRFToken": csrf } });
      if (!left.ok) return;
    }
    if (asked.ok || asked.status === 401) note(null);
  } catch { /* no line: next time */ }
};

