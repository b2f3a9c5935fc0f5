// Walks through the questions of a campaign, by the same rules as people/scripts/walking.py.
"use strict";
/**
 * @typedef {{code: string, label: string, branch?: string, say?: string, next?: string}} Answer
 * @typedef {{code: string, ask: string, kind: string, required: boolean, hint?: string, answers?: Answer[],
 *   next?: string, least?: number, most?: number}} Question
 * @typedef {{title: string, opening?: string, questions: Question[]}} Script
 */
export const SKIPPED = null;
const empty = (given) => given === undefined || given === SKIPPED || given === "" || (Array.isArray(given) && !given.length);

/**
 * The questions asked so far, each with what was answered, and the one to ask next (null at the end). A question
 * that may be skipped is passed once its code stands among the answers with `SKIPPED`.
 * @param {Script} script @param {Object<string, *>} answers
 * @returns {{path: {question: Question, given: *, chosen: Answer[]}[], next: Question|null}}
 */
export const walk = (script, answers) => {
  const path = [], seen = new Set();
  let way = script.questions[0]?.code;
  while (way && way !== "end" && !seen.has(way)) {
    seen.add(way);
    const place = script.questions.findIndex((each) => each.code === way);
    const question = script.questions[place];
    if (!question) break;
    const given = answers[way];
    if (empty(given) && (question.required || !(way in answers))) return { path, next: question };
    const codes = Array.isArray(given) ? given : [given];
    const chosen = (question.answers ?? []).filter((each) => codes.includes(each.code));
    path.push({ question, given: given ?? SKIPPED, chosen });
    const own = question.kind === "one" ? chosen[0]?.next : "";
    way = own || question.next || script.questions[place + 1]?.code || "end";
  }
  return { path, next: null };
};

/** Only what lies on the way, as the server takes it. */
export const answered = (path) =>
  Object.fromEntries(path.filter((step) => !empty(step.given)).map((step) => [step.question.code, step.given]));

/** The answer in words. @param {{question: Question, given: *, chosen: Answer[]}} step @param {string} none */
export const inWords = ({ question, given, chosen }, none, places = {}) => {
  if (empty(given)) return none;
  if (chosen.length) return chosen.map((each) => each.label).join("、");
  return question.kind === "area" ? places[given] ?? given : String(given);
};
