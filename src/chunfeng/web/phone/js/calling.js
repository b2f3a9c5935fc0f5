// One call: the name, a tap to dial, what is known, question by question, and how it ended.
"use strict";
import { h, local, moment, w } from "./dom.js";
import { SKIPPED, answered, inWords, walk } from "./script.js";

/**
 * @typedef {{answers: object, note: string, outcome: string, next: string}} Draft
 * @typedef {{save: (result: object) => Promise<void>, keep: (draft: Draft) => void, places: object, isSent: boolean}} With
 */
const OUTCOMES = ["no_answer", "call_back", "wrong", "refused"];
const HOUR = 3600 * 1000;

const pressed = (tap) => tap.getAttribute("aria-pressed") === "true";

const phone = (number) => h("a", { className: "button ph-dial", href: `tel:${number.replace(/[^\d+*#,;]/g, "")}` },
  h("span", {}, w("dial")), h("b", { className: "num" }, number.replace(/^(1\d\d)(\d{4})(\d{4})$/, "$1 $2 $3")));

const known = (item) => {
  const { last } = item;
  const rows = [
    ["person", [item.sex && w(`sex_${item.sex}`), item.age && w("years", { n: item.age })].filter(Boolean).join(" · ")],
    ["village", item.village], ["household", item.household], ["employer", item.employer], ["work", item.work],
    ["attempts", item.attempts ? String(item.attempts) : ""],
    ["last", last && [moment(last.at), w(`outcome_${last.outcome}`), last.note].filter(Boolean).join(" · ")],
  ].filter(([, value]) => value);
  return h("dl", { className: "ph-known" }, rows.map(([name, value]) => [h("dt", {}, w(`known_${name}`)), h("dd", {}, value)]));
};

/**
 * The page of one call. It draws itself anew after every tap.
 * @param {object} item @param {import("./script.js").Script} script @param {Draft|null} draft @param {With} with_
 * @returns {HTMLElement}
 */
