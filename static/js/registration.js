// Registering a platform: the form is sent once, and at the end the platform is told to close the window.
document.querySelector("form")?.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  delete document.querySelector("form")?.dataset.sent;
});

const close = document.getElementById("close");
const platform = window.opener ?? (window.parent === window ? null : window.parent);
if (close && platform) {
  close.hidden = false;
  // To whoever opened us: it says nothing but that we are done (LTI Dynamic Registration 1.0, section 3.7).
  close.addEventListener("click", () => platform.postMessage({ subject: "org.imsglobal.lti.close" }, "*"));
}
