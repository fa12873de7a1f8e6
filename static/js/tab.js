// A tab without cookies (data-carrier="tab"): what it keeps goes along as a header, with what our scripts send.
// Links are the browser's own: each page's way through arrive.js keeps Back, reload and the address right.
import { place } from "./place.js";
import { launch, secretOf } from "./tab_secret.js";
import { forget, unmarkSent } from "./unsent.js";

const NEXT = "Segue-Next";
export const isTab = () => document.body.dataset.carrier === "tab";
export const isOurs = (address) => {
  const url = new URL(address, location);
  return url.origin === location.origin && url.pathname.startsWith(`/l/${launch}/`);
};
// Not `form.action`: a field may have that name.
const addressOf = (form, submitter) =>
  new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location);
export const authorization = () => ({ Authorization: `Bearer ${secretOf(launch)}` });

// What goes along with whatever a script of ours sends by itself: nothing where the browser has the cookie.
export const carried = () => (isTab() ? authorization() : {});

export const ask = async (address, options = {}) => {
  const answer = await fetch(address, { ...options, headers: authorization(), cache: "no-store" });
  return { status: answer.status, next: answer.headers.get(NEXT), html: await answer.text() };
};

document.addEventListener("htmx:configRequest", (event) => {
  if (isTab() && isOurs(event.detail.path)) Object.assign(event.detail.headers, authorization());
});

export const showProblem = (html) => {
  const said = new DOMParser().parseFromString(html, "text/html").getElementById("problem");
  if (said) document.getElementById("problem")?.replaceWith(said);
  else place(html);
};

const goTo = (address) => {
  const url = new URL(address, location);
  const samePage = url.pathname + url.search === location.pathname + location.search;
  if (!samePage) {
    location.assign(url);
    return;
  }
  history.replaceState(history.state, "", url);
  location.reload();
};

const send = async (form, submitter) => {
  const data = new FormData(form, submitter);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  const { status, next, html } = await ask(addressOf(form, submitter), { method: "POST", body });
  if (next) {
    forget(form);
    goTo(next);
  } else if (status < 400 || status === 422) {
    place(html);
  } else {
    showProblem(html);
  }
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !isTab() || form.hasAttribute("hx-post")) return;
  if (form.getAttribute("method") !== "post" || !isOurs(addressOf(form, event.submitter))) return;
  event.preventDefault();
  try {
    await send(form, event.submitter);
  } catch {
    document.dispatchEvent(new CustomEvent("segue:unreachable"));
  } finally {
    delete form.dataset.sent;
    unmarkSent(form);
  }
});

// A file comes by an address that is signed for a minute: the browser saves it, and no secret is in it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-download]");
  if (!link || event.defaultPrevented || !isTab() || !isOurs(link.href)) return;
  event.preventDefault();
  try {
    const { next, html } = await ask(link.href);
    if (next) location.assign(next);
    else showProblem(html);
  } catch {
    document.dispatchEvent(new CustomEvent("segue:unreachable"));
  }
});
