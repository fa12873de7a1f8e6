// Putting text into a field as if it were typed: "undo" takes it back, and whoever listens to input hears of it.

export const insertText = (field, text) => {
  field.focus();
  // The one way that the browser's own undo knows. Where it is not offered, undo goes back to before.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
};

// After what is there, never in its place; the cursor goes to the first gap that is left to fill.
export const insertAtEnd = (field, text) => {
  const before = field.value.trimEnd();
  field.setSelectionRange(before.length, field.value.length);
  insertText(field, before ? `\n\n${text}` : text);
  const gap = field.value.indexOf("…", before.length);
  if (gap >= 0) field.setSelectionRange(gap, gap + 1);
};