export const callPage = (item, script, draft, { save, keep, places }) => {
  const held = { answers: {}, note: "", outcome: "", next: "", ...draft };
  const talk = h("div", { className: "ph-talk" });
  const set = (change) => { Object.assign(held, change); keep(held); draw(); };
  const give = (code, value) => {
    const { path } = walk(script, { ...held.answers, [code]: value });
    const way = new Set(path.map((step) => step.question.code));
    // what no longer lies on the way is not said any more
    set({ answers: Object.fromEntries(Object.entries({ ...held.answers, [code]: value }).filter(([each]) => way.has(each))) });
  };
  const back = (step, path) => {
    const kept = path.slice(0, path.indexOf(step)).map((each) => each.question.code);
    set({ outcome: "", answers: Object.fromEntries(kept.map((code) => [code, held.answers[code]])) });
  };

  const typed = (question, field, read) => h("form", {
    className: "ph-typed", onsubmit: (event) => {
      event.preventDefault();
      const value = read();
      if (value !== undefined) give(question.code, value);
    },
  }, field, h("button", { className: "big", type: "submit" }, w("go_on")));
  const inputs = {
    one: (question) => question.answers.map((each) => h("button", { type: "button", className: "ph-tap", onclick: () => give(question.code, each.code) }, each.label)),
    many: (question) => {
      const taps = question.answers.map((each) => h("button", {
        type: "button", className: "ph-tap", "aria-pressed": "false", value: each.code,
        onclick: ({ currentTarget: tap }) => tap.setAttribute("aria-pressed", String(!pressed(tap))),
      }, each.label));
      const picked = () => taps.filter(pressed).map((tap) => tap.value);
      return [...taps, h("button", { type: "button", className: "big", onclick: () => { if (picked().length || !question.required) give(question.code, picked()); } }, w("go_on"))];
    },
    text: (question, name) => {
      const field = h("textarea", { rows: 3, maxLength: 500, required: question.required, "aria-label": name });
      return typed(question, field, () => field.value.trim() || (question.required ? undefined : SKIPPED));
    },
    number: (question, name) => {
      const field = h("input", { type: "number", inputMode: "decimal", step: "any", min: question.least ?? "", max: question.most ?? "", required: question.required, "aria-label": name });
      return typed(question, field, () => (field.value === "" ? SKIPPED : Number(field.value)));
    },
    date: (question, name) => {
      const day = (back) => local(new Date(Date.now() - back * 24 * HOUR)).slice(0, 10);
      const field = h("input", { type: "date", max: day(0), required: question.required, "aria-label": name });
      return [
        h("button", { type: "button", className: "ph-tap", onclick: () => give(question.code, day(0)) }, w("today")),
        h("button", { type: "button", className: "ph-tap", onclick: () => give(question.code, day(1)) }, w("yesterday")),
        typed(question, field, () => field.value || SKIPPED),
      ];
    },
    area: (question, name) => {
      const box = h("div");
      import("./place.js").then(({ choosePlace }) => box.append(typed(question, ...choosePlace(question, name, places))));
      return box;
    },
  };

  const asking = (question) => h("section", { className: "ph-ask", "aria-live": "polite" },
    h("h2", {}, question.ask), question.hint && h("p", { className: "help" }, question.hint),
    h("div", { className: "ph-taps" }, inputs[question.kind](question, question.ask),
      !question.required && h("button", { type: "button", className: "ph-tap quiet", onclick: () => give(question.code, SKIPPED) }, w("skip"))));

  const saidSoFar = (path) => path.length > 0 && h("ol", { className: "ph-said" }, path.map((step) => h("li", {},
    h("button", { type: "button", className: "link", onclick: () => back(step, path) }, h("span", { className: "muted" }, step.question.ask), " ", h("b", {}, inWords(step, w("skipped"), places)), h("span", { className: "ph-change" }, w("change"))),
    step.chosen.map((each) => each.say && h("p", { className: "ph-say" }, h("b", {}, w("say")), each.say)))));

  const note = () => {
    const field = h("textarea", { rows: 2, maxLength: 500, value: held.note, oninput: () => { held.note = field.value; keep(held); } });
    return h("label", { className: "field" }, h("span", { className: "label" }, w("note")), field);
  };
  const finish = (content, ready) => h("section", { className: "ph-end", "aria-live": "polite" }, content, note(),
    h("button", { type: "button", className: "big ph-save", onclick: async ({ currentTarget: button }) => {
      const result = ready();
      if (!result) return;
      button.disabled = true;
      try { await save({ ...result, note: held.note.trim() }); } finally { button.disabled = false; }
    } }, w("save")));

  const callBack = () => {
    const tomorrow = new Date(Date.now() + 24 * HOUR), evening = new Date();
    tomorrow.setHours(9, 0, 0, 0);
    evening.setHours(19, 0, 0, 0);
    const times = [["in_an_hour", new Date(Date.now() + HOUR)], ...(evening > Date.now() ? [["this_evening", evening]] : []), ["tomorrow", tomorrow]];
    const field = h("input", { type: "datetime-local", value: held.next, min: local(new Date()), onchange: () => set({ next: field.value }) });
    return [h("h2", {}, w("when")),
      h("div", { className: "ph-taps" }, times.map(([name, at]) => h("button", { type: "button", className: "ph-tap", "aria-pressed": String(held.next === local(at)), onclick: () => set({ next: local(at) }) }, w(name)))),
      h("label", { className: "field" }, h("span", { className: "label" }, w("at_another_time")), field)];
  };

  const draw = () => {
    const { path, next } = walk(script, held.answers);
    let below;
    if (held.outcome) {
      const content = held.outcome === "call_back" ? callBack() : h("h2", {}, w(`outcome_${held.outcome}`), h("p", { className: "help" }, w(`then_${held.outcome}`)));
      below = finish(content, () => ({ outcome: held.outcome, answers: {}, next_at: held.outcome === "call_back" && held.next ? new Date(held.next).toISOString() : null }));
    } else if (next) {
      below = asking(next);
    } else {
      below = finish(h("h2", {}, w("all_asked")), () => ({ outcome: "reached", answers: answered(path), next_at: null }));
    }
    const ends = h("div", { className: "ph-outcomes" }, OUTCOMES.map((each) => h("button", {
      type: "button", className: "quiet", "aria-pressed": String(held.outcome === each), onclick: () => set({ outcome: held.outcome === each ? "" : each }),
    }, w(`outcome_${each}`))));
    const again = talk.childElementCount > 0;
    talk.replaceChildren(...[!path.length && script.opening && !held.outcome && h("p", { className: "ph-say" }, h("b", {}, w("say")), script.opening),
      !held.outcome && saidSoFar(path), below, h("h2", { className: "ph-else" }, w("not_spoken")), ends].filter(Boolean));
    const asks = below.querySelector("h2");
    if (!again || !asks) return;
    asks.tabIndex = -1;
    asks.focus({ preventScroll: true });
    below.scrollIntoView({ block: "nearest" });
  };
  draw();
  return h("article", { className: "ph-call" },
    h("h1", { tabIndex: -1 }, item.name),
    item.phones.length ? h("div", { className: "ph-dials" }, item.phones.map(phone)) : h("p", { className: "flash warning" }, w("no_phone")),
    known(item), talk);
};
