// Keep the login's secret wherever this browser keeps things, and go on to the platform.
import { putToPlatform } from "./platform_storage.js";
import { keepLogin, keepsCookies } from "./web_storage.js";

const login = JSON.parse(document.getElementById("login").textContent);

// Both at once: a platform that does not answer costs a second, not more.
const kept = keepLogin(login.key, login.secret) || keepsCookies();
const keptByPlatform = await putToPlatform(login.storage, login.key, login.secret);

if (kept || keptByPlatform || window.parent === window) {
  // Without leaving this page in the history.
  location.replace(login.next);
} else {
  // The platform's hints are good for one try: nothing may be sent there that can't come back.
  const offer = document.getElementById("new-window");
  document.getElementById("waiting").hidden = true;
  offer.hidden = false;
  offer.addEventListener("submit", () => {
    offer.hidden = true;
    const opened = document.getElementById("opened");
    opened.hidden = false;
    opened.focus();
  });
}
