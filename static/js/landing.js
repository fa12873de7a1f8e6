// The launch is let in: keep the session's secret for this tab, and go to the first page.
import { dropFromPlatform } from "./platform_storage.js";
import { keepSecret, openWindow } from "./tab_secret.js";
import { dropLogin, keepsCookies } from "./web_storage.js";

const landing = JSON.parse(document.getElementById("landing").textContent);
if (landing.key) {
  dropLogin(landing.key);
  dropFromPlatform(landing.storage, landing.key);
}

if (keepSecret(landing.launch, landing.secret) || keepsCookies()) {
  location.replace(landing.next);
} else {
  // Nothing stays beyond this page. A window that it opens may ask it, and keeps things.
  const offer = document.getElementById("new-window");
  document.getElementById("waiting").hidden = true;
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => openWindow(landing.next));
}
