// Files go up when they are chosen, dropped or pasted, and wait in the form for its text. Without this script the
// form sends them along.
import { lookForPictures } from "./pictures.js";
import { authorization, isTab, showProblem } from "./tab.js";

const fieldOf = (element) => element?.closest?.("form")?.querySelector("[data-attach]") ?? null;
const formOf = (field) => field.closest("form");
const tell = (field, words, name = "") => {
  field.querySelector("[data-progress]").textContent = words.replace("{name}", name);
};
const refuse = (field, text) => {
  const line = document.createElement("p");
  line.className = "error";
  line.textContent = text;
  field.querySelector("[data-refused]").append(line);
};

// As htmx does: the answer is a part of the page.
const request = async (address, options = {}) => {
  const headers = { "HX-Request": "true", ...(isTab() ? authorization() : {}) };
  const answer = await fetch(address, { ...options, headers, cache: "no-store" });
  const html = await answer.text();
  if (answer.status >= 400 && answer.status !== 422) {
    showProblem(html);
    return null;
  }
  return new DOMParser().parseFromString(html, "text/html").body;
};

const keysOf = (field) => {
  const { csrf_token, submission } = formOf(field).elements;
  const keys = new FormData();
  keys.set("csrf_token", csrf_token.value);
  keys.set("submission", submission.value);
  return keys;
};

// What the page has in place of what works without us.
const dress = (field) => {
  for (const box of field.querySelectorAll("[data-without-script]")) box.remove();
  for (const button of field.querySelectorAll("[data-remove]")) button.hidden = false;
  lookForPictures(field);
};

const add = (field, body) => {
  const list = field.querySelector("[data-waiting]");
  const files = [...body.querySelectorAll("li")].filter((it) => !document.getElementById(it.id));
  list.append(...files);
  dress(field);
  // So that what keeps unsent text knows of them.
  if (files.length) list.dispatchEvent(new Event("input", { bubbles: true }));
  return files;
};

const upload = async (field, file) => {
  const { largest, tooLarge, uploading, attached } = field.dataset;
  if (file.size > Number(largest)) {
    refuse(field, tooLarge.replace("{name}", file.name));
    return;
  }
  tell(field, uploading, file.name);
  const body = keysOf(field);
  body.append("files", file, file.name);
  try {
    const answer = await request(field.dataset.attach, { method: "POST", body });
    const files = answer ? add(field, answer) : [];
    for (const error of answer?.querySelectorAll(".error") ?? []) refuse(field, error.textContent.trim());
    tell(field, files.length ? attached : "", files[0]?.querySelector("input[type='text']").value);
  } catch {
    tell(field, "");
    document.dispatchEvent(new CustomEvent("segue:unreachable"));
  }
};

// One after the other, in the order in which they were chosen; each form has a queue of its own.
const queues = new WeakMap();
const take = (field, files) => {
  if (!files.length) return;
  field.querySelector("[data-refused]").replaceChildren();
  let queue = queues.get(field) ?? Promise.resolve();
  for (const file of files) queue = queue.then(() => upload(field, file));
  queue = queue.then(() => {
    if (queues.get(field) === queue) queues.delete(field);
  });
  queues.set(field, queue);
};

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-attach] input[type='file']")) return;
  const files = [...input.files];
  input.value = "";
  take(fieldOf(input), files);
});

// A picture without text. Office programs put a picture of a table beside the table; then the text is meant.
document.addEventListener("paste", (event) => {
  const field = fieldOf(event.target);
  const { files, types } = event.clipboardData ?? { files: [], types: [] };
  if (!field || !files.length || types.includes("text/plain")) return;
  event.preventDefault();
  take(field, [...files]);
});

const mark = (field) => {
  for (const it of document.querySelectorAll(".attach.over")) it.classList.toggle("over", it === field);
  field?.classList.add("over");
};
document.addEventListener("dragover", (event) => {
  const field = fieldOf(event.target);
  if (!event.dataTransfer.types.includes("Files")) return;
  mark(field);
  if (field) event.preventDefault();
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) mark(null);
});
document.addEventListener("drop", (event) => {
  const field = fieldOf(event.target);
  mark(null);
  if (!field || !event.dataTransfer.files.length) return;
  event.preventDefault();
  take(field, [...event.dataTransfer.files]);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-remove]");
  if (!button) return;
  const field = fieldOf(button);
  const file = button.closest("li");
  const name = file.querySelector("input[type='text']").value;
  try {
    const answer = await request(button.dataset.remove, { method: "POST", body: keysOf(field) });
    if (!answer) return;
    file.remove();
    tell(field, field.dataset.removed, name);
    field.querySelector("input[type='file']").focus();
  } catch {
    document.dispatchEvent(new CustomEvent("segue:unreachable"));
  }
});

// Sent while a file is still on its way: a moment later, with it. At the window, so before all that sends.
window.addEventListener(
  "submit",
  (event) => {
    const field = fieldOf(event.target);
    const queue = field && queues.get(field);
    if (!queue) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, submitter } = event;
    queue.then(() => target.requestSubmit(submitter));
  },
  true,
);

// A form whose text was put back has its key of before, and the files that were chosen with it.
const find = async (field) => {
  const key = formOf(field).elements.submission.value;
  if (key === field.dataset.form) return;
  field.dataset.form = key;
  try {
    const answer = await request(`${field.dataset.attach}?form=${key}`);
    if (answer) add(field, answer);
  } catch {
    // They are still kept, and found when the page is opened again.
  }
};
const begin = () => {
  for (const field of document.querySelectorAll("[data-attach]")) {
    dress(field);
    find(field);
  }
};
begin();
document.addEventListener("segue:placed", begin);
document.addEventListener("htmx:load", begin);
