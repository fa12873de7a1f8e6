// The checks beside the form for asking get their tick while one writes. They never hold anything back.

const form = document.getElementById("ask");
const value = (name) => form.elements[name].value.trim();
const checks = {
  question: () => value("title").match(/[?？؟]/g)?.length === 1,
  tried: () => value("tried") !== "",
  outcome: () => value("expected") !== "" && value("got") !== "",
};

const look = () => {
  for (const item of document.querySelectorAll("[data-check]")) {
    const met = checks[item.dataset.check]();
    item.querySelector(".met").hidden = !met;
    item.querySelector(".unmet").hidden = met;
  }
};

form.addEventListener("input", look);
window.addEventListener("pageshow", look);
look();
