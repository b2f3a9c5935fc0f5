// The quick report of an important situation, opened without a line.
"use strict";
import { $, local, w } from "./dom.js";
import { queue } from "./forms.js";
import { shell } from "./shell.js";
import { alarm } from "./unsent.js";

const form = $("form[data-queue]"), said = $("#said");
const now = () => { form.elements.happened_at.value = local(new Date()); };
queue(form, {
  native: false,
  after: (kept) => {
    if (!kept) { alarm(w("not_kept")); return; }
    now();
    said.hidden = false;
    $("h1").focus();
  },
});
form.addEventListener("input", () => { said.hidden = true; });
now();
shell({ place: $("#page"), free: () => !form.elements.what.value.trim() });
