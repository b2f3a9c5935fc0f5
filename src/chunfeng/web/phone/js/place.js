// Choosing a province and what lies below it; loaded for the questions that ask for a place.
"use strict";
import { h, w } from "./dom.js";
import { SKIPPED } from "./script.js";

/**
 * The fields and how they are read: a code, `SKIPPED`, or undefined while nothing is chosen.
 * @param {{required: boolean}} question @param {string} name @param {Object<string, string>} places code → name
 * @returns {[HTMLElement, () => string|null|undefined]}
 */
export const choosePlace = (question, name, places) => {
  const codes = Object.keys(places).sort();
  const under = (code) => codes.filter((each) => (code ? each !== code && each.startsWith(code.slice(0, 2)) : /0{10}$/.test(each)));
  const options = (code) => [h("option", { value: "" }, w(code ? "whole_province" : "choose")), ...under(code).map((value) => h("option", { value }, places[value]))];
  const city = h("select", { "aria-label": w("city"), hidden: true });
  const province = h("select", { "aria-label": name, required: question.required, onchange: () => {
    city.hidden = !province.value;
    city.replaceChildren(...(province.value ? options(province.value) : []));
  } }, options(""));
  return [h("div", { className: "stack" }, province, city), () => city.value || province.value || (question.required ? undefined : SKIPPED)];
};
