// The page's side of the service worker (sw.js): registers it, and lets a new version take over when nothing is open.
"use strict";
export const possible = Boolean(globalThis.isSecureContext && navigator.serviceWorker);
let idle = () => true, registration = null;

export const takeOver = () => { if (registration?.waiting && idle()) registration.waiting.postMessage("take over"); };

/**
 * `free`: whether the page holds nothing that loading it anew would lose. `shell`: the page comes from the worker and
 * must be of the same version.
 * @param {{free?: () => boolean, shell?: boolean}} [how]
 */
export const register = async ({ free = () => true, shell = false } = {}) => {
  if (!possible && shell) await Promise.all(["leaving", "waiting", "place"].map((name) => import(`./${name}.js`))).catch(() => {});
  if (!possible || !navigator.onLine) return; // fetched anew on every page that has a line
  idle = free;
  const before = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (before && shell) location.reload(); });
  registration = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" }).catch(() => null);
  registration?.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", takeOver);
  });
  takeOver();
};

/** The shells came from the phone in the language of then: fetch them in the one of now, once. @param {string} chosen */
export const speak = (chosen) => {
  const worker = navigator.serviceWorker?.controller;
  if (!worker || document.documentElement.lang.toLowerCase() === chosen || sessionStorage.getItem("spoken") === chosen) return;
  sessionStorage.setItem("spoken", chosen);
  navigator.serviceWorker.addEventListener("message", ({ data }) => { if (data === "language") location.reload(); });
  worker.postMessage("language");
};
