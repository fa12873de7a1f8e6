// Gives the tool's frame the height that the tool asks for with lti.frameResize.
const frame = document.getElementById("tool-frame");
const [lowest, highest] = [200, 20000];

const readMessage = (data) => {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data); // some tools still send text
  } catch {
    return null;
  }
};

window.addEventListener("message", (event) => {
  if (event.origin !== frame.dataset.toolOrigin || event.source !== frame.contentWindow) return;
  const message = readMessage(event.data);
  if (message?.subject !== "lti.frameResize") return;
  const height = Math.ceil(Number(message.height));
  if (height > 0) frame.style.height = `${Math.min(Math.max(height, lowest), highest)}px`;
});
