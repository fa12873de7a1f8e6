// The checks beside the form for asking get their tick while one writes. They never hold anything back.

const FORM = "ask";
const value = (name) => document.getElementById(FORM).elements[name].value.trim();
const checks = {
  question: () => value("title").match(/[?？؟]/g)?.length === 1,
  tried: () => value("tried") !== "",
  outcome: () => value("expected") !== "" && value("got") !== "",
};

const look = () => {
  if (!document.getElementById(FORM)) return;
  for (const item of document.querySelectorAll("[data-check]")) {
    const met = checks[item.dataset.check]();
    item.querySelector(".met").hidden = !met;
    item.querySelector(".unmet").hidden = met;
  }
};

document.addEventListener("input", (event) => {
  if (event.target.form?.id === FORM) look();
});
window.addEventListener("pageshow", look);
document.addEventListener("segue:placed", look);
look();
