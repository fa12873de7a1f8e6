// The launch came without our cookie: find the login's secret where it was kept, and prove with it who we are.
import { askForFullWindow, dropFromPlatform, getFromPlatform } from "./platform_storage.js";
import { dropLogin, readLogin } from "./web_storage.js";

const pending = JSON.parse(document.getElementById("pending").textContent);
const form = document.getElementById("waiting");

const secret = readLogin(pending.key) ?? (await getFromPlatform(pending.storage, pending.key));
dropLogin(pending.key);
dropFromPlatform(pending.storage, pending.key);

if (secret) {
  form.elements.v.value = secret;
  form.submit();
} else {
  const help = document.getElementById("unproven");
  help.hidden = false;
  const open = await askForFullWindow(pending.target);
  if (open) {
    const button = help.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", open);
  }
}
