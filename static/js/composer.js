// A place to write (templates/components/composer.html): tabs, shortcuts, formulas, words to begin with, pasting.
import { insertAtEnd, insertText } from "./insert_text.js";
import { asMarkdown } from "./paste.js";

const isShortcut = (event, keys) => {
  const [key, shift] = keys.split("+").reverse();
  // With Shift, a digit's key and a full stop's are named by what else is on them.
  const pressed = /[A-Z]/.test(key) ? event.key.toUpperCase() : { Period: "." }[event.code] ?? event.code.slice(-1);
  return pressed === key && event.shiftKey === (shift === "Shift");
};

class TextComposer extends HTMLElement {
  connectedCallback() {
    if (this.text) return;
    this.text = this.querySelector("textarea");
    this.tabs = [...this.querySelectorAll("[role='tab']")];
    this.panels = this.tabs.map((tab) => this.querySelector(`#${tab.getAttribute("aria-controls")}`));
    if (this.dataset.preview) this.panels.forEach((panel, index) => this.#makePanel(panel, this.tabs[index]));
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("paste", (event) => this.#paste(event));
    this.addEventListener("focusout", (event) => this.#leave(event));
  }

  #makePanel(panel, tab) {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    if (panel.matches(".preview")) panel.tabIndex = 0;
  }

  show(name) {
    this.dataset.showing = name;
    this.tabs.forEach((tab, index) => {
      const chosen = this.panels[index].matches(`.${name}`);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.panels[index].hidden = !chosen;
    });
    if (name === "preview") this.#preview();
  }

  // By htmx, so that it goes like all else: with the tab's secret where there is no cookie, and its errors are said.
  #preview() {
    const body = this.text.value;
    if (this.previewed === body) return;
    this.previewed = body;
    const target = this.querySelector(".preview");
    const values = { body, csrf_token: this.text.form.elements.csrf_token.value };
    target.setAttribute("aria-busy", "true");
    const finish = (event) => {
      if (event.detail.target !== target) return;
      document.removeEventListener("htmx:afterRequest", finish);
      target.removeAttribute("aria-busy");
      if (!event.detail.successful) this.previewed = null;
    };
    document.addEventListener("htmx:afterRequest", finish);
    window.htmx.ajax("POST", this.dataset.preview, { target, swap: "innerHTML", values });
  }

  #click(event) {
    const tab = event.target.closest("[role='tab']");
    const scaffold = event.target.closest("[data-scaffold]");
    if (tab) this.show(tab === this.tabs[0] ? "write" : "preview");
    else if (scaffold) this.#begin(scaffold);
    else if (event.target.closest("[data-md-button='formula']")) this.#formula();
  }

  #begin(scaffold) {
    scaffold.closest("details").open = false;
    insertAtEnd(this.text, scaffold.dataset.scaffold);
  }

  #formula() {
    const { value, selectionStart, selectionEnd } = this.text;
    const chosen = value.slice(selectionStart, selectionEnd);
    const sign = chosen.includes("\n") ? "$$" : "$";
    insertText(this.text, `${sign}${chosen}${sign}`);
    const inside = selectionStart + sign.length;
    this.text.setSelectionRange(inside, inside + chosen.length);
  }

  #key(event) {
    const details = event.target.closest("details");
    if (event.target.matches("[role='tab']") && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      this.#moveTab(event);
    } else if (event.key === "Escape" && details?.open) {
      details.open = false;
      details.querySelector("summary").focus();
    } else if (event.target === this.text && (event.ctrlKey || event.metaKey) && !event.altKey) {
      this.#shortcut(event);
    }
  }

  #moveTab(event) {
    const other = this.tabs[event.target === this.tabs[0] ? 1 : 0];
    const edge = { Home: this.tabs[0], End: this.tabs[1] }[event.key];
    const next = edge ?? other;
    next.click();
    next.focus();
  }

  #shortcut(event) {
    const tool = [...this.querySelectorAll("[aria-keyshortcuts]")].find((it) =>
      isShortcut(event, it.getAttribute("aria-keyshortcuts").replace("Control+", "")),
    );
    if (!tool) return;
    event.preventDefault();
    tool.click();
  }

  #paste(event) {
    const markdown = asMarkdown(event.clipboardData);
    if (markdown === null) return;
    event.preventDefault();
    insertText(this.text, markdown);
  }

  #leave(event) {
    const details = this.querySelector("details[open]");
    if (details && !details.contains(event.relatedTarget)) details.open = false;
  }
}

customElements.define("text-composer", TextComposer);
