// The secret of a launch, as this tab keeps it: never in an address, never in storage that other tabs read.
import { keep, read } from "./web_storage.js";

const PATIENCE = 5000;
const ASK_EVERY = 250;
const ASKED = "segue.ask_secret";
const ANSWERED = "segue.secret";
const known = new Map();
const place = (launch) => `segue.tab.${launch}`;

// The launch that this page belongs to: /l/<launch>/...
export const launch = location.pathname.match(/^\/l\/([0-9a-f-]+)\//)?.[1] ?? null;

export const secretOf = (id) => known.get(id) ?? read("sessionStorage", place(id));

// Whether it will still be there on the next page.
export const keepSecret = (id, secret) => {
  known.set(id, secret);
  return keep("sessionStorage", place(id), secret);
};

// A window of its own shares neither cookies nor storage with a frame in a course, so it asks the page that
// opened it. Both must be ours, and each must know the other.
export const openWindow = (address) => window.open(address, "_blank");

export const askOpener = (id) =>
  new Promise((resolve) => {
    const opener = window.opener;
    if (!opener) {
      resolve(null);
      return;
    }
    const finish = (secret) => {
      clearTimeout(timer);
      clearInterval(asking);
      window.removeEventListener("message", listen);
      resolve(secret);
    };
    const listen = (event) => {
      if (event.origin !== location.origin || event.source !== opener) return;
      if (event.data?.subject === ANSWERED && event.data.launch === id) finish(event.data.secret);
    };
    const timer = setTimeout(finish, PATIENCE, null);
    window.addEventListener("message", listen);
    // Again and again: the page there may just be on its way to another one.
    const ask = () => {
      if (opener.closed) finish(null);
      else opener.postMessage({ subject: ASKED, launch: id }, location.origin);
    };
    const asking = setInterval(ask, ASK_EVERY);
    ask();
  });

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.data?.subject !== ASKED) return;
  if (event.source.opener !== window) return;
  const secret = secretOf(event.data.launch);
  if (secret) {
    event.source.postMessage({ subject: ANSWERED, launch: event.data.launch, secret }, location.origin);
  }
});
