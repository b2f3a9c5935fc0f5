// Making elements, the page's words, and times as the reader writes them.
"use strict";

/**
 * h("p", { className: "x", onclick: f }, "text", element). Text never becomes markup.
 * @param {string} tag @param {object} [with_] @param {...(Node|string|null|false|Array)} inside
 * @returns {HTMLElement}
 */
export const h = (tag, with_ = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(with_)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made) made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.flat(2).filter((each) => each || each === 0).map((each) => (each instanceof Node ? each : String(each))));
  return made;
};
/** @param {string} query @returns {HTMLElement} */
export const $ = (query, under = document) => under.querySelector(query);

const words = new Map([...document.querySelectorAll("template[data-words]")].flatMap(
  (each) => [...each.content.children].map((one) => [one.dataset.w, one.textContent])));
/** One of the page's words, with {names} filled in. @param {string} name @param {object} [values] */
export const w = (name, values = {}) =>
  (words.get(name) ?? "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");

const language = document.documentElement.lang;
const two = (n) => String(n).padStart(2, "0");
/** A moment: the time alone when it is today's. @param {number|string|Date} at */
export const moment = (at) => {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return "";
  const time = `${two(when.getHours())}:${two(when.getMinutes())}`;
  if (when.toDateString() === new Date().toDateString()) return time;
  return `${when.toLocaleDateString(language, { month: "long", day: "numeric" })} ${time}`;
};
/** Now, as a field for day and time wants it. @param {Date} when */
export const local = (when) =>
  `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}T${two(when.getHours())}:${two(when.getMinutes())}`;
