// What was typed and not sent yet stays in this tab, for the same person in the same activity: through a session
// that ends, a launch anew, a page left too early. Never in storage that outlives the tab: computers are shared.
import { launch } from "./tab_secret.js";
import { drop, keep, names, read } from "./web_storage.js";

const AREA = "sessionStorage";
const WRITTEN = "textarea, input[type='text']";

const prefix = () => {
  const { person, placement } = document.body.dataset;
  return person && placement ? `segue.unsent.${person}.${placement}.` : null;
};
const withoutLaunch = (address) => address.replace(`/l/${launch}`, "");
const here = () => withoutLaunch(location.pathname + location.search);

const placeOf = (form) => form.elements.draft_place?.value ?? withoutLaunch(form.getAttribute("action") ?? "");
const nameOf = (form) => prefix() && prefix() + placeOf(form);
const load = (name) => {
  try {
    return JSON.parse(read(AREA, name));
  } catch {
    return null;
  }
};
const save = (name, entry) => keep(AREA, name, JSON.stringify(entry));

const NO_TEXT = ["hidden", "submit", "button", "fieldset", "file"];
// What is said of a file is kept with the file (attachments.js).
const fields = (form) =>
  [...form.elements].filter((it) => it.name && !NO_TEXT.includes(it.type) && !it.closest("[data-attach]"));
export const valuesOf = (form) =>
  Object.fromEntries(
    fields(form).filter((it) => it.type !== "radio" || it.checked).map((it) => [it.name, it.value]),
  );
const fill = (form, values) => {
  for (const it of fields(form)) {
    if (it.type === "radio") it.checked = it.value === values[it.name];
    else if (it.name in values) it.value = values[it.name];
  }
};
const hasText = (form) =>
  [...form.querySelectorAll(WRITTEN)].some((it) => it.value.trim() && it.value !== it.defaultValue);
export const isBlank = (form) => [...form.querySelectorAll(WRITTEN)].every((it) => !it.value.trim());
const isWriting = (form) => form?.getAttribute("method") === "post" && Boolean(form.elements.submission);

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!isWriting(form) || !prefix()) return;
  const name = nameOf(form);
  const meta = metaOf(form);
  if (meta ? isBlank(form) : !hasText(form)) {
    drop(AREA, name);
    return;
  }
  const page = load(name)?.page ?? here();
  const values = valuesOf(form);
  save(name, { launch, page, values, meta, submission: form.elements.submission.value, sent: false });
});

// For drafts.js: what a form says of its draft, and how far the server knows what the tab keeps.
const META = ["csrf_token", "draft_place", "draft_version", "draft_writer"];
export const metaOf = (form) =>
  form.elements.draft_place ? Object.fromEntries(META.map((it) => [it, form.elements[it].value])) : null;
export const noteSaved = (form, { saved = false, failed = false }) => {
  const entry = nameOf(form) && load(nameOf(form));
  if (entry) save(nameOf(form), { ...entry, meta: metaOf(form), saved, failed });
};
export const isUnsaved = (form) => {
  const entry = nameOf(form) && load(nameOf(form));
  return Boolean(entry) && !entry.saved && !isBlank(form);
};
export const failedEntries = () =>
  names(AREA)
    .filter((name) => prefix() && name.startsWith(prefix()))
    .map((name) => ({ name, ...load(name) }))
    .filter((it) => it.failed && it.meta && it.launch === launch && !it.sent);
export const noteSent = (name) => save(name, { ...load(name), saved: true, failed: false });

const setSent = (form, sent) => {
  const name = nameOf(form);
  const entry = name && load(name);
  if (entry) save(name, { ...entry, sent });
};

// It was sent, or thrown away.
export const forget = (form) => {
  const name = nameOf(form);
  if (name) drop(AREA, name);
};
export const unmarkSent = (form) => setSent(form, false);

// A form that the browser sends is on its way; whether it arrived, the next page tells.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && isWriting(event.target)) setSent(event.target, true);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, successful, xhr } = event.detail;
  // The form itself: by now it may be off the page, and the event comes from what is still on it.
  const form = requestConfig.elt;
  if (form.tagName === "FORM" && successful && xhr.status !== 422) forget(form);
});

const cameBack = () => performance.getEntriesByType("navigation")[0]?.type === "back_forward";

// Whether this page, that came after the form was sent, is the one that a form well received leads to.
const arrived = (entry, form) =>
  entry.sent &&
  entry.launch === launch &&
  form?.elements.submission.value !== entry.submission &&
  !(form && cameBack());

const notice = (kind, name, form) => {
  const panel = document.getElementById(`unsent-${kind}`)?.content.cloneNode(true).firstElementChild;
  panel?.querySelector("[data-discard]").addEventListener("click", () => {
    drop(AREA, name);
    panel.remove();
    if (form && metaOf(form)) form.dispatchEvent(new CustomEvent("segue:discard", { bubbles: true }));
    else form?.reset();
  });
  return panel;
};

const putBack = (form, name, entry) => {
  const now = valuesOf(form);
  if (Object.keys(entry.values).every((it) => now[it] === entry.values[it])) {
    form.elements.submission.value = entry.submission; // the files of the form go by it
    if (form.querySelector("[data-draft-restored]")) noteSaved(form, { saved: true });
    return;
  }
  if (hasText(form)) return;
  if (entry.saved) {
    drop(AREA, name); // the server knows it, and what became of it since
    return;
  }
  fill(form, entry.values);
  form.elements.submission.value = entry.submission;
  if (entry.meta) {
    // As the form was that wrote it, so that the server sees what is newer, and what was written elsewhere.
    form.elements.draft_version.value = entry.meta.draft_version;
    form.elements.draft_writer.value = entry.meta.draft_writer;
    form.querySelector("[data-draft-restored]")?.remove();
  }
  // Inside, so that it goes with the form, and disturbs no layout around it.
  form.prepend(notice("here", name, form));
  const folded = form.closest("details");
  if (folded) folded.open = true;
};

const offer = (name, entry) => {
  const panel = notice("elsewhere", name);
  panel.querySelector("[data-go-on]").href = `/l/${launch}${entry.page}`;
  // What is kept on the server too is thrown away beside the text itself.
  if (entry.saved) panel.querySelector("[data-discard]").remove();
  document.getElementById("main").prepend(panel);
};

export const look = () => {
  if (!prefix() || !document.getElementById("unsent-here")) return;
  const forms = new Map([...document.forms].filter(isWriting).map((form) => [nameOf(form), form]));
  for (const name of names(AREA).filter((it) => it.startsWith(prefix()))) {
    const entry = load(name);
    const form = forms.get(name);
    if (!entry || arrived(entry, form)) drop(AREA, name);
    else if (form) putBack(form, name, entry);
    else if (entry.launch !== launch) offer(name, entry);
  }
};
