// Nobody's page yet: find the tab's secret, ask for this address with it, and put the page in place.
import { place } from "./place.js";
import { ask } from "./tab.js";
import { askOpener, keepSecret, launch, secretOf } from "./tab_secret.js";

const show = (id) => {
  document.getElementById("waiting").hidden = true;
  document.getElementById(id).hidden = false;
};

const findSecret = async () => {
  if (secretOf(launch)) return true;
  const given = await askOpener(launch);
  if (given) keepSecret(launch, given);
  return Boolean(given);
};

if (await findSecret()) {
  try {
    const { next, html } = await ask(location.href);
    if (!next) {
      place(html);
    } else {
      show("downloaded");
      location.replace(next);
    }
  } catch {
    show("unreachable");
  }
} else {
  show("ended");
}
