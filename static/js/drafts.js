// What is being written is saved on the server too: two seconds after one stops, and each half minute meanwhile.
// What can't be saved there stays in the tab (unsent.js), and is sent when the connection is back.
import { isTab, authorization } from "./tab.js";
import { launch } from "./tab_secret.js";
import { failedEntries, forget, isBlank, isUnsaved, metaOf, noteSaved, noteSent, valuesOf } from "./unsent.js";

const IDLE = 2000;
const LONGEST_WAIT = 30 * 1000;
const AGAIN_AFTER = 15 * 1000;
const SAID_EACH = 30 * 1000;
const LARGEST_LAST_WORD = 60 * 1024; // what a browser still sends for a page that goes

const states = new WeakMap();
let edit = 0;
let saidAt = -SAID_EACH;

const stateOf = (form) => {
  if (!states.has(form)) states.set(form, { changes: 0, saved: 0, since: 0, timer: 0, saving: null, last: "" });
  return states.get(form);
};
const isDrafted = (form) => Boolean(form?.elements?.draft_place);
const isDirty = (form) => stateOf(form).changes !== stateOf(form).saved;
// On its way as a post: what it still held as a draft goes with it.
const isBeingSent = (form) => Boolean(form.dataset.sent) || form.classList.contains("htmx-request");
const draftForms = () => [...document.forms].filter(isDrafted);

const post = async (path, fields, options = {}) => {
  const headers = { Accept: "application/json", ...(isTab() ? authorization() : {}) };
  const body = new URLSearchParams(fields);
  const answer = await fetch(`/l/${launch}/drafts${path}`, { method: "POST", headers, body, ...options });
  return { status: answer.status, now: answer.ok ? await answer.json() : null };
};
const nextEdit = () => {
  edit = Math.max(edit + 1, Date.now());
  return edit;
};

// The line in the form's foot changes each time; only now and then is it read out.
const say = (form, what) => {
  const line = form.querySelector("[data-draft-status]");
  if (!line) return;
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const text = what === "saved" ? `${line.dataset.saved} ${time.format(new Date())}` : line.dataset[what] ?? "";
  line.textContent = text;
  const { last } = stateOf(form);
  stateOf(form).last = what;
  if (what === last && performance.now() - saidAt < SAID_EACH) return;
  saidAt = performance.now();
  document.getElementById("announcement").textContent = text;
};

const plan = (form, delay) => {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = setTimeout(save, delay, form);
};

const noteChange = (form) => {
  if (!isDrafted(form)) return;
  const state = stateOf(form);
  if (!isDirty(form)) state.since = performance.now();
  state.changes += 1;
  plan(form, Math.max(0, Math.min(IDLE, state.since + LONGEST_WAIT - performance.now())));
};

const take = (form, now) => {
  form.elements.draft_version.value = now.version;
  edit = Math.max(edit, now.edit);
  showElsewhere(form, now.elsewhere);
};

const saveNow = async (form) => {
  const state = stateOf(form);
  const { changes } = state;
  const meta = metaOf(form);
  const blank = isBlank(form);
  if (blank && !meta.draft_version) {
    state.saved = changes;
    return;
  }
  const sent = nextEdit();
  try {
    const { status, now } = blank
      ? await post("/discard", meta)
      : await post("", { ...valuesOf(form), ...meta, draft_edit: sent });
    if (!form.isConnected || isBeingSent(form)) return;
    if (!now) {
      noteSaved(form, { failed: status !== 413 });
      say(form, status === 413 ? "large" : "kept");
      if (status >= 500) plan(form, AGAIN_AFTER);
      return;
    }
    take(form, now);
    state.saved = changes;
    if (isDirty(form)) state.since = performance.now();
    else if (!blank) noteSaved(form, { saved: true });
    // Not kept: it came after the form was sent or thrown away.
    if (blank) say(form, "nothing");
    else if (now.is_kept) say(form, "saved");
    else say(form, "closed");
  } catch {
    if (!form.isConnected || isBeingSent(form)) return;
    noteSaved(form, { failed: true });
    say(form, "kept");
    plan(form, AGAIN_AFTER);
  }
};

// One at a time, so that each knows what the one before has left.
const save = async (form) => {
  const state = stateOf(form);
  if (!form.isConnected || !isDirty(form)) return;
  if (state.saving || isBeingSent(form)) {
    plan(form, IDLE);
    return;
  }
  state.saving = saveNow(form);
  await state.saving;
  state.saving = null;
};

document.addEventListener("input", (event) => noteChange(event.target.form));

