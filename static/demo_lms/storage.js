// Keeps small things for the tool in its frame (LTI postMessage Storage 0.1), as long as this page is open: the page
// around that frame, or another frame in it.
const own = window.parent === window ? "_parent" : window.name;
const holder = window.parent.document.getElementById("tool-frame");
const MOST_KEYS = 500;
const MOST_CHARACTERS = 4096;
const kept = new Map();

const used = () => [...kept].reduce((sum, [key, value]) => sum + key.length + value.length, 0);

const put = (key, value) => {
  const old = kept.get(key);
  kept.delete(key);
  if (value === null || value === undefined) return {};
  if (kept.size >= MOST_KEYS || used() + key.length + value.length > MOST_CHARACTERS) {
    if (old !== undefined) kept.set(key, old);
    return { error: { code: "storage_exhaustion", message: "The storage for this tool is full." } };
  }
  kept.set(key, value);
  return { value };
};

const wrong = { error: { code: "bad_request", message: "key and value are texts." } };
const isText = (it) => typeof it === "string";
const answers = {
  "lti.capabilities": () => ({
    supported_messages: [...Object.keys(answers), "lti.frameResize"].map((subject) => ({ subject, frame: own })),
  }),
  "lti.put_data": ({ key, value }) => {
    if (!isText(key) || key === "" || !(isText(value) || value === null || value === undefined)) return wrong;
    return { key, ...put(key, value) };
  },
  "lti.get_data": ({ key }) => (isText(key) ? { key, value: kept.get(key) ?? null } : wrong),
};

window.addEventListener("message", (event) => {
  if (holder.dataset.storageTarget !== own || event.source !== holder.contentWindow) return;
  if (event.origin !== holder.dataset.toolOrigin) return;
  const subject = event.data?.subject;
  if (!Object.hasOwn(answers, subject) || !isText(event.data.message_id)) return;
  const answer = { subject: `${subject}.response`, message_id: event.data.message_id, ...answers[subject](event.data) };
  event.source.postMessage(answer, event.origin);
});
