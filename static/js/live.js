// "3 new replies – show": a page that is open asks now and then whether there is news, and never moves its reader.
// A page in the background does not ask; one that nobody has touched for long, or that gets no answer, asks less.
import { carried } from "./tab.js";

const SOONEST = 15_000;
const LATEST = 5 * 60_000;
const SLOWER = 1.3;
let pause = SOONEST;
let timer = null;
let told = "";

const place = () => document.querySelector("[data-news]");
const bar = () => document.getElementById("news");

// With a share of chance, so that a class that opened the page together does not ask together.
const schedule = () => {
  clearTimeout(timer);
  timer = place() && document.visibilityState === "visible" ? setTimeout(ask, pause * (0.8 + Math.random() * 0.4)) : null;
};

const request = async (address) => {
  const answer = await fetch(address, { headers: { ...carried(), "HX-Request": "true" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.status === 204 ? "" : answer.text();
};

const ask = async () => {
  const { news, last } = place().dataset;
  try {
    const html = await request(`${news}${news.includes("?") ? "&" : "?"}after=${last}`);
    // Said once: the same words again would be read out again.
    if (html !== told) bar().innerHTML = html;
    told = html;
    pause = Math.min(pause * SLOWER, LATEST);
  } catch {
    pause = Math.min(pause * 2, LATEST);
  }
  schedule();
};

const sooner = () => {
  if (pause === SOONEST) return;
  pause = SOONEST;
  schedule();
};

const highest = (list) =>
  Math.max(Number(place().dataset.last), ...[...list.querySelectorAll("[data-number]")].map((it) => Number(it.dataset.number)));

const show = async (link) => {
  const list = document.getElementById("replies");
  const page = new DOMParser().parseFromString(await request(link.dataset.show), "text/html");
  const fresh = [...page.querySelectorAll("li")].filter((it) => !document.getElementById(it.firstElementChild.id));
  list.append(...fresh);
  for (const item of fresh) window.htmx?.process(item);
  const heading = page.getElementById("replies-heading");
  heading?.removeAttribute("hx-swap-oob");
  if (heading) document.getElementById("replies-heading").replaceWith(heading);
  place().dataset.last = highest(list);
  bar().replaceChildren();
  told = "";
  document.dispatchEvent(new CustomEvent("segue:arrived"));
  fresh[0]?.firstElementChild.focus();
  sooner();
};

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-show]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    await show(link);
  } catch {
    // Then as without script.
    location.assign(link.href);
  }
});

// What one posts oneself is no news; where others came in between, it stands after them.
document.addEventListener("htmx:afterSwap", (event) => {
  const list = place();
  const own = event.detail.target === list ? list.lastElementChild?.querySelector("[data-number]") : null;
  if (own && Number(own.dataset.number) === Number(list.dataset.last) + 1) list.dataset.last = own.dataset.number;
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") ask_soon();
  else clearTimeout(timer);
});
const ask_soon = () => {
  pause = SOONEST;
  clearTimeout(timer);
  if (place()) timer = setTimeout(ask, Math.random() * 2000);
};
document.addEventListener("pointerdown", sooner);
document.addEventListener("keydown", sooner);
document.addEventListener("segue:placed", schedule);
schedule();