// Before the page goes, or rests: phones end it without a further word.
const lastWord = () => {
  for (const form of draftForms().filter((it) => isDirty(it) && !isBeingSent(it) && !isBlank(it))) {
    const fields = { ...valuesOf(form), ...metaOf(form), draft_edit: nextEdit() };
    const keepalive = new URLSearchParams(fields).toString().length < LARGEST_LAST_WORD;
    if (!navigator.onLine) noteSaved(form, { failed: true });
    post("", fields, { keepalive }).catch(() => {});
  }
};
window.addEventListener("pagehide", lastWord);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const form of draftForms()) save(form);
});

// What other pages of this visit could not send, and this page's forms.
const sendKept = async () => {
  for (const form of draftForms()) save(form);
  const here = draftForms().map((form) => form.elements.draft_place.value);
  for (const { name, values, meta } of failedEntries().filter((it) => !here.includes(it.meta.draft_place))) {
    try {
      const { now } = await post("", { ...values, ...meta, draft_edit: nextEdit() });
      if (now) noteSent(name);
    } catch {
      return; // still away
    }
  }
};
window.addEventListener("online", sendKept);

// ---- the notices ----

const written = (form, name) => {
  const it = form.elements[name];
  return it?.matches?.("textarea, input[type='text'], input:not([type])") ? it : null;
};

const drop = async (form, version) => {
  const { now } = await post("/discard", { ...metaOf(form), draft_version: version });
  return now;
};

const add = (form, panel) => {
  for (const quote of panel.querySelectorAll("[data-field]")) {
    const it = written(form, quote.dataset.field);
    const text = quote.textContent.trim();
    if (!it || it.value.includes(text)) continue;
    it.value = [it.value, text].filter(Boolean).join(it.matches("textarea") ? "\n\n" : " / ");
    it.dispatchEvent(new Event("input", { bubbles: true }));
  }
};

const decide = async (form, panel, { insert }) => {
  try {
    if (insert) {
      add(form, panel);
      await save(form);
      if (isDirty(form)) return;
    }
    const now = await drop(form, panel.dataset.draftVersion);
    if (!now) return;
    panel.remove();
    take(form, now);
    form.querySelector("textarea")?.focus();
  } catch {
    say(form, "kept");
  }
};

const bind = (form, panel) => {
  const bindTo = (button, insert) => {
    button.hidden = false;
    button.addEventListener("click", () => decide(form, panel, { insert }));
  };
  bindTo(panel.querySelector("[data-draft-insert]"), true);
  bindTo(panel.querySelector("[data-draft-drop]"), false);
};

function showElsewhere(form, texts) {
  const there = [...form.querySelectorAll("[data-draft-version]")];
  for (const panel of there) {
    if (!texts.some((text) => text.version === panel.dataset.draftVersion)) panel.remove();
  }
  for (const text of texts) {
    if (there.some((panel) => panel.dataset.draftVersion === text.version)) continue;
    const panel = document.getElementById("draft-elsewhere").content.firstElementChild.cloneNode(true);
    panel.dataset.draftVersion = text.version;
    for (const [name, value] of Object.entries(text.fields)) {
      if (!written(form, name) || !value.trim()) continue;
      const quote = document.createElement("p");
      quote.className = "as-typed";
      quote.dir = "auto";
      quote.dataset.field = name;
      quote.textContent = value;
      panel.querySelector("[data-draft-texts]").append(quote);
    }
    bind(form, panel);
    form.prepend(panel);
    document.getElementById("announcement").textContent = panel.querySelector("b").textContent;
  }
}

// Thrown away: the fields are empty again, as if nothing had ever been there.
const discard = async (form) => {
  for (const it of form.elements) {
    if (it.name && written(form, it.name)) {
      it.defaultValue = "";
      it.value = "";
    }
  }
  forget(form);
  noteChange(form);
  await save(form);
  form.querySelector("textarea, input[type='text']")?.focus();
};

document.addEventListener("segue:discard", (event) => discard(event.target));

export const lookAtDrafts = () => {
  // New on the page: put back by unsent.js, or refused by the server with something to correct.
  for (const form of draftForms().filter((it) => !states.has(it) && isUnsaved(it))) noteChange(form);
  sendKept();
  for (const form of draftForms()) {
    const notice = form.querySelector("[data-draft-restored]");
    const button = notice?.querySelector("[data-draft-discard]");
    if (button?.hidden) {
      button.hidden = false;
      button.addEventListener("click", () => {
        notice.remove();
        discard(form);
      });
    }
    for (const panel of form.querySelectorAll("[data-draft-version]")) {
      if (panel.querySelector("[data-draft-insert]").hidden) bind(form, panel);
    }
  }
};
